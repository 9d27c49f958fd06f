//! What is picked: an event or a message to look into.

use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::trace::{Cause, Trace};

/// One thing of the diagram that can be looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// An event.
    Event(EventId),
    /// A message, or a copy of one.
    Message(MsgId),
}

impl Pick {
    /// The node that it belongs to: for a message, who sent it.
    pub fn node(self) -> NodeId {
        match self {
            Pick::Event(id) => id.node,
            Pick::Message(id) => id.node,
        }
    }

    /// What a link calls so: an event, `C:4`, or a message, `C#7`.
    pub fn parse(name: &str) -> Option<Pick> {
        let message = || name.parse().ok().map(Pick::Message);
        name.parse().ok().map(Pick::Event).or_else(message)
    }

    /// Whether it exists in a run.
    pub fn exists(self, trace: &Trace) -> bool {
        match self {
            Pick::Event(id) => trace.event(id).is_some(),
            Pick::Message(id) => trace.message(id).is_some(),
        }
    }

    /// Whether it is the same in a run as it was in an earlier one: an edit may put another thing in its place.
    pub fn is_same(self, before: &Trace, after: &Trace) -> bool {
        match self {
            Pick::Event(id) => {
                let of = |trace: &Trace| trace.event(id).map(|event| (event.at(), event.kind, event.cause));
                of(before) == of(after)
            }
            Pick::Message(id) => {
                let of = |trace: &Trace| trace.message(id).map(|message| (message.sent.0, message.to));
                of(before) == of(after)
            }
        }
    }

    /// What follows from it: of an event the first message that it sent, of a message the event that handled it.
    pub fn effect(self, trace: &Trace) -> Option<Pick> {
        match self {
            Pick::Event(id) => trace.sends(id).next().map(|seq| Pick::Message(MsgId::new(id.node, seq))),
            Pick::Message(id) => {
                let record = trace.message(id).filter(|record| record.fate.event > 0)?;
                Some(Pick::Event(EventId { node: record.to, index: record.fate.event }))
            }
        }
    }

    /// What it follows from: of an event the message that it handled, or the event that set its timer; of a message the
    /// event that sent it.
    pub fn cause(self, trace: &Trace) -> Option<Pick> {
        match self {
            Pick::Event(id) => match trace.event(id)?.cause {
                Cause::Message(message) => Some(Pick::Message(message)),
                _ => trace.cause(id).map(Pick::Event),
            },
            Pick::Message(_) => self.event(trace).map(Pick::Event),
        }
    }

    /// Whether it is there at the playhead.
    pub fn happened(self, trace: &Trace, now: Key) -> bool {
        match self {
            Pick::Event(id) => trace.event(id).is_some_and(|event| event.key <= now),
            Pick::Message(id) => trace.message(id).is_some_and(|message| message.sent <= now.instant()),
        }
    }

    /// The event that stands for it: itself, or the one that sent it.
    pub fn event(self, trace: &Trace) -> Option<EventId> {
        match self {
            Pick::Event(id) => Some(id),
            Pick::Message(id) => {
                trace.message(id).map(|message| EventId { node: id.node, index: message.event })
            }
        }
    }
}
