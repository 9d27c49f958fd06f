// The first view stays small enough for a lecture hall's wireless network.

import assert from "node:assert/strict";
import test from "node:test";

import { firstView, LIMIT, total } from "./size.mjs";

test("the first view transfers at most 450 kB", async () => {
  const files = await firstView();
  const list = files.map(({ name, compressed }) => `${name}: ${compressed}`).join(", ");
  assert.ok(files.some(({ name }) => name.endsWith(".wasm")), `no WebAssembly among ${list}`);
  assert.ok(total(files) <= LIMIT, `${total(files)} bytes: ${list}`);
});
