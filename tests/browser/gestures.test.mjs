// The diagram under the hand: what is dragged says what it will do before it is let go, lands in the script, and one undo
// takes it back. Each has a way by keys, and one by touch.

import assert from "node:assert/strict";
import test from "node:test";

import { pause, press, ready, script, telling, typeInto, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

/** Raft on a line of true time, standing at 0.9 s with nothing done to it. */
async function raft(t, options = {}) {
  const opened = await open(t, { url: "#raft?t=900ms", viewport: SIZE, ...options });
  await ready(opened.page);
  await pause(opened.page);
  assert.deepEqual(await script(opened.page), []);
  return opened;
}

/** The middle of a mark, in the window. */
async function middle(locator) {
  const box = await locator.boundingBox();
  assert.ok(box, "the mark is not on the page");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Drags in steps, as a hand does; tells what the page said it would do just before letting go. */
async function drag(page, from, to, { letGo = true } = {}) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let step = 1; step <= 5; step += 1) {
    await page.mouse.move(from.x + ((to.x - from.x) * step) / 5, from.y + ((to.y - from.y) * step) / 5);
  }
  const words = await page.locator(".proposal").textContent();
  if (letGo) await page.mouse.up();
  return words;
}

/** Where a node's lane is, and the part of the window in which it is seen. */
async function lane(page, node) {
  const head = await middle(page.locator(`svg.heads [data-target="lane ${node}"]`).first());
  const pane = await page.locator(".scroll").boundingBox();
  const heads = await page.locator("svg.heads").boundingBox();
  return { y: head.y, from: heads.x + heads.width + 20, to: pane.x + pane.width - 40, head };
}

/** An arrowhead in sight with room around it. */
async function someHead(page) {
  const pane = await page.locator(".scroll").boundingBox();
  const heads = await page.locator('svg.body [data-target^="head "]').all();
  for (const head of heads) {
    const place = await middle(head);
    if (place.x > pane.x + 300 && place.x < pane.x + pane.width - 300) return { place, id: (await head.getAttribute("data-target")).slice(5) };
  }
  assert.fail("no arrowhead in sight");
}

const seconds = (words) => Number(/(\d+\.\d+) s/.exec(words)[1]);

test("an arrowhead is dragged: the message arrives when it is let go, and one undo takes that back", async (t) => {
  const { page, shot } = await raft(t);
  const { place, id } = await someHead(page);
  let words;
  await telling(page, async () => {
    words = await drag(page, place, { x: place.x + 70, y: place.y + 12 }, { letGo: false });
    await shot("gesture-arrival");
    await page.mouse.up();
  });
  assert.match(words, new RegExp(`\\(${id}\\) arrives at \\d+\\.\\d+ s, after`));
  const [entry, ...others] = await script(page);
  assert.deepEqual(others, []);
  assert.match(entry, new RegExp(`${id}\\) arrives`));
  await press(page, "u");
  assert.deepEqual(await script(page), []);
});

test("a message cannot be dragged to before it was sent", async (t) => {
  const { page } = await raft(t);
  const { place } = await someHead(page);
  const pane = await page.locator(".scroll").boundingBox();
  const words = await drag(page, place, { x: pane.x + 190, y: place.y });
  assert.match(words, /as soon as it is sent/);
  assert.equal((await script(page)).length, 1);
});

test("Escape lets go of what is held, and nothing is done", async (t) => {
  const { page } = await raft(t);
  const { place } = await someHead(page);
  await drag(page, place, { x: place.x + 70, y: place.y }, { letGo: false });
  await page.keyboard.press("Escape");
  await page.locator(".proposal:not([hidden])").waitFor({ state: "detached" });
  await page.mouse.up();
  assert.deepEqual(await script(page), []);
});

test("a span of a lane is drawn: the node stands still for it, and one undo takes both ends back", async (t) => {
  const { page, shot } = await raft(t);
  const { y, from, to } = await lane(page, "B");
  const at = { x: from + (to - from) * 0.55, y: y + 3 };
  const words = await drag(page, at, { x: at.x + 160, y: y + 5 });
  assert.match(words, /^B, .* to .*: crash, pause or cut it off$/);
  const sheet = page.locator('[data-sheet="span"]');
  await sheet.waitFor();
  await shot("gesture-span");
  await telling(page, () => sheet.getByRole("button", { name: "Pause", exact: true }).click());
  const entries = await script(page);
  assert.equal(entries.length, 2, entries.join("; "));
  assert.match(entries.join("; "), /B stands still.*B goes on/);
  await press(page, "u");
  assert.deepEqual(await script(page), []);
});

test("the times of a span can be written; one that ends before it begins is refused", async (t) => {
  const { page } = await raft(t);
  const { y, from, to } = await lane(page, "C");
  const at = { x: from + (to - from) * 0.5, y: y + 3 };
  await drag(page, at, { x: at.x + 90, y });
  const sheet = page.locator('[data-sheet="span"]');
  await sheet.getByLabel("from", { exact: true }).fill("1s");
  await sheet.getByLabel("to", { exact: true }).fill("400ms");
  await sheet.getByText("It must end after it began.").waitFor();
  assert.ok(await sheet.getByRole("button", { name: "Crash", exact: true }).isDisabled());
  await sheet.getByLabel("to", { exact: true }).fill("1200ms");
  await telling(page, () => sheet.getByRole("button", { name: "Crash", exact: true }).click());
  assert.match((await script(page)).join("; "), /C crashes.*C recovers/);
});

test("lanes that are swept are cut off for that time, and the edges of the cut can be dragged", async (t) => {
  const { page, shot } = await raft(t);
  const [d, e] = [await lane(page, "D"), await lane(page, "E")];
  const gap = (e.y - d.y) / 2;
  const from = { x: d.from + (d.to - d.from) * 0.5, y: d.y - gap };
  const reach = { x: from.x + 180, y: e.y + gap * 0.9 };
  let words;
  await telling(page, async () => {
    words = await drag(page, from, reach, { letGo: false });
    await shot("gesture-partition");
    await page.mouse.up();
  });
  assert.match(words, /^D and E cut off from A, B and C, .* s to .* s$/);
  const [entry] = await script(page);
  assert.match(entry, /Partition D E \| A B C until/);
  const before = seconds(/until (.*)/.exec(entry)[1]);
  const edge = await middle(page.locator('svg.body [data-target^="end "]').first());
  await telling(page, () => drag(page, edge, { x: edge.x + 80, y: edge.y }));
  const [longer] = await script(page);
  assert.ok(seconds(/until (.*)/.exec(longer)[1]) > before, `${entry}, then ${longer}`);
  await press(page, "u", "u");
  assert.deepEqual(await script(page), []);
});

test("a clock is set by dragging the node's name along, and made fast by dragging it up", async (t) => {
  const { page } = await raft(t);
  const { head } = await lane(page, "B");
  let words;
  await telling(page, async () => (words = await drag(page, head, { x: head.x + 60, y: head.y + 4 })));
  assert.match(words, /^Clock of B: ahead by 300 ms, from 0\.900 s on$/);
  await telling(page, async () => (words = await drag(page, head, { x: head.x + 4, y: head.y - 40 })));
  assert.match(words, /^Clock of B: runs at \+20 %/);
  assert.deepEqual(
    (await script(page)).map((entry) => entry.replace(/^.*Clock/, "Clock")),
    ["Clock of B: ahead by 300 ms", "Clock of B: runs at +20 %"],
  );
});

test("a crash in the script is dragged to another time", async (t) => {
  const { page } = await raft(t);
  const { y, from, to } = await lane(page, "B");
  await page.mouse.click(from + (to - from) * 0.5, y);
  const menu = page.locator('[data-sheet="lane"]');
  await telling(page, () => menu.getByRole("button", { name: "Crash", exact: true }).click());
  const time = () => page.locator(".script-time, .script-at").first().textContent();
  const before = await time();
  const event = await page.evaluate(() => {
    const marks = [...document.querySelectorAll('svg.body [data-target^="event B:"]')];
    return marks.find((mark) => /crash/i.test(mark.textContent + mark.getAttribute("class")))?.dataset.target;
  });
  assert.ok(event, "the crash has a mark");
  const mark = await middle(page.locator(`svg.body [data-target="${event}"]`).first());
  const words = await drag(page, mark, { x: mark.x + 60, y: mark.y });
  assert.match(words, /B crashes/);
  await until(async () => (await time()) !== before, "the crash at another time");
});

test("a lane that is clicked at a time asks for what happens then; the playhead stays", async (t) => {
  const { page } = await raft(t);
  const { y, from, to } = await lane(page, "A");
  await page.mouse.click(from + (to - from) * 0.25, y + 1);
  const menu = page.locator('[data-sheet="lane"]');
  const title = await menu.getByRole("heading").first().textContent();
  assert.ok(seconds(title) < 0.9, title);
  await menu.getByRole("combobox", { name: "Operation" }).fill("put x 9");
  await telling(page, () => menu.getByRole("button", { name: "Ask" }).click());
  assert.match((await script(page)).join(), /put x 9 at A/);
  assert.match(await page.locator("[data-now]").textContent(), /0\.900/);
});

test("a right click on an arrow drops, copies or holds it", async (t) => {
  const { page } = await raft(t);
  for (const [deed, said] of [["Drop", "is lost"], ["Duplicate", "is copied"], ["Hold", "is held"]]) {
    const { place } = await someHead(page);
    await page.mouse.click(place.x, place.y, { button: "right" });
    const menu = page.locator('[data-sheet="message"]');
    await telling(page, () => menu.getByRole("button", { name: deed, exact: true }).click());
    assert.match((await script(page)).join(), new RegExp(said));
    await press(page, "u");
  }
});

test("by keys alone: along a message to its effect, and when it arrives", async (t) => {
  const { page } = await raft(t);
  // From what has just happened back to the message that caused it, and on to its handling.
  await page.keyboard.press("e");
  const detail = page.locator(".look-message h3");
  for (let step = 0; step < 30 && !(await detail.count()); step += 1) {
    await page.keyboard.press("<");
    if (!(await detail.count())) await page.keyboard.press("Shift+ArrowLeft");
  }
  await detail.waitFor();
  await page.keyboard.press("m");
  const menu = page.locator('[data-sheet="message"]');
  await menu.waitFor();
  const field = menu.getByLabel("arrives at");
  await typeInto(page, field, "1ns");
  await field.press("Enter");
  await menu.getByText(/cannot arrive before/).waitFor();
  await typeInto(page, field, "1400ms");
  await telling(page, () => field.press("Enter"));
  assert.match((await script(page)).join(), /arrives/);
  await page.keyboard.press(">");
  await page.locator(".look-message").waitFor({ state: "detached" });
});

test("by touch: a lane's menu at the place that was tapped, and a fault for a while", async (t) => {
  const { page } = await raft(t, { viewport: { width: 390, height: 844 }, context: { hasTouch: true, isMobile: true } });
  const pane = await page.locator(".scroll").boundingBox();
  const head = await middle(page.locator('svg.heads [data-target="lane B"]').first());
  await page.touchscreen.tap(head.x, pane.y + pane.height * 0.45);
  const menu = page.locator('[data-sheet="lane"]');
  await menu.getByRole("button", { name: "For a while…" }).tap();
  const span = page.locator('[data-sheet="span"]');
  await telling(page, () => span.getByRole("button", { name: "Crash", exact: true }).tap());
  assert.match(await page.getByRole("log").textContent(), /^B is down from .* to /);
});
