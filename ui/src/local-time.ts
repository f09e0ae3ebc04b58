// Adds to a moment, which pages give in UTC, the time where the browser is.

/** Gives a moment in words, in the zone of the browser; nothing where that is UTC at that moment, or it is no moment. */
export function localTime(text: string, language: string): string | undefined {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime()) || moment.getTimezoneOffset() === 0) return undefined;
  // The pages write days before months in English too.
  const words = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  return words.format(moment);
}

/** Writes it below the moment, on the line that the page keeps free for it, so that nothing moves. */
export function addLocalTime(time: HTMLElement): void {
  const words = localTime(time.getAttribute("datetime") ?? "", document.documentElement.lang);
  const line = time.closest("p")?.querySelector("[data-local-time]");
  if (words === undefined || !line) return;
  line.textContent = words;
}
