// How long the page takes from an input to the frame in which its effect stands painted. What is installed here runs in
// the page that is measured and in the empty page that gives the floor alike.

/** What is put into every page before its own scripts: it watches what is told to it and costs a frame nothing else. */
export function install() {
  const kit = { memories: [] };
  Object.defineProperty(window, "bench", { value: kit });

  /** The signs by which an effect is known: a value that changes with it. */
  const signs = {
    floor: () => document.querySelector("#changed")?.textContent,
    now: () => document.querySelector("[data-now]").dataset.now,
    // While the wheel turns the picture is stretched, and drawn anew when it rests.
    width: () => {
      const body = document.querySelector("svg.body");
      return `${body.getAttribute("width")} ${body.style.transform}`;
    },
    anew: () => document.querySelector("svg.body").getAttribute("width"),
    scrolled: () => document.querySelector(".scroll").scrollLeft,
    // An edit is there once it was told and all of its run is computed.
    said: () =>
      document.querySelector(".place").textContent.includes("computing")
        ? kit.before
        : document.querySelector("[data-said]").dataset.said,
  };

  /**
   * Waits for the next input of a type, and measures from its time stamp to the frame after the one in whose drawing
   * the sign has changed: then that one has been painted and handed on.
   */
  kit.watch = (type, sign) => {
    kit.before = signs[sign]();
    kit.result = new Promise((resolve, reject) => {
      const why = () => reject(new Error(`after ${type}, ${sign} stayed as it was`));
      setTimeout(why, 20_000);
      const begin = (event) => {
        const end = () => resolve(performance.now() - event.timeStamp);
        const look = () => requestAnimationFrame(signs[sign]() === kit.before ? look : end);
        requestAnimationFrame(look);
      };
      window.addEventListener(type, begin, { capture: true, once: true, passive: true });
    });
  };

  /** Milliseconds from the navigation until the first marks of a diagram (or of the empty page) stand and are painted. */
  kit.first = new Promise((resolve) => {
    const look = () => {
      const stands = document.querySelector("svg.body [data-target], #changed");
      requestAnimationFrame(stands ? () => resolve(performance.now()) : look);
    };
    requestAnimationFrame(look);
  });

  // A page's WebAssembly memory is seen where it is made.
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const plain = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await plain.apply(WebAssembly, given);
      for (const part of Object.values((made.instance ?? made).exports)) {
        if (part instanceof WebAssembly.Memory && !kit.memories.includes(part)) kit.memories.push(part);
      }
      return made;
    };
  }
}

/** The empty page: one element, changed in every frame after an input of any kind. */
export const EMPTY = `<!doctype html><title>empty</title><body style="margin: 0; height: 100vh"><p id="changed">0</p>`;

/** Has the empty page change its element at inputs as the page does: at once, in their handlers. */
export function react() {
  const changed = document.querySelector("#changed");
  const change = (event) => {
    changed.textContent = String(Number(changed.textContent) + 1);
    if (event.type === "wheel") event.preventDefault();
  };
  for (const type of ["keydown", "pointermove", "mousedown", "wheel"]) {
    window.addEventListener(type, change, { passive: false });
  }
}

/**
 * Measures an act over and over.
 *
 * @param target.page Playwright's page
 * @param target.cdp its session of the DevTools protocol, with the domain Performance enabled in ticks of the thread
 * @param how.type the type of input from which time counts
 * @param how.sign the sign by which its effect is known
 * @param how.act does it, by real input; given the count of repeats so far
 * @param how.before makes ready for it, unmeasured
 * @param how.repeats how often; fewer where that takes too long, but no less than five times
 * @returns in milliseconds: median and 95th percentile to the painted frame, and what the page's main thread computed
 *   for one in the mean, which does not count time in which others had the processor
 */
export async function measure({ page, cdp }, { type, sign, act, before, repeats = 40, patience = 40_000 }) {
  const end = Date.now() + patience;
  const times = [];
  let computed = 0;
  for (let count = 0; count < repeats && (count < 5 || Date.now() < end); count += 1) {
    await before?.(count);
    await page.evaluate(([type, sign]) => window.bench.watch(type, sign), [type, sign]);
    const start = await threadTime(cdp);
    await act(count);
    const time = await page.evaluate(() => window.bench.result);
    computed += (await threadTime(cdp)) - start;
    // The first warms up.
    if (count > 0) times.push(time);
  }
  times.sort((one, other) => one - other);
  return { median: at(times, 0.5), p95: at(times, 0.95), repeats: times.length, thread: computed / (times.length + 1) };
}

/** The value at a share of sorted ones. */
export function at(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Milliseconds that the page's main thread has computed so far. */
async function threadTime(cdp) {
  return (await metrics(cdp)).TaskDuration * 1_000;
}

/** Megabytes: the heap of scripts, and the memory of WebAssembly. */
export async function memory({ page, cdp }) {
  await cdp.send("HeapProfiler.collectGarbage");
  const heap = (await metrics(cdp)).JSHeapUsedSize / 1e6;
  const sizes = await page.evaluate(() => window.bench.memories.map((memory) => memory.buffer.byteLength));
  return { heap, wasm: sizes.reduce((sum, size) => sum + size, 0) / 1e6 };
}

async function metrics(cdp) {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}
