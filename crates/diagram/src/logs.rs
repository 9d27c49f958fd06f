//! The servers' logs side by side: what each holds at an index, how far it is committed, and where logs disagree.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::protocol::{LogItem, SharedUpTo, Weight};
use lightcone_sim::session::Session;

/// One server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// Whose.
    pub node: NodeId,
    /// How many entries it has in all.
    pub length: u64,
    /// How far a shared log has come here; `None`: the log is the server's own.
    pub shared: Option<SharedUpTo>,
    /// The entries asked for that it has.
    pub entries: Vec<LogEntry>,
}

/// An entry of a log among other logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The entry.
    pub item: LogItem,
    /// Whether it is not what the leader (or without one, most servers) holds there: it will have to go.
    pub conflicts: bool,
}

/// Whether the servers of this run keep logs at all.
pub fn has_logs(session: &dyn Session) -> bool {
    session.log(NodeId::server(0), Key::START, 0, 0).is_some()
}

/// How many entries the longest of these servers' logs has.
pub fn longest_log(session: &dyn Session, nodes: &[NodeId], now: Key) -> u64 {
    let lengths = nodes.iter().filter_map(|&node| session.log(node, now, 0, 0)).map(|log| log.length);
    lengths.max().unwrap_or(0)
}

/// The logs of these servers: at most `count` entries of each, after the first `before`.
pub fn logs(session: &dyn Session, nodes: &[NodeId], now: Key, (before, count): (u64, u64)) -> Vec<LogRow> {
    let row = |&node: &NodeId| {
        let log = session.log(node, now, before, count)?;
        let entries = log.items.into_iter().map(|item| LogEntry { item, conflicts: false }).collect();
        Some(LogRow { node, length: log.length, shared: log.shared, entries })
    };
    let mut rows: Vec<LogRow> = nodes.iter().filter_map(row).collect();
    let leader = leader(session, now).and_then(|leader| session.log(leader, now, before, count));
    let agreed: Vec<Option<LogItem>> = match &leader {
        Some(leader) => leader.items.iter().cloned().map(Some).collect(),
        None => (0..count).map(|place| most(&rows, place as usize)).collect(),
    };
    for row in rows.iter_mut().filter(|row| row.shared.is_some()) {
        mark(&mut row.entries, &agreed);
    }
    rows
}

/// Who leads the latest epoch, of all servers that run.
fn leader(session: &dyn Session, now: Key) -> Option<NodeId> {
    let trace = session.trace();
    let servers = trace.nodes().iter().filter(|node| !node.is_client());
    let reign = |node| {
        let status = trace.status(node, now).filter(|status| status.weight == Weight::Thick)?;
        Some((status.epoch, node))
    };
    servers.filter_map(reign).max().map(|(_, node)| node)
}

/// What more than half of the servers hold at a place.
fn most(rows: &[LogRow], place: usize) -> Option<LogItem> {
    let held = || rows.iter().filter_map(|row| row.entries.get(place)).map(|entry| &entry.item);
    held().find(|item| held().filter(|other| is_same(item, other)).count() * 2 > rows.len()).cloned()
}

/// Whether two logs hold the same entry at an index, whatever each knows of it.
fn is_same(one: &LogItem, other: &LogItem) -> bool {
    (one.epoch, &one.text) == (other.epoch, &other.text)
}

/// Marks what is not as agreed, and all that follows it and of which nothing is agreed.
fn mark(entries: &mut [LogEntry], agreed: &[Option<LogItem>]) {
    let mut before = false;
    for (place, entry) in entries.iter_mut().enumerate() {
        before = match agreed.get(place) {
            Some(Some(agreed)) => !is_same(&entry.item, agreed),
            Some(None) | None => before,
        };
        entry.conflicts = before;
    }
}

/// The event at which an entry came into a server's log, to stay until now.
pub fn entered(session: &dyn Session, node: NodeId, item: &LogItem, now: Key) -> Option<EventId> {
    let trace = session.trace();
    let events = &trace.lane(node)?.events;
    let has = |key: Key| {
        let log = session.log(node, key, item.index.saturating_sub(1), 1);
        log.is_some_and(|log| log.items.first().is_some_and(|held| is_same(held, item)))
    };
    // Before the `low`-th event it was not there, after the `high`-th it is: halved until they are neighbours.
    let (mut low, mut high) = (0, trace.node_count_until(node, now));
    if high == 0 || has(Key::START) || !has(now) {
        return None;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if has(events.get(middle as usize - 1)?.key) { high = middle } else { low = middle }
    }
    Some(EventId { node, index: high })
}
