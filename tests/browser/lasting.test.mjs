// Nothing is lost: not by a reload, not by the browser's Back, and not when the page itself fails.

import assert from "node:assert/strict";
import test from "node:test";

import { card, pause, playhead, press, ready, script, toNode, until } from "./hands.mjs";
import { address, open } from "./harness.mjs";

const SIZE = { width: 1440, height: 900 };

/** Raft, standing still a few events after its beginning. */
async function raft(t, options = {}) {
  const opened = await open(t, { url: "#raft", viewport: SIZE, ...options });
  const { page } = opened;
  await ready(page);
  await pause(page);
  await press(page, "Home", ...Array(10).fill("ArrowRight"));
  return opened;
}

const undo = (page) => page.getByRole("button", { name: "Undo" });
const redo = (page) => page.getByRole("button", { name: "Redo" });

test("undo and redo lead as far after a reload as before", async (t) => {
  const { page } = await raft(t);
  await toNode(page, "B", "Crash");
  await press(page, "ArrowRight", "ArrowRight");
  await toNode(page, "D", "Pause");
  await toNode(page, "E", "Crash");
  await press(page, "u");
  const left = await playhead(page);
  for (let time = 0; time < 2; time += 1) {
    await page.reload();
    await ready(page);
    assert.deepEqual(await playhead(page), left);
    assert.deepEqual(await script(page), ["B crashes", "D stands still"]);
  }
  await press(page, "Control+Shift+z");
  assert.deepEqual(await script(page), ["B crashes", "D stands still", "E crashes"]);
  assert.ok(await redo(page).isDisabled());
  await press(page, "u", "u", "u");
  assert.deepEqual(await script(page), []);
  assert.ok(await undo(page).isDisabled());
  assert.equal((await card(page, "B")).condition, "up");

  // No entry's number is given twice, not even to what was done after a reload.
  await toNode(page, "C", "Crash");
  await press(page, "ArrowRight", "Control+z");
  assert.deepEqual(await script(page), []);
});

test("a history that is damaged, or of another release, is no history, and nobody is bothered with it", async (t) => {
  const { page } = await raft(t);
  await toNode(page, "B", "Crash");
  const stored = (value) =>
    page.evaluate((value) => {
      const place = Object.keys(sessionStorage).find((key) => key.startsWith("lightcone.history."));
      // The page writes it down once more as it goes away; so it is changed after that.
      addEventListener("pagehide", () => sessionStorage.setItem(place, value));
      return sessionStorage.getItem(place);
    }, value);
  await until(() => page.evaluate(() => Object.keys(sessionStorage).some((key) => key.startsWith("lightcone.history."))), "a history");
  for (const damaged of ["", "1", "1\n-", "1\n*raft", "1\n-nobody?t=3", "2\n-raft", "1\n-1~AAAA", "{}"]) {
    await stored(damaged);
    await page.reload();
    await ready(page);
    assert.deepEqual(await script(page), ["B crashes"], damaged);
    assert.ok(await undo(page).isDisabled(), damaged);
    assert.equal(await page.locator(".banner.trouble").isVisible(), false, damaged);
  }
});

test("where nothing may be kept, the page is at work all the same", async (t) => {
  const { page, context } = await open(t, { url: "about:blank", viewport: SIZE });
  await context.addInitScript(() => {
    for (const store of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, store, {
        get() {
          throw new DOMException("forbidden", "SecurityError");
        },
      });
    }
  });
  await page.goto(`${await address()}#raft?t=950ms`);
  await ready(page);
  await pause(page);
  await page.keyboard.press("t");
  await page.locator(".page.large").waitFor();
  await toNode(page, "B", "Crash");
  await press(page, "u");
  await page.reload();
  await ready(page);
});

test("Back and Forward past the page itself, and an address that was changed, lose no work", async (t) => {
  const { page } = await raft(t);
  await toNode(page, "B", "Crash");
  await page.evaluate(() => (location.hash = "paxos"));
  await page.waitForFunction(() => document.querySelector("select[name=protocol]").value === "paxos");
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("select[name=protocol]").value === "raft");
  assert.deepEqual(await script(page), ["B crashes"]);
  await toNode(page, "D", "Crash");

  await page.goto("about:blank");
  await page.goBack();
  await ready(page);
  assert.deepEqual(await script(page), ["B crashes", "D crashes"]);
  await press(page, "u", "u");
  assert.deepEqual(await script(page), []);
});

test("when the page fails, it says so, and a reload brings everything back", async (t) => {
  const expect = [/panicked|unreachable|wasm|no more elements|RuntimeError|recursive|closure/i];
  const { page, shot } = await raft(t, { expect });
  await page.locator('article[data-node="B"] .card-name').click();
  const crash = page.getByRole("button", { name: "Crash", exact: true });
  await crash.waitFor();
  await page.evaluate(() => {
    // From now on the browser makes no marks for the diagram, which no program can be ready for.
    Document.prototype.createElementNS = () => {
      throw new Error("no more elements");
    };
  });
  // What is done last is the very thing that fails: it stands in no address yet.
  await crash.click();
  const failure = page.getByRole("alert").filter({ hasText: "Lightcone has stopped" });
  await failure.waitFor();
  assert.match(await failure.innerText(), /not of your scenario/);
  const link = await failure.getByRole("textbox", { name: "Link to the scenario" }).inputValue();
  await shot("failure");

  await failure.getByRole("button", { name: "Reload" }).click();
  await failure.waitFor({ state: "detached" });
  await ready(page);
  assert.deepEqual(await script(page), ["B crashes"]);
  assert.equal((await card(page, "B")).condition, "down");
  assert.ok(await undo(page).isEnabled());

  const { page: other } = await open(t, { url: link, viewport: SIZE });
  await ready(other);
  assert.deepEqual(await script(other), ["B crashes"], "the link that was shown holds it too");
});

test("whoever fears that the scenario is at fault begins afresh", async (t) => {
  const expect = [/panicked|unreachable|wasm|no more elements|RuntimeError|recursive|closure/i];
  const { page } = await raft(t, { expect });
  await toNode(page, "B", "Crash");
  await page.evaluate(() => {
    Document.prototype.createElementNS = () => {
      throw new Error("no more elements");
    };
  });
  await page.keyboard.press("End");
  await page.getByRole("link", { name: /Begin afresh/ }).click();
  await ready(page);
  assert.deepEqual(await script(page), []);
});
