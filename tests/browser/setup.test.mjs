// The set-up: what is written there is another run, or it says in its place what is wrong with it.

import assert from "node:assert/strict";
import test from "node:test";

import { cards, invariants, openProtocol, pause, playhead, press, ready, script, stepUntil, typeInto, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

/** Raft with its set-up unfolded. */
async function setup(t) {
  const opened = await open(t, { url: "#raft?t=950ms", viewport: SIZE });
  const { page } = opened;
  await ready(page);
  await pause(page);
  const fold = page.locator("#panel-setup .fold");
  if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click();
  const field = (name) => page.locator(`#panel-setup input[name="${name}"]`);
  const write = async (name, text, key = "Tab") => {
    await typeInto(page, field(name), text);
    await page.keyboard.press(key);
  };
  const wrong = () => page.locator("#panel-setup .wrong:not([hidden])").allTextContents();
  return { ...opened, field, write, wrong };
}

test("a value that cannot be is marked in its place, says what is wanted, and goes when it is corrected", async (t) => {
  const { page, shot, field, write, wrong } = await setup(t);
  await write("nodes", "2.5");
  assert.equal(await field("nodes").getAttribute("aria-invalid"), "true");
  assert.deepEqual(await wrong(), ["nodes: “2.5” is not a whole number, such as 5. The run still has 5."]);
  await write("lost, %", "150");
  await write("election_timeout_max", "soon");
  const told = await wrong();
  assert.equal(told.length, 3);
  assert.match(told[1], /^election timeout max: .soon. is not a time such as 150ms/);
  assert.match(told[2], /^lost, %: “150” is not a share from 0 to 100 %/);
  assert.ok(await page.locator(".banner.trouble").isHidden(), "nothing stands above the diagram");
  await field("nodes").scrollIntoViewIfNeeded();
  await shot("setup-wrong");

  await write("nodes", "3");
  await until(async () => (await wrong()).length === 2, "one message less");
  assert.equal(await field("nodes").getAttribute("aria-invalid"), null);
  assert.equal((await cards(page)).filter(({ node }) => !node.startsWith("c")).length, 3);

  await field("lost, %").focus();
  await page.keyboard.press("Escape");
  await until(async () => (await wrong()).length === 1, "one message less");
  assert.equal(await field("lost, %").inputValue(), "0");
  await write("election_timeout_max", "400ms", "Enter");
  await until(async () => (await wrong()).length === 0, "no message any more");
  assert.equal(await field("election_timeout_max").inputValue(), "400 ms");
});

test("a value that the protocol refuses is marked too, and another document begins without marks", async (t) => {
  const { page, field, write, wrong } = await setup(t);
  const undo = page.getByRole("button", { name: "Undo" });
  await write("nodes", "0");
  await write("election_timeout_min", "10s");
  await write("seed", " 1 ");
  assert.equal((await wrong()).length, 2, (await wrong()).join());
  assert.match((await wrong())[0], /^nodes: .* from 1 to /);
  assert.ok(await undo.isDisabled(), "nothing was changed");
  assert.equal(await field("seed").inputValue(), "1");
  await openProtocol(page, "paxos");
  assert.deepEqual(await wrong(), []);
});

test("a network of any kind is chosen and set, and faults come by chance", async (t) => {
  const { page, shot, field, write, wrong } = await setup(t);
  const choose = (label, value) => page.locator(`#panel-setup select[name="${label}"]`).selectOption(value);
  await choose("latency", "log-normal");
  await field("latency, 99 %").waitFor();
  await write("latency, 99 %", "90ms");
  assert.equal(await field("latency, 99 %").inputValue(), "90 ms");
  await write("held back, %", "5");
  await write("held back by", "40ms");
  await write("bytes a second", "20000");
  await write("waiting at most", "3");
  assert.equal(await field("waiting at most").inputValue(), "3");
  await choose("latency", "empirical");
  await write("latencies measured", "10ms, 12ms, 90 ms");
  assert.equal(await field("latencies measured").inputValue(), "10ms, 12ms, 90ms");
  await write("latencies measured", "10ms, soon");
  assert.equal((await wrong()).length, 1);
  await page.keyboard.press("Escape");
  await choose("timing", "synchronous");
  await write("round", "80ms");
  assert.equal(await field("latencies measured").count(), 0, "bounds on delays leave latencies no say");
  await write("a crash every", "2s");
  await write("a crash lasts up to", "300ms");
  await field("a crash every").scrollIntoViewIfNeeded();
  await shot("setup-models");
  await until(async () => (await page.evaluate(() => location.hash)).length > 20, "the address holds it");
  const before = await field("a crash every").inputValue();
  await page.reload();
  await ready(page);
  assert.equal(await field("a crash every").inputValue(), before);
  assert.equal(await field("round").inputValue(), "80 ms");
});

/** Goes to the end of the run. (In a field the key is the field's.) */
async function toEnd(page) {
  await page.evaluate(() => document.activeElement.blur());
  await press(page, "End");
}

/** What chance did to nodes, as the diagram's marks tell it: [{ event, words }]. */
function byChance(page, words) {
  return page.evaluate((words) => {
    const told = [...document.querySelectorAll("svg.body [data-target^='event '] title")];
    const mine = told.filter((title) => title.textContent.includes(`${words} (by chance)`));
    return mine.map((title) => ({ event: title.parentNode.dataset.target.slice("event ".length), words: title.textContent }));
  }, words);
}

test("a rate in the set-up makes servers crash by chance: the diagram shows and tells it, the run judges it, undo takes it out", async (t) => {
  const { page, shot, field, write } = await setup(t);
  await until(async () => (await invariants(page)).watched > 0, "the invariants");
  const { watched } = await invariants(page);
  await toEnd(page);
  assert.deepEqual(await byChance(page, "crashes; its disk stays"), []);
  const calm = await playhead(page);
  await write("a crash every", "1s");
  assert.equal(await field("a crash lasts up to").inputValue(), "500 ms");
  await write("a crash lasts up to", "ever");
  await toEnd(page);
  await until(async () => (await byChance(page, "crashes; its disk stays")).length > 0, "a crash by chance");
  await until(async () => (await cards(page)).some(({ condition }) => condition === "down"), "a server that is down");
  assert.deepEqual(await script(page), [], "chance writes no script");
  // Raft survives all crashes: what is lost is progress.
  assert.deepEqual(await invariants(page), { watched, violated: [] });
  const [{ event }] = await byChance(page, "crashes; its disk stays");
  await page.locator(`svg.body [data-target="event ${event}"].crash`).first().click();
  await page.getByText("That is one of the scenario's random faults.").waitFor({ state: "attached" });
  await shot("crash-by-chance");
  await page.keyboard.press("Escape");

  // Two rates were written: each is a step of undo.
  await press(page, "Control+z");
  assert.equal(await field("a crash lasts up to").inputValue(), "500 ms");
  await press(page, "Control+z");
  assert.equal(await field("a crash every").inputValue(), "never");
  await toEnd(page);
  assert.deepEqual(await byChance(page, "crashes; its disk stays"), []);
  assert.deepEqual(await playhead(page), calm, "the run of before");
});

test("slow steps and suspended machines come by chance, and a slow step takes as long as is written", async (t) => {
  const { page, shot, field, write, wrong } = await setup(t);
  await write("slow steps every", "700ms");
  await write("a slow step takes", "0");
  assert.match((await wrong()).join(), /^a slow step takes: .*`slow` needs a `step`/);
  await write("a slow step takes", "15ms");
  assert.deepEqual(await wrong(), []);
  await write("machine suspended every", "700ms");
  assert.equal(await field("suspended for up to").inputValue(), "500 ms");
  await page.evaluate(() => document.activeElement.blur());
  await press(page, "Home");
  const heads = () => page.locator("svg.heads").textContent();
  await stepUntil(page, async () => (await heads()).includes("clock stopped"), "a machine whose clock has stopped");
  await toEnd(page);
  for (const [words, what] of [["becomes slow", "slow steps"], ["is quick again", "their end"], ["stands still", "a suspended machine"], ["goes on", "its end"]]) {
    await until(async () => (await byChance(page, words)).length > 0, what);
  }
  await field("slow steps every").scrollIntoViewIfNeeded();
  await shot("slow-and-suspended-by-chance");
  await until(async () => (await page.evaluate(() => location.hash)).length > 20, "the address holds it");
  await page.reload();
  await ready(page);
  assert.equal(await field("a slow step takes").inputValue(), "15 ms");
  assert.equal(await field("machine suspended every").inputValue(), "700 ms");
});

test("what a logical clock shows stands at every event", async (t) => {
  const { page, shot } = await open(t, { url: "#gossip?t=700ms", viewport: SIZE });
  await ready(page);
  await pause(page);
  await page.getByRole("button", { name: "More" }).click();
  const stamps = page.locator("svg.body text.stamp");
  for (const [words, form] of [
    ["Lamport clock", /^\d+$/], ["vector clock", /^\[\d+( \d+)*\]$/], ["dotted version vector", /^\(.*\)/], ["interval tree clock", /^\(/],
  ]) {
    await page.locator('select[name="stamps"]').selectOption(words);
    await until(async () => {
      const texts = await stamps.allTextContents();
      return texts.length > 5 && texts.every((text) => form.test(text));
    }, words);
  }
  await shot("stamps");
  await page.locator('select[name="stamps"]').selectOption("none");
  await until(async () => (await stamps.count()) === 0, "none");
});

test("what is unfolded comes into sight, and shows how latencies are spread", async (t) => {
  const { page, shot } = await setup(t);
  const below = () => page.locator("#panel-setup").evaluate((panel) => {
    const top = (element) => element.getBoundingClientRect().top;
    return Math.abs(top(panel) - top(document.querySelector(".side-panels")));
  });
  await page.locator("#panel-setup .spread").waitFor();
  await until(async () => (await below()) < 8, "the set-up at the top of its room");
  const said = () => page.locator("#panel-setup .spread").getAttribute("aria-label");
  assert.match(await said(), /half took less than (19|20)/);
  const left = (name) => page.locator(`#panel-setup select[name="${name}"]`).evaluate((list) => list.getBoundingClientRect().left);
  assert.equal(await left("timing"), await left("latency"), "lists stand one under another");
  await page.locator('#panel-setup select[name="latency"]').selectOption("pareto");
  await until(async () => /half took less than 1\d\.\d ms, one in a hundred more than/.test(await said()), "a heavy tail");
  await shot("setup-latency");
});
