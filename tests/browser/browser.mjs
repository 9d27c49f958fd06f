// Chromium, and the address at which it finds the built page: each started once for whoever asks in this process.

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

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

let running;
let server;

/** The address of the page, which ends in a slash. */
export async function address() {
  server ??= process.env.LIGHTCONE_URL ? Promise.resolve({ url: process.env.LIGHTCONE_URL }) : serve();
  return (await server).url;
}

/** The browser, one for all tests of a file, in which each has a profile of its own. */
export async function browser() {
  running ??= chromium.launch({ executablePath: executable(), args: FLAGS, headless: true });
  return running;
}

/** Stops what was started here. */
export async function stop() {
  await (await running)?.close();
  (await server)?.process?.kill();
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
