// Runs tests that are compiled for WebAssembly in a browser that has no WebDriver of its own beside it, such as Firefox
// where there is no geckodriver. It is what cargo calls for each test program:
//
//     CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="node tests/browser/wasm-runner.mjs" WASM_TEST_SERVER=wasm-bindgen-test-runner \
//       BROWSER=firefox cargo test --target wasm32-unknown-unknown -p lightcone-determinism
//
// wasm-bindgen's own runner serves a page that runs the tests when it is opened; here it is opened, and what the page says
// is told line by line. Only a page that says in the end that all is well makes this succeed.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { inFirefox, newContext, stop } from "./browser.mjs";

/** No test program takes longer, be the machine ever so busy. */
const PATIENCE = 600_000;

const words = process.argv.slice(2);
const env = { ...process.env, NO_HEADLESS: "1", WASM_BINDGEN_TEST_ADDRESS: "127.0.0.1:0" };
const server = spawn(process.env.WASM_TEST_SERVER ?? "wasm-bindgen-test-runner", words, { env, stdio: ["ignore", "pipe", "inherit"] });
const ended = new Promise((resolve) => {
  server.once("error", (error) => resolve({ why: `the tests are not served: ${error.message}` }));
  server.once("exit", (code) => resolve({ code, why: `the tests' server ended with ${code}` }));
});

/** Where the tests are served; nothing if there are none in this program. */
async function served() {
  const address = new Promise((resolve) => {
    createInterface({ input: server.stdout }).on("line", (line) => {
      const url = line.match(/http:\/\/\S+/)?.[0];
      if (url) resolve(url);
    });
  });
  const first = await Promise.race([address, ended]);
  if (typeof first === "string") return first;
  if (first.code === 0) return undefined;
  throw new Error(first.why);
}

/** Opens the tests, tells what they say, and whether they say that all is well. */
async function run(url) {
  const context = await newContext();
  const page = await context.newPage();
  let broken;
  page.on("pageerror", (error) => (broken ??= `an exception that nobody caught: ${error.stack ?? error}`));
  page.on("crash", () => (broken ??= "the page crashed"));
  console.log(`${inFirefox ? "Firefox" : "Chromium"}: ${await page.evaluate(() => navigator.userAgent)}`);
  await page.goto(url, { waitUntil: "commit", timeout: PATIENCE });
  for (let told = 0; ; await sleep(100)) {
    // While a test runs, the page answers nobody.
    const lines = (await page.evaluate(() => document.getElementById("output")?.textContent ?? "")).split("\n");
    for (; told < lines.length - 1; told += 1) {
      if (told > 0) console.log(lines[told]);
      const [, verdict] = lines[told].match(/^test result: (\w+)/) ?? [];
      if (verdict) return verdict === "ok";
    }
    if (broken) throw new Error(broken);
  }
}

/** Fails when there is no more to wait for. */
async function inVain() {
  const late = sleep(PATIENCE, { why: `nothing came of the tests for ${PATIENCE / 1000} s` }, { ref: false });
  throw new Error((await Promise.race([ended, late])).why);
}

try {
  const url = await served();
  process.exitCode = !url || (await Promise.race([run(url), inVain()])) ? 0 : 1;
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
} finally {
  server.kill();
  await stop();
}
