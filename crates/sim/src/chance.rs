//! Chance without a stream: every draw is a function of the seed and of what asks.
//!
//! A run-wide stream would let an extra draw at one node change what another node rolls. Here the draw for the n-th
//! message of a link depends on (seed, link, n) and on nothing else, so an edit elsewhere cannot reach it.

use rand::RngExt;
use rand::SeedableRng;
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::Rng;

use crate::ids::{MsgId, NodeId};
use crate::scenario::Reorder;
use crate::time::Ns;

/// What a draw is for; two purposes never share a draw.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Latency = 1,
    Loss,
    Duplicate,
    Pick,
    Workload,
    Reorder,
    Step,
    Corrupt,
    Fault,
}

/// Answers every random question of one run.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    seed: u64,
}

/// One answer's own generator.
pub(crate) type Draw = SplitMix64;

impl Chance {
    /// Chance for the run with this seed.
    pub fn new(seed: u64) -> Chance {
        Chance { seed }
    }

    fn draw(self, purpose: Purpose, words: [u64; 3]) -> Draw {
        // Each word is absorbed through the generator's own mixing function, so that neighbouring keys share nothing.
        let mut key = self.seed ^ ((purpose as u64) << 56);
        for word in words {
            key = SplitMix64::seed_from_u64(key).next_u64() ^ word;
        }
        SplitMix64::seed_from_u64(key)
    }

    fn link(from: NodeId, to: NodeId) -> u64 {
        u64::from(from.raw()) << 32 | u64::from(to.raw())
    }

    /// How long the n-th message of a link takes. A copy is keyed by its own number.
    pub(crate) fn latency(self, id: MsgId, to: NodeId, n: u32) -> Draw {
        self.draw(Purpose::Latency, [Self::link(id.node, to), u64::from(n), u64::from(id.copy)])
    }

    /// Whether the n-th message of a link is lost, with a probability in parts per million.
    pub(crate) fn is_lost(self, id: MsgId, to: NodeId, n: u32, ppm: u32) -> bool {
        ppm > 0
            && below(
                &mut self.draw(Purpose::Loss, [Self::link(id.node, to), u64::from(n), u64::from(id.copy)]),
                1_000_000,
            ) < u64::from(ppm)
    }

    /// Whether the network makes a copy of the n-th message of a link.
    pub(crate) fn is_duplicated(self, from: NodeId, to: NodeId, n: u32, ppm: u32) -> bool {
        ppm > 0
            && below(&mut self.draw(Purpose::Duplicate, [Self::link(from, to), u64::from(n), 0]), 1_000_000)
                < u64::from(ppm)
    }

    /// For how long the n-th message of a link is held back, so that others overtake it.
    pub(crate) fn held_back(self, id: MsgId, to: NodeId, n: u32, reorder: Reorder) -> Ns {
        if reorder.ppm == 0 {
            return Ns::ZERO;
        }
        let mut draw =
            self.draw(Purpose::Reorder, [Self::link(id.node, to), u64::from(n), u64::from(id.copy)]);
        let is_held_back = below(&mut draw, 1_000_000) < u64::from(reorder.ppm);
        Ns(if is_held_back { 1 + below(&mut draw, reorder.by.0) } else { 0 })
    }

    /// How long a node's step takes after this activation.
    pub(crate) fn step(self, node: NodeId, activation: u32) -> Draw {
        self.draw(Purpose::Step, [u64::from(node.raw()), u64::from(activation), 0])
    }

    /// What alters the n-th message of a link on its way, if anything does.
    pub(crate) fn corrupts(self, from: NodeId, to: NodeId, n: u32, ppm: u32) -> Option<Draw> {
        if ppm == 0 {
            return None;
        }
        let mut draw = self.draw(Purpose::Corrupt, [Self::link(from, to), u64::from(n), 0]);
        (below(&mut draw, 1_000_000) < u64::from(ppm)).then_some(draw)
    }

    /// What befalls a node (or a link, from one node to another) in one slot of time, of one kind of fault.
    pub(crate) fn fault(self, from: NodeId, to: NodeId, kind: u64, slot: u64) -> Draw {
        self.draw(Purpose::Fault, [Self::link(from, to), kind, slot])
    }

    /// A node's n-th `pick` in one of its activations: a number below `bound`.
    pub fn pick(self, node: NodeId, activation: u32, n: u32, bound: u64) -> u64 {
        below(
            &mut self.draw(Purpose::Pick, [u64::from(node.raw()), u64::from(activation), u64::from(n)]),
            bound,
        )
    }

    /// A client's n-th operation: a number below `bound`, for each question that the choice asks.
    pub(crate) fn workload(self, client: NodeId, n: u32, question: u32, bound: u64) -> u64 {
        below(
            &mut self.draw(Purpose::Workload, [u64::from(client.raw()), u64::from(n), u64::from(question)]),
            bound,
        )
    }
}

/// A number below `bound`; 0 if that is 0.
pub(crate) fn below(draw: &mut Draw, bound: u64) -> u64 {
    if bound <= 1 { 0 } else { draw.random_range(0..bound) }
}
