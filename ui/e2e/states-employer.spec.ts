// The hop from an employer of a dossier to who else works there: in the picture, where there are scripts, and as the search that it
// is where there are none. A purpose opens employers only where it says so, and an employer is asked for alone.

import type { Page } from "@playwright/test";
import { type Firm, OTHERS, RELIEF, addField, checkAccessibility, checkWidth, enter, entryOf, expect, someFirm, test, workOn } from "./visit";

/** Opens the dossier of somebody of a firm under the purpose that opens employers. */
async function open(page: Page, { person }: Firm): Promise<void> {
  await enter(page, "welfare-officer");
  await workOn(page, OTHERS);
  await page.goto(`/person/${person}`);
  await expect(page.locator("#relations")).toBeVisible();
}

const answer = (page: Page) => page.locator("[data-household]");
const members = (page: Page) => answer(page).locator("[data-members] a.main");
const hopTo = (page: Page, employer: string) => page.locator("form[data-hop] button[name=employer]").filter({ hasText: employer });

/** Gives what things of a kind are called in the picture: it is painted, so its library is asked. */
async function labels(page: Page, kind: string): Promise<string[]> {
  return page.locator("[data-island=relations] .moved").evaluate((place, wanted) => {
    type Node = { data: (name: string) => string };
    type Painted = { _cyreg: { cy: { nodes: () => { map: (of: (node: Node) => [string, string]) => [string, string][] } } } };
    const all = (place as unknown as Painted)._cyreg.cy.nodes().map((node) => [node.data("kind"), node.data("label")]);
    return all.filter(([found]) => found === wanted).map(([, label]) => label);
  }, kind);
}

test("an employer is asked who else works there, in place, and alone", async ({ page, request }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const firm = await someFirm(request);
  await open(page, firm);
  await expect(page.locator("[data-island=relations] canvas").first()).toBeVisible();
  await expect(page.locator("section[aria-labelledby=relations]"), "how far it goes is told before").toContainText(
    "An employer opens where 25 people at most work there.",
  );
  const before = await entryOf(page);
  const hop = hopTo(page, firm.employer);
  await expect(hop).toHaveText(`Who else works at ${firm.employer}`);
  await expect(hop).toHaveAccessibleDescription(/an entry of its own in the log/);
  await checkAccessibility(page, "a dossier with an employer that opens");
  await hop.click();
  await expect(members(page), "whose dossier it is is not listed again").toHaveCount(firm.others);
  await expect(answer(page).getByRole("heading", { level: 3 })).toHaveText(/found who works? there · \S/);
  await expect(answer(page)).toContainText("The person of this dossier was found too");
  await expect(answer(page).locator("details"), "nobody is next door").toHaveCount(0);
  expect(await labels(page, "household")).toEqual([`Colleagues (${firm.others})`]);
  expect(await labels(page, "member"), "they stand in the picture").toHaveLength(firm.others);
  expect(await entryOf(page, "[data-household] .entry-note"), "one search, one entry").toBe(before + 1);
  await checkAccessibility(page, "colleagues");
  await checkWidth(page, "colleagues");
  await page.getByRole("button", { name: "Put the colleagues away" }).click();
  await expect(answer(page)).toHaveCount(0);
  await expect(hop).toBeFocused();
  expect(await labels(page, "member")).toEqual([]);

  // Beside anything else it is refused where the colleagues would stand.
  await addField(page, "form[data-hop]", { name: "address", value: "1 Mill Lane" });
  await hop.click();
  await expect(answer(page).locator(".note.bad code").first()).toHaveText("colleagues.not-alone");
  await expect(answer(page).locator("a.main")).toHaveCount(0);
  expect(await labels(page, "household")).toEqual([]);
  await checkAccessibility(page, "colleagues that were refused");
});

test("hops stay beside each other until they are put away, everyone once", async ({ page, request }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const firm = await someFirm(request);
  await open(page, firm);
  await expect(page.locator("[data-island=relations] canvas").first()).toBeVisible();
  let asked = 0;
  page.on("request", (one) => {
    if (one.method() === "POST" && new URL(one.url()).pathname === "/search/household") asked += 1;
  });
  const home = page.locator("form[data-hop] button[name=address]").first();
  const address = await home.locator("bdi").innerText();
  await home.click();
  await expect(answer(page)).toHaveCount(1);
  const lodgers = await members(page).count();
  const job = hopTo(page, firm.employer);
  await job.click();
  await expect(answer(page), "the first one stays").toHaveCount(2);
  const headOf = (name: string) => answer(page).getByRole("heading", { level: 3 }).filter({ hasText: name });
  await expect(headOf(address)).toHaveCount(1);
  await expect(headOf(firm.employer)).toHaveCount(1);
  expect(await labels(page, "household"), "the picture has both").toHaveLength(2);
  const found = await members(page).evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
  expect(found).toHaveLength(lodgers + firm.others);
  expect(await labels(page, "member"), "whoever was found twice stands in it once").toHaveLength(new Set(found).size);
  await checkAccessibility(page, "two hops");
  await checkWidth(page, "two hops");

  // What is there is not asked for again: the focus goes to it.
  await home.click();
  await expect(headOf(address)).toBeFocused();
  expect(asked, "each was asked once").toBe(2);
  await expect(answer(page)).toHaveCount(2);

  await page.getByRole("button", { name: `Put the colleagues away ${firm.employer}` }).click();
  await expect(answer(page), "the first one stays").toHaveCount(1);
  await expect(headOf(address)).toHaveCount(1);
  await expect(job).toBeFocused();
  expect(await labels(page, "household")).toHaveLength(1);
  expect(await labels(page, "member")).toHaveLength(lodgers);
});

test("without scripts the same button leads to the results of a search", async ({ watched, request }) => {
  const context = await watched({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const firm = await someFirm(request);
  await open(page, firm);
  const before = await entryOf(page);
  await hopTo(page, firm.employer).click();
  await expect(page).toHaveURL(/\/search$/);
  await expect(page.locator("tbody a.main"), "everyone who was found").toHaveCount(firm.others + 1);
  await expect(page.locator("main")).toContainText(`Who works at: ${firm.employer}`);
  expect(await entryOf(page), "one search, one entry").toBe(before + 1);
});

for (const [locale, viewport, colorScheme] of [
  ["en-GB", { width: 1280, height: 900 }, "light"],
  ["fr-FR", { width: 390, height: 900 }, "dark"],
] as const) {
  test(`results of an employer, ${locale}, ${viewport.width} px, ${colorScheme}`, async ({ watched, request }) => {
    const page = await (await watched({ locale, viewport, colorScheme })).newPage();
    const firm = await someFirm(request);
    await enter(page, "welfare-officer");
    await workOn(page, OTHERS);
    // As the dossier's own form asks where its script did not come.
    await addField(page, "form[role=search]", { name: "employer", value: firm.employer });
    await page.locator("form[role=search]").getByRole("button").click();
    await expect(page.locator("tbody a.main"), "everyone who was found").toHaveCount(firm.others + 1);
    await expect(page.locator("main")).toContainText(firm.employer);
    await checkAccessibility(page, "results of an employer");
    await checkWidth(page, "results of an employer");
  });
}

test("the officer of a purpose that opens no employers reads why", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await enter(page, "officer");
  await workOn(page, RELIEF);
  await page.goto("/search");
  await expect(page.locator("[name=employer]"), "the form has no field for one").toHaveCount(0);
  await addField(page, "form[role=search]", { name: "employer", value: "Kestrel Foods Ltd" });
  await page.locator("form[role=search]").getByRole("button").click();
  await expect(page.locator(".note.bad code").first()).toHaveText("colleagues.closed");
  await expect(page.locator("main")).toContainText(/The purpose “.+” opens no employers/);
  await expect(page.locator("tbody a.main")).toHaveCount(0);
  await checkAccessibility(page, "an employer that does not open");
});
