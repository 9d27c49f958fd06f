// The keyboard alone, and a clicker before an audience: everything that a lecture needs is one key away.

import assert from "node:assert/strict";
import test from "node:test";

import { card, laneMenu, openProtocol, pause, playhead, press, ready, script, telling } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

async function raft(t) {
  const opened = await open(t, { url: "#raft?t=950ms", viewport: SIZE });
  await ready(opened.page);
  await pause(opened.page);
  return opened;
}

const look = (page) => page.locator("[data-pick]");

test("“c” crashes the node whose menu is open, and recovers it", async (t) => {
  const { page } = await raft(t);
  for (const condition of ["down", "up"]) {
    const menu = await laneMenu(page, "D");
    await press(page, "c");
    await menu.waitFor({ state: "detached" });
    assert.equal((await card(page, "D")).condition, condition);
  }
  assert.deepEqual(await script(page), ["D crashes", "D recovers"]);
});

test("“c” crashes the node of the event that is looked into; with nothing selected it asks which", async (t) => {
  const { page, shot } = await raft(t);
  await page.keyboard.press("e");
  const [node] = (await look(page).getAttribute("data-pick")).split(":");
  await press(page, "c");
  assert.deepEqual(await script(page), [`${node} crashes`]);
  await press(page, "u");
  await page.keyboard.press("Escape");

  await page.keyboard.press("c");
  const asked = page.locator('[data-sheet="crash"]');
  await asked.waitFor();
  assert.deepEqual(await asked.locator(".menu-life button").allTextContents(), ["Crash A", "Crash B", "Crash C", "Crash D", "Crash E"]);
  await shot("crash-which");
  await telling(page, () => asked.getByRole("button", { name: "Crash E" }).click());
  await asked.waitFor({ state: "detached" });
  assert.deepEqual(await script(page), ["E crashes"]);
  await page.keyboard.press("c");
  await asked.getByRole("button", { name: "Recover E" }).waitFor();
  await page.keyboard.press("c");
  await asked.waitFor({ state: "detached" });
});

test("what was looked into and is undone is looked into no longer; what is still there stays", async (t) => {
  const { page } = await raft(t);
  await laneMenu(page, "B");
  await press(page, "c");
  await page.keyboard.press("e");
  await look(page).waitFor();
  assert.match(await look(page).innerText(), /crash/i);
  await press(page, "u");
  await look(page).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelectorAll("svg.body .selected, svg.body .glow").length === 0);

  await page.keyboard.press("e");
  const before = await look(page).getAttribute("data-pick");
  await press(page, "Control+Shift+z");
  await press(page, "u");
  assert.equal(await look(page).getAttribute("data-pick"), before);
});

test("panels, text, sharing and the partition editor are a key away, and the same key puts them away", async (t) => {
  const { page } = await raft(t);
  const large = page.locator(".page.large");
  await page.keyboard.press("t");
  await large.waitFor();
  await page.keyboard.press("t");
  await large.waitFor({ state: "detached" });
  const side = page.getByRole("complementary", { name: "Panels" });
  await page.keyboard.press("h");
  await side.waitFor({ state: "hidden" });
  await page.keyboard.press("h");
  await side.waitFor();
  for (const [key, sheet] of Object.entries({ s: "share", p: "partition", "?": "help" })) {
    await page.keyboard.press(key);
    await page.locator(`[data-sheet="${sheet}"]`).waitFor();
    await page.keyboard.press(key);
    await page.locator(`[data-sheet="${sheet}"]`).waitFor({ state: "detached" });
  }
});

test("what is written into a field is written there, and does nothing else", async (t) => {
  const { page } = await raft(t);
  const menu = await laneMenu(page, "B");
  const field = menu.getByLabel("called");
  await field.fill("");
  await field.pressSequentially("chaps, ft.b");
  assert.equal(await field.inputValue(), "chaps, ft.b");
  assert.deepEqual(await script(page), []);
  assert.equal(await page.locator(".page.large, [data-sheet=share], [data-sheet=crash]").count(), 0);
});

test("the list of keys names every one of them", async (t) => {
  const { page } = await raft(t);
  await page.keyboard.press("?");
  // The keys of a lab's lecture are told only within a lab.
  const keys = page.locator(".keys:visible kbd");
  await keys.first().waitFor();
  const named = await keys.allTextContents();
  for (const key of ["c", "p", "f", "w", "t", "h", "s", "e", "g", "u", "[", "]", "?", "Page Down", "Page Up"]) {
    assert.ok(named.includes(key), `${key} is missing`);
  }
});

test("a clicker steps forth and back, and its other buttons do no harm", async (t) => {
  const { page } = await raft(t);
  const step = async (where) => {
    const { event } = await playhead(page);
    await press(page, "PageDown", "PageDown", "PageUp");
    assert.equal((await playhead(page)).event, event + 1, where);
  };
  await step("at once");
  await page.locator(".scroll").focus();
  await step("in the diagram");
  await page.getByRole("slider", { name: "Moment of the run" }).focus();
  await step("on the scrubber");
  await page.keyboard.press("?");
  await step("with the help open");
  await page.keyboard.press("Escape");
  const list = page.getByRole("combobox", { name: "Labels" });
  await list.selectOption("kinds");
  await step("after a list was chosen from");

  const plays = page.getByRole("button", { name: "Pause", exact: true });
  for (const blank of [".", "b"]) {
    await page.keyboard.press(blank);
    await plays.waitFor();
    await page.keyboard.press(blank);
    await plays.waitFor({ state: "detached" });
  }
  const left = await playhead(page);
  await page.keyboard.press("Escape");
  await page.reload();
  await ready(page);
  assert.deepEqual(await playhead(page), left, "F5, which starts a slide show, reloads");
});

test("letters can be turned off as keys; arrows and Space go on", async (t) => {
  const { page } = await open(t, { url: "#raft?t=900ms", viewport: { width: 1440, height: 900 } });
  await ready(page);
  await pause(page);
  await page.getByRole("button", { name: "Diagram options" }).click();
  await page.getByRole("checkbox", { name: /Letters and signs are keys/ }).uncheck();
  await page.keyboard.press("Escape");
  for (const key of ["p", "v", "J", "?", "s"]) await page.keyboard.press(key);
  assert.equal(await page.locator("[data-sheet], [data-lecture]").count(), 0);
  const before = (await playhead(page)).event;
  await press(page, "ArrowRight");
  assert.equal((await playhead(page)).event, before + 1);
  await page.reload();
  await ready(page);
  await page.keyboard.press("p");
  assert.equal(await page.locator("[data-sheet]").count(), 0, "it is remembered");
});

test("whoever has stopped what plays is not made to watch the next protocol play; whoever watches goes on watching", async (t) => {
  const { page } = await raft(t);
  const button = (name) => page.getByRole("button", { name, exact: true });
  await openProtocol(page, "paxos");
  await button("Play").waitFor();
  const { event } = await playhead(page);
  await page.waitForTimeout(400);
  assert.equal((await playhead(page)).event, event, "it stands");
  await page.keyboard.press("Space");
  await button("Pause").waitFor();
  await openProtocol(page, "raft");
  await button("Pause").waitFor();
});
