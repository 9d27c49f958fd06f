// A run seen otherwise than in the space-time diagram: as a cluster, by its logs, as a table of its events. They share
// the one playhead and the one selection, and a link opens what it was made of.

import assert from "node:assert/strict";
import test from "node:test";

import { copyLink, openExample, pause, playhead, press, ready, telling, until } from "./hands.mjs";
import { open } from "./harness.mjs";
import { sideways, smallTargets, violations } from "./sight.mjs";

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const LOOKS = [
  ["desk", DESK, {}],
  ["phone", PHONE, { hasTouch: true, isMobile: true, deviceScaleFactor: 2 }],
];

const view = (page, name) => page.locator(`[data-view="${name}"]`);
const picked = (page) => page.locator("[data-pick]").getAttribute("data-pick");

/** A page that shows this, in which nothing moves. */
async function at(t, url, options = {}) {
  const opened = await open(t, { url: `#${url}`, viewport: DESK, ...options });
  await started(opened.page);
  return opened;
}

async function started(page) {
  await page.waitForFunction(() => !document.getElementById("starting") && document.querySelector(".sights"));
  await pause(page);
}

/** The example in which a leader is cut off, at a moment. */
async function cutOff(page, ms) {
  await openExample(page, "A leader cut off");
  await pause(page);
  await page.locator(".scrubber").evaluate((field, ms) => {
    field.value = ms;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, ms);
  await page.waitForFunction((ms) => document.querySelector(".clock").textContent.startsWith(String(ms / 1000)), ms);
}

/** The rows on the page: their events. */
const rows = (page) => page.locator("[data-event]").evaluateAll((rows) => rows.map((row) => row.dataset.event));

test("each view is one key and one click away", async (t) => {
  const { page } = await at(t, "raft?t=950ms");
  for (const [key, name] of [["2", "cluster"], ["3", "logs"], ["4", "table"]]) {
    await page.keyboard.press(key);
    await view(page, name).waitFor();
    await page.keyboard.press("1");
    await page.locator("svg.body").waitFor();
    await page.getByRole("button", { name: new RegExp(name, "i"), exact: true }).click();
    await view(page, name).waitFor();
    assert.equal(await page.locator('.sight[aria-pressed="true"]').count(), 1);
  }
});

test("a protocol that keeps no logs has none to show, and a link that asks for them opens the diagram", async (t) => {
  const { page } = await at(t, "paxos?t=200ms&view.as=logs");
  await page.locator("svg.body").waitFor();
  assert.deepEqual(await page.locator(".sight").allTextContents(), ["Space-time", "Cluster", "Table"]);
  await page.keyboard.press("2");
  await view(page, "cluster").waitFor();
  await page.keyboard.press("3");
  await press(page, "ArrowRight");
  assert.equal(await view(page, "cluster").count(), 1);
});

test("a link opens the same view, and one without opens the diagram", async (t) => {
  const context = { permissions: ["clipboard-read", "clipboard-write"] };
  const { page } = await at(t, "raft?t=950ms", { context });
  assert.ok(!(await copyLink(page)).includes("view."));
  await page.keyboard.press("4");
  await view(page, "table").waitFor();
  const link = await copyLink(page);
  assert.match(link, /view\.as=table/);
  const other = await page.context().newPage();
  await other.goto(link);
  await started(other);
  await view(other, "table").waitFor();
  assert.equal((await playhead(other)).now, (await playhead(page)).now);
});

test("in the cluster messages move with the playhead, and a step shows what has arrived", async (t) => {
  const { page, shot } = await at(t, "raft?t=1.412s&view.as=cluster");
  const ends = () => page.locator(".cluster-picture line.arrow").evaluateAll((lines) => lines.map((line) => [line.dataset.target, line.getAttribute("x2")].join()));
  const before = await ends();
  assert.ok(before.length > 0);
  await page.keyboard.press("Space");
  await until(async () => (await ends()).join() !== before.join(), "messages that move");
  await page.keyboard.press("Space");
  await until(async () => (await press(page, "ArrowRight"), await page.locator(".cluster-picture .arrow.delivered").count()) === 1, "an arrival");
  await shot("views-cluster-step");
});

test("with reduced motion nothing moves in the cluster but when something happens", async (t) => {
  const { page } = await at(t, "raft?t=1.412s&view.as=cluster", { context: { reducedMotion: "reduce" } });
  const drawn = () => page.evaluate(() => [document.querySelector(".place").dataset.place, document.querySelector(".cluster-picture").innerHTML]);
  await page.keyboard.press("Space");
  const seen = new Map();
  for (let look = 0; look < 60; look += 1) {
    const [place, picture] = await drawn();
    assert.equal(seen.get(place) ?? picture, picture, `two pictures after event ${place}`);
    seen.set(place, picture);
  }
  await page.keyboard.press("Space");
});

test("a click in the cluster opens a node's menu, and looks into a message", async (t) => {
  const { page } = await at(t, "raft?t=1.412s&view.as=cluster");
  await page.locator('.cluster-picture text.node-name[data-target="lane B"]').click();
  const menu = page.locator('[data-sheet="lane"]');
  await menu.waitFor();
  await telling(page, () => menu.getByRole("button", { name: "Crash", exact: true }).click());
  await page.locator('.cluster-picture .node.down[data-target="lane B"]').waitFor();
  const message = page.locator('.cluster-picture text.label[data-target^="message"]').first();
  const target = await message.getAttribute("data-target");
  await message.click();
  assert.equal(`message ${await picked(page)}`, target);
  await page.locator(".cluster-picture .selected-line").waitFor();
  await page.keyboard.press("1");
  await page.locator("svg.body").waitFor();
  assert.equal(`message ${await picked(page)}`, target, "it is the same selection");
});

test("a partition is drawn as a cut between its sides, with the stale leader behind it", async (t) => {
  const { page, shot } = await at(t, "raft");
  await cutOff(page, 3508);
  await page.keyboard.press("2");
  await page.locator(".cluster-picture .parting-edge").waitFor();
  const words = await page.locator(".cluster-picture text").allTextContents();
  assert.ok(words.some((word) => word.includes("partition B C | A D E")), words.join());
  assert.ok(words.some((word) => word.includes("stale")), words.join());
  await shot("views-cluster-partition");
});

test("logs show what conflicts and how far each is committed, and an entry leads to where it came from", async (t) => {
  const { page, shot } = await at(t, "raft");
  await cutOff(page, 3800);
  await page.keyboard.press("3");
  await view(page, "logs").waitFor();
  const row = (node) => page.locator(`[data-log="${node}"]`);
  assert.equal(await row("C").locator(".conflicts").count(), 1);
  assert.equal(await row("D").locator(".conflicts").count(), 0);
  assert.equal(await row("C").locator(".commit-line").getAttribute("data-entry-at"), "5");
  assert.match(await row("D").innerText(), /leader 2\s*committed 8/);
  await shot("views-logs-conflict");
  await row("C").locator(".conflicts").click();
  assert.match(await picked(page), /^C:/);
  const { clock } = await playhead(page);
  await page.keyboard.press("g");
  await page.waitForFunction((clock) => document.querySelector(".clock").textContent !== clock, clock);
  assert.equal(await row("C").locator("[data-entry-at]").count(), 6, "there it was new");
  assert.equal(await row("C").locator(".fresh").count(), 1);
});

test("the table shows every event, marks the playhead and keeps it in sight", async (t) => {
  const { page, shot } = await at(t, "raft?t=950ms&view.as=table");
  const table = page.getByRole("grid");
  const { event } = await playhead(page);
  assert.equal(Number(await table.getAttribute("aria-rowcount")), Number((await page.locator(".place").textContent()).match(/of (\d+)/)[1]) + 1);
  const now = page.locator(".event-row.now");
  assert.equal(await now.getAttribute("aria-rowindex"), String(event + 1));
  await press(page, ...Array(30).fill("ArrowRight"));
  assert.equal(await now.getAttribute("aria-rowindex"), String(event + 31));
  const inSight = () => now.evaluate((row) => {
    const [box, room] = [row.getBoundingClientRect(), row.closest(".rows").getBoundingClientRect()];
    return box.top > room.top && box.bottom <= room.bottom + 1;
  });
  await until(inSight, "the playhead's row");
  assert.ok((await rows(page)).length < 80, "only the rows in sight are on the page");
  await page.keyboard.press("End");
  await until(inSight, "the playhead's row at the end");
  await shot("views-table-end");
});

test("rows are chosen with a click and with the arrow keys, and Enter goes there", async (t) => {
  const { page } = await at(t, "raft?t=950ms&view.as=table");
  const row = page.locator(".event-row.ahead").nth(3);
  const event = await row.getAttribute("data-event");
  await row.click();
  assert.equal(await picked(page), event);
  const all = await rows(page);
  await page.keyboard.press("ArrowDown");
  const next = all[all.indexOf(event) + 1];
  await page.waitForFunction((next) => document.querySelector("[data-pick]").dataset.pick === next, next);
  await page.locator(`.event-row[data-event="${next}"][aria-selected="true"]`).waitFor();
  await page.keyboard.press("Enter");
  await page.locator(`.event-row.now[data-event="${next}"]`).waitFor();
  await page.keyboard.press("1");
  await page.locator("svg.body .selected").waitFor();
  assert.equal(await picked(page), next, "it is the same selection");
});

test("a keyboard alone reaches the table, and the playhead's row is where it begins", async (t) => {
  const { page } = await at(t, "raft?t=950ms&view.as=table");
  await page.getByRole("combobox", { name: "Kind", exact: true }).focus();
  await page.keyboard.press("Tab");
  const role = () => page.evaluate(() => document.activeElement.getAttribute("role"));
  // Firefox stops at what scrolls as well.
  if ((await role()) !== "grid") await page.keyboard.press("Tab");
  assert.equal(await role(), "grid");
  const all = await rows(page);
  const now = await page.locator(".event-row.now").getAttribute("data-event");
  await page.keyboard.press("ArrowUp");
  const before = all[all.indexOf(now) - 1];
  await page.waitForFunction((before) => document.querySelector("[data-pick]")?.dataset.pick === before, before);
  assert.equal(await page.getByRole("grid").getAttribute("aria-activedescendant"), `row-${before}`);
});

test("whoever chooses the table goes on in it with the arrow keys; a page that opens takes no focus", async (t) => {
  const { page } = await at(t, "raft?t=950ms&view.as=table");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "BODY");
  const { page: other } = await at(t, "raft?t=950ms");
  await other.keyboard.press("4");
  await view(other, "table").waitFor();
  await other.keyboard.press("ArrowDown");
  const now = await other.locator(".event-row.now").getAttribute("data-event");
  const all = await rows(other);
  await other.locator(`.event-row.picked[data-event="${all[all.indexOf(now) + 1]}"]`).waitFor();
});

test("a search, a node and a kind narrow the table down", async (t) => {
  const { page } = await at(t, "raft?t=950ms&view.as=table");
  const count = async () => Number((await page.locator(".row-count").textContent()).match(/\d+/)[0]);
  const all = await count();
  await page.getByLabel("Search the events").fill("Vote?");
  await until(async () => (await count()) < all, "fewer rows");
  const said = await page.locator(".event-row .what").allTextContents();
  assert.ok(said.length > 0 && said.every((words) => words.includes("vote?")), said.join("\n"));
  const votes = await count();
  await page.getByRole("combobox", { name: "Node", exact: true }).selectOption({ label: "A" });
  await until(async () => (await count()) < votes, "A's rows alone");
  assert.deepEqual([...new Set(await page.locator(".event-row .who").allTextContents())], ["A"]);
  await page.getByLabel("Search the events").fill("");
  await page.getByRole("combobox", { name: "Kind", exact: true }).selectOption({ label: "timer" });
  await page.waitForFunction(() => [...document.querySelectorAll(".event-row .sort")].every((cell) => cell.textContent === "timer"));
});

test("a quiz hides in every view what is to come", async (t) => {
  const { page } = await at(t, "raft?t=950ms&quiz&view.as=table");
  const { event } = await playhead(page);
  assert.equal(await page.getByRole("grid").getAttribute("aria-rowcount"), String(event + 1));
  assert.equal(await page.locator(".event-row.ahead").count(), 0);
  assert.doesNotMatch(await page.locator(".rows").innerText(), /lost|cut off/);
});

test("a long run has only the rows in sight on the page, and is searched at once", async (t) => {
  const { page } = await at(t, "raft?until=200s&t=150s&view.as=table");
  await page.waitForFunction(() => !document.querySelector(".place").textContent.includes("computing"));
  assert.ok(Number(await page.getByRole("grid").getAttribute("aria-rowcount")) > 30_000);
  assert.ok((await rows(page)).length < 80);
  await page.locator(".event-row.now").waitFor();
});

for (const [place, viewport, context] of LOOKS) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${place}, ${colorScheme}: nothing sticks out, every target can be hit, axe finds nothing serious`, async (t) => {
      const { page, shot } = await at(t, "raft", { viewport, colorScheme, context });
      await cutOff(page, 3800);
      for (const [key, name] of [["2", "cluster"], ["3", "logs"], ["4", "table"]]) {
        await page.keyboard.press(key);
        await view(page, name).waitFor();
        await shot(`views-${place}-${colorScheme}-${name}`);
        assert.deepEqual(await sideways(page), [], `${name}: wider than the window`);
        assert.deepEqual(await smallTargets(page), [], `${name}: targets below 24 px`);
        assert.deepEqual(await violations(page), [], name);
        assert.deepEqual(await smallText(page), [], `${name}: text below 12 px`);
      }
    });
  }
}

/** Text of the view that is smaller than 12 px. */
function smallText(page) {
  return page.evaluate(() => {
    const texts = document.querySelectorAll("[data-view] text, [data-view] td, [data-view] th, [data-view] span, [data-view] button");
    const small = [...texts].filter((text) => text.textContent && parseFloat(getComputedStyle(text).fontSize) < 11.9);
    return [...new Set(small.map((text) => `${text.className.baseVal ?? text.className}: ${text.textContent}`))];
  });
}
