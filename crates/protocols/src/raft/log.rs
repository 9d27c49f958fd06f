//! The log: a list of entries counted from 1, cheap to keep a copy of.
//!
//! # Ghost data
//!
//! Beside every entry stands a [`Digest`] of the log up to it: a hash of the digest before, the entry's term and its
//! command. Two logs are equal up to an index if their digests there are, so that a monitor compares two logs in one
//! step. The protocol never looks at digests and never sends them: each server computes its own when it appends.

use std::hash::{Hash, Hasher};

use super::machine::Op;
use super::types::{Command, Entry, Index, Term};
use crate::stack::Stack;

/// A server's log. Copies share what they have in common; adding an entry takes constant time.
#[derive(Clone, Debug, Default)]
pub struct Log {
    slots: Stack<Slot>,
    /// Term and digest of the last entry, at hand.
    tip: Tip,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Slot {
    entry: Entry,
    digest: Digest,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Tip {
    term: Term,
    digest: Digest,
}

impl PartialEq for Log {
    fn eq(&self, other: &Log) -> bool {
        self.tip == other.tip && self.slots == other.slots
    }
}

impl Eq for Log {}

impl Hash for Log {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The digest stands for all entries; equal logs have equal ones.
        self.last_index().hash(state);
        self.tip.hash(state);
    }
}

impl Log {
    /// Index of the last entry; 0 if there is none.
    pub fn last_index(&self) -> Index {
        Index(self.slots.height() as u64)
    }

    /// Term of the last entry; 0 if there is none.
    pub fn last_term(&self) -> Term {
        self.tip.term
    }

    /// Digest of the whole log.
    pub fn last_digest(&self) -> Digest {
        self.tip.digest
    }

    fn slot(&self, index: Index) -> Option<&Slot> {
        self.slots.get(usize::try_from(index.0.checked_sub(1)?).ok()?)
    }

    /// The entry at an index, if there is one.
    pub fn get(&self, index: Index) -> Option<&Entry> {
        self.slot(index).map(|slot| &slot.entry)
    }

    /// The term of the entry at an index, if there is one; 0 before the first.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        if index == Index(0) { Some(Term(0)) } else { self.get(index).map(|entry| entry.term) }
    }

    /// Digest of the log up to an index, if it reaches there.
    pub fn digest_at(&self, index: Index) -> Option<Digest> {
        if index == Index(0) { Some(Digest::default()) } else { self.slot(index).map(|slot| slot.digest) }
    }

    /// Adds an entry at the end.
    pub fn append(&mut self, entry: Entry) {
        let digest = self.tip.digest.after(&entry);
        self.tip = Tip { term: entry.term, digest };
        self.slots.push(Slot { entry, digest });
    }

    /// Deletes the entry at an index and all that follow it (§5.3).
    pub fn delete_from(&mut self, index: Index) {
        self.slots.truncate(usize::try_from(index.prev().0).unwrap_or(usize::MAX));
        self.tip = self
            .slots
            .last()
            .map_or(Tip::default(), |slot| Tip { term: slot.entry.term, digest: slot.digest });
    }

    /// At most `limit` entries from an index on.
    pub fn entries_from(&self, index: Index, limit: u32) -> Vec<Entry> {
        let from = index.prev().0;
        let place = |index: u64| usize::try_from(index).unwrap_or(usize::MAX);
        let slots = self.slots.span(place(from), place(from.saturating_add(u64::from(limit))));
        slots.into_iter().map(|slot| slot.entry.clone()).collect()
    }

    /// The first of the entries that lead up to `index` in one and the same term, looking no further back than to
    /// just after `floor`.
    pub fn first_of_term(&self, index: Index, floor: Index) -> Index {
        let term = self.term_at(index);
        let mut first = index;
        while first.prev() > floor && self.term_at(first.prev()) == term {
            first = first.prev();
        }
        first
    }

    /// Whether a log that ends in `last_log_term` and `last_log_index` is at least as up to date as this one (§5.4.1):
    /// a later last term wins; with equal terms, the longer log.
    pub fn is_no_newer_than(&self, last_log_term: Term, last_log_index: Index) -> bool {
        (last_log_term, last_log_index) >= (self.last_term(), self.last_index())
    }
}

/// A 64-bit hash of a log up to an entry: ghost data, the same on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u64);

impl Digest {
    /// The digest of a log whose digest was `self` before this entry came.
    pub(super) fn after(self, entry: &Entry) -> Digest {
        let term = self.word(entry.term.0);
        match &entry.command {
            Command::NoOp => term.word(0),
            Command::Client(request) => {
                let client = u64::from(request.client.is_client()) << 16 | u64::from(request.client.number());
                let who = term.word(1).word(client).word(request.serial.0);
                match &request.op {
                    Op::Get { key } => who.word(1).text(key),
                    Op::Put { key, value } => who.word(2).text(key).text(value),
                    Op::Append { key, value } => who.word(3).text(key).text(value),
                    Op::Cas { key, old, new } => who.word(4).text(key).text(old).text(new),
                }
            }
        }
    }

    /// One step of splitmix64 over what came before and one more word.
    fn word(self, word: u64) -> Digest {
        let mut z = (self.0 ^ word.wrapping_mul(0xff51_afd7_ed55_8ccd)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Digest(z ^ (z >> 31))
    }

    /// The text's length, then its bytes, eight at a time.
    fn text(self, text: &str) -> Digest {
        text.as_bytes().chunks(8).fold(self.word(text.len() as u64), |digest, chunk| {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            digest.word(u64::from_le_bytes(bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noop(term: u64) -> Entry {
        Entry { term: Term(term), command: Command::NoOp }
    }

    fn log(terms: &[u64]) -> Log {
        let mut log = Log::default();
        terms.iter().for_each(|&term| log.append(noop(term)));
        log
    }

    #[test]
    fn indices_count_from_one_and_zero_is_before_the_first() {
        let log = log(&[1, 1, 2]);
        assert_eq!((log.last_index(), log.last_term()), (Index(3), Term(2)));
        assert_eq!(log.term_at(Index(0)), Some(Term(0)));
        assert_eq!(log.term_at(Index(2)), Some(Term(1)));
        assert_eq!(log.term_at(Index(4)), None);
        assert_eq!(log.get(Index(0)), None);
        assert_eq!(log.get(Index(u64::MAX)), None);
        assert_eq!(log.digest_at(Index(3)), Some(log.last_digest()));
    }

    #[test]
    fn equal_digests_are_equal_logs_and_different_ones_differ_from_there_on() {
        let (short, long, other) = (log(&[1, 1]), log(&[1, 1, 2]), log(&[1, 2, 2]));
        assert_eq!(long.digest_at(Index(2)), Some(short.last_digest()));
        assert_eq!(long.digest_at(Index(1)), other.digest_at(Index(1)));
        assert_ne!(long.digest_at(Index(2)), other.digest_at(Index(2)));
        assert_ne!(long.digest_at(Index(3)), other.digest_at(Index(3)));
        assert_ne!(long, other);
    }

    #[test]
    fn deleting_brings_back_the_log_that_was() {
        let mut long = log(&[1, 1, 2, 3]);
        long.delete_from(Index(3));
        assert_eq!(long, log(&[1, 1]));
        long.delete_from(Index(7));
        assert_eq!(long, log(&[1, 1]));
        long.delete_from(Index(0));
        assert_eq!(long, Log::default());
        assert_eq!(long.last_digest(), Digest::default());
    }

    #[test]
    fn a_batch_is_bounded_by_its_limit_and_by_the_log() {
        let log = log(&[1, 2, 3]);
        assert_eq!(log.entries_from(Index(2), 9), [noop(2), noop(3)]);
        assert_eq!(log.entries_from(Index(1), 2), [noop(1), noop(2)]);
        assert_eq!(log.entries_from(Index(4), 9), []);
        assert_eq!(log.entries_from(Index(u64::MAX), 9), []);
    }

    #[test]
    fn the_first_entry_of_a_term_is_looked_for_no_further_than_what_is_committed() {
        let log = log(&[1, 2, 2, 2]);
        assert_eq!(log.first_of_term(Index(4), Index(0)), Index(2));
        assert_eq!(log.first_of_term(Index(4), Index(2)), Index(3));
        assert_eq!(log.first_of_term(Index(1), Index(0)), Index(1));
    }

    /// §5.4.1: "If the logs have last entries with different terms, then the log with the later term is more
    /// up-to-date. If the logs end with the same term, then whichever log is longer is more up-to-date."
    #[test]
    fn up_to_date_compares_the_last_term_first_and_then_the_length() {
        let mine = log(&[1, 2, 2]);
        assert!(mine.is_no_newer_than(Term(3), Index(1)));
        assert!(mine.is_no_newer_than(Term(2), Index(3)));
        assert!(mine.is_no_newer_than(Term(2), Index(4)));
        assert!(!mine.is_no_newer_than(Term(2), Index(2)));
        assert!(!mine.is_no_newer_than(Term(1), Index(9)));
    }

    #[test]
    fn digests_are_the_same_on_every_machine() {
        assert_eq!(log(&[1, 2, 3]).last_digest(), Digest(988_189_436_235_339_978));
    }
}
