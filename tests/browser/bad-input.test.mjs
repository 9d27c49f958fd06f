// Links and files that are damaged, foreign or malicious: the page says what is wrong, and what was open stays at work.

import assert from "node:assert/strict";
import test from "node:test";

import { download } from "./browser.mjs";
import { copyLink, openFile, pause, playhead, press, ready, script, telling, toNode, trouble, typeInto } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };
const permissions = ["clipboard-read", "clipboard-write"];

/** Opens the page on Raft with an edit, standing still. */
async function edited(t) {
  const opened = await open(t, { url: "#raft", viewport: SIZE, context: { permissions } });
  const { page } = opened;
  await ready(page);
  await pause(page);
  await press(page, "Home", ...Array(8).fill("ArrowRight"));
  await toNode(page, "B", "Crash");
  return opened;
}

/** The file that the page saves. */
async function saved(page) {
  await page.getByRole("button", { name: "Share" }).click();
  const { text } = await download(page, () => page.getByRole("button", { name: "Save file" }).click());
  await page.keyboard.press("Escape");
  return JSON.parse(text);
}

/** What was open before is still there and at work. */
async function stillWorks(page, before) {
  const { clock, place } = await playhead(page);
  assert.deepEqual([clock, place], [before.clock, before.place]);
  assert.deepEqual(await script(page), ["B crashes"]);
  await press(page, "ArrowRight", "ArrowLeft");
  assert.equal((await playhead(page)).event, before.event);
  assert.ok(await page.getByRole("button", { name: "Undo" }).isEnabled());
}

/** Takes the message away, so that the next one is known to be new. */
async function dismiss(page) {
  await page.getByRole("button", { name: "Dismiss", exact: true }).click();
  await page.locator(".banner.trouble").waitFor({ state: "hidden" });
}

const middle = (text) => Math.floor(text.length / 2);
const BAD_LINKS = {
  "cut off": [(link) => link.slice(0, -15), /damaged|missing/],
  altered: [(link) => `${link.slice(0, middle(link))}${link[middle(link)] === "A" ? "B" : "A"}${link.slice(middle(link) + 1)}`, /damaged|changed/],
  "of a newer release": [(link) => link.replace(/^1~/, "7~"), /format 7 by a newer release/],
  "of an unknown protocol": [() => "zab", /“?`?zab/],
  "of too many nodes": [() => "raft?nodes=99999999999", /nodes.*whole number/],
  "of a silly time": [() => "raft?until=99999999999999999999s", /until/],
  "of a silly moment": [() => "raft?t=-1", /moment/],
  "of a parameter that is none": [() => "raft?p.election_timeout_min=%22now%22", /election_timeout_min/],
  "of nothing": [() => "%00%ff%3Cscript%3E", /./],
};

test("links that cannot be opened say why, and leave the run alone", async (t) => {
  const { page, shot } = await edited(t);
  const link = (await copyLink(page)).split("#")[1];
  assert.match(link, /^1~/);
  const before = await playhead(page);
  for (const [name, [spoil, why]] of Object.entries(BAD_LINKS)) {
    await page.evaluate((hash) => (location.hash = hash), spoil(link));
    const said = await trouble(page);
    assert.match(said, /^This link could not be opened: /, name);
    assert.match(said, why, name);
    assert.ok(said.length < 400, `${name}: ${said}`);
    await stillWorks(page, before);
    if (name === "altered") await shot("bad-link");
    await dismiss(page);
  }
});

test("a page that starts with such a link opens all the same, and says why", async (t) => {
  for (const link of ["1~tooShort", "2~anything", "raft?nodes=0", "nobody"]) {
    const { page } = await open(t, { url: `#${link}`, viewport: SIZE });
    await ready(page);
    assert.match(await trouble(page), /^This link could not be opened: /, link);
    await pause(page);
    await press(page, "ArrowRight");
  }
});

test("files that cannot be opened say why, and leave the run alone", async (t) => {
  const { page } = await edited(t);
  const file = await saved(page);
  const before = await playhead(page);
  const text = JSON.stringify(file);
  const changed = (change) => JSON.stringify({ ...file, scenario: { ...file.scenario, ...change } });
  const bad = {
    "cut off": [text.slice(0, 400), /saved scenario|JSON/],
    "no JSON at all": ["\u0000\u0001 hello", /saved scenario|JSON/],
    empty: ["", /./],
    "of a newer release": [JSON.stringify({ ...file, version: 8 }), /format 8 by a newer release/],
    "of an unknown protocol": [changed({ protocol: "zab" }), /zab/],
    "of too many nodes": [changed({ nodes: 65_000 }), /65000|nodes/],
    "of no end": [changed({ until: 1e300 }), /./],
    "of a negative time": [changed({ until: -5 }), /./],
    "with an act that is none": [changed({ script: [{ id: 1, at: 5, do: "explode", node: "A" }] }), /./],
    "with a node that is none": [changed({ script: [{ ...file.scenario.script[0], node: "?!" }] }), /./],
  };
  for (const [name, [content, why]] of Object.entries(bad)) {
    await openFile(page, content);
    const said = await trouble(page);
    assert.match(said, /^This file could not be opened: /, name);
    assert.match(said, why, name);
    assert.ok(said.length < 500, `${name}: ${said}`);
    await stillWorks(page, before);
    await dismiss(page);
  }
});

test("HTML in names, notes and operations is text, and nothing of it runs", async (t) => {
  const { page, shot } = await edited(t);
  const file = await saved(page);
  const name = "<img src=x onerror=window.hit=1>";
  const note = "</text></svg><script>window.hit=2</script><iframe srcdoc='<script>parent.hit=3</script>'></iframe>";
  const op = "put x <svg/onload=window.hit=4>";
  file.scenario.names = { A: name };
  file.scenario.script.push(
    { id: 11, at: 30_000_000, do: "note", event: "A:1", text: note },
    { id: 12, at: 100_000_000, do: "op", op, client: "c1" },
  );
  const { page: other } = await open(t, { url: "#raft", viewport: SIZE });
  await ready(other);
  await pause(other);
  const count = () => other.evaluate(() => document.querySelectorAll("img, iframe, script, object, embed, [onerror], [onload]").length);
  const elements = await count();
  const dialogs = [];
  other.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss();
  });
  await openFile(other, JSON.stringify(file));
  await other.getByRole("list", { name: "Script" }).getByText(note).waitFor();
  await ready(other);
  await other.getByRole("list", { name: "Script" }).getByText(op).waitFor();
  assert.equal(await other.locator(".card-name").first().innerText(), name);
  await press(other, "End");

  // Everywhere else where such words appear.
  await press(other, "Home", "ArrowRight", "ArrowRight", "ArrowRight");
  await other.keyboard.press("e");
  await other.locator("[data-pick]").waitFor();
  await other.locator(".card-name").first().click();
  await other.locator('[data-sheet="lane"]').waitFor();
  await shot("html-as-text");
  await other.keyboard.press("Escape");
  await other.getByRole("button", { name: "Partition…" }).click();
  await other.locator('[data-sheet="partition"]').getByText(name).first().waitFor();
  await other.keyboard.press("Escape");
  await other.getByRole("button", { name: "Diagram options" }).click();
  await other.locator('[data-sheet="options"]').getByText(name).first().waitFor();
  await other.keyboard.press("Escape");

  assert.equal(await count(), elements, "no element came of it");
  assert.equal(await other.evaluate(() => window.hit), undefined, "no script ran");
  assert.deepEqual(dialogs, []);
});

test("a name, a note and an operation with HTML, written in the page itself", async (t) => {
  const { page } = await edited(t);
  await page.locator('article[data-node="C"] .card-name').click();
  const menu = page.locator('[data-sheet="lane"]');
  await typeInto(page, menu.getByLabel("called"), "<b>x</b><script>");
  await telling(page, () => page.keyboard.press("Enter"));
  await page.keyboard.press("Escape");
  assert.equal(await page.locator('article[data-node="C"] .card-name').innerText(), "<b>x</b><script>");
  await page.keyboard.press("e");
  await typeInto(page, page.getByLabel("Note", { exact: true }), "<img src=x onerror=hit=1>");
  await telling(page, () => page.keyboard.press("Enter"));
  await page.locator(".note-row").getByText("<img src=x onerror=hit=1>").waitFor();
  assert.equal(await page.evaluate(() => document.querySelectorAll("img").length + (window.hit ?? 0)), 0);
});
