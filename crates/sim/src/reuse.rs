//! After an edit: what it cannot have changed is taken over from the run before it, and the loop goes on from there.
//!
//! Nothing that is decided before an edit's first effect depends on it. That is not the time of the entry: what becomes of
//! a message is decided when it is sent, and when a timer fires when it is set; so an edit reaches back to where the
//! first of those was decided that it touches. The loop goes on from the last snapshot before that.

use crate::cone::changed_entries;
use crate::faults::What;
use crate::ids::{EntryId, NodeId};
use crate::order::{Key, MESSAGE, TIMER};
use crate::plan::links_between;
use crate::protocol::Protocol;
use crate::run::{CHECKPOINT_EVERY, Payloads, Run, message_id};
use crate::scenario::{Action, Entry, Scenario};
use crate::snapshot::Snapshot;
use crate::sorted::{Map, Set};
use crate::time::Ns;
use crate::trace::{Fate, FateKind, Lane, MARK_EVERY, MessageRecord};
use crate::validate::BadScenario;

impl<P: Protocol> Run<P> {
    /// A run of an edited scenario that takes over all that this one has decided before the edit's first effect; `None` if
    /// there is nothing to take over. What it goes on to compute is what it would compute from the beginning.
    pub fn resumed(&self, scenario: &Scenario) -> Result<Option<Run<P>>, BadScenario> {
        #[cfg(feature = "planted")]
        if self.flaw.is_some() {
            return Ok(None);
        }
        let Some(changed) = changed_entries(&self.scenario, scenario) else { return Ok(None) };
        // Up to another end there are other random faults, and one that is to come decides what is on its way.
        if scenario.until != self.scenario.until && !scenario.faults.is_empty() {
            return Ok(None);
        }
        let count = self.usable(&changed);
        let Some(last) = count.checked_sub(1) else { return Ok(None) };
        let mut run = Run::start(scenario.clone())?;
        run.snapshots = self.snapshots.up_to(count);
        let snapshot = &self.snapshots.taken[last];
        run.go_on_from(self, snapshot);
        run.undo_what_came(snapshot);
        Ok(Some(run))
    }

    /// The same, done wrong; `None` if there is nothing to do wrong.
    #[cfg(feature = "planted")]
    pub fn resumed_wrongly(&self, scenario: &Scenario, slip: crate::planted::Slip) -> Option<Run<P>> {
        use crate::planted::Slip;
        let changed = changed_entries(&self.scenario, scenario)?;
        let first = changed.iter().map(|entry| entry.at).min()?;
        let count = match slip {
            Slip::TooLate => (self.usable(&changed) + 1).min(self.snapshots.taken.len()),
            Slip::FromTheEntry => self.snapshots.taken.partition_point(|snapshot| snapshot.key.at < first),
            Slip::FatesStay | Slip::MonitorsAfresh => self.usable(&changed),
        };
        let snapshot = &self.snapshots.taken[count.checked_sub(1)?];
        let mut run = Run::start(scenario.clone()).ok()?;
        run.snapshots = self.snapshots.up_to(count);
        run.go_on_from(self, snapshot);
        match slip {
            Slip::FatesStay => return Some(run),
            Slip::MonitorsAfresh => run.monitors = run.protocol.monitors(),
            Slip::TooLate | Slip::FromTheEntry => {}
        }
        run.undo_what_came(snapshot);
        Some(run)
    }

    /// How many snapshots were taken before the first effect of these entries.
    fn usable(&self, changed: &[&Entry]) -> usize {
        let first = changed.iter().map(|entry| self.first_effect(entry)).min().unwrap_or(Ns::NEVER);
        let holds = changed.iter().filter(|entry| matches!(entry.action, Action::HoldAll { .. }));
        let held = holds.map(|entry| entry.at).min();
        // Where all begins to wait, calls that were to come wait too.
        let is_free = |snapshot: &Snapshot<P>| {
            let mut calls = snapshot.nodes.iter().filter_map(|live| live.asks_at);
            held.is_none_or(|held| calls.all(|at| at < held))
        };
        let before = self.snapshots.taken.partition_point(|snapshot| snapshot.key.at < first);
        self.snapshots.taken[..before]
            .iter()
            .rposition(|snapshot| is_free(snapshot))
            .map_or(0, |last| last + 1)
    }

    /// When the first thing is decided that would be another without this entry, or with it.
    fn first_effect(&self, entry: &Entry) -> Ns {
        let at = entry.at;
        match &entry.action {
            Action::Crash { node }
            | Action::Amnesia { node }
            | Action::Recover { node }
            | Action::Resume { node }
                if !self.is_suspended(*node) =>
            {
                at
            }
            Action::Pause { vm: false, .. }
            | Action::Slow { .. }
            | Action::Byzantine { .. }
            | Action::Op { .. } => at,
            // When a timer fires was decided when it was set, by what the clock would show.
            Action::Crash { node }
            | Action::Amnesia { node }
            | Action::Recover { node }
            | Action::Resume { node }
            | Action::Pause { node, .. }
            | Action::Clock { node, .. } => at.min(self.first_timer(at, &|setter| setter == *node)),
            Action::CrashInside { event, .. } => {
                self.trace.event(*event).map_or(Ns::NEVER, |event| event.at())
            }
            Action::Cut { from, to, .. } => at.min(self.first_flight(at, &|a, b| (a, b) == (*from, *to))),
            Action::Partition { groups, one_way, .. } => {
                let links: Set<_> = links_between(groups, *one_way).collect();
                at.min(self.first_flight(at, &|from, to| links.contains(&(from, to))))
            }
            Action::Heal { from, to } => {
                at.min(self.first_flight(at, &|a, b| {
                    from.is_none_or(|from| from == a) && to.is_none_or(|to| to == b)
                }))
            }
            Action::HoldAll { .. } => {
                let waits = self.first_sent(&|_, message| message.fate.at.0 >= at);
                at.min(waits).min(self.first_timer(at, &|_| true))
            }
            Action::Drop { message }
            | Action::Deliver { message }
            | Action::Duplicate { message }
            | Action::Hold { message }
            | Action::Rewrite { message, .. }
            | Action::Release { message } => {
                self.trace.message(message.original()).map_or(Ns::NEVER, |message| message.sent.0)
            }
            Action::Fire { timer } | Action::Suppress { timer } => {
                let lane = self.trace.lane(timer.node);
                let timer =
                    lane.and_then(|lane| Some((lane, lane.timers.get(timer.seq.checked_sub(1)? as usize)?)));
                timer.map_or(Ns::NEVER, |(lane, timer)| set_at(lane, timer.event))
            }
            Action::Note { .. } => Ns::NEVER,
        }
    }

    /// Whether the machine of this node is ever suspended, so that what goes on with it sets its clock.
    fn is_suspended(&self, whose: NodeId) -> bool {
        let mut script = self.scenario.script.iter();
        self.scenario.faults.iter().any(|fault| fault.what == What::Suspend)
            || script.any(|entry| matches!(entry.action, Action::Pause { node, vm: true } if node == whose))
    }

    /// When the first of the messages was sent that were to arrive on such a link at this time or later.
    fn first_flight(&self, at: Ns, is_concerned: &dyn Fn(NodeId, NodeId) -> bool) -> Ns {
        self.first_sent(&|from, message| {
            message.fate.at.0 >= at && message.fate.at.0 != Ns::NEVER && is_concerned(from, message.to)
        })
    }

    fn first_sent(&self, is_concerned: &dyn Fn(NodeId, &MessageRecord) -> bool) -> Ns {
        let firsts = self.trace.lanes().filter_map(|(node, lane)| {
            let is_concerned = |message: &&MessageRecord| is_concerned(node, message);
            // A copy is decided on when its original is sent, at the sender's event.
            let copy = lane.copies.values().find(is_concerned);
            let first = lane.messages.iter().find(is_concerned);
            first.into_iter().chain(copy).map(|message| set_at(lane, message.event)).min()
        });
        firsts.min().unwrap_or(Ns::NEVER)
    }

    /// When the first of these nodes' timers was set that were due at this time or later.
    fn first_timer(&self, at: Ns, is_concerned: &dyn Fn(NodeId) -> bool) -> Ns {
        let lanes = self.trace.lanes().filter(|&(node, _)| is_concerned(node));
        let firsts = lanes.filter_map(|(_, lane)| {
            let first = lane.timers.iter().find(|timer| timer.due.0 >= at || timer.natural.0 >= at)?;
            Some(set_at(lane, first.event))
        });
        firsts.min().unwrap_or(Ns::NEVER)
    }

    /// This run, in which nothing has happened, becomes what another one was when the snapshot was taken.
    fn go_on_from(&mut self, old: &Run<P>, snapshot: &Snapshot<P>) {
        self.nodes = snapshot.nodes.clone();
        self.monitors = snapshot.monitors.iter().map(|monitor| monitor.copied()).collect();
        self.under_way = snapshot.under_way.clone();
        let script: Vec<_> =
            self.coming().filter(|&key| self.is_of_script(key) && key > snapshot.key).collect();
        self.queue.clear();
        script.into_iter().chain(snapshot.queue.iter().copied()).for_each(|key| self.enqueue(key));
        self.marks = head(&old.marks, snapshot.count / MARK_EVERY);
        self.trace.marks = head(&old.trace.marks, snapshot.count / MARK_EVERY);
        self.trace.order = head(&old.trace.order, snapshot.count);
        self.trace.violations = head(&old.trace.violations, snapshot.violations);
        self.trace.vectors = old.trace.vectors.head(snapshot.vectors);
        self.trace.reached = snapshot.key.at;
        for (index, &count) in snapshot.counts.iter().enumerate() {
            self.take_over(old, index, count);
        }
        self.trace.acted.extend(snapshot.acted.iter().copied());
        self.remember_notes();
    }

    /// Takes over the first events of a node, and what it sent, set and called in them.
    fn take_over(&mut self, old: &Run<P>, index: usize, count: u32) {
        let (lane, payloads) = (&old.trace.lanes[index], &old.payloads[index]);
        let last = count.checked_sub(1).map(|place| lane.events[place as usize]);
        let (sent, timers, activations) = last
            .map_or((0, 0, 0), |last| (last.sent as usize, last.timers as usize, last.activation as usize));
        let called = lane.ops.partition_point(|op| op.invoked <= count);
        let mut ops = head(&lane.ops, called);
        let mut told = head(&payloads.ops, called);
        for (op, (_, ret)) in ops.iter_mut().zip(&mut told) {
            if op.returned.is_some_and(|event| event > count) {
                (op.returned, *ret) = (None, None);
            }
        }
        let copies: Map<_, _> =
            lane.copies.range(..=(sent as u32, u32::MAX)).map(|(&id, &copy)| (id, copy)).collect();
        let forged = payloads.forged.range(..=(sent as u32, u32::MAX));
        self.payloads[index] = Payloads {
            messages: head(&payloads.messages, sent),
            forged: forged.map(|(&id, form)| (id, form.clone())).collect(),
            timers: head(&payloads.timers, timers),
            ops: told,
            checkpoints: head(&payloads.checkpoints, (count / CHECKPOINT_EVERY) as usize),
        };
        let here = &mut self.trace.lanes[index];
        here.events = head(&lane.events, count as usize);
        here.messages = head(&lane.messages, sent);
        here.timers = head(&lane.timers, timers);
        here.statuses = head(&lane.statuses, lane.statuses.partition_point(|&(from, _)| from <= count));
        here.corrections =
            head(&lane.corrections, lane.corrections.partition_point(|&(from, _)| from <= count));
        here.vectors = head(&lane.vectors, activations);
        (here.copies, here.ops) = (copies, ops);
    }

    /// What the other run says of what was still to come at the snapshot, it says no more.
    fn undo_what_came(&mut self, snapshot: &Snapshot<P>) {
        for (index, live) in snapshot.nodes.iter().enumerate() {
            for &(_, seq) in &live.node.timers {
                let timer = &mut self.trace.lanes[index].timers[seq as usize - 1];
                (timer.over, timer.fired) = (0, false);
            }
        }
        let waiting = snapshot.nodes.iter().flat_map(|live| live.backlog.iter());
        for &key in snapshot.queue.iter().chain(waiting) {
            let at = key.instant();
            match key.kind() {
                MESSAGE => {
                    if let Some(message) = self.message_mut(message_id(key)) {
                        message.fate = Fate { kind: FateKind::InFlight, at, lost: at, event: 0 };
                        let arrived = Key::message((message.arrived, 0), message.to, message_id(key));
                        if arrived > snapshot.key {
                            message.arrived = Ns::NEVER;
                        }
                    }
                }
                TIMER => {
                    let index = self.trace.nodes.index(NodeId::from_raw(key.raw_node()));
                    let lane = index.map(|index| &mut self.trace.lanes[index]);
                    lane.into_iter().for_each(|lane| lane.timers[key.id()[0] as usize - 1].due = at);
                }
                _ => {}
            }
        }
    }

    /// Remarks on what has happened have found their events.
    fn remember_notes(&mut self) {
        let found = self.plan.notes.iter().filter(|&(&event, _)| self.trace.event(event).is_some());
        let found: Vec<EntryId> = found.flat_map(|(_, notes)| notes.iter().copied()).collect();
        self.trace.acted.extend(found);
    }
}

/// When an event of a line happened.
fn set_at(lane: &Lane, event: u32) -> Ns {
    lane.events.get(event as usize - 1).map_or(Ns::ZERO, |event| event.at())
}

/// The first of these, with room for about as many as all.
pub(crate) fn head<T: Clone>(all: &[T], count: usize) -> Vec<T> {
    let mut head = Vec::with_capacity(all.len() + all.len() / 8);
    head.extend_from_slice(&all[..count]);
    head
}
