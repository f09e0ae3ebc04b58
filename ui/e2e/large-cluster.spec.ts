// A person with very many records, as a steward sees them: the picture stays small, and every link is reached, cut and put back.

import type { Locator, Page } from "@playwright/test";
import { FREQUENT, type Small, VISITS, onSmallOf } from "./small";
import { checkAccessibility, checkShift, checkWeight, checkWidth, enter, expect, skip, sumShifts, tabTo, whole } from "./visit";

/** How many records the picture has at most, and how many links a page of the table. */
const PICTURED = 24;
const LISTED = 24;

/** All records of the person: besides the visits one in the register of residents and a card. */
const RECORDS = VISITS + 2;

const LEFT_OUT = `${RECORDS - PICTURED} more records, with stronger links, are not in the picture.`;

/** Of those who are linked without doubt no pair waits: the person contests one of their records, which comes before others. */
const CONTEST = "I was not at the library on that day.";

/** How somebody goes about a page. */
type Hand = { press: (what: Locator) => Promise<void>; write: (field: Locator, text: string) => Promise<void> };

function byKeyboard(page: Page): Hand {
  const reach = async (what: Locator) => {
    await whole(page);
    // A page that was opened at one of its places is gone on with from there.
    if (await page.evaluate(() => document.activeElement === document.body && location.hash === "")) await skip(page);
    await tabTo(page, what, 200);
  };
  return {
    press: async (what) => {
      await reach(what);
      await page.keyboard.press("Enter");
    },
    write: async (field, text) => {
      await reach(field);
      await page.keyboard.type(text);
    },
  };
}

const byTapping: Hand = {
  press: (what) => what.tap(),
  write: async (field, text) => {
    await field.tap();
    await field.fill(text);
  },
};

const cluster = (page: Page) => page.locator("#cluster");
const stronger = (page: Page) => cluster(page).getByRole("link", { name: "Stronger links" });

/** Looks at what stands on every page of the links. */
async function checkPicture(page: Page): Promise<void> {
  await expect(cluster(page).locator("svg circle")).toHaveCount(PICTURED);
  await expect(cluster(page), "how many the picture leaves out is said").toContainText(LEFT_OUT);
}

/** Goes through the links from the first page of them to the last, and gives where each but that of the pair is judged. */
async function goThroughLinks(page: Page, hand: Hand): Promise<string[][]> {
  const pages: string[][] = [];
  let listed = 0;
  for (;;) {
    await expect(cluster(page)).toContainText(`Links ${listed + 1} to `);
    await whole(page);
    const [, to = 0, all = 0] = (/Links \d+ to (\d+) of (\d+)/.exec(await cluster(page).innerText()) ?? []).map(Number);
    expect(to, "a page is full, or the last").toBe(Math.min(listed + LISTED, all));
    await expect(cluster(page).locator("tbody tr")).toHaveCount(to - listed);
    pages.push(await cluster(page).locator("tbody a").evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname)));
    await checkPicture(page);
    listed = to;
    if (to === all) break;
    await hand.press(stronger(page));
  }
  await expect(stronger(page)).toHaveCount(0);
  const judged = pages.flat();
  expect(new Set(judged).size, "each link once").toBe(judged.length);
  expect(listed - judged.length, "the pair's own link is on this page").toBeLessThanOrEqual(1);
  return pages;
}

/** Goes from the page of a pair to the second page of its links. */
async function toSecond(page: Page, hand: Hand): Promise<void> {
  await hand.press(stronger(page));
  await expect(page).toHaveURL(new RegExp(`\\?links=${LISTED}#cluster$`));
  await expect(cluster(page)).toContainText(`Links ${LISTED + 1} to ${2 * LISTED} of `);
}

/** Does `act` while the person contests one of their records. */
async function whileContested(page: Page, small: Small, act: () => Promise<void>): Promise<void> {
  const told = page.locator(".note.good[role=status]");
  await enter(page, "citizen", small.token("citizen"));
  await page.goto("/me/records");
  await expect(page.locator("#library-members .record")).toHaveCount(VISITS);
  await page.locator("main a[href$='/contest']").first().click();
  await page.locator("#reason").fill(CONTEST);
  await page.getByRole("button", { name: "Contest this record" }).click();
  await expect(told).toBeVisible();
  await act();
  await enter(page, "citizen", small.token("citizen"));
  await page.goto("/me/records");
  await page.locator("section[aria-labelledby=contests]").getByRole("button").first().click();
  await expect(told).toBeVisible();
}

const onLarge = onSmallOf(FREQUENT);

for (const { how, width, handOf } of [
  { how: "with the keyboard alone", width: 1280, handOf: byKeyboard },
  { how: "by tapping", width: 390, handOf: () => byTapping },
]) {
  onLarge.describe(`a person with ${RECORDS} records, ${how}, ${width} px`, () => {
    onLarge.use({ hasTouch: width < 768, viewport: { width, height: 900 } });

    onLarge("a link beyond the first page is cut, after what it does was told, and the cut taken back", async ({ page, small }) => {
      const hand = handOf(page);
      await sumShifts(page);
      await whileContested(page, small, async () => {
        await enter(page, "steward", small.token("steward"));
        await hand.press(page.getByRole("link", { name: "Begin" }));
        await expect(page.getByRole("heading", { level: 1 })).toHaveText("Are these one person?");
        await expect(page.locator(".note.careful"), "what is contested comes first").toContainText(CONTEST);
        const pair = new URL(page.url()).pathname;

        if (width > 768) await expect(cluster(page).locator("svg")).toBeVisible();
        else await expect(cluster(page).locator("svg")).toBeHidden();
        const [first = [], second = []] = await goThroughLinks(page, hand);
        expect(second.filter((link) => first.includes(link))).toEqual([]);

        await page.goto(pair);
        await checkWeight(page, `a pair of a person with ${RECORDS} records`);
        await checkShift(page, `a pair of a person with ${RECORDS} records`);
        await checkAccessibility(page, `a pair of a person with ${RECORDS} records`);
        await checkWidth(page, `a pair of a person with ${RECORDS} records`);
        await toSecond(page, hand);
        const link = second[0] ?? "";
        const row = cluster(page).locator("tbody tr").filter({ has: page.locator(`a[href="${link}"]`) });
        await expect(row).toHaveCount(1);
        await hand.press(row.getByRole("link"));
        await expect(page.getByRole("link", { name: "Back to the pair" })).toBeVisible();
        expect(new URL(page.url()).pathname).toBe(link);
        await expect(page.getByLabel("different persons"), "who follows a link means to cut it").toBeChecked();
        await expect(page.locator("#effect-2"), "what it does is told before").toContainText("is taken apart");
        await expect(page.locator("#effect-2")).toContainText(/would stand apart|hold its records together/);
        await checkWeight(page, "a link of very many");
        await checkShift(page, "a link of very many");
        await checkAccessibility(page, "a link of very many");
        await checkWidth(page, "a link of very many");
        await hand.press(page.getByRole("button", { name: "Write judgement" }));
        await expect(page.locator("#reason-wrong"), "without a reason nothing is cut").toBeVisible();
        await hand.write(page.locator("#reason"), "Another visitor used the card.");
        await hand.press(page.getByRole("button", { name: "Write judgement" }));
        await expect(page.getByRole("status")).toContainText("Your judgement was written");
        expect(new URL(page.url()).pathname, "it leads back to the pair").toBe(pair);

        await toSecond(page, hand);
        await expect(row).toContainText("Judged: different persons");
        await expect(cluster(page).getByText(/^Judged:/), "that one alone").toHaveCount(1);
        await checkAccessibility(page, "a page of links, one of them cut");
        await checkWidth(page, "a page of links, one of them cut");
        await hand.press(row.getByRole("link"));
        await expect(page.locator("#why-back")).toBeVisible();
        await hand.write(page.locator("#why-back"), "It was their card after all.");
        await hand.press(page.getByRole("button", { name: "Take it back" }));
        await expect(page.getByRole("status")).toContainText("the pair is open again");
        await hand.press(page.getByRole("link", { name: "Back to the pair" }));
        await expect(page).toHaveURL(new RegExp(`${pair}$`));
        await toSecond(page, hand);
        await expect(row).toHaveCount(1);
        await expect(cluster(page).getByText(/^Judged:/)).toHaveCount(0);
      });
    });
  });
}
