// What people typed is not lost without a word: when their session has ended, and when the language is switched before it is sent.

import type { BrowserContext, Locator, Page } from "@playwright/test";
import { OTHER_CHECKPOINT, RELIEF, type Role, checkAccessibility, checkWidth, enter, expect, test, whole, workOn } from "./visit";
import { answerNothing } from "./waiting";

const ENDED = {
  "en-GB": { title: "Your session has ended", nothing: "Nothing was done.", first: "Your session has ended. Choose again who you are." },
  "fr-FR": { title: "Votre session a pris fin", nothing: "Rien n’a été fait.", first: "Votre session a pris fin. Choisissez de nouveau qui vous êtes." },
} as const;

const SESSION = "lucarne_session";
const REASON = "A father and his son, who share name and house.";

const formOf = (page: Page, field: string): Locator => page.locator("form", { has: page.locator(field) });
const written = (page: Page) => page.locator("section[aria-labelledby=written]");

/** Makes the session's cookie one that the server does not believe, as that of a server which was set up anew. */
async function spoil(context: BrowserContext): Promise<void> {
  const session = (await context.cookies()).find((cookie) => cookie.name === SESSION);
  if (!session) throw new Error("there is no session");
  await context.addCookies([{ ...session, value: "spoiled" }]);
}

/** Opens the first pair of the queue, and says something of it without sending it. */
async function judge(page: Page, reason = REASON): Promise<void> {
  await page.goto("/review");
  await page.locator("main a.button:not(.quiet)").click();
  await whole(page);
  await page.locator("input[type=radio][name=verdict][value=cannot-say]").check();
  await page.locator("#reason").fill(reason);
}

/** Opens a record about oneself, and writes why it is not. */
async function contest(page: Page, reason = REASON): Promise<void> {
  await page.goto("/me/records");
  await page.locator("main a[href$='/contest']").first().click();
  await whole(page);
  await page.locator("#reason").fill(reason);
}

const FORMS: { what: string; role: Role; field: string; fillIn: (page: Page) => Promise<void> }[] = [
  {
    what: "a search",
    role: "officer",
    field: "#name",
    fillIn: async (page) => {
      await workOn(page, RELIEF);
      await page.locator("#name").fill("Maria");
    },
  },
  { what: "a judgement", role: "steward", field: "#reason", fillIn: (page) => judge(page) },
  { what: "a contest", role: "citizen", field: "#reason", fillIn: (page) => contest(page) },
];

for (const locale of ["en-GB", "fr-FR"] as const) {
  test.describe(locale, () => {
    test.use({ locale, viewport: { width: 1280, height: 900 } });

    for (const { what, role, field, fillIn } of FORMS) {
      for (const [how, end] of [
        ["is gone", (context: BrowserContext) => context.clearCookies({ name: SESSION })],
        ["is not believed", spoil],
      ] as const) {
        test(`${what} whose session ${how} is told so`, async ({ page, context }) => {
          await enter(page, role);
          await fillIn(page);
          await end(context);
          const answered = page.waitForResponse((response) => response.request().method() === "POST");
          await formOf(page, field).getByRole("button").click();
          expect((await answered).status()).toBe(401);
          await expect(page.getByRole("heading", { level: 1 })).toHaveText(ENDED[locale].title);
          await expect(page.locator("main .lead")).toContainText(ENDED[locale].nothing);
          await expect(written(page), "it may have been somebody else who typed it").toHaveCount(0);
          for (const width of [390, 1280]) {
            await page.setViewportSize({ width, height: 900 });
            await checkAccessibility(page, `${what} whose session ${how}, ${width} px`);
            await checkWidth(page, `${what} whose session ${how}, ${width} px`);
          }
          await page.locator("main a.button[href='/']").click();
          await expect(page.locator(".doors")).toBeVisible();
        });
      }
    }

    test("a page whose session has ended leads to the first one, which says so", async ({ page, context }) => {
      await enter(page, "steward");
      await spoil(context);
      await page.goto("/review");
      await expect(page).toHaveURL(/\/\?ended$/);
      await expect(page.locator("main .note[role=status]")).toHaveText(ENDED[locale].first);
      await checkAccessibility(page, "the first page after a session");
      await checkWidth(page, "the first page after a session");
      await context.clearCookies();
      await page.goto("/review");
      await expect(page).toHaveURL(/\/$/);
      await expect(page.locator("main .note[role=status]"), "whoever had none is told of none").toHaveCount(0);
    });
  });
}

/** Switches the language by the button of the bar. */
async function switchTo(page: Page, language: string): Promise<void> {
  await page.locator(".tongue button").click();
  await expect(page.locator("html")).toHaveAttribute("lang", language);
}

test("a half-written judgement stays when the language is switched", async ({ page }) => {
  await enter(page, "steward");
  await judge(page, "A father and");
  for (const language of ["fr", "en"]) {
    await switchTo(page, language);
    await expect(page.locator("#reason")).toHaveValue("A father and");
    await expect(page.locator("input[type=radio][name=verdict][value=cannot-say]")).toBeChecked();
    expect(await page.evaluate(() => sessionStorage.length), "what is in the form again is kept nowhere else").toBe(0);
  }
  // After an error the page is made by the form, which is then sent for again: what was changed since stays too.
  await page.locator("#reason").fill("");
  await formOf(page, "#reason").getByRole("button").click();
  await expect(page.locator("#reason-wrong")).toBeVisible();
  await page.locator("#reason").fill("A mother and");
  for (const language of ["fr", "en"]) {
    await switchTo(page, language);
    await expect(page.locator("#reason-wrong")).toBeVisible();
    await expect(page.locator("#reason")).toHaveValue("A mother and");
  }
  // It is of this pair and this session.
  await page.goto("/review");
  await page.locator("main a.button:not(.quiet)").click();
  await expect(page.locator("#reason")).toHaveValue("");
});

test("a half-written contest stays when the language is switched", async ({ page }) => {
  await enter(page, "citizen");
  await contest(page, "I nev");
  for (const language of ["fr", "en"]) {
    await switchTo(page, language);
    await expect(page.locator("#reason")).toHaveValue("I nev");
  }
});

test("a half-written purpose and a pasted checkpoint stay when the language is switched", async ({ page }) => {
  await enter(page, "officer");
  await page.locator("#work-purpose").selectOption(RELIEF);
  await page.locator("#work-why").fill("Application for");
  await switchTo(page, "fr");
  await expect(page.locator("#work-purpose")).toHaveValue(RELIEF);
  await expect(page.locator("#work-why")).toHaveValue("Application for");

  await enter(page, "data-protection-officer");
  await page.goto("/log");
  await page.locator("#verify summary").click();
  await page.locator("#saved").fill(OTHER_CHECKPOINT);
  await switchTo(page, "en");
  await expect(page.locator("#saved")).toBeVisible();
  await expect(page.locator("#saved")).toHaveValue(OTHER_CHECKPOINT);
});

for (const isGivenUp of [true, false]) {
  const how = isGivenUp ? "is given up" : "is overtaken";
  test(`what is written after a switch that ${how} is what comes back`, async ({ page }) => {
    await enter(page, "steward");
    await judge(page, "A father and");
    const kept = () => page.evaluate(() => sessionStorage.getItem("lucarne-unsent"));
    await page.route("**/language", answerNothing);
    await page.locator(".tongue button").click();
    await expect.poll(kept, "the switch is under way").toContain("A father and");
    if (isGivenUp) {
      await page.keyboard.press("Escape");
      expect(await kept(), "no page comes that would take it").toBeNull();
    }
    await page.unroute("**/language");
    await page.locator("input[type=radio][name=verdict][value=different]").check();
    await page.locator("#reason").fill("");
    await formOf(page, "#reason").getByRole("button").click();
    await expect(page.locator("#reason-wrong")).toBeVisible();
    await expect(page.locator("input[type=radio][name=verdict][value=different]")).toBeChecked();
    await expect(page.locator("#reason")).toHaveValue("");
    expect(await kept()).toBeNull();
  });
}
