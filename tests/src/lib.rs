//! What the end-to-end tests share: random scenarios, random faults, random edits, and the light-cone law.

pub mod law;
pub mod models;
pub mod random;
