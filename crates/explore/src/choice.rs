//! What may happen next.

use lightcone_sim::ids::NodeId;

/// What may happen next in a state. Messages, timers and forms are named by their numbers in a [`crate::Space`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A message arrives.
    Deliver(u32),
    /// A timer fires.
    Fire(NodeId, u32),
    /// A client calls its next operation, by number from 0.
    Call(NodeId, u32),
    /// A message is lost.
    Drop(u32),
    /// A message is doubled.
    Duplicate(u32),
    /// A message is another one than it should be: the true one, and the one that is told.
    Lie(u32, u32),
    /// A node crashes; its disk stays.
    Crash(NodeId),
    /// A node crashes, and its disk is lost.
    Amnesia(NodeId),
    /// A node that is down starts.
    Restart(NodeId),
    /// The servers of this set, one bit each, are cut off from the others.
    Cut(u32),
    /// All cuts heal.
    Heal,
    /// A node's clock goes on by one unit; `None`: all do.
    Tick(Option<NodeId>),
}

/// A deed, and the way of the step that it sets going, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub deed: Deed,
    pub way: Option<u32>,
}

/// A deed, and which of the ways in which it may come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What happens.
    pub deed: Deed,
    /// What the node that takes a step picks.
    pub answers: Vec<u32>,
    /// After how many effects of its step it crashes inside it.
    pub crash_after: Option<u32>,
}
