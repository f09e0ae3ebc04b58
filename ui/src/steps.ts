// What stands between a click and its answer. A step that is under way is not asked twice, since each is a look with an entry
// of its own in the log; one that can't be sent leaves the page as it is; and what was typed comes back when no answer came.

/** A step shorter than this needs no words. */
const SHOWN_AFTER_MS = 300;
/** After this a step may be asked again. */
const LATE_AFTER_MS = 15_000;
/** Where this tab keeps what was typed until an answer comes. */
const KEY = "lucarne-typed";

type Typed = { at: string; to: string | null; token: string; fields: [string, string][]; isVain: boolean };
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Gives the controls that people fill in. */
function controlsOf(form: HTMLFormElement): Control[] {
  return Array.from(form.elements).filter(
    (one): one is Control =>
      (one instanceof HTMLInputElement && one.type !== "hidden") || one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement,
  );
}

function isChoice(control: Control): control is HTMLInputElement {
  return control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox");
}

function tokenOf(form: HTMLFormElement): string {
  return form.querySelector<HTMLInputElement>("input[name=form_token]")?.value ?? "";
}

/**
 * Keeps what was typed while the page is left. Browsers bring back what stands in a form, but not in fields that they are told
 * not to remember, and the fields of a search are such: names of people are not to be offered to whoever sits here next.
 */
function keep(form: HTMLFormElement): void {
  const filled = controlsOf(form).filter((one) => one.name !== "" && one.value !== "" && (!isChoice(one) || one.checked));
  const fields = filled.map((one): [string, string] => [one.name, one.value]);
  put({ at: location.pathname, to: form.getAttribute("action"), token: tokenOf(form), fields, isVain: false });
}

function put(typed: Typed): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(typed));
  } catch {
    // A browser that keeps nothing loses what was typed, as it would without this.
  }
}

/** Gives what is kept, and forgets it. */
function take(): Typed | null {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return text === null ? null : (JSON.parse(text) as Typed);
  } catch {
    return null;
  }
}

/**
 * Fills in what was typed when no answer came to it; tells whether there was anything. A page that is opened is the answer,
 * and what was typed is forgotten. One that is gone back to is none; it may be the page before, since browsers put their own
 * page of errors in the place of a page with the same address.
 */
function restore(): boolean {
  const typed = take();
  const [visit] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (!typed || !(typed.isVain || visit?.type === "back_forward")) return false;
  // The token is of the session: who acts in another has typed nothing.
  const ours = Array.from(document.forms).filter((form) => typed.token !== "" && tokenOf(form) === typed.token);
  if (ours.length === 0) return false;
  const form = typed.at === location.pathname ? ours.find((one) => one.getAttribute("action") === typed.to) : undefined;
  if (!form) {
    put({ ...typed, isVain: true });
    return false;
  }
  for (const control of controlsOf(form)) {
    const given = typed.fields.filter(([name]) => name === control.name).map(([, value]) => value);
    if (isChoice(control)) control.checked = given.includes(control.value);
    else if (given[0] !== undefined) control.value = given[0];
  }
  const details = form.closest("details");
  if (details) details.open = true;
  return typed.fields.length > 0;
}

/** Tells whether a click opens another page of ours in this tab. */
function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== "" || link.hasAttribute("download")) return null;
  const isHere = link.hash !== "" && link.pathname === location.pathname && link.search === location.search;
  return link.origin === location.origin && !isHere ? link : null;
}

/** Watches every form and link of the page. The words are the server's. */
export function watchSteps(body: HTMLElement): void {
  const words = body.dataset;
  const told = document.createElement("div");
  told.className = "under-way";
  told.setAttribute("aria-live", "polite");
  body.append(told);

  let under: HTMLElement | null = null;
  let timers: number[] = [];

  const say = (text: string | undefined, again?: () => void) => {
    const said = document.createElement("p");
    said.textContent = text ?? "";
    told.replaceChildren(said);
    if (!again) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = words.again ?? "";
    button.addEventListener("click", again);
    told.append(button);
  };
  const buttonsOf = (element: HTMLElement) =>
    element instanceof HTMLFormElement ? Array.from(element.querySelectorAll("button:not([type=button])")) : [];
  const free = () => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    under?.removeAttribute("aria-busy");
    // Disabled to whoever uses it, yet not taken away from under the focus.
    if (under) for (const button of buttonsOf(under)) button.removeAttribute("aria-disabled");
    under = null;
  };
  const rest = () => {
    free();
    told.replaceChildren();
  };
  const mayGo = (element: HTMLElement, again: () => void): boolean => {
    if (under === element) return false;
    rest();
    if (!navigator.onLine) {
      say(words.offline, again);
      return false;
    }
    under = element;
    element.setAttribute("aria-busy", "true");
    for (const button of buttonsOf(element)) button.setAttribute("aria-disabled", "true");
    timers = [
      window.setTimeout(() => say(words.underWay), SHOWN_AFTER_MS),
      window.setTimeout(() => {
        free();
        say(words.late);
      }, LATE_AFTER_MS),
    ];
    return true;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return;
    if (mayGo(form, () => form.requestSubmit(event.submitter))) keep(form);
    else event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = event.defaultPrevented ? null : linkOf(event);
    if (link && !mayGo(link, () => link.click())) event.preventDefault();
  });
  // Escape stops the browser from waiting.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") rest();
  });
  // A page that the browser kept whole comes back as it was left, with its typing and in the middle of its step.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    rest();
    take();
  });
  if (restore()) say(words.kept);
}
