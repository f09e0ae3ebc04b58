// Each role's day in short, from the first page to its result: in both languages, wide and narrow, with and without scripts.

import type { Page } from "@playwright/test";
import { RELIEF, type Role, checkWidth, entryOf, expect, search, test, workOn } from "./visit";

/** Looks at a page on the way. */
type Look = (what: string) => Promise<void>;

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const told = (page: Page) => page.locator(".note.good[role=status]");

/** Words differ between the languages: what is used and looked at is known by its place. */
const DAYS: Partial<Record<Role, (page: Page, look: Look) => Promise<void>>> = {
  officer: async (page, look) => {
    await expect(page.locator("#work-purpose")).toBeVisible();
    await look("search, without a purpose");
    await workOn(page, RELIEF);
    await expect(page.locator("#name")).toBeVisible();
    await look("search");
    await search(page, "Maria");
    const first = page.locator("tbody a.main").first();
    await expect(first).toBeVisible();
    await look("results");
    const before = await entryOf(page);
    await first.click();
    await expect(page).toHaveURL(/\/person\/p-/);
    await expect(page.locator(".register-head").first()).toBeVisible();
    await expect(heading(page)).not.toBeEmpty();
    expect(await entryOf(page), "the look has an entry of its own").toBe(before + 1);
    await look("dossier");
  },

  steward: async (page, look) => {
    const begin = page.locator("main a.button:not(.quiet)");
    await expect(begin).toBeVisible();
    await look("queue");
    await begin.click();
    for (const effect of [1, 2, 3]) await expect(page.locator(`#effect-${effect}`), "what a judgement does is said before it is made").toHaveText(/\S/);
    await expect(page.locator("input[name=verdict]:checked")).toHaveCount(0);
    await look("pair");
    const before = await entryOf(page);
    await page.locator("input[name=verdict][value=cannot-say]").check();
    await page.locator("#reason").fill("A father and his son, or one man who moved.");
    await page.locator("form", { has: page.locator("#reason") }).getByRole("button").click();
    await expect(told(page)).toBeVisible();
    await look("judged");
    // The queue is left as it was found.
    await told(page).getByRole("link").click();
    await page.locator("#why-back").fill("The streets tell them apart.");
    await page.locator("form", { has: page.locator("#why-back") }).getByRole("button").click();
    await expect(told(page)).toBeVisible();
    await expect(page.locator("#why-back"), "the pair is open again").toHaveCount(0);
    expect(await entryOf(page), "what was written has entries of its own").toBeGreaterThan(before + 2);
    await look("taken back");
  },

  "data-protection-officer": async (page, look) => {
    await expect(page.locator("figure.days svg")).toHaveCount(3);
    await look("overview");
    await page.locator(".ways a[href='/log']").click();
    await expect(page.locator("#kind")).toBeVisible();
    await expect(page.locator("tbody tr").first()).toBeVisible();
    await look("log");
    await page.locator("#verify button").click();
    await expect(page).toHaveURL(/\/log\/verify\/\d+$/);
    // On a slow machine the page says how far it is; without scripts a link asks again.
    await expect(async () => {
      const again = page.locator("main a.button.quiet[href='']");
      if ((await again.count()) > 0) await again.click();
      await expect(told(page), "the log holds").toHaveText(/\d/, { timeout: 500 });
    }).toPass();
    await expect(page.locator("main pre")).toHaveText(/\S/);
    await look("verified");
  },

  engineer: async (page, look) => {
    const tables = page.locator("section[aria-labelledby=tables-title] tbody tr");
    await expect(tables.first()).toBeVisible();
    expect(await tables.count()).toBeGreaterThan(1);
    await look("runs");
    await page.locator("#quarantine tbody a").first().click();
    await expect(page).toHaveURL(/\/runs\/quarantine\//);
    await expect(page.locator("tbody tr").first(), "why rows are there, and where they stand").toContainText(/incoming\/.*:\d+/);
    await look("quarantine");
  },

  citizen: async (page, look) => {
    const before = await entryOf(page);
    await look("who looked");
    await page.locator(".ways a[href='/me/records']").click();
    await expect(page.locator(".record").first()).toBeVisible();
    expect(await entryOf(page), "to read one's own records is an entry too").toBeGreaterThan(before);
    await look("own records");
    await page.locator(".ways a[href='/me']").click();
    await expect(page.locator(".look").first(), "and among the looks").toBeVisible();
    await look("who looked, again");
  },
};

for (const language of ["en", "fr"]) {
  for (const width of [1280, 390]) {
    for (const javaScriptEnabled of [true, false]) {
      test.describe(`${language}, ${width} px, ${javaScriptEnabled ? "with" : "without"} scripts`, () => {
        // The browser asks for the other language: this one is chosen.
        const [other, locale] = language === "en" ? ["fr", "fr-FR"] : ["en", "en-GB"];
        test.use({ viewport: { width, height: 900 }, locale, javaScriptEnabled });

        for (const [role, day] of Object.entries(DAYS)) {
          test(`the day of the ${role}, from the first page to its result`, async ({ page }) => {
            const look = async (what: string) => {
              await expect(page.locator("html"), what).toHaveAttribute("lang", language);
              await expect(heading(page), what).toBeVisible();
              await checkWidth(page, what);
            };
            await page.goto("/");
            await expect(page.locator("html")).toHaveAttribute("lang", other);
            await page.locator(".tongue button").click();
            await expect(page.locator("html")).toHaveAttribute("lang", language);
            await look("the first page");
            await page.locator(`.doors button[value="${role}"]`).click();
            await day(page, look);
          });
        }
      });
    }
  }
}
