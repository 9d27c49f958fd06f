//! A run: the event loop, and everything that it leaves behind.
//!
//! `run = simulate(scenario)` is a pure function. The loop takes the least key of what is to happen, lets one node take
//! one step, and asks the network what becomes of what that step sent. Nothing is drawn from a shared stream, nothing
//! is ordered by when it entered the queue, and nothing couples nodes but messages: so an edit can change only its
//! causal future.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::chance::Chance;
use crate::ids::{MsgId, NodeId, OpId, OpSource, TimerId};
use crate::monitor::Monitor;
use crate::network::Links;
use crate::node::{Input, Node};
use crate::order::Key;
use crate::plan::Plan;
use crate::protocol::{EffectOf, Protocol};
use crate::scenario::Scenario;
use crate::session::Progress;
use crate::snapshot::Snapshots;
use crate::sorted::Map;
use crate::time::Ns;
use crate::trace::{Cause, Lane, Trace};
use crate::validate::BadScenario;
use crate::vectors::Vectors;
use crate::workload::Asked;

/// After how many of its events a node's state is kept whole. More often costs memory, more seldom time to go back: 16
/// would take 510 bytes an event instead of 470 and three quarters of the time of a seek.
pub(crate) const CHECKPOINT_EVERY: u32 = 24;

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
    pub(crate) links: Links,
    pub(crate) nodes: Vec<LiveNode<P>>,
    pub(crate) queue: BinaryHeap<Reverse<Queued>>,
    #[cfg(feature = "planted")]
    pub(crate) flaw: Option<crate::planted::Flaw>,
    #[cfg(feature = "planted")]
    pub(crate) counter: u64,
    pub(crate) monitors: Vec<Box<dyn Monitor<P>>>,
    pub(crate) under_way: Vec<MsgId>,
    pub(crate) effects: Vec<EffectOf<P>>,
    pub(crate) snapshots: Snapshots<P>,
}

/// What a node's line holds beside its [`Lane`]: what messages and timers say, and states kept whole.
pub(crate) struct Payloads<P: Protocol> {
    pub messages: Vec<P::Msg>,
    /// What copies say that do not say what their message says, by (seq, copy).
    pub forged: Map<(u32, u32), P::Msg>,
    pub timers: Vec<P::Timer>,
    /// What its operations ask, and what they were told.
    pub ops: Vec<OpPayload<P>>,
    /// The node after `CHECKPOINT_EVERY`, twice that, … of its events.
    pub checkpoints: Vec<Node<P>>,
}

impl<P: Protocol> Payloads<P> {
    /// What a message, a copy of it or a forged form of it says.
    pub fn message(&self, seq: u32, copy: u32) -> Option<&P::Msg> {
        let forged = if copy == 1 || self.forged.is_empty() { None } else { self.forged.get(&(seq, copy)) };
        forged.or_else(|| self.messages.get((seq as usize).checked_sub(1)?))
    }
}

/// What an operation asks, and what it was told if it has returned.
pub(crate) type OpPayload<P> = (Asked<<P as Protocol>::Op>, Option<<P as Protocol>::Ret>);

/// A node as the loop keeps it.
pub(crate) struct LiveNode<P: Protocol> {
    pub node: Node<P>,
    /// How many messages each of its links has carried, by the receiver's place; of those links that have carried any.
    pub link_counts: Map<u16, u32>,
    /// What waits while it is paused or busy, in order of arrival.
    pub backlog: Vec<Key>,
    /// How long each of its steps takes by the script; 0: as usual.
    pub step: Ns,
    /// Until when it is busy with a step, or while it is paused: how much of that step is left. 0: it is not busy.
    pub busy: Ns,
    /// When the messages that wait at its end of a link will have left, and the one that is leaving, by receiver.
    pub leaving: Map<NodeId, Vec<Ns>>,
    /// How many operations its workload has asked for, and when the last of these comes, if it is still to come.
    pub asked: u32,
    pub asks_at: Option<Ns>,
}

// Derived, this would ask `P: Clone`, which nothing needs.
impl<P: Protocol> Clone for LiveNode<P> {
    fn clone(&self) -> Self {
        LiveNode {
            node: self.node.clone(),
            link_counts: self.link_counts.clone(),
            backlog: self.backlog.clone(),
            step: self.step,
            busy: self.busy,
            leaving: self.leaving.clone(),
            asked: self.asked,
            asks_at: self.asks_at,
        }
    }
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
            corrections: Vec::new(),
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
            marks: Vec::new(),
            vectors: Vectors::new(set.len()),
        };
        let live = |node| LiveNode {
            node: Node::new(protocol.disk(node)),
            link_counts: Map::new(),
            backlog: Vec::new(),
            step: Ns::ZERO,
            busy: Ns::ZERO,
            leaving: Map::new(),
            asked: 0,
            asks_at: None,
        };
        let mut run = Run {
            chance: Chance::new(scenario.seed),
            links: Links::new(&scenario.network),
            monitors: protocol.monitors(),
            payloads: set
                .iter()
                .map(|_| Payloads {
                    messages: vec![],
                    forged: Map::new(),
                    timers: vec![],
                    ops: vec![],
                    checkpoints: vec![],
                })
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
            snapshots: Snapshots::new(set.len()),
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
    pub(crate) fn enqueue(&mut self, key: Key) {
        self.queue.push(Reverse(key));
    }

    #[cfg(feature = "planted")]
    pub(crate) fn enqueue(&mut self, key: Key) {
        let is_flawed = self.flaw == Some(crate::planted::Flaw::TiesByInsertion);
        self.counter += u64::from(is_flawed);
        let place = self.counter;
        self.queue.push(Reverse((key.instant(), place, key)));
    }

    /// What is to come, in no order.
    pub(crate) fn coming(&self) -> impl Iterator<Item = Key> + '_ {
        self.queue.iter().map(|&Reverse(queued)| key_of(queued))
    }

    /// Chance for the next message. (It is always the run's own, but for the planted flaw.)
    pub(crate) fn chance_for_sending(&mut self) -> Chance {
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
                entry.id = crate::ids::EntryId(place);
            }
        }
        let mut run = Run::start(scenario)?;
        run.flaw = Some(flaw);
        run.queue.clear();
        run.nodes.iter_mut().for_each(|live| (live.asked, live.asks_at) = (0, None));
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

    /// What a message, a copy of it or a forged form of it says.
    pub fn payload(&self, id: MsgId) -> Option<&P::Msg> {
        self.payloads[self.trace.nodes.index(id.node)?].message(id.seq, id.copy)
    }

    /// What one of a client's operations asks, and what it was told if it has returned.
    pub fn asked(&self, id: OpId) -> Option<(&P::Op, Option<&P::Ret>)> {
        let index = self.trace.nodes.index(id.client)?;
        let place = self.trace.lanes[index].ops.iter().position(|op| op.id == id)?;
        let (asked, told) = self.payloads[index].ops.get(place)?;
        Some((&asked.op, told.as_ref()))
    }

    /// What a timer is for.
    pub fn timer_for(&self, id: TimerId) -> Option<&P::Timer> {
        self.payloads[self.trace.nodes.index(id.node)?].timers.get((id.seq as usize).checked_sub(1)?)
    }

    /// Computes further, at most so many events.
    pub fn run_until(&mut self, until: Ns, max_events: u64) -> Progress {
        let enough = self.trace.order.len() as u64 + max_events;
        while (self.trace.order.len() as u64) < enough {
            match self.queue.peek() {
                Some(&Reverse(queued)) if key_of(queued).at <= until => {
                    let key = key_of(queued);
                    self.queue.pop();
                    self.trace.reached = key.at;
                    self.happen(key);
                    if self.trace.order.len() >= self.snapshots.next {
                        self.take_snapshot(key);
                    }
                }
                _ => {
                    self.trace.reached = self.trace.reached.max(until);
                    return Progress::Done;
                }
            }
        }
        Progress::More
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
type Queued = (crate::trace::Instant, u64, Key);

#[cfg(not(feature = "planted"))]
pub(crate) fn key_of(queued: Queued) -> Key {
    queued
}

#[cfg(feature = "planted")]
pub(crate) fn key_of((_, _, key): Queued) -> Key {
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
            let sender =
                trace.nodes.index(id.node).and_then(|sender| payloads[sender].message(id.seq, id.copy));
            sender.map_or(Input::Boot, |msg| Input::Message { from: id.node, msg })
        }
        Cause::Timer(seq) => Input::Timer(seq),
        Cause::Op(place) => {
            let id = trace.lanes[index].ops[place as usize].id;
            let asked = &payloads[index].ops[place as usize].0;
            Input::Op { id, op: asked.op.clone(), at: asked.at }
        }
        Cause::Start | Cause::Entry(_) | Cause::Chance => Input::Boot,
    }
}
