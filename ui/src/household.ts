// Asks who else is at an address, or works at an employer, and shows the answer below the picture. Each question is a search under
// the purpose with an entry of its own in the log: it is sent when somebody asks, once, and nothing is asked ahead. The words are
// the server's.

/** A question shorter than this needs no words. */
const SHOWN_AFTER_MS = 300;
/** After this it may be asked again. */
const LATE_AFTER_MS = 15_000;

/** What the picture shows of an answer. */
export type Household = {
  /** Where the page tells of the address or employer. */
  place: string;
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

function headOf(part: HTMLElement): string {
  return part.querySelector("h3")?.textContent ?? "";
}

/** Reads out of an answer what the picture shows; nothing where it is a refusal or another problem. */
function readOut(place: string, part: HTMLElement): Household | null {
  const { label, rest, most } = part.dataset;
  if (label === undefined) return null;
  const links = Array.from(part.querySelectorAll<HTMLAnchorElement>("[data-members] a.main"));
  return { place, label, rest: rest ?? "", says: headOf(part), members: links.slice(0, Number(most)), part };
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

/** Has the form show its answers below itself, and tells `show` what the picture shows of them: nothing when it is put away. */
export function askHouseholds(form: HTMLFormElement, show: (found: Household | null) => void): void {
  const words = { ...document.body.dataset, ...form.dataset };
  const told = document.createElement("div");
  told.setAttribute("role", "status");
  const answer = document.createElement("div");
  answer.className = "stack";
  const panel = document.createElement("div");
  panel.className = "stack";
  panel.append(told, answer);
  form.after(panel);

  let asking: AbortController | null = null;
  let under: HTMLButtonElement | null = null;
  let timers: number[] = [];
  // The address or employer of which the others are shown.
  let open = "";

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
  const free = () => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    form.removeAttribute("aria-busy");
    // Disabled to whoever uses it, yet not taken away from under the focus.
    under?.removeAttribute("aria-disabled");
    under = null;
  };
  const putAway = () => {
    open = "";
    told.className = "";
    told.replaceChildren();
    answer.replaceChildren();
    show(null);
  };
  const tell = (asked: HTMLButtonElement, part: HTMLElement) => {
    const place = asked.dataset.place ?? "";
    const found = readOut(place, part);
    open = found ? place : "";
    // It stands below; who hears the page hears its head, and reads on from the button.
    told.className = "seen-by-readers";
    told.textContent = headOf(part);
    const row = document.createElement("p");
    row.className = "row";
    const close = () => {
      putAway();
      asked.focus();
    };
    row.append(button(asked.dataset.close, close));
    answer.replaceChildren(part, row);
    show(found);
  };
  const ask = async (asked: HTMLButtonElement) => {
    // What is asked already or is there is not asked twice.
    if (under === asked) return;
    if (open !== "" && open === asked.dataset.place) {
      answer.scrollIntoView({ block: "nearest" });
      return;
    }
    asking?.abort();
    // What it still brings is nobody's answer, also where nothing takes its place.
    asking = null;
    free();
    putAway();
    if (!navigator.onLine) {
      say(words.offline, asked);
      return;
    }
    const own = new AbortController();
    asking = own;
    under = asked;
    form.setAttribute("aria-busy", "true");
    asked.setAttribute("aria-disabled", "true");
    timers = [
      window.setTimeout(() => say(words.underWay), SHOWN_AFTER_MS),
      window.setTimeout(() => {
        free();
        say(words.late);
      }, LATE_AFTER_MS),
    ];
    try {
      const part = await answerTo(form, asked, own.signal);
      if (asking !== own) return;
      free();
      tell(asked, part);
    } catch {
      // Another question has taken its place.
      if (asking !== own) return;
      free();
      say(words.unreached, asked);
    }
  };
  form.addEventListener("submit", (event) => {
    if (!(event.submitter instanceof HTMLButtonElement)) return;
    event.preventDefault();
    void ask(event.submitter);
  });
}
