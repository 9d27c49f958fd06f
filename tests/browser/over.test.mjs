// Two branches over one another: one diagram, what both have once, what only one has told apart by more than colour.

import assert from "node:assert/strict";
import test from "node:test";

import { copyLink, pause, playhead, playing, press, ready, toNode, twoBranches, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

const pane = (page) => page.locator(".over-pane");
const legend = (page) => pane(page).getByRole("list", { name: "What is drawn how" }).getByRole("listitem").allTextContents();
const picked = (page) => page.locator("[data-pick]");
const own = (page, side, kind) => pane(page).locator(`svg.body g[data-side=${side}] .${side === "second" ? "only-second" : "only-first"}[data-target^="${kind} "]`);

async function over(page) {
  await page.getByRole("group", { name: "Both branches" }).getByRole("button", { name: "Over one another" }).click();
  await pane(page).locator("svg.body .event").first().waitFor({ state: "attached" });
}

/** Presses in the middle of a mark that may lie under others: what is there is what is nearest. */
async function clickOn(page, mark, touch = false) {
  await mark.scrollIntoViewIfNeeded();
  const box = await mark.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  if (touch) await page.touchscreen.tap(x, y);
  else await page.mouse.click(x, y);
}

test("Fit at the end of the run shows marks, however often it is asked for", async (t) => {
  const { page } = await twoBranches(t);
  await over(page);
  await press(page, "End");
  const inSight = () =>
    page.evaluate(() => {
      const window = document.querySelector(".over-pane .scroll").getBoundingClientRect();
      const marks = [...document.querySelectorAll(".over-pane svg.body .event")].map((mark) => mark.getBoundingClientRect());
      return marks.filter(({ left, right }) => left > window.left + 100 && right < window.right).length;
    });
  for (let count = 0; count < 5; count += 1) {
    await page.keyboard.press("f");
    // Longer than anything is drawn: what is wrong must stay wrong to be found.
    await page.waitForTimeout(700);
    assert.ok((await inSight()) > 0, `${await inSight()} marks in sight after Fit was pressed ${count + 1} times`);
  }
});

test("by the switch, and by its key, two branches lie over one another and side by side, and that is remembered", async (t) => {
  const { page, leader, shot } = await twoBranches(t);
  await over(page);
  assert.equal(await page.locator(".beside").count(), 0, "one diagram");
  const [both, first, second, parting] = await legend(page);
  assert.match(both, /^both: \d+ events$/);
  assert.match(first, /^only Branch 2: \d+$/);
  assert.match(second, /^only First: \d+$/);
  assert.equal(parting, "They part at 0.900 s.");
  await press(page, "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight");
  assert.ok((await own(page, "second", "event").count()) > 3);
  assert.ok((await own(page, "first", "event").count()) > 3);
  await shot("over");
  const crash = pane(page).locator(`.crash.only-first[data-target^="event ${leader}:"]`);
  assert.equal(await crash.count(), 1, "only the branch at work has the crash");

  await page.keyboard.press("O");
  await page.locator(".beside svg.body [data-target]").first().waitFor({ state: "attached" });
  assert.equal(await pane(page).count(), 0);
  await page.keyboard.press("O");
  await pane(page).waitFor();
  const kept = () => page.evaluate(() => Object.entries(sessionStorage).filter(([key]) => key.startsWith("lightcone.branches.")).map(([, text]) => JSON.parse(text)));
  await until(async () => (await kept()).some(([, beside]) => beside !== null), "the comparison to be kept");
  await page.reload();
  await ready(page);
  await pane(page).locator("svg.body .event").first().waitFor({ state: "attached" });
});

test("never colour alone: what only one has differs in form, dash and side", async (t) => {
  const { page } = await twoBranches(t);
  await over(page);
  const look = await pane(page).evaluate((pane) => {
    const style = (selector, name) => {
      const element = pane.querySelector(`svg.body ${selector}`);
      return element && getComputedStyle(element)[name];
    };
    return {
      first: style(".arrow.only-first:not(.copy)", "strokeDasharray"),
      second: style(".arrow.only-second:not(.copy)", "strokeDasharray"),
      fills: [".event.only-first", ".event.only-second"].map((event) => style(event, "fill")),
      common: pane.querySelector("svg.body .event.in-both").tagName,
      own: pane.querySelector("svg.body .event.only-second").tagName,
    };
  });
  assert.equal(look.first, "none");
  assert.notEqual(look.second, "none");
  assert.notEqual(look.fills[0], look.fills[1]);
  assert.deepEqual([look.common, look.own], ["circle", "path"]);
});

test("an event that only the other branch has is looked into there, and one of the branch at work here", async (t) => {
  const { page, shot } = await twoBranches(t);
  await over(page);
  const theirs = own(page, "second", "event").nth(2);
  const id = (await theirs.getAttribute("data-target")).split(" ")[1];
  await clickOn(page, theirs);
  await picked(page).waitFor();
  assert.equal(await picked(page).getAttribute("data-pick"), id);
  await page.getByRole("heading", { name: `Event ${id} in First` }).waitFor();
  assert.equal(await pane(page).locator(`.selected.only-second`).count(), 1);
  await shot("over-picked");
  // Its cause is looked into in the same branch.
  const cause = page.locator(".look-event").getByRole("button", { name: /^Its cause/ });
  if (await cause.count()) await cause.click();
  await page.getByRole("heading", { name: / in First$/ }).waitFor();

  const mine = own(page, "first", "event").nth(2);
  const other = (await mine.getAttribute("data-target")).split(" ")[1];
  await clickOn(page, mine);
  await page.getByRole("heading", { name: `Event ${other}`, exact: true }).waitFor();
  assert.equal(await picked(page).count(), 1, "one thing is looked into at a time");
  await page.keyboard.press("Escape");
  await picked(page).waitFor({ state: "detached" });
});

test("the playhead is one, on the keyboard and dragged, in each scale of time", async (t) => {
  const { page, shot } = await twoBranches(t);
  await over(page);
  const pill = () => pane(page).locator("text.now-time").textContent();
  for (const scale of ["true", "logical", "warped"]) {
    await page.getByRole("combobox", { name: "Time" }).selectOption(scale);
    await press(page, "ArrowRight", "ArrowRight");
    await until(async () => (await pill()) === (await playhead(page)).clock.match(/\d+\.\d{3} s/)[0], "the pill to show the time");
    assert.ok((await own(page, "first", "event").count()) > 0, scale);
    assert.ok((await own(page, "second", "event").count()) > 0, scale);
    await shot(`over-${scale}`);
  }
  const before = await playhead(page);
  const mark = await pane(page).locator('text[data-target="now"]').boundingBox();
  await page.mouse.move(mark.x + mark.width / 2, mark.y + mark.height / 2);
  await page.mouse.down();
  await page.mouse.move(mark.x - 120, mark.y + mark.height / 2, { steps: 4 });
  await page.mouse.up();
  await until(async () => (await playhead(page)).event < before.event, "the playhead to follow");
});

test("on a phone, by touch", async (t) => {
  const { page, shot } = await twoBranches(t, { viewport: { width: 390, height: 844 }, context: { hasTouch: true } });
  await page.getByRole("button", { name: "Over one another" }).tap();
  await pane(page).locator("svg.body .event").first().waitFor({ state: "attached" });
  assert.equal(await pane(page).getAttribute("data-flow"), "down");
  await shot("over-phone");
  const theirs = own(page, "second", "event").nth(1);
  const id = (await theirs.getAttribute("data-target")).split(" ")[1];
  await clickOn(page, theirs, true);
  await picked(page).waitFor();
  assert.equal(await picked(page).getAttribute("data-pick"), id);
});

test("in a quiz neither branch tells what is to come", async (t) => {
  const { page } = await open(t, { url: "#raft?t=900ms", viewport: SIZE, context: { permissions: ["clipboard-read", "clipboard-write"] } });
  await ready(page);
  await pause(page);
  const link = await copyLink(page, { quiz: true });
  await page.goto("about:blank");
  await page.goto(link);
  await ready(page);
  await press(page, "B");
  const [leader] = await playing(page, "leader");
  await toNode(page, leader.node, "Crash");
  await over(page);
  const [, first, second] = await legend(page);
  assert.deepEqual([first, second], ["only Branch 2: 1", "only First: 0"]);
  assert.equal(await own(page, "second", "event").count(), 0);
});
