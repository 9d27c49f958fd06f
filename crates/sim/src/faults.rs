//! Random faults with rates: known before the run begins, so that nothing that happens in it can change them.
//!
//! Time is cut into slots, eight to the mean time between two faults. Whether a fault begins in a slot, when, and how long
//! it lasts follows from the seed, the node (or link) and the slot's number alone. Each becomes what a script entry would
//! be, with [`EntryId::CHANCE`] where that has its number.

use serde::Serialize;

use crate::chance::{Chance, below};
use crate::ids::{EntryId, NodeId};
use crate::scenario::{Action, Entry, How, Scenario};
use crate::sorted::Set;
use crate::time::Ns;

/// So many slots to the mean time between two faults.
const SLOTS: u64 = 8;

/// A kind of fault that befalls servers (or links between servers) at random.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What happens.
    pub what: What,
    /// The mean time between two such faults at one server, or on one direction of one link between two servers.
    pub every: Ns,
    /// It lasts at least so long.
    pub min: Ns,
    /// It lasts at most so long; absent: to the end of the run. Of [`What::Clock`], which has no end: how far the clock is
    /// set at most, ahead or behind, and `min` how far at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Ns>,
    /// Of [`What::Slow`] alone: how long each step takes meanwhile.
    #[serde(skip_serializing_if = "is_zero")]
    pub step: Ns,
}

fn is_zero(span: &Ns) -> bool {
    *span == Ns::ZERO
}

/// What happens at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A server stops; when it is over it starts again from its disk.
    Crash,
    /// A server stops and loses its disk; when it is over it starts again, empty.
    Amnesia,
    /// A server stands still.
    Pause,
    /// A server's machine is suspended: it stands still, and its clocks with it.
    Suspend,
    /// A server takes [`Fault::step`] for each of its steps.
    Slow,
    /// One direction of a link between two servers is cut.
    Cut,
    /// A server's wall clock is set, ahead of its monotonic clock or behind it.
    Clock,
    /// A server equivocates, or is silent to one other.
    Byzantine,
}

impl Fault {
    fn slot(&self) -> u64 {
        (self.every.0 / SLOTS).max(1)
    }

    /// How many draws it takes up to a time.
    pub(crate) fn draws(&self, servers: u16, until: Ns) -> u64 {
        let servers = u64::from(servers);
        let places = if self.what == What::Cut { servers * (servers - 1) } else { servers };
        (until.0 / self.slot() + 1).saturating_mul(places)
    }

    /// What happens, and what ends it.
    fn actions(
        &self,
        node: NodeId,
        to: NodeId,
        lasts: u64,
        end: Option<Ns>,
        which: u64,
    ) -> [Option<Action>; 2] {
        let (how, field, value) = (How::Equivocate, None, None);
        match self.what {
            What::Crash => [Some(Action::Crash { node }), Some(Action::Recover { node })],
            What::Amnesia => [Some(Action::Amnesia { node }), Some(Action::Recover { node })],
            What::Pause | What::Suspend => {
                let vm = self.what == What::Suspend;
                [Some(Action::Pause { node, vm }), Some(Action::Resume { node })]
            }
            What::Slow => [self.step, Ns::ZERO].map(|step| Some(Action::Slow { node, step })),
            What::Cut => [Some(Action::Cut { from: node, to, until: end }), None],
            What::Clock => {
                let far = lasts as i64;
                let offset = Some(if which.is_multiple_of(2) { far } else { -far });
                [Some(Action::clock(node, offset, None)), None]
            }
            What::Byzantine if which.is_multiple_of(2) && to != node => {
                let (how, to) = (How::Silent, Some(to));
                [Some(Action::Byzantine { node, how, to, field, value, until: end }), None]
            }
            What::Byzantine => {
                [Some(Action::Byzantine { node, how, to: None, field, value, until: end }), None]
            }
        }
    }
}

/// All random faults of a scenario, as entries of a script.
pub(crate) fn entries(scenario: &Scenario) -> Vec<Entry> {
    let chance = Chance::new(scenario.seed);
    let mut entries = Vec::new();
    // No two things of chance happen to one node at one instant: the later one waits for a nanosecond.
    let mut taken = Set::new();
    for (fault, place) in scenario.faults.iter().zip(0..) {
        let slot = fault.slot();
        let is_link = fault.what == What::Cut;
        let servers = || (0..scenario.nodes).map(NodeId::server);
        let places = servers().flat_map(|from| servers().map(move |to| (from, to)));
        for (node, to) in places.filter(|(from, to)| (from == to) != is_link) {
            for number in 0..=scenario.until.0 / slot {
                let mut draw = chance.fault(node, to, place, number);
                if below(&mut draw, fault.every.0) >= slot {
                    continue;
                }
                let at = Ns(number * slot + below(&mut draw, slot));
                let lasts =
                    fault.min.0 + below(&mut draw, fault.max.unwrap_or_default().since(fault.min).0 + 1);
                let which = below(&mut draw, 1 << 32);
                let other = NodeId::server(below(&mut draw, u64::from(scenario.nodes)) as u16);
                // A cut is an event of the receiver.
                let (felt, to) = if is_link { (to, to) } else { (node, other) };
                let mut free = |mut at: Ns| {
                    while !taken.insert((felt, at)) {
                        at = at + Ns(1);
                    }
                    at
                };
                let at = free(at);
                let end = fault.max.map(|_| free(at + Ns(lasts.max(1))));
                let [begins, ends] = fault.actions(node, to, lasts, end, which);
                let ends = end.zip(ends);
                for (at, action) in begins.map(|begins| (at, begins)).into_iter().chain(ends) {
                    entries.push(Entry { id: EntryId::CHANCE, at, rank: 0, action });
                }
            }
        }
    }
    entries
}
