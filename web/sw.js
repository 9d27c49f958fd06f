// Keeps this build of the page, so that it opens without a network once it has been visited. The build writes above this
// (crates/xtask/src/offline.rs) its VERSION and its FILES: the folder of each page, the root first, with its parts.
//
// Two builds are never mixed. The path of a part changes with its content, so a page finds its own parts or none; the page
// itself is asked of the network first. Each build has a cache of its own, which lasts until no page uses it any more.

const ROOT = registration.scope;
/** Caches are shared by all that a host serves: ours are those that begin so. */
const OURS = `lightcone ${ROOT} `;
const NAME = OURS + VERSION;
/** How long a network may be silent before the reader gets the page that is kept, in ms. */
const PATIENCE = 4000;

/** Each page's address, and those of its parts. */
const PAGES = new Map(
  Object.entries(FILES).map(([folder, parts]) => {
    const page = new URL(folder, ROOT).href;
    return [page, parts.map((part) => page + part)];
  }),
);
const PARTS = [...PAGES.values()].flat();

/** An address without what only the page itself reads. */
const plain = (url) => url.replace(/(index\.html)?([?#].*)?$/s, "");
const kept = (url) => caches.match(url, { cacheName: NAME, ignoreVary: true });

/** A file that the browser most likely has already. */
async function get(url, cache = "force-cache") {
  const response = await fetch(url, { cache });
  if (!response.ok) throw new Error(url);
  return response;
}

/** Keeps a page: its parts first, so that it is never there without them. */
async function keep(page) {
  if (await kept(page)) return;
  const cache = await caches.open(NAME);
  const add = async (url) => (await kept(url)) ?? cache.put(url, await get(url));
  await Promise.all(PAGES.get(page).map(add));
  for (const freshness of ["force-cache", "reload"]) {
    const response = await get(page, freshness);
    const html = await response.text();
    if (html.includes(VERSION)) return cache.put(page, new Response(html, { headers: response.headers }));
  }
  throw new Error("another build");
}

/** The page at the root, and those that an earlier build has kept. */
async function install() {
  const wanted = async (page) => page === ROOT || (await caches.match(page, { ignoreVary: true }));
  await Promise.all([...PAGES.keys()].map(async (page) => (await wanted(page)) && keep(page)));
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

/** A page: the newest where there is a network. But a page of ours says of which build the pages in its frames must be. */
async function open(request, page) {
  const copy = await kept(page);
  const build = new URL(request.url).searchParams.get("build");
  if (!copy || (build && build !== VERSION)) return fetch(request);
  if (build) return copy;
  try {
    const late = new Promise((_, giveUp) => setTimeout(giveUp, PATIENCE));
    const response = await Promise.race([fetch(request, { cache: "no-cache" }), late]);
    return response.status < 500 ? response : copy;
  } catch {
    return copy;
  }
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
// A page tells that it has started.
addEventListener("message", (event) => {
  const page = plain(event.source?.url ?? "");
  if (PAGES.has(page)) event.waitUntil(keep(page).catch(() => {}));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = plain(request.url);
  if (request.method !== "GET") return;
  if (PAGES.has(url)) event.respondWith(open(request, url));
  else if (PARTS.includes(url)) event.respondWith(kept(url).then((copy) => copy ?? fetch(request)));
});
