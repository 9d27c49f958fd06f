// What leads from the main module to the chunks: `cargo xtask build` puts it into its script.

/** The bytes of a file beside this one. */
async function bytes(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

let all;

/** A piece of what several chunks share. It is all one file: each piece is tiny. */
async function shared(from, to) {
  // A failure is not kept, so that the next attempt begins anew.
  all ??= bytes(SHARED).catch((problem) => {
    all = undefined;
    throw problem;
  });
  return (await all).slice(from, to);
}

