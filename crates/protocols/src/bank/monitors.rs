//! What must hold of a snapshot, judged by what was recorded alone.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::Map;

use super::messages::{Flow, Part, Snapshot};
use super::{Bank, State};

/// The parts of snapshots, as accounts record them.
#[derive(Clone, Debug, Default)]
struct Album {
    /// When each account recorded its state, and its part once that is complete.
    parts: Map<Snapshot, Map<NodeId, (EventId, Option<Part>)>>,
    /// The last snapshot of each initiator that is whole, and was judged.
    judged: Map<NodeId, Snapshot>,
}

/// A snapshot of which every part is there.
struct Whole {
    snapshot: Snapshot,
    parts: Map<NodeId, (EventId, Part)>,
}

impl Album {
    /// Takes note of an account. Hands out the snapshot that this has completed.
    fn look(&mut self, seen: &Seen<'_, Bank>) -> Option<Whole> {
        let Some(State::Account(account)) = seen.state else { return None };
        let node = seen.event.node;
        let mut whole = None;
        for recording in account.recordings.values() {
            let snapshot = recording.snapshot;
            if self.judged.get(&snapshot.initiator) == Some(&snapshot) {
                continue;
            }
            let parts = self.parts.or_default(snapshot);
            let (_, part) = parts.get_or_insert(node, (seen.event, None));
            if part.is_some() || !recording.open.is_empty() {
                continue;
            }
            *part = Some(recording.part.clone());
            if parts.len() == usize::from(seen.protocol.servers)
                && parts.values().all(|(_, part)| part.is_some())
            {
                let parts =
                    parts.iter().filter_map(|(&node, (event, part))| Some((node, (*event, part.clone()?))));
                whole = Some(Whole { snapshot, parts: parts.collect() });
                self.judged.insert(snapshot.initiator, snapshot);
                self.parts.remove(&snapshot);
            }
        }
        whole
    }
}

impl Whole {
    fn events(&self) -> Vec<EventId> {
        self.parts.values().map(|&(event, _)| event).collect()
    }

    /// The money that was recorded as being on its way between two accounts.
    fn on_the_way(&self, payer: NodeId, receiver: NodeId) -> u64 {
        let part = self.parts.get(&receiver).map(|(_, part)| part);
        part.and_then(|part| part.channels.get(&payer)).into_iter().flatten().sum()
    }

    /// Every channel: payer, receiver, what the payer recorded as paid, what the receiver recorded as got.
    fn channels(&self) -> impl Iterator<Item = (NodeId, NodeId, Flow, Flow)> {
        self.parts.iter().flat_map(move |(&payer, (_, from))| {
            self.parts.iter().map(move |(&receiver, (_, to))| {
                let paid = from.books.paid.get(&receiver).copied().unwrap_or_default();
                (payer, receiver, paid, to.books.got.get(&payer).copied().unwrap_or_default())
            })
        })
    }
}

/// The money that a snapshot counts, on accounts and on channels, is all the money that there is.
#[derive(Clone, Debug, Default)]
pub struct Conserved(Album);

impl Monitor<Bank> for Conserved {
    fn name(&self) -> &'static str {
        "money is conserved"
    }

    fn observe(&mut self, seen: Seen<'_, Bank>, report: &mut Report<'_>) {
        let Some(whole) = self.0.look(&seen) else { return };
        let parts = whole.parts.values().map(|(_, part)| part);
        let counted: u64 = parts.map(|part| part.books.balance + part.on_the_way()).sum();
        let issued = seen.protocol.issued();
        if counted == issued {
            return;
        }
        let gap = whole.channels().find_map(|(payer, receiver, paid, got)| {
            let counted = got.amount + whole.on_the_way(payer, receiver);
            match paid.amount.abs_diff(counted) {
                0 => None,
                gap if counted < paid.amount => {
                    Some(format!(": {gap} that {payer} paid {receiver} are nowhere"))
                }
                gap => Some(format!(": {gap} that {payer} paid {receiver} are counted twice")),
            }
        });
        let gap = gap.unwrap_or_default();
        report.violated(
            format!("Snapshot {} counts {counted} of {issued}{gap}.", whole.snapshot),
            whole.events(),
        );
    }
}

/// The cut is consistent: nothing is recorded as received that is not recorded as sent.
#[derive(Clone, Debug, Default)]
pub struct Consistent(Album);

impl Monitor<Bank> for Consistent {
    fn name(&self) -> &'static str {
        "the cut is consistent"
    }

    fn observe(&mut self, seen: Seen<'_, Bank>, report: &mut Report<'_>) {
        let Some(whole) = self.0.look(&seen) else { return };
        let found = whole.channels().find(|(_, _, paid, got)| got.payments > paid.payments);
        if let Some((payer, receiver, paid, got)) = found {
            let text = format!(
                "In snapshot {}, {receiver} has got {} from {payer} that {payer} has not yet paid.",
                whole.snapshot,
                got.amount.saturating_sub(paid.amount)
            );
            report.violated(text, whole.events());
        }
    }
}
