// What a person may rely on anywhere in the page: keys, undo, the way back, files, links, and looking closer.

import assert from "node:assert/strict";
import test from "node:test";

import { download, undrivable } from "./browser.mjs";
import {
  assertSameDrawing,
  card,
  cards,
  choose,
  copyLink,
  drawing,
  marks,
  openFile,
  pause,
  playhead,
  press,
  ready,
  script,
  telling,
  toNode,
  typeInto,
  until,
} from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

/** Opens the page on Raft, standing still a few events after its beginning. */
async function raft(t, { steps = 12, ...options } = {}) {
  const opened = await open(t, { url: "#raft", viewport: SIZE, ...options });
  await ready(opened.page);
  await pause(opened.page);
  await press(opened.page, "Home", ...Array(steps).fill("ArrowRight"));
  return opened;
}

const eventNumber = async (page) => (await playhead(page)).event;

test("a diagram stands there soon, and nothing goes on loading", async (t) => {
  const { page } = await open(t, { viewport: SIZE });
  await ready(page);
  assert.equal(await page.getByText(/Loading|still computing/).filter({ visible: true }).count(), 0);
  const box = await page.locator("svg.body").boundingBox();
  assert.ok(box.width > 400 && box.height > 300, JSON.stringify(box));
  assert.ok((await cards(page)).length >= 5);
});

test("keys work wherever one has clicked before", async (t) => {
  const { page } = await raft(t);
  const pane = await page.locator(".scroll").boundingBox();
  const clicks = {
    "the step button": () => telling(page, () => page.getByRole("button", { name: "Step", exact: true }).click()),
    "an empty place of the diagram": () => page.mouse.click(pane.x + pane.width - 60, pane.y + pane.height - 120),
    "a panel's heading": () => page.getByRole("button", { name: "Script", exact: true }).click(),
    "a node's card": () => page.locator('article[data-node="B"] .card-body').click(),
    "a word in the bar": () => page.getByText("Lightcone").first().click(),
    "the button for large text": () => page.getByRole("button", { name: "Large text" }).click(),
    "the zoom": () => page.getByRole("button", { name: "Zoom in" }).click(),
    "the scrubber": () => page.getByRole("slider", { name: "Moment of the run" }).click({ position: { x: 400, y: 8 } }),
    "the hint": () => page.getByRole("button", { name: "Dismiss the hint" }).click(),
  };
  for (const [where, click] of Object.entries(clicks)) {
    await click();
    await page.keyboard.press("Escape");
    const before = await eventNumber(page);
    await press(page, "ArrowRight", "ArrowRight", "ArrowLeft");
    assert.equal(await eventNumber(page), before + 1, `after a click on ${where}`);
  }
});

const LIST = undrivable("a list that has dropped down is Firefox's own, where no keys can be sent");

test("keys work after an example was chosen with the mouse", LIST, async (t) => {
  const { page } = await raft(t);
  const list = page.getByRole("combobox", { name: "Examples" });
  await list.click();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("select[name=examples]").value === "0");
  await ready(page);
  await pause(page);
  const before = await eventNumber(page);
  await press(page, "ArrowRight", "ArrowRight");
  assert.equal(await eventNumber(page), before + 2);
  assert.equal(await list.inputValue(), "0", "still the same example");
});

test("Space plays and pauses once, whatever has the focus", async (t) => {
  const { page } = await raft(t);
  const plays = () => page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  const stands = () => page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await plays();
  await page.keyboard.press("Space");
  await stands();
  await page.getByRole("button", { name: "Play", exact: true }).focus();
  await page.keyboard.press("Space");
  await plays();
  await page.keyboard.press("Space");
  await stands();
  // It stays so: nobody else has heard the same key.
  const { now } = await playhead(page);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.equal((await playhead(page)).now, now);
  await page.locator("body").click({ position: { x: 700, y: 26 } });
  await page.keyboard.press("k");
  await plays();
  await page.keyboard.press("k");
  await stands();
});

test("back is exactly back, step by step, and Home and End are the ends", async (t) => {
  const { page } = await raft(t, { steps: 0 });
  assert.equal(await eventNumber(page), 0);
  const sight = async () => ({ ...(await playhead(page)), cards: await cards(page), text: await page.locator(".cards").innerText() });
  const seen = [];
  for (let step = 0; step < 25; step += 1) {
    await press(page, "ArrowRight");
    seen.push(await sight());
  }
  const there = await drawing(page);
  await press(page, "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft");
  assertSameDrawing(await drawing(page), there);
  for (const past of seen.toReversed()) {
    assert.deepEqual(await sight(), past);
    await page.keyboard.press("ArrowLeft");
  }
  assert.equal(await eventNumber(page), 0);

  await press(page, "End");
  const { event, place } = await playhead(page);
  assert.equal(place, `event ${event} of ${event}`);
  await press(page, "Home");
  assert.equal(await eventNumber(page), 0);
});

test("an edit is undone and done again, with the playhead where it was", async (t) => {
  const { page } = await raft(t);
  const before = await playhead(page);
  const undo = page.getByRole("button", { name: "Undo" });
  assert.ok(await undo.isDisabled());
  await toNode(page, "B", "Crash");
  assert.equal((await card(page, "B")).condition, "down");
  assert.deepEqual(await script(page), ["B crashes"]);

  await press(page, "Control+z");
  assert.deepEqual(await script(page), []);
  assert.equal((await card(page, "B")).condition, "up");
  assert.deepEqual(await playhead(page), before);
  await press(page, "Control+Shift+z");
  assert.deepEqual(await script(page), ["B crashes"]);
  assert.equal((await card(page, "B")).condition, "down");
  await press(page, "u");
  assert.deepEqual(await script(page), []);
  await telling(page, () => page.getByRole("button", { name: "Redo" }).click());
  assert.deepEqual(await script(page), ["B crashes"]);
  assert.ok(await page.getByRole("button", { name: "Redo" }).isDisabled());
});

test("what was done is changed and taken out in the script", async (t) => {
  const { page } = await raft(t);
  await toNode(page, "B", "Crash");
  const row = page.getByRole("list", { name: "Script" }).getByRole("listitem").first();
  await row.getByRole("button", { name: "Change: B crashes" }).click();
  await typeInto(page, row.getByLabel("node"), "D");
  await telling(page, () => page.keyboard.press("Enter"));
  assert.deepEqual(await script(page), ["D crashes"]);
  assert.equal((await card(page, "B")).condition, "up");

  await typeInto(page, row.getByLabel("at"), "300 ms");
  await telling(page, () => page.keyboard.press("Enter"));
  assert.equal(await row.locator(".script-time").innerText(), "0.300 s");
  await typeInto(page, row.getByLabel("node"), "nobody");
  await page.keyboard.press("Enter");
  await row.getByRole("alert").waitFor();
  assert.deepEqual(await script(page), ["D crashes"], "nonsense changes nothing");

  await row.locator(".script-time").click();
  await page.waitForFunction(() => document.querySelector(".clock").textContent === "0.300 s");
  assert.equal((await card(page, "D")).condition, "down");
  await telling(page, () => row.getByRole("button", { name: "Take out: D crashes" }).click());
  assert.deepEqual(await script(page), []);
  assert.equal((await card(page, "D")).condition, "up");
});

test("stepping leaves the browser's history alone; Back returns to the work that was left", async (t) => {
  const { page } = await raft(t, { steps: 5 });
  const length = () => page.evaluate(() => history.length);
  const hash = () => page.evaluate(() => location.hash);
  const written = (before) => page.waitForFunction((before) => location.hash !== before, before);
  const [entries, address] = [await length(), await hash()];
  await press(page, ...Array(6).fill("ArrowRight"));
  await written(address);
  const stepped = await hash();
  await toNode(page, "B", "Crash");
  await written(stepped);
  assert.equal(await length(), entries, "steps and edits replace the address");
  const left = await playhead(page);

  await choose(page, "Protocol", "Paxos");
  await page.waitForFunction(() => document.querySelector("select[name=protocol]").value === "paxos");
  assert.equal(await length(), entries + 1);
  await ready(page);
  await pause(page);
  assert.deepEqual(await script(page), ["c1: propose tea at A", "c2: propose coffee at C"]);

  await page.goBack();
  await page.waitForFunction(() => document.querySelector("select[name=protocol]").value === "raft");
  assert.deepEqual(await script(page), ["B crashes"]);
  assert.deepEqual(await playhead(page), left);
  assert.ok(await page.getByRole("button", { name: "Undo" }).isEnabled(), "with all that can be undone");
  await page.goForward();
  await page.waitForFunction(() => document.querySelector("select[name=protocol]").value === "paxos");
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("select[name=protocol]").value === "raft");

  await page.reload();
  await ready(page);
  assert.deepEqual(await script(page), ["B crashes"]);
  assert.deepEqual(await playhead(page), left);
});

test("a quiz shows nothing of what comes after its moment, until it is revealed", async (t) => {
  const permissions = ["clipboard-read", "clipboard-write"];
  const { page } = await raft(t, { steps: 30, context: { permissions } });
  const link = await copyLink(page, { quiz: true });
  const { page: pupil, shot } = await open(t, { url: link, viewport: SIZE });
  await ready(pupil);
  await pupil.getByText("What happens next?").waitFor();
  const { event, place } = await playhead(pupil);
  assert.equal(place, `event ${event}`, "not even how many events there are");
  assert.equal(event, await eventNumber(page));

  /** Events and arrows that are drawn beyond the playhead. */
  const beyond = () =>
    pupil.evaluate(() => {
      const now = document.querySelector("svg.body .now-line").getBoundingClientRect();
      const selector = 'svg.body [data-target^="event "], svg.body [data-target^="message "], svg.body [data-target^="op "]';
      const marks = [...document.querySelectorAll(selector)];
      const far = marks.filter((mark) => mark.tagName !== "text" && mark.getBoundingClientRect().right > now.right + 8);
      return far.map((mark) => mark.dataset.target);
    });
  await shot("quiz");
  assert.deepEqual(await beyond(), []);
  const seconds = Number((await playhead(pupil)).now.split(".")[0]) / 1e9;
  const told = await pupil.locator("svg.body title").allTextContents();
  const times = told.flatMap((title) => [...title.matchAll(/(?:arrives|returned|\d+:.*) at ([\d.]+) (m?s)/g)]);
  assert.ok(times.length > 20, "times to look at");
  const later = times.filter(([, number, unit]) => Number(number) / (unit === "ms" ? 1000 : 1) > seconds);
  assert.deepEqual(later.map(([words]) => words), [], "no tooltip tells the future");
  await pupil.getByRole("button", { name: "Reveal" }).click();
  await pupil.getByText("What happens next?").waitFor({ state: "hidden" });
  assert.ok((await beyond()).length > 0, "the rest was there all along");
});

test("a file that was saved opens as the same", async (t) => {
  const { page } = await raft(t);
  await toNode(page, "B", "Crash");
  await press(page, "ArrowRight", "ArrowRight");
  await page.getByRole("button", { name: "Share" }).click();
  const { name, text } = await download(page, () => page.getByRole("button", { name: "Save file" }).click());
  assert.equal(name, "raft.lightcone.json");
  await page.keyboard.press("Escape");

  const { page: other } = await open(t, { url: "#paxos", viewport: SIZE });
  await ready(other);
  await pause(other);
  await openFile(other, text);
  await other.waitForFunction(() => document.querySelector("select[name=protocol]").value === "raft");
  await ready(other);
  assert.deepEqual(await script(other), ["B crashes"]);
  assert.deepEqual(await playhead(other), await playhead(page));
  assertSameDrawing(await drawing(other), await drawing(page));
});

test("an event that is picked tells its clocks, and what it could know and bring about", async (t) => {
  const { page, shot } = await raft(t, { steps: 30 });
  const dot = page.locator('svg.body circle[data-target="event C:5"]');
  const box = await dot.boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const look = page.locator('[data-pick="C:5"]');
  await look.waitFor();
  const clocks = await look.locator(".clocks").innerText();
  assert.match(clocks, /^C:5 · true \d+\.\d{3} s · local −?\d+\.\d{3} s · Lamport \d+ · vector .*C5/);
  assert.equal(await page.locator("svg.body .selected").count(), 1);
  assert.ok((await page.locator("svg.body .past").count()) > 0, "its past");
  assert.ok((await page.locator("svg.body .future").count()) > 0, "its future");
  await shot("event");
  await page.keyboard.press("Shift+ArrowRight");
  await look.waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.locator("[data-pick]").waitFor({ state: "detached" });
  assert.equal(await page.locator("svg.body .selected").count(), 0);
});

test("a message that is picked says what it carries and what becomes of it", async (t) => {
  const { page } = await raft(t, { steps: 12 });
  const rows = page.getByRole("list", { name: "What may happen next" }).getByRole("listitem");
  await rows.getByTitle("Look into this message").first().click();
  const look = page.locator(".look-message");
  await look.waitFor();
  assert.equal(await look.locator("[data-fate]").getAttribute("data-fate"), "in-flight");
  await telling(page, () => look.getByRole("button", { name: "Drop", exact: true }).click());
  await page.locator('.look-message [data-fate="dropped"]').waitFor();
});

test("lanes are hidden and come back", async (t) => {
  const { page } = await raft(t);
  const heads = () => page.locator("svg.heads .head-name").allTextContents();
  const names = async () => (await heads()).map((text) => text.match(/^[A-E]|^c1/)[0]);
  assert.deepEqual(await names(), ["A", "B", "C", "D", "E", "c1"]);
  const menu = page.locator('[data-sheet="options"]');
  await page.getByRole("button", { name: "Diagram options" }).click();
  await menu.getByRole("checkbox", { name: "B", exact: true }).uncheck();
  await page.waitForFunction(() => document.querySelectorAll("svg.heads .head-name").length === 5);
  assert.deepEqual(await names(), ["A", "C", "D", "E", "c1"]);
  await menu.getByRole("checkbox", { name: "B", exact: true }).check();
  await page.waitForFunction(() => document.querySelectorAll("svg.heads .head-name").length === 6);
  await menu.getByRole("button", { name: "Move B up" }).click();
  await page.waitForFunction(() => document.querySelector("svg.heads .head-name").textContent.startsWith("B"));
  assert.deepEqual(await names(), ["B", "A", "C", "D", "E", "c1"]);
});

test("labels say all, the kind only, or nothing", async (t) => {
  const { page } = await raft(t, { steps: 30 });
  const labels = () => page.locator("svg.body text.label").allTextContents();
  const full = await labels();
  assert.ok(full.some((label) => /^append (no-op|[xy]=)/.test(label)), full.join());
  await choose(page, "Labels", "kinds");
  await until(async () => `${await labels()}` !== `${full}`, "shorter labels");
  const kinds = await labels();
  assert.ok(kinds.length > 0 && !kinds.some((label) => /no-op/.test(label)), kinds.join());
  await choose(page, "Labels", "none");
  await page.waitForFunction(() => document.querySelectorAll("svg.body text.label").length === 0);
});

test("the axis of time is true, warped or logical, and runs across or down", async (t) => {
  const { page, shot } = await raft(t, { steps: 30 });
  const places = async () => {
    const dots = await marks(page, "circle[data-target^='event ']");
    return dots.map(({ target, x, y }) => `${target} ${x} ${y}`).join();
  };
  for (const scale of ["true", "logical", "warped"]) {
    const before = await places();
    await choose(page, "Time", scale);
    await until(async () => (await places()) !== before, `another diagram for “${scale}”`);
    await shot(`time-${scale}`);
  }
  await page.getByRole("button", { name: "Diagram options" }).click();
  await choose(page, "Time runs", "top to bottom");
  await page.locator('.pane[data-flow="down"]').waitFor();
  await page.keyboard.press("Escape");
  await shot("time-down");
  const heads = await page.locator("svg.heads .head-name").evaluateAll((names) => names.map((name) => name.getBoundingClientRect().x));
  assert.deepEqual(heads, heads.toSorted((a, b) => a - b), "lanes stand side by side");
});

test("the list of keys is a key away", async (t) => {
  const { page } = await raft(t, { steps: 0 });
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Help" });
  await help.waitFor();
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
});
