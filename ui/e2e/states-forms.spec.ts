// States in between, to which forms lead that were filled in wrongly or by two people, and addresses that nobody is meant to open,
// as axe sees them: in English, wide and light, and in French, narrow and dark.

import type { Locator, Page } from "@playwright/test";
import { formOf, judge, takeBack, told } from "./judging";
import { onSmall } from "./small";
import { RELIEF, checkAccessibility, checkWidth, enter, expect, openWithAddress, test, workOn } from "./visit";

const LOOKS = [
  { locale: "en-GB", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { locale: "fr-FR", viewport: { width: 390, height: 900 }, colorScheme: "dark" },
] as const;

/** Takes from a form what the browser would stop, so that the server has to. */
const unguard = (form: Locator) =>
  form.evaluate((place) => {
    for (const field of place.querySelectorAll("[required], [minlength]")) {
      field.removeAttribute("required");
      field.removeAttribute("minlength");
    }
  });

async function look(page: Page, what: string): Promise<void> {
  await checkAccessibility(page, what);
  await checkWidth(page, what);
}

for (const { locale, ...options } of LOOKS) {
  const kind = `${locale}, ${options.viewport.width} px, ${options.colorScheme}`;

  test.describe(kind, () => {
    test.use({ locale, ...options });

    test("no purpose, too little of case and reason: on the page that asks for them, and in the bar", async ({ page }) => {
      await enter(page, "officer");
      await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
      const wrong = (prefix: string, field: string) => page.locator(`#${prefix}-${field}-wrong`);
      const send = async (prefix: string, purpose: string, why: string) => {
        const form = formOf(page, `#${prefix}-purpose`);
        await unguard(form);
        await page.locator(`#${prefix}-purpose`).selectOption(purpose);
        await page.locator(`#${prefix}-case`).fill("");
        await page.locator(`#${prefix}-why`).fill(why);
        await form.getByRole("button").click();
      };
      await send("work", "", "No");
      await expect(wrong("work", "purpose")).toBeVisible();
      await look(page, "work without a purpose");
      await send("work", RELIEF, "No");
      for (const field of ["case", "why"]) await expect(wrong("work", field)).toBeVisible();
      await expect(page.locator("#work-why"), "what was written is kept").toHaveValue("No");
      await look(page, "work without a case, and with too short a reason");

      await workOn(page, RELIEF);
      const details = page.locator(".bar details");
      await page.locator(".bar summary").click();
      await send("bar", "", "No");
      await expect(details, "where it is to be mended is open").toHaveAttribute("open");
      await expect(wrong("bar", "purpose")).toBeVisible();
      await look(page, "the bar without a purpose");
      await send("bar", RELIEF, "No");
      await expect(details).toHaveAttribute("open");
      for (const field of ["case", "why"]) await expect(wrong("bar", field)).toBeVisible();
      await expect(page.locator("#bar-why")).toHaveValue("No");
      await look(page, "the bar without a case, and with too short a reason");
    });

    test("a person who is not there, and whoever is found by an address", async ({ page }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      const answer = await page.goto("/person/p-aaaaaaaaaaaaaaaaaaaaaaaaaa");
      expect(answer?.status()).toBe(404);
      await expect(page.locator("main a[href='/problems/not-found']")).toBeVisible();
      await look(page, "a person who is not there");

      await enter(page, "welfare-officer");
      await (await openWithAddress(page)).first().click();
      await expect(page.locator("tbody a.main").first()).toBeVisible();
      await look(page, "results of an address");
    });

    test("the desk, asked for names with too little of a reason, and the address of its form", async ({ page }) => {
      await enter(page, "data-protection-officer");
      const reason = page.locator("#officers-reason");
      await unguard(formOf(page, "#officers-reason"));
      await reason.fill("Because");
      await formOf(page, "#officers-reason").getByRole("button").click();
      await expect(page.locator("#officers-reason-wrong")).toBeVisible();
      await expect(reason, "what was written is kept").toHaveValue("Because");
      await expect(page.locator("#officers"), "nobody is named").not.toContainText("demo-officer");
      await look(page, "the desk with too short a reason");

      const answer = await page.goto("/desk/officers");
      expect(answer?.status()).toBe(405);
      await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
      await expect(page.locator("main a.button[href='/desk']")).toBeVisible();
      await look(page, "the address of a form");
    });

    test("what waits for a second steward, confirmed, and among what was judged", async ({ page }) => {
      await enter(page, "steward");
      await page.locator("main a.button:not(.quiet)").click();
      await judge(page, "same");
      await enter(page, "second-steward");
      await page.goto("/review");
      const forYou = page.locator("section[aria-labelledby=for-you-title] a");
      await expect(forYou.first()).toBeVisible();
      await look(page, "a queue in which a proposal waits for whoever reads it");
      await forYou.first().click();
      await expect(page.locator(".note.careful"), "what was proposed is told").toBeVisible();
      await judge(page, "same");
      const pair = (await told(page).getByRole("link").getAttribute("href")) ?? "";
      const entry = /(?:entry|entrée) [\d,\u202f]+/.exec(await told(page).innerText())?.[0] ?? "?";
      await look(page, "the pair after one that was confirmed");
      await page.goto("/review/judged");
      await expect(page.locator("main tbody tr", { hasText: entry })).toHaveCount(1);
      await look(page, "what was judged");
      await page.goto(pair);
      await expect(page.locator("#why-back")).toBeVisible();
      await look(page, "a pair that was confirmed");
      await takeBack(page);
    });
  });

  onSmall.describe(kind, () => {
    onSmall.use({ locale, ...options });

    onSmall("what was judged where nothing was", async ({ page, small }) => {
      await enter(page, "steward", small.token("steward"));
      await page.goto("/review/judged");
      await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
      await expect(page.locator("main .note")).toBeVisible();
      await expect(page.locator("main table")).toHaveCount(0);
      await look(page, "what was judged, which is nothing");
    });
  });
}
