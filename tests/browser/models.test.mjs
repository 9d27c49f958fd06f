// What a person can do to nodes, clocks and messages beyond crashes and cuts: suspended machines, clocks of every kind,
// slow steps, lies, and altered messages.

import assert from "node:assert/strict";
import test from "node:test";

import { laneMenu, pause, press, ready, script, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

/** What the script says more once a thing is done. */
async function added(page, deed) {
  const before = await script(page);
  await deed();
  await until(async () => (await script(page)).length === before.length + 1, "an entry more");
  return (await script(page)).filter((line) => !before.includes(line)).join();
}

test("a node's menu sets clocks in every way, slows steps, and makes it lie; each is one entry, and undo takes it out", async (t) => {
  const { page, shot } = await open(t, { url: "#raft?t=500ms", viewport: SIZE });
  await ready(page);
  await pause(page);
  const menu = async () => {
    await laneMenu(page, "A");
    const more = page.getByText("Clocks, slow steps and lies");
    if (!(await page.locator("details.menu-more[open]").count())) await more.click();
  };
  for (const [row, button, told] of [
    ["wall clock", "leap second", /Clock of A|A.*clock/],
    ["wall clock", "slewed true", /Clock of A|A.*clock/],
    ["it is", "stopped", /Clock of A|A.*clock/],
    ["believes ±", "10 ms", /Clock of A|A.*clock/],
    ["a step takes", "5 ms", /A becomes slow/],
    ["it lies", "equivocates", /A says one thing to some/],
    ["it lies", "is honest", /A .*honest|truth/],
  ]) {
    await menu();
    const before = (await script(page)).length;
    const line = await added(page, () => page.getByRole("group", { name: row, exact: true }).getByRole("button", { name: button, exact: true }).click());
    assert.match(line, told, button);
    if (button === "stopped") await shot("menu-models");
    await page.keyboard.press("Escape");
    await press(page, "u");
    await until(async () => (await script(page)).length === before, "undone");
  }
  await menu();
  const field = page.getByLabel("says term is");
  await field.fill("9");
  assert.match(await added(page, () => field.press("Tab")), /term/);
});

test("a message's numbers can be altered on its way: another form of it goes on, and says so", async (t) => {
  const { page, shot } = await open(t, { url: "#raft?t=900ms", viewport: SIZE });
  await ready(page);
  await pause(page);
  // From what has just happened back to the message that caused it.
  await page.keyboard.press("e");
  const detail = page.locator(".look-message h3");
  for (let step = 0; step < 30 && !(await detail.count()); step += 1) {
    await page.keyboard.press("<");
    if (!(await detail.count())) await page.keyboard.press("Shift+ArrowLeft");
  }
  await detail.waitFor();
  await page.keyboard.press("m");
  const field = page.locator('[data-sheet="message"]').getByLabel("alter term");
  await field.waitFor();
  await shot("menu-alter");
  await field.fill("9");
  assert.match(await added(page, () => field.press("Tab")), /term/);
  await page.locator('svg.body [data-target^="message "][data-target*="/"]').first().waitFor({ state: "attached" });
});
