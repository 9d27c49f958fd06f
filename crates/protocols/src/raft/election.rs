//! Leader election (§5.2) and its restriction (§5.4.1).

use lightcone_sim::ids::NodeId;
use lightcone_sim::sorted::Set;

use super::Variant;
use super::server::Step;
use super::types::{Command, Index, Msg, Progress, RequestVote, RequestVoteReply, Role, Timer};

impl Step<'_, '_> {
    /// Waits afresh, for a randomised time so that votes seldom split (§5.2).
    pub(super) fn reset_election_timer(&mut self) {
        let params = &self.raft.params;
        self.ctx.set_timer(Timer::Election, params.election_timeout_min, params.election_timeout_max);
    }

    /// "If election timeout elapses without receiving AppendEntries RPC from current leader or granting vote to
    /// candidate: convert to candidate"; and a candidate starts over (Figure 2).
    pub(super) fn election_timeout(&mut self) {
        if self.is_leader() {
            return;
        }
        let (me, term) = (self.me(), self.term().next());
        let again = matches!(self.server.role, Role::Candidate { .. });
        self.ctx.note(|| {
            let why = if again {
                format!("{me} has not won term {} in time", term.prev())
            } else {
                format!("{me} has heard no leader for an election timeout")
            };
            format!("{why}: it votes for itself in term {term} and asks the others (§5.2).")
        });
        // "On conversion to candidate, start election: increment currentTerm, vote for self, reset election timer,
        // send RequestVote RPCs to all other servers."
        self.ctx.persist(|disk| {
            disk.current_term = term;
            disk.voted_for = Some(me);
        });
        self.server.role = Role::Candidate { votes: Set::from([me]) };
        self.reset_election_timer();
        let rpc = RequestVote {
            term,
            candidate_id: me,
            last_log_index: self.log().last_index(),
            last_log_term: self.log().last_term(),
        };
        for peer in self.ctx.peers() {
            self.ctx.send(peer, Msg::RequestVote(rpc.clone()));
        }
        self.count_votes();
    }

    /// RequestVote RPC, receiver implementation (Figure 2).
    pub(super) fn request_vote(&mut self, from: NodeId, rpc: &RequestVote) {
        let vote_granted = self.grants_vote(rpc);
        if vote_granted {
            let candidate = rpc.candidate_id;
            if self.disk().voted_for != Some(candidate) {
                self.ctx.persist(|disk| disk.voted_for = Some(candidate));
            }
            self.reset_election_timer();
        }
        let term = self.term();
        self.ctx.send(from, Msg::RequestVoteReply(RequestVoteReply { term, vote_granted }));
    }

    fn grants_vote(&mut self, rpc: &RequestVote) -> bool {
        let (me, term, candidate) = (self.me(), self.term(), rpc.candidate_id);
        // 1. "Reply false if term < currentTerm" (§5.1).
        if rpc.term < term {
            self.ctx
                .note(|| format!("{me} refuses {candidate}: term {} is over, it is now {term}.", rpc.term));
            return false;
        }
        // 2. "If votedFor is null or candidateId, and candidate's log is at least as up-to-date as receiver's log,
        //    grant vote" (§5.2, §5.4).
        if let Some(other) = self.disk().voted_for.filter(|&voted| voted != candidate) {
            self.ctx.note(|| {
                format!("{me} refuses {candidate}: its one vote of term {term} went to {other} (§5.2).")
            });
            return false;
        }
        let (index, last_term) = (self.log().last_index(), self.log().last_term());
        let up_to_date = self.log().is_no_newer_than(rpc.last_log_term, rpc.last_log_index);
        // The deviation: the log is not looked at, and a leader may lack what is committed.
        if !up_to_date && !self.raft.is(Variant::VoteWithoutLogCheck) {
            self.ctx.note(|| {
                format!(
                    "{me} refuses {candidate}: its own log (index {index}, term {last_term}) is more up to date than \
                     {candidate}'s (index {}, term {}) (§5.4.1).",
                    rpc.last_log_index, rpc.last_log_term
                )
            });
            return false;
        }
        self.ctx.note(|| {
            format!(
                "{me} grants {candidate} its vote of term {term}: it has given it to no other, and {candidate}'s log \
                 (index {}, term {}) is at least as up to date as its own (index {index}, term {last_term}). \
                 Persisted before answering.",
                rpc.last_log_index, rpc.last_log_term
            )
        });
        true
    }

    /// A vote comes in.
    pub(super) fn request_vote_reply(&mut self, from: NodeId, reply: &RequestVoteReply) {
        let this_term = reply.term == self.term();
        let is_server = self.ctx.servers().any(|server| server == from);
        if let Role::Candidate { votes } = &mut self.server.role
            && this_term
            && is_server
            && reply.vote_granted
        {
            votes.insert(from);
            self.count_votes();
        }
    }

    /// "If votes received from majority of servers: become leader" (§5.2).
    fn count_votes(&mut self) {
        let majority = self.majority();
        if let Role::Candidate { votes } = &self.server.role {
            if votes.len() >= majority {
                self.become_leader();
            } else {
                let (me, have) = (self.ctx.me(), votes.len());
                self.ctx.note(|| format!("{me} has {have} of the {majority} votes it needs."));
            }
        }
    }

    fn become_leader(&mut self) {
        let (me, term, last) = (self.me(), self.term(), self.log().last_index());
        self.ctx.note(|| format!("{me} has the votes of a majority: it leads term {term} (§5.2)."));
        // "nextIndex[]: initialized to leader last log index + 1; matchIndex[]: initialized to 0" (Figure 2).
        let unknown =
            Progress { next_index: last.next(), match_index: Index(0), sent_index: last, overdue: false };
        self.server.role = Role::Leader { progress: vec![unknown; self.ctx.server_count()] };
        if self.raft.has_leases() {
            self.server.lease.answered = vec![None; self.ctx.server_count()];
        }
        self.ctx.cancel(Timer::Election);
        let interval = self.raft.params.heartbeat_interval;
        self.ctx.set_timer(Timer::Heartbeat, interval, interval);
        let uncommitted = self.server.commit_index.next();
        if self.raft.is(Variant::LeaderTruncates) && uncommitted <= last {
            // The deviation: a new leader throws away what it does not know to be committed. It may be committed.
            self.ctx.persist(|disk| disk.log.delete_from(uncommitted));
        }
        if self.raft.params.noop {
            self.ctx.note(|| {
                format!(
                    "{me} begins its term with an entry that does nothing: once that is committed, so is all before \
                     it (§5.4.2, §8)."
                )
            });
            self.append_as_leader(Command::NoOp);
        } else {
            self.send_heartbeats();
        }
    }
}
