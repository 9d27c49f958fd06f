//! How an event enters the trace: with its ghost clocks, under the monitors' eyes, and with states kept for later.

use crate::ids::EventId;
use crate::monitor::{Report, Seen};
use crate::order::Key;
use crate::protocol::Protocol;
use crate::run::{CHECKPOINT_EVERY, Run};
use crate::trace::{Cause, EventKind, EventRecord, FateKind, MARK_EVERY, Mark, Trace};
use crate::vectors::{Line, ZERO};

impl<P: Protocol> Run<P> {
    /// Writes an event into the trace, with its ghost clocks, and lets the monitors see it.
    pub(crate) fn record(&mut self, key: Key, index: usize, kind: EventKind, cause: Cause) {
        let node = self.trace.nodes.at(index);
        let lamport = if kind.is_activation() { self.tick(index, cause) } else { 0 };
        let live = &self.nodes[index].node;
        let lane = &mut self.trace.lanes[index];
        let event = EventId { node, index: lane.events.len() as u32 + 1 };
        lane.events.push(EventRecord {
            key,
            kind,
            cause,
            local: lane.clock.wall(key.at, key.rank),
            lamport,
            activation: live.activations,
            sent: lane.messages.len() as u32,
            timers: lane.timers.len() as u32,
        });
        let status = live.state.as_ref().map(|state| self.protocol.status(state, &live.stable));
        if lane.statuses.last().map(|&(_, last)| last) != Some(status) {
            lane.statuses.push((event.index, status));
        }
        let correction = live.state.as_ref().map_or(0, |state| self.protocol.correction(state));
        if lane.corrections.last().map_or(0, |&(_, last)| last) != correction {
            lane.corrections.push((event.index, correction));
        }
        self.trace.order.push(event);
        if let Some(notes) = self.plan.notes.get(&event) {
            self.trace.acted.extend(notes.iter().copied());
        }
        if event.index.is_multiple_of(CHECKPOINT_EVERY) {
            self.payloads[index].checkpoints.push(live.clone());
        }
        let (state, stable) = (live.state.as_ref(), &live.stable);
        let asked = match cause {
            Cause::Op(place) => self.payloads[index].ops.get(place as usize).map(|(asked, _)| &asked.op),
            _ => None,
        };
        let is_byzantine = self.plan.has_lied(node, key.instant());
        let known = self.trace.violations.len();
        for monitor in &mut self.monitors {
            let seen =
                Seen { protocol: &self.protocol, event, at: key.at, asked, state, stable, is_byzantine };
            let mut report =
                Report { monitor: monitor.name(), event, violations: &mut self.trace.violations };
            monitor.observe(seen, &mut report);
        }
        for violation in &mut self.trace.violations[known..] {
            violation.text = self.scenario.named(std::mem::take(&mut violation.text));
        }
        if self.trace.order.len().is_multiple_of(MARK_EVERY) {
            self.mark(key);
            #[cfg(target_arch = "wasm32")]
            self.make_room();
        }
    }

    fn mark(&mut self, key: Key) {
        let counts = self.trace.lanes.iter().map(|lane| lane.events.len() as u32).collect();
        self.trace.marks.push(Mark { key, counts });
        let now = key.instant();
        let trace = &self.trace;
        self.under_way.retain(|&id| {
            // What has arrived at a node that stands still or is busy waits there.
            trace.message(id).is_some_and(|message| {
                message.fate.kind == FateKind::InFlight || message.fate.lost.min(message.fate.at) > now
            })
        });
        self.marks.push(self.under_way.clone());
    }

    /// In wasm a long run takes its memory in large steps: growing by a page at a time, as the allocator does of itself,
    /// costs more than the run (4.3 times native instead of 1.5, at a million events).
    #[cfg(target_arch = "wasm32")]
    fn make_room(&self) {
        const EVENTS: usize = 256 * MARK_EVERY;
        const BYTES: usize = EVENTS * 1_000;
        if self.trace.order.len().is_multiple_of(EVENTS) {
            drop(std::hint::black_box(Vec::<u8>::with_capacity(BYTES)));
        }
    }

    /// Ticks the node's Lamport and vector clocks once, after its cause's.
    fn tick(&mut self, index: usize, cause: Cause) -> u32 {
        let Trace { nodes, lanes, vectors, .. } = &mut self.trace;
        let mine = Line { lane: index, roots: &lanes[index].vectors };
        let mut vector = mine.roots.last().copied().unwrap_or(ZERO);
        let mut lamport =
            lanes[index].events.iter().rev().find(|event| event.lamport > 0).map_or(0, |event| event.lamport);
        if let Cause::Message(id) = cause
            && let Some(sender) = nodes.index(id.node)
            && let Some(message) = lanes[sender].message(id)
        {
            let sent = &lanes[sender].events[message.event as usize - 1];
            lamport = lamport.max(sent.lamport);
            let theirs = Line { lane: sender, roots: &lanes[sender].vectors };
            vector = vectors.heard(mine, theirs, sent.activation);
        }
        lanes[index].vectors.push(vector);
        lamport + 1
    }
}
