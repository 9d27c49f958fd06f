//! The deterministic core of Lightcone: `run = simulate(scenario)`, a pure function, natively and in wasm alike.

pub mod chance;
pub mod ids;
pub mod monitor;
pub mod protocol;
pub mod scenario;
pub mod time;
