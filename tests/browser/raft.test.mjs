// Raft by hand: a leader is cut off with a minority, another is elected, both believe they lead, and the partition
// heals. The link to that very moment shows the same to somebody else.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSameDrawing, copyLink, drawing, invariants, pause, playhead, playing, ready, stepUntil, telling } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

/** Opens the partition editor and puts these nodes apart from all other servers. */
async function cutOff(page, minority, servers) {
  await page.getByRole("button", { name: "Partition…" }).click();
  const editor = page.locator('[data-sheet="partition"]');
  for (const server of servers) {
    const group = minority.includes(server) ? 1 : 2;
    await editor.getByRole("button", { name: `${server} in group ${group}`, exact: true }).click();
  }
  const apart = servers.filter((server) => !minority.includes(server));
  await editor.getByText(`${minority.join(" and ")} will not hear ${apart.slice(0, -1).join(", ")} and ${apart.at(-1)}`).waitFor();
  await telling(page, () => editor.getByRole("button", { name: "Cut", exact: true }).click());
  await editor.waitFor({ state: "detached" });
}

async function heal(page) {
  await page.getByRole("button", { name: "Partition…" }).click();
  const editor = page.locator('[data-sheet="partition"]');
  await telling(page, () => editor.getByRole("button", { name: "Heal all links" }).click());
  await editor.waitFor({ state: "detached" });
}

test("a leader cut off goes on believing, until the network heals; the link tells the same", async (t) => {
  const permissions = ["clipboard-read", "clipboard-write"];
  const { page, shot } = await open(t, { url: "#raft", viewport: SIZE, context: { permissions } });
  await ready(page);
  await pause(page);

  const [first] = await stepUntil(page, () => one(playing(page, "leader")), "a leader");
  const servers = ["A", "B", "C", "D", "E"];
  const other = servers.find((server) => server !== first.node);
  const minority = [first.node, other].sort();
  await cutOff(page, minority, servers);
  await page.getByRole("list", { name: "Script" }).getByText("Partition").first().waitFor();

  const rivals = await stepUntil(
    page,
    async () => {
      const leaders = await playing(page, "leader");
      return leaders.length === 2 && leaders;
    },
    "a second leader",
  );
  const old = rivals.find((leader) => leader.node === first.node);
  const young = rivals.find((leader) => leader.node !== first.node);
  assert.equal(old.epoch, first.epoch, "the old leader heard of no other term");
  assert.ok(young.epoch > old.epoch, `term ${young.epoch} after ${old.epoch}`);
  assert.ok(!minority.includes(young.node), "a minority elects nobody");
  assert.equal((await invariants(page)).violated.length, 0);
  await shot("raft-two-leaders");

  await heal(page);
  const down = await stepUntil(
    page,
    async () => {
      const followers = await playing(page, "follower");
      return followers.find(({ node, epoch }) => node === old.node && epoch >= young.epoch);
    },
    "the old leader stepping down",
  );
  assert.equal(down.epoch, young.epoch);
  const leaders = await playing(page, "leader");
  assert.deepEqual(leaders.map(({ node }) => node), [young.node]);
  const broken = await invariants(page);
  assert.ok(broken.watched >= 5 && broken.violated.length === 0, JSON.stringify(broken));
  await shot("raft-healed");

  const link = await copyLink(page);
  const there = await open(t, { url: link, viewport: SIZE });
  await ready(there.page);
  assert.deepEqual(await playhead(there.page), await playhead(page));
  assertSameDrawing(await drawing(there.page), await drawing(page));
  await there.shot("raft-by-link");
});

async function one(nodes) {
  const found = await nodes;
  return found.length === 1 && found;
}
