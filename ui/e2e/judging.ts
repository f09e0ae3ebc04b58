// What tests do with the pair that is shown to a steward.

import type { Page } from "@playwright/test";
import { expect } from "./visit";

/** What a page says was done. */
export const told = (page: Page) => page.locator(".note.good[role=status]");

/** The form that has a field. */
export const formOf = (page: Page, field: string) => page.locator("form", { has: page.locator(field) });

/** Says of the pair that is shown what is checked already or `verdict`. */
export async function judge(page: Page, verdict?: "same" | "different" | "cannot-say"): Promise<void> {
  if (verdict) await page.locator(`input[name=verdict][value=${verdict}]`).check();
  await page.locator("#reason").fill("The same house, the same day of birth.");
  await formOf(page, "#reason").getByRole("button").click();
  await expect(told(page)).toBeVisible();
}

/** Takes back what was said of the pair that is shown: the queue is left as it was found. */
export async function takeBack(page: Page): Promise<void> {
  await page.locator("#why-back").fill("The streets tell them apart.");
  await formOf(page, "#why-back").getByRole("button").click();
  await expect(told(page)).toBeVisible();
  await expect(page.locator("#why-back")).toHaveCount(0);
}
