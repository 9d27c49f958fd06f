// Starts the page: loads the app's script and its WebAssembly, whose addresses Trunk wrote into the page's head.
// Mounting the app replaces what index.html shows meanwhile; if that fails, the reader is told what happened. Once there
// is nothing more to do, the page is kept for times without a network.

// The app may have stopped by the time its reader wants this, so it cannot be left to the app.
document.addEventListener("click", ({ target }) => {
  if (target.id === "reload") location.reload();
});

// A link that names a protocol other than the first needs its chunk: that is fetched along with the rest.
const script = document.getElementById("page-script");
const asked = `run_${location.hash.slice(1).split("?")[0]}`;
const chunks = script.dataset.chunks?.split(" ").map((names) => names.split("+"));
for (const name of chunks?.find(([name]) => name === asked) ?? []) {
  const href = script.href.replace(/\.js$/, `-${name}.wasm`);
  document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "fetch", crossOrigin: "", href }));
}

try {
  const { default: init } = await import(script.href);
  await init({ module_or_path: document.getElementById("page-wasm").href });
  (globalThis.requestIdleCallback ?? setTimeout)(keep);
} catch (problem) {
  console.error(problem);
  const line = document.getElementById("starting-line");
  if (line) {
    line.textContent =
      typeof WebAssembly === "undefined"
        ? "Lightcone needs WebAssembly, which this browser lacks or has switched off."
        : "Lightcone could not start. Please reload the page; if that does not help, a newer browser may.";
  }
}

// Has web/sw.js keep the page. Not every browser and host allows it, and nothing else depends on it.
async function keep() {
  try {
    const { serviceWorker } = navigator;
    const workers = await serviceWorker.register(document.documentElement.dataset.keeper);
    await serviceWorker.ready;
    for (const worker of [workers.active, workers.waiting, workers.installing]) worker?.postMessage("started");
  } catch {}
}
