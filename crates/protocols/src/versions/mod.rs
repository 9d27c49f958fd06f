//! A replicated store that keeps what was written concurrently side by side, as Dynamo does (DeCandia et al., *Dynamo:
//! Amazon's Highly Available Key-value Store*, SOSP 2007, §4.4) and Riak: and four ways to tell what is concurrent.
//!
//! Any server takes a write in, and tells the others. A client that reads gets the values and a **context**, which it hands
//! back when it writes: that is how it says what it means to overwrite. What no writer has overwritten stays; several
//! values of one key are *siblings*, and the next client that reads them puts one value in their place.
//!
//! What a context is, and how it is compared, is the parameter `clock` ([`object::Rule`]):
//!
//! | clock | what counts | what goes wrong |
//! |---|---|---|
//! | `dvv` | each write is an event of the server that took it in, apart from its past | nothing |
//! | `client-vv` | clients count, a vector a value | it grows with the clients; a client that writes twice after one read loses the second write |
//! | `server-vv` | servers count, a vector a value | of two clients that write after reading the same, the second overwrites the first: a lost update |
//! | `vnode-vv` | servers count, one vector for all values of a key | nothing is lost, but a write with an old context overwrites nothing, not even what its client had read: siblings without end |
//!
//! With `prune` a version vector keeps only so many entries, and drops those that were counted longest ago (Dynamo, §4.4:
//! ten; Riak: 50 by default). Then a newer value can look concurrent to an older one, or even older.
//!
//! - [`object`]: what a server holds of a key, and the four rules;
//! - [`clock`]: a version vector that can be pruned;
//! - [`monitors`]: no lost update, no false conflict, held against causal histories.

use ecow::EcoString;
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View};
use lightcone_sim::scenario::{Scenario, WeightedOp};
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

pub mod client;
pub mod clock;
mod describe;
pub mod messages;
pub mod monitors;
pub mod object;
mod server;

use client::Client;
use messages::{Msg, Op, Ret, Timer, Written};
use object::{Object, Rule};

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// By which clocks servers tell what was overwritten.
    pub clock: Rule,
    /// How many entries a version vector keeps; 0: all.
    pub prune: u32,
    /// How often at least a server tells another one all that it has; 0: never.
    pub exchange: Ns,
    /// How long a client waits for an answer.
    pub patience: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params { clock: Rule::Dvv, prune: 0, exchange: Ns::s(1), patience: Ns::ms(500) }
    }
}

/// A wait or an interval of less would leave no time for anything else.
const SHORTEST: Ns = Ns::ms(1);

/// The store.
#[derive(Clone, Debug)]
pub struct Versions {
    params: Params,
}

/// What is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// Client: how often it has started.
    pub boots: u32,
    /// Server: what it has of each key.
    pub store: Map<EcoString, Object>,
    /// Server: of each client the last request that it has taken in, so that one that comes twice counts once.
    pub taken: Map<NodeId, (u64, Written)>,
}

/// What is in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A server remembers nothing that is not on its disk.
    Server,
    /// A client.
    Client(Client),
}

impl Protocol for Versions {
    type Params = Params;
    type State = State;
    type Stable = Disk;
    type Msg = Msg;
    type Timer = Timer;
    type Op = Op;
    type Ret = Ret;
    const NAME: &'static str = "versions";
    const TITLE: &'static str = "Versions and siblings";
    const SUMMARY: &'static str =
        "A store that keeps concurrent writes side by side, with clocks to tell which are concurrent";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        (
            "clock",
            "dvv, client-vv, server-vv (a version vector a value), or vnode-vv (one for all values of a key)",
        ),
        ("prune", "how many entries a version vector keeps, the oldest being dropped; 0: all"),
        (
            "exchange",
            "how often at least a server tells another one all that it has, in ns of local time; 0: never",
        ),
        ("patience", "how long a client waits for an answer, in ns of local time"),
    ];
    const OPS: &'static [&'static str] = &["get x", "put x a", "update x b", "blind x c", "update y d"];

    fn new(params: Params, nodes: Nodes) -> Result<Versions, String> {
        if nodes.servers == 0 {
            return Err("somebody must keep the values: there is no server".to_owned());
        }
        if params.clock == Rule::Dvv && params.prune > 0 {
            return Err(
                "dotted version vectors have an entry for each server and are not pruned: `prune` goes with \
                        another `clock`"
                    .to_owned(),
            );
        }
        if params.patience < SHORTEST {
            return Err("`patience` is at least a millisecond: a client must wait for its answer".to_owned());
        }
        if params.exchange > Ns::ZERO && params.exchange < SHORTEST {
            return Err("`exchange` is 0 (never) or at least a millisecond".to_owned());
        }
        Ok(Versions { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(3), ..Scenario::new(Self::NAME, nodes.unwrap_or(3)) };
        scenario.workload.clients = 3;
        scenario.workload.start = Ns::ms(100);
        scenario.workload.every = Ns::ms(90);
        scenario.workload.ops = vec![WeightedOp { op: "update x {c}.{n}".to_owned(), weight: 1 }];
        scenario
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        let explosion = |clock: &str| {
            let mut scenario = Scenario { until: Ns::s(4), ..Versions::scenario(Some(1)) };
            scenario.params.insert("clock".to_owned(), clock.into());
            scenario.workload.clients = 8;
            scenario.workload.every = Ns::ms(50);
            scenario
        };
        vec![
            ("One vector for all values: sibling explosion", explosion("vnode-vv")),
            ("The same with dotted version vectors", explosion("dvv")),
            ("Servers count for their clients: lost updates", explosion("server-vv")),
        ]
    }

    fn boot(&self, ctx: &mut Ctx<'_, Versions>) -> State {
        if ctx.me().is_client() {
            return State::Client(Client::boot(ctx));
        }
        server::boot(&self.params, ctx);
        State::Server
    }

    fn on(&self, state: &mut State, event: Event<'_, Versions>, ctx: &mut Ctx<'_, Versions>) {
        let params = &self.params;
        match (state, event) {
            (State::Client(client), Event::Op { id, op, at }) => client.on_op(params, (id, op, at), ctx),
            (State::Client(client), Event::Timer(Timer::Patience)) => client.on_patience(params, ctx),
            (State::Client(client), Event::Message { msg, .. }) => match msg {
                Msg::Values { number, key, read } => client.on_values(params, (*number, key, read), ctx),
                Msg::Done { number } => client.on_done(params, *number, ctx),
                _ => {}
            },
            (State::Server, Event::Timer(Timer::Exchange)) => server::on_exchange(params, ctx),
            (State::Server, Event::Message { from, msg }) => match msg {
                Msg::Get { number, key } => server::on_get(from, *number, key, ctx),
                Msg::Put { number, key, written, context } => {
                    server::on_put(params, (from, *number), (key, written, context), ctx);
                }
                Msg::Replicate { key, object, .. } => server::on_replicate(params, (from, key, object), ctx),
                _ => {}
            },
            _ => {}
        }
    }

    fn status(&self, state: &State, disk: &Disk) -> Status {
        describe::status(state, disk)
    }

    fn epoch_name(&self, epoch: u64) -> String {
        if epoch == 1 { "1 value".to_owned() } else { format!("{epoch} values") }
    }

    fn view(&self, state: &State, disk: &Disk) -> View {
        describe::view(state, disk)
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        describe::message(msg)
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::Patience => "the client's patience".to_owned(),
            Timer::Exchange => "exchange with another server".to_owned(),
        }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Versions>>> {
        vec![Box::<monitors::NoLostUpdate>::default(), Box::<monitors::NoFalseConflict>::default()]
    }
}
