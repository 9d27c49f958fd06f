// A duel of two proposers, every message delivered by hand: each spoils the other's proposal, until one is let through.

import assert from "node:assert/strict";
import test from "node:test";

import { card, cards, deliver, fire, invariants, openExample, pause, playhead, ready } from "./hands.mjs";
import { open } from "./harness.mjs";

test("two proposers pre-empt each other as long as we like, and one value is chosen in the end", async (t) => {
  const { page, shot } = await open(t, { url: "#paxos", viewport: { width: 1440, height: 900 } });
  await ready(page);
  await openExample(page, "A duel by hand: every message waits for you");
  await pause(page);
  await page.getByRole("switch", { name: "hold all", checked: true }).waitFor();
  assert.equal((await playhead(page)).clock, "0.000 s", "nothing has played: everything waits");

  /** One asks with B's help until it may propose. */
  const prepare = async (proposer, ballot) => {
    await deliver(page, `${proposer} → B`, `prepare ${ballot}`);
    await deliver(page, `B → ${proposer}`, `promise ${ballot}`);
    assert.equal((await card(page, proposer)).role, "proposing");
  };
  /** B has promised another meanwhile, and says so. */
  const spoiled = async (proposer, ballot) => {
    await deliver(page, `${proposer} → B`, `accept ${ballot}`);
    await deliver(page, `B → ${proposer}`, "nack");
    assert.equal((await card(page, proposer)).role, "backing off", `${proposer} was told that it is too late`);
    await nothingChosen(page);
  };

  await deliver(page, "c1 → A", "propose tea");
  await deliver(page, "c2 → C", "propose coffee");
  await prepare("A", "1.A");
  await prepare("C", "1.C");
  await spoiled("A", "1.A");

  await fire(page, "A", "retry");
  await prepare("A", "2.A");
  await spoiled("C", "1.C");

  await fire(page, "C", "retry");
  await prepare("C", "3.C");
  await spoiled("A", "2.A");
  await shot("paxos-duel");

  await deliver(page, "C → B", "accept 3.C coffee");
  await deliver(page, "B → C", "accepted 3.C coffee");
  assert.equal((await card(page, "C")).fields.learned, "coffee");

  // A tries again, hears of coffee from B, and has to propose it although it wanted tea.
  await fire(page, "A", "retry");
  await deliver(page, "A → B", "prepare 4.A");
  await deliver(page, "B → A", "promise 4.A (coffee)");
  assert.match((await card(page, "A")).fields.proposer, /proposed coffee/);
  await deliver(page, "A → B", "accept 4.A coffee");
  await deliver(page, "B → A", "accepted 4.A coffee");

  const learned = (await cards(page)).map(({ fields }) => fields.learned).filter((value) => value && value !== "none");
  assert.ok(learned.length >= 2, `${learned}`);
  assert.deepEqual([...new Set(learned)], ["coffee"]);
  const { watched, violated } = await invariants(page);
  assert.ok(watched > 0, "something is watched");
  assert.deepEqual(violated, []);
  await shot("paxos-chosen");
});

async function nothingChosen(page) {
  const servers = (await cards(page)).filter(({ role }) => role !== "client");
  assert.deepEqual(servers.map(({ fields }) => fields.learned), ["none", "none", "none"]);
}
