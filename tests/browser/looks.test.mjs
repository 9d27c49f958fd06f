// How the page looks: room for the diagram, text that can be read, labels that keep apart, buttons that a finger hits,
// and what axe-core finds.

import assert from "node:assert/strict";
import test from "node:test";

import { laneMenu, pause, press, ready, telling, toNode } from "./hands.mjs";
import { open } from "./harness.mjs";
import { sideways, smallTargets, violations } from "./sight.mjs";

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** What is seen of each document: near its beginning, and in the thick of it. */
const MOMENTS = ["raft?t=300ms", "raft?t=1.9s", "paxos?t=200ms", "paxos?t=6.3s", "2pc?t=250ms", "gossip?t=500ms"];

/** What may be open while one looks: opened by a person's own means. */
const SIGHTS = {
  plain: async () => {},
  event: async (page) => {
    await page.keyboard.press("e");
    await page.locator("[data-pick]").waitFor();
  },
  lane: async (page) => {
    await toNodes(page);
    await laneMenu(page, "B");
  },
  partition: async (page) => {
    await toNodes(page);
    await page.getByRole("button", { name: "Partition…" }).click();
  },
  share: (page) => page.getByRole("button", { name: "Share" }).click(),
  options: (page) => page.getByRole("button", { name: "Diagram options" }).click(),
  help: (page) => page.keyboard.press("?"),
  jump: (page) => page.keyboard.press("J"),
  message: async (page) => {
    await page.keyboard.press("e");
    for (let step = 0; step < 20 && !(await page.locator(".look-message").count()); step += 1) {
      await page.keyboard.press(step % 2 === 0 ? "<" : "Shift+ArrowLeft");
    }
    await page.keyboard.press("m");
    await page.locator('[data-sheet="message"]').waitFor();
  },
  span: async (page) => {
    await page.keyboard.press("Escape");
    await toNodes(page);
    await (await laneMenu(page, "B")).getByRole("button", { name: "For a while…" }).click();
    await page.locator('[data-sheet="span"]').waitFor();
  },
  lecture: async (page) => {
    for (let time = 0; time < 2; time += 1) await page.keyboard.press("Escape");
    await page.keyboard.press("v");
    await page.locator("[data-lecture]").waitFor();
  },
  branches: async (page) => {
    await page.keyboard.press("B");
    await page.locator(".beside svg.body [data-target]").first().waitFor({ state: "attached" });
  },
  over: async (page) => {
    await page.keyboard.press("O");
    await page.locator(".over-pane svg.body .event").first().waitFor({ state: "attached" });
    await page.locator(".scroll").focus();
    await page.keyboard.press("Home");
    await page.locator("#mark-over").waitFor({ state: "attached" });
  },
};

/** Nothing of what is shown is still being fetched. */
function arrived(page) {
  return page.waitForFunction(() => !document.querySelector(".lazy"));
}

/** On a phone the list of nodes is behind a tab. */
async function toNodes(page) {
  const tab = page.getByRole("tab", { name: "Nodes" });
  if (await tab.isVisible()) await tab.click();
}

for (const [place, viewport] of [["desk", DESK], ["phone", PHONE]]) {
  const context = place === "phone" ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {};

  for (const colorScheme of ["light", "dark"]) {
    test(`${place}, ${colorScheme}: nothing sticks out, and every target can be hit`, async (t) => {
      const { page, shot } = await open(t, { url: "#raft?t=950ms", viewport, colorScheme, context });
      await ready(page);
      for (const [name, show] of Object.entries(SIGHTS)) {
        await show(page);
        await arrived(page);
        await shot(`look-${place}-${colorScheme}-${name}`);
        assert.deepEqual(await sideways(page), [], `${name}: wider than the window`);
        assert.deepEqual(await smallTargets(page), [], `${name}: targets below 24 px`);
        await page.keyboard.press("Escape");
      }
    });

    test(`${place}, ${colorScheme}: axe finds nothing`, async (t) => {
      const { page } = await open(t, { url: "#raft?t=950ms", viewport, colorScheme, context });
      await ready(page);
      const found = [];
      for (const [name, show] of Object.entries(SIGHTS)) {
        await show(page);
        await arrived(page);
        found.push(...(await violations(page)).map((violation) => `${name}: ${violation}`));
        await page.keyboard.press("Escape");
      }
      assert.deepEqual([...new Set(found)], []);
    });
  }

  test(`${place}: the diagram's text is large enough, and labels keep apart`, async (t) => {
    const { page, shot } = await open(t, { url: "#raft", viewport, context });
    await ready(page);
    const found = [];
    for (const moment of MOMENTS) {
      await page.evaluate((hash) => (location.hash = hash), moment);
      const name = moment.split("?")[0];
      await page.waitForFunction((name) => document.querySelector("select[name=protocol]").value === name, name);
      await ready(page);
      await shot(`labels-${place}-${moment.replace(/\W+/g, "-")}`);
      assert.deepEqual(await smallText(page), [], `${moment}: text below 12 px`);
      found.push(...(await overlaps(page)).map((pair) => `${moment}: ${pair}`));
    }
    assert.deepEqual(found, []);
  });
}

test("at a desk the diagram has half the window", async (t) => {
  const { page } = await open(t, { url: "#raft?t=950ms", viewport: DESK });
  await ready(page);
  const { width, height } = await page.locator(".scroll").boundingBox();
  const share = (width * height) / (DESK.width * DESK.height);
  assert.ok(share >= 0.5, `${(share * 100).toFixed(1)} % of the window`);
});

test("on a phone the diagram comes first, from top to bottom, and the transport stays in reach", async (t) => {
  const { page, shot } = await open(t, { url: "#raft?t=950ms", viewport: PHONE, context: { hasTouch: true, isMobile: true } });
  await ready(page);
  await page.locator('.pane[data-flow="down"]').waitFor();
  const pill = await page.locator("svg.body .now-pill").boundingBox();
  assert.ok(pill.x >= 0, `the present's time begins at ${pill.x} px`);
  const pane = await page.locator(".pane").boundingBox();
  const side = await page.getByRole("complementary", { name: "Panels" }).boundingBox();
  assert.ok(pane.y < side.y, "the diagram is above the panels");
  assert.ok(pane.y < 160, `the diagram begins ${pane.y} px down`);
  const step = await page.getByRole("button", { name: "Step", exact: true }).boundingBox();
  assert.ok(step.y + step.height <= PHONE.height, "Step is in the window");
  const protocol = await page.getByRole("combobox", { name: "Protocol" }).boundingBox();
  assert.ok(protocol.width >= 76, `"Raft" is to be read, in ${protocol.width} px`);
  await press(page, "ArrowRight");
  for (const tab of ["Next", "Event", "Checks", "Script", "Set-up", "Nodes"]) {
    await page.getByRole("tab", { name: tab }).tap();
    await page.getByRole("tab", { name: tab, selected: true }).waitFor();
    await shot(`phone-${tab.toLowerCase()}`);
  }
});

test("on a phone Undo and Redo keep their places, so that a second tap does the same again", async (t) => {
  const { page, shot } = await open(t, { url: "#raft?t=950ms", viewport: PHONE, context: { hasTouch: true, isMobile: true } });
  await ready(page);
  await pause(page);
  await toNode(page, "B", "Crash");
  await toNode(page, "D", "Crash");
  const undo = await page.getByRole("button", { name: "Undo" }).boundingBox();
  for (const left of [1, 0]) {
    await telling(page, () => page.touchscreen.tap(undo.x + undo.width / 2, undo.y + undo.height / 2));
    assert.equal(await page.locator("[data-condition=down]").count(), left);
  }
  await page.getByRole("button", { name: "Redo" }).waitFor();
  await shot("phone-undone");
});

test("large text for a lecture hall is large", async (t) => {
  const { page, shot } = await open(t, { url: "#raft?t=950ms", viewport: DESK });
  await ready(page);
  await page.getByRole("button", { name: "Large text" }).click();
  await page.locator(".page.large").waitFor();
  assert.deepEqual(await smallText(page, 18), []);
  assert.deepEqual(await overlaps(page), []);
  await shot("look-large");
});

/** Text of the diagram that is smaller than so many px. */
function smallText(page, least = 12) {
  return page.evaluate((least) => {
    const texts = [...document.querySelectorAll("svg.heads text, svg.body text")];
    const scale = (text) => Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b);
    const small = texts.filter((text) => Number.parseFloat(getComputedStyle(text).fontSize) * scale(text) < least - 0.01);
    return small.map((text) => `${text.firstChild.textContent}: ${getComputedStyle(text).fontSize}`);
  }, least);
}

/** Pairs of texts in sight whose boxes overlap by more than a pixel; turned text counts with its turned box. */
function overlaps(page) {
  return page.evaluate(() => {
    const window = document.querySelector(".scroll").getBoundingClientRect();
    const gutter = document.querySelector("svg.heads").getBoundingClientRect();
    const across = document.querySelector(".scroll").classList.contains("across");
    /** Corners of the letters' box, from the height of capitals to the feet. */
    const corners = (text) => {
      const box = text.getBBox();
      const size = Number.parseFloat(getComputedStyle(text).fontSize);
      const baseline = Number(text.getAttribute("y"));
      const [top, bottom] = [baseline - size * 0.74, baseline + size * 0.2];
      const matrix = text.getScreenCTM();
      const places = [[box.x, top], [box.x + box.width, top], [box.x + box.width, bottom], [box.x, bottom]];
      return places.map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix)).map(({ x, y }) => [x, y]);
    };
    const inSight = (places) => {
      const xs = places.map(([x]) => x);
      const ys = places.map(([, y]) => y);
      const left = across ? gutter.right : window.left;
      const top = across ? window.top : gutter.bottom;
      return Math.max(...xs) > left && Math.min(...xs) < window.right && Math.max(...ys) > top && Math.min(...ys) < window.bottom;
    };
    /** How deep two boxes are in each other: the least way apart along any of their sides. */
    const depth = (one, other) => {
      let least = Infinity;
      for (const places of [one, other]) {
        for (const side of [0, 1]) {
          const [dx, dy] = [places[side + 1][0] - places[side][0], places[side + 1][1] - places[side][1]];
          const length = Math.hypot(dx, dy) || 1;
          const along = (box) => box.map(([x, y]) => (x * dx + y * dy) / length);
          const [a, b] = [along(one), along(other)];
          least = Math.min(least, Math.max(...a) - Math.min(...b), Math.max(...b) - Math.min(...a));
        }
      }
      return least;
    };
    // The pill of the present covers the number behind it whole.
    const pill = document.querySelector("svg.body .now-pill").getBoundingClientRect();
    const covers = ([x, y]) => x >= pill.left && x <= pill.right && y >= pill.top && y <= pill.bottom;
    const isCovered = ({ text, places }) => places.every(covers) && !text.matches(".now-time");
    const texts = [...document.querySelectorAll("svg.body text")].filter((text) => text.checkVisibility({ opacityProperty: true }));
    const boxes = texts.map((text) => ({ text, places: corners(text) }));
    const seen = boxes.filter((box) => inSight(box.places) && !isCovered(box));
    const told = ({ text }) => `“${text.firstChild.textContent}” (${text.getAttribute("class")})`;
    const found = [];
    for (const [place, one] of seen.entries()) {
      for (const other of seen.slice(place + 1)) {
        const deep = depth(one.places, other.places);
        if (deep > 1) found.push(`${told(one)} and ${told(other)} by ${deep.toFixed(1)} px`);
      }
    }
    return found;
  });
}
