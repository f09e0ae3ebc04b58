// The islands. Every page is whole without them; each adds something that only a browser can do.

import { keepCheckpoint, offerCheckpoint } from "./checkpoint";
import { checkReceipt } from "./receipt";

const islands: Record<string, (element: HTMLElement) => void> = {
  checkpoint: offerCheckpoint,
  "keep-checkpoint": keepCheckpoint,
  receipt: checkReceipt,
};

for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) {
  islands[element.dataset.island ?? ""]?.(element);
}
