// What a reader of the labs does, and what they see there.

import { ready, until } from "./hands.mjs";
import { open } from "./harness.mjs";

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** The labs of the course. */
export const COURSE = [
  "nodes/state-machine",
  "nodes/crash-models",
  "nodes/byzantine",
  "net/latency",
  "net/synchrony",
  "net/faults",
  "net/two-generals",
  "net/byzantine",
  "net/tcp",
  "net/udp",
  "clocks/wall",
  "clocks/ntp",
  "clocks/lamport",
  "clocks/total-order",
  "clocks/vector",
  "clocks/pruning",
  "clocks/dvv",
  "clocks/itc",
  "clocks/truetime",
  "clocks/snapshot",
  "agree/problem",
  "agree/flp",
  "agree/bounds",
  "paxos/single", "raft/election", "raft/replication", "raft/safety", "txn/2pc",
  "spec/tcommit", "spec/two-phase", "spec/paxos-commit", "spec/paxos-tla", "spec/lamport-mutex", "spec/chang-roberts", "spec/echo",
];

/** The lab's page, and its sandbox once that shows a run. */
export async function lab(t, place, options = {}) {
  const opened = await open(t, { url: `labs/#${place}`, viewport: DESK, ...options });
  return { ...opened, sandbox: await sandboxOf(opened.page) };
}

/** The sandbox beside a lab, once it shows a run. */
export async function sandboxOf(page) {
  const element = await page.locator("iframe").elementHandle();
  await until(async () => (await element.contentFrame()).url().includes("#"), "the sandbox");
  const sandbox = await element.contentFrame();
  await ready(sandbox);
  return sandbox;
}

export const next = (page) => page.getByRole("button", { name: "Next" }).click();
export const heading = (page, name) => page.getByRole("heading", { level: 2, name }).waitFor();
export const verdict = (page, sort) => page.locator(`[data-verdict="${sort}"]`).waitFor();

/** The sandbox is at this time, in ms. */
export async function at(sandbox, ms) {
  await sandbox.waitForFunction((now) => document.querySelector("[data-now]")?.dataset.now === now, String(Math.round(ms * 1e6)));
}

/** Every lab in the list has its picture, once it has come into sight. */
export async function pictures(page, count) {
  const all = page.locator(".thumbnail");
  await until(async () => (await all.count()) === count, `${count} labs`);
  for (let place = 0; place < count; place += 1) {
    await all.nth(place).scrollIntoViewIfNeeded();
    await all.nth(place).locator('img[src*="lightcone"]').waitFor();
  }
}

/** Drops a file on the page. */
export async function drop(page, name, text, place = ".page") {
  const data = await page.evaluateHandle(([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, { type: "text/markdown" }));
    return data;
  }, [name, text]);
  await page.dispatchEvent(place, "drop", { dataTransfer: data });
}
