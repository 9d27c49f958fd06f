//! A version vector whose entries can grow old and be dropped (DeCandia et al. 2007, §4.4, end).

use std::fmt;

use lightcone_sim::ids::NodeId;
use lightcone_sim::sorted::{Map, sort_by_key};
use lightcone_sim::stamp::version::{Dot, VersionVector};
use lightcone_sim::time::LocalNs;

/// A version vector, and for each entry when it was last counted up, by the wall clock of the server that did it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Clock {
    vector: VersionVector,
    counted: Map<NodeId, LocalNs>,
}

impl Clock {
    /// The vector.
    pub fn vector(&self) -> &VersionVector {
        &self.vector
    }

    /// One event more of this one: the count is now this, which is not less than before.
    pub fn count(&mut self, dot: Dot, now: LocalNs) {
        self.vector.learn(dot);
        self.counted.insert(dot.by, now);
    }

    /// Knows all that the other knows as well.
    pub fn merge(&mut self, other: &Clock) {
        self.vector.merge(&other.vector);
        for (&by, &when) in &other.counted {
            let counted = self.counted.get_or_insert(by, when);
            *counted = when.max(*counted);
        }
    }

    /// Drops what was counted longest ago, until so many entries are left; 0: drops nothing. What it has dropped.
    pub fn prune(&mut self, keep: u32) -> Vec<NodeId> {
        let surplus = match keep {
            0 => 0,
            keep => self.vector.len().saturating_sub(keep as usize),
        };
        let mut entries: Vec<(LocalNs, NodeId)> =
            self.counted.iter().map(|(&by, &when)| (when, by)).collect();
        sort_by_key(&mut entries, |entry| *entry);
        let dropped: Vec<NodeId> = entries.into_iter().take(surplus).map(|(_, by)| by).collect();
        for by in &dropped {
            self.vector.forget(*by);
            self.counted.remove(by);
        }
        dropped
    }
}

/// A vector alone: nothing in it is ever dropped.
impl From<VersionVector> for Clock {
    fn from(vector: VersionVector) -> Clock {
        Clock { vector, counted: Map::new() }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.vector, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(number: u16, count: u64) -> Dot {
        Dot { by: NodeId::client(number), count }
    }

    #[test]
    fn what_was_counted_longest_ago_is_dropped_first() {
        let mut clock = Clock::default();
        clock.count(dot(0, 1), 30);
        clock.count(dot(1, 5), 10);
        clock.count(dot(2, 1), 20);
        assert_eq!(clock.prune(0), []);
        assert_eq!(clock.prune(3), []);
        assert_eq!(clock.prune(1), [NodeId::client(1), NodeId::client(2)]);
        assert_eq!(clock.to_string(), "{c1:1}");
    }

    #[test]
    fn an_entry_is_as_young_as_the_younger_of_two() {
        let (mut one, mut other) = (Clock::default(), Clock::default());
        one.count(dot(0, 1), 30);
        one.count(dot(1, 1), 20);
        other.count(dot(1, 2), 40);
        one.merge(&other);
        assert_eq!(one.prune(1), [NodeId::client(0)]);
        assert_eq!(one.to_string(), "{c2:2}");
    }
}
