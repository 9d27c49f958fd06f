//! The object-safe facade between the generic core and whoever looks: page, command line, diagram.

use std::any::Any;

use crate::ids::{EventId, MsgId, NodeId, OpId, TimerId};
use crate::order::Key;
use crate::protocol::{LogView, MsgView, Status, View};
use crate::scenario::Scenario;
use crate::time::{LocalNs, Ns};
use crate::trace::{Instant, Trace};

/// One run of one scenario, whatever its protocol.
pub trait Session {
    /// The scenario.
    fn scenario(&self) -> &Scenario;

    /// What happened, up to where it has been computed.
    fn trace(&self) -> &Trace;

    /// Computes further, at most so many events. Nothing already computed changes.
    fn run_until(&mut self, until: Ns, max_events: u64) -> Progress;

    /// Itself, for those who know its protocol.
    fn as_any(&self) -> &dyn Any;

    /// A node's state at a moment.
    fn node(&self, node: NodeId, now: Key) -> Option<NodeView>;

    /// At most `count` entries of a server's log after the first `before`, at a moment; `None`: it keeps no log.
    fn log(&self, node: NodeId, now: Key, before: u64, count: u64) -> Option<LogView>;

    /// What may happen next: messages under way and timers set, soonest first.
    fn pending(&self, now: Key) -> Vec<Pending>;

    /// What an event did and why.
    fn explain(&self, event: EventId) -> Option<Explained>;

    /// What a message says.
    fn message(&self, id: MsgId) -> Option<MsgView>;

    /// The numbers in a message that one could lie about, by name; none: nothing can be rewritten in it.
    fn facts(&self, id: MsgId) -> Vec<(&'static str, i64)>;

    /// Whether this is a form of a message that says something else than its sender said.
    fn is_forged(&self, id: MsgId) -> bool;

    /// What a timer is for.
    fn timer(&self, id: TimerId) -> Option<String>;

    /// What an operation asks, and what it was told if it has returned.
    fn op(&self, id: OpId) -> Option<(String, Option<String>)>;

    /// An epoch as the protocol's paper writes it.
    fn epoch_name(&self, epoch: u64) -> String;

    /// A role, and its epoch if it has one that the paper has a name for: `leader 2`.
    fn role_words(&self, status: Status) -> String {
        let epoch = status.epoch.map(|epoch| self.epoch_name(epoch)).filter(|name| !name.is_empty());
        epoch.map_or_else(|| status.role.to_owned(), |epoch| [status.role, " ", &epoch].concat())
    }

    /// Names of the invariants that are watched.
    fn monitors(&self) -> Vec<&'static str>;

    /// SHA-256 over one event: what it was, when, its clocks, and what it sent and set; no message's fate.
    fn hash_of(&self, event: EventId) -> [u8; 32];

    /// SHA-256 over the trace up to each of these moments, which must come in order: equal natively and in wasm.
    fn hashes(&self, moments: &[Key]) -> Vec<[u8; 32]>;

    /// SHA-256 over the trace up to a moment.
    fn hash(&self, until: Key) -> [u8; 32] {
        self.hashes(&[until]).first().copied().unwrap_or_default()
    }
}

/// Whether a run has been computed as far as was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Yes.
    Done,
    /// No: so many events were computed, and more remain.
    More,
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It runs.
    Up,
    /// It stands still.
    Paused,
    /// It is down.
    Down,
}

/// A node at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// Whether it runs.
    pub condition: Condition,
    /// Its role and epoch, while it is not down.
    pub status: Option<Status>,
    /// Its state; while it is down, what its disk holds is all there is, and this is `None`.
    pub view: Option<View>,
    /// What its wall clock shows.
    pub local: LocalNs,
    /// How fast its clock runs, in parts per million beyond true.
    pub drift_ppm: i64,
}

/// Something that may happen next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// What.
    pub what: PendingWhat,
    /// When, if nobody touches anything; `None`: it waits for the person.
    pub due: Option<Instant>,
    /// Whether it will be lost on the way: dropped by chance or cut.
    pub doomed: bool,
    /// What it says or is for.
    pub label: String,
    /// The epoch it speaks for.
    pub epoch: Option<u64>,
    /// Routine noise that folds.
    pub routine: bool,
}

/// A message or a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PendingWhat {
    /// A message under way.
    Message {
        /// Which.
        id: MsgId,
        /// To whom.
        to: NodeId,
    },
    /// A timer that is set.
    Timer(TimerId),
}

/// An event told to a reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// A few words: `got vote? 2 from D`.
    pub title: String,
    /// What came in, as a sentence; empty if the title says all.
    pub sentence: String,
    /// Why the node did what it did, in its own notes.
    pub notes: Vec<String>,
    /// What it did, in order; the k-th is the k-th effect that a crash can fall behind.
    pub effects: Vec<String>,
    /// Whether the node crashed before all effects had happened.
    pub cut_short: bool,
}
