//! The Berkeley algorithm (Gusella and Zatti, *The Accuracy of the Clock Synchronization Achieved by TEMPO in Berkeley UNIX
//! 4.3BSD*, IEEE Transactions on Software Engineering 15(7), 1989).
//!
//! There is no right clock. A master asks all others for their time, and reckons how far each is from its own, half the
//! round trip taken for the way back. It averages over the largest set of clocks of which no two are further apart than
//! γ, so that one that is far off pulls nobody, and tells every node, itself too, by how much to correct its clock. (How
//! a master is elected is left out: it is A.)

use std::collections::BTreeMap;

use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{ClockSpec, Latency, Scenario};
use lightcone_sim::time::{LocalNs, Ns};
use serde::{Deserialize, Serialize};

use crate::readings::{ms, signed};

/// The master.
pub const MASTER: NodeId = NodeId::server(0);

/// The protocol.
#[derive(Debug)]
pub struct Berkeley {
    params: Params,
}

/// What can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// From one round to the next.
    pub period: Ns,
    /// How long the master waits for answers.
    pub wait: Ns,
    /// Clocks of which two are further apart than this (γ) do not count together.
    pub gamma: Ns,
    /// By how much a clock drifts at most, in parts per million: what the monitor allows for.
    pub rho_ppm: u32,
}

impl Default for Params {
    fn default() -> Params {
        Params { period: Ns::s(1), wait: Ns::ms(200), gamma: Ns::ms(100), rho_ppm: 200 }
    }
}

/// What nodes say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// What does your clock show? With the number of the round.
    Ask(u32),
    /// This.
    Clock(u32, LocalNs),
    /// Correct it by so much: that is wrong by half of this round trip at most.
    Adjust(u32, i64, Ns),
}

/// What timers are for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The next round.
    Period,
    /// Whoever has not answered is left out.
    Wait,
}

/// A node's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    /// What its clock shows beyond the wall clock of its machine.
    correction: i64,
    /// The last round in which it was corrected, what its clock then showed, and the round trip that this rests on.
    pub adjusted: Option<(u32, LocalNs, Ns)>,
    /// The master: what it has heard in this round.
    round: Option<Round>,
    /// The master: how many rounds there were.
    rounds: u32,
    /// The master: who counted in the last round.
    counted: Vec<NodeId>,
}

/// What the master has heard in a round.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Round {
    /// When it asked, by its monotonic clock.
    asked: Ns,
    /// How far each clock is from its own, and after what round trip it was heard.
    differences: BTreeMap<NodeId, (i64, Ns)>,
}

/// The average of the largest set of numbers of which no two are further apart than γ (of several, the least numbers), and
/// which of them lie in it.
pub fn fault_tolerant_average(numbers: &[i64], gamma: Ns) -> (i64, Vec<bool>) {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let apart = |from: usize, to: usize| i128::from(sorted[to]) - i128::from(sorted[from]);
    let reach =
        |from: usize| (from..sorted.len()).take_while(|&to| apart(from, to) <= i128::from(gamma.0)).count();
    let mut best = (0, 0);
    for from in 0..sorted.len() {
        if reach(from) > best.1 {
            best = (from, reach(from));
        }
    }
    let set = &sorted[best.0..best.0 + best.1];
    let (Some(&least), Some(&most)) = (set.first(), set.last()) else { return (0, Vec::new()) };
    let sum: i128 = set.iter().map(|&number| i128::from(number)).sum();
    let average = sum.div_euclid(set.len() as i128) as i64;
    (average, numbers.iter().map(|number| (least..=most).contains(number)).collect())
}

impl Protocol for Berkeley {
    type Params = Params;
    type State = State;
    type Stable = (); // Nothing is on disk.
    type Msg = Msg;
    type Timer = Timer;
    type Op = String;
    type Ret = String;
    const NAME: &'static str = "berkeley";
    const TITLE: &'static str = "Berkeley algorithm";
    const SUMMARY: &'static str =
        "A master averages all clocks that are near to one another, and corrects each";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("period", "from one round to the next, in ns of local time"),
        ("wait", "how long the master waits for answers, in ns of local time"),
        ("gamma", "clocks that are further apart than this do not count together, in ns"),
        ("rho_ppm", "by how much a clock drifts at most, in parts per million; only the monitor looks at it"),
    ];
    const OPS: &'static [&'static str] = &["time"];

    fn new(params: Params, nodes: Nodes) -> Result<Berkeley, String> {
        let hour = Ns::s(3_600);
        if params.wait < Ns::ms(1) || params.period <= params.wait || params.period > hour {
            return Err("`wait` must be 1 ms at least, and `period` longer, up to an hour".to_owned());
        }
        if params.rho_ppm > 500_000 {
            return Err("`rho_ppm` must be 500000 at most: half or double speed".to_owned());
        }
        if nodes.servers < 2 {
            return Err("there must be a master, A, and another node at least".to_owned());
        }
        Ok(Berkeley { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(4), ..Scenario::new(Self::NAME, nodes.unwrap_or(4)) };
        scenario.workload.clients = 0;
        scenario.network.latency = Latency::Uniform { min: Ns::ms(10), max: Ns::ms(30) };
        // The last one is far off; the others are near to one another.
        for node in (1..scenario.nodes).map(NodeId::server) {
            let is_last = node.number() + 1 == scenario.nodes;
            let offset = match node.number() % 2 {
                _ if is_last => 2_000_000_000,
                1 => 60_000_000,
                _ => -30_000_000,
            };
            scenario.clocks.insert(node, ClockSpec { offset, ..ClockSpec::default() });
        }
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Berkeley>) -> State {
        let mut state = State::default();
        if ctx.me() == MASTER {
            self.begin(&mut state, ctx);
        }
        state
    }

    fn on(&self, state: &mut State, event: Event<'_, Berkeley>, ctx: &mut Ctx<'_, Berkeley>) {
        let clock = ctx.now().saturating_add(state.correction);
        match event {
            Event::Message { from, msg: &Msg::Ask(round) } => ctx.send(from, Msg::Clock(round, clock)),
            Event::Message { from, msg: &Msg::Clock(number, theirs) } => {
                let Some(round) = state.round.as_mut().filter(|_| number == state.rounds) else {
                    return ctx.note(|| format!("{from} answers too late and is left out."));
                };
                let round_trip = ctx.monotonic().since(round.asked);
                let difference = theirs.saturating_add_unsigned(round_trip.0 / 2).saturating_sub(clock);
                ctx.note(|| {
                    format!(
                        "{from} is {} from me, give or take {}.",
                        signed(difference),
                        Ns(round_trip.0 / 2)
                    )
                });
                round.differences.entry(from).or_insert((difference, round_trip));
            }
            Event::Message { msg: &Msg::Adjust(round, by, round_trip), .. } => {
                if state.adjusted.is_none_or(|(last, ..)| round > last) {
                    state.adjust(round, by, round_trip, ctx);
                }
            }
            Event::Timer(Timer::Wait) => self.end(state, ctx),
            Event::Timer(Timer::Period) => self.begin(state, ctx),
            Event::Op { id, .. } => ctx.reply(id, ms(clock)),
        }
    }

    fn status(&self, state: &State, (): &()) -> Status {
        match state {
            State { rounds: 1.., .. } => Status { role: "master", weight: Weight::Thick, epoch: None },
            State { adjusted: Some(_), .. } => {
                Status { role: "corrected", weight: Weight::Thin, epoch: None }
            }
            _ => Status { role: "not corrected yet", weight: Weight::Dashed, epoch: None },
        }
    }

    fn correction(&self, state: &State) -> i64 {
        state.correction
    }

    fn view(&self, state: &State, (): &()) -> View {
        let mut view = View::default().field("correction", signed(state.correction));
        if let Some((round, clock, _)) = state.adjusted {
            view = view.field("last corrected to", ms(clock)).field("in round", round);
        }
        if !state.counted.is_empty() {
            let names: Vec<String> = state.counted.iter().map(NodeId::to_string).collect();
            view = view.field("average of", names.join(", "));
        }
        let heard = state.round.iter().flat_map(|round| &round.differences);
        heard.fold(view, |view, (node, (difference, _))| {
            view.field("heard", format!("{node} {}", signed(*difference)))
        })
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match msg {
            Msg::Ask(_) => ("ask", "clock?".to_owned(), "What does your clock show?".to_owned()),
            Msg::Clock(_, clock) => ("clock", ms(*clock), format!("My clock shows {}.", ms(*clock))),
            Msg::Adjust(_, by, _) => {
                ("adjust", signed(*by), format!("Correct your clock by {}.", signed(*by)))
            }
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::Period => "next round",
            Timer::Wait => "end of the round",
        }
        .to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Berkeley>>> {
        vec![Box::new(Agreement::default())]
    }
}

impl Berkeley {
    fn begin(&self, state: &mut State, ctx: &mut Ctx<'_, Berkeley>) {
        state.rounds += 1;
        state.round = Some(Round { asked: ctx.monotonic(), differences: BTreeMap::new() });
        for node in ctx.peers() {
            ctx.send(node, Msg::Ask(state.rounds));
        }
        ctx.set_timer(Timer::Wait, self.params.wait, self.params.wait);
        ctx.set_timer(Timer::Period, self.params.period, self.params.period);
    }

    fn end(&self, state: &mut State, ctx: &mut Ctx<'_, Berkeley>) {
        let Some(round) = state.round.take() else { return };
        let heard: Vec<(NodeId, (i64, Ns))> =
            std::iter::once((MASTER, (0, Ns::ZERO))).chain(round.differences).collect();
        let differences: Vec<i64> = heard.iter().map(|(_, (difference, _))| *difference).collect();
        let (average, counts) = fault_tolerant_average(&differences, self.params.gamma);
        state.counted =
            heard.iter().zip(&counts).filter(|(_, counts)| **counts).map(|(&(node, _), _)| node).collect();
        let left_out = heard.len() - state.counted.len();
        ctx.note(|| {
            let left_out = match left_out {
                0 => String::new(),
                count => format!("; {count} too far off are left out"),
            };
            format!("The average is {} from me{left_out}.", signed(average))
        });
        for (node, (difference, round_trip)) in heard {
            let by = average.saturating_sub(difference);
            if node == MASTER {
                state.adjust(state.rounds, by, round_trip, ctx);
            } else {
                ctx.send(node, Msg::Adjust(state.rounds, by, round_trip));
            }
        }
    }
}

impl State {
    fn adjust(&mut self, round: u32, by: i64, round_trip: Ns, ctx: &mut Ctx<'_, Berkeley>) {
        self.correction = self.correction.saturating_add(by);
        self.adjusted = Some((round, ctx.now().saturating_add(self.correction), round_trip));
        ctx.note(|| format!("I correct my clock by {}.", signed(by)));
    }
}

/// What must hold: clocks that were corrected in one round agree but for half the round trips that it rests on, and for
/// what they drifted meanwhile. It fails where a clock is set in the middle of a round, or drifts by more than ρ.
#[derive(Clone, Debug, Default)]
struct Agreement {
    /// The round, when it began, and whose clock was how far from true time when it was corrected, and what that rests on.
    round: u32,
    began: Ns,
    corrected: Vec<(EventId, i64, Ns)>,
}

impl Monitor<Berkeley> for Agreement {
    fn name(&self) -> &'static str {
        "agreement"
    }

    fn observe(&mut self, seen: Seen<'_, Berkeley>, report: &mut Report<'_>) {
        let (node, Some(state)) = (seen.event.node, seen.state) else { return };
        // A master that was down counts from 1 again.
        if node == MASTER && state.round.is_some() && state.rounds != self.round {
            (self.round, self.began) = (state.rounds, seen.at);
            self.corrected.clear();
        }
        let Some((round, clock, round_trip)) = state.adjusted else { return };
        if round != self.round || self.corrected.iter().any(|(event, ..)| event.node == node) {
            return;
        }
        let error = clock.saturating_sub(seen.at.0 as LocalNs);
        let rho = u128::from(seen.protocol.params.rho_ppm);
        // Both may have drifted apart since the round began; and rounding.
        let drifted = (u128::from(seen.at.since(self.began).0) * 3 * rho / 1_000_000) as u64 + 2;
        for &(event, other, trip) in &self.corrected {
            let allowed = Ns(round_trip.0 / 2 + trip.0 / 2 + drifted);
            if error.abs_diff(other) > allowed.0 {
                let apart = ms(error.abs_diff(other) as i64);
                let text = format!(
                    "{} and {node} were corrected in round {round}, and are {apart} apart, more than {allowed}.",
                    event.node
                );
                report.violated(text, [event]);
            }
        }
        self.corrected.push((seen.event, error, round_trip));
    }
}
