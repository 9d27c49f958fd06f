// Before an audience: only the diagram and a caption, a clicker's keys, a dark screen, a red dot; and a second window with
// notes that drives the first.

import assert from "node:assert/strict";
import test from "node:test";

import { pause, playhead, press, ready, telling, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

/** Raft before an audience, at 0.9 s. */
async function lecture(t, options = {}) {
  const opened = await open(t, { url: "#raft?t=900ms", viewport: SIZE, ...options });
  await ready(opened.page);
  await pause(opened.page);
  await opened.page.keyboard.press("v");
  await opened.page.locator("[data-lecture]").waitFor();
  return opened;
}

const caption = (page) => page.locator(".caption").textContent();
const event = async (page) => (await playhead(page)).event;

/** The window's: a lecture may take the whole screen, whatever that is. */
const size = (page) => page.evaluate(() => ({ width: innerWidth, height: innerHeight }));

test("only the diagram and what it shows are left, large, and Escape brings all back", async (t) => {
  const { page, shot } = await lecture(t);
  for (const gone of [".bar", ".side", ".transport", ".toolbar"]) {
    assert.equal(await page.locator(gone).first().isVisible(), false, gone);
  }
  const box = await page.locator(".pane").boundingBox();
  const { width, height } = await size(page);
  assert.ok(box.width > width - 40 && box.height > height - 160, JSON.stringify(box));
  const text = await page.locator(".caption").evaluate((caption) => Number.parseFloat(getComputedStyle(caption).fontSize));
  assert.ok(text >= 22, `${text} px`);
  await shot("lecture-light");
  await page.keyboard.press("Escape");
  await page.waitForTimeout(300);
  // Where the browser takes the first one to leave the whole screen.
  if ((await page.locator("[data-lecture]").count()) > 0) await page.keyboard.press("Escape");
  await page.locator(".bar").waitFor();
  await page.locator("[data-lecture]").waitFor({ state: "detached" });
});

test("a clicker and Space step, and the caption says what the step showed", async (t) => {
  const { page } = await lecture(t);
  let before = await event(page);
  for (const [key, by] of [["Space", 1], ["PageDown", 1], ["ArrowRight", 1], ["PageUp", -1]]) {
    await press(page, key);
    const now = await event(page);
    assert.equal(Math.sign(now - before), by, key);
    before = now;
    assert.equal(await caption(page), (await page.getByRole("log").textContent()).trim());
  }
});

test("b and . darken the screen and bring it back, and nothing moves meanwhile", async (t) => {
  const { page } = await lecture(t);
  const before = await playhead(page);
  const dark = page.locator(".black-out");
  for (const key of ["b", "."]) {
    await page.keyboard.press(key);
    await dark.waitFor();
    assert.deepEqual(await dark.boundingBox(), { x: 0, y: 0, ...(await size(page)) });
    await page.keyboard.press(key);
    await dark.waitFor({ state: "hidden" });
  }
  assert.deepEqual(await playhead(page), before);
});

test("the red dot follows the pointer", async (t) => {
  const { page } = await lecture(t);
  await page.keyboard.press("o");
  await page.mouse.move(500, 300);
  await page.mouse.move(520, 320);
  const box = await page.locator(".laser").boundingBox();
  assert.ok(Math.abs(box.x + box.width / 2 - 520) < 1 && Math.abs(box.y + box.height / 2 - 320) < 1, JSON.stringify(box));
});

test("the second window tells what has happened and what comes, and drives the first", async (t) => {
  const { page, context } = await lecture(t);
  const [notes] = await Promise.all([context.waitForEvent("page"), page.keyboard.press("n")]);
  const part = (name) => notes.getByRole("region", { name, exact: true }).locator("p").first();
  await part("Now").waitFor();
  assert.equal(await part("Now").textContent(), await caption(page));
  const next = await part("Next").textContent();
  await notes.getByRole("button", { name: "Step", exact: true }).click();
  await until(async () => (await caption(page)) === next, "the first window to show what the second one foretold");
  await until(async () => (await part("Now").textContent()) === next, "the second window to follow");
  await notes.keyboard.press("PageUp");
  await until(async () => (await caption(page)) !== next, "the first window to step back");
  await notes.getByRole("button", { name: "Dark screen" }).click();
  await page.locator(".black-out").waitFor();
  await notes.getByRole("button", { name: "Dark screen" }).click();
  await page.locator(".black-out").waitFor({ state: "hidden" });
  const clock = notes.getByRole("timer");
  await until(async () => (await clock.textContent()) !== "0:00", "the clock to go on");
  await notes.screenshot({ path: "target/screens/lecture-notes.png" });
});

test("a remark that was pinned to an event stands in the notes when it has happened, and before", async (t) => {
  const { page, context } = await open(t, { url: "#raft?t=900ms", viewport: SIZE });
  await ready(page);
  await pause(page);
  await page.keyboard.press("e");
  await page.getByRole("textbox", { name: "Note" }).fill("Say why a majority is enough.");
  await telling(page, () => page.getByRole("button", { name: "Pin", exact: true }).click());
  await page.keyboard.press("Escape");
  const [notes] = await Promise.all([context.waitForEvent("page"), page.keyboard.press("n")]);
  await notes.locator(".notes-remark").getByText("Say why a majority is enough.").waitFor();
  await press(page, "ArrowLeft");
  await notes.getByRole("region", { name: "Your notes" }).getByText("Say why a majority is enough.").waitFor();
});

test("a window with notes whose page is gone says so", async (t) => {
  const { page } = await open(t, { url: "?notes=17", viewport: { width: 900, height: 640 } });
  await page.getByText("Waiting for the page of the lecture").waitFor();
});

test("a hand without keys steps, and ends the lecture", async (t) => {
  const { page } = await lecture(t, { context: { hasTouch: true } });
  const before = await event(page);
  await telling(page, () => page.locator("[data-lecture]").getByRole("button", { name: "Step", exact: true }).tap());
  assert.equal(await event(page), before + 1);
  await page.getByRole("button", { name: "End the lecture" }).tap();
  await page.locator(".bar").waitFor();
});

test("the second window darkens a page on which no lecture has begun", async (t) => {
  const { page, context } = await open(t, { url: "#raft?t=900ms", viewport: SIZE });
  await ready(page);
  const [notes] = await Promise.all([context.waitForEvent("page"), page.keyboard.press("n")]);
  await notes.getByRole("button", { name: "Dark screen" }).click();
  await page.locator(".black-out").waitFor();
});
