// Steps of each role that can’t be made, and that take their time: nothing is sent without a connection, nothing twice while the
// server is slow, and each is made in the end.

import type { Locator, Page } from "@playwright/test";
import { CASE, RELIEF, type Role, checkAccessibility, checkWidth, enter, expect, test, whole, workOn } from "./visit";
import { LANGUAGES, LOCALES, WIDTHS, answerNothing, status } from "./waiting";

const OTHER_CASE = "SL-2026-0999";
const REASON = "I was never in that town, and nobody of my name was.";

const told = (page: Page) => page.locator(".note.good[role=status]");
const formOf = (page: Page, field: string) => page.locator("form", { has: page.locator(field) });
const contests = (page: Page) => page.locator("section[aria-labelledby=contests]");

/** Opens a record about oneself, and writes why it is not. */
async function fillInContest(page: Page): Promise<void> {
  await page.goto("/me/records");
  await page.locator("main a[href$='/contest']").first().click();
  await whole(page);
  await page.locator("#reason").fill(REASON);
}

async function contest(page: Page): Promise<void> {
  await formOf(page, "#reason").getByRole("button").click();
  await expect(told(page)).toBeVisible();
}

async function takeBack(page: Page): Promise<void> {
  await contests(page).getByRole("button").first().click();
  await expect(told(page)).toBeVisible();
}

/** Opens what changes the bar. */
const openBar = (page: Page) => page.locator(".bar summary").click();

/** A step: who makes it, how its form is come to, the form, what was typed there, and what shows that it was made. */
type Step = {
  what: string;
  role: Role;
  come: (page: Page) => Promise<void>;
  form: (page: Page) => Locator;
  typed?: { field: string; value: string };
  made: (page: Page) => Promise<void>;
};

const STEPS: Step[] = [
  {
    what: "a contest",
    role: "citizen",
    come: fillInContest,
    form: (page) => formOf(page, "#reason"),
    typed: { field: "#reason", value: REASON },
    made: async (page) => {
      await expect(told(page)).toBeVisible();
      await expect(contests(page).locator("tbody bdi").filter({ hasText: REASON }).first()).toBeVisible();
      await takeBack(page);
    },
  },
  {
    what: "the taking back of a contest",
    role: "citizen",
    come: async (page) => {
      await fillInContest(page);
      await contest(page);
    },
    form: (page) => contests(page).locator("form").first(),
    made: async (page) => {
      await expect(page).toHaveURL(/withdrawn=/);
      await expect(told(page)).toBeVisible();
    },
  },
  {
    what: "a verification of the log",
    role: "data-protection-officer",
    come: async (page) => void (await page.goto("/log")),
    form: (page) => page.locator("#verify"),
    made: async (page) => {
      await expect(page).toHaveURL(/\/log\/verify\/\d+$/);
      await expect(told(page), "the log holds").toHaveText(/\d/, { timeout: 30_000 });
    },
  },
  {
    what: "a delivery that is to be read in",
    role: "engineer",
    come: async (page) => void (await page.locator("#register").selectOption("tax")),
    form: (page) => formOf(page, "#register"),
    typed: { field: "#register", value: "tax" },
    made: async (page) => {
      await expect(page).toHaveURL(/\/runs\/deliveries\/\d+$/);
      await expect(page.locator(".note[role=status]"), "what became of it").toHaveText(/\S/, { timeout: 30_000 });
    },
  },
  {
    what: "a change of the case",
    role: "officer",
    come: async (page) => {
      await workOn(page, RELIEF);
      await expect(page.locator(".bar dl")).toContainText(CASE);
      await openBar(page);
      await page.locator("#bar-case").fill(OTHER_CASE);
    },
    form: (page) => formOf(page, "#bar-purpose"),
    typed: { field: "#bar-case", value: OTHER_CASE },
    made: (page) => expect(page.locator(".bar dl")).toContainText(OTHER_CASE),
  },
  {
    what: "a change of the role",
    role: "steward",
    come: async (page) => {
      await openBar(page);
      await page.locator("#bar-identity").selectOption("engineer");
    },
    form: (page) => formOf(page, "#bar-identity"),
    typed: { field: "#bar-identity", value: "engineer" },
    made: (page) => expect(page).toHaveURL(/\/runs$/),
  },
];

for (const [place, locale] of LOCALES.entries()) {
  const words = LANGUAGES[locale];

  test.describe(locale, () => {
    test.use({ locale });

    for (const [at, { what, role, come, form, typed, made }] of STEPS.entries()) {
      // Each step is made in each language and in each width.
      const width = WIDTHS[(at + place) % WIDTHS.length] ?? 1280;

      test(`${what} without a connection, and of a slow server, ${width} px`, async ({ page, context }) => {
        await page.setViewportSize({ width, height: 900 });
        await enter(page, role);
        await come(page);
        const step = form(page);
        const button = step.locator("button:not([type=button])");
        const asked: string[] = [];
        const look = async (state: string) => {
          if (typed) await expect(page.locator(typed.field), `${state}: what was typed stays`).toHaveValue(typed.value);
          await checkAccessibility(page, `${what}, ${state}`);
          await checkWidth(page, `${what}, ${state}`);
        };
        await page.route("**/*", (route) => {
          if (!route.request().isNavigationRequest()) return route.fallback();
          asked.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
          return answerNothing(route);
        });

        await context.setOffline(true);
        await button.click();
        await expect(status(page)).toContainText(words.offline);
        await expect(button, "the step may be made again").not.toHaveAttribute("aria-disabled");
        await look("without a connection");
        await status(page).getByRole("button", { name: words.again }).click();
        await expect(status(page), "there is still none").toContainText(words.offline);
        expect(asked, "nothing was sent").toEqual([]);

        await context.setOffline(false);
        await status(page).getByRole("button", { name: words.again }).click();
        await expect(status(page)).toHaveText(words.underWay);
        await expect(step).toHaveAttribute("aria-busy", "true");
        await expect(button).toHaveAttribute("aria-disabled", "true");
        await step.evaluate((one) => (one as HTMLFormElement).requestSubmit());
        await look("under way");
        expect(asked, "what is under way is not asked twice").toEqual([expect.stringMatching(/^POST /)]);

        // Escape is how people tell a browser to wait no more.
        await page.keyboard.press("Escape");
        await expect(status(page)).toBeEmpty();
        await page.unroute("**/*");
        await button.click();
        await made(page);
      });
    }
  });
}
