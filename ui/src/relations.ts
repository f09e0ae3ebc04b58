// Lets the picture of what hangs together be moved, looked at closer and opened hop by hop. The picture is whole without it: it
// is read from there. Other people are never in it: to see them is a search, which is sent when somebody asks for it.

import cytoscape from "cytoscape";

/** Where Cytoscape would put a style of its own, which the policy of the pages forbids: the rule is in our styles. */
const STYLES = "__________cytoscape_stylesheet";

/** The most records that are shown at once of those that one thing stands for. */
const RECORDS_MAX = 12;

/** The size of the picture in its own units, as the server draws it. */
const WIDTH = 960;
const HEIGHT = 520;

type Kind = "person" | "record" | "records" | "address" | "employer" | "others" | "household";
type Point = { x: number; y: number };
type Thing = { kind: Kind; label: string; href: string; at: Point; group?: Group };
type Line = { from: number; to: number; label: string };
/** The records that one thing stands for: how sure each is, and which things it names. */
type Group = { title: string; records: [string, number[]][] };

function number(element: Element, name: string): number {
  return Number(element.getAttribute(name));
}

/** Reads things and lines out of the picture. */
function readOut(svg: SVGSVGElement): { things: Thing[]; lines: Line[] } {
  const things = Array.from(svg.querySelectorAll<SVGElement>("[data-node]"), (node): Thing => {
    const circle = node.querySelector("circle");
    const { title, opens } = node.dataset;
    return {
      kind: (node.dataset.node ?? "record") as Kind,
      label: node.querySelector("text")?.textContent ?? "",
      href: node.getAttribute("href") ?? "",
      at: circle ? { x: number(circle, "cx"), y: number(circle, "cy") } : { x: 0, y: 0 },
      ...(opens === undefined ? {} : { group: { title: title ?? "", records: JSON.parse(opens) as Group["records"] } }),
    };
  });
  const lines = Array.from(svg.querySelectorAll<SVGElement>("line[data-from]"), (line) => ({
    from: Number(line.dataset.from),
    to: Number(line.dataset.to),
    label: line.dataset.percent ?? "",
  }));
  return { things, lines };
}

/** Gives where the thing `place` of `of` stands on a ring, as a share of half the picture. */
function onRing(place: number, of: number, share: number): Point {
  const angle = (2 * Math.PI * (place + 0.5)) / Math.max(of, 1) - Math.PI / 2;
  return { x: WIDTH / 2 + Math.cos(angle) * share * (WIDTH / 2), y: HEIGHT / 2 - 10 + Math.sin(angle) * share * (HEIGHT / 2) };
}

/** Gives the records of a group from `first` on, around it, and beyond them the person and what they name. */
export function opened(things: Thing[], group: Group, first: number): { things: Thing[]; lines: Line[] } {
  const records = group.records.slice(first, first + RECORDS_MAX);
  const named = [...new Set(records.flatMap(([, places]) => places))].sort((one, other) => one - other);
  const [person] = things;
  const shown: Thing[] = [];
  const lines: Line[] = [];
  if (person) shown.push({ ...person, at: { x: WIDTH / 2, y: HEIGHT / 2 - 10 } });
  const section = things.find((thing) => thing.group === group)?.href ?? "";
  records.forEach(([percent], at) => {
    const count = first + at + 1;
    shown.push({ kind: "record", label: `${group.title} ${count}`, href: `${section}:${count}`, at: onRing(at, records.length, 0.5) });
    lines.push({ from: 0, to: shown.length - 1, label: percent });
  });
  named.forEach((place, at) => {
    const thing = things[place];
    if (!thing) return;
    shown.push({ ...thing, at: onRing(at, named.length, 0.88) });
    records.forEach(([, places], record) => {
      if (places.includes(place)) lines.push({ from: 1 + record, to: shown.length - 1, label: "" });
    });
  });
  return { things: shown, lines };
}

/** Gives the form of the page that searches an address; none where the purpose doesn't give it whole. */
function searchOf(href: string): HTMLFormElement | null {
  return href.startsWith("#") ? (document.getElementById(href.slice(1))?.querySelector("form") ?? null) : null;
}

/** Puts a picture that can be moved in the place of the still one. */
export function drawRelations(figure: HTMLElement): void {
  const svg = figure.querySelector("svg");
  if (!svg || figure.clientWidth === 0) return;
  if (!document.getElementById(STYLES)) {
    const styles = document.createElement("meta");
    styles.id = STYLES;
    document.head.append(styles);
  }
  const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const all = readOut(svg);
  const says = svg.getAttribute("aria-label") ?? "";
  const stage = document.createElement("div");
  stage.className = "stage";
  const place = document.createElement("div");
  place.className = "moved";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", says);
  stage.append(place);
  figure.append(stage);
  const looks = (): cytoscape.StylesheetJson => [
    {
      selector: "node",
      style: {
        width: 20,
        height: 20,
        "background-color": token("--accent"),
        color: token("--ink"),
        label: "data(label)",
        "font-size": 14,
        "text-valign": "bottom",
        "text-margin-y": 6,
        "text-background-color": token("--ground"),
        "text-background-opacity": 1,
        "text-background-padding": "2px",
      },
    },
    { selector: "node[kind = 'person']", style: { width: 30, height: 30, "background-color": token("--line-strong") } },
    { selector: "node[kind = 'records']", style: { width: 28, height: 28, "border-width": 5, "border-color": token("--accent-low") } },
    {
      selector: "node[kind = 'address'], node[kind = 'employer'], node[kind = 'others'], node[kind = 'household']",
      style: {
        shape: "round-rectangle",
        "background-color": token("--ground-low"),
        "border-width": 2,
        "border-color": token("--line-strong"),
      },
    },
    { selector: "node[kind = 'household']", style: { "border-style": "dashed", color: token("--accent") } },
    {
      selector: "edge",
      style: {
        width: 1.5,
        "line-color": token("--line-strong"),
        label: "data(label)",
        "font-size": 11,
        color: token("--ink-soft"),
        "text-background-color": token("--ground"),
        "text-background-opacity": 1,
      },
    },
  ];
  const graph = cytoscape({
    container: place,
    elements: [],
    layout: { name: "preset", padding: 24 },
    style: looks(),
    minZoom: 0.4,
    maxZoom: 3,
    // The wheel scrolls the page.
    userZoomingEnabled: false,
    boxSelectionEnabled: false,
  });
  // Few things don't grow to fill the frame.
  const fit = () => {
    graph.fit(undefined, 24);
    if (graph.zoom() > 1) graph.zoom(1).center();
  };
  let shown = all;
  const show = (what: { things: Thing[]; lines: Line[] }) => {
    shown = what;
    graph.elements().remove();
    graph.add(what.things.map(({ kind, label, at }, id) => ({ group: "nodes" as const, data: { id: String(id), kind, label }, position: { ...at } })));
    graph.add(
      what.lines.map(({ from, to, label }, at) => ({
        group: "edges" as const,
        data: { id: `e${at}`, source: String(from), target: String(to), label },
      })),
    );
    fit();
  };
  const groups = all.things.flatMap(({ group }) => (group ? [group] : []));
  if (groups.length > 0) addSteps(figure, stage, place, says, all.things, groups, (what) => show(what ?? all));
  // The next hop from an address is to other people: it is offered, and made when it is asked for.
  const offerHousehold = (address: cytoscape.NodeSingular, href: string) => {
    if (graph.getElementById("household").nonempty()) graph.getElementById("household").remove();
    const { x, y } = address.position();
    const label = figure.dataset.household ?? "";
    graph.add({ group: "nodes", data: { id: "household", kind: "household", label, href }, position: { x, y: y + (y > HEIGHT / 2 ? -64 : 64) } });
    graph.add({ group: "edges", data: { id: "to-household", source: address.id(), target: "household", label: "" } });
  };
  graph.on("tap", "node", (event) => {
    const node = event.target as cytoscape.NodeSingular;
    if (node.id() === "household") {
      searchOf(String(node.data("href")))?.requestSubmit();
      return;
    }
    const thing = shown.things[Number(node.id())];
    if (!thing) return;
    if (thing.group) figure.querySelector<HTMLButtonElement>(`[data-group="${groups.indexOf(thing.group)}"]`)?.click();
    else if (thing.kind === "address" && searchOf(thing.href)) offerHousehold(node, thing.href);
    else if (thing.href.startsWith("#")) location.hash = thing.href;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => graph.style(looks()));
  show(all);
  addEventListener("resize", fit);
  // Paper shows the still one. Its links lead to sections, to which the contents of the page lead too.
  svg.classList.add("still");
}

/** Adds buttons that open what stands for many records, a part of them at a time, for whoever has no mouse. */
function addSteps(
  figure: HTMLElement,
  stage: HTMLElement,
  place: HTMLElement,
  says: string,
  things: Thing[],
  groups: Group[],
  show: (what?: { things: Thing[]; lines: Line[] }) => void,
): void {
  const row = document.createElement("div");
  row.className = "row opens";
  const told = document.createElement("span");
  told.className = "small soft";
  told.setAttribute("role", "status");
  const button = (label: string | undefined, step: () => void) => {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "button quiet small";
    one.textContent = label ?? "";
    one.addEventListener("click", step);
    return one;
  };
  const closed = groups.map((group, at) => {
    const label = things.find((thing) => thing.group === group)?.label;
    const one = button(label, () => open(group, 0));
    one.dataset.group = String(at);
    return one;
  });
  const close = (group: Group) => {
    show();
    told.textContent = "";
    place.setAttribute("aria-label", says);
    row.replaceChildren(...closed, told);
    closed[groups.indexOf(group)]?.focus();
  };
  const open = (group: Group, first: number) => {
    const last = Math.min(first + RECORDS_MAX, group.records.length);
    show(opened(things, group, first));
    const words: Record<string, string> = { first: String(first + 1), last: String(last), all: String(group.records.length) };
    told.textContent = `${group.title}. ${(figure.dataset.part ?? "").replaceAll(/\[(\w+)\]/g, (_, name: string) => words[name] ?? "")}`;
    place.setAttribute("aria-label", `${says}. ${told.textContent}`);
    const back = button(figure.dataset.all, () => close(group));
    const before = button(figure.dataset.earlier, () => open(group, Math.max(0, first - RECORDS_MAX)));
    const after = button(figure.dataset.later, () => open(group, first + RECORDS_MAX));
    row.replaceChildren(back, ...(first > 0 ? [before] : []), ...(last < group.records.length ? [after] : []), told);
    // The button that was used is gone: the focus goes to the one that goes on, else back.
    (last < group.records.length ? after : back).focus();
  };
  row.append(...closed, told);
  stage.prepend(row);
}
