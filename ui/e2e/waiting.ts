// What pages say while a step is under way or can’t be made, and how such states are brought about.

import { expect, type Locator, type Page, type Route } from "@playwright/test";

export const LANGUAGES = {
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
    nothing: "Aucune donnée personnelle n’a été montrée.",
    needed: "Ce qu’il faudrait :",
    expired: "(échue)",
    other: "English",
  },
} as const;
export type Locale = keyof typeof LANGUAGES;
export const LOCALES = Object.keys(LANGUAGES) as Locale[];

export const WIDTHS = [1280, 390];

export const status = (page: Page) => page.locator(".under-way");
export const button = (page: Page) => page.locator("form[role=search]").getByRole("button");

/** Something held back, and how it is let go: tests say when, since nobody knows how long a busy machine takes to look. */
type Held = { gone: Promise<void>; letGo: () => void };

function hold(): Held {
  let letGo = () => {};
  const gone = new Promise<void>((done) => (letGo = done));
  return { gone, letGo };
}

/** Holds the steps of a page back, as a server that takes its time, until they are let go, and gives those that were asked. */
export async function slow(page: Page): Promise<{ asked: string[]; letGo: () => void }> {
  const asked: string[] = [];
  const { gone, letGo } = hold();
  await page.route("**/*", async (route) => {
    const request = route.request();
    if (request.isNavigationRequest()) {
      asked.push(`${request.method()} ${new URL(request.url()).pathname}`);
      await gone;
    }
    // Whoever leaves before the time has come is not waited for.
    await route.continue().catch(() => undefined);
  });
  return { asked, letGo };
}

/** Holds back what is asked for at an address, until it is let go. */
export async function holdBack(page: Page, address: string): Promise<() => void> {
  const { gone, letGo } = hold();
  await page.route(address, async (route) => {
    await gone;
    await route.continue().catch(() => undefined);
  });
  return letGo;
}

/**
 * Waits until work of the server has its result: on a slow machine the page says how far it is, and without scripts a link asks
 * again. With scripts the page asks by itself, and the link may be gone before it is clicked.
 */
export async function awaitResult(page: Page, result: () => Promise<void>): Promise<void> {
  await expect(async () => {
    const again = page.locator("main a.button.quiet[href='']");
    if ((await again.count()) > 0) await again.click({ timeout: 5_000 });
    await result();
  }).toPass();
}

/** Gives what the page says about its step while it waits, when nothing else can be asked of it. */
export async function sayings(page: Page): Promise<string[]> {
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
export async function clickTwice(page: Page, what: Locator): Promise<void> {
  await what.evaluate((element) => element.scrollIntoView({ block: "center", behavior: "instant" }));
  const box = await what.boundingBox();
  await page.mouse.dblclick((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2, { delay: 40 });
}

/** Answers with nothing, upon which a browser stays where it is: the page waits, and can be looked at. */
export const answerNothing = (route: Route) => route.fulfill({ status: 204 });

export const refuse = (route: Route) => route.abort("connectionrefused");

/** Goes back from the browser's own page of errors. */
export async function goBack(page: Page): Promise<void> {
  await page.waitForURL(/^chrome-error:/);
  await page.goBack();
}

/** Clicks while the browser turns from the page to its own page of errors. */
export async function clickInVain(page: Page, what: Locator): Promise<void> {
  const failed = page.waitForEvent("requestfailed", (request) => request.isNavigationRequest());
  await what.click({ noWaitAfter: true });
  await failed;
}
