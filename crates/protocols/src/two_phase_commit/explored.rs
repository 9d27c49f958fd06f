//! What must hold in every state, for whoever goes through all of them: AC1 to AC3 of §7.3.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, Milestone, World};
use lightcone_sim::ids::NodeId;

use super::messages::{Decision, Record};
use super::{State, TwoPhaseCommit};

/// AC1 and AC2: all processes that reach a decision reach the same one, and none reverses its own.
const ATOMICITY: &str = "atomicity";
/// AC3: the commit decision can only be reached if all processes voted yes.
const UNANIMITY: &str = "unanimity";

/// A vote, as [`Milestone::about`] has it.
fn vote(txn: u64, node: NodeId) -> u64 {
    txn << 16 | u64::from(node.number())
}

/// Some schedule commits.
const COMMITTED: &str = "a transaction commits";
/// Some schedule aborts.
const ABORTED: &str = "a transaction aborts";

impl Explored for TwoPhaseCommit {
    const PROPERTIES: &'static [&'static str] = &[ATOMICITY, UNANIMITY];
    const LOOKS_AT_ALL: bool = true;
    const SOMETIMES: &'static [&'static str] = &[COMMITTED, ABORTED];

    fn milestones(&self, me: NodeId, local: &Local<TwoPhaseCommit>) -> Vec<Milestone> {
        let yes = |txn: u64| Milestone {
            property: UNANIMITY,
            about: vote(txn, me),
            is: 1,
            text: format!("{me} voted yes on t{txn}"),
        };
        let of = |record: &Record| match *record {
            Record::Decided { txn, decision } => Some(Milestone {
                property: ATOMICITY,
                about: txn.0,
                is: u64::from(decision == Decision::Commit),
                text: format!("{me} decided to {decision} {txn}"),
            }),
            Record::Yes { txn } => Some(yes(txn.0)),
            Record::Start { .. } | Record::End { .. } => None,
        };
        // A vote counts even if the voter neglects to write it down.
        let uncertain = match &local.state {
            Some(State::Participant(participant)) => Some(participant.uncertain.keys()),
            _ => None,
        };
        let uncertain = uncertain.into_iter().flatten().map(|txn| yes(txn.0));
        local.stable.dt_log.iter().filter_map(of).chain(uncertain).collect()
    }

    fn sometimes(&self, _: NodeId, local: &Local<TwoPhaseCommit>) -> Vec<&'static str> {
        let of = |record: &Record| match record {
            Record::Decided { decision: Decision::Commit, .. } => Some(COMMITTED),
            Record::Decided { .. } => Some(ABORTED),
            _ => None,
        };
        local.stable.dt_log.iter().filter_map(of).collect()
    }

    // It looks at milestones alone.
    fn looks_alike(&self, _: &Local<TwoPhaseCommit>, _: &Local<TwoPhaseCommit>) -> bool {
        true
    }

    fn always(&self, world: &World<'_, TwoPhaseCommit>) -> Result<(), Broken> {
        let of = |property| world.milestones.iter().filter(move |milestone| milestone.property == property);
        for decided in of(ATOMICITY).filter(|decided| decided.is == 1) {
            let voted = |node: &NodeId| of(UNANIMITY).any(|yes| yes.about == vote(decided.about, *node));
            if let Some(missing) = self.participants().iter().find(|node| !voted(node)) {
                let text = format!("{}, though {missing} never voted yes.", decided.text);
                return Err(Broken { property: UNANIMITY, text });
            }
        }
        Ok(())
    }
}
