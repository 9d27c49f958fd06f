//! The explorer: every schedule of a small system, and the shortest run in which something breaks.
//!
//! It goes through the same [`lightcone_sim::protocol::Protocol`]s that are simulated, without time: any message under way may
//! arrive next, any timer that is set may fire, clients may call, and within [`Budgets`] messages are lost and doubled,
//! nodes crash, links are cut. [`Search`] goes breadth first, so that the first violation it meets is one of the shortest;
//! [`story`] makes an ordinary scenario of it, to be looked at, edited and shared.
//!
//! # States
//!
//! A state is all that shapes the future and nothing else (see [`lightcone_sim::alone::Local`]). What a node can be, what a
//! message can say and what a step can do is each kept once and named by a number ([`Space`]): so a state is a short list of
//! numbers, and a step that has been taken from one state is looked up in all others. Of a state that has been gone on from
//! only a fingerprint of 64 bits is kept, its parent and which of that one's choices led to it. So two states could be taken
//! for one; [`Report::collision_bound`] says how likely that is at most.
//!
//! With [`Strategy`] a search goes depth first or at random, and leaves out what is alike or commutes.

mod assumptions;
mod choice;
mod intern;
pub mod linear;
pub mod minimal;
mod network;
mod outcome;
mod search;
mod space;
mod start;
pub mod story;
pub mod valency;

pub use self::assumptions::{
    ASKED_FOR, Assumptions, Budgets, Narrowed, Network, ROLE, Shown, Ticks, Watched,
};
pub use self::choice::{Choice, Deed};
pub use self::search::{Found, Limits, Order, Progress, Report, Search, Strategy, WALK};
pub use self::space::{NEVER_STUCK, Space, TooBig};
pub use self::start::Start;
