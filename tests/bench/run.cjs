// Runs the benchmark's work in WebAssembly: `node run.cjs LENGTH…` and `node run.cjs explore SYSTEM` print the figures as JSON.
// It stands beside the module that wasm-bindgen wrote for node; `cargo xtask bench` and `bench-explore` put it there.

const { explore, measure } = require("./lightcone_bench.js");

// Node first compiles quickly and then, for what runs often, well; a page in use has that behind it, and so has what is
// measured here.
const WARM_UP = [50_000];

const [first, system] = process.argv.slice(2);
if (first === "explore") {
  explore(system);
  console.log(explore(system));
} else {
  measure(WARM_UP);
  console.log(measure(process.argv.slice(2).map(Number)));
}
