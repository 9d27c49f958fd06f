//! Transactions, votes, decisions, log records, and what is said.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{NodeId, OpId};

/// A transaction's number, given by the coordinator, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Txn(pub u64);

impl fmt::Display for Txn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}", self.0)
    }
}

/// What a participant says to the question whether it can commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vote {
    /// It can, whatever happens to it from now on.
    Yes,
    /// It cannot.
    No,
}

impl fmt::Display for Vote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Vote::Yes => "yes",
            Vote::No => "no",
        })
    }
}

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// It becomes permanent.
    Commit,
    /// It never happened.
    Abort,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Decision::Commit => "commit",
            Decision::Abort => "abort",
        })
    }
}

/// A record of the distributed transaction log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// Coordinator: votes are about to be asked for. Holds the client's call, so that it is never run twice.
    Start {
        /// Which transaction.
        txn: Txn,
        /// Whose call it is.
        op: OpId,
    },
    /// Participant: it is about to vote yes.
    Yes {
        /// On which transaction.
        txn: Txn,
    },
    /// What was decided.
    Decided {
        /// On which transaction.
        txn: Txn,
        /// What.
        decision: Decision,
    },
    /// Coordinator: everybody has acknowledged the decision.
    End {
        /// On which transaction.
        txn: Txn,
    },
}

impl Record {
    /// The transaction that it is about.
    pub fn txn(self) -> Txn {
        match self {
            Record::Start { txn, .. }
            | Record::Yes { txn }
            | Record::Decided { txn, .. }
            | Record::End { txn } => txn,
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Record::Start { txn, .. } => write!(f, "start-2pc {txn}"),
            Record::Yes { txn } => write!(f, "yes {txn}"),
            Record::Decided { txn, decision } => write!(f, "{decision} {txn}"),
            Record::End { txn } => write!(f, "end {txn}"),
        }
    }
}

/// What nodes send one another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// Client to coordinator: run a transaction.
    Run {
        /// The client's call.
        op: OpId,
        /// Participants at which the work cannot be committed.
        no: Vec<NodeId>,
    },
    /// Coordinator to participant: do your part of the transaction.
    Work {
        /// Which.
        txn: Txn,
        /// Whether it breaks a rule of the participant, who will vote no.
        breaks_a_rule: bool,
    },
    /// Participant to coordinator: the work is done, and can still be undone.
    Done {
        /// Which.
        txn: Txn,
    },
    /// VOTE-REQ: can you commit?
    VoteRequest {
        /// Which.
        txn: Txn,
    },
    /// YES or NO.
    Vote {
        /// On which transaction.
        txn: Txn,
        /// What.
        vote: Vote,
    },
    /// COMMIT or ABORT: from the coordinator, or from a participant who was asked.
    Decision {
        /// On which transaction.
        txn: Txn,
        /// What.
        decision: Decision,
    },
    /// Participant to coordinator: the decision is carried out.
    Ack {
        /// On which transaction.
        txn: Txn,
    },
    /// DECISION-REQ: an uncertain participant asks.
    DecisionRequest {
        /// About which transaction.
        txn: Txn,
    },
    /// Coordinator to client.
    Outcome {
        /// The client's call.
        op: OpId,
        /// Which transaction it became.
        txn: Txn,
        /// How it ended.
        decision: Decision,
    },
}

impl Msg {
    /// What could be lied about: a vote (yes is 1) and a decision (commit is 1).
    pub(super) fn facts(&self) -> Vec<(&'static str, i64)> {
        match self {
            Msg::Vote { vote, .. } => vec![("vote", i64::from(*vote == Vote::Yes))],
            Msg::Decision { decision, .. } | Msg::Outcome { decision, .. } => {
                vec![("decision", i64::from(*decision == Decision::Commit))]
            }
            _ => Vec::new(),
        }
    }

    /// The message with the other vote or decision.
    pub(super) fn with_fact(&self, name: &str, value: i64) -> Option<Msg> {
        let mut msg = self.clone();
        let is_yes = value.rem_euclid(2) == 1;
        match (&mut msg, name) {
            (Msg::Vote { vote, .. }, "vote") => *vote = if is_yes { Vote::Yes } else { Vote::No },
            (Msg::Decision { decision, .. } | Msg::Outcome { decision, .. }, "decision") => {
                *decision = if is_yes { Decision::Commit } else { Decision::Abort };
            }
            _ => return None,
        }
        Some(msg)
    }
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Coordinator: work or votes are missing.
    Votes(Txn),
    /// Coordinator: acknowledgements are missing.
    Acks(Txn),
    /// Participant: the work is done and no vote was asked for.
    VoteRequest(Txn),
    /// Participant: voted yes, and knows no decision.
    Decision(Txn),
    /// Client: no answer.
    Outcome,
}

/// What clients call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Run a transaction; these participants will have to vote no.
    Run {
        /// Who votes no.
        no: Vec<NodeId>,
    },
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Op::Run { no } = self;
        if no.is_empty() {
            return f.write_str("run");
        }
        let names: Vec<String> = no.iter().map(ToString::to_string).collect();
        write!(f, "run no={}", names.join(","))
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(text: &str) -> Result<Op, String> {
        let bad = || "write `run`, or `run no=B,C` with the participants that vote no".to_owned();
        let rest = text.trim().strip_prefix("run").ok_or_else(bad)?;
        if rest.is_empty() {
            return Ok(Op::Run { no: Vec::new() });
        }
        let names =
            rest.strip_prefix(' ').and_then(|rest| rest.trim().strip_prefix("no=")).ok_or_else(bad)?;
        let mut no = Vec::new();
        for name in names.split(',') {
            let node: NodeId =
                name.trim().parse().map_err(|bad: lightcone_sim::ids::BadId| bad.to_string())?;
            if node.is_client() {
                return Err(format!("{node} is a client and has no vote; participants are B, C, …"));
            }
            if !no.contains(&node) {
                no.push(node);
            }
        }
        Ok(Op::Run { no })
    }
}

/// What clients are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ret {
    /// Which transaction the call became.
    pub txn: Txn,
    /// How it ended.
    pub decision: Decision,
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decision {
            Decision::Commit => write!(f, "committed {}", self.txn),
            Decision::Abort => write!(f, "aborted {}", self.txn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_read_back() {
        for text in ["run", "run no=B", "run no=B,C"] {
            assert_eq!(text.parse::<Op>().unwrap().to_string(), text);
        }
        assert_eq!(" run  no=B, C,B".parse::<Op>().unwrap().to_string(), "run no=B,C");
        for text in ["", "walk", "running", "run no", "run no=", "run no=c1", "run no=b", "run B"] {
            assert!(text.parse::<Op>().is_err(), "{text}");
        }
    }
}
