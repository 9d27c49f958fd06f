//! All that shapes the future at the moment which a run has reached: for whoever goes through every schedule from there.

use crate::alone::Local;
use crate::ids::NodeId;
use crate::order::Key;
use crate::protocol::Protocol;
use crate::run::Run;
use crate::session::{PendingWhat, Session};

/// The state of the whole, where a run has come to.
pub struct Here<P: Protocol> {
    /// Every node, servers first. Clocks stand at 0: where there is no time, they show none.
    pub nodes: Vec<Local<P>>,
    /// Messages that may yet arrive, in the order in which they were sent: from whom, to whom, what they say.
    pub under_way: Vec<(NodeId, NodeId, P::Msg)>,
    /// The servers that are cut off from the others, one bit each.
    pub cut_off: u32,
    /// Of each client, whether it waits for an answer.
    pub asking: Vec<bool>,
}

impl<P: Protocol> Run<P> {
    /// A node as it is at the moment that the run has reached.
    pub fn local(&self, node: NodeId) -> Option<Local<P>> {
        let live = &self.nodes[self.trace().nodes().index(node)?].node;
        let mut local = Local::new(self.protocol(), node);
        local.state = live.state.clone();
        local.stable = live.stable.clone();
        local.timers = live.timers.iter().map(|(timer, _)| timer.clone()).collect();
        Some(local)
    }

    /// All that shapes the future at the moment that the run has reached, or in a sentence what there is that knows no
    /// schedules without time.
    pub fn here(&self) -> Result<Here<P>, String> {
        let (trace, nodes) = (self.trace(), self.trace().nodes());
        let now = Key::end_of(trace.reached());
        for (live, node) in self.nodes.iter().zip(nodes.iter()) {
            if live.node.is_paused {
                return Err(format!("{node} is paused at this moment"));
            }
            if !live.backlog.is_empty() {
                return Err(format!("{node} is busy at this moment, and messages wait for it"));
            }
        }
        let mut under_way = Vec::new();
        for pending in self.pending(now) {
            if let PendingWhat::Message { id, to } = pending.what
                && let (Some(record), Some(msg)) = (trace.message(id), self.payload(id))
                && !pending.doomed
            {
                under_way.push((record.sent, id, (id.node, to, msg.clone())));
            }
        }
        under_way.sort_by_key(|&(sent, id, _)| (sent, id));
        let asking = self.payloads.iter().skip(usize::from(nodes.servers));
        Ok(Here {
            nodes: nodes.iter().filter_map(|node| self.local(node)).collect(),
            under_way: under_way.into_iter().map(|(_, _, message)| message).collect(),
            cut_off: self.cut_off()?,
            asking: asking.map(|of| of.ops.last().is_some_and(|(_, ret)| ret.is_none())).collect(),
        })
    }

    /// The servers on one side of the cut, if there is one; the other side is that of the clients, or of the last server.
    fn cut_off(&self) -> Result<u32, String> {
        let (trace, nodes) = (self.trace(), self.trace().nodes());
        let now = Key::end_of(trace.reached()).instant();
        let is_cut = |from: NodeId, to: NodeId| {
            trace
                .cuts()
                .iter()
                .any(|cut| (cut.sender, cut.receiver) == (from, to) && cut.from <= now && now < cut.to)
        };
        let Some(last) = nodes.iter().last() else { return Ok(0) };
        let away = |node: NodeId| !node.is_client() && node != last && is_cut(node, last);
        for from in nodes.iter() {
            for to in nodes.iter().filter(|&to| to != from) {
                if is_cut(from, to) != (away(from) != away(to)) {
                    return Err(format!(
                        "the links that are cut at this moment do not part the servers in two: {from} → {to} is {}",
                        if is_cut(from, to) { "cut" } else { "whole" }
                    ));
                }
            }
        }
        Ok(nodes.iter().filter(|&node| away(node)).fold(0, |side, node| side | 1 << node.number()))
    }
}
