// What tests share: entering in a role, and a page that fails its test when it breaks a promise.

import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";

export { expect };

export type Role = "officer" | "steward" | "second-steward" | "data-protection-officer" | "engineer" | "citizen";

/** Someone found among the results of a search. */
export const CASE = "SL-2026-0417";
export const REASON = "Application for relief of 12 November";
export const RELIEF = "student-loan-relief";
/** A purpose of other recipients, and one that reaches political data. */
export const OTHERS = "benefit-eligibility";
export const POLITICAL = "campaign-finance-audit";

/** Gives the variable of the environment, which `cargo xtask` sets. */
export function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask test --only browser\``);
  return value;
}

/** Gives the token of a role. */
export function tokenOf(role: Role): string {
  return variable(`LUCARNE_TOKEN_${role.toUpperCase().replaceAll("-", "_")}`);
}

/** Opens a session in a role and ends on the role's first page. */
export async function enter(page: Page, role: Role, token = tokenOf(role)): Promise<void> {
  await page.goto(`/enter?token=${encodeURIComponent(token)}`);
  await expect(page).not.toHaveURL(/token/);
}

/** Chooses purpose, case and reason on the page of search. */
export async function workOn(page: Page, purpose: string, given: { case?: string; why?: string } = {}): Promise<void> {
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
}

/** Searches by name. */
export async function search(page: Page, name: string): Promise<void> {
  await page.locator("#name").fill(name);
  await page.locator("form[role=search]").getByRole("button").click();
}

/** Looks with axe at the page as it is, with everything opened; fails on anything found by rules other than those of `but`. */
export async function checkAccessibility(page: Page, what: string, but: string[] = []): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("main details")) (details as HTMLDetailsElement).open = true;
  });
  const found = await new AxeBuilder({ page }).disableRules(but).analyze();
  const told = found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
  expect(told, what).toEqual([]);
}

/** Fails when the page is wider than its window. */
export async function checkWidth(page: Page, what: string): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, `${what} is wider than its window`).toBeLessThanOrEqual(0);
}

/** A test whose page makes no request to another origin, breaks no content security policy and throws nothing. */
export const test = base.extend<{ promises: void }>({
  promises: [
    async ({ context, baseURL }, use) => {
      const origin = new URL(baseURL ?? variable("LUCARNE_URL")).origin;
      const broken: string[] = [];
      context.on("request", (request) => {
        if (new URL(request.url()).origin !== origin) broken.push(`request to ${request.url()}`);
      });
      context.on("console", (message) => {
        const text = message.text();
        if (/Content Security Policy|Content-Security-Policy/i.test(text)) broken.push(text);
      });
      context.on("weberror", (error) => broken.push(String(error.error())));
      await use();
      expect(broken).toEqual([]);
    },
    { auto: true },
  ],
});
