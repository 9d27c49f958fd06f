// A thousand nodes in the page: it draws them, steps, scrolls to the last one, and runs again after an edit.

import assert from "node:assert/strict";
import test from "node:test";

import { card, pause, playhead, press, ready, telling, toNode, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };
const NODES = 1_000;

test("a rumour among a thousand nodes is drawn, stepped, scrolled and edited", async (t) => {
  const { page, shot } = await open(t, { url: `#gossip?nodes=${NODES}&t=300ms`, viewport: SIZE });
  await ready(page);
  await pause(page);
  const before = await playhead(page);
  await press(page, "ArrowRight", "ArrowRight");
  assert.equal((await playhead(page)).event, before.event + 2);
  await press(page, "ArrowLeft");

  // The last lane is there, with its name beside it.
  const scroll = page.locator(".scroll");
  await scroll.evaluate((scroll) => scroll.scrollTo({ top: scroll.scrollHeight }));
  const last = page.locator('svg.heads text[data-target="lane ALL"]', { hasText: /^ALL/ });
  await last.waitFor();
  const inSight = () => last.evaluate((text) => text.getBoundingClientRect().bottom <= window.innerHeight);
  await until(inSight, "the last lane");
  await shot("thousand-last");

  // An edit is another run, and undo takes it back.
  await toNode(page, "ALL", "Crash");
  await until(async () => (await card(page, "ALL")).condition === "down", "a node that is down");
  await telling(page, () => page.keyboard.press("Control+z"));
  await until(async () => (await card(page, "ALL")).condition === "up", "the node that is up again");
});

test("a thousand nodes are a ring of dots, without words upon one another", async (t) => {
  const { page, shot } = await open(t, { url: `#gossip?nodes=${NODES}&t=300ms`, viewport: SIZE });
  await ready(page);
  await pause(page);
  await page.keyboard.press("2");
  const nodes = page.locator(".cluster-picture circle.node");
  await until(async () => (await nodes.count()) === NODES, "a thousand dots");
  await shot("thousand-cluster");
  const crowd = await page.evaluate(() => {
    const dots = [...document.querySelectorAll(".cluster-picture circle.node")];
    const widest = Math.max(...dots.map((dot) => 2 * dot.r.baseVal.value));
    return { widest, names: document.querySelectorAll(".cluster-picture .node-name").length };
  });
  assert.ok(crowd.widest < 4, `${crowd.widest} px`);
  assert.equal(crowd.names, 1, "the client's alone");
  await press(page, "ArrowRight");
});
