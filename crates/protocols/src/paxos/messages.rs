//! Ballots, values, and what is said.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use lightcone_sim::ids::NodeId;

/// A proposal's number: rounds first, and the proposer to make it no one else's (§2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ballot {
    /// The round, counted from 1.
    pub round: u32,
    /// Whose it is.
    pub proposer: NodeId,
}

impl fmt::Display for Ballot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.round, self.proposer)
    }
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(Arc<str>);

impl Value {
    /// This text as a value.
    pub fn new(text: &str) -> Value {
        Value(text.into())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value with a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proposal {
    /// Its number.
    pub ballot: Ballot,
    /// What it proposes.
    pub value: Value,
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.ballot, self.value)
    }
}

/// What nodes send one another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// Client to proposer: please get this chosen. Also from a learner that cannot find out otherwise (§2.3).
    Request {
        /// The value.
        value: Value,
    },
    /// Phase 1a.
    Prepare {
        /// The new ballot.
        ballot: Ballot,
    },
    /// Phase 1b.
    Promise {
        /// The ballot that this answers.
        ballot: Ballot,
        /// The highest proposal that the acceptor has accepted.
        accepted: Option<Proposal>,
    },
    /// Phase 2a.
    Accept {
        /// What to accept.
        proposal: Proposal,
    },
    /// Phase 2b; and an acceptor's answer to [`Msg::Ask`].
    Accepted {
        /// What was accepted.
        proposal: Proposal,
    },
    /// Instead of 1b or 2b: too late. An optimisation, but without it a proposer would wait in vain (§2.2, end).
    Nack {
        /// The ballot that this answers.
        ballot: Ballot,
        /// What the acceptor has promised since.
        promised: Ballot,
    },
    /// Learner to acceptors: what have you accepted (§2.3)?
    Ask,
    /// This value is chosen: to a client, or to a learner that asked.
    Chosen {
        /// The value.
        value: Value,
    },
}

/// No forged ballot has a higher round: who hears of it must still be able to begin the next.
const FORGED_ROUND_MAX: i64 = 1_000_000;

impl Msg {
    /// What it says about a ballot, and the value that it carries, if that is a number: what could be lied about.
    pub(super) fn facts(&self) -> Vec<(&'static str, i64)> {
        let (ballot, value) = match self {
            Msg::Request { value } | Msg::Chosen { value } => (None, Some(value)),
            Msg::Prepare { ballot } | Msg::Nack { ballot, .. } => (Some(ballot), None),
            Msg::Promise { ballot, accepted } => (Some(ballot), accepted.as_ref().map(|it| &it.value)),
            Msg::Accept { proposal } | Msg::Accepted { proposal } => {
                (Some(&proposal.ballot), Some(&proposal.value))
            }
            Msg::Ask => (None, None),
        };
        let value = value.and_then(|value| value.0.parse().ok()).map(|value| ("value", value));
        ballot.map(|ballot| ("ballot", i64::from(ballot.round))).into_iter().chain(value).collect()
    }

    /// The message with another round in its ballot, or another number as its value.
    pub(super) fn with_fact(&self, name: &str, number: i64) -> Option<Msg> {
        if !self.facts().iter().any(|(fact, _)| *fact == name) {
            return None;
        }
        let mut msg = self.clone();
        let (ballot, value) = match &mut msg {
            Msg::Request { value } | Msg::Chosen { value } => (None, Some(value)),
            Msg::Prepare { ballot } | Msg::Nack { ballot, .. } => (Some(ballot), None),
            Msg::Promise { ballot, accepted } => (Some(ballot), accepted.as_mut().map(|it| &mut it.value)),
            Msg::Accept { proposal } | Msg::Accepted { proposal } => {
                (Some(&mut proposal.ballot), Some(&mut proposal.value))
            }
            Msg::Ask => (None, None),
        };
        match name {
            "ballot" => ballot?.round = u32::try_from(number).ok().filter(|_| number <= FORGED_ROUND_MAX)?,
            _ => *value? = Value::new(&number.to_string()),
        }
        Some(msg)
    }
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Proposer: the ballot has taken too long, or the back-off is over.
    Retry,
    /// Learner: still knows nothing.
    Ask,
    /// Client: still no answer.
    Resend,
}

/// What clients call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Get this value chosen, or hear what was chosen instead.
    Propose(Value),
}

/// Values are for reading, and stand on arrows.
const VALUE_CHARS_MAX: usize = 40;

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Op::Propose(value) = self;
        write!(f, "propose {value}")
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(text: &str) -> Result<Op, String> {
        let value = text.trim().strip_prefix("propose ").map(str::trim).unwrap_or_default();
        if value.is_empty() {
            return Err("write `propose` and a value, such as `propose tea`".to_owned());
        }
        if value.chars().count() > VALUE_CHARS_MAX {
            return Err(format!("the value to propose is longer than {VALUE_CHARS_MAX} characters"));
        }
        Ok(Op::Propose(Value::new(value)))
    }
}

/// What clients are told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// This value was chosen, which need not be the one proposed.
    Chosen(Value),
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ret::Chosen(value) = self;
        write!(f, "chosen {value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_read_back() {
        let op: Op = "propose  green tea ".parse().unwrap();
        assert_eq!(op.to_string(), "propose green tea");
        assert_eq!(op.to_string().parse(), Ok(op));
        for text in ["", "propose", "propose ", "propos x", &format!("propose {}", "x".repeat(41))] {
            assert!(text.parse::<Op>().is_err(), "{text}");
        }
    }

    #[test]
    fn ballots_order_by_round_before_proposer() {
        let [a, b] = [0, 1].map(NodeId::server);
        let ballot = |round, proposer| Ballot { round, proposer };
        assert!(ballot(1, a) < ballot(1, b) && ballot(1, b) < ballot(2, a));
    }
}
