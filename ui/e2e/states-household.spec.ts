// The hop from an address of a dossier to who else is there: in the picture, where there are scripts and room for it, and as the
// search that it is where there are not.

import type { Page } from "@playwright/test";
import { FREQUENT, HOSTILE, LODGER, type Somebody, TENANT, WAIVER, onSmall, whileEnded } from "./small";
import { checkAccessibility, checkWidth, enter, entryOf, expect, tabTo, workOn } from "./visit";
import { LANGUAGES, LOCALES, clickTwice, holdBack, refuse } from "./waiting";

/** Somebody with whom nobody lives. */
const ALONE: Somebody = { first: "Björn", last: "Adeyemi", born: "1977-02-12" };

/** Where the lodger and the person with very many records live. */
const ADDRESS = "91 Mill Lane";

const WORDS = {
  "en-GB": {
    recorded: /an entry of its own in the log/,
    offer: "Who else is here?",
    one: "One other person was found at this address",
    nobody: "Nobody else was found at this address",
    alike: /at similar addresses$/,
    close: "Put the household away",
    lost: "No answer came.",
  },
  "fr-FR": {
    recorded: /sa propre entrée/,
    offer: "Qui d’autre est ici",
    one: "Une autre personne a été trouvée à cette adresse",
    nobody: "Personne d’autre n’a été trouvé à cette adresse",
    alike: /à des adresses semblables$/,
    close: "Refermer le ménage",
    lost: "Aucune réponse n’est venue.",
  },
} as const;

const nameOf = ({ first, last }: Somebody) => `${first} ${last}`;
const picture = (page: Page) => page.locator("[data-island=relations] .moved");
const hops = (page: Page) => page.locator("form[data-hop]");
const hopTo = (page: Page, address: string) => hops(page).getByRole("button").filter({ hasText: address });
const answer = (page: Page) => page.locator("[data-household]");
const told = (page: Page) => page.locator("form[data-hop] + div > [role=status]");
const members = (page: Page) => answer(page).locator("[data-members] a.main");

/** Opens the dossier of somebody. */
async function open(page: Page, somebody: Somebody): Promise<void> {
  await page.goto("/search");
  await page.locator("#name").fill(nameOf(somebody));
  await page.locator("#birth-date").fill(somebody.born);
  await page.locator("form[role=search]").getByRole("button").click();
  await page.locator("tbody a.main").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(nameOf(somebody));
}

/** Waits for the picture that can be moved: from then on its hops are made in place. */
async function drawn(page: Page): Promise<void> {
  await expect(page.locator("[data-island=relations] canvas").first()).toBeVisible();
}

type Thing = { kind: string; label: string; x: number; y: number };

/** Gives what the picture shows, and where on the page: it is painted, so its library is asked. */
async function things(page: Page): Promise<Thing[]> {
  return picture(page).evaluate((place) => {
    type Node = { data: (name: string) => string; renderedPosition: () => { x: number; y: number } };
    type Painted = { _cyreg: { cy: { nodes: () => { map: (of: (node: Node) => Thing) => Thing[] } } } };
    const { left, top } = place.getBoundingClientRect();
    return (place as unknown as Painted)._cyreg.cy.nodes().map((node) => {
      const { x, y } = node.renderedPosition();
      return { kind: node.data("kind"), label: node.data("label"), x: left + x, y: top + y };
    });
  });
}

const labels = async (page: Page, kind: string) => (await things(page)).filter((thing) => thing.kind === kind).map(({ label }) => label);

/** Clicks on a thing of the picture. */
async function tap(page: Page, kind: string, label = ""): Promise<void> {
  await picture(page).evaluate((element) => element.scrollIntoView({ block: "center", behavior: "instant" }));
  const thing = (await things(page)).find((one) => one.kind === kind && one.label.startsWith(label));
  expect(thing, `${kind} ${label} is in the picture`).toBeDefined();
  await page.mouse.click(thing?.x ?? 0, thing?.y ?? 0);
}

/** Gives the number of the entry that the answer names. */
async function entryOfHop(page: Page): Promise<number> {
  const text = await answer(page).locator(".entry-note").innerText();
  return Number(/(?:entry|entrée) ([\d,\u202f]+)/.exec(text)?.[1]?.replaceAll(/\D/g, ""));
}

/** Counts how often the hop is asked for. */
function count(page: Page): () => number {
  let asked = 0;
  page.on("request", (request) => {
    if (request.method() === "POST" && new URL(request.url()).pathname === "/search/household") asked += 1;
  });
  return () => asked;
}

onSmall("by mouse, in the picture: an address is asked who else is there, and whoever is opens from there", async ({ page, asOfficer, small }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await asOfficer();
  await open(page, LODGER);
  await drawn(page);
  const [before, asked] = [await entryOf(page), count(page)];
  await tap(page, "address", ADDRESS);
  expect((await labels(page, "offer"))[0], "what it does is told before").toMatch(/^Who else is here\? Each one shown sees it$/);
  expect(asked(), "an offer asks nothing").toBe(0);
  await tap(page, "offer");
  await expect(told(page)).toHaveText(WORDS["en-GB"].one);
  await expect(members(page), "whose dossier it is is not listed again").toHaveText([nameOf(FREQUENT)]);
  await expect(answer(page)).toContainText("The person of this dossier was found too");
  expect(await labels(page, "member")).toEqual([nameOf(FREQUENT)]);
  expect(await labels(page, "household")).toEqual(["Household (1)"]);
  expect(await labels(page, "offer")).toEqual([]);
  const entry = await entryOfHop(page);
  expect(entry, "one search, one entry").toBe(before + 1);
  // What is there is not asked for again.
  await hopTo(page, ADDRESS).click();
  await expect(answer(page).getByRole("heading", { level: 3 }), "it is led to").toBeFocused();
  await tap(page, "address", ADDRESS);
  await expect(answer(page).getByRole("heading", { level: 3 })).toBeFocused();
  expect(asked()).toBe(1);
  await page.reload();
  await drawn(page);
  await expect(answer(page), "it is kept nowhere").toHaveCount(0);

  await hopTo(page, ADDRESS).click();
  await expect(members(page)).toHaveCount(1);
  await tap(page, "member", FREQUENT.first);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(nameOf(FREQUENT));

  await enter(page, "data-protection-officer", small.token("data-protection-officer"));
  await page.goto(`/log/${entry}`);
  await expect(page.locator("main pre").first(), "the log has it as what it is").toContainText('"search"');
});

for (const locale of LOCALES) {
  const words = WORDS[locale];

  onSmall.describe(`a household, ${locale}`, () => {
    onSmall.use({ locale, viewport: { width: 1280, height: 900 } });

    onSmall("with the keyboard: it is asked for, read, put away and followed", async ({ page, asOfficer }) => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      await asOfficer();
      await open(page, LODGER);
      await drawn(page);
      const hop = hopTo(page, ADDRESS);
      await expect(hop, "what it does is told before").toHaveAccessibleDescription(words.recorded);
      await checkAccessibility(page, "a dossier with hops");
      await hop.focus();
      await page.keyboard.press("Enter");
      await expect(told(page)).toHaveText(words.one);
      await expect(hop, "the focus stays, and what was asked for comes after it").toBeFocused();
      await expect(picture(page)).toHaveAttribute("aria-label", new RegExp(words.one));
      await expect(answer(page).locator("summary"), "neighbours are not taken for the household").toHaveText(words.alike);
      await checkAccessibility(page, "a household");
      await checkWidth(page, "a household");
      await page.getByRole("button", { name: words.close }).press("Enter");
      await expect(answer(page)).toHaveCount(0);
      await expect(hop).toBeFocused();
      expect(await labels(page, "member")).toEqual([]);
      await expect(picture(page)).not.toHaveAttribute("aria-label", new RegExp(words.one));

      await page.keyboard.press("Space");
      await expect(members(page)).toHaveCount(1);
      await tabTo(page, members(page).first());
      await page.keyboard.press("Enter");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(nameOf(FREQUENT));
    });

    onSmall("nobody else, no answer, no connection, a slow answer, no session: each is said", async ({ page, context, asOfficer }) => {
      await asOfficer();
      await open(page, ALONE);
      await drawn(page);
      const alone = hopTo(page, "2 Mill Lane");
      await alone.click();
      await expect(told(page)).toHaveText(words.nobody);
      await expect(members(page)).toHaveCount(0);
      expect(await labels(page, "household"), "the picture says it too").toHaveLength(1);

      await open(page, LODGER);
      await drawn(page);
      const [hop, asked] = [hopTo(page, ADDRESS), count(page)];
      const again = () => told(page).getByRole("button", { name: LANGUAGES[locale].again }).click();
      await page.route("**/search/household", refuse);
      await hop.click();
      await expect(told(page)).toContainText(words.lost);
      await expect(hop, "it may be asked again").not.toHaveAttribute("aria-disabled");
      await checkAccessibility(page, "a household of which no answer came");
      await page.unroute("**/search/household");
      await context.setOffline(true);
      await again();
      await expect(told(page)).toContainText(LANGUAGES[locale].offline);
      await context.setOffline(false);

      const letGo = await holdBack(page, "**/search/household");
      const before = asked();
      await clickTwice(page, hop);
      await expect(told(page)).toHaveText(LANGUAGES[locale].underWay);
      await expect(hop).toHaveAttribute("aria-disabled", "true");
      letGo();
      await expect(told(page)).toHaveText(words.one);
      expect(asked() - before, "a question that waits is not asked twice").toBe(1);
      await page.unroute("**/search/household");

      await page.getByRole("button", { name: words.close }).click();
      await context.clearCookies();
      await hop.click();
      await expect(answer(page).getByRole("heading").first()).toContainText("session");
      await expect(answer(page).locator("a[href='/']")).toBeVisible();
      await checkAccessibility(page, "a household without a session");
    });
  });

  whileEnded.describe(`a purpose that ends before the hop, ${locale}`, () => {
    whileEnded.use({ locale, viewport: { width: 1280, height: 900 } });

    whileEnded("the refusal says why in the place of the household, and leads on", async ({ page, asOfficer, end }) => {
      await asOfficer();
      await open(page, LODGER);
      await drawn(page);
      await end();
      await hopTo(page, ADDRESS).click();
      await expect(told(page)).toHaveText(LANGUAGES[locale].refused);
      await expect(answer(page).locator(".note.bad code").first()).toHaveText("purpose.expired");
      await expect(answer(page)).toContainText(LANGUAGES[locale].nothing);
      await expect(answer(page)).not.toContainText(FREQUENT.last);
      expect(await labels(page, "household")).toEqual([]);
      expect(await entryOfHop(page), "the refusal is in the log").toBeGreaterThan(await entryOf(page));
      await checkAccessibility(page, "a household that was refused");
      await checkWidth(page, "a household that was refused");
      // The search is there to be filled in further, under another purpose: nothing is asked by that.
      await answer(page).locator("form[action='/search'] button").click();
      await expect(page.locator("#address")).toHaveValue(new RegExp(ADDRESS));
    });
  });
}

onSmall("what is above a household, and what asked for it, stay where they are when it comes late", async ({ page, asOfficer }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await asOfficer();
  await open(page, LODGER);
  await drawn(page);
  const letGo = await holdBack(page, "**/search/household");
  const hop = hopTo(page, ADDRESS);
  await hop.scrollIntoViewIfNeeded();
  const placesOf = async () => [await picture(page).boundingBox(), await hop.boundingBox()];
  const before = await placesOf();
  await hop.click();
  await expect(told(page)).toHaveText(LANGUAGES["en-GB"].underWay);
  expect(await placesOf(), "while the answer is waited for").toEqual(before);
  letGo();
  await expect(members(page)).toHaveText([nameOf(FREQUENT)]);
  expect(await placesOf(), "it comes below").toEqual(before);
});

onSmall("a name that is markup is text in a household, and whoever has it is told of the hop", async ({ page, asOfficer, small }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    return dialog.dismiss();
  });
  await asOfficer();
  await open(page, TENANT);
  await drawn(page);
  const hop = hopTo(page, "onerror");
  await expect(hop.locator("bdi"), "the address is text").toContainText(HOSTILE.first);
  await hop.click();
  await expect(members(page)).toHaveText([nameOf(HOSTILE)]);
  expect((await labels(page, "member"))[0]).toContain("<img");
  await expect(page.locator("img[src=x]")).toHaveCount(0);
  expect(dialogs).toEqual([]);

  await enter(page, "citizen", small.token("citizen"));
  await expect(page.locator(".look").filter({ hasText: /you were (among those shown in|shown as the only result of) a search/ }).first()).toBeVisible();
});

/** Asks by the table, which leads to the results of the search. */
async function askTable(page: Page): Promise<void> {
  const before = await entryOf(page);
  await page.locator("#places tbody tr").filter({ hasText: ADDRESS }).getByRole("button").click();
  await expect(page.locator("tbody a.main").filter({ hasText: FREQUENT.last }).first()).toBeVisible();
  await expect(page).toHaveURL(/\/search(\?kept=true)?$/);
  expect(await entryOf(page), "one search, one entry").toBe(before + 1);
}

onSmall.describe("on a phone, in French", () => {
  onSmall.use({ locale: "fr-FR", viewport: { width: 390, height: 900 } });

  onSmall("there is no room for the picture, and the table leads to who else is there", async ({ page, asOfficer }) => {
    await asOfficer();
    await open(page, LODGER);
    await expect(hops(page)).toBeHidden();
    await askTable(page);
    await checkWidth(page, "who else is at an address");
  });
});

onSmall("without scripts the hops are searches", async ({ watched, small }) => {
  const context = await watched({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await enter(page, "officer", small.token("officer"));
  await workOn(page, WAIVER);
  await open(page, LODGER);
  const before = await entryOf(page);
  await hopTo(page, ADDRESS).click();
  await expect(page.locator("tbody a.main").filter({ hasText: FREQUENT.last }).first()).toBeVisible();
  expect(await entryOf(page), "one search, one entry").toBe(before + 1);
  await open(page, LODGER);
  await askTable(page);
});
