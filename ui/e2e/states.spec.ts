// States that a day seldom has: no connection, a slow server, very many records, very long names and names that run from right
// to left, and a purpose that ends while somebody reads.

import type { BrowserContext, Locator, Page, Route } from "@playwright/test";
import { ARABIC, FREQUENT, HEBREW, HOSTILE, LONG, Small, type Somebody, VISITS, WAIVER } from "./small";
import { RELIEF, checkAccessibility, checkWidth, enter, entryOf, expect, search, test as base, workOn } from "./visit";

const LANGUAGES = {
  "en-GB": {
    offline: "The server can’t be reached: this computer is not connected. Nothing was sent",
    kept: "The server could not be reached, so no answer came. What you wrote is here again.",
    underWay: "Asked. Waiting for the answer…",
    late: "The server has not answered yet. You can go on waiting, or ask again.",
    unreached: "The server could not be reached, so this picture can’t be moved.",
    again: "Try again",
    refused: "This was refused",
    nothing: "Nothing about anyone was shown.",
    needed: "What would be needed:",
    expired: "(expired)",
    other: "Français",
  },
  "fr-FR": {
    offline: "Le serveur est injoignable : cet ordinateur n’est pas connecté. Rien n’a été envoyé",
    kept: "Le serveur n’a pas pu être joint, et aucune réponse n’est venue. Ce que vous aviez écrit est de nouveau là.",
    underWay: "Demande envoyée. En attente de la réponse…",
    late: "Le serveur n’a pas encore répondu. Vous pouvez attendre encore, ou demander à nouveau.",
    unreached: "Le serveur n’a pas pu être joint : cette image ne peut pas être déplacée.",
    again: "Réessayer",
    refused: "Ceci a été refusé",
    nothing: "Rien n’a été montré sur qui que ce soit.",
    needed: "Ce qu’il faudrait :",
    expired: "(échue)",
    other: "English",
  },
} as const;
type Locale = keyof typeof LANGUAGES;
const LOCALES = Object.keys(LANGUAGES) as Locale[];

const WIDTHS = [1280, 390];

/** Tests of the small project, which is made once for all of them. */
const onSmall = base.extend<{ asOfficer: () => Promise<void> }, { small: Small }>({
  small: [
    async ({}, use) => {
      const small = await Small.make();
      await use(small);
      await small.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: ({ small }, use) => use(small.address),
  asOfficer: ({ page, small }, use) =>
    use(async () => {
      await enter(page, "officer", small.token("officer"));
      await workOn(page, WAIVER);
    }),
});

const status = (page: Page) => page.locator(".under-way");
const button = (page: Page) => page.locator("form[role=search]").getByRole("button");

/** Holds the steps of a page back, as a server that takes its time, and gives those that were asked. */
async function slow(page: Page, milliseconds: number): Promise<string[]> {
  const asked: string[] = [];
  await page.route("**/*", async (route) => {
    const request = route.request();
    if (request.isNavigationRequest()) {
      asked.push(`${request.method()} ${new URL(request.url()).pathname}`);
      await new Promise((done) => setTimeout(done, milliseconds));
    }
    // Whoever leaves before the time has come is not waited for.
    await route.continue().catch(() => undefined);
  });
  return asked;
}

/** Gives what the page says about its step while it waits, when nothing else can be asked of it. */
async function sayings(page: Page): Promise<string[]> {
  const said: string[] = [];
  await page.exposeFunction("hearSaying", (text: string) => said.push(text));
  await page.evaluate(() => {
    const told = document.querySelector(".under-way");
    const hear = (window as unknown as { hearSaying: (text: string) => void }).hearSaying;
    if (told) new MutationObserver(() => hear(told.textContent ?? "")).observe(told, { childList: true, subtree: true });
  });
  return said;
}

/** Clicks twice, as people do who are used to desktops. Unlike the locator's, the mouse's click waits for no page. */
async function clickTwice(page: Page, what: Locator): Promise<void> {
  await what.scrollIntoViewIfNeeded();
  const box = await what.boundingBox();
  await page.mouse.dblclick((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2, { delay: 40 });
}

/** Answers with nothing, upon which a browser stays where it is: the page waits, and can be looked at. */
const answerNothing = (route: Route) => route.fulfill({ status: 204 });

const refuse = (route: Route) => route.abort("connectionrefused");

/** Goes back from the browser's own page of errors. */
async function goBack(page: Page): Promise<void> {
  await page.waitForURL(/^chrome-error:/);
  await page.goBack();
}

/** Clicks while the browser turns from the page to its own page of errors. */
async function clickInVain(page: Page, what: Locator): Promise<void> {
  const failed = page.waitForEvent("requestfailed", (request) => request.isNavigationRequest());
  await what.click({ noWaitAfter: true });
  await failed;
}

for (const locale of LOCALES) {
  const words = LANGUAGES[locale];

  base.describe(`without a connection, ${locale}`, () => {
    base.use({ locale });

    base("a search stays as it was typed, says why, and is sent again", async ({ page, context }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await page.locator("#birth-date").fill("1984-03-12");
      await page.locator("#address").fill("Mill Lane");
      await context.setOffline(true);
      await search(page, "Maria");
      await expect(status(page)).toContainText(words.offline);
      await expect(page.locator("#name")).toHaveValue("Maria");
      await expect(page.locator("#birth-date")).toHaveValue("1984-03-12");
      await expect(page.locator("#address")).toHaveValue("Mill Lane");
      await expect(button(page), "the step may be made again").not.toHaveAttribute("aria-disabled");
      await checkAccessibility(page, "a search without a connection");
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await checkWidth(page, "a search without a connection");
      }
      await status(page).getByRole("button", { name: words.again }).click();
      await expect(status(page), "there is still none").toContainText(words.offline);
      await context.setOffline(false);
      await page.locator("#birth-date").fill("");
      await page.locator("#address").fill("");
      await status(page).getByRole("button", { name: words.again }).click();
      await expect(page.locator("tbody tr").first()).toBeVisible();
      await expect(status(page)).toBeEmpty();
    });

    base("a dossier that can’t be opened leaves the results, and opens afterwards", async ({ page, context }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await search(page, "Maria");
      const found = await page.locator("tbody tr").count();
      const before = await entryOf(page);
      await context.setOffline(true);
      await page.locator("tbody a.main").first().click();
      await expect(status(page)).toContainText(words.offline);
      await expect(page.locator("tbody tr")).toHaveCount(found);
      await context.setOffline(false);
      await status(page).getByRole("button", { name: words.again }).click();
      await expect(page).toHaveURL(/\/person\//);
      expect(await entryOf(page), "one look, one entry").toBe(before + 1);
    });

    base("a server that is not there: what was typed comes back, once, and only then", async ({ page }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await page.locator("#address").fill("Mill Lane");
      await page.locator("#name").fill("Maria");
      await page.route("**/search", refuse);
      await clickInVain(page, button(page));
      await page.unroute("**/search");
      await goBack(page);
      await expect(page.locator("#name")).toHaveValue("Maria");
      await expect(page.locator("#address")).toHaveValue("Mill Lane");
      await expect(status(page)).toHaveText(words.kept);
      await checkAccessibility(page, "a search that came back");
      await page.locator("#address").fill("");
      await button(page).click();
      await expect(page.locator("tbody tr").first()).toBeVisible();
      await expect(status(page), "an answer needs no words about its way").toBeEmpty();
      expect(await page.evaluate(() => sessionStorage.length), "what was answered is not kept").toBe(0);
      await page.goBack();
      await expect(page.locator("#name")).toHaveValue("");
    });

    base("a picture whose script doesn’t come stays whole, says so, and tries again", async ({ page }) => {
      await page.route("**/assets/relations-*.js*", refuse);
      await enter(page, "citizen");
      await page.goto("/me/records");
      const figure = page.locator("[data-island=relations]");
      await expect(figure.getByRole("status")).toContainText(words.unreached);
      await expect(figure.locator("svg")).toBeVisible();
      await checkAccessibility(page, "a picture without its script");
      await page.unroute("**/assets/relations-*.js*");
      await figure.getByRole("button", { name: words.again }).click();
      await expect(figure.locator("canvas").first()).toBeVisible();
      await expect(figure.getByRole("status")).toHaveCount(0);
    });
  });

  base.describe(`a slow server, ${locale}`, () => {
    base.use({ locale });

    base("a search clicked twice is asked once, and says that it is under way", async ({ page }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await search(page, "Maria");
      const before = await entryOf(page);
      await page.goto("/search");
      await page.locator("#name").fill("Maria");
      const said = await sayings(page);
      const asked = await slow(page, 3000);
      await clickTwice(page, button(page));
      await page.keyboard.press("Enter");
      await expect.poll(() => said).toEqual([words.underWay]);
      await expect(page.locator("tbody tr").first()).toBeVisible();
      expect(asked).toEqual(["POST /search"]);
      expect(await entryOf(page), "one search, one entry").toBe(before + 1);
      await expect(status(page)).toBeEmpty();
    });

    base("a page that waits says so, can be used, and lets go in the end", async ({ page }) => {
      await page.clock.install();
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await page.route("**/search", answerNothing);
      await page.locator("#name").fill("Maria");
      await button(page).click();
      await page.clock.runFor(1000);
      await expect(status(page)).toHaveText(words.underWay);
      await expect(page.locator("form[role=search]")).toHaveAttribute("aria-busy", "true");
      await expect(button(page)).toHaveAttribute("aria-disabled", "true");
      await expect(button(page), "the focus stays where it was").toBeFocused();
      await page.locator(".bar summary").click();
      await expect(page.locator("#bar-purpose"), "the page can be used").toBeVisible();
      await checkAccessibility(page, "a search under way");
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await checkWidth(page, "a search under way");
      }
      await page.clock.runFor(15_000);
      await expect(status(page)).toHaveText(words.late);
      await expect(button(page), "it may be asked again").not.toHaveAttribute("aria-disabled");
      await button(page).click();
      await expect(button(page)).toHaveAttribute("aria-disabled", "true");
      // Escape is how people tell a browser to wait no more.
      await page.keyboard.press("Escape");
      await expect(button(page)).not.toHaveAttribute("aria-disabled");
      await expect(status(page)).toBeEmpty();
      await page.unroute("**/search");
      await button(page).click();
      await expect(page.locator("tbody tr").first()).toBeVisible();
    });
  });
}

base("a link clicked twice opens a dossier once", async ({ page }) => {
  await enter(page, "officer");
  await workOn(page, RELIEF);
  await search(page, "Maria");
  const before = await entryOf(page);
  const said = await sayings(page);
  const asked = await slow(page, 3000);
  await clickTwice(page, page.locator("tbody a.main").first());
  await expect.poll(() => said).toEqual([LANGUAGES["en-GB"].underWay]);
  await expect(page).toHaveURL(/\/person\//);
  expect(asked).toHaveLength(1);
  expect(await entryOf(page), "one look, one entry").toBe(before + 1);
});

base("whoever changes their mind while a page is slow is not held back", async ({ page }) => {
  await enter(page, "officer");
  await page.route("**/registers", answerNothing);
  const ways = page.locator(".ways");
  await ways.getByRole("link", { name: "Registers" }).click();
  await expect(ways.getByRole("link", { name: "Registers" })).toHaveAttribute("aria-busy", "true");
  await ways.getByRole("link", { name: "Purposes" }).click();
  await expect(page).toHaveURL(/\/purposes$/);
});

/** Goes through the dates with the keyboard: one stop of the Tab key, arrow keys among them, and out again. */
async function checkTimelineKeys(page: Page): Promise<void> {
  const timeline = page.locator("[data-island=timeline]");
  const said = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
  await expect(timeline.locator("a[tabindex='0']")).toHaveCount(1);
  await timeline.getByRole("button", { name: "All years" }).focus();
  await page.keyboard.press("Tab");
  const first = await said();
  expect(first, "the first date comes after the buttons").toContain("1971");
  await page.keyboard.press("ArrowRight");
  const second = await said();
  expect(second).not.toBe(first);
  await page.keyboard.press("End");
  const last = await said();
  await page.keyboard.press("ArrowRight");
  expect(await said(), "there is none after the last").toBe(last);
  await page.keyboard.press("Home");
  expect(await said()).toBe(first);
  await page.keyboard.press("ArrowDown");
  expect(await said(), "the nearest of another register").toMatch(/Library|Residents/);
  await page.keyboard.press("End");
  // What is out of the span comes into it with the focus.
  for (const step of ["Closer", "Closer", "Later", "Later", "Later"]) await timeline.getByRole("button", { name: step }).click();
  await expect(timeline.locator("a[tabindex='0']")).toHaveCount(1);
  await timeline.locator("a[tabindex='0']").focus();
  expect(await said(), "the years in between are empty").not.toBe(first);
  await page.keyboard.press("Home");
  expect(await said()).toBe(first);
  await expect(timeline.locator("a:focus")).not.toHaveClass(/out/);
  await page.keyboard.press("Tab");
  await expect(page.getByText("The dates as a table"), "one more press leads out").toBeFocused();
  await timeline.getByRole("button", { name: "All years" }).click();
}

/** Opens the records of a register, a part of them at a time, and offers the household as a search of its own. */
async function checkHops(page: Page): Promise<void> {
  const relations = page.locator("[data-island=relations]");
  await expect(relations.locator("canvas").first()).toBeVisible();
  await relations.getByRole("button", { name: `Library visits (${VISITS})` }).press("Enter");
  const told = relations.getByRole("status");
  await expect(told).toHaveText(`Library visits. Records 1 to 12 of ${VISITS}`);
  await expect(relations.getByRole("button", { name: "Records after" }), "the focus goes on").toBeFocused();
  await page.keyboard.press("Enter");
  await expect(told).toHaveText(`Library visits. Records 13 to 24 of ${VISITS}`);
  await relations.getByRole("button", { name: "Records before" }).click();
  await expect(told).toHaveText(`Library visits. Records 1 to 12 of ${VISITS}`);
  await expect(relations.getByRole("img")).toHaveAttribute("aria-label", /Records 1 to 12/);
  await relations.getByRole("button", { name: "Back to all" }).click();
  await expect(told).toHaveText("");
  await expect(relations.getByRole("button", { name: `Library visits (${VISITS})` })).toBeFocused();
  const places = page.locator("#places tbody tr");
  expect(await places.count()).toBeGreaterThan(0);
}

onSmall(`a person with ${VISITS} records without scripts: the picture is small, and its links lead to the records`, async ({ watched, small }) => {
  const context = await watched({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await enter(page, "officer", small.token("officer"));
  await workOn(page, WAIVER);
  await search(page, `${FREQUENT.first} ${FREQUENT.last}`);
  await page.locator("tbody a.main").click();
  const picture = page.locator("svg.relations");
  expect(await picture.locator("a").count(), "not one for each record").toBeLessThan(20);
  await picture.getByRole("link", { name: `Library visits (${VISITS})` }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#library-members$/);
  await page.goto(`${page.url().replace(/#.*/, "")}#library-members:${VISITS}`);
  await expect(page.getByRole("heading", { level: 3, name: `Record ${VISITS} of ${VISITS}` })).toBeInViewport();
  // The next hop is to other people: a search of its own, asked for and logged.
  const before = await entryOf(page);
  await page.locator("#places").getByRole("button", { name: "Search this address" }).first().click();
  await expect(page.locator("tbody tr").first()).toBeVisible();
  expect(await entryOf(page), "one search, one entry").toBe(before + 1);
});

for (const width of WIDTHS) {
  onSmall(`a person with ${VISITS} records, ${width} px`, async ({ page, asOfficer }) => {
    onSmall.setTimeout(180_000);
    await page.setViewportSize({ width, height: 900 });
    await asOfficer();
    await search(page, `${FREQUENT.first} ${FREQUENT.last}`);
    await expect(page.locator("tbody tr")).toHaveCount(1);
    await page.locator("tbody a.main").click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${FREQUENT.first} ${FREQUENT.last}`);
    const bytes = await page.evaluate(() => {
      const [visit] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
      return visit?.encodedBodySize ?? Number.NaN;
    });
    expect(bytes, "bytes over the wire").toBeLessThan(150_000);
    await expect(page.locator(".figures > div").filter({ hasText: "records" }).locator("dd")).toHaveText(String(VISITS + 1));
    const contents = page.locator(".contents");
    await expect(contents).toContainText(`Library visits (${VISITS})`);
    await expect(contents).toContainText("Residents (1)");
    const section = page.locator("section").filter({ has: page.getByRole("heading", { level: 2, name: "Library visits" }) });
    await expect(section.locator(".record")).toHaveCount(VISITS);
    await expect(section.getByRole("heading", { level: 3 }).last()).toHaveText(`Record ${VISITS} of ${VISITS}`);
    await contents.getByRole("link", { name: /Library visits/ }).click();
    await expect(section.getByRole("heading", { level: 2 }), "the contents lead past the pictures").toBeInViewport();
    await checkWidth(page, `${VISITS} records`);
    if (width > 768) {
      const rims = await page.locator(".lane circle").evaluateAll((dots) => dots.map((dot) => getComputedStyle(dot).stroke));
      expect(rims.length).toBeGreaterThan(VISITS);
      expect(new Set(rims), "no dot hides the one before").toEqual(new Set(["none"]));
      await checkTimelineKeys(page);
      await checkHops(page);
    }
    // Contrast takes axe minutes on so many elements, and is that of every other dossier: all records are of one template.
    await checkAccessibility(page, `${VISITS} records`, ["color-contrast"]);
  });
}

/** Tells whether texts run from right to left where they are written, and stand after what names them. */
async function checkDirection(page: Page, somebody: Somebody, what: string): Promise<void> {
  const isolated = await page.evaluate((name) => {
    const walker = document.createTreeWalker(document.querySelector("main") ?? document.body, NodeFilter.SHOW_TEXT);
    const outside: string[] = [];
    let inside = 0;
    while (walker.nextNode()) {
      const text = walker.currentNode;
      const parent = text.parentElement;
      if (!text.textContent?.includes(name) || !parent || parent.closest("svg, textarea")) continue;
      const bdi = parent.closest("bdi");
      if (bdi && getComputedStyle(bdi).direction === "rtl") inside += 1;
      else outside.push(`${parent.tagName}: ${text.textContent}`);
    }
    const sides = [...document.querySelectorAll("main bdi")].flatMap((bdi) => {
      const [before, after] = [bdi.previousElementSibling, bdi.nextElementSibling];
      // A text of several lines has a box for each; what is put away has none, and what stands on another line has no side.
      const first = bdi.getClientRects()[0];
      const last = [...bdi.getClientRects()].at(-1);
      const left = [...(before?.getClientRects() ?? [])].at(-1);
      const right = after?.getClientRects()[0];
      const isOneLine = (one?: DOMRect, other?: DOMRect) => one && other && Math.abs(one.bottom - other.bottom) < 8;
      return [
        left && first && isOneLine(left, first) && left.right > first.left + 1 ? `${before?.textContent} is not before ${bdi.textContent}` : "",
        right && last && isOneLine(last, right) && right.left < last.right - 1 ? `${after?.textContent} is not after ${bdi.textContent}` : "",
      ];
    });
    return { inside, outside, sides: sides.filter((one) => one !== "") };
  }, somebody.last);
  expect(isolated.outside, `${what}: the name is isolated`).toEqual([]);
  expect(isolated.inside, `${what}: the name is there`).toBeGreaterThan(0);
  expect(isolated.sides, `${what}: labels stay on their side`).toEqual([]);
}

for (const width of [1280, 800, 390]) {
  for (const [kind, somebody] of [
    ["of 80 letters", LONG],
    ["in Arabic", ARABIC],
    ["in Hebrew", HEBREW],
  ] as const) {
    const isRightToLeft = somebody !== LONG;

    onSmall(`a name ${kind} in results and dossier, ${width} px`, async ({ page, asOfficer }) => {
      await page.setViewportSize({ width, height: 900 });
      await asOfficer();
      // Reason and case stand in the bar of every page.
      await workOn(page, WAIVER, { case: isRightToLeft ? "ملف (17)" : "C".repeat(60), why: `${somebody.first} ${somebody.last}, Mill Lane (4).` });
      const look = async (what: string) => {
        await checkWidth(page, what);
        if (isRightToLeft) await checkDirection(page, somebody, what);
        await checkAccessibility(page, what);
        await checkWidth(page, `${what}, opened`);
      };
      await search(page, `${somebody.first} ${somebody.last}`);
      await expect(page.locator("tbody a.main").first()).toContainText(somebody.last);
      await look("results");
      const direction = await page.locator("#name").evaluate((field) => getComputedStyle(field).direction);
      expect(direction, "what was typed stands as it was typed").toBe(isRightToLeft ? "rtl" : "ltr");
      await page.locator("tbody a.main").first().click();
      await expect(page.getByRole("heading", { level: 1 })).toContainText(somebody.last);
      await look("dossier");
    });
  }

  onSmall(`names that are long or run from right to left in pairs, ${width} px`, async ({ page, small }) => {
    await page.setViewportSize({ width, height: 900 });
    await enter(page, "steward", small.token("steward"));
    const left = new Set<Somebody>([LONG, ARABIC, HEBREW]);
    for (let number = 0; left.size > 0; number += 1) {
      const answer = await page.goto(`/review/${number}`);
      expect(answer?.status(), `pairs of ${[...left].map(({ first }) => first)} are waiting`).toBe(200);
      const names = await page.locator("table").first().innerText();
      const shown = [...left].find(({ first }) => names.includes(first));
      if (!shown) continue;
      left.delete(shown);
      await checkWidth(page, `a pair of ${shown.first}`);
      if (shown !== LONG) await checkDirection(page, shown, `a pair of ${shown.first}`);
      await checkAccessibility(page, `a pair of ${shown.first}`);
    }
  });
}

onSmall("a name that is markup is text in results, dossier and bar", async ({ page, asOfficer }) => {
  const name = `${HOSTILE.first} ${HOSTILE.last}`;
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    return dialog.dismiss();
  });
  const look = async (what: string) => {
    await expect(page.locator("img[src=x]"), what).toHaveCount(0);
    const scripts = await page.locator("script").evaluateAll((all) => all.map((one) => one.textContent ?? ""));
    expect(scripts.filter((text) => text.includes("alert")), what).toEqual([]);
    expect(dialogs, what).toEqual([]);
    await expect(page.locator(".bar dl"), what).toContainText(name);
  };
  await asOfficer();
  await workOn(page, WAIVER, { case: HOSTILE.last, why: name });
  await search(page, name);
  const first = page.locator("tbody a.main").first();
  await expect(first).toHaveText(name);
  await expect(page.locator("#name")).toHaveValue(name);
  await look("results");
  await first.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.locator("[data-island=relations] canvas").first()).toBeVisible();
  await expect(page.locator("#places tbody th").first()).toContainText(HOSTILE.first);
  await look("dossier");
  await page.locator("#places").getByRole("button").first().click();
  expect(await page.locator("#address").inputValue(), "the address is asked for as it is written").toContain(HOSTILE.first);
  await look("results of the address");
});

onSmall("a judgement that no server took is there again, choice and reason, and is written then", async ({ page, small }) => {
  await enter(page, "steward", small.token("steward"));
  await page.getByRole("link", { name: "Begin" }).click();
  const reason = "A father and his son, who share name and house.";
  await page.getByLabel("different persons").check();
  await page.locator("#reason").fill(reason);
  await page.route("**/review/*", refuse);
  await clickInVain(page, page.getByRole("button", { name: "Write judgement" }));
  await page.unroute("**/review/*");
  // The browser's page of errors has taken the place of the pair, whose address it has: back is the page before.
  await goBack(page);
  await page.getByRole("link", { name: "Begin" }).click();
  await expect(page.getByLabel("different persons")).toBeChecked();
  await expect(page.locator("#reason")).toHaveValue(reason);
  await page.getByRole("button", { name: "Write judgement" }).click();
  await expect(page.getByText("Your judgement was written")).toBeVisible();
});

/** Looks at a page of refusal: it says why and by which rule, and shows nobody. */
async function checkRefused(page: Page, words: (typeof LANGUAGES)[Locale]): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words.refused);
  await expect(page.locator("main")).toContainText(words.nothing);
  const why = page.locator(".note.bad");
  await expect(why.locator("code").first()).toHaveText("purpose.expired");
  await expect(why.first()).toContainText(words.needed);
  await expect(page.locator(".bar"), "the bar says it too").toContainText(words.expired);
  expect(await page.content(), "nothing of the person is in the page").not.toContain(FREQUENT.last);
}

/** Ends the purpose for the length of a test: the server's clock can't be turned, the purpose's last day can. */
const whileEnded = onSmall.extend<{ end: () => Promise<void> }>({
  end: async ({ small }, use) => {
    let isEnded = false;
    await use(async () => {
      isEnded = true;
      await small.purposeEnds(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
    });
    if (isEnded) await small.purposeEnds("2099-12-31");
  },
});

for (const locale of LOCALES) {
  const words = LANGUAGES[locale];

  whileEnded.describe(`a purpose that ends while somebody reads, ${locale}`, () => {
    whileEnded.use({ locale });

    whileEnded("the next click is refused, and what was read is not shown again", async ({ page, context, asOfficer, end }) => {
      await asOfficer();
      await search(page, `${FREQUENT.first} ${FREQUENT.last}`);
      await page.locator("tbody a.main").click();
      await expect(page.getByRole("heading", { level: 1 })).toContainText(FREQUENT.last);
      const dossier = page.url();
      const before = await entryOf(page);
      await end();
      const answer = await page.reload();
      expect(answer?.status()).toBe(403);
      await checkRefused(page, words);
      expect(await entryOf(page), "the refusal is in the log").toBeGreaterThan(before);
      await checkAccessibility(page, "a purpose that ended");
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await checkWidth(page, "a purpose that ended");
      }
      await page.goto("/search");
      await search(page, FREQUENT.last);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words.refused);
      await expect(page.locator("tbody tr")).toHaveCount(0);
      await page.goto(dossier);
      await checkRefused(page, words);
      await checkTabs(context, dossier, words);
      await page.getByRole("button", { name: words.other }).click();
      await checkRefused(page, LANGUAGES[locale === "en-GB" ? "fr-FR" : "en-GB"]);
    });

    whileEnded("going back shows nobody from before", async ({ page, asOfficer, end }) => {
      await asOfficer();
      await search(page, `${FREQUENT.first} ${FREQUENT.last}`);
      await page.locator("tbody a.main").click();
      await expect(page.getByRole("heading", { level: 1 })).toContainText(FREQUENT.last);
      await end();
      await page.goto("/purposes");
      await page.goBack();
      await checkRefused(page, words);
    });
  });
}

/** Opens the address in another tab of the session: the browser keeps no copy of it. */
async function checkTabs(context: BrowserContext, address: string, words: (typeof LANGUAGES)[Locale]): Promise<void> {
  const other = await context.newPage();
  await other.goto(address);
  await checkRefused(other, words);
  await other.close();
}

for (const [locale, words] of Object.entries({
  "en-GB": { begin: /^This is not about me/, contest: "Contest this record", tag: "nobody can judge it today", back: "Take it back", desk: "One contested link can be judged by nobody." },
  "fr-FR": { begin: /^Ceci ne me concerne pas/, contest: "Contester cet enregistrement", tag: "nul ne peut en juger aujourd’hui", back: "Revenir dessus", desk: "Un lien contesté que nul ne peut juger." },
})) {
  onSmall.describe(`a contest that nobody can judge, ${locale}`, () => {
    onSmall.use({ locale });

    for (const width of WIDTHS) {
      onSmall(`citizen and data protection officer are told, ${width} px`, async ({ page, small }) => {
        onSmall.setTimeout(120_000);
        await page.setViewportSize({ width, height: 900 });
        await small.reviewEnds(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
        await enter(page, "citizen", small.token("citizen"));
        await page.goto("/me/records");
        await page.getByRole("link", { name: words.begin }).first().click();
        await page.locator("#reason").fill("I was never at that library in my life.");
        await page.getByRole("button", { name: words.contest }).click();
        await expect(page.locator(".note.careful[role=status]")).toBeVisible();
        const contests = page.locator("section[aria-labelledby=contests]");
        await expect(contests.locator("tbody tr").first()).toContainText(words.tag);
        await checkAccessibility(page, "a contest that nobody can judge", ["color-contrast"]);
        await checkWidth(page, "a contest that nobody can judge");
        await enter(page, "data-protection-officer", small.token("data-protection-officer"));
        await page.goto("/desk");
        await expect(page.locator(".note.careful").filter({ hasText: words.desk })).toBeVisible();
        await expect(page.locator("#unreached tbody tr")).toHaveCount(1);
        await checkAccessibility(page, "the desk with contests that nobody can judge");
        await checkWidth(page, "the desk with contests that nobody can judge");
        await small.reviewEnds("2099-12-31");
        await enter(page, "data-protection-officer", small.token("data-protection-officer"));
        await page.goto("/desk");
        await expect(page.locator("#unreached")).toHaveCount(0);
        await enter(page, "citizen", small.token("citizen"));
        await page.goto("/me/records");
        await expect(contests.locator("tbody tr").first()).not.toContainText(words.tag);
        await contests.getByRole("button", { name: words.back }).first().click();
      });
    }
  });
}
