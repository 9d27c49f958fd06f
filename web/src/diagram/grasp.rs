//! What is held in the diagram, and what letting it go would do: told while it is still held.

use lightcone_diagram::{Layout, Target};
use lightcone_sim::ids::{EntryId, MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Entry, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Cause;

use crate::diagram::edges::{begin, end, find, moved};
use crate::store::work::Deed;
use crate::words;

/// How near to a lane a press is meant for it, in px.
const ON_LANE: f64 = 8.0;
/// A pull on a head by so many px sets the clock by this much, or its rate by this much.
const SKEW_PER_PX: i64 = 5_000_000;
const DRIFT_PER_PX: i64 = 5_000;
/// What is pulled out of the field is a partition that ends if it is at least so long, in px; else it stays.
const LONG: f64 = 24.0;

/// A place of the body: along the time axis and across the lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// In px along the time axis.
    pub along: f64,
    /// In px across the lanes.
    pub across: f64,
}

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Handle {
    /// The playhead.
    Now,
    /// Where a message arrives.
    Head(MsgId),
    /// Where a cut begins.
    Begin(EntryId),
    /// Where it ends.
    End(EntryId),
    /// An event that the script causes, on its lane.
    Deed(EntryId, NodeId),
    /// A span of a lane.
    Lane(NodeId),
    /// A node's clock, by its name at the lane's head.
    Clock(NodeId),
    /// The field between the lanes.
    Field,
}

/// A handle, and how far it was pulled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pull {
    /// What is held.
    pub handle: Handle,
    /// Where it was taken up.
    pub from: Place,
    /// Where it is now.
    pub to: Place,
}

/// What letting go means.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The playhead goes there.
    Go(Key),
    /// This is done.
    Do(Deed),
    /// What befalls a node in this span is asked.
    Ask(NodeId, Ns, Ns),
}

/// How it is shown beforehand.
#[derive(Clone, Debug, PartialEq)]
pub enum Ghost {
    /// Nothing but words.
    Words,
    /// A line across all lanes.
    Line(f64),
    /// An arrow.
    Arrow(Place, Place),
    /// A span of a lane, or of several: from, to.
    Area(Place, Place),
}

/// What letting go now would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// It.
    pub outcome: Outcome,
    /// How it looks.
    pub ghost: Ghost,
    /// The same in words.
    pub words: String,
}

/// What a press holds. Fingers scroll where there is no handle; a mouse and a pen hold lanes, clocks and the field too.
pub fn handle(
    target: Option<Target>,
    place: Place,
    layout: &Layout,
    session: &dyn Session,
    (fine, in_heads): (bool, bool),
) -> Option<Handle> {
    let lane = Handle::Lane;
    let held = match target {
        Some(Target::Lane(node)) if in_heads => Handle::Clock(node),
        _ if in_heads => return None,
        Some(Target::Now) => return Some(Handle::Now),
        Some(Target::Head(id)) => return Some(Handle::Head(id)),
        Some(Target::Begin(id)) => return Some(Handle::Begin(id)),
        Some(Target::End(id)) => return Some(Handle::End(id)),
        Some(Target::Event(id)) => match session.trace().event(id).map(|event| event.cause) {
            Some(Cause::Entry(entry)) => return Some(Handle::Deed(entry, id.node)),
            _ => lane(id.node),
        },
        Some(Target::Lane(node)) => lane(node),
        _ => {
            let near = layout.lane_at(place.across).filter(|&node| {
                layout.lane_y(node).is_some_and(|lane| (lane - place.across).abs() < ON_LANE)
            });
            near.map_or(Handle::Field, lane)
        }
    };
    fine.then_some(held)
}

/// What letting go would do; `None`: nothing.
pub fn propose(
    pull: &Pull,
    layout: &Layout,
    session: &dyn Session,
    scenario: &Scenario,
    now: Key,
) -> Option<Proposal> {
    let at = |along: f64| snapped(layout, along);
    let there = at(pull.to.along);
    let change = |entry: Entry, place: f64| Proposal {
        ghost: Ghost::Line(place),
        words: format!("{}: {}", words::clock(entry.at), words::action(&entry.action, scenario, session)),
        outcome: Outcome::Do(Deed::Change(entry)),
    };
    Some(match pull.handle {
        Handle::Now => Proposal {
            outcome: Outcome::Go(Key::end_of(layout.time_at(pull.to.along.max(0.0)))),
            ghost: Ghost::Words,
            words: String::new(),
        },
        Handle::Head(message) => arrival(message, there, layout, session, scenario)?,
        Handle::Begin(id) => change(begin(find(scenario, id)?, there), pull.to.along),
        Handle::End(id) => change(end(find(scenario, id)?, there), pull.to.along),
        Handle::Deed(id, _) => change(moved(find(scenario, id)?, there), pull.to.along),
        Handle::Lane(node) => {
            let (from, to) = ordered(at(pull.from.along), there);
            let across = layout.lane_y(node)?;
            Proposal {
                outcome: Outcome::Ask(node, from, to),
                ghost: Ghost::Area(
                    Place { along: pull.from.along, across: across - ON_LANE },
                    Place { along: pull.to.along, across: across + ON_LANE },
                ),
                words: format!(
                    "{}, {} to {}: crash, pause or cut it off",
                    words::name(scenario, node),
                    words::clock(from),
                    words::clock(to)
                ),
            }
        }
        Handle::Clock(node) => clock(node, pull, session, scenario, now),
        Handle::Field => partition(pull, layout, scenario, (at(pull.from.along), there))?,
    })
}

/// The message arrives then, but not before it was sent.
fn arrival(
    message: MsgId,
    at: Ns,
    layout: &Layout,
    session: &dyn Session,
    scenario: &Scenario,
) -> Option<Proposal> {
    let record = session.trace().message(message)?;
    let at = at.max(record.sent.0 + Ns(1));
    let ((x, y), (u, v)) = layout.message_at(session, message)?;
    let flow = layout.view().flow;
    let place = |x, y| match flow {
        lightcone_diagram::Flow::LeftToRight => Place { along: x, across: y },
        lightcone_diagram::Flow::TopToBottom => Place { along: y, across: x },
    };
    let (from, to) = (place(x, y), place(u, v));
    let late = at.since(record.sent.0);
    let first = if late <= Ns(1) {
        "as soon as it is sent".to_owned()
    } else {
        format!("after {}", words::span(late))
    };
    Some(Proposal {
        outcome: Outcome::Do(Deed::Arrive(message, at)),
        ghost: Ghost::Arrow(from, Place { along: layout.x_on(record.to, (at, 0)), ..to }),
        words: format!(
            "{} arrives at {}, {first}",
            words::message(message, scenario, session),
            words::clock(at)
        ),
    })
}

/// Along the time axis a clock is set, across it is made to run faster or slower.
fn clock(node: NodeId, pull: &Pull, session: &dyn Session, scenario: &Scenario, now: Key) -> Proposal {
    let (along, across) = (pull.to.along - pull.from.along, pull.from.across - pull.to.across);
    let clock = session.trace().lane(node).map(|lane| *lane.clock.segment(now.at, now.rank));
    let set = clock.map_or((0, 0), |segment| (segment.offset, segment.drift_ppm));
    let (offset, drift_ppm) = if along.abs() >= across.abs() {
        let offset = set.0 + (along / 2.0).round() as i64 * 2 * SKEW_PER_PX;
        (Some(offset), None)
    } else {
        (None, Some((set.1 + (across / 2.0).round() as i64 * 2 * DRIFT_PER_PX).max(-900_000)))
    };
    let action = Action::clock(node, offset, drift_ppm);
    Proposal {
        words: format!("{}, from {} on", words::action(&action, scenario, session), words::clock(now.at)),
        outcome: Outcome::Do(Deed::Now(action)),
        ghost: Ghost::Words,
    }
}

/// The lanes that were swept are cut off from the others, while it was swept or from then on.
fn partition(pull: &Pull, layout: &Layout, scenario: &Scenario, (a, b): (Ns, Ns)) -> Option<Proposal> {
    let (low, high) = ordered_px(pull.from.across, pull.to.across);
    let swept = |&node: &NodeId| layout.lane_y(node).is_some_and(|lane| low <= lane && lane <= high);
    let nodes = scenario.node_set();
    let inside: Vec<NodeId> = nodes.iter().filter(swept).collect();
    // Where no client was swept, clients reach all, as with a switch between machine rooms.
    let clients = inside.iter().any(|node| node.is_client());
    let outside: Vec<NodeId> =
        nodes.iter().filter(|node| !swept(node) && (clients || !node.is_client())).collect();
    if inside.is_empty() || outside.is_empty() {
        return None;
    }
    let (from, to) = ordered(a, b);
    let until = ((pull.to.along - pull.from.along).abs() >= LONG).then_some(to);
    let ending = until.map_or("until it is healed".to_owned(), |to| format!("to {}", words::clock(to)));
    Some(Proposal {
        ghost: Ghost::Area(
            pull.from,
            if until.is_some() { pull.to } else { Place { along: layout.length(), ..pull.to } },
        ),
        words: format!(
            "{} cut off from {}, {} {ending}",
            words::list(&inside, scenario),
            words::list(&outside, scenario),
            words::clock(from)
        ),
        outcome: Outcome::Do(Deed::At(
            from,
            Action::Partition { groups: vec![inside, outside], until, one_way: false },
        )),
    })
}

fn ordered(a: Ns, b: Ns) -> (Ns, Ns) {
    if a <= b { (a, b) } else { (b, a) }
}

fn ordered_px(a: f64, b: f64) -> (f64, f64) {
    if a <= b { (a, b) } else { (b, a) }
}

/// The time at a place, as round as a pixel is wide: what a hand puts somewhere reads well in the script.
pub fn snapped(layout: &Layout, along: f64) -> Ns {
    let along = along.max(0.0);
    let at = layout.time_at(along);
    let wide = layout.time_at(along + 1.0).since(at).0;
    let mut unit = 1;
    while unit * 10 <= wide {
        unit *= 10;
    }
    Ns((at.0 + unit / 2) / unit * unit)
}
