//! One end of a connection: what RFC 9293 §3.3.1 calls its transmission control block.

use std::collections::BTreeMap;
use std::fmt;

use imbl::Vector;
use lightcone_sim::ids::NodeId;
use lightcone_sim::time::Ns;

use super::segment::{Number, Pair, Segment};

/// How far an end has come with its handshake. An end that does not exist is CLOSED, and listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    /// It has asked for a connection.
    SynSent,
    /// It was asked for one, and has agreed.
    SynReceived,
    /// Both know that both know.
    Established,
}

impl Phase {
    const fn word(self) -> &'static str {
        match self {
            Phase::SynSent => "SYN-SENT",
            Phase::SynReceived => "SYN-RECEIVED",
            Phase::Established => "ESTABLISHED",
        }
    }
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct End<M: Clone> {
    pub(super) phase: Phase,
    pub(super) mine: Number,
    /// Not known before the other end has spoken.
    pub(super) yours: Option<Number>,

    /// The last message that the other end has acknowledged (SND.UNA − 1).
    pub(super) acked: u32,
    /// The last one that was sent (SND.NXT − 1).
    pub(super) sent: u32,
    /// The last one that the other end has room for (SND.UNA + SND.WND − 1).
    pub(super) limit: u32,
    /// Messages from `acked + 1` on: what is unacknowledged, then what waits.
    pub(super) queue: Vector<M>,
    /// All up to here was sent before the last time-out, and may be lost.
    pub(super) recover: u32,
    /// The retransmission time-out at present.
    pub(super) rto: Ns,
    /// How many retransmissions in a row were not answered.
    pub(super) tries: u32,
    /// Whether the retransmission timer is set.
    pub(super) timed: bool,

    /// The last message that came, with all before it (RCV.NXT − 1).
    pub(super) received: u32,
    /// The last one that the application has read.
    pub(super) read: u32,
    /// What has come and waits to be read.
    pub(super) inbox: Vector<M>,
    /// What came before its turn.
    pub(super) early: BTreeMap<u32, M>,
    /// Whether the application is busy reading.
    pub(super) reading: bool,
}

impl<M: Clone> End<M> {
    pub(super) fn new(phase: Phase, mine: Number, queue: Vector<M>, window: u32, rto: Ns) -> End<M> {
        End {
            phase,
            mine,
            yours: None,
            acked: 0,
            sent: 0,
            limit: window,
            queue,
            recover: 0,
            rto,
            tries: 0,
            timed: false,
            received: 0,
            read: 0,
            inbox: Vector::new(),
            early: BTreeMap::new(),
            reading: false,
        }
    }

    /// The connection's name, once both ends have one for it.
    pub fn pair(&self) -> Option<Pair> {
        self.yours.map(|yours| Pair { mine: self.mine, yours })
    }

    /// Whether a segment that names its connection so belongs to this one.
    pub(super) fn is(&self, pair: Pair) -> bool {
        self.pair() == Some(pair.turned())
    }

    /// How many messages are sent and unacknowledged.
    pub fn in_flight(&self) -> u32 {
        self.sent - self.acked
    }

    /// How many messages wait to be sent.
    pub fn waiting(&self) -> u32 {
        (self.queue.len() as u32).saturating_sub(self.in_flight())
    }

    /// Whether the other end owes an answer: then the retransmission timer runs. It runs for a window that is shut as well,
    /// to ask whether it has opened: what said so may be lost (RFC 9293 §3.8.6.1).
    pub(super) fn is_owed(&self) -> bool {
        self.phase != Phase::Established || !self.queue.is_empty()
    }

    /// The segment that carries the message with this number, if it is kept here.
    pub(super) fn data(&self, seq: u32) -> Option<Segment<M>> {
        let msg = self.queue.get(seq.checked_sub(self.acked + 1)? as usize)?.clone();
        Some(Segment::Data { pair: self.pair()?, seq, msg })
    }

    /// Takes note of an acknowledgement. Says whether it is news.
    pub(super) fn acknowledged(&mut self, next: u32) -> bool {
        let acked = next.saturating_sub(1).min(self.sent);
        let news = acked > self.acked;
        while self.acked < acked {
            self.queue.pop_front();
            self.acked += 1;
        }
        news
    }

    /// The last message that there is room for. What is read at once takes no room.
    pub(super) fn room(&self, window: u32, reads_at_once: bool) -> u32 {
        window + if reads_at_once { self.received } else { self.read }
    }

    /// Takes in a message that has come, in its place. Says why it does not, if it does not.
    pub(super) fn take_in(&mut self, seq: u32, msg: &M, room: u32) -> Result<(), Refused> {
        if seq <= self.received || self.early.contains_key(&seq) {
            return Err(Refused::Known);
        }
        if seq > room {
            return Err(Refused::NoRoom);
        }
        self.early.insert(seq, msg.clone());
        while let Some(msg) = self.early.remove(&(self.received + 1)) {
            self.received += 1;
            self.inbox.push_back(msg);
        }
        if seq > self.received { Err(Refused::Early) } else { Ok(()) }
    }

    /// The next message for the application.
    pub(super) fn read(&mut self) -> Option<M> {
        let msg = self.inbox.pop_front()?;
        self.read += 1;
        Some(msg)
    }

    /// For the inspector.
    pub(super) fn told(&self, peer: NodeId) -> String {
        let End { mine, sent, received, .. } = self;
        let name = self.yours.map_or_else(|| mine.to_string(), |yours| format!("{mine}–{yours}"));
        let phase = self.phase.word();
        let window = self.limit.saturating_sub(*sent);
        let mut text = format!("{peer}: {name} {phase}");
        let mut add = |part: fmt::Arguments<'_>| text.push_str(&part.to_string());
        add(format_args!(", sent {sent}, unacknowledged {}, window {window}", self.in_flight()));
        if self.waiting() > 0 {
            add(format_args!(", waiting {}", self.waiting()));
        }
        add(format_args!(", received {received}"));
        if !self.inbox.is_empty() {
            add(format_args!(", unread {}", self.inbox.len()));
        }
        if !self.early.is_empty() {
            add(format_args!(", early {}", self.early.len()));
        }
        text
    }
}

/// Why a message is not handed on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It has come before.
    Known,
    /// There is no room for it.
    NoRoom,
    /// One before it is missing: it is kept until that comes.
    Early,
}
