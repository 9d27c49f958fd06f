//! A bank and its snapshots: Chandy and Lamport, *Distributed Snapshots: Determining Global States of Distributed Systems*
//! (ACM Transactions on Computer Systems 3, 1985).
//!
//! Each server is an account. Accounts pay one another at random, so the sum of all money is the same at all times; but
//! nobody can look at all accounts at once, and what is on its way is on no account. A snapshot is to count it.
//!
//! The paper's algorithm (§3) records the state of every process and of every channel:
//!
//! - *Marker-sending rule for a process p*: on each channel c that leads away from p, p sends one marker after p records
//!   its state and before p sends further messages on c.
//! - *Marker-receiving rule for a process q*, on receiving a marker on c: if q has not recorded its state, it does so, and
//!   records the state of c as empty; else it records the state of c as the messages that came on c after q recorded its
//!   state and before q received the marker.
//!
//! The naive way is to have every account write down its balance when it is told to. It forgets what is on its way; and
//! it may count money twice, where a payment was made after one account had written down its balance and arrived before
//! the other did.
//!
//! **What is assumed.** The paper assumes that channels deliver everything in order, and that processes do not fail. Here
//! messages are numbered and handled in order ([`crate::fifo`]); a lost one stops its channel, so that the snapshot behind it
//! is never finished, unless `resend` says after how long messages are repeated. An account that comes back from a crash
//! knows (by a mark on its disk) that it has forgotten its balance and its channels, and takes no part any more.
//!
//! So whatever delays, reordering, copies, losses, cuts, pauses, clocks and crashes there are, as long as no disk is lost:
//! a snapshot of Chandy and Lamport's that is finished is consistent, and counts all the money that was issued.

use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View};
use lightcone_sim::scenario::{Latency, Scenario, WeightedOp};
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

pub mod account;
mod describe;
pub mod messages;
pub mod monitors;

use crate::fifo::{Channels, Packet};
use account::Account;
use messages::{Body, Snapshot, Take, Timer, Total};

/// The bank for one set of parameters and accounts.
#[derive(Clone, Debug)]
pub struct Bank {
    params: Params,
    servers: u16,
}

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How snapshots are taken.
    pub snapshot: Method,
    /// What every account has in the beginning.
    pub initial: u64,
    /// How long an account waits between two payments, in local time: at least this, and at most twice this; 0: no
    /// payments.
    pub pause: Ns,
    /// After how long what was not acknowledged is repeated, in local time; 0: never.
    pub resend: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params { snapshot: Method::ChandyLamport, initial: 100, pause: Ns::ms(150), resend: Ns::ZERO }
    }
}

/// How snapshots are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// With markers; channels are recorded, too.
    #[default]
    ChandyLamport,
    /// Every account writes down its balance when it is told to.
    Naive,
}

/// What a node keeps in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A server.
    Account(Account),
    /// A client, which has channels and nothing else.
    Client(Channels<Body>),
    /// Who has forgotten everything in a crash.
    Gone,
}

impl Bank {
    /// All the money that there is.
    pub fn issued(&self) -> u64 {
        self.params.initial * u64::from(self.servers)
    }

    /// A snapshot as one number.
    pub fn number(&self, snapshot: Snapshot) -> u64 {
        u64::from(snapshot.number.saturating_sub(1)) * u64::from(self.servers)
            + u64::from(snapshot.initiator.number())
            + 1
    }

    fn client(&self, channels: &mut Channels<Body>, event: Event<'_, Bank>, ctx: &mut Ctx<'_, Bank>) {
        match event {
            Event::Op { id, at, .. } => {
                // Unless it is told otherwise, c1 asks A, c2 asks B, and so on.
                let own = NodeId::server(ctx.me().number() % self.servers);
                channels.send(at.unwrap_or(own), Body::Take(id), ctx);
            }
            Event::Message { from, msg } => {
                for body in channels.receive(from, msg, ctx) {
                    if let Body::Counted(op, total) = body {
                        ctx.reply(op, total);
                    }
                }
            }
            Event::Timer(_) => channels.repeat(ctx),
        }
    }
}

impl Protocol for Bank {
    type Params = Params;
    type State = State;
    type Stable = bool; // Whether the node has run before.
    type Msg = Packet<Body>;
    type Timer = Timer;
    type Op = Take;
    type Ret = Total;

    const NAME: &'static str = "bank";
    const TITLE: &'static str = "Snapshots of a bank";
    const SUMMARY: &'static str =
        "Accounts pay one another, and a snapshot counts the money, what is on its way included";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("snapshot", "chandy-lamport, or naive: each writes down its balance when it is told to"),
        ("initial", "what every account has in the beginning"),
        (
            "pause",
            "how long an account waits between payments, in ns of local time, to twice this; 0: no payments",
        ),
        ("resend", "after how long unacknowledged messages are repeated, in ns of local time; 0: never"),
    ];
    const OPS: &'static [&'static str] = &["snapshot"];

    fn new(params: Params, nodes: Nodes) -> Result<Bank, String> {
        if params.initial > 1_000_000_000 {
            return Err(format!("initial is {}: at most a billion for each account", params.initial));
        }
        for (name, span) in [("pause", params.pause), ("resend", params.resend)] {
            if span > Ns::ZERO && span < Ns::ms(1) {
                return Err(format!("{name} is {span}: at least 1 ms (1000000), or 0 for never"));
            }
        }
        Ok(Bank { params, servers: nodes.servers })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(4), ..Scenario::new(Self::NAME, nodes.unwrap_or(3)) };
        // Long ways: there is always money on them.
        scenario.network.latency = Latency::Uniform { min: Ns::ms(30), max: Ns::ms(120) };
        scenario.workload.start = Ns::ms(600);
        scenario.workload.every = Ns::s(1);
        scenario.workload.ops = vec![WeightedOp { op: Take.to_string(), weight: 1 }];
        scenario
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        let mut naive = Bank::scenario(None);
        naive.params.insert("snapshot".to_owned(), "naive".into());
        vec![("Naive: everybody writes down a balance", naive)]
    }

    fn boot(&self, ctx: &mut Ctx<'_, Bank>) -> State {
        if *ctx.stable() {
            ctx.note(|| {
                "I have run before, and have forgotten my balance and my channels: I take no part.".to_owned()
            });
            return State::Gone;
        }
        ctx.persist(|ran| *ran = true);
        let channels = Channels::new(self.params.resend, true);
        match ctx.me().is_client() {
            true => State::Client(channels),
            false => State::Account(Account::new(self, channels, ctx)),
        }
    }

    fn on(&self, state: &mut State, event: Event<'_, Bank>, ctx: &mut Ctx<'_, Bank>) {
        match (state, event) {
            (State::Client(channels), event) => self.client(channels, event, ctx),
            (State::Account(account), Event::Message { from, msg }) => {
                for body in account.channels.receive(from, msg, ctx) {
                    account.handle(self, from, body, ctx);
                }
            }
            (State::Account(account), Event::Timer(Timer::Pay)) => account.pay(self, ctx),
            (State::Account(account), Event::Timer(Timer::Again)) => account.channels.repeat(ctx),
            (State::Gone, _) | (State::Account(_), Event::Op { .. }) => {}
        }
    }

    fn status(&self, state: &State, _: &bool) -> Status {
        describe::status(self, state)
    }

    fn epoch_name(&self, epoch: u64) -> String {
        let (servers, number) = (u64::from(self.servers).max(1), epoch.saturating_sub(1));
        let initiator = NodeId::server((number % servers) as u16);
        Snapshot { number: (number / servers + 1) as u32, initiator }.to_string()
    }

    fn view(&self, state: &State, _: &bool) -> View {
        describe::view(state)
    }

    fn describe(&self, msg: &Packet<Body>) -> MsgView {
        msg.describe(|body| describe::message(self, body))
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::Pay => "pays".to_owned(),
            Timer::Again => "repeats".to_owned(),
        }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Bank>>> {
        vec![Box::new(monitors::Conserved::default()), Box::new(monitors::Consistent::default())]
    }
}
