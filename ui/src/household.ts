// Asks who else is at an address, or works at an employer, and shows the answer below the picture. Each question is a search under
// the purpose with an entry of its own in the log: it is sent when somebody asks, once, and nothing is asked ahead. The words are
// the server's.

/** A question shorter than this needs no words. */
const SHOWN_AFTER_MS = 300;
/** After this it may be asked again. */
const LATE_AFTER_MS = 15_000;

/** What the picture shows of an answer. */
export type Household = {
  /** Where the page tells of the address or employer, and what it is called. */
  place: string;
  name: string;
  /** What those found are called together, and those for whom there is no room; empty where there is. */
  label: string;
  rest: string;
  /** How many were found, in a sentence. */
  says: string;
  /** The links that open those for whom there is room. */
  members: HTMLAnchorElement[];
  /** All of the answer. */
  part: HTMLElement;
};

/** An answer on the page; a refusal shows nobody. */
type Answer = { found: Household | null; head: HTMLElement | null; stands: HTMLElement };

/** A question that is under way, or of which no answer came in time. */
type Asking = { own: AbortController; isWaited: boolean; timers: number[] };

function headOf(part: HTMLElement): HTMLElement | null {
  return part.querySelector("h3");
}

/** Gives the name of the address or employer that a button asks about, as text in whatever direction it is written. */
function nameOf(asked: HTMLButtonElement): HTMLElement {
  const name = document.createElement("bdi");
  name.textContent = asked.querySelector("bdi")?.textContent ?? "";
  return name;
}

/** Reads out of an answer what the picture shows; nothing where it is a refusal or another problem. */
function readOut(place: string, name: string, part: HTMLElement): Household | null {
  const { label, rest, most } = part.dataset;
  if (label === undefined) return null;
  const links = Array.from(part.querySelectorAll<HTMLAnchorElement>("[data-members] a.main"));
  const says = headOf(part)?.textContent ?? "";
  return { place, name, label, rest: rest ?? "", says, members: links.slice(0, Number(most)), part };
}

/** Sends the form as its button would, and gives the part of a page that the server answers with. */
async function answerTo(form: HTMLFormElement, button: HTMLButtonElement, signal: AbortSignal): Promise<HTMLElement> {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) if (typeof value === "string") fields.append(name, value);
  const answer = await fetch(form.dataset.hop ?? "", { method: "POST", body: fields, redirect: "error", signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.querySelector<HTMLElement>("[data-household]");
  // What has no words for people, such as a server that is being stopped, is told as no answer.
  if (!part) throw new Error(`no part of a page: ${answer.status}`);
  return document.importNode(part, true);
}

/**
 * Has the form show its answers below itself, the last one first, and tells `show` what the picture shows of them. Each stays until
 * it is put away; a refusal also gives way to the next question.
 */
export function askHouseholds(form: HTMLFormElement, show: (found: Household[]) => void): void {
  const words = { ...document.body.dataset, ...form.dataset };
  const told = document.createElement("div");
  told.setAttribute("role", "status");
  const stack = document.createElement("div");
  stack.className = "stack";
  const panel = document.createElement("div");
  panel.className = "stack";
  panel.append(told, stack);
  form.after(panel);

  // Both by the address or employer, the answers in the order in which they came.
  const answers = new Map<string, Answer>();
  const asking = new Map<string, Asking>();

  const button = (text: string | undefined, press: () => void) => {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "button quiet small";
    one.textContent = text ?? "";
    one.addEventListener("click", press);
    return one;
  };
  const say = (text: string | undefined, again?: HTMLButtonElement) => {
    const said = document.createElement("p");
    said.textContent = text ?? "";
    told.className = "row";
    told.replaceChildren(said);
    if (!again) return;
    const press = () => {
      again.focus();
      again.click();
    };
    told.append(button(words.again, press));
  };
  const sayNothing = () => {
    told.className = "";
    told.replaceChildren();
  };
  const tellPicture = () => show(Array.from(answers.values()).flatMap(({ found }) => (found ? [found] : [])));
  const free = (asked: HTMLButtonElement, one: Asking | undefined) => {
    for (const timer of one?.timers ?? []) clearTimeout(timer);
    if (one) one.isWaited = false;
    // Disabled to whoever uses it, yet not taken away from under the focus.
    asked.removeAttribute("aria-disabled");
    if (!Array.from(asking.values()).some(({ isWaited }) => isWaited)) form.removeAttribute("aria-busy");
  };
  const putAway = (place: string) => {
    answers.get(place)?.stands.remove();
    answers.delete(place);
  };
  const tell = (asked: HTMLButtonElement, place: string, part: HTMLElement) => {
    const head = headOf(part);
    const found = readOut(place, nameOf(asked).textContent ?? "", part);
    // It stands below; who hears the page hears its head, and reads on from the button.
    told.className = "seen-by-readers";
    told.textContent = head?.textContent ?? "";
    if (head) {
      head.tabIndex = -1;
      head.append(" · ", nameOf(asked));
    }
    const close = button(asked.dataset.close, () => {
      putAway(place);
      sayNothing();
      tellPicture();
      asked.focus();
    });
    // Beside those of others it says which it puts away.
    const which = document.createElement("span");
    which.className = "seen-by-readers";
    which.append(" ", nameOf(asked));
    close.append(which);
    const row = document.createElement("p");
    row.className = "row";
    row.append(close);
    const stands = document.createElement("div");
    stands.className = "stack";
    stands.append(part, row);
    stack.prepend(stands);
    answers.set(place, { found, head, stands });
    tellPicture();
  };
  const ask = async (asked: HTMLButtonElement) => {
    const place = asked.dataset.place ?? "";
    // What is asked already or is there is not asked twice.
    if (asking.get(place)?.isWaited) return;
    const there = answers.get(place);
    if (there?.found) {
      there.head?.focus();
      return;
    }
    asking.get(place)?.own.abort();
    // What it still brings is nobody's answer, also where nothing takes its place.
    asking.delete(place);
    for (const [other, { found }] of answers) if (!found) putAway(other);
    sayNothing();
    tellPicture();
    if (!navigator.onLine) {
      say(words.offline, asked);
      return;
    }
    const one: Asking = { own: new AbortController(), isWaited: true, timers: [] };
    asking.set(place, one);
    form.setAttribute("aria-busy", "true");
    asked.setAttribute("aria-disabled", "true");
    one.timers = [
      window.setTimeout(() => say(words.underWay), SHOWN_AFTER_MS),
      window.setTimeout(() => {
        free(asked, one);
        say(words.late);
      }, LATE_AFTER_MS),
    ];
    // Another question of the same may have taken its place.
    const isOwn = () => asking.get(place) === one;
    try {
      const part = await answerTo(form, asked, one.own.signal);
      if (!isOwn()) return;
      asking.delete(place);
      free(asked, one);
      tell(asked, place, part);
    } catch {
      if (!isOwn()) return;
      asking.delete(place);
      free(asked, one);
      say(words.unreached, asked);
    }
  };
  form.addEventListener("submit", (event) => {
    if (!(event.submitter instanceof HTMLButtonElement)) return;
    event.preventDefault();
    void ask(event.submitter);
  });
}
