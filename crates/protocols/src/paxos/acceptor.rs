//! The acceptor: remembers (§2.2).
//!
//! It may do two things, and needs to know only two numbers for it. It may answer any `prepare` above what it has
//! promised; and (P1a) it may accept a proposal numbered n *if and only if it has not responded to a prepare request
//! having a number greater than n*. Both must be on disk before the answer leaves, for a proposer builds on the answer
//! whether or not the acceptor lives on (§2.5).

use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Ctx;

use super::messages::{Ballot, Msg, Proposal};
use super::{Paxos, Server, Stable, Variant};

/// An acceptor's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Acceptor {
    /// It accepts nothing below this. The same as on disk, unless a mistake keeps it from getting there.
    pub promised: Option<Ballot>,
}

impl Acceptor {
    pub(super) fn boot(stable: &Stable) -> Acceptor {
        Acceptor { promised: stable.promised }
    }
}

impl Paxos {
    /// Phase 1b: promise, and tell what was accepted.
    pub(super) fn on_prepare(
        &self,
        server: &mut Server,
        from: NodeId,
        ballot: Ballot,
        ctx: &mut Ctx<'_, Paxos>,
    ) {
        let Some(acceptor) = &mut server.acceptor else { return };
        if let Some(promised) = acceptor.promised.filter(|&promised| promised > ballot) {
            ctx.note(|| {
                format!("I promised {promised} to accept nothing below it, so {ballot} comes too late.")
            });
            return self.send(server, from, Msg::Nack { ballot, promised }, ctx);
        }
        self.promise(acceptor, ballot, ctx);
        let accepted = ctx.stable().accepted.clone();
        ctx.note(|| match &accepted {
            None => format!("I promise to accept nothing below {ballot}. I have accepted nothing so far."),
            Some(proposal) => format!(
                "I promise to accept nothing below {ballot}. I have accepted {} in {}: whoever proposes now must know.",
                proposal.value, proposal.ballot
            ),
        });
        self.send(server, from, Msg::Promise { ballot, accepted }, ctx);
    }

    fn promise(&self, acceptor: &mut Acceptor, ballot: Ballot, ctx: &mut Ctx<'_, Paxos>) {
        if acceptor.promised == Some(ballot) {
            return; // Asked twice: the word is given.
        }
        acceptor.promised = Some(ballot);
        // Broken: the promise is in memory only, and a crash takes it back behind the proposer's back.
        if self.params.variant != Variant::PromiseNotPersisted {
            ctx.persist(|disk| disk.promised = Some(ballot));
        }
    }

    /// Phase 2b: accept, unless something higher was promised, and tell the learners.
    pub(super) fn on_accept(
        &self,
        server: &mut Server,
        from: NodeId,
        proposal: &Proposal,
        ctx: &mut Ctx<'_, Paxos>,
    ) {
        let Some(acceptor) = &mut server.acceptor else { return };
        let Proposal { ballot, value } = proposal;
        if let Some(promised) = acceptor.promised.filter(|promised| promised > ballot) {
            ctx.note(|| {
                format!(
                    "I promised {promised} to accept nothing below it: I must refuse {value} in {ballot}."
                )
            });
            return self.send(server, from, Msg::Nack { ballot: *ballot, promised }, ctx);
        }
        self.promise(acceptor, *ballot, ctx);
        if ctx.stable().accepted.as_ref() != Some(proposal) {
            ctx.persist(|disk| disk.accepted = Some(proposal.clone()));
        }
        ctx.note(|| {
            format!("I have promised nothing above {ballot}, so I accept {value}, on disk first, and tell the learners.")
        });
        self.tell_learners(server, proposal, ctx);
    }

    /// §2.3: each acceptor tells each learner; and the ballot's proposer, who wants to know how it ended.
    fn tell_learners(&self, server: &mut Server, proposal: &Proposal, ctx: &mut Ctx<'_, Paxos>) {
        let accepted = Msg::Accepted { proposal: proposal.clone() };
        let proposer = proposal.ballot.proposer;
        if !Self::plays(&self.learners, proposer) {
            self.send(server, proposer, accepted.clone(), ctx);
        }
        self.broadcast(server, &self.learners.clone(), &accepted, ctx);
    }
}
