//! A server's step: what every server does whatever its role (Figure 2, "Rules for Servers").

use std::sync::Arc;

use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Ctx;

use super::log::Log;
use super::machine::Outcome;
use super::types::{Answer, Command, Entry, Index, Msg, Reply, Request, Role, Server, Stable, Term, Timer};
use super::{Raft, Variant};

/// One activation of a server: the protocol, the server's state, and its window on the world.
///
/// The rules are this type's methods: those on elections in `election.rs`, those on logs in `replication.rs`.
pub(super) struct Step<'a, 'c> {
    pub raft: &'a Raft,
    pub server: &'a mut Server,
    pub ctx: &'a mut Ctx<'c, Raft>,
}

impl Raft {
    /// A server starts, empty or from its disk: as a follower (§5.2).
    pub(super) fn boot_server(&self, ctx: &mut Ctx<'_, Raft>) -> Server {
        let mut server = Server::default();
        if self.is(Variant::VoteNotPersisted) && ctx.stable().voted_for.is_some() {
            // The deviation: the vote was never on disk, so the crash has taken it.
            ctx.persist(|disk| disk.voted_for = None);
        }
        let me = ctx.me();
        ctx.note(|| format!("{me} starts as a follower and waits for a leader to be heard (§5.2)."));
        if self.has_leases() && ctx.stable().current_term > Term(0) {
            // A leader may count on what this server has forgotten: that it was heard.
            server.lease.heard = Some(ctx.monotonic());
        }
        Step { raft: self, server: &mut server, ctx }.reset_election_timer();
        server
    }
}

impl Step<'_, '_> {
    pub(super) fn me(&self) -> NodeId {
        self.ctx.me()
    }

    pub(super) fn disk(&self) -> &Stable {
        self.ctx.stable()
    }

    pub(super) fn term(&self) -> Term {
        self.disk().current_term
    }

    pub(super) fn log(&self) -> &Log {
        &self.disk().log
    }

    /// How many servers are more than half of all.
    pub(super) fn majority(&self) -> usize {
        self.ctx.server_count() / 2 + 1
    }

    pub(super) fn is_leader(&self) -> bool {
        matches!(self.server.role, Role::Leader { .. })
    }

    /// A message arrived. It may be old, doubled, overtaken, or from a server that has forgotten all.
    pub(super) fn on_message(&mut self, from: NodeId, msg: &Msg) {
        if matches!(msg, Msg::RequestVote(_)) && self.stays_with_leader(from) {
            return;
        }
        // "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower" (§5.1).
        if let Some(term) = msg.term().filter(|&term| term > self.term()) {
            self.enter_term(term, from);
        }
        match msg {
            Msg::RequestVote(rpc) => self.request_vote(from, rpc),
            Msg::RequestVoteReply(reply) => self.request_vote_reply(from, reply),
            Msg::AppendEntries(rpc) => self.append_entries(from, rpc),
            Msg::AppendEntriesReply(reply) => self.append_entries_reply(from, reply),
            Msg::Request(request) => self.request(from, request),
            // Servers ask no one for operations.
            Msg::Reply(_) => {}
        }
    }

    /// A timer fired.
    pub(super) fn on_timer(&mut self, timer: Timer) {
        match timer {
            Timer::Election => self.election_timeout(),
            Timer::Heartbeat => self.heartbeat_timeout(),
            // Only clients set it.
            Timer::Retry => {}
        }
    }

    /// A newer term has been heard of: it is entered with no vote given and no leader known (§5.1).
    fn enter_term(&mut self, term: Term, from: NodeId) {
        let (me, before, was_leader) = (self.me(), self.term(), self.is_leader());
        self.ctx.note(|| {
            let role = if was_leader { " and gives up leading" } else { "" };
            format!(
                "{me} hears of term {term} from {from}: newer than its {before}. It enters it{role} (§5.1)."
            )
        });
        self.ctx.persist(|disk| {
            disk.current_term = term;
            disk.voted_for = None;
        });
        self.become_follower(None);
    }

    /// Becomes (or stays) a follower in the current term.
    pub(super) fn become_follower(&mut self, leader: Option<NodeId>) {
        let was_leader = self.is_leader();
        self.server.role = Role::Follower { leader };
        if was_leader {
            self.server.lease.answered.clear();
            self.ctx.cancel(Timer::Heartbeat);
            // A leader has no election timer; a follower must have one.
            self.reset_election_timer();
        }
    }

    /// A client asks for an operation (§8).
    fn request(&mut self, from: NodeId, request: &Arc<Request>) {
        let serial = request.serial;
        let answer = match &self.server.role {
            Role::Leader { .. } if request.op.is_read() && self.lease_holds() => {
                Answer::Outcome(Outcome::Done(self.read_by_lease(request)))
            }
            Role::Leader { .. } => match self.server.machine.executed(request) {
                None => return self.append_as_leader(Command::Client(request.clone())),
                Some(outcome) => {
                    self.note_repetition(request, &outcome);
                    Answer::Outcome(outcome)
                }
            },
            Role::Follower { leader } => Answer::NotLeader { hint: *leader },
            Role::Candidate { .. } => Answer::NotLeader { hint: None },
        };
        if let Answer::NotLeader { hint } = &answer {
            let (me, hint) = (self.me(), *hint);
            self.ctx.note(|| match hint {
                Some(leader) => format!("{me} does not lead: it sends {from} on to {leader} (§8)."),
                None => format!("{me} does not lead, and knows of no leader yet."),
            });
        }
        self.ctx.send(from, Msg::Reply(Reply { serial, answer }));
    }

    fn note_repetition(&mut self, request: &Request, outcome: &Outcome) {
        let (me, client, serial) = (self.me(), request.client, request.serial);
        self.ctx.note(|| match outcome {
            Outcome::Done(_) => format!(
                "{me} has executed {client}'s request {serial} before: it repeats the answer and executes nothing (§8)."
            ),
            Outcome::Stale { latest } => {
                format!("{client}'s requests are executed up to {latest}: {serial} is too old (§8).")
            }
        });
    }

    /// "If commitIndex > lastApplied: increment lastApplied, apply log\[lastApplied\] to state machine" (§5.3). The
    /// leader then answers the client.
    pub(super) fn apply(&mut self) {
        let limit = if self.raft.is(Variant::ApplyUncommitted) {
            // The deviation: an entry is executed as soon as it is in the log, committed or not.
            self.log().last_index()
        } else {
            self.server.commit_index
        };
        let next = self.server.last_applied.next();
        let count = limit.next().0.saturating_sub(next.0);
        for entry in self.log().entries_from(next, u32::try_from(count).unwrap_or(u32::MAX)) {
            self.server.last_applied = self.server.last_applied.next();
            self.apply_entry(self.server.last_applied, &entry);
        }
    }

    fn apply_entry(&mut self, index: Index, entry: &Entry) {
        let Command::Client(request) = &entry.command else { return };
        let repeated = self.server.machine.executed(request).is_some();
        let outcome = self.server.machine.execute(request);
        if repeated {
            let (me, client, serial) = (self.me(), request.client, request.serial);
            self.ctx.note(|| {
                format!("{me} finds {client}'s request {serial} a second time at {index}: not executed again (§8).")
            });
        }
        if self.is_leader() {
            let reply = Reply { serial: request.serial, answer: Answer::Outcome(outcome) };
            self.ctx.send(request.client, Msg::Reply(reply));
        }
    }
}
