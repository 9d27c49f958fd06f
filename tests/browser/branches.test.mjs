// Branches: a story is kept and another tried beside it; both are seen at one playhead, with what differs lit.

import assert from "node:assert/strict";
import test from "node:test";

import { pause, playhead, press, ready, script, telling, twoBranches, typeInto, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

const rows = (page) => page.getByRole("list", { name: "Branches" }).locator("li");
const names = (page) => rows(page).locator("input").evaluateAll((inputs) => inputs.map((input) => input.value));
const words = (beside) => beside.locator(".beside-words").textContent();

test("a branch is begun and edited; the first story stays as it was, beside it, and what differs is said and lit", async (t) => {
  const { page, beside, leader, shot } = await twoBranches(t);
  assert.deepEqual(await names(page), ["First", "Branch 2"]);
  assert.match((await script(page)).join(), new RegExp(`${leader} crashes`));
  assert.match(await words(beside), /^the same until 0\.900 s; then \d+ events of the upper one and \d+ events of this one differ$/);
  assert.ok((await beside.locator(".glow").count()) > 0, "what differs is lit in the second diagram");
  await shot("compare");
  const marks = await beside.locator(`svg.body [data-target^="event ${leader}:"]`).count();
  assert.ok(marks > 0);
});

test("both diagrams stand at one playhead, whichever is moved", async (t) => {
  const { page, beside } = await twoBranches(t);
  await press(page, "ArrowRight", "ArrowRight", "ArrowRight");
  const pill = (pane) => pane.locator("text").filter({ hasText: /^\d+\.\d{3} s$/ }).first().textContent();
  const first = page.locator("section.pane").first();
  assert.equal(await pill(beside), await pill(first));
  // Dragging the second one's playhead moves the first one's too.
  const before = await playhead(page);
  const mark = await beside.locator('svg.body text[data-target="now"]').boundingBox();
  await page.mouse.move(mark.x + mark.width / 2, mark.y + mark.height / 2);
  await page.mouse.down();
  await page.mouse.move(mark.x - 90, mark.y + mark.height / 2, { steps: 4 });
  await page.mouse.up();
  await until(async () => (await playhead(page)).now !== before.now, "the page's playhead to follow");
  await until(async () => (await pill(beside)) === (await pill(first)), "both to show one time");
});

test("one goes over to the other branch and back; each keeps its script and its undo", async (t) => {
  const { page, beside, leader } = await twoBranches(t);
  await telling(page, () => beside.getByRole("button", { name: "Go to First" }).click());
  assert.deepEqual(await script(page), []);
  assert.equal(await page.getByRole("button", { name: "Undo" }).first().isDisabled(), true);
  assert.match(await beside.getByRole("heading").first().textContent(), /^Branch 2$/);
  await telling(page, () => beside.getByRole("button", { name: "Go to Branch 2" }).click());
  assert.match((await script(page)).join(), new RegExp(`${leader} crashes`));
  await press(page, "u");
  assert.deepEqual(await script(page), []);
  await until(async () => (await words(beside)) === "the same to the end", "no difference to be left");
});

test("branches are named, stand as a tree, and can be taken out", async (t) => {
  const { page } = await twoBranches(t);
  const name = rows(page).nth(1).locator("input");
  await typeInto(page, name, "The leader crashes");
  await name.press("Enter");
  await name.blur();
  await press(page, "B");
  assert.deepEqual(await names(page), ["First", "The leader crashes", "Branch 3"]);
  const depth = (row) => row.evaluate((row) => row.style.getPropertyValue("--depth").trim());
  assert.deepEqual(await Promise.all([0, 1, 2].map((place) => depth(rows(page).nth(place)))), ["0", "1", "2"]);
  await telling(page, () => page.getByRole("button", { name: "Take out The leader crashes" }).click());
  assert.deepEqual(await names(page), ["First", "Branch 3"]);
  assert.equal(await depth(rows(page).nth(1)), "1");
});

test("on a phone the two diagrams stand one under the other", async (t) => {
  const { page, shot } = await open(t, { url: "#raft?t=900ms", viewport: { width: 390, height: 844 } });
  await ready(page);
  await pause(page);
  await press(page, "B");
  const beside = page.locator(".beside .scroll");
  await beside.waitFor();
  const [one, other] = [await page.locator(".scroll").first().boundingBox(), await beside.boundingBox()];
  assert.ok(other.y >= one.y + one.height && one.height > 150 && other.height > 120, JSON.stringify([one, other]));
  await shot("compare-phone");
});

test("branches outlive a reload", async (t) => {
  const { page, leader } = await twoBranches(t);
  // What is on the page is written down a moment later.
  await until(() => page.evaluate(() => Object.keys(sessionStorage).some((key) => key.startsWith("lightcone.branches."))), "the branches to be kept");
  await page.reload();
  await ready(page);
  await pause(page);
  assert.deepEqual(await names(page), ["First", "Branch 2"]);
  assert.match((await script(page)).join(), new RegExp(`${leader} crashes`));
  await telling(page, () => page.locator(".beside").getByRole("button", { name: "Go to First" }).click());
  assert.deepEqual(await script(page), []);
});

test("in a quiz the second diagram hides what lies ahead as the first one does", async (t) => {
  const { page } = await open(t, { url: "#raft?t=900ms&quiz", viewport: SIZE });
  await ready(page);
  await press(page, "B");
  const beside = page.locator(".beside");
  await beside.locator("svg.body [data-target]").first().waitFor({ state: "attached" });
  const events = (pane) => pane.locator('svg.body [data-target^="event "]').count();
  assert.equal(await events(beside), await events(page.locator("section.pane").first()));
  assert.equal(await words(beside), "");
});

test("each branch keeps its undo over a reload, the one that is not at work too", async (t) => {
  const { page, leader } = await twoBranches(t);
  await telling(page, () => page.locator(".beside").getByRole("button", { name: "Go to First" }).click());
  await until(() => page.evaluate(() => Object.entries(sessionStorage).some(([key, text]) => key.startsWith("lightcone.branches.") && text.startsWith("[1,"))), "the branches to be kept as they are now");
  await page.reload();
  await ready(page);
  await pause(page);
  await telling(page, () => page.locator(".beside").getByRole("button", { name: "Go to Branch 2" }).click());
  assert.match((await script(page)).join(), new RegExp(`${leader} crashes`));
  await press(page, "u");
  assert.deepEqual(await script(page), []);
});
