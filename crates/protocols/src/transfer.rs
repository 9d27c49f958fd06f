//! A bank transfer over a network that may rewrite what it carries, and two guards against that.
//!
//! A client orders its bank, A, to pay an amount to an account. An order carries a token that the bank checks:
//!
//! - `none`: there is no token; the bank believes what it reads.
//! - `checksum`: the sum of the numbers in the message, a hash that anybody can compute (the Internet checksum is such a sum
//!   too: RFC 1071). It detects what chance alters. Who rewrites a message on purpose rewrites the sum as well.
//! - `signature`: a number made of the content and a secret that only the client and the bank have (a message authentication
//!   code, as HMAC is: RFC 2104). Who has no secret cannot make the number that fits another content.
//!
//! **This is a model and no cryptography.** The secret stands below for everybody to read, and the mixing function is none
//! that would withstand an attack. What is modelled is who can compute what: neither the network nor a script is offered the
//! number that fits a forged order.
//!
//! What the bank cannot believe it refuses, and the client sends it again; so it does when it hears nothing. Each order has
//! a serial number that the guard covers, and the bank carries out none twice, so a copy of an old order does no harm.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, LogItem, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Scenario, WeightedOp};
use lightcone_sim::sorted::{Map, Set};
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

use crate::client::{Call, Calls};

/// The protocol.
#[derive(Debug)]
pub struct Transfer {
    params: Params,
}

/// What client and bank have agreed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// What guards a message.
    pub guard: Guard,
    /// How long a client waits for an answer before it asks again.
    pub patience: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params { guard: Guard::Checksum, patience: Ns::ms(200) }
    }
}

/// What guards a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Guard {
    /// Nothing.
    None,
    /// A sum that anybody can compute.
    Checksum,
    /// A number that only who has the secret can compute.
    Signature,
}

/// An order to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order {
    /// Which of the client's orders it is, from 1.
    pub serial: u32,
    /// To which account.
    pub account: u32,
    /// How much.
    pub amount: u32,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// Client to bank: pay.
    Order {
        /// What.
        order: Order,
        /// What guards it.
        token: i64,
    },
    /// Bank to client: the order of this number is carried out.
    Paid {
        /// Which.
        serial: u32,
        /// What guards it.
        token: i64,
    },
    /// Bank to client: I do not believe what I read.
    Refused,
}

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pay {
    /// To which account.
    pub account: u32,
    /// How much.
    pub amount: u32,
}

impl fmt::Display for Pay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pay {} to {}", self.amount, self.account)
    }
}

impl FromStr for Pay {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Pay, &'static str> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = |text: &str| text.parse::<u32>().ok().filter(|&number| number <= MOST);
        let ["pay", amount, "to", account] = words[..] else {
            return Err("write `pay`, an amount, `to` and an account: `pay 100 to 7`");
        };
        match (number(amount), number(account)) {
            (Some(amount), Some(account)) => Ok(Pay { account, amount }),
            _ => Err("amounts and accounts are numbers up to 1000000"),
        }
    }
}

/// No amount and no account is higher.
const MOST: u32 = 1_000_000;
/// A checksum has three digits.
const CHECKSUM: i64 = 1_000;
/// What only clients and bank know. (So the model has it; it is no secret from who reads this.)
const SECRET: u64 = 0x5851_f42d_4c95_7f2d;

impl Guard {
    /// The token that fits what `client` and the bank say to one another.
    fn token(self, client: NodeId, numbers: &[u32]) -> i64 {
        match self {
            Guard::None => 0,
            Guard::Checksum => numbers.iter().map(|&number| i64::from(number)).sum::<i64>() % CHECKSUM,
            Guard::Signature => {
                let mut mixed = SECRET ^ u64::from(client.number());
                for &number in numbers {
                    mixed = (mixed ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    mixed ^= mixed >> 29;
                }
                (mixed >> 24) as i64 // Ten digits or so, to be read.
            }
        }
    }

    /// What it is called, where it is one.
    const fn fact(self) -> Option<&'static str> {
        match self {
            Guard::None => None,
            Guard::Checksum => Some("checksum"),
            Guard::Signature => Some("signature"),
        }
    }
}

impl Order {
    fn numbers(self) -> [u32; 3] {
        [self.serial, self.account, self.amount]
    }
}

/// A node's memory: nothing that a bank or a client needs is lost with it, but who waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    calls: Calls<Pay>,
    /// The order under way.
    order: Option<Order>,
}

/// What is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Books {
    /// A client's last serial number.
    serial: u32,
    /// What the bank has carried out.
    paid: Map<(NodeId, u32), Order>,
    /// What it carried out last.
    last: Option<(NodeId, Order)>,
}

const BANK: NodeId = NodeId::server(0);

impl Transfer {
    fn next(&self, client: &mut Client, ctx: &mut Ctx<'_, Transfer>) {
        let Some(call) = client.calls.start_next() else { return };
        let Pay { account, amount } = call.op;
        ctx.persist(|books| books.serial += 1);
        client.order = Some(Order { serial: ctx.stable().serial, account, amount });
        self.ask(client, ctx);
    }

    fn ask(&self, client: &Client, ctx: &mut Ctx<'_, Transfer>) {
        let Some(order) = client.order else { return };
        let token = self.params.guard.token(ctx.me(), &order.numbers());
        ctx.send(BANK, Msg::Order { order, token });
        ctx.set_timer((), self.params.patience, self.params.patience);
    }

    fn on_client(&self, client: &mut Client, event: Event<'_, Transfer>, ctx: &mut Ctx<'_, Transfer>) {
        match event {
            Event::Op { id, op, at } => {
                client.calls.submit(Call { id, op, at });
                self.next(client, ctx);
            }
            Event::Timer(()) => {
                ctx.note(|| "No answer: I send the order again, with the same serial number.".to_owned());
                self.ask(client, ctx);
            }
            Event::Message { msg: Msg::Refused, .. } if client.order.is_some() => {
                ctx.note(|| "The bank does not believe what it read: I send it again.".to_owned());
                self.ask(client, ctx);
            }
            Event::Message { msg: &Msg::Paid { serial, token }, .. } => {
                let fits = token == self.params.guard.token(ctx.me(), &[serial]);
                if !fits || client.order.is_none_or(|order| order.serial != serial) {
                    return ctx.note(|| "That is no answer to my order, or it has been altered.".to_owned());
                }
                client.order = None;
                ctx.cancel(());
                if let Some(call) = client.calls.finish() {
                    ctx.reply(call.id, "paid");
                }
                self.next(client, ctx);
            }
            Event::Message { .. } => {}
        }
    }

    fn on_bank(&self, event: Event<'_, Transfer>, ctx: &mut Ctx<'_, Transfer>) {
        let Event::Message { from, msg: &Msg::Order { order, token } } = event else { return };
        let guard = self.params.guard;
        let fitting = guard.token(from, &order.numbers());
        if token != fitting {
            ctx.note(|| match guard {
                Guard::Signature => format!("{from} never signed that: I refuse it."),
                _ => format!("The checksum is {token}, the sum {fitting}: it was altered, and I refuse it."),
            });
            return ctx.send(from, Msg::Refused);
        }
        let serial = order.serial;
        match ctx.stable().paid.contains_key(&(from, serial)) {
            true => ctx.note(|| "I have carried that out before, and only say so again.".to_owned()),
            false => {
                let Order { account, amount, .. } = order;
                ctx.note(|| format!("I pay {amount} to {account}, as {from} orders."));
                ctx.persist(|books| {
                    books.paid.insert((from, serial), order);
                    books.last = Some((from, order));
                });
            }
        }
        ctx.send(from, Msg::Paid { serial, token: guard.token(from, &[serial]) });
    }
}

impl Protocol for Transfer {
    type Params = Params;
    type State = Option<Client>; // The bank has only its books.
    type Stable = Books;
    type Msg = Msg;
    type Timer = (); // A client's patience.
    type Op = Pay;
    type Ret = &'static str;
    const NAME: &'static str = "transfer";
    const TITLE: &'static str = "Bank transfer";
    const SUMMARY: &'static str =
        "Orders cross a network that alters them; a checksum detects that, a signature prevents forging";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("guard", "what guards a message: none, checksum or signature"),
        ("patience", "how long a client waits before it sends an order again, in ns of local time"),
    ];
    const OPS: &'static [&'static str] = &["pay 100 to 7", "pay 20 to 3"];

    fn new(params: Params, nodes: Nodes) -> Result<Transfer, String> {
        if nodes.servers != 1 {
            return Err(format!("there is one bank, not {}", nodes.servers));
        }
        if !(Ns::ms(1)..=Ns::s(60)).contains(&params.patience) {
            return Err("patience must be from 1 ms to 60 s".to_owned());
        }
        Ok(Transfer { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(3), ..Scenario::new(Self::NAME, nodes.unwrap_or(1)) };
        scenario.names.insert(BANK, "bank".to_owned());
        scenario.network.corrupt_ppm = 300_000;
        scenario.workload.every = Ns::ms(300);
        scenario.workload.start = Ns::ms(100);
        scenario.workload.ops = vec![WeightedOp { op: "pay {n}0 to 7".to_owned(), weight: 1 }];
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Transfer>) -> Option<Client> {
        ctx.me().is_client().then(|| Client { calls: Calls::new(BANK), order: None })
    }

    fn on(&self, state: &mut Option<Client>, event: Event<'_, Transfer>, ctx: &mut Ctx<'_, Transfer>) {
        match state {
            Some(client) => self.on_client(client, event, ctx),
            None => self.on_bank(event, ctx),
        }
    }

    fn status(&self, state: &Option<Client>, _: &Books) -> Status {
        let (role, weight) = match state {
            None => ("bank", Weight::Thick),
            Some(Client { order: Some(_), .. }) => ("waits", Weight::Dashed),
            Some(_) => ("client", Weight::Thin),
        };
        Status { role, weight, epoch: None }
    }

    fn view(&self, state: &Option<Client>, books: &Books) -> View {
        let Some(client) = state else {
            let total: u64 = books.paid.values().map(|order| u64::from(order.amount)).sum();
            let mut view = View::default().durable("paid in all", total);
            for (place, ((from, serial), order)) in (1..).zip(books.paid.iter()) {
                let text = format!("{from}, {serial}: {} to {}", order.amount, order.account);
                view.log.push(LogItem { index: place, epoch: None, text, committed: true });
            }
            return view;
        };
        let order = client
            .order
            .map_or_else(|| "none".to_owned(), |order| format!("{} to {}", order.amount, order.account));
        View::default()
            .field("order under way", order)
            .field("waiting behind it", client.calls.waiting())
            .durable("last serial number", books.serial)
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let guard = |token: i64| match self.params.guard.fact() {
            Some(name) => format!(" ({name} {token})"),
            None => String::new(),
        };
        let (kind, label, sentence) = match msg {
            Msg::Order { order: Order { serial, account, amount }, token } => (
                "order",
                format!("{amount} to {account}"),
                format!("Order {serial}: pay {amount} to {account}{}.", guard(*token)),
            ),
            Msg::Paid { serial, token } => {
                ("paid", format!("paid {serial}"), format!("Order {serial} is carried out{}.", guard(*token)))
            }
            Msg::Refused => (
                "refused",
                "refused".to_owned(),
                "What I read cannot be what you wrote: send it again.".to_owned(),
            ),
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn facts(&self, msg: &Msg) -> Vec<(&'static str, i64)> {
        let guard = |token: i64| self.params.guard.fact().map(|name| (name, token));
        match *msg {
            Msg::Order { order, token } => {
                let [serial, account, amount] = order.numbers().map(i64::from);
                let facts = [("amount", amount), ("account", account), ("serial", serial)];
                facts.into_iter().chain(guard(token)).collect()
            }
            Msg::Paid { serial, token } => {
                [("serial", i64::from(serial))].into_iter().chain(guard(token)).collect()
            }
            Msg::Refused => Vec::new(),
        }
    }

    fn with_fact(&self, msg: &Msg, name: &str, value: i64) -> Option<Msg> {
        let mut msg = msg.clone();
        let is_guard = self.params.guard.fact() == Some(name);
        let number = || u32::try_from(value).ok();
        match (&mut msg, name) {
            (Msg::Order { token, .. } | Msg::Paid { token, .. }, _) if is_guard => *token = value,
            (Msg::Order { order, .. }, "amount") => order.amount = number()?,
            (Msg::Order { order, .. }, "account") => order.account = number()?,
            (Msg::Order { order, .. }, "serial") => order.serial = number()?,
            (Msg::Paid { serial, .. }, "serial") => *serial = number()?,
            _ => return None,
        }
        Some(msg)
    }

    fn describe_timer(&self, (): &()) -> String {
        "no answer".to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Transfer>>> {
        vec![Box::new(Integrity::default())]
    }
}

/// What must hold: the bank carries out no order that its client did not give.
#[derive(Clone, Debug, Default)]
struct Integrity {
    /// What each client was asked to pay, and where last.
    asked: Map<NodeId, (Set<Pay>, Option<EventId>)>,
    /// What the bank had carried out last when it was last looked at.
    last: Option<(NodeId, Order)>,
}

impl Monitor<Transfer> for Integrity {
    fn name(&self) -> &'static str {
        "integrity"
    }

    fn observe(&mut self, seen: Seen<'_, Transfer>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if let Some(&pay) = seen.asked {
            let (asked, last) = self.asked.or_default(node);
            asked.insert(pay);
            *last = Some(seen.event);
        }
        let Some((client, order)) =
            seen.stable.last.filter(|_| node == BANK && seen.stable.last != self.last)
        else {
            return;
        };
        self.last = Some((client, order));
        let Order { account, amount, .. } = order;
        let (asked, event) = self.asked.or_default(client);
        if !asked.contains(&Pay { account, amount }) {
            let text = format!(
                "The bank has paid {amount} to {account} for {client}, which {client} never ordered."
            );
            report.violated(text, *event);
        }
    }
}
