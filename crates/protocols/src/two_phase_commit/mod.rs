//! Two-phase commit, after Gray, *Notes on Data Base Operating Systems* (1978), Lampson and Sturgis, *Crash Recovery in
//! a Distributed Data Storage System* (1979), and above all Bernstein, Hadzilacos and Goodman, *Concurrency Control and
//! Recovery in Database Systems* (1987), chapter 7, whose names are used here; section numbers are that book's.
//!
//! A transaction did some of its work on each of several nodes, and must become permanent on all of them or on none,
//! though any of them may refuse, and any may crash. §7.3 asks for:
//!
//! - AC1: all processes that reach a decision reach the same one;
//! - AC2: a process cannot reverse its decision after it has reached one;
//! - AC3: the commit decision can only be reached if *all* processes voted yes;
//! - AC4: if there are no failures and all processes voted yes, the decision will be to commit;
//! - AC5: if all failures are repaired and no new ones occur for long enough, all processes will reach a decision.
//!
//! The protocol (§7.4) is a question and an answer. Each participant logs what it is about to say before it says it:
//!
//! | coordinator (A) | participant (all others) | on disk first |
//! |---|---|---|
//! | `vote-request` → | | coordinator: start-2pc |
//! | | ← `yes`, or `no` (and aborts at once) | participant: yes, or abort |
//! | `commit` if all said yes, else `abort` → | | coordinator: commit or abort |
//! | | does so; ← `ack` | participant: commit or abort |
//! | forgets about it | | coordinator: end |
//!
//! Between its `yes` and the decision a participant is **uncertain**. It may not abort, for all the others may have
//! said yes and the coordinator committed; nor commit, for another may have said no. If the coordinator crashes then,
//! the participant is **blocked**: it keeps its locks and keeps asking. That is not a flaw of this protocol alone: §7.4
//! shows that no atomic commitment protocol can rule out blocking if communication may fail, nor let an uncertain
//! process recover without asking. What helps sometimes is to ask the other participants as well (*cooperative
//! termination*): one that knows tells, and one that has not voted yet can still abort for all.
//!
//! Before the first phase, participants do the transaction's work (`work`, `done`); so they know of the transaction, and
//! give up on it if no vote is asked for in time. After a crash every process reads its log (§7.4's recovery):
//!
//! - coordinator: start-2pc without a decision: nobody can have been told anything, so it decides abort; a decision
//!   without end: it tells everybody again;
//! - participant: no yes record: its work is gone and it will say no, or aborts; yes without a decision: it is
//!   uncertain, and asks.
//!
//! Nothing is presumed here in order to save log records, as the presumed-abort and presumed-commit variants of Mohan,
//! Lindsay and Obermarck (1986) do: both decisions are forced to disk, and both are acknowledged. The one inference is
//! that a transaction of which the coordinator's log knows nothing was never committed.
//!
//! Where to find what: [`coordinator`], [`participant`], [`client`], what they say in [`messages`], and [`monitors`].

use imbl::Vector;
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, LogView, MsgView, Protocol, Status, View};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::sorted::Set;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

pub mod client;
pub mod coordinator;
mod describe;
mod explored;
pub mod messages;
pub mod monitors;
pub mod participant;
mod scenarios;

use client::Client;
use coordinator::Coordinator;
use messages::{Msg, Op, Record, Ret, Timer, Txn};
use participant::Participant;

/// The server that coordinates.
pub const COORDINATOR: NodeId = NodeId::server(0);

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Correct two-phase commit, or one of its well-known mistakes.
    pub variant: Variant,
    /// Whether a blocked participant asks the other participants, too.
    pub cooperative: bool,
    /// How many of a million votes are no for no particular reason.
    pub no_vote_ppm: u32,
    /// How long the coordinator waits for the work to be done, and again for the votes, before it aborts.
    pub vote_timeout: Ns,
    /// How long a participant that did its work waits to be asked for its vote before it aborts.
    pub vote_request_timeout: Ns,
    /// How long an uncertain participant waits for the decision before it asks, and asks again.
    pub decision_timeout: Ns,
    /// How long the coordinator waits for acknowledgements before it repeats its decision.
    pub ack_timeout: Ns,
    /// How long a client waits before it asks again.
    pub client_timeout: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            variant: Variant::Correct,
            cooperative: false,
            no_vote_ppm: 0,
            vote_timeout: Ns::ms(200),
            vote_request_timeout: Ns::ms(300),
            decision_timeout: Ns::ms(300),
            ack_timeout: Ns::ms(500),
            client_timeout: Ns::s(1),
        }
    }
}

/// Correct two-phase commit, or one of its well-known mistakes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// As in the book.
    #[default]
    Correct,
    /// An uncertain participant that hears nothing for a while aborts by itself.
    DecideAlone,
    /// A participant says yes without having written so.
    VoteNotPersisted,
    /// The coordinator tells its decision at once, and writes it when all is over.
    DecisionNotForced,
}

/// Two-phase commit for one set of parameters and servers.
#[derive(Clone, Debug)]
pub struct TwoPhaseCommit {
    params: Params,
    servers: u16,
}

/// What a server keeps on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stable {
    /// The distributed transaction log (§7.4), of which nothing is ever changed or taken away.
    pub dt_log: Vector<Record>,
    /// Coordinator: the last number given to a transaction, so that no two share one.
    pub last_txn: Txn,
}

/// What a node keeps in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Server A.
    Coordinator(Coordinator),
    /// Any other server.
    Participant(Participant),
    /// A client.
    Client(Client),
}

impl TwoPhaseCommit {
    /// All participants: every server but the coordinator.
    pub fn participants(&self) -> Set<NodeId> {
        (0..self.servers).map(NodeId::server).filter(|&node| node != COORDINATOR).collect()
    }
}

/// Writes a record to the log, on disk before anything that follows.
fn log(record: Record, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
    ctx.persist(|disk| disk.dt_log.push_back(record));
}

impl Protocol for TwoPhaseCommit {
    type Params = Params;
    type State = State;
    type Stable = Stable;
    type Msg = Msg;
    type Timer = Timer;
    type Op = Op;
    type Ret = Ret;

    const NAME: &'static str = "2pc";
    const TITLE: &'static str = "Two-phase commit";
    const CHAPTER: &'static str = "Transactions";
    const SUMMARY: &'static str =
        "A coordinator and its participants commit a transaction everywhere or nowhere";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("variant", "correct, or broken: decide-alone, vote-not-persisted, decision-not-forced"),
        ("cooperative", "whether a blocked participant also asks the other participants"),
        ("no_vote_ppm", "how many of a million votes are no for no particular reason"),
        ("vote_timeout", "how long the coordinator waits for work and for votes before it aborts, in ns"),
        ("vote_request_timeout", "how long a participant waits to be asked for its vote, in ns"),
        ("decision_timeout", "how long an uncertain participant waits before it asks, in ns"),
        ("ack_timeout", "how long the coordinator waits before it repeats its decision, in ns"),
        ("client_timeout", "how long a client waits before it asks again, in ns"),
    ];
    const OPS: &'static [&'static str] = &["run", "run no=B"];

    fn new(params: Params, nodes: Nodes) -> Result<TwoPhaseCommit, String> {
        if nodes.servers < 2 {
            return Err(
                "two-phase commit needs a coordinator and at least one participant: 2 nodes".to_owned()
            );
        }
        for (name, span) in [
            ("vote_timeout", params.vote_timeout),
            ("vote_request_timeout", params.vote_request_timeout),
            ("decision_timeout", params.decision_timeout),
            ("ack_timeout", params.ack_timeout),
            ("client_timeout", params.client_timeout),
        ] {
            if span < Ns::us(1) {
                return Err(format!("{name} is {span}: a wait takes at least 1 µs (1000)"));
            }
        }
        if params.no_vote_ppm > 1_000_000 {
            return Err(format!("no_vote_ppm is {}: more than a million in a million", params.no_vote_ppm));
        }
        Ok(TwoPhaseCommit { params, servers: nodes.servers })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        scenarios::default(nodes)
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        scenarios::examples()
    }

    fn boot(&self, ctx: &mut Ctx<'_, TwoPhaseCommit>) -> State {
        match ctx.me() {
            client if client.is_client() => State::Client(Client::default()),
            COORDINATOR => State::Coordinator(self.recover_coordinator(ctx)),
            _ => State::Participant(self.recover_participant(ctx)),
        }
    }

    fn on(&self, state: &mut State, event: Event<'_, TwoPhaseCommit>, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        match (state, event) {
            (State::Coordinator(coordinator), Event::Message { from, msg }) => {
                self.coordinator_hears(coordinator, from, msg, ctx);
            }
            (State::Coordinator(coordinator), Event::Timer(Timer::Votes(txn))) => {
                self.on_votes_timeout(coordinator, txn, ctx);
            }
            (State::Coordinator(coordinator), Event::Timer(Timer::Acks(txn))) => {
                self.on_acks_timeout(coordinator, txn, ctx);
            }
            (State::Participant(participant), Event::Message { from, msg }) => {
                self.participant_hears(participant, from, msg, ctx);
            }
            (State::Participant(participant), Event::Timer(Timer::VoteRequest(txn))) => {
                self.on_vote_request_timeout(participant, txn, ctx);
            }
            (State::Participant(participant), Event::Timer(Timer::Decision(txn))) => {
                self.on_decision_timeout(participant, txn, ctx);
            }
            (State::Client(client), Event::Op { id, op, at }) => client.on_op(self, id, op, at, ctx),
            (State::Client(client), Event::Timer(Timer::Outcome)) => client.on_timeout(self, ctx),
            (State::Client(client), Event::Message { msg: Msg::Outcome { op, txn, decision }, .. }) => {
                client.on_outcome(self, *op, *txn, *decision, ctx);
            }
            // Whatever else arrives is for a role that this node does not play.
            _ => {}
        }
    }

    fn status(&self, state: &State, stable: &Stable) -> Status {
        describe::status(state, stable)
    }

    fn view(&self, state: &State, stable: &Stable) -> View {
        describe::view(state, stable)
    }

    fn log(&self, state: Option<&State>, stable: &Stable, before: u64, count: u64) -> Option<LogView> {
        Some(describe::log(state, stable, before, count))
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        describe::message(msg)
    }

    fn facts(&self, msg: &Msg) -> Vec<(&'static str, i64)> {
        msg.facts()
    }

    fn with_fact(&self, msg: &Msg, name: &str, value: i64) -> Option<Msg> {
        msg.with_fact(name, value)
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::Votes(txn) => format!("vote timeout {txn}"),
            Timer::Acks(txn) => format!("ack timeout {txn}"),
            Timer::VoteRequest(txn) => format!("vote-request timeout {txn}"),
            Timer::Decision(txn) => format!("decision timeout {txn}"),
            Timer::Outcome => "client timeout".to_owned(),
        }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<TwoPhaseCommit>>> {
        vec![Box::new(monitors::Atomicity::default()), Box::new(monitors::Unanimity::default())]
    }
}
