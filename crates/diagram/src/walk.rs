//! From mark to mark, for those who go through the picture with keys: along a lane, across to the next, and what each
//! mark says in a sentence.

use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::trace::{FateKind, Trace};

use crate::bands::name_of;
use crate::layout::Layout;
use crate::marks;
use crate::pen::at;
use crate::text::grouped;
use crate::view::Selected;

/// Where to go from a mark. Left and right are those of time, up and down those of lanes, whichever way the picture is
/// turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The next mark of the lane.
    On,
    /// The mark of the lane before it.
    Back,
    /// The nearest mark of the lane before.
    Up,
    /// The nearest mark of the lane after.
    Down,
    /// The first mark of the lane.
    First,
    /// The last mark of the lane.
    Last,
}

impl Layout {
    /// The mark that lies this way from another. Up to `until` all is known, and nothing beyond it is gone to.
    pub fn walk(&self, trace: &Trace, from: Selected, way: Way, until: Key) -> Option<Selected> {
        let (node, x) = self.stands(trace, from)?;
        let marks = |node| self.marks_of(trace, node, until);
        match way {
            Way::First => marks(node).first().map(|mark| mark.1),
            Way::Last => marks(node).last().map(|mark| mark.1),
            Way::On | Way::Back => {
                let marks = marks(node);
                let here = marks.iter().position(|mark| mark.1 == from);
                match (here, way) {
                    (Some(here), Way::On) => marks.get(here + 1),
                    (Some(here), _) => here.checked_sub(1).and_then(|before| marks.get(before)),
                    // From what is folded, or from a message on its way: to the nearest on that side.
                    (None, Way::On) => marks.iter().find(|mark| mark.0 > x),
                    (None, _) => marks.iter().rev().find(|mark| mark.0 < x),
                }
                .map(|mark| mark.1)
            }
            Way::Up | Way::Down => {
                let shown = self.lanes.shown();
                let here = shown.iter().position(|&other| other == node)?;
                let lanes: Vec<NodeId> = match way {
                    Way::Up => shown[..here].iter().rev().copied().collect(),
                    _ => shown[here + 1..].to_vec(),
                };
                // A lane on which nothing has happened yet is passed over.
                lanes.into_iter().find_map(|lane| {
                    let marks = marks(lane);
                    let away = |mark: &&(f64, Selected)| (mark.0 - x).abs();
                    let nearest = marks.iter().min_by(|one, other| away(one).total_cmp(&away(other)));
                    nearest.map(|mark| mark.1)
                })
            }
        }
    }

    /// Where a mark stands, as (x, y) in the body: of a message the place where it sets out.
    pub fn mark_at(&self, trace: &Trace, mark: Selected) -> Option<(f64, f64)> {
        let (node, along) = self.stands(trace, mark)?;
        Some(self.view.flow.xy(at(along, self.lanes.across(node)?)))
    }

    /// The lane that something stands on, and how far along.
    pub(crate) fn stands(&self, trace: &Trace, mark: Selected) -> Option<(NodeId, f64)> {
        let (node, index) = match mark {
            Selected::Event(id) => (id.node, id.index),
            Selected::Message(id) => {
                if let Some(pulse) = self.pulses.iter().find(|pulse| pulse.stretch.first == id) {
                    return Some((id.node, pulse.x));
                }
                (id.node, trace.message(id)?.event)
            }
        };
        Some((node, self.weave.event(self.nodes.index(node)?, index)?))
    }

    /// The marks of a lane in order: events, and stretches of routine by their first message.
    pub(crate) fn marks_of(&self, trace: &Trace, node: NodeId, until: Key) -> Vec<(f64, Selected)> {
        let Some(lane) = self.nodes.index(node) else { return Vec::new() };
        let known = trace.node_count_until(node, until);
        let events = (1..=known).filter(|&index| !self.folds.is_quiet(lane, index));
        let mut marks: Vec<(f64, Selected)> = events
            .filter_map(|index| {
                Some((self.weave.event(lane, index)?, Selected::Event(EventId { node, index })))
            })
            .collect();
        let pulses = self.pulses.iter().filter(|pulse| pulse.lane == lane);
        let pulses = pulses.filter(|pulse| pulse.stretch.from <= until.instant());
        marks.extend(pulses.map(|pulse| (pulse.x, Selected::Message(pulse.stretch.first))));
        lightcone_sim::sorted::sort_by(&mut marks, |one, other| one.0 < other.0);
        marks
    }

    /// A mark in a sentence: what it is, where and when, and whence and whither. After `until` nothing is told.
    pub fn tell(&self, session: &dyn Session, mark: Selected, until: Key) -> String {
        let told = match mark {
            Selected::Event(id) => tell_event(session, id),
            Selected::Message(id) => {
                let pulse = self.pulses.iter().find(|pulse| pulse.stretch.first == id);
                match pulse.filter(|pulse| pulse.stretch.messages > 1) {
                    Some(pulse) => Some(format!(
                        "{} sends routine messages {} times, from {} on, {} in all",
                        name_of(session.scenario(), id.node),
                        grouped(pulse.stretch.rounds as usize),
                        pulse.stretch.from.0,
                        grouped(pulse.stretch.messages as usize),
                    )),
                    None => tell_message(session, id, until),
                }
            }
        };
        told.unwrap_or_default()
    }
}

/// What happened, and what was sent then.
fn tell_event(session: &dyn Session, id: EventId) -> Option<String> {
    let trace = session.trace();
    let event = trace.event(id)?;
    let name = |node| name_of(session.scenario(), node);
    let title = marks::title(session, trace, id, event);
    // Its id comes last: it says least.
    let title = title.split_once(": ").map_or(title.as_str(), |(_, rest)| rest);
    let sends: Vec<String> = trace
        .sends(id)
        .filter_map(|seq| {
            let message = MsgId::new(id.node, seq);
            let to = trace.message(message)?.to;
            Some(format!("{} to {}", session.message(message)?.label, name(to)))
        })
        .collect();
    let role = trace.status(id.node, event.key).map(|status| session.role_words(status));
    let role = role.map_or(String::new(), |role| format!(", {role}"));
    let sends = match sends.as_slice() {
        [] => String::new(),
        some => format!(". Sends {}", some.join(", ")),
    };
    Some(format!("{title}{role}{sends}. Event {id}"))
}

/// Who sent what to whom, and what became of it as far as that is known.
fn tell_message(session: &dyn Session, id: MsgId, until: Key) -> Option<String> {
    let record = session.trace().message(id)?;
    let name = |node| name_of(session.scenario(), node);
    let what = session.message(id).map(|told| told.label).unwrap_or_default();
    let fate = match record.fate_at(until.instant()) {
        _ if record.is_held() => "held back".to_owned(),
        FateKind::InFlight => "under way".to_owned(),
        FateKind::Delivered => format!("arrives at {}", record.fate.at.0),
        FateKind::Dropped => "lost".to_owned(),
        FateKind::Cut => "cut off".to_owned(),
        FateKind::ToCrashed => format!("arrives at {}, where nobody is up", record.fate.at.0),
    };
    let (from, to) = (name(id.node), name(record.to));
    Some(format!("{what}, from {from} to {to}, sent at {}, {fate}. Message {id}", record.sent.0))
}
