// Finding one's way: what an edit changed, where an invariant broke, and what has not begun yet.

import assert from "node:assert/strict";
import test from "node:test";

import { invariants, openExample, openProtocol, pause, playhead, press, ready, script, telling, toNode, trouble, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Raft at some moment, standing still. */
async function raft(t, at = "950ms", options = {}) {
  const opened = await open(t, { url: `#raft?t=${at}`, viewport: SIZE, ...options });
  await ready(opened.page);
  await pause(opened.page);
  return opened;
}

for (const [place, viewport] of [["desk", SIZE], ["phone", PHONE]]) {
  test(`${place}: what the last edit can have changed comes back, and stays until it is put away`, async (t) => {
    const { page, shot } = await raft(t, "950ms", { viewport });
    const glow = page.locator("svg.body .glow");
    const chip = page.getByRole("button", { name: "What changed" });
    assert.equal(await chip.count(), 0, "nothing was edited");
    await toNode(page, "B", "Crash");
    await glow.first().waitFor({ state: "attached" });
    await until(async () => (await glow.count()) === 0, "the end of the glow");

    await telling(page, () => chip.click());
    await press(page, "ArrowRight", "ArrowRight");
    assert.ok((await glow.count()) > 1, "it is marked on several lanes");
    await shot(`what-changed-${place}`);
    await press(page, "w");
    assert.equal(await glow.count(), 0);
    await press(page, "w");
    assert.ok((await glow.count()) > 1);

    await press(page, "u");
    await until(async () => (await glow.count()) === 0, "the end of the glow");
    assert.equal(await chip.count(), 0, "what was taken back is gone");
    await press(page, "Control+Shift+z");
    assert.equal(await chip.getAttribute("aria-pressed"), "false");
  });
}

test("from what is violated one press leads to where, and to the sentence", async (t) => {
  const { page, shot } = await raft(t);
  await openExample(page, "Figure 8: counted as committed, and overwritten");
  await press(page, "End");
  const { violated, watched } = await invariants(page);
  assert.ok(violated.length > 0);
  const health = page.locator(".health.violated");
  const words = violated.length > 1 ? `${violated.length} of ${watched} invariants violated` : `${violated[0]} is violated`;
  assert.equal(await health.innerText(), words);
  const end = await playhead(page);
  await health.click();
  const look = page.locator("[data-pick]");
  await look.waitFor();
  const { event } = await playhead(page);
  assert.ok(event < end.event, "the playhead went back to it");
  assert.match((await look.innerText()).trim(), /^Violated, /);
  const id = await look.getAttribute("data-pick");
  const inSight = () =>
    page.evaluate((id) => {
      const box = document.querySelector(`svg.body [data-target="event ${id}"]`)?.getBoundingClientRect();
      const scroll = document.querySelector(".scroll").getBoundingClientRect();
      return box !== undefined && box.left > scroll.left && box.right < scroll.right;
    }, id);
  await until(inSight, "the event in sight");
  await shot("violated-there");

  // Also where the playhead stands there already, and one has scrolled away.
  await page.locator(".scroll").evaluate((scroll) => scroll.scrollTo(0, 0));
  await until(async () => !(await inSight()), "the beginning in sight");
  await page.locator(".health.violated").click();
  await until(inSight, "the event in sight again");
});

test("before the first event nobody is down, nobody has started yet", async (t) => {
  const { page, shot } = await raft(t);
  await press(page, "Home");
  const roles = await page.locator(".card-role").allTextContents();
  assert.deepEqual([...new Set(roles)], ["not started yet"]);
  assert.equal(await page.locator("[data-condition=down]").count(), 0);
  await page.getByText("The run begins with the first step.").waitFor();
  await shot("not-started");
  await press(page, "ArrowRight");
  await page.getByText("not started yet").first().waitFor({ state: "detached" });
});

test("work that was left by opening something else is told of, and a press leads back to it", async (t) => {
  for (const viewport of [SIZE, PHONE]) {
    const { page, shot } = await raft(t, "950ms", { viewport });
    const kept = page.locator(".banner.left");
    await openProtocol(page, "2pc");
    assert.ok(await kept.isHidden(), "nothing was edited");
    await pause(page);
    await toNode(page, "B", "Crash");
    await page.locator("select[name=protocol]").selectOption("paxos");
    await kept.waitFor();
    assert.match(await kept.innerText(), /^Your Two-phase commit run is kept/);
    await shot(`kept-${viewport.width}`);
    await kept.getByRole("button", { name: "Go back to it" }).click();
    await page.locator('article[data-node="B"][data-condition="down"]').waitFor();
    assert.ok(await kept.isHidden());
    assert.ok(await page.getByRole("button", { name: "Undo" }).isEnabled());
  }
});

test("where everything waits, messages come first in a list that has room for ten", async (t) => {
  const { page, shot } = await raft(t);
  const list = page.getByRole("list", { name: "What may happen next" });
  const low = (await list.boundingBox()).height;
  await telling(page, () => page.getByRole("switch", { name: "hold all" }).click());
  const kinds = await list.locator("> li").evaluateAll((rows) => rows.map((row) => row.classList.contains("timer")));
  assert.deepEqual(kinds, [...kinds].sort());
  assert.ok(kinds.length > 5 && kinds.includes(true) && kinds.includes(false));
  const { height } = await list.boundingBox();
  assert.ok(height > low, `${height} px`);
  await shot("hold-all");
  const first = await list.locator("> li").first().getAttribute("data-pending");
  await press(page, "ArrowRight");
  assert.equal(await list.locator(`[data-pending="${first}"]`).count(), 0, "a step takes the first");
});

test("while it plays, what comes first stays at the top of the list, in sight", async (t) => {
  const { page } = await open(t, { url: "#paxos", viewport: SIZE });
  await ready(page);
  const list = page.getByRole("list", { name: "What may happen next" });
  for (let looks = 0; looks < 8; looks += 1) {
    await page.waitForTimeout(100);
    assert.equal(await list.evaluate((list) => list.scrollTop), 0);
  }
});

test("a link to a moment far beyond the end shows the end, and says so", async (t) => {
  const { page } = await open(t, { url: "#raft?t=999999s", viewport: SIZE });
  await ready(page);
  assert.match(await trouble(page), /^This run ends at \d+\.000 s, and is shown there: 999999\.000 s/);
  const { clock } = await playhead(page);
  assert.equal(Number.parseFloat(clock), Number.parseFloat((await trouble(page)).match(/at ([\d.]+) s/)[1]));
});

test("a message that a person lost can be had back from its own panel", async (t) => {
  const { page, shot } = await raft(t);
  await page.locator(".next-row.message .next-head").first().click();
  const look = page.locator("[data-pick]");
  const undo = look.getByRole("button", { name: "Undo this" });
  assert.equal(await undo.count(), 0);
  await telling(page, () => look.getByRole("button", { name: "Drop", exact: true }).click());
  await undo.waitFor();
  assert.equal(await look.getByRole("button", { name: "Drop", exact: true }).count(), 0);
  await shot("message-lost");
  await telling(page, () => undo.click());
  await look.getByRole("button", { name: "Drop", exact: true }).waitFor();
  assert.deepEqual(await script(page), []);
});

test("the help explains the signs, as the diagram draws them", async (t) => {
  for (const [viewport, colorScheme] of [[SIZE, "light"], [PHONE, "dark"]]) {
    const { page, shot } = await raft(t, "950ms", { viewport, colorScheme });
    await page.getByRole("button", { name: "Help" }).click();
    const legend = page.locator(".legend");
    await legend.waitFor();
    assert.ok((await legend.locator("li").count()) >= 16);
    await legend.evaluate((legend) => legend.scrollIntoView());
    await shot(`legend-${colorScheme}`);
  }
});
