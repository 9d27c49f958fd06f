//! Events as a lab names them.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::trace::Trace;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An event: `"A:3"` is the third on A's line, `"sent A#2"` the one that sent A's second message, and `"got A#2"` the one that
/// handled it. In a run that a reader has changed, the third event of a line may be another one; a message keeps its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// This one.
    Event(EventId),
    /// Where this message was sent.
    Sent(MsgId),
    /// Where this message was handled.
    Got(MsgId),
}

impl Place {
    /// The node that it names: whose event, or who sent the message.
    pub(crate) fn node(self) -> NodeId {
        match self {
            Place::Event(id) => id.node,
            Place::Sent(id) | Place::Got(id) => id.node,
        }
    }

    /// The event in this run, if it has happened by then.
    pub(crate) fn find(self, trace: &Trace, now: Key) -> Option<EventId> {
        let id = match self {
            Place::Event(id) => id,
            Place::Sent(id) => EventId { node: id.node, index: trace.message(id)?.event },
            Place::Got(id) => {
                let message = trace.message(id)?;
                EventId { node: message.to, index: message.fate.event }
            }
        };
        trace.event(id).filter(|event| event.key <= now).map(|_| id)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Place, String> {
        let read = match text.split_once(' ') {
            Some(("sent", id)) => id.parse().map(Place::Sent),
            Some(("got", id)) => id.parse().map(Place::Got),
            _ => text.parse().map(Place::Event),
        };
        read.map_err(|bad| format!("{bad}: an event is written `A:3`, `sent A#2` or `got A#2`"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Event(id) => id.fmt(f),
            Place::Sent(id) => write!(f, "sent {id}"),
            Place::Got(id) => write!(f, "got {id}"),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Place, D::Error> {
        crate::blocks::written(from)
    }
}
