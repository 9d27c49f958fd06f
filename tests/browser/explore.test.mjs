// "Can this ever happen?", asked in the page.

import assert from "node:assert/strict";
import test from "node:test";

import { cards, playhead, ready, until } from "./hands.mjs";
import { open } from "./harness.mjs";
import { sideways, smallTargets, violations } from "./sight.mjs";

/** A page with the panel open. */
async function asking(t, url, options = {}) {
  const opened = await open(t, { url, viewport: { width: 1440, height: 900 }, ...options });
  const { page } = opened;
  await ready(page);
  const panel = page.locator('[data-panel="explore"]');
  const tab = page.getByRole("tab", { name: "Explore" });
  if (await tab.isVisible()) await tab.click();
  else await panel.locator(".fold").click();
  await page.locator(".explore").waitFor();
  return { ...opened, panel };
}

const go = (page) => page.getByRole("button", { name: "Go through every schedule" }).click();
const field = (page, name) => page.locator(`[name="explore ${name}"]`);

/** The answer of this sort, which has come into sight: what it says first, and what is to be done about it. */
async function answer(page, sort) {
  const told = page.locator(`[data-answer="${sort}"]`);
  await told.waitFor();
  const head = told.locator(".explore-head").first();
  const inSight = () =>
    head.evaluate((head) => {
      const { left, top, bottom } = head.getBoundingClientRect();
      const there = [top + 2, bottom - 2].map((y) => document.elementFromPoint(left + 2, y));
      return there.every((element) => head.contains(element));
    });
  await until(inSight, "what the answer says first is in sight");
  return told.innerText();
}

test("two leaders at once are found from the playhead on, shown as an edit of the run, and undone", async (t) => {
  const { page, shot } = await asking(t, "#raft?t=300ms");
  const leaders = async () => (await cards(page)).filter((card) => card.role === "leader").length;
  assert.equal(await leaders(), 1);
  await field(page, "what").selectOption("shown");
  await field(page, "value").fill("leader");
  await go(page);
  const told = await answer(page, "yes");
  assert.match(told, /show role leader at once/);
  assert.match(told, /election timeout/);
  await shot("explore-yes");
  await page.getByRole("button", { name: "Show this run" }).click();
  // It goes on from the moment that was asked about, and everything waits for the reader.
  assert.equal((await playhead(page)).now, "300000000");
  await page.keyboard.press("End");
  await until(async () => (await leaders()) === 2, "two leaders");
  await page.keyboard.press("u");
  await page.keyboard.press("End");
  await until(async () => (await leaders()) === 1, "the run as it was");
});

test("never is said with the number of states, what was assumed, and the bound on a mistake", async (t) => {
  const { page, panel } = await asking(t, "#2pc");
  await field(page, "from").selectOption("start");
  await go(page);
  const told = await answer(page, "never");
  assert.match(told, /any of the [\d\u202f]+ states/);
  assert.match(told, /fingerprints of 64 bits/);
  // Nobody calls, so that nothing breaks: that is said, too.
  assert.match(told, /In no schedule a transaction commits\./);
  await panel.locator(".explore details > summary").first().click();
  await field(page, "calls of each client").fill("1");
  await go(page);
  await page.getByText("Sometimes a transaction commits, a transaction aborts.").waitFor();
  await page.getByText("What was assumed").click();
  await page.getByText(/the network is a multiset/).waitFor();
});

test("what clients are told is held to an order of their calls, from the start on", async (t) => {
  const { page, panel, shot } = await asking(t, "#paxos?nodes=3&p.variant=quorum-too-small");
  await field(page, "what").selectOption("linearizable");
  await go(page);
  await page.getByText("what clients saw before this moment is not known: begin at the start").waitFor();
  await field(page, "from").selectOption("start");
  await panel.locator(".explore details > summary").first().click();
  await field(page, "calls of each client").fill("1");
  await go(page);
  const told = await answer(page, "broken");
  assert.match(told, /Violated: linearizable/);
  assert.match(told, /was told “chosen [^”]+”, and no order of the calls explains that/);
  await shot("explore-linearizable");
});

test("a long search says how far it is, the page answers meanwhile, and it can be stopped", async (t) => {
  const { page } = await asking(t, "#raft");
  await field(page, "time-outs").fill("");
  await go(page);
  const stop = page.getByRole("button", { name: "Stop" });
  await stop.waitFor();
  await until(async () => /states\s+\d[\d\u202f]{4}/.test(await page.locator(".explore-told").innerText()), "ten thousand states");
  // The rest of the page is as quick as ever.
  await page.locator('[data-panel="checks"] .fold').click();
  await page.locator('[data-panel="checks"] .fold[aria-expanded="false"]').waitFor();
  await stop.click();
  assert.match(await answer(page, "open"), /you stopped it/);
});

test("where memory is full, the answer is how far it came", async (t) => {
  const { page } = await asking(t, "#raft");
  await page.getByText("What may go wrong, and limits").click();
  await field(page, "time-outs").fill("");
  await field(page, "memory, MB").fill("3");
  await go(page);
  assert.match(await answer(page, "open"), /Not finished: the memory .* within \d+ steps/s);
});

test("what cannot be asked is said in its place", async (t) => {
  const { page } = await asking(t, "#raft");
  await field(page, "time-outs").fill("many");
  await page.getByText("“many” is not a number from 0 to 15, for time-outs", { exact: true }).waitFor();
  await go(page);
  await page.getByText(/This cannot be asked: “many”/).waitFor();
  await field(page, "time-outs").fill("1");
  await field(page, "what").selectOption("shown");
  await go(page);
  await page.getByText(/what role shows is still to be written/).waitFor();
});

test("a protocol that cannot be gone through says so", async (t) => {
  const { page } = await asking(t, "#gossip");
  await page.getByText(/This protocol is not among them yet/).waitFor();
});

test("all 296,448 states of two-phase commit among eight are gone through; alike ones as one they are 920", async (t) => {
  const { page } = await asking(t, "#two_phase?nodes=8");
  await field(page, "from").selectOption("start");
  await page.getByText("What may go wrong, and limits").click();
  assert.equal(await field(page, "network").inputValue(), "set");
  await go(page);
  assert.match(await answer(page, "never"), /any of the 296\u202f448 states that/);
  await field(page, "symmetry").check();
  await go(page);
  await page.getByText(/any of the 920 states, which stand for 296\u202f448,/).waitFor();
  await page.getByText("What was assumed").click();
  await page.getByText(/interchangeable nodes are one/).waitFor();
});

test("a reduction that cannot be had is refused in a sentence", async (t) => {
  const { page } = await asking(t, "#paxos");
  await field(page, "from").selectOption("start");
  await page.getByText("What may go wrong, and limits").click();
  await field(page, "symmetry").check();
  await go(page);
  await page.getByText(/This cannot be asked: no symmetry: /).waitFor();
  await field(page, "symmetry").uncheck();
  await field(page, "por").check();
  await field(page, "what").selectOption("shown");
  await field(page, "value").fill("leader");
  await go(page);
  await page.getByText(/This cannot be asked: no partial-order reduction: /).waitFor();
});

for (const [place, viewport] of [["desk", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
  test(`${place}: a node's menu and the list of places lead to the panel, from the playhead on`, async (t) => {
    const { page } = await open(t, { url: "#raft?t=300ms", viewport });
    await ready(page);
    const here = page.getByRole("button", { name: "Explore from here" });
    await page.locator("article[data-node] .card-name").first().click();
    await here.click();
    await page.locator(".explore").waitFor();
    await page.locator('[data-sheet="lane"]').waitFor({ state: "detached" });
    assert.equal(await field(page, "from").inputValue(), "here");
    assert.match(await field(page, "from").locator("option:checked").innerText(), /the playhead, 0\.3/);
    // Another beginning that was chosen gives way.
    await field(page, "from").selectOption("start");
    if (place === "phone") return;
    await page.keyboard.press("h");
    await page.locator(".no-side").waitFor();
    await page.keyboard.press("J");
    await here.click();
    await until(async () => (await field(page, "from").inputValue()) === "here", "the playhead again");
    assert.ok(await field(page, "from").isVisible());
  });
}

for (const [name, viewport] of [["desk", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`explore, ${name}, ${colorScheme}: nothing sticks out, every target can be hit, axe finds nothing`, async (t) => {
      const { page, shot } = await asking(t, "#raft?t=300ms", { viewport, colorScheme });
      await page.getByText("What may go wrong, and limits").click();
      await field(page, "what").selectOption("shown");
      await field(page, "value").fill("leader");
      await go(page);
      await answer(page, "yes");
      await page.getByText("What was assumed").click();
      await page.locator(".explore-answer").scrollIntoViewIfNeeded();
      await shot(`explore-${name}-${colorScheme}`);
      assert.deepEqual(await sideways(page), []);
      assert.deepEqual(await smallTargets(page), []);
      assert.deepEqual(await violations(page), []);
    });
  }
}
