// Firefox as distributions ship it, by WebDriver BiDi. Playwright can drive it by a channel that it does not advertise;
// what that lacks is made up for here.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { firefox } from "playwright-core";

/** What Firefox takes from the desktop, and cannot be told for a single context. */
const LIGHT = 1;
const DARK = 0;

const started = new Map();
let mended;
let downloads;

/** A profile of its own. Those that differ in what only a whole browser can be told have browsers of their own. */
export async function newContext(executablePath, all) {
  // Firefox knows no mobile mode, and no permission for what the first preference below allows.
  const { colorScheme, reducedMotion, javaScriptEnabled = true, isMobile, permissions, ...options } = all;
  const prefs = {
    // Pages read and write the clipboard without asking.
    "dom.events.testing.asyncClipboard": true,
    "layout.css.prefers-color-scheme.content-override": colorScheme === "dark" ? DARK : LIGHT,
    // A page that was left is loaded again: Playwright waits for that.
    "fission.bfcacheInParent": false,
    "browser.sessionhistory.max_total_viewers": 0,
    "dom.w3c_touch_events.enabled": options.hasTouch ? 1 : 2,
    "javascript.enabled": javaScriptEnabled,
    // What is saved is saved here, without a word; Firefox 140 does not tell of it.
    "browser.download.folderList": 2,
    "browser.download.dir": (downloads ??= mkdtempSync(join(tmpdir(), "lightcone-downloads-"))),
    "browser.download.alwaysOpenPanel": false,
    "browser.download.always_ask_before_handling_new_types": false,
    "ui.prefersReducedMotion": reducedMotion === "reduce" ? 1 : 0,
  };
  const kind = JSON.stringify(prefs);
  if (!started.has(kind)) started.set(kind, start(executablePath, prefs));
  const context = await (await started.get(kind)).newContext(options);
  context.on("page", (page) => {
    const { touchscreen, delegate } = page._connection.toImpl(page);
    // Playwright's own tap does nothing here.
    touchscreen.tap = (_, x, y) => touch(page, [[[x, y]], []]);
    delegate._getFrameNode = (frame) => holder(delegate._session, frame);
  });
  return context;
}

/**
 * The page, with a content security policy that lets scripts be made of text: before Firefox 143 what Playwright does in a
 * page obeys the page's policy. Nothing else of the policy changes, and in Chromium it holds as it is.
 */
export const loosened = (html) => html.replace("'wasm-unsafe-eval'", "'unsafe-eval'");

/** A server of the same, in front of the one at an address, until `close` is called. */
export async function inFront(base) {
  const server = createServer((asked, answer) => {
    const headers = { ...asked.headers, "accept-encoding": "identity", host: new URL(base).host };
    const behind = request(new URL(asked.url, base), { method: asked.method, headers }, async (told) => {
      if (!told.headers["content-type"]?.startsWith("text/html")) {
        answer.writeHead(told.statusCode, told.headers);
        told.pipe(answer);
        return;
      }
      const html = loosened(Buffer.concat(await told.toArray()).toString());
      const { "content-length": _, ...rest } = told.headers;
      answer.writeHead(told.statusCode, rest);
      answer.end(html);
    });
    behind.once("error", (error) => answer.destroy(error));
    asked.pipe(behind);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { pathname } = new URL(base);
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}${pathname}`, close };
}

export async function close() {
  const browsers = await Promise.all(started.values());
  await Promise.all(browsers.map((browser) => browser.close()));
  if (downloads) rmSync(downloads, { recursive: true, force: true });
}

async function start(executablePath, firefoxUserPrefs) {
  mended ??= mend(firefox._connection.toImpl(firefox)._bidiFirefox);
  return firefox.launch({ channel: "moz-firefox", executablePath, headless: true, firefoxUserPrefs });
}

/** What Playwright asks for, and what it gets where Firefox does not know of it. */
const UNKNOWN = {
  // Since Firefox 143: the bodies of answers can be read. No test does.
  "network.addDataCollector": { collector: "" },
  // Where downloads go: Firefox has been told by preferences.
  "browser.setDownloadBehavior": {},
  // The colour scheme: Firefox has been told by a preference.
  "emulation.setMediaFeaturesOverride": {},
  // The size of a screen, and how it is held: the page asks for neither.
  "emulation.setScreenOrientationOverride": {},
  "emulation.setScreenSettingsOverride": {},
};

/** What Playwright and Firefox have not agreed upon yet, in all that they say to each other from the first word on. */
function mend(type) {
  const connect = type.connectToTransport;
  type.connectToTransport = function (transport, ...rest) {
    const asked = new Map();
    const between = {
      send(message) {
        if (message.method in UNKNOWN) asked.set(message.id, message.method);
        transport.send(message);
      },
      close: () => transport.close(),
      closeAndWait: () => transport.closeAndWait(),
      set onclose(heard) {
        transport.onclose = heard;
      },
      set onmessage(heard) {
        transport.onmessage = (message) => {
          const method = asked.get(message.id);
          asked.delete(message.id);
          if (method && message.error === "unknown command") {
            heard?.({ type: "success", id: message.id, result: UNKNOWN[method] });
            return;
          }
          // A download of what the page itself has made has no number: it is known by its address.
          if (message.method?.startsWith("browsingContext.download")) message.params.download ??= message.params.url;
          heard?.(message);
        };
      },
    };
    return connect.call(this, between, ...rest);
  };
  return true;
}

/** The element that holds a frame. Firefox 140 does not find it by the frame. */
async function holder(session, frame) {
  const context = frame.parentFrame()?._id;
  if (!context) return undefined;
  const { nodes } = await session.send("browsingContext.locateNodes", { context, locator: { type: "css", value: "iframe" } });
  for (const node of nodes) {
    const { result } = await session.send("script.callFunction", {
      functionDeclaration: "(element) => element.contentWindow",
      arguments: [{ sharedId: node.sharedId }],
      target: { context },
      awaitPromise: false,
    });
    if (result?.value?.context === frame._id) return node;
  }
  return undefined;
}

/** As download in browser.mjs: the file is gone afterwards, so that the next of its name has that name, too. */
export async function saved(act, patience) {
  await act();
  for (const until = Date.now() + patience; Date.now() < until; await sleep(50)) {
    const names = readdirSync(downloads);
    const text = names.length === 1 && !names[0].endsWith(".part") && readFileSync(join(downloads, names[0]), "utf8");
    if (!text) continue;
    rmSync(join(downloads, names[0]));
    return { name: names[0], text };
  }
  throw new Error(`nothing was saved within ${patience} ms`);
}

/** As in browser.mjs. */
export async function touch(page, places) {
  const most = Math.max(...places.map((fingers) => fingers.length));
  const still = { type: "pause" };
  const actions = Array.from({ length: most }, (_, finger) => ({
    type: "pointer",
    id: `finger ${finger}`,
    parameters: { pointerType: "touch" },
    // Each finger does two things at a time, so that all keep step.
    actions: places.flatMap((all, time) => {
      const [was, is] = [places[time - 1]?.[finger], all[finger]];
      const move = is && { type: "pointerMove", x: Math.round(is[0]), y: Math.round(is[1]), duration: was ? 30 : 0 };
      const change = Boolean(was) !== Boolean(is) && { type: is ? "pointerDown" : "pointerUp", button: 0 };
      return [move || still, change || still];
    }),
  }));
  const { _session: session } = page._connection.toImpl(page).delegate;
  await session.send("input.performActions", { context: session.sessionId, actions });
}
