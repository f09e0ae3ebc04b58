// Pictures of each page, for README and tour.

import { POLITICAL, RELIEF, enter, expect, search, test, workOn } from "./visit";

const FOLDER = "screenshots";

for (const width of [1280, 390]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`pictures at ${width} px, ${colorScheme}`, async ({ watched }) => {
      test.setTimeout(240_000);
      const context = await watched({ viewport: { width, height: 900 }, colorScheme });
      const page = await context.newPage();
      const take = (name: string) => page.screenshot({ path: `${FOLDER}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      for (const [path, name] of [["/", "start"], ["/registers", "registers"], ["/registers/tax", "register"], ["/purposes", "purposes"], ["/agreements", "agreements"], ["/components", "components"], ["/nowhere", "not-found"]] as const) {
        await page.goto(path);
        await take(name);
      }
      await enter(page, "officer");
      await take("search-first");
      await workOn(page, RELIEF);
      await take("search");
      await search(page, "Xqzwv Qqxzzy");
      await expect(page.locator("#name")).toHaveValue("Xqzwv Qqxzzy");
      await take("nobody");
      await search(page, "Maria");
      await expect(page.locator("tbody a.main").first()).toBeVisible();
      await take("results");
      await page.locator("tbody a.main").first().click();
      await page.locator(".record details.more summary").first().click();
      await take("dossier");
      await page.goto("/search");
      await workOn(page, POLITICAL);
      await search(page, "Maria");
      await take("refused");
      await enter(page, "steward");
      await take("queue");
      await page.goto("/review/0");
      await take("pair");
      const links = page.locator("#cluster tbody a");
      for (let number = 1; number < 40 && (await links.count()) === 0; number += 1) await page.goto(`/review/${number}`);
      await links.first().click();
      await page.waitForURL(/\/links\/\d+$/);
      await take("link");
      await page.goto("/quality");
      await take("quality");
      await enter(page, "data-protection-officer");
      await take("desk");
      await page.goto("/log");
      await take("log");
      await page.locator("tbody a.main").first().click();
      await take("entry");
      await page.goto("/log");
      await page.locator("form[action='/log/verify'] button").click();
      await take("verified");
      await enter(page, "engineer");
      await take("runs");
      await page.locator("#quarantine tbody a").first().click();
      await take("quarantine");
      await page.goto("/runs");
      await page.locator("#register").selectOption("tax");
      await page.locator("#deliveries form").getByRole("button").click();
      await page.waitForURL(/\/deliveries\/\d+$/);
      await take("delivery");
      await enter(page, "citizen");
      await take("looks");
      await page.goto("/me/records");
      await take("records");
      await page.locator("main a[href$='/contest']").first().click();
      await page.waitForURL(/\/contest$/);
      await take("contest");
    });
  }
}

test("pictures in French", async ({ watched }) => {
  const context = await watched({ locale: "fr-FR", viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const take = (name: string) => page.screenshot({ path: `${FOLDER}/${name}-1280-french.png`, fullPage: true });
  await page.goto("/");
  await take("start");
  await enter(page, "officer");
  await workOn(page, RELIEF);
  await search(page, "Maria");
  await page.locator("tbody a.main").first().click();
  await page.waitForURL(/\/person\//);
  await take("dossier");
  await enter(page, "citizen");
  await take("looks");
});
