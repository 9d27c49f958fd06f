// The diagram for those who have a keyboard and ears alone: one stop of Tab, arrows from mark to mark, and each mark told
// in a sentence. What is announced is read from the browser's own accessibility tree.

import assert from "node:assert/strict";
import test from "node:test";

import { pause, playhead, press, ready, until } from "./hands.mjs";
import { undrivable } from "./browser.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

async function raft(t, options = {}) {
  const opened = await open(t, { url: "#raft?t=950ms", viewport: SIZE, ...options });
  await ready(opened.page);
  await pause(opened.page);
  return opened;
}

/** What has the focus, and what is active in it: { role, name, description, active }. */
async function heard(page) {
  return page.evaluate(() => {
    const focused = document.activeElement;
    const active = document.getElementById(focused.getAttribute("aria-activedescendant") ?? "");
    return {
      role: focused.getAttribute("role"),
      name: focused.getAttribute("aria-label"),
      description: focused.getAttribute("aria-description"),
      active: active && focused.contains(active) ? active.getAttribute("aria-label") : null,
    };
  });
}

/** Tabs on until the focus is where this is the name. */
async function tabTo(page, name) {
  for (let count = 0; count < 60; count += 1) {
    await page.keyboard.press("Tab");
    if ((await heard(page)).name !== name) continue;
    // What hears the keys is here.
    if (/^Marks/.test(name)) await page.locator(".scroll span[role=status]").first().waitFor({ state: "attached" });
    return;
  }
  assert.fail(`${name} is not reached by Tab`);
}

const pick = (page) => page.locator("[data-pick]").getAttribute("data-pick");

/** Presses a key and waits for another mark to be told. */
async function go(page, key) {
  const before = (await heard(page)).active;
  await page.keyboard.press(key);
  await until(async () => ![before, null].includes((await heard(page)).active), `another mark to be told after ${key}`);
  return (await heard(page)).active;
}

test("the diagram is one stop of Tab, and says how one goes through it", async (t) => {
  const { page } = await raft(t);
  await tabTo(page, "Marks of the diagram");
  const { role, description } = await heard(page);
  assert.equal(role, "application");
  assert.match(description, /^Arrows go from mark to mark/);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.closest(".scroll")), null, "one stop");
});

test("a key that comes before what hears it does not step the run", async (t) => {
  const { page } = await raft(t);
  const { event } = await playhead(page);
  await page.locator(".scroll").focus();
  for (const key of ["ArrowRight", "ArrowLeft", "ArrowLeft", "Home"]) await page.keyboard.press(key);
  await page.locator(".scroll span[role=status]").first().waitFor({ state: "attached" });
  assert.equal((await playhead(page)).event, event);
});

test("arrows go along a lane and across, each mark is told in a sentence, and the playhead stays", async (t) => {
  const { page, shot } = await raft(t);
  const { event } = await playhead(page);
  await tabTo(page, "Marks of the diagram");
  const first = await go(page, "ArrowRight");
  assert.match(first, /\d.* Event [A-Z]\w*:\d+$/, first);
  const node = (await pick(page)).split(":")[0];
  const told = await go(page, "ArrowLeft");
  assert.notEqual(told, first);
  assert.equal((await pick(page)).split(/[:#]/)[0], node, "along the lane");
  await go(page, "ArrowRight");
  const across = await go(page, node === "A" ? "ArrowDown" : "ArrowUp");
  assert.notEqual((await pick(page)).split(/[:#]/)[0], node, across);
  assert.equal((await playhead(page)).event, event);
  await shot("marks");

  // The first and the last of the lane, brought into sight.
  for (const key of ["Home", "End"]) {
    await go(page, key);
    await until(async () => page.evaluate(() => {
      const [mark, pane] = [".selected", ".scroll"].map((found) => document.querySelector(found)?.getBoundingClientRect());
      return mark && mark.left >= pane.left && mark.right <= pane.right;
    }), `the mark to be in sight after ${key}`);
  }
  // Nothing lies beyond the last.
  const last = await pick(page);
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(100);
  assert.equal(await pick(page), last);
});

test("the browser tells assistive technology of the mark that is active", undrivable("only Chromium hands out its accessibility tree"), async (t) => {
  const { page, context } = await raft(t);
  await tabTo(page, "Marks of the diagram");
  const words = await go(page, "ArrowRight");
  const session = await context.newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const property = (node, name) => node.properties?.find((property) => property.name === name)?.value;
  const focused = nodes.find((node) => node.role?.value === "application" && property(node, "focused")?.value);
  assert.equal(focused.name.value, "Marks of the diagram");
  const active = property(focused, "activedescendant").relatedNodes[0];
  const mark = nodes.find((node) => node.backendDOMNodeId === active.backendDOMNodeId);
  assert.equal(mark.name.value, words);
});

test("messages are followed to their arrival and back, cause and effect alike", async (t) => {
  const { page } = await raft(t);
  await tabTo(page, "Marks of the diagram");
  await go(page, "ArrowRight");
  // To an event that sent something.
  for (let count = 0; count < 40 && !/Sends/.test((await heard(page)).active); count += 1) await go(page, "ArrowLeft");
  const event = await pick(page);
  const message = await go(page, ">");
  assert.match(message, /, from \w+ to \w+, sent at .*Message [A-Z]\w*#\d+$/, message);
  const to = message.match(/ to (\w+),/)[1];
  await go(page, ">");
  assert.equal((await pick(page)).split(":")[0], to, "its arrival");
  await go(page, "<");
  await go(page, "<");
  assert.equal(await pick(page), event);
});

test("Enter opens what can be done, and Escape leads back to the mark", async (t) => {
  const { page } = await raft(t);
  await tabTo(page, "Marks of the diagram");
  await go(page, "ArrowRight");
  await page.keyboard.press("Enter");
  const menu = page.locator('[data-sheet="lane"]');
  await menu.waitFor();
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  assert.ok(await pick(page), "still looked into");
});

test("where the focus is elsewhere, what keys pick is said all the same", async (t) => {
  const { page } = await raft(t);
  await page.keyboard.press("e");
  await page.keyboard.press("Shift+ArrowLeft");
  await until(async () => (await page.locator(".scroll span[role=status]").allTextContents()).some((words) => /Event [A-Z]\w*:\d+$/.test(words)), "the mark to be said");
});

test("arrows point where they go on a phone too, where time runs down", async (t) => {
  const { page } = await raft(t, { viewport: { width: 390, height: 844 } });
  await page.locator(".scroll").focus();
  await page.locator(".scroll span[role=status]").first().waitFor({ state: "attached" });
  await go(page, "ArrowDown");
  const node = (await pick(page)).split(":")[0];
  await go(page, "ArrowUp");
  assert.equal((await pick(page)).split(/[:#]/)[0], node);
  await go(page, node === "A" ? "ArrowRight" : "ArrowLeft");
  assert.notEqual((await pick(page)).split(/[:#]/)[0], node);
});

test("in the cluster arrows go round the ring, and Enter opens what can be done with a node", async (t) => {
  const { page, shot } = await raft(t);
  await page.keyboard.press("2");
  await page.locator(".cluster-picture").waitFor();
  await tabTo(page, "Nodes of the cluster");
  const told = [];
  for (let count = 0; count < 7; count += 1) {
    await page.keyboard.press("ArrowRight");
    await until(async () => (await heard(page)).active !== (told.at(-1) ?? null), "the next node");
    told.push((await heard(page)).active);
  }
  assert.deepEqual(told.map((words) => words.split(",")[0]), ["A", "B", "C", "D", "E", "c1", "A"]);
  assert.match(told[0], /^A, \w+ \d/);
  assert.equal(await page.locator(".node-chosen").count(), 1);
  await shot("cluster-keys");
  await page.keyboard.press("Enter");
  await page.locator('[data-sheet="lane"]').waitFor();
});

test("two branches over one another: from side to side, and what only one has is told so", async (t) => {
  const { page } = await raft(t);
  await press(page, "B");
  await page.keyboard.press("e");
  await press(page, "c");
  await page.keyboard.press("Escape");
  await page.keyboard.press("O");
  await page.locator(".over-pane svg.body .event").first().waitFor({ state: "attached" });
  await tabTo(page, "Marks of both branches");
  await go(page, "ArrowRight");
  const seen = new Set();
  for (const key of ["End", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"]) {
    const before = (await heard(page)).active;
    await page.keyboard.press(key);
    await until(async () => (await heard(page)).active !== null, "a mark to be told");
    await page.waitForTimeout(60);
    const words = (await heard(page)).active;
    if (words !== before) seen.add(words.match(/^Only in ([^:]+):/)?.[1] ?? "both");
  }
  assert.ok(seen.has("First") && seen.has("Branch 2"), [...seen].join());
});
