//! The past, derived again: a node's state at any of its events, from the nearest state kept whole.
//!
//! Nodes are isolated, so one node's past needs only that node's inputs. The cost does not depend on how long the run
//! is: at most [`CHECKPOINT_EVERY`] activations are run again.

use std::hash::{Hash, Hasher};

use crate::ids::{EventId, NodeId};
use crate::node::{Around, Node, activate};
use crate::order::Key;
use crate::protocol::{EffectOf, Protocol};
use crate::run::{CHECKPOINT_EVERY, Run, input};
use crate::trace::{Cause, EventKind};

impl<P: Protocol> Run<P> {
    /// The node after the first `count` of its events.
    pub(crate) fn node_after(&self, index: usize, count: u32) -> Node<P> {
        let (kept, mut node) = self.kept_before(index, count);
        let mut effects = Vec::new();
        for event in kept..count {
            self.repeat(index, event + 1, &mut node, &mut effects, false);
        }
        node
    }

    /// The last state of a node that was kept before so many of its events, and how many it had had then.
    fn kept_before(&self, index: usize, count: u32) -> (u32, Node<P>) {
        let kept = count / CHECKPOINT_EVERY;
        let node = match kept.checked_sub(1) {
            Some(place) => self.payloads[index].checkpoints[place as usize].clone(),
            None => Node::new(self.protocol.disk(self.trace.nodes.at(index))),
        };
        (kept * CHECKPOINT_EVERY, node)
    }

    /// Reads what is needed to take a node from its event `from` on to `to`; says how much of it there is.
    fn look_up(&self, index: usize, from: u32, to: u32) -> u64 {
        let events = &self.trace.lanes[index].events[from as usize..to as usize];
        let mut reader = Reader(0);
        let kept = (from / CHECKPOINT_EVERY).checked_sub(1);
        if let Some(kept) = kept.and_then(|place| self.payloads[index].checkpoints.get(place as usize)) {
            (kept.state.is_some(), kept.sent, kept.timers.first()).hash(&mut reader);
        }
        for event in events {
            match event.cause {
                Cause::Message(id) => {
                    let sender = self.trace.nodes.index(id.node).map(|sender| &self.payloads[sender]);
                    sender.and_then(|sender| sender.message(id.seq, id.copy)).hash(&mut reader);
                }
                Cause::Op(place) => {
                    self.trace.lanes[index].ops[place as usize].id.hash(&mut reader);
                    self.payloads[index].ops[place as usize].0.op.hash(&mut reader);
                }
                Cause::Start | Cause::Timer(_) | Cause::Entry(_) | Cause::Chance => {}
            }
        }
        reader.0
    }

    /// Takes a node through one of its events again. `effects` receives what an activation did.
    pub(crate) fn repeat(
        &self,
        index: usize,
        event: u32,
        node: &mut Node<P>,
        effects: &mut Vec<EffectOf<P>>,
        with_notes: bool,
    ) {
        effects.clear();
        let record = &self.trace.lanes[index].events[event as usize - 1];
        match record.kind {
            EventKind::Crash => node.crash(),
            EventKind::Amnesia => {
                node.crash();
                node.stable = P::Stable::default();
            }
            EventKind::Pause => node.is_paused = true,
            EventKind::Resume => node.is_paused = false,
            EventKind::Recover
            | EventKind::Clock
            | EventKind::Cut
            | EventKind::Heal
            | EventKind::Slow
            | EventKind::Quick
            | EventKind::Byzantine
            | EventKind::Honest => {}
            EventKind::Boot | EventKind::Message | EventKind::Timer | EventKind::Op => {
                let me = self.trace.nodes.at(index);
                let crash = match self.plan.crashes_inside.is_empty() {
                    true => None,
                    false => self.plan.crashes_inside.get(&EventId { node: me, index: event }).copied(),
                };
                let around = Around {
                    me,
                    nodes: self.trace.nodes,
                    chance: self.chance,
                    clock: self.trace.lanes[index].clock.read(record.key.at, record.key.rank),
                    crash,
                    with_notes,
                };
                let input = input(&self.trace, &self.payloads, index, record.cause);
                activate(&self.protocol, node, around, input, effects);
                if crash.is_some() {
                    node.state = None;
                }
            }
        }
    }
}

/// Reads all that it is given, and keeps next to nothing of it.
struct Reader(u64);

impl Hasher for Reader {
    fn write(&mut self, bytes: &[u8]) {
        self.0 ^= bytes.first().map_or(0, |&byte| u64::from(byte));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 ^= value;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// All nodes of a run at a playhead that moves. Near steps cost one activation, far ones a few dozen a node.
pub struct Cursor<P: Protocol> {
    nodes: Vec<(u32, Node<P>)>,
    effects: Vec<EffectOf<P>>,
    /// How many events of each node stand before the playhead.
    counts: Vec<u32>,
    moves: Vec<Move>,
}

/// One node, to be taken from one of its events on to another: from where it is, or from the last state that was kept.
struct Move {
    index: usize,
    from: u32,
    to: u32,
}

impl<P: Protocol> Cursor<P> {
    /// A cursor before the first event.
    pub fn new(run: &Run<P>) -> Cursor<P> {
        let start = |node| (0, Node::new(run.protocol.disk(node)));
        Cursor {
            nodes: run.trace.nodes.iter().map(start).collect(),
            effects: Vec::new(),
            counts: Vec::new(),
            moves: Vec::new(),
        }
    }

    /// Moves to where all at or before `now` has happened.
    pub fn seek(&mut self, run: &Run<P>, now: Key) {
        run.trace.counts_until(now, &mut self.counts);
        self.moves.clear();
        for (index, ((here, _), &to)) in self.nodes.iter().zip(&self.counts).enumerate() {
            let kept = to - to % CHECKPOINT_EVERY;
            let from = if (kept..=to).contains(here) { *here } else { kept };
            if *here != to {
                self.moves.push(Move { index, from, to });
            }
        }
        // In a long run all of this lies in cold memory. Looked at beforehand, and not one after another by handlers that
        // wait for each, it comes at once.
        let found: u64 =
            self.moves.iter().map(|&Move { index, from, to }| run.look_up(index, from, to)).sum();
        std::hint::black_box(found);
        for &Move { index, from, .. } in &self.moves {
            if self.nodes[index].0 != from {
                self.nodes[index] = run.kept_before(index, from);
            }
        }
        for &Move { index, from, to } in &self.moves {
            let (count, node) = &mut self.nodes[index];
            for event in from..to {
                run.repeat(index, event + 1, node, &mut self.effects, false);
            }
            *count = to;
        }
    }

    /// A node's volatile state (`None`: down) and its disk.
    pub fn state(&self, run: &Run<P>, node: NodeId) -> Option<(Option<&P::State>, &P::Stable)> {
        let (_, node) = self.nodes.get(run.trace.nodes.index(node)?)?;
        Some((node.state.as_ref(), &node.stable))
    }

    /// Whether a node stands still.
    pub fn is_paused(&self, run: &Run<P>, node: NodeId) -> bool {
        run.trace.nodes.index(node).is_some_and(|index| self.nodes[index].1.is_paused)
    }
}
