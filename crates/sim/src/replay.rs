//! The past, derived again: a node's state at any of its events, from the nearest state kept whole.
//!
//! Nodes are isolated, so one node's past needs only that node's inputs. The cost does not depend on how long the run
//! is: at most [`CHECKPOINT_EVERY`] activations are run again.

use crate::ids::{EventId, NodeId};
use crate::node::{Around, Node, activate};
use crate::order::Key;
use crate::protocol::{EffectOf, Protocol};
use crate::run::{CHECKPOINT_EVERY, Run, input};
use crate::trace::EventKind;

impl<P: Protocol> Run<P> {
    /// The node after the first `count` of its events.
    pub(crate) fn node_after(&self, index: usize, count: u32) -> Node<P> {
        let kept = count / CHECKPOINT_EVERY;
        let mut node = match kept.checked_sub(1) {
            Some(place) => self.payloads[index].checkpoints[place as usize].clone(),
            None => Node::new(self.protocol.disk(self.trace.nodes.at(index))),
        };
        let mut effects = Vec::new();
        for event in kept * CHECKPOINT_EVERY..count {
            self.repeat(index, event + 1, &mut node, &mut effects, false);
        }
        node
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

/// All nodes of a run at a playhead that moves. Near steps cost one activation, far ones a few dozen a node.
pub struct Cursor<P: Protocol> {
    nodes: Vec<(u32, Node<P>)>,
    effects: Vec<EffectOf<P>>,
}

impl<P: Protocol> Cursor<P> {
    /// A cursor before the first event.
    pub fn new(run: &Run<P>) -> Cursor<P> {
        let start = |node| (0, Node::new(run.protocol.disk(node)));
        Cursor { nodes: run.trace.nodes.iter().map(start).collect(), effects: Vec::new() }
    }

    /// Moves to where all at or before `now` has happened.
    pub fn seek(&mut self, run: &Run<P>, now: Key) {
        let mut marks = None;
        for (index, (count, node)) in self.nodes.iter_mut().enumerate() {
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
            if target > *count && target - *count <= CHECKPOINT_EVERY {
                for event in *count..target {
                    run.repeat(index, event + 1, node, &mut self.effects, false);
                }
            } else {
                *node = run.node_after(index, target);
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
