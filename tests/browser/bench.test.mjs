// The benchmark of the page starts and measures all that it should. What comes out is not judged here.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";

import { address, inFirefox, root } from "./browser.mjs";
import "./harness.mjs";

test("the benchmark of the page prints every figure", { skip: inFirefox && "it measures Chromium" }, async () => {
  const env = { ...process.env, LIGHTCONE_URL: await address(), BENCH_REPEATS: "2" };
  const { stdout } = await promisify(execFile)("node", [join(root, "tests/browser/bench-web.mjs"), "20000"], { env });
  for (const row of [
    "first diagram",
    "step",
    "drag of the playhead",
    "seek",
    "pan",
    "zoom",
    "zoom, till drawn anew",
    "pan from afar",
    "zoom from afar",
    "recomputed after an edit",
  ]) {
    assert.match(stdout, new RegExp(`^${row} +20,000( +-?[\\d.]+){4}`, "m"), stdout);
  }
  for (const row of ["from the click to the answer", "longest time without an answer from the page", "longest task, computed"]) {
    assert.match(stdout, new RegExp(`^${row} +median [\\d.]+ m?s, worst [\\d.]+ m?s`, "m"), stdout);
  }
});
