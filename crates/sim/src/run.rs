//! A run: the event loop, and everything that it leaves behind.
//!
//! `run = simulate(scenario)` is a pure function. The loop takes the least key of what is to happen, lets one node take
//! one step, and asks the network what becomes of what that step sent. Nothing is drawn from a shared stream, nothing
//! is ordered by when it entered the queue, and nothing couples nodes but messages: so an edit can change only its
//! causal future.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::chance::Chance;
use crate::ids::{EntryId, EventId, MsgId, NodeId, OpId, OpSource};
use crate::monitor::{Monitor, Report, Seen};
use crate::network::{Decided, Links, Sending, decide};
use crate::node::{Around, Input, Node, activate};
use crate::order::{ENVIRONMENT, Key, MESSAGE, OP, TIMER};
use crate::plan::{Plan, TouchKind};
use crate::protocol::{Effect, EffectOf, Protocol};
use crate::scenario::Scenario;
use crate::session::Progress;
use crate::time::Ns;
use crate::trace::{
    Cause, EventKind, EventRecord, FateKind, Instant, Lane, MessageRecord, NEVER, OpRecord, TimerRecord,
    Trace,
};
use crate::validate::BadScenario;
use crate::workload::Asked;

/// After how many of its events a node's state is kept whole.
pub(crate) const CHECKPOINT_EVERY: u32 = 32;
/// After how many events of the run the messages under way are kept.
pub(crate) const MARK_EVERY: usize = 1024;

/// One run of a scenario under a protocol.
pub struct Run<P: Protocol> {
    pub(crate) scenario: Scenario,
    pub(crate) protocol: P,
    pub(crate) plan: Plan,
    pub(crate) chance: Chance,
    pub(crate) trace: Trace,
    pub(crate) payloads: Vec<Payloads<P>>,
    /// Messages under way after each [`MARK_EVERY`] events.
    pub(crate) marks: Vec<Vec<MsgId>>,
    links: Links,
    nodes: Vec<LiveNode<P>>,
    queue: BinaryHeap<Reverse<Queued>>,
    #[cfg(feature = "planted")]
    pub(crate) flaw: Option<crate::planted::Flaw>,
    #[cfg(feature = "planted")]
    pub(crate) counter: u64,
    monitors: Vec<Box<dyn Monitor<P>>>,
    under_way: Vec<MsgId>,
    effects: Vec<EffectOf<P>>,
}

/// What a node's line holds beside its [`Lane`]: what messages and timers say, and states kept whole.
pub(crate) struct Payloads<P: Protocol> {
    pub messages: Vec<P::Msg>,
    pub timers: Vec<P::Timer>,
    /// What its operations ask, and what they were told.
    pub ops: Vec<(Asked<P::Op>, Option<P::Ret>)>,
    /// The node after `CHECKPOINT_EVERY`, twice that, … of its events.
    pub checkpoints: Vec<Node<P>>,
}

/// A node as the loop keeps it.
struct LiveNode<P: Protocol> {
    node: Node<P>,
    /// How many messages each of its links has carried, by receiver.
    link_counts: Vec<u32>,
    /// What waits while it is paused, in order of arrival.
    backlog: Vec<Key>,
    /// How many operations its workload has asked for, and whether the last of these is still to come.
    asked: u32,
    is_asking: bool,
}

impl<P: Protocol> Run<P> {
    /// A run in which nothing has happened yet, or what is wrong with the scenario.
    pub fn start(scenario: Scenario) -> Result<Run<P>, BadScenario> {
        crate::validate::check(&scenario)?;
        let protocol = crate::validate::protocol::<P>(&scenario)?;
        let set = scenario.node_set();
        let plan = Plan::new(&scenario);
        let lanes = plan.clocks.iter().map(|clock| Lane {
            events: Vec::new(),
            messages: Vec::new(),
            copies: Default::default(),
            timers: Vec::new(),
            ops: Vec::new(),
            statuses: Vec::new(),
            clock: clock.clone(),
            vectors: Vec::new(),
        });
        let trace = Trace {
            nodes: set,
            lanes: lanes.collect(),
            order: Vec::new(),
            violations: Vec::new(),
            cuts: plan.cuts.values().flatten().copied().collect(),
            held: plan.held.clone(),
            acted: plan.acted.iter().copied().collect(),
            reached: Ns::ZERO,
        };
        let live = |_| LiveNode {
            node: Node::new(),
            link_counts: vec![0; set.len()],
            backlog: Vec::new(),
            asked: 0,
            is_asking: false,
        };
        let mut run = Run {
            chance: Chance::new(scenario.seed),
            links: Links::new(&scenario.network),
            monitors: protocol.monitors(),
            payloads: set
                .iter()
                .map(|_| Payloads { messages: vec![], timers: vec![], ops: vec![], checkpoints: vec![] })
                .collect(),
            nodes: set.iter().map(live).collect(),
            queue: BinaryHeap::new(),
            #[cfg(feature = "planted")]
            flaw: None,
            #[cfg(feature = "planted")]
            counter: 0,
            marks: Vec::new(),
            under_way: Vec::new(),
            effects: Vec::new(),
            scenario,
            protocol,
            plan,
            trace,
        };
        run.fill_queue();
        Ok(run)
    }

    fn fill_queue(&mut self) {
        for node in self.trace.nodes.iter() {
            self.enqueue(Key::boot((Ns::ZERO, 0), node));
        }
        let environment =
            self.plan.environment.keys().map(|&(at, node, entry)| Key::environment(at, node, entry));
        let ops = self.plan.ops.iter().map(|(&entry, op)| Key::op(op.at, op.client, OpSource::Entry(entry)));
        let script: Vec<Key> = environment.chain(ops).collect();
        #[cfg(feature = "planted")]
        let script = crate::planted::by_list(self.flaw, script, &self.scenario);
        script.into_iter().for_each(|key| self.enqueue(key));
        for number in 0..self.trace.nodes.clients {
            let start = self.scenario.workload.first_call(number);
            self.ask_later(NodeId::client(number), start);
        }
    }

    #[cfg(not(feature = "planted"))]
    fn enqueue(&mut self, key: Key) {
        self.queue.push(Reverse(key));
    }

    #[cfg(feature = "planted")]
    fn enqueue(&mut self, key: Key) {
        let is_flawed = self.flaw == Some(crate::planted::Flaw::TiesByInsertion);
        self.counter += u64::from(is_flawed);
        let place = self.counter;
        self.queue.push(Reverse((key.instant(), place, key)));
    }

    /// Chance for the next message. (It is always the run's own, but for the planted flaw.)
    fn chance_for_sending(&mut self) -> Chance {
        #[cfg(feature = "planted")]
        if self.flaw == Some(crate::planted::Flaw::SharedStream) {
            self.counter += 1;
            return Chance::new(self.scenario.seed.wrapping_mul(31).wrapping_add(self.counter));
        }
        self.chance
    }

    /// A run whose engine has a flaw.
    #[cfg(feature = "planted")]
    pub fn start_flawed(mut scenario: Scenario, flaw: crate::planted::Flaw) -> Result<Run<P>, BadScenario> {
        if flaw == crate::planted::Flaw::EntriesByPosition {
            for (entry, place) in scenario.script.iter_mut().zip(1..) {
                entry.id = EntryId(place);
            }
        }
        let mut run = Run::start(scenario)?;
        run.flaw = Some(flaw);
        run.queue.clear();
        run.nodes.iter_mut().for_each(|live| (live.asked, live.is_asking) = (0, false));
        run.fill_queue();
        Ok(run)
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What happened.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The protocol with its parameters.
    pub fn protocol(&self) -> &P {
        &self.protocol
    }

    /// Computes further, at most so many events.
    pub fn run_until(&mut self, until: Ns, max_events: u64) -> Progress {
        for _ in 0..max_events {
            match self.queue.peek() {
                Some(&Reverse(queued)) if key_of(queued).at <= until => {
                    let key = key_of(queued);
                    self.queue.pop();
                    self.trace.reached = key.at;
                    self.happen(key);
                }
                _ => {
                    self.trace.reached = self.trace.reached.max(until);
                    return Progress::Done;
                }
            }
        }
        Progress::More
    }

    fn happen(&mut self, key: Key) {
        let Some(index) = self.trace.nodes.index(NodeId::from_raw(key.raw_node())) else { return };
        let node = self.trace.nodes.at(index);
        match key.kind() {
            ENVIRONMENT => self.environment(key, node, index),
            MESSAGE => self.arrive(key, node, index),
            TIMER => self.fire(key, node, index),
            OP => self.call(key, node, index),
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
        self.trace.acted.insert(entry);
        match kind {
            EventKind::Crash | EventKind::Amnesia => self.stop(key, index, kind, entry),
            EventKind::Recover => {
                self.record(key, index, kind, Cause::Entry(entry));
                self.activate(key.followed(), node, index, EventKind::Boot, Cause::Entry(entry));
                self.ask_later_if_closed(node, key.at);
            }
            EventKind::Pause => {
                self.nodes[index].node.is_paused = true;
                self.record(key, index, kind, Cause::Entry(entry));
            }
            EventKind::Resume => self.resume(key, index, entry),
            _ => self.record(key, index, kind, Cause::Entry(entry)),
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
        let backlog = std::mem::take(&mut live.backlog);
        self.record(key, index, kind, Cause::Entry(entry));
        for waiting in backlog.into_iter().filter(|waiting| waiting.kind() == MESSAGE) {
            if let Some(message) = self.message_mut(message_id(waiting)) {
                message.fate.kind = FateKind::ToCrashed;
                message.fate.at = key.instant();
                message.fate.lost = message.fate.at;
            }
        }
    }

    /// What waited is handled in order of arrival, a nanosecond apart.
    fn resume(&mut self, key: Key, index: usize, entry: EntryId) {
        let live = &mut self.nodes[index];
        live.node.is_paused = false;
        let backlog = std::mem::take(&mut live.backlog);
        self.record(key, index, EventKind::Resume, Cause::Entry(entry));
        for (waiting, place) in backlog.into_iter().zip(1..) {
            let later = (key.at + Ns(place), 0);
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
            self.enqueue(waiting.moved(later));
        }
    }

    fn message_mut(&mut self, id: MsgId) -> Option<&mut MessageRecord> {
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
        if self.nodes[index].node.is_paused {
            return self.nodes[index].backlog.push(key);
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
        let live = &mut self.nodes[index];
        if !live.node.timers.iter().any(|&(_, set)| set == seq) {
            return;
        }
        if live.node.is_paused {
            return live.backlog.push(key);
        }
        let event = self.next_index(index);
        let timer = &mut self.trace.lanes[index].timers[seq as usize - 1];
        timer.over = event;
        timer.fired = true;
        self.activate(key, node, index, EventKind::Timer, Cause::Timer(seq));
    }

    fn call(&mut self, key: Key, client: NodeId, index: usize) {
        let [kind, number, _] = key.id();
        let source = if kind == 0 { OpSource::Entry(EntryId(number)) } else { OpSource::Workload(number) };
        let live = &mut self.nodes[index];
        if live.node.is_paused {
            return live.backlog.push(key);
        }
        let is_up = live.node.state.is_some();
        if let OpSource::Workload(_) = source {
            live.is_asking = false;
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
    fn ask_later(&mut self, client: NodeId, at: Ns) {
        let Some(index) = self.trace.nodes.index(client) else { return };
        let live = &mut self.nodes[index];
        if !live.is_asking && self.scenario.workload.has_more(live.asked) {
            live.is_asking = true;
            live.asked += 1;
            let at = (at.max(self.trace.reached + Ns(1)), 0);
            let number = live.asked;
            self.enqueue(Key::op(at, client, OpSource::Workload(number)));
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
            now: self.trace.lanes[index].clock.wall(key.at, key.rank),
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
        self.record(key, index, kind, cause);
        if let Some((_, entry)) = crash {
            self.trace.acted.insert(entry);
            self.stop(key.followed(), index, EventKind::Crash, entry);
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
        let payloads = &mut self.payloads[index];
        payloads.messages.push(msg);
        let id = MsgId::new(me, payloads.messages.len() as u32);
        let receiver = self.trace.nodes.index(to);
        let link_count = receiver.map_or(0, |receiver| {
            let count = &mut self.nodes[index].link_counts[receiver];
            *count += 1;
            *count
        });
        let sending = Sending { id, to, link_count, sent: key.instant(), event };
        let mut decided = Decided::default();
        let chance = self.chance_for_sending();
        let mut record = decide(chance, &self.links, &self.plan, sending, &mut decided);
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
        let mut due = natural;
        let held = self.plan.held_at(set).or_else(|| self.plan.held_at(natural));
        if let Some((_, until)) = held {
            // Under hold-all a timer waits for the person; when that ends, what is overdue fires at once.
            due = if until == NEVER { NEVER } else { natural.max((until.0 + Ns(1), 0)) };
        }
        if self.plan.timers.is_empty() {
            return due;
        }
        let id = crate::ids::TimerId { node, seq };
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

    /// Writes an event into the trace, with its ghost clocks, and lets the monitors see it.
    fn record(&mut self, key: Key, index: usize, kind: EventKind, cause: Cause) {
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
        self.trace.order.push(event);
        if let Some(notes) = self.plan.notes.get(&event) {
            self.trace.acted.extend(notes);
        }
        if event.index % CHECKPOINT_EVERY == 0 {
            self.payloads[index].checkpoints.push(live.clone());
        }
        let (state, stable) = (live.state.as_ref(), &live.stable);
        for monitor in &mut self.monitors {
            let seen = Seen { protocol: &self.protocol, event, state, stable };
            let mut report =
                Report { monitor: monitor.name(), event, violations: &mut self.trace.violations };
            monitor.observe(seen, &mut report);
        }
        if self.trace.order.len().is_multiple_of(MARK_EVERY) {
            self.mark(key.instant());
        }
    }

    fn mark(&mut self, now: Instant) {
        let trace = &self.trace;
        self.under_way.retain(|&id| {
            trace.message(id).is_some_and(|message| message.fate.lost.min(message.fate.at) > now)
        });
        self.marks.push(self.under_way.clone());
    }

    /// Ticks the node's Lamport and vector clocks once, after its cause's.
    fn tick(&mut self, index: usize, cause: Cause) -> u32 {
        let width = self.trace.nodes.len();
        let lanes = &mut self.trace.lanes;
        let start = lanes[index].vectors.len();
        if start == 0 {
            lanes[index].vectors.resize(width, 0);
        } else {
            lanes[index].vectors.extend_from_within(start - width..);
        }
        lanes[index].vectors[start + index] += 1;
        let mut lamport =
            lanes[index].events.iter().rev().find(|event| event.lamport > 0).map_or(0, |event| event.lamport);
        if let Cause::Message(id) = cause
            && let Some(sender) = self.trace.nodes.index(id.node)
            && let Some(message) = self.trace.message(id)
        {
            let sent = self.trace.lanes[sender].events[message.event as usize - 1];
            lamport = lamport.max(sent.lamport);
            let row = (sent.activation as usize - 1) * width;
            for place in 0..width {
                let theirs = self.trace.lanes[sender].vectors[row + place];
                let mine = &mut self.trace.lanes[index].vectors[start + place];
                *mine = theirs.max(*mine);
            }
        }
        lamport + 1
    }

    /// Names of the monitors.
    pub fn monitor_names(&self) -> Vec<&'static str> {
        self.monitors.iter().map(|monitor| monitor.name()).collect()
    }
}

/// What the queue holds: keys, least first.
#[cfg(not(feature = "planted"))]
type Queued = Key;
/// What the queue holds: keys, behind what a planted flaw would order them by.
#[cfg(feature = "planted")]
type Queued = (Instant, u64, Key);

#[cfg(not(feature = "planted"))]
fn key_of(queued: Queued) -> Key {
    queued
}

#[cfg(feature = "planted")]
fn key_of((_, _, key): Queued) -> Key {
    key
}

pub(crate) fn message_id(key: Key) -> MsgId {
    let [node, seq, copy] = key.id();
    MsgId { node: NodeId::from_raw(node as u16), seq, copy }
}

/// What set an activation going, from what the run keeps: live and derived again alike.
pub(crate) fn input<'a, P: Protocol>(
    trace: &Trace,
    payloads: &'a [Payloads<P>],
    index: usize,
    cause: Cause,
) -> Input<'a, P> {
    match cause {
        Cause::Message(id) => {
            let sender = trace
                .nodes
                .index(id.node)
                .and_then(|sender| payloads[sender].messages.get(id.seq as usize - 1));
            sender.map_or(Input::Boot, |msg| Input::Message { from: id.node, msg })
        }
        Cause::Timer(seq) => Input::Timer(seq),
        Cause::Op(place) => {
            let id = trace.lanes[index].ops[place as usize].id;
            let asked = &payloads[index].ops[place as usize].0;
            Input::Op { id, op: asked.op.clone(), at: asked.at }
        }
        Cause::Start | Cause::Entry(_) => Input::Boot,
    }
}
