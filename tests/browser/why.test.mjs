// Why things happened, why they have not yet, and where to go on to.

import assert from "node:assert/strict";
import test from "node:test";

import { cards, pause, playhead, press, ready, telling, toNode } from "./hands.mjs";
import { open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

async function raft(t, url = "#raft?t=900ms") {
  const opened = await open(t, { url, viewport: SIZE });
  await ready(opened.page);
  await pause(opened.page);
  return opened;
}

const complaint = (page) => page.locator(".banner.trouble");

test("an event's chain of causes leads back to where someone or something began it", async (t) => {
  const { page, shot } = await raft(t);
  await page.keyboard.press("e");
  await page.getByText("Why did this happen?").click();
  const chain = page.locator(".chain li");
  const told = await chain.allTextContents();
  assert.ok(told.length >= 3, told.join("; "));
  for (const cause of told.slice(0, -1)) assert.match(cause, /^because .*\d+\.\d+ s$/);
  await shot("why-chain");
  const first = page.locator(".chain button").first();
  const words = (await first.locator("span").first().textContent()).replace(/^because /, "");
  await first.click();
  await page.locator(".look-event h3").getByText(words, { exact: true }).waitFor();
});

test("what may happen next says what it waits for: time, a clock, a hand, a node that is down or stands still", async (t) => {
  const { page } = await raft(t, "#raft?t=905ms");
  const why = async (row) => (await row.locator(".next-due").getAttribute("title")).replace("Why not yet? ", "");
  const message = page.locator(".next-row.message").first();
  const timer = page.locator(".next-row.timer").first();
  assert.match(await why(message), /^It is on its way: .* of .* are behind it/);
  assert.match(await why(timer), /^It fires when the clock of \w+ is there: in/);
  const to = (await message.locator(".next-way").textContent()).split("→")[1].trim();
  const id = await message.getAttribute("data-pending");
  const same = page.locator(`.next-row[data-pending="${id}"]`);
  await message.locator(".next-due").click();
  await telling(page, () => message.getByRole("button", { name: "Hold", exact: true }).click());
  assert.match(await why(same), /^You hold it/);
  await press(page, "u");
  await toNode(page, to, "Crash");
  assert.match(await why(same), new RegExp(`${to} is down`));
  await press(page, "u");
  await toNode(page, to, "Pause");
  assert.match(await why(same), new RegExp(`${to} stands still, and handles it when it goes on`));
  await press(page, "u");
  await page.getByRole("switch", { name: "hold all" }).click();
  assert.match(await why(page.locator(".next-row.timer").first()), /^Everything waits for you/);
});

test("L leads to the next leader; where there is none, the page says so and stays", async (t) => {
  const { page } = await raft(t, "#raft");
  await press(page, "Home");
  await page.keyboard.press("L");
  await page.locator(".look-event h3").waitFor();
  assert.equal((await cards(page)).filter((card) => card.role === "leader").length, 1);
  const here = await playhead(page);
  await page.keyboard.press("V");
  await complaint(page).getByText("There is none ahead in this run.").waitFor();
  assert.deepEqual(await playhead(page), here);
});

test("V leads to a violation, and N to the next event of the node that is looked into", async (t) => {
  const { page } = await raft(t, "#raft");
  await page.getByRole("combobox", { name: "Examples" }).selectOption({ label: "A vote not persisted: two leaders in one term" });
  await ready(page);
  await pause(page);
  await press(page, "Home");
  await page.keyboard.press("V");
  await page.locator(".look-event .broken").getByText(/Violated, election safety/i).waitFor();
  const title = page.locator(".look-event .clocks");
  const [node, index] = (await title.textContent()).split(" ")[0].split(":");
  await page.keyboard.press("N");
  await title.getByText(`${node}:${Number(index) + 1} ·`).waitFor();
});

test("the run goes on until a field has a value, or the page says that it never has", async (t) => {
  const { page, shot } = await raft(t);
  await page.keyboard.press("J");
  const sheet = page.locator('[data-sheet="jump"]');
  await sheet.getByRole("combobox", { name: "Node" }).selectOption("B");
  await sheet.getByRole("combobox", { name: "Field" }).selectOption("commitIndex");
  await sheet.getByRole("textbox", { name: "Value" }).fill("5");
  await shot("jump");
  await sheet.getByRole("button", { name: "Run", exact: true }).click();
  await sheet.waitFor({ state: "detached" });
  const value = async () => (await cards(page)).find((card) => card.node === "B").fields.commitIndex;
  assert.match(await value(), /^5/);
  await press(page, "ArrowLeft");
  assert.doesNotMatch(await value(), /^5/);
  await page.keyboard.press("J");
  await sheet.getByRole("textbox", { name: "Value" }).fill("twelve");
  await sheet.getByRole("button", { name: "Run", exact: true }).click();
  await complaint(page).getByText(/does not become “twelve”/).waitFor();
});

test("a quiz does not tell where the leader will be", async (t) => {
  const { page } = await raft(t, "#raft?t=10ms&quiz");
  const here = await playhead(page);
  await page.keyboard.press("L");
  await complaint(page).getByText("stays hidden in a quiz").waitFor();
  await page.keyboard.press("J");
  assert.equal(await page.locator('[data-sheet="jump"]').count(), 0);
  assert.deepEqual(await playhead(page), here);
});
