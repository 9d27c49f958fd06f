//! What must hold, watched from outside: stamps tell exactly who knows what, and no part of the line has two owners.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::sorted::{Map, Set};
use lightcone_sim::stamp::Relation;

use super::Itc;
use super::messages::Knowledge;

/// What someone knew last, and since when. The dead are remembered as they were in the end.
type Latest = Map<NodeId, (Knowledge, EventId)>;

/// Takes note of what a node knows. `false`: nothing new.
fn update(latest: &mut Latest, seen: &Seen<'_, Itc>) -> bool {
    let Some(life) = &seen.stable.life else { return false };
    let node = seen.event.node;
    if latest.get(&node).is_some_and(|(known, _)| *known == life.knows) {
        return false;
    }
    latest.insert(node, (life.knows.clone(), seen.event));
    true
}

/// *Stamps are ordered as what is known*: one is less than another exactly if all that the one process had heard of the other
/// had heard of, too. What they have heard of is told by a vector clock that has an entry for every process that ever was.
#[derive(Clone, Debug, Default)]
pub struct Agreement {
    latest: Latest,
    found: Set<(NodeId, NodeId)>,
}

impl Monitor<Itc> for Agreement {
    fn name(&self) -> &'static str {
        "stamps tell who knows what"
    }

    fn observe(&mut self, seen: Seen<'_, Itc>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if !update(&mut self.latest, &seen) {
            return;
        }
        let Some((mine, _)) = self.latest.get(&node) else { return };
        for (other, (theirs, event)) in &self.latest {
            let (says, is) = (mine.stamp.compare(&theirs.stamp), mine.vector.compare(&theirs.vector));
            if *other == node || says == is || !self.found.insert((node, *other)) {
                continue;
            }
            let text = format!(
                "By their stamps, {} and {}, {node} {} {other}; but what it has heard of says that it {} {other}.",
                mine.stamp,
                theirs.stamp,
                word(says),
                word(is)
            );
            report.violated(text, [*event]);
        }
    }
}

/// How one process lies to another.
fn word(relation: Relation) -> &'static str {
    match relation {
        Relation::Before => "knows less than",
        Relation::After => "knows more than",
        Relation::Equal => "knows the same as",
        Relation::Concurrent => "is concurrent to",
    }
}

/// *Each point of the line has one owner.*
#[derive(Clone, Debug, Default)]
pub struct OneOwner {
    alive: Latest,
    found: Set<(NodeId, NodeId)>,
}

impl Monitor<Itc> for OneOwner {
    fn name(&self) -> &'static str {
        "each point has one owner"
    }

    fn observe(&mut self, seen: Seen<'_, Itc>, report: &mut Report<'_>) {
        let node = seen.event.node;
        if seen.stable.life.is_none() {
            self.alive.remove(&node);
            return;
        }
        if !update(&mut self.alive, &seen) {
            return;
        }
        let Some((mine, _)) = self.alive.get(&node) else { return };
        for (other, (theirs, event)) in &self.alive {
            let both = *other != node && mine.stamp.id().overlaps(theirs.stamp.id());
            if both && self.found.insert((node, *other)) {
                let text = format!(
                    "{node} owns {} and {other} owns {}: what one of them counts the other takes for its own.",
                    mine.stamp.id(),
                    theirs.stamp.id()
                );
                report.violated(text, [*event]);
            }
        }
    }
}
