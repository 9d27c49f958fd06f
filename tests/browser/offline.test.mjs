// Once visited, the page needs no network; and a new build comes as a whole or not at all.

import assert from "node:assert/strict";
import test from "node:test";

import { pause, playing, ready, stepUntil, until } from "./hands.mjs";
import { open } from "./harness.mjs";
import { host, SECOND } from "./host.mjs";

/** Here service workers are at work. */
const WORKERS = { serviceWorkers: "allow" };
/** The browser says this of what it cannot fetch; that the page does without is what is tested. */
const OFFLINE = [/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|NS_ERROR|sw\.js/];

/** The page with this address is kept, and whoever is there is served by the worker. */
async function kept(page, url) {
  const is = () => page.evaluate(async (url) => Boolean(navigator.serviceWorker.controller && (await caches.match(url))), url);
  await until(is, `${url} being kept`);
}

/** No network, neither by the browser's word nor in truth. */
async function cut(context, site) {
  await context.setOffline(true);
  await site.stop();
  await assert.rejects(fetch(site.url));
}

const build = (page) => page.evaluate(() => document.documentElement.dataset.build);
const title = (page) => page.getByRole("heading", { name: "Electing a leader" });

/** The labs' first lab opens, with a run in its sandbox. */
async function labOpens(page) {
  await page.getByRole("heading", { level: 2, name: "Everybody waits" }).waitFor();
  return runs(page);
}

/** A lab's sandbox shows a run. */
async function runs(page) {
  const frame = await (await page.locator("iframe").elementHandle()).contentFrame();
  await until(async () => frame.url().includes("#"), "the sandbox");
  await ready(frame);
  return frame;
}

test("after one visit the page opens without a network, and a leader is elected", async (t) => {
  const site = await host(t);
  const { page, context, shot } = await open(t, { url: `${site.url}#raft`, expect: OFFLINE, context: WORKERS });
  await ready(page);
  await kept(page, site.url);
  const paths = site.asked.map(({ path }) => path);
  assert.deepEqual(paths.filter((path, place) => paths.indexOf(path) !== place), [], "nothing crosses the network twice");
  assert.deepEqual(paths.filter((path) => path.startsWith("labs")), [], "the labs wait until they are wanted");
  assert.ok(site.asked.every(({ status }) => status === 200), JSON.stringify(site.asked));

  await cut(context, site);
  await page.reload();
  await ready(page);
  for (const place of ["?from=mail#raft?seed=7", "index.html#raft"]) {
    await page.goto("about:blank");
    await page.goto(new URL(place, site.url).href);
    await ready(page);
  }
  await pause(page);
  await stepUntil(page, async () => (await playing(page, "leader")).length === 1, "a leader");
  await shot("offline");
});

test("after one visit of the labs' home every lab opens without a network", async (t) => {
  const site = await host(t);
  const { page, context, shot } = await open(t, { url: `${site.url}labs/`, expect: OFFLINE, context: WORKERS });
  await title(page).first().waitFor();
  await kept(page, `${site.url}labs/`);
  await kept(page, site.url);
  await cut(context, site);
  await page.goto("about:blank");
  await page.goto(`${site.url}labs/#raft/election`);
  await labOpens(page);
  await page.reload();
  await labOpens(page);
  await shot("offline-lab");
  // One whose text and whose protocol nobody has asked for yet.
  await page.goto("about:blank");
  await page.goto(`${site.url}labs/#txn/2pc`);
  await page.getByRole("heading", { level: 2, name: "Two rounds" }).waitFor();
  await runs(page);
});

test("a network that is silent does not keep anybody waiting", async (t) => {
  const site = await host(t);
  const { page } = await open(t, { url: `${site.url}#raft`, expect: OFFLINE, context: WORKERS });
  await ready(page);
  await kept(page, site.url);
  site.hush();
  await page.goto("about:blank");
  await page.goto(`${site.url}#raft`, { timeout: 15_000 });
  await ready(page);
});

test("the next visit gets a new build as a whole, and a page of the old one stays at work", async (t) => {
  const site = await host(t);
  const { page: old, context } = await open(t, { url: `${site.url}labs/`, expect: OFFLINE, context: WORKERS });
  await title(old).first().waitFor();
  await kept(old, `${site.url}labs/`);
  await kept(old, site.url);
  const parts = await old.evaluate(async () => (await (await caches.open((await caches.keys())[0])).keys()).map(({ url }) => url));
  assert.ok(parts.length >= 8, `${parts}`);

  site.deploy();
  site.asked.length = 0;
  const page = await context.newPage();
  await page.goto(`${site.url}labs/#raft/election`);
  const frame = await labOpens(page);
  assert.deepEqual([await build(page), await build(frame)], [SECOND, SECOND]);
  // The new build is there as a whole, and waits until nobody uses the old one.
  const builds = () => old.evaluate(async () => (await caches.keys()).length);
  await until(async () => (await builds()) === 2, "the new build");
  const newest = (registration) => registration.waiting?.state === "installed";
  await until(() => page.evaluate(`navigator.serviceWorker.ready.then(${newest})`), "a worker that waits");

  assert.notEqual(await build(old), SECOND);
  const gone = await old.evaluate(async (parts) => {
    const failed = async (url) => !(await fetch(url)).ok;
    const results = await Promise.all(parts.map(failed));
    return parts.filter((_, place) => results[place]);
  }, parts);
  assert.deepEqual(gone, [], "all parts of the old page are still to be had");
  await old.evaluate(() => (location.hash = "raft/election"));
  assert.equal(await build(await labOpens(old)), await build(old), "a frame is of its page's build");
  assert.deepEqual(site.asked.filter(({ status }) => status !== 200), [], "nobody asked the host for what it has no more");

  // With no page left the old build goes; and the new one needs no network either.
  await old.close();
  await page.goto("about:blank");
  await until(async () => {
    await page.goto(`${site.url}#raft`);
    await ready(page);
    return (await page.evaluate(async () => (await caches.keys()).length)) === 1;
  }, "the end of the old build");
  await kept(page, `${site.url}labs/`);
  await cut(context, site);
  for (const [place, opens] of [["#raft", ready], ["labs/#raft/election", labOpens]]) {
    await page.goto("about:blank");
    await page.goto(new URL(place, site.url).href);
    await opens(page);
    assert.equal(await build(page), SECOND);
  }
});

test("where nothing can be kept, the page is at work all the same", async (t) => {
  const site = await host(t);
  const { page, context } = await open(t, { url: "about:blank", context: WORKERS });
  await context.addInitScript(() => Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => undefined }));
  await page.goto(`${site.url}#raft`);
  await ready(page);
  await page.waitForLoadState("networkidle");
  assert.ok(!site.asked.some(({ path }) => path === "sw.js"));
});
