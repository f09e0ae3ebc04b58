// The islands. Every page is whole without them; each adds something that only a browser can do.

import { keepCheckpoint, offerCheckpoint } from "./checkpoint";
import { followRun } from "./progress";
import { checkReceipt } from "./receipt";
import { watchSteps } from "./steps";
import { zoomTimeline } from "./timeline";

const islands: Record<string, (element: HTMLElement) => void> = {
  checkpoint: offerCheckpoint,
  "keep-checkpoint": keepCheckpoint,
  progress: followRun,
  receipt: checkReceipt,
  relations: fetchRelations,
  steps: watchSteps,
  timeline: zoomTimeline,
};

/** Fetches the library for graphs, which is large, where a graph is shown. Without it the picture stays still, and says so. */
function fetchRelations(figure: HTMLElement): void {
  if (figure.clientWidth === 0) return;
  import("./relations").then(
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
        fetchRelations(figure);
      });
      said.append(figure.dataset.unreached ?? "", " ", button);
      figure.prepend(said);
    },
  );
}

for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) {
  islands[element.dataset.island ?? ""]?.(element);
}
