// What those see who are nobody here: whose token is not believed, and whoever comes to a server on which nobody can act.

import { onSmall } from "./small";
import { checkAccessibility, checkWidth, expect } from "./visit";

for (const { locale, ...options } of [
  { locale: "en-GB", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { locale: "fr-FR", viewport: { width: 390, height: 900 }, colorScheme: "dark" },
] as const) {
  onSmall.describe(`${locale}, ${options.viewport.width} px, ${options.colorScheme}`, () => {
    onSmall.use({ locale, ...options });

    onSmall("a token that is not believed", async ({ page, context }) => {
      const answer = await page.goto("/enter?token=bad");
      expect(answer?.status()).toBe(401);
      await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
      await expect(page.locator("main a[href='/problems/unauthenticated']")).toBeVisible();
      await expect(page.locator(".bar"), "nobody acts").toHaveCount(0);
      expect((await context.cookies()).filter(({ name }) => name === "lucarne_session"), "there is no session").toEqual([]);
      await checkAccessibility(page, "a token that is not believed");
      await checkWidth(page, "a token that is not believed");
    });

    onSmall("a server without identities", async ({ page, small }) => {
      await small.whileNobodyActs(async () => {
        const answer = await page.goto("/");
        expect(answer?.status()).toBe(200);
        await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
        await expect(page.locator("main p.note"), "it says so").toContainText("lucarne demo");
        await expect(page.locator(".doors")).toHaveCount(0);
        await expect(page.locator(".bar")).toHaveCount(0);
        await checkAccessibility(page, "a server without identities");
        await checkWidth(page, "a server without identities");
      });
    });
  });
}
