// A long sitting: hundreds of steps forth and back, panels that come and go, documents opened one after another. The
// harness fails on anything that goes wrong in the page meanwhile.

import assert from "node:assert/strict";
import test from "node:test";

import { undrivable } from "./browser.mjs";
import { card, cards, drawing, assertSameDrawing, laneMenu, openExample, pause, playhead, press, ready, script, until } from "./hands.mjs";
import { open } from "./harness.mjs";
import { longRun } from "./long-run.mjs";

const SIZE = { width: 1440, height: 900 };
/** So long that nobody's machine computes it in a moment. */
const EVENTS = 300_000;
/** How much slower the processor is made, so that there is time to see what happens meanwhile. */
const SLOWER = 6;
const UNTHROTTLED = undrivable("WebDriver cannot slow Firefox down");

/** Opens a long run on a slow machine; it is being computed. */
async function slowly(t, { share = 0, ...options } = {}) {
  const { page, shot } = await open(t, { url: "", viewport: SIZE, ...options });
  await ready(page);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.evaluate((link) => void (location.hash = link), longRun(EVENTS, share));
  return { page, shot, fast: () => cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 }) };
}

/** The bar that tells how far the run has come, and the button beside it. */
function progress(page, name = "Computing") {
  const bar = page.getByRole("group", { name, exact: true });
  const percent = async () => Number((await bar.textContent()).match(/(\d+) %/)[1]);
  return { bar, percent, press: (button) => bar.getByRole("button", { name: button, exact: true }) };
}

/** The same run once it is all there. */
async function computed(page) {
  await progress(page).bar.waitFor({ state: "hidden" });
  await ready(page);
}

test("a long run opens at once, says how far it is, and answers meanwhile", UNTHROTTLED, async (t) => {
  const { page, shot, fast } = await slowly(t);
  const { bar, percent } = progress(page);
  const resuming = page.waitForRequest(/-resume\.wasm$/);
  await bar.waitFor();
  await resuming;
  await pause(page);
  const first = await percent();
  const before = await playhead(page);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await until(async () => (await playhead(page)).event > before.event, "a step while it is being computed");
  assert.match((await playhead(page)).place, /so far, still computing/);
  await shot("computing");
  await until(async () => (await percent()) > first, "progress");
  await fast();
  await computed(page);
  assert.match((await playhead(page)).place, /of 29\d{4}$/);
});

for (const [how, cancel] of [
  ["by a click", (page) => progress(page).press("Cancel").click()],
  ["by Escape", (page) => page.keyboard.press("Escape")],
]) {
  test(`a run that is not waited for, ${how}, stays as far as it has come and can go on`, UNTHROTTLED, async (t) => {
    const { page, shot, fast } = await slowly(t);
    await progress(page).bar.waitFor();
    await cancel(page);
    const stopped = progress(page, "Computed");
    await stopped.bar.waitFor();
    await shot(`stopped ${how}`);
    const { place } = await playhead(page);
    assert.match(place, /so far$/);
    await pause(page);
    await press(page, "ArrowRight", "ArrowLeft");
    await fast();
    await stopped.press("Go on").click();
    await computed(page);
    assert.match((await playhead(page)).place, /of 29\d{4}$/);
  });

  test(`an edit of a long run that is not waited for, ${how}, is not done`, UNTHROTTLED, async (t) => {
    const { page, shot, fast } = await slowly(t, { share: 0.3 });
    await fast();
    await progress(page).bar.waitFor();
    await computed(page);
    const before = { ...(await playhead(page)), cards: await cards(page), drawn: await drawing(page) };
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER * 2 });
    await (await laneMenu(page, "C")).getByRole("button", { name: "Crash", exact: true }).click();
    await progress(page).bar.waitFor();
    await shot(`computing an edit ${how}`);
    await cancel(page);
    await until(async () => (await script(page)).length === 0, "an empty script");
    await progress(page).bar.waitFor({ state: "hidden" });
    const after = { ...(await playhead(page)), cards: await cards(page), drawn: await drawing(page) };
    assertSameDrawing(after.drawn, before.drawn);
    assert.deepEqual([after.place, after.now, after.cards], [before.place, before.now, before.cards]);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await (await laneMenu(page, "C")).getByRole("button", { name: "Crash", exact: true }).click();
    await until(async () => (await card(page, "C")).condition === "down", "the crash, after all");
    await computed(page);
  });
}

test("what is done while a run is being computed comes on top, and both can be undone", UNTHROTTLED, async (t) => {
  const { page, fast } = await slowly(t, { share: 0.02 });
  await progress(page).bar.waitFor();
  const crash = async (node) => {
    await (await laneMenu(page, node)).getByRole("button", { name: "Crash", exact: true }).click();
    await page.locator('[data-sheet="lane"]').waitFor({ state: "detached" });
  };
  await pause(page);
  await crash("C");
  await crash("D");
  await fast();
  await until(async () => (await script(page)).length === 2, "both in the script");
  await computed(page);
  for (const node of ["C", "D"]) assert.equal((await card(page, node)).condition, "down", node);
  await press(page, "u", "u");
  await until(async () => (await script(page)).length === 0, "neither in the script");
  await computed(page);
  assert.equal((await card(page, "C")).condition, "up");
});

test("another run shows the one before, dimmed, until it has come to the playhead", UNTHROTTLED, async (t) => {
  const { page, shot, fast } = await slowly(t, { share: 0.8 });
  await fast();
  await progress(page).bar.waitFor();
  await computed(page);
  const before = { ...(await playhead(page)), drawn: await drawing(page) };
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  const fold = page.locator("#panel-setup .fold");
  if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click();
  const seed = page.locator('#panel-setup input[name="seed"]');
  await seed.fill("2");
  await seed.press("Enter");
  await progress(page).bar.waitFor();
  await page.locator(".awaiting").waitFor();
  await shot("awaiting");
  assertSameDrawing(await drawing(page), before.drawn);
  await progress(page).press("Cancel").click();
  await page.locator(".awaiting").waitFor({ state: "detached" });
  assertSameDrawing(await drawing(page), before.drawn);
  assert.equal((await playhead(page)).place, before.place);
  assert.equal(await seed.inputValue(), "1");
});

test("two hundred steps forth and back, with panels that come and go, end where they began", async (t) => {
  const { page } = await open(t, { url: "#raft", viewport: SIZE });
  await ready(page);
  await pause(page);
  await press(page, "Home", "ArrowRight");
  const before = { place: (await playhead(page)).place, cards: await cards(page), drawn: await drawing(page) };
  const panels = ["Next", "Nodes", "Invariants", "Script", "Set-up"];
  const fold = (step) => page.getByRole("button", { name: panels[step % panels.length], exact: true }).click();
  for (const key of ["ArrowRight", "ArrowLeft"]) {
    for (let step = 0; step < 200; step += 1) {
      await press(page, key);
      if (step % 10 === 0) await fold(step / 10);
      if (step % 25 === 0) await page.keyboard.press(step % 50 === 0 ? "e" : "Escape");
    }
  }
  await page.keyboard.press("Escape");
  await page.locator("[data-pick]").waitFor({ state: "detached" });
  assert.equal((await playhead(page)).place, before.place);
  assert.deepEqual(await cards(page), before.cards);
  assertSameDrawing(await drawing(page), before.drawn);
});

test("holding a key down steps as fast as the page can", async (t) => {
  const { page } = await open(t, { url: "#raft", viewport: SIZE });
  await ready(page);
  await pause(page);
  await press(page, "Home");
  for (let step = 0; step < 200; step += 1) await page.keyboard.down("ArrowRight");
  await page.keyboard.up("ArrowRight");
  const { event } = await playhead(page);
  assert.ok(event >= 200, `event ${event}`);
  for (let step = 0; step < 200; step += 1) await page.keyboard.down("ArrowLeft");
  await page.keyboard.up("ArrowLeft");
  await until(async () => (await playhead(page)).event === 0, "the beginning");
});

test("every protocol and every example opens, plays and steps", async (t) => {
  const { page } = await open(t, { url: "#raft", viewport: SIZE });
  await ready(page);
  const titles = (list) =>
    page.getByRole("combobox", { name: list, exact: true }).locator("option").allTextContents();
  for (const protocol of await titles("Protocol")) {
    await page.getByRole("combobox", { name: "Protocol", exact: true }).selectOption({ label: protocol });
    await page.waitForFunction(
      (title) => document.querySelector("select[name=protocol]").selectedOptions[0].textContent === title,
      protocol,
    );
    for (const example of (await titles("Examples")).slice(1)) {
      await openExample(page, example);
      await pause(page);
      await press(page, "End", "ArrowLeft", "Home", "ArrowRight");
      assert.equal(await page.locator(".banner.trouble").isVisible(), false, example);
    }
  }
});
