// Cutting the network in two: what is proposed, what is said of now and then, and that the nodes stay in sight.

import assert from "node:assert/strict";
import test from "node:test";

import { pause, playing, ready, script, stepUntil, telling } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

/** Raft with a leader, and the partition editor open. */
async function editor(t, options = {}) {
  const opened = await open(t, { url: "#raft?t=950ms", viewport: SIZE, ...options });
  const { page } = opened;
  await ready(page);
  await pause(page);
  const [leader] = await stepUntil(page, async () => {
    const leaders = await playing(page, "leader");
    return leaders.length === 1 && leaders;
  }, "a leader");
  await page.keyboard.press("p");
  const sheet = page.locator('[data-sheet="partition"]');
  await sheet.locator(".group-row").first().waitFor();
  return { ...opened, sheet, leader: leader.node };
}

const groups = (sheet) =>
  sheet.locator(".group-row").evaluateAll((rows) =>
    rows.map((row) => [row.querySelector(".group-name").textContent, row.querySelector('[aria-pressed="true"]').textContent]),
  );

test("the leader is proposed to stand with one other, cut off from the majority", async (t) => {
  const { sheet, leader } = await editor(t);
  const minority = (await groups(sheet)).filter(([, group]) => group === "1").map(([node]) => node);
  assert.equal(minority.length, 2);
  assert.ok(minority.includes(leader), `${minority} without ${leader}`);
});

test("without a leader two servers are proposed to stand apart from three", async (t) => {
  const { page } = await open(t, { url: "#raft?t=10ms", viewport: SIZE });
  await ready(page);
  await page.keyboard.press("p");
  const sheet = page.locator('[data-sheet="partition"]');
  await sheet.locator(".group-row").first().waitFor();
  const chosen = await groups(sheet);
  assert.deepEqual(chosen.map(([, group]) => group), ["1", "1", "2", "2", "2", "–"]);
});

test("the editor says what is cut now and what a cut would bring, before and after, and after healing", async (t) => {
  const { page, sheet, leader, shot } = await editor(t);
  const now = () => sheet.locator(".in-force").innerText();
  const then = () => sheet.locator(".summary").innerText();
  const other = leader === "A" ? "B" : "A";
  const names = ["A", "B", "C", "D", "E"];
  const apart = [leader, other].sort();
  const rest = names.filter((name) => !apart.includes(name));
  const outlook = `After “Cut”, ${apart.join(" and ")} will not hear ${rest[0]}, ${rest[1]} and ${rest[2]}, nor the other way round.`;
  assert.equal(await now(), "Now every link works.");
  assert.equal(await then(), outlook);
  assert.ok(await sheet.getByRole("button", { name: "Heal all links" }).isDisabled(), "there is nothing to heal");

  await telling(page, () => sheet.getByRole("button", { name: "Cut", exact: true }).click());
  await sheet.waitFor({ state: "detached" });
  await page.keyboard.press("p");
  const parts = [apart, rest].sort().map((group) => group.join(" ")).join(" | ");
  assert.equal(await now(), `Cut now: ${parts}. No group hears another.`);
  assert.deepEqual((await groups(sheet)).filter(([, group]) => group === "1").map(([node]) => node), apart, "the cut in force is shown");
  assert.match(await then(), /^That is cut already/);
  assert.ok(await sheet.getByRole("button", { name: "Cut", exact: true }).isDisabled());
  await shot("partition-in-force");

  await telling(page, () => sheet.getByRole("button", { name: "Heal all links" }).click());
  await sheet.waitFor({ state: "detached" });
  await page.keyboard.press("p");
  assert.equal(await now(), "Now every link works.");
  assert.equal(await then(), outlook);

  await telling(page, () => sheet.getByRole("button", { name: "Cut this link" }).click());
  assert.equal(await now(), "Now lost on its way: A → B.");
  assert.equal((await script(page)).length, 3);
});

test("Enter in the editor cuts, and Escape leaves all as it is", async (t) => {
  const { page, sheet } = await editor(t);
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  assert.deepEqual(await script(page), []);
  await page.keyboard.press("p");
  await sheet.locator(".group-row").first().waitFor();
  await sheet.getByRole("button", { name: "E in group 3" }).click();
  await telling(page, () => page.keyboard.press("Enter"));
  await sheet.waitFor({ state: "detached" });
  assert.match((await script(page)).join(), /^Partition .+ \| .+ \| E$/);
});

test("on a wide screen the nodes, about which one decides, stay in sight", async (t) => {
  const { page, sheet } = await editor(t);
  const over = async () => {
    const [one, other] = [await sheet.boundingBox(), await page.locator("#panel-nodes").boundingBox()];
    return Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  };
  assert.ok((await over()) <= 0, `they overlap by ${await over()} px`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  await page.keyboard.press("p");
  await sheet.locator(".group-row").first().waitFor();
  assert.ok((await over()) <= 0, `with large text they overlap by ${await over()} px`);
});
