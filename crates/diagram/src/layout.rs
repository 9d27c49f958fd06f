//! The layout of a run: everything's place, once for a run, a view and a room, whatever the moment.

use std::cell::RefCell;
use std::rc::Rc;

use lightcone_sim::ids::{EventId, MsgId, NodeId, Nodes};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Instant;

use crate::arrows::Shaft;
use crate::bands::{Band, bands, stop_at_bands};
use crate::captions::{Caption, captions};
use crate::fold::{Folds, fold};
use crate::heads::gutter;
use crate::lanes::Lanes;
use crate::marks::{Pulse, pulses};
use crate::measures::natural_zoom;
use crate::moment::Related;
use crate::numbers::Numbers;
use crate::ops::{Bars, bars};
use crate::overview::{Counted, Index};
use crate::scene::{Shape, Target};
use crate::stamps::Known;
use crate::view::{Flow, MIN_TEXT_PX, Selected, Space, View};
use crate::weave::{CHUNK, Weave};
use crate::worldlines::{Stale, Still, stales, stills};

/// Where everything in a run stands. It does not depend on the playhead: a step moves no mark.
///
/// It holds for the run as far as it was computed when it was made, and for that session alone.
#[derive(Debug)]
pub struct Layout {
    pub(crate) view: View,
    pub(crate) space: Space,
    pub(crate) nodes: Nodes,
    pub(crate) lanes: Lanes,
    pub(crate) folds: Rc<Folds>,
    pub(crate) weave: Weave,
    pub(crate) bands: Vec<Band>,
    pub(crate) bars: Bars,
    pub(crate) pulses: Vec<Pulse>,
    pub(crate) stills: Vec<Still>,
    pub(crate) stales: Rc<Vec<Stale>>,
    pub(crate) numbers: Numbers,
    pub(crate) gutter: f64,
    /// Whether `folds` are this run's: an overview does without.
    pub(crate) is_folded: bool,
    /// What an overview needs to know of the whole run, once there was one.
    pub(crate) index: Option<Rc<Index>>,
    pub(crate) cache: RefCell<Cache>,
}

/// What scenes of one layout have in common.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    /// By name and chunk: the last shapes of a layer, and what they were drawn for.
    pub layers: Map<(&'static str, u32), Kept>,
    pub captions: Map<u32, Rc<Vec<Caption>>>,
    pub related: Option<(Selected, Option<Rc<Related>>)>,
    pub overview: Option<Counted>,
    /// Clocks of events, as far as they were asked for.
    pub ghosts: Known,
}

/// A layer as it was last drawn.
pub(crate) type Kept = (Drawn, Rc<Vec<Shape>>);

/// What a layer was drawn for: while that is the same, so is the layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawn {
    /// The playhead, if anything in the layer depends on it.
    pub now: Option<Key>,
    pub selected: Option<Selected>,
}

impl Layout {
    /// Gives everything in a run its place.
    pub fn new(session: &dyn Session, view: &View, space: Space) -> Layout {
        Layout::knowing(None, session, view, space)
    }

    /// The same run, as far as it was computed for this layout, in another room or view. What follows from the run alone
    /// is not worked out again: to ask what each message says costs more than to place it.
    #[must_use]
    pub fn again(&self, session: &dyn Session, view: &View, space: Space) -> Layout {
        Layout::knowing(Some(self), session, view, space)
    }

    fn knowing(known: Option<&Layout>, session: &dyn Session, view: &View, space: Space) -> Layout {
        let trace = session.trace();
        let (view, space) = sane(view, space, trace.reached());
        let lanes = lanes_of(trace.nodes(), &view, &space);
        if view.overview {
            return Layout::from_afar(known, session, (view, space), lanes);
        }
        let folds = match known.filter(|known| known.folds_as(&view)) {
            Some(known) => known.folds.clone(),
            None => Rc::new(fold(session, &view)),
        };
        let weave = Weave::new(known.map(|known| &known.weave), session, &view, &space, &lanes, &folds);
        let stales = known.map_or_else(|| Rc::new(stales(trace)), |known| known.stales.clone());
        let layout = Layout::assemble(session, (view, space), lanes, (folds, stales), weave);
        Layout { index: known.and_then(|known| known.index.clone()), ..layout }
    }

    /// The rest, once events and messages have their places.
    pub(crate) fn assemble(
        session: &dyn Session,
        (view, space): (View, Space),
        lanes: Lanes,
        (folds, stales): (Rc<Folds>, Rc<Vec<Stale>>),
        mut weave: Weave,
    ) -> Layout {
        let trace = session.trace();
        let bands = bands(session.scenario(), trace, &lanes, view.text_px);
        stop_at_bands(&bands, trace, &lanes, &mut weave);
        let bars = bars(trace, &lanes, &weave, view.text_px);
        let pulses = pulses(&folds, trace, &lanes, &weave);
        let stills = stills(trace, &weave);
        let gutter = gutter(session, lanes.shown(), view.flow, view.text_px);
        let numbers = Numbers::new(&weave.axis, (&view, space.px_per_s), weave.end);
        Layout {
            view,
            space,
            nodes: trace.nodes(),
            lanes,
            folds,
            weave,
            bands,
            bars,
            pulses,
            stills,
            stales,
            numbers,
            gutter,
            is_folded: true,
            index: None,
            cache: RefCell::default(),
        }
    }

    /// Time is true, and no event has a place of its own: nothing is done for each of them.
    fn from_afar(
        known: Option<&Layout>,
        session: &dyn Session,
        (view, space): (View, Space),
        lanes: Lanes,
    ) -> Layout {
        let trace = session.trace();
        let weave = Weave::bare(trace, space.px_per_s);
        let bands = bands(session.scenario(), trace, &lanes, view.text_px);
        let index = known.and_then(|known| known.index.clone()).unwrap_or_else(|| Rc::new(Index::new(trace)));
        let heads = |view: &View| (view.order.clone(), view.hidden_nodes.clone(), view.flow, view.text_px);
        let gutter = match known.filter(|known| heads(&known.view) == heads(&view)) {
            Some(known) => known.gutter,
            None => gutter(session, lanes.shown(), view.flow, view.text_px),
        };
        let numbers = Numbers::new(&weave.axis, (&view, space.px_per_s), weave.end);
        let folds = known.filter(|known| known.folds_as(&view)).map(|known| known.folds.clone());
        Layout {
            nodes: trace.nodes(),
            lanes,
            is_folded: folds.is_some(),
            folds: folds.unwrap_or_default(),
            weave,
            bands,
            bars: Bars::default(),
            pulses: Vec::new(),
            stills: Vec::new(),
            stales: known.map_or_else(|| Rc::new(stales(trace)), |known| known.stales.clone()),
            numbers,
            gutter,
            index: Some(index),
            cache: RefCell::default(),
            view,
            space,
        }
    }

    /// Whether its folds are those of a view too.
    fn folds_as(&self, view: &View) -> bool {
        self.is_folded
            && self.view.fold_routine == view.fold_routine
            && self.view.hidden_kinds == view.hidden_kinds
    }

    /// Whether the run is seen from afar; then [`crate::overview`] draws it.
    pub fn is_overview(&self) -> bool {
        self.view.overview
    }

    /// A zoom at which a usual message is seen to slant: the px that a second of true time gets.
    pub fn natural_zoom(session: &dyn Session) -> f64 {
        sane_zoom(natural_zoom(session))
    }

    /// The zoom at which the whole run has so many px, if time is true.
    pub fn fitting_zoom(session: &dyn Session, along_px: f64) -> f64 {
        let seconds = session.trace().reached().as_secs_f64().max(1e-9);
        sane_zoom((along_px - 180.0).max(100.0) / seconds)
    }

    /// The greatest zoom at which the whole picture, heads included, is no longer than the room along the time axis; at
    /// most the natural one. Where marks keep apart whatever the zoom, the picture may be longer all the same.
    pub fn fitted_zoom(session: &dyn Session, view: &View, space: Space) -> f64 {
        let natural = Layout::natural_zoom(session);
        let known = Layout::new(session, view, Space { px_per_s: natural, ..space });
        let fits = |px_per_s: f64| {
            let layout = known.again(session, view, Space { px_per_s, ..space });
            let gutter = if view.flow == Flow::LeftToRight { layout.gutter } else { 0.0 };
            layout.length() + gutter <= space.along_px
        };
        if fits(natural) {
            return natural;
        }
        // Between a ten-thousandth of it and it, by halves of their ratio.
        let (mut low, mut high) = (natural * 1e-4, natural);
        for _ in 0..14 {
            let middle = (low * high).sqrt();
            if fits(middle) { low = middle } else { high = middle }
        }
        sane_zoom(low)
    }

    /// How far a picture that is shorter than the room along the time axis can be stretched so that words find more room:
    /// at most as far as is comfortable.
    pub fn stretch(session: &dyn Session, view: &View, space: Space) -> f64 {
        let known = Layout::new(session, view, space);
        let fits = |stretch: f64| {
            let layout = known.again(session, &View { stretch, ..view.clone() }, space);
            let gutter = if view.flow == Flow::LeftToRight { layout.gutter } else { 0.0 };
            layout.length() + gutter <= space.along_px
        };
        let (mut low, mut high) = (1.0, STRETCH);
        if !fits(low) || fits(high) {
            return if fits(low) { high } else { low };
        }
        for _ in 0..8 {
            let middle = (low + high) / 2.0;
            if fits(middle) { low = middle } else { high = middle }
        }
        low
    }

    /// Length of the body along the time axis, in px.
    pub fn length(&self) -> f64 {
        self.weave.length
    }

    /// Size of the body across the lanes, in px, with the axis and the room for the playhead's pill.
    pub fn across(&self) -> f64 {
        self.lanes.size
    }

    /// Width (left to right) or height (top to bottom) of the heads, in px.
    pub fn gutter(&self) -> f64 {
        self.gutter
    }

    /// The view that it was made for, with sizes made sane.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// How far along an instant is, in px of the body (in logical order: where it is farthest).
    pub fn x_of(&self, at: Instant) -> f64 {
        self.weave.axis.x_of(at).min(self.weave.length)
    }

    /// How far along an instant is on a node's lane.
    pub fn x_on(&self, node: NodeId, at: Instant) -> f64 {
        let lane = self.nodes.index(node).unwrap_or(0);
        self.weave.axis.x_on(lane, at).min(self.weave.length)
    }

    /// The time at a place along the axis: the inverse of [`Layout::x_of`].
    pub fn time_at(&self, x: f64) -> Ns {
        self.weave.axis.time_at(x)
    }

    /// The node whose lane is nearest to a place across the lanes.
    pub fn lane_at(&self, across: f64) -> Option<NodeId> {
        self.lanes.nearest(across)
    }

    /// How far across a node's lane is; `None` if it is hidden.
    pub fn lane_y(&self, node: NodeId) -> Option<f64> {
        self.lanes.across(node)
    }

    /// Where an event stands, as (x, y) in the body; `None` if it is hidden.
    pub fn event_at(&self, id: EventId) -> Option<(f64, f64)> {
        let lane = self.nodes.index(id.node)?;
        let place = crate::pen::at(self.weave.event(lane, id.index)?, self.lanes.across(id.node)?);
        Some(self.view.flow.xy(place))
    }

    /// Where a message sets out and where it lands (or would have), as (x, y) in the body.
    pub fn message_at(&self, session: &dyn Session, id: MsgId) -> Option<((f64, f64), (f64, f64))> {
        let arrow = self.weave.arrow(session.trace(), id).filter(|arrow| !arrow.hidden)?;
        let shaft = Shaft::of(arrow, &self.lanes)?;
        Some((self.view.flow.xy(shaft.from), self.view.flow.xy(shaft.to)))
    }

    /// What is nearest to a point of the body, at most `within` px away: an event first, then a message.
    pub fn nearest(&self, session: &dyn Session, x: f64, y: f64, within: f64) -> Option<Target> {
        let place = self.view.flow.place(x, y);
        self.nearest_event(place, within).map(Target::Event).or_else(|| {
            let window = (place.along - within, place.along + within);
            let arrows = self.weave.chunks_within(window).flat_map(|chunk| &self.weave.chunks[chunk].arrows);
            let near = arrows.filter_map(|&index| {
                let arrow = &self.weave.arrows[index as usize];
                let shaft = Shaft::of(arrow, &self.lanes).filter(|_| !arrow.folded)?;
                Some((distance(place, shaft.from, shaft.after(arrow.part)), arrow.id))
            });
            let nearest =
                near.filter(|(away, _)| *away <= within).min_by(|one, other| one.0.total_cmp(&other.0));
            nearest
                .filter(|(_, id)| session.trace().message(*id).is_some())
                .map(|(_, id)| Target::Message(id))
        })
    }

    fn nearest_event(&self, place: crate::pen::Place, within: f64) -> Option<EventId> {
        let node = self.lanes.nearest(place.across)?;
        let across = self.lanes.across(node)?;
        let lane = self.nodes.index(node)?;
        let xs = &self.weave.events[lane];
        let from = xs.partition_point(|&x| x < place.along - within);
        let near = (from..xs.len()).take_while(|&index| xs[index] <= place.along + within);
        let drawn = near.filter(|&index| !self.folds.is_quiet(lane, index as u32 + 1));
        let away = |index: usize| (xs[index] - place.along).hypot(across - place.across);
        let nearest = drawn.min_by(|&one, &other| away(one).total_cmp(&away(other)))?;
        (away(nearest) <= within).then_some(EventId { node, index: nearest as u32 + 1 })
    }

    /// How far across the axis of time is.
    pub(crate) fn axis_across(&self) -> f64 {
        match self.view.flow {
            Flow::LeftToRight => self.lanes.to + self.view.text_px * 0.5,
            Flow::TopToBottom => self.lanes.from - self.view.text_px * 0.3,
        }
    }

    /// Width of a column in logical order.
    pub(crate) fn column(&self) -> f64 {
        self.weave.column
    }

    /// How far along a node's lane has come.
    pub(crate) fn frontier(&self, lane: usize, now: Key) -> f64 {
        self.weave.axis.x_on(lane, now.instant()).min(self.weave.end)
    }

    /// A chunk's captions, placed when first asked for.
    pub(crate) fn captions(&self, session: &dyn Session, chunk: usize) -> Rc<Vec<Caption>> {
        let known = self.cache.borrow().captions.get(&(chunk as u32)).cloned();
        known.unwrap_or_else(|| {
            let placed = Rc::new(captions(self, session, chunk));
            self.cache.borrow_mut().captions.insert(chunk as u32, placed.clone());
            placed
        })
    }

    /// The cones of what is selected.
    pub(crate) fn related(&self, session: &dyn Session, selected: Option<Selected>) -> Option<Rc<Related>> {
        let selected = selected?;
        if let Some((known, related)) = &self.cache.borrow().related
            && *known == selected
        {
            return related.clone();
        }
        let related = Related::new(session.trace(), selected).map(Rc::new);
        self.cache.borrow_mut().related = Some((selected, related.clone()));
        related
    }

    /// The chunks that a window touches.
    pub(crate) fn chunks_in(&self, window: (f64, f64)) -> std::ops::Range<usize> {
        let count = self.weave.chunks.len();
        let first = ((window.0 / CHUNK).floor().max(0.0) as usize).min(count);
        let last = ((window.1 / CHUNK).floor().max(0.0) as usize + 1).min(count);
        first..last.max(first)
    }
}

/// Farther apart than this, what belongs together is no longer seen together.
const STRETCH: f64 = 3.0;

/// A view and a room with sizes made sane, for runs that have come so far.
pub(crate) fn sane(view: &View, space: Space, reached: Ns) -> (View, Space) {
    let mut view = view.clone();
    view.text_px = if view.text_px.is_finite() { view.text_px.clamp(MIN_TEXT_PX, 48.0) } else { MIN_TEXT_PX };
    view.lane_gap_px = if view.lane_gap_px.is_finite() { view.lane_gap_px.clamp(16.0, 400.0) } else { 56.0 };
    view.stretch = if view.stretch.is_finite() { view.stretch.clamp(1.0, STRETCH) } else { 1.0 };
    let px_per_s = sane_zoom(space.px_per_s * view.stretch).min(longest(reached));
    (view, Space { px_per_s, ..space })
}

/// The lanes of a view.
pub(crate) fn lanes_of(nodes: Nodes, view: &View, space: &Space) -> Lanes {
    let (before, after) = margins(view);
    Lanes::new(nodes, view, space, before, after)
}

fn sane_zoom(px_per_s: f64) -> f64 {
    if px_per_s.is_finite() { px_per_s.clamp(1e-3, 1e10) } else { 1_000.0 }
}

/// The zoom at which a run has as many px as a picture may have.
fn longest(reached: Ns) -> f64 {
    4e7 / reached.as_secs_f64().max(1e-9)
}

/// Room across before the first lane and after the last: for the playhead's pill and the axis.
fn margins(view: &View) -> (f64, f64) {
    let text = view.text_px;
    match view.flow {
        // From afar, what happened between two numbers is counted below them.
        Flow::LeftToRight if view.overview => (text * 2.4, text * 4.1),
        Flow::LeftToRight => (text * 2.4, text * 2.6),
        Flow::TopToBottom => (text * 5.4, text * 0.8),
    }
}

/// From a point to a line between two others.
fn distance(point: crate::pen::Place, from: crate::pen::Place, to: crate::pen::Place) -> f64 {
    let (dx, dy) = (to.along - from.along, to.across - from.across);
    let length = dx * dx + dy * dy;
    let (px, py) = (point.along - from.along, point.across - from.across);
    let part = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (px - dx * part).hypot(py - dy * part)
}
