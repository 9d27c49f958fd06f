// The first view stays small enough for a lecture hall's wireless network.

import assert from "node:assert/strict";
import test, { after } from "node:test";

import { stop } from "./browser.mjs";
import { firstView, LIMIT, total } from "./size.mjs";

after(stop);

test("the first view transfers at most 450 kB", async () => {
  const { files } = await firstView();
  const list = files.map(({ name, compressed }) => `${name}: ${compressed}`).join(", ");
  assert.ok(files.some(({ name }) => name.endsWith(".wasm")), `no WebAssembly among ${list}`);
  assert.ok(files.some(({ name }) => name === "sw.js"), `no service worker among ${list}`);
  assert.ok(total(files) <= LIMIT, `${total(files)} bytes: ${list}`);
});
