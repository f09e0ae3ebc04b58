// The picture of what hangs together: what is written in it can be read, and narrow screens have its table in its place.

import { FREQUENT, onSmall } from "./small";
import { checkAccessibility, checkWidth, enter, expect, search, test } from "./visit";

onSmall("nothing of the picture lies behind its buttons or beyond its frame", async ({ page, asOfficer }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await asOfficer();
  await search(page, `${FREQUENT.first} ${FREQUENT.last}`);
  await page.locator("tbody a.main").click();
  const relations = page.locator("[data-island=relations]");
  const place = relations.locator(".moved");
  await expect(relations.locator("canvas").first()).toBeVisible();
  const beyond = () =>
    place.evaluate((frame) => {
      type Node = { data: (name: string) => string; renderedBoundingBox: () => { x1: number; x2: number; y1: number; y2: number } };
      type Painted = { _cyreg: { cy: { nodes: () => { map: (of: (node: Node) => string) => string[] } } } };
      const out = (node: Node) => {
        const { x1, x2, y1, y2 } = node.renderedBoundingBox();
        return x1 < 0 || y1 < 0 || x2 > frame.clientWidth || y2 > frame.clientHeight ? node.data("label") : "";
      };
      const all = (frame as unknown as Painted)._cyreg.cy.nodes().map(out);
      return { count: all.length, out: all.filter((label) => label !== "") };
    });
  const checkApart = async () => {
    const buttons = await relations.locator(".opens").boundingBox();
    const frame = await place.boundingBox();
    expect(buttons?.height, "there are buttons").toBeGreaterThan(0);
    expect((buttons?.y ?? 0) + (buttons?.height ?? 0), "they are above the picture").toBeLessThanOrEqual(frame?.y ?? 0);
    const { count, out } = await beyond();
    expect(count).toBeGreaterThan(2);
    expect(out, "a label that is cut").toEqual([]);
  };
  await checkApart();
  await relations.locator(".opens").getByRole("button").first().click();
  await expect(relations.getByRole("status")).not.toHaveText("");
  await checkApart();
});

for (const locale of ["en-GB", "fr-FR"]) {
  test(`without scripts no words of the picture are cut or lie on others, ${locale}`, async ({ watched }) => {
    const page = await (await watched({ locale, viewport: { width: 1280, height: 900 }, javaScriptEnabled: false })).newPage();
    await enter(page, "citizen");
    await page.goto("/me/records");
    const { count, cut, over } = await page.locator("svg.relations").evaluate((svg) => {
      const frame = (svg as SVGSVGElement).viewBox.baseVal;
      const texts = Array.from(svg.querySelectorAll("text"), (text) => ({ said: text.textContent, box: text.getBBox() }));
      const isCut = (box: DOMRect) => box.x < 0 || box.y < 0 || box.x + box.width > frame.width || box.y + box.height > frame.height;
      // Lines of letters are a little higher than the letters.
      const isOver = (one: DOMRect, other: DOMRect) =>
        one.x + 1 < other.x + other.width &&
        other.x + 1 < one.x + one.width &&
        one.y + 2 < other.y + other.height &&
        other.y + 2 < one.y + one.height;
      const over = texts.flatMap((one, at) =>
        texts.slice(at + 1).flatMap((other) => (isOver(one.box, other.box) ? [`${one.said} / ${other.said}`] : [])),
      );
      return { count: texts.length, cut: texts.filter(({ box }) => isCut(box)).map(({ said }) => said), over };
    });
    expect(count).toBeGreaterThan(3);
    expect(cut, "beyond the picture").toEqual([]);
    expect(over, "on others").toEqual([]);
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`a narrow screen has the tables in the place of the pictures, ${locale}, ${javaScriptEnabled ? "with" : "without"} scripts`, async ({ watched }) => {
      const page = await (await watched({ locale, viewport: { width: 390, height: 900 }, javaScriptEnabled })).newPage();
      await enter(page, "citizen");
      await page.goto("/me/records");
      for (const name of ["timeline", "relations"]) {
        const section = page.locator(`section[aria-labelledby=${name}]`);
        await expect(section.locator("figure"), name).toBeHidden();
        await expect(section.locator("details summary"), `${name}: nothing has to be opened`).toBeHidden();
        await expect(section.locator("details tbody tr").first(), name).toBeVisible();
        await expect(section.locator("details tbody tr").last(), name).toBeVisible();
      }
      await checkWidth(page, "own records on a narrow screen");
      if (javaScriptEnabled) await checkAccessibility(page, "own records on a narrow screen");
    });
  }
}
