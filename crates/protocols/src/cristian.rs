//! Probabilistic clock synchronization (Cristian, *Probabilistic clock synchronization*, Distributed Computing 3, 1989).
//!
//! A node asks the time server for its time, and gets T after a round trip of 2D on its own clock. The answer took
//! between `min` and 2D − `min`, so that the server's clock now shows between T + min(1 − ρ) and
//! T + 2D(1 + ρ)/(1 − ρ) − min(1 + ρ), if no clock drifts by more than ρ. The node sets its clock to the middle: nobody
//! can know better, and the error is at most half of what lies between, D − `min` if ρ is none. How much the two ways
//! differ decides how much of that it is. A round trip that is too long says too little: the node tries again. (The
//! paper drops the terms in ρ².)

use std::collections::BTreeMap;

use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{ClockSpec, Latency, LinkSpec, Scenario};
use lightcone_sim::time::{LocalNs, Ns};
use serde::{Deserialize, Serialize};

use crate::readings::{ms, signed};

/// The time server: what its wall clock shows is the time.
pub const TIME_SERVER: NodeId = NodeId::server(0);
/// After how long an answer is given up.
const PATIENCE: Ns = Ns::s(1);
/// Parts in a million.
const MILLION: i128 = 1_000_000;

/// The protocol.
#[derive(Debug)]
pub struct Cristian {
    params: Params,
}

/// What can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// From one synchronisation to the next.
    pub period: Ns,
    /// A round trip that takes longer is tried again; zero: any will do.
    pub accept: Ns,
    /// How often it is tried again before the shortest so far must do.
    pub tries: u32,
    /// The least that a message takes, as far as is known.
    pub min: Ns,
    /// By how much a clock drifts at most, in parts per million (the paper's ρ).
    pub rho_ppm: u32,
}

impl Default for Params {
    fn default() -> Params {
        Params { period: Ns::ms(500), accept: Ns::ZERO, tries: 3, min: Ns::ZERO, rho_ppm: 200 }
    }
}

impl Params {
    /// By how much two clocks part at most while one of them shows that so much time passes.
    pub fn drifted(&self, since: Ns) -> Ns {
        let rho = i128::from(self.rho_ppm);
        Ns((i128::from(since.0) * 2 * rho + MILLION - rho - 1).div_euclid(MILLION - rho) as u64)
    }

    /// What is added to T, and how wrong that is at most, after a round trip that took so long.
    pub fn estimate(&self, round_trip: Ns) -> (i64, Ns) {
        let rho = i128::from(self.rho_ppm);
        let (min, round_trip) = (i128::from(self.min.0), i128::from(round_trip.0));
        let lower = (min * (MILLION - rho)).div_euclid(MILLION);
        let upper = (round_trip * (MILLION + rho) + MILLION - rho - 1).div_euclid(MILLION - rho)
            - (min * (MILLION + rho)).div_euclid(MILLION);
        let middle = (lower + upper).div_euclid(2);
        (middle as i64, Ns((upper - middle).max(0) as u64))
    }
}

/// What nodes say. Each question has a number, so that a late answer is told from the one that is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// What time is it?
    Ask(u32),
    /// It was so late when the question came.
    Time(u32, LocalNs),
}

/// What timers are for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// It is time to ask.
    Period,
    /// No answer came.
    Patience,
}

/// A node's memory. (Of the time server nothing but the default is used.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    /// What its clock shows beyond the wall clock of its machine.
    correction: i64,
    /// How often it was set.
    pub syncs: u32,
    /// What it showed when it was last set, and how wrong that was at most.
    pub set: Option<(LocalNs, Ns)>,
    /// The number of its last question.
    question: u32,
    /// When that went out, by the monotonic clock; `None`: it waits for no answer.
    asked: Option<Ns>,
    /// How often it has tried in vain this time.
    tried: u32,
    /// The best answer so far this time.
    best: Option<Answer>,
}

/// What an answer told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Answer {
    round_trip: Ns,
    /// When it came, by the monotonic clock.
    came: Ns,
    /// What the time server's clock then showed, and how wrong that is at most.
    time: LocalNs,
    error: Ns,
}

impl Protocol for Cristian {
    type Params = Params;
    type State = State;
    type Stable = (); // Nothing is on disk.
    type Msg = Msg;
    type Timer = Timer;
    type Op = String;
    type Ret = String;
    const NAME: &'static str = "cristian";
    const TITLE: &'static str = "Cristian's algorithm";
    const SUMMARY: &'static str =
        "Clocks are set by a time server, and are wrong by half the round trip at most";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("period", "from one synchronisation to the next, in ns of local time"),
        ("accept", "a round trip that takes longer is tried again, in ns; 0: any will do"),
        ("tries", "how often it is tried again before the shortest must do"),
        ("min", "the least that a message takes, as far as is known, in ns"),
        ("rho_ppm", "by how much a clock drifts at most, in parts per million"),
    ];
    const OPS: &'static [&'static str] = &["time"];

    fn new(params: Params, nodes: Nodes) -> Result<Cristian, String> {
        if params.period < Ns::ms(1) || params.period > Ns::s(3_600) {
            return Err("`period` must be from 1 ms to an hour".to_owned());
        }
        if params.rho_ppm > 500_000 {
            return Err("`rho_ppm` must be 500000 at most: half or double speed".to_owned());
        }
        if params.min > Ns::s(3_600) {
            return Err("`min` must be an hour at most".to_owned());
        }
        if nodes.servers < 2 {
            return Err("there must be a time server, A, and another node at least".to_owned());
        }
        Ok(Cristian { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(4), ..Scenario::new(Self::NAME, nodes.unwrap_or(3)) };
        scenario.workload.clients = 0;
        scenario.network.latency = Latency::Constant(Ns::ms(20));
        for node in (1..scenario.nodes).map(NodeId::server) {
            let (offset, drift_ppm) =
                if node.number() % 2 == 1 { (150_000_000, 0) } else { (-100_000_000, 100) };
            scenario.clocks.insert(node, ClockSpec { offset, drift_ppm, ..ClockSpec::default() });
            // To every other node the way back is longer than the way there.
            if node.number() % 2 == 0 {
                let latency = Some(Latency::Constant(Ns::ms(80)));
                let back = LinkSpec::usual(TIME_SERVER, node);
                scenario.network.links.push(LinkSpec { latency, ..back });
            }
        }
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Cristian>) -> State {
        let mut state = State::default();
        if ctx.me() != TIME_SERVER {
            self.ask(&mut state, ctx);
        }
        state
    }

    fn on(&self, state: &mut State, event: Event<'_, Cristian>, ctx: &mut Ctx<'_, Cristian>) {
        match event {
            Event::Message { from, msg: &Msg::Ask(number) } => {
                let now = ctx.now().saturating_add(state.correction);
                ctx.send(from, Msg::Time(number, now));
            }
            Event::Message { msg: &Msg::Time(number, time), .. } => {
                let Some(asked) = state.asked.filter(|_| number == state.question) else {
                    return ctx.note(|| "This answer comes too late to say anything.".to_owned());
                };
                state.asked = None;
                self.hear(state, time, ctx.monotonic().since(asked), ctx);
            }
            Event::Timer(Timer::Period) => {
                (state.tried, state.best) = (0, None);
                self.ask(state, ctx);
            }
            Event::Timer(Timer::Patience) => {
                state.asked = None;
                self.try_again(state, ctx);
            }
            Event::Op { id, .. } => {
                let now = ctx.now().saturating_add(state.correction);
                ctx.reply(id, ms(now));
            }
        }
    }

    fn status(&self, state: &State, (): &()) -> Status {
        let role = match (state.question, state.syncs) {
            (0, _) => "time server",
            (_, 0) => "not set yet",
            _ => "synchronised",
        };
        let weight = match role {
            "time server" => Weight::Thick,
            "synchronised" => Weight::Thin,
            _ => Weight::Dashed,
        };
        Status { role, weight, epoch: None }
    }

    fn correction(&self, state: &State) -> i64 {
        state.correction
    }

    fn view(&self, state: &State, (): &()) -> View {
        let view =
            View::default().field("correction", signed(state.correction)).field("times set", state.syncs);
        match state.set {
            Some((clock, error)) => {
                view.field("last set to", ms(clock)).field("error at most", ms(error.0 as i64))
            }
            None => view,
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match msg {
            Msg::Ask(_) => ("ask", "time?".to_owned(), "What time is it?".to_owned()),
            Msg::Time(_, time) => ("time", ms(*time), format!("When you asked, it was {}.", ms(*time))),
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::Period => "time to ask",
            Timer::Patience => "no answer",
        }
        .to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Cristian>>> {
        vec![Box::new(Accuracy::default())]
    }
}

impl Cristian {
    fn ask(&self, state: &mut State, ctx: &mut Ctx<'_, Cristian>) {
        state.question += 1;
        state.asked = Some(ctx.monotonic());
        ctx.send(TIME_SERVER, Msg::Ask(state.question));
        ctx.set_timer(Timer::Patience, PATIENCE, PATIENCE);
    }

    fn hear(&self, state: &mut State, time: LocalNs, round_trip: Ns, ctx: &mut Ctx<'_, Cristian>) {
        let (after, error) = self.params.estimate(round_trip);
        if state.best.is_none_or(|best| round_trip < best.round_trip) {
            let time = time.saturating_add(after);
            state.best = Some(Answer { round_trip, came: ctx.monotonic(), time, error });
        }
        if self.params.accept > Ns::ZERO && round_trip > self.params.accept {
            ctx.note(|| format!("The round trip took {round_trip}, which says too little."));
            return self.try_again(state, ctx);
        }
        self.set(state, ctx);
    }

    fn try_again(&self, state: &mut State, ctx: &mut Ctx<'_, Cristian>) {
        if state.tried < self.params.tries {
            state.tried += 1;
            self.ask(state, ctx);
        } else {
            self.set(state, ctx);
        }
    }

    /// Sets the clock by the best answer, if there was one, and rests.
    fn set(&self, state: &mut State, ctx: &mut Ctx<'_, Cristian>) {
        if let Some(best) = state.best.take() {
            // It may have come some tries ago.
            let since = ctx.monotonic().since(best.came);
            let clock = best.time.saturating_add_unsigned(since.0);
            let error = best.error + self.params.drifted(since);
            state.correction = clock.saturating_sub(ctx.now());
            state.syncs += 1;
            state.set = Some((clock, error));
            let round_trip = best.round_trip;
            ctx.note(|| {
                format!(
                    "The round trip took {round_trip}: I set my clock to {}, and am wrong by {error} at most.",
                    ms(clock)
                )
            });
        }
        ctx.cancel(Timer::Patience);
        ctx.set_timer(Timer::Period, self.params.period, self.params.period);
    }
}

/// What must hold (§4, where true time is what the time server should show): a clock that is set is wrong by no more than
/// the node believes. It fails where the time server is wrong, or where a clock drifts by more than ρ.
#[derive(Clone, Debug, Default)]
struct Accuracy(BTreeMap<NodeId, u32>);

impl Monitor<Cristian> for Accuracy {
    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn observe(&mut self, seen: Seen<'_, Cristian>, report: &mut Report<'_>) {
        let node = seen.event.node;
        let Some((state, (clock, bound))) = seen.state.and_then(|state| Some((state, state.set?))) else {
            self.0.remove(&node);
            return;
        };
        if self.0.insert(node, state.syncs) == Some(state.syncs) {
            return;
        }
        let error = clock.saturating_sub(seen.at.0 as LocalNs);
        if error.unsigned_abs() > bound.0 {
            let text = format!(
                "{node} sets its clock to {} and believes to be wrong by {bound} at most; it is {}, wrong by {}.",
                ms(clock),
                ms(seen.at.0 as LocalNs),
                signed(error)
            );
            report.violated(text, []);
        }
    }
}
