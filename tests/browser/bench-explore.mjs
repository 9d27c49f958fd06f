// How long the page takes to go through every state of two-phase commit among eight nodes, from the click to the answer,
// and the longest time meanwhile in which it did nothing else: `bench-web.mjs` prints it.

import { ready } from "./hands.mjs";

/** What is allowed: seconds to the answer, and milliseconds in which the page does not answer. */
const LIMITS = { seconds: 3, silence: 50 };
const STATES = "296\u202f448";

/**
 * One search in a page of its own: { seconds, silence, busy }. `silence` is the largest gap in milliseconds between two
 * messages that the page sends to itself without a pause, others on the machine counted; `busy` is the most that one task
 * of the page's main thread computed, which does not count time in which others had the processor.
 */
async function once({ context, page }, browser, base) {
  await page.goto(base + "#two_phase?nodes=8");
  await ready(page);
  await page.locator('[data-panel="explore"] .fold').click();
  await page.locator('[name="explore from"]').selectOption("start");
  await browser.startTracing(page, { categories: ["toplevel"] });
  const { seconds, silence, text } = await page.evaluate(search);
  const trace = JSON.parse((await browser.stopTracing()).toString());
  await context.close();
  if (!text.includes(STATES)) throw new Error(`not all states were gone through: ${text}`);
  return { seconds, silence, busy: busiest(trace.traceEvents) };
}

/** Runs in the page: clicks, and listens to the page's own clockwork until the answer stands. */
function search() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const begin = performance.now();
    let last = begin;
    let silence = 0;
    port1.onmessage = () => {
      const now = performance.now();
      silence = Math.max(silence, now - last);
      last = now;
      const answer = document.querySelector("[data-answer]");
      if (answer) resolve({ seconds: (now - begin) / 1_000, silence, text: answer.innerText });
      else port2.postMessage(0);
    };
    document.querySelector(".explore-go button").click();
    port2.postMessage(0);
  });
}

/** The most that one task of a page's main thread computed, in milliseconds. */
function busiest(events) {
  const isMain = ({ name, args }) => name === "thread_name" && args.name === "CrRendererMain";
  const mains = new Set(events.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = events.filter(({ pid, tid, tdur }) => tdur !== undefined && mains.has(`${pid} ${tid}`));
  return tasks.reduce((most, { tdur }) => Math.max(most, tdur), 0) / 1_000;
}

/** Measures it so often, each time in a fresh profile, and prints the median and the worst. */
export async function explore(fresh, browser, base, repeats) {
  const all = [];
  for (let count = 0; count < repeats; count += 1) all.push(await once(await fresh(), browser, base));
  const row = (name, figure, limit, unit) => {
    const sorted = all.map(figure).sort((one, other) => one - other);
    const [median, worst] = [sorted[sorted.length >> 1], sorted.at(-1)];
    const kept = limit === undefined ? "" : `  ≤ ${limit} ${worst <= limit ? "✓" : "✗"}`;
    console.log(`${name.padEnd(52)} median ${median.toFixed(unit === "s" ? 2 : 0)} ${unit}, worst ${worst.toFixed(unit === "s" ? 2 : 0)} ${unit}${kept}`);
  };
  console.log(`\nEvery state of two-phase commit among 8 nodes (${STATES}), ${repeats} times in a fresh profile`);
  row("from the click to the answer", ({ seconds }) => seconds, LIMITS.seconds, "s");
  row("longest time without an answer from the page", ({ silence }) => silence, LIMITS.silence, "ms");
  row("longest task, computed", ({ busy }) => busy, undefined, "ms");
}
