//! Raft, from the paper: Diego Ongaro and John Ousterhout, *In Search of an Understandable Consensus Algorithm
//! (Extended Version)*, 2014. Names, rules and sections are the paper's; Figure 2 is spread over this module's files.
//!
//! # What it is for
//!
//! Several servers keep one log of commands and execute it in order, so that all their state machines go through the
//! same states. As long as a majority of the servers is up and can talk, clients are served; what was answered once is
//! never forgotten, whoever crashes and whatever the network loses. It is never wrong for reasons of time: clocks only
//! decide how soon it gets on.
//!
//! # How it works
//!
//! Time is cut into **terms** (§5.1), numbered upwards. A server that hears of a newer term enters it at once; what
//! comes from an older one it refuses. Each server is a follower, a candidate or a leader.
//!
//! **Election** (§5.2, `election.rs`). A follower that hears no leader for a while begins a new term, votes for itself
//! and asks the others. Each server has one vote a term, so that no two candidates of a term can both have a majority.
//! Waiting times are random, so that usually one candidate is far ahead. And a vote is refused to a candidate whose log
//! is less up to date than the voter's own (§5.4.1): a majority holds every committed entry, so who is elected by a
//! majority has them all.
//!
//! **Replication** (§5.3, `replication.rs`). Only the leader takes commands: it appends them to its log and sends them
//! to the others, together with index and term of the entry before. A follower that has no such entry refuses, and the
//! leader goes back until the two logs agree; from there on, the follower's log becomes the leader's. An entry that
//! a majority stores is **committed** and is executed; but a leader counts only entries of its own term so, and those
//! before them are committed with them (§5.4.2). That is why it begins its term with an entry that does nothing.
//!
//! **Clients** (§8, `session.rs`, `machine.rs`) look for the leader, number their requests and repeat those that are not
//! answered. The state machine remembers each client's latest number and answer, and executes nothing twice. Reads go
//! through the log like writes: that makes every operation linearizable, and costs a round.
//!
//! # What is kept on disk
//!
//! currentTerm, votedFor and log\[\], written **before** any message that depends on them. A server that votes, crashes
//! and forgets can elect two leaders in one term; [`Variant::VoteNotPersisted`] shows it. Amnesia, which takes the
//! disk as well, is outside of what Raft promises to survive.
//!
//! # How we know
//!
//! The five properties of Figure 3 are watched in every run, by `monitors`. For each there is a [`Variant`] without the
//! rule that protects it, and random runs find it out.
//!
//! Reads may be answered by lease instead (`lease.rs`; off unless [`Params::lease`] is set): then clocks do decide.
//!
//! Left out here: membership changes (§6) and log compaction (§7).

mod display;
mod election;
mod examples;
mod explored;
mod lease;
mod log;
mod machine;
mod monitors;
mod params;
mod replication;
mod server;
mod session;
mod types;

use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, LogView, MsgView, Protocol, Status, View};
use lightcone_sim::scenario::Scenario;

pub use log::{Digest, Log};
pub use machine::{Machine, Op, Outcome, Ret};
pub use params::{Params, Variant};
pub use types::{
    Answer, AppendEntries, AppendEntriesReply, Appended, Client, Command, Entry, Index, Lease, Msg, Progress,
    Reply, Request, RequestVote, RequestVoteReply, Role, Sent, Serial, Server, Stable, State, Term, Timer,
};

use server::Step;
use session::ClientStep;

/// The protocol, with its parameters.
#[derive(Clone, Debug)]
pub struct Raft {
    params: Params,
}

impl Raft {
    /// Whether this variant runs.
    fn is(&self, variant: Variant) -> bool {
        self.params.variant == variant
    }
}

impl Protocol for Raft {
    type Params = Params;
    type State = State;
    type Stable = Stable;
    type Msg = Msg;
    type Timer = Timer;
    type Op = Op;
    type Ret = Ret;

    const NAME: &'static str = "raft";
    const TITLE: &'static str = "Raft";
    const CHAPTER: &'static str = "Consensus";
    const SUMMARY: &'static str =
        "Servers elect a leader, which has a majority store each command before all execute it in one order.";
    const PARAMS: &'static [(&'static str, &'static str)] = params::DESCRIPTIONS;
    const OPS: &'static [&'static str] = &["put x 1", "get x", "append x 2", "cas x 1 2"];

    fn new(params: Params, nodes: Nodes) -> Result<Raft, String> {
        params.check(nodes)?;
        Ok(Raft { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        examples::usual(nodes.unwrap_or(5))
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        examples::all()
    }

    fn disk(&self, node: NodeId) -> Stable {
        let given = self.params.logs.get(usize::from(node.number())).filter(|_| !node.is_client());
        let mut disk = Stable::default();
        for &term in given.into_iter().flatten() {
            disk.log.append(Entry { term: Term(term), command: Command::NoOp });
        }
        // Nobody has given a vote in the latest term that any log knows of, or nobody remembers.
        let latest = self.params.logs.iter().flatten().max().filter(|_| !node.is_client());
        disk.current_term = Term(latest.copied().unwrap_or(0));
        disk
    }

    fn boot(&self, ctx: &mut Ctx<'_, Raft>) -> State {
        if ctx.me().is_client() {
            State::Client(self.boot_client(ctx))
        } else {
            State::Server(self.boot_server(ctx))
        }
    }

    fn on(&self, state: &mut State, event: Event<'_, Raft>, ctx: &mut Ctx<'_, Raft>) {
        match state {
            State::Server(server) => {
                let mut step = Step { raft: self, server, ctx };
                match event {
                    Event::Message { from, msg } => step.on_message(from, msg),
                    Event::Timer(timer) => step.on_timer(timer),
                    // Operations are clients' business.
                    Event::Op { .. } => {}
                }
            }
            State::Client(client) => {
                let mut step = ClientStep { raft: self, client, ctx };
                match event {
                    Event::Message { from, msg: Msg::Reply(reply) } => step.on_reply(from, reply),
                    // Nobody asks a client.
                    Event::Message { .. } => {}
                    Event::Timer(timer) => step.on_timer(timer),
                    Event::Op { id, op, at } => step.on_op(id, op, at),
                }
            }
        }
    }

    fn status(&self, state: &State, stable: &Stable) -> Status {
        display::status(state, stable)
    }

    fn view(&self, state: &State, stable: &Stable) -> View {
        display::view(state, stable)
    }

    fn log(&self, state: Option<&State>, stable: &Stable, before: u64, count: u64) -> Option<LogView> {
        Some(display::log(state, stable, before, count))
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        display::describe(msg)
    }

    fn facts(&self, msg: &Msg) -> Vec<(&'static str, i64)> {
        let term = msg.term().map(|term| ("term", i64::try_from(term.0).unwrap_or(i64::MAX)));
        let granted = match msg {
            Msg::RequestVoteReply(reply) => Some(("voteGranted", i64::from(reply.vote_granted))),
            _ => None,
        };
        term.into_iter().chain(granted).collect()
    }

    fn with_fact(&self, msg: &Msg, name: &str, value: i64) -> Option<Msg> {
        match (name, msg) {
            ("term", msg) => msg.with_term(Term(u64::try_from(value).ok()?)),
            ("voteGranted", Msg::RequestVoteReply(reply)) => {
                let vote_granted = value.rem_euclid(2) == 1;
                Some(Msg::RequestVoteReply(RequestVoteReply { vote_granted, ..reply.clone() }))
            }
            _ => None,
        }
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        let text = match timer {
            Timer::Election => "election timeout",
            Timer::Heartbeat => "heartbeat",
            Timer::Retry => "ask again",
        };
        text.to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Raft>>> {
        monitors::all(self.has_leases())
    }
}
