//! What must hold, watched from outside: agreement and validity (§2.1).

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::{Map, Set};

use super::messages::{Op, Proposal, Value};
use super::{Paxos, Stable, State};

/// *Only a single value is chosen*: at most one value is ever accepted by a majority in one ballot, or learned.
///
/// Acceptances are history: an acceptor that goes on to accept something else, or loses its disk, has still accepted.
#[derive(Clone, Debug, Default)]
pub struct Agreement {
    /// What each acceptor's disk said last.
    last: Map<NodeId, Proposal>,
    /// Who ever accepted what, and where.
    accepted: Map<Proposal, Map<NodeId, EventId>>,
    /// What each server knew last.
    learned: Map<NodeId, Value>,
    /// The first decision.
    first: Option<Decision>,
    broken: bool,
}

/// A value that was chosen, or that someone takes for chosen.
#[derive(Clone, Debug)]
struct Decision {
    value: Value,
    how: String,
    evidence: Vec<EventId>,
}

impl Agreement {
    /// If an acceptor has newly accepted, and a majority now has: the decision.
    fn newly_chosen(&mut self, seen: &Seen<'_, Paxos>) -> Option<Decision> {
        let node = seen.event.node;
        let proposal = seen.stable.accepted.as_ref();
        if self.last.get(&node) == proposal {
            return None;
        }
        let Some(proposal) = proposal else {
            self.last.remove(&node);
            return None;
        };
        self.last.insert(node, proposal.clone());
        let who = self.accepted.or_default(proposal.clone());
        who.get_or_insert(node, seen.event);
        if who.len() < seen.protocol.majority() {
            return None;
        }
        let names: Vec<String> = who.keys().map(ToString::to_string).collect();
        Some(Decision {
            value: proposal.value.clone(),
            how: format!(
                "{} was chosen in ballot {} by {}",
                proposal.value,
                proposal.ballot,
                names.join(", ")
            ),
            evidence: who.values().copied().collect(),
        })
    }

    /// If a server has newly learned a value: the decision that it believes in.
    fn newly_learned(&mut self, seen: &Seen<'_, Paxos>) -> Option<Decision> {
        let node = seen.event.node;
        let learned = learned(seen);
        if self.learned.get(&node) == learned {
            return None;
        }
        let Some(value) = learned else {
            self.learned.remove(&node);
            return None;
        };
        self.learned.insert(node, value.clone());
        Some(Decision {
            value: value.clone(),
            how: format!("{node} learned that {value} was chosen"),
            evidence: vec![seen.event],
        })
    }

    fn decide(&mut self, decision: Decision, report: &mut Report<'_>) {
        let Some(first) = &self.first else {
            self.first = Some(decision);
            return;
        };
        if first.value == decision.value || self.broken {
            return;
        }
        self.broken = true;
        let text = format!("Two values were chosen: {}, but {}.", first.how, decision.how);
        report.violated(text, first.evidence.iter().chain(&decision.evidence).copied());
    }
}

fn learned<'a>(seen: &Seen<'a, Paxos>) -> Option<&'a Value> {
    match seen.state {
        Some(State::Server(server)) => server.learner.learned.as_ref(),
        Some(State::Client(_)) | None => None,
    }
}

impl Monitor<Paxos> for Agreement {
    fn name(&self) -> &'static str {
        "agreement"
    }

    fn observe(&mut self, seen: Seen<'_, Paxos>, report: &mut Report<'_>) {
        if let Some(decision) = self.newly_chosen(&seen) {
            self.decide(decision, report);
        }
        if let Some(decision) = self.newly_learned(&seen) {
            self.decide(decision, report);
        }
    }
}

/// *Only a value that has been proposed may be chosen*: whatever is accepted or learned, a client asked for.
#[derive(Clone, Debug, Default)]
pub struct Validity {
    proposed: Set<Value>,
    broken: bool,
}

impl Monitor<Paxos> for Validity {
    fn name(&self) -> &'static str {
        "validity"
    }

    fn observe(&mut self, seen: Seen<'_, Paxos>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if let Some(Op::Propose(value)) = seen.asked {
            self.proposed.insert(value.clone());
        }
        let Stable { accepted, .. } = seen.stable;
        let accepted = accepted.as_ref().map(|proposal| (&proposal.value, "accepted"));
        let learned = learned(&seen).map(|value| (value, "learned"));
        for (value, how) in accepted.into_iter().chain(learned) {
            if !self.broken && !self.proposed.contains(value) {
                self.broken = true;
                report.violated(format!("{node} {how} {value}, which no client ever proposed."), []);
            }
        }
    }
}
