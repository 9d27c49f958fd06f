// The page as a whole: it starts wherever a static host puts it, and says what is wrong where it cannot.

import assert from "node:assert/strict";
import test from "node:test";

import { inFirefox } from "./browser.mjs";
import { address, open } from "./harness.mjs";

/** The app has taken the place of what index.html shows meanwhile. */
const started = (page) => page.waitForFunction(() => !document.getElementById("starting"));

for (const colorScheme of ["light", "dark"]) {
  test(`the page starts below a path and shows its name (${colorScheme})`, async (t) => {
    assert.match(new URL(await address()).pathname, /^\/.+\/$/);
    const { page, shot } = await open(t, { colorScheme });
    await started(page);
    assert.match(await page.title(), /Lightcone/);
    await page.getByText("Lightcone").first().waitFor();
    await shot(`page-${colorScheme}`);
  });
}

test("each part of the page is fetched once, and from the page's own host", async (t) => {
  const { page, context } = await open(t, { url: "about:blank" });
  const fetched = [];
  context.on("request", (request) => fetched.push(request.url()));
  await page.goto(await address());
  await started(page);
  const base = await address();
  const parts = fetched.filter((url) => !url.startsWith("data:"));
  assert.deepEqual(parts.filter((url) => !url.startsWith(base)), []);
  assert.deepEqual(parts.filter((url, index) => parts.indexOf(url) !== index), []);
});

test("while the app is on its way the page says so", async (t) => {
  const { page, context, shot } = await open(t, { url: "about:blank" });
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await context.route("**/*.wasm", (route) => held.then(() => route.continue()));
  await page.goto(await address(), { waitUntil: "commit" });
  await page.getByRole("status").getByText("Loading").waitFor();
  await shot("page-loading");
  release();
  await started(page);
});

test("a page that cannot start tells the reader", async (t) => {
  const expect = [/wasm/, /WebAssembly/, /404/];
  const { page, context, shot } = await open(t, { url: "about:blank", expect });
  await context.route("**/*.wasm", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto(await address());
  await page.getByText("could not start").waitFor();
  await shot("page-broken");
});

test("without scripts the page says what it needs", async (t) => {
  // The script's preload is what the browser then refuses.
  const { page, shot } = await open(t, { context: { javaScriptEnabled: false }, expect: [/csp/] });
  await page.locator("noscript p").waitFor();
  assert.match(await page.locator("noscript p").innerText(), /needs JavaScript/);
  assert.equal(await page.getByRole("status").isVisible(), false);
  // In Firefox it takes a script of Playwright's to take a picture.
  if (!inFirefox) await shot("page-without-scripts");
});
