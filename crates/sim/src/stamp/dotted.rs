//! Dotted version vectors (Preguiça, Baquero, Almeida, Fonte and Gonçalves, *Dotted Version Vectors: Logical Clocks for
//! Optimistic Replication*, 2010), and sets of them (Almeida, Gonçalves, Baquero and Fonte, *Scalable and Accurate Causality
//! Tracking for Eventually Consistent Stores*, DAIS 2014).
//!
//! A write has a **dot**, an event of the server that took it in, and a **past**, what its writer had read. A version
//! vector alone would merge the two, and with the dot claim all earlier events of that server as well, which other clients
//! made and this one never saw.

use std::fmt;

use super::Relation;
use super::version::{Dot, VersionVector};
use crate::ids::NodeId;
use crate::sorted::Map;

/// One write: its own event, apart from all that its writer knew.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dvv<K = NodeId> {
    dot: Dot<K>,
    past: VersionVector<K>,
}

impl<K: Ord + Copy> Dvv<K> {
    /// A write that `by` takes in, which has so far taken in `known` (`update` of the 2010 paper): of one who has read
    /// `past`.
    pub fn update(past: VersionVector<K>, known: &VersionVector<K>, by: K) -> Dvv<K> {
        let count = known.count(by).max(past.count(by)) + 1;
        Dvv { dot: Dot { by, count }, past }
    }

    /// The write's own event.
    pub fn dot(&self) -> Dot<K> {
        self.dot
    }

    /// What its writer knew.
    pub fn past(&self) -> &VersionVector<K> {
        &self.past
    }

    /// Whether the other write is this one, or its writer knew of this one.
    pub fn leq(&self, other: &Dvv<K>) -> bool {
        self.dot == other.dot || other.past.knows(self.dot)
    }

    /// How the two lie to one another.
    pub fn compare(&self, other: &Dvv<K>) -> Relation {
        Relation::of(self.leq(other), other.leq(self))
    }

    /// What one knows who reads all of these.
    pub fn context<'a>(writes: impl IntoIterator<Item = &'a Dvv<K>>) -> VersionVector<K>
    where
        K: 'a,
    {
        writes.into_iter().fold(VersionVector::new(), |mut context, write| {
            context.merge(&write.past);
            context.learn(write.dot);
            context
        })
    }

    /// The writes of two replicas without those that another one has overwritten.
    pub fn sync(one: &[Dvv<K>], other: &[Dvv<K>]) -> Vec<Dvv<K>> {
        let stays = |write: &Dvv<K>, others: &[Dvv<K>]| !others.iter().any(|other| write.lt(other));
        let ours = one.iter().filter(|write| stays(write, other));
        let theirs = other.iter().filter(|write| stays(write, one) && !one.contains(write));
        ours.chain(theirs).cloned().collect()
    }

    fn lt(&self, other: &Dvv<K>) -> bool {
        self.compare(other) == Relation::Before
    }
}

/// As the 2010 paper has it: the dot beside the past.
impl<K: Ord + Copy + fmt::Display> fmt::Display for Dvv<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}){}", self.dot, self.past)
    }
}

/// All writes that a replica holds of one key, under one clock: for each server how many of its events are known, and the
/// values of the last of these that nobody has overwritten. So a value's dot costs nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DvvSet<V, K = NodeId> {
    columns: Map<K, Column<V>>,
}

/// What is known of one server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Column<V> {
    /// How many of its events.
    count: u64,
    /// The values of the last of them, the newest first.
    values: Vec<V>,
}

impl<V> DvvSet<V, NodeId> {
    /// Nothing has been written.
    pub const fn new() -> DvvSet<V, NodeId> {
        DvvSet { columns: Map::new() }
    }
}

impl<V: Clone, K: Ord + Copy> DvvSet<V, K> {
    /// What one knows who reads it (`join` of the 2014 paper).
    pub fn context(&self) -> VersionVector<K> {
        self.columns.iter().map(|(&by, column)| Dot { by, count: column.count }).collect()
    }

    /// The values that nobody has overwritten, each with its dot.
    pub fn values(&self) -> impl Iterator<Item = (Dot<K>, &V)> {
        self.columns.iter().flat_map(|(&by, column)| {
            let counts = (1..=column.count).rev();
            counts.zip(&column.values).map(move |(count, value)| (Dot { by, count }, value))
        })
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.columns.values().map(|column| column.values.len()).sum()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops the values that this context covers (`discard`). What is known stays known.
    pub fn discard(&mut self, context: &VersionVector<K>) {
        for (&by, column) in self.columns.iter_mut() {
            let newer = column.count.saturating_sub(context.count(by));
            column.values.truncate(usize::try_from(newer).unwrap_or(usize::MAX));
        }
    }

    /// What `by` holds once it has taken in a value from one who had read `context` (`update`: `discard`, then `event`).
    /// The value's dot.
    pub fn update(&mut self, context: &VersionVector<K>, value: V, by: K) -> Dot<K> {
        self.discard(context);
        for (by, count) in context.iter() {
            let column = self.column(by);
            // Of what the context knows beyond this replica no value is here to be kept.
            column.count = column.count.max(count);
        }
        let column = self.column(by);
        column.count += 1;
        column.values.insert(0, value);
        Dot { by, count: column.count }
    }

    /// All that either replica knows, without what the other knows to be overwritten (`sync`).
    pub fn sync(&mut self, other: &DvvSet<V, K>) {
        for (&by, theirs) in &other.columns {
            let ours = self.column(by);
            let (newer, older) = if ours.count >= theirs.count { (&*ours, theirs) } else { (theirs, &*ours) };
            // Of what both know, only what both still have: the older one's oldest value is the oldest that is left.
            let ahead = usize::try_from(newer.count - older.count).unwrap_or(usize::MAX);
            let kept = newer.values.len().min(ahead.saturating_add(older.values.len()));
            *ours = Column { count: newer.count, values: newer.values[..kept].to_vec() };
        }
    }

    fn column(&mut self, by: K) -> &mut Column<V> {
        self.columns.get_or_insert(by, Column { count: 0, values: Vec::new() })
    }
}

impl<V, K> Default for DvvSet<V, K> {
    fn default() -> DvvSet<V, K> {
        DvvSet { columns: Map::new() }
    }
}
