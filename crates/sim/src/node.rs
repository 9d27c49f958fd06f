//! One node: its state, and one activation of it. The same code runs a node live and derives its past again.

use crate::chance::Chance;
use crate::clock::Reading;
use crate::ids::{EntryId, NodeId, Nodes, OpId};
use crate::protocol::{Ctx, Effect, EffectOf, Event, Protocol};

/// Everything of a node that shapes its future, and the counters that name what it makes.
#[derive(Debug)]
pub(crate) struct Node<P: Protocol> {
    /// Volatile state; `None` while the node is down.
    pub state: Option<P::State>,
    pub stable: P::Stable,
    pub is_paused: bool,
    /// Timers that are set: what for, and their numbers.
    pub timers: Vec<(P::Timer, u32)>,
    /// How many activations it has had.
    pub activations: u32,
    /// How many messages it has sent.
    pub sent: u32,
    /// How many timers it has set.
    pub timers_set: u32,
}

// Derived, this would ask `P: Clone`, which nothing needs.
impl<P: Protocol> Clone for Node<P> {
    fn clone(&self) -> Self {
        Node {
            state: self.state.clone(),
            stable: self.stable.clone(),
            is_paused: self.is_paused,
            timers: self.timers.clone(),
            activations: self.activations,
            sent: self.sent,
            timers_set: self.timers_set,
        }
    }
}

impl<P: Protocol> Node<P> {
    /// A node before its first boot, with this disk.
    pub fn new(stable: P::Stable) -> Node<P> {
        Node {
            state: None,
            stable,
            is_paused: false,
            timers: Vec::new(),
            activations: 0,
            sent: 0,
            timers_set: 0,
        }
    }

    fn unset(&mut self, timer: &P::Timer) -> Option<u32> {
        let place = self.timers.iter().position(|(set, _)| set == timer)?;
        Some(self.timers.remove(place).1)
    }

    /// The node stops: what is volatile is gone.
    pub fn crash(&mut self) {
        self.state = None;
        self.is_paused = false;
        self.timers.clear();
    }
}

/// What sets a handler going.
#[derive(Debug)]
pub(crate) enum Input<'a, P: Protocol> {
    Boot,
    Message { from: NodeId, msg: &'a P::Msg },
    Timer(u32),
    Op { id: OpId, op: P::Op, at: Option<NodeId> },
}

/// What an activation needs to know beside its node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub me: NodeId,
    pub nodes: Nodes,
    pub chance: Chance,
    pub clock: Reading,
    /// The node crashes after so many effects, by this entry's will.
    pub crash: Option<(u32, EntryId)>,
    pub with_notes: bool,
}

/// Runs one activation and tells which timers it ended by cancelling or replacing them. `effects` receives what
/// happened, in order; the node's state, disk, timers and counters change. Whoever runs it crashes the node afterwards
/// if `around.crash` says so.
pub(crate) fn activate<P: Protocol>(
    protocol: &P,
    node: &mut Node<P>,
    around: Around,
    input: Input<'_, P>,
    effects: &mut Vec<EffectOf<P>>,
) -> Vec<u32> {
    node.activations += 1;
    let fired = match input {
        Input::Timer(seq) => {
            node.timers.iter().position(|&(_, set)| set == seq).map(|place| node.timers.remove(place).0)
        }
        _ => None,
    };
    let mut ctx = Ctx {
        me: around.me,
        nodes: around.nodes,
        clock: around.clock,
        chance: around.chance,
        answers: None,
        activation: node.activations,
        picks: 0,
        stable: &mut node.stable,
        effects,
        lost: None,
        crash_after: around.crash.map(|(after, _)| after),
        done: 0,
        with_notes: around.with_notes,
        disks: None,
    };
    let event = match input {
        Input::Boot => None,
        Input::Message { from, msg } => Some(Event::Message { from, msg }),
        Input::Timer(_) => fired.map(Event::Timer),
        Input::Op { id, op, at } => Some(Event::Op { id, op, at }),
    };
    match (&mut node.state, event) {
        (Some(state), Some(event)) => protocol.on(state, event, &mut ctx),
        (state, _) => *state = Some(protocol.boot(&mut ctx)),
    }
    if let Some(disk) = ctx.lost.take() {
        node.stable = disk;
    }
    let mut ended = Vec::new();
    for effect in effects.iter() {
        match effect {
            Effect::Send { .. } => node.sent += 1,
            Effect::SetTimer { timer, .. } => {
                ended.extend(node.unset(timer));
                node.timers_set += 1;
                node.timers.push((timer.clone(), node.timers_set));
            }
            Effect::Cancel(timer) => ended.extend(node.unset(timer)),
            Effect::Persist | Effect::Reply { .. } | Effect::Note(_) => {}
        }
    }
    ended
}
