//! FloodMin: agreement among processes that may crash, in rounds (Lynch, *Distributed Algorithms*, 1996, §7.1.2 with
//! k = 1; the argument is that of FloodSet, §6.2.1).
//!
//! In every round each process sends the least value that it knows to all others. After f + 1 rounds it decides on the
//! least that it knows. If at most f crash, there was a round in which nobody did; after that round all know the same.
//! All of this rests on rounds: on what is sent in one arriving before it ends. The processes take that for granted, and end
//! each round by their own clocks.

use std::collections::BTreeMap;

use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Action, Scenario, Timing};
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

/// The protocol.
#[derive(Debug)]
pub struct FloodMin {
    params: Params,
    servers: u16,
}

/// What the processes have agreed on beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// After how many rounds they decide: f + 1, to withstand f crashes.
    pub rounds: u32,
    /// How long a round is, on each one's own clock.
    pub round: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params { rounds: 2, round: Ns::ms(100) }
    }
}

/// What a process knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    /// The round that it is in, from 1.
    pub round: u32,
    /// The least value that it knows of.
    pub min: u64,
    /// What it has decided.
    pub decision: Option<u64>,
    /// Whether it crashed and came back: then it takes no part.
    pub is_out: bool,
}

/// The least value that the sender knew of in a round.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Least {
    round: u32,
    value: u64,
}

/// What a process begins with: A with 0, B with 1, and so on.
fn input(node: NodeId) -> u64 {
    u64::from(node.number())
}

impl FloodMin {
    fn flood(&self, process: &Process, ctx: &mut Ctx<'_, FloodMin>) {
        let (round, value) = (process.round, process.min);
        ctx.note(|| {
            format!("Round {round}: the least value that I know of is {value}, and I tell all others.")
        });
        for peer in ctx.peers() {
            ctx.send(peer, Least { round, value });
        }
        ctx.set_timer((), self.params.round, self.params.round);
    }
}

impl Protocol for FloodMin {
    type Params = Params;
    type State = Process;
    type Stable = bool; // Whether it has ever started.
    type Msg = Least;
    type Timer = (); // The end of the round.
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "floodmin";
    const TITLE: &'static str = "FloodMin";
    const SUMMARY: &'static str = "Agreement in rounds, with crashes: all tell all the least value they know";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("rounds", "after how many rounds they decide: f + 1 to withstand f crashes"),
        ("round", "how long a round is, in ns of local time"),
    ];

    fn new(params: Params, nodes: Nodes) -> Result<FloodMin, String> {
        match params {
            Params { rounds: 0, .. } => Err("`rounds` must be at least 1".to_owned()),
            Params { round: Ns::ZERO, .. } => Err("`round` must be longer than nothing".to_owned()),
            _ => Ok(FloodMin { params, servers: nodes.servers }),
        }
    }

    /// Four processes in lockstep. A, who alone knows the least value, crashes while it tells it in the first round.
    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::ms(400), ..Scenario::new(Self::NAME, nodes.unwrap_or(4)) };
        scenario.network.timing = Timing::Synchronous { round: Params::default().round };
        scenario.workload.clients = 0;
        let first = EventId { node: NodeId::server(0), index: 1 };
        scenario.push(Ns::ZERO, Action::CrashInside { event: first, after: 2 });
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, FloodMin>) -> Process {
        let is_out = *ctx.stable();
        let process = Process { round: 1, min: input(ctx.me()), decision: None, is_out };
        if ctx.me().is_client() {
            return process;
        }
        if is_out {
            ctx.note(|| "I have crashed. In this model whoever crashes stays out.".to_owned());
            return process;
        }
        ctx.persist(|started| *started = true);
        self.flood(&process, ctx);
        process
    }

    fn on(&self, process: &mut Process, event: Event<'_, FloodMin>, ctx: &mut Ctx<'_, FloodMin>) {
        match event {
            Event::Op { id, .. } => ctx.reply(id, "nobody asks a process"),
            _ if process.is_out => {}
            Event::Message { from, msg: &Least { round, value } } => {
                let (mine, least) = (process.round, process.min);
                if process.decision.is_some() {
                    ctx.note(|| format!("{from} says {value}. I have decided, and it is too late."));
                    return;
                }
                if round < mine {
                    ctx.note(|| {
                        format!("This is of round {round}, and I am in round {mine}: so these are no rounds.")
                    });
                } else if value < least {
                    ctx.note(|| format!("{from} knows of {value}, which is less than my {least}."));
                }
                process.min = value.min(process.min);
            }
            Event::Timer(()) if process.round >= self.params.rounds => {
                let (rounds, min) = (self.params.rounds, process.min);
                ctx.note(|| format!("{rounds} rounds are over: I decide on {min}."));
                process.decision = Some(process.min);
            }
            Event::Timer(()) => {
                process.round += 1;
                self.flood(process, ctx);
            }
        }
    }

    fn status(&self, process: &Process, _: &bool) -> Status {
        let (role, weight) = match (process.is_out, process.decision) {
            (true, _) => ("out", Weight::Thin),
            (false, Some(_)) => ("decided", Weight::Thick),
            (false, None) => ("undecided", Weight::Thin),
        };
        Status { role, weight, epoch: (!process.is_out).then_some(process.decision.unwrap_or(process.min)) }
    }

    fn view(&self, process: &Process, _: &bool) -> View {
        let decision = process.decision.map_or_else(|| "not yet".to_owned(), |value| value.to_string());
        View::default().field("round", process.round).field("min", process.min).field("decision", decision)
    }

    fn describe(&self, msg: &Least) -> MsgView {
        MsgView {
            kind: "least",
            label: msg.value.to_string(),
            sentence: format!("In round {}, the least value that I know of is {}.", msg.round, msg.value),
            epoch: Some(msg.value),
            routine: false,
        }
    }

    fn describe_timer(&self, (): &()) -> String {
        "end of round".to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<FloodMin>>> {
        vec![Box::new(Agreement::default()), Box::new(Validity)]
    }
}

/// No two processes decide differently, those included that crash later.
#[derive(Clone, Debug, Default)]
struct Agreement {
    decided: BTreeMap<NodeId, (u64, EventId)>,
}

impl Monitor<FloodMin> for Agreement {
    fn name(&self) -> &'static str {
        "agreement"
    }

    fn observe(&mut self, seen: Seen<'_, FloodMin>, report: &mut Report<'_>) {
        let node = seen.event.node;
        let Some(value) = seen.state.and_then(|process| process.decision) else { return };
        if self.decided.contains_key(&node) {
            return;
        }
        if let Some((other, &(theirs, event))) = self.decided.iter().find(|(_, (theirs, _))| *theirs != value)
        {
            report.violated(format!("{other} decided {theirs}, and {node} decided {value}."), [event]);
        }
        self.decided.insert(node, (value, seen.event));
    }
}

/// Whatever is decided is what some process began with.
#[derive(Clone, Copy, Debug)]
struct Validity;

impl Monitor<FloodMin> for Validity {
    fn name(&self) -> &'static str {
        "validity"
    }

    fn observe(&mut self, seen: Seen<'_, FloodMin>, report: &mut Report<'_>) {
        let decision = seen.state.and_then(|process| process.decision);
        if let Some(value) = decision.filter(|value| *value >= u64::from(seen.protocol.servers)) {
            report.violated(format!("{} decided {value}, which nobody began with.", seen.event.node), []);
        }
    }
}
