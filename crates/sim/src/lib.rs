//! The deterministic core of Lightcone: `run = simulate(scenario)`, a pure function, natively and in wasm alike.
//!
//! A [`scenario::Scenario`] says everything that decides a run; a [`run::Run`] is what happens; a
//! [`session::Session`] is the same with the protocol's type forgotten, for those who only look.

pub mod alone;
pub mod causality;
pub mod chance;
pub mod clock;
pub mod compare;
pub mod cone;
pub mod decimal;
mod entry;
pub mod explored;
pub mod faults;
mod forge;
pub mod hash;
pub mod here;
pub mod ids;
pub mod landmarks;
pub mod latency;
pub mod layer;
pub mod monitor;
mod network;
mod node;
pub mod order;
mod plan;
#[cfg(feature = "planted")]
pub mod planted;
pub mod protocol;
mod record;
pub mod registry;
mod replay;
mod reuse;
pub mod run;
pub mod scenario;
pub mod session;
mod snapshot;
pub mod sorted;
pub mod stamp;
mod step;
pub mod time;
pub mod trace;
pub mod validate;
mod vectors;
mod view;
mod workload;
mod written;

pub use replay::Cursor;
