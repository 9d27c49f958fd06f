//! Where lanes stand: their order, and how far across each is.

use lightcone_sim::ids::{NodeId, Nodes};

use crate::view::{Flow, Space, View};

/// The lanes of a view.
#[derive(Clone, Debug)]
pub(crate) struct Lanes {
    nodes: Nodes,
    /// Shown nodes in order.
    shown: Vec<NodeId>,
    /// By `Nodes::index`: how far across; `None`: hidden.
    across: Vec<Option<f64>>,
    /// From one to the next.
    pub gap: f64,
    /// Where lanes begin and end across, margins not included.
    pub from: f64,
    pub to: f64,
    /// All of it, margins included.
    pub size: f64,
}

/// More room between the servers and the clients, in gaps.
const CLIENTS_APART: f64 = 0.35;
/// More room beyond the last client, in gaps: its calls stand there.
const CALLS: f64 = 0.3;

impl Lanes {
    /// Places the lanes of a view; `before` and `after` are margins across.
    pub fn new(nodes: Nodes, view: &View, space: &Space, before: f64, after: f64) -> Lanes {
        let shown = shown(nodes, view);
        let groups = shown.windows(2).filter(|pair| pair[0].is_client() != pair[1].is_client()).count();
        let calls = if shown.last().is_some_and(|node| node.is_client()) { CALLS } else { 0.0 };
        let steps = shown.len() as f64 + groups as f64 * CLIENTS_APART + calls;
        let room = (space.across_px - before - after).max(0.0);
        let least = least_gap(view, shown.len());
        // Names stand side by side above lanes that run down.
        let most = view.text_px * if view.flow == Flow::TopToBottom { 16.0 } else { 24.0 };
        let most = most.max(least).max(view.lane_gap_px);
        // In whole parts of a px: all gaps together are no more than the room.
        let gap = ((room / steps.max(1.0) * 64.0).floor() / 64.0).clamp(least, most);
        let mut across = vec![None; nodes.len()];
        let mut next = before + gap / 2.0;
        for (place, &node) in shown.iter().enumerate() {
            if place > 0 && shown[place - 1].is_client() != node.is_client() {
                next += gap * CLIENTS_APART;
            }
            if let Some(index) = nodes.index(node) {
                across[index] = Some(next);
            }
            next += gap;
        }
        let to = (next - gap / 2.0 + gap * calls).max(before);
        Lanes { nodes, shown, across, gap, from: before, to, size: to + after }
    }

    /// The same lanes for a run that has only some of the nodes.
    pub fn only(&self, nodes: Nodes) -> Lanes {
        let across = nodes.iter().map(|node| self.across(node)).collect();
        let shown = self.shown.iter().copied().filter(|&node| nodes.index(node).is_some()).collect();
        Lanes { nodes, shown, across, ..*self }
    }

    /// How far across a node's lane is; `None`: it is hidden.
    pub fn across(&self, node: NodeId) -> Option<f64> {
        self.nodes.index(node).and_then(|index| self.across[index])
    }

    /// The same by place among all nodes.
    pub fn across_at(&self, index: usize) -> Option<f64> {
        self.across.get(index).copied().flatten()
    }

    /// Shown nodes in order.
    pub fn shown(&self) -> &[NodeId] {
        &self.shown
    }

    /// The lane nearest to a place, if one is within half a gap.
    pub fn nearest(&self, across: f64) -> Option<NodeId> {
        let distance = |node: NodeId| self.across(node).map_or(f64::INFINITY, |lane| (lane - across).abs());
        let nearest = self.shown.iter().copied().min_by(|&a, &b| distance(a).total_cmp(&distance(b)))?;
        (distance(nearest) <= self.gap / 2.0).then_some(nearest)
    }
}

/// Lanes come closer as there are more of them, but keep room for a line of text each.
fn least_gap(view: &View, count: usize) -> f64 {
    let text = view.text_px;
    match (view.flow, count) {
        // A phone is narrow.
        (Flow::TopToBottom, _) => view.lane_gap_px.min(48.0).min(text * 3.4).max(text * 2.0),
        (_, 0..=12) => view.lane_gap_px.max(text * 3.0),
        (_, 13..=40) => text * 2.8,
        _ => text * 2.0,
    }
}

/// The nodes that a view shows, in its order.
pub(crate) fn shown(nodes: Nodes, view: &View) -> Vec<NodeId> {
    let mut seen = view.hidden_nodes.clone();
    let known = view.order.iter().copied().filter(|&node| nodes.index(node).is_some());
    known.chain(nodes.iter()).filter(|&node| seen.insert(node)).collect()
}
