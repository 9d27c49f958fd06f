//! Random scenarios with random faults, and random edits of them. Everything follows from a seed.

use std::collections::BTreeSet;

use lightcone_sim::ids::{EntryId, EventId, MsgId, NodeId, TimerId};
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Action, ClockSpec, Entry, Latency, Scenario, WorkloadMode};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::EventKind;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::SplitMix64;

use crate::models::{byzantine, clocks, network};

/// Draws scenarios, faults and edits.
#[derive(Clone, Debug)]
pub struct Random {
    rng: SplitMix64,
}

impl Random {
    /// All that follows from this seed.
    pub fn new(seed: u64) -> Random {
        Random { rng: SplitMix64::seed_from_u64(seed) }
    }

    fn below(&mut self, bound: u64) -> u64 {
        if bound <= 1 { 0 } else { self.rng.random_range(0..bound) }
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn time(&mut self, until: Ns) -> Ns {
        Ns(self.below(until.0))
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.below(from.len() as u64) as usize]) }
    }

    /// A scenario in which nobody has done anything yet.
    pub fn scenario(&mut self, entry: &ProtocolEntry, servers: std::ops::RangeInclusive<u64>) -> Scenario {
        let count = self.between(*servers.start(), *servers.end());
        let wanted = (entry.scenario)(Some(count as u16));
        // Some protocols are for so many and no other number.
        let suits = (entry.check_params)((entry.default_params)(), wanted.node_set()).is_ok();
        let mut scenario = if suits { wanted } else { (entry.scenario)(None) };
        scenario.script.clear();
        scenario.seed = self.below(u64::MAX);
        scenario.until = Ns::ms(self.between(1_500, 3_000));
        scenario.workload.clients = self.between(1, 2) as u16;
        let often = self.one_in(3);
        scenario.workload.every = Ns::ms(if often { self.between(2, 30) } else { self.between(60, 400) });
        scenario.workload.start = Ns::ms(self.below(400));
        scenario.workload.mode = if self.one_in(4) { WorkloadMode::Open } else { WorkloadMode::Closed };
        let ms = self.between(1, 20);
        scenario.network.latency = match self.below(4) {
            // The same for all, in round milliseconds: much happens at one instant.
            0 => Latency::Constant(Ns::ms(ms)),
            1 => Latency::Exponential { min: Ns::ms(1), mean: Ns::ms(ms + 1) },
            _ => Latency::Uniform { min: Ns::ms(1), max: Ns::ms(ms * 2) },
        };
        scenario.network.loss_ppm = if self.one_in(2) { self.below(80_000) as u32 } else { 0 };
        scenario.network.duplicate_ppm = if self.one_in(2) { self.below(80_000) as u32 } else { 0 };
        for node in scenario.node_set().iter() {
            if self.one_in(5) {
                let clock =
                    ClockSpec { offset: self.offset(), drift_ppm: self.drift(), ..ClockSpec::default() };
                scenario.clocks.insert(node, clock);
            }
        }
        scenario
    }

    fn offset(&mut self) -> i64 {
        self.below(2_000_000_000) as i64 - 1_000_000_000
    }

    fn drift(&mut self) -> i64 {
        self.below(400_000) as i64 - 200_000
    }

    /// Adds what a person might do to this run. Servers that lose their disk stay down, since no protocol here claims
    /// to survive the return of a node that has forgotten its promises.
    pub fn add_faults(&mut self, scenario: &mut Scenario, run: &dyn Session, ops: &[&str]) {
        for _ in 0..self.between(3, 12) {
            for (at, action) in self.actions(scenario, run, ops) {
                scenario.push(at, action);
            }
        }
        if self.one_in(4) {
            self.add_restarts(scenario, run);
        }
        let forgetful: BTreeSet<NodeId> =
            scenario.script.iter().filter_map(|entry| amnesiac(&entry.action)).collect();
        scenario
            .script
            .retain(|entry| !matches!(entry.action, Action::Recover { node } if forgetful.contains(&node)));
        // Ranks and the order of the list must not matter to anyone.
        for entry in &mut scenario.script {
            entry.rank = self.below(3) as u32;
        }
        // Now and then two things are done to one node at one instant.
        for place in 1..scenario.script.len() {
            if self.one_in(8) {
                let (at, rank) = (scenario.script[place - 1].at, scenario.script[place - 1].rank);
                (scenario.script[place].at, scenario.script[place].rank) = (at, rank);
                unbound(&mut scenario.script[place]);
            }
        }
        self.reorder(&mut scenario.script);
    }

    /// Servers that restart within milliseconds, just after they have done something: what they said must still bind.
    fn add_restarts(&mut self, scenario: &mut Scenario, run: &dyn Session) {
        let early = run.trace().order().iter().filter(|event| {
            let record = run.trace().event(**event);
            !event.node.is_client() && record.is_some_and(|record| record.kind == EventKind::Message)
        });
        let early: Vec<EventId> = early.copied().take(80).collect();
        for _ in 0..self.between(3, 10) {
            let Some(event) = self.pick(&early) else { return };
            let Some(record) = run.trace().event(event) else { return };
            scenario.push(record.at(), Action::CrashInside { event, after: 12 });
            scenario.push(record.at() + Ns::us(self.between(1, 3_000)), Action::Recover { node: event.node });
        }
    }

    /// Turns the list round. Its order means nothing beyond time and rank.
    fn reorder(&mut self, script: &mut [Entry]) {
        let shift = self.below(script.len() as u64 + 1) as usize;
        script.rotate_left(shift);
    }

    /// One deed, with what undoes it if it has such a thing.
    fn actions(&mut self, scenario: &Scenario, run: &dyn Session, ops: &[&str]) -> Vec<(Ns, Action)> {
        let until = scenario.until;
        let nodes: Vec<NodeId> = scenario.node_set().iter().collect();
        let (Some(node), Some(other)) = (self.pick(&nodes), self.pick(&nodes)) else { return vec![] };
        let at = self.time(until);
        // Half of what is undone is undone soon, while what it disturbed is still going on.
        let longest = if self.one_in(2) { 25_000_000 } else { 800_000_000 };
        let later = Ns((at.0 + self.between(1_000_000, longest)).min(until.0));
        match self.below(23) {
            0 => vec![(at, Action::Crash { node }), (later, Action::Recover { node })],
            1 => vec![(at, Action::Crash { node })],
            2 | 3 => self.crash_inside(run),
            4 => vec![(at, Action::Amnesia { node }), (later, Action::Recover { node })],
            5 => vec![(at, Action::Pause { node, vm: false }), (later, Action::Resume { node })],
            6 => vec![(at, Action::Cut { from: node, to: other, until: self.one_in(2).then_some(later) })],
            7 => vec![
                (at, Action::Cut { from: node, to: other, until: None }),
                (later, self.heal(node, other)),
            ],
            8 | 9 => {
                let groups = self.groups(&nodes);
                let until = (!self.one_in(3)).then_some(later);
                vec![(at, Action::Partition { groups, until, one_way: self.one_in(3) })]
            }
            10 => self.clock(node, at),
            11 | 12 => self.op(&nodes, at, ops),
            13 => vec![(at, Action::HoldAll { on: true }), (later, Action::HoldAll { on: false })],
            14 | 15 => self.timer(run, until),
            16 => match self.pick(run.trace().order()) {
                Some(event) => vec![(at, Action::Note { event, text: "look here".to_owned() })],
                None => vec![],
            },
            _ => self.message(run, until),
        }
    }

    fn heal(&mut self, from: NodeId, to: NodeId) -> Action {
        match self.below(3) {
            0 => Action::Heal { from: None, to: None },
            1 => Action::Heal { from: None, to: Some(to) },
            _ => Action::Heal { from: Some(from), to: Some(to) },
        }
    }

    fn clock(&mut self, node: NodeId, at: Ns) -> Vec<(Ns, Action)> {
        let offset = self.one_in(2).then(|| self.offset());
        let drift_ppm = if offset.is_none() || self.one_in(2) { Some(self.drift()) } else { None };
        vec![(at, Action::clock(node, offset, drift_ppm))]
    }

    fn op(&mut self, nodes: &[NodeId], at: Ns, ops: &[&str]) -> Vec<(Ns, Action)> {
        let clients: Vec<NodeId> = nodes.iter().copied().filter(|node| node.is_client()).collect();
        let servers: Vec<NodeId> = nodes.iter().copied().filter(|node| !node.is_client()).collect();
        let (Some(client), Some(op)) = (self.pick(&clients), self.pick(ops)) else { return vec![] };
        let node = if self.one_in(2) { self.pick(&servers) } else { None };
        vec![(at, Action::Op { client, op: op.to_owned(), node })]
    }

    fn groups(&mut self, nodes: &[NodeId]) -> Vec<Vec<NodeId>> {
        let count = self.between(2, 3) as usize;
        let mut groups = vec![Vec::new(); count];
        for &node in nodes {
            let place = self.below(count as u64 + 1) as usize;
            if let Some(group) = groups.get_mut(place) {
                group.push(node);
            }
        }
        groups
    }

    fn crash_inside(&mut self, run: &dyn Session) -> Vec<(Ns, Action)> {
        let Some(event) = self.pick(run.trace().order()) else { return vec![] };
        let Some(record) = run.trace().event(event) else { return vec![] };
        let longest = if self.one_in(2) { 15 } else { 500 };
        let back = record.at() + Ns::ms(self.between(1, longest));
        let after = self.below(7) as u32;
        vec![
            (record.at(), Action::CrashInside { event, after }),
            (back, Action::Recover { node: event.node }),
        ]
    }

    fn timer(&mut self, run: &dyn Session, until: Ns) -> Vec<(Ns, Action)> {
        let Some(timer) = self.some_timer(run) else { return vec![] };
        let Some((set, due)) = run.trace().timer(timer).and_then(|record| {
            let set = run.trace().event(EventId { node: timer.node, index: record.event })?.at();
            Some((set, record.due.0.min(until)))
        }) else {
            return vec![];
        };
        let at = set + Ns(1 + self.below(due.since(set).0));
        vec![(at, if self.one_in(3) { Action::Suppress { timer } } else { Action::Fire { timer } })]
    }

    fn some_timer(&mut self, run: &dyn Session) -> Option<TimerId> {
        let nodes: Vec<NodeId> = run.trace().nodes().iter().collect();
        let node = self.pick(&nodes)?;
        let count = run.trace().lane(node)?.timers.len() as u64;
        (count > 0).then(|| TimerId { node, seq: 1 + self.below(count) as u32 })
    }

    fn message(&mut self, run: &dyn Session, until: Ns) -> Vec<(Ns, Action)> {
        let messages: Vec<MsgId> = run.trace().messages().map(|(id, _)| id).collect();
        let Some(message) = self.pick(&messages) else { return vec![] };
        let Some(record) = run.trace().message(message) else { return vec![] };
        let way = record.fate.lost.0.min(until).since(record.sent.0);
        let at = record.sent.0 + Ns(1 + self.below(way.0));
        let late = record.sent.0 + Ns(1 + self.below(way.0.saturating_mul(6)));
        match self.below(6) {
            0 => vec![(at, Action::Drop { message })],
            1 => vec![(at, Action::Deliver { message })],
            // A message is delayed by holding it first.
            2 => vec![(at, Action::Hold { message }), (late, Action::Deliver { message })],
            3 => vec![(at, Action::Duplicate { message })],
            4 => vec![
                (at, Action::Hold { message }),
                (at + Ns::ms(self.between(1, 300)), Action::Release { message }),
            ],
            _ => vec![(at, Action::Hold { message })],
        }
    }

    /// Settings of every model of the engine: networks, clocks, and faults by chance.
    pub fn add_settings(&mut self, scenario: &mut Scenario) {
        network::settings(scenario, &mut |bound| self.below(bound));
        clocks::add_settings(scenario, &mut |bound| self.below(bound));
        byzantine::add_settings(&mut self.rng, scenario);
    }

    /// Adds what a person might do of the newer models: slow nodes, clocks of every kind, suspended machines. No protocol
    /// claims to survive lies: they come only where they are asked for.
    pub fn add_model_deeds(&mut self, scenario: &mut Scenario, run: &dyn Session, lies: bool) {
        for _ in 0..self.between(1, 3) {
            for (at, action) in self.model_deed(scenario, run, lies) {
                scenario.push(at, action);
            }
        }
    }

    fn model_deed(&mut self, scenario: &Scenario, run: &dyn Session, lies: bool) -> Vec<(Ns, Action)> {
        match self.below(if lies { 4 } else { 2 }) {
            0 => network::entries(scenario, &mut |bound| self.below(bound)),
            1 => clocks::deed(scenario, &mut |bound| self.below(bound)),
            _ => byzantine::deed(&mut self.rng, scenario, run),
        }
    }

    /// Another script for the same run: a deed of one of the newer models more.
    pub fn model_edit(&mut self, scenario: &Scenario, run: &dyn Session) -> Scenario {
        let mut edited = scenario.clone();
        for (at, action) in self.model_deed(scenario, run, true) {
            edited.push(at, action);
        }
        edited
    }

    /// Another script for the same run: an entry more, an entry less, or an entry changed.
    pub fn edit(&mut self, scenario: &Scenario, run: &dyn Session, ops: &[&str]) -> Scenario {
        let mut edited = scenario.clone();
        let count = edited.script.len() as u64;
        match self.below(4) {
            0 if count > 0 => {
                edited.script.remove(self.below(count) as usize);
            }
            1 if count > 0 => {
                let until = scenario.until;
                let entry: &mut Entry = &mut edited.script[self.below(count) as usize];
                let shift = self.below(200_000_000);
                entry.at = if self.one_in(2) { entry.at + Ns(shift) } else { entry.at - Ns(shift) };
                entry.at = entry.at.min(until);
                unbound(entry);
            }
            _ => {
                let next = edited.next_entry();
                for ((at, action), id) in self.actions(scenario, run, ops).into_iter().zip(next.0..) {
                    edited.script.push(Entry { id: EntryId(id), at, rank: self.below(2) as u32, action });
                }
            }
        }
        self.reorder(&mut edited.script);
        edited
    }
}

/// Takes away the end of a cut: its entry may have come to begin after it.
fn unbound(entry: &mut Entry) {
    if let Action::Cut { until, .. } | Action::Partition { until, .. } | Action::Byzantine { until, .. } =
        &mut entry.action
    {
        *until = None;
    }
}

fn amnesiac(action: &Action) -> Option<NodeId> {
    if let Action::Amnesia { node } = action { Some(*node) } else { None }
}

/// An action's word, as scripts write it.
pub fn kind(action: &Action) -> String {
    let value = serde_json::to_value(action).unwrap_or_default();
    value.get("do").and_then(|word| word.as_str()).unwrap_or_default().to_owned()
}
