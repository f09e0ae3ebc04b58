// Pictures of each page. Those of README and tour are written where these have them when LUCARNE_PICTURES names the folder, as
// `cargo xtask screenshots --docs` does.

import { join } from "node:path";
import type { Page } from "@playwright/test";
import { POLITICAL, RELIEF, addField, enter, expect, lookAtCitizen, openWithAddress, pairWithLinks, search, someFirm, test, workOn } from "./visit";

const FOLDER = "screenshots";

/** A purpose of the demo that is over. */
const ENDED = "local-allowance-prefill";

/** How much of a page README and tour show, in pixels from its top: of each the part that its caption tells of. */
const DOCUMENTED: Record<string, number> = { search: 820, dossier: 2160, refused: 1000, pair: 2420, desk: 2660, looks: 1500 };

const formOf = (page: Page, field: string) => page.locator("form", { has: page.locator(field) });
const told = (page: Page) => page.locator(".note.good[role=status]");

/** Writes a judgement of the pair that is shown. */
async function judge(page: Page, verdict: string): Promise<void> {
  await page.locator(`input[name=verdict][value=${verdict}]`).check();
  await page.locator("#reason").fill("Birth date and street agree; the first name is a nickname.");
  await formOf(page, "#reason").getByRole("button").click();
  await expect(told(page)).toBeVisible();
}

/** Shows who is found at an address of somebody whose purpose gives it whole. */
async function openByAddress(page: Page): Promise<void> {
  await enter(page, "welfare-officer");
  await (await openWithAddress(page)).first().click();
  await expect(page.locator("tbody a.main").first()).toBeVisible();
}

/** Shows who is found at an employer, under the purpose that opens them. */
async function openByEmployer(page: Page): Promise<void> {
  const { employer } = await someFirm(page.request);
  await page.goto("/search");
  await addField(page, "form[role=search]", { name: "employer", value: employer });
  await page.locator("form[role=search]").getByRole("button").click();
  await expect(page.locator("tbody a.main").first()).toBeVisible();
}

/** Opens a dossier whose purpose gives an address whole, and its household where there is room for the picture. */
async function openHousehold(page: Page): Promise<void> {
  await page.goto("/search");
  await openWithAddress(page);
  const hops = page.locator("form[data-hop] button[name=address]");
  if (!(await hops.first().isVisible())) return;
  await expect(page.locator("[data-island=relations] canvas").first()).toBeVisible();
  await hops.first().click();
  await expect(page.locator("[data-household]")).toBeVisible();
}

/** Shows a verification under way. The demo's log is verified before anyone could watch, so the page is made of the sample bar. */
async function openUnderWay(page: Page): Promise<void> {
  const sample = await page.evaluate(async () => (await fetch("/components")).text());
  const bar = [...sample.matchAll(/<div class="far">[\s\S]*?<\/div>/g)].at(-1)?.[0] ?? "";
  const title = /aria-label="([^"]*)"/.exec(bar)?.[1] ?? "";
  expect(title, "the sample bar is there").not.toBe("");
  const body = sample.replace(/<main[\s\S]*<\/main>/, `<main id="main"><div class="wide"><div class="stack"><h1>${title}</h1>${bar}</div></div></main>`);
  await page.route("**/log/verify/0", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("/log/verify/0");
  await page.unroute("**/log/verify/0");
}

for (const [width, colorScheme, locale] of [
  [1280, "light", "en-GB"],
  [1280, "dark", "en-GB"],
  [390, "light", "en-GB"],
  [390, "dark", "en-GB"],
  [1280, "light", "fr-FR"],
] as const) {
  const kind = locale === "fr-FR" ? "french" : colorScheme;

  test(`pictures at ${width} px, ${kind}`, async ({ watched }) => {
    test.setTimeout(300_000);
    const context = await watched({ locale, viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const documents = width === 1280 && kind === "light" ? process.env.LUCARNE_PICTURES : undefined;
    const take = async (name: string) => {
      // The bar stays in sight: a picture of the whole page has it where the page begins.
      await page.evaluate(() => window.scrollTo({ top: 0, behavior: "instant" }));
      await page.screenshot({ path: `${FOLDER}/${name}-${width}-${kind}.png`, fullPage: true });
      const height = DOCUMENTED[name];
      if (!documents || height === undefined) return;
      await page.screenshot({ path: join(documents, `${name}.png`), fullPage: true, clip: { x: 0, y: 0, width, height } });
    };
    for (const [path, name] of [
      ["/", "start"],
      ["/registers", "registers"],
      ["/registers/tax", "register"],
      ["/purposes", "purposes"],
      ["/agreements", "agreements"],
      ["/components", "components"],
      ["/api/docs/", "api"],
      ["/problems/refused", "problem-kind"],
      ["/nowhere", "not-found"],
    ] as const) {
      await page.goto(path);
      await take(name);
    }

    await enter(page, "officer");
    await take("search-first");
    await workOn(page, RELIEF);
    await take("search");
    await page.locator("#birth-date").fill("31.31");
    await page.locator("form[role=search]").getByRole("button").click();
    await expect(page.locator("main [role=alert]")).toBeVisible();
    await take("search-unread");
    await page.locator("#birth-date").fill("");
    await search(page, "Xqzwv Qqxzzy");
    await expect(page.locator("#name")).toHaveValue("Xqzwv Qqxzzy");
    await take("nobody");
    await search(page, "Maria");
    await expect(page.locator("tbody a.main").first()).toBeVisible();
    await take("results");
    // Whoever is in most registers shows most of what a dossier is.
    const rows = page.locator("main tbody tr", { has: page.locator("a.main") });
    const held = await rows.evaluateAll((all) => all.map((row) => row.querySelectorAll("ul.inline li").length));
    await rows.nth(held.indexOf(Math.max(...held))).locator("a.main").click();
    await page.locator(".record details.more summary").first().click();
    await take("dossier");
    await page.goto("/search");
    await workOn(page, POLITICAL);
    await search(page, "Maria");
    await expect(page.locator(".note.bad code").first()).toBeVisible();
    await take("refused");
    await page.goto("/search");
    await workOn(page, ENDED);
    await search(page, "Maria");
    await expect(page.locator(".note.bad code").first()).toHaveText("purpose.expired");
    await take("ended");
    await page.goto("/desk");
    await take("other-role");
    await page.goto("/");
    await take("start-again");
    await openByAddress(page);
    await take("results-address");
    await openByEmployer(page);
    await take("results-employer");
    await openHousehold(page);
    await take("household");

    await enter(page, "steward");
    await take("queue");
    await page.goto("/review/0");
    await take("pair");
    await (await pairWithLinks(page)).first().click();
    await page.waitForURL(/\/links\/\d+$/);
    await take("link");
    await page.goto("/review");
    await page.locator("a[href$='list=sample']").click();
    await page.waitForURL(/list=sample$/);
    await take("sample");
    await page.goto("/review");
    await page.locator("main a.button:not(.quiet)").click();
    await judge(page, "same");
    const proposed = (await told(page).getByRole("link").getAttribute("href")) ?? "";
    await page.goto("/review");
    await take("queue-proposed");
    await enter(page, "second-steward");
    await page.goto(proposed);
    await expect(page.locator(".note.careful")).toBeVisible();
    await take("proposal");
    await judge(page, "same");
    await take("confirmed");
    const confirmed = (await told(page).getByRole("link").getAttribute("href")) ?? "";
    await page.goto("/review/judged");
    await expect(page.locator("main tbody tr").first()).toBeVisible();
    await take("judged");
    await page.goto(confirmed);
    await page.locator("#why-back").fill("The streets tell them apart.");
    await formOf(page, "#why-back").getByRole("button").click();
    await expect(page.locator("#why-back"), "the next pictures find the queue as it was").toHaveCount(0);
    await enter(page, "steward");
    await page.goto("/review/explain");
    await take("explain");
    await page.goto("/quality");
    await take("quality");

    await enter(page, "data-protection-officer");
    await take("desk");
    await page.locator("#officers-reason").fill("A complaint about looks without a case.");
    await formOf(page, "#officers-reason").getByRole("button").click();
    await expect(page.locator("#officers .entry-note")).toBeVisible();
    await take("desk-names");
    await page.goto("/log");
    await take("log");
    await page.locator("tbody a.main").first().click();
    await page.waitForURL(/\/log\/\d+$/);
    await take("entry");
    await openUnderWay(page);
    await take("verifying");
    await page.goto("/log");
    await page.locator("form[action='/log/verify'] button").first().click();
    await expect(told(page)).toBeVisible({ timeout: 20_000 });
    await take("verified");

    await enter(page, "engineer");
    await take("runs");
    await page.locator("#quarantine tbody a").first().click();
    await page.waitForURL(/\/runs\/quarantine\//);
    await take("quarantine");
    await page.goto("/runs");
    await page.locator("#register").selectOption("tax");
    await page.locator("#deliveries form").getByRole("button").click();
    await page.waitForURL(/\/deliveries\/\d+$/);
    await take("delivery");

    const officer = await (await watched({ locale: "en-GB" })).newPage();
    await lookAtCitizen(officer);
    await officer.context().close();
    await enter(page, "citizen");
    const look = page.locator(".look").filter({ has: page.locator("dd > bdi") }).first();
    await look.locator("details:has(> [data-island=receipt]) > summary").first().click();
    await look.locator("[data-island=receipt]").first().getByRole("button").click();
    await expect(look.getByRole("status").first(), "the receipt was checked").toHaveClass("note good");
    await take("looks");
    await page.goto("/me/records");
    await take("records");
    await page.locator("main a[href$='/contest']").first().click();
    await page.waitForURL(/\/contest$/);
    const record = page.url();
    await take("contest");
    await page.locator("#reason").fill("I never lived in that town, nor did anyone of my name.");
    await formOf(page, "#reason").getByRole("button").click();
    await expect(told(page)).toBeVisible();
    await take("contested");
    await page.goto(record);
    await expect(page.locator("main form[action$='/take-back']")).toBeVisible();
    await take("contest-there");
    await enter(page, "steward");
    await page.locator("main a.button:not(.quiet)").click();
    await expect(page.locator(".note.careful bdi")).toBeVisible();
    await take("contested-pair");
    await enter(page, "citizen");
    await page.goto("/me/records");
    await page.locator("section[aria-labelledby=contests]").getByRole("button").first().click();
    await expect(told(page)).toBeVisible();
  });
}
