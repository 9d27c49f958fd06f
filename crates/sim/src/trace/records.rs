//! Single things that happened: events, messages and their fates, timers, operations, cuts.

use super::{Instant, NEVER};
use crate::ids::{EntryId, MsgId, NodeId, OpId};
use crate::order::Key;
use crate::time::{LocalNs, Ns};

/// What kind of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// The node started (activation).
    Boot,
    /// A message was handled (activation).
    Message,
    /// A timer fired (activation).
    Timer,
    /// A client was asked for an operation (activation).
    Op,
    /// The node stopped.
    Crash,
    /// The node stopped and lost its disk.
    Amnesia,
    /// The node was started again; its boot follows.
    Recover,
    /// The node stands still.
    Pause,
    /// The node goes on.
    Resume,
    /// Its clock was set.
    Clock,
    /// It no longer hears some nodes.
    Cut,
    /// It hears again.
    Heal,
    // Beyond here in order of release: the place of a kind is in every hash.
    /// Its steps take time.
    Slow,
    /// They take none beyond the usual again.
    Quick,
    /// What leaves it is no longer what it says.
    Byzantine,
    /// What leaves it is what it says again.
    Honest,
}

impl EventKind {
    /// Its name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            EventKind::Boot => "boot",
            EventKind::Message => "message",
            EventKind::Timer => "timer",
            EventKind::Op => "op",
            EventKind::Crash => "crash",
            EventKind::Amnesia => "amnesia",
            EventKind::Recover => "recover",
            EventKind::Pause => "pause",
            EventKind::Resume => "resume",
            EventKind::Clock => "clock",
            EventKind::Cut => "cut",
            EventKind::Heal => "heal",
            EventKind::Slow => "slow",
            EventKind::Quick => "quick",
            EventKind::Byzantine => "byzantine",
            EventKind::Honest => "honest",
        }
    }

    /// Whether a handler ran: such events tick the clocks.
    pub const fn is_activation(self) -> bool {
        matches!(self, EventKind::Boot | EventKind::Message | EventKind::Timer | EventKind::Op)
    }
}

/// Why an event happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The run began.
    Start,
    /// A message arrived.
    Message(MsgId),
    /// A timer of the node itself, by its number.
    Timer(u32),
    /// An operation of the node itself, by its place in [`Lane::ops`].
    Op(u32),
    /// A script entry.
    Entry(EntryId),
    /// Chance: one of the scenario's random faults.
    Chance,
}

impl Cause {
    /// A script entry, or chance where it stands for that.
    pub(crate) fn of(entry: EntryId) -> Cause {
        if entry.is_chance() { Cause::Chance } else { Cause::Entry(entry) }
    }
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// Where it stands in the total order.
    pub key: Key,
    /// What kind of event it is.
    pub kind: EventKind,
    /// Why it happened.
    pub cause: Cause,
    /// What the node's wall clock showed.
    pub local: LocalNs,
    /// Its Lamport clock; 0 on environment events, which have none.
    pub lamport: u32,
    /// How many activations its node had had, this one included.
    pub activation: u32,
    /// How many messages its node had sent, its own included.
    pub sent: u32,
    /// How many timers its node had set, its own included.
    pub timers: u32,
}

impl EventRecord {
    /// When it happened, in true time.
    pub fn at(&self) -> Ns {
        self.key.at
    }
}

/// One message (or copy): sent when, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageRecord {
    /// To whom.
    pub to: NodeId,
    /// The sender's event, by index.
    pub event: u32,
    /// When it (or for a copy: the copy) set out.
    pub sent: Instant,
    /// When it would arrive if nothing befell it.
    pub natural: Instant,
    /// What becomes of it. Known in advance; to be shown only once the playhead is there ([`MessageRecord::fate_at`]).
    pub fate: Fate,
    /// Whether a person changed its way (not by a cut).
    pub by_hand: bool,
    /// When it arrived, if its receiver then stood still or was busy, so that it had to wait; [`Ns::NEVER`]: it had not.
    pub arrived: Ns,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// What.
    pub kind: FateKind,
    /// When it arrived, or would have; where it had to wait, when that was over.
    pub at: Instant,
    /// When it was lost on the way, for those that were; else the same as `at`.
    pub lost: Instant,
    /// The receiver's event that handled it, by index; 0 if none did.
    pub event: u32,
}

/// The fates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FateKind {
    /// On its way, or held.
    InFlight,
    /// Handled by its receiver.
    Delivered,
    /// Lost: by chance or by hand.
    Dropped,
    /// Stopped by a cut of its link.
    Cut,
    /// Arrived at a node that was down.
    ToCrashed,
}

impl FateKind {
    /// Its name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            FateKind::InFlight => "in-flight",
            FateKind::Delivered => "delivered",
            FateKind::Dropped => "dropped",
            FateKind::Cut => "cut",
            FateKind::ToCrashed => "to-crashed",
        }
    }
}

impl MessageRecord {
    /// Its fate as far as it has shown when all up to `now` has happened.
    pub fn fate_at(&self, now: Instant) -> FateKind {
        if now < self.fate.lost.min(self.fate.at) { FateKind::InFlight } else { self.fate.kind }
    }

    /// When it arrived, if it had to wait there.
    pub fn waits_from(&self) -> Option<Instant> {
        (self.arrived != Ns::NEVER).then_some((self.arrived, 0))
    }

    /// Whether it is under way at a moment: sent, and neither arrived nor lost.
    pub fn is_under_way(&self, now: Instant) -> bool {
        self.sent <= now && now < self.fate.lost.min(self.fate.at)
    }

    /// Whether it never set out: the queue at its sender's end had no room for it, or a byzantine sender kept it back, or
    /// sent another form of it.
    pub fn never_left(&self) -> bool {
        self.fate.kind == FateKind::Dropped && self.fate.lost == self.sent
    }

    /// Whether it is never to arrive unless a person lets it.
    pub fn is_held(&self) -> bool {
        self.fate.kind == FateKind::InFlight && self.fate.at == NEVER
    }
}

/// One timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerRecord {
    /// The event that set it, by index.
    pub event: u32,
    /// What the monotonic clock shows when it is due.
    pub deadline: u64,
    /// When it fires, in true time and rank, if nothing cancels it.
    pub due: Instant,
    /// When that would be without a person's hand.
    pub natural: Instant,
    /// The event by which it was over (fired, cancelled, replaced, or its node crashed), by index; 0: still set.
    pub over: u32,
    /// Whether it was over because it fired.
    pub fired: bool,
}

/// One operation of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpRecord {
    /// Which.
    pub id: OpId,
    /// The client's event at which it was called, by index.
    pub invoked: u32,
    /// The client's event at which it returned, by index, if it has.
    pub returned: Option<u32>,
}

/// A span in which one direction of a link is cut: `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutSpan {
    /// The sender's end.
    pub sender: NodeId,
    /// The receiver's end.
    pub receiver: NodeId,
    /// From when.
    pub from: Instant,
    /// Until when; [`Ns::NEVER`] if it never heals.
    pub to: Instant,
    /// The entry that cut it; [`EntryId::CHANCE`] if none did.
    pub entry: EntryId,
    /// The entry that healed it, if another one did.
    pub healed_by: Option<EntryId>,
}
