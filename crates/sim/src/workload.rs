//! What clients call unasked: which operation, and when.

use std::str::FromStr;

use crate::chance::Chance;
use crate::ids::NodeId;
use crate::scenario::{Workload, WorkloadMode};
use crate::time::Ns;

/// An operation asked of a client, and the server to ask first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked<O> {
    pub op: O,
    pub at: Option<NodeId>,
}

impl Workload {
    pub(crate) fn is_closed(&self) -> bool {
        self.mode == WorkloadMode::Closed
    }

    /// When the client with this number calls first: clients begin evenly spread over one period.
    pub(crate) fn first_call(&self, number: u16) -> Ns {
        self.start
            + Ns((u128::from(self.every.0) * u128::from(number) / u128::from(self.clients.max(1))) as u64)
    }

    /// Whether a client that has called `asked` times calls again.
    pub(crate) fn has_more(&self, asked: u32) -> bool {
        !self.ops.is_empty() && self.count.is_none_or(|count| asked < count)
    }

    /// The client's n-th operation, drawn by weight; `None` if its text is not an operation.
    pub(crate) fn choose<O: FromStr>(&self, chance: Chance, client: NodeId, n: u32) -> Option<Asked<O>> {
        let total: u64 = self.ops.iter().map(|op| u64::from(op.weight)).sum();
        let mut left = chance.workload(client, n, 0, total);
        let op = self.ops.iter().find(|op| match left.checked_sub(u64::from(op.weight)) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        })?;
        let text = fill(&op.op, client, n);
        text.parse().ok().map(|op| Asked { op, at: None })
    }
}

/// The operation's text with the client's count and number in it.
pub(crate) fn fill(template: &str, client: NodeId, n: u32) -> String {
    if !template.contains('{') {
        return template.to_owned();
    }
    template.replace("{n}", &n.to_string()).replace("{c}", &(client.number() + 1).to_string())
}
