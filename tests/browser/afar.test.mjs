// Long runs: seen from afar, come near to, found one's way in by the map, zoomed without waiting.

import assert from "node:assert/strict";
import test from "node:test";

import { inFirefox } from "./browser.mjs";
import { choose, laneMenu, playhead, press, ready, script, telling, until } from "./hands.mjs";
import { open } from "./harness.mjs";
import { longRun } from "./long-run.mjs";
import { sideways, smallTargets, violations } from "./sight.mjs";

const SIZE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const EVENTS = 20_000;
/** Seconds that such a run lasts. */
const SECONDS = EVENTS / 1_010 + 0.5;

const afar = (page) => page.locator(".stage.afar");
const map = (page) => page.getByRole("slider", { name: "Part of the run in sight" });
/** The middle of what is in sight, in seconds, as the map has it. */
const middle = async (page) => Number(await map(page).inputValue()) / 1_000;

/** What a canvas shows: how much of it is drawn on, and its colours by how often they come. */
function drawn(page, canvas) {
  return page.locator(canvas).evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    const colours = new Map();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 0) continue;
      const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
      colours.set(colour, (colours.get(colour) ?? 0) + 1);
    }
    const share = [...colours.values()].reduce((sum, count) => sum + count, 0) / (data.length / 4);
    return { share, sharp: element.width / element.getBoundingClientRect().width, colours: [...colours].sort((a, b) => b[1] - a[1]).slice(0, 4) };
  });
}

async function far(page) {
  await ready(page);
  await page.keyboard.press("f");
  await afar(page).waitFor();
  await until(async () => (await drawn(page, ".stage canvas")).share > 0.01, "bars");
}

for (const [name, viewport, colorScheme, deviceScaleFactor] of [
  ["wide", SIZE, "light", 1],
  ["wide-dark", SIZE, "dark", 1],
  ["phone", PHONE, "light", 2],
]) {
  test(`a long run fits into the window, counted and sharp: ${name}`, async (t) => {
    const context = { deviceScaleFactor };
    const { page, shot } = await open(t, { url: longRun(EVENTS), viewport, colorScheme, context });
    await far(page);
    assert.match(await page.locator("svg.body").getAttribute("data-scale"), /^[\d\u202f\u00a0 ,]+ events in [\d.]+ m?s/);
    const canvas = await drawn(page, ".stage canvas");
    assert.ok(Math.abs(canvas.sharp - deviceScaleFactor) < 0.02, `${canvas.sharp} px a px`);
    assert.ok((await drawn(page, ".minimap canvas")).share > 0.1);
    // All so far is in sight, and the playhead with it.
    const now = await page.locator(".now-line").boundingBox();
    const window = await page.locator(".scroll").boundingBox();
    const [at, size] = name === "phone" ? [now.y - window.y, window.height] : [now.x - window.x, window.width];
    assert.ok(at > size * 0.5 && at < size, `the playhead at ${at} of ${size}`);
    assert.deepEqual(await sideways(page), []);
    assert.deepEqual(await smallTargets(page), []);
    assert.deepEqual(await violations(page), []);
    await shot(`afar-${name}`);
  });
}

test("a double click comes near to what was clicked, and keys go away again", async (t) => {
  const { page, shot } = await open(t, { url: longRun(EVENTS), viewport: SIZE });
  await far(page);
  const box = await page.locator("svg.body").boundingBox();
  const place = { x: box.x + 300, y: box.y + 330 };
  await page.mouse.click(place.x, place.y);
  const clicked = (await playhead(page)).at ?? Number(await page.locator("[data-now]").getAttribute("data-now").then((now) => now.split(/[^\d]/)[0])) / 1e9;
  // WebDriver tells Firefox of two clicks and never of a double one.
  if (inFirefox) await page.locator(".scroll").dispatchEvent("dblclick", { clientX: place.x, clientY: place.y });
  else await page.mouse.dblclick(place.x, place.y);
  await afar(page).waitFor({ state: "detached" });
  assert.equal(await page.locator("[data-sheet]").count(), 0, "no menu of what was clicked first");
  await page.locator("svg.body [data-target^='event ']").first().waitFor({ state: "attached" });
  await until(async () => Math.abs((await middle(page)) - clicked) < SECONDS * 0.02, `${clicked} s in sight`);
  await shot("afar-come-near");
  for (let step = 0; step < 12; step += 1) await page.keyboard.press("[");
  await afar(page).waitFor();
  for (let step = 0; step < 6; step += 1) await page.keyboard.press("]");
  await afar(page).waitFor({ state: "detached" });
});

test("from afar, a click goes there, and a lane has its menu at that time", async (t) => {
  const { page } = await open(t, { url: longRun(EVENTS), viewport: SIZE });
  await far(page);
  const before = await page.locator("[data-now]").getAttribute("data-now");
  const box = await page.locator("svg.body").boundingBox();
  await page.mouse.click(box.x + 200, box.y + 330);
  await until(async () => (await page.locator("[data-now]").getAttribute("data-now")) !== before, "the playhead elsewhere");
  const lane = await page.locator("svg.heads [data-target='lane B']").first().boundingBox();
  await page.mouse.click(box.x + 150, lane.y + lane.height / 2);
  const menu = page.locator('[data-sheet="lane"]');
  await menu.waitFor();
  await telling(page, () => menu.getByRole("button", { name: /^Crash/ }).first().click());
  assert.equal((await script(page)).length, 1);
  await afar(page).waitFor();
  await page.locator(".layer-marks .crash").waitFor({ state: "attached" });
});

test("bars are drawn anew in another light", async (t) => {
  const { page } = await open(t, { url: longRun(EVENTS), viewport: SIZE });
  await far(page);
  const before = (await drawn(page, ".stage canvas")).colours[0][0];
  const before_dark = page.getByRole("button", { name: /^Colours/ });
  for (let press = 0; press < 2; press += 1) await before_dark.click();
  await until(async () => (await drawn(page, ".stage canvas")).colours[0][0] !== before, "other colours");
});

test("the map shows what is in sight, and dragging it looks elsewhere while the playhead stays", async (t) => {
  const { page, shot } = await open(t, { url: longRun(EVENTS), viewport: SIZE });
  await ready(page);
  await map(page).waitFor();
  const now = await page.locator("[data-now]").getAttribute("data-now");
  const { x, y, width, height } = await map(page).boundingBox();
  assert.ok(height >= 24, `${height} px high`);
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.2, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await until(async () => Math.abs((await middle(page)) - SECONDS * 0.2) < SECONDS * 0.02, "a fifth of the run");
  await page.locator("svg.body [data-target^='event ']").first().waitFor({ state: "attached" });
  assert.equal(await page.locator("[data-now]").getAttribute("data-now"), now);
  await shot("map");
  // The keys are the page's again: a step goes on from the playhead, and brings it into sight.
  await press(page, "ArrowRight");
  await until(async () => Math.abs((await middle(page)) - SECONDS * 0.5) < SECONDS * 0.02, "the playhead in sight");
});

test("the map can be moved by keys", async (t) => {
  const { page } = await open(t, { url: longRun(EVENTS), viewport: SIZE });
  await ready(page);
  await map(page).focus();
  const before = await middle(page);
  await page.keyboard.press("PageUp");
  await until(async () => (await middle(page)) > before, "later");
  assert.match(await map(page).getAttribute("aria-valuetext"), / to /);
});

test("turning the wheel zooms at once, and what was under the pointer stays there when it is drawn anew", async (t) => {
  const { page } = await open(t, { url: longRun(EVENTS), viewport: SIZE });
  await ready(page);
  const target = await page.evaluate(() => {
    const marks = [...document.querySelectorAll("svg.body .layer-marks [data-target^='event C:']")];
    return marks.find((mark) => mark.getBoundingClientRect().left > 400).getAttribute("data-target");
  });
  const box = await page.locator(`svg.body .layer-marks [data-target="${target}"]`).first().boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  const width = await page.locator("svg.body").getAttribute("width");
  await page.keyboard.down("Control");
  await page.evaluate(() => {
    window.stretched = [];
    const body = document.querySelector("svg.body");
    new MutationObserver(() => window.stretched.push(body.style.transform)).observe(body, { attributes: true });
  });
  await page.mouse.wheel(0, -120);
  await page.mouse.wheel(0, -120);
  await page.keyboard.up("Control");
  await until(async () => (await page.locator("svg.body").getAttribute("width")) !== width, "a new picture");
  assert.match((await page.evaluate(() => window.stretched))[0], /^matrix\(1\.27/);
  assert.equal(await page.locator("svg.body").evaluate((body) => body.style.transform), "");
  const after = await page.locator(`svg.body .layer-marks [data-target="${target}"]`).first().boundingBox();
  assert.ok(Math.abs(after.x + after.width / 2 - x) < 6, `${target} from ${x} to ${after.x + after.width / 2}`);
});

test("in true time the same run is seen from afar as well, and in logical order it says that not all fits", async (t) => {
  const { page } = await open(t, { url: longRun(5_000), viewport: SIZE });
  await ready(page);
  await choose(page, "Time", "true");
  await page.getByRole("button", { name: "Fit" }).click();
  await afar(page).waitFor();
  await choose(page, "Time", "logical");
  await afar(page).waitFor({ state: "detached" });
  await page.getByText("not all fits").waitFor();
});
