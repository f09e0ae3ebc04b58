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

/** Says what this browser keeps: pages have the sentence ready, and the room for it. */
function sayKept(within: ParentNode): void {
  for (const said of within.querySelectorAll<HTMLElement>("[data-kept]")) said.dataset.kept = "yes";
}

/** Keeps the checkpoint that a page shows after a verification that succeeded. */
export function keepCheckpoint(shown: HTMLElement): void {
  try {
    localStorage.setItem(KEY, shown.textContent ?? "");
    sayKept(document);
  } catch {
    // A browser that keeps nothing leaves people to save the text themselves.
  }
}

/** Fills the form of verification with the checkpoint that was kept. */
export function offerCheckpoint(form: HTMLElement): void {
  const field = form.querySelector<HTMLTextAreaElement>("textarea[name=saved]");
  const text = kept();
  if (!field || !text || field.value !== "") return;
  // As the server would have written it: nobody typed it.
  field.defaultValue = text;
  sayKept(form);
}

/** Adds a button that copies a checkpoint. Where the browser doesn't copy for pages, the text is marked for people to do so. */
export function offerCopy(holder: HTMLElement): void {
  const text = holder.querySelector("pre");
  const row = holder.querySelector(".row");
  if (!text || !row) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = holder.dataset.copy ?? "";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent ?? "");
      button.textContent = holder.dataset.copied ?? "";
    } catch {
      getSelection()?.selectAllChildren(text);
    }
  });
  row.append(button);
}
