// The islands. Every page is whole without them; each adds something that only a browser can do.

import { keepCheckpoint, offerCheckpoint } from "./checkpoint";
import { checkReceipt } from "./receipt";
import { zoomTimeline } from "./timeline";

const islands: Record<string, (element: HTMLElement) => void> = {
  checkpoint: offerCheckpoint,
  "keep-checkpoint": keepCheckpoint,
  receipt: checkReceipt,
  // The library for graphs is large: it is fetched by the pages that have one.
  relations: (element) => void import("./relations").then(({ drawRelations }) => drawRelations(element)),
  timeline: zoomTimeline,
};

for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) {
  islands[element.dataset.island ?? ""]?.(element);
}
