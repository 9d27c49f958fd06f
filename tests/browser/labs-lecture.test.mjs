// A lab before an audience: a clicker goes through its steps, and a second window tells the lecturer all that they say.

import assert from "node:assert/strict";
import test from "node:test";

import { at, DESK, heading, lab, PHONE, sandboxOf } from "./in-labs.mjs";
import { toNode, until } from "./hands.mjs";
import { sideways, smallTargets, violations } from "./sight.mjs";

/** A lab before an audience. */
async function lecture(t, place, options = {}) {
  const opened = await lab(t, place, options);
  await opened.page.keyboard.press("v");
  await opened.page.locator("[data-beat]").waitFor();
  return opened;
}

/** What is before the audience is this part of a step. */
const shows = (page, name, beat) =>
  page.locator(`[data-beat="${beat}"]`).getByRole("heading", { level: 1, name, exact: true }).waitFor();

test("a clicker goes through a lab step by step, asks, answers, and goes the same way back", async (t) => {
  const { page, sandbox, shot } = await lecture(t, "raft/election");
  for (const gone of [".bar", ".side", ".transport", ".toolbar"]) {
    await sandbox.locator(gone).first().waitFor({ state: "hidden" });
  }
  assert.equal(await page.locator(".text").isVisible(), false);
  await shows(page, "Everybody waits", "tell");
  await page.getByText("At the beginning nobody leads.", { exact: true }).waitFor();
  const size = await page.locator(".caption-told").evaluate((told) => Number.parseFloat(getComputedStyle(told).fontSize));
  assert.ok(size >= 22, `${size} px`);
  await at(sandbox, 100);
  const events = () => sandbox.locator("svg.body [data-target^='event ']").count();
  const before = await events();

  await page.keyboard.press("PageDown");
  await shows(page, "Everybody waits", "ask");
  assert.equal(await page.locator(".caption-choices li").count(), 3);
  assert.equal(await page.locator(".caption-choices .right").count(), 0);
  assert.equal(await events(), before, "nothing of what comes is drawn");
  await shot("lab-lecture-ask");

  await page.keyboard.press("Space");
  await shows(page, "Everybody waits", "answer");
  assert.match(await page.locator(".caption-choices .right").innerText(), /C: its timer is the first to fire/);
  await page.locator(".caption-because").getByText("Its timer fires at 165 ms.").waitFor();
  await at(sandbox, 450);
  await until(async () => (await events()) > before, "the run");
  await shot("lab-lecture-answer");

  await page.keyboard.press("ArrowRight");
  await shows(page, "One asks", "tell");
  await at(sandbox, 165.5);
  await page.keyboard.press("PageUp");
  await shows(page, "Everybody waits", "answer");
  await page.keyboard.press("ArrowLeft");
  await shows(page, "Everybody waits", "ask");
  await at(sandbox, 100);
  for (let press = 0; press < 4; press += 1) await page.keyboard.press("PageDown");
  await shows(page, "A majority answers", "ask");

  // The run itself goes on by its own keys, and the steps stay where they are.
  await page.keyboard.press("l");
  await sandbox.waitForFunction(() => document.querySelector("[data-now]").dataset.now !== "201700000");
  await shows(page, "A majority answers", "ask");
  await page.keyboard.press("Home");
  await shows(page, "Everybody waits", "tell");
});

test("what a right answer speaks of, and a solution, are shown as runs", async (t) => {
  const { page, sandbox } = await lecture(t, "net/two-generals");
  await shows(page, "Three messengers", "tell");
  await page.keyboard.press("PageDown");
  await page.keyboard.press("PageDown");
  await shows(page, "Three messengers", "answer");
  await at(sandbox, 1100);
  await sandbox.locator("svg.body .violation").first().waitFor({ state: "attached" });
  // This step has no words but its challenge.
  await page.keyboard.press("PageDown");
  await shows(page, "Catch one", "goal");
  await sandbox.locator("svg.body .violation").first().waitFor({ state: "detached" });
  await page.keyboard.press("PageDown");
  await shows(page, "Catch one", "solution");
  assert.match(await page.locator(".caption-deeds").innerText(), /0\.050 s: .*lost/);
  await sandbox.locator("svg.body .violation").first().waitFor({ state: "attached" });
});

test("keys are heard with the focus in the diagram; b darkens, o points, Escape brings the lab back", async (t) => {
  const { page, sandbox } = await lecture(t, "raft/election");
  await sandbox.locator(".scroll").click({ position: { x: 600, y: 20 } });
  await page.keyboard.press("PageDown");
  await shows(page, "Everybody waits", "ask");
  const dark = page.locator(".black-out");
  for (const key of ["b", "."]) {
    await page.keyboard.press(key);
    await dark.waitFor();
    const window = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    assert.deepEqual(await dark.boundingBox(), { x: 0, y: 0, ...window });
    await page.keyboard.press(key);
    await dark.waitFor({ state: "hidden" });
  }
  await page.keyboard.press("o");
  await page.mouse.move(500, 300);
  await page.mouse.move(520, 320);
  const box = await page.locator(".laser").boundingBox();
  assert.ok(Math.abs(box.x + box.width / 2 - 520) < 1 && Math.abs(box.y + box.height / 2 - 320) < 1, JSON.stringify(box));
  await page.keyboard.press("o");
  // The click above may have picked something, of which Escape lets go first.
  await page.keyboard.press("Escape");
  await page.waitForTimeout(300);
  if ((await page.locator("[data-beat]").count()) > 0) await page.keyboard.press("Escape");
  await page.locator("[data-beat]").waitFor({ state: "detached" });
  await sandbox.locator(".transport").waitFor();
  await heading(page, "Everybody waits");
});

test("an audience has not rehearsed: a question is asked again; and nothing shown counts as done", async (t) => {
  const { page, sandbox } = await lab(t, "raft/election/6");
  // The reader's own run is there again after the lecture.
  await page.locator('[data-verdict="not-yet"]').waitFor();
  await toNode(sandbox, "A", "Crash");
  const script = () => sandbox.getByRole("list", { name: "Script" }).locator(".script-words").count();
  await until(async () => (await script()) === 2, "the crash");
  await page.getByRole("button", { name: "Present" }).click();
  await shows(page, "Undo the split", "tell");
  await page.keyboard.press("PageDown");
  await page.keyboard.press("PageDown");
  await shows(page, "Undo the split", "solution");
  await at(sandbox, 2500);
  await page.keyboard.press("v");
  await page.locator('[data-verdict="not-yet"]').waitFor();
  await until(async () => (await script()) === 2, "the reader's own run");
  assert.equal(await page.locator(".dot.solved").count(), 0);

  await page.evaluate(() => (location.hash = "#raft/election"));
  await page.getByRole("button", { name: "A: it comes first" }).click();
  await page.locator(".because p").waitFor();
  await page.keyboard.press("v");
  await shows(page, "Everybody waits", "tell");
  await at(sandbox, 100);
  await until(async () => (await sandbox.locator("svg.body [data-target^='event C:3']").count()) === 0, "a hidden future");
});

test("the second window has all that a step says, what is right, what comes next and a clock, and drives the first", async (t) => {
  const { page, context } = await lecture(t, "raft/election");
  const [notes] = await Promise.all([context.waitForEvent("page"), page.keyboard.press("n")]);
  const now = notes.getByRole("region", { name: "Now" });
  const next = notes.getByRole("region", { name: "Next" });
  await now.getByText("Everybody waits", { exact: true }).waitFor();
  await now.getByText("drawn at random, counted by its own clock").waitFor();
  await now.getByText("✓ C: its timer is the first to fire.").waitFor();
  await next.getByText("Question: Which server will ask for votes first?").waitFor();
  await notes.screenshot({ path: "target/screens/lab-lecture-notes.png" });
  await notes.getByRole("button", { name: "Step", exact: true }).click();
  await shows(page, "Everybody waits", "ask");
  await next.getByText("The answer.").waitFor();
  for (const [key, name, beat] of [["PageDown", "Everybody waits", "answer"], ["PageDown", "One asks", "tell"], ["PageUp", "Everybody waits", "answer"]]) {
    await notes.keyboard.press(key);
    await shows(page, name, beat);
  }
  await now.getByText("The answer.").waitFor();
  await notes.getByRole("button", { name: "Dark screen" }).click();
  await page.locator(".black-out").waitFor();
  await notes.getByRole("button", { name: "Dark screen" }).click();
  await page.locator(".black-out").waitFor({ state: "hidden" });
  assert.equal(await notes.getByRole("button", { name: "Play" }).isVisible(), false);
  const clock = notes.getByRole("timer");
  await until(async () => (await clock.textContent()) !== "0:00", "the clock to go on");
  await notes.getByRole("button", { name: "To start" }).click();
  await shows(page, "Everybody waits", "tell");
});

for (const [place, viewport] of [["desk", DESK], ["phone", PHONE]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`a lab before an audience, ${place}, ${colorScheme}: nothing sticks out, every target can be hit, axe finds nothing`, async (t) => {
      const { page, shot } = await lecture(t, "raft/safety/5", { viewport, colorScheme });
      for (const beat of ["tell", "ask", "answer"]) {
        await shows(page, "With the rule", beat);
        await sandboxOf(page);
        await shot(`lab-lecture-${place}-${colorScheme}-${beat}`);
        assert.deepEqual(await sideways(page), [], `${beat}: wider than the window`);
        assert.deepEqual(await smallTargets(page), [], `${beat}: targets below 24 px`);
        assert.deepEqual(await violations(page), [], beat);
        const diagram = await page.locator("iframe").boundingBox();
        assert.ok(diagram.height >= viewport.height * 0.3, `the diagram is ${diagram.height} px high`);
        await page.keyboard.press("PageDown");
      }
    });
  }
}
