//! The paper's words as types: terms, indices, entries, the RPCs of Figure 2, and a server's state.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::sorted::Set;
use lightcone_sim::time::Ns;

use super::log::Log;
use super::machine::{Machine, Op, Outcome};
use crate::client::Calls;

/// A number with a meaning of its own, that cannot be mistaken for another.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// The one after.
            pub const fn next(self) -> $name {
                $name(self.0.saturating_add(1))
            }

            /// The one before; 0 has none and stays.
            pub const fn prev(self) -> $name {
                $name(self.0.saturating_sub(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A term (§5.1): Raft's logical clock. Every term has at most one leader. 0 is before the first election.
    Term
}

number! {
    /// A position in the log, counted from 1. 0 is the place before the first entry.
    Index
}

number! {
    /// A client's number for one of its requests (§8), growing by one each time.
    Serial
}

/// One entry of the log: a command, and the term in which a leader received it (Figure 2, `log[]`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The leader's term when it received the command.
    pub term: Term,
    /// What to do.
    pub command: Command,
}

/// What an entry tells the state machine to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Nothing: a new leader's first entry (§8).
    NoOp,
    /// A client's request.
    Client(Arc<Request>),
}

/// A client's request, as it travels, stands in logs, and is told from its own repetitions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// Who asks.
    pub client: NodeId,
    /// Which of the client's requests it is (§8).
    pub serial: Serial,
    /// The operation that the client was asked for.
    pub id: OpId,
    /// What to do.
    pub op: Op,
}

/// What nodes send one another: the two RPCs of Figure 2, and how clients talk to servers (§8).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// A candidate asks for a vote (§5.2).
    RequestVote(RequestVote),
    /// The answer to [`Msg::RequestVote`].
    RequestVoteReply(RequestVoteReply),
    /// A leader replicates entries, or shows that it is there (§5.3, §5.2).
    AppendEntries(AppendEntries),
    /// The answer to [`Msg::AppendEntries`].
    AppendEntriesReply(AppendEntriesReply),
    /// A client asks for an operation.
    Request(Arc<Request>),
    /// A server answers a client.
    Reply(Reply),
}

impl Msg {
    /// The sender's term, in what servers say to each other.
    pub fn term(&self) -> Option<Term> {
        match self {
            Msg::RequestVote(rpc) => Some(rpc.term),
            Msg::RequestVoteReply(reply) => Some(reply.term),
            Msg::AppendEntries(rpc) => Some(rpc.term),
            Msg::AppendEntriesReply(reply) => Some(reply.term),
            Msg::Request(_) | Msg::Reply(_) => None,
        }
    }

    /// The same with another term; `None`: it has none.
    pub fn with_term(&self, term: Term) -> Option<Msg> {
        let mut msg = self.clone();
        let place = match &mut msg {
            Msg::RequestVote(rpc) => &mut rpc.term,
            Msg::RequestVoteReply(reply) => &mut reply.term,
            Msg::AppendEntries(rpc) => &mut rpc.term,
            Msg::AppendEntriesReply(reply) => &mut reply.term,
            Msg::Request(_) | Msg::Reply(_) => return None,
        };
        *place = term;
        Some(msg)
    }
}

/// Figure 2, RequestVote RPC, arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestVote {
    /// The candidate's term.
    pub term: Term,
    /// Who asks for the vote.
    pub candidate_id: NodeId,
    /// Index of the candidate's last entry (§5.4).
    pub last_log_index: Index,
    /// Term of the candidate's last entry (§5.4).
    pub last_log_term: Term,
}

/// Figure 2, RequestVote RPC, results.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestVoteReply {
    /// The voter's term, for the candidate to update itself.
    pub term: Term,
    /// Whether the candidate has the vote.
    pub vote_granted: bool,
}

/// Figure 2, AppendEntries RPC, arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AppendEntries {
    /// The leader's term.
    pub term: Term,
    /// Who leads, so that followers can redirect clients.
    pub leader_id: NodeId,
    /// Index of the entry that stands before the new ones.
    pub prev_log_index: Index,
    /// Term of that entry.
    pub prev_log_term: Term,
    /// What to store; empty for a heartbeat.
    pub entries: Vec<Entry>,
    /// The leader's commitIndex.
    pub leader_commit: Index,
    /// When it was sent, where the leader wants a lease.
    pub sent: Sent,
}

/// What the leader's monotonic clock showed when it sent an AppendEntries call, for its lease; the answer brings it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent(pub Option<Ns>);

impl Hash for Sent {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Where there are no leases, messages have the hashes that they had before there were any.
        if let Some(at) = self.0 {
            at.hash(state);
        }
    }
}

/// Figure 2, AppendEntries RPC, results.
///
/// The paper's RPC pairs a reply with its call. Here messages may be lost, doubled and overtaken, so a reply says
/// itself what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AppendEntriesReply {
    /// The follower's term, for the leader to update itself.
    pub term: Term,
    /// Success, or why not.
    pub result: Appended,
    /// Whether the call carried no entries.
    pub heartbeat: bool,
    /// When the call was sent, as it said itself.
    pub sent: Sent,
}

/// What became of an AppendEntries call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Appended {
    /// Success: the follower's log agrees with the leader's up to here.
    Match(Index),
    /// The call came from an earlier term.
    OldTerm,
    /// The follower has no entry at `prev_log_index` with `prev_log_term`.
    Conflict {
        /// The `prev_log_index` that was refused.
        prev_log_index: Index,
        /// Where to try next (§5.3, the optimisation at its end): the first entry that the follower has of the
        /// conflicting term, or the end of its log.
        retry_at: Index,
    },
}

/// A server's answer to a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reply {
    /// The request's number.
    pub serial: Serial,
    /// What became of it.
    pub answer: Answer,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The state machine has an answer.
    Outcome(Outcome),
    /// Only the leader serves clients (§8): ask that one.
    NotLeader {
        /// The leader of the current term, as far as this server has heard.
        hint: Option<NodeId>,
    },
}

/// What timers are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// A follower or candidate has waited long enough for a leader (§5.2).
    Election,
    /// A leader shows that it is there (§5.2).
    Heartbeat,
    /// A client has waited long enough for an answer (§8).
    Retry,
}

/// What survives a crash. The first three are Figure 2's "persistent state on all servers", the last is a client's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stable {
    /// currentTerm: the latest term that this server has seen.
    pub current_term: Term,
    /// votedFor: the candidate that has this server's vote in the current term.
    pub voted_for: Option<NodeId>,
    /// log\[\].
    pub log: Log,
    /// The number of this client's latest request (§8): never used twice, crash or no crash.
    pub serial: Serial,
}

/// What a crash takes away.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A server.
    Server(Server),
    /// A client.
    Client(Client),
}

/// A server's volatile state (Figure 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Server {
    /// Follower, candidate or leader (§5.1), with what only such a server knows.
    pub role: Role,
    /// commitIndex: the highest entry that this server knows to be committed.
    pub commit_index: Index,
    /// lastApplied: the highest entry that its state machine has executed.
    pub last_applied: Index,
    /// The replicated state machine.
    pub machine: Machine,
    /// What it knows for leases.
    pub lease: Lease,
}

/// What a server knows for leases (Ongaro, *Consensus: Bridging Theory and Practice*, 2014, §6.4.1). Times are those of its own
/// monotonic clock; where there are no leases all is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lease {
    /// When it last heard a leader, or started.
    pub heard: Option<Ns>,
    /// As a leader, by the server's number: when the latest call was sent that this one has answered.
    pub answered: Vec<Option<Ns>>,
    /// The last read that it answered by its lease: whose, which, and how far its log was executed.
    pub read: Option<(NodeId, Serial, Index)>,
}

/// A server's role (§5.1, Figure 4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Answers others, asks nothing.
    Follower {
        /// The leader of the current term, once it has been heard: clients are sent there.
        leader: Option<NodeId>,
    },
    /// Wants to lead the current term.
    Candidate {
        /// Who has voted for it, itself included.
        votes: Set<NodeId>,
    },
    /// Leads the current term.
    Leader {
        /// What it believes of each server, by the server's number; its own place is unused.
        progress: Vec<Progress>,
    },
}

impl Default for Role {
    fn default() -> Role {
        Role::Follower { leader: None }
    }
}

/// What a leader believes of one follower (Figure 2, "volatile state on leaders").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    /// nextIndex: the next entry to send to it.
    pub next_index: Index,
    /// matchIndex: the highest entry known to be replicated on it.
    pub match_index: Index,
    /// The highest entry sent to it and not refused since. What is on its way is not sent again at once.
    pub sent_index: Index,
    /// Whether what is on its way was so already at the last heartbeat: then the next one repeats it.
    pub overdue: bool,
}

/// A client's volatile state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// What it was asked for.
    pub calls: Calls<Op>,
    /// The request under way, as it is sent, and sent again.
    pub request: Option<Arc<Request>>,
}
