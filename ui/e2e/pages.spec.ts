// Every page, in light and dark, wide and narrow, in both languages, with and without scripts.

import type { Page } from "@playwright/test";
import {
  CASE,
  OTHERS,
  REASON,
  RELIEF,
  type Role,
  checkAccessibility,
  checkShift,
  checkWeight,
  checkWidth,
  enter,
  expect,
  pairWithLinks,
  search,
  skip,
  sumShifts,
  tabTo,
  test,
  whole,
  workOn,
} from "./visit";
import { refuse } from "./waiting";

const OPEN_PAGES = ["/", "/registers", "/registers/tax", "/purposes", "/agreements", "/problems/refused", "/components", "/api/docs/", "/nowhere"];

/** Visits every page there is, and calls `look` on each. */
async function everyPage(page: Page, look: (what: string) => Promise<void>): Promise<void> {
  for (const path of OPEN_PAGES) {
    await page.goto(path);
    await look(path);
  }
  await enter(page, "officer");
  await look("search, without a purpose");
  await workOn(page, RELIEF);
  await look("search");
  await page.locator("#birth-date").fill("31.31");
  await page.locator("form[role=search]").getByRole("button").click();
  await look("search, unread");
  await page.locator("#birth-date").fill("");
  await search(page, "Maria");
  await look("results");
  const person = await page.locator("tbody a.main").first().getAttribute("href");
  await search(page, "Xqzwv Qqxzzy");
  await look("results, none");
  await page.goto(person ?? "");
  await look("dossier");
  const rest: [Role, string[]][] = [
    ["steward", ["/review", "/review/0", "/review/explain", "/quality"]],
    ["data-protection-officer", ["/desk", "/quality", "/log", "/log/0", "/log?kind=refusal", "/log?kind=refusal&rule=purpose.not-a-recipient"]],
    ["engineer", ["/runs", "/runs/quarantine/tax"]],
    ["citizen", ["/me", "/me/records", "/log/0"]],
  ];
  for (const [role, paths] of rest) {
    await enter(page, role);
    for (const path of paths) {
      await page.goto(path);
      await look(`${role}: ${path}`);
    }
  }
}

/** Visits pages to which something has to be done first, and calls `look` on each; the queue is left as it was found. */
async function everyResult(page: Page, look: (what: string) => Promise<void>): Promise<void> {
  const told = page.locator(".note.good[role=status]");
  await enter(page, "officer");
  await workOn(page, OTHERS);
  await search(page, "Maria");
  await expect(page.locator(".note.bad code").first()).toHaveText("purpose.not-a-recipient");
  await look("a refusal");
  await enter(page, "steward");
  await (await pairWithLinks(page)).first().click();
  await expect(page).toHaveURL(/\/links\/\d+$/);
  await look("a link");
  await page.locator("#reason").fill("Two sisters at one address.");
  await page.locator("form", { has: page.locator("#reason") }).getByRole("button").click();
  await expect(told).toBeVisible();
  await look("a link that was cut");
  const link = (await told.getByRole("link").getAttribute("href")) ?? "";
  await page.goto("/review/judged");
  await expect(page.locator("main tbody tr").first()).toBeVisible();
  await look("what was judged");
  await page.goto(link);
  await page.locator("#why-back").fill("They are one person after all.");
  await page.locator("form", { has: page.locator("#why-back") }).getByRole("button").click();
  await expect(told).toBeVisible();
  await enter(page, "data-protection-officer");
  await page.goto("/log");
  await page.locator("#verify button").first().click();
  await expect(told).toBeVisible({ timeout: 20_000 });
  await look("a log that was verified");
  await enter(page, "citizen");
  await page.goto("/me/records");
  await page.locator("main a[href$='/contest']").first().click();
  await expect(page.locator("#reason")).toBeVisible();
  await look("a contest");
}

// Each language comes with each width and with each scheme, in half of the runs that all of them together would take.
for (const [width, colorScheme, locale] of [
  [1280, "light", "en-GB"],
  [1280, "dark", "fr-FR"],
  [390, "light", "fr-FR"],
  [390, "dark", "en-GB"],
] as const) {
  test(`axe finds nothing on any page, ${width} px, ${colorScheme}, ${locale}`, async ({ watched }) => {
    test.setTimeout(600_000);
    const context = await watched({ viewport: { width, height: 900 }, colorScheme, locale });
    const page = await context.newPage();
    await everyPage(page, async (what) => {
      await checkAccessibility(page, what);
      await checkWidth(page, what);
    });
  });
}

for (const width of [1280, 390]) {
  test(`nothing moves under the reader, and no page is heavy, ${width} px`, async ({ watched }) => {
    test.setTimeout(400_000);
    const context = await watched({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    await sumShifts(page);
    const look = async (what: string) => {
      await checkShift(page, what);
      await checkWeight(page, what);
    };
    await everyPage(page, look);
    await everyResult(page, look);
  });
}

test("nothing moves around a picture that a script puts in the place of another", async ({ page }) => {
  await sumShifts(page);
  // What moves out of sight is not counted: the picture is brought into sight before its script has come.
  await page.addInitScript(() => {
    const show = () => document.querySelector("[data-island=relations]")?.scrollIntoView({ behavior: "instant" });
    document.addEventListener("DOMContentLoaded", show);
  });
  await enter(page, "citizen");
  await page.goto("/me/records");
  await expect(page.locator("[data-island=relations]")).toBeInViewport();
  await checkShift(page, "records");
});

/** Gives the pictures of a page, each by the section that it stands in, and those of them that have no table with rows beside them. */
async function picturesOf(page: Page): Promise<{ all: string[]; bare: string[] }> {
  return page.evaluate(() => {
    const all: string[] = [];
    const bare: string[] = [];
    for (const picture of document.querySelectorAll("main figure, main svg.graph")) {
      // The sample of a pipeline is of no tables; two records that stand alone each are in the pair's own table.
      if (picture.matches("#pipeline svg")) continue;
      if (picture.querySelector("svg.cluster") && !picture.querySelector("line.hold")) continue;
      const section = picture.closest("section");
      const name = section?.getAttribute("aria-labelledby") ?? picture.outerHTML.slice(0, 80);
      // The boxes of the pipeline lead to the rows of a table that has a section of its own.
      const place = picture.matches("svg.graph") ? document.querySelector("section[aria-labelledby=tables-title]") : section;
      all.push(name);
      if (!place?.querySelector("table tbody tr")) bare.push(name);
    }
    return { all, bare };
  });
}

for (const [width, locale, colorScheme] of [
  [1280, "en-GB", "light"],
  [390, "fr-FR", "dark"],
] as const) {
  const options = { viewport: { width, height: 900 }, locale, colorScheme };

  test(`every page is whole without scripts, and each picture has a table beside it, ${width} px, ${locale}`, async ({ watched }) => {
    const context = await watched({ ...options, javaScriptEnabled: false });
    const page = await context.newPage();
    const seen = new Set<string>();
    await everyPage(page, async (what) => {
      await expect(page.getByRole("heading", { level: 1 }), what).toBeVisible();
      await expect(page.locator("html"), what).toHaveAttribute("lang", locale.slice(0, 2));
      await checkWidth(page, `${what}, without scripts`);
      const { all, bare } = await picturesOf(page);
      expect(bare, `${what}: pictures without a table`).toEqual([]);
      for (const picture of all) seen.add(picture);
    });
    for (const picture of ["timeline", "map", "relations", "days-title", "graph-title", "weights-title"]) {
      expect([...seen], "the pictures that there are were looked for").toContain(picture);
    }
  });

  // Axe waits by timers, which don't run where scripts are switched off: here they are on, and none of the server's comes.
  test(`axe finds nothing on pages with pictures and checks whose scripts did not come, ${width} px, ${locale}`, async ({ watched }) => {
    test.setTimeout(400_000);
    const context = await watched(options);
    await context.route("**/assets/*.js*", refuse);
    const page = await context.newPage();
    let looked = 0;
    await everyPage(page, async (what) => {
      await whole(page);
      // Other pages are the same with their scripts, with which they are looked at above.
      if ((await page.locator("main [data-island]").count()) === 0) return;
      await expect(page.locator("[data-island=relations] canvas"), what).toHaveCount(0);
      await checkAccessibility(page, `${what}, without its scripts`);
      await checkWidth(page, `${what}, without its scripts`);
      looked += 1;
    });
    expect(looked).toBeGreaterThan(4);
  });
}

test("switching the language keeps the page, also one that a form made", async ({ page }) => {
  await enter(page, "officer");
  await workOn(page, RELIEF);
  await search(page, "Maria");
  const found = await page.locator("tbody tr").count();
  await page.getByRole("button", { name: "Français" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^(Une personne a été trouvée|[\d\s]+ personnes ont été trouvées|La personne la plus ressemblante est montrée|Les [\d\s]+ personnes les plus ressemblantes sont montrées)/);
  await whole(page);
  expect(await page.locator("tbody tr").count()).toBe(found);
  await page.locator("tbody a.main").first().click();
  const address = page.url();
  await page.getByRole("button", { name: "English" }).click();
  expect(page.url()).toBe(address);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});

test("French pages have no English left in their frame, and write dates as French does", async ({ watched }) => {
  const context = await watched({ locale: "fr-FR" });
  const page = await context.newPage();
  await page.goto("/purposes");
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await expect(page.locator("main")).toContainText(/du 1er janvier 2026 au 31 décembre 20\d\d/);
  // Agreements say what they are for in the project's own words, which are marked as English.
  const ours = await page.locator("main :is(dt, aside dd, .tag)").allTextContents();
  expect(ours.filter((text) => /in force|shown|withheld|\bonly\b|^Law$|^Limit$/.test(text))).toEqual([]);
  expect(ours).toContain("en vigueur");
});

test("a printed dossier has its dates, and why values are withheld", async ({ page }) => {
  await enter(page, "officer");
  await workOn(page, RELIEF);
  await search(page, "Maria");
  await page.locator("tbody a.main").first().click();
  await expect(page).toHaveURL(/\/person\//);
  await whole(page);
  const reasons = page.locator("details.more table").filter({ has: page.locator("caption", { hasText: "Withheld columns" }) });
  expect(await reasons.count()).toBeGreaterThan(0);
  await expect(reasons.first(), "on a screen they are a click away").toBeHidden();
  // A page of A4 without its margins, in pixels of CSS: nothing can be clicked there, and it is not wide.
  await page.setViewportSize({ width: 718, height: 1000 });
  await page.emulateMedia({ media: "print" });
  for (const table of await reasons.all()) {
    await expect(table).toBeVisible();
    await expect(table.locator("td code").first(), "the rule is named").toBeVisible();
  }
  const timeline = page.locator("section[aria-labelledby=timeline]");
  const shown = timeline.locator("figure svg").or(timeline.locator("table")).filter({ visible: true });
  await expect(shown.first(), "the dates, as a picture or as a table").toBeVisible();
  await checkWidth(page, "a printed dossier");
});

for (const locale of ["en-GB", "fr-FR"]) {
  test(`the components on paper: dark on light whatever the screen is, and nothing too wide, ${locale}`, async ({ watched }) => {
    const context = await watched({ locale, viewport: { width: 718, height: 1000 }, colorScheme: "dark" });
    const page = await context.newPage();
    await page.goto("/components");
    await page.emulateMedia({ media: "print" });
    const colours = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return { color, backgroundColor };
    });
    expect(colours).toEqual({ color: "rgb(0, 0, 0)", backgroundColor: "rgb(255, 255, 255)" });
    await expect(page.locator("#looked .look").first()).toBeVisible();
    await expect(page.locator("#quarantine tbody tr").first()).toBeVisible();
    await expect(page.locator("#quality figure svg").first()).toBeVisible();
    await checkAccessibility(page, "components on paper");
    await checkWidth(page, "components on paper");
  });
}

test("the receipts among the components hold, as those of real looks do", async ({ page }) => {
  await page.goto("/components");
  const receipts = page.locator("#looked [data-island=receipt]");
  await expect(receipts).toHaveCount(5);
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("#looked details")) (details as HTMLDetailsElement).open = true;
  });
  for (const receipt of await receipts.all()) {
    await receipt.getByRole("button").click();
    await expect(receipt.getByRole("status")).toHaveClass("note good");
  }
});

test("a form of another session, or of none, does nothing", async ({ page }) => {
  await enter(page, "officer");
  for (const path of ["/work", "/act-as", "/language", "/leave", "/search", "/search/household", "/review/explain"]) {
    const answer = await page.request.post(path, {
      form: { form_token: "AAAA", back: "/", purpose: RELIEF, identity: "steward", language: "fr", name: "Maria" },
    });
    expect(answer.status(), path).toBe(403);
  }
});

test("a person's page is not opened by a prefetch", async ({ page }) => {
  await enter(page, "officer");
  const answer = await page.request.get("/person/p-aaaaaaaaaaaaaaaaaaaaaaaaaa", { headers: { "Sec-Purpose": "prefetch" } });
  expect(answer.status()).toBe(403);
});

for (const locale of ["en-GB", "fr-FR"]) {
  test(`from the first key to the open dossier without a mouse, ${locale}`, async ({ watched }) => {
    const page = await (await watched({ locale })).newPage();
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
    await skip(page);
    const door = page.locator(".doors button[value=officer]");
    await tabTo(page, door);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/search$/);
    const purpose = page.locator("#work-purpose");
    await skip(page);
    await tabTo(page, purpose);
    for (let presses = 0; presses < 30 && (await purpose.inputValue()) !== RELIEF; presses += 1) await page.keyboard.press("ArrowDown");
    await expect(purpose).toHaveValue(RELIEF);
    await page.keyboard.press("Tab");
    await expect(page.locator("#work-case")).toBeFocused();
    await page.keyboard.type(CASE);
    await page.keyboard.press("Tab");
    await expect(page.locator("#work-why")).toBeFocused();
    await page.keyboard.type(REASON);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page.locator(".bar dl"), "the bar says it from now on").toContainText(REASON);
    await expect(page.locator("#name")).toBeFocused();
    await page.keyboard.type("Maria");
    await page.keyboard.press("Enter");
    await expect(page.locator("#results"), "the page of results begins with them").toBeFocused();
    await page.keyboard.press("Tab");
    await expect(page.locator("tbody a.main").first()).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/person\//);
  });
}
