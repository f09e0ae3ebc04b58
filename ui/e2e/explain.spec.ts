// A steward names two records and reads why they are, or are not, of one person: in English, wide and light, in French, narrow and
// dark, and without scripts.

import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { formOf, judge, takeBack } from "./judging";
import { onSmall } from "./small";
import { checkAccessibility, checkWidth, enter, entryOf, expect, whole } from "./visit";

const EXPLAIN = "/review/explain";

/** Writes a number as the hash of a record takes it. */
function eightBytes(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(number));
  return bytes;
}

/** Gives the id of the record with this key: its register, and the hash over the parts with their lengths (`model::RecordId`). */
function recordId(register: string, key: string): string {
  const hash = createHash("sha256");
  for (const part of [register, "key", key]) hash.update(eightBytes(Buffer.byteLength(part))).update(part);
  return `${register}:${hash.update(eightBytes(0)).digest("hex").slice(0, 32)}`;
}

// The resident of a number and the visit of the same are of one person, as the small project makes them: the one is named by its id,
// the other by its key.
const RESIDENT = recordId("residents", "R-1");
const VISIT = "library_members:V-1";
const OTHER = recordId("residents", "R-2");
const NOBODY = `residents:${"0".repeat(32)}`;

async function name(page: Page, left: string, right: string, reason: string): Promise<void> {
  await page.locator("#left").fill(left);
  await page.locator("#right").fill(right);
  await page.locator("#reason").fill(reason);
  await page.locator("form", { has: page.locator("#left") }).getByRole("button").click();
  await whole(page);
}

for (const { javaScriptEnabled, locale, width, colorScheme, together, apart } of [
  { javaScriptEnabled: true, locale: "en-GB", width: 1280, colorScheme: "light", together: "puts them together", apart: "keeps them apart" },
  { javaScriptEnabled: true, locale: "fr-FR", width: 390, colorScheme: "dark", together: "les réunit", apart: "les sépare" },
  { javaScriptEnabled: false, locale: "en-GB", width: 390, colorScheme: "light", together: "puts them together", apart: "keeps them apart" },
] as const) {
  const how = `${locale}, ${width} px, ${javaScriptEnabled ? "with" : "without"} scripts`;
  onSmall(`a steward has two records explained, of one person and of two, ${how}`, async ({ watched, small }) => {
    const context = await watched({ javaScriptEnabled, locale, colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const look = async (what: string) => {
      expect(page.url(), "whoever knows a row's key can work its id out: it is in no address").not.toContain("residents");
      await checkWidth(page, what);
      // Axe waits by timers, which don't run where scripts are switched off.
      if (javaScriptEnabled) await checkAccessibility(page, what);
    };
    await enter(page, "steward", small.token("steward"));
    await page.goto("/review");
    await page.locator(`main a[href='${EXPLAIN}']`).click();
    await expect(page.locator("#left")).toBeVisible();
    await look("the form");

    await name(page, "R-1", VISIT, "");
    await expect(page.locator("#left-wrong"), "how a record is named").toContainText("student_loans:SL-2026-0417");
    await expect(page.locator("#reason-wrong")).toBeVisible();
    await expect(page.locator("#right-wrong")).toHaveCount(0);
    const summary = page.getByRole("alert");
    await expect(summary, "what is to be mended comes first").toBeFocused();
    await expect(summary.getByRole("link")).toHaveCount(2);
    await expect(summary.getByRole("link").first()).toHaveAttribute("href", "#left");
    await expect(page.locator("#left")).toHaveValue("R-1");
    await expect(page.locator("#right")).toHaveValue(VISIT);
    await look("a form that can't be read");

    await name(page, RESIDENT, VISIT, "A resident asked why");
    await expect(page.locator("p.lead")).toContainText(together);
    const steps = page.locator("table.weights tbody tr");
    expect(await steps.count(), "what is held before, comparisons, and all together").toBeGreaterThan(3);
    await expect(steps.last()).toHaveClass("sum");
    await look("a link");
    const linked = await entryOf(page);

    await page.locator(`main a[href='${EXPLAIN}']`).click();
    await name(page, RESIDENT, OTHER, "A resident asked why not");
    await expect(page.locator("p.lead")).toContainText(apart);
    expect(await steps.count()).toBeGreaterThan(3);
    await look("no link");
    expect(await entryOf(page), "each is a look of its own").toBe(linked + 1);

    // What is judged of the two, and taken back again: they are in no queue.
    const different = page.locator("main input[name=verdict][value=different]");
    await different.check();
    await formOf(page, "#reason").getByRole("button").click();
    await whole(page);
    await expect(page.locator("#reason-wrong"), "a judgement has a reason").toBeVisible();
    await expect(different, "what was chosen is kept").toBeChecked();
    await look("a judgement without its reason");
    await judge(page);
    await look("what was written");
    await page.locator(`main a[href='${EXPLAIN}']`).click();
    await name(page, RESIDENT, OTHER, "Was it judged?");
    await expect(page.locator("#why-back"), "what one said is there to be taken back").toBeVisible();
    await look("two records that were judged");
    await takeBack(page);

    await page.locator(`main a[href='${EXPLAIN}']`).click();
    await name(page, RESIDENT, NOBODY, "Nobody is there");
    await expect(page.locator("main a[href='/problems/not-found']")).toBeVisible();
    await look("a record that is not there");
    await page.locator(`main form[action='${EXPLAIN}']`).getByRole("button").click();
    await expect(page.locator("#left"), "what was typed is kept").toHaveValue(RESIDENT);
    await expect(page.locator("#right")).toHaveValue(NOBODY);
    await expect(page.locator("#reason")).toHaveValue("Nobody is there");
  });
}
