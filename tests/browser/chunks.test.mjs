// What the first view does without comes in chunks of its own: when it is wanted, not before; and where one cannot be
// had, the page says so, loses nothing, and fetches it when it is asked again.

import assert from "node:assert/strict";
import test from "node:test";

import { inFirefox } from "./browser.mjs";
import { playhead, ready } from "./hands.mjs";
import { address, open } from "./harness.mjs";

/** A page that notes which chunks it asks for, and that can be kept from getting one. */
async function watched(t, expect = []) {
  const { page, context, shot } = await open(t, { url: "about:blank", expect });
  const asked = [];
  context.on("request", (request) => asked.push(...(request.url().match(/(?<=-)\w+(?=\.wasm$)/) ?? [])));
  const lose = (name) => context.route(`**/*-${name}.wasm`, (route) => route.abort());
  const find = (name) => context.unroute(`**/*-${name}.wasm`);
  const go = async (url) => page.goto(new URL(url, await address()).href);
  return { page, shot, asked, lose, find, go };
}

// Firefox writes no more of what was lost than that it is an error of the page's script.
const LOST = [/-(run_paxos|help)\.wasm/, /Failed to fetch/, /ERR_FAILED/, ...(inFirefox ? [/^console: Error \(\S+\.js\)$/] : [])];

const protocol = (page) => page.getByRole("combobox", { name: "Protocol", exact: true });

test("a chunk is fetched when it is first wanted, and once", async (t) => {
  const { page, asked, go } = await watched(t);
  await go("");
  await ready(page);
  assert.deepEqual(asked.filter((name) => !name.endsWith("bg")), []);
  await protocol(page).selectOption({ label: "Two generals" });
  await page.waitForURL(/#generals/);
  await ready(page);
  await protocol(page).selectOption({ label: "Raft" });
  await page.waitForURL(/#raft/);
  await protocol(page).selectOption({ label: "Two generals" });
  await page.waitForURL(/#generals/);
  assert.deepEqual(asked.filter((name) => name === "run_generals"), ["run_generals"]);
});

test("a link to Paxos opens Paxos, and its chunk is fetched along with the page", async (t) => {
  const { page, asked, go } = await watched(t);
  let main;
  const held = new Promise((resolve) => (main = resolve));
  await page.route("**/*_bg.wasm", (route) => held.then(() => route.continue()));
  const chunk = page.waitForRequest(/-run_paxos\.wasm/);
  await go("#paxos?t=1s");
  await chunk;
  main();
  await ready(page);
  assert.equal(await protocol(page).inputValue(), "paxos");
  assert.equal((await playhead(page)).clock, "1.000 s");
  assert.deepEqual(asked.filter((name, place) => asked.indexOf(name) !== place), [], `${asked}`);
});

test("a protocol that cannot be fetched is told of, the run stays, and a second attempt opens it", async (t) => {
  const { page, shot, lose, find, go } = await watched(t, LOST);
  await go("#raft?t=1s");
  await ready(page);
  const before = await playhead(page);
  await lose("run_paxos");
  await protocol(page).selectOption({ label: "Paxos" });
  const trouble = page.getByRole("alert").filter({ hasText: "Paxos could not be loaded" });
  await trouble.waitFor();
  assert.equal(await protocol(page).inputValue(), "raft");
  assert.deepEqual(await playhead(page), before);
  await shot("chunk-lost");

  await trouble.getByRole("button", { name: "Try again" }).click();
  await trouble.waitFor();
  await find("run_paxos");
  await trouble.getByRole("button", { name: "Try again" }).click();
  await page.waitForURL(/#paxos/);
  await ready(page);
  await trouble.waitFor({ state: "hidden" });
  await page.goBack();
  await page.waitForURL(/#raft/);
  await ready(page);
});

test("a link whose protocol cannot be fetched keeps its run, and opens when it is tried again", async (t) => {
  const { page, shot, lose, find, go } = await watched(t, LOST);
  await lose("run_paxos");
  await go("#paxos?seed=7&t=1s");
  await page.getByRole("status").getByText("Paxos could not be loaded").waitFor();
  assert.match(page.url(), /#paxos\?seed=7&t=1s$/);
  await shot("chunk-lost-at-start");
  await find("run_paxos");
  await page.getByRole("button", { name: "Try again" }).click();
  await ready(page);
  assert.equal(await protocol(page).inputValue(), "paxos");
  assert.match(page.url(), /seed=7/);
});

test("a part of the page that cannot be fetched says so where it would stand, and a retry brings it", async (t) => {
  const { page, shot, lose, find, go } = await watched(t, LOST);
  await go("");
  await ready(page);
  await lose("help");
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Help" });
  await sheet.getByRole("alert").getByText("could not be loaded").waitFor();
  await shot("part-lost");
  await find("help");
  await sheet.getByRole("button", { name: "Try again" }).click();
  await sheet.getByRole("heading", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await sheet.getByRole("heading", { name: "Keys" }).waitFor();
});
