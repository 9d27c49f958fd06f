//! What the ends of a connection send each other (RFC 9293 §3.1), and how it is told.

use std::fmt;

use lightcone_sim::protocol::MsgView;

/// What one end calls a connection: a number that it draws afresh for every attempt, so that what is left of an older
/// connection is known as such. It does what the initial sequence number does in TCP (RFC 9293 §3.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub u16);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Both ends' numbers: the name of one connection. As it stands in a segment, the sender's comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// Of whoever holds or sends this.
    pub mine: Number,
    /// Of the other end.
    pub yours: Number,
}

impl Pair {
    /// As the other end writes it.
    pub fn turned(self) -> Pair {
        Pair { mine: self.yours, yours: self.mine }
    }

    /// The same at both ends: the connection's colour.
    fn epoch(self) -> u64 {
        u64::from(self.mine.0) + u64::from(self.yours.0)
    }
}

/// One message of a layer of connections. Sequence numbers count messages, where TCP counts bytes, and begin at 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment<M> {
    /// Outside all connections.
    Datagram(M),
    /// Asks for a connection, which the sender calls so.
    Syn(Number),
    /// Agrees, and says what this end calls it.
    SynAck(Pair),
    /// Acknowledges all before `next`, and has room for all up to `limit`.
    Ack {
        /// The connection.
        pair: Pair,
        /// The sequence number that is expected next (RCV.NXT).
        next: u32,
        /// The last one that there is room for: `next` and the window.
        limit: u32,
    },
    /// Carries a message.
    Data {
        /// The connection.
        pair: Pair,
        /// The message's place in it.
        seq: u32,
        /// The message.
        msg: M,
    },
    /// There is no such connection here.
    Rst(Pair),
}

impl<M> Segment<M> {
    /// What it carries.
    pub(super) fn message(&self) -> Option<&M> {
        match self {
            Segment::Datagram(msg) | Segment::Data { msg, .. } => Some(msg),
            _ => None,
        }
    }

    /// The same segment with another message in it.
    pub(super) fn carrying(&self, msg: M) -> Segment<M> {
        match *self {
            Segment::Data { pair, seq, .. } => Segment::Data { pair, seq, msg },
            _ => Segment::Datagram(msg),
        }
    }

    /// For a reader, given how what it carries is told, and whether it has the colour of its connection.
    pub(super) fn describe(&self, inside: impl Fn(&M) -> MsgView, has_colour: bool) -> MsgView {
        let colour = |pair: &Pair| has_colour.then(|| pair.epoch());
        let told = |kind, label: String, sentence: String, epoch, routine| MsgView {
            kind,
            label,
            sentence,
            epoch,
            routine,
        };
        match self {
            Segment::Datagram(msg) => inside(msg),
            Segment::Syn(number) => {
                let sentence = format!("I want to open a connection. I call it {number}.");
                told("SYN", format!("SYN {number}"), sentence, None, false)
            }
            Segment::SynAck(pair) => {
                let sentence = format!("Agreed: what you call {} I call {}.", pair.yours, pair.mine);
                told("SYN-ACK", format!("SYN-ACK {}", pair.mine), sentence, colour(pair), false)
            }
            Segment::Ack { pair, next, limit } => {
                let window = limit.saturating_add(1).saturating_sub(*next);
                let label = if window == 0 { format!("ACK {next}, full") } else { format!("ACK {next}") };
                let sentence = format!(
                    "I have everything before {next}, and room for {window} more. \
                     That it has come does not say that the application has seen it."
                );
                told("ACK", label, sentence, colour(pair), true)
            }
            Segment::Data { pair, seq, msg } => {
                // First the message: where there is little room, only the first word is shown.
                let view = inside(msg);
                let sentence = format!("Number {seq} of this connection: {}", view.sentence);
                let epoch = view.epoch.or_else(|| colour(pair));
                told(view.kind, format!("{} [{seq}]", view.label), sentence, epoch, view.routine)
            }
            Segment::Rst(pair) => {
                let sentence = format!("I know of no connection that you call {}.", pair.yours);
                told("RST", "RST".to_owned(), sentence, colour(pair), false)
            }
        }
    }
}
