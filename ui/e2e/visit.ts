// What tests share: entering in a role, and pages that fail their test when they break a promise.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import AxeBuilder from "@axe-core/playwright";
import { type APIRequestContext, test as base, type BrowserContext, type BrowserContextOptions, expect, type Locator, type Page } from "@playwright/test";

export { expect };

export type Role = "officer" | "welfare-officer" | "finance-auditor" | "steward" | "second-steward" | "data-protection-officer" | "engineer" | "citizen";

/** Someone found among the results of a search. */
export const CASE = "SL-2026-0417";
export const REASON = "Application for relief of 12 November";
export const RELIEF = "student-loan-relief";
/** A purpose of other recipients, and one that reaches political data. */
export const OTHERS = "benefit-eligibility";
export const POLITICAL = "campaign-finance-audit";
/** Somebody of the demo who gave to a party, as its seed makes it. */
export const DONOR = "Jackson MacJordan";

/** A checkpoint as another log gives it: of the right form, and of no log that is here. */
export const OTHER_CHECKPOINT = [
  "log.example/other",
  "1",
  `${"A".repeat(43)}=`,
  "",
  `— log.example/other ${"A".repeat(91)}=`,
  "",
].join("\n");

/** Gives the variable of the environment, which `cargo xtask` sets. */
export function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask test --only browser\``);
  return value;
}

/** Gives the variable of the worker's own server: tests count entries of the log, and nobody else may come in between. */
function ofServer(name: string): string {
  return variable(`${name}_${process.env.TEST_PARALLEL_INDEX ?? "0"}`);
}

/** Gives the token of a role. */
export function tokenOf(role: Role): string {
  return ofServer(`LUCARNE_TOKEN_${role.toUpperCase().replaceAll("-", "_")}`);
}

/** Waits until all of a page is there. A click waits for its beginning alone, and a busy machine reads the rest later. */
export async function whole(page: Page): Promise<void> {
  await page.waitForLoadState();
}

/** Opens a session in a role and ends on the role's first page. */
export async function enter(page: Page, role: Role, token = tokenOf(role)): Promise<void> {
  await page.goto(`/enter?token=${encodeURIComponent(token)}`);
  await expect(page).not.toHaveURL(/token/);
}

/** Chooses purpose, case and reason on the page of search. */
export async function workOn(page: Page, purpose: string, given: { case?: string; why?: string } = {}): Promise<void> {
  await whole(page);
  const first = page.locator("#work-purpose");
  const prefix = (await first.count()) > 0 ? "work" : "bar";
  if (prefix === "bar") {
    const details = page.locator(".bar details");
    if ((await details.getAttribute("open")) === null) await page.locator(".bar summary").click();
  }
  await page.locator(`#${prefix}-purpose`).selectOption(purpose);
  await page.locator(`#${prefix}-case`).fill(given.case ?? CASE);
  await page.locator(`#${prefix}-why`).fill(given.why ?? REASON);
  const form = page.locator("form", { has: page.locator(`#${prefix}-purpose`) });
  await form.getByRole("button").click();
  await whole(page);
}

/** Searches by name. */
export async function search(page: Page, name: string): Promise<void> {
  await page.locator("#name").fill(name);
  await page.locator("form[role=search]").getByRole("button").click();
  await whole(page);
}

/** Reads the citizen's name, as the registers have it, from their own records: the page has to be English. */
async function nameOfCitizen(page: Page): Promise<string> {
  await enter(page, "citizen");
  await page.goto("/me/records");
  const name = await page.evaluate(() => {
    const rows = [...document.querySelectorAll("section[aria-labelledby=identity] tbody tr")];
    const cells = rows.map((row) => [row.querySelector("th")?.textContent ?? "", row.querySelector("td")?.textContent ?? ""]);
    const value = (title: RegExp) => cells.find(([what]) => title.test(what ?? ""))?.[1]?.trim() ?? "";
    return [value(/given|first|forename/i), value(/surname|last|family/i)].join(" ");
  });
  expect(name.trim()).not.toBe("");
  return name;
}

/** Opens somebody whose address the purpose of a welfare officer gives whole, and gives the buttons that ask who else is there. */
export async function openWithAddress(page: Page): Promise<Locator> {
  await workOn(page, OTHERS);
  await search(page, "Maria");
  await expect(page.locator("tbody a.main").first()).toBeVisible();
  const people = await page.locator("tbody a.main").evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).pathname));
  const places = page.locator("#places tbody form:has(input[name=address]) button");
  for (const person of people) {
    await page.goto(person);
    if ((await places.count()) > 0) break;
  }
  await expect(places.first(), "the purpose gives addresses whole").toBeVisible();
  return places;
}

/** How names of employers of the demo begin. */
const NAMES = ["Kestrel", "Valmere", "Alden", "Brightwater", "Lantern", "Quarry", "Sorrel", "Harbour", "Northern", "Republic"];

/** The most persons for whom the picture has room. */
const MEMBERS_MAX = 12;

export type Firm = { employer: string; person: string; others: number };
type Found = { person: string; values: Record<string, unknown> };

/** Asks the API as the welfare officer. */
async function askAsWelfareOfficer(request: APIRequestContext, what: Record<string, string | number>): Promise<{ status: number; hits: Found[] }> {
  const answer = await request.post("/api/v1/search", {
    headers: { authorization: `Bearer ${tokenOf("welfare-officer")}` },
    data: { purpose: OTHERS, case: CASE, justification: REASON, ...what },
  });
  const { hits } = (await answer.json()) as { hits?: Found[] };
  return { status: answer.status(), hits: hits ?? [] };
}

/**
 * Finds an employer at which a few work, and one of them. Employers of the demo have made-up names, and rows of results seldom tell
 * them, so some of these names are asked. Nobody at a firm takes nobody out of the number of persons that the officer has in a day;
 * asked again, in another test, they are the same persons.
 */
export async function someFirm(request: APIRequestContext): Promise<Firm> {
  for (const name of NAMES) {
    const employer = `${name} Shipping Ltd`;
    const { status, hits } = await askAsWelfareOfficer(request, { employer });
    expect([200, 403], employer).toContain(status);
    const [one] = hits;
    if (!one) continue;
    expect(Object.keys(one.values), "no more is told than tells people apart").not.toContain("street");
    if (hits.length > 1 && hits.length <= MEMBERS_MAX) return { employer, person: one.person, others: hits.length - 1 };
  }
  throw new Error("nobody of the demo has a colleague");
}

/** Adds a hidden field to a form, as somebody does who writes the question by hand. */
export async function addField(page: Page, form: string, field: { name: string; value: string }): Promise<void> {
  await page.locator(form).evaluate((place, { name, value }) => {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    place.append(input);
  }, field);
}

/**
 * Searches for the citizen as an officer, and opens whoever is found. Namesakes are shown too; whoever they are, the citizen is
 * told when it was them. The page has to be English.
 */
export async function lookAtCitizen(page: Page): Promise<void> {
  const name = await nameOfCitizen(page);
  await enter(page, "officer");
  await workOn(page, RELIEF);
  await search(page, name);
  await expect(page.locator("tbody a.main").first()).toBeVisible();
  const links = await page.locator("tbody a.main").evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).pathname));
  for (const link of links.slice(0, 8)) await page.goto(link);
}

/** Gives the numbers of the steward's queue one after the other until a pair is shown whose persons are held by other links too. */
export async function pairWithLinks(page: Page): Promise<Locator> {
  const links = page.locator("#cluster tbody a");
  for (let number = 0; number < 40; number += 1) {
    await page.goto(`/review/${number}`);
    if ((await links.count()) > 0) break;
  }
  return links;
}

/** Gives the number of the log's entry that a page names, or a part of it. */
export async function entryOf(page: Page, part = ".entry-note"): Promise<number> {
  await whole(page);
  const text = await page.locator(part).first().innerText();
  return Number(/(?:entry|entrée) ([\d,\u202f]+)/.exec(text)?.[1]?.replaceAll(/\D/g, ""));
}

/** Skips to the content by the first link of a page that was just opened. */
export async function skip(page: Page): Promise<void> {
  await whole(page);
  await page.keyboard.press("Tab");
  await expect(page.locator(".skip")).toBeFocused();
  await page.keyboard.press("Enter");
}

/** Presses Tab until something has the focus, `most` times at most. */
export async function tabTo(page: Page, what: Locator, most = 60): Promise<void> {
  await whole(page);
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    if (await what.evaluate((element) => element === document.activeElement)) return;
  }
  await expect(what, `${most} presses lead to it`).toBeFocused();
}

/** Axe as its package has it for browsers. What its builder would bring has more than twice the letters. */
const AXE = readFileSync(createRequire(createRequire(import.meta.url).resolve("@axe-core/playwright")).resolve("axe-core/axe.min.js"), "utf8");

/** Gives what looks at a page with axe, which is brought there once. */
async function axeOn(page: Page): Promise<AxeBuilder> {
  await whole(page);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  // The builder would bring it twice for each look: it is given nothing to bring. Pages have no frames, for which it would open a
  // page more.
  return new AxeBuilder({ page, axeSource: "null" }).setLegacyMode(true);
}

/**
 * Looks with axe at the page as it is, with everything opened, in the bar too; fails on anything found by rules other than those
 * of `but`. What is inert is there for nobody, so axe leaves it out: the samples among the components are looked at as they are
 * where they can be used.
 */
export async function checkAccessibility(page: Page, what: string, but: string[] = []): Promise<void> {
  const axe = await axeOn(page);
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const sample of document.querySelectorAll("[inert]")) sample.removeAttribute("inert");
  });
  // Of what is right nothing has to be gathered.
  const found = await axe.options({ resultTypes: ["violations"] }).disableRules(but).analyze();
  const told = found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
  expect(told, what).toEqual([]);
}

/** Looks with axe at the contrast of one part of a page that is too long to be looked at whole. */
export async function checkContrast(page: Page, part: string, what: string): Promise<void> {
  const found = await (await axeOn(page)).include(part).withRules(["color-contrast"]).analyze();
  const told = found.violations.map((v) => v.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", "));
  expect(told, `${what}: contrast`).toEqual([]);
  expect(found.passes.map(({ id }) => id), `${what}: there is something to look at`).toContain("color-contrast");
}

/** Fails when the page is wider than its window. */
export async function checkWidth(page: Page, what: string): Promise<void> {
  await whole(page);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, `${what} is wider than its window`).toBeLessThanOrEqual(0);
}

/** What has moved on a page that nobody touched: how far all together, and what it was. */
type Moved = { sum: number; what: string[] };

/** Sums up how far things move that nobody touched, from the beginning of each page on. */
export async function sumShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] };
    const moved: Moved = { sum: 0, what: [] };
    (window as unknown as { moved: Moved }).moved = moved;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Shift[]) {
        if (entry.hadRecentInput) continue;
        moved.sum += entry.value;
        for (const { node } of entry.sources) moved.what.push(node instanceof Element ? `${node.tagName}.${node.className}` : (node?.nodeName ?? "?"));
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** Gives what moved on the page, also once the picture stands that a script puts in the place of another. */
async function movedOn(page: Page): Promise<Moved> {
  await whole(page);
  const relations = page.locator("[data-island=relations]");
  // Its script comes after the page; narrow pages have no picture.
  if (await relations.isVisible()) await expect(relations.locator("canvas").first()).toBeVisible();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.evaluate(() => (window as unknown as { moved: Moved }).moved);
}

/** Fails when something moved. */
export async function checkShift(page: Page, what: string): Promise<void> {
  const moved = await movedOn(page);
  expect(moved.sum, `${what}: layout shift of ${moved.what.join(", ")}`).toBeLessThan(0.001);
}

/** Fails when page and styles are heavy on their way over the wire, islands apart. */
export async function checkWeight(page: Page, what: string): Promise<void> {
  await whole(page);
  const bytes = await page.evaluate(() => {
    const [document] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const styles = (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).filter((one) => one.initiatorType === "link");
    return [document, ...styles].reduce((sum, one) => sum + (one?.encodedBodySize ?? Number.NaN), 0);
  });
  expect(bytes, `${what}: bytes over the wire, islands apart`).toBeLessThan(150_000);
}

type Promised = {
  /** Watches the pages of a context. */
  promises: (context: BrowserContext) => void;
  /** Makes a context with options of its own, watched too; it is closed after the test. */
  watched: (options?: BrowserContextOptions) => Promise<BrowserContext>;
};

/** A test whose pages make no request to another origin, break no content security policy and throw nothing. */
export const test = base.extend<Promised>({
  baseURL: ({}, use) => use(ofServer("LUCARNE_URL")),
  promises: [
    async ({ context, baseURL }, use) => {
      const origin = new URL(baseURL ?? "").origin;
      const broken: string[] = [];
      const watch = (watched: BrowserContext) => {
        watched.on("request", (request) => {
          if (new URL(request.url()).origin !== origin) broken.push(`request to ${request.url()}`);
        });
        watched.on("console", (message) => {
          const text = message.text();
          if (/Content Security Policy|Content-Security-Policy/i.test(text)) broken.push(text);
        });
        watched.on("weberror", (error) => broken.push(String(error.error())));
      };
      watch(context);
      await use(watch);
      expect(broken).toEqual([]);
    },
    { auto: true },
  ],
  watched: async ({ browser, promises }, use) => {
    const made: BrowserContext[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext(options);
      promises(context);
      made.push(context);
      return context;
    });
    for (const context of made) await context.close();
  },
});
