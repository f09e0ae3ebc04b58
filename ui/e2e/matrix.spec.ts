// Each role's day in short, from the first page to its result: in both languages, wide and narrow, with and without scripts.

import type { Page } from "@playwright/test";
import { formOf, judge, takeBack, told } from "./judging";
import { type Small, onSmall } from "./small";
import { OTHERS, REASON, RELIEF, type Role, checkWidth, enter, entryOf, expect, lookAtCitizen, openWithAddress, pairWithLinks, search, test, whole, workOn } from "./visit";
import { awaitResult } from "./waiting";

/** Looks at a page on the way. */
type Look = (what: string) => Promise<void>;

type Given = {
  /** Gives a page on which somebody else does something in the meantime: in English, and without scripts. */
  meanwhile: () => Promise<Page>;
  isScripted: boolean;
};

const heading = (page: Page) => page.getByRole("heading", { level: 1 });

/** Lets another role act, by the form of the bar. */
async function switchTo(page: Page, role: Role): Promise<void> {
  await page.locator(".bar summary").click();
  await page.locator("#bar-identity").selectOption(role);
  await formOf(page, "#bar-identity").getByRole("button").click();
}

/** Reads the delivery of residents in that waits. */
async function readIn(page: Page): Promise<void> {
  await page.locator("#register").selectOption("residents");
  await formOf(page, "#register").getByRole("button").click();
  await expect(page).toHaveURL(/\/runs\/deliveries\/\d+$/);
  await awaitResult(page, () => expect(told(page), "it was read in").toHaveText(/\d/, { timeout: 500 }));
  await expect(page.locator("main dl.facts code").first(), "the run is named").toHaveText(/\S/);
}

/**
 * The engineer's work has a project of its own: what a demo is served with was read in before. Each combination delivers what none
 * has delivered, and leaves the register as it was found.
 */
async function readDelivery(page: Page, look: Look, small: Small, number: number): Promise<void> {
  await look("runs");
  await small.whileMore(() => readIn(page), number);
  const { pathname } = new URL(page.url());
  await look("delivery");
  await page.locator("main a.button[href='/runs']").click();
  await expect(page.locator(`#deliveries tbody a[href='${pathname}']`), "it is among the deliveries").toHaveCount(1);
  await look("deliveries");
  await readIn(page);
}

/** Words differ between the languages: what is used and looked at is known by its place. */
const DAYS: Partial<Record<Role, (page: Page, look: Look, given: Given) => Promise<void>>> = {
  officer: async (page, look) => {
    await expect(page.locator("#work-purpose")).toBeVisible();
    await look("search, without a purpose");
    await workOn(page, RELIEF);
    await expect(page.locator("#name")).toBeVisible();
    await look("search");
    await search(page, "Maria");
    const first = page.locator("tbody a.main").first();
    await expect(first).toBeVisible();
    await look("results");
    const before = await entryOf(page);
    await first.click();
    await expect(page).toHaveURL(/\/person\/p-/);
    await expect(page.locator(".register-head").first()).toBeVisible();
    await expect(heading(page)).not.toBeEmpty();
    expect(await entryOf(page), "the look has an entry of its own").toBe(before + 1);
    await look("dossier");
  },

  steward: async (page, look) => {
    const begin = page.locator("main a.button:not(.quiet)");
    await expect(begin).toBeVisible();
    await look("queue");
    await begin.click();
    for (const effect of [1, 2, 3]) await expect(page.locator(`#effect-${effect}`), "what a judgement does is said before it is made").toHaveText(/\S/);
    await expect(page.locator("input[name=verdict]:checked")).toHaveCount(0);
    await look("pair");
    const before = await entryOf(page);
    await page.locator("input[name=verdict][value=cannot-say]").check();
    await page.locator("#reason").fill("A father and his son, or one man who moved.");
    await page.locator("form", { has: page.locator("#reason") }).getByRole("button").click();
    await expect(told(page)).toBeVisible();
    await look("judged");
    // The queue is left as it was found.
    await told(page).getByRole("link").click();
    await page.locator("#why-back").fill("The streets tell them apart.");
    await page.locator("form", { has: page.locator("#why-back") }).getByRole("button").click();
    await expect(told(page)).toBeVisible();
    await expect(page.locator("#why-back"), "the pair is open again").toHaveCount(0);
    expect(await entryOf(page), "what was written has entries of its own").toBeGreaterThan(before + 2);
    await look("taken back");
  },

  "data-protection-officer": async (page, look, { meanwhile }) => {
    const officer = await meanwhile();
    await enter(officer, "officer");
    await workOn(officer, OTHERS);
    await search(officer, "Maria");
    await expect(officer.locator(".note.bad code").first()).toHaveText("purpose.not-a-recipient");
    const refusal = await entryOf(officer);

    await expect(page.locator("figure.days svg")).toHaveCount(3);
    await look("overview");
    const officers = page.locator("#officers");
    await expect(officers.locator("tbody tr").first()).toBeVisible();
    await expect(officers, "nobody is named before somebody says why").not.toContainText("demo-officer");
    await page.locator("#officers-reason").fill("A complaint about looks without a case.");
    await formOf(page, "#officers-reason").getByRole("button").click();
    await expect(officers.locator("tbody"), "who asked is named").toContainText("demo-officer");
    await look("officers with their names");
    const naming = (await officers.locator(".entry-note a").getAttribute("href")) ?? "";
    await officers.locator(".entry-note a").click();
    await expect(page, "to name them is an entry of its own").toHaveURL(new RegExp(`${naming}$`));
    await expect(page.locator("main pre").first()).toContainText('"oversight"');
    await look("entry of who named them");

    await page.locator(".ways a[href='/log']").click();
    await expect(page.locator("#kind")).toBeVisible();
    await expect(page.locator("tbody tr").first()).toBeVisible();
    await look("log");
    await page.locator("#kind").selectOption("refusal");
    await formOf(page, "#kind").getByRole("button").click();
    await expect(page, "what was chosen is in the address").toHaveURL(/\/log\?([a-z]+=&)*kind=refusal(&[a-z]+=)*$/);
    await expect(page.locator("#kind"), "and stays").toHaveValue("refusal");
    await whole(page);
    const rows = page.locator("tbody tr");
    await expect(rows.filter({ has: page.locator(`a[href='/log/${refusal}']`) }), "the refusal of just now is there").toHaveCount(1);
    await expect(rows.filter({ has: page.locator(".tag.refused") }), "and refusals alone").toHaveCount(await rows.count());
    await look("refusals");
    await page.locator(`tbody a[href='/log/${refusal}']`).click();
    await expect(page).toHaveURL(new RegExp(`/log/${refusal}$`));
    await expect(page.locator("main pre").first(), "by which rule").toContainText("purpose.not-a-recipient");
    await look("entry of a refusal");

    await page.locator(".ways a[href='/log']").click();
    await page.locator("#verify button").first().click();
    await expect(page).toHaveURL(/\/log\/verify\/\d+$/);
    await awaitResult(page, () => expect(told(page), "the log holds").toHaveText(/\d/, { timeout: 500 }));
    await expect(page.locator("main pre")).toHaveText(/\S/);
    await look("verified");
  },

  engineer: async (page, look) => {
    const tables = page.locator("section[aria-labelledby=tables-title] tbody tr");
    await expect(tables.first()).toBeVisible();
    await whole(page);
    expect(await tables.count()).toBeGreaterThan(1);
    await look("runs");
    await page.locator("#quarantine tbody a").first().click();
    await expect(page).toHaveURL(/\/runs\/quarantine\//);
    await expect(page.locator("tbody tr").first(), "why rows are there, and where they stand").toContainText(/incoming\/.*(line|ligne|record|enregistrement) \d+/);
    await look("quarantine");
  },

  citizen: async (page, look) => {
    const before = await entryOf(page);
    await look("who looked");
    await page.locator(".ways a[href='/me/records']").click();
    await expect(page.locator(".record").first()).toBeVisible();
    expect(await entryOf(page), "to read one's own records is an entry too").toBeGreaterThan(before);
    await look("own records");
    await page.locator(".ways a[href='/me']").click();
    await expect(page.locator(".look").first(), "and among the looks").toBeVisible();
    await look("who looked, again");
  },
};

/** What happens in a day that not every one has, and needs others at times. */
const FURTHER: [string, Role, (page: Page, look: Look, given: Given) => Promise<void>][] = [
  [
    "is refused a purpose of others",
    "officer",
    async (page, look) => {
      await workOn(page, OTHERS);
      await search(page, "Maria");
      await expect(page.locator(".note.bad code").first()).toHaveText("purpose.not-a-recipient");
      await expect(page.locator(".facts")).toContainText(REASON);
      await expect(page.locator("tbody tr")).toHaveCount(0);
      expect(await entryOf(page), "the refusal is in the log").toBeGreaterThan(0);
      await look("refusal");
    },
  ],
  [
    "lets another act by the bar, and comes back to no purpose",
    "officer",
    async (page, look) => {
      await workOn(page, RELIEF);
      await expect(page.locator("#name")).toBeVisible();
      await switchTo(page, "engineer");
      await expect(page).toHaveURL(/\/runs$/);
      await expect(page.locator("#bar-identity")).toHaveValue("engineer");
      await look("the first page of another role");
      await switchTo(page, "officer");
      await expect(page.locator("#work-purpose"), "purpose and case are forgotten").toHaveValue("");
      await expect(page.locator("#work-case")).toHaveValue("");
      await look("the first page, again");
    },
  ],
  [
    "asks who else is at an address",
    "welfare-officer",
    async (page, look, { isScripted }) => {
      const places = await openWithAddress(page);
      await look("dossier with addresses");
      const before = await entryOf(page);
      // The picture's own hops are there where there is room, and stay on the page where its script draws them.
      const hops = page.locator("form[data-hop] button[name=address]");
      if (isScripted && (await hops.first().isVisible())) {
        await expect(page.locator("[data-island=relations] canvas").first()).toBeVisible();
        await hops.first().click();
        await expect(page.locator("[data-household]")).toBeVisible();
        await look("household in the dossier");
        expect(await entryOf(page, "[data-household] .entry-note"), "one search, one entry").toBe(before + 1);
      } else {
        await places.first().click();
        await expect(page).toHaveURL(/\/search(\?kept=true)?$/);
        await expect(page.locator("tbody a.main").first()).toBeVisible();
        expect(await entryOf(page), "one search, one entry").toBe(before + 1);
        await look("household as results");
      }
    },
  ],
  [
    "reads of an officer's look, contests a record and takes that back",
    "citizen",
    async (page, look, { meanwhile }) => {
      await lookAtCitizen(await meanwhile());
      await page.goto("/me");
      const opened = page.locator(".look").filter({ has: page.locator("dd > bdi"), hasText: REASON }).first();
      await expect(opened, "of a look at them alone, they read the reason").toBeVisible();
      await look("who looked, an officer among them");
      await page.goto("/me/records");
      await page.locator("main a[href$='/contest']").first().click();
      await expect(page.locator("#reason")).toBeVisible();
      await look("contest");
      await page.locator("#reason").fill("I never lived in that town, nor did anyone of my name.");
      await formOf(page, "#reason").getByRole("button").click();
      await expect(told(page)).toBeVisible();
      await whole(page);
      const contests = page.locator("section[aria-labelledby=contests]");
      const open = await contests.getByRole("button").count();
      expect(open).toBeGreaterThan(0);
      await look("contested");
      await contests.getByRole("button").first().click();
      await expect(told(page)).toBeVisible();
      await expect(contests.getByRole("button"), "it is contested no more").toHaveCount(open - 1);
      await look("contest taken back");
    },
  ],
  [
    "confirms what another proposed",
    "second-steward",
    async (page, look, { meanwhile }) => {
      const other = await meanwhile();
      await enter(other, "steward");
      await other.locator("main a.button:not(.quiet)").click();
      await judge(other, "same");
      const pair = (await told(other).getByRole("link").getAttribute("href")) ?? "";
      await page.goto(pair);
      await expect(page.locator(".note.careful"), "what was proposed is told").toBeVisible();
      await expect(page.locator("#why-back"), "it is not theirs to take back").toHaveCount(0);
      await look("pair with a proposal");
      await judge(page, "same");
      await look("confirmed");
      await told(page).getByRole("link").click();
      await expect(page.locator("#why-back"), "now it is").toBeVisible();
      await look("pair that was judged");
      await takeBack(page);
      await expect(page.locator(".note.careful"), "what was proposed waits again").toBeVisible();
      await look("taken back");
      await other.goto(pair);
      await takeBack(other);
    },
  ],
  [
    "cuts a link that holds a person together, and takes that back",
    "second-steward",
    async (page, look) => {
      const links = await pairWithLinks(page);
      await links.first().click();
      await expect(page).toHaveURL(/\/review\/\d+\/links\/\d+$/);
      await expect(page.locator("input[name=verdict][value=different]"), "who follows a link means to cut it").toBeChecked();
      await expect(page.locator("#effect-2"), "what it does is told before").toHaveText(/\S/);
      await look("link");
      await judge(page);
      await look("link that was cut");
      await told(page).getByRole("link").click();
      await expect(page).toHaveURL(/\/review\/\d+\/links\/\d+$/);
      await takeBack(page);
      await look("taken back");
    },
  ],
];

// Each delivery of the engineer's day is another.
let deliveries = 0;
for (const language of ["en", "fr"]) {
  for (const width of [1280, 390]) {
    for (const javaScriptEnabled of [true, false]) {
      test.describe(`${language}, ${width} px, ${javaScriptEnabled ? "with" : "without"} scripts`, () => {
        // The browser asks for the other language: this one is chosen.
        const [other, locale] = language === "en" ? ["fr", "fr-FR"] : ["en", "en-GB"];
        test.use({ viewport: { width, height: 900 }, locale, javaScriptEnabled });

        const lookAt = (page: Page): Look => async (what) => {
          await expect(page.locator("html"), what).toHaveAttribute("lang", language);
          await expect(heading(page), what).toBeVisible();
          await checkWidth(page, what);
        };
        /** Chooses the language and the role on the first page. */
        const begin = async (page: Page, role: string) => {
          await page.goto("/");
          await expect(page.locator("html")).toHaveAttribute("lang", other);
          await page.locator(".tongue button").click();
          await expect(page.locator("html")).toHaveAttribute("lang", language);
          await lookAt(page)("the first page");
          await page.locator(`.doors button[value="${role}"]`).click();
        };

        const all = Object.entries(DAYS).map(([role, day]) => [`the day of the ${role}, from the first page to its result`, role, day] as const);
        const further = FURTHER.map(([what, role, day]) => [`the ${role} ${what}`, role, day] as const);
        for (const [what, role, day] of [...all, ...further]) {
          test(what, async ({ page, watched }) => {
            await begin(page, role);
            const meanwhile = async () => (await watched({ locale: "en-GB", viewport: { width: 1280, height: 900 }, javaScriptEnabled: false })).newPage();
            await day(page, lookAt(page), { meanwhile, isScripted: javaScriptEnabled });
          });
        }

        deliveries += 1;
        const delivery = deliveries;
        onSmall("the engineer reads a delivery in", async ({ page, small }) => {
          await begin(page, "engineer");
          await readDelivery(page, lookAt(page), small, delivery);
        });
      });
    }
  }
}
