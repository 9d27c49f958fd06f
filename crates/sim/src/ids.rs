//! Causal identities: who a thing is, said by who made it and which of theirs it was.
//!
//! No identity counts globally. Message `A#7` is the seventh that A sent, event `A:12` the twelfth on A's line,
//! timer `A@5` the fifth that A set; so what happens elsewhere in a run can rename nothing here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A node: a server `A`, `B`, … or a client `c1`, `c2`, ….
///
/// Servers sort before clients, each group by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u16);

/// Clients have this bit set.
const CLIENT: u16 = 0x8000;

impl NodeId {
    /// The server with this number, counted from 0 (`A`).
    pub const fn server(number: u16) -> NodeId {
        NodeId(number & !CLIENT)
    }

    /// The client with this number, counted from 0 (`c1`).
    pub const fn client(number: u16) -> NodeId {
        NodeId(number | CLIENT)
    }

    /// Whether this node is a client.
    pub const fn is_client(self) -> bool {
        self.0 & CLIENT != 0
    }

    /// Its number among the servers or among the clients, counted from 0.
    pub const fn number(self) -> u16 {
        self.0 & !CLIENT
    }

    /// A number that orders all nodes: servers first.
    pub(crate) const fn raw(self) -> u16 {
        self.0
    }

    /// The inverse of [`NodeId::raw`].
    pub(crate) const fn from_raw(raw: u16) -> NodeId {
        NodeId(raw)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_client() {
            return write!(f, "c{}", self.number() + 1);
        }
        // A … Z, AA, AB, …, as spreadsheets name their columns.
        let mut number = u32::from(self.number());
        let mut letters = Vec::new();
        loop {
            letters.push(b'A' + (number % 26) as u8);
            if number < 26 {
                break;
            }
            number = number / 26 - 1;
        }
        letters.iter().rev().try_for_each(|&letter| write!(f, "{}", letter as char))
    }
}

/// What was wrong with the text of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadId(String);

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadId {}

/// Shortens what a stranger wrote, so that an error stays one readable line.
pub(crate) fn excerpt(text: &str) -> String {
    let mut short: String = one_line(text).chars().take(40).collect();
    if text.chars().count() > 40 {
        short.push('…');
    }
    short
}

/// The text with a space for each line break and control character.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl FromStr for NodeId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<NodeId, BadId> {
        let bad =
            || BadId(format!("`{}` is not a node: servers are A, B, …, clients c1, c2, …", excerpt(text)));
        if let Some(digits) = text.strip_prefix('c') {
            let number = parse_number(digits).ok_or_else(bad)?;
            return u16::try_from(number - 1)
                .ok()
                .filter(|n| n & CLIENT == 0)
                .map(NodeId::client)
                .ok_or_else(bad);
        }
        if text.is_empty() || text.len() > 3 || !text.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(bad());
        }
        let number = text.bytes().fold(0u32, |sum, b| sum * 26 + u32::from(b - b'A') + 1) - 1;
        u16::try_from(number).ok().filter(|n| n & CLIENT == 0).map(NodeId::server).ok_or_else(bad)
    }
}

/// A number from 1 up, in digits without sign or leading zero.
fn parse_number(digits: &str) -> Option<u32> {
    let canonical = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    if canonical { digits.parse().ok() } else { None }
}

/// An event on a node's line, counted from 1: `A:12`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// Whose line it is on.
    pub node: NodeId,
    /// Its place on that line, counted from 1.
    pub index: u32,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.node, self.index)
    }
}

impl FromStr for EventId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<EventId, BadId> {
        let (node, index) = split(text, ':', "event", "A:12")?;
        Ok(EventId { node, index })
    }
}

/// A message by its sender: `A#7`; or a copy of it that the network made: `A#7/2`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MsgId {
    /// Who sent it.
    pub node: NodeId,
    /// Which of the sender's messages it is, counted from 1.
    pub seq: u32,
    /// 1 for the message itself, from 2 up for copies. A copy that the network made by chance is 2; one that a
    /// script entry made carries that entry's number plus 2, so that taking out another entry renames nothing. Forged
    /// forms are copies that say something else; 0 is the form that chance gave it (a network that corrupts messages).
    pub copy: u32,
}

impl MsgId {
    /// The message itself, as its sender counts.
    pub const fn new(node: NodeId, seq: u32) -> MsgId {
        MsgId { node, seq, copy: 1 }
    }

    /// The message that this is a copy of, or itself.
    pub const fn original(self) -> MsgId {
        MsgId { copy: 1, ..self }
    }

    /// Whether this is a copy and not the message itself.
    pub const fn is_copy(self) -> bool {
        self.copy != 1
    }
}

impl fmt::Display for MsgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.node, self.seq)?;
        if self.is_copy() { write!(f, "/{}", self.copy) } else { Ok(()) }
    }
}

impl FromStr for MsgId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<MsgId, BadId> {
        let (original, copy) = match text.split_once('/') {
            Some((original, copy)) => {
                let number = if copy == "0" { Some(0) } else { parse_number(copy).filter(|&n| n >= 2) };
                (
                    original,
                    number.ok_or_else(|| {
                        BadId(format!("`{}` is not a message: copies read A#7/2", excerpt(text)))
                    })?,
                )
            }
            None => (text, 1),
        };
        let (node, seq) = split(original, '#', "message", "A#7")?;
        Ok(MsgId { node, seq, copy })
    }
}

/// A timer by who set it: `A@5`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId {
    /// Whose timer it is.
    pub node: NodeId,
    /// Which of that node's timers it is, counted from 1.
    pub seq: u32,
}

impl fmt::Display for TimerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.node, self.seq)
    }
}

impl FromStr for TimerId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<TimerId, BadId> {
        let (node, seq) = split(text, '@', "timer", "A@5")?;
        Ok(TimerId { node, seq })
    }
}

fn split(text: &str, sign: char, what: &str, example: &str) -> Result<(NodeId, u32), BadId> {
    let bad = || BadId(format!("`{}` is not a valid {what} id, such as {example}", excerpt(text)));
    let (node, number) = text.split_once(sign).ok_or_else(bad)?;
    Ok((node.parse()?, parse_number(number).ok_or_else(bad)?))
}

/// The number of a script entry: given when it is made, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(pub u32);

impl EntryId {
    /// Stands where an entry would for what no entry did but chance. Entries count from 1.
    pub const CHANCE: EntryId = EntryId(0);

    /// Whether chance did it.
    pub const fn is_chance(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A client's operation: the client and the script entry that asked for it, or its place in the client's workload.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    /// Who calls.
    pub client: NodeId,
    /// Where the call comes from.
    pub source: OpSource,
}

/// Where a client's operation comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpSource {
    /// A script entry.
    Entry(EntryId),
    /// The n-th operation of the client's workload, counted from 1.
    Workload(u32),
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            OpSource::Entry(entry) => write!(f, "{}/{}", self.client, entry),
            OpSource::Workload(number) => write!(f, "{}/w{}", self.client, number),
        }
    }
}

/// Identities are written as their text, in JSON and as map keys; Debug shows the same.
macro_rules! as_text {
    ($($id:ty),*) => { $(
        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    )* };
}
as_text!(NodeId, EventId, MsgId, TimerId, OpId);

macro_rules! from_text {
    ($($id:ty),*) => { $(
        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$id, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )* };
}
from_text!(NodeId, EventId, MsgId, TimerId);

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Which nodes a run has: servers and clients, each numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nodes {
    /// How many servers.
    pub servers: u16,
    /// How many clients.
    pub clients: u16,
}

impl Nodes {
    /// How many nodes in all.
    pub fn len(self) -> usize {
        usize::from(self.servers) + usize::from(self.clients)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The place of a node in [`Nodes::iter`], if it exists here.
    pub fn index(self, node: NodeId) -> Option<usize> {
        let number = usize::from(node.number());
        if node.is_client() {
            (number < usize::from(self.clients)).then_some(usize::from(self.servers) + number)
        } else {
            (number < usize::from(self.servers)).then_some(number)
        }
    }

    /// The node at a place, the inverse of [`Nodes::index`].
    pub fn at(self, index: usize) -> NodeId {
        let servers = usize::from(self.servers);
        if index < servers { NodeId::server(index as u16) } else { NodeId::client((index - servers) as u16) }
    }

    /// All nodes in order: servers, then clients.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        (0..self.len()).map(move |index| self.at(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for number in [0, 1, 25, 26, 27, 51, 52, 701, 702, 999] {
            let server = NodeId::server(number);
            assert_eq!(server.to_string().parse(), Ok(server));
            let client = NodeId::client(number);
            assert_eq!(client.to_string().parse(), Ok(client));
        }
        assert_eq!(NodeId::server(26).to_string(), "AA");
        assert_eq!("A#7/2".parse(), Ok(MsgId { node: NodeId::server(0), seq: 7, copy: 2 }));
        assert_eq!("c2@5".parse(), Ok(TimerId { node: NodeId::client(1), seq: 5 }));
    }

    #[test]
    fn what_is_no_identity_is_refused() {
        for text in ["", "a", "c0", "c", "A1", "ZZZZ", "c99999", "Ä", "c01"] {
            assert!(text.parse::<NodeId>().is_err(), "{text}");
        }
        for text in ["A#0", "A#", "#7", "A#7/1", "A#7/", "A#-1", "A#99999999999", "A#07"] {
            assert!(text.parse::<MsgId>().is_err(), "{text}");
        }
    }
}
