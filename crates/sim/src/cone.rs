//! Light cones: what an event could have been changed by, what it can change, and what an edit can change.
//!
//! A cone is closed upward on each line: from some instant on, all of a node lies in it. The cone of an edit is computed
//! from the two scripts and the two runs' messages, never by comparing events; that everything outside it is the same
//! is the light-cone law, and the tests compare.

use crate::ids::{EntryId, EventId, MsgId, NodeId, Nodes};
use crate::plan::links_between;
use crate::scenario::CHANCE_COPY;
use crate::scenario::{Action, Entry, Scenario};
use crate::sorted::Map;
use crate::time::Ns;
use crate::trace::{FateKind, Instant, MessageRecord, NEVER, Trace};

/// From when on each node lies in a future cone; [`Cone::never`] for a node that it does not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cone {
    nodes: Nodes,
    from: Vec<Instant>,
}

impl Cone {
    /// The cone that holds nothing.
    pub fn empty(nodes: Nodes) -> Cone {
        Cone { nodes, from: vec![NEVER; nodes.len()] }
    }

    /// From when a node lies in the cone, if ever.
    pub fn from(&self, node: NodeId) -> Option<Instant> {
        self.nodes.index(node).map(|index| self.from[index]).filter(|&from| from != NEVER)
    }

    /// Whether what is on this node's line at this instant lies in the cone.
    pub fn contains(&self, node: NodeId, at: Instant) -> bool {
        self.nodes.index(node).is_some_and(|index| at >= self.from[index])
    }

    /// Whether nothing lies in it.
    pub fn is_empty(&self) -> bool {
        self.from.iter().all(|&from| from == NEVER)
    }

    fn seed(&mut self, node: NodeId, at: Instant) {
        if let Some(index) = self.nodes.index(node) {
            self.from[index] = self.from[index].min(at);
        }
    }

    /// Closes the cone over the messages of these runs: what arrives from inside it widens it. Every arrival is after its
    /// sending, so one pass in order of sending does it, from where the cone begins to where nothing can begin sooner.
    fn close(&mut self, traces: &[&Trace]) {
        let Some(&begin) = self.from.iter().min() else { return };
        let at = |trace: &Trace, id: EventId| trace.event(id).map_or(NEVER, |event| event.key.instant());
        let from_begin = |trace: &&Trace| trace.order().partition_point(|&id| at(trace, id) < begin);
        let mut places: Vec<usize> = traces.iter().map(from_begin).collect();
        loop {
            let next = traces.iter().zip(&places).enumerate().filter_map(|(run, (trace, &place))| {
                let event = *trace.order().get(place)?;
                Some((at(trace, event), run, event))
            });
            let Some((sent, run, event)) = next.min_by_key(|&(sent, run, _)| (sent, run)) else { return };
            if self.from.iter().all(|&from| from <= sent) {
                return;
            }
            places[run] += 1;
            if self.contains(event.node, sent) {
                self.widen(traces[run], event);
            }
        }
    }

    /// Who hears from an event lies in the cone with it. (A copy sets out later, but says what its sender said then.)
    fn widen(&mut self, trace: &Trace, event: EventId) {
        let Some(lane) = trace.lane(event.node) else { return };
        for seq in trace.sends(event) {
            let copies = lane.copies.range((seq, 0)..=(seq, u32::MAX)).map(|(_, copy)| copy);
            let message = lane.messages.get(seq as usize - 1);
            message.into_iter().chain(copies).filter(|message| arrives(message)).for_each(|message| {
                self.seed(message.to, message.fate.at);
            });
        }
    }

    /// What an event can have changed: its own line from it on, and all that heard of it.
    pub fn future(trace: &Trace, event: EventId) -> Cone {
        let mut cone = Cone::empty(trace.nodes());
        if let Some(record) = trace.event(event) {
            cone.seed(event.node, record.key.instant());
            cone.close(&[trace]);
        }
        cone
    }

    /// What the edit from one scenario to the other can have changed: SPEC, "The light-cone law, exactly".
    /// `None` if this is a new run and no edit: seed, protocol, parameters, network, clocks, workload or nodes differ.
    pub fn of_edit((old, old_run): (&Scenario, &Trace), (new, new_run): (&Scenario, &Trace)) -> Option<Cone> {
        let changed = changed_entries(old, new)?;
        let mut cone = Cone::empty(old_run.nodes());
        for entry in changed {
            cone.seed_entry(entry, &[old_run, new_run]);
        }
        cone.close(&[old_run, new_run]);
        Some(cone)
    }

    /// Where a changed entry acts, in either run.
    fn seed_entry(&mut self, entry: &Entry, runs: &[&Trace]) {
        let at = (entry.at, entry.rank);
        match &entry.action {
            Action::Crash { node }
            | Action::Amnesia { node }
            | Action::Recover { node }
            | Action::Pause { node, .. }
            | Action::Resume { node }
            | Action::Slow { node, .. }
            | Action::Clock { node, .. } => self.seed(*node, at),
            Action::Op { client, .. } => self.seed(*client, at),
            Action::CrashInside { event, .. } => {
                for record in runs.iter().filter_map(|run| run.event(*event)) {
                    self.seed(event.node, record.key.instant());
                }
            }
            Action::Cut { to, .. } => self.seed(*to, at),
            Action::Partition { groups, one_way, .. } => {
                links_between(groups, *one_way).for_each(|(_, to)| self.seed(to, at));
            }
            Action::Heal { to: Some(to), .. } => self.seed(*to, at),
            Action::Heal { to: None, .. } | Action::HoldAll { .. } => {
                self.nodes.iter().for_each(|node| self.seed(node, at));
            }
            Action::Byzantine { node, until, .. } => {
                self.seed(*node, at);
                until.iter().for_each(|&until| self.seed(*node, (until, 0)));
            }
            Action::Duplicate { message } => {
                let copy = MsgId { copy: entry.copy_number(), ..message.original() };
                runs.iter().filter_map(|run| run.message(copy)).for_each(|record| self.seed_message(record));
                self.seed_forms(*message, runs);
            }
            Action::Drop { message }
            | Action::Deliver { message }
            | Action::Hold { message }
            | Action::Rewrite { message, .. }
            | Action::Release { message } => {
                let named = runs.iter().filter_map(|run| run.message(*message));
                named.for_each(|record| self.seed_message(record));
                self.seed_forms(*message, runs);
            }
            Action::Fire { timer } | Action::Suppress { timer } => {
                for record in runs.iter().filter_map(|run| run.timer(*timer)) {
                    self.seed(timer.node, record.due.min(record.natural));
                }
            }
            Action::Note { .. } => {}
        }
    }

    /// A copy that a person asked for, and a form that a person forged, is made only of what is still on its way.
    fn seed_forms(&mut self, message: MsgId, runs: &[&Trace]) {
        for lane in runs.iter().filter_map(|run| run.lane(message.node)) {
            let made = (message.seq, CHANCE_COPY + 1)..=(message.seq, u32::MAX);
            lane.copies.range(made).for_each(|(_, copy)| self.seed_message(copy));
        }
    }

    /// A message acts where it arrives; one that never does, where it would have come.
    fn seed_message(&mut self, record: &MessageRecord) {
        self.seed(
            record.to,
            if arrives(record) { record.fate.at } else { record.fate.at.min(record.natural) },
        );
    }
}

fn arrives(message: &MessageRecord) -> bool {
    matches!(message.fate.kind, FateKind::Delivered | FateKind::ToCrashed)
        || (message.fate.kind == FateKind::InFlight && message.fate.at.0 < Ns::NEVER)
}

/// The entries that are in one of two scripts and not in the other, as they are there; `None` if more differs than scripts,
/// names and end.
pub(crate) fn changed_entries<'a>(old: &'a Scenario, new: &'a Scenario) -> Option<Vec<&'a Entry>> {
    if !old.is_same_world(new) {
        return None;
    }
    let entries = |scenario: &'a Scenario| -> Map<EntryId, &'a Entry> {
        scenario.script.iter().map(|entry| (entry.id, entry)).collect()
    };
    let (before, after) = (entries(old), entries(new));
    let removed = before.values().filter(|entry| after.get(&entry.id) != Some(entry));
    let added = after.values().filter(|entry| before.get(&entry.id) != Some(entry));
    Some(removed.chain(added).copied().collect())
}
