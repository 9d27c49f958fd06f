//! Version vectors (Parker et al., *Detection of Mutual Inconsistency in Distributed Systems*, 1983): for each who makes
//! events, how many of them are known. Vector clocks are the same value in another use.

use std::fmt;

use super::Relation;
use crate::ids::NodeId;
use crate::sorted::Map;

/// An event by who made it, and which of theirs it was, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot<K = NodeId> {
    /// Who.
    pub by: K,
    /// Which.
    pub count: u64,
}

impl<K: fmt::Display> fmt::Display for Dot<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.by, self.count)
    }
}

/// How many events of each are known: always the first so many. Who is not in it has the count 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VersionVector<K = NodeId> {
    counts: Map<K, u64>, // None is 0, so that equal vectors are equal values.
}

impl<K> VersionVector<K> {
    /// Nothing is known.
    pub const fn new() -> VersionVector<K> {
        VersionVector { counts: Map::new() }
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

impl<K: Ord + Copy> VersionVector<K> {
    /// How many events of this one are known.
    pub fn count(&self, by: K) -> u64 {
        self.counts.get(&by).copied().unwrap_or(0)
    }

    /// All that have an entry, with their counts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (K, u64)> {
        self.counts.iter().map(|(&by, &count)| (by, count))
    }

    /// One more event of this one is known: the event.
    pub fn increment(&mut self, by: K) -> Dot<K> {
        let count = self.counts.or_default(by);
        *count += 1;
        Dot { by, count: *count }
    }

    /// This event is known, and all before it by the same.
    pub fn learn(&mut self, dot: Dot<K>) {
        if dot.count > self.count(dot.by) {
            self.counts.insert(dot.by, dot.count);
        }
    }

    /// All that the other knows is known as well.
    pub fn merge(&mut self, other: &VersionVector<K>) {
        for (by, count) in other.iter() {
            self.learn(Dot { by, count });
        }
    }

    /// Drops an entry, as if no event of this one were known.
    pub fn forget(&mut self, by: K) {
        self.counts.remove(&by);
    }

    /// Whether this event is known.
    pub fn knows(&self, dot: Dot<K>) -> bool {
        dot.count <= self.count(dot.by)
    }

    /// Whether the other knows all that is known here.
    pub fn leq(&self, other: &VersionVector<K>) -> bool {
        self.iter().all(|(by, count)| other.knows(Dot { by, count }))
    }

    /// How the two lie to one another.
    pub fn compare(&self, other: &VersionVector<K>) -> Relation {
        Relation::of(self.leq(other), other.leq(self))
    }
}

impl<K> Default for VersionVector<K> {
    fn default() -> VersionVector<K> {
        VersionVector::new()
    }
}

impl<K: Ord + Copy> FromIterator<Dot<K>> for VersionVector<K> {
    /// Knows all of these events, and all before them.
    fn from_iter<I: IntoIterator<Item = Dot<K>>>(dots: I) -> VersionVector<K> {
        let mut vector = VersionVector::new();
        dots.into_iter().filter(|dot| dot.count > 0).for_each(|dot| vector.learn(dot));
        vector
    }
}

/// As the papers write it: `{A:2, c1:1}`.
impl<K: Ord + Copy + fmt::Display> fmt::Display for VersionVector<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (place, (by, count)) in self.iter().enumerate() {
            write!(f, "{}{}", if place == 0 { "" } else { ", " }, Dot { by, count })?;
        }
        f.write_str("}")
    }
}
