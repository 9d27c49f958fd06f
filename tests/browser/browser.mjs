// The browser, and the address at which it finds the built page: each started once for whoever asks in this process.
// It is Chromium, or Firefox where BROWSER=firefox says so.

import { spawn } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

import * as firefox from "./firefox.mjs";

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const CHROMIUMS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
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

/** How long a file may take to be saved, in milliseconds. */
const PATIENCE = 30_000;

let running;
let server;
let front;

/** The address of the page, which ends in a slash. */
export async function address() {
  server ??= process.env.LIGHTCONE_URL ? Promise.resolve({ url: process.env.LIGHTCONE_URL }) : serve();
  if (inFirefox) front ??= server.then(({ url }) => firefox.inFront(url));
  return (await (front ?? server)).url;
}

/** Whether the tests run in Firefox. */
export const inFirefox = process.env.BROWSER === "firefox";

/** Why a test is skipped in Firefox, as an option of the test. The README lists them. */
export const undrivable = (why) => ({ skip: inFirefox && why });

/** Chromium. */
export function browser() {
  running ??= chromium.launch({ executablePath: executable("CHROMIUM", "Chromium", CHROMIUMS), args: FLAGS, headless: true });
  return running;
}

/** A profile of its own, in a browser that all tests of a file share. */
export async function newContext(options = {}) {
  if (inFirefox) return firefox.newContext(executable("FIREFOX", "Firefox", ["firefox-esr", "firefox"]), options);
  return (await browser()).newContext(options);
}

/** Moves fingers: each place is where they all are at a time, [[x, y], …]; where there is none, they are lifted. */
export async function touch(page, places) {
  if (inFirefox) return firefox.touch(page, places);
  const fingers = await page.context().newCDPSession(page);
  let down = 0;
  for (const place of places) {
    const type = place.length > down ? "touchStart" : place.length === 0 ? "touchEnd" : "touchMove";
    await fingers.send("Input.dispatchTouchEvent", { type, touchPoints: place.map(([x, y], id) => ({ x, y, id })) });
    down = place.length;
  }
}

/** The file that the page saves when something is done: { name, text }. */
export async function download(page, act) {
  if (inFirefox) return firefox.saved(act, PATIENCE);
  const [file] = await Promise.all([page.waitForEvent("download", { timeout: PATIENCE }), act()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

/** Stops what was started here, also where a browser did not start. */
export async function stop() {
  const browsers = await Promise.allSettled([running?.then((browser) => browser.close()), firefox.close()]);
  (await front)?.close();
  (await server)?.process?.kill();
  for (const { reason } of browsers) if (reason) throw reason;
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

/** A program: the one that the variable names, else the first on PATH. */
function executable(variable, program, names) {
  if (process.env[variable]) return process.env[variable];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (!found) throw new Error(`${program} is missing: install it, or name an installed one in the variable ${variable}.`);
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
