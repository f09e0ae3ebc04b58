// A steward's work as it is seen: mistakes come first and take the focus, the form stands beside what it judges, words in the
// picture can be read, and what was judged is found again.

import type { Page } from "@playwright/test";
import { checkAccessibility, checkWidth, enter, expect, pairWithLinks, test } from "./visit";

const told = (page: Page) => page.locator(".note.good[role=status]");

for (const [locale, prefix] of [
  ["en-GB", "Error: "],
  ["fr-FR", "Erreur\u00a0: "],
] as const) {
  for (const javaScriptEnabled of [true, false]) {
    test(`a judgement without verdict and reason says so at once, ${locale}, ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ watched }) => {
      const context = await watched({ locale, javaScriptEnabled, viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await enter(page, "steward");
      await page.goto("/review/0");
      await page.locator("form", { has: page.locator("#reason") }).getByRole("button").click();
      const summary = page.getByRole("alert");
      await expect(summary).toBeFocused();
      await expect(summary).toBeInViewport();
      expect((await page.title()).startsWith(prefix), "the title says it before all else").toBe(true);
      const links = summary.getByRole("link");
      await expect(links).toHaveCount(2);
      for (const [at, id] of ["verdict-same", "reason"].entries()) {
        await links.nth(at).click();
        await expect(page).toHaveURL(new RegExp(`#${id}$`));
        await expect(page.locator(`#${id}`)).toBeInViewport();
      }
      if (javaScriptEnabled) await checkAccessibility(page, "a pair with mistakes");
      await checkWidth(page, "a pair with mistakes");
    });
  }
}

test("the form stands beside what it judges, and below it where there is no room", async ({ page }) => {
  await enter(page, "steward");
  for (const [width, isBeside] of [[1280, true], [390, false]] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/review/0");
    const [table, form] = await Promise.all([page.locator("main table").first().boundingBox(), page.locator("#judge").boundingBox()]);
    if (!table || !form) throw new Error("both are shown");
    expect(form.x >= table.x + table.width, `${width} px: beside`).toBe(isBeside);
    expect(form.y >= table.y + table.height, `${width} px: below`).toBe(!isBeside);
    await checkWidth(page, `a pair, ${width} px`);
  }
  await page.emulateMedia({ media: "print" });
  await expect(page.locator("#judge-keys"), "paper has no keys").toBeHidden();
});

test("no words of the picture of a person lie on others or are cut at its edges", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await enter(page, "steward");
  await pairWithLinks(page);
  const found = await page.locator("svg.cluster").evaluate((picture) => {
    const frame = picture.getBoundingClientRect();
    const boxes = [...picture.querySelectorAll("text")].filter((text) => text.textContent?.trim()).map((text) => ({ text: text.textContent ?? "", box: text.getBoundingClientRect() }));
    const outside = boxes.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
    const over: string[] = [];
    // Lines of one label are set closer than their boxes are high: what counts is that letters don't meet.
    for (const [at, one] of boxes.entries()) {
      for (const other of boxes.slice(at + 1)) {
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > 1 && down > 6) over.push(`${one.text} and ${other.text}`);
      }
    }
    return { count: boxes.length, outside: outside.map(({ text }) => text), over };
  });
  expect(found.count).toBeGreaterThan(2);
  expect(found.outside).toEqual([]);
  expect(found.over).toEqual([]);
});

test("what was judged is listed, and leads to where it is taken back", async ({ page }) => {
  await enter(page, "second-steward");
  const links = await pairWithLinks(page);
  await links.first().click();
  await expect(page).toHaveURL(/\/links\/\d+$/);
  const why = "A father and his son, as the parish has it.";
  await page.locator("#reason").fill(why);
  await page.locator("form", { has: page.locator("#reason") }).getByRole("button").click();
  await expect(told(page)).toContainText(/entry [\d,]+ of the log/);
  const entry = (await told(page).innerText()).match(/entry [\d,]+ of the log/)?.[0] ?? "";
  await page.goto("/review");
  await page.locator("main a[href='/review/judged']").click();
  const row = page.locator("tbody tr", { hasText: entry });
  await expect(row).toHaveCount(1);
  await expect(page.locator("main"), "why is said where it is a look to read it").not.toContainText(why);
  await checkAccessibility(page, "what was judged");
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await checkWidth(page, `what was judged, ${width} px`);
  }
  await row.getByRole("link").click();
  await expect(page.locator(".note.careful", { has: page.locator("#why-back") })).toContainText(why);
  await page.locator("#why-back").fill("They are one person after all.");
  await page.locator("form", { has: page.locator("#why-back") }).getByRole("button").click();
  await expect(told(page)).toBeVisible();
  await expect(told(page).getByRole("link"), "nothing leads to what is gone").toHaveCount(0);
  await page.goto("/review/judged");
  await expect(page.locator("tbody tr", { hasText: entry })).toHaveCount(0);
});
