// States of the small project as axe sees them: in English, wide and light, and in French, narrow and dark.

import type { Locator, Page } from "@playwright/test";
import { type Small, WAIVER, onSmall, whileReviewEnded } from "./small";
import { type Role, checkAccessibility, checkWidth, enter, expect, workOn } from "./visit";

const LOOKS = [
  { locale: "en-GB", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { locale: "fr-FR", viewport: { width: 390, height: 900 }, colorScheme: "dark" },
] as const;

const told = (page: Page) => page.locator(".note.good[role=status]");
const formOf = (page: Page, field: string) => page.locator("form", { has: page.locator(field) });
const submit = (form: Locator) => form.getByRole("button").click();
const about = (page: Page, kind: string) => page.locator(`main a[href='/problems/${kind}']`);

const act = (page: Page, small: Small, role: Role) => enter(page, role, small.token(role));

/** Opens the first pair of the queue and writes what is to be said of it, without sending it. */
async function fillIn(page: Page, reason: string): Promise<void> {
  await page.goto("/review");
  await page.locator("main a.button:not(.quiet)").click();
  await page.locator("input[name=verdict][value=cannot-say]").check();
  await page.locator("#reason").fill(reason);
}

/** What is looked at: how it comes about, and how the project is left as it was found. */
type State = { what: string; come: (page: Page, small: Small) => Promise<void>; leave?: (page: Page, small: Small) => Promise<void> };

const REASON = "A father and his son, who share name and house.";

const STATES: State[] = [
  {
    what: "the first page with a session",
    come: async (page, small) => {
      await act(page, small, "officer");
      await page.goto("/");
      await expect(page.locator("main a.button[href='/search']")).toBeVisible();
    },
  },
  {
    what: "results of which a part was not used, and of which there are more",
    come: async (page, small) => {
      await act(page, small, "officer");
      await workOn(page, WAIVER);
      await page.locator("#address").fill("Mill Lane");
      // As in a form that was opened before the purpose let less be compared.
      await page.locator("#contact").evaluate((field) => field.removeAttribute("disabled"));
      await page.locator("#contact").fill("555 0101");
      await submit(page.locator("form[role=search]"));
      await expect(page.locator("main .note.careful"), "no register has it to be compared").toBeVisible();
      await expect(page.locator("tbody a.main")).toHaveCount(20);
      await expect(page.locator("table + p.soft"), "there are more").toBeVisible();
    },
  },
  {
    what: "a refusal",
    come: async (page, small) => {
      await act(page, small, "officer");
      const answer = await page.goto("/review/0");
      expect(answer?.status()).toBe(403);
      await expect(page.locator(".note.bad code").first(), "the rule is named").toHaveText(/\S/);
    },
  },
  {
    what: "a page of another role",
    come: async (page, small) => {
      await act(page, small, "engineer");
      const answer = await page.goto("/search");
      expect(answer?.status()).toBe(403);
      await expect(about(page, "wrong-role")).toBeVisible();
    },
  },
  {
    what: "a contested pair",
    come: async (page, small) => {
      await act(page, small, "citizen");
      await page.goto("/me/records");
      await page.locator("main a[href$='/contest']").first().click();
      await page.locator("#reason").fill("I was never at that library in my life.");
      await submit(formOf(page, "#reason"));
      await expect(told(page)).toBeVisible();
      await act(page, small, "steward");
      await page.locator("main a.button:not(.quiet)").click();
      await expect(page.locator(".note.careful bdi")).toHaveText("I was never at that library in my life.");
    },
    leave: async (page, small) => {
      await act(page, small, "citizen");
      await page.goto("/me/records");
      await page.locator("section[aria-labelledby=contests]").getByRole("button").first().click();
      await expect(told(page)).toBeVisible();
    },
  },
  {
    what: "a judgement of a pair that was numbered anew meanwhile",
    come: async (page, small) => {
      await act(page, small, "steward");
      await fillIn(page, REASON);
      await small.linkAgain();
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await submit(formOf(page, "#reason"));
      expect((await answered).status()).toBe(409);
      await expect(about(page, "changed-meanwhile")).toBeVisible();
      await expect(page.locator("section[aria-labelledby=written] bdi"), "what was written can be read").toHaveText(REASON);
      await expect(page.locator("main form"), "no form is filled in: the number may be another pair's").toHaveCount(0);
    },
    leave: async (page) => {
      await page.locator("main a.button[href='/review']").click();
      await expect(page).toHaveURL(/\/review$/);
      await expect(page.locator(".figures dd").first()).toBeVisible();
    },
  },
];

for (const { locale, ...options } of LOOKS) {
  onSmall.describe(`${locale}, ${options.viewport.width} px, ${options.colorScheme}`, () => {
    onSmall.use({ locale, ...options });

    for (const { what, come, leave } of STATES) {
      onSmall(what, async ({ page, small }) => {
        await come(page, small);
        await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
        await checkAccessibility(page, what);
        await checkWidth(page, what);
        await leave?.(page, small);
      });
    }
  });

  whileReviewEnded.describe(`a purpose that ends while a steward judges, ${locale}`, () => {
    whileReviewEnded.use({ locale, ...options });

    whileReviewEnded("the judgement is refused and not written, and why is said", async ({ page, small, end }) => {
      await act(page, small, "steward");
      const counted = page.locator(".figures dd");
      await expect(counted.first()).toBeVisible();
      const before = await counted.allInnerTexts();
      await fillIn(page, REASON);
      await end();
      await submit(formOf(page, "#reason"));
      await expect(page.locator(".note.bad code").first()).toHaveText("purpose.expired");
      await expect(page.locator("main table"), "neither record is shown").toHaveCount(0);
      await checkAccessibility(page, "a judgement that was refused");
      await checkWidth(page, "a judgement that was refused");
      await page.goto("/review");
      await expect(page.locator(".note.bad code").first(), "nor is how many pairs wait").toHaveText("purpose.expired");
      await small.reviewEnds("2099-12-31");
      await page.goto("/review");
      expect(await counted.allInnerTexts(), "nothing was written").toEqual(before);
    });
  });
}

onSmall("a delivery that was read in, in both languages", async ({ page, small }) => {
  const readIn = async (what: string) => {
    await page.goto("/runs");
    await page.locator("#register").selectOption("residents");
    await submit(formOf(page, "#register"));
    await expect(page).toHaveURL(/\/runs\/deliveries\/\d+$/);
    await expect(told(page)).toBeVisible();
    await expect(page.locator("main dl.facts code").first(), "the run is named").toHaveText(/\S/);
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await checkAccessibility(page, `${what}, ${width} px`);
      await checkWidth(page, `${what}, ${width} px`);
    }
  };
  await act(page, small, "engineer");
  await small.whileMore(() => readIn("a delivery that was read in, en"));
  await page.locator(".tongue button").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  // The next one is without who came to it: the register is left as it was found.
  await readIn("a delivery that was read in, fr");
});
