//! Deposits: what a connection promises, and what it does not (Saltzer, Reed and Clark, *End-to-End Arguments in System
//! Design*, 1984, "Duplicate message suppression" and "Guaranteeing FIFO message delivery").
//!
//! Clients send deposits to a server, which adds them to an account on its disk and says so. Each is numbered by its
//! client. Over a connection they come in order and once; but when a connection breaks, its client cannot know which of
//! those unacknowledged have come, and one that sends them again on the next connection may have them applied twice. A
//! server that looks at the clients' own numbers (`numbers`) sees that, whatever carries them.

mod monitors;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use imbl::Vector;
use lightcone_sim::ids::{NodeId, Nodes, OpId};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, LogItem, LogView, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Action, Scenario, WeightedOp, WorkloadMode};
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

use crate::connection::Connected;

/// Deposits, over connections or datagrams.
pub type Stream = Connected<Deposits>;

/// The application, whatever carries its messages.
#[derive(Debug)]
pub struct Deposits {
    params: Params,
}

/// What a person can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Whether the server looks at the numbers that clients give their deposits. They are there in any case.
    pub numbers: bool,
}

impl Default for Params {
    fn default() -> Params {
        Params { numbers: true }
    }
}

/// `deposit 10`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deposit(pub u64);

impl fmt::Display for Deposit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deposit {}", self.0)
    }
}

impl FromStr for Deposit {
    type Err = String;

    fn from_str(text: &str) -> Result<Deposit, String> {
        let amount =
            text.trim().strip_prefix("deposit ").and_then(|amount| amount.trim().parse::<u32>().ok());
        amount.map(|amount| Deposit(amount.into())).ok_or_else(|| "write `deposit 10`".to_owned())
    }
}

/// What client and server say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// Add so much.
    Deposit {
        /// The client's own number for it.
        number: u32,
        /// How much.
        amount: u64,
    },
    /// It is in the account, on disk.
    Done {
        /// The client's number for it.
        number: u32,
    },
}

/// A deposit that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Applied {
    /// Who sent it.
    pub from: NodeId,
    /// Its client's number for it.
    pub number: u32,
    /// How much.
    pub amount: u64,
}

/// What is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// A client: how many deposits it has numbered.
    numbered: u32,
    /// A server: what is in the account.
    balance: u64,
    /// A server: what was applied, in order.
    applied: Vector<Applied>,
}

impl Disk {
    /// What was applied, in order.
    pub fn applied(&self) -> &Vector<Applied> {
        &self.applied
    }

    /// The number of this client's last deposit that was applied.
    fn last(&self, from: NodeId) -> u32 {
        self.applied.iter().rev().find(|applied| applied.from == from).map_or(0, |applied| applied.number)
    }

    fn has(&self, from: NodeId, number: u32) -> bool {
        self.applied.iter().rev().any(|applied| applied.from == from && applied.number == number)
    }
}

/// What is in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A client: which of its deposits are unanswered, by number.
    Sender(BTreeMap<u32, OpId>),
    /// A server.
    Receiver,
}

impl Deposits {
    fn deposit(&self, from: NodeId, number: u32, amount: u64, ctx: &mut Ctx<'_, Deposits>) {
        if self.params.numbers && number <= ctx.stable().last(from) {
            if !ctx.stable().has(from, number) {
                return ctx
                    .note(|| format!("Deposit {number} of {from} comes after a later one: I refuse it."));
            }
            ctx.note(|| {
                format!("I have deposit {number} of {from}, whichever connection it came by: once is enough.")
            });
        } else {
            ctx.persist(|disk| {
                disk.balance = disk.balance.saturating_add(amount);
                disk.applied.push_back(Applied { from, number, amount });
            });
        }
        ctx.send(from, Msg::Done { number });
    }
}

impl Protocol for Deposits {
    type Params = Params;
    type State = State;
    type Stable = Disk;
    type Msg = Msg;
    type Timer = (); // None.
    type Op = Deposit;
    type Ret = &'static str;
    const NAME: &'static str = "stream";
    const TITLE: &'static str = "Deposits over a connection";
    const SUMMARY: &'static str = "In order and once within a connection; the next one may bring it again";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("numbers", "whether the server looks at the clients' own numbers of their deposits")];
    const OPS: &'static [&'static str] = &["deposit 10", "deposit 25"];

    fn new(params: Params, _: Nodes) -> Result<Deposits, String> {
        Ok(Deposits { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(4), ..Scenario::new(Self::NAME, nodes.unwrap_or(1)) };
        scenario.workload.every = Ns::ms(150);
        scenario.workload.mode = WorkloadMode::Open;
        scenario.workload.count = Some(20);
        scenario.workload.ops = vec![WeightedOp { op: "deposit 10".to_owned(), weight: 1 }];
        scenario.network.loss_ppm = 50_000;
        // Deposit 6 has come by then, and that it has come is cut off.
        let groups = vec![vec![NodeId::server(0)], vec![NodeId::client(0)]];
        let action = Action::Partition { groups, until: Some(Ns::ms(2_400)), one_way: false };
        scenario.push(Ns::ms(770), action);
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Deposits>) -> State {
        if ctx.me().is_client() { State::Sender(BTreeMap::new()) } else { State::Receiver }
    }

    fn on(&self, state: &mut State, event: Event<'_, Deposits>, ctx: &mut Ctx<'_, Deposits>) {
        match (state, event) {
            (State::Sender(unanswered), Event::Op { id, op: Deposit(amount), at }) => {
                ctx.persist(|disk| disk.numbered += 1);
                let number = ctx.stable().numbered;
                unanswered.insert(number, id);
                ctx.send(at.unwrap_or(NodeId::server(0)), Msg::Deposit { number, amount });
            }
            (State::Sender(unanswered), Event::Message { msg: Msg::Done { number }, .. }) => {
                unanswered.remove(number).into_iter().for_each(|id| ctx.reply(id, "ok"));
            }
            (State::Receiver, Event::Message { from, msg: &Msg::Deposit { number, amount } }) => {
                self.deposit(from, number, amount, ctx);
            }
            _ => {}
        }
    }

    fn status(&self, state: &State, _: &Disk) -> Status {
        match state {
            State::Sender(_) => Status { role: "sender", weight: Weight::Thin, epoch: None },
            State::Receiver => Status { role: "receiver", weight: Weight::Thick, epoch: None },
        }
    }

    fn view(&self, state: &State, disk: &Disk) -> View {
        match state {
            State::Sender(unanswered) => {
                let numbers: Vec<String> = unanswered.keys().map(u32::to_string).collect();
                let numbers = if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") };
                View::default().durable("deposits", disk.numbered).field("unanswered", numbers)
            }
            State::Receiver => {
                let view = View::default().durable("balance", disk.balance);
                View { log: log(disk, 0, u64::MAX), ..view.durable("applied", disk.applied.len()) }
            }
        }
    }

    fn log(&self, _: Option<&State>, disk: &Disk, before: u64, count: u64) -> Option<LogView> {
        Some(LogView { items: log(disk, before, count), length: disk.applied.len() as u64, shared: None })
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match msg {
            Msg::Deposit { number, amount } => (
                "deposit",
                format!("+{amount} ({number})"),
                format!("Add {amount}. It is my deposit {number}."),
            ),
            Msg::Done { number } => {
                ("done", format!("done ({number})"), format!("Your deposit {number} is in the account."))
            }
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Deposits>>> {
        monitors::all()
    }
}

/// A stretch of what was applied, as entries of a log.
fn log(disk: &Disk, before: u64, count: u64) -> Vec<LogItem> {
    let items = disk.applied.iter().zip(1_u64..);
    let wanted = items.skip(before as usize).take(usize::try_from(count).unwrap_or(usize::MAX));
    let item = |(applied, index): (&Applied, u64)| {
        let Applied { from, number, amount } = applied;
        LogItem { index, epoch: None, text: format!("{from} {number}: +{amount}"), committed: true }
    };
    wanted.map(item).collect()
}
