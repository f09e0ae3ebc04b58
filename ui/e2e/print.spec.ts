// Pages on paper: what is read is there, what can only be used on a screen is not, and receipts stay folded.

import type { Page } from "@playwright/test";
import { OTHERS, type Role, checkAccessibility, checkWidth, enter, expect, lookAtCitizen, openWithAddress, search, test, workOn } from "./visit";

/** A page of A4 without its margins, in pixels of CSS. */
const PAPER = { width: 718, height: 1000 };

/** A page that is printed: how it is come to, and what stands on paper. */
type Printed = { what: string; role: Role; come: (page: Page) => Promise<void>; reads: (page: Page) => Promise<void> };

const receipts = (page: Page) => page.locator("[data-island=receipt]");

const REFUSAL: Printed = {
  what: "a refusal",
  role: "officer",
  come: async (page) => {
    await workOn(page, OTHERS);
    await search(page, "Maria");
  },
  reads: async (page) => {
    await expect(page.locator(".note.bad code").first()).toHaveText("purpose.not-a-recipient");
    await expect(page.locator(".facts").first()).toBeVisible();
    await expect(page.locator(".entry-note").first()).toBeVisible();
  },
};

const DOSSIER: Printed = {
  what: "a dossier with addresses",
  role: "welfare-officer",
  come: async (page) => void (await openWithAddress(page)),
  reads: async (page) => {
    const row = page.locator("#places tbody tr").first();
    await expect(row.locator("th bdi")).toBeVisible();
    await expect(row.locator("td").filter({ visible: true }), "without the column that leads on").toHaveCount(2);
    await expect(page.locator(".record details dl.facts").first(), "where a record stands is open on paper").toBeVisible();
  },
};

const PAIR: Printed = {
  what: "a pair",
  role: "steward",
  come: async (page) => page.locator("main a.button:not(.quiet)").click(),
  reads: async (page) => {
    await expect(page.locator("main table").first()).toBeVisible();
    for (const effect of [1, 2, 3]) await expect(page.locator(`#effect-${effect}`), "what a judgement does").toBeVisible();
  },
};

const DESK: Printed = {
  what: "the desk",
  role: "data-protection-officer",
  come: async (page) => void (await page.goto("/desk")),
  reads: async (page) => {
    await expect(page.locator("figure.days svg").first()).toBeVisible();
    await expect(page.locator("table.narrow tbody tr").first(), "the table of days is open on paper").toBeVisible();
    await expect(page.locator("#officers")).toBeVisible();
  },
};

const LOG: Printed = {
  what: "the log",
  role: "data-protection-officer",
  come: async (page) => {
    await page.goto("/log");
    await expect(page.locator("#verify pre"), "on a screen it is a click away").toBeHidden();
  },
  reads: async (page) => {
    await expect(page.locator("#verify pre"), "the checkpoint is what paper is for").toContainText(/\n\d+\n/);
    await expect(page.locator("#verify pre")).toBeVisible();
    await expect(page.locator("tbody tr").first()).toBeVisible();
  },
};

const LOOKS: Printed = {
  what: "who looked",
  role: "citizen",
  come: async (page) => {
    await page.goto("/me");
    await page.locator(".look").filter({ has: page.locator("h2") }).first().locator("details:has(> [data-island=receipt]) > summary").first().click();
    await expect(receipts(page).filter({ visible: true })).toHaveCount(1);
  },
  reads: async (page) => {
    await expect(page.locator(".look h2").first()).toBeVisible();
    await expect(page.locator(".look h2 ~ dl.facts").first()).toBeVisible();
    expect(await receipts(page).count()).toBeGreaterThan(1);
    await expect(receipts(page).filter({ visible: true }), "none but the one that was opened").toHaveCount(1);
    await expect(page.locator("details:has([data-island=receipt]) > summary").first(), "of the others it says that they are there").toBeVisible();
    await expect(page.locator("main ul.list code").first(), "what is no receipt is open on paper").toBeVisible();
  },
};

const RECORDS: Printed = {
  what: "own records",
  role: "citizen",
  come: async (page) => void (await page.goto("/me/records")),
  reads: async (page) => {
    await expect(page.locator(".record").first()).toBeVisible();
    await expect(page.locator(".record details dl.facts").first(), "where a record stands is open on paper").toBeVisible();
    await expect(page.locator(".record table:not(.pairs, .weights)").first(), "what speaks for the link, in words").toBeVisible();
    await expect(page.locator(".record details.experts table").first(), "its numbers are folded").toBeHidden();
    const timeline = page.locator("section[aria-labelledby=timeline]");
    await expect(timeline.locator("figure svg").or(timeline.locator("table")).filter({ visible: true }).first()).toBeVisible();
  },
};

for (const [locale, colorScheme, pages] of [
  ["en-GB", "light", [REFUSAL, DOSSIER, PAIR, DESK]],
  ["fr-FR", "dark", [LOOKS, RECORDS, LOG, REFUSAL]],
] as const) {
  test(`${pages.map(({ what }) => what).join(", ")} on paper, ${locale}`, async ({ watched }) => {
    // So that there is a look of somebody else to be printed.
    if (pages.some(({ role }) => role === "citizen")) await lookAtCitizen(await (await watched({ locale: "en-GB" })).newPage());
    const page = await (await watched({ locale, colorScheme, viewport: PAPER })).newPage();
    for (const { what, role, come, reads } of pages) {
      await enter(page, role);
      await come(page);
      await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
      await page.emulateMedia({ media: "print" });
      await reads(page);
      const controls = page.locator("button, input, select, textarea").filter({ visible: true });
      await expect(controls, `${what}: nothing that only a screen can take`).toHaveCount(0);
      await checkWidth(page, `${what} on paper`);
      await checkAccessibility(page, `${what} on paper`);
      await page.emulateMedia({ media: null });
    }
  });
}
