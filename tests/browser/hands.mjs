// What a person does with the page and sees of it: keys, clicks, and what stands on the screen. Nothing here waits for
// a time; it waits for what the page then shows.

import assert from "node:assert/strict";

import { inFirefox } from "./browser.mjs";
import { open } from "./harness.mjs";

/** The page has started, shows a diagram, and no longer says that anything is on its way. */
export async function ready(page) {
  await page.waitForFunction(() => {
    const marks = document.querySelectorAll("svg.body [data-target]").length;
    return !document.getElementById("starting") && marks > 0;
  });
  await page.waitForFunction(() => !document.querySelector(".place")?.textContent.includes("computing"));
}

/** Stops what plays by itself when a document opens. */
export async function pause(page) {
  const pausing = page.getByRole("button", { name: "Pause", exact: true });
  if ((await pausing.count()) > 0) await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
}

/** How many sentences the page has said to those who listen: each step and each edit says one. */
function said(page) {
  return page.getByRole("log").getAttribute("data-said");
}

/** Does something, and waits until the page has said what came of it. */
export async function telling(page, doing) {
  const before = await said(page);
  await doing();
  await page.waitForFunction((before) => document.querySelector("[data-said]").dataset.said !== before, before);
}

/** Waits until something is so that takes more than one look to see. */
export async function until(sight, what) {
  // Generous, since the machine may be compiling meanwhile.
  const end = Date.now() + 40_000;
  while (!(await sight())) {
    if (Date.now() > end) assert.fail(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Presses keys that make the page say something, one after another. */
export async function press(page, ...keys) {
  for (const key of keys) await telling(page, () => page.keyboard.press(key));
}

/** Steps with the right arrow until something is seen; fails after so many steps. */
export async function stepUntil(page, sight, what, limit = 400) {
  for (let steps = 0; steps < limit; steps += 1) {
    const seen = await sight();
    if (seen) return seen;
    await press(page, "ArrowRight");
  }
  assert.fail(`${limit} steps, and no sign of ${what}`);
}

/** What stands in the script, in words. */
export async function script(page) {
  const panel = page.locator('[data-panel="script"]');
  const lines = () => panel.getByRole("list", { name: "Script" }).locator(".script-words").allTextContents();
  // What shows them is fetched when there is something to show; the panel's head knows how much that is.
  const all = (await panel.count()) ? Number((await panel.locator(".panel-aside").textContent()).trim()) : 0;
  if (all > 0 && (await panel.locator(".panel-body").isVisible())) {
    await until(async () => (await lines()).length >= Math.min(all, 1), "the script's lines");
  }
  return lines();
}

/** Marks of the diagram by a selector: what each stands for, and where it is in the diagram. */
export function marks(page, selector) {
  return page.evaluate((selector) => {
    const number = (mark, ...names) => names.map((name) => mark.getAttribute(name)).find((value) => value !== null);
    const found = [...document.querySelectorAll(`svg.body ${selector}`)];
    return found.map((mark) => ({ target: mark.dataset.target, x: number(mark, "cx", "x"), y: number(mark, "cy", "y") }));
  }, selector);
}

/** Where the playhead is: `now` exactly, and the words beside the clock. */
export function playhead(page) {
  return page.evaluate(() => {
    const clock = document.querySelector("[data-now]");
    const place = document.querySelector("[data-place]");
    return { now: clock.dataset.now, clock: clock.textContent, event: Number(place.dataset.place), place: place.textContent };
  });
}

/** Every node's card: [{ node, role, epoch, condition, fields: { name: value }, log: [...] }]. */
export function cards(page) {
  return page.evaluate(() => {
    const field = (row) => [row.dataset.field, row.querySelector(".value").textContent];
    const card = (element) => ({
      node: element.dataset.node,
      role: element.dataset.role,
      epoch: element.dataset.epoch === undefined ? undefined : Number(element.dataset.epoch),
      condition: element.dataset.condition,
      fields: Object.fromEntries([...element.querySelectorAll("[data-field]")].map(field)),
      log: [...element.querySelectorAll("[data-index]")].map((item) => item.textContent),
    });
    return [...document.querySelectorAll("article[data-node]")].map(card);
  });
}

/** The card of one node. */
export async function card(page, node) {
  return (await cards(page)).find((card) => card.node === node);
}

/** The nodes that play a role. */
export async function playing(page, role) {
  return (await cards(page)).filter((card) => card.role === role && card.condition === "up");
}

/** Opens the menu of a node by its name in the list of nodes. */
export async function laneMenu(page, name) {
  await page.locator(`article[data-node="${name}"] .card-name`).click();
  const menu = page.locator('[data-sheet="lane"]');
  await menu.waitFor();
  return menu;
}

/** Does what a node's menu offers by this name. */
export async function toNode(page, name, deed) {
  const menu = await laneMenu(page, name);
  await telling(page, () => menu.getByRole("button", { name: deed, exact: true }).click());
  await menu.waitFor({ state: "detached" });
}

/** Writes into a field, key by key, in place of what stands there. */
export async function typeInto(page, field, text) {
  await field.selectText();
  await page.keyboard.type(text);
}

/** Chooses from a list by its accessible name. */
export async function choose(page, list, words) {
  await page.getByRole("combobox", { name: list, exact: true }).selectOption({ label: words });
}

/** Chooses another protocol, and waits until its code is here and its run stands on the page. */
export async function openProtocol(page, name) {
  await page.locator("select[name=protocol]").selectOption(name);
  await page.waitForFunction((name) => location.hash.slice(1).split("?")[0] === name, name);
  await ready(page);
}

/** Opens an example of the protocol at hand. */
export async function openExample(page, title) {
  await choose(page, "Examples", title);
  await page.waitForFunction(
    (title) => document.querySelector("select[name=examples]").selectedOptions[0].textContent === title,
    title,
  );
  await ready(page);
}

/**
 * All that is drawn: each mark with its place, class and text. Only what is near the window is drawn, so the diagram is
 * scrolled to its beginning and to the playhead first.
 */
export async function drawing(page) {
  // What an edit may have changed glows for a moment.
  await page.waitForFunction(() => !document.querySelector("svg.body .glow"));
  return page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const stage = () => [...document.querySelectorAll("svg.heads, svg.body")];
    const settled = async () => {
      const markup = () => stage().map((svg) => svg.outerHTML).join();
      for (let before; before !== markup(); ) {
        before = markup();
        await frame();
        await frame();
      }
    };
    const told = (mark) => {
      const attributes = [...mark.attributes].map(({ name, value }) => `${name}=${value}`).sort();
      const text = [...mark.childNodes].map((node) => node.textContent).join(" | ");
      return [mark.tagName, ...attributes, text].join(" ");
    };
    const marks = () => stage().flatMap((svg) => [...svg.querySelectorAll("g > *:not(g)")].map(told));

    const scroll = document.querySelector(".scroll");
    const all = [];
    for (const share of [0, 1]) {
      const now = document.querySelector("svg.body .now-line")?.getBBox() ?? { x: 0, y: 0 };
      const to = (at) => share * Math.max(0, Math.round(at) - 300);
      scroll.scrollTo({ left: to(now.x), top: to(now.y) });
      await settled();
      all.push(...marks());
    }
    return all;
  });
}

/** Two drawings are the same, mark by mark. */
export function assertSameDrawing(actual, expected) {
  const [left, right] = [new Set(actual), new Set(expected)];
  const more = actual.filter((mark) => !right.has(mark)).map((mark) => `+ ${mark}`);
  const fewer = expected.filter((mark) => !left.has(mark)).map((mark) => `- ${mark}`);
  const differences = [...more, ...fewer];
  const shown = differences.slice(0, 12).map((mark) => mark.slice(0, 300));
  assert.equal(differences.length, 0, `${differences.length} marks differ:\n${shown.join("\n")}`);
  assert.deepEqual(actual, expected);
}

/** The link that the page hands out for sharing, as a quiz or not. */
export async function copyLink(page, { quiz = false } = {}) {
  await page.getByRole("button", { name: "Share" }).click();
  const share = page.locator('[data-sheet="share"]');
  if (quiz) await share.getByLabel("As a quiz").check();
  await share.getByRole("button", { name: "Copy link" }).click();
  await share.getByText("Copied.").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, await share.getByRole("textbox", { name: "Link" }).inputValue());
  await page.keyboard.press("Escape");
  await share.waitFor({ state: "detached" });
  return link;
}

/** Opens a file with this content by the page's own button. */
export async function openFile(page, content) {
  await page.getByRole("button", { name: "Share" }).click();
  const file = { name: "run.json", mimeType: "application/json", buffer: Buffer.from(content) };
  if (inFirefox) {
    // Firefox 140 does not tell that it asks for a file, so what the button opens is given its answer at once.
    await page.getByLabel("File to open").setInputFiles(file);
  } else {
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Open file" }).click(),
    ]);
    await chooser.setFiles(file);
  }
  await page.keyboard.press("Escape");
}

/** What the page says it could not do, or nothing. */
export async function trouble(page) {
  const banner = page.locator(".banner.trouble");
  await banner.waitFor();
  return banner.locator(".banner-text").innerText();
}

/** How many invariants hold, and which are violated. */
export function invariants(page) {
  return page.evaluate(() => {
    const rows = [...document.querySelectorAll("[data-monitor]")];
    const violated = rows.filter((row) => row.dataset.violated === "true").map((row) => row.dataset.monitor);
    return { watched: rows.length, violated };
  });
}

/** A row of the list of what may happen next: a message by its way, or a timer by its node, and what it says. */
function pending(page, who, label) {
  const rows = page.getByRole("list", { name: "What may happen next" }).getByRole("listitem");
  const mine = rows.filter({ has: page.getByText(who, { exact: true }) });
  return mine.filter({ has: page.locator(".next-label", { hasText: label }) }).first();
}

/** Has a message arrive next that is on its way: `deliver(page, "A → B", "accept")`. */
export async function deliver(page, way, label) {
  await telling(page, () => pending(page, way, label).getByRole("button", { name: "Deliver next" }).click());
}

/** Has a timer fire next. */
export async function fire(page, node, label) {
  await telling(page, () => pending(page, node, label).getByRole("button", { name: "Fire now" }).click());
}

/** Raft at 0.9 s, and beside it a branch in which the leader has crashed. */
export async function twoBranches(t, options = {}) {
  const opened = await open(t, { url: "#raft?t=900ms", viewport: { width: 1440, height: 900 }, ...options });
  const { page } = opened;
  await ready(page);
  await pause(page);
  const [leader] = await playing(page, "leader");
  await press(page, "B");
  await toNode(page, leader.node, "Crash");
  const beside = page.locator(".beside");
  await beside.locator("svg.body [data-target]").first().waitFor({ state: "attached" });
  return { ...opened, leader: leader.node, beside };
}
