//! The script, compiled: for each thing that can be touched, what the person did to it.
//!
//! The whole script is known before the run begins, so what befalls a message is decided when it is sent, from the
//! entries that name it, the cuts of its link and the spans in which everything waits.

use crate::clock::{Change, Clock};
use crate::forge::Lying;
use crate::ids::{EntryId, EventId, MsgId, NodeId, Nodes, TimerId};
use crate::scenario::{Action, Entry, How, Scenario};
use crate::snapshot::is_silent;
use crate::sorted::{Map, Set, sort_by_key};
use crate::time::Ns;
use crate::trace::{CutSpan, EventKind, Instant, NEVER};

/// What a person did, by target.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// By message, in order of (time, rank, id).
    pub messages: Map<MsgId, Vec<Touch>>,
    /// By timer, in the same order.
    pub timers: Map<TimerId, Vec<Touch>>,
    /// After how many effects a node crashes inside an activation, and the entry that says so.
    pub crashes_inside: Map<EventId, (u32, EntryId)>,
    /// Cuts by (sender, receiver), in order of time.
    pub cuts: Map<(NodeId, NodeId), Vec<CutSpan>>,
    /// Spans in which everything waits, `[from, to)`.
    pub held: Vec<(Instant, Instant)>,
    /// The clock of each node.
    pub clocks: Vec<Clock>,
    /// What happens to nodes.
    pub environment: Map<(Instant, NodeId, EntryId), EventKind>,
    /// Remarks, by the event they are pinned to.
    pub notes: Map<EventId, Vec<EntryId>>,
    /// Entries that act whatever happens in the run.
    pub acted: Vec<EntryId>,
    /// Entries of which it is known without the run whether they act: those that hold all, and remarks but for their event.
    pub silent: Set<EntryId>,
    /// How long a step of a node takes from such an event of the environment on.
    pub steps: Map<(Instant, NodeId, EntryId), Ns>,
    /// What people forge: which number, and what it then is.
    pub rewrites: Map<EntryId, (String, i64)>,
    /// When nodes are byzantine, in order of time.
    pub byzantine: Map<NodeId, Vec<Lying>>,
    /// Operations that people ask for.
    pub ops: Map<EntryId, AskedOp>,
}

/// A person's touch on a message or timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    pub at: Instant,
    pub entry: EntryId,
    pub what: TouchKind,
}

/// The ways to touch a message or timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TouchKind {
    /// It is lost; a timer: it does not fire by itself.
    Drop,
    /// It arrives (fires) now.
    Deliver,
    /// It stands still.
    Hold,
    /// It goes on.
    Release,
    /// It is copied.
    Duplicate,
    /// A forged form takes its place.
    Rewrite,
}

/// An operation that a person asks of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AskedOp {
    pub at: Instant,
    pub client: NodeId,
    pub node: Option<NodeId>,
    pub text: String,
}

impl Plan {
    /// Compiles the script of a scenario whose numbers are known to be sane.
    pub fn new(scenario: &Scenario) -> Plan {
        let nodes = scenario.node_set();
        let clocks =
            nodes.iter().map(|node| Clock::new(scenario.clocks.get(&node).copied().unwrap_or_default()));
        let mut plan = Plan {
            messages: Map::new(),
            timers: Map::new(),
            crashes_inside: Map::new(),
            cuts: Map::new(),
            held: Vec::new(),
            clocks: clocks.collect(),
            environment: Map::new(),
            notes: Map::new(),
            acted: Vec::new(),
            silent: scenario
                .script
                .iter()
                .filter(|entry| is_silent(&entry.action))
                .map(|entry| entry.id)
                .collect(),
            steps: Map::new(),
            rewrites: Map::new(),
            byzantine: Map::new(),
            ops: Map::new(),
        };
        let by_chance = crate::faults::entries(scenario);
        let mut script: Vec<&Entry> = scenario.script.iter().chain(&by_chance).collect();
        sort_by_key(&mut script, |entry| (entry.at, entry.rank, entry.id));
        for entry in script {
            plan.add(nodes, entry);
        }
        plan.add_cut_events();
        plan.add_byzantine_events();
        plan
    }

    fn add(&mut self, nodes: Nodes, entry: &Entry) {
        let at = (entry.at, entry.rank);
        let exists = |node: NodeId| nodes.index(node).is_some();
        let touch = |what| Touch { at, entry: entry.id, what };
        match &entry.action {
            &Action::Crash { node } => self.happen(nodes, entry, node, EventKind::Crash),
            &Action::Amnesia { node } => self.happen(nodes, entry, node, EventKind::Amnesia),
            &Action::Recover { node } => self.happen(nodes, entry, node, EventKind::Recover),
            &Action::Slow { node, step } => {
                self.steps.insert((at, node, entry.id), step);
                let kind = if step == Ns::ZERO { EventKind::Quick } else { EventKind::Slow };
                self.happen(nodes, entry, node, kind);
            }
            &Action::Pause { node, vm } => {
                if vm {
                    self.set_clock(nodes, entry, node, Change { stands: Some(true), ..Change::default() });
                }
                self.happen(nodes, entry, node, EventKind::Pause);
            }
            &Action::Resume { node } => self.happen(nodes, entry, node, EventKind::Resume),
            &Action::Clock { node, offset, over, drift_ppm, rate_ppm, uncertainty, uncertainty_ppm } => {
                let change =
                    Change { offset, over, drift_ppm, rate_ppm, uncertainty, uncertainty_ppm, stands: None };
                self.set_clock(nodes, entry, node, change);
                self.happen(nodes, entry, node, EventKind::Clock);
            }
            &Action::CrashInside { event, after } => {
                self.crashes_inside.get_or_insert(event, (after, entry.id));
            }
            &Action::Cut { from, to, until } => self.cut(nodes, at, entry.id, from, to, until),
            Action::Partition { groups, until, one_way } => {
                // All at once: one after another, in no order, each would move all that stand behind it.
                let is_new = |&(from, to): &(NodeId, NodeId)| {
                    exists(from) && exists(to) && !self.cuts.contains_key(&(from, to))
                };
                let new = links_between(groups, *one_way).filter(is_new).map(|link| (link, Vec::new()));
                let new: Vec<_> = new.collect();
                self.cuts.extend(new);
                for (from, to) in links_between(groups, *one_way) {
                    self.cut(nodes, at, entry.id, from, to, *until);
                }
            }
            &Action::Heal { from, to } => self.heal(at, entry.id, from, to),
            &Action::Drop { message } => self.messages.or_default(message).push(touch(TouchKind::Drop)),
            &Action::Deliver { message } => self.messages.or_default(message).push(touch(TouchKind::Deliver)),
            &Action::Hold { message } => self.messages.or_default(message).push(touch(TouchKind::Hold)),
            &Action::Release { message } => self.messages.or_default(message).push(touch(TouchKind::Release)),
            &Action::Duplicate { message } => {
                self.messages.or_default(message).push(touch(TouchKind::Duplicate))
            }
            Action::Rewrite { message, field, value } => {
                self.messages.or_default(*message).push(touch(TouchKind::Rewrite));
                self.rewrites.insert(entry.id, (field.clone(), *value));
            }
            Action::Byzantine { node, how, to, field, value, until } => {
                let until = until.map_or(NEVER, |until| (until, 0));
                let (how, to, field, value) = (*how, *to, field.clone(), *value);
                let lying = Lying { from: at, until, entry: entry.id, ended_by: None, how, to, field, value };
                if exists(*node) {
                    self.lie(*node, lying);
                }
            }
            &Action::Fire { timer } => self.timers.or_default(timer).push(touch(TouchKind::Deliver)),
            &Action::Suppress { timer } => self.timers.or_default(timer).push(touch(TouchKind::Drop)),
            Action::Op { client, op, node } => {
                if exists(*client) && client.is_client() {
                    self.ops.insert(entry.id, AskedOp { at, client: *client, node: *node, text: op.clone() });
                }
            }
            &Action::HoldAll { on } => self.hold_all(at, on, entry.id),
            &Action::Note { event, .. } => self.notes.or_default(event).push(entry.id),
        }
    }

    fn set_clock(&mut self, nodes: Nodes, entry: &Entry, node: NodeId, change: Change) {
        if let Some(index) = nodes.index(node) {
            self.clocks[index].set((entry.at, entry.rank), change, entry.id);
        }
    }

    fn happen(&mut self, nodes: Nodes, entry: &Entry, node: NodeId, kind: EventKind) {
        if let Some(index) = nodes.index(node) {
            let wakes = {
                use EventKind::{Amnesia, Crash, Recover, Resume};
                matches!(kind, Crash | Amnesia | Recover | Resume)
            };
            if wakes && self.clocks[index].stands() {
                self.set_clock(nodes, entry, node, Change { stands: Some(false), ..Change::default() });
            }
            self.environment.insert(((entry.at, entry.rank), node, entry.id), kind);
        }
    }

    fn hold_all(&mut self, at: Instant, on: bool, entry: EntryId) {
        match self.held.last_mut() {
            Some(open) if open.1 == NEVER => {
                if on {
                    return;
                }
                open.1 = at;
            }
            _ if on => self.held.push((at, NEVER)),
            _ => return,
        }
        self.acted.push(entry);
    }

    fn cut(
        &mut self,
        nodes: Nodes,
        from: Instant,
        entry: EntryId,
        sender: NodeId,
        receiver: NodeId,
        until: Option<Ns>,
    ) {
        if nodes.index(sender).is_none() || nodes.index(receiver).is_none() || sender == receiver {
            return;
        }
        let to = until.map_or(NEVER, |until| (until, 0));
        if from < to {
            self.cuts.or_default((sender, receiver)).push(CutSpan {
                sender,
                receiver,
                from,
                to,
                entry,
                healed_by: None,
            });
        }
    }

    fn heal(&mut self, at: Instant, entry: EntryId, from: Option<NodeId>, to: Option<NodeId>) {
        for (&(sender, receiver), spans) in self.cuts.iter_mut() {
            if from.is_none_or(|node| node == sender) && to.is_none_or(|node| node == receiver) {
                for span in spans.iter_mut().filter(|span| span.from < at && at < span.to) {
                    (span.to, span.healed_by) = (at, Some(entry));
                }
            }
        }
    }

    fn lie(&mut self, node: NodeId, lying: Lying) {
        if lying.how != How::Honest {
            return if lying.from < lying.until {
                self.byzantine.or_default(node).push(lying)
            };
        }
        let at = lying.from;
        for open in self.byzantine.get_mut(&node).into_iter().flatten() {
            if open.from < at && at < open.until {
                (open.until, open.ended_by) = (at, Some(lying.entry));
            }
        }
    }

    /// A node that turns byzantine, or honest again, has an event of it.
    fn add_byzantine_events(&mut self) {
        let mut events = Vec::new();
        for (&node, spans) in self.byzantine.iter() {
            for span in spans {
                events.push(((span.from, node, span.entry), EventKind::Byzantine));
                if span.until != NEVER {
                    let ender = span.ended_by.unwrap_or(span.entry);
                    events.push(((span.until, node, ender), EventKind::Honest));
                }
            }
        }
        self.environment.extend(events);
    }

    /// The spans in which a node is byzantine.
    pub fn lying(&self, node: NodeId) -> impl Iterator<Item = &Lying> {
        let spans = if self.byzantine.is_empty() { None } else { self.byzantine.get(&node) };
        spans.into_iter().flatten()
    }

    /// Whether a node has been byzantine at any time up to this one.
    pub fn has_lied(&self, node: NodeId, by: Instant) -> bool {
        self.lying(node).any(|lying| lying.from <= by)
    }

    /// A node whose links are cut or healed has an event of it, one for each entry and instant.
    fn add_cut_events(&mut self) {
        let mut events = Vec::new();
        for span in self.cuts.values().flatten() {
            events.push(((span.from, span.receiver, span.entry), EventKind::Cut));
            if span.to != NEVER {
                let healer = span.healed_by.unwrap_or(span.entry);
                events.push(((span.to, span.receiver, healer), EventKind::Heal));
            }
        }
        self.environment.extend(events);
    }

    /// The first span in which the link is cut at any instant of `[sent, arrival]`.
    pub fn cut_between(
        &self,
        sender: NodeId,
        receiver: NodeId,
        sent: Instant,
        arrival: Instant,
    ) -> Option<&CutSpan> {
        if self.cuts.is_empty() {
            return None;
        }
        let spans = self.cuts.get(&(sender, receiver))?;
        spans.iter().filter(|span| span.from <= arrival && sent < span.to).min_by_key(|span| span.from)
    }

    /// The span of holding that a moment lies in.
    pub fn held_at(&self, at: Instant) -> Option<(Instant, Instant)> {
        self.held.iter().find(|&&(from, to)| from <= at && at < to).copied()
    }

    /// When a timer fires, or a workload calls, that was set at one time for another: under hold-all both wait for the
    /// person, and when that ends, what is overdue comes at once.
    pub fn waited_for(&self, set: Instant, natural: Instant) -> Instant {
        match self.held_at(set).or_else(|| self.held_at(natural)) {
            Some((_, NEVER)) => NEVER,
            Some((_, (end, _))) => natural.max((end + Ns(1), 0)),
            None => natural,
        }
    }
}

/// The directed links that a partition cuts.
pub(crate) fn links_between(
    groups: &[Vec<NodeId>],
    one_way: bool,
) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
    groups.iter().enumerate().filter(move |&(place, _)| !one_way || place == 0).flat_map(
        move |(place, group)| {
            let others = groups
                .iter()
                .enumerate()
                .filter(move |&(other, _)| other != place)
                .flat_map(|(_, other)| other);
            others.flat_map(move |&to| group.iter().map(move |&from| (from, to)))
        },
    )
}
