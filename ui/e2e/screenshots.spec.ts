// Pictures of each page, for README and tour.

import { POLITICAL, RELIEF, enter, search, test, workOn } from "./visit";

const FOLDER = "screenshots";

for (const width of [1280, 390]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`pictures at ${width} px, ${colorScheme}`, async ({ browser }) => {
      test.setTimeout(180_000);
      const context = await browser.newContext({ baseURL: process.env.LUCARNE_URL, viewport: { width, height: 900 }, colorScheme });
      const page = await context.newPage();
      const take = (name: string) => page.screenshot({ path: `${FOLDER}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      for (const [path, name] of [["/", "start"], ["/registers", "registers"], ["/registers/tax", "register"], ["/purposes", "purposes"], ["/agreements", "agreements"], ["/components", "components"]] as const) {
        await page.goto(path);
        await take(name);
      }
      await enter(page, "officer");
      await take("search-first");
      await workOn(page, RELIEF);
      await take("search");
      await search(page, "Maria");
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
      await enter(page, "citizen");
      await take("looks");
      await page.goto("/me/records");
      await take("records");
      await context.close();
    });
  }
}
