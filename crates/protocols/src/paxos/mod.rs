//! Single-decree Paxos, after Lamport, *Paxos Made Simple* (2001); section numbers below are that paper's.
//!
//! A group of processes has to choose **one** value out of those that were proposed, and never two, though messages get
//! lost, overtake one another and arrive twice, and processes stop and start again (§2.1).
//!
//! The first idea is a majority: any two majorities share a member, so if a value counts as *chosen* once a majority of
//! acceptors has accepted it, that shared member stands between any two choices. The second idea is that one try is not
//! enough: with three proposers and three acceptors each may accept another value, and there is no majority. So
//! acceptors must be able to accept again, and something must see to it that what they accept later is what was chosen
//! before. That something is §2.2's P2c, and all of the protocol is there to maintain it:
//!
//! > For any v and n, if a proposal with value v and number n is issued, then there is a set S consisting of a majority
//! > of acceptors such that either (a) no acceptor in S has accepted any proposal numbered less than n, or (b) v is the
//! > value of the highest-numbered proposal among all proposals numbered less than n accepted by the acceptors in S.
//!
//! To issue a proposal, a proposer must therefore know what acceptors *have* accepted, and, because the future cannot
//! be known, have them *promise* to accept nothing with a smaller number. Hence two phases:
//!
//! | | from | to | message | says |
//! |---|---|---|---|---|
//! | 1a | proposer | acceptors | `prepare n` | promise me to accept nothing below n; what have you accepted? |
//! | 1b | acceptor | proposer | `promise n` | I promise; and this, if any, is the highest proposal that I accepted |
//! | 2a | proposer | acceptors | `accept n v` | accept v: the value of the highest proposal promised with, else my own |
//! | 2b | acceptor | learners | `accepted n v` | I accepted it, for I have promised nothing above n |
//!
//! Where to find what:
//!
//! - [`proposer`]: phases 1a and 2a, numbers that are never used twice, giving up on a ballot and trying again (§2.2, §2.4);
//! - [`acceptor`]: phases 1b and 2b, and what has to be on disk before an answer leaves (§2.2, §2.5);
//! - [`learner`]: how a chosen value becomes known, late learners included (§2.3);
//! - [`client`]: who wants something chosen, and asks elsewhere if it hears nothing;
//! - [`monitors`]: agreement and validity, watched from outside.
//!
//! A server may play any of the three roles or all of them, which it does by default (§2.5). What a server says to
//! itself it says at once, without a message. Proposers may duel for ever (§2.4): each prepares a higher number before
//! the other's proposal is accepted. Nothing bad ever comes of it, but nothing gets chosen either, and no protocol can
//! rule that out (Fischer, Lynch and Paterson); a random back-off makes it unlikely to last.

use std::ops::Range;

use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

pub mod acceptor;
pub mod client;
mod describe;
mod explored;
pub mod learner;
pub mod messages;
pub mod monitors;
pub mod proposer;
mod scenarios;

use acceptor::Acceptor;
use client::Client;
use learner::Learner;
use messages::{Ballot, Msg, Op, Proposal, Ret, Timer};
use proposer::Proposer;

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Correct Paxos, or one of its well-known mistakes.
    pub variant: Variant,
    /// How many servers propose: the first ones. 0: all.
    pub proposers: u16,
    /// How many servers accept: those after the proposers, as far as there are enough. 0: all.
    pub acceptors: u16,
    /// How many servers learn: the last ones. 0: all.
    pub learners: u16,
    /// How long a proposer waits for a phase to succeed before it tries a higher ballot.
    pub timeout: Ns,
    /// How long a proposer that was turned down waits at least; the k-th time in a row, up to k + 1 times as long.
    pub back_off: Ns,
    /// How often a learner that knows nothing asks.
    pub ask_every: Ns,
    /// How long a client waits before it asks another server.
    pub client_timeout: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            variant: Variant::Correct,
            proposers: 0,
            acceptors: 0,
            learners: 0,
            timeout: Ns::ms(200),
            back_off: Ns::ms(50),
            ask_every: Ns::s(1),
            client_timeout: Ns::s(1),
        }
    }
}

/// Correct Paxos, or one of its well-known mistakes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// As in the paper.
    #[default]
    Correct,
    /// Acceptors keep promises in memory only, so that a crash makes them break their word.
    PromiseNotPersisted,
    /// Proposers propose their own value whatever phase 1 told them.
    IgnoreAccepted,
    /// One acceptor less than a majority is taken for a quorum.
    QuorumTooSmall,
    /// A proposer that is free to choose proposes a value that nobody asked for.
    InventValue,
}

/// Single-decree Paxos for one set of parameters and servers.
#[derive(Clone, Debug)]
pub struct Paxos {
    params: Params,
    proposers: Range<u16>,
    acceptors: Range<u16>,
    learners: Range<u16>,
}

/// What a server keeps on disk: of the roles that it does not play, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stable {
    /// Proposer: the round of its latest ballot, 0 at first, so that no ballot is used for two proposals (§2.5).
    pub round: u32,
    /// Acceptor: it will accept nothing below this.
    pub promised: Option<Ballot>,
    /// Acceptor: the highest proposal that it has accepted.
    pub accepted: Option<Proposal>,
}

/// What a node keeps in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A server, in one, two or three roles.
    Server(Server),
    /// A client.
    Client(Client),
}

/// A server's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    /// If it proposes.
    pub proposer: Option<Proposer>,
    /// If it accepts.
    pub acceptor: Option<Acceptor>,
    /// Every server counts what it hears: a proposer, too, wants to know how its own ballots end.
    pub learner: Learner,
}

impl Paxos {
    fn range(role: &Range<u16>) -> impl Iterator<Item = NodeId> + use<> {
        role.clone().map(NodeId::server)
    }

    fn plays(role: &Range<u16>, node: NodeId) -> bool {
        !node.is_client() && role.contains(&node.number())
    }

    /// Whether this node accepts proposals.
    pub fn is_acceptor(&self, node: NodeId) -> bool {
        Self::plays(&self.acceptors, node)
    }

    /// How many acceptors are a majority.
    pub fn majority(&self) -> usize {
        self.acceptors.len() / 2 + 1
    }

    /// How many acceptors proposers and learners take for a majority.
    pub fn quorum(&self) -> usize {
        match self.params.variant {
            // Broken: two such quorums need not share a member, so neither hears of the other.
            Variant::QuorumTooSmall => (self.majority() - 1).max(1),
            _ => self.majority(),
        }
    }

    /// A ballot as one number, as the paper has it: different proposers draw from disjoint sets of numbers (§2.5).
    pub fn number(&self, ballot: Ballot) -> u64 {
        let round = u64::from(ballot.round).saturating_sub(1);
        round * self.proposers.len() as u64 + u64::from(ballot.proposer.number()) + 1
    }

    /// The ballot of this number.
    fn ballot(&self, number: u64) -> Ballot {
        let proposers = (self.proposers.len() as u64).max(1);
        let (round, proposer) = (number.saturating_sub(1) / proposers, number.saturating_sub(1) % proposers);
        Ballot { round: round as u32 + 1, proposer: NodeId::server(proposer as u16) }
    }

    /// Sends; what a server tells itself needs no message.
    fn send(&self, server: &mut Server, to: NodeId, msg: Msg, ctx: &mut Ctx<'_, Paxos>) {
        if to == ctx.me() { self.receive(server, to, &msg, ctx) } else { ctx.send(to, msg) }
    }

    /// Sends to all of a role: to the others first, so that no answer of its own comes before the question to them.
    fn broadcast(&self, server: &mut Server, role: &Range<u16>, msg: &Msg, ctx: &mut Ctx<'_, Paxos>) {
        let me = ctx.me();
        for to in Self::range(role).filter(|&to| to != me) {
            ctx.send(to, msg.clone());
        }
        if Self::plays(role, me) {
            self.receive(server, me, msg, ctx);
        }
    }

    /// Each message goes to the role that it is for.
    fn receive(&self, server: &mut Server, from: NodeId, msg: &Msg, ctx: &mut Ctx<'_, Paxos>) {
        match msg {
            Msg::Request { value } => self.on_request(server, from, value, ctx),
            Msg::Prepare { ballot } => self.on_prepare(server, from, *ballot, ctx),
            Msg::Promise { ballot, accepted } => self.on_promise(server, from, *ballot, accepted, ctx),
            Msg::Accept { proposal } => self.on_accept(server, from, proposal, ctx),
            Msg::Accepted { proposal } => self.on_accepted(server, from, proposal, ctx),
            Msg::Nack { ballot, promised } => self.on_nack(server, *ballot, *promised, ctx),
            Msg::Ask => self.on_ask(server, from, ctx),
            Msg::Chosen { value } => self.learn(server, value, ctx),
        }
    }
}

/// The servers that play a role: so many, from this one on, as far as there are enough.
fn role(name: &str, count: u16, first: u16, servers: u16) -> Result<Range<u16>, String> {
    if count > servers {
        return Err(format!(
            "{count} {name} need as many servers, and there are {servers}: ask for fewer {name}"
        ));
    }
    let count = if count == 0 { servers } else { count };
    let first = first.min(servers - count);
    Ok(first..first + count)
}

impl Protocol for Paxos {
    type Params = Params;
    type State = State;
    type Stable = Stable;
    type Msg = Msg;
    type Timer = Timer;
    type Op = Op;
    type Ret = Ret;

    const NAME: &'static str = "paxos";
    const TITLE: &'static str = "Paxos";
    const CHAPTER: &'static str = "Consensus";
    const SUMMARY: &'static str =
        "Proposers, acceptors and learners choose one value, and never two, whatever gets lost";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        (
            "variant",
            "correct, or broken: promise-not-persisted, ignore-accepted, quorum-too-small, invent-value",
        ),
        ("proposers", "how many servers propose (the first ones); 0: all"),
        ("acceptors", "how many servers accept (those after the proposers); 0: all"),
        ("learners", "how many servers learn (the last ones); 0: all"),
        ("timeout", "how long a proposer gives a phase before it tries a higher ballot, in ns"),
        ("back_off", "how long a proposer waits at least after it was turned down, in ns"),
        ("ask_every", "how often a learner that knows nothing asks, in ns"),
        ("client_timeout", "how long a client waits before it asks another server, in ns"),
    ];
    const OPS: &'static [&'static str] = &["propose tea", "propose coffee"];

    fn new(params: Params, nodes: Nodes) -> Result<Paxos, String> {
        let servers = nodes.servers;
        if servers == 0 {
            return Err("Paxos needs at least one server".to_owned());
        }
        let proposers = role("proposers", params.proposers, 0, servers)?;
        let acceptors = role("acceptors", params.acceptors, proposers.end, servers)?;
        let learners = role("learners", params.learners, servers, servers)?;
        for (name, span) in [
            ("timeout", params.timeout),
            ("back_off", params.back_off),
            ("ask_every", params.ask_every),
            ("client_timeout", params.client_timeout),
        ] {
            if span < Ns::us(1) {
                return Err(format!("{name} is {span}: a wait takes at least 1 µs (1000)"));
            }
        }
        Ok(Paxos { params, proposers, acceptors, learners })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        scenarios::default(nodes)
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        scenarios::examples()
    }

    fn boot(&self, ctx: &mut Ctx<'_, Paxos>) -> State {
        let me = ctx.me();
        if me.is_client() {
            return State::Client(Client::new(self, me));
        }
        let mut server = Server {
            proposer: Self::plays(&self.proposers, me).then(Proposer::default),
            acceptor: self.is_acceptor(me).then(|| Acceptor::boot(ctx.stable())),
            learner: Learner::default(),
        };
        if Self::plays(&self.learners, me) {
            self.boot_learner(&mut server, ctx);
        }
        State::Server(server)
    }

    fn on(&self, state: &mut State, event: Event<'_, Paxos>, ctx: &mut Ctx<'_, Paxos>) {
        match (state, event) {
            (State::Server(server), Event::Message { from, msg }) => self.receive(server, from, msg, ctx),
            (State::Server(server), Event::Timer(Timer::Retry)) => self.on_retry(server, ctx),
            (State::Server(server), Event::Timer(Timer::Ask)) => self.ask(server, ctx),
            (State::Client(client), Event::Message { msg: Msg::Chosen { value }, .. }) => {
                client.on_chosen(self, value, ctx);
            }
            (State::Client(client), Event::Timer(Timer::Resend)) => client.on_resend(self, ctx),
            (State::Client(client), Event::Op { id, op, at }) => client.on_op(self, id, op, at, ctx),
            // Whatever else arrives is for a role that this node does not play.
            _ => {}
        }
    }

    fn status(&self, state: &State, stable: &Stable) -> Status {
        describe::status(self, state, stable)
    }

    fn epoch_name(&self, epoch: u64) -> String {
        self.ballot(epoch).to_string()
    }

    fn view(&self, state: &State, stable: &Stable) -> View {
        describe::view(self, state, stable)
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        describe::message(self, msg)
    }

    fn facts(&self, msg: &Msg) -> Vec<(&'static str, i64)> {
        msg.facts()
    }

    fn with_fact(&self, msg: &Msg, name: &str, value: i64) -> Option<Msg> {
        msg.with_fact(name, value)
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::Retry => "retry",
            Timer::Ask => "inquiry",
            Timer::Resend => "client timeout",
        }
        .to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Paxos>>> {
        vec![Box::new(monitors::Agreement::default()), Box::new(monitors::Validity::default())]
    }
}
