// Changes the span of a timeline: nearer, wider, earlier, later; and makes its dates one stop of the Tab key, among which
// arrow keys lead. The picture is whole without it.

const DAYS_MIN = 90;
const DAYS_OF_YEAR = 365.2425;
const TICKS = 8;

/** Gives a step between marks that is a whole number of years, or of months where less than two years are shown. */
export function marks(begin: number, end: number): { day: number; label: string }[] {
  const years = (end - begin) / DAYS_OF_YEAR;
  const step = years < 2 ? 1 / 4 : Math.max(1, Math.ceil(years / TICKS));
  const first = Math.ceil(begin / DAYS_OF_YEAR / step) * step;
  const found: { day: number; label: string }[] = [];
  for (let year = first; year * DAYS_OF_YEAR <= end; year += step) {
    const whole = Math.floor(year + 1e-9);
    const month = Math.round((year - whole) * 12) + 1;
    found.push({
      day: year * DAYS_OF_YEAR,
      label: step < 1 ? `${whole + 1}-${String(month).padStart(2, "0")}` : String(whole + 1),
    });
  }
  return found;
}

function place(svg: SVGSVGElement, begin: number, end: number): void {
  const left = Number(svg.dataset.left);
  const right = Number(svg.dataset.right);
  const x = (day: number) => left + ((right - left) * (day - begin)) / (end - begin);
  for (const circle of svg.querySelectorAll<SVGCircleElement>("circle[data-day]")) {
    const at = x(Number(circle.dataset.day));
    circle.setAttribute("cx", at.toFixed(1));
    const isOut = at < left || at > right;
    circle.parentElement?.classList.toggle("out", isOut);
  }
  const ticks = svg.querySelector(".ticks");
  const line = ticks?.querySelector("line");
  const text = ticks?.querySelector("text");
  if (!ticks || !line || !text) return;
  ticks.replaceChildren(
    ...marks(begin, end).flatMap(({ day, label }) => {
      const at = x(day).toFixed(1);
      const mark = line.cloneNode() as SVGLineElement;
      mark.setAttribute("x1", at);
      mark.setAttribute("x2", at);
      const words = text.cloneNode() as SVGTextElement;
      words.setAttribute("x", at);
      words.textContent = label;
      return [mark, words];
    }),
  );
}

type Dot = { link: SVGAElement; day: number; lane: number };

/** Gives the date to which a key leads from another: along time, or to the nearest one of the line above or below. */
export function leads(dots: Dot[], from: Dot, key: string): Dot | undefined {
  const at = dots.indexOf(from);
  const nearest = (isThere: (lane: number) => boolean, one: (lanes: number[]) => number) => {
    const lanes = dots.map(({ lane }) => lane).filter(isThere);
    const lane = one(lanes);
    const there = dots.filter((dot) => dot.lane === lane);
    return there.sort((left, right) => Math.abs(left.day - from.day) - Math.abs(right.day - from.day))[0];
  };
  switch (key) {
    case "ArrowRight":
      return dots[at + 1];
    case "ArrowLeft":
      return dots[at - 1];
    case "Home":
      return dots[0];
    case "End":
      return dots.at(-1);
    case "ArrowDown":
      return nearest(
        (lane) => lane > from.lane,
        (lanes) => Math.min(...lanes),
      );
    case "ArrowUp":
      return nearest(
        (lane) => lane < from.lane,
        (lanes) => Math.max(...lanes),
      );
    default:
      return undefined;
  }
}

/** Makes the dates one stop of the Tab key; `reveal` brings a date into the span. Gives what to call when the span changed. */
function rove(svg: SVGSVGElement, reveal: (day: number) => void): () => void {
  const lanes = Array.from(svg.querySelectorAll(".lane"));
  const dots = Array.from(svg.querySelectorAll<SVGCircleElement>("circle[data-day]")).flatMap((circle): Dot[] => {
    const [link, lane] = [circle.closest<SVGAElement>("a"), circle.closest(".lane")];
    return link && lane ? [{ link, day: Number(circle.dataset.day), lane: lanes.indexOf(lane) }] : [];
  });
  dots.sort((one, other) => one.day - other.day || one.lane - other.lane);
  let [here] = dots;
  const settle = (next: Dot | undefined) => {
    here = next ?? here;
    for (const dot of dots) dot.link.setAttribute("tabindex", dot === here ? "0" : "-1");
  };
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const from = dots.find(({ link }) => link === document.activeElement);
    const to = from && leads(dots, from, event.key);
    if (from && /^(Arrow|Home$|End$)/.test(event.key)) event.preventDefault();
    if (!to) return;
    settle(to);
    reveal(to.day);
    to.link.focus();
  });
  // Not on the picture itself: some browsers give whatever SVG listens to the focus a stop of its own.
  svg.parentElement?.addEventListener("focusin", (event) => settle(dots.find(({ link }) => link === event.target)));
  settle(here);
  // What is out of sight can't have the focus: the first date that is in sight takes its place.
  return () => {
    if (here?.link.classList.contains("out")) settle(dots.find(({ link }) => !link.classList.contains("out")));
  };
}

/** Adds buttons that change the span. */
export function zoomTimeline(figure: HTMLElement): void {
  const svg = figure.querySelector("svg");
  const days = Array.from(figure.querySelectorAll<SVGCircleElement>("circle[data-day]"), (dot) => Number(dot.dataset.day));
  if (!svg || days.length < 2) return;
  const margin = Math.max(DAYS_MIN / 2, (Math.max(...days) - Math.min(...days)) * 0.03);
  const all = [Math.min(...days) - margin, Math.max(...days) + margin] as const;
  let [begin, end] = all;
  const show = (newBegin: number, newEnd: number) => {
    const span = Math.min(all[1] - all[0], Math.max(DAYS_MIN, newEnd - newBegin));
    begin = Math.min(Math.max(newBegin, all[0]), all[1] - span);
    end = begin + span;
    place(svg, begin, end);
    settle();
  };
  const settle = rove(svg, (day) => {
    if (day < begin || day > end) show(day - (end - begin) / 2, day + (end - begin) / 2);
  });
  const middle = () => (begin + end) / 2;
  const steps: [string | undefined, () => void][] = [
    [figure.dataset.nearer, () => show(middle() - (end - begin) / 4, middle() + (end - begin) / 4)],
    [figure.dataset.farther, () => show(middle() - (end - begin), middle() + (end - begin))],
    [figure.dataset.earlier, () => show(begin - (end - begin) / 2, end - (end - begin) / 2)],
    [figure.dataset.later, () => show(begin + (end - begin) / 2, end + (end - begin) / 2)],
    [figure.dataset.all, () => show(...all)],
  ];
  const row = figure.querySelector(".zoom");
  for (const [label, step] of steps) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet small";
    button.textContent = label ?? "";
    button.addEventListener("click", step);
    row?.append(button);
  }
  const keys = document.createElement("span");
  keys.className = "keys small soft";
  keys.textContent = figure.dataset.keys ?? "";
  row?.append(keys);
}
