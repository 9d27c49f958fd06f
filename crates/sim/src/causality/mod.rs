//! What could have caused what: Lamport's happens-before of a run, cones and cuts, read from its vector clocks.
//!
//! An activation happens before another event if it stands earlier on the same line, or if a chain of messages leads from
//! it or from what follows it on its line to the other or to what precedes that (Lamport, *Time, Clocks, and the Ordering
//! of Events in a Distributed System*, 1978). The entry `V[c]` of an event's vector says how many activations of c lie in
//! its past, and so answers that in O(log n) for n nodes, however long the run is.
//!
//! What happens to a node from outside (it crashes, stands still, its clock is set, a link to it is cut) ticks no clock.
//! Such an event stands on its line between two activations: its past is that of the one before it, its future begins with
//! the one after it. So a crash happens before all that the node does after its recovery and whoever hears of that, and
//! two ends of one cut, which no message joins, are concurrent.
//!
//! A **cut** is a place on each line: how many of its events lie before it, in the order of [`Trace::lanes`]; lines that
//! are left out have none. It is consistent if whatever happened before one of its events is in it, too.

pub mod ghost;

use crate::ids::{EventId, MsgId, NodeId};
use crate::trace::{Cause, Trace};

impl Trace {
    /// The vector clock of an activation, a number for each node in order; empty for environment events.
    pub fn vector(&self, id: EventId) -> Vec<u32> {
        let (Some(event), Some(lane)) = (self.event(id), self.nodes.index(id.node)) else {
            return Vec::new();
        };
        if !event.kind.is_activation() {
            return Vec::new();
        }
        let mut row = self.vectors.row(self.root(lane, event.activation), self.nodes.len());
        row[lane] = event.activation;
        row
    }

    /// How many bytes all vector clocks of the run take.
    pub fn vector_bytes(&self) -> usize {
        let roots: usize = self.lanes.iter().map(|lane| size_of_val(&lane.vectors[..])).sum();
        self.vectors.bytes() + roots
    }

    /// How many activations of a node have happened before an event, or are that event: an entry of its vector clock. An
    /// environment event has that of the activation before it. 0 if there is no such event or node. O(log nodes).
    pub fn heard(&self, id: EventId, of: NodeId) -> u32 {
        let (Some(event), Some(lane), Some(of)) =
            (self.event(id), self.nodes.index(id.node), self.nodes.index(of))
        else {
            return 0;
        };
        self.entry(lane, event.activation, of)
    }

    /// Whether one event could have caused the other. O(log nodes).
    pub fn happens_before(&self, first: EventId, then: EventId) -> bool {
        let (Some(event), Some(_)) = (self.event(first), self.event(then)) else { return false };
        if first.node == then.node {
            return first.index < then.index;
        }
        // What follows an environment event is the activation after it.
        let from = event.activation + u32::from(!event.kind.is_activation());
        self.heard(then, first.node) >= from
    }

    /// Whether neither of two events could have caused the other, and they are two. O(log nodes).
    pub fn concurrent(&self, one: EventId, other: EventId) -> bool {
        let exist = self.event(one).is_some() && self.event(other).is_some();
        exist && one != other && !self.happens_before(one, other) && !self.happens_before(other, one)
    }

    /// The past cone of an event: how many events of each node it holds, the event itself included; a consistent cut.
    /// Another event lies in it if its index is not greater. O(nodes · log events).
    pub fn past(&self, id: EventId) -> Vec<u32> {
        let seen = |(node, lane): (NodeId, &crate::trace::Lane)| match self.heard(id, node) {
            _ if self.event(id).is_none() => 0,
            _ if node == id.node => id.index,
            0 => 0,
            seen => lane.events.partition_point(|event| event.activation < seen) as u32 + 1,
        };
        self.lanes().map(seen).collect()
    }

    /// The future cone of an event, on one line: the index of the first event there that it happens before. Whatever comes
    /// after that on this line lies in the cone, too. O(log events · log nodes).
    pub fn first_after(&self, id: EventId, node: NodeId) -> Option<u32> {
        let count = self.lane(node)?.events.len() as u32;
        let index = first(count, |index| self.happens_before(id, EventId { node, index }));
        (index <= count).then_some(index)
    }

    /// The latest consistent cut that has no event which the given one has not. O(nodes² · log events · log nodes).
    pub fn latest_consistent(&self, cut: &[u32]) -> Vec<u32> {
        self.places(cut).map(|(_, count, seen)| seen.map_or(count, |index| index - 1)).collect()
    }

    /// Whether all that happened before an event of this cut is in it, too. O(nodes² · log nodes) if it is so.
    pub fn is_consistent(&self, cut: &[u32]) -> bool {
        self.places(cut).all(|(_, _, seen)| seen.is_none())
    }

    /// A message that the cut has as received and not as sent: there is one where it is not consistent, and then this is
    /// the one received first. (A copy is sent by the event that sent the message.)
    pub fn orphan(&self, cut: &[u32]) -> Option<MsgId> {
        let seen = self.places(cut).filter_map(|(node, _, seen)| self.event(EventId { node, index: seen? }));
        match seen.min_by_key(|event| event.key)?.cause {
            Cause::Message(id) => Some(id),
            _ => None,
        }
    }

    /// Each line with its place in a cut, and the first of its events up to there that has heard of something beyond the
    /// cut, if one has.
    fn places<'a>(&'a self, cut: &'a [u32]) -> impl Iterator<Item = (NodeId, u32, Option<u32>)> + 'a {
        let counts = self.lanes.iter().zip(cut.iter().copied().chain(std::iter::repeat(0)));
        let counts: Vec<u32> = counts.map(|(lane, count)| count.min(lane.events.len() as u32)).collect();
        let activations: Vec<u32> = std::iter::zip(&self.lanes, &counts)
            .map(|(lane, &count)| match count {
                0 => 0,
                count => lane.events[count as usize - 1].activation,
            })
            .collect();
        (0..self.lanes.len()).map(move |place| {
            let events = &self.lanes[place].events;
            let beyond = |index: u32, of: usize| {
                self.entry(place, events[index as usize - 1].activation, of) > activations[of]
            };
            let count = counts[place];
            let others = (0..self.lanes.len()).filter(|&of| count > 0 && of != place && beyond(count, of));
            let seen = others.map(|of| first(count, |index| beyond(index, of))).min();
            (self.nodes.at(place), count, seen)
        })
    }

    /// An entry of a node's vector clock after so many of its activations.
    fn entry(&self, lane: usize, activations: u32, of: usize) -> u32 {
        if of == lane { activations } else { self.vectors.get(self.root(lane, activations), of) }
    }

    /// A node's vector clock after so many of its activations.
    fn root(&self, lane: usize, activations: u32) -> u32 {
        crate::vectors::after(&self.lanes[lane].vectors, activations)
    }
}

/// The first of the numbers from 1 to `count` for which it is so, given that it stays so; `count + 1` if for none.
fn first(count: u32, is_so: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (1, count + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_so(middle) { high = middle } else { low = middle + 1 }
    }
    low
}
