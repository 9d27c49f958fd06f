//! What parts a cluster at a moment: a partition as a line between its sides, single cuts as bars across their links.

use lightcone_sim::ids::{EntryId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Action;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::Map;

use crate::bands::name_of_cut;
use crate::cluster::places::Places;
use crate::pen::Place;

/// A script entry that cuts links at this moment.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub entry: EntryId,
    /// `partition A B | C D E`.
    pub name: String,
    pub form: Form,
}

/// How a cut is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    /// Lines from edge to edge, by way of the middle; those of a partition whose sides stand together.
    Sides(Vec<[Place; 3]>),
    /// Each link that is cut, from whom to whom.
    Links(Vec<(NodeId, NodeId)>),
}

/// What is cut at a moment.
pub(crate) fn cuts(session: &dyn Session, places: &Places, now: Key) -> Vec<Cut> {
    let (scenario, now) = (session.scenario(), now.instant());
    let mut links: Map<EntryId, Vec<(NodeId, NodeId)>> = Map::new();
    for cut in session.trace().cuts().iter().filter(|cut| cut.from <= now && now < cut.to) {
        links.get_or_insert(cut.entry, Vec::new()).push((cut.sender, cut.receiver));
    }
    let cut = |(&entry, links): (&EntryId, &Vec<(NodeId, NodeId)>)| {
        let action = &scenario.script.iter().find(|other| other.id == entry)?.action;
        let sides = match action {
            Action::Partition { groups, .. } => sides(groups, links, places),
            _ => None,
        };
        let form = sides.map_or_else(|| Form::Links(links.clone()), Form::Sides);
        Some(Cut { entry, name: name_of_cut(scenario, action)?, form })
    };
    links.iter().filter_map(cut).collect()
}
/// The lines between the sides of a partition, if each side's servers stand together on the ring and all links between
/// sides are still cut.
fn sides(groups: &[Vec<NodeId>], links: &[(NodeId, NodeId)], places: &Places) -> Option<Vec<[Place; 3]>> {
    let servers = &places.nodes[..places.servers];
    let side =
        |place: usize| groups.iter().position(|group| group.contains(&servers[place % servers.len()].0));
    let sides: Option<Vec<usize>> = (0..servers.len()).map(side).collect();
    let sides = sides?;
    let next = |place: usize| (place + 1) % sides.len();
    let borders: Vec<usize> = (0..sides.len()).filter(|&place| sides[place] != sides[next(place)]).collect();
    let parted = (0..groups.len()).filter(|side| sides.contains(side)).count();
    let is_cut = |place: &usize| {
        let pair = (servers[*place].0, servers[next(*place)].0);
        links.contains(&pair) || links.contains(&(pair.1, pair.0))
    };
    if parted < 2 || borders.len() != parted || !borders.iter().all(is_cut) {
        return None;
    }
    let out = 1.0 + (places.radius + 10.0) / places.reach.0.min(places.reach.1).max(1.0);
    let end = |place: usize| places.on_ring(place as f64 + 0.5, out);
    Some(match borders[..] {
        [one, other] => vec![[end(one), places.centre, end(other)]],
        _ => borders.iter().map(|&place| [end(place), places.centre, places.centre]).collect(),
    })
}
