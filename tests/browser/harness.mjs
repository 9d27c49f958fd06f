// What the browser tests share: the built page on a server of this machine, Chromium, and a look at everything that
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

import { spawn } from "node:child_process";
import { accessSync, constants, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Where screenshots go; git ignores it. */
export const screens = join(root, "target", "screens");

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

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
  const [instance, base] = await Promise.all([browser(), address()]);
  const context = await instance.newContext({ viewport, colorScheme, ...more });
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

/** The address of the page, which ends in a slash. */
export async function address() {
  server ??= process.env.LIGHTCONE_URL ? Promise.resolve({ url: process.env.LIGHTCONE_URL }) : serve();
  return (await server).url;
}

/** The browser, one for all tests of a file: each test has a profile of its own in it. */
export async function browser() {
  running ??= chromium.launch({ executablePath: executable(), args: FLAGS, headless: true });
  return running;
}

/** Stops what this file started. Tests need not call it. */
export async function stop() {
  await (await running)?.close();
  (await server)?.process?.kill();
}

let running;
let server;
after(stop);

function watch(page, problems) {
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error}`));
  page.on("crash", () => problems.push("the page crashed"));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("requestfailed", (request) => {
    // A page that goes away drops what it was still fetching.
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED") problems.push(`not fetched: ${request.url()} (${why})`);
  });
}

async function screenshot(page, name) {
  mkdirSync(screens, { recursive: true });
  const path = join(screens, `${name}.png`);
  await page.screenshot({ path });
  return path;
}

/** Serves the page as it was last built, below a path, so that every address in it must be relative. */
function serve() {
  const words = ["xtask", "serve", "--no-build", "--port", "0", "--under", "/some/where/"];
  const child = spawn("cargo", words, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`cargo ${words.join(" ")} ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = line.match(/http:\/\/\S+/)?.[0];
      if (url) resolve({ url, process: child });
    });
  });
}

/** Chromium: the one that CHROMIUM names, else the first on PATH. */
function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (!found) throw new Error("Chromium is missing: install it, or name an installed one in the variable CHROMIUM.");
  return found;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
