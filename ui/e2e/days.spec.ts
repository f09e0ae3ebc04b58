// Each role's day, from the choice of the role to its result.

import type { Locator, Page } from "@playwright/test";
import {
  CASE,
  DONOR,
  OTHERS,
  OTHER_CHECKPOINT,
  POLITICAL,
  REASON,
  RELIEF,
  checkAccessibility,
  checkWidth,
  enter,
  entryOf,
  expect,
  lookAtCitizen,
  pairWithLinks,
  search,
  skip,
  tabTo,
  test,
  whole,
  workOn,
} from "./visit";
import { awaitResult } from "./waiting";

test("an officer chooses a role, states a purpose, finds a person and opens the dossier", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: /Case officer, student loans/ }).click();
  await expect(page).toHaveURL(/\/search$/);
  await expect(page.locator("form[role=search]"), "nothing can be searched before there is a purpose").toHaveCount(0);
  await workOn(page, RELIEF);
  await expect(page.locator(".bar")).toContainText(CASE);
  await expect(page.locator("aside"), "what the purpose allows is said before it is used").toContainText("40,000");
  await search(page, "Maria");
  await expect(page.locator(".entry-note")).toContainText(/entry [\d,]+ of the log/);
  const first = page.locator("tbody tr").first();
  await expect(first).toContainText(/Name: (similar|the same)|Part of the name: the same|Last name: the same/);
  expect(page.url(), "what was searched is not in the address").not.toContain("Maria");
  await first.getByRole("link").click();
  await expect(page).toHaveURL(/\/person\/p-/);
  await expect(page.locator(".register-head").first()).toBeVisible();
  await expect(page.locator(".entry-note")).toContainText(/entry [\d,]+ of the log/);
  await page.locator(".record details.more summary").first().click();
  await expect(page.getByText(/incoming\/registers\//).first(), "each record names its file").toBeVisible();
});

for (const [locale, words] of Object.entries({
  "en-GB": {
    nobody: "Nobody was found",
    try: "Nobody in the registers within reach of this purpose is like this. Try fewer fields, or another spelling.",
  },
  "fr-FR": {
    nobody: "Personne n’a été trouvé",
    try: "Aucune personne ne correspond dans les registres accessibles pour cette finalité. Essayez moins de champs, ou une autre graphie.",
  },
})) {
  test.describe(`a search that finds nobody, ${locale}`, () => {
    test.use({ locale });

    test("the page says so, is in the log, and lets the search be mended", async ({ page }) => {
      await enter(page, "officer");
      await workOn(page, RELIEF);
      await search(page, "Maria");
      await expect(page.locator("tbody a.main").first()).toBeVisible();
      const before = await entryOf(page);
      await search(page, "Xqzwv Qqxzzy");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words.nobody);
      await expect(page.locator("main .note")).toHaveText(words.try);
      await expect(page.locator("tbody tr")).toHaveCount(0);
      expect(await entryOf(page), "who finds nobody has searched").toBe(before + 1);
      await expect(page.locator("#name"), "what was typed is kept").toHaveValue("Xqzwv Qqxzzy");
      await search(page, "Maria");
      await expect(page.locator("tbody a.main").first()).toBeVisible();
    });
  });
}

test("a purpose of others and a political purpose are refused, and the page says why", async ({ page }) => {
  await enter(page, "officer");
  for (const purpose of [OTHERS, POLITICAL]) {
    await workOn(page, purpose);
    await search(page, "Maria");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This was refused");
    await expect(page.locator(".note.bad").first()).toContainText("purpose.not-a-recipient");
    await expect(page.locator(".note.bad").first()).toContainText("What would be needed:");
    await expect(page.locator(".entry-note")).toContainText(/entry [\d,]+ of the log/);
    await expect(page.locator(".facts")).toContainText(REASON);
    await expect(page.locator("tbody tr")).toHaveCount(0);
    await checkAccessibility(page, "a refusal");
    await page.goto("/search");
  }
});

test("political data is within reach of the one purpose that names it", async ({ page }) => {
  await enter(page, "finance-auditor");
  await workOn(page, POLITICAL);
  await search(page, DONOR);
  await page.locator("tbody a.main").first().click();
  await expect(page).toHaveURL(/\/person\/p-/);
  await expect(page.locator(".register-head").filter({ hasText: /Political donations/ }).first()).toBeVisible();
  await checkAccessibility(page, "a dossier with donations");
});

test("a citizen sees the search and the look of an officer, and checks the receipt", async ({ page, watched }) => {
  const officer = await (await watched()).newPage();
  await lookAtCitizen(officer);
  await officer.context().close();

  await enter(page, "citizen");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Who looked at me");
  const looks = page.locator(".look");
  await expect(looks.filter({ hasText: /: you were (among those shown in|shown as the only result of) a search/ }).first()).toBeVisible();
  const opened = looks.filter({ hasText: /: your records were opened/ }).first();
  await expect(opened).toContainText("Decide whether a borrower");
  await expect(opened).toContainText("Loan Relief Act");
  await expect(opened, "of a look at them alone, they read the reason").toContainText(REASON);
  await opened.getByText(/^Receipt: entry/).first().click();
  await opened.getByRole("button", { name: "Check it in this browser" }).first().click();
  await expect(opened.getByRole("status").first()).toContainText("the texts are what the log committed to");
  await opened.locator("[data-text]").first().evaluate((part) => (part.textContent += " "));
  await opened.getByRole("button", { name: "Check it in this browser" }).first().click();
  await expect(opened.getByRole("status").first()).toContainText("NOT");
  await opened.getByRole("link", { name: "Proof that the entry is in the log" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Entry");

  // At the end of the day they contest a record, see that a steward has to judge it, and take it back.
  await page.goto("/me/records");
  await page.getByRole("link", { name: /^This is not about me/ }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This is not about me");
  await checkAccessibility(page, "a record that is contested");
  await page.locator("#reason").fill("I never lived in that town, nor did anyone of my name.");
  await page.getByRole("button", { name: "Contest this record" }).click();
  await expect(page.getByRole("status")).toContainText(/is contested; entry [\d,]+ of the log/);
  const contests = page.locator("section[aria-labelledby=contests]");
  await expect(contests).toContainText("waits for a steward");
  await contests.getByRole("button", { name: "Take it back" }).first().click();
  await expect(page.getByRole("status")).toContainText("You took back that you contest");
  await expect(contests).toContainText("taken back by you");
});

test("a data protection officer filters the log, verifies it, and later proves that it only grew", async ({ page }) => {
  await enter(page, "data-protection-officer");
  await page.getByRole("link", { name: "The log", exact: true }).click();
  await page.locator("#kind").selectOption("refusal");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/kind=refusal/);
  await whole(page);
  const rows = page.locator("tbody tr");
  expect(await rows.count()).toBeGreaterThan(0);
  for (const row of await rows.all()) await expect(row).toContainText("Refused");
  await rows.first().getByRole("link").click();
  await expect(page.getByText("Proof that it is in the log")).toBeVisible();
  await page.goto("/log");
  await page.getByRole("button", { name: "Verify the whole log" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The log holds");
  await expect(page.getByRole("status")).toContainText("not compared");
  await page.getByRole("link", { name: "Back to the log" }).click();
  await page.getByRole("button", { name: "Verify the whole log" }).click();
  await expect(page.getByRole("status"), "the checkpoint that this browser kept").toContainText("only grew");
  await page.goto("/log");
  await page.getByText("Compare with a checkpoint").click();
  await page.locator("#saved").fill(OTHER_CHECKPOINT);
  await page.getByRole("button", { name: "Verify the whole log" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This checkpoint can’t be used");
  await page.getByRole("button", { name: "Verify the log alone" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The log holds");
});

test("a data protection officer sees use and refusals counted, and follows a rule into the log", async ({ page, watched }) => {
  const officer = await (await watched()).newPage();
  await enter(officer, "officer");
  await workOn(officer, OTHERS);
  await search(officer, "Maria");
  await officer.context().close();

  await enter(page, "data-protection-officer");
  await expect(page, "it is the first page of the role").toHaveURL(/\/desk$/);
  const charts = page.locator("figure.days svg");
  await expect(charts).toHaveCount(3);
  await expect(charts.last()).toHaveAttribute("aria-label", /^Refusals by day: at most [\d,]+, on /);
  await page.getByText("The same as a table").click();
  await expect(page.locator("table.narrow tbody tr"), "the table has every day").toHaveCount(30);
  const officers = page.locator("section[aria-labelledby=officers-title]");
  await expect(officers.locator("tbody tr").first(), "nobody is named before somebody says why").toContainText("Officer 1");
  await expect(officers).not.toContainText("demo-officer");
  await expect(officers.locator(".entry-note")).toHaveCount(0);
  await officers.getByLabel("Why you need the names").fill("A complaint about looks without a case, of this morning.");
  await officers.getByRole("button", { name: "Name them: this is an entry of the log" }).click();
  const asked = officers.locator("tbody tr").filter({ hasText: "demo-officer" });
  await expect(asked, "who asked is named, with the role").toContainText("Student loan case officer");
  await checkAccessibility(page, "the desk with names");
  const numbers = await asked.locator("td.number").allInnerTexts();
  expect(Number(numbers[1]?.replaceAll(/\D/g, "")), "the refusal of just now is among what was counted").toBeGreaterThan(0);
  const fixed = page.locator("section[aria-labelledby=fixed-title]");
  const facts = (await fixed.locator("dl.facts dd").allInnerTexts()).map((text) => Number(text.replaceAll(/\D/g, "")));
  expect(facts).toHaveLength(3);
  expect(facts[0], "the checkpoint fixes something").toBeGreaterThan(0);
  expect(facts[0], "and nothing that is not there").toBeLessThanOrEqual(facts[2] ?? 0);
  await expect(fixed.locator("time")).toHaveAttribute("datetime", /^20\d\d-/);
  const named = officers.locator(".entry-note a");
  const entry = (await named.getAttribute("href")) ?? "";
  await named.click();
  await expect(page).toHaveURL(new RegExp(`${entry}$`));
  await expect(page.locator("main pre").first(), "to name them is an entry of its own").toContainText('"oversight"');
  await page.goto("/desk");
  await page.getByRole("link", { name: "purpose.not-a-recipient" }).click();
  await expect(page).toHaveURL(/kind=refusal&rule=purpose.not-a-recipient$/);
  await whole(page);
  const rows = page.locator("tbody tr");
  expect(await rows.count()).toBeGreaterThan(0);
  for (const row of await rows.all()) await expect(row).toContainText("purpose.not-a-recipient");
});

for (const [locale, words] of Object.entries({
  "en-GB": { why: "Why you need the names", name: /^Name them/, nobody: "Officer 1" },
  "fr-FR": { why: "Pourquoi ces noms vous sont nécessaires", name: /^Les nommer/, nobody: "Agent 1" },
})) {
  test(`the officers who asked most are named for a reason without scripts, ${locale}`, async ({ watched }) => {
    const page = await (await watched({ locale, javaScriptEnabled: false })).newPage();
    const officer = await (await watched()).newPage();
    await enter(officer, "officer");
    await workOn(officer, OTHERS);
    await search(officer, "Maria");
    await enter(page, "data-protection-officer");
    const officers = page.locator("#officers");
    await expect(officers.locator("tbody tr").first()).toContainText(words.nobody);
    await expect(officers).not.toContainText("demo-officer");
    await officers.getByLabel(words.why).fill("A complaint about looks without a case.");
    await officers.getByRole("button", { name: words.name }).click();
    await expect(officers.locator("tbody")).toContainText("demo-officer");
    await expect(officers.locator(".entry-note a")).toHaveAttribute("href", /^\/log\/\d+$/);
    await page.goto("/desk");
    await expect(officers, "names are not kept for the next visit").not.toContainText("demo-officer");
  });
}

test("two stewards come to the same, each with a reason, and one takes a word back", async ({ page }) => {
  await enter(page, "steward");
  await page.getByRole("link", { name: "Begin" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Are these one person?");
  await expect(page.locator("#effect-1"), "what a judgement does is said before it is made").toContainText(/of one person|one person already/);
  await expect(page.locator("#effect-1")).toContainText("A second steward");
  await page.getByLabel("the same person").check();
  await page.getByRole("button", { name: "Write judgement" }).click();
  await expect(page.locator("#reason-wrong")).toBeVisible();
  await expect(page.getByLabel("the same person"), "what was chosen is kept").toBeChecked();
  await page.locator("#reason").fill("Birth date and street agree; the first name is a nickname.");
  await page.getByRole("button", { name: "Write judgement" }).click();
  await expect(page.getByRole("status")).toContainText(/Your proposal was written; entry [\d,]+ of the log/);
  const pair = await page.getByRole("link", { name: /See the pair again/ }).getAttribute("href");
  await enter(page, "second-steward");
  await page.goto(pair ?? "");
  await expect(page.locator(".note.careful")).toContainText("another steward proposed: the same person");
  await page.getByLabel("the same person").check();
  await page.locator("#reason").fill("The same house, the same day of birth.");
  await page.getByRole("button", { name: "Write judgement" }).click();
  await expect(page.getByRole("status")).toContainText(/Your judgement was written/);
  await page.getByRole("link", { name: /See the pair again/ }).click();
  await page.locator("#why-back").fill("I looked at the wrong house.");
  await page.getByRole("button", { name: "Take it back" }).click();
  await expect(page.getByRole("status")).toContainText("the pair is open again");
  await expect(page.locator(".note.careful"), "what the first proposed waits again").toContainText("another steward proposed: the same person");
  await enter(page, "steward");
  await page.goto(pair ?? "");
  await page.locator("#why-back").fill("It was the house next door.");
  await page.getByRole("button", { name: "Take it back" }).click();
  await expect(page.getByRole("status")).toContainText("the pair is open again");
  await expect(page.locator(".note.careful")).toHaveCount(0);
});

/** Goes to the choices of a pair that was just opened by the link at its top: past one link at most, however many tables there are. */
async function toChoices(page: Page, choice: Locator): Promise<void> {
  await skip(page);
  await tabTo(page, page.getByRole("link", { name: "Judge", exact: true }), 1);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#judge$/);
  await tabTo(page, choice, 2);
}

test("a steward judges and takes it back with the keyboard alone", async ({ page }) => {
  await enter(page, "steward");
  await skip(page);
  await tabTo(page, page.getByRole("link", { name: "Begin" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Are these one person?");
  const first = page.url();
  // To the choices by the first link, among them by arrows, on to the reason and the button by Tab.
  await toChoices(page, page.getByLabel("the same person"));
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByLabel("different persons")).toBeChecked();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByLabel("I cannot say")).toBeChecked();
  await page.keyboard.press("Tab");
  await page.keyboard.type("A father and his son, or one man who moved.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("Your judgement was written");
  expect(page.url()).not.toBe(first);
  await skip(page);
  await tabTo(page, page.getByRole("link", { name: /See the pair again/ }), 3);
  await page.keyboard.press("Enter");
  const why = page.locator("#why-back");
  await expect(why).toBeVisible();
  await skip(page);
  await tabTo(page, why, 3);
  await page.keyboard.type("The streets tell them apart.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await expect(page.getByRole("status")).toContainText("the pair is open again");
  await expect(why).toHaveCount(0);
});

test("the page names the keys that the choices have, in their order", async ({ page }) => {
  await enter(page, "steward");
  await page.goto("/review/0");
  await expect(page.locator("fieldset").filter({ has: page.locator("#judge-keys") })).toHaveAttribute("aria-describedby", "judge-keys");
  await expect(page.locator("#judge-keys")).toContainText("Alt with 1, 2 or 3");
  for (const [key, choice] of [["1", "the same person"], ["2", "different persons"], ["3", "I cannot say"]] as const) {
    await expect(page.getByLabel(choice)).toHaveAttribute("accesskey", key);
  }
});

test("a link is cut with the keyboard alone, and the cut taken back", async ({ page }) => {
  await enter(page, "steward");
  await pairWithLinks(page);
  const pair = page.url();
  await toChoices(page, page.getByRole("link", { name: "See the records that this is about, and their links" }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#cluster$/);
  // The first link of the picture: each of them leads to where it is cut.
  await tabTo(page, page.locator("#cluster a").first(), 1);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/review\/\d+\/links\/\d+$/);
  await toChoices(page, page.getByLabel("different persons"));
  await expect(page.getByLabel("different persons"), "who follows a link means to cut it").toBeChecked();
  await page.keyboard.press("Tab");
  await page.keyboard.type("Two sisters at one address.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("Your judgement was written");
  await expect(page.locator("#cluster")).toContainText("Judged: different persons");
  expect(new URL(page.url()).pathname, "it leads back to the pair").toBe(new URL(pair).pathname);
  await skip(page);
  await tabTo(page, page.getByRole("link", { name: /See the pair again/ }), 3);
  await page.keyboard.press("Enter");
  await expect(page.locator("#why-back")).toBeVisible();
  await skip(page);
  await tabTo(page, page.locator("#why-back"), 3);
  await page.keyboard.type("They are one person after all.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("the pair is open again");
});

test("a dossier's timeline is looked at closer, and its graph is drawn", async ({ page }) => {
  await enter(page, "citizen");
  await page.goto("/me/records");
  const timeline = page.locator("[data-island=timeline]");
  const years = () => timeline.locator(".ticks text").allTextContents();
  const all = await years();
  await timeline.getByRole("button", { name: "Closer" }).click();
  await timeline.getByRole("button", { name: "Closer" }).click();
  expect(await years()).not.toEqual(all);
  expect(await timeline.locator("a.out").count(), "dates beyond the span are put away").toBeGreaterThan(0);
  await timeline.getByRole("button", { name: "All years" }).click();
  expect(await timeline.locator("a.out").count()).toBe(0);
  await expect(page.locator("[data-island=relations] canvas").first()).toBeVisible();
  await page.getByText("The dates as a table").click();
  expect(await page.locator("section[aria-labelledby=timeline] tbody tr").count()).toBeGreaterThan(0);
});

for (const [locale, words] of Object.entries({
  "en-GB": { again: "See how far it is", holds: "The log holds", verify: "Verify the whole log", lost: "The server can’t be reached, or your session has ended." },
  "fr-FR": { again: "Voir l’avancement", holds: "Le journal est intact", verify: "Vérifier tout le journal", lost: "Le serveur est injoignable, ou votre session a pris fin." },
})) {
  test.describe(`a verification that takes long, ${locale}`, () => {
    test.use({ locale });

    test("its bar follows the events, and its page is the outcome in the end", async ({ page }) => {
      await enter(page, "data-protection-officer");
      // The demo's log is verified before anyone could watch: the page of a verification that has ended is shown as it was under
      // way, made of the sample bar, and with events as the server's.
      await page.locator("form[action='/log/verify'] button").first().click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words.holds);
      const address = page.url();
      const sample = await (await page.request.get("/components")).text();
      const bar = /<div class="far">[\s\S]*?<\/div>/.exec(sample)?.[0].replace('class="far"', `class="far" data-island="progress" data-events="/log/verify/1/events" data-lost="${words.lost}"`);
      const under = sample.replace(/<main[\s\S]*<\/main>/, `<main id="main"><div class="wide"><h1>…</h1>${bar}</div></main>`);
      await page.route("**/log/verify/*", (route) => route.fulfill({ contentType: "text/html", body: under }));
      const events: string[] = [];
      let end = () => {};
      const ended = new Promise<void>((done) => (end = done));
      await page.route("**/log/verify/*/events", async (route) => {
        events.push(route.request().headers().accept ?? "");
        if (events.length > 1) await ended;
        const step = 'event: step\ndata: {"done":30,"of":60,"says":"30 / 60"}\n\n';
        const last = 'event: ended\ndata: {"done":60,"of":60,"says":"60 / 60"}\n\n';
        await route.fulfill({ contentType: "text/event-stream", body: events.length > 1 ? last : `retry: 10\n${step}` });
      });
      await page.goto(address);
      await expect(page.locator("[data-says]")).toHaveText("30 / 60");
      await expect(page.locator("progress")).toHaveJSProperty("value", 30);
      await checkAccessibility(page, "a verification under way");
      await page.unroute("**/log/verify/*");
      end();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words.holds);
      expect(events[0]).toContain("text/event-stream");
    });

    test("the server's own events are read to their end, and its page is the outcome then", async ({ page }) => {
      await enter(page, "data-protection-officer");
      await page.locator("form[action='/log/verify'] button").first().click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words.holds);
      const address = page.url();
      // The bar of the sample stands where it is shown once; whatever follows is the server's.
      const sample = await (await page.request.get("/components")).text();
      const events = `${new URL(address).pathname}/events`;
      const bar = `<div class="far" data-island="progress" data-events="${events}" data-lost="${words.lost}"><progress aria-label="…"></progress><p data-says>…</p></div>`;
      const under = sample.replace(/<main[\s\S]*<\/main>/, `<main id="main"><div class="wide"><h1>…</h1>${bar}</div></main>`);
      await page.route(address, (route) => route.fulfill({ contentType: "text/html", body: under }), { times: 1 });
      const answered = page.waitForResponse((response) => new URL(response.url()).pathname === events);
      await page.goto(address);
      const response = await answered;
      expect(response.status()).toBe(200);
      expect(response.headers()["content-type"]).toContain("text/event-stream");
      await expect(page.getByRole("heading", { level: 1 }), "its end opens the page anew").toHaveText(words.holds);
      // The same stream word by word, to where the server closes it.
      const told = await page.evaluate(async (path) => (await fetch(path, { headers: { accept: "text/event-stream" } })).text(), events);
      const last = told.trimEnd().split("\n\n").at(-1) ?? "";
      expect(last).toMatch(/^event: ?ended$/m);
      const { done, of, says } = JSON.parse(/^data: ?(.*)$/m.exec(last)?.[1] ?? "{}") as { done: number; of: number; says: string };
      expect(of, "the log has entries").toBeGreaterThan(0);
      expect(done, "and each was examined").toBe(of);
      expect(says).toMatch(/\d/);
    });

    test("without a server that sends events the page says so", async ({ page }) => {
      await enter(page, "data-protection-officer");
      const sample = await (await page.request.get("/components")).text();
      const under = sample.replace(/<main[\s\S]*<\/main>/, `<main id="main"><div class="wide"><h1>…</h1><div data-island="progress" data-events="/log/verify/999999/events" data-lost="${words.lost}"><progress aria-label="…"></progress><p data-says>…</p></div></div></main>`);
      await page.route("**/log/verify/*", (route) => (route.request().resourceType() === "eventsource" ? route.continue() : route.fulfill({ contentType: "text/html", body: under })));
      await page.goto("/log/verify/999999");
      await expect(page.locator("[data-says]")).toHaveText(words.lost);
    });
  });
}

test("a link that holds a person together is cut with a reason, after what it does was told", async ({ watched }) => {
  for (const [javaScriptEnabled, width] of [[true, 1280], [false, 1280], [true, 390]] as const) {
    const context = await watched({ javaScriptEnabled, viewport: { width, height: 900 } });
    const page = await context.newPage();
    await enter(page, "second-steward");
    await pairWithLinks(page);
    const cluster = page.locator("#cluster");
    if (width > 768) await expect(cluster.locator("svg")).toBeVisible();
    else await expect(cluster.locator("svg")).toBeHidden();
    if (javaScriptEnabled) {
      await checkAccessibility(page, "a pair with its persons");
      await checkWidth(page, "a pair with its persons");
    }
    const rows = await cluster.locator("tbody tr").count();
    expect(rows).toBeGreaterThan(0);
    expect(await cluster.locator("svg a").count(), "each link of the picture is in the table").toBe(await cluster.locator("tbody a").count());
    await cluster.locator("tbody a").first().click();
    await expect(page).toHaveURL(/\/review\/\d+\/links\/\d+$/);
    const link = page.url();
    await expect(page.getByLabel("different persons")).toBeChecked();
    await expect(page.locator("#effect-2"), "what it does is told before").toContainText("is taken apart");
    await expect(page.locator("#effect-2")).toContainText(/would stand apart|hold its records together/);
    if (javaScriptEnabled) await checkAccessibility(page, "a link");
    await page.locator("#reason").fill("A father and his son, who share name and house.");
    await page.getByRole("button", { name: "Write judgement" }).click();
    await expect(page.getByRole("status")).toContainText("Your judgement was written");
    await expect(page.locator("#cluster")).toContainText("Judged: different persons");
    await page.getByRole("link", { name: /See the pair again/ }).click();
    expect(page.url()).toBe(link);
    await page.locator("#why-back").fill("They are one person after all.");
    await page.getByRole("button", { name: "Take it back" }).click();
    await expect(page.getByRole("status")).toContainText("the pair is open again");
    await page.getByRole("link", { name: "Back to the pair" }).click();
    await expect(page.locator("#cluster")).not.toContainText("Judged: different persons");
    await context.close();
  }
});

for (const [locale, words] of Object.entries({
  "en-GB": { read: "Read it in", before: "It was read in before", back: "Back to tables and runs", why: "Last run:", tables: "Tables and runs" },
  "fr-FR": { read: "Charger la livraison", before: "Elle avait déjà été chargée", back: "Retour aux tables et exécutions", why: "Dernière exécution :", tables: "Tables et exécutions" },
})) {
  for (const javaScriptEnabled of [true, false]) {
    test(`an engineer reads a delivery in and sees why rows are in quarantine, ${locale}, ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ watched }) => {
      const context = await watched({ locale, javaScriptEnabled, viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await enter(page, "engineer");
      await page.locator("#quarantine tbody a").first().click();
      await expect(page.getByRole("heading", { level: 2 }).first()).toContainText(words.why);
      await whole(page);
      expect(await page.locator("tbody tr").count(), "each reason has a row").toBeGreaterThan(0);
      await expect(page.locator("tbody tr").first()).toContainText(/incoming\/.*(line|ligne|record|enregistrement) \d+/);
      if (javaScriptEnabled) {
        for (const width of [1280, 390]) {
          await page.setViewportSize({ width, height: 900 });
          await checkAccessibility(page, "quarantine");
          await checkWidth(page, "quarantine");
        }
        await page.setViewportSize({ width: 1280, height: 900 });
      }
      await page.getByRole("link", { name: words.back }).click();
      await page.locator("#register").selectOption("tax");
      await page.getByRole("button", { name: words.read }).click();
      await expect(page).toHaveURL(/\/runs\/deliveries\/\d+$/);
      await awaitResult(page, () => expect(page.getByRole("status")).toContainText(words.before, { timeout: 500 }));
      if (javaScriptEnabled) await checkAccessibility(page, "a delivery");
      await page.getByRole("link", { name: words.back }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(words.tables);
      await expect(page.locator("#deliveries tbody tr").first()).toBeVisible();
    });
  }
}

test("case and accents are told apart from other differences", async ({ page }) => {
  await enter(page, "steward");
  const written = page.locator("mark.written");
  for (let number = 0; number < 60; number += 1) {
    await page.goto(`/review/${number}`);
    if ((await written.count()) > 0) break;
  }
  await expect(written.first()).toBeVisible();
  const rows = page.locator("main table").first().locator("tbody tr");
  const told = await rows.evaluateAll((all) =>
    all.map((row) => ({
      marks: [...row.querySelectorAll("mark")].map((mark) => mark.className),
      cells: [...row.querySelectorAll("bdi")].map((cell) => cell.textContent ?? ""),
      words: row.textContent ?? "",
    })),
  );
  const fold = (text = "") => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  // Where a row came from is no value, and of a date that one record knows less of, what is known may agree.
  const isValue = ({ cells, words }: (typeof told)[number]) => cells.length === 2 && !/Source|not known/.test(words);
  for (const { marks, cells, words } of told.filter(isValue)) {
    if (cells[0] === cells[1]) expect(marks).toEqual([]);
    else if (fold(cells[0]) === fold(cells[1])) {
      expect(new Set(marks), cells.join(" / ")).toEqual(new Set(["written"]));
      expect(words).toContain("written differently");
    } else expect(words, "what differs is said to screen readers").toContain("(different)");
  }
});

test("an engineer sees tables and quarantine, and no row", async ({ page }) => {
  await enter(page, "engineer");
  await expect(page.locator("#quarantine tbody tr").first()).toBeVisible();
  await expect(page.locator(".note.careful").filter({ hasText: /quarantine/ })).toContainText(/rows are in quarantine/);
  const boxes = page.locator("svg.graph a");
  expect(await boxes.count()).toBeGreaterThan(20);
  await boxes.first().focus();
  await page.keyboard.press("Enter");
  await expect(page, "a box leads to the row of its table").toHaveURL(/#registers-/);
  await expect(page.locator("tr:target")).toBeVisible();
});

test("a role does not reach the pages of another", async ({ page }) => {
  await enter(page, "officer");
  for (const path of ["/desk", "/log", "/quality", "/review", "/review/0", "/runs", "/me", "/me/records"]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(403);
    // The gate refuses, and logs, what would have been a look; the server turns away the rest.
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^(Not for this role|This was refused)$/);
  }
  await enter(page, "citizen");
  expect((await page.goto("/search"))?.status()).toBe(403);
});

test("without a session nothing personal is reached, and every page leads to the first", async ({ page }) => {
  for (const path of ["/search", "/desk", "/log", "/quality", "/review", "/me", "/me/records", "/runs", "/person/p-aaaaaaaaaaaaaaaaaaaaaaaaaa"]) {
    await page.goto(path);
    await expect(page, path).toHaveURL(/\/$/);
  }
  const answer = await page.goto("/nowhere");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is nothing here");
});
