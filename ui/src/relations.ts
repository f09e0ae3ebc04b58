// Lets the picture of what hangs together be moved, drawn apart and looked at closer. The picture is whole without it: it is
// read from there.

import cytoscape from "cytoscape";

/** Where Cytoscape would put a style of its own, which the policy of the pages forbids: the rule is in our styles. */
const STYLES = "__________cytoscape_stylesheet";

function number(element: Element, name: string): number {
  return Number(element.getAttribute(name));
}

/** Reads things and lines out of the picture. */
function elementsOf(svg: SVGSVGElement): cytoscape.ElementDefinition[] {
  const nodes = Array.from(svg.querySelectorAll<SVGElement>("[data-node]"), (node, at) => {
    const circle = node.querySelector("circle");
    const position = circle ? { x: number(circle, "cx"), y: number(circle, "cy") } : { x: 0, y: 0 };
    const data = { id: String(at), label: node.querySelector("text")?.textContent ?? "", kind: node.dataset.node ?? "" };
    return { group: "nodes" as const, data: { ...data, href: node.getAttribute("href") ?? "" }, position };
  });
  const edges = Array.from(svg.querySelectorAll<SVGElement>("line[data-from]"), (line, at) => ({
    group: "edges" as const,
    data: { id: `e${at}`, source: line.dataset.from ?? "", target: line.dataset.to ?? "", label: line.dataset.percent ?? "" },
  }));
  return [...nodes, ...edges];
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
  const place = document.createElement("div");
  place.className = "moved";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", svg.getAttribute("aria-label") ?? "");
  figure.append(place);
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
    {
      selector: "node[kind = 'address'], node[kind = 'employer']",
      style: {
        shape: "round-rectangle",
        "background-color": token("--ground-low"),
        "border-width": 2,
        "border-color": token("--line-strong"),
      },
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
      },
    },
  ];
  const graph = cytoscape({
    container: place,
    elements: elementsOf(svg),
    layout: { name: "preset", padding: 24 },
    style: looks(),
    minZoom: 0.4,
    maxZoom: 3,
    // The wheel scrolls the page.
    userZoomingEnabled: false,
    boxSelectionEnabled: false,
  });
  graph.on("tap", "node", (event) => {
    const href: unknown = event.target.data("href");
    if (typeof href === "string" && href.startsWith("#")) location.hash = href;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => graph.style(looks()));
  // Few things don't grow to fill the frame.
  const fit = () => {
    graph.fit(undefined, 24);
    if (graph.zoom() > 1) graph.zoom(1).center();
  };
  fit();
  addEventListener("resize", fit);
  // Its links lead to sections, to which the contents of the page lead too.
  svg.remove();
}
