//! The learner: finds out what was chosen (§2.3).
//!
//! A value is chosen at the moment at which a majority has accepted it in one ballot; nobody is there to see that
//! moment. Learners count what acceptors tell them. A message may have been lost, so a learner that hears nothing asks;
//! and because acceptors remember only the last proposal that they accepted, or are down, the answers may not add up to
//! a majority even if a value is chosen. Then, as the paper has it, the learner has *a proposer issue a proposal*: the
//! new ballot chooses what was chosen before, in front of everybody.

use imbl::OrdMap;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Ctx;
use lightcone_sim::sorted::Set;
use lightcone_sim::time::Ns;

use super::messages::{Msg, Proposal, Timer, Value};
use super::{Paxos, Server, Stable};

/// A learner's memory. Nothing of it need be on disk: acceptors remember.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Learner {
    /// Who has accepted which proposal, as far as it heard, until it knows.
    pub heard: OrdMap<Proposal, Set<NodeId>>,
    /// What was chosen, once it knows.
    pub learned: Option<Value>,
    /// Whether it has asked before.
    pub asked: bool,
}

impl Paxos {
    pub(super) fn boot_learner(&self, server: &mut Server, ctx: &mut Ctx<'_, Paxos>) {
        if *ctx.stable() == Stable::default() {
            return self.ask_later(ctx);
        }
        ctx.note(|| {
            "My disk says that I was here before. Something may have been chosen meanwhile: I ask.".to_owned()
        });
        self.ask(server, ctx);
    }

    fn ask_later(&self, ctx: &mut Ctx<'_, Paxos>) {
        let least = self.params.ask_every;
        ctx.set_timer(Timer::Ask, least, least + Ns(least.0 / 2));
    }

    /// Asks all acceptors; if that did not help before, has a proposer issue a proposal.
    pub(super) fn ask(&self, server: &mut Server, ctx: &mut Ctx<'_, Paxos>) {
        if server.learner.learned.is_some() {
            return;
        }
        self.ask_later(ctx);
        let highest = server.learner.heard.get_max().map(|(proposal, _)| proposal.value.clone());
        if let (true, Some(value)) = (server.learner.asked, highest) {
            let proposer = NodeId::server(ctx.pick(self.proposers.len() as u64) as u16);
            ctx.note(|| {
                format!("What I heard is no majority. If {proposer} has {value} proposed again, I shall hear what is chosen.")
            });
            return self.send(server, proposer, Msg::Request { value }, ctx);
        }
        server.learner.asked = true;
        self.broadcast(server, &self.acceptors.clone(), &Msg::Ask, ctx);
    }

    /// A learner asks what was chosen, or what was accepted here.
    pub(super) fn on_ask(&self, server: &mut Server, from: NodeId, ctx: &mut Ctx<'_, Paxos>) {
        if let Some(value) = server.learner.learned.clone() {
            return self.send(server, from, Msg::Chosen { value }, ctx);
        }
        let accepted = ctx.stable().accepted.clone().filter(|_| server.acceptor.is_some());
        match accepted {
            Some(proposal) => self.send(server, from, Msg::Accepted { proposal }, ctx),
            None => ctx.note(|| "I have accepted nothing, so there is nothing to tell.".to_owned()),
        }
    }

    /// An acceptor has accepted a proposal. With a majority for the same one, it is chosen.
    pub(super) fn on_accepted(
        &self,
        server: &mut Server,
        from: NodeId,
        proposal: &Proposal,
        ctx: &mut Ctx<'_, Paxos>,
    ) {
        let (quorum, acceptors) = (self.quorum(), self.acceptors.len());
        if server.learner.learned.is_some() || !self.is_acceptor(from) {
            return;
        }
        let who = server.learner.heard.entry(proposal.clone()).or_default();
        who.insert(from);
        let (count, Proposal { ballot, value }) = (who.len(), proposal);
        if count < quorum {
            return ctx
                .note(|| format!("{count} of {acceptors} accepted {value} in {ballot}; {quorum} would do."));
        }
        ctx.note(|| {
            format!("{count} of {acceptors} acceptors accepted {value} in {ballot}: it is chosen, for good.")
        });
        self.learn(server, value, ctx);
    }

    /// This value is chosen.
    pub(super) fn learn(&self, server: &mut Server, value: &Value, ctx: &mut Ctx<'_, Paxos>) {
        let learner = &mut server.learner;
        if learner.learned.is_some() {
            return;
        }
        learner.learned = Some(value.clone());
        learner.heard = OrdMap::new();
        if Self::plays(&self.learners, ctx.me()) {
            ctx.cancel(Timer::Ask);
        }
        self.settle(server, value, ctx);
    }
}
