//! What consensus promises: that learners agree, that what they learn was proposed, and that they can still learn something.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::{Map, Set};

use super::{Op, State, Value, Variant, Vote};

/// No two learners learn different values.
pub(super) const AGREEMENT: &str = "agreement";
/// Only what was proposed is learned.
pub(super) const NONTRIVIALITY: &str = "nontriviality";
/// Some value can still get enough votes, or has them.
pub(super) const DECIDABLE: &str = "still decidable";

pub(super) fn all() -> Vec<Box<dyn Monitor<Vote>>> {
    vec![Box::new(Agreement::default()), Box::new(Nontriviality::default()), Box::new(Decidable::default())]
}

/// Why no value can be chosen any more, if it is so: the votes of each acceptor, and whoever has not voted may vote for any.
pub(super) fn split<'a>(protocol: &Vote, votes: impl Iterator<Item = &'a [Value]>) -> Option<String> {
    if protocol.params.recovery || protocol.params.variant != Variant::FirstHeard {
        return None;
    }
    let (mut counts, mut open) = ([0_usize; Value::ALL.len()], usize::from(protocol.nodes.servers));
    for votes in votes {
        if !votes.is_empty() && protocol.params.liars == 0 {
            open -= 1;
        }
        for &value in votes {
            counts[value as usize] += 1;
        }
    }
    if counts.iter().any(|count| count + open >= protocol.quorum()) {
        return None;
    }
    let words = Value::ALL.into_iter().filter(|value| counts[*value as usize] > 0);
    let words: Vec<String> = words.map(|value| format!("{} for {value}", counts[value as usize])).collect();
    let (words, quorum) = (words.join(", "), protocol.quorum());
    Some(format!("No value can get {quorum} votes any more: there are {words}, and {open} to come."))
}

/// What a client has learned.
fn learned(state: Option<&State>) -> Option<Value> {
    match state {
        Some(State::Client(client)) => client.learned,
        _ => None,
    }
}

#[derive(Clone, Debug, Default)]
struct Agreement {
    first: Option<(Value, EventId)>,
    is_broken: bool,
}

impl Monitor<Vote> for Agreement {
    fn name(&self) -> &'static str {
        AGREEMENT
    }

    fn observe(&mut self, seen: Seen<'_, Vote>, report: &mut Report<'_>) {
        let Some(value) = learned(seen.state) else { return };
        let &mut (first, event) = self.first.get_or_insert((value, seen.event));
        if first != value && !self.is_broken {
            self.is_broken = true;
            let text =
                format!("{} has learned {first}, and {} has learned {value}.", event.node, seen.event.node);
            report.violated(text, [event]);
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Nontriviality {
    proposed: Set<Value>,
    is_broken: bool,
}

impl Monitor<Vote> for Nontriviality {
    fn name(&self) -> &'static str {
        NONTRIVIALITY
    }

    fn observe(&mut self, seen: Seen<'_, Vote>, report: &mut Report<'_>) {
        if let Some(Op::Propose(value)) = seen.asked {
            self.proposed.insert(*value);
        }
        let invented = learned(seen.state).filter(|value| !self.proposed.contains(value));
        if let Some(value) = invented.filter(|_| !self.is_broken) {
            self.is_broken = true;
            report.violated(format!("{} has learned {value}, which nobody proposed.", seen.event.node), []);
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Decidable {
    votes: Map<NodeId, (Vec<Value>, EventId)>,
    is_broken: bool,
}

impl Monitor<Vote> for Decidable {
    fn name(&self) -> &'static str {
        DECIDABLE
    }

    fn observe(&mut self, seen: Seen<'_, Vote>, report: &mut Report<'_>) {
        let (node, votes) = (seen.event.node, &seen.stable.votes);
        let is_known = self.votes.get(&node).is_some_and(|(known, _)| known == votes);
        if votes.is_empty() || is_known || self.is_broken {
            return;
        }
        self.votes.insert(node, (votes.clone(), seen.event));
        if let Some(text) = split(seen.protocol, self.votes.iter().map(|(_, (votes, _))| votes.as_slice())) {
            self.is_broken = true;
            report.violated(text, self.votes.iter().map(|(_, (_, event))| *event));
        }
    }
}
