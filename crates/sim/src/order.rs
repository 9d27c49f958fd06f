//! The total order of a run, and the playhead: a place in it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{EntryId, MsgId, NodeId, OpSource};
use crate::time::Ns;

/// A place in a run's total order: (true time, rank, node, kind, causal id), compared from left to right as numbers.
///
/// It says nothing about when a thing entered a queue, so an edit elsewhere cannot reorder what happens here.
/// A playhead is a key as well: all that is at or before it has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// True time.
    pub at: Ns,
    /// Orders what a person put at one instant after what had already been played there; 0 otherwise.
    pub rank: u32,
    node: u16,
    kind: u8,
    id: [u32; 3],
    /// 0: a message's fate; 1: an event; 2: what follows from the event at once (a crash inside it, a reboot).
    sub: u8,
}

/// Kinds, in the order in which they happen at one instant on one node.
pub(crate) const ENVIRONMENT: u8 = 0;
const BOOT: u8 = 1;
pub(crate) const MESSAGE: u8 = 2;
pub(crate) const TIMER: u8 = 3;
pub(crate) const OP: u8 = 4;
/// A node has done a step that took time. It comes last, so that what arrives at that instant waits behind the rest.
pub(crate) const WAKE: u8 = 5;

impl Key {
    /// Before everything.
    pub const START: Key = Key { at: Ns::ZERO, rank: 0, node: 0, kind: 0, id: [0; 3], sub: 0 };

    /// After all that happens up to `at`, whatever its rank.
    pub const fn end_of(at: Ns) -> Key {
        Key { at, rank: u32::MAX, node: u16::MAX, kind: u8::MAX, id: [u32::MAX; 3], sub: u8::MAX }
    }

    fn new(at: (Ns, u32), node: NodeId, kind: u8, id: [u32; 3]) -> Key {
        Key { at: at.0, rank: at.1, node: node.raw(), kind, id, sub: 1 }
    }

    pub(crate) fn environment(at: (Ns, u32), node: NodeId, entry: EntryId) -> Key {
        Key::new(at, node, ENVIRONMENT, [entry.0, 0, 0])
    }

    pub(crate) fn boot(at: (Ns, u32), node: NodeId) -> Key {
        Key::new(at, node, BOOT, [0; 3])
    }

    pub(crate) fn message(at: (Ns, u32), to: NodeId, id: MsgId) -> Key {
        Key::new(at, to, MESSAGE, [u32::from(id.node.raw()), id.seq, id.copy])
    }

    pub(crate) fn timer(at: (Ns, u32), node: NodeId, seq: u32) -> Key {
        Key::new(at, node, TIMER, [seq, 0, 0])
    }

    pub(crate) fn op(at: (Ns, u32), client: NodeId, source: OpSource) -> Key {
        let id = match source {
            OpSource::Entry(entry) => [0, entry.0, 0],
            OpSource::Workload(number) => [1, number, 0],
        };
        Key::new(at, client, OP, id)
    }

    pub(crate) fn wake(at: Ns, node: NodeId) -> Key {
        Key::new((at, 0), node, WAKE, [0; 3])
    }

    /// Where a message's fate stands: just before the activation that it may cause.
    pub fn fate(at: (Ns, u32), to: NodeId, id: MsgId) -> Key {
        Key { sub: 0, ..Key::message(at, to, id) }
    }

    /// The same thing at another instant.
    pub(crate) fn moved(self, (at, rank): (Ns, u32)) -> Key {
        Key { at, rank, ..self }
    }

    /// What follows from this at once.
    pub(crate) fn followed(self) -> Key {
        Key { sub: self.sub + 1, ..self }
    }

    pub(crate) fn kind(self) -> u8 {
        self.kind
    }

    /// Who asked for the operation, if it is one.
    pub(crate) fn op_source(self) -> OpSource {
        match self.id {
            [0, entry, _] => OpSource::Entry(EntryId(entry)),
            [_, number, _] => OpSource::Workload(number),
        }
    }

    pub(crate) fn raw_node(self) -> u16 {
        self.node
    }

    pub(crate) fn id(self) -> [u32; 3] {
        self.id
    }

    /// Time and rank: where an entry made at this playhead acts is the same time and one rank more.
    pub fn instant(self) -> (Ns, u32) {
        (self.at, self.rank)
    }
}

/// `2310000000` for the end of an instant, otherwise all parts: `2310000000.0.3.2.1.7.1.1`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Key::end_of(self.at) {
            return write!(f, "{}", self.at.0);
        }
        let [a, b, c] = self.id;
        write!(f, "{}.{}.{}.{}.{a}.{b}.{c}.{}", self.at.0, self.rank, self.node, self.kind, self.sub)
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Key, String> {
        let bad = || format!("`{}` is not a moment of a run", crate::ids::excerpt(text));
        let parts: Vec<u64> = text.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
        fn fit<T: TryFrom<u64>>(part: u64) -> Option<T> {
            T::try_from(part).ok()
        }
        match parts[..] {
            [at] => Some(Key::end_of(Ns(at))),
            [at, rank, node, kind, a, b, c, sub] => (|| {
                let id = [fit(a)?, fit(b)?, fit(c)?];
                Some(Key {
                    at: Ns(at),
                    rank: fit(rank)?,
                    node: fit(node)?,
                    kind: fit(kind)?,
                    id,
                    sub: fit(sub)?,
                })
            })(),
            _ => None,
        }
        .ok_or_else(bad)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Key, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}
