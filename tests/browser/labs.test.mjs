// The labs as a reader goes through them: the list, predictions, challenges met by hand, files of one's own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { root } from "./browser.mjs";
import { script, toNode, until } from "./hands.mjs";
import { open } from "./harness.mjs";
import { at, COURSE, DESK, drop, heading, lab, next, PHONE, pictures, sandboxOf, verdict } from "./in-labs.mjs";
import { sideways, smallTargets, violations } from "./sight.mjs";

const choice = (page, words, exact) => page.locator(".choices li", { has: page.getByRole("button", { name: words, exact }) });

/** Answers a prediction, and gives what is said of it. */
async function predict(page, words) {
  const exact = words.length < 5;
  await page.getByRole("button", { name: words, exact }).click();
  const because = choice(page, words, exact).locator(".because p");
  await because.waitFor();
  return because.innerText();
}

/** Loses a message that is on its way, by the list of what may happen next. */
async function lose(sandbox, way, label) {
  const rows = sandbox.getByRole("list", { name: "What may happen next" }).getByRole("listitem");
  const row = rows.filter({ has: sandbox.getByText(way, { exact: true }) }).filter({ hasText: label }).first();
  await row.getByRole("button", { name: "Drop" }).click();
}

test("home lists the labs of the course, and finds by words", async (t) => {
  const { page, shot } = await open(t, { url: "labs/", viewport: DESK });
  const cards = page.locator(".card");
  await until(async () => (await cards.count()) === COURSE.length, "all labs");
  assert.deepEqual(await page.locator(".chapter h2").allTextContents(), [
    "Nodes, networks, time", "Consensus", "Transactions", "Sandboxes", "A lab of your own",
  ]);
  assert.equal(await page.getByRole("link", { name: "Raft", exact: true }).getAttribute("href"), "../#raft");
  // Each has a picture of its own run, and the first one moves.
  await pictures(page, COURSE.length);
  await page.locator(".thumbnail").first().scrollIntoViewIfNeeded();
  const moment = () => page.locator(".thumbnail").first().getAttribute("data-at");
  const before = await moment();
  await until(async () => (await moment()) !== before, "a moving picture");
  await shot("labs-home");

  const search = page.getByRole("searchbox", { name: "Search" });
  await search.fill("acceptor forgets");
  await page.getByText("1 lab", { exact: true }).waitFor();
  assert.equal(await cards.locator("h3").innerText(), "One value, and never two");
  await search.fill("xylophone");
  await page.getByText("No lab has these words.").waitFor();
});

test("with reduced motion no picture moves", async (t) => {
  const { page } = await open(t, { url: "labs/", viewport: DESK, context: { reducedMotion: "reduce" } });
  await pictures(page, COURSE.length);
  const moments = () => page.locator(".thumbnail").evaluateAll((all) => all.map((one) => one.dataset.at));
  const before = await moments();
  await page.locator(".card").first().hover();
  await page.waitForTimeout(500);
  assert.deepEqual(await moments(), before);
});

test("raft/election from start to end, with a wrong and a right prediction and a challenge met by hand", async (t) => {
  const { page, sandbox, shot } = await lab(t, "raft/election");
  await heading(page, "Everybody waits");
  await at(sandbox, 100);
  const future = sandbox.getByText("The rest of this run is hidden.");
  assert.ok(await future.isVisible(), "what comes is hidden");
  assert.match(await predict(page, "A: it comes first"), /^Not so\. Names and places/);
  await future.waitFor({ state: "hidden" });
  assert.match(await predict(page, "C: its timer"), /^Right\. Its timer fires/);
  await shot("lab-predicted");

  await next(page);
  await heading(page, "One asks");
  await at(sandbox, 165.5);
  // Keys that are pressed in the text step the run.
  await page.keyboard.press("ArrowRight");
  await sandbox.waitForFunction(() => document.querySelector("[data-now]").dataset.now !== "165500000");
  await page.getByRole("button", { name: "165 ms" }).click();
  await at(sandbox, 165.5);

  await page.keyboard.press("n");
  await heading(page, "A majority answers");
  assert.match(await predict(page, "No: a majority"), /^Right/);
  await page.keyboard.press("n");
  await heading(page, "The leader falls");
  await page.keyboard.press("Shift+N");
  await heading(page, "A majority answers");
  await page.keyboard.press("n");
  assert.match(await predict(page, "One"), /^Not so/);
  assert.match(await predict(page, "Two: the first one is split"), /^Right/);
  await next(page);
  await heading(page, "A split vote");
  await next(page);

  await heading(page, "Undo the split");
  await verdict(page, "not-yet");
  await at(sandbox, 2150);
  await page.getByRole("button", { name: "Hint" }).click();
  await page.getByText("It would have been content with D's.").waitFor();
  await lose(sandbox, "B → E", "vote");
  await verdict(page, "done");
  assert.equal(await page.locator(".verdict").innerText(), "Done!");
  await shot("lab-challenge");

  await next(page);
  await heading(page, "Two leaders?");
  await verdict(page, "not-yet");
  await page.getByRole("button", { name: "Show a solution" }).click();
  await verdict(page, "done");
  assert.match(await page.locator(".verdict").innerText(), /with the solution shown/);
  await page.getByRole("button", { name: "Start again" }).click();
  await verdict(page, "not-yet");

  await next(page);
  await heading(page, "Forget the vote");
  assert.match(await predict(page, "A votes for C"), /^Right\. With its own vote and A's second one/);

  // What was done stays done: what a solution did does not count.
  await page.reload();
  await heading(page, "Forget the vote");
  await page.getByRole("link", { name: "Labs", exact: true }).click();
  const card = page.locator(".card", { hasText: "Electing a leader" });
  assert.match(await card.innerText(), /all 8 steps seen\s+1 of 2 challenges met/);
});

test("a lab is fetched when it is opened; one that does not come says so, and can be tried again", async (t) => {
  const { page, context } = await open(t, { url: "about:blank", viewport: DESK, expect: [/ERR_FAILED|NS_ERROR/] });
  const asked = [];
  context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const labs = () => asked.filter((path) => path.endsWith(".md")).map((path) => path.replace(/^.*\/course-[0-9a-f]+\//, ""));
  const cut = (route) => route.abort();
  await context.route("**/raft/election.md", cut);
  const { address } = await import("./harness.mjs");
  await page.goto(new URL("labs/#raft/election", await address()).href);
  const alert = page.locator(".waiting [role=alert]");
  await alert.getByText("The lab “Electing a leader” could not be loaded").waitFor();
  await alert.getByText("There is no connection to its host.").waitFor();
  await context.unroute("**/raft/election.md", cut);
  await page.getByRole("button", { name: "Try again" }).click();
  await heading(page, "Everybody waits");
  assert.deepEqual(labs(), ["raft/election.md", "raft/election.md"], "no other lab was wanted yet");
  await sandboxOf(page);
  // A text that is no lab is told with its place, like any other.
  await context.route("**/raft/safety.md", (route) => route.fulfill({ contentType: "text/markdown", body: election.replace("```challenge", "```chalenge") }));
  await page.evaluate(() => (location.hash = "#raft/safety"));
  await alert.getByText("did you mean `challenge`?").waitFor();
});

test("a solution that was shown does not count as the reader's own, and not after a reload either", async (t) => {
  const { page, sandbox } = await lab(t, "raft/election/6");
  await verdict(page, "not-yet");
  await page.getByRole("button", { name: "Show a solution" }).click();
  const shown = page.locator(".verdict").getByText("Done, with the solution shown.");
  await shown.waitFor();
  // What is kept for a reload follows a moment later.
  await page.waitForFunction(() => sessionStorage["lightcone.labs.run"]?.includes("helped"));
  await page.reload();
  await shown.waitFor();
  assert.equal(await page.locator(".dot.solved").count(), 0);
  await page.getByRole("button", { name: "Start again" }).click();
  await verdict(page, "not-yet");
  await lose(await sandboxOf(page), "B → E", "vote");
  await page.locator(".verdict").getByText("Done!", { exact: true }).waitFor();
  await page.locator(".dot.solved").waitFor();
});

test("what a step selects is selected in the diagram: an event, a message, and with its span in sight", async (t) => {
  const { page } = await open(t, { url: "labs/", viewport: DESK });
  await page.locator(".card").first().waitFor();
  const first = 'at = "165.5ms"';
  assert.ok(election.includes(first));
  const second = 'at = "201.7ms"';
  await drop(page, "mine.md", election.replace(first, `${first}\nselect = "C:2"`).replace(second, `${second}\nselect = "C#1"`));
  await heading(page, "Everybody waits");
  const sandbox = await sandboxOf(page);
  assert.equal(await sandbox.locator("svg.body .selected").count(), 0);
  await next(page);
  await sandbox.locator('svg.body .selected[data-target="event C:2"]').waitFor();
  await next(page);
  await sandbox.locator('svg.body .selected-line[data-target="message C#1"]').waitFor();
  // And after a reload.
  await page.reload();
  await (await sandboxOf(page)).locator('svg.body .selected-line[data-target="message C#1"]').waitFor();
  await page.evaluate(() => (location.hash = "#opened/4"));
  await heading(page, "The leader falls");
  await (await sandboxOf(page)).locator("svg.body .selected-line").waitFor({ state: "detached" });
});

test("two generals: what is lost last parts them, however many there are", async (t) => {
  const { page, sandbox } = await lab(t, "net/two-generals");
  await heading(page, "Three messengers");
  assert.match(await predict(page, "The first"), /^Not so/);
  assert.match(await predict(page, "The third"), /^Right/);
  await next(page);
  await heading(page, "Catch one");
  await verdict(page, "not-yet");
  // To the moment at which the third is on its way: the third event, after the two that set the generals up.
  await sandbox.getByRole("button", { name: "To start" }).click();
  const way = sandbox.getByRole("list", { name: "What may happen next" }).getByText("A → B", { exact: true });
  const place = () => sandbox.evaluate(() => Number(document.querySelector("[data-place]").dataset.place));
  await until(async () => (await place()) === 0, "the beginning");
  for (let third = false; !third; third = (await place()) >= 4 && (await way.count()) > 0) {
    const before = await place();
    await page.keyboard.press("ArrowRight");
    await until(async () => (await place()) !== before, "a step");
  }
  await lose(sandbox, "A → B", "");
  await verdict(page, "done");
  await next(page);
  await heading(page, "Then send more?");
  await verdict(page, "not-yet");
});

test("another run does not count, and it is said that a run was changed", async (t) => {
  const { page, sandbox } = await lab(t, "raft/election/6");
  await verdict(page, "not-yet");
  await sandbox.evaluate(() => location.replace("#raft?seed=3&t=2s"));
  await verdict(page, "elsewhere");
  await page.getByRole("button", { name: "Start again" }).click();
  await verdict(page, "not-yet");
  await lose(sandbox, "B → E", "vote");
  await verdict(page, "done");
  // The step before tells of the run as it was.
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByText("You have changed this run.").waitFor();
  await page.getByRole("button", { name: "Start again" }).click();
  await page.getByText("You have changed this run.").waitFor({ state: "detached" });
});

test("what the reader has made survives a reload, and its undo the links in the text", async (t) => {
  const { page, sandbox } = await lab(t, "raft/election/6");
  await verdict(page, "not-yet");
  await lose(sandbox, "B → E", "vote");
  await verdict(page, "done");
  await page.reload();
  await verdict(page, "done");
  const again = await sandboxOf(page);
  assert.equal((await script(again)).length, 2);

  // The step before has the same run: a link in its text moves the playhead, and takes no undo away.
  await page.getByRole("button", { name: "Back" }).click();
  await heading(page, "A split vote");
  await at(again, 2353);
  await toNode(again, "A", "Crash");
  await until(async () => (await script(again)).length === 3, "the crash in the script");
  await page.getByRole("button", { name: "2.141 s" }).click();
  await at(again, 2141.7);
  await again.getByRole("button", { name: "Undo", exact: true }).click();
  await until(async () => (await script(again)).length === 2, "the script without it");
});

for (const id of COURSE) {
  test(`${id} from start to end: one choice of each question is right, and each task can be done`, async (t) => {
    const { page, sandbox } = await lab(t, id);
    const steps = await page.locator(".dot").count();
    for (let step = 1; step <= steps; step += 1) {
      await page.getByText(`Step ${step} of ${steps}`).waitFor();
      const choices = page.locator(".choice");
      const all = await choices.count();
      for (let place = 0; place < all; place += 1) {
        await choices.nth(place).click();
        await page.locator(".because p").nth(place).waitFor();
      }
      const words = await page.locator(".because strong").allTextContents();
      assert.equal(words.filter((word) => word === "Right. ").length, all > 0 ? 1 : 0, `step ${step}`);
      if ((await page.locator(".task").count()) > 0) {
        await verdict(page, "not-yet");
        await page.getByRole("button", { name: "Show a solution" }).click();
        await verdict(page, "done");
      }
      assert.equal(await sandbox.locator(".banner.trouble").isVisible(), false, `step ${step}`);
      if (step < steps) await page.keyboard.press("n");
    }
    await page.getByRole("button", { name: "All labs" }).click();
    await page.getByText(`all ${steps} steps seen`).waitFor();
  });
}

const election = readFileSync(join(root, "crates", "labs", "labs", "raft", "election.md"), "utf8");

test("a broken lab file is refused with file and line, and a whole one opens", async (t) => {
  const { page, shot } = await open(t, { url: "labs/", viewport: DESK });
  await page.locator(".card").first().waitFor();
  const line = election.split("\n").findIndex((line) => line.startsWith("```challenge")) + 1;
  await drop(page, "mine.md", election.replace("```challenge", "```chalenge"));
  const alert = page.locator(".alerts");
  await alert.getByText(`mine.md, line ${line + 1}`).waitFor();
  assert.match(await alert.innerText(), /did you mean `challenge`\?/);
  await shot("labs-broken");
  assert.equal(await page.locator(".card").count(), COURSE.length, "nothing is lost");
  await drop(page, "mine.md", election.replace("Electing a leader", "Electing <b>my</b> leader"));
  await page.getByRole("heading", { level: 1, name: "Electing <b>my</b> leader" }).waitFor();
  assert.equal(await alert.innerText(), "");
  // On the sandbox a lab is a lab as well, and what is none is the sandbox's.
  const sandbox = await sandboxOf(page);
  await drop(sandbox, "other.md", "no lab", "svg.body");
  await alert.getByText("other.md, line 1").waitFor();
  await alert.getByRole("button", { name: "Dismiss" }).click();
  await drop(sandbox, "run.json", "no run", "svg.body");
  await sandbox.getByText("This file could not be opened").waitFor();
  // A reload takes it away no more than any other.
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Electing <b>my</b> leader" }).waitFor();
});

test("a lab on the same host opens by its address, and none from elsewhere", async (t) => {
  const opened = await open(t, { url: "about:blank", viewport: DESK, expect: [/404/] });
  const { page, context } = opened;
  await context.route("**/course/mine.md", (route) => route.fulfill({ contentType: "text/markdown", body: election }));
  const { address } = await import("./harness.mjs");
  const go = async (lab) => page.goto(new URL(`labs/?lab=${encodeURIComponent(lab)}`, await address()).href);
  await go("../course/mine.md");
  await page.getByRole("heading", { level: 1, name: "Electing a leader" }).waitFor();
  // Who leaves while parts of the page are on their way is told in Firefox's console that they did not come.
  await sandboxOf(page);
  await go("nowhere.md");
  await page.getByRole("alert").getByText("there is no such file").waitFor();
  await go("https://example.org/lab.md");
  await page.getByRole("alert").getByText("this page's own host only").waitFor();
});

test("an address that leads nowhere says so, and shows what there is", async (t) => {
  const { page } = await open(t, { url: "labs/#raft/elektion/3", viewport: DESK });
  await page.getByText("There is no lab “raft/elektion” here.").waitFor();
  assert.equal(await page.locator(".card").count(), COURSE.length);
  for (const odd of ["#%00", "#raft/election/-1", `#${"long".repeat(4_000)}`]) {
    await page.evaluate((odd) => (location.hash = odd), odd);
    await page.getByText("There is no lab “").waitFor();
  }
  await page.evaluate(() => (location.hash = "#raft/election/99"));
  await heading(page, "Forget the vote");
});

test("the sandbox leads to the labs, and in a lab it leaves the choice of run to the lab", async (t) => {
  const { page } = await open(t, { url: "#raft?t=950ms", viewport: DESK });
  await page.getByRole("link", { name: "Labs" }).click();
  await page.getByRole("heading", { level: 1, name: "Labs" }).waitFor();
  await page.getByRole("link", { name: "Electing a leader" }).click();
  const sandbox = await sandboxOf(page);
  for (const label of ["Protocol", "Examples"]) assert.equal(await sandbox.getByLabel(label, { exact: true }).isVisible(), false);
  assert.ok(await sandbox.getByRole("button", { name: "Share" }).isVisible());
});

for (const [place, viewport] of [["desk", DESK], ["phone", PHONE]]) {
  const context = place === "phone" ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {};
  for (const colorScheme of ["light", "dark"]) {
    test(`labs, ${place}, ${colorScheme}: nothing sticks out, every target can be hit, axe finds nothing`, async (t) => {
      const { page, shot } = await open(t, { url: "labs/", viewport, colorScheme, context });
      await pictures(page, COURSE.length);
      const look = async (name) => {
        await shot(`labs-${place}-${colorScheme}-${name}`);
        assert.deepEqual(await sideways(page), [], `${name}: wider than the window`);
        assert.deepEqual(await smallTargets(page), [], `${name}: targets below 24 px`);
        assert.deepEqual(await violations(page), [], name);
      };
      await look("home");
      // On a desk in the light every lab; elsewhere they take turns.
      const turn = ["desk light", "desk dark", "phone light", "phone dark"].indexOf(`${place} ${colorScheme}`);
      const some = COURSE.filter((_, place) => turn === 0 || place % 3 === turn - 1);
      for (const step of [...some, "raft/election/6", "raft/safety/4"]) {
        await page.evaluate((step) => (location.hash = `#${step}`), step);
        await sandboxOf(page);
        await look(step.replaceAll("/", "-"));
      }
      const frame = await page.locator("iframe").boundingBox();
      const share = (frame.width * frame.height) / (viewport.width * viewport.height);
      assert.ok(share >= 0.59, `the sandbox has ${(share * 100).toFixed(0)} % of the window`);
      if (place === "phone") {
        for (const part of ["Text", "Run"]) {
          await page.getByRole("button", { name: part, exact: true }).click();
          await look(`only-${part}`);
        }
      }
    });
  }
}

test("the run that an answer speaks of can be seen, and left again", async (t) => {
  const { page, shot, sandbox } = await lab(t, "net/two-generals");
  const answer = page.getByRole("button", { name: "The third, the last" });
  await answer.click();
  await page.getByRole("button", { name: "See that run" }).click();
  await sandbox.locator('[data-monitor="agreement"][data-violated="true"]').waitFor();
  await page.getByText("This is the run that an answer speaks of.").waitFor();
  await shot("lab-what-if");
  await page.getByRole("button", { name: "Start again" }).click();
  await sandbox.locator('[data-monitor="agreement"][data-violated="false"]').waitFor();
  await page.getByText("This is the run that an answer speaks of.").waitFor({ state: "hidden" });
});
