// Lets the picture of what hangs together be moved, looked at closer and opened hop by hop. The picture is whole without it: it
// is read from there. Other people are not in it before somebody asks for them: to see them is a search.

import cytoscape from "cytoscape";
import { type Household, askHouseholds } from "./household";

/** Where Cytoscape would put a style of its own, which the policy of the pages forbids: the rule is in our styles. */
const STYLES = "__________cytoscape_stylesheet";

/** The most records that are shown at once of those that one thing stands for. */
const RECORDS_MAX = 12;

/** The size of the picture in its own units, as the server draws it. */
const WIDTH = 960;
const HEIGHT = 640;

/** How far beyond the middle of a side of the picture a household stands, and its members, each below the other. */
const HOUSEHOLD_AT = 110;
const MEMBERS_AT = 270;
const MEMBER_STEP = 48;

/** From the last member of a household to the first of the next one below. */
const HOUSEHOLD_STEP = 72;

/** The most characters of another person's name in the picture, and of a register's before a record's number. */
const LABEL_MAX = 26;
const TITLE_MAX = 22;

type Kind = "person" | "record" | "records" | "address" | "employer" | "others";
type Point = { x: number; y: number };
/** On which side of its thing a label stands, in the words of Cytoscape. */
type Side = { across: "left" | "center" | "right"; down: "top" | "center" | "bottom" };
/** `lines` is the label as it is drawn. */
type Thing = { kind: Kind; label: string; lines: string; side: Side; href: string; at: Point; group?: Group };
/** `by` is how far the label is from the middle of the line. */
type Line = { from: number; to: number; label: string; by: Point };
/** The records that one thing stands for: how sure each is, and which things it names. */
type Group = { title: string; records: [string, number[]][] };

const BELOW: Side = { across: "center", down: "bottom" };
const ON_LINE: Point = { x: 0, y: 0 };

/** How far a label is from the rim of its thing. */
const LABEL_BESIDE = 6;

function number(element: Element, name: string): number {
  return Number(element.getAttribute(name));
}

/** Reads things and lines out of the picture. */
function readOut(svg: SVGSVGElement): { things: Thing[]; lines: Line[] } {
  const things = Array.from(svg.querySelectorAll<SVGElement>("[data-node]"), (node): Thing => {
    const circle = node.querySelector("circle");
    const square = node.querySelector("rect");
    const text = node.querySelector<SVGTextElement>("text");
    const lines = Array.from(node.querySelectorAll("tspan"), (line) => line.textContent ?? "");
    const { title, opens } = node.dataset;
    return {
      kind: (node.dataset.node ?? "record") as Kind,
      label: lines.join(" "),
      lines: lines.join("\n"),
      side: { across: text?.dataset.across ?? BELOW.across, down: text?.dataset.down ?? BELOW.down } as Side,
      href: node.getAttribute("href") ?? "",
      at: circle ? { x: number(circle, "cx"), y: number(circle, "cy") } : square ? { x: number(square, "x"), y: number(square, "y") } : ON_LINE,
      ...(opens === undefined ? {} : { group: { title: title ?? "", records: JSON.parse(opens) as Group["records"] } }),
    };
  });
  const lines = Array.from(svg.querySelectorAll<SVGElement>("line[data-from]"), (line): Line => {
    const { from, to, percent, x, y } = line.dataset;
    // Where there is no room for it the server gives none: the table has it.
    if (percent === undefined) return { from: Number(from), to: Number(to), label: "", by: ON_LINE };
    const middle = { x: (number(line, "x1") + number(line, "x2")) / 2, y: (number(line, "y1") + number(line, "y2")) / 2 };
    // A text of a drawing is told by the line that it is written on.
    const by = { x: Number(x) - middle.x, y: Number(y) - 5 - middle.y };
    return { from: Number(from), to: Number(to), label: percent, by };
  });
  return { things, lines };
}

/** Gives where the thing `place` of `of` stands on a ring, as a share of half the picture. */
function onRing(place: number, of: number, share: number): Point {
  const angle = (2 * Math.PI * (place + 0.5)) / Math.max(of, 1) - Math.PI / 2;
  return { x: WIDTH / 2 + Math.cos(angle) * share * (WIDTH / 2), y: HEIGHT / 2 - 10 + Math.sin(angle) * share * (HEIGHT / 2) };
}

/** Gives where a record of a group stands: of many, every other one nearer, so that their labels are apart. */
function ofGroup(place: number, of: number): Point {
  return onRing(place, of, of <= 6 ? 0.5 : place % 2 === 0 ? 0.6 : 0.42);
}

/** Gives the records of a group from `first` on, around it, and beyond them the person and what they name. */
export function opened(things: Thing[], group: Group, first: number): { things: Thing[]; lines: Line[] } {
  const records = group.records.slice(first, first + RECORDS_MAX);
  const named = [...new Set(records.flatMap(([, places]) => places))].sort((one, other) => one - other);
  const [person] = things;
  const shown: Thing[] = [];
  const lines: Line[] = [];
  if (person) shown.push({ ...person, side: BELOW, at: { x: WIDTH / 2, y: HEIGHT / 2 - 10 } });
  const section = things.find((thing) => thing.group === group)?.href ?? "";
  records.forEach(([percent], at) => {
    const count = first + at + 1;
    const label = `${group.title} ${count}`;
    const drawn = label.length > TITLE_MAX ? `${shortened(group.title, TITLE_MAX)}\n${count}` : label;
    shown.push({ kind: "record", label, lines: drawn, side: BELOW, href: `${section}:${count}`, at: ofGroup(at, records.length) });
    lines.push({ from: 0, to: shown.length - 1, label: percent, by: ON_LINE });
  });
  named.forEach((place, at) => {
    const thing = things[place];
    if (!thing) return;
    shown.push({ ...thing, side: BELOW, at: onRing(at, named.length, 0.88) });
    records.forEach(([, places], record) => {
      if (places.includes(place)) lines.push({ from: 1 + record, to: shown.length - 1, label: "", by: ON_LINE });
    });
  });
  return { things: shown, lines };
}

/** A household before it has a place: where its address or employer stands, and how many members it has. */
type Beside = { from: Point; members: number };

/**
 * Gives where households and their members stand: beside the picture, each on the side of its address and as high as that, those of
 * one side below each other.
 */
export function beside(households: Beside[]): { household: Point; members: Point[] }[] {
  const sideOf = ({ from }: Beside) => (from.x < WIDTH / 2 ? -1 : 1);
  const heightOf = ({ members }: Beside) => Math.max(0, members - 1) * MEMBER_STEP;
  const tops = new Map<Beside, number>();
  for (const side of [-1, 1]) {
    const here = households.filter((one) => sideOf(one) === side).sort((one, other) => one.from.y - other.from.y);
    let least = 0;
    for (const one of here) {
      const top = Math.max(least, one.from.y - heightOf(one) / 2);
      tops.set(one, top);
      least = top + heightOf(one) + HOUSEHOLD_STEP;
    }
    // What would end below the picture goes up, with what is above it.
    let most = HEIGHT - MEMBER_STEP;
    for (const one of here.reverse()) {
      const top = Math.min(tops.get(one) ?? 0, most - heightOf(one));
      tops.set(one, top);
      most = top - HOUSEHOLD_STEP;
    }
  }
  return households.map((one) => {
    const x = (far: number) => WIDTH / 2 + sideOf(one) * (WIDTH / 2 + far);
    const top = tops.get(one) ?? 0;
    return {
      household: { x: x(HOUSEHOLD_AT), y: Math.max(top, Math.min(one.from.y, top + heightOf(one))) },
      members: Array.from({ length: one.members }, (_, at) => ({ x: x(MEMBERS_AT), y: top + at * MEMBER_STEP })),
    };
  });
}

function shortened(label: string, most = LABEL_MAX): string {
  const letters = Array.from(label);
  return letters.length > most ? `${letters.slice(0, most - 1).join("").trimEnd()}…` : label;
}

/** How far from its thing a label on each side is drawn. */
const FROM_RIM = { left: -LABEL_BESIDE, right: LABEL_BESIDE, top: -LABEL_BESIDE, bottom: LABEL_BESIDE, center: 0 } as const;

function sideOf(node: cytoscape.NodeSingular): Side {
  return (node.data("side") as Side | undefined) ?? BELOW;
}

function byOf(edge: cytoscape.EdgeSingular): Point {
  return (edge.data("by") as Point | undefined) ?? ON_LINE;
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
  svg.after(stage);
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
        "text-margin-y": LABEL_BESIDE,
        "text-background-color": token("--ground"),
        "text-background-opacity": 1,
        "text-background-padding": "2px",
      },
    },
    {
      selector: "node[lines]",
      style: {
        label: "data(lines)",
        "text-wrap": "wrap",
        "text-max-width": "240px",
        "text-halign": (node: cytoscape.NodeSingular) => sideOf(node).across,
        "text-valign": (node: cytoscape.NodeSingular) => sideOf(node).down,
        "text-margin-x": (node: cytoscape.NodeSingular) => FROM_RIM[sideOf(node).across],
        "text-margin-y": (node: cytoscape.NodeSingular) => FROM_RIM[sideOf(node).down],
      },
    },
    { selector: "node[kind = 'person']", style: { width: 30, height: 30, "background-color": token("--line-strong") } },
    { selector: "node[kind = 'member']", style: { width: 24, height: 24, "background-color": token("--line-strong") } },
    { selector: "node[kind = 'records']", style: { width: 28, height: 28, "border-width": 5, "border-color": token("--accent-low") } },
    {
      selector: "node[kind = 'address'], node[kind = 'employer'], node[kind = 'others'], node[kind = 'household'], node[kind = 'offer']",
      style: {
        shape: "round-rectangle",
        "background-color": token("--ground-low"),
        "border-width": 2,
        "border-color": token("--line-strong"),
      },
    },
    { selector: "node[kind = 'offer']", style: { "border-style": "dashed", color: token("--accent") } },
    {
      selector: "node[kind = 'closed']",
      style: { width: 1, height: 1, "background-opacity": 0, color: token("--ink-soft"), "text-wrap": "wrap", "text-max-width": "220px" },
    },
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
        "text-margin-x": (edge: cytoscape.EdgeSingular) => byOf(edge).x,
        "text-margin-y": (edge: cytoscape.EdgeSingular) => byOf(edge).y,
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
  // Few things don't grow to fill the frame. What a label takes counts, so that none is cut at its edge.
  const fit = () => {
    graph.fit(undefined, 24);
    if (graph.zoom() > 1) graph.zoom(1).center();
  };
  const hops = figure.parentElement?.querySelector<HTMLFormElement>("form[data-hop]") ?? null;
  /** Gives the button that asks who else is at an address or employer; none where that does not open. */
  const hopOf = (href: string): HTMLButtonElement | undefined =>
    Array.from(hops?.querySelectorAll<HTMLButtonElement>("[data-place]") ?? []).find(({ dataset }) => dataset.place === href);

  let shown = all;
  let households: Household[] = [];
  // The part of the picture that is shown, in words; none where it is all of it.
  let part = "";
  const describe = () => {
    const told = [says, part, ...households.map((one) => `${one.says} · ${one.name}`)].filter((words) => words !== "");
    place.setAttribute("aria-label", told.join(". "));
  };
  /** Puts those who were found beside their addresses and employers, as far as these are in the picture: everyone once. */
  const addHouseholds = () => {
    graph.elements("[?beyond]").remove();
    const placed = households.flatMap((household) => {
      const at = shown.things.findIndex((thing) => thing.href === household.place);
      return at < 0 ? [] : [{ household, from: graph.getElementById(String(at)) }];
    });
    const drawn = new Map<string, string>();
    const added = placed.map(({ household, from }, at) => {
      const id = `household-${at}`;
      const own: { id: string; kind: string; label: string; opens: string }[] = [];
      const others: string[] = [];
      household.members.forEach((member, place) => {
        const known = drawn.get(member.pathname);
        if (known !== undefined) {
          others.push(known);
          return;
        }
        const node = `${id}-${place}`;
        drawn.set(member.pathname, node);
        own.push({ id: node, kind: "member", label: shortened(member.textContent ?? ""), opens: member.href });
      });
      if (household.rest !== "") own.push({ id: `${id}-rest`, kind: "others", label: household.rest, opens: "" });
      return { id, household, from, own, others };
    });
    const points = beside(added.map(({ from, own }) => ({ from: from.position(), members: own.length })));
    const line = (source: string, target: string) => ({
      group: "edges" as const,
      data: { id: `${source}-to-${target}`, source, target, label: "", beyond: true },
    });
    added.forEach(({ id, household, from, own, others }, at) => {
      const stands = points[at] ?? { household: from.position(), members: [] };
      const { label, place } = household;
      graph.add({ group: "nodes", data: { id, kind: "household", label, place, beyond: true }, position: stands.household });
      graph.add(line(from.id(), id));
      own.forEach((member, row) => {
        const position = stands.members[row] ?? stands.household;
        graph.add({ group: "nodes", data: { ...member, place, beyond: true }, position });
        graph.add(line(id, member.id));
      });
      for (const known of others) graph.add(line(id, known));
    });
  };
  const show = (what: { things: Thing[]; lines: Line[] }, told = "") => {
    shown = what;
    part = told;
    graph.elements().remove();
    graph.add(
      what.things.map(({ kind, label, lines, side, at }, id) => ({
        group: "nodes" as const,
        data: { id: String(id), kind, label, lines, side },
        position: { ...at },
      })),
    );
    graph.add(
      what.lines.map(({ from, to, label, by }, at) => ({
        group: "edges" as const,
        data: { id: `e${at}`, source: String(from), target: String(to), label, by },
      })),
    );
    addHouseholds();
    fit();
    describe();
  };
  const groups = all.things.flatMap(({ group }) => (group ? [group] : []));
  if (groups.length > 0) {
    // Where fewer buttons take less room the picture moves: it has to know where it is to be clicked on.
    addSteps(figure, all.things, groups, (what, told) => show(what ?? all, told), () => graph.resize());
  }
  const takeOffer = () => {
    const offer = graph.getElementById("offer");
    if (offer.nonempty()) offer.remove();
  };
  // The next hop is to other people: it is offered, with what it does, and made when it is asked for.
  const offerHop = (from: cytoscape.NodeSingular, href: string) => {
    takeOffer();
    const { x, y } = from.position();
    const label = hopOf(href)?.dataset.offer ?? "";
    graph.add({ group: "nodes", data: { id: "offer", kind: "offer", label, href }, position: { x, y: y + (y > HEIGHT / 2 ? -64 : 64) } });
    graph.add({ group: "edges", data: { id: "to-offer", source: from.id(), target: "offer", label: "" } });
  };
  // Where the purpose opens no employers nothing leads on from one, and that is said beside it.
  const tellClosed = (employer: cytoscape.NodeSingular, href: string) => {
    takeOffer();
    const { x, y } = employer.position();
    const label = figure.dataset.closed ?? "";
    graph.add({ group: "nodes", data: { id: "offer", kind: "closed", label, href }, position: { x, y: y + (y > HEIGHT / 2 ? -64 : 48) } });
    graph.add({ group: "edges", data: { id: "to-offer", source: employer.id(), target: "offer", label: "" } });
  };
  if (hops) {
    askHouseholds(hops, (found) => {
      households = found;
      takeOffer();
      addHouseholds();
      fit();
      describe();
    });
  }
  graph.on("tap", "node", (event) => {
    const node = event.target as cytoscape.NodeSingular;
    if (node.id() === "offer") {
      const href = String(node.data("href"));
      if (node.data("kind") === "closed") location.hash = href;
      else hopOf(href)?.click();
      return;
    }
    if (node.data("beyond")) {
      const household = households.find(({ place: href }) => href === node.data("place"));
      const member = household?.members.find(({ href }) => href === node.data("opens"));
      if (member) member.click();
      else household?.part.scrollIntoView({ block: "nearest" });
      return;
    }
    const thing = shown.things[Number(node.id())];
    if (!thing) return;
    if (thing.group) figure.querySelector<HTMLButtonElement>(`[data-group="${groups.indexOf(thing.group)}"]`)?.click();
    // Who is there already is led to, and not asked for again.
    else if (households.some(({ place: href }) => href === thing.href)) hopOf(thing.href)?.click();
    else if (hopOf(thing.href)) offerHop(node, thing.href);
    else if (thing.kind === "employer" && figure.dataset.closed !== undefined) tellClosed(node, thing.href);
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
  things: Thing[],
  groups: Group[],
  show: (what?: { things: Thing[]; lines: Line[] }, told?: string) => void,
  settle: () => void,
): void {
  // The page keeps its place, above the picture: nothing lies under it.
  const row = figure.querySelector<HTMLElement>(".opens");
  if (!row) return;
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
    row.replaceChildren(...closed, told);
    settle();
    closed[groups.indexOf(group)]?.focus();
  };
  const open = (group: Group, first: number) => {
    const last = Math.min(first + RECORDS_MAX, group.records.length);
    const words: Record<string, string> = { first: String(first + 1), last: String(last), all: String(group.records.length) };
    told.textContent = `${group.title}. ${(figure.dataset.part ?? "").replaceAll(/\[(\w+)\]/g, (_, name: string) => words[name] ?? "")}`;
    show(opened(things, group, first), told.textContent ?? "");
    const back = button(figure.dataset.all, () => close(group));
    const before = button(figure.dataset.earlier, () => open(group, Math.max(0, first - RECORDS_MAX)));
    const after = button(figure.dataset.later, () => open(group, first + RECORDS_MAX));
    row.replaceChildren(back, ...(first > 0 ? [before] : []), ...(last < group.records.length ? [after] : []), told);
    settle();
    // The button that was used is gone: the focus goes to the one that goes on, else back.
    (last < group.records.length ? after : back).focus();
  };
  row.replaceChildren(...closed, told);
}
