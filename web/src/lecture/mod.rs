//! Before an audience: only the diagram and what it shows, large; a dark screen, a red dot to point with, and a second
//! window with what the lecturer wants to know and the audience need not see.

pub mod channel;
pub mod notes;
pub mod stage;
pub mod state;
