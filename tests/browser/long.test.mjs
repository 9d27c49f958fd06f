// A long sitting: hundreds of steps forth and back, panels that come and go, documents opened one after another. The
// harness fails on anything that goes wrong in the page meanwhile.

import assert from "node:assert/strict";
import test from "node:test";

import { cards, drawing, assertSameDrawing, openExample, pause, playhead, press, ready, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

test("two hundred steps forth and back, with panels that come and go, end where they began", async (t) => {
  const { page } = await open(t, { url: "#raft", viewport: SIZE });
  await ready(page);
  await pause(page);
  await press(page, "Home", "ArrowRight");
  const before = { place: (await playhead(page)).place, cards: await cards(page), drawn: await drawing(page) };
  const panels = ["Next", "Nodes", "Invariants", "Script", "Set-up"];
  const fold = (step) => page.getByRole("button", { name: panels[step % panels.length], exact: true }).click();
  for (const key of ["ArrowRight", "ArrowLeft"]) {
    for (let step = 0; step < 200; step += 1) {
      await press(page, key);
      if (step % 10 === 0) await fold(step / 10);
      if (step % 25 === 0) await page.keyboard.press(step % 50 === 0 ? "e" : "Escape");
    }
  }
  await page.keyboard.press("Escape");
  await page.locator("[data-pick]").waitFor({ state: "detached" });
  assert.equal((await playhead(page)).place, before.place);
  assert.deepEqual(await cards(page), before.cards);
  assertSameDrawing(await drawing(page), before.drawn);
});

test("holding a key down steps as fast as the page can", async (t) => {
  const { page } = await open(t, { url: "#raft", viewport: SIZE });
  await ready(page);
  await pause(page);
  await press(page, "Home");
  for (let step = 0; step < 200; step += 1) await page.keyboard.down("ArrowRight");
  await page.keyboard.up("ArrowRight");
  const { event } = await playhead(page);
  assert.ok(event >= 200, `event ${event}`);
  for (let step = 0; step < 200; step += 1) await page.keyboard.down("ArrowLeft");
  await page.keyboard.up("ArrowLeft");
  await until(async () => (await playhead(page)).event === 0, "the beginning");
});

test("every protocol and every example opens, plays and steps", async (t) => {
  const { page } = await open(t, { url: "#raft", viewport: SIZE });
  await ready(page);
  const titles = (list) =>
    page.getByRole("combobox", { name: list, exact: true }).locator("option").allTextContents();
  for (const protocol of await titles("Protocol")) {
    await page.getByRole("combobox", { name: "Protocol", exact: true }).selectOption({ label: protocol });
    await page.waitForFunction(
      (title) => document.querySelector("select[name=protocol]").selectedOptions[0].textContent === title,
      protocol,
    );
    for (const example of (await titles("Examples")).slice(1)) {
      await openExample(page, example);
      await pause(page);
      await press(page, "End", "ArrowLeft", "Home", "ArrowRight");
      assert.equal(await page.locator(".banner.trouble").isVisible(), false, example);
    }
  }
});
