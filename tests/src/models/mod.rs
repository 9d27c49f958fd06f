//! What each model of the engine adds to a random scenario.

pub mod clocks;
