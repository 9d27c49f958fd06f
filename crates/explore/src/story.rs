//! What was found, told as a scenario: an ordinary one, in which the network and all timers wait for the person, and each step
//! of the story is an entry of the script.
//!
//! The explorer names messages by what they say, a run by who sent them and when. So the story is played as it is written:
//! after each step the run so far tells which message, which timer, which event the next one means.

use std::fmt;

use lightcone_sim::clock::MIN_DRIFT_PPM;
use lightcone_sim::explored::{Explored, LINEARIZABLE};
use lightcone_sim::ids::{EventId, MsgId, NodeId, TimerId};
use lightcone_sim::order::Key;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, ClockSpec, Entry, Latency, Network as Links, Scenario};
use lightcone_sim::session::{PendingWhat, Session};
use lightcone_sim::time::Ns;

use crate::assumptions::{Network, Watched};
use crate::choice::{Choice, Deed};
use crate::linear::{first_unexplained, history};
use crate::search::Found;
use crate::space::Space;
use crate::start::Start;

/// Why a story cannot be told as a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold(pub String);

impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Untold {}

/// From one step of a story to the next.
const STEP: Ns = Ns::ms(20);
/// From one part of a step to the next: a copy that is made, a message that is seen at once.
const PART: Ns = Ns::ms(1);
/// Where clocks go on, the story is told in a thousandth of the time: meanwhile clocks all but stand still, by less than a
/// nanosecond in all, so that they show what they show in the exploration.
const WHILE_CLOCKS_STAND: u64 = 1_000;
/// The slowest drift, in parts per million, and one that makes a clock run a thousand times as fast as true time.
const STAND: i64 = MIN_DRIFT_PPM;
const RUN: i64 = 999_000_000;
/// How many units a clock goes on in one of true time when it runs.
const PACE: u64 = 1_000;
/// So many seeds are tried for one that picks as the story wants.
const SEEDS: u64 = 2_000;

/// The scenario in which what was found happens, or why there is none. `base` says protocol, parameters and nodes.
pub fn scenario<P: Explored>(space: &Space<P>, base: &Scenario, found: &Found) -> Result<Scenario, Untold> {
    if let Some(start) = &space.start {
        return Teller::going_on(space, start).tell(found);
    }
    let picks = !found.path.iter().all(|choice| choice.answers.is_empty()) || found.start > 0;
    let seeds = if picks { SEEDS } else { 1 };
    let mut why = Untold("there is nothing to tell".to_owned());
    for seed in base.seed..base.seed + seeds {
        let told = Teller::new(space, base, seed).tell(found);
        match told {
            Ok(scenario) => return Ok(scenario),
            Err(error) => why = error,
        }
    }
    Err(why)
}

/// Tells one story.
struct Teller<'a, P: Explored> {
    space: &'a Space<P>,
    scenario: Scenario,
    now: Ns,
    /// From one step to the next, and from one part of a step to the next.
    step: Ns,
    part: Ns,
}

impl<'a, P: Explored> Teller<'a, P> {
    fn new(space: &'a Space<P>, base: &Scenario, seed: u64) -> Teller<'a, P> {
        let network = Links { latency: Latency::Constant(Ns::ms(10)), ..Links::default() };
        let mut scenario = Scenario { seed, network, faults: Vec::new(), script: Vec::new(), ..base.clone() };
        scenario.workload.ops.clear();
        scenario.workload.clients = space.nodes().clients;
        let slowly = if space.ticks().is_some() { WHILE_CLOCKS_STAND } else { 1 };
        if space.ticks().is_some() {
            for node in space.nodes().iter() {
                scenario.clocks.insert(node, ClockSpec { drift_ppm: STAND, ..ClockSpec::default() });
            }
        }
        let (step, part) = (Ns(STEP.0 / slowly), Ns(PART.0 / slowly));
        Teller { space, scenario, now: Ns::ZERO, step, part }.holding_all()
    }

    /// Tells it as what follows in a run from a moment on.
    fn going_on(space: &'a Space<P>, start: &Start<P>) -> Teller<'a, P> {
        let (scenario, now) = (start.base.clone(), start.at + Ns(1));
        Teller { space, scenario, now, step: STEP, part: PART }.holding_all()
    }

    /// From now on everything waits for the person. Clients' calls have the numbers below.
    fn holding_all(mut self) -> Teller<'a, P> {
        let id = self.space.known.first_after_calls();
        let first = Entry { id, at: self.now, rank: 0, action: Action::HoldAll { on: true } };
        self.scenario.script.push(first);
        self
    }

    fn tell(mut self, found: &Found) -> Result<Scenario, Untold> {
        self.see_at_once()?;
        for (place, choice) in found.path.iter().enumerate() {
            self.now = Ns((self.now.0 / self.step.0 + 1) * self.step.0);
            let comes_again = found.path[place + 1..].iter().any(|later| later.deed == choice.deed);
            self.step(choice, comes_again)?;
            self.see_at_once()?;
        }
        self.scenario.until = self.now + self.step + self.step;
        let run = self.run(self.scenario.until)?;
        self.is_told(&run, found)?;
        Ok(self.scenario)
    }

    /// Whether a run comes to what was found.
    fn is_told(&self, run: &Run<P>, found: &Found) -> Result<(), Untold> {
        let is_broken = run.trace().violations().iter().any(|violation| violation.monitor == found.property);
        let is_watched = run.monitor_names().contains(&found.property);
        if is_watched && !is_broken {
            return Err(Untold(format!(
                "played again, the story does not break {}: what a node picks cannot be told",
                found.property
            )));
        }
        let object = P::OBJECT.filter(|_| found.property == LINEARIZABLE);
        if object.is_some_and(|object| first_unexplained(object, &history(run)).is_none()) {
            return Err(Untold("played again, an order of the calls explains all answers".to_owned()));
        }
        if let Watched::Shown(shown) = self.space.watched() {
            let shows = |node: &NodeId| {
                run.local(*node).is_some_and(|local| shown.is_shown(run.protocol(), *node, &local))
            };
            let nodes = self.space.nodes();
            if nodes.iter().filter(shows).count() < usize::from(shown.servers.max(1)) {
                return Err(Untold("played again, the story does not come to what was asked for".to_owned()));
            }
        }
        Ok(())
    }

    fn run(&self, until: Ns) -> Result<Run<P>, Untold> {
        let scenario = Scenario { until: until.max(Ns(1)), ..self.scenario.clone() };
        let mut run = Run::<P>::start(scenario).map_err(|error| Untold(error.to_string()))?;
        run.run_until(until, u64::MAX);
        Ok(run)
    }

    /// The messages that wait, in the order in which they were sent.
    fn waiting(&self, run: &Run<P>, is_meant: impl Fn(NodeId, NodeId, &P::Msg) -> bool) -> Vec<MsgId> {
        let now = Key::end_of(run.trace().reached());
        let mut waiting: Vec<_> = run
            .pending(now)
            .into_iter()
            .filter_map(|pending| match pending.what {
                PendingWhat::Message { id, to } if !pending.doomed => {
                    run.payload(id).filter(|msg| is_meant(id.node, to, msg)).map(|_| id)
                }
                _ => None,
            })
            .collect();
        waiting.sort_by_key(|&id| (run.trace().message(id).map(|message| message.sent), id));
        waiting
    }

    fn message(&self, number: u32) -> Result<MsgId, Untold> {
        let letter = self.space.known.letter(number);
        let run = self.run(self.now - Ns(1))?;
        let waiting =
            self.waiting(&run, |from, to, msg| (from, to) == (letter.from, letter.to) && *msg == letter.msg);
        // A copy first: who asks for a message that is to come again has made one.
        let found = waiting.iter().find(|id| id.is_copy()).or(waiting.first());
        found.copied().ok_or_else(|| Untold(format!("no message waits that says {:?}", letter.msg)))
    }

    fn step(&mut self, choice: &Choice, comes_again: bool) -> Result<(), Untold> {
        if let (Some(after), Some(node)) = (choice.crash_after, self.who(choice.deed)) {
            let run = self.run(self.now - Ns(1))?;
            let events = run.trace().lane(node).map_or(0, |lane| lane.events.len() as u32);
            // A node that starts again shows first that it does.
            let before = u32::from(matches!(choice.deed, Deed::Restart(_)));
            let event = EventId { node, index: events + before + 1 };
            self.scenario.push(self.now, Action::CrashInside { event, after });
        }
        let action = match choice.deed {
            Deed::Deliver(message) => {
                if comes_again && self.space.network() == Network::Set {
                    let message = self.message(message)?;
                    self.scenario.push(self.now, Action::Duplicate { message });
                    self.now = self.now + self.part;
                }
                Action::Deliver { message: self.message(message)? }
            }
            Deed::Fire(node, timer) => Action::Fire { timer: self.timer(node, timer)? },
            Deed::Call(client, number) => {
                let ops = &self.space.known.ops[usize::from(client.number())];
                let action = Action::Op { client, op: ops[number as usize].to_string(), node: None };
                let id = self.space.known.entry_of(client, number);
                self.scenario.script.push(Entry { id, at: self.now, rank: 0, action });
                return Ok(());
            }
            Deed::Drop(message) => Action::Drop { message: self.message(message)? },
            Deed::Duplicate(message) => Action::Duplicate { message: self.message(message)? },
            Deed::Lie(message, told) => self.lie(message, told)?,
            Deed::Crash(node) => Action::Crash { node },
            Deed::Amnesia(node) => Action::Amnesia { node },
            Deed::Restart(node) => Action::Recover { node },
            Deed::Cut(side) => self.partition(side),
            Deed::Heal => Action::Heal { from: None, to: None },
            Deed::Tick(node) => {
                self.tick(node);
                return Ok(());
            }
        };
        self.scenario.push(self.now, action);
        Ok(())
    }

    /// What is said instead of a message.
    fn lie(&mut self, message: u32, told: u32) -> Result<Action, Untold> {
        let (protocol, known) = (self.space.protocol(), &self.space.known);
        let (truth, told) = (&known.letter(message).msg, &known.letter(told).msg);
        let facts = protocol.facts(truth).into_iter();
        let mut others =
            facts.flat_map(|(name, value)| [(name, value.wrapping_sub(1)), (name, value.wrapping_add(1))]);
        let is_it =
            |&(name, value): &(&str, i64)| protocol.with_fact(truth, name, value).as_ref() == Some(told);
        let Some((field, value)) = others.find(is_it) else {
            return Err(Untold(format!("no number of {truth:?} makes {told:?} of it")));
        };
        if self.space.network() == Network::Set {
            let message = self.message(message)?;
            self.scenario.push(self.now, Action::Duplicate { message });
            self.now = self.now + self.part;
        }
        Ok(Action::Rewrite { message: self.message(message)?, field: field.to_owned(), value })
    }

    /// A clock that stood runs by a unit, and stands again.
    fn tick(&mut self, node: Option<NodeId>) {
        let Some(ticks) = self.space.ticks() else { return };
        let ticking = |other: &NodeId| node.is_none_or(|node| node == *other);
        let has_clock = |other: &NodeId| ticks.clients || !other.is_client();
        let nodes: Vec<NodeId> = self.space.nodes().iter().filter(ticking).filter(has_clock).collect();
        for (at, drift) in [(self.now, RUN), (self.now + Ns(ticks.unit.0 / PACE), STAND)] {
            self.now = at;
            for &node in &nodes {
                self.scenario.push(at, Action::clock(node, None, Some(drift)));
            }
        }
    }

    /// Who takes the step, if one does.
    fn who(&self, deed: Deed) -> Option<NodeId> {
        match deed {
            Deed::Deliver(message) => Some(self.space.known.letter(message).to),
            Deed::Fire(node, _) | Deed::Call(node, _) | Deed::Restart(node) => Some(node),
            _ => None,
        }
    }

    fn partition(&self, side: u32) -> Action {
        let is_cut = |node: &NodeId| !node.is_client() && side >> node.number() & 1 == 1;
        let (cut, others) = self.space.nodes().iter().partition(is_cut);
        Action::Partition { groups: vec![cut, others], until: None, one_way: false }
    }

    fn timer(&self, node: NodeId, number: u32) -> Result<TimerId, Untold> {
        let run = self.run(self.now - Ns(1))?;
        let wanted = self.space.known.timer(number);
        let pending = run.pending(Key::end_of(run.trace().reached())).into_iter();
        let mut set = pending.filter_map(|pending| match pending.what {
            PendingWhat::Timer(id) if id.node == node => Some(id),
            _ => None,
        });
        set.find(|&id| run.timer_for(id) == Some(wanted))
            .ok_or_else(|| Untold(format!("{node} has set no timer for {wanted:?}")))
    }

    /// What is sent to those that see it at once arrives now.
    fn see_at_once(&mut self) -> Result<(), Untold> {
        let all = self.space.network() == Network::Shared;
        loop {
            let run = self.run(self.now)?;
            let protocol = self.space.protocol();
            let waiting = self.waiting(&run, |_, to, _| all || protocol.sees_at_once(to));
            let Some(&message) = waiting.first() else { return Ok(()) };
            self.now = self.now + self.part;
            self.scenario.push(self.now, Action::Deliver { message });
        }
    }
}
