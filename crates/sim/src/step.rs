//! The event loop's steps: what one key of the queue does to one node, and what that node's effects do to the world.

use crate::forge::Forger;
use crate::ids::{EntryId, EventId, MsgId, NodeId, OpId, OpSource, TimerId};
use crate::network::{Decided, Decider, Sending, share};
use crate::node::{Around, activate};
use crate::order::{ENVIRONMENT, Key, MESSAGE, OP, TIMER, WAKE};
use crate::plan::TouchKind;
use crate::protocol::{Effect, EffectOf, Protocol};
use crate::run::{Run, input, message_id};
use crate::scenario::Timing;
use crate::time::Ns;
use crate::trace::{Cause, EventKind, FateKind, Instant, MessageRecord, NEVER, OpRecord, TimerRecord};
use crate::workload::Asked;

impl<P: Protocol> Run<P> {
    pub(crate) fn happen(&mut self, key: Key) {
        let Some(index) = self.trace.nodes.index(NodeId::from_raw(key.raw_node())) else { return };
        let node = self.trace.nodes.at(index);
        match key.kind() {
            ENVIRONMENT => self.environment(key, node, index),
            MESSAGE => self.arrive(key, node, index),
            TIMER => self.fire(key, node, index),
            OP => self.call(key, node, index),
            WAKE => self.wake(key, node, index),
            _ => self.activate(key, node, index, EventKind::Boot, Cause::Start),
        }
    }

    fn environment(&mut self, key: Key, node: NodeId, index: usize) {
        let entry = EntryId(key.id()[0]);
        let Some(&kind) = self.plan.environment.get(&(key.instant(), node, entry)) else { return };
        let live = &mut self.nodes[index];
        let is_up = live.node.state.is_some();
        let applies = match kind {
            EventKind::Crash | EventKind::Amnesia => is_up,
            EventKind::Recover => !is_up,
            EventKind::Pause => is_up && !live.node.is_paused,
            EventKind::Resume => live.node.is_paused,
            _ => true,
        };
        if !applies {
            return;
        }
        if !entry.is_chance() {
            self.trace.acted.insert(entry);
        }
        match kind {
            EventKind::Crash | EventKind::Amnesia => self.stop(key, index, kind, entry),
            EventKind::Recover => {
                self.record(key, index, kind, Cause::of(entry));
                self.activate(key.followed(), node, index, EventKind::Boot, Cause::of(entry));
                self.ask_later_if_closed(node, key.at);
            }
            EventKind::Pause => {
                let live = &mut self.nodes[index];
                live.node.is_paused = true;
                live.busy = live.busy - key.at;
                self.record(key, index, kind, Cause::of(entry));
            }
            EventKind::Resume => self.resume(key, node, index, entry),
            EventKind::Slow | EventKind::Quick => {
                let step = self.plan.steps.get(&(key.instant(), node, entry));
                self.nodes[index].step = step.copied().unwrap_or_default();
                self.record(key, index, kind, Cause::of(entry));
            }
            _ => self.record(key, index, kind, Cause::of(entry)),
        }
    }

    /// The node is down from here on; what waited for a paused process finds none.
    fn stop(&mut self, key: Key, index: usize, kind: EventKind, entry: EntryId) {
        let event = self.next_index(index);
        let live = &mut self.nodes[index];
        for (_, seq) in &live.node.timers {
            self.trace.lanes[index].timers[*seq as usize - 1].over = event;
        }
        live.node.crash();
        if kind == EventKind::Amnesia {
            live.node.stable = P::Stable::default();
        }
        live.busy = Ns::ZERO;
        let backlog = std::mem::take(&mut live.backlog);
        self.record(key, index, kind, Cause::of(entry));
        for waiting in backlog.into_iter().filter(|waiting| waiting.kind() == MESSAGE) {
            if let Some(message) = self.message_mut(message_id(waiting)) {
                message.fate.kind = FateKind::ToCrashed;
                message.fate.at = key.instant();
                message.fate.lost = message.fate.at;
            }
        }
    }

    /// What waited is handled in order of arrival, a nanosecond apart; but if the node stood still in the middle of a step,
    /// it does the rest of that first.
    fn resume(&mut self, key: Key, node: NodeId, index: usize, entry: EntryId) {
        let live = &mut self.nodes[index];
        live.node.is_paused = false;
        let rest = std::mem::take(&mut live.busy);
        if rest > Ns::ZERO {
            self.be_busy(key, node, index, rest);
            return self.record(key, index, EventKind::Resume, Cause::of(entry));
        }
        let backlog = std::mem::take(&mut live.backlog);
        self.record(key, index, EventKind::Resume, Cause::of(entry));
        for (waiting, place) in backlog.into_iter().zip(1..) {
            let later = self.put_off(waiting, index, (key.at + Ns(place), 0));
            self.enqueue(later);
        }
    }

    /// What waited for a node is to be handled at this later instant.
    fn put_off(&mut self, waiting: Key, index: usize, later: Instant) -> Key {
        match waiting.kind() {
            MESSAGE => {
                if let Some(message) = self.message_mut(message_id(waiting)) {
                    message.fate.at = later;
                    message.fate.lost = later;
                }
            }
            TIMER => self.trace.lanes[index].timers[waiting.id()[0] as usize - 1].due = later,
            _ => {}
        }
        waiting.moved(later)
    }

    /// The node is busy for so long.
    fn be_busy(&mut self, key: Key, node: NodeId, index: usize, span: Ns) {
        let until = key.at + span;
        self.nodes[index].busy = until;
        self.enqueue(Key::wake(until, node));
    }

    /// A step is done: the first that waits is handled. (One key, one step: two at one instant could not be told apart in
    /// the total order.)
    fn wake(&mut self, key: Key, node: NodeId, index: usize) {
        let live = &mut self.nodes[index];
        if live.node.is_paused || live.busy != key.at {
            return;
        }
        live.busy = Ns::ZERO;
        if live.backlog.is_empty() {
            return;
        }
        let waiting = live.backlog.remove(0);
        let now = self.put_off(waiting, index, key.instant());
        self.happen(now);
        // What turned out to be nothing to do has taken no time.
        let live = &self.nodes[index];
        if live.busy == Ns::ZERO && !live.backlog.is_empty() {
            self.be_busy(key, node, index, Ns(1));
        }
    }

    /// Whether what comes to the node must wait; then it is put behind what waits already.
    fn must_wait(&mut self, key: Key, index: usize) -> bool {
        let live = &mut self.nodes[index];
        let must = live.node.is_paused || live.busy > Ns::ZERO;
        if must {
            live.backlog.push(key);
            let message = (key.kind() == MESSAGE).then(|| self.message_mut(message_id(key))).flatten();
            message.into_iter().for_each(|message| message.arrived = message.arrived.min(key.at));
        }
        must
    }

    /// How long the step takes that a node has just begun.
    fn step_time(&self, node: NodeId, index: usize) -> Ns {
        let live = &self.nodes[index];
        match self.scenario.network.timing {
            Timing::SemiSynchronous { c, steps, .. } if live.step == Ns::ZERO && steps > Ns::ZERO => {
                share(self.chance.step(node, live.node.activations), c, steps)
            }
            _ => live.step,
        }
    }

    pub(crate) fn message_mut(&mut self, id: MsgId) -> Option<&mut MessageRecord> {
        let index = self.trace.nodes.index(id.node)?;
        let lane = &mut self.trace.lanes[index];
        if id.is_copy() {
            lane.copies.get_mut(&(id.seq, id.copy))
        } else {
            lane.messages.get_mut(id.seq as usize - 1)
        }
    }

    fn arrive(&mut self, key: Key, node: NodeId, index: usize) {
        let id = message_id(key);
        if self.must_wait(key, index) {
            return;
        }
        let is_up = self.nodes[index].node.state.is_some();
        let event = if is_up { self.next_index(index) } else { 0 };
        if let Some(message) = self.message_mut(id) {
            message.fate.kind = if is_up { FateKind::Delivered } else { FateKind::ToCrashed };
            message.fate.event = event;
        }
        if is_up {
            self.activate(key, node, index, EventKind::Message, Cause::Message(id));
        }
    }

    fn fire(&mut self, key: Key, node: NodeId, index: usize) {
        let seq = key.id()[0];
        let live = &self.nodes[index];
        if !live.node.timers.iter().any(|&(_, set)| set == seq) {
            return;
        }
        if self.must_wait(key, index) {
            return;
        }
        let event = self.next_index(index);
        let timer = &mut self.trace.lanes[index].timers[seq as usize - 1];
        timer.over = event;
        timer.fired = true;
        self.activate(key, node, index, EventKind::Timer, Cause::Timer(seq));
    }

    fn call(&mut self, key: Key, client: NodeId, index: usize) {
        let source = key.op_source();
        if self.must_wait(key, index) {
            return;
        }
        let live = &mut self.nodes[index];
        let is_up = live.node.state.is_some();
        if let OpSource::Workload(_) = source {
            live.asks_at = None;
            if !self.scenario.workload.is_closed() {
                self.ask_later(client, key.at + self.scenario.workload.every);
            }
        }
        let asked = match source {
            _ if !is_up => None,
            OpSource::Entry(entry) => {
                self.trace.acted.insert(entry);
                self.plan
                    .ops
                    .get(&entry)
                    .and_then(|op| op.text.parse().ok().map(|parsed| Asked { op: parsed, at: op.node }))
            }
            OpSource::Workload(number) => self.scenario.workload.choose(self.chance, client, number),
        };
        let Some(asked) = asked else { return };
        let place = self.payloads[index].ops.len() as u32;
        self.payloads[index].ops.push((asked, None));
        let invoked = self.next_index(index);
        self.trace.lanes[index].ops.push(OpRecord { id: OpId { client, source }, invoked, returned: None });
        self.activate(key, client, index, EventKind::Op, Cause::Op(place));
    }

    /// A client that waited for an answer, or was down when it should have called, begins again.
    fn ask_later_if_closed(&mut self, client: NodeId, now: Ns) {
        if client.is_client() && self.scenario.workload.is_closed() {
            self.ask_later(client, now + self.scenario.workload.every);
        }
    }

    /// The client's workload asks for its next operation at this time.
    pub(crate) fn ask_later(&mut self, client: NodeId, at: Ns) {
        let Some(index) = self.trace.nodes.index(client) else { return };
        let live = &mut self.nodes[index];
        if live.asks_at.is_none() && self.scenario.workload.has_more(live.asked) {
            live.asked += 1;
            let number = live.asked;
            let natural = (at.max(self.trace.reached + Ns(1)), 0);
            let at = self.plan.waited_for(natural, natural);
            self.nodes[index].asks_at = Some(at.0);
            if at != NEVER {
                self.enqueue(Key::op(at, client, OpSource::Workload(number)));
            }
        }
    }

    fn next_index(&self, index: usize) -> u32 {
        self.trace.lanes[index].events.len() as u32 + 1
    }

    fn activate(&mut self, key: Key, me: NodeId, index: usize, kind: EventKind, cause: Cause) {
        let event = EventId { node: me, index: self.next_index(index) };
        let crash = if self.plan.crashes_inside.is_empty() {
            None
        } else {
            self.plan.crashes_inside.get(&event).copied()
        };
        let around = Around {
            me,
            nodes: self.trace.nodes,
            chance: self.chance,
            clock: self.trace.lanes[index].clock.read(key.at, key.rank),
            crash,
            with_notes: false,
        };
        let mut effects = std::mem::take(&mut self.effects);
        effects.clear();
        let input = input(&self.trace, &self.payloads, index, cause);
        let ended = activate(&self.protocol, &mut self.nodes[index].node, around, input, &mut effects);
        self.apply(key, me, index, event.index, &mut effects);
        for seq in ended {
            self.trace.lanes[index].timers[seq as usize - 1].over = event.index;
        }
        self.effects = effects;
        if crash.is_some() {
            // What the handler believed of what never happened is nobody's to see.
            self.nodes[index].node.state = None;
        }
        self.record(key, index, kind, cause);
        if let Some((_, entry)) = crash {
            self.trace.acted.insert(entry);
            return self.stop(key.followed(), index, EventKind::Crash, entry);
        }
        let step = self.step_time(me, index);
        if step > Ns::ZERO {
            self.be_busy(key, me, index, step);
        }
    }

    fn apply(&mut self, key: Key, me: NodeId, index: usize, event: u32, effects: &mut Vec<EffectOf<P>>) {
        for effect in effects.drain(..) {
            match effect {
                Effect::Send { to, msg } => self.send(key, me, index, event, to, msg),
                Effect::SetTimer { timer, after } => self.set_timer(key, me, index, event, timer, after),
                Effect::Reply { op, ret } => self.reply(index, event, op, ret, key.at),
                Effect::Persist | Effect::Cancel(_) | Effect::Note(_) => {}
            }
        }
    }

    fn send(&mut self, key: Key, me: NodeId, index: usize, event: u32, to: NodeId, msg: P::Msg) {
        let link = self.links.get(me, to);
        let left = match link.bandwidth {
            Some(_) => {
                let leaving = self.nodes[index].leaving.or_default(to);
                link.leave(leaving, key.at, self.protocol.size(&msg))
            }
            None => Some(key.at),
        };
        let payloads = &mut self.payloads[index];
        payloads.messages.push(msg);
        let id = MsgId::new(me, payloads.messages.len() as u32);
        let receiver = self.trace.nodes.index(to);
        let link_count = receiver.map_or(0, |receiver| {
            let count = self.nodes[index].link_counts.or_default(receiver as u16);
            *count += 1;
            *count
        });
        let sending = Sending { id, to, link_count, sent: key.instant(), left, event };
        let mut decided = Decided::default();
        let chance = self.chance_for_sending();
        let before = &self.trace.lanes[index].messages;
        let mut forger = Forger { protocol: &self.protocol, payloads: &mut self.payloads[index], before, to };
        let (links, plan, servers) = (&self.links, &self.plan, self.trace.nodes.servers);
        let mut record =
            Decider { chance, links, plan, servers, forge: &mut forger }.decide(sending, &mut decided);
        if receiver.is_none() {
            record.fate.kind = FateKind::Dropped;
        }
        self.launch(id, to, &record);
        self.trace.lanes[index].messages.push(record);
        for (copy, record) in decided.copies {
            #[cfg(feature = "planted")]
            if self.flaw == Some(crate::planted::Flaw::CopiesConsumeIds) {
                let payloads = &mut self.payloads[index].messages;
                payloads.extend(payloads.last().cloned());
                let id = MsgId::new(me, payloads.len() as u32);
                self.launch(id, to, &record);
                self.trace.lanes[index].messages.push(record);
                continue;
            }
            self.launch(MsgId { copy, ..id }, to, &record);
            self.trace.lanes[index].copies.insert((id.seq, copy), record);
        }
        self.trace.acted.extend(decided.acted);
    }

    fn launch(&mut self, id: MsgId, to: NodeId, record: &MessageRecord) {
        self.under_way.push(id);
        if record.fate.kind == FateKind::InFlight && record.fate.at != NEVER {
            self.enqueue(Key::message(record.fate.at, to, id));
        }
    }

    fn set_timer(&mut self, key: Key, me: NodeId, index: usize, event: u32, timer: P::Timer, after: Ns) {
        let lane = &self.trace.lanes[index];
        let deadline = lane.clock.monotonic(key.at).saturating_add(after.0);
        let natural = (lane.clock.reaches(deadline).max(key.at + Ns(1)), 0);
        let seq = lane.timers.len() as u32 + 1;
        let due = self.due(me, seq, key.instant(), natural);
        if due != NEVER {
            self.enqueue(Key::timer(due, me, seq));
        }
        self.trace.lanes[index].timers.push(TimerRecord {
            event,
            deadline,
            due,
            natural,
            over: 0,
            fired: false,
        });
        self.payloads[index].timers.push(timer);
    }

    /// When a timer fires, given what the person does to it.
    fn due(&mut self, node: NodeId, seq: u32, set: Instant, natural: Instant) -> Instant {
        let mut due = self.plan.waited_for(set, natural);
        if self.plan.timers.is_empty() {
            return due;
        }
        let id = TimerId { node, seq };
        for touch in self.plan.timers.get(&id).map_or(&[][..], Vec::as_slice) {
            if touch.at > set && touch.at <= due {
                due = if touch.what == TouchKind::Deliver { touch.at } else { NEVER };
                self.trace.acted.insert(touch.entry);
            }
        }
        due
    }

    fn reply(&mut self, index: usize, event: u32, op: OpId, ret: P::Ret, now: Ns) {
        let ops = &mut self.trace.lanes[index].ops;
        let Some(place) = ops.iter().rposition(|record| record.id == op) else { return };
        if ops[place].returned.is_none() {
            ops[place].returned = Some(event);
            self.payloads[index].ops[place].1 = Some(ret);
            if let OpSource::Workload(_) = op.source {
                self.ask_later_if_closed(op.client, now);
            }
        }
    }
}
