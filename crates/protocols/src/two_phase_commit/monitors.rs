//! What must hold, watched from outside: AC1 to AC3 of §7.3.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::{Map, Set};

use super::messages::{Decision, Record, Txn};
use super::participant::Uncertain;
use super::{State, TwoPhaseCommit};

/// How much of each process's log was read.
#[derive(Clone, Debug, Default)]
struct Reading {
    read: Map<NodeId, usize>,
}

impl Reading {
    /// What a process has written since last time. A log that was lost begins anew.
    fn new_records(&mut self, seen: &Seen<'_, TwoPhaseCommit>) -> Vec<Record> {
        let log = &seen.stable.dt_log;
        let read = self.read.insert(seen.event.node, log.len()).unwrap_or(0);
        (read..log.len()).filter_map(|place| log.get(place).copied()).collect()
    }
}

/// AC1 and AC2: *all processes that reach a decision reach the same one*, and none reverses its own.
///
/// A decision is reached when it is written, and then for ever, even if the disk is lost. One that was only in a memory
/// shows in what those write who were told of it.
#[derive(Clone, Debug, Default)]
pub struct Atomicity {
    reading: Reading,
    first: Map<Txn, (Decision, EventId)>,
    broken: bool,
}

impl Monitor<TwoPhaseCommit> for Atomicity {
    fn name(&self) -> &'static str {
        "atomicity"
    }

    fn observe(&mut self, seen: Seen<'_, TwoPhaseCommit>, report: &mut Report<'_>) {
        for record in self.reading.new_records(&seen) {
            let Record::Decided { txn, decision } = record else { continue };
            let &mut (first, event) = self.first.get_or_insert(txn, (decision, seen.event));
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
///
/// A vote counts even if the voter neglects to write it down.
#[derive(Clone, Debug, Default)]
pub struct Unanimity {
    reading: Reading,
    uncertain: Map<NodeId, Map<Txn, Uncertain>>,
    yes: Map<Txn, Set<NodeId>>,
    broken: bool,
}

impl Unanimity {
    /// Takes note of who is newly uncertain.
    fn note_votes(&mut self, node: NodeId, uncertain: &Map<Txn, Uncertain>) {
        let last = self.uncertain.or_default(node);
        if last == uncertain {
            return;
        }
        for &txn in uncertain.keys().filter(|txn| !last.contains_key(txn)) {
            self.yes.or_default(txn).insert(node);
        }
        *last = uncertain.clone();
    }
}

impl Monitor<TwoPhaseCommit> for Unanimity {
    fn name(&self) -> &'static str {
        "unanimity"
    }

    fn observe(&mut self, seen: Seen<'_, TwoPhaseCommit>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if let Some(State::Participant(participant)) = seen.state {
            self.note_votes(node, &participant.uncertain);
        }
        for record in self.reading.new_records(&seen) {
            // Who crashes with its vote on its way is seen by its log alone.
            if let Record::Yes { txn } = record {
                self.yes.or_default(txn).insert(node);
            }
            let Record::Decided { txn, decision: Decision::Commit } = record else { continue };
            let yes = self.yes.or_default(txn);
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
