// States that a day seldom has: very many records, very long names and names that run from right to left, hostile values, and a
// purpose that ends while somebody reads.

import type { BrowserContext, Locator, Page } from "@playwright/test";
import { checkDirection } from "./direction";
import { ARABIC, FREQUENT, HEBREW, HOSTILE, LONG, OVERRIDE, type Somebody, VISITS, WAIVER, onSmall, whileEnded } from "./small";
import { checkAccessibility, checkContrast, checkShift, checkWeight, checkWidth, enter, entryOf, expect, search, sumShifts, whole, workOn } from "./visit";
import { LANGUAGES, LOCALES, type Locale, WIDTHS, clickInVain, goBack, refuse } from "./waiting";

// These tests take long and come late: workers share them out one by one, where else all would wait for the one that has the file.
// None of them rests on another. They are begun in their order: whoever takes the last has none of the small project's after it.
onSmall.describe.configure({ mode: "parallel" });

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

/** Follows a late date of many to the record that it is of. */
async function checkDateLeadsToRecord(page: Page): Promise<void> {
  const lane = page.locator("[data-island=timeline] .lane").filter({ hasText: "Library visits" });
  const hrefs = await lane.locator("a").evaluateAll((dots) => dots.map((dot) => dot.getAttribute("href") ?? ""));
  const numbers = hrefs.map((href) => Number(/^#library-members:(\d+)$/.exec(href)?.[1]));
  const number = Math.max(...numbers);
  expect(number, "each date leads to a record, late ones to late records").toBeGreaterThan(VISITS / 2);
  const href = `#library-members:${number}`;
  const dot = lane.locator(`a[href="${href}"]`).first();
  const [when] = ((await dot.getAttribute("aria-label")) ?? "").split(" · ");
  await dot.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${href}$`));
  await expect(page.getByRole("heading", { level: 3, name: `Record ${number} of ${VISITS}`, exact: true })).toBeInViewport();
  await expect(page.locator(`[id="${href.slice(1)}"]`), "it has the date").toContainText(when ?? "?");
}

/** Opens the records of a register, a part of them at a time, and goes back to all; the table has its places. */
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
  await whole(page);
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
    await page.setViewportSize({ width, height: 900 });
    await sumShifts(page);
    await asOfficer();
    await search(page, `${FREQUENT.first} ${FREQUENT.last}`);
    await expect(page.locator("tbody tr")).toHaveCount(1);
    await page.locator("tbody a.main").click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${FREQUENT.first} ${FREQUENT.last}`);
    await checkWeight(page, `${VISITS} records`);
    await checkShift(page, `${VISITS} records`);
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
      await checkDateLeadsToRecord(page);
      await checkHops(page);
    }
    // Contrast takes axe minutes on so many elements: all records are of one template, and one of them is looked at.
    await checkAccessibility(page, `${VISITS} records`, ["color-contrast"]);
    await checkContrast(page, '[id="library-members:1"]', "one of many records");
  });
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

/** Gives a look that fails when something on the page that somebody wrote is more than text, or ran, or turns around what is ours. */
function hostileLook(page: Page): (what: string) => Promise<void> {
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    return dialog.dismiss();
  });
  return async (what) => {
    await whole(page);
    await expect(page.locator("img[src=x]"), what).toHaveCount(0);
    const scripts = await page.locator("script").evaluateAll((all) => all.map((one) => one.textContent ?? ""));
    expect(scripts.filter((text) => text.includes("alert")), what).toEqual([]);
    const loose = await page.evaluate((override) => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found: string[] = [];
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        const text = walker.currentNode.textContent ?? "";
        // Code stands alone in its line, and each text of a picture by itself.
        if (text.includes(override) && !parent?.closest("bdi, code, textarea, svg")) found.push(`${parent?.tagName}: ${text}`);
      }
      return found;
    }, OVERRIDE);
    expect(loose, `${what}: what turns text around is isolated`).toEqual([]);
    expect(dialogs, what).toEqual([]);
  };
}

onSmall("a name that is markup is text in results, dossier and bar", async ({ page, asOfficer }) => {
  const name = `${HOSTILE.first} ${HOSTILE.last}`;
  const lookAround = hostileLook(page);
  const look = async (what: string) => {
    await lookAround(what);
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

/** Closes the field in which it is shown again, where it is not written as text. */
const CLOSING = `</textarea><img src=x onerror=alert(1)>${OVERRIDE}`;

onSmall("what is markup is text where people read about themselves, contest it, and where stewards compare", async ({ page, asOfficer, small }) => {
  const look = hostileLook(page);
  const name = `${HOSTILE.first} ${HOSTILE.last}`;
  const reason = page.locator("#reason");
  const send = () => page.locator("form", { has: reason }).getByRole("button").click();
  const contests = page.locator("section[aria-labelledby=contests]");
  const lastName = (within: Locator) => within.locator("bdi").filter({ hasText: HOSTILE.last }).first();

  await asOfficer();
  await workOn(page, WAIVER, { case: HOSTILE.last, why: name });
  await search(page, name);
  await page.locator("tbody a.main").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);

  await enter(page, "citizen", small.token("citizen"));
  await expect(page.locator(".look dd > bdi").first(), "why the officer asked, as it was written").toHaveText(name);
  await expect(page.locator(".look [data-text]").filter({ hasText: HOSTILE.last }).first(), "and in the receipt").toBeAttached();
  await look("who looked");

  await page.goto("/me/records");
  await expect(lastName(page.locator("section[aria-labelledby=identity]"))).toHaveText(HOSTILE.last);
  await expect(page.locator("[data-island=relations] canvas").first()).toBeVisible();
  await look("own records");

  await page.locator("main a[href$='/contest']").first().click();
  await expect(lastName(page.locator(".record"))).toHaveText(HOSTILE.last);
  await look("a record that is contested");
  // The browser would cut off what is too long.
  await reason.evaluate((field) => field.removeAttribute("maxlength"));
  const long = CLOSING.padEnd(2001, ".");
  await reason.fill(long);
  await send();
  await expect(page.locator("#reason-wrong")).toBeVisible();
  await expect(reason, "what was written is kept, as it was written").toHaveValue(long);
  await look("a contest with too long a reason");
  await reason.fill(name);
  await send();
  await expect(contests.locator("tbody tr bdi").first()).toHaveText(name);
  await look("a contest that was written");

  await enter(page, "steward", small.token("steward"));
  await page.locator("main a.button:not(.quiet)").click();
  await expect(page.locator(".note.careful bdi"), "why it is contested, as it was written").toHaveText(name);
  await expect(lastName(page.locator("main table").first())).toHaveText(HOSTILE.last);
  await look("a contested pair");
  await reason.fill(CLOSING);
  await send();
  await expect(page.locator("#verdict-wrong")).toBeVisible();
  await expect(reason).toHaveValue(CLOSING);
  await look("a contested pair, with an error");

  await enter(page, "citizen", small.token("citizen"));
  await page.goto("/me/records");
  await contests.getByRole("button").first().click();
  await expect(page.locator(".note.good[role=status]")).toBeVisible();
});

onSmall("a judgement that no server took is there again, choice and reason, and is written then", async ({ page, small }) => {
  await enter(page, "steward", small.token("steward"));
  await page.getByRole("link", { name: "Begin" }).click();
  await whole(page);
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
  await whole(page);
  expect(await page.content(), "nothing of the person is in the page").not.toContain(FREQUENT.last);
}

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
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await checkAccessibility(page, `a purpose that ended, ${width} px`);
        await checkWidth(page, `a purpose that ended, ${width} px`);
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
  "en-GB": { begin: /^This is not about me/, contest: "Contest this record", tag: "nobody can judge it today", back: "Take it back", desk: "Nobody can judge one contested link." },
  "fr-FR": { begin: /^Ceci ne me concerne pas/, contest: "Contester cet enregistrement", tag: "nul ne peut en juger aujourd’hui", back: "Revenir dessus", desk: "Personne ne peut juger un lien contesté." },
})) {
  onSmall.describe(`a contest that nobody can judge, ${locale}`, () => {
    onSmall.use({ locale });

    for (const width of WIDTHS) {
      onSmall(`citizen and data protection officer are told, ${width} px`, async ({ page, small }) => {
        await page.setViewportSize({ width, height: 900 });
        await small.reviewEnds(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
        await enter(page, "citizen", small.token("citizen"));
        await page.goto("/me/records");
        await page.getByRole("link", { name: words.begin }).first().click();
        await expect(page.locator("main .note.careful"), "it is told before").toBeVisible();
        await checkAccessibility(page, "the form of a contest that nobody can judge");
        await checkWidth(page, "the form of a contest that nobody can judge");
        await page.locator("#reason").fill("I was never at that library in my life.");
        await page.getByRole("button", { name: words.contest }).click();
        await expect(page.locator(".note.careful[role=status]")).toBeVisible();
        const contests = page.locator("section[aria-labelledby=contests]");
        await expect(contests.locator("tbody tr").first()).toContainText(words.tag);
        await checkAccessibility(page, "a contest that nobody can judge");
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

for (const locale of LOCALES) {
  onSmall.describe(`a delivery that is refused, ${locale}`, () => {
    onSmall.use({ locale });

    onSmall("the page says that nothing was taken, and why, and the list of deliveries says so too", async ({ page, small }) => {
      await enter(page, "engineer", small.token("engineer"));
      await small.whileSpoilt(async () => {
        await page.locator("#register").selectOption("residents");
        await page.locator("form", { has: page.locator("#register") }).getByRole("button").click();
        await expect(page).toHaveURL(/\/runs\/deliveries\/\d+$/);
        await expect(page.locator(".note.bad[role=alert]")).toContainText("street");
      });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await checkAccessibility(page, `a delivery that was refused, ${width} px`);
        await checkWidth(page, `a delivery that was refused, ${width} px`);
      }
      await page.goto("/runs");
      await expect(page.locator("#deliveries tbody tr").first().locator(".tag.refused")).toBeVisible();
      await checkAccessibility(page, "deliveries, one of them refused");
    });
  });
}

/** Gives the persons who are found by these names, each with the files and lines of their records. */
async function personsOf(page: Page, names: Somebody[]): Promise<Record<string, string[]>> {
  const persons: Record<string, string[]> = {};
  for (const { first, last } of names) {
    await page.goto("/search");
    await search(page, `${first} ${last}`);
    const found = page.locator("tbody a.main");
    await expect(found.first()).toBeVisible();
    for (const path of await found.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname))) {
      await page.goto(path);
      const sources = page.locator(".record dl.facts dd").filter({ has: page.locator("code", { hasText: /^incoming\// }) });
      persons[path] = (await sources.allTextContents()).sort();
    }
  }
  return persons;
}

/** Gives the values of both records of the pair that is shown. Pairs are numbered anew with every run; their values stay. */
async function valuesOf(page: Page): Promise<string> {
  await whole(page);
  const rows = await page.locator("main table").first().locator("tr").allTextContents();
  return rows.map((row) => row.replace(/\s+/g, " ").trim()).join("\n");
}

/** Says of the pair that is shown that nobody can say. */
async function sayCannot(page: Page): Promise<void> {
  await page.locator("input[name=verdict][value=cannot-say]").check();
  await page.locator("#reason").fill("A father and his son, or one man who moved.");
  await page.locator("form", { has: page.locator("#reason") }).getByRole("button").click();
  await expect(page.locator(".note.good[role=status]")).toBeVisible();
}

// The last of the small project's tests: afterwards no pair waits in it.
onSmall("“cannot say” changes nobody, now or in the next run; its pair leaves the queue and comes back with a word taken back", async ({ page, asOfficer, watched, small }) => {
  // What other tests judged counts from here on.
  await small.linkAgain();
  const names = [LONG, ARABIC, HEBREW, HOSTILE];
  await asOfficer();
  const before = await personsOf(page, names);
  expect(Object.values(before).flat().length, "records that could change hands").toBeGreaterThan(2 * names.length);

  const desk = await (await watched()).newPage();
  const begin = desk.locator("main a.button:not(.quiet)");
  const waiting = async () => {
    await desk.goto("/review");
    return Number(await desk.locator(".figures dd").first().innerText());
  };
  await enter(desk, "steward", small.token("steward"));
  const all = await waiting();
  expect(all, "pairs wait").toBeGreaterThan(1);
  const pair = (await begin.getAttribute("href")) ?? "";
  await begin.click();
  await expect(desk.locator("#effect-3"), "it is told before").toHaveText("Nothing changes: the score decides.");
  await sayCannot(desk);
  await expect(desk.locator(".note.good[role=status] a")).toHaveAttribute("href", pair);
  expect(await waiting(), "the pair has left the queue").toBe(all - 1);
  await expect(begin).not.toHaveAttribute("href", pair);
  expect(await personsOf(page, names), "the same persons, of the same records").toEqual(before);

  await desk.goto(pair);
  await desk.locator("#why-back").fill("The streets tell them apart.");
  await desk.locator("form", { has: desk.locator("#why-back") }).getByRole("button").click();
  await expect(desk.locator(".note.good[role=status]")).toContainText("the pair is open again");
  expect(await waiting(), "it waits again").toBe(all);
  await expect(begin, "in its place").toHaveAttribute("href", pair);

  const judged: string[] = [];
  for (let left = all; left > 0; left -= 1) {
    await begin.click();
    judged.push(await valuesOf(desk));
    await sayCannot(desk);
    expect(await waiting()).toBe(left - 1);
  }
  await expect(begin, "there is nothing to begin with").toHaveCount(0);
  for (const language of ["en", "fr"]) {
    await expect(desk.locator("html")).toHaveAttribute("lang", language);
    for (const width of WIDTHS) {
      await desk.setViewportSize({ width, height: 900 });
      await checkAccessibility(desk, `a queue in which nothing waits, ${language}, ${width} px`);
      await checkWidth(desk, `a queue in which nothing waits, ${language}, ${width} px`);
    }
    await desk.locator(".tongue button").click();
  }

  await small.linkAgain();
  // Pairs wait for several reasons, and with a run others may have one: none of them is a pair that was judged.
  for (let left = await waiting(); left > 0; left -= 1) {
    await begin.click();
    expect(judged, "what was judged waits no more").not.toContain(await valuesOf(desk));
    await sayCannot(desk);
    expect(await waiting()).toBe(left - 1);
  }
  expect(await personsOf(page, names), "the next run has changed nobody").toEqual(before);
});
