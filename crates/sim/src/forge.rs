//! Messages that do not say what their sender said: forged by a person, by a node that lies, or by a network that alters them.
//!
//! A forged form is numbered as copies are, and its content is kept beside the originals. The message itself is lost where
//! the form takes its place, so that a node's own record goes on saying what it really sent.

use crate::chance::{Draw, below};
use crate::ids::{EntryId, NodeId};
use crate::protocol::Protocol;
use crate::run::Payloads;
use crate::scenario::How;
use crate::trace::{Instant, MessageRecord};

use rand_xoshiro::rand_core::Rng;

/// What is put into a form of a message.
#[derive(Debug)]
pub(crate) enum Lie<'a> {
    /// This number, under this name; without a name it is the message's first, without a value one more than the truth.
    Fact { field: Option<&'a str>, value: Option<i64> },
    /// One number altered at random.
    Noise(Draw),
    /// What the sender last said to this message's receiver before it.
    Before,
    /// What the other form says.
    Same,
}

/// Makes forms of one message.
pub(crate) trait Forge {
    /// Makes form number `to` out of form `from` (1 is the message itself). Whether there is such a form: a message
    /// need not have that number, and a lie must differ from the truth.
    fn forge(&mut self, from: u32, to: u32, lie: Lie<'_>) -> bool;
}

/// Makes forms of the last message that a node sent.
pub(crate) struct Forger<'a, P: Protocol> {
    pub protocol: &'a P,
    /// What the node has sent, this message included.
    pub payloads: &'a mut Payloads<P>,
    /// What became of what it sent before.
    pub before: &'a [MessageRecord],
    pub to: NodeId,
}

impl<P: Protocol> Forge for Forger<'_, P> {
    fn forge(&mut self, from: u32, to: u32, lie: Lie<'_>) -> bool {
        let seq = self.payloads.messages.len() as u32;
        let Some(said) = self.payloads.message(seq, from) else { return false };
        let form = match lie {
            Lie::Fact { field, value } => self.other(said, field, value),
            Lie::Noise(draw) => self.altered(said, draw),
            Lie::Before => self
                .before
                .iter()
                .rposition(|message| message.to == self.to)
                .and_then(|place| self.payloads.messages.get(place).cloned()),
            Lie::Same => Some(said.clone()),
        };
        let is_made = form.is_some();
        self.payloads.forged.extend(form.map(|form| ((seq, to), form)));
        is_made
    }
}

impl<P: Protocol> Forger<'_, P> {
    fn other(&self, said: &P::Msg, field: Option<&str>, value: Option<i64>) -> Option<P::Msg> {
        let facts = self.protocol.facts(said);
        let &(name, truth) = facts.iter().find(|(name, _)| field.is_none_or(|field| field == *name))?;
        let form = self.protocol.with_fact(said, name, value.unwrap_or(truth.wrapping_add(1)))?;
        (form != *said).then_some(form)
    }

    /// One bit of one number is turned over, among the lowest eight; where that changes nothing, the lowest.
    fn altered(&self, said: &P::Msg, mut draw: Draw) -> Option<P::Msg> {
        let facts = self.protocol.facts(said);
        let &(name, truth) = facts.get(below(&mut draw, facts.len() as u64) as usize)?;
        let bits = [1 << (draw.next_u64() % 8), 1];
        let forms = bits.into_iter().filter_map(|bit| self.protocol.with_fact(said, name, truth ^ bit));
        forms.into_iter().find(|form| form != said)
    }
}

/// A span in which what leaves a node is not what the node says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lying {
    pub from: Instant,
    /// Until when, this instant not included.
    pub until: Instant,
    pub entry: EntryId,
    /// The entry that ended it, if another one did.
    pub ended_by: Option<EntryId>,
    pub how: How,
    /// Only what goes to this node; `None`: to all.
    pub to: Option<NodeId>,
    pub field: Option<String>,
    pub value: Option<i64>,
}

impl Lying {
    /// Whether it concerns what `me`, one of so many servers, sends to a node at a time. Of an equivocator's peers the
    /// second half is lied to: of B, C and D only D, of B, C, D and E the last two.
    pub fn concerns(&self, me: NodeId, to: NodeId, servers: u16, at: Instant) -> bool {
        let is_now = self.from <= at && at < self.until && self.to.is_none_or(|only| only == to);
        let second_half = || {
            let others = servers - u16::from(!me.is_client() && me.number() < servers);
            let place = to.number() - u16::from(!me.is_client() && me.number() < to.number());
            !to.is_client() && place >= others - others / 2
        };
        is_now && (self.how != How::Equivocate || self.to.is_some() || second_half())
    }
}
