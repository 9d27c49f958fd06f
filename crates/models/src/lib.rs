//! The systems that can be explored by name: which protocol, of what size, on which network, and what may go wrong.
//!
//! A model is a protocol and a [`Question`]: settings as they are written on the command line, of which some are the model's
//! own (`rms=3`) and the others say what may go wrong (`crashes=1`). A new one is an entry of the list in `catalogue.rs`.

mod asked;
mod catalogue;
mod here;
mod narrowed;
mod settings;

pub use self::asked::{Asked, Exploring};
pub use self::catalogue::{Model, all, find};
pub use self::here::{Askable, Asking, ask, askable};
pub use self::settings::{FAULTS, Question, Setting, Settings};
