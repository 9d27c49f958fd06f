let tries = 0;
let ways;
const toChunks = Object.fromEntries((NAMES).split(" ").map((name) => [name, async (index, data) => {
  // A failed import is kept by some browsers: the next attempt asks for another address.
  const from = LOADER + (tries ? `?${tries}` : "");
  ways ??= import(from).then((loader) => loader.default(initSync)).catch((problem) => {
    [ways, tries] = [undefined, tries + 1];
    throw problem;
  });
  try {
    (await ways)[name](index, data);
  } catch (problem) {
    console.error(problem);
    initSync().__indirect_function_table.get(index)(data, false);
  }
}]));
