//! What must hold, watched from outside: AC1 to AC3 of §7.3.

use std::collections::{BTreeMap, BTreeSet};

use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};

use super::messages::{Decision, Record, Txn};
use super::participant::Uncertain;
use super::{State, TwoPhaseCommit};

/// What a process newly did.
enum News {
    /// It voted yes.
    Yes(Txn),
    /// It decided: wrote so, or went by it.
    Decided(Txn, Decision),
}

/// Finds what is new at a node: what its memory holds since the last event, and what its log has grown by.
#[derive(Debug, Default)]
struct Watch {
    nodes: BTreeMap<NodeId, Last>,
}

#[derive(Debug, Default)]
struct Last {
    uncertain: OrdMap<Txn, Uncertain>,
    decided: OrdMap<Txn, Decision>,
    log: usize,
}

impl Watch {
    fn news(&mut self, seen: &Seen<'_, TwoPhaseCommit>) -> Vec<News> {
        let mut news = Vec::new();
        if seen.event.node.is_client() {
            return news;
        }
        let last = self.nodes.entry(seen.event.node).or_default();
        let (uncertain, decided) = match seen.state {
            Some(State::Coordinator(coordinator)) => (OrdMap::new(), coordinator.decided.clone()),
            Some(State::Participant(participant)) => {
                (participant.uncertain.clone(), participant.decided.clone())
            }
            Some(State::Client(_)) | None => (OrdMap::new(), OrdMap::new()),
        };
        if !last.uncertain.ptr_eq(&uncertain) {
            news.extend(added(&last.uncertain, &uncertain).map(|(txn, _)| News::Yes(txn)));
            last.uncertain = uncertain;
        }
        if !last.decided.ptr_eq(&decided) {
            news.extend(added(&last.decided, &decided).map(|(txn, decision)| News::Decided(txn, decision)));
            last.decided = decided;
        }
        let log = &seen.stable.dt_log;
        news.extend(log.iter().skip(last.log).filter_map(|record| match *record {
            Record::Yes { txn } => Some(News::Yes(txn)),
            Record::Decided { txn, decision } => Some(News::Decided(txn, decision)),
            Record::Start { .. } | Record::End { .. } => None,
        }));
        last.log = log.len();
        news
    }
}

/// What is in the newer map and not, or otherwise, in the older. The cost is that of the difference.
fn added<'a, V: Copy + PartialEq>(
    older: &'a OrdMap<Txn, V>,
    newer: &'a OrdMap<Txn, V>,
) -> impl Iterator<Item = (Txn, V)> + 'a {
    older.diff(newer).filter_map(|item| match item {
        DiffItem::Add(txn, value) | DiffItem::Update { new: (txn, value), .. } => Some((*txn, *value)),
        DiffItem::Remove(..) => None,
    })
}

/// AC1 and AC2: *all processes that reach a decision reach the same one*, and none reverses its own.
///
/// A decision counts once it is on a disk, or in the memory of a process that goes by it; and it has been reached for
/// ever, even if that process forgets it.
#[derive(Debug, Default)]
pub struct Atomicity {
    watch: Watch,
    first: BTreeMap<Txn, (Decision, EventId)>,
    broken: bool,
}

impl Monitor<TwoPhaseCommit> for Atomicity {
    fn name(&self) -> &'static str {
        "atomicity"
    }

    fn observe(&mut self, seen: Seen<'_, TwoPhaseCommit>, report: &mut Report<'_>) {
        for item in self.watch.news(&seen) {
            let News::Decided(txn, decision) = item else { continue };
            let &mut (first, event) = self.first.entry(txn).or_insert((decision, seen.event));
            if first == decision || self.broken {
                continue;
            }
            self.broken = true;
            let (one, other) = (event.node, seen.event.node);
            let text = if one == other {
                format!("{one} decided to {first} {txn}, and later to {decision} it.")
            } else {
                format!("{one} decided to {first} {txn}, but {other} decided to {decision} it.")
            };
            report.violated(text, [event]);
        }
    }
}

/// AC3: *the commit decision can only be reached if all processes voted yes*.
#[derive(Debug, Default)]
pub struct Unanimity {
    watch: Watch,
    yes: BTreeMap<Txn, BTreeSet<NodeId>>,
    broken: bool,
}

impl Monitor<TwoPhaseCommit> for Unanimity {
    fn name(&self) -> &'static str {
        "unanimity"
    }

    fn observe(&mut self, seen: Seen<'_, TwoPhaseCommit>, report: &mut Report<'_>) {
        let node = seen.event.node;
        for item in self.watch.news(&seen) {
            let txn = match item {
                News::Yes(txn) => {
                    self.yes.entry(txn).or_default().insert(node);
                    continue;
                }
                News::Decided(_, Decision::Abort) => continue,
                News::Decided(txn, Decision::Commit) => txn,
            };
            let yes = self.yes.entry(txn).or_default();
            let missing = seen.protocol.participants().into_iter().find(|node| !yes.contains(node));
            if let Some(missing) = missing.filter(|_| !self.broken) {
                self.broken = true;
                report.violated(
                    format!("{node} decided to commit {txn}, though {missing} never voted yes."),
                    [],
                );
            }
        }
    }
}
