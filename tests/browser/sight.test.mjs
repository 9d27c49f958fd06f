// What is in sight: Fit and back, zoom, two fingers; and that a link and a reload bring the same sight back.

import assert from "node:assert/strict";
import test from "node:test";

import { touch, undrivable } from "./browser.mjs";
import { choose, copyLink, drawing, pause, press, ready, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Where the first dot of the diagram and the present are in the window of the diagram, from 0 to 1. */
function sight(page) {
  return page.evaluate(() => {
    const window = document.querySelector(".scroll").getBoundingClientRect();
    const gutter = document.querySelector("svg.heads").getBoundingClientRect();
    const down = document.querySelector(".scroll").classList.contains("down");
    const [from, to] = down ? [gutter.bottom, window.bottom] : [gutter.right, window.right];
    const of = (mark) => {
      const box = mark.getBoundingClientRect();
      return ((down ? box.top + box.height / 2 : box.left + box.width / 2) - from) / (to - from);
    };
    const dots = [...document.querySelectorAll("svg.body circle[data-target^='event ']")].map(of);
    return { first: Math.min(...dots), now: of(document.querySelector("svg.body .now-line")) };
  });
}

/** Where marks are in the diagram, which tells its zoom. */
function length(page) {
  return page.evaluate(() => Number(document.querySelector("svg.body").getAttribute("width")));
}

const fit = (page) => page.getByRole("button", { name: "Fit" });
const scale = (page) => page.locator("select[name=scale]").inputValue();
const all = (seen) => seen.first >= 0 && seen.now > 0.6 && seen.now < 0.95;

test("Fit shows all so far on the scale that was chosen, and Fit again goes back", async (t) => {
  const { page, shot } = await open(t, { url: "#raft?t=1.9s", viewport: SIZE });
  await ready(page);
  for (const chosen of ["warped", "true"]) {
    await choose(page, "Time", chosen);
    await until(async () => (await scale(page)) === chosen, "another scale");
    await drawing(page);
    const before = await length(page);
    await fit(page).click();
    await until(async () => all(await sight(page)), `all so far on the ${chosen} scale`);
    assert.equal(await scale(page), chosen);
    await shot(`fit-${chosen}`);
    await page.keyboard.press("f");
    await until(async () => (await length(page)) === before, "the size before");
    assert.equal(await scale(page), chosen);
  }
});

test("Fit before anything has happened shows the whole run", async (t) => {
  const { page } = await open(t, { url: "#paxos?t=0s", viewport: SIZE });
  await ready(page);
  await pause(page);
  await press(page, "Home");
  const before = await length(page);
  await fit(page).click();
  await until(async () => (await length(page)) < before, "a shorter diagram");
});

test("where marks find no room they are counted; in logical order the page says so, and true time fits", async (t) => {
  const { page, shot } = await open(t, { url: "#raft?t=9.9s", viewport: SIZE });
  await ready(page);
  const word = page.getByText("not all fits");
  await fit(page).click();
  await page.locator(".stage.afar").waitFor();
  assert.equal(await word.isVisible(), false);
  const { now } = await sight(page);
  assert.ok(now > 0.6 && now < 0.95, `the playhead at ${now}`);
  await shot("fit-counted");
  await choose(page, "Time", "logical");
  await word.waitFor();
  await shot("fit-cramped");
  await choose(page, "Time", "true");
  await word.waitFor({ state: "hidden" });
  await until(async () => all(await sight(page)), "all so far");
  await fit(page).click();
  await choose(page, "Time", "logical");
  assert.equal(await word.isVisible(), false);
});

test("a link and a reload show the same: zoom, scale, and what fits, in any window", async (t) => {
  const permissions = ["clipboard-read", "clipboard-write"];
  const { page } = await open(t, { url: "#raft?t=1.9s", viewport: SIZE, context: { permissions } });
  await ready(page);
  await choose(page, "Time", "true");
  for (const key of ["]", "]", "["]) await page.keyboard.press(key);
  const zoomed = await length(page);
  const link = await copyLink(page);
  const { page: other } = await open(t, { url: link, viewport: SIZE });
  await ready(other);
  assert.equal(await scale(other), "true");
  assert.ok(Math.abs((await length(other)) / zoomed - 1) < 0.01, `${await length(other)} px for ${zoomed}`);
  await page.reload();
  await ready(page);
  assert.ok(Math.abs((await length(page)) / zoomed - 1) < 0.01, "after a reload");

  await fit(page).click();
  await until(async () => all(await sight(page)), "all so far");
  const fitted = await copyLink(page);
  const { page: narrow, shot } = await open(t, { url: fitted, viewport: { width: 900, height: 700 } });
  await ready(narrow);
  await until(async () => all(await sight(narrow)), "all so far in a smaller window");
  assert.equal(await scale(narrow), "true");
  await shot("fit-by-link");
  await narrow.setViewportSize(SIZE);
  await until(async () => all(await sight(narrow)), "all so far in the window that has grown");
});

test("a silly zoom in a link is as good as none", async (t) => {
  const { page } = await open(t, { url: "#raft?t=1.9s", viewport: SIZE });
  await ready(page);
  const usual = await length(page);
  for (const silly of ["view.zoom=-3", "view.zoom=0", "view.zoom=%22big%22", "view.fit=17"]) {
    const { page: other } = await open(t, { url: `#raft?t=1.9s&${silly}`, viewport: SIZE });
    await ready(other);
    assert.equal(await length(other), usual, silly);
  }
});

/** The page on a phone, and a place in the middle of its diagram. */
async function phone(t) {
  const context = { hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  const opened = await open(t, { url: "#raft?t=1.9s", viewport: PHONE, context });
  await ready(opened.page);
  const box = await opened.page.locator(".scroll").boundingBox();
  return { ...opened, x: box.x + 200, middle: box.y + box.height / 2 };
}

test("two fingers zoom the diagram about what is between them", async (t) => {
  const { page, shot, x, middle } = await phone(t);
  const height = () => page.evaluate(() => document.querySelector("svg.body").getBoundingClientRect().height);
  const before = await height();

  /** Two fingers, one after the other, that then are as far from each other. */
  const pinch = (...apart) => {
    const [first, ...then] = apart.map((apart) => [[x, middle - apart], [x, middle + apart]]);
    return touch(page, [first.slice(0, 1), first, ...then, []]);
  };
  await pinch(40, 50, 60, 70, 80);
  await until(async () => (await height()) > before * 1.3, "a longer diagram");
  assert.equal(await page.evaluate(() => visualViewport.scale), 1, "the page itself keeps its size");
  await page.locator(".scroll [data-target]").first().waitFor();
  await shot("pinch");

  const larger = await height();
  await pinch(80, 70, 60, 50, 40);
  await until(async () => (await height()) < larger / 1.3, "a shorter diagram");
});

const SCROLL = undrivable("a finger that WebDriver moves is not seen by what scrolls in Firefox");

test("one finger scrolls the diagram", SCROLL, async (t) => {
  const { page, x, middle } = await phone(t);
  const top = () => page.evaluate(() => document.querySelector(".scroll").scrollTop);
  const scrolled = await top();
  await touch(page, [...[-60, -30, 0, 30, 60, 90].map((at) => [[x, middle + at]]), []]);
  await until(async () => (await top()) < scrolled - 40, "an earlier moment");
});
