// The islands. Every page is whole without them; each adds something that only a browser can do.

import { keepCheckpoint, offerCheckpoint, offerCopy } from "./checkpoint";
import { addLocalTime } from "./local-time";
import { followRun } from "./progress";
import { checkReceipt } from "./receipt";
import { leadBack } from "./results";
import { watchSteps } from "./steps";
import { zoomTimeline } from "./timeline";

const islands: Record<string, (element: HTMLElement) => void> = {
  checkpoint: offerCheckpoint,
  copy: offerCopy,
  "keep-checkpoint": keepCheckpoint,
  "local-time": addLocalTime,
  progress: followRun,
  receipt: checkReceipt,
  relations: (figure) => fetchRelations(figure),
  results: leadBack,
  steps: watchSteps,
  timeline: zoomTimeline,
};

type Relations = typeof import("./relations");

/** Fetches the library for graphs. Browsers keep that a module didn't come: it is asked for under another address then. */
function relations(attempt: number): Promise<Relations> {
  const came = performance.getEntriesByType("resource").map(({ name }) => name.replace(/\?.*/, ""));
  const address = came.find((name) => /\/relations-\w+\.js$/.test(name));
  if (attempt === 0 || address === undefined) return import("./relations");
  return import(`${address}?attempt=${attempt}`) as Promise<Relations>;
}

/** Draws a graph by that library, which is large. Without it the picture stays still, and says so. */
function fetchRelations(figure: HTMLElement, attempt = 0): void {
  if (figure.clientWidth === 0) return;
  relations(attempt).then(
    ({ drawRelations }) => drawRelations(figure),
    () => {
      const said = document.createElement("p");
      said.className = "row";
      said.setAttribute("role", "status");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button quiet small";
      button.textContent = figure.dataset.again ?? "";
      button.addEventListener("click", () => {
        said.remove();
        fetchRelations(figure, attempt + 1);
      });
      said.append(figure.dataset.unreached ?? "", " ", button);
      figure.prepend(said);
    },
  );
}

for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) {
  islands[element.dataset.island ?? ""]?.(element);
}
