//! Reads by lease (Ongaro, *Consensus: Bridging Theory and Practice*, 2014, §6.4.1): a leader that a majority has just answered
//! takes it that nobody else can be elected before an election timeout has passed, and answers reads by itself meanwhile.
//!
//! It trusts clocks, as nothing else in Raft does: that no follower's runs so fast, and that its own does not stand still. And
//! it needs servers that keep to a leader which they have heard of late (§4.2.3): they let nobody else have their vote.

use super::machine::Ret;
use super::server::Step;
use super::types::{Request, Role};
use super::{Index, Raft};
use lightcone_sim::ids::NodeId;
use lightcone_sim::sorted::sort_by;
use lightcone_sim::time::Ns;

impl Raft {
    /// Whether leaders answer reads by lease.
    pub(super) fn has_leases(&self) -> bool {
        self.params.lease > Ns::ZERO
    }
}

impl Step<'_, '_> {
    /// "If a server receives a RequestVote request within the minimum election timeout of hearing from a current leader, it
    /// does not update its term or grant its vote" (§4.2.3).
    pub(super) fn stays_with_leader(&mut self, from: NodeId) -> bool {
        let (me, now, patience) = (self.me(), self.ctx.monotonic(), self.raft.params.election_timeout_min);
        let stays = self.server.lease.heard.is_some_and(|heard| now < heard + patience);
        if stays {
            self.ctx
                .note(|| format!("{me} has heard a leader of late, and does not listen to {from} (§4.2.3)."));
        }
        stays
    }

    /// Whether a leader may answer reads by itself: a majority has answered what it sent less than a lease ago, and all
    /// entries of earlier terms are known to be committed.
    pub(super) fn lease_holds(&self) -> bool {
        let mut answered = self.server.lease.answered.clone();
        let now = self.ctx.monotonic();
        if let Some(own) = answered.get_mut(usize::from(self.me().number())) {
            *own = Some(now);
        }
        sort_by(&mut answered, |one, other| one > other);
        let since = answered.get(self.majority() - 1).copied().flatten();
        let knows_all =
            self.log().term_at(self.server.commit_index.next()).is_none_or(|term| term == self.term());
        matches!(self.server.role, Role::Leader { .. })
            && knows_all
            && since.is_some_and(|since| now < since + self.raft.params.lease)
    }

    /// Answers a read from this server's own state machine.
    pub(super) fn read_by_lease(&mut self, request: &Request) -> Ret {
        let (me, index): (_, Index) = (self.me(), self.server.last_applied);
        self.ctx.note(|| {
            format!("{me}'s lease holds by its own clock: it answers by itself, from its log up to {index} (§6.4.1).")
        });
        self.server.lease.read = Some((request.client, request.serial, index));
        self.server.machine.read(&request.op)
    }
}
