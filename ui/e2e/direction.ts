// Names that run from right to left, among words that run from left to right.

import { expect, type Page } from "@playwright/test";
import type { Somebody } from "./small";

/** Tells whether texts run from right to left where they are written, and stand after what names them. */
export async function checkDirection(page: Page, somebody: Somebody, what: string): Promise<void> {
  const isolated = await page.evaluate((name) => {
    const walker = document.createTreeWalker(document.querySelector("main") ?? document.body, NodeFilter.SHOW_TEXT);
    const outside: string[] = [];
    let inside = 0;
    while (walker.nextNode()) {
      const text = walker.currentNode;
      const parent = text.parentElement;
      if (!text.textContent?.includes(name) || !parent || parent.closest("svg, textarea")) continue;
      const bdi = parent.closest("bdi");
      if (bdi && getComputedStyle(bdi).direction === "rtl") inside += 1;
      else outside.push(`${parent.tagName}: ${text.textContent}`);
    }
    const sides = [...document.querySelectorAll("main bdi")].flatMap((bdi) => {
      const [before, after] = [bdi.previousElementSibling, bdi.nextElementSibling];
      // A text of several lines has a box for each; what is put away has none, and what stands on another line has no side.
      const first = bdi.getClientRects()[0];
      const last = [...bdi.getClientRects()].at(-1);
      const left = [...(before?.getClientRects() ?? [])].at(-1);
      const right = after?.getClientRects()[0];
      const isOneLine = (one?: DOMRect, other?: DOMRect) => one && other && Math.abs(one.bottom - other.bottom) < 8;
      return [
        left && first && isOneLine(left, first) && left.right > first.left + 1 ? `${before?.textContent} is not before ${bdi.textContent}` : "",
        right && last && isOneLine(last, right) && right.left < last.right - 1 ? `${after?.textContent} is not after ${bdi.textContent}` : "",
      ];
    });
    return { inside, outside, sides: sides.filter((one) => one !== "") };
  }, somebody.last);
  expect(isolated.outside, `${what}: the name is isolated`).toEqual([]);
  expect(isolated.inside, `${what}: the name is there`).toBeGreaterThan(0);
  expect(isolated.sides, `${what}: labels stay on their side`).toEqual([]);
}
