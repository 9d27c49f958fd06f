// What the browser tests share: the built page on a server of this machine, a browser, and a look at everything that
// goes wrong in the page while a test uses it.
//
//     import test from "node:test";
//     import { open } from "./harness.mjs";
//
//     test("a click on Step moves the playhead", async (t) => {
//       const { page, shot } = await open(t, { viewport: { width: 1440, height: 900 } });
//       await page.getByRole("button", { name: "Step" }).click();
//       await shot("after-a-step");
//     });
//
// `cargo xtask test browser` runs them all; `node --test tests/browser/NAME.test.mjs` runs one file, on the page as it
// was last built. Scripts in the page obey its content security policy: hand them over with page.evaluate, which stands
// above it, rather than as script elements.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";

import { address, inFirefox, newContext, root, stop } from "./browser.mjs";

export { address };

/** Where screenshots go; git ignores it. */
const screens = join(root, "target", "screens");

/** How long the page may take to do what a test waits for: generous, since the machine may be compiling meanwhile. */
const PATIENCE = 30_000;

/**
 * Opens the page in a fresh profile, and fails the test if anything goes wrong in it: an exception that nobody caught,
 * an error in the console, a file that did not come.
 *
 * @param t the test's own context
 * @param options.url where to go, relative to the page, such as "#lab/raft" or "?embed"
 * @param options.viewport size of the window
 * @param options.colorScheme "light" or "dark"
 * @param options.expect patterns of errors that this test provokes on purpose
 * @param options.context further options of Playwright's browser.newContext, such as hasTouch or reducedMotion
 * @returns page (Playwright's), context, shot(name) which takes a screenshot, and problems seen so far
 */
export async function open(
  t,
  { url = "", viewport = { width: 1280, height: 800 }, colorScheme = "light", expect = [], context: more = {} } = {},
) {
  // What the service worker fetches ahead would be told from what the page wants only with pains.
  const options = { viewport, colorScheme, serviceWorkers: "block", ...more };
  const [context, base] = await Promise.all([newContext(options), address()]);
  context.setDefaultTimeout(PATIENCE);
  const problems = [];
  context.on("page", (page) => watch(page, problems));
  t.after(async () => {
    await context.close();
    const unexpected = problems.filter((problem) => !expect.some((pattern) => pattern.test(problem)));
    if (unexpected.length > 0) throw new Error(`went wrong in the page:\n  ${unexpected.join("\n  ")}`);
  });

  const page = await context.newPage();
  await page.goto(new URL(url, base).href);
  const shot = (name) => screenshot(page, name);
  return { page, context, shot, problems };
}

after(stop);

function watch(page, problems) {
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error}`));
  page.on("crash", () => problems.push("the page crashed"));
  page.on("console", (message) => {
    // In Firefox a page that is left before it has started still says so. One that cannot start is seen not to.
    if (inFirefox && /\/start-\w+\.js$/.test(message.location().url)) return;
    if (message.type() === "error") problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("requestfailed", (request) => {
    // A page that goes away drops what it was still fetching.
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED" && why !== "NS_BINDING_ABORTED") problems.push(`not fetched: ${request.url()} (${why})`);
  });
}

async function screenshot(page, name) {
  mkdirSync(screens, { recursive: true });
  const path = join(screens, `${name}.png`);
  await page.screenshot({ path });
  return path;
}
