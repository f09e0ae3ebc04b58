// What a citizen is told: of a search what it could show, of a contest what becomes of it, and what is to be mended in a form.

import type { Page } from "@playwright/test";
import { checkAccessibility, checkWidth, enter, expect, lookAtCitizen, test } from "./visit";

const told = (page: Page) => page.locator("main [role=status]").first();
const contests = (page: Page) => page.locator("section[aria-labelledby=contests]");

test("of a search the citizen reads what a row of results can show", async ({ page, watched }) => {
  const officer = await (await watched({ locale: "en-GB" })).newPage();
  await lookAtCitizen(officer);
  await officer.context().close();

  await enter(page, "citizen");
  const search = page.locator(".look").filter({ hasText: /: you were (among those shown in|shown as the only result of) a search/ }).first();
  await search.getByText("What of you the list of results could show").first().click();
  await expect(search.getByText(/^At most this was shown of you/).first()).toBeVisible();
  const classes = search.locator("dl.small-facts").first().locator("dt");
  await expect(classes.filter({ hasText: "Name and birth" })).toHaveCount(1);
  for (const hidden of ["Income", "Employment", "Student loan"]) await expect(classes.filter({ hasText: hidden })).toHaveCount(0);
  const look = page.locator(".look").filter({ hasText: /: your records were opened/ }).first();
  await look.getByText("Which kinds of data, and how much of them").first().click();
  await expect(look.locator("dl.small-facts").first().locator("dt").filter({ hasText: "Income" }), "of who opened them, all of it").toHaveCount(1);
  await checkAccessibility(page, "who looked, with a search");
});

test("the time where the citizen is stands beside that in UTC", async ({ watched }) => {
  const page = await (await watched({ locale: "fr-FR", timezoneId: "Asia/Tokyo" })).newPage();
  await enter(page, "citizen");
  const moment = page.locator(".look .when time").first();
  await expect(moment).toContainText("UTC");
  const beside = page.locator(".look .when [data-local-time]").first();
  const hour = (await moment.getAttribute("datetime"))?.slice(11, 13);
  await expect(beside).toContainText(String((Number(hour) + 9) % 24).padStart(2, "0"));
  // Where the browser's time is that of the page the line stays empty, and is there all the same: nothing moves.
  const height = (line: typeof beside) => line.evaluate((element) => element.getBoundingClientRect().height);
  const inUtc = await (await watched({ locale: "fr-FR", timezoneId: "UTC" })).newPage();
  await enter(inUtc, "citizen");
  const empty = inUtc.locator(".look .when [data-local-time]").first();
  await expect(empty).toHaveText("");
  expect(await height(empty)).toBeGreaterThan(10);
  expect(await height(beside)).toBeCloseTo(await height(empty), 1);
});

test("a contest says what is to be mended, what it is of, and how it was judged", async ({ page, watched }) => {
  await enter(page, "citizen");
  await page.goto("/me/records");
  await page.locator("main a[href$='/contest']").first().click();
  await page.waitForURL(/\/contest$/);
  const address = page.url();
  const reason = page.locator("#reason");
  // The browser itself would stop a reason that is too short.
  await page.locator("form", { has: reason }).evaluate((form) => ((form as HTMLFormElement).noValidate = true));
  await reason.fill("no");
  await page.locator("form", { has: reason }).getByRole("button").click();
  await expect(page).toHaveTitle(/^Error: /);
  await expect(reason, "where it is to be mended").toBeFocused();
  const summary = page.locator("main [role=alert]");
  await expect(summary.getByRole("link")).toHaveAttribute("href", "#reason");
  await checkAccessibility(page, "a contest whose reason is too short");

  await reason.fill("I never lived in that town, nor did anyone of my name.");
  await page.locator("form", { has: reason }).getByRole("button").click();
  await expect(told(page)).toContainText(/The record of the register “.+” is contested; entry [\d,]+ of the log/);
  const leads = told(page).getByRole("link");
  const record = page.locator(`[id="${(await leads.getAttribute("href"))?.slice(1)}"]`);
  await expect(record).toContainText("You say that this record is not about you");
  await expect(page.locator("main h2").first(), "before all that is held").toHaveText("What you contest");
  await expect(page.locator(".contents a[href='#contests']")).toBeVisible();
  await checkWidth(page, "a contest that was written");
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You contest this record");
  await expect(page.getByRole("button", { name: "Take it back" })).toBeVisible();
  await checkAccessibility(page, "a record that is contested already");

  const steward = await (await watched({ locale: "en-GB" })).newPage();
  await enter(steward, "steward");
  await steward.goto("/review");
  await steward.locator("main a.button:not(.quiet)").first().click();
  await expect(steward.locator("main"), "contested links come first").toContainText("nor did anyone of my name");
  await steward.locator("input[name=verdict][value=different]").check();
  await steward.locator("#reason").fill("The two were born in different places.");
  const pair = steward.url();
  await steward.getByRole("button", { name: "Write judgement" }).click();
  await expect(steward.getByRole("status").first()).toContainText("Your judgement was written");

  await page.goto("/me/records");
  await expect(contests(page)).toContainText("judged: it is not about you");
  await expect(contests(page)).toContainText("It leaves with the next linking run.");
  await expect(page.locator(".record").filter({ hasText: /Judged on .+ not to be about you/ })).toHaveCount(1);
  await expect(page.locator(`a[href="${new URL(address).pathname}"]`), "it need not be contested again").toHaveCount(0);
  await checkAccessibility(page, "a record that was judged not to be theirs");

  // The project is left as it was found.
  await steward.goto(pair);
  await steward.locator("#why-back").fill("I misread the place.");
  await steward.getByRole("button", { name: "Take it back" }).click();
  await steward.context().close();
  await page.goto(address);
  await page.getByRole("button", { name: "Take it back" }).click();
  await expect(told(page)).toContainText("You took back that you contest the record");
});
