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
        let (mut node, kept) = self.kept_before(index, count);
        let mut effects = Vec::new();
        for event in kept..count {
            self.repeat(index, event + 1, &mut node, &mut effects, false);
        }
        node
    }

    /// The last state of a node that was kept before so many of its events, and how many it had had then.
    fn kept_before(&self, index: usize, count: u32) -> (Node<P>, u32) {
        let kept = count / CHECKPOINT_EVERY;
        let node = match kept.checked_sub(1) {
            Some(place) => self.payloads[index].checkpoints[place as usize].clone(),
            None => Node::new(self.protocol.disk(self.trace.nodes.at(index))),
        };
        (node, kept * CHECKPOINT_EVERY)
    }

    /// Reads what is needed to derive a node's state after so many events; says how much of it there is.
    fn look_up(&self, index: usize, count: u32) -> u64 {
        let kept = count - count % CHECKPOINT_EVERY;
        let events = &self.trace.lanes[index].events[kept as usize..count as usize];
        let messages = events.iter().filter_map(|event| {
            let Cause::Message(id) = event.cause else { return None };
            let sender = self.trace.nodes.index(id.node)?;
            self.payloads[sender].messages.get(id.seq as usize - 1)
        });
        let mut reader = Reader(0);
        messages.for_each(|message| message.hash(&mut reader));
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
            EventKind::Recover | EventKind::Clock | EventKind::Cut | EventKind::Heal => {}
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
                    now: record.local,
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
    /// Where nodes have to go, by their places.
    goals: Vec<(usize, u32)>,
}

impl<P: Protocol> Cursor<P> {
    /// A cursor before the first event.
    pub fn new(run: &Run<P>) -> Cursor<P> {
        let start = |node| (0, Node::new(run.protocol.disk(node)));
        Cursor { nodes: run.trace.nodes.iter().map(start).collect(), effects: Vec::new(), goals: Vec::new() }
    }

    /// Moves to where all at or before `now` has happened.
    pub fn seek(&mut self, run: &Run<P>, now: Key) {
        let mut marks = None;
        self.goals.clear();
        for (index, (count, _)) in self.nodes.iter().enumerate() {
            let events = &run.trace.lanes[index].events;
            // Most steps move one node or none: look beside the present place before searching the whole line.
            let here = *count as usize;
            let stays = events.get(here).is_none_or(|next| next.key > now)
                && here.checked_sub(1).is_none_or(|last| events[last].key <= now);
            if stays {
                continue;
            }
            let target = run.trace.lane_count_until(
                index,
                now,
                *marks.get_or_insert_with(|| run.trace.marks_until(now)),
            );
            self.goals.push((index, target));
        }
        // In a long run all of this lies in cold memory. Looked at beforehand, and not one after another by handlers that
        // wait for each, it comes at once.
        let found: u64 = self.goals.iter().map(|&(index, target)| run.look_up(index, target)).sum();
        std::hint::black_box(found);
        for &(index, target) in &self.goals {
            let (count, node) = &mut self.nodes[index];
            if target < *count || target - *count > CHECKPOINT_EVERY {
                (*node, *count) = run.kept_before(index, target);
            }
        }
        for &(index, target) in &self.goals {
            let (count, node) = &mut self.nodes[index];
            for event in *count..target {
                run.repeat(index, event + 1, node, &mut self.effects, false);
            }
            *count = target;
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
