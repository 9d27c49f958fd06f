//! Mutual exclusion with logical clocks as a specification (Lamport, *Time, Clocks, and the Ordering of Events in a Distributed
//! System*, 1978; Merz's specification `LamportMutex`). The course's own is [`crate::mutex`].
//!
//! It needs links that keep the order of messages.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, World};
use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Latency, Scenario};
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

use super::{AT_ONCE, Rules, SOON, bits, enable, names, quiet, set};

/// The specification.
#[derive(Debug)]
pub struct LamportMutex {
    params: Params,
}

/// What can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// In an exploration no clock goes beyond this; a run knows no bound.
    pub max_clock: u64,
}

impl Default for Params {
    fn default() -> Params {
        Params { max_clock: 6 }
    }
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    /// Its logical clock.
    pub clock: u64,
    /// The time of each process's request, as far as it knows; 0: it has none.
    pub req: Vec<u64>,
    /// Who has acknowledged its own request, one bit each.
    pub ack: u32,
    /// Whether it is in the critical section.
    pub crit: bool,
    /// Which it is; a client's number is nobody's.
    me: u16,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// A request of this time.
    Req(u64),
    /// It has been received.
    Ack,
    /// The critical section is free.
    Rel,
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// It asks to enter.
    Request,
    /// It enters.
    Enter,
    /// It leaves.
    Exit,
}

/// At most one is in the critical section.
const MUTUAL_EXCLUSION: &str = "mutual exclusion";

impl Process {
    /// Whether its request comes before another's: by time, and of one time by name.
    fn beats(&self, mine: u64, other: (u16, u64)) -> bool {
        other.1 == 0 || (mine, self.me) < (other.1, other.0)
    }

    /// The time of its own request, 0: it has none; `None`: it is a client.
    fn mine(&self) -> Option<u64> {
        self.req.get(usize::from(self.me)).copied()
    }

    fn ask(&mut self, time: u64) {
        if let Some(mine) = self.req.get_mut(usize::from(self.me)) {
            *mine = time;
        }
    }

    /// Each process's request, by number.
    fn requests(&self) -> impl Iterator<Item = (u16, u64)> {
        (0..).zip(self.req.iter().copied())
    }
}

impl LamportMutex {
    fn enabled(&self, process: &Process) -> Rules<LamportMutex> {
        let Some(mine) = process.mine() else { return Vec::new() };
        let all = (1_u32 << process.req.len()) - 1;
        let mut others = process.requests().filter(|&(other, _)| other != process.me);
        let may_enter = process.ack == all && others.all(|other| process.beats(mine, other));
        match (mine, process.crit) {
            (_, true) => vec![(Rule::Exit, SOON)],
            (0, _) => vec![(Rule::Request, SOON)],
            (1.., _) if may_enter => vec![(Rule::Enter, AT_ONCE)],
            _ => Vec::new(),
        }
    }

    fn follow(&self, rule: Rule, process: &mut Process, ctx: &mut Ctx<'_, LamportMutex>) {
        match rule {
            Rule::Request => {
                let clock = process.clock;
                ctx.note(|| format!("I want to enter: my request has time {clock}."));
                process.ask(clock);
                process.ack = 1 << process.me;
                ctx.peers().for_each(|peer| ctx.send(peer, Msg::Req(clock)));
            }
            Rule::Enter => {
                ctx.note(|| {
                    "All have acknowledged, and I know of no request before mine: I enter.".to_owned()
                });
                process.crit = true;
            }
            Rule::Exit => {
                ctx.note(|| "I leave, and take my request back everywhere.".to_owned());
                process.ask(0);
                (process.crit, process.ack) = (false, 0);
                ctx.peers().for_each(|peer| ctx.send(peer, Msg::Rel));
            }
        }
    }
}

impl Protocol for LamportMutex {
    type Params = Params;
    type State = Process;
    type Stable = ();
    type Msg = Msg;
    type Timer = Rule;
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "lamport_mutex";
    const TITLE: &'static str = "Mutual exclusion (LamportMutex)";
    const CHAPTER: &'static str = super::CHAPTER;
    const SUMMARY: &'static str = "One at a time is in the critical section, by the order of logical clocks; links must keep the order of messages";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("max_clock", "beyond this no clock goes in an exploration; a run knows no bound")];

    fn new(params: Params, nodes: Nodes) -> Result<LamportMutex, String> {
        match nodes.servers {
            1..=16 => Ok(LamportMutex { params }),
            servers => Err(format!("1 to 16 processes, not {servers}")),
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = quiet::<LamportMutex>(nodes.unwrap_or(3));
        // One latency for all keeps the order of messages.
        scenario.network.latency = Latency::Constant(Ns::ms(20));
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, LamportMutex>) -> Process {
        let me = if ctx.me().is_client() { u16::MAX } else { ctx.me().number() };
        let process = Process { clock: 1, req: vec![0; ctx.server_count()], ack: 0, crit: false, me };
        enable(ctx, &Vec::new(), self.enabled(&process));
        process
    }

    fn on(&self, process: &mut Process, event: Event<'_, LamportMutex>, ctx: &mut Ctx<'_, LamportMutex>) {
        let was = set(self.enabled(process), &event);
        match event {
            Event::Message { from, msg: &Msg::Req(clock) } => {
                process.req[usize::from(from.number())] = clock;
                process.clock = process.clock.max(clock) + 1;
                ctx.send(from, Msg::Ack);
            }
            Event::Message { from, msg: Msg::Ack } => process.ack |= 1 << from.number(),
            Event::Message { from, msg: Msg::Rel } => process.req[usize::from(from.number())] = 0,
            Event::Timer(rule) => self.follow(rule, process, ctx),
            Event::Op { id, .. } => return ctx.reply(id, "nobody asks a process"),
        }
        enable(ctx, &was, self.enabled(process));
    }

    fn status(&self, process: &Process, (): &()) -> Status {
        let (role, weight) = match (process.mine(), process.crit) {
            (_, true) => ("inside", Weight::Thick),
            (Some(1..), _) => ("waiting", Weight::Dashed),
            (Some(0), _) => ("outside", Weight::Thin),
            (None, _) => ("client", Weight::Thin),
        };
        Status { role, weight, epoch: None }
    }

    fn view(&self, process: &Process, (): &()) -> View {
        let asked = process.requests().filter(|&(_, time)| time > 0);
        let asked: Vec<String> =
            asked.map(|(node, time)| format!("{} at {time}", NodeId::server(node))).collect();
        View::default()
            .field("clock", process.clock)
            .field("req", if asked.is_empty() { "nobody".to_owned() } else { asked.join(", ") })
            .field("ack", names(bits(process.ack)))
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match msg {
            Msg::Req(clock) => {
                ("req", format!("req {clock}"), format!("I want to enter: my request has time {clock}."))
            }
            Msg::Ack => ("ack", "ack".to_owned(), "I have your request.".to_owned()),
            Msg::Rel => ("rel", "rel".to_owned(), "I have left: take my request out.".to_owned()),
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, rule: &Rule) -> String {
        match rule {
            Rule::Request => "asks to enter",
            Rule::Enter => "enters",
            Rule::Exit => "leaves",
        }
        .to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<LamportMutex>>> {
        vec![Box::new(Exclusion::default())]
    }
}

/// Watches that no two are in the critical section.
#[derive(Clone, Debug, Default)]
struct Exclusion {
    inside: Vec<(NodeId, EventId)>,
}

impl Monitor<LamportMutex> for Exclusion {
    fn name(&self) -> &'static str {
        MUTUAL_EXCLUSION
    }

    fn observe(&mut self, seen: Seen<'_, LamportMutex>, report: &mut Report<'_>) {
        let node = seen.event.node;
        let was = self.inside.iter().any(|&(other, _)| other == node);
        let is = seen.state.is_some_and(|process| process.crit);
        if is && !was {
            if let Some((other, at)) = self.inside.first() {
                report.violated(format!("{other} and {node} are both in the critical section."), [*at]);
            }
            self.inside.push((node, seen.event));
        } else if !is {
            self.inside.retain(|&(other, _)| other != node);
        }
    }
}

impl Explored for LamportMutex {
    const PROPERTIES: &'static [&'static str] = &[MUTUAL_EXCLUSION];
    const LOOKS_AT_ALL: bool = true;

    fn always(&self, world: &World<'_, LamportMutex>) -> Result<(), Broken> {
        let mut inside =
            world.nodes.iter().filter(|(_, local)| local.state.as_ref().is_some_and(|process| process.crit));
        match (inside.next(), inside.next()) {
            (Some((one, _)), Some((two, _))) => Err(Broken {
                property: MUTUAL_EXCLUSION,
                text: format!("{one} and {two} are both in the critical section."),
            }),
            _ => Ok(()),
        }
    }

    fn looks_alike(&self, one: &Local<LamportMutex>, other: &Local<LamportMutex>) -> bool {
        let crit = |local: &Local<LamportMutex>| local.state.as_ref().is_some_and(|process| process.crit);
        crit(one) == crit(other)
    }

    fn is_within(&self, _me: NodeId, local: &Local<LamportMutex>) -> bool {
        local.state.as_ref().is_none_or(|process| process.clock <= self.params.max_clock)
    }
}
