//! Places in a run that one wants to go to: the next change of leader, the next violation, the next event of a node.

use crate::ids::{EventId, NodeId};
use crate::order::Key;
use crate::protocol::{Status, Weight};
use crate::trace::{EventKind, FateKind, Trace};

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landmark {
    /// A node begins to lead, as its lane shows it, or to lead another epoch.
    Leader,
    /// A monitor's first word about something.
    Violation,
    /// Something happens at this node.
    At(NodeId),
    /// A script entry acts on a node, a link or a clock.
    Fault,
    /// A client is told what became of its operation.
    Answer,
    /// A message is lost: by chance, by a cut, or since nobody was there. The event is the one that sent it.
    Loss,
}

impl Trace {
    /// The next event after a moment that is such a place, with its key; for a loss, the sending of what is lost.
    pub fn next_landmark(&self, now: Key, what: Landmark) -> Option<(EventId, Key)> {
        let after = |id: EventId| self.event(id).map(|event| (id, event.key)).filter(|&(_, key)| key > now);
        match what {
            Landmark::Violation => {
                self.violations().iter().filter_map(|broken| after(broken.event)).min_by_key(|found| found.1)
            }
            Landmark::Leader => {
                let lanes = self.nodes().iter().filter_map(|node| Some((node, self.lane(node)?)));
                let risen = lanes.flat_map(|(node, lane)| {
                    let pairs = lane.statuses.iter().enumerate();
                    pairs.filter_map(move |(place, &(index, status))| {
                        let before = place.checked_sub(1).and_then(|before| lane.statuses[before].1);
                        let leads = |status: Option<Status>| {
                            status.filter(|status| status.weight == Weight::Thick).map(|status| status.epoch)
                        };
                        (leads(status).is_some() && leads(status) != leads(before))
                            .then_some(EventId { node, index })
                    })
                });
                risen.filter_map(after).min_by_key(|found| found.1)
            }
            Landmark::At(node) => after(EventId { node, index: self.node_count_until(node, now) + 1 }),
            Landmark::Fault => self.next_event(now, |trace, id| {
                trace
                    .event(id)
                    .is_some_and(|event| !event.kind.is_activation() && event.kind != EventKind::Boot)
            }),
            Landmark::Answer => self
                .ops()
                .filter_map(|op| after(EventId { node: op.id.client, index: op.returned? }))
                .min_by_key(|found| found.1),
            Landmark::Loss => self.next_event(now, |trace, id| {
                let lost = |fate| matches!(fate, FateKind::Dropped | FateKind::Cut | FateKind::ToCrashed);
                let lane = trace.lane(id.node);
                trace.sends(id).any(|seq| {
                    lane.and_then(|lane| lane.messages.get(seq as usize - 1))
                        .is_some_and(|message| lost(message.fate.kind))
                })
            }),
        }
    }

    /// The next event after a moment of which something holds.
    pub fn next_event(&self, now: Key, holds: impl Fn(&Trace, EventId) -> bool) -> Option<(EventId, Key)> {
        let found = self.order()[self.count_until(now)..].iter().copied().find(|&id| holds(self, id))?;
        self.event(found).map(|event| (found, event.key))
    }
}
