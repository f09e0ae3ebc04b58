// States to which only forms lead, as axe sees them: in both languages, wide and narrow.

import type { Page } from "@playwright/test";
import { OTHERS, OTHER_CHECKPOINT, RELIEF, checkAccessibility, checkWidth, enter, expect, pairWithLinks, search, test, workOn } from "./visit";

/** The wide one last, in which the next step is made. */
const WIDTHS = [390, 1280];

const REASON = "Birth date and street agree; the first name is a nickname.";

/** Looks at the page as it is, in each width. */
async function look(page: Page, what: string, widths = WIDTHS): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await checkAccessibility(page, `${what}, ${width} px`);
    await checkWidth(page, `${what}, ${width} px`);
  }
}

const told = (page: Page) => page.locator(".note.good[role=status]");
const formOf = (page: Page, field: string) => page.locator("form", { has: page.locator(field) });

for (const [locale, language] of [
  ["en-GB", "en"],
  ["fr-FR", "fr"],
] as const) {
  test.describe(locale, () => {
    test.use({ locale, viewport: { width: 1280, height: 900 } });

    test.beforeEach(async ({ page }) => {
      await page.goto("/");
      await expect(page.locator("html")).toHaveAttribute("lang", language);
    });

    test("a page of another role, a search that asks nothing, a refusal and its entry in the log", async ({ page }) => {
      await enter(page, "officer");
      const answer = await page.goto("/desk");
      expect(answer?.status()).toBe(403);
      await look(page, "a page of another role");
      await page.goto("/search");
      await workOn(page, RELIEF);
      await page.locator("form[role=search]").getByRole("button").click();
      await expect(page.locator("main [role=alert]")).toBeVisible();
      await look(page, "a search that asks nothing");
      await workOn(page, OTHERS);
      await search(page, "Maria");
      await expect(page.locator(".note.bad code").first()).toHaveText("purpose.not-a-recipient");
      await look(page, "a refusal");

      await enter(page, "data-protection-officer");
      await page.goto("/log?kind=refusal");
      await page.locator("tbody a.main").first().click();
      await expect(page).toHaveURL(/\/log\/\d+$/);
      await expect(page.locator("main pre").first()).toContainText("purpose.not-a-recipient");
      await look(page, "the entry of a refusal");
    });

    test("a log in which no entry is like that, one that holds, a checkpoint of another log, and none", async ({ page }) => {
      await enter(page, "data-protection-officer");
      await page.goto("/log?kind=refusal&rule=no.such-rule");
      await expect(page.locator("#kind")).toHaveValue("refusal");
      await expect(page.locator("tbody tr")).toHaveCount(0);
      await look(page, "a log without such entries");
      await page.goto("/log");
      await page.locator("#verify button").first().click();
      await expect(told(page)).toBeVisible({ timeout: 20_000 });
      await look(page, "a log that holds");
      await page.goto("/log");
      await page.locator("#verify summary").click();
      await page.locator("#saved").fill(OTHER_CHECKPOINT);
      await page.locator("#verify button").first().click();
      await expect(page.locator("main a[href='/problems/unusable-checkpoint']")).toBeVisible();
      await expect(page.locator("main form[action='/log/verify'] button").first()).toBeVisible();
      await look(page, "a checkpoint of another log");
      await page.goto("/log");
      await page.locator("#verify summary").click();
      await page.locator("#saved").fill("log.example/other\n1\nAAAA");
      await page.locator("#verify button").first().click();
      await expect(page.locator("main a[href='/problems/unusable-checkpoint']")).toBeVisible();
      await expect(page.locator(".note.bad"), "it says nothing of the log").toHaveCount(0);
      await look(page, "what is no checkpoint");
    });

    test("receipts that were checked, and a contest with its form, an error and what was written", async ({ page }) => {
      await enter(page, "citizen");
      // To have read twice gives two receipts, whoever else has looked.
      await page.goto("/me/records");
      await page.goto("/me");
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("main details")) (details as HTMLDetailsElement).open = true;
      });
      const receipts = page.locator("[data-island=receipt]");
      const [good, bad] = [receipts.nth(0), receipts.nth(1)];
      await good.getByRole("button").click();
      await expect(good.getByRole("status")).toHaveClass("note good");
      await bad.locator("[data-text]").first().evaluate((part) => (part.textContent += " "));
      await bad.getByRole("button").click();
      await expect(bad.getByRole("status")).toHaveClass("note bad");
      await look(page, "receipts that were checked");

      await page.goto("/me/records");
      await page.locator("main a[href$='/contest']").first().click();
      const reason = page.locator("#reason");
      await expect(reason).toBeVisible();
      await look(page, "a contest");
      // The browser would stop a reason that is too short before it is sent.
      await reason.evaluate((field) => ((field as HTMLTextAreaElement).minLength = 0));
      await reason.fill("Not me");
      await formOf(page, "#reason").getByRole("button").click();
      await expect(page.locator("#reason-wrong")).toBeVisible();
      await expect(reason, "what was written is kept").toHaveValue("Not me");
      await look(page, "a contest with an error");
      await reason.fill("I never lived in that town, nor did anyone of my name.");
      await formOf(page, "#reason").getByRole("button").click();
      await expect(told(page)).toBeVisible();
      const contests = page.locator("section[aria-labelledby=contests]");
      await expect(contests.locator("tbody tr").first()).toBeVisible();
      // The page of records is looked at in both widths as it is; this is its table of contests.
      await look(page, "a contest that was written", [1280]);
      await contests.getByRole("button").first().click();
      await expect(told(page)).toBeVisible();
    });

    test("a pair with errors, proposed, proposed by another, judged, and the queue with a proposal", async ({ page }) => {
      const begin = page.locator("main a.button:not(.quiet)");
      const judge = formOf(page, "#reason").getByRole("button");
      const takeBack = async () => {
        await page.locator("#why-back").fill("The streets tell them apart.");
        await formOf(page, "#why-back").getByRole("button").click();
        await expect(told(page)).toBeVisible();
        await expect(page.locator("#why-back"), "the queue is left as it was found").toHaveCount(0);
      };
      await enter(page, "steward");
      await begin.click();
      await judge.click();
      await expect(page.locator("#verdict-wrong")).toBeVisible();
      await expect(page.locator("#reason-wrong")).toBeVisible();
      await look(page, "a pair with errors");
      await page.locator("input[name=verdict][value=same]").check();
      await page.locator("#reason").fill(REASON);
      await judge.click();
      const pair = (await told(page).getByRole("link").getAttribute("href")) ?? "";
      await page.goto("/review");
      await expect(page.locator("section[aria-labelledby=own-title] a").first()).toBeVisible();
      await look(page, "a queue with a proposal");
      await page.goto(pair);
      await expect(page.locator("#why-back")).toBeVisible();
      await look(page, "a pair with a proposal of one's own");
      await enter(page, "second-steward");
      await page.goto(pair);
      await expect(page.locator(".note.careful")).toBeVisible();
      await expect(page.locator("#why-back")).toHaveCount(0);
      await look(page, "a pair with a proposal of another");
      await enter(page, "steward");
      await page.goto(pair);
      await takeBack();

      await page.goto("/review");
      await begin.click();
      await page.locator("input[name=verdict][value=cannot-say]").check();
      await page.locator("#reason").fill(REASON);
      await judge.click();
      await expect(told(page)).toBeVisible();
      await look(page, "the pair after one that was judged");
      await told(page).getByRole("link").click();
      await expect(page.locator("#why-back")).toBeVisible();
      await look(page, "a pair that was judged");
      await takeBack();
    });

    test("a link, cut and proposed to be kept, what waits for a second steward, and a pair of the sample", async ({ page }) => {
      const judge = async (verdict: string) => {
        await page.locator(`input[name=verdict][value=${verdict}]`).check();
        await page.locator("#reason").fill(REASON);
        await formOf(page, "#reason").getByRole("button").click();
        await expect(told(page)).toBeVisible();
      };
      const takeBack = async () => {
        await page.locator("#why-back").fill("They are one person after all.");
        await formOf(page, "#why-back").getByRole("button").click();
        await expect(told(page)).toBeVisible();
        await expect(page.locator("#why-back"), "the queue is left as it was found").toHaveCount(0);
      };
      await enter(page, "steward");
      const links = await pairWithLinks(page);
      await links.first().click();
      await expect(page).toHaveURL(/\/links\/\d+$/);
      await look(page, "a link");
      await judge("different");
      await expect(page.locator("#cluster tbody p").first(), "the table of links tells of it").toHaveText(/\S/);
      await look(page, "a pair one of whose links was cut", [1280]);
      const link = (await told(page).getByRole("link").getAttribute("href")) ?? "";
      await page.goto(link);
      await expect(page.locator("#why-back")).toBeVisible();
      await look(page, "a link that was cut");
      await takeBack();

      await page.goto(link);
      await judge("same");
      await page.goto("/review");
      const waiting = (await page.locator("section[aria-labelledby=own-title] a").first().getAttribute("href")) ?? "";
      await page.goto(waiting);
      await look(page, "a link with a proposal of one's own, among what waits", [1280]);
      await enter(page, "second-steward");
      await page.goto(waiting);
      await expect(page.locator(".note.careful")).toBeVisible();
      await look(page, "what waits for a second steward");
      await enter(page, "steward");
      await page.goto(link);
      await takeBack();

      await page.goto("/review");
      await page.locator("a[href$='list=sample']").click();
      await expect(page.locator("input[name=list][value=sample]").first()).toBeAttached();
      await look(page, "a pair of the sample");
    });
  });
}
