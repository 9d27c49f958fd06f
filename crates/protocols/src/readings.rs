//! What the protocols about time have in common: how a reading of a clock is written, and what was acknowledged before what.

use std::collections::{BTreeMap, VecDeque};

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::time::LocalNs;

/// A reading of a clock, or the difference of two, in milliseconds: `1234.5 ms`.
pub(crate) fn ms(ns: LocalNs) -> String {
    let sign = if ns < 0 { "−" } else { "" };
    let (whole, rest) = (ns.unsigned_abs() / 1_000_000, ns.unsigned_abs() % 1_000_000 / 1_000);
    match rest {
        0 => format!("{sign}{whole} ms"),
        rest => format!("{sign}{whole}.{} ms", format!("{rest:03}").trim_end_matches('0')),
    }
}

/// A difference with its sign: `+20 ms`.
pub(crate) fn signed(ns: LocalNs) -> String {
    format!("{}{}", if ns > 0 { "+" } else { "" }, ms(ns))
}

/// For monitors: the greatest of what had been acknowledged when an operation began. Each client has one operation under
/// way at a time and begins them in the order in which it was asked.
#[derive(Clone, Debug)]
pub(crate) struct RealTime<T> {
    /// The greatest that was acknowledged, and where.
    most: Option<(T, EventId)>,
    clients: BTreeMap<NodeId, Asked<T>>,
}

#[derive(Clone, Debug)]
struct Asked<T> {
    /// Of each operation that it was asked for and has not been told of, oldest first: the greatest before it.
    before: VecDeque<Option<(T, EventId)>>,
    /// How many it has been told of.
    told: u32,
}

impl<T> Default for RealTime<T> {
    fn default() -> RealTime<T> {
        RealTime { most: None, clients: BTreeMap::new() }
    }
}

impl<T: Clone + PartialOrd> RealTime<T> {
    /// A client that is down has forgotten what it was asked for.
    pub fn forget(&mut self, client: NodeId) {
        self.clients.remove(&client);
    }

    /// A client is asked for an operation at this event.
    pub fn begins(&mut self, client: NodeId) {
        let before = self.most.clone();
        self.of(client).before.push_back(before);
    }

    /// A client has been told of so many operations, and of the last one this. The greatest of what had been acknowledged
    /// when that one began, if it has only now been told of it.
    pub fn told(&mut self, event: EventId, told: u32, last: &T) -> Option<(T, EventId)> {
        let client = self.of(event.node);
        if told <= client.told {
            return None;
        }
        client.told = told;
        let before = client.before.pop_front().flatten();
        if self.most.as_ref().is_none_or(|(most, _)| most < last) {
            self.most = Some((last.clone(), event));
        }
        before
    }

    fn of(&mut self, client: NodeId) -> &mut Asked<T> {
        self.clients.entry(client).or_insert_with(|| Asked { before: VecDeque::new(), told: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_written_in_milliseconds() {
        assert_eq!(ms(1_234_500_999), "1234.5 ms");
        assert_eq!(ms(-20_000_000), "−20 ms");
        assert_eq!((signed(7_000_000), signed(-1_000)), ("+7 ms".to_owned(), "−0.001 ms".to_owned()));
    }

    #[test]
    fn what_was_acknowledged_counts_for_what_begins_later_and_not_for_what_has_begun() {
        let (one, two) = (NodeId::client(0), NodeId::client(1));
        let at = |node, index| EventId { node, index };
        let mut times = RealTime::default();
        times.begins(one);
        times.begins(two);
        assert_eq!(times.told(at(one, 2), 1, &7), None);
        assert_eq!(times.told(at(two, 2), 1, &3), None, "it had begun before");
        times.begins(two);
        assert_eq!(times.told(at(two, 4), 2, &5), Some((7, at(one, 2))));
        assert_eq!(times.told(at(two, 5), 2, &5), None, "it was told of that before");
    }
}
