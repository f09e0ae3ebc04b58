// What stands between a click and its answer. A step that is under way is not asked twice, since each is a look with an entry
// of its own in the log; one that can't be sent leaves the page as it is; and what was typed comes back when no answer came, or
// when the page is shown in the other language.

/** A step shorter than this needs no words. */
const SHOWN_AFTER_MS = 300;
/** After this a step may be asked again. */
const LATE_AFTER_MS = 15_000;
/** Where this tab keeps what was typed until an answer comes. */
const KEY = "lucarne-typed";
/** Where it keeps what was not sent yet while the language is switched. */
const UNSENT_KEY = "lucarne-unsent";
/** Hidden fields that are not about what a form is of: they say where it leads, to whom it belongs, and which look showed it. */
const ON_THE_WAY = ["form_token", "back", "typed", "seen"];

type Typed = { at: string; to: string | null; token: string; fields: [string, string][]; isVain: boolean };
type Unsent = { token: string; forms: { of: string; fields: [string, string][] }[] };
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

function put(typed: Typed | Unsent, key = KEY): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(typed));
  } catch {
    // A browser that keeps nothing loses what was typed, as it would without this.
  }
}

/** Gives what is kept, and forgets it. */
function take<Kept = Typed>(key = KEY): Kept | null {
  try {
    const text = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return text === null ? null : (JSON.parse(text) as Kept);
  } catch {
    return null;
  }
}

/** Tells whether a control is not as the server wrote it. */
function isChanged(control: Control): boolean {
  if (isChoice(control)) return control.checked !== control.defaultChecked;
  if (!(control instanceof HTMLSelectElement)) return control.value !== control.defaultValue;
  const written = Array.from(control.options).findIndex((option) => option.defaultSelected);
  return control.selectedIndex !== Math.max(written, 0);
}

/**
 * Gives what a form is of: where it is sent, what it says besides what people fill in, such as the generation of a pair, and which
 * it is where a page has it twice.
 */
function subjectOf(form: HTMLFormElement): string {
  const hidden = Array.from(form.querySelectorAll<HTMLInputElement>("input[type=hidden]"));
  const about = hidden.filter((one) => !ON_THE_WAY.includes(one.name)).map((one) => [one.name, one.value]);
  return JSON.stringify([form.getAttribute("action"), about, controlsOf(form).map((one) => one.id)]);
}

/** Keeps what stands in forms that were changed and not sent, while the page is shown in the other language. */
function keepUnsent(tongue: HTMLFormElement): void {
  const token = tokenOf(tongue);
  const changed = Array.from(document.forms).filter(
    (form) => form !== tongue && token !== "" && tokenOf(form) === token && controlsOf(form).some(isChanged),
  );
  const forms = changed.map((form) => {
    const filled = controlsOf(form).filter((one) => one.name !== "" && (!isChoice(one) || one.checked));
    return { of: subjectOf(form), fields: filled.map((one): [string, string] => [one.name, one.value]) };
  });
  if (forms.length > 0) put({ token, forms }, UNSENT_KEY);
}

/** Fills in what was kept so: in the forms of the same session that are of the same, and in no others. */
function restoreUnsent(): void {
  const unsent = take<Unsent>(UNSENT_KEY);
  for (const form of unsent ? Array.from(document.forms) : []) {
    const kept = tokenOf(form) === unsent?.token ? unsent.forms.find((one) => one.of === subjectOf(form)) : undefined;
    if (kept) fill(form, kept.fields);
  }
}

/** Puts into a form what stood in it. */
function fill(form: HTMLFormElement, fields: [string, string][]): void {
  for (const control of controlsOf(form)) {
    const given = fields.filter(([name]) => name === control.name).map(([, value]) => value);
    if (isChoice(control)) control.checked = given.includes(control.value);
    else if (given[0] !== undefined) control.value = given[0];
  }
  const details = form.closest("details");
  if (details) details.open = true;
  for (const inner of form.querySelectorAll("details")) inner.open ||= controlsOf(form).some((one) => inner.contains(one) && isChanged(one));
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
  fill(form, typed.fields);
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
    if (!mayGo(form, () => form.requestSubmit(event.submitter))) {
      event.preventDefault();
      return;
    }
    keep(form);
    // Of a switch that was given up nothing is brought back: what stands here by now is newer.
    take(UNSENT_KEY);
    if (form.matches(".tongue")) keepUnsent(form);
  });
  document.addEventListener("click", (event) => {
    const link = event.defaultPrevented ? null : linkOf(event);
    if (!link) return;
    if (mayGo(link, () => link.click())) take(UNSENT_KEY);
    else event.preventDefault();
  });
  // Escape stops the browser from waiting: no page comes that what was not sent is kept for.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    rest();
    take(UNSENT_KEY);
  });
  // A page that the browser kept whole comes back as it was left, with its typing and in the middle of its step.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    rest();
    take();
    take(UNSENT_KEY);
  });
  restoreUnsent();
  if (restore()) say(words.kept);
}
