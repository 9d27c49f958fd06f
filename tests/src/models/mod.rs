//! Random settings and script entries, one module for each of the engine's models.

pub mod byzantine;
pub mod chance;
pub mod clocks;
pub mod network;
