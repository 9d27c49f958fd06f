//! One lab: its text beside the sandbox.

pub mod acts;
pub mod fetched;
pub mod frame;
pub mod inside;
pub mod keys;
mod mine;
pub mod page;
mod parts;
mod prediction;
pub mod prose;
pub mod stage;
mod steps;
mod task;
pub mod verdict;
