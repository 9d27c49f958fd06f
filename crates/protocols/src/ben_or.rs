//! Ben-Or's consensus in rounds (Ben-Or, *Another Advantage of Free Choice*, PODC 1983, protocol A), with a coin or without.
//!
//! In each round a process reports its value to all, and waits for the reports of all but f. If more than half of all
//! reported one value, it proposes that, and nothing otherwise; and waits for the proposals of all but f. If f + 1 proposed a
//! value, it decides it; if anybody did, it goes on with it. If nobody did, Ben-Or flips a coin. [`Coin::Other`] leaves chance
//! out: the process goes on with what the last other one reported. Then it is deterministic, and an adversary who chooses when
//! messages come can keep it undecided for ever (Fischer, Lynch and Paterson, 1985).
//!
//! With n processes, f is the most that are less than half. Whoever has decided takes part for one round more, by which all have
//! decided. A process that crashes stays out.

use std::cmp::Ordering;

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, Milestone, World};
use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

/// The protocol.
#[derive(Clone, Debug)]
pub struct BenOr {
    params: Params,
    servers: u16,
}

/// What the processes have agreed on beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// What each process begins with, a digit each, 0 or 1; those beyond begin with 0.
    pub inputs: String,
    /// What a process does of which nobody proposed anything.
    pub coin: Coin,
    /// After so many rounds a process gives up. 0: never.
    pub rounds: u32,
}

impl Default for Params {
    fn default() -> Params {
        Params { inputs: "001".to_owned(), coin: Coin::Flip, rounds: 0 }
    }
}

/// With what a process goes on when nobody has proposed anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coin {
    /// With 0 or 1 by chance.
    #[default]
    Flip,
    /// With what the last other one reported.
    Other,
}

/// The two halves of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// What is your value?
    Report,
    /// Did more than half report one?
    Propose,
}

/// What one process tells all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Msg {
    /// In which round, from 1.
    pub round: u32,
    /// In which half of it.
    pub phase: Phase,
    /// A value; `None`: it proposes nothing.
    pub value: Option<u8>,
}

/// What a process knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    /// The round that it is in, from 1.
    pub round: u32,
    /// The half of it.
    pub phase: Phase,
    /// Its value.
    pub value: u8,
    /// What the last other process reported in this round.
    other: u8,
    /// What it has heard in this phase, its own word first.
    heard: Vec<(NodeId, Option<u8>)>,
    /// What came before its time, in an order that says nothing of when.
    pub early: Vec<(Msg, NodeId)>,
    /// What it has decided.
    pub decision: Option<u8>,
    /// Whether it takes no part any more.
    pub is_out: bool,
}

impl BenOr {
    fn input(&self, node: NodeId) -> u8 {
        let digit = self.params.inputs.as_bytes().get(usize::from(node.number()));
        u8::from(digit == Some(&b'1'))
    }

    /// How many silent processes it bears.
    fn f(&self) -> usize {
        usize::from(self.servers.saturating_sub(1) / 2)
    }

    /// How many a process waits for, itself included.
    fn enough(&self) -> usize {
        usize::from(self.servers) - self.f()
    }

    fn say(&self, process: &mut Process, value: Option<u8>, ctx: &mut Ctx<'_, BenOr>) {
        let msg = Msg { round: process.round, phase: process.phase, value };
        for peer in ctx.peers() {
            ctx.send(peer, msg);
        }
        process.heard = vec![(ctx.me(), value)];
    }

    /// Takes what came early and is due, and goes on for as long as it has heard enough.
    fn go_on(&self, process: &mut Process, ctx: &mut Ctx<'_, BenOr>) {
        while !process.is_out {
            if process.heard.len() >= self.enough() {
                match process.phase {
                    Phase::Report => self.propose(process, ctx),
                    Phase::Propose => self.end_round(process, ctx),
                }
                continue;
            }
            let now = (process.round, process.phase);
            process.early.retain(|(msg, _)| (msg.round, msg.phase) >= now);
            let due = process.early.iter().position(|(msg, _)| (msg.round, msg.phase) == now);
            let Some(place) = due else { return };
            let (msg, from) = process.early.remove(place);
            self.hear(process, from, msg);
        }
        (process.heard, process.early) = (Vec::new(), Vec::new());
    }

    fn hear(&self, process: &mut Process, from: NodeId, msg: Msg) {
        if let (Phase::Report, Some(value)) = (msg.phase, msg.value) {
            process.other = value;
        }
        process.heard.push((from, msg.value));
    }

    /// The first half of a round is over.
    fn propose(&self, process: &mut Process, ctx: &mut Ctx<'_, BenOr>) {
        let count = |value: u8| process.heard.iter().filter(|(_, other)| *other == Some(value)).count();
        let most = [0, 1].into_iter().find(|&value| 2 * count(value) > usize::from(self.servers));
        ctx.note(|| match most {
            Some(value) => format!("More than half reported {value}: I propose it."),
            None => "I have heard of both values: I propose nothing.".to_owned(),
        });
        process.phase = Phase::Propose;
        self.say(process, most, ctx);
    }

    /// The second half of a round is over.
    fn end_round(&self, process: &mut Process, ctx: &mut Ctx<'_, BenOr>) {
        let (round, had_decided) = (process.round, process.decision.is_some());
        let count = |value: u8| process.heard.iter().filter(|(_, other)| *other == Some(value)).count();
        let proposed = [0, 1].into_iter().find(|&value| count(value) > 0);
        match proposed {
            Some(value) if count(value) > self.f() => {
                ctx.note(|| format!("{} proposed {value}: I decide it.", count(value)));
                process.decision = process.decision.or(Some(value));
            }
            Some(value) => ctx.note(|| format!("Somebody proposed {value}: I go on with it.")),
            None => {}
        }
        process.value = proposed.unwrap_or_else(|| match self.params.coin {
            Coin::Flip => ctx.pick(2) as u8,
            Coin::Other => process.other,
        });
        let (value, coin) = (process.value, self.params.coin);
        if proposed.is_none() {
            ctx.note(|| match coin {
                Coin::Flip => format!("Nobody proposed anything. My coin shows {value}."),
                Coin::Other => {
                    format!("Nobody proposed anything. I go on with {value}, which the other reported.")
                }
            });
        }
        process.is_out = had_decided || round == self.params.rounds;
        process.round += 1;
        process.phase = Phase::Report;
        // What is past shapes nothing.
        process.other = 0;
        if !process.is_out {
            self.say(process, Some(value), ctx);
        }
    }
}

impl Protocol for BenOr {
    type Params = Params;
    type State = Process;
    type Stable = bool; // Whether it has ever started.
    type Msg = Msg;
    type Timer = (); // There is none.
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "benor";
    const TITLE: &'static str = "Ben-Or's consensus";
    const CHAPTER: &'static str = "Consensus";
    const SUMMARY: &'static str =
        "Rounds of reports and proposals until a value has enough; a coin where there is none";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("inputs", "what each process begins with, a digit each: 001"),
        ("coin", "where nobody proposes: flip, or other (take what the last other one reported)"),
        ("rounds", "after how many rounds a process gives up; 0: never"),
    ];

    fn new(params: Params, nodes: Nodes) -> Result<BenOr, String> {
        if let Some(wrong) = params.inputs.chars().find(|digit| !matches!(digit, '0' | '1')) {
            return Err(format!("`inputs` are digits, 0 or 1, such as 001, and not {wrong}"));
        }
        if params.inputs.len() > usize::from(nodes.servers) {
            return Err(format!("there are {} inputs for {} processes", params.inputs.len(), nodes.servers));
        }
        Ok(BenOr { params, servers: nodes.servers })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(1), ..Scenario::new(Self::NAME, nodes.unwrap_or(3)) };
        scenario.workload.clients = 0;
        if nodes.is_some_and(|nodes| nodes < 3) {
            // The usual inputs are for three.
            let fewer = "01"[..usize::from(nodes.unwrap_or(0).min(2))].to_owned();
            scenario.params.insert("inputs".to_owned(), fewer.into());
        }
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, BenOr>) -> Process {
        let value = self.input(ctx.me());
        let is_out = ctx.me().is_client() || *ctx.stable();
        let (heard, early) = (Vec::new(), Vec::new());
        let mut process =
            Process { round: 1, phase: Phase::Report, value, other: 0, heard, early, decision: None, is_out };
        if is_out {
            return process;
        }
        ctx.persist(|started| *started = true);
        self.say(&mut process, Some(value), ctx);
        self.go_on(&mut process, ctx);
        process
    }

    fn on(&self, process: &mut Process, event: Event<'_, BenOr>, ctx: &mut Ctx<'_, BenOr>) {
        let (from, msg) = match event {
            Event::Message { from, msg } => (from, *msg),
            Event::Op { id, .. } => return ctx.reply(id, "nobody asks a process"),
            Event::Timer(()) => return,
        };
        if process.is_out {
            return;
        }
        match (msg.round, msg.phase).cmp(&(process.round, process.phase)) {
            Ordering::Less => ctx.note(|| format!("Round {}? That is over for me.", msg.round)),
            Ordering::Greater => {
                ctx.note(|| format!("{from} is ahead of me. I keep that for later."));
                if !process.early.contains(&(msg, from)) {
                    process.early.push((msg, from));
                    process.early.sort_unstable();
                }
            }
            Ordering::Equal if process.heard.iter().any(|(other, _)| *other == from) => {}
            Ordering::Equal => {
                self.hear(process, from, msg);
                self.go_on(process, ctx);
            }
        }
    }

    fn status(&self, process: &Process, _: &bool) -> Status {
        let (role, weight) = match (process.decision, process.is_out) {
            (Some(_), _) => ("decided", Weight::Thick),
            (None, true) => ("out", Weight::Thin),
            (None, false) => ("undecided", Weight::Thin),
        };
        Status { role, weight, epoch: Some(u64::from(process.decision.unwrap_or(process.value))) }
    }

    fn view(&self, process: &Process, _: &bool) -> View {
        let decision = process.decision.map_or_else(|| "not yet".to_owned(), |value| value.to_string());
        let phase = if process.phase == Phase::Report { "report" } else { "propose" };
        View::default()
            .field("round", process.round)
            .field("phase", phase)
            .field("x", process.value)
            .field("decision", decision)
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let round = msg.round;
        let (kind, label, sentence) = match (msg.phase, msg.value) {
            (Phase::Propose, None) => {
                ("proposal", format!("{round}: –"), format!("In round {round}, I propose nothing."))
            }
            (Phase::Propose, Some(value)) => {
                ("proposal", format!("{round}: {value}!"), format!("In round {round}, I propose {value}."))
            }
            (Phase::Report, value) => {
                let value = value.unwrap_or(0);
                ("report", format!("{round}: {value}"), format!("In round {round}, my value is {value}."))
            }
        };
        MsgView { kind, label, sentence, epoch: msg.value.map(u64::from), routine: false }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<BenOr>>> {
        vec![Box::new(Agreement::default()), Box::new(Validity)]
    }
}

const AGREEMENT: &str = "agreement";
const VALIDITY: &str = "validity";

impl BenOr {
    /// What is wrong with a decision by itself.
    fn invalid(&self, node: NodeId, process: &Process) -> Option<String> {
        let decision = process.decision?;
        let is_input = (0..self.servers).any(|place| self.input(NodeId::server(place)) == decision);
        (!is_input).then(|| format!("{node} decided {decision}, with which nobody began."))
    }
}

/// No two decide differently.
#[derive(Clone, Debug, Default)]
struct Agreement {
    first: Option<(u8, EventId)>,
    is_broken: bool,
}

impl Monitor<BenOr> for Agreement {
    fn name(&self) -> &'static str {
        AGREEMENT
    }

    fn observe(&mut self, seen: Seen<'_, BenOr>, report: &mut Report<'_>) {
        let Some(value) = seen.state.and_then(|process| process.decision) else { return };
        let &mut (first, event) = self.first.get_or_insert((value, seen.event));
        if first != value && !self.is_broken {
            self.is_broken = true;
            let text = format!("{} decided {first}, and {} decided {value}.", event.node, seen.event.node);
            report.violated(text, [event]);
        }
    }
}

/// What is decided is what some process began with.
#[derive(Clone, Copy, Debug)]
struct Validity;

impl Monitor<BenOr> for Validity {
    fn name(&self) -> &'static str {
        VALIDITY
    }

    fn observe(&mut self, seen: Seen<'_, BenOr>, report: &mut Report<'_>) {
        let wrong = seen.state.and_then(|process| seen.protocol.invalid(seen.event.node, process));
        if let Some(text) = wrong {
            report.violated(text, []);
        }
    }
}

impl Explored for BenOr {
    const PROPERTIES: &'static [&'static str] = &[AGREEMENT, VALIDITY];
    const LOOKS_AT_ALL: bool = true;

    fn milestones(&self, me: NodeId, local: &Local<BenOr>) -> Vec<Milestone> {
        let decision = local.state.as_ref().and_then(|process| process.decision);
        let of = |value: u8| Milestone {
            property: AGREEMENT,
            about: 0,
            is: u64::from(value),
            text: format!("{me} has decided {value}"),
        };
        decision.map(of).into_iter().collect()
    }

    fn always(&self, world: &World<'_, BenOr>) -> Result<(), Broken> {
        let wrong = world.nodes.iter().find_map(|(node, local)| self.invalid(*node, local.state.as_ref()?));
        wrong.map_or(Ok(()), |text| Err(Broken { property: VALIDITY, text }))
    }
}
