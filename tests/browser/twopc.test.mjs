// Two-phase commit: the coordinator crashes when all have voted; who voted yes must wait for it.

import assert from "node:assert/strict";
import test from "node:test";

import { card, cards, invariants, pause, ready, stepUntil, toNode } from "./hands.mjs";
import { open } from "./harness.mjs";

test("participants that voted yes are blocked until the coordinator is back, and then agree", async (t) => {
  const { page, shot } = await open(t, { url: "#2pc", viewport: { width: 1440, height: 900 } });
  await ready(page);
  await pause(page);
  const participants = async () => (await cards(page)).filter(({ node }) => node === "B" || node === "C");
  const roles = async () => (await participants()).map(({ role }) => role);

  await stepUntil(page, async () => (await roles()).every((role) => role === "prepared"), "two votes");
  await toNode(page, "A", "Crash");
  assert.equal((await card(page, "A")).condition, "down");
  await stepUntil(page, async () => (await roles()).every((role) => role === "blocked"), "participants that ask");
  for (const { node, fields } of await participants()) {
    assert.match(fields.uncertain, /asked [1-9]/, `${node} asks, and nobody answers`);
  }
  await shot("twopc-blocked");

  await toNode(page, "A", "Recover");
  assert.equal((await card(page, "A")).condition, "up");
  // Whoever has decided may be at work on the next transaction before the other has.
  const decided = async () => (await participants()).map(({ fields }) => fields["last decision"]);
  await stepUntil(page, async () => (await decided()).every((decision) => / t1$/.test(decision)), "the outcome");
  const decisions = await decided();
  assert.match(decisions[0], /^(commit|abort) t1$/);
  assert.equal(decisions[0], decisions[1], "both carry out the same");
  assert.deepEqual((await invariants(page)).violated, []);
  await shot("twopc-recovered");
});
