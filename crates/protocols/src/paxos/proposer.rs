//! The proposer: issues numbered proposals (§2.2).
//!
//! Phase 1 learns what this proposer is still free to propose, phase 2 proposes it. If a phase takes too long, or an
//! acceptor says that a higher ballot is on its way, the proposer gives this ballot up, which it may do at any time, and
//! tries again with a higher number after a while. The while is random: two proposers that try again at once only push
//! one another aside for ever (§2.4).

use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Ctx;
use lightcone_sim::sorted::{Map, Set};
use lightcone_sim::time::Ns;

use super::messages::{Ballot, Msg, Proposal, Timer, Value};
use super::{Paxos, Server, Variant};

/// A proposer's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Proposer {
    /// What it would like to see chosen: what its first client asked for.
    pub wish: Option<Value>,
    /// Who is to hear what was chosen.
    pub waiting: Set<NodeId>,
    /// What it is doing.
    pub phase: Phase,
    /// The highest round that it has been turned down for.
    pub seen: u32,
    /// How often in a row it has been turned down.
    pub turned_down: u32,
}

/// What a proposer is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing: nobody wants anything, or all is decided.
    #[default]
    Idle,
    /// Phase 1: collects promises.
    Prepare {
        /// The ballot.
        ballot: Ballot,
        /// Who has promised, and what each had accepted.
        promises: Map<NodeId, Option<Proposal>>,
    },
    /// Phase 2: has proposed, and waits for a majority to accept.
    Accept {
        /// What it proposed.
        proposal: Proposal,
    },
    /// Was turned down, and lets another go first.
    BackOff,
}

impl Phase {
    /// The ballot under way.
    pub fn ballot(&self) -> Option<Ballot> {
        match self {
            Phase::Idle | Phase::BackOff => None,
            Phase::Prepare { ballot, .. } => Some(*ballot),
            Phase::Accept { proposal } => Some(proposal.ballot),
        }
    }
}

/// The back-off grows with the number of failures, but not for ever.
const BACK_OFF_STEPS_MAX: u32 = 8;

impl Paxos {
    /// Someone wants a value chosen.
    pub(super) fn on_request(
        &self,
        server: &mut Server,
        from: NodeId,
        value: &Value,
        ctx: &mut Ctx<'_, Paxos>,
    ) {
        if let Some(chosen) = server.learner.learned.clone() {
            ctx.note(|| format!("{chosen} is chosen already, and nothing else ever will be."));
            return self.send(server, from, Msg::Chosen { value: chosen }, ctx);
        }
        let Some(proposer) = &mut server.proposer else {
            return ctx.note(|| format!("I am no proposer: {from} must ask another server."));
        };
        if from != ctx.me() {
            proposer.waiting.insert(from);
        }
        if let Some(wish) = &proposer.wish {
            return ctx.note(|| format!("I am trying to get {wish} chosen: {from} will hear how that ends."));
        }
        proposer.wish = Some(value.clone());
        self.prepare(server, ctx);
    }

    /// Phase 1a: a new number, and a question to all acceptors.
    fn prepare(&self, server: &mut Server, ctx: &mut Ctx<'_, Paxos>) {
        let promised = server.acceptor.as_ref().and_then(|acceptor| acceptor.promised);
        let Some(proposer) = &mut server.proposer else { return };
        let highest = ctx.stable().round.max(proposer.seen).max(promised.map_or(0, |ballot| ballot.round));
        let ballot = Ballot { round: highest.saturating_add(1), proposer: ctx.me() };
        proposer.phase = Phase::Prepare { ballot, promises: Map::new() };
        ctx.note(|| {
            format!("Ballot {ballot} is above all that I know of. Its round goes to disk first: no number is used twice.")
        });
        ctx.persist(|disk| disk.round = ballot.round);
        self.give_the_phase_time(ctx);
        self.broadcast(server, &self.acceptors.clone(), &Msg::Prepare { ballot }, ctx);
    }

    fn give_the_phase_time(&self, ctx: &mut Ctx<'_, Paxos>) {
        let least = self.params.timeout;
        ctx.set_timer(Timer::Retry, least, least + Ns(least.0 / 2));
    }

    /// Phase 2a: once a majority has promised, propose the value that phase 1 leaves us.
    pub(super) fn on_promise(
        &self,
        server: &mut Server,
        from: NodeId,
        ballot: Ballot,
        accepted: &Option<Proposal>,
        ctx: &mut Ctx<'_, Paxos>,
    ) {
        let (quorum, acceptors) = (self.quorum(), self.acceptors.len());
        let Some(proposer) = &mut server.proposer else { return };
        let Phase::Prepare { ballot: mine, promises } = &mut proposer.phase else { return };
        let Some(wish) = &proposer.wish else { return };
        if *mine != ballot || !self.is_acceptor(from) {
            return; // A promise for a ballot that was given up.
        }
        promises.insert(from, accepted.clone());
        if promises.len() < quorum {
            let so_far = promises.len();
            return ctx.note(|| format!("{so_far} of {acceptors} have promised; I need {quorum}."));
        }
        let proposal = Proposal { ballot, value: self.value_to_propose(promises, wish, ctx) };
        proposer.phase = Phase::Accept { proposal: proposal.clone() };
        self.give_the_phase_time(ctx);
        self.broadcast(server, &self.acceptors.clone(), &Msg::Accept { proposal }, ctx);
    }

    /// P2c: *the value of the highest-numbered proposal among the responses, or any value if there were none*.
    fn value_to_propose(
        &self,
        promises: &Map<NodeId, Option<Proposal>>,
        wish: &Value,
        ctx: &mut Ctx<'_, Paxos>,
    ) -> Value {
        let highest = promises.values().flatten().max_by_key(|proposal| proposal.ballot);
        match (self.params.variant, highest) {
            // Broken: what others have accepted may be chosen already.
            (Variant::IgnoreAccepted, Some(proposal)) => {
                ctx.note(|| {
                    format!("Some have accepted {}, but I would rather have {wish}.", proposal.value)
                });
                wish.clone()
            }
            // Broken: nobody asked for this.
            (Variant::InventValue, None) => {
                ctx.note(|| {
                    "By now a majority has promised and I am free to choose: I make something up.".to_owned()
                });
                Value::new("zero")
            }
            (_, Some(Proposal { ballot, value })) => {
                ctx.note(|| {
                    let own = if *value == *wish {
                        "which I want anyway".to_owned()
                    } else {
                        format!("not my own {wish}")
                    };
                    format!("{value} may have been chosen in {ballot}, so I must propose {value}, {own}.")
                });
                value.clone()
            }
            (_, None) => {
                ctx.note(|| {
                    format!("By now a majority has promised, and none has accepted anything: I may propose {wish}.")
                });
                wish.clone()
            }
        }
    }

    /// An acceptor has promised someone a higher number: this ballot is lost. Step back for a random while.
    pub(super) fn on_nack(
        &self,
        server: &mut Server,
        ballot: Ballot,
        promised: Ballot,
        ctx: &mut Ctx<'_, Paxos>,
    ) {
        let Some(proposer) = &mut server.proposer else { return };
        proposer.seen = proposer.seen.max(promised.round);
        if proposer.phase.ballot() != Some(ballot) {
            return; // About a ballot that was given up already.
        }
        proposer.phase = Phase::BackOff;
        proposer.turned_down = proposer.turned_down.saturating_add(1);
        let least = self.params.back_off;
        let most = Ns(least.0.saturating_mul(u64::from(proposer.turned_down.min(BACK_OFF_STEPS_MAX)) + 1));
        ctx.note(|| format!("{promised} has overtaken {ballot}. I wait a random while, to let it finish."));
        ctx.set_timer(Timer::Retry, least, most);
    }

    /// The ballot took too long, or the back-off is over.
    pub(super) fn on_retry(&self, server: &mut Server, ctx: &mut Ctx<'_, Paxos>) {
        let Some(proposer) = &server.proposer else { return };
        if proposer.wish.is_none() {
            return;
        }
        if let Some(ballot) = proposer.phase.ballot() {
            ctx.note(|| format!("No majority has answered {ballot} in time: I try a higher one."));
        }
        self.prepare(server, ctx);
    }

    /// It is known what was chosen: nothing is left to propose, and those who asked hear of it.
    pub(super) fn settle(&self, server: &mut Server, value: &Value, ctx: &mut Ctx<'_, Paxos>) {
        let Some(proposer) = &mut server.proposer else { return };
        if proposer.wish.take().is_some() {
            ctx.cancel(Timer::Retry);
        }
        proposer.phase = Phase::Idle;
        for to in std::mem::take(&mut proposer.waiting) {
            ctx.send(to, Msg::Chosen { value: value.clone() });
        }
    }
}
