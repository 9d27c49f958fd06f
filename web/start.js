// Starts the page: loads the app's script and its WebAssembly, whose addresses Trunk wrote into the page's head.
// Mounting the app replaces what index.html shows meanwhile; if that fails, the reader is told what happened. Once there
// is nothing more to do, the page is kept for times without a network.

// The app may have stopped by the time its reader wants this, so it cannot be left to the app.
document.addEventListener("click", ({ target }) => {
  if (target.id === "reload") location.reload();
});

const address = (id) => document.getElementById(id).href;

try {
  const { default: init } = await import(address("page-script"));
  await init({ module_or_path: address("page-wasm") });
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
