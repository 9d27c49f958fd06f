//! What is picked: an event or a message to look into.

use lightcone_sim::ids::{EventId, MsgId};
use lightcone_sim::trace::Trace;

/// One thing of the diagram that can be looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// An event.
    Event(EventId),
    /// A message, or a copy of one.
    Message(MsgId),
}

impl Pick {
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
