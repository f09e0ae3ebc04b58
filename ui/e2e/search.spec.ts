// Searching: what the purpose lets be compared, what is wrong with a form, and the way back to the results.

import type { Page } from "@playwright/test";
import { RELIEF, checkAccessibility, checkWidth, enter, entryOf, expect, search, test, workOn } from "./visit";

const LANGUAGES = {
  "en-GB": { off: "This purpose doesn’t let you search by this.", error: /^Error: /, back: "Back to the results" },
  "fr-FR": { off: "Cette finalité ne permet pas de rechercher selon ce champ.", error: /^Erreur\u00a0: /, back: "Retour aux résultats" },
} as const;

const send = (page: Page) => page.locator("form[role=search]").getByRole("button").click();
const hits = (page: Page) => page.locator("tbody a.main");

for (const locale of ["en-GB", "fr-FR"] as const) {
  const words = LANGUAGES[locale];

  for (const javaScriptEnabled of [true, false]) {
    test.describe(`${locale}, ${javaScriptEnabled ? "with" : "without"} scripts`, () => {
      test.use({ locale, javaScriptEnabled });

      test("the form says which fields the purpose lets be compared before anybody is searched for", async ({ page }) => {
        await enter(page, "officer");
        await workOn(page, RELIEF);
        for (const field of ["address", "contact"]) {
          await expect(page.locator(`#${field}`)).toBeDisabled();
          await expect(page.locator(`#${field}`)).toHaveAccessibleDescription(new RegExp(words.off));
        }
        for (const field of ["name", "birth-date", "identifier"]) await expect(page.locator(`#${field}`)).toBeEnabled();
        await expect(page.locator("#name")).toBeFocused();
        await expect(page).not.toHaveTitle(words.error);
      });

      test("the results are gone back to as a new search, which its button says", async ({ page }) => {
        await enter(page, "officer");
        await workOn(page, RELIEF);
        await search(page, "Maria");
        const before = await entryOf(page);
        await hits(page).first().click();
        await expect(page).toHaveURL(/\/person\/p-/);
        expect(await entryOf(page)).toBe(before + 1);
        await page.getByRole("button", { name: words.back }).click();
        await expect(hits(page).first()).toBeVisible();
        expect(await entryOf(page), "one search, one entry").toBe(before + 2);
        await expect(page.locator("#name")).toHaveValue("Maria");
        expect(page.url(), "what was searched is not in the address").not.toContain("Maria");
        await page.goto("/search");
        await expect(page.locator("#name"), "another person is another search").toHaveValue("");
      });
    });
  }

  test.describe(locale, () => {
    test.use({ locale });

    test("a birth date that can’t be read is gone to, and the page says so first", async ({ page }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await page.locator("#name").fill("Maria");
      await page.locator("#birth-date").fill("2003-13");
      await send(page);
      await expect(page).toHaveTitle(words.error);
      await expect(page.locator("#birth-date")).toBeFocused();
      await expect(page.locator("#birth-date")).toHaveAttribute("aria-invalid", "true");
      await expect(page.locator("#name")).toHaveValue("Maria");
      const summary = page.getByRole("alert").getByRole("link");
      await expect(summary).toHaveAttribute("href", "#birth-date");
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        await checkAccessibility(page, "a search that can’t be read");
        await checkWidth(page, "a search that can’t be read");
      }
      await page.locator("#birth-date").fill("2003-11");
      await send(page);
      await expect(page.locator("#results")).toBeVisible();
    });

    test("the browser’s way back from a dossier leads to the form, filled in, and looks at nobody", async ({ page }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await search(page, "Maria");
      await expect(page.locator("#results")).toBeFocused();
      await page.keyboard.press("Tab");
      await expect(hits(page).first(), "one step leads to whoever was found").toBeFocused();
      const before = await entryOf(page);
      await page.keyboard.press("Enter");
      await expect(page).toHaveURL(/\/person\/p-/);
      await page.goBack();
      await expect(page).toHaveURL(/\/search\?kept=true$/);
      await expect(page.locator("#name")).toHaveValue("Maria");
      await expect(hits(page)).toHaveCount(0);
      await expect(page.locator("main .note[role=status]")).toBeVisible();
      await checkAccessibility(page, "the search before, filled in");
      await send(page);
      await expect(hits(page).first()).toBeVisible();
      expect(await entryOf(page), "the dossier and this search, and nothing by going back").toBe(before + 2);
    });
  });
}
