//! Two runs side by side: from when on they differ, and by how much.

use crate::ids::NodeId;
use crate::order::Key;
use crate::time::Ns;
use crate::trace::{EventRecord, Trace};

/// Where two runs part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parting {
    /// The first event that only one of them has; `None`: they are the same.
    pub at: Option<Key>,
    /// How many events the first one has that the other has not.
    pub only_first: usize,
    /// How many the other one has that the first has not.
    pub only_second: usize,
}

impl Parting {
    /// Compares two runs line by line: what a node has done differently once shapes all that it does after, so each line
    /// has a part in common and then none. What a run has not computed yet does not count as different: both are looked
    /// at as far as both have come.
    pub fn of(first: &Trace, second: &Trace) -> Parting {
        let reached = first.reached().min(second.reached());
        let mut parting = Parting::default();
        for node in
            first.nodes().iter().chain(second.nodes().iter().filter(|&node| first.lane(node).is_none()))
        {
            let (one, other) = (line(first, node, reached), line(second, node, reached));
            let common = one.iter().zip(other).take_while(|(one, other)| one == other).count();
            parting.only_first += one.len() - common;
            parting.only_second += other.len() - common;
            let next = [one.get(common), other.get(common)].into_iter().flatten().map(|event| event.key);
            parting.at = parting.at.into_iter().chain(next).min();
        }
        parting
    }
}

/// The events of a node up to a time.
fn line(trace: &Trace, node: NodeId, reached: Ns) -> &[EventRecord] {
    let events = trace.lane(node).map_or(&[][..], |lane| &lane.events);
    &events[..events.partition_point(|event| event.at() <= reached)]
}
