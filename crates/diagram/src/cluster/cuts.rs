//! What parts a cluster at a moment: a partition as a line between its sides, single cuts as bars across their links.

use lightcone_sim::ids::{EntryId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Action;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::Map;

use crate::bands::name_of_cut;
use crate::cluster::places::Places;
use crate::pen::{Place, at};

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

/// After which part of a straight way it meets one of these cuts; half-way, where only the link itself is cut.
pub(crate) fn meets(cuts: &[Cut], from: Place, to: Place) -> f64 {
    let parts = pieces(cuts).filter_map(|[one, other]| crossing((from, to), (one, other)));
    parts.min_by(f64::total_cmp).unwrap_or(0.5)
}

/// The lines between sides in straight pieces.
pub(crate) fn pieces(cuts: &[Cut]) -> impl Iterator<Item = [Place; 2]> + '_ {
    let lines = cuts.iter().filter_map(|cut| match &cut.form {
        Form::Sides(lines) => Some(lines),
        Form::Links(_) => None,
    });
    lines.flatten().flat_map(|line| (0..PIECES).map(move |piece| [on(line, piece), on(line, piece + 1)]))
}

/// Into so many straight pieces a line is taken apart.
const PIECES: u8 = 12;

/// A place on a curve.
fn on([from, by, to]: &[Place; 3], piece: u8) -> Place {
    let t = f64::from(piece) / f64::from(PIECES);
    let mix = |a: f64, b: f64, c: f64| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
    at(mix(from.along, by.along, to.along), mix(from.across, by.across, to.across))
}

/// The part of the first line at which it meets the second, if they meet.
fn crossing((a, b): (Place, Place), (c, d): (Place, Place)) -> Option<f64> {
    let (way, other) = ((b.along - a.along, b.across - a.across), (d.along - c.along, d.across - c.across));
    let between = (c.along - a.along, c.across - a.across);
    let turn = |one: (f64, f64), other: (f64, f64)| one.0 * other.1 - one.1 * other.0;
    let area = turn(way, other);
    let (part, place) = (turn(between, other) / area, turn(between, way) / area);
    (area.abs() > 1e-9 && (0.0..=1.0).contains(&part) && (0.0..=1.0).contains(&place)).then_some(part)
}
