// Finding one's way: what an edit changed, where an invariant broke, and what has not begun yet.

import assert from "node:assert/strict";
import test from "node:test";

import { invariants, openExample, pause, playhead, press, ready, telling, toNode, until } from "./hands.mjs";
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
