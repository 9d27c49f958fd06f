//! A seal: what a saved run looked like, in a few bytes, so that a later version that runs it differently can tell,
//! and can tell from where.
//!
//! It holds a short hash of the run up to a moment, and a trail: two-byte hashes of the run up to evenly spaced
//! events. Hashes of prefixes agree up to where two runs part and differ from there on, so the first mark of the
//! trail that differs brackets the parting.

use std::fmt;

use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Trace;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::{from_hex, to_hex};

/// How many bytes of the hash are kept.
const SHORT: usize = 6;
/// How many marks a new trail has at most.
const MARKS: usize = 12;
/// How many marks a trail from elsewhere may have.
const MARKS_MAX: usize = 64;

/// The first bytes of a run's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortHash([u8; SHORT]);

impl fmt::Display for ShortHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

/// What a run looked like up to a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Up to when.
    pub at: Key,
    /// Hash of all up to then.
    #[serde(with = "short_hash")]
    hash: ShortHash,
    /// How many events there were up to then.
    events: u32,
    /// Hashes up to evenly spaced events, the last of them included.
    #[serde(with = "trail")]
    marks: Vec<[u8; 2]>,
}

/// Whether a run is the one that was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealVerdict {
    /// It is, up to the seal's moment.
    Same,
    /// It differs: everything before this event agrees, the first difference is at it or after it.
    DiffersFrom(EventId, Ns),
    /// It differs after this event, its last up to the seal's moment; `None`: nothing at all has happened in it.
    DiffersAfter(Option<(EventId, Ns)>),
    /// The run has not been computed up to the seal's moment.
    NotComputed,
}

impl fmt::Display for SealVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIFFERS: &str = "this run differs from when it was saved";
        match self {
            SealVerdict::Same => f.write_str("This run is the same as when it was saved."),
            SealVerdict::DiffersFrom(event, at) => write!(f, "At or after event {event} ({at}) {DIFFERS}."),
            SealVerdict::DiffersAfter(Some((event, at))) => {
                write!(f, "After event {event} ({at}) {DIFFERS}.")
            }
            SealVerdict::DiffersAfter(None) => write!(f, "From its beginning {DIFFERS}."),
            SealVerdict::NotComputed => {
                f.write_str("This run has not been computed to where it was saved, so it cannot be compared.")
            }
        }
    }
}

impl Seal {
    /// The seal of a run that has been computed up to a moment.
    pub fn of(session: &dyn Session, at: Key) -> Seal {
        let trace = session.trace();
        let events = u32::try_from(trace.count_until(at)).unwrap_or(u32::MAX);
        let marks = MARKS.min(events as usize);
        let places = (1..=marks).filter_map(|mark| place(events, marks, mark).checked_sub(1));
        let moments = places.filter_map(|last| timed(trace, last)).map(|(_, key)| key).chain([at]);
        let mut hashes = session.hashes(&moments.collect::<Vec<Key>>());
        let hash = hashes
            .pop()
            .map(|[a, b, c, d, e, f, ..]| ShortHash([a, b, c, d, e, f]))
            .unwrap_or(ShortHash([0; SHORT]));
        Seal {
            at,
            hash,
            events,
            marks: hashes.into_iter().map(|[first, second, ..]| [first, second]).collect(),
        }
    }

    /// The short hash of the run up to the seal's moment.
    pub fn hash(&self) -> ShortHash {
        self.hash
    }

    /// Whether a run is the one that was sealed, and if not, from where it differs.
    pub fn compare(&self, session: &dyn Session) -> SealVerdict {
        let trace = session.trace();
        if trace.reached() < self.at.at.min(session.scenario().until) {
            return SealVerdict::NotComputed;
        }
        if short(session, self.at) == self.hash {
            return SealVerdict::Same;
        }
        // Prefixes agree up to where the runs part, and nowhere behind it: halve the trail.
        let marks: Vec<usize> = (1..=self.marks.len()).collect();
        let agreeing = marks.partition_point(|&mark| {
            mark_of(session, place(self.events, self.marks.len(), mark)) == Some(self.marks[mark - 1])
        });
        let same = if agreeing == 0 { 0 } else { place(self.events, self.marks.len(), agreeing) };
        match timed(trace, same).filter(|&(_, key)| key <= self.at) {
            Some((event, key)) => SealVerdict::DiffersFrom(event, key.at),
            None => SealVerdict::DiffersAfter(
                trace
                    .count_until(self.at)
                    .checked_sub(1)
                    .and_then(|last| timed(trace, last))
                    .map(|(e, k)| (e, k.at)),
            ),
        }
    }

    /// The seal without its moment, as it stands in a link: hash, count of events, trail.
    pub(crate) fn link_parts(&self) -> (String, String) {
        (self.hash.to_string(), format!("{}.{}", self.events, to_hex(self.marks.as_flattened())))
    }

    /// The inverse of [`Seal::link_parts`].
    pub(crate) fn from_link_parts(at: Key, hash: &str, trail: &str) -> Option<Seal> {
        let (events, marks) = trail.split_once('.')?;
        Some(Seal { at, hash: read_hash(hash)?, events: events.parse().ok()?, marks: read_marks(marks)? })
    }
}

/// How many events stand at or before a mark (counted from 1).
fn place(events: u32, marks: usize, mark: usize) -> usize {
    (u64::from(events) * mark as u64 / marks as u64) as usize
}

/// The hash up to the event that stands so many places from the beginning.
fn mark_of(session: &dyn Session, events: usize) -> Option<[u8; 2]> {
    let (_, key) = timed(session.trace(), events.checked_sub(1)?)?;
    let [first, second, ..] = session.hash(key);
    Some([first, second])
}

fn timed(trace: &Trace, place: usize) -> Option<(EventId, Key)> {
    let event = *trace.order().get(place)?;
    Some((event, trace.event(event)?.key))
}

fn short(session: &dyn Session, at: Key) -> ShortHash {
    let [a, b, c, d, e, f, ..] = session.hash(at);
    ShortHash([a, b, c, d, e, f])
}

fn read_hash(text: &str) -> Option<ShortHash> {
    from_hex(text)?.try_into().ok().map(ShortHash)
}

fn read_marks(text: &str) -> Option<Vec<[u8; 2]>> {
    if text.len() > MARKS_MAX * 4 || !text.len().is_multiple_of(4) {
        return None;
    }
    Some(from_hex(text)?.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect())
}

mod short_hash {
    use super::*;

    pub(super) fn serialize<S: Serializer>(hash: &ShortHash, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(hash)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ShortHash, D::Error> {
        let text = String::deserialize(from)?;
        read_hash(&text).ok_or_else(|| serde::de::Error::custom("a short hash has 12 hex digits"))
    }
}

mod trail {
    use super::*;

    pub(super) fn serialize<S: Serializer>(marks: &[[u8; 2]], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&to_hex(marks.as_flattened()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<[u8; 2]>, D::Error> {
        let text = String::deserialize(from)?;
        read_marks(&text).ok_or_else(|| serde::de::Error::custom("a trail has 4 hex digits a mark"))
    }
}
