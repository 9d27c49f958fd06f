// The set-up: what is written there is another run, or it says in its place what is wrong with it.

import assert from "node:assert/strict";
import test from "node:test";

import { cards, openProtocol, pause, ready, typeInto, until } from "./hands.mjs";
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
  assert.match(told[1], /^lost, %: “150” is not a share from 0 to 100 %/);
  assert.match(told[2], /^election timeout max: .soon. is not a time such as 150ms/);
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
