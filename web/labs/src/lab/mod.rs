//! One lab: its text beside the sandbox.

pub mod frame;
pub mod keys;
pub mod page;
mod prediction;
mod prose;
pub mod stage;
mod steps;
mod task;
pub mod verdict;
