// Firefox as distributions ship it, by WebDriver BiDi. Playwright can drive it by a channel that it does not advertise;
// what that lacks is made up for here.

import { firefox } from "playwright-core";

/** What Firefox takes from the desktop, and cannot be told for a single context. */
const LIGHT = 1;
const DARK = 0;

const started = new Map();
let mended;

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
    "ui.prefersReducedMotion": reducedMotion === "reduce" ? 1 : 0,
  };
  const kind = JSON.stringify(prefs);
  if (!started.has(kind)) started.set(kind, start(executablePath, prefs));
  const context = await (await started.get(kind)).newContext(options);
  context.on("page", (page) => {
    // Playwright's own tap does nothing here.
    const { touchscreen } = page._connection.toImpl(page);
    touchscreen.tap = (_, x, y) => touch(page, [[[x, y]], []]);
  });
  return context;
}

export async function close() {
  const browsers = await Promise.all(started.values());
  await Promise.all(browsers.map((browser) => browser.close()));
}

async function start(executablePath, firefoxUserPrefs) {
  const browser = await firefox.launch({ channel: "moz-firefox", executablePath, headless: true, firefoxUserPrefs });
  mended ??= mend(Object.getPrototypeOf(browser._connection.toImpl(browser)._browserSession));
  return browser;
}

/** What Playwright and Firefox have not agreed upon yet, in all that they say to each other. */
function mend(session) {
  const { send, dispatchMessage } = session;
  session.send = function (method, params) {
    // The colour scheme: Firefox does not know the command, and has been told by a preference.
    return method === "emulation.setMediaFeaturesOverride" ? Promise.resolve({}) : send.call(this, method, params);
  };
  session.dispatchMessage = function (message) {
    // A download of what the page itself has made has no number: it is known by its address.
    if (message.method?.startsWith("browsingContext.download")) message.params.download ??= message.params.url;
    return dispatchMessage.call(this, message);
  };
  return true;
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
