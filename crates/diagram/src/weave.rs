//! Where everything stands: each event on its line, each message between two of them.

use std::rc::Rc;

use lightcone_sim::ids::{EventId, MsgId, NodeId, Nodes};
use lightcone_sim::session::Session;
use lightcone_sim::sorted::{Map, Set, sort, sort_by_key};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{Cause, FateKind, Instant, MessageRecord, Trace};

use crate::fold::{Folds, Stretch, Told};
use crate::lanes::Lanes;
use crate::measures::{COLUMN, measures, stretch_room};
use crate::palette::hue;
use crate::scale::{Axis, Gaps, Mark, order, warp};
use crate::view::{Space, TimeScale, View};

/// A message on the picture. Times are the run's, places are px along the axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrow {
    pub id: MsgId,
    /// Sender and receiver, by `Nodes::index`.
    pub from: usize,
    pub to: usize,
    pub sent: Instant,
    /// When it arrives or is lost; `Ns::NEVER` for a message that is held.
    pub over: Instant,
    /// Up to where it then waits on its receiver's lane, and until when; `Ns::NEVER`: nobody has handled it yet.
    pub wait: Option<(f64, Instant)>,
    /// Where it sets out.
    pub x0: f64,
    /// Where it lands, or would have.
    pub x1: f64,
    /// How much of the way it makes: 1 unless it is lost.
    pub part: f64,
    pub fate: FateKind,
    pub held: bool,
    pub by_hand: bool,
    /// The receiver's event that handles it, or 0.
    pub landed: u32,
    /// The sender's event.
    pub event: u32,
    pub epoch: Option<u8>,
    pub routine: bool,
    /// It goes to a client or comes from one.
    pub client: bool,
    /// It says something else than its sender said.
    pub forged: bool,
    /// Drawn only while it is under way or selected.
    pub folded: bool,
    /// Never drawn.
    pub hidden: bool,
    /// How far beside their lanes its ends stand: where two runs lie over one another, each has its own side.
    pub lift: (f64, f64),
}

impl Arrow {
    /// How far along it is where it ends.
    pub fn x_end(&self) -> f64 {
        self.x0 + (self.x1 - self.x0) * self.part
    }
}

/// A stretch of the time axis, with the messages that set out in it.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    /// Indices into [`Weave::arrows`].
    pub arrows: Vec<u32>,
    /// How many of them are drawn though nothing is under way or selected.
    pub drawn: usize,
    /// How far any of them reaches.
    pub reach: f64,
    /// The first sending and the last end among them.
    pub times: Option<(Instant, Instant)>,
}

/// More messages than this in a chunk are drawn together, without labels or marks of their own.
const DENSE: usize = 420;

impl Chunk {
    /// Whether there is too much in it for each to be seen.
    pub fn is_dense(&self) -> bool {
        self.drawn > DENSE
    }
}

/// Length of a chunk in px.
pub(crate) const CHUNK: f64 = 1024.0;
/// Before the first event.
pub(crate) const LEAD: f64 = 22.0;
/// After the last.
pub(crate) const TAIL: f64 = 40.0;

/// Everything with its place.
#[derive(Debug)]
pub(crate) struct Weave {
    pub axis: Axis,
    /// By lane and event: how far along it is.
    pub events: Vec<Vec<f64>>,
    pub arrows: Vec<Arrow>,
    /// When messages were lost, in order.
    pub lost: Vec<Instant>,
    /// By lane: where its own messages begin among the arrows.
    first: Vec<u32>,
    copies: Map<MsgId, u32>,
    pub chunks: Vec<Chunk>,
    pub length: f64,
    /// Where the run ends; beyond it is only what is still under way then.
    pub end: f64,
    /// Width of a column in logical order.
    pub column: f64,
    /// What has a place; nothing from afar.
    marks: Option<Rc<Marks>>,
}

impl Weave {
    /// Gives everything in a run its place. What is known of the same run at another zoom is not worked out again.
    pub fn new(
        known: Option<&Weave>,
        session: &dyn Session,
        view: &View,
        space: &Space,
        lanes: &Lanes,
        folds: &Rc<Folds>,
    ) -> Weave {
        let trace = session.trace();
        let measures = measures(session, view, space);
        let marks = Marks::of(known, trace, view, lanes, folds);
        let placed = axis(trace, view, space, &marks, measures);
        Weave { marks: Some(marks), ..Weave::upon(trace, view, (lanes, folds), placed, measures) }
    }

    /// Gives all but what is drawn of events its place along an axis (those have theirs; others: NaN).
    pub fn upon(
        trace: &Trace,
        view: &View,
        (lanes, folds): (&Lanes, &Folds),
        (axis, mut events): (Axis, Vec<Vec<f64>>),
        (gaps, column): (Gaps, f64),
    ) -> Weave {
        place_quiet(trace, &axis, &mut events);
        let mut weave = Weave {
            axis,
            events,
            arrows: Vec::new(),
            lost: Vec::new(),
            first: Vec::new(),
            copies: Map::new(),
            chunks: Vec::new(),
            length: 0.0,
            end: 0.0,
            column,
            marks: None,
        };
        weave.add_arrows(trace, view, lanes, folds, gaps);
        let lost =
            |arrow: &&Arrow| matches!(arrow.fate, FateKind::Dropped | FateKind::Cut | FateKind::ToCrashed);
        weave.lost = weave
            .arrows
            .iter()
            .filter(lost)
            .map(|arrow| arrow.wait.map_or(arrow.over, |wait| wait.1))
            .collect();
        sort(&mut weave.lost);
        weave.measure(trace);
        weave.cut_into_chunks();
        weave
    }

    /// True time, in which nothing has a place of its own.
    pub fn bare(trace: &Trace, px_per_s: f64) -> Weave {
        let axis = Axis::straight(LEAD, px_per_s);
        let end = axis.x_of((trace.reached(), u32::MAX));
        let mut weave = Weave {
            axis,
            events: vec![Vec::new(); trace.nodes().len()],
            arrows: Vec::new(),
            lost: Vec::new(),
            first: Vec::new(),
            copies: Map::new(),
            chunks: Vec::new(),
            length: end + TAIL,
            end,
            column: COLUMN,
            marks: None,
        };
        weave.cut_into_chunks();
        weave
    }

    /// How far along an event is.
    pub fn event(&self, lane: usize, index: u32) -> Option<f64> {
        self.events.get(lane)?.get(index.checked_sub(1)? as usize).copied()
    }

    /// A message's arrow.
    pub fn arrow(&self, trace: &Trace, id: MsgId) -> Option<&Arrow> {
        let place = if id.is_copy() {
            *self.copies.get(&id)?
        } else {
            let lane = trace.nodes().index(id.node)?;
            let place = self.first.get(lane)? + id.seq.checked_sub(1)?;
            if place >= *self.first.get(lane + 1)? {
                return None;
            }
            place
        };
        self.arrows.get(place as usize)
    }

    fn add_arrows(&mut self, trace: &Trace, view: &View, lanes: &Lanes, folds: &Folds, gaps: Gaps) {
        for (from, (node, lane)) in trace.lanes().enumerate() {
            self.first.push(self.arrows.len() as u32);
            for (message, seq) in lane.messages.iter().zip(1..) {
                let id = MsgId::new(node, seq);
                let arrow = self.arrow_of(trace, view, lanes, folds, gaps, (id, from, message));
                self.arrows.push(arrow);
            }
        }
        self.first.push(self.arrows.len() as u32);
        for (from, (node, lane)) in trace.lanes().enumerate() {
            for (&(seq, copy), message) in &lane.copies {
                let id = MsgId { node, seq, copy };
                self.copies.insert(id, self.arrows.len() as u32);
                let arrow = self.arrow_of(trace, view, lanes, folds, gaps, (id, from, message));
                self.arrows.push(arrow);
            }
        }
    }

    fn arrow_of(
        &self,
        trace: &Trace,
        view: &View,
        lanes: &Lanes,
        folds: &Folds,
        gaps: Gaps,
        (id, from, message): (MsgId, usize, &MessageRecord),
    ) -> Arrow {
        let told = folds.told(from, id).unwrap_or(Told {
            epoch: None,
            routine: false,
            hidden: false,
            folded: false,
        });
        let to = trace.nodes().index(message.to).unwrap_or(from);
        let fate = message.fate;
        let held = message.is_held();
        let x0 = match self.event(from, message.event) {
            Some(x) if !id.is_copy() => x,
            _ => self.axis.x_on(from, message.sent),
        };
        let least = if view.scale == TimeScale::True { 0.0 } else { gaps.slant };
        let mut x1 = match self.event(to, fate.event) {
            Some(x) => x,
            None if held => x0 + gaps.slant * 2.0,
            None => self.axis.x_on(to, fate.at).max(x0 + least),
        };
        let (mut over, part) = ending(message);
        // Cause before effect knows no time in which it could wait.
        let waits = message.waits_from().filter(|_| self.axis.is_timed());
        let wait = waits.map(|arrived| {
            let until = if fate.kind == FateKind::InFlight { (Ns::NEVER, 0) } else { over };
            let end = if until.0 == Ns::NEVER { self.axis.x_of((trace.reached(), u32::MAX)) } else { x1 };
            (over, x1) = (arrived, self.axis.x_on(to, arrived).max(x0 + least).min(end));
            (end, until)
        });
        Arrow {
            id,
            from,
            to,
            sent: message.sent,
            over,
            wait,
            x0,
            x1,
            part,
            fate: fate.kind,
            held,
            by_hand: message.by_hand,
            landed: fate.event,
            event: message.event,
            epoch: told.epoch.map(hue),
            routine: told.routine,
            client: id.node.is_client() || message.to.is_client(),
            forged: folds.forged.contains_key(&id),
            folded: told.folded && !id.is_copy(),
            hidden: told.hidden || lanes.across_at(from).is_none() || lanes.across_at(to).is_none(),
            lift: (0.0, 0.0),
        }
    }

    fn measure(&mut self, trace: &Trace) {
        let end = self.axis.x_of((trace.reached(), u32::MAX));
        let last = self.events.iter().filter_map(|xs| xs.last().copied()).fold(end, f64::max);
        let reach = self.arrows.iter().filter(|arrow| !arrow.hidden).map(Arrow::x_end).fold(last, f64::max);
        // What is still under way where the run ends may be under way for long.
        self.end = last;
        self.length = reach.min(last + 7.0 * TAIL) + TAIL;
    }

    /// Sorts what is drawn of messages by where it sets out.
    pub fn cut_into_chunks(&mut self) {
        let count = (self.length / CHUNK).ceil().max(1.0) as usize;
        self.chunks = vec![Chunk { arrows: Vec::new(), drawn: 0, reach: 0.0, times: None }; count];
        for (place, arrow) in self.arrows.iter().enumerate().filter(|(_, arrow)| !arrow.hidden) {
            let chunk = &mut self.chunks[((arrow.x0 / CHUNK) as usize).min(count - 1)];
            chunk.arrows.push(place as u32);
            chunk.drawn += usize::from(!arrow.folded);
            chunk.reach = chunk.reach.max(arrow.x1);
            let (first, last) = chunk.times.unwrap_or((arrow.sent, arrow.over));
            chunk.times = Some((first.min(arrow.sent), last.max(arrow.over)));
        }
    }

    /// The chunks of which something lies between two places.
    pub fn chunks_within(&self, window: (f64, f64)) -> impl Iterator<Item = usize> + '_ {
        self.chunks.iter().enumerate().filter_map(move |(place, chunk)| {
            let from = place as f64 * CHUNK;
            (from <= window.1 && chunk.reach.max(from + CHUNK) >= window.0).then_some(place)
        })
    }
}

/// When a message is over, and how much of its way it makes. What is lost by chance is lost after 60 % of it.
pub(crate) fn ending(message: &MessageRecord) -> (Instant, f64) {
    let fate = message.fate;
    match fate.kind {
        FateKind::Delivered | FateKind::ToCrashed | FateKind::InFlight => (fate.at, 1.0),
        FateKind::Dropped | FateKind::Cut => {
            let (sent, whole) = (message.sent.0, fate.at.0.since(message.sent.0).0 as f64);
            if fate.lost < fate.at {
                let part = if whole > 0.0 { fate.lost.0.since(sent).0 as f64 / whole } else { 0.6 };
                (fate.lost, part.clamp(0.12, 0.9))
            } else {
                (((sent + Ns((whole * 0.6) as u64)), fate.at.1), 0.6)
            }
        }
    }
}

/// Builds the time axis, and gives each event that is drawn its place (others: NaN).
fn axis(
    trace: &Trace,
    view: &View,
    space: &Space,
    marks: &Marks,
    (gaps, column): (Gaps, f64),
) -> (Axis, Vec<Vec<f64>>) {
    let mut events: Vec<Vec<f64>> =
        trace.lanes().map(|(_, lane)| vec![f64::NAN; lane.events.len()]).collect();
    if view.scale == TimeScale::True {
        return (Axis::straight(LEAD, space.px_per_s), events);
    }
    let count = trace.nodes().len();
    let (axis, xs) = if view.scale == TimeScale::Warped {
        let (curve, breaks, xs) = warp(&marks.list, count, LEAD, space.px_per_s, gaps);
        (Axis::warped(curve, breaks), xs)
    } else {
        let last = (trace.reached(), u32::MAX);
        let (front, lines, xs) = order(&marks.list, count, LEAD, column, last);
        (Axis::logical(front, lines), xs)
    };
    for (x, owner) in xs.into_iter().zip(&marks.owners) {
        if let &Some((lane, index)) = owner {
            events[lane][index as usize - 1] = x;
        }
    }
    (axis, events)
}

/// A lane and an event of it.
pub(crate) type Owner = Option<(usize, u32)>;

/// Something that wants a place, before it is known what it follows from.
pub(crate) struct Wanted {
    pub at: Instant,
    pub lane: usize,
    pub owner: Owner,
    pub room: f64,
    pub drawn: bool,
    pub cause: Option<MsgId>,
}

/// Everything that wants a place. That does not depend on the zoom, so it is kept from one to the next.
#[derive(Debug)]
pub(crate) struct Marks {
    /// In order of time.
    list: Vec<Mark>,
    /// The event that each belongs to.
    owners: Vec<Owner>,
    /// What it follows from, besides the run: the scale, the size of text, the lanes and what folds.
    of: (TimeScale, f64, Vec<NodeId>, Rc<Folds>),
}

impl Marks {
    /// Those of a run and a view; those that are known, if they are the same.
    fn of(known: Option<&Weave>, trace: &Trace, view: &View, lanes: &Lanes, folds: &Rc<Folds>) -> Rc<Marks> {
        let known = known.and_then(|known| known.marks.as_ref()).filter(|known| {
            let (scale, text, shown, of) = &known.of;
            (*scale, *text) == (view.scale, view.text_px) && shown == lanes.shown() && Rc::ptr_eq(of, folds)
        });
        known.cloned().unwrap_or_else(|| {
            // In true time everything stands where its time is.
            let (list, owners) = match view.scale {
                TimeScale::True => (Vec::new(), Vec::new()),
                _ => marks(trace, view, lanes, folds),
            };
            let of = (view.scale, view.text_px, lanes.shown().to_vec(), folds.clone());
            Rc::new(Marks { list, owners, of })
        })
    }
}

/// Everything that wants a place, in order of time, and the event that each belongs to.
fn marks(trace: &Trace, view: &View, lanes: &Lanes, folds: &Folds) -> (Vec<Mark>, Vec<Owner>) {
    let nodes = trace.nodes();
    let wanted = wanted(trace, view, lanes, folds);
    let mut place_of: Vec<Vec<u32>> =
        trace.lanes().map(|(_, lane)| vec![u32::MAX; lane.events.len()]).collect();
    let mut marks = Vec::with_capacity(wanted.len());
    for &Wanted { at, lane, owner, room, drawn, cause } in &wanted {
        let after = cause.and_then(|id| {
            let sender = nodes.index(id.node)?;
            let event = trace.message(id.original())?.event;
            let place = *place_of[sender].get(event.checked_sub(1)? as usize)?;
            (place != u32::MAX).then_some(place as usize)
        });
        if let Some((lane, index)) = owner {
            place_of[lane][index as usize - 1] = marks.len() as u32;
        }
        marks.push(Mark { at, lane, after, room, drawn });
    }
    (marks, wanted.into_iter().map(|wanted| wanted.owner).collect())
}

/// Everything that wants a place, in order of time.
pub(crate) fn wanted(trace: &Trace, view: &View, lanes: &Lanes, folds: &Folds) -> Vec<Wanted> {
    let nodes = trace.nodes();
    let first = |stretch: &Stretch| EventId { node: stretch.node, index: stretch.events.0 };
    let firsts: Set<EventId> = folds.stretches.iter().map(first).collect();
    let mut wanted = Vec::with_capacity(trace.order().len());
    for &id in trace.order() {
        let (Some(lane), Some(record)) = (nodes.index(id.node), trace.event(id)) else { continue };
        if lanes.across_at(lane).is_none() {
            continue;
        }
        let is_first = firsts.contains(&id);
        let drawn = is_first || !folds.is_quiet(lane, id.index);
        // In causal order what folds still stands after its cause; in warped time it goes where its time is.
        if !drawn && view.scale != TimeScale::Logical {
            continue;
        }
        let cause = match record.cause {
            Cause::Message(message) => Some(message),
            _ => None,
        };
        let room = if is_first { stretch_room(view.text_px) } else { 0.0 };
        wanted.push(Wanted {
            at: record.key.instant(),
            lane,
            owner: Some((lane, id.index)),
            room,
            drawn,
            cause,
        });
    }
    for (id, message) in trace.messages() {
        let Some(lane) = nodes.index(message.to) else { continue };
        let mut want = |at, lane| {
            wanted.push(Wanted { at, lane, owner: None, room: 0.0, drawn: true, cause: Some(id) });
        };
        if message.fate.kind == FateKind::ToCrashed {
            want(message.fate.at, lane);
        }
        // What waits for its receiver arrives somewhere.
        let waits = message.waits_from().filter(|_| view.scale == TimeScale::Warped);
        if let Some(arrived) = waits.filter(|_| !is_folded(folds, nodes, id)) {
            want(arrived, usize::MAX);
        }
    }
    let end = (trace.reached(), u32::MAX);
    wanted.push(Wanted { at: end, lane: usize::MAX, owner: None, room: 0.0, drawn: false, cause: None });
    sort_by_key(&mut wanted, |wanted| wanted.at);
    wanted
}

fn is_folded(folds: &Folds, nodes: Nodes, id: MsgId) -> bool {
    nodes.index(id.node).and_then(|lane| folds.told(lane, id)).is_some_and(|told| told.folded)
}

/// Gives the events that are not drawn a place between those that are.
fn place_quiet(trace: &Trace, axis: &Axis, events: &mut [Vec<f64>]) {
    for (index, (_, lane)) in trace.lanes().enumerate() {
        let mut walk = axis.walk();
        for (x, event) in events[index].iter_mut().zip(&lane.events) {
            if x.is_nan() {
                *x = match &mut walk {
                    Some(walk) => walk(event.key.instant()),
                    None => axis.x_on(index, event.key.instant()),
                };
            }
        }
    }
}
