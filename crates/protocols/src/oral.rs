//! Generals who send oral messages: algorithm OM(m) of Lamport, Shostak and Pease, *The Byzantine Generals Problem* (ACM
//! TOPLAS 4(3), 1982, §3).
//!
//! A is the commander and gives an order; the others are lieutenants. Each tells all others what he was told, and, where m
//! is more than 1, also what he was told that others were told, m times over. Then each takes the majority. With more than
//! 3m generals, m of whom are traitors, all loyal lieutenants obey the same order (IC1), and the commander's if he is loyal
//! (IC2). With 3m generals or fewer nothing can ensure that.
//!
//! The paper assumes that every message arrives (A1), that a receiver knows who sent it (A2), and that the absence of one
//! is noticed (A3). Here a step takes at most so long ([`Params::step`]); what has not come when all steps are over counts
//! as an order to retreat. Traitors are those whom a script makes byzantine. (§3 of the paper; signed messages are its §4.)

use std::fmt;

use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Action, How, Scenario};
use lightcone_sim::sorted::{Map, Set};
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

/// The protocol.
#[derive(Debug)]
pub struct Oral {
    params: Params,
}

/// What the generals have agreed on beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How many traitors it is to bear: how often what was heard is told on.
    pub m: u8,
    /// What the commander orders.
    pub order: Order,
    /// How long a step takes at most, on everybody's clock: telling and hearing.
    pub step: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params { m: 1, order: Order::Attack, step: Ns::ms(100) }
    }
}

/// An order, or what somebody says that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// What a general does who was told nothing, or hears as much for the one as for the other.
    Retreat,
    /// The other.
    Attack,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Order::Retreat => "retreat",
            Order::Attack => "attack",
        })
    }
}

/// What one general tells another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word {
    /// Through whose mouths it came: the commander first, the sender last.
    pub path: Vec<NodeId>,
    /// What he says that he was told.
    pub value: Order,
}

/// What a general knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct General {
    /// What came, by the mouths through which it came.
    heard: Map<Vec<NodeId>, Order>,
    /// What he does, once all steps are over.
    pub decision: Option<Order>,
    /// Whether the commander has spoken (the commander only).
    has_ordered: bool,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The commander gives the order.
    Order,
    /// All steps are over.
    Decide,
}

const COMMANDER: NodeId = NodeId::server(0);

/// When the order is given.
const BEGIN: Ns = Ns::ms(100);

/// The order that more than half of these are; retreat, if neither is.
fn majority(values: impl Iterator<Item = Order>) -> Order {
    let balance: i32 = values.map(|value| if value == Order::Attack { 1 } else { -1 }).sum();
    if balance > 0 { Order::Attack } else { Order::Retreat }
}

impl Oral {
    /// What this lieutenant takes for what the last of `path` was told: step 3 of OM(k), k being how often more it was
    /// told on. What did not come counts as retreat.
    fn taken(&self, general: &General, path: &[NodeId], ctx: &Ctx<'_, Oral>) -> Order {
        let heard = general.heard.get(&path.to_vec()).copied().unwrap_or(Order::Retreat);
        if path.len() > usize::from(self.params.m) {
            return heard;
        }
        let others = ctx.peers().filter(|peer| !path.contains(peer));
        let reported = others.map(|peer| self.taken(general, &[path, &[peer]].concat(), ctx));
        majority(reported.chain([heard]))
    }

    fn hear(&self, general: &mut General, from: NodeId, word: &Word, ctx: &mut Ctx<'_, Oral>) {
        let Word { path, value } = word;
        let is_fit = path.last() == Some(&from)
            && path.first() == Some(&COMMANDER)
            && path.len() <= usize::from(self.params.m) + 1
            && !path.contains(&ctx.me())
            && (1..path.len()).all(|place| !path[..place].contains(&path[place]));
        if !is_fit || general.decision.is_some() || general.heard.contains_key(path) {
            return ctx.note(|| "That comes too late, twice, or from nobody who should say it.".to_owned());
        }
        general.heard.insert(path.clone(), *value);
        if path.len() > usize::from(self.params.m) {
            return;
        }
        ctx.note(|| format!("I tell the others what {from} told me, so that they can compare."));
        let on = [path.as_slice(), &[ctx.me()]].concat();
        for peer in ctx.peers().filter(|peer| !path.contains(peer)) {
            ctx.send(peer, Word { path: on.clone(), value: *value });
        }
    }

    fn decide(&self, general: &mut General, ctx: &mut Ctx<'_, Oral>) {
        let decision =
            if ctx.me() == COMMANDER { self.params.order } else { self.taken(general, &[COMMANDER], ctx) };
        general.decision = Some(decision);
        ctx.note(|| match told(general) {
            _ if general.has_ordered => format!("I {decision}, as I ordered."),
            (0, 0) => format!("Nobody told me anything: I {decision}."),
            (attack, retreat) => {
                format!("I was told attack {attack} times and retreat {retreat} times: I {decision}.")
            }
        });
    }
}

/// How often a general was told to attack, and to retreat.
fn told(general: &General) -> (usize, usize) {
    let attack = general.heard.values().filter(|&&value| value == Order::Attack).count();
    (attack, general.heard.len() - attack)
}

impl Protocol for Oral {
    type Params = Params;
    type State = General;
    type Stable = ();
    type Msg = Word;
    type Timer = Timer;
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "oral";
    const TITLE: &'static str = "Byzantine generals (oral messages)";
    const SUMMARY: &'static str =
        "Loyal generals agree on an order though some are traitors, if there are enough of them";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("m", "how many traitors it is to bear: 0, 1 or 2"),
        ("order", "what the commander orders: attack or retreat"),
        ("step", "how long telling and hearing takes at most, in ns of local time"),
    ];

    fn new(params: Params, nodes: Nodes) -> Result<Oral, String> {
        match (nodes.servers, params.m) {
            (_, 3..) => Err("m is 0, 1 or 2".to_owned()),
            (2..=10, _) if params.step <= Ns::s(60) => Ok(Oral { params }),
            (2..=10, _) => Err("a step takes at most 60 s".to_owned()),
            (servers, _) => Err(format!("there are 2 to 10 generals, not {servers}")),
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::ms(800), ..Scenario::new(Self::NAME, nodes.unwrap_or(4)) };
        scenario.workload.clients = 0;
        let (node, how) = (COMMANDER, How::Equivocate);
        let (to, field, value, until) = (None, None, None, None);
        scenario.push(Ns::ms(50), Action::Byzantine { node, how, to, field, value, until });
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Oral>) -> General {
        if ctx.me().is_client() {
            return General::default();
        }
        if ctx.me() == COMMANDER {
            ctx.set_timer(Timer::Order, BEGIN, BEGIN);
        }
        let end = BEGIN + Ns(self.params.step.0 * (u64::from(self.params.m) + 1));
        ctx.set_timer(Timer::Decide, end, end);
        General::default()
    }

    fn on(&self, general: &mut General, event: Event<'_, Oral>, ctx: &mut Ctx<'_, Oral>) {
        match event {
            Event::Message { from, msg } => self.hear(general, from, msg, ctx),
            Event::Timer(Timer::Order) => {
                general.has_ordered = true;
                let value = self.params.order;
                ctx.note(|| format!("I order all my lieutenants to {value}."));
                for peer in ctx.peers() {
                    ctx.send(peer, Word { path: vec![COMMANDER], value });
                }
            }
            Event::Timer(Timer::Decide) => self.decide(general, ctx),
            Event::Op { id, .. } => ctx.reply(id, "nobody asks a general"),
        }
    }

    fn status(&self, general: &General, (): &()) -> Status {
        match general.decision {
            Some(Order::Attack) => Status { role: "attacks", weight: Weight::Thick, epoch: Some(1) },
            Some(Order::Retreat) => Status { role: "retreats", weight: Weight::Thick, epoch: Some(2) },
            None if general.has_ordered => Status { role: "commander", weight: Weight::Thick, epoch: None },
            None => Status { role: "waits", weight: Weight::Thin, epoch: None },
        }
    }

    fn view(&self, general: &General, (): &()) -> View {
        let order = general.heard.get(&vec![COMMANDER]);
        let order = order.map_or_else(|| "none yet".to_owned(), Order::to_string);
        let told = general.heard.iter().filter(|(path, _)| path.len() > 1);
        let told: Vec<String> =
            told.map(|(path, value)| format!("{}: {value}", mouths(&path[1..]))).collect();
        let decision = general.decision.map_or_else(|| "not yet".to_owned(), |order| order.to_string());
        let view = View::default().field("order heard", order);
        view.field("others say it was", told.join(", ")).field("decision", decision)
    }

    fn describe(&self, word: &Word) -> MsgView {
        let value = word.value;
        let Some((last, before)) = word.path.split_last() else {
            let label = value.to_string();
            return MsgView { kind: "order", sentence: label.clone(), label, epoch: None, routine: false };
        };
        let (kind, label, sentence) = match before {
            [] => ("order", format!("{value}!"), format!("{last} orders: {value}!")),
            _ => (
                "report",
                format!("{} said {value}", mouths(before)),
                format!("{last} says that {} told him: {value}.", mouths(before)),
            ),
        };
        let epoch = Some(if value == Order::Attack { 1 } else { 2 });
        MsgView { kind, label, sentence, epoch, routine: false }
    }

    fn epoch_name(&self, _: u64) -> String {
        String::new() // The two orders have a colour each, and roles say which.
    }

    fn facts(&self, word: &Word) -> Vec<(&'static str, i64)> {
        vec![("value", i64::from(word.value == Order::Attack))]
    }

    fn with_fact(&self, word: &Word, name: &str, value: i64) -> Option<Word> {
        let value = if value.rem_euclid(2) == 1 { Order::Attack } else { Order::Retreat };
        (name == "value").then(|| Word { value, ..word.clone() })
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::Order => "order",
            Timer::Decide => "decide",
        }
        .to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Oral>>> {
        vec![Box::new(SameOrder::default()), Box::new(Obedience::default())]
    }
}

/// The last first, as one tells it: `C: B: A` is what C says that B says that A said.
fn mouths(path: &[NodeId]) -> String {
    let names: Vec<String> = path.iter().rev().map(ToString::to_string).collect();
    names.join(" says ")
}

/// What a loyal lieutenant has just decided, if he has. One who has ever been byzantine is a traitor, and one who has been
/// down does not do as was agreed either.
fn decided(seen: &Seen<'_, Oral>, known: &mut Set<NodeId>) -> Option<Order> {
    let node = seen.event.node;
    let Some(general) = seen.state else {
        known.insert(node);
        return None;
    };
    let decision = general.decision?;
    (node != COMMANDER && !seen.is_byzantine && known.insert(node)).then_some(decision)
}

/// IC1: all loyal lieutenants obey the same order.
#[derive(Clone, Debug, Default)]
struct SameOrder {
    known: Set<NodeId>,
    /// Each decision, and where it was taken.
    decisions: Vec<(Order, EventId)>,
}

impl Monitor<Oral> for SameOrder {
    fn name(&self) -> &'static str {
        "IC1"
    }

    fn observe(&mut self, seen: Seen<'_, Oral>, report: &mut Report<'_>) {
        let Some(decision) = decided(&seen, &mut self.known) else { return };
        // Every two who disagree are told of: what others do besides must not change what is said of these.
        for &(before, event) in self.decisions.iter().filter(|(before, _)| *before != decision) {
            let (one, other) = (event.node, seen.event.node);
            report.violated(
                format!("{one} and {other} are loyal; {one} decides to {before}, {other} to {decision}."),
                [event],
            );
        }
        self.decisions.push((decision, seen.event));
    }
}

/// IC2: if the commander is loyal, every loyal lieutenant obeys the order that he sends.
#[derive(Clone, Debug, Default)]
struct Obedience {
    known: Set<NodeId>,
    /// Where the order was given, by a commander who was loyal then.
    order: Option<EventId>,
}

impl Monitor<Oral> for Obedience {
    fn name(&self) -> &'static str {
        "IC2"
    }

    fn observe(&mut self, seen: Seen<'_, Oral>, report: &mut Report<'_>) {
        let orders = seen.event.node == COMMANDER && seen.state.is_some_and(|general| general.has_ordered);
        if orders && self.order.is_none() && !seen.is_byzantine {
            self.order = Some(seen.event);
        }
        let order = seen.protocol.params.order;
        let (Some(decision), Some(event)) = (decided(&seen, &mut self.known), self.order) else { return };
        if decision != order {
            let node = seen.event.node;
            report.violated(
                format!(
                    "{COMMANDER} is loyal and orders to {order}; {node} is loyal and decides to {decision}."
                ),
                [event],
            );
        }
    }
}
