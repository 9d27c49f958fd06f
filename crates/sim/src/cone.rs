//! Light cones: what an event could have been changed by, what it can change, and what an edit can change.
//!
//! A cone is closed upward on each line: from some instant on, all of a node lies in it. The cone of an edit is computed
//! from the two scripts and the two runs' messages, never by comparing events; that everything outside it is the same
//! is the light-cone law, and the tests compare.

use crate::ids::{EntryId, EventId, MsgId, NodeId, Nodes};
use crate::plan::links_between;
use crate::scenario::CHANCE_COPY;
use crate::scenario::{Action, Entry, Scenario};
use crate::sorted::{Map, sort};
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

    /// Closes the cone over the messages of these runs: what arrives from inside it widens it.
    fn close(&mut self, traces: &[&Trace]) {
        let mut flights: Vec<(Instant, usize, Instant, NodeId)> = Vec::new();
        for trace in traces {
            flights.extend(trace.messages().filter(|(_, message)| arrives(message)).filter_map(
                |(id, message)| {
                    // A copy sets out later, but says what its sender said when it sent.
                    let sent = trace.message(id.original())?.sent;
                    Some((sent, self.nodes.index(id.node)?, message.fate.at, message.to))
                },
            ));
        }
        // Every arrival is after its sending, so one pass in order of sending closes it.
        sort(&mut flights);
        for (sent, sender, arrival, to) in flights {
            if sent >= self.from[sender] {
                self.seed(to, arrival);
            }
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
        if !is_edit(old, new) {
            return None;
        }
        let mut cone = Cone::empty(old_run.nodes());
        let entries = |scenario: &Scenario| -> Map<EntryId, Entry> {
            scenario.script.iter().map(|entry| (entry.id, entry.clone())).collect()
        };
        let (before, after) = (entries(old), entries(new));
        let removed = before.values().filter(|entry| after.get(&entry.id) != Some(entry));
        let added = after.values().filter(|entry| before.get(&entry.id) != Some(entry));
        for entry in removed.chain(added) {
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
            | Action::Pause { node }
            | Action::Resume { node }
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
            Action::Duplicate { message } => {
                let copy = MsgId { copy: entry.copy_number(), ..message.original() };
                runs.iter().filter_map(|run| run.message(copy)).for_each(|record| self.seed_message(record));
            }
            Action::Drop { message }
            | Action::Deliver { message }
            | Action::Hold { message }
            | Action::Release { message } => {
                for run in runs {
                    run.message(*message).into_iter().for_each(|record| self.seed_message(record));
                    // A copy that a person asked for is made only of what is still on its way.
                    let copies = run.lane(message.node).into_iter().flat_map(|lane| {
                        lane.copies
                            .range((message.seq, CHANCE_COPY + 1)..=(message.seq, u32::MAX))
                            .map(|(_, copy)| copy)
                    });
                    copies.filter(|_| !message.is_copy()).for_each(|copy| self.seed_message(copy));
                }
            }
            Action::Fire { timer } | Action::Suppress { timer } => {
                for record in runs.iter().filter_map(|run| run.timer(*timer)) {
                    self.seed(timer.node, record.due.min(record.natural));
                }
            }
            Action::Note { .. } => {}
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

/// Whether two scenarios differ in script, names and end alone.
fn is_edit(old: &Scenario, new: &Scenario) -> bool {
    let bare = |scenario: &Scenario| Scenario {
        script: Vec::new(),
        names: Default::default(),
        until: Ns::ZERO,
        ..scenario.clone()
    };
    bare(old) == bare(new)
}
