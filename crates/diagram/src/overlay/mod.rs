//! Two runs over one another, in one picture on one axis of time: what both have is drawn once, and where they part each
//! goes on along its own side of the lane.
//!
//! Each run has a [`Layout`] of its own, but both stand on one axis, and the second keeps only what the first has not.
//! So what draws one run draws two; here is what is particular to two.

mod axis;
mod draw;
mod folds;
mod heads;
mod lanes;

use std::cell::RefCell;
use std::rc::Rc;

use lightcone_sim::compare::Common;
use lightcone_sim::ids::{EventId, MsgId, NodeId, Nodes, OpId};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::Set;
use lightcone_sim::trace::{OpRecord, Trace};

use crate::bands::Band;
use crate::fold::fold;
use crate::layout::{Layout, lanes_of, sane};
use crate::marks::Pulse;
use crate::measures::measures;
use crate::ops::{Bar, Bars};
use crate::overlay::draw::Drawn;
use crate::overlay::lanes::Rails;
use crate::pen::at;
use crate::scene::Target;
use crate::view::{Selected, Space, View};
use crate::walk::Way;
use crate::weave::Weave;
use crate::worldlines::stales;

/// What an overlay looks like beyond the rules of every diagram: a stylesheet for both themes.
pub const CSS: &str = include_str!("overlay.css");

/// Which of two runs something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Both have it.
    Both,
    /// Only the first has it.
    First,
    /// Only the second has it.
    Second,
}

impl Side {
    /// Its class.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Side::Both => "in-both",
            Side::First => "only-first",
            Side::Second => "only-second",
        }
    }
}

/// Two runs, and what they are called.
#[derive(Clone, Copy)]
pub struct Two<'a> {
    /// The first.
    pub first: &'a dyn Session,
    /// The second.
    pub second: &'a dyn Session,
    /// What they are called.
    pub names: [&'a str; 2],
}

impl<'a> Two<'a> {
    /// The run that something is told from.
    pub fn of(self, side: Side) -> &'a dyn Session {
        if side == Side::Second { self.second } else { self.first }
    }
}

/// Where everything in two runs stands, whatever the moment.
#[derive(Debug)]
pub struct Overlay {
    first: Rc<Layout>,
    /// Without what the first one has.
    second: Rc<Layout>,
    common: Common,
    rails: Rails,
    bars: [Bars; 3],
    /// How many of the first one's bands both have: they stand first.
    bands: usize,
    drawn: RefCell<Drawn>,
}

impl Overlay {
    /// Gives everything in two runs its place. The zoom is that of the first.
    pub fn new(two: Two<'_>, view: &View, space: Space) -> Overlay {
        let traces = [two.first.trace(), two.second.trace()];
        let common = Common::of(two.first, two.second);
        let (view, space) = sane(view, space, traces[0].reached().max(traces[1].reached()));
        let all = lanes_of(union(traces[0].nodes(), traces[1].nodes()), &view, &space);
        let lanes = traces.map(|trace| all.only(trace.nodes()));
        let mut folds = [fold(two.first, &view), fold(two.second, &view)];
        folds::agree(traces, &common, &mut folds);
        let measures = measures(two.first, &view, &space);
        let placed = axis::common(traces, &view, &space, (&lanes, &folds), &common, measures);
        let [one, other] = lanes;
        let [mut weave, mut twin] = [(&one, 0), (&other, 1)].map(|(lanes, place)| {
            let placed = (placed.axes[place].clone(), placed.events[place].clone());
            let mut weave = Weave::upon(traces[place], &view, (lanes, &folds[place]), placed, measures);
            part_arrows(two, &common, place, view.text_px / 12.0, &mut weave);
            weave
        });
        let (length, end) = (weave.length.max(twin.length), weave.end.max(twin.end));
        for weave in [&mut weave, &mut twin] {
            (weave.length, weave.end) = (length, end);
            weave.cut_into_chunks();
        }
        let [mine, theirs] = folds.map(Rc::new);
        let stale = traces.map(|trace| Rc::new(stales(trace)));
        let told = (mine, stale[0].clone());
        let mut first = Layout::assemble(two.first, (view.clone(), space), one, told, weave);
        let told = (theirs, stale[1].clone());
        let mut second = Layout::assemble(two.second, (view.clone(), space), other, told, twin);
        first.gutter = heads::gutter(&first, &second);
        second.gutter = first.gutter;
        let bands = part_bands(&mut first, &mut second);
        let bars = part_bars(traces, &common, [&first, &second]);
        second.pulses.retain(|pulse| !common.has(first_of(pulse)));
        for (layout, side) in [(&mut first, Side::First), (&mut second, Side::Second)] {
            let own = layout.pulses.iter_mut().filter(|pulse| !common.has(first_of(pulse)));
            own.for_each(|pulse| pulse.lift = lift(side, view.text_px / 12.0));
        }
        let rails = Rails::new(traces, &common, &first, &second);
        let drawn = RefCell::default();
        Overlay { first: Rc::new(first), second: Rc::new(second), common, rails, bars, bands, drawn }
    }

    /// The layout that the axis, the lanes and the size are to be read from: the first one's.
    pub fn plan(&self) -> Rc<Layout> {
        self.first.clone()
    }

    /// What the runs have in common.
    pub fn common(&self) -> &Common {
        &self.common
    }

    /// Which run an event belongs to that is looked at in one of them.
    pub fn side_of(&self, side: Side, event: EventId) -> Side {
        if self.common.has(event) { Side::Both } else { side }
    }

    /// Which run a message belongs to that is looked at in one of them.
    pub fn side_of_message(&self, two: Two<'_>, side: Side, id: MsgId) -> Side {
        let is_common = self.common.has_message(two.first.trace(), two.second.trace(), id);
        if is_common { Side::Both } else { side }
    }

    /// Where an event stands, as (x, y) in the body; `None` if it is hidden.
    pub fn event_at(&self, side: Side, id: EventId) -> Option<(f64, f64)> {
        let layout = self.layout(side);
        let lane = layout.nodes.index(id.node)?;
        let side = self.side_of(side, id);
        let across = layout.lanes.across(id.node)? + self.lift(side);
        Some(layout.view.flow.xy(at(layout.weave.event(lane, id.index)?, across)))
    }

    /// What is nearest to a point of the body, at most `within` px away, and in which run: an event first, then a message.
    pub fn nearest(&self, two: Two<'_>, x: f64, y: f64, within: f64) -> Option<(Side, Target)> {
        let events = [Side::First, Side::Second].into_iter().flat_map(|side| {
            let layout = self.layout(side);
            let place = layout.view.flow.place(x, y);
            let node = layout.lanes.nearest(place.across);
            let index = node.and_then(|node| layout.nodes.index(node));
            let xs = index.map_or(&[][..], |lane| &layout.weave.events[lane]);
            let from = xs.partition_point(|&x| x < place.along - within);
            let near = (from..xs.len()).take_while(move |&index| xs[index] <= place.along + within);
            near.filter_map(move |event| {
                let id = EventId { node: node?, index: event as u32 + 1 };
                let is_drawn =
                    !layout.folds.is_quiet(index?, id.index) && (side == Side::First || !self.common.has(id));
                let (left, top) = self.event_at(side, id).filter(|_| is_drawn)?;
                Some(((left - x).hypot(top - y), side, id))
            })
        });
        let nearest = events.min_by(|one, other| one.0.total_cmp(&other.0));
        let event = nearest.filter(|(away, ..)| *away <= within);
        event.map(|(_, side, id)| (self.side_of(side, id), Target::Event(id))).or_else(|| {
            [Side::First, Side::Second].into_iter().find_map(|side| {
                match self.layout(side).nearest(two.of(side), x, y, within) {
                    Some(Target::Message(id)) => {
                        Some((self.side_of_message(two, side, id), Target::Message(id)))
                    }
                    _ => None,
                }
            })
        })
    }

    /// The mark that lies this way from another that is looked at in a run, and in which run it is looked at then. Each
    /// lane has its two sides, where it has: from the one to the other is a way up or down.
    pub fn walk(
        &self,
        two: Two<'_>,
        side: Side,
        from: Selected,
        way: Way,
        until: Key,
    ) -> Option<(Side, Selected)> {
        let side = if side == Side::Second { Side::Second } else { Side::First };
        let trace = two.of(side).trace();
        if !matches!(way, Way::Up | Way::Down) {
            return Some((side, self.layout(side).walk(trace, from, way, until)?));
        }
        let (node, x) = self.layout(side).stands(trace, from)?;
        let all = self.first.lanes.shown().iter();
        let more = self.second.lanes.shown().iter().filter(|&&node| self.first.lanes.across(node).is_none());
        let tracks: Vec<(NodeId, Side)> =
            all.chain(more).flat_map(|&node| [(node, Side::First), (node, Side::Second)]).collect();
        // What both have lies between the two sides.
        let is_common = match from {
            Selected::Event(id) => self.common.has(id),
            Selected::Message(id) => self.common.has(EventId { node, index: trace.message(id)?.event }),
        };
        let here =
            tracks.iter().position(|&track| track == (node, if is_common { Side::First } else { side }))?;
        let tracks: Vec<(NodeId, Side)> = match way {
            Way::Up => tracks[..here].iter().rev().copied().collect(),
            _ => tracks[here + 1..].to_vec(),
        };
        tracks.into_iter().find_map(|(lane, side)| {
            let marks = self.layout(side).marks_of(two.of(side).trace(), lane, until);
            let own = |mark: &&(f64, Selected)| match mark.1 {
                Selected::Event(id) => side == Side::First || !self.common.has(id),
                Selected::Message(_) => true,
            };
            let away = |mark: &&(f64, Selected)| (mark.0 - x).abs();
            // A side that begins far from here is none of this place.
            let fork = if side == Side::Second { self.rails.fork(lane)?.from } else { f64::NEG_INFINITY };
            let near = marks.iter().filter(own).min_by(|one, other| away(one).total_cmp(&away(other)));
            near.filter(|_| lane != node || x >= fork).map(|mark| (side, mark.1))
        })
    }

    /// A mark in a sentence, with the run that alone has it.
    pub fn tell(&self, two: Two<'_>, side: Side, mark: Selected, until: Key) -> String {
        let told = self.layout(side).tell(two.of(side), mark, until);
        let of = match mark {
            Selected::Event(id) => self.side_of(side, id),
            Selected::Message(id) => self.side_of_message(two, side, id),
        };
        match of {
            Side::Both => told,
            Side::First => format!("Only in {}: {told}", two.names[0]),
            Side::Second => format!("Only in {}: {told}", two.names[1]),
        }
    }

    /// Where a mark stands that is looked at in a run, as (x, y) in the body.
    pub fn mark_at(&self, two: Two<'_>, side: Side, mark: Selected) -> Option<(f64, f64)> {
        match mark {
            Selected::Event(id) => self.event_at(side, id),
            Selected::Message(_) => self.layout(side).mark_at(two.of(side).trace(), mark),
        }
    }

    fn layout(&self, side: Side) -> &Layout {
        if side == Side::Second { &self.second } else { &self.first }
    }

    /// How far beside its lane what belongs to a side stands.
    fn lift(&self, side: Side) -> f64 {
        lift(side, self.first.view.text_px / 12.0)
    }
}

/// How far beside its lane what belongs to a side stands.
fn lift(side: Side, unit: f64) -> f64 {
    match side {
        Side::Both => 0.0,
        Side::First => -5.0 * unit,
        Side::Second => 5.0 * unit,
    }
}

/// The event with which a stretch of routine begins.
fn first_of(pulse: &Pulse) -> EventId {
    EventId { node: pulse.stretch.node, index: pulse.stretch.events.0 }
}

/// The nodes of both.
fn union(one: Nodes, other: Nodes) -> Nodes {
    Nodes { servers: one.servers.max(other.servers), clients: one.clients.max(other.clients) }
}

/// Lets the ends of each message stand where its events do, and leaves out of the second run what the first has too.
fn part_arrows(two: Two<'_>, common: &Common, place: usize, unit: f64, weave: &mut Weave) {
    let side = [Side::First, Side::Second][place];
    let nodes = two.of(side).trace().nodes();
    let (first, second) = (two.first.trace(), two.second.trace());
    for arrow in &mut weave.arrows {
        let end = |lane: usize, index: u32| {
            let own = index > 0 && !common.has(EventId { node: nodes.at(lane), index });
            lift(if own { side } else { Side::Both }, unit)
        };
        let is_common = common.has_message(first, second, arrow.id);
        arrow.lift = (end(arrow.from, arrow.event), end(arrow.to, arrow.landed));
        if arrow.landed == 0 && !is_common {
            arrow.lift.1 = lift(side, unit);
        }
        arrow.hidden |= is_common && side == Side::Second;
    }
}

/// Sorts the bands: of the first run those first that both have, of the second only its own. Says how many both have.
fn part_bands(first: &mut Layout, second: &mut Layout) -> usize {
    let is_same = |one: &Band, other: &Band| {
        (one.entry, one.from, one.to, &one.name) == (other.entry, other.from, other.to, &other.name)
    };
    let others = second.bands.clone();
    let is_common = |band: &Band| others.iter().any(|other| is_same(band, other));
    second.bands.retain(|band| !first.bands.iter().any(|one| is_same(one, band)));
    let (mut common, own): (Vec<_>, Vec<_>) =
        std::mem::take(&mut first.bands).into_iter().partition(is_common);
    let count = common.len();
    common.extend(own);
    first.bands = common;
    count
}

/// Operations: those of both, of the first alone and of the second alone. Where the runs differ, the second one's stand
/// below the first one's if there is room.
fn part_bars([one, other]: [&Trace; 2], common: &Common, [first, second]: [&Layout; 2]) -> [Bars; 3] {
    let has = |node: NodeId, index: u32| common.has(EventId { node, index });
    let calls = one.lanes().flat_map(|(node, lane)| lane.ops.iter().map(move |op| (node, op)));
    let is_same = |(node, op): &(NodeId, &OpRecord)| {
        has(*node, op.invoked)
            && op.returned.is_none_or(|index| has(*node, index))
            && other.lane(*node).is_some_and(|lane| lane.ops.contains(op))
    };
    let same: Set<OpId> = calls.filter(is_same).map(|(_, op)| op.id).collect();
    let text = first.view.text_px;
    let down = if first.lanes.gap >= text * 3.9 { text * 1.5 + 2.0 } else { 0.0 };
    let lowered = |bar: &Bar| Bar { near: bar.near + down, far: bar.far + down, ..bar.clone() };
    [
        first.bars.some(|bar| same.contains(&bar.id).then(|| bar.clone())),
        first.bars.some(|bar| (!same.contains(&bar.id)).then(|| bar.clone())),
        second.bars.some(|bar| (!same.contains(&bar.id)).then(|| lowered(bar))),
    ]
}
