// The way back to the results of a search. They are the answer to a form, and to send it once more is another look: so the
// place that the page has in the browser's history is that of the form, filled in as it was. Going back there shows nobody and
// writes nothing; what was typed is not in the address.

/** Gives the page of results the address of the form that it came from. */
export function leadBack(page: HTMLElement): void {
  const { back } = page.dataset;
  if (back !== undefined) history.replaceState(history.state, "", back);
}
