//! What an account should keep to.

use imbl::{OrdMap, OrdSet};
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};

use super::{Applied, Deposits, Disk, State};

pub(super) fn all() -> Vec<Box<dyn Monitor<Deposits>>> {
    vec![Box::new(Once::default()), Box::new(Order::default()), Box::new(Kept::default())]
}

/// What servers have applied so far, by how much of it has been looked at.
#[derive(Clone, Default)]
struct Looked(OrdMap<NodeId, usize>);

impl Looked {
    /// What a server has applied at this event, and whether it has lost its disk, and begins anew.
    fn at<'a>(
        &mut self,
        server: NodeId,
        disk: &'a Disk,
    ) -> (bool, impl Iterator<Item = &'a Applied> + use<'a>) {
        let (seen, count) = (self.0.get(&server).copied().unwrap_or(0), disk.applied.len());
        if seen != count {
            self.0.insert(server, count);
        }
        (count < seen, disk.applied.iter().skip(seen.min(count)))
    }
}

/// No deposit is applied twice.
#[derive(Clone, Default)]
struct Once {
    looked: Looked,
    applied: OrdMap<(NodeId, NodeId, u32), EventId>,
}

impl Monitor<Deposits> for Once {
    fn name(&self) -> &'static str {
        "at most once"
    }

    fn observe(&mut self, seen: Seen<'_, Deposits>, report: &mut Report<'_>) {
        let server = seen.event.node;
        let (anew, applied) = self.looked.at(server, seen.stable);
        if anew {
            self.applied = std::mem::take(&mut self.applied)
                .into_iter()
                .filter(|((who, ..), _)| *who != server)
                .collect();
        }
        for &Applied { from, number, amount } in applied {
            if let Some(first) = self.applied.insert((server, from, number), seen.event) {
                let text = format!(
                    "{server} applied deposit {number} of {from} twice: {amount} too much is in the account."
                );
                report.violated(text, [first]);
            }
        }
    }
}

/// The deposits of a client are applied in its order.
#[derive(Clone, Default)]
struct Order {
    looked: Looked,
    applied: OrdMap<(NodeId, NodeId), (u32, EventId)>,
}

impl Monitor<Deposits> for Order {
    fn name(&self) -> &'static str {
        "order"
    }

    fn observe(&mut self, seen: Seen<'_, Deposits>, report: &mut Report<'_>) {
        let server = seen.event.node;
        let (anew, applied) = self.looked.at(server, seen.stable);
        if anew {
            self.applied = std::mem::take(&mut self.applied)
                .into_iter()
                .filter(|((who, _), _)| *who != server)
                .collect();
        }
        for &Applied { from, number, .. } in applied {
            let (last, event) = self.applied.get(&(server, from)).copied().unwrap_or((0, seen.event));
            if number < last {
                let text = format!("{server} applied deposit {number} of {from} after its deposit {last}.");
                report.violated(text, [event]);
            } else {
                self.applied.insert((server, from), (number, seen.event));
            }
        }
    }
}

/// What a client was told to be in the account is there.
#[derive(Clone, Default)]
struct Kept {
    /// What each client waits for.
    unanswered: OrdMap<NodeId, OrdSet<u32>>,
    /// Who was told of what.
    answered: OrdMap<(NodeId, u32), EventId>,
    /// What each server has applied.
    applied: OrdMap<NodeId, usize>,
    lost: OrdSet<(NodeId, u32)>,
}

impl Monitor<Deposits> for Kept {
    fn name(&self) -> &'static str {
        "durability"
    }

    fn observe(&mut self, seen: Seen<'_, Deposits>, report: &mut Report<'_>) {
        let node = seen.event.node;
        match seen.state {
            None => drop(self.unanswered.remove(&node)),
            Some(State::Sender(unanswered)) => {
                let now: OrdSet<u32> = unanswered.keys().copied().collect();
                let before = self.unanswered.insert(node, now.clone()).unwrap_or_default();
                for number in before.relative_complement(now) {
                    self.answered.insert((node, number), seen.event);
                }
            }
            Some(State::Receiver) => {
                let count = seen.stable.applied.len();
                let before = self.applied.insert(node, count).unwrap_or(0);
                if count < before {
                    self.look_for(seen, report);
                }
            }
        }
    }
}

impl Kept {
    /// A disk holds less than before: is something missing that was promised?
    fn look_for(&mut self, seen: Seen<'_, Deposits>, report: &mut Report<'_>) {
        let server = seen.event.node;
        for (&(client, number), &told) in &self.answered {
            if !seen.stable.has(client, number) && self.lost.insert((client, number)).is_none() {
                let text = format!(
                    "{client} was told that its deposit {number} is in the account, and {server} has lost it."
                );
                report.violated(text, [told]);
            }
        }
    }
}
