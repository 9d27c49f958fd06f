// A static host of a test's own: it can be stopped, go silent, and be given another build of the page.

import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

import { inFirefox, root } from "./browser.mjs";
import { loosened } from "./firefox.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };
/** What the other build calls itself. */
export const SECOND = "second";
/** Never the host's root. */
const UNDER = "/deep/down/";

/** Serves a copy of the built page until the test ends. */
export async function host(t) {
  const folder = mkdtempSync(join(tmpdir(), "lightcone-host-"));
  cpSync(join(root, "dist"), folder, { recursive: true });
  /** What was asked for and what came of it: [{ path, status }]. */
  const asked = [];
  let silent = false;
  let server;
  let port = 0;

  function answer(request, response) {
    const { pathname } = new URL(request.url, "http://host");
    const path = pathname.slice(UNDER.length) || ".";
    let file = join(folder, path);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) file = join(file, "index.html");
    const found = pathname.startsWith(UNDER) && statSync(file, { throwIfNoEntry: false });
    asked.push({ path, status: found ? 200 : 404 });
    if (silent) return;
    response.writeHead(found ? 200 : 404, { "Content-Type": TYPES[extname(file)] ?? "text/plain", "Cache-Control": "no-cache" });
    if (!found) response.end("There is no such file.");
    else response.end(inFirefox && file.endsWith(".html") ? loosened(readFileSync(file, "utf8")) : readFileSync(file));
  }

  async function start() {
    server = createServer(answer);
    await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
    ({ port } = server.address());
  }

  async function stop() {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  await start();
  t.after(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });
  return {
    url: `http://127.0.0.1:${port}${UNDER}`,
    asked,
    start,
    stop,
    hush: () => (silent = true),
    deploy: () => rebuild(folder),
  };
}

/** Makes another build of the one in a folder: its start script has another name. */
function rebuild(folder) {
  const names = (under) => readdirSync(join(folder, under)).map((name) => join(under, name));
  const all = [...names(""), ...names("labs")];
  const [start, hash] = all.map((path) => path.match(/^start-([0-9a-f]+)\.js$/)).find(Boolean);
  const renamed = start.replace(hash, [...hash].reverse().join(""));
  const [, version] = readFileSync(join(folder, "sw.js"), "utf8").match(/VERSION = "(.+)"/);
  for (const path of all.filter((path) => /(index\.html|sw\.js)$/.test(path))) {
    const text = readFileSync(join(folder, path), "utf8");
    writeFileSync(join(folder, path), text.replaceAll(start, renamed).replaceAll(version, SECOND));
  }
  for (const path of all.filter((path) => path.endsWith(start))) {
    renameSync(join(folder, path), join(folder, path.replace(start, renamed)));
  }
}
