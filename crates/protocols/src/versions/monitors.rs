//! What must hold, watched from outside: no write is lost, and no conflict is shown that is none.
//!
//! The truth is the causal history of each write: the writes that its client had read, and all in their histories. What a
//! write means to overwrite is exactly that, itself left out.

use ecow::EcoString;
use imbl::{OrdMap, OrdSet};
use lightcone_sim::ids::{EventId, NodeId, OpId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::{Map, Set};

use super::messages::Written;
use super::{Disk, Versions};

/// The writes that a write's client knew of, each with all that came before it.
type Past = OrdSet<OpId>;

/// Every write that ever was on a server's disk.
#[derive(Clone, Debug, Default)]
struct Histories {
    writes: OrdMap<OpId, Fact>,
}

/// What is known of a write.
#[derive(Clone, Debug)]
struct Fact {
    value: EcoString,
    past: Past,
    first: EventId,
}

impl Histories {
    /// Takes note of a write. What its client had read was on some disk before, so all of that is known.
    fn learn(&mut self, written: &Written, event: EventId) {
        if self.writes.contains_key(&written.id) {
            return;
        }
        let mut past = Past::new();
        // The newest first: its past often has the others, with theirs.
        for id in written.saw.iter().rev() {
            if past.insert(*id).is_none()
                && let Some(fact) = self.writes.get(id)
            {
                past = past.union(fact.past.clone());
            }
        }
        self.writes.insert(written.id, Fact { value: written.value.clone(), past, first: event });
    }

    fn is_past_of(&self, one: OpId, other: OpId) -> bool {
        self.writes.get(&other).is_some_and(|fact| fact.past.contains(&one))
    }

    fn value(&self, id: OpId) -> &str {
        self.writes.get(&id).map_or("?", |fact| &fact.value)
    }

    fn first(&self, id: OpId) -> Option<EventId> {
        self.writes.get(&id).map(|fact| fact.first)
    }
}

/// What each server holds of each key, with the histories of all of it.
#[derive(Clone, Debug, Default)]
struct Shelves {
    histories: Histories,
    held: Map<NodeId, Map<EcoString, Set<OpId>>>,
}

/// What has changed on a server's disk: of a key the writes that were there and those that are.
struct Change<'a> {
    key: &'a EcoString,
    was: Set<OpId>,
    is: Set<OpId>,
}

impl Shelves {
    /// What this event has changed.
    fn observe<'a>(&mut self, node: NodeId, disk: &'a Disk, event: EventId) -> Vec<Change<'a>> {
        let held = self.held.or_default(node);
        let mut changes = Vec::new();
        for (key, object) in &disk.store {
            let values = object.values();
            let last = held.or_default(key.clone());
            if values.len() == last.len() && values.iter().all(|written| last.contains(&written.id)) {
                continue;
            }
            values.iter().for_each(|written| self.histories.learn(written, event));
            let is: Set<OpId> = values.iter().map(|written| written.id).collect();
            let was = std::mem::replace(last, is.clone());
            changes.push(Change { key, was, is });
        }
        changes
    }

    /// The disk is gone: what was there was not overwritten.
    fn forget(&mut self, node: NodeId) {
        self.held.insert(node, Map::new());
    }
}

/// *No lost update*: a server gives up a write only for one whose client had read it, or had read one that had replaced it.
#[derive(Clone, Debug, Default)]
pub struct NoLostUpdate {
    shelves: Shelves,
    /// Of each client the last write that each server said it had stored.
    taken: Map<(NodeId, NodeId), OpId>,
    /// What each server was found to have lost.
    lost: Set<(NodeId, OpId)>,
}

impl NoLostUpdate {
    /// The writes that this server had or has just acknowledged, and neither has nor has replaced.
    fn lost(&mut self, seen: &Seen<'_, Versions>) -> Vec<(OpId, Set<OpId>)> {
        let (node, disk) = (seen.event.node, seen.stable);
        let mut lost = Vec::new();
        let changes = self.shelves.observe(node, disk, seen.event);
        let histories = &mut self.shelves.histories;
        let stands = |histories: &Histories, id, is: &Set<OpId>| {
            is.contains(&id) || is.iter().any(|other| histories.is_past_of(id, *other))
        };
        for Change { was, is, .. } in changes {
            let gone = was.iter().filter(|id| !stands(histories, **id, &is));
            lost.extend(gone.map(|id| (*id, is.clone())));
        }
        for (client, (_, written)) in &disk.taken {
            if self.taken.insert((node, *client), written.id) == Some(written.id) {
                continue;
            }
            histories.learn(written, seen.event);
            // Which key it was for, its place does not say: it is somewhere, or it is lost.
            let all = || disk.store.iter().map(|(key, object)| (key, object.values()));
            let ids = |values: Vec<&Written>| values.iter().map(|written| written.id).collect::<Set<OpId>>();
            if !all().any(|(_, values)| stands(histories, written.id, &ids(values))) {
                let is = all().flat_map(|(_, values)| values).map(|written| written.id).collect();
                lost.push((written.id, is));
            }
        }
        lost
    }
}

impl Monitor<Versions> for NoLostUpdate {
    fn name(&self) -> &'static str {
        "no lost update"
    }

    fn observe(&mut self, seen: Seen<'_, Versions>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if node.is_client() {
            return;
        }
        if seen.stable.store.is_empty() {
            self.shelves.forget(node);
        }
        let lost = self.lost(&seen);
        // A crash inside an activation can leave a disk behind that nobody vouches for.
        for (id, is) in lost.into_iter().filter(|_| seen.state.is_some()) {
            if !self.lost.insert((node, id)) {
                continue;
            }
            let histories = &self.shelves.histories;
            let now: Vec<&str> = is.iter().map(|id| histories.value(*id)).collect();
            let text = format!(
                "{node} does not have {} any more, and whoever wrote what it has ({}) had never read that.",
                histories.value(id),
                if now.is_empty() { "nothing".to_owned() } else { now.join(", ") }
            );
            report.violated(text, histories.first(id));
        }
    }
}

/// *No false conflict*: of two values that stand beside one another, neither's client had read the other.
#[derive(Clone, Debug, Default)]
pub struct NoFalseConflict {
    shelves: Shelves,
    /// Writes that were found beside what they had overwritten, and where.
    found: Set<(NodeId, OpId)>,
}

impl Monitor<Versions> for NoFalseConflict {
    fn name(&self) -> &'static str {
        "no false conflict"
    }

    fn observe(&mut self, seen: Seen<'_, Versions>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if node.is_client() {
            return;
        }
        for Change { key, was, is } in self.shelves.observe(node, seen.stable, seen.event) {
            let histories = &self.shelves.histories;
            // What stood beside one another before was looked at before.
            let new = is.iter().filter(|id| !was.contains(id));
            let pairs = new.flat_map(|one| is.iter().flat_map(|two| [(*one, *two), (*two, *one)]));
            let Some((old, newer)) = pairs.into_iter().find(|(one, two)| histories.is_past_of(*one, *two))
            else {
                continue;
            };
            if self.found.insert((node, newer)) {
                let text = format!(
                    "{node} shows a conflict of {key} that is none: it keeps {} beside {}, whose client had read it \
                     and meant to overwrite it.",
                    histories.value(old),
                    histories.value(newer)
                );
                report.violated(text, histories.first(old).into_iter().chain(histories.first(newer)));
            }
        }
    }
}
