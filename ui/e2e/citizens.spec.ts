// What citizens read about themselves whose names are very long or run from right to left, or who have very many records.

import type { Page } from "@playwright/test";
import { checkDirection } from "./direction";
import { ARABIC, FREQUENT, LONG, type Somebody, VISITS, WAIVER, onSmallOf } from "./small";
import { checkAccessibility, checkContrast, checkShift, checkWeight, checkWidth, enter, expect, search, sumShifts, workOn } from "./visit";

const LOOKS = [
  { locale: "en-GB", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { locale: "fr-FR", viewport: { width: 390, height: 900 }, colorScheme: "dark" },
] as const;

const CITIZENS: { who: string; citizen: Somebody }[] = [
  { who: "whose name has 80 letters", citizen: LONG },
  { who: "whose name is Arabic", citizen: ARABIC },
  { who: `with ${VISITS} records`, citizen: FREQUENT },
];

const nameOf = ({ first, last }: Somebody) => `${first} ${last}`;
const told = (page: Page) => page.locator(".note.good[role=status]");
const contests = (page: Page) => page.locator("section[aria-labelledby=contests]");

for (const { who, citizen } of CITIZENS) {
  const onSmall = onSmallOf(citizen);
  const isFrequent = citizen === FREQUENT;

  /** Looks at a page with axe, by all rules but those of `but`. */
  const look = async (page: Page, what: string, but: string[] = []) => {
    await checkWidth(page, what);
    await checkAccessibility(page, what, but);
    await checkWidth(page, `${what}, opened`);
  };
  /** Does so with a page on which the name stands. */
  const lookAtName = async (page: Page, what: string, but: string[] = []) => {
    if (citizen === ARABIC) await checkDirection(page, citizen, what);
    await look(page, what, but);
  };

  onSmall.describe(`a citizen ${who}`, () => {
    // Once, and before somebody has looked: that page names nobody.
    if (citizen === LONG) {
      onSmall("at whom nobody looked reads that nobody did", async ({ watched, small }) => {
        for (const options of LOOKS) {
          const page = await (await watched(options)).newPage();
          await enter(page, "citizen", small.token("citizen"));
          await expect(page.locator("html")).toHaveAttribute("lang", options.locale.slice(0, 2));
          await expect(page.locator(".entry-note"), "to ask who looked is in the log").toBeVisible();
          await expect(page.locator(".look h2"), "there is no look of anybody else").toHaveCount(0);
          await look(page, "who looked, which is nobody");
        }
      });
    }

    for (const options of LOOKS) {
      onSmall(`reads who looked and what is held, and contests it, ${options.locale}, ${options.viewport.width} px`, async ({ watched, small }) => {
        const officer = await (await watched({ locale: "en-GB" })).newPage();
        await enter(officer, "officer", small.token("officer"));
        await workOn(officer, WAIVER, { why: nameOf(citizen) });
        await search(officer, nameOf(citizen));
        const found = officer.locator("tbody a.main");
        await expect(found.first()).toContainText(citizen.last);
        // Records of the same name whose persons nobody knows are found too; the citizen is told when it was them.
        const persons = await found.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
        for (const person of persons.slice(0, 8)) await officer.goto(person);

        const page = await (await watched(options)).newPage();
        await sumShifts(page);
        await enter(page, "citizen", small.token("citizen"));
        const why = page.locator(".look dd > bdi").first();
        await expect(why, "why the officer asked").toHaveText(nameOf(citizen));
        expect(await why.evaluate((text) => getComputedStyle(text).direction)).toBe(citizen === ARABIC ? "rtl" : "ltr");
        await look(page, "who looked");

        await page.goto("/me/records");
        await expect(page.locator("section[aria-labelledby=identity] bdi").filter({ hasText: citizen.last }).first()).toBeVisible();
        if (isFrequent) await expect(page.locator("#library-members .record")).toHaveCount(VISITS);
        await checkWeight(page, "own records");
        await checkShift(page, "own records");
        // Contrast takes axe minutes on so many elements.
        await lookAtName(page, "own records", isFrequent ? ["color-contrast"] : []);
        if (isFrequent) await checkContrast(page, '[id="library-members:1"]', "one of many records");

        await page.locator("main a[href$='/contest']").first().click();
        const reason = page.locator("#reason");
        await checkWeight(page, "a contest");
        await checkShift(page, "a contest");
        await expect(page.locator(".record bdi").filter({ hasText: citizen.last })).toBeVisible();
        await reason.fill(nameOf(citizen));
        await lookAtName(page, "a contest");
        await page.locator("form", { has: reason }).getByRole("button").click();
        await expect(told(page)).toBeVisible();
        await expect(contests(page).locator("tbody tr bdi").first()).toHaveText(nameOf(citizen));
        if (!isFrequent) await lookAtName(page, "a contest that was written");
        await contests(page).getByRole("button").first().click();
        await expect(told(page)).toBeVisible();
        await expect(contests(page).getByRole("button"), "the project is left as it was found").toHaveCount(0);
      });
    }
  });
}
