// States of the way between a browser and the server: no connection, and a server that takes its time.

import { LANGUAGES, LOCALES, WIDTHS, answerNothing, button, clickInVain, clickTwice, goBack, refuse, sayings, slow, status } from "./waiting";
import { RELIEF, checkAccessibility, checkWidth, enter, entryOf, expect, search, test, workOn } from "./visit";

for (const locale of LOCALES) {
  const words = LANGUAGES[locale];

  test.describe(`without a connection, ${locale}`, () => {
    test.use({ locale });

    test("a search stays as it was typed, says why, and is sent again", async ({ page, context }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await page.locator("#birth-date").fill("1984-03-12");
      await page.locator("#identifier").fill("12 34 56");
      await context.setOffline(true);
      await search(page, "Maria");
      await expect(status(page)).toContainText(words.offline);
      await expect(page.locator("#name")).toHaveValue("Maria");
      await expect(page.locator("#birth-date")).toHaveValue("1984-03-12");
      await expect(page.locator("#identifier")).toHaveValue("12 34 56");
      await expect(button(page), "the step may be made again").not.toHaveAttribute("aria-disabled");
      await checkAccessibility(page, "a search without a connection");
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await checkWidth(page, "a search without a connection");
      }
      await status(page).getByRole("button", { name: words.again }).click();
      await expect(status(page), "there is still none").toContainText(words.offline);
      await context.setOffline(false);
      await page.locator("#birth-date").fill("");
      await page.locator("#identifier").fill("");
      await status(page).getByRole("button", { name: words.again }).click();
      await expect(page.locator("tbody tr").first()).toBeVisible();
      await expect(status(page)).toBeEmpty();
    });

    test("a dossier that can’t be opened leaves the results, and opens afterwards", async ({ page, context }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await search(page, "Maria");
      const found = await page.locator("tbody tr").count();
      const before = await entryOf(page);
      await context.setOffline(true);
      await page.locator("tbody a.main").first().click();
      await expect(status(page)).toContainText(words.offline);
      await expect(page.locator("tbody tr")).toHaveCount(found);
      await context.setOffline(false);
      await status(page).getByRole("button", { name: words.again }).click();
      await expect(page).toHaveURL(/\/person\//);
      expect(await entryOf(page), "one look, one entry").toBe(before + 1);
    });

    test("a server that is not there: what was typed comes back, once, and only then", async ({ page }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await page.locator("#identifier").fill("12 34 56");
      await page.locator("#name").fill("Maria");
      await page.route("**/search", refuse);
      await clickInVain(page, button(page));
      await page.unroute("**/search");
      await goBack(page);
      await expect(page.locator("#name")).toHaveValue("Maria");
      await expect(page.locator("#identifier")).toHaveValue("12 34 56");
      await expect(status(page)).toHaveText(words.kept);
      await checkAccessibility(page, "a search that came back");
      await page.locator("#identifier").fill("");
      await button(page).click();
      await expect(page.locator("tbody tr").first()).toBeVisible();
      await expect(status(page), "an answer needs no words about its way").toBeEmpty();
      expect(await page.evaluate(() => sessionStorage.length), "what was answered is not kept").toBe(0);
      await page.goBack();
      await expect(page.locator("#name")).toHaveValue("");
    });

    test("a picture whose script doesn’t come stays whole, says so, and tries again", async ({ page }) => {
      await page.route("**/assets/relations-*.js*", refuse);
      await enter(page, "citizen");
      await page.goto("/me/records");
      const figure = page.locator("[data-island=relations]");
      await expect(figure.getByRole("status")).toContainText(words.unreached);
      await expect(figure.locator("svg")).toBeVisible();
      await checkAccessibility(page, "a picture without its script");
      await page.unroute("**/assets/relations-*.js*");
      await figure.getByRole("button", { name: words.again }).click();
      await expect(figure.locator("canvas").first()).toBeVisible();
      await expect(figure.getByRole("status")).toHaveCount(0);
    });
  });

  test.describe(`a slow server, ${locale}`, () => {
    test.use({ locale });

    test("a search clicked twice is asked once, and says that it is under way", async ({ page }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await search(page, "Maria");
      const before = await entryOf(page);
      await page.goto("/search");
      await page.locator("#name").fill("Maria");
      const said = await sayings(page);
      const { asked, letGo } = await slow(page);
      await clickTwice(page, button(page));
      await page.keyboard.press("Enter");
      await expect.poll(() => said).toEqual([words.underWay]);
      letGo();
      await expect(page.locator("tbody tr").first()).toBeVisible();
      expect(asked).toEqual(["POST /search"]);
      expect(await entryOf(page), "one search, one entry").toBe(before + 1);
      await expect(status(page)).toBeEmpty();
    });

    test("a page that waits says so, can be used, and lets go in the end", async ({ page }) => {
      await page.clock.install();
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await page.route("**/search", answerNothing);
      await page.locator("#name").fill("Maria");
      await button(page).click();
      await page.clock.runFor(1000);
      await expect(status(page)).toHaveText(words.underWay);
      await expect(page.locator("form[role=search]")).toHaveAttribute("aria-busy", "true");
      await expect(button(page)).toHaveAttribute("aria-disabled", "true");
      await expect(button(page), "the focus stays where it was").toBeFocused();
      await page.locator(".bar summary").click();
      await expect(page.locator("#bar-purpose"), "the page can be used").toBeVisible();
      await checkAccessibility(page, "a search under way");
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await checkWidth(page, "a search under way");
      }
      await page.clock.runFor(15_000);
      await expect(status(page)).toHaveText(words.late);
      await expect(button(page), "it may be asked again").not.toHaveAttribute("aria-disabled");
      await button(page).click();
      await expect(button(page)).toHaveAttribute("aria-disabled", "true");
      // Escape is how people tell a browser to wait no more.
      await page.keyboard.press("Escape");
      await expect(button(page)).not.toHaveAttribute("aria-disabled");
      await expect(status(page)).toBeEmpty();
      await page.unroute("**/search");
      await button(page).click();
      await expect(page.locator("tbody tr").first()).toBeVisible();
    });
  });
}

test("a link clicked twice opens a dossier once", async ({ page }) => {
  await enter(page, "officer");
  await workOn(page, RELIEF);
  await search(page, "Maria");
  const before = await entryOf(page);
  const said = await sayings(page);
  const { asked, letGo } = await slow(page);
  await clickTwice(page, page.locator("tbody a.main").first());
  await expect.poll(() => said).toEqual([LANGUAGES["en-GB"].underWay]);
  letGo();
  await expect(page).toHaveURL(/\/person\//);
  expect(asked).toHaveLength(1);
  expect(await entryOf(page), "one look, one entry").toBe(before + 1);
});

test("whoever changes their mind while a page is slow is not held back", async ({ page }) => {
  await enter(page, "officer");
  await page.route("**/registers", answerNothing);
  const ways = page.locator(".ways");
  await ways.getByRole("link", { name: "Registers" }).click();
  await expect(ways.getByRole("link", { name: "Registers" })).toHaveAttribute("aria-busy", "true");
  await ways.getByRole("link", { name: "Purposes" }).click();
  await expect(page).toHaveURL(/\/purposes$/);
});
