// How fast the page is in Chromium, beside an empty page in the same run. `cargo xtask bench-web` builds the page and
// prints the table; `node tests/browser/bench-web.mjs [EVENTS...]` does it with the page as it was last built. It only
// prints: a figure over its limit is marked and fails nothing.

import { loadavg } from "node:os";

import { explore } from "./bench-explore.mjs";
import { address, browser, stop } from "./browser.mjs";
import { EMPTY, at, install, measure, memory, react } from "./frames.mjs";
import { ready, telling } from "./hands.mjs";
import { longRun } from "./long-run.mjs";

const VIEWPORT = { width: 1920, height: 1080 };
const LENGTHS = [1_000, 10_000, 100_000, 1_000_000];
/** A run that takes longer than this to open is told of, and not measured. */
const PATIENCE = 60_000;
/** How often each is measured; a test that only looks whether all is measured says fewer. */
const REPEATS = Number(process.env.BENCH_REPEATS ?? 41);

/** Milliseconds above the floor that are allowed, by figure and length; of a recomputation, in all. */
const LIMITS = {
  step: { 10_000: 16 },
  drag: { 10_000: 16 },
  pan: { 100_000: 16, 1_000_000: 33 },
  zoom: { 100_000: 16, 1_000_000: 33 },
  farPan: { 100_000: 16, 1_000_000: 33 },
  farZoom: { 100_000: 16, 1_000_000: 33 },
  recompute: { 100_000: 250 },
};

/** A page of its own in a fresh profile, so that nothing is cached. */
async function fresh() {
  const context = await (await browser()).newContext({ viewport: VIEWPORT });
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(install);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  return { context, page, cdp };
}

/** Milliseconds from navigation to the first diagram, in fresh profiles. */
async function first(url, repeats) {
  const times = [];
  for (let count = 0; count < repeats; count += 1) {
    const { context, page } = await fresh();
    await page.route("**/empty", (route) => route.fulfill({ contentType: "text/html", body: EMPTY }));
    await page.goto(url, { waitUntil: "commit" });
    times.push(await page.evaluate(() => window.bench.first));
    await context.close();
  }
  times.sort((one, other) => one - other);
  return { median: at(times, 0.5), p95: at(times, 0.95), repeats };
}

/** The floor under each figure: the same input into a page with nothing to do but to change one element. */
async function floors(base) {
  const url = new URL("empty", base).href;
  const target = await fresh();
  const { context, page } = target;
  await page.route("**/empty", (route) => route.fulfill({ contentType: "text/html", body: EMPTY }));
  await page.goto(url);
  await page.evaluate(react);
  const floor = { first: await first(url, Math.min(REPEATS, 7)) };
  const kinds = { step: key(page), drag: drags(page, 700, 300), seek: press(page, 300, 300), pan: wheel(page) };
  for (const [name, how] of Object.entries(kinds)) {
    floor[name] = await measure(target, { ...how, sign: "floor", repeats: REPEATS });
  }
  floor.zoom = await measure(target, { ...zoom(page, "floor"), repeats: REPEATS });
  Object.assign(floor, { anew: floor.zoom, farPan: floor.pan, farZoom: floor.zoom });
  floor.recompute = floor.seek;
  await context.close();
  return floor;
}

const key = (page) => ({ type: "keydown", sign: "now", act: () => page.keyboard.press("ArrowRight") });

/** One move of the pointer, forth and back by turns, so that it stays in the window. */
const drags = (page, x, y) => ({
  type: "pointermove",
  sign: "now",
  act: (count) => page.mouse.move(x + (count % 2 === 0 ? 60 : 0) + (count % 7) * 5, y),
});

const press = (page, x, y) => ({ type: "mousedown", sign: "now", act: () => page.mouse.click(x, y) });

/** So far with every turn of the wheel that new marks come into sight in every frame. */
const wheel = (page) => ({
  type: "wheel",
  sign: "scrolled",
  before: () => page.evaluate(async () => {
    const scroll = document.querySelector(".scroll");
    if (!scroll || scroll.scrollLeft + scroll.clientWidth < scroll.scrollWidth - 300) return;
    scroll.scrollLeft = 0;
    for (let count = 0; count < 3; count += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  }),
  act: () => page.mouse.wheel(0, 256),
});

/** In and out by turns, so that the picture does not grow without end. */
const zoom = (page, sign = "width") => ({
  type: "wheel",
  sign,
  act: async (count) => {
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, count % 4 < 2 ? -60 : 60);
    await page.keyboard.up("Control");
  },
});

/** A press on the scrubber at places that jump about. */
async function seek(page) {
  const { x, y, width, height } = await page.locator(".scrubber").boundingBox();
  const place = (count) => 0.05 + 0.9 * ((count * 0.618) % 1);
  return { type: "mousedown", sign: "now", act: (count) => page.mouse.click(x + width * place(count), y + height / 2) };
}

async function playhead(page) {
  const { x, y, width, height } = await page.locator(".now-pill").boundingBox();
  return [x + width / 2, y + height / 2];
}

/** Crashes a node at the playhead; each time the crash before is taken back. */
async function recompute(target) {
  const { page } = target;
  const crash = page.locator('[data-sheet="lane"]').getByRole("button", { name: /^Crash/ }).first();
  let place;
  const before = async (count) => {
    if (count > 0) await telling(page, () => page.keyboard.press("u"));
    await page.locator('article[data-node] .card-name').nth(count % 5).click();
    await crash.waitFor();
    const { x, y, width, height } = await crash.boundingBox();
    place = [x + width / 2, y + height / 2];
    // What the page does a while after an edit is over.
    await page.waitForTimeout(400);
  };
  return measure(target, { type: "click", sign: "said", before, act: () => page.mouse.click(...place), repeats: Math.min(REPEATS, 12) });
}

/** All of a long run from afar, and a little nearer, so that there is something to scroll. */
async function far(target, rows, each) {
  const { page } = target;
  if ((await page.locator(".map").isHidden()) || !(await page.locator(".minimap").count())) return;
  await page.keyboard.press("f");
  await page.locator(".stage.afar").waitFor();
  for (let count = 0; count < 3; count += 1) await page.keyboard.press("]");
  await page.waitForTimeout(300);
  if (!(await page.locator(".stage.afar").count())) return;
  rows.farPan = await measure(target, { ...wheel(page), ...each });
  rows.farZoom = await measure(target, { ...zoom(page), ...each });
  // Back to the natural size for what comes.
  await page.locator(".scroll").dblclick({ position: { x: 700, y: 300 } });
  await page.locator(".stage:not(.afar)").waitFor();
}

/** Everything at one length. */
async function at_length(base, events, note) {
  const url = base + longRun(events);
  const rows = {};
  const target = await fresh();
  const { context, page } = target;
  try {
    const begin = Date.now();
    const opened = page.goto(url, { waitUntil: "commit" }).then(() => ready(page)).then(() => true);
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, false).unref());
    if (!(await Promise.race([opened.catch(() => false), late]))) {
      note(`${number(events)} events: not open after ${PATIENCE / 1_000} s, so nothing is measured at this length`);
      return rows;
    }
    const place = await page.locator(".place").textContent();
    const { heap, wasm } = await memory(target);
    note(`${number(events)} events: open after ${((Date.now() - begin) / 1_000).toFixed(1)} s, ${place}; ` +
      `memory: WebAssembly ${wasm.toFixed(0)} MB, scripts ${heap.toFixed(0)} MB`);
    const big = events > 100_000;
    const each = { repeats: Math.min(REPEATS, big ? 16 : 41) };
    if (!big) rows.first = await first(url, Math.min(REPEATS, 7));
    rows.step = await measure(target, { ...key(page), ...each });
    await page.mouse.move(...(await playhead(page)));
    await page.mouse.down();
    rows.drag = await measure(target, { ...drags(page, ...(await playhead(page))), ...each });
    await page.mouse.up();
    rows.seek = await measure(target, { ...(await seek(page)), ...each });
    // Back to the middle; from there to the right.
    await page.mouse.move(700, 300);
    rows.pan = await measure(target, { ...wheel(page), ...each });
    rows.zoom = await measure(target, { ...zoom(page), ...each });
    rows.anew = await measure(target, { ...zoom(page, "anew"), ...each });
    await far(target, rows, each);
    if (!big) rows.recompute = await recompute(target);
    const after = await memory(target);
    note(`    after all that: WebAssembly ${after.wasm.toFixed(0)} MB, scripts ${after.heap.toFixed(0)} MB`);
  } catch (error) {
    note(`${number(events)} events: ${String(error.message ?? error).split("\n")[0]}`);
  } finally {
    await context.close();
  }
  return rows;
}

function number(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

const NAMES = {
  first: "first diagram",
  step: "step",
  drag: "drag of the playhead",
  seek: "seek",
  pan: "pan",
  zoom: "zoom",
  anew: "zoom, till drawn anew",
  farPan: "pan from afar",
  farZoom: "zoom from afar",
  recompute: "recomputed after an edit",
};

function print(floor, all) {
  console.log("\nms to the next painted frame; above: of the floor, in the median; thread: what the page's main thread");
  console.log("computed for one in the mean, above the floor's, whoever else had the processor\n");
  const row = (...cells) => console.log(cells.map((cell, place) => (place ? cell.padStart(9) : cell.padEnd(25))).join(" "));
  const figure = (value) => (value === undefined ? "" : value.toFixed(1));
  row("", "events", "floor", "median", "95 %", "above", "thread", "limit");
  for (const [name, words] of Object.entries(NAMES)) {
    for (const [events, rows] of all) {
      const [one, least] = [rows[name], floor[name]];
      if (!one) continue;
      const above = one.median - least.median;
      const limit = LIMITS[name]?.[events];
      const kept = limit === undefined ? "" : `≤ ${limit} ${above <= limit ? "✓" : "✗"}`;
      const thread = one.thread === undefined ? undefined : one.thread - least.thread;
      row(words, number(events), figure(least.median), figure(one.median), figure(one.p95), figure(above), figure(thread), kept);
    }
  }
}

async function main() {
  const asked = process.argv.slice(2).map(Number);
  const base = await address();
  const load = () => `load of the machine ${loadavg()[0].toFixed(1)}`;
  console.log(`Raft, 5 servers, 8 clients; Chromium ${(await browser()).version()}, ${VIEWPORT.width}×${VIEWPORT.height}; ${load()}`);
  const floor = await floors(base);
  const all = [];
  for (const events of asked.length > 0 ? asked : LENGTHS) {
    all.push([events, await at_length(base, events, (words) => console.log(words))]);
  }
  print(floor, all);
  await explore(fresh, await browser(), base, Math.min(REPEATS, 7));
  console.log(`\n${load()}`);
}

try {
  await main();
} finally {
  await stop();
}
