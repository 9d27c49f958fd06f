//! The panels beside the diagram: states, what comes next, what is looked into, invariants, the script, the set-up.

pub mod branches;
pub mod chain;
pub mod checks;
pub mod entry;
pub mod event;
pub mod explore;
pub mod jump;
pub mod message;
pub mod next;
pub mod nodes;
pub mod partition;
pub mod script;
pub mod setup;
pub mod side;
pub mod waiting;
