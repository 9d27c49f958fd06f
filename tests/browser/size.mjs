// How much the first view of the page transfers, with every file compressed by brotli as a static host would.
// `cargo xtask size` prints it; size.test.mjs holds it below the limit.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

import { address, newContext, root, stop } from "./browser.mjs";

/** Bytes that a first view may transfer. */
export const LIMIT = 450_000;

/**
 * The files that the page fetches until it has nothing more to ask for, and its service worker, whenever that comes; and
 * those that the worker then fetches besides, while the page is idle: [{ name, plain, compressed }], largest first.
 */
export async function firstView() {
  const base = await address();
  const context = await newContext();
  try {
    const fetched = new Set();
    const page = await context.newPage();
    page.on("request", (request) => fetched.add(request.url().split(/[?#]/)[0]));
    await page.goto(base, { waitUntil: "networkidle" });
    const first = [...fetched];
    const [worker, kept] = await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      const caches = await Promise.all((await self.caches.keys()).map((name) => self.caches.open(name)));
      const requests = await Promise.all(caches.map((cache) => cache.keys()));
      return [active.scriptURL, requests.flat().map(({ url }) => url)];
    });
    const view = new Set([...first, worker]);
    const list = (urls) => {
      const own = urls.filter((url) => url.startsWith(base));
      return own.map((url) => measured(url.slice(base.length))).sort((a, b) => b.compressed - a.compressed);
    };
    return { files: list([...view]), later: list(kept.filter((url) => !view.has(url))) };
  } finally {
    await context.close();
  }
}

/** The bytes of all these files together, compressed. */
export function total(files) {
  return files.reduce((sum, file) => sum + file.compressed, 0);
}

function measured(path) {
  const name = path === "" || path.endsWith("/") ? `${path}index.html` : decodeURIComponent(path);
  const bytes = readFileSync(join(root, "dist", name));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { name, plain: bytes.length, compressed: brotliCompressSync(bytes, { params }).length };
}

async function main() {
  const { files, later } = await firstView();
  const sum = total(files);
  const row = (compressed, plain, name) => console.log(`${kilobytes(compressed)}  ${kilobytes(plain)}  ${name}`);
  console.log("    brotli       plain");
  for (const file of files) row(file.compressed, file.plain, file.name);
  row(sum, files.reduce((all, file) => all + file.plain, 0), `in all, of ${LIMIT / 1000} kB allowed`);
  for (const file of later) row(file.compressed, file.plain, `${file.name}, kept for times without a network, once the page is idle`);
  if (sum > LIMIT) {
    console.log(`The first view is ${kilobytes(sum - LIMIT).trim()} over its limit.`);
    process.exitCode = 1;
  }
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await main();
  } finally {
    await stop();
  }
}
