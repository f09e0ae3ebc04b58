// Keeps the last verified checkpoint in this browser, so that the next verification proves that the log only grew since.
// A checkpoint is public: it holds a size, a root and signatures.

const KEY = "lucarne-checkpoint";

/** Gives what is kept; nothing where the browser keeps nothing. */
function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Keeps the checkpoint that a page shows after a verification that succeeded. */
export function keepCheckpoint(shown: HTMLElement): void {
  try {
    localStorage.setItem(KEY, shown.textContent ?? "");
  } catch {
    // A browser that keeps nothing leaves people to save the text themselves.
  }
}

/** Fills the form of verification with the checkpoint that was kept. */
export function offerCheckpoint(form: HTMLElement): void {
  const field = form.querySelector<HTMLTextAreaElement>("textarea[name=saved]");
  const text = kept();
  // As the server would have written it: nobody typed it.
  if (field && text && field.value === "") field.defaultValue = text;
}
