// A session is one for all windows of a browser, and ends when its holder says so; and what its purpose allows is said for what it is.

import type { Page } from "@playwright/test";
import { whileEnded } from "./small";
import { CASE, OTHERS, RELIEF, type Role, checkAccessibility, checkWidth, enter, expect, search, test, workOn } from "./visit";
import { WIDTHS } from "./waiting";

const ROLES: Role[] = ["officer", "steward", "data-protection-officer", "engineer", "citizen"];
const OTHER_CASE = "SL-2026-0999";

/** Gives how many entries the log has, as the first page says. The page has to be English. */
async function entries(page: Page): Promise<number> {
  await page.goto("/");
  const figure = page.locator(".figures > div").filter({ hasText: "entries in the log" }).locator("dd");
  return Number((await figure.innerText()).replaceAll(/\D/g, ""));
}

for (const width of WIDTHS) {
  test(`a link in one window opens nobody under the case that another window chose, ${width} px`, async ({ context }) => {
    const [first, second, counter] = [await context.newPage(), await context.newPage(), await context.newPage()];
    await first.setViewportSize({ width, height: 900 });
    await enter(first, "officer");
    await workOn(first, RELIEF);
    await search(first, "Maria");
    const link = first.locator("tbody a.main").first();
    await expect(link).toBeVisible();

    await second.goto("/search");
    await workOn(second, RELIEF, { case: OTHER_CASE, why: "An appeal of 20 November" });
    await expect(second.locator(".bar dl")).toContainText(OTHER_CASE);

    const before = await entries(counter);
    expect(before).toBeGreaterThan(0);
    await link.click();
    await expect(first).toHaveURL(/\/search\?person=p-/);
    await expect(first.locator("main .note.careful[role=status]")).toContainText("Nobody was opened");
    await expect(first.locator(".bar dl"), "the bar says what holds now").toContainText(OTHER_CASE);
    expect(await entries(counter), "no look was made").toBe(before);
    await checkWidth(first, "a link under another case");
    await checkAccessibility(first, "a link under another case");

    await first.getByRole("link", { name: "Open this person again under it" }).click();
    await expect(first).toHaveURL(/\/person\/p-/);
    await expect(first.locator(".register-head").first()).toBeVisible();
    expect(await entries(counter), "one look, one entry").toBe(before + 1);

    // A dossier that is read again after the change is another look, and is asked for too.
    await second.goto("/search");
    await workOn(second, RELIEF);
    await expect(second.locator(".bar dl")).toContainText(CASE);
    await first.reload();
    await expect(first).toHaveURL(/\/search\?person=p-/);
    expect(await entries(counter)).toBe(before + 1);
  });
}

for (const [locale, viewport, colorScheme, notMine] of [
  ["en-GB", { width: 1280, height: 900 }, "light", "This purpose is not for your role"],
  ["fr-FR", { width: 390, height: 900 }, "dark", "Cette finalité n’est pas destinée à votre rôle"],
] as const) {
  test(`a purpose of another role says that it is refused, ${locale}, ${viewport.width} px, ${colorScheme}`, async ({ watched }) => {
    const context = await watched({ locale, viewport, colorScheme });
    const page = await context.newPage();
    await enter(page, "officer");
    await workOn(page, RELIEF);
    await expect(page.locator("form[role=search]")).toBeVisible();
    await expect(page.locator(".led .note.careful"), "its own says no such thing").toHaveCount(0);
    await workOn(page, OTHERS);
    await expect(page.locator(".led .note.careful")).toContainText(notMine);
    const [warning, form] = [await page.locator(".led .note.careful").boundingBox(), await page.locator("form[role=search]").boundingBox()];
    expect(warning && form && warning.y + warning.height <= form.y, "it is read before the form").toBe(true);
    await checkWidth(page, "a purpose of another role");
    await checkAccessibility(page, "a purpose of another role");
  });
}

whileEnded("a purpose that has ended says so before anything is asked under it", async ({ page, asOfficer, end }) => {
  await asOfficer();
  await expect(page.locator("aside")).toContainText("In force until 31 December 2099");
  await end();
  await page.goto("/search");
  await expect(page.locator(".led .note.careful")).toContainText("Its last day was");
  await expect(page.locator("aside")).not.toContainText("In force until");
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await checkWidth(page, "a purpose that has ended");
  }
  await checkAccessibility(page, "a purpose that has ended");
});

for (const [locale, width, leave, ended] of [
  ["en-GB", 1280, "Leave", "Your session has ended."],
  ["fr-FR", 390, "Quitter", "Votre session est terminée."],
] as const) {
  test.describe(`a session that is ended, ${locale}, ${width} px`, () => {
    test.use({ locale, viewport: { width, height: 900 } });

    /** Leaves the page, and goes back to it: it is answered anew, by who no longer acts. */
    const leaveAndGoBack = async (page: Page, name: string) => {
      expect(name).not.toBe("");
      await expect(page.locator("main")).toContainText(name);
      await page.getByRole("button", { name: leave, exact: true }).click();
      await expect(page).toHaveURL(/\/\?left$/);
      await expect(page.locator("main .note.good[role=status]")).toContainText(ended);
      await expect(page.locator(".bar")).toHaveCount(0);
      await checkWidth(page, "a session that was ended");
      await checkAccessibility(page, "a session that was ended");
      await page.goBack();
      await expect(page).toHaveURL(/\/$/);
      expect(await page.content(), "nothing of anybody").not.toContain(name);
      await expect(page.locator(".bar")).toHaveCount(0);
    };

    test("Back shows nothing of a dossier", async ({ page }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await search(page, "Maria");
      await page.locator("tbody a.main").first().click();
      await expect(page).toHaveURL(/\/person\/p-/);
      const name = await page.getByRole("heading", { level: 1 }).innerText();
      await leaveAndGoBack(page, name);
    });

    test("Back shows nothing of one’s own records", async ({ page }) => {
      await enter(page, "citizen");
      await page.goto("/me/records");
      // The longest of what the registers say of who they are: shorter words might stand on other pages too.
      const told = await page.locator("section[aria-labelledby=identity] tbody td bdi").allInnerTexts();
      await leaveAndGoBack(page, told.reduce((longest, one) => (one.length > longest.length ? one : longest), ""));
    });

    test("every role can leave", async ({ page }) => {
      for (const role of ROLES) {
        await enter(page, role);
        await expect(page.getByRole("button", { name: leave, exact: true }), role).toBeVisible();
        await checkWidth(page, role);
      }
    });
  });
}
