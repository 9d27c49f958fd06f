//! The participant: does its work, votes, and carries out what is decided (§7.4).

use imbl::OrdMap;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Ctx;
use lightcone_sim::sorted::Map;
use lightcone_sim::time::LocalNs;

use super::messages::{Decision, Msg, Record, Timer, Txn, Vote};
use super::{COORDINATOR, TwoPhaseCommit, Variant, log};

/// A participant's memory. A transaction is in at most one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Participant {
    /// Work that was done and can still be undone; whether it breaks a rule.
    pub working: Map<Txn, bool>,
    /// Voted yes, and knows no decision.
    pub uncertain: Map<Txn, Uncertain>,
    /// What was decided.
    pub decided: OrdMap<Txn, Decision>,
}

/// The uncertainty window: neither to commit nor to abort is safe, and locks are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Uncertain {
    /// Since when, by its own clock.
    pub since: LocalNs,
    /// How often it has asked in vain: once it has to, it is blocked.
    pub asked: u32,
}

impl Participant {
    /// Whether it still could abort by itself, for it has not voted yes.
    fn has_not_voted(&self, txn: Txn) -> bool {
        !self.uncertain.contains_key(&txn) && !self.decided.contains_key(&txn)
    }

    /// Writes what was decided, and is done with the transaction.
    fn decide(&mut self, txn: Txn, decision: Decision, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        log(Record::Decided { txn, decision }, ctx);
        self.decided.insert(txn, decision);
        if self.working.remove(&txn).is_some() {
            ctx.cancel(Timer::VoteRequest(txn));
        }
        if self.uncertain.remove(&txn).is_some() {
            ctx.cancel(Timer::Decision(txn));
        }
    }
}

impl TwoPhaseCommit {
    /// What a participant does on each message.
    pub(super) fn participant_hears(
        &self,
        participant: &mut Participant,
        from: NodeId,
        msg: &Msg,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        match *msg {
            Msg::Work { txn, breaks_a_rule } => self.on_work(participant, txn, breaks_a_rule, ctx),
            Msg::VoteRequest { txn } => self.on_vote_request(participant, txn, ctx),
            Msg::Decision { txn, decision } => on_decision(participant, txn, decision, ctx),
            Msg::DecisionRequest { txn } => on_decision_request(participant, from, txn, ctx),
            Msg::Run { .. } | Msg::Done { .. } | Msg::Vote { .. } | Msg::Ack { .. } | Msg::Outcome { .. } => {
            }
        }
    }

    /// The transaction's part here. Nothing of it is on disk: a crash undoes it.
    fn on_work(
        &self,
        participant: &mut Participant,
        txn: Txn,
        breaks_a_rule: bool,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        if !participant.has_not_voted(txn) {
            return; // It comes late, or for the second time.
        }
        participant.working.insert(txn, breaks_a_rule);
        ctx.send(COORDINATOR, Msg::Done { txn });
        let wait = self.params.vote_request_timeout;
        ctx.set_timer(Timer::VoteRequest(txn), wait, wait);
    }

    /// Can this participant commit?
    fn on_vote_request(&self, participant: &mut Participant, txn: Txn, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        if let Some(&decision) = participant.decided.get(&txn) {
            let vote = if decision == Decision::Commit { Vote::Yes } else { Vote::No };
            ctx.note(|| format!("I know already that {txn} is to {decision}: my vote is {vote}."));
            return ctx.send(COORDINATOR, Msg::Vote { txn, vote });
        }
        if participant.uncertain.contains_key(&txn) {
            return ctx.send(COORDINATOR, Msg::Vote { txn, vote: Vote::Yes });
        }
        let by_chance = ctx.happens(self.params.no_vote_ppm);
        let objection = match participant.working.get(&txn) {
            None => Some("my work on it is gone"),
            Some(true) => Some("it breaks a rule of mine"),
            Some(false) if by_chance => Some("I cannot promise to"),
            Some(false) => None,
        };
        match objection {
            Some(why) => vote_no(participant, txn, why, ctx),
            None => self.vote_yes(participant, txn, ctx),
        }
    }

    /// YES: from here on this participant is uncertain. It can give its word only for what is on its disk.
    fn vote_yes(&self, participant: &mut Participant, txn: Txn, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        ctx.note(|| {
            format!(
                "I can commit {txn}, and say so: from now on I may neither commit nor abort it on my own."
            )
        });
        // Broken: a crash makes the participant forget its word and its work.
        if self.params.variant != Variant::VoteNotPersisted {
            log(Record::Yes { txn }, ctx);
        }
        participant.working.remove(&txn);
        participant.uncertain.insert(txn, Uncertain { since: ctx.now(), asked: 0 });
        ctx.send(COORDINATOR, Msg::Vote { txn, vote: Vote::Yes });
        ctx.cancel(Timer::VoteRequest(txn));
        self.wait_for_decision(txn, ctx);
    }

    fn wait_for_decision(&self, txn: Txn, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        let wait = self.params.decision_timeout;
        ctx.set_timer(Timer::Decision(txn), wait, wait);
    }

    /// Nobody asked for a vote in time. Not having voted, it is free to abort.
    pub(super) fn on_vote_request_timeout(
        &self,
        participant: &mut Participant,
        txn: Txn,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        if participant.working.contains_key(&txn) {
            ctx.note(|| {
                format!("Nobody asks for my vote on {txn}. As I have not said yes, I am free to abort: I do.")
            });
            participant.decide(txn, Decision::Abort, ctx);
        }
    }

    /// No decision in time: this participant is blocked. All it can do is to ask.
    pub(super) fn on_decision_timeout(
        &self,
        participant: &mut Participant,
        txn: Txn,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        let Some(uncertain) = participant.uncertain.get_mut(&txn) else { return };
        // Broken: everybody else may have committed.
        if self.params.variant == Variant::DecideAlone {
            ctx.note(|| format!("I have waited long enough for a decision on {txn}: I abort."));
            return participant.decide(txn, Decision::Abort, ctx);
        }
        uncertain.asked = uncertain.asked.saturating_add(1);
        ctx.note(|| {
            format!("I am blocked: I said yes to {txn}, so I may not abort it, nor commit before I know that all did. I ask.")
        });
        self.ask(txn, ctx);
    }

    /// The termination protocol: ask the coordinator; the cooperative one: and all the others.
    fn ask(&self, txn: Txn, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        let cooperative = self.params.cooperative;
        for node in ctx.peers().filter(|&node| node == COORDINATOR || cooperative) {
            ctx.send(node, Msg::DecisionRequest { txn });
        }
        self.wait_for_decision(txn, ctx);
    }

    /// Reads the log after a crash, or an empty one at the beginning.
    pub(super) fn recover_participant(&self, ctx: &mut Ctx<'_, TwoPhaseCommit>) -> Participant {
        let mut participant = Participant::default();
        for record in ctx.stable().dt_log.clone() {
            match record {
                Record::Yes { txn } => {
                    participant.uncertain.insert(txn, Uncertain { since: ctx.now(), asked: 1 });
                }
                Record::Decided { txn, decision } => {
                    participant.uncertain.remove(&txn);
                    participant.decided.insert(txn, decision);
                }
                Record::Start { .. } | Record::End { .. } => {}
            }
        }
        for &txn in participant.uncertain.keys() {
            ctx.note(|| {
                format!("My log says that I voted yes on {txn}, and no more. I cannot recover alone: I ask.")
            });
            self.ask(txn, ctx);
        }
        participant
    }
}

/// NO: that settles it, so this participant aborts without waiting for anyone.
fn vote_no(participant: &mut Participant, txn: Txn, why: &str, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
    ctx.note(|| {
        format!(
            "I cannot commit {txn}: {why}. Then nobody can, so I need not wait and abort it here and now."
        )
    });
    participant.decide(txn, Decision::Abort, ctx);
    ctx.send(COORDINATOR, Msg::Vote { txn, vote: Vote::No });
}

/// The decision, from the coordinator or from another participant. The coordinator hears in any case that it came.
fn on_decision(
    participant: &mut Participant,
    txn: Txn,
    decision: Decision,
    ctx: &mut Ctx<'_, TwoPhaseCommit>,
) {
    if participant.uncertain.contains_key(&txn) {
        participant.decide(txn, decision, ctx);
    } else if participant.has_not_voted(txn) {
        if decision == Decision::Commit {
            // Never said yes, and yet it is to commit: its disk has lost the vote, and the work with it.
            ctx.note(|| {
                format!("I am told to commit {txn}, of which I know nothing. I have nothing to commit.")
            });
        }
        participant.decide(txn, Decision::Abort, ctx);
    }
    ctx.send(COORDINATOR, Msg::Ack { txn });
}

/// Another participant is blocked and asks. Who knows, tells; who has not voted, aborts for all.
fn on_decision_request(
    participant: &mut Participant,
    from: NodeId,
    txn: Txn,
    ctx: &mut Ctx<'_, TwoPhaseCommit>,
) {
    if participant.uncertain.contains_key(&txn) {
        return ctx.note(|| format!("I am as uncertain about {txn} as {from} is, and cannot help."));
    }
    if participant.has_not_voted(txn) {
        ctx.note(|| {
            format!(
                "I have not said yes to {txn}, so it cannot have been committed: I abort, which frees {from}."
            )
        });
        participant.decide(txn, Decision::Abort, ctx);
    }
    if let Some(&decision) = participant.decided.get(&txn) {
        ctx.send(from, Msg::Decision { txn, decision });
    }
}
