// What carries messages is chosen in the set-up: Raft over connections, whose handshakes, retransmissions and windows are
// then seen; and the run is the same wherever its link opens.

import assert from "node:assert/strict";
import test from "node:test";

import { copyLink, openProtocol, pause, playhead, ready, typeInto, until } from "./hands.mjs";
import { open } from "./harness.mjs";

const permissions = ["clipboard-read", "clipboard-write"];
const SIZE = { width: 1440, height: 900 };

/** A protocol with its set-up unfolded. */
async function setup(t, url, options = {}) {
  const opened = await open(t, { url, viewport: SIZE, ...options });
  const { page } = opened;
  await ready(page);
  await pause(page);
  const fold = page.locator("#panel-setup .fold");
  if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click();
  const transport = page.locator('#panel-setup select[name="transport"]');
  const field = (name) => page.locator(`#panel-setup input[name="${name}"]`);
  return { ...opened, transport, field };
}

/** The labels of the arrows on the diagram. */
async function labels(page) {
  return page.locator("svg.body text").allTextContents();
}

const shows = (page, form) => until(async () => (await labels(page)).some((text) => form.test(text)), `${form}`);

test("connections are chosen for Raft: handshakes are seen, and a link opens the same run again", async (t) => {
  const { page, shot, transport, field } = await setup(t, "#raft?t=300ms", { context: { permissions } });
  assert.equal(await transport.inputValue(), "datagrams");
  assert.equal(await field("window").count(), 0, "datagrams have no window");
  await transport.selectOption("connections");
  await shows(page, /^SYN \d{4}$/);
  await shows(page, /^SYN-ACK \d{4}$/);
  await shows(page, /^vote\? 1 \[1\]$/);
  await field("window").waitFor();
  await typeInto(page, field("window"), "2");
  await page.keyboard.press("Tab");
  await until(() => page.evaluate(() => location.hash.includes("p.window=2")), "the address holds it");
  assert.match(await page.evaluate(() => location.hash), /p\.transport=connections/);
  await transport.scrollIntoViewIfNeeded();
  await shot("transport-raft");

  const link = await copyLink(page);
  const before = { labels: await labels(page), at: await playhead(page) };
  const again = await setup(t, `#${link.split("#")[1]}`);
  assert.equal(await again.transport.inputValue(), "connections");
  assert.equal(await again.field("window").inputValue(), "2");
  assert.deepEqual({ labels: await labels(again.page), at: await playhead(again.page) }, before);
  assert.ok(await again.page.locator(".banner.trouble").isHidden(), "the run is the one that was saved");
});

test("a window that cannot be is told of in its place, datagrams come back, and undo leads to connections", async (t) => {
  const { page, transport, field } = await setup(t, "#raft?t=300ms&p.transport=connections");
  await shows(page, /^SYN \d{4}$/);
  await typeInto(page, field("window"), "0");
  await page.keyboard.press("Tab");
  const wrong = page.locator("#panel-setup .wrong:not([hidden])");
  await wrong.waitFor();
  assert.match(await wrong.textContent(), /^window: .*from 1 to 1000/);
  await typeInto(page, field("window"), "9");
  await page.keyboard.press("Tab");
  await until(async () => (await wrong.count()) === 0, "no message any more");
  await transport.selectOption("datagrams");
  await until(async () => !(await labels(page)).some((text) => text.startsWith("SYN")), "no handshakes");
  assert.equal(await field("window").count(), 0);
  await page.getByRole("button", { name: "Undo" }).click();
  await shows(page, /^SYN \d{4}$/);
  // What undo leads to is there after a reload, too.
  await page.getByRole("button", { name: "Redo" }).click();
  await until(() => page.evaluate(() => !location.hash.includes("transport")), "the address follows");
  await page.reload();
  await ready(page);
  await until(async () => {
    await page.getByRole("button", { name: "Undo" }).click();
    return (await labels(page)).some((text) => text.startsWith("SYN"));
  }, "connections again");
});

test("Paxos and two-phase commit can be had over connections, and some protocols cannot", async (t) => {
  const { page, transport } = await setup(t, "#paxos?t=300ms");
  for (const protocol of ["paxos", "2pc"]) {
    await openProtocol(page, protocol);
    await pause(page);
    await transport.selectOption("connections");
    await shows(page, /^SYN \d{4}$/);
    await shows(page, /^\w.* \[\d+\]$/);
  }
  await openProtocol(page, "gossip");
  assert.equal(await transport.count(), 0);
  await openProtocol(page, "stream");
  // Its own parameter says so: there is but one list.
  assert.equal(await page.getByRole("combobox", { name: "transport" }).count(), 1);
});

test("where connections cannot be fetched the run stays, and they can be asked for again", async (t) => {
  const expect = [/-link_raft\.wasm/, /Failed to fetch/, /ERR_FAILED/, /^console: Error/];
  const { page, context, transport } = await setup(t, "#raft?t=300ms", { expect });
  await context.route("**/*-link_raft.wasm", (route) => route.abort());
  await transport.selectOption("connections");
  await page.locator(".banner.trouble").getByText("Connections could not be loaded").waitFor();
  assert.equal(await transport.inputValue(), "datagrams");
  await context.unroute("**/*-link_raft.wasm");
  await transport.selectOption("connections");
  await shows(page, /^SYN \d{4}$/);
});
