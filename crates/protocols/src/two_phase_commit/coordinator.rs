//! The coordinator: asks for votes, decides, and sees to it that everybody hears (§7.4).

use imbl::OrdMap;
use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::protocol::Ctx;
use lightcone_sim::sorted::{Map, Set};

use super::messages::{Decision, Msg, Record, Timer, Txn, Vote};
use super::{TwoPhaseCommit, Variant, log};

/// The coordinator's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Coordinator {
    /// Transactions that are not over.
    pub open: Map<Txn, Open>,
    /// What was decided.
    pub decided: OrdMap<Txn, Decision>,
    /// What became of each client's call, so that a repeated call is not run twice.
    pub by_op: OrdMap<OpId, Txn>,
}

/// How far a transaction has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Open {
    /// Participants do their work.
    Working {
        /// For whom.
        op: OpId,
        /// Who is not done.
        missing: Set<NodeId>,
    },
    /// Phase one: votes were asked for.
    Voting {
        /// For whom.
        op: OpId,
        /// Who has not voted.
        missing: Set<NodeId>,
    },
    /// Phase two: decided, and telling.
    Telling {
        /// What.
        decision: Decision,
        /// Who has not acknowledged.
        missing: Set<NodeId>,
    },
}

impl Open {
    fn op(&self) -> Option<OpId> {
        match self {
            Open::Working { op, .. } | Open::Voting { op, .. } => Some(*op),
            Open::Telling { .. } => None,
        }
    }
}

fn send_all(to: impl IntoIterator<Item = NodeId>, msg: &Msg, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
    for node in to {
        ctx.send(node, msg.clone());
    }
}

impl TwoPhaseCommit {
    /// What a coordinator does on each message.
    pub(super) fn coordinator_hears(
        &self,
        coordinator: &mut Coordinator,
        from: NodeId,
        msg: &Msg,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        match *msg {
            Msg::Run { op, ref no } => self.on_run(coordinator, op, no, ctx),
            Msg::Done { txn } => self.on_done(coordinator, from, txn, ctx),
            Msg::Vote { txn, vote } => self.on_vote(coordinator, from, txn, vote, ctx),
            Msg::Ack { txn } => self.on_ack(coordinator, from, txn, ctx),
            Msg::DecisionRequest { txn } => coordinator.on_decision_request(from, txn, ctx),
            Msg::Work { .. } | Msg::VoteRequest { .. } | Msg::Decision { .. } | Msg::Outcome { .. } => {}
        }
    }

    /// A client wants a transaction: number it, and hand out the work.
    fn on_run(
        &self,
        coordinator: &mut Coordinator,
        op: OpId,
        no: &[NodeId],
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        if let Some(&txn) = coordinator.by_op.get(&op) {
            match coordinator.decided.get(&txn) {
                Some(&decision) => ctx.send(op.client, Msg::Outcome { op, txn, decision }),
                None => ctx.note(|| format!("That is {txn}, and it is under way: {} will hear.", op.client)),
            }
            return;
        }
        let txn = Txn(ctx.stable().last_txn.0.saturating_add(1));
        ctx.persist(|disk| disk.last_txn = txn);
        coordinator.by_op.insert(op, txn);
        coordinator.open.insert(txn, Open::Working { op, missing: self.participants() });
        for node in self.participants() {
            ctx.send(node, Msg::Work { txn, breaks_a_rule: no.contains(&node) });
        }
        ctx.set_timer(Timer::Votes(txn), self.params.vote_timeout, self.params.vote_timeout);
    }

    fn on_done(
        &self,
        coordinator: &mut Coordinator,
        from: NodeId,
        txn: Txn,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        let Some(Open::Working { op, missing }) = coordinator.open.get_mut(&txn) else { return };
        missing.remove(&from);
        if missing.is_empty() {
            let op = *op;
            self.request_votes(coordinator, op, txn, ctx);
        }
    }

    /// Phase one: write start-2pc, then ask everybody.
    fn request_votes(
        &self,
        coordinator: &mut Coordinator,
        op: OpId,
        txn: Txn,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        ctx.note(|| {
            format!("All have done their work on {txn}: can all commit? First my log says that I ask, in case I crash.")
        });
        log(Record::Start { txn, op }, ctx);
        coordinator.open.insert(txn, Open::Voting { op, missing: self.participants() });
        send_all(self.participants(), &Msg::VoteRequest { txn }, ctx);
        ctx.set_timer(Timer::Votes(txn), self.params.vote_timeout, self.params.vote_timeout);
    }

    fn on_vote(
        &self,
        coordinator: &mut Coordinator,
        from: NodeId,
        txn: Txn,
        vote: Vote,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        let Some(Open::Voting { missing, .. }) = coordinator.open.get_mut(&txn) else {
            return ctx.note(|| format!("{from}'s {vote} on {txn} decides nothing any more."));
        };
        match vote {
            Vote::No => {
                ctx.note(|| format!("{from} cannot commit {txn}: so nobody may."));
                self.decide(coordinator, txn, Decision::Abort, ctx);
            }
            Vote::Yes => {
                missing.remove(&from);
                if missing.is_empty() {
                    ctx.note(|| {
                        format!(
                            "All voted yes on {txn}: commit. It is decided when it is on my disk, not before."
                        )
                    });
                    self.decide(coordinator, txn, Decision::Commit, ctx);
                }
            }
        }
    }

    /// Work or votes are missing. Nobody can have committed, so it is safe to abort.
    pub(super) fn on_votes_timeout(
        &self,
        coordinator: &mut Coordinator,
        txn: Txn,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        let Some(Open::Working { missing, .. } | Open::Voting { missing, .. }) = coordinator.open.get(&txn)
        else {
            return;
        };
        ctx.note(|| {
            let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
            format!(
                "{} kept me waiting too long. Nobody can have committed {txn} yet: abort.",
                names.join(", ")
            )
        });
        self.decide(coordinator, txn, Decision::Abort, ctx);
    }

    /// Phase two: write the decision, then tell it.
    fn decide(
        &self,
        coordinator: &mut Coordinator,
        txn: Txn,
        decision: Decision,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        // Broken: a crash makes the coordinator forget what others may already have carried out.
        if self.params.variant != Variant::DecisionNotForced {
            log(Record::Decided { txn, decision }, ctx);
        }
        coordinator.decided.insert(txn, decision);
        let before = coordinator.open.insert(txn, Open::Telling { decision, missing: self.participants() });
        send_all(self.participants(), &Msg::Decision { txn, decision }, ctx);
        if let Some(op) = before.and_then(|open| open.op()) {
            ctx.send(op.client, Msg::Outcome { op, txn, decision });
        }
        ctx.cancel(Timer::Votes(txn));
        ctx.set_timer(Timer::Acks(txn), self.params.ack_timeout, self.params.ack_timeout);
    }

    fn on_ack(
        &self,
        coordinator: &mut Coordinator,
        from: NodeId,
        txn: Txn,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        let Some(Open::Telling { decision, missing }) = coordinator.open.get_mut(&txn) else { return };
        let decision = *decision;
        missing.remove(&from);
        if !missing.is_empty() {
            return;
        }
        coordinator.open.remove(&txn);
        if self.params.variant == Variant::DecisionNotForced {
            log(Record::Decided { txn, decision }, ctx);
        }
        ctx.note(|| {
            format!("Everybody knows that the decision on {txn} was to {decision}: nothing is left to do.")
        });
        log(Record::End { txn }, ctx);
        ctx.cancel(Timer::Acks(txn));
    }

    /// Some have not acknowledged: the decision or the acknowledgement was lost, or they are down.
    pub(super) fn on_acks_timeout(
        &self,
        coordinator: &mut Coordinator,
        txn: Txn,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        let Some(Open::Telling { decision, missing }) = coordinator.open.get(&txn) else { return };
        send_all(missing.iter().copied(), &Msg::Decision { txn, decision: *decision }, ctx);
        ctx.set_timer(Timer::Acks(txn), self.params.ack_timeout, self.params.ack_timeout);
    }

    /// Reads the log after a crash, or an empty one at the beginning.
    pub(super) fn recover_coordinator(&self, ctx: &mut Ctx<'_, TwoPhaseCommit>) -> Coordinator {
        let mut coordinator = Coordinator::default();
        for record in ctx.stable().dt_log.clone() {
            match record {
                Record::Start { txn, op } => {
                    coordinator.by_op.insert(op, txn);
                    coordinator.open.insert(txn, Open::Voting { op, missing: self.participants() });
                }
                Record::Decided { txn, decision } => {
                    coordinator.decided.insert(txn, decision);
                    coordinator.open.insert(txn, Open::Telling { decision, missing: self.participants() });
                }
                Record::End { txn } => {
                    coordinator.open.remove(&txn);
                }
                Record::Yes { .. } => {}
            }
        }
        let open = coordinator.open.clone();
        for (&txn, open) in open.iter() {
            if let Open::Telling { decision, .. } = open {
                ctx.note(|| {
                    format!("My log says {decision} {txn}, but not that everybody knows: I tell them again.")
                });
                self.on_acks_timeout(&mut coordinator, txn, ctx);
            } else {
                ctx.note(|| {
                    format!(
                        "My log says that I asked for votes on {txn}, and no decision: so I told none. Abort."
                    )
                });
                self.decide(&mut coordinator, txn, Decision::Abort, ctx);
            }
        }
        coordinator
    }
}

impl Coordinator {
    /// An uncertain participant asks.
    fn on_decision_request(&self, from: NodeId, txn: Txn, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        if let Some(&decision) = self.decided.get(&txn) {
            return ctx.send(from, Msg::Decision { txn, decision });
        }
        if self.open.contains_key(&txn) {
            return ctx.note(|| format!("{txn} is not decided yet: {from} must wait."));
        }
        ctx.note(|| format!("My log knows nothing of {txn}, so I never decided to commit it: abort."));
        ctx.send(from, Msg::Decision { txn, decision: Decision::Abort });
    }
}
