//! Two runs over one another: what they have in common, from when on they differ, and by how much.

use crate::ids::{EventId, MsgId, NodeId};
use crate::order::Key;
use crate::session::Session;
use crate::sorted::Map;
use crate::time::Ns;
use crate::trace::{Cause, EventRecord, Trace};

/// What two runs have in common.
///
/// They are compared line by line: what a node has done differently once shapes all that it does after, so each line has
/// a part in common and then none. What a run has not computed yet does not count as different: both are looked at as far
/// as both have come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// How many events of each node both runs have.
    counts: Map<NodeId, u32>,
    parting: Parting,
}

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

impl Common {
    /// Compares two runs. An event is the same if it looks the same from outside, nothing on its line differed before,
    /// and what brought it about was the same: the same words, from an event that is the same itself.
    pub fn of(first: &dyn Session, second: &dyn Session) -> Common {
        let (one, other) = (first.trace(), second.trace());
        let mut common = Common::default();
        // Causes come before effects in the total order, so one pass is enough.
        for &id in one.order() {
            let known = common.count(id.node);
            let same = known + 1 == id.index
                && one.event(id) == other.event(id)
                && one.event(id).is_some_and(|event| common.has_cause((first, second), id, event));
            if same {
                common.counts.insert(id.node, id.index);
            }
        }
        common.parting = common.parting_of(one, other);
        common
    }

    fn has_cause(
        &self,
        (first, second): (&dyn Session, &dyn Session),
        id: EventId,
        event: &EventRecord,
    ) -> bool {
        match event.cause {
            Cause::Message(message) => {
                self.has_sent(first.trace(), message) && first.message(message) == second.message(message)
            }
            Cause::Op(place) => {
                let asked = |session: &dyn Session| {
                    let op = session.trace().lane(id.node)?.ops.get(place as usize)?.id;
                    Some(session.op(op)?.0)
                };
                asked(first) == asked(second)
            }
            Cause::Start | Cause::Timer(_) | Cause::Entry(_) | Cause::Chance => true,
        }
    }

    fn has_sent(&self, trace: &Trace, message: MsgId) -> bool {
        let event = trace.message(message.original()).map_or(0, |record| record.event);
        self.has(EventId { node: message.node, index: event })
    }

    fn parting_of(&self, one: &Trace, other: &Trace) -> Parting {
        let reached = one.reached().min(other.reached());
        let mut parting = Parting::default();
        let more = other.nodes().iter().filter(|&node| one.lane(node).is_none());
        for node in one.nodes().iter().chain(more) {
            let common = self.count(node) as usize;
            let rest = [one, other].map(|trace| line(trace, node, reached).get(common..).unwrap_or_default());
            parting.only_first += rest[0].len();
            parting.only_second += rest[1].len();
            let next = rest.into_iter().filter_map(|events| events.first()).map(|event| event.key);
            parting.at = parting.at.into_iter().chain(next).min();
        }
        parting
    }

    /// How many events of a node both runs have.
    pub fn count(&self, node: NodeId) -> u32 {
        self.counts.get(&node).copied().unwrap_or(0)
    }

    /// Whether both runs have this event.
    pub fn has(&self, id: EventId) -> bool {
        id.index > 0 && id.index <= self.count(id.node)
    }

    /// Whether both runs have this message, and the same becomes of it.
    pub fn has_message(&self, first: &Trace, second: &Trace, id: MsgId) -> bool {
        let record = first.message(id);
        record.is_some_and(|record| {
            let landed = EventId { node: record.to, index: record.fate.event };
            self.has_sent(first, id)
                && second.message(id) == Some(record)
                && (record.fate.event == 0 || self.has(landed))
        })
    }

    /// Where they part.
    pub fn parting(&self) -> Parting {
        self.parting
    }

    /// How many events up to a moment only the first run has, and only the second.
    pub fn only_until(&self, one: &Trace, other: &Trace, now: Key) -> (usize, usize) {
        let now = now.min(Key::end_of(one.reached().min(other.reached())));
        let only = |trace: &Trace| {
            let own = |node| trace.node_count_until(node, now).saturating_sub(self.count(node)) as usize;
            trace.nodes().iter().map(own).sum()
        };
        (only(one), only(other))
    }
}

impl Parting {
    /// Compares two runs.
    pub fn of(first: &dyn Session, second: &dyn Session) -> Parting {
        Common::of(first, second).parting
    }
}

/// The events of a node up to a time.
fn line(trace: &Trace, node: NodeId, reached: Ns) -> &[EventRecord] {
    let events = trace.lane(node).map_or(&[][..], |lane| &lane.events);
    &events[..events.partition_point(|event| event.at() <= reached)]
}
