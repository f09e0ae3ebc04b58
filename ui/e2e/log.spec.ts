// The log as its auditor reads it: filtered by day, role and rule; compared with what was saved; kept as a file. And what
// surrounds its pages, in both languages and in widths in which there is little room.

import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { OTHERS, type Role, checkAccessibility, checkWidth, enter, expect, search, test, whole, workOn } from "./visit";

/** Gives the number that a text begins with. */
const first = (text: string) => Number(/\d+/.exec(text.replaceAll(/[,\u202f\u00a0]/g, ""))?.[0]);

test("entries are found by their days, their role and their rule, and the page says how many there are", async ({ page, watched }) => {
  const officer = await (await watched()).newPage();
  await enter(officer, "officer");
  await workOn(officer, OTHERS);
  await search(officer, "Maria");
  await officer.context().close();

  await enter(page, "data-protection-officer");
  await page.goto("/log");
  const lead = page.locator("p.lead");
  await expect(lead).toContainText("numbered from 0");
  const newest = (await page.locator("tbody time").first().getAttribute("datetime")) ?? "";
  const day = newest.slice(0, 10);
  await page.locator("#from").fill(day);
  await page.locator("#until").fill(day);
  await page.locator("#kind").selectOption("refusal");
  await page.locator("#rule").selectOption("purpose.not-a-recipient");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(new RegExp(`from=${day}&until=${day}&kind=refusal`));
  await expect(lead).toHaveText(/^[\d,]+ of [\d,]+ entries, the latest first\.$/);
  await whole(page);
  const rows = page.locator("tbody tr");
  const shown = await rows.count();
  expect(shown).toBeGreaterThan(0);
  expect(first(await lead.innerText()), "as many as there are").toBeGreaterThanOrEqual(shown);
  for (const row of await rows.all()) {
    await expect(row, "in words, and by its name").toContainText(/\. purpose\.not-a-recipient/);
    await expect(row.locator("time")).toHaveAttribute("datetime", new RegExp(`^${day}T`));
  }
  await expect(page.locator("#from"), "what was chosen stays").toHaveValue(day);
  await checkAccessibility(page, "a log that is filtered");

  // Pages that lead further back say it too.
  await page.goto(`${page.url()}&before=0`);
  await expect(lead).toHaveText(/^[\d,]+ of [\d,]+ entries, the latest first\.$/);
  expect(first(await lead.innerText()), "as many as there are").toBeGreaterThanOrEqual(shown);
  await expect(rows).toHaveCount(0);
  await expect(page.getByText("No earlier entry is like this.")).toBeVisible();
  await page.getByRole("link", { name: "Newest entries" }).click();
  await expect(page).not.toHaveURL(/before=/);
  await expect(rows).not.toHaveCount(0);

  // Of the year before there is nothing.
  await page.locator("#from").fill("2001-01-01");
  await page.locator("#until").fill("2001-12-31");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(lead).toHaveText(/^0 of /);
  await expect(rows).toHaveCount(0);
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await checkAccessibility(page, `a log of days without entries, ${width} px`);
    await checkWidth(page, `a log of days without entries, ${width} px`);
  }
});

test("a checkpoint with a changed digit raises no alarm, and the log can be verified without it", async ({ page }) => {
  await enter(page, "data-protection-officer");
  await page.goto("/log");
  await page.locator("#verify summary").click();
  const own = (await page.locator("#verify pre").textContent()) ?? "";
  const lines = own.split("\n");
  lines[1] = `${lines[1]}1`;
  await page.locator("#saved").fill(lines.join("\n"));
  await page.locator("#verify button").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This checkpoint can’t be used");
  await expect(page.getByRole("main")).toContainText("The log itself was not examined.");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.getByRole("button", { name: "Verify the log alone" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The log holds", { timeout: 20_000 });
  await expect(page.getByText("This browser keeps this checkpoint")).toBeVisible();

  await page.goto("/log");
  await page.locator("#verify summary").click();
  await expect(page.getByText("This browser kept the checkpoint")).toBeVisible();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Save as a file" }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^lucarne-checkpoint-\d+\.txt$/);
  const saved = await readFile(await file.path(), "utf8");
  expect(saved.split("\n")[0], "it is of the same log").toBe(lines[0]);
  await expect(page.getByRole("button", { name: "Copy", exact: true })).toBeVisible();
});

test("whoever comes to the address of a form is led to its page", async ({ page }) => {
  await enter(page, "data-protection-officer");
  const answer = await page.goto("/desk/officers");
  expect(answer?.status()).toBe(405);
  await page.getByRole("link", { name: "To the page with the form" }).click();
  await expect(page).toHaveURL(/\/desk$/);
});

/** Gives where the end of the head's line is, and where the button of the other language is. */
async function placeOf(page: Page): Promise<{ end: number; button: number; within: boolean }> {
  return page.evaluate(() => {
    const box = (selector: string) => (document.querySelector(selector) as HTMLElement).getBoundingClientRect();
    const [wide, tongue, head] = [box(".head .wide"), box(".tongue button"), box(".head")];
    const padding = Number.parseFloat(getComputedStyle(document.querySelector(".head .wide") as HTMLElement).paddingRight);
    return { end: wide.right - padding, button: tongue.right, within: tongue.top >= head.top && tongue.bottom <= head.bottom };
  });
}

const ROLES: Role[] = ["officer", "steward", "data-protection-officer", "engineer", "citizen"];

for (const locale of ["en-GB", "fr-FR"] as const) {
  test.describe(locale, () => {
    test.use({ locale });

    test("the other language is at the end of the head, for every role", async ({ page }) => {
      for (const role of ROLES) {
        await enter(page, role);
        await page.goto("/registers");
        for (const width of [1280, 1024, 390]) {
          await page.setViewportSize({ width, height: 900 });
          const { end, button, within } = await placeOf(page);
          expect(Math.abs(end - button), `${role}, ${width} px`).toBeLessThanOrEqual(1);
          expect(within, `${role}, ${width} px`).toBe(true);
          await checkWidth(page, `${role}, ${width} px`);
        }
      }
    });

    test("on a narrow screen the bar says who acts, for whom and on what, and leaves the page its place", async ({ page }) => {
      await page.setViewportSize({ width: 390, height: 844 });
      for (const role of ROLES) {
        await enter(page, role);
        await page.goto("/registers");
        for (const said of await page.locator(".bar dd").all()) await expect(said, role).toBeVisible();
        const bar = await page.locator(".bar").boundingBox();
        expect(bar?.height, role).toBeLessThan(200);
      }
    });

    test("one line of the bar stays on a narrow screen, hides nothing that has the focus, and is not there where the bar is", async ({ page }) => {
      await enter(page, "officer");
      await page.goto("/purposes");
      const strip = page.locator("body > .strip");
      const inSight = (of: string) => page.evaluate((of) => document.elementFromPoint(40, 20)?.closest(of) != null, of);
      await page.setViewportSize({ width: 1280, height: 900 });
      await expect(strip).toBeHidden();
      await page.setViewportSize({ width: 390, height: 844 });
      const toTheEnd = () => page.evaluate(() => window.scrollTo({ top: document.body.scrollHeight, behavior: "instant" }));
      await toTheEnd();
      expect(await inSight(".strip"), "it is there once the bar has gone by").toBe(true);
      const box = await strip.boundingBox();
      expect(box?.y).toBe(0);
      expect(box?.height).toBeLessThan(50);
      await expect(strip).toContainText(locale === "fr-FR" ? "Finalité" : "Purpose:");
      const size = await strip.evaluate((strip) => Number.parseFloat(getComputedStyle(strip).fontSize));
      expect(size).toBeGreaterThanOrEqual(14);
      // Going back by the keyboard, what has the focus is never behind it.
      await page.locator("main a").last().focus();
      for (let step = 0; step < 30; step += 1) {
        await page.keyboard.press("Shift+Tab");
        const top = await page.evaluate(() => {
          const has = document.activeElement;
          return has?.closest("main") ? has.getBoundingClientRect().top : null;
        });
        if (top === null) break;
        expect(top, `step ${step}`).toBeGreaterThanOrEqual(box?.height ?? 0);
      }
      await toTheEnd();
      await strip.getByRole("link").click();
      await expect(page.locator("body > .bar"), "its link leads to the bar").toBeInViewport();
    });

    test("dates of the log have two lines at most", async ({ page }) => {
      await page.setViewportSize({ width: 1280, height: 900 });
      await enter(page, "data-protection-officer");
      await page.goto("/log");
      const lines = await page.locator("tbody time").evaluateAll((all) => all.map((time) => time.getClientRects().length));
      expect(lines.length).toBeGreaterThan(0);
      expect(Math.max(...lines)).toBeLessThanOrEqual(2);
    });
  });
}
