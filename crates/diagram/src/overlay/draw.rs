//! From two layouts on one axis and a moment to a scene.

use std::rc::Rc;

use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::sorted::Map;

use crate::captions::captions_of_two;
use crate::marks::{CROWDED, event_mark, events_in, pulse_mark, pulses_in};
use crate::moment::Moment;
use crate::overlay::{Overlay, Side, Two, first_of, heads, lanes, lift};
use crate::pen::{Pen, Place, at, px};
use crate::said::{Depth, Present};
use crate::scene::{Geometry, Layer, Scene, Shape, Target};
use crate::text::grouped;
use crate::view::{Flow, Frame, Selected};
use crate::weave::{Arrow, Chunk};
use crate::{arrows, axis, bands, describe, ops};

/// Layers as they were last drawn, by name and chunk, and for which playhead if they depend on it.
pub(super) type Drawn = Map<(&'static str, u32), (Option<Key>, Rc<Vec<Shape>>)>;

/// The sides in the order in which they are drawn, each with the names of its layers.
const SIDES: [Side; 3] = [Side::Both, Side::First, Side::Second];

/// A layer's name by side. What only the second run has stands in layers of its own, whose names begin with `other-`:
/// identities there are the second run's.
fn name(layer: Part, side: Side) -> &'static str {
    let names = match layer {
        Part::Bands => ["bands", "own-bands", "other-bands"],
        Part::Lanes => ["lanes", "own-lanes", "other-lanes"],
        Part::Arrows => ["arrows", "own-arrows", "other-arrows"],
        Part::Ops => ["ops", "own-ops", "other-ops"],
        Part::Marks => ["marks", "own-marks", "other-marks"],
        Part::Labels => ["labels", "own-labels", "other-labels"],
        Part::UnderWay => ["under-way", "own-under-way", "other-under-way"],
        Part::Said => ["said", "own-said", "other-said"],
    };
    names[side as usize]
}

/// What is drawn for each side.
#[derive(Clone, Copy)]
enum Part {
    Bands,
    Lanes,
    Arrows,
    Ops,
    Marks,
    Labels,
    UnderWay,
    Said,
}

impl Overlay {
    /// What is visible of both runs at a moment. `frame.selected` is what is selected in the run of this side.
    pub fn scene(&self, two: Two<'_>, frame: &Frame, side: Side) -> Scene {
        let moment = |session| Moment {
            session,
            trace: session.trace(),
            now: frame.now,
            hides_future: self.first.view.hide_future,
            related: None,
        };
        let window = frame.window.unwrap_or((0.0, self.first.weave.length));
        let moments = [moment(two.first), moment(two.second)];
        let eye = Eye { overlay: self, two, moments: &moments, frame, window };
        let mut stack = Stack { overlay: self, now: frame.now, names: two.names, layers: Vec::new() };
        eye.body(&mut stack, side);
        let layers = stack.layers;
        let mut pen = Pen::new(self.first.view.flow);
        // Heads think in x and y.
        pen.flow = Flow::LeftToRight;
        heads::draw(&mut pen, two, [&self.first, &self.second], frame.now);
        let heads = vec![Layer { name: "heads", chunk: 0, shapes: Rc::new(pen.shapes) }];
        let (width, height) = self.first.view.flow.xy(at(self.first.weave.length, self.first.lanes.size));
        Scene {
            width: width.ceil(),
            height: height.ceil(),
            gutter: self.first.gutter,
            flow: self.first.view.flow,
            title: format!(
                "{}, {} and {} over one another",
                describe::title(two.first),
                two.names[0],
                two.names[1]
            ),
            desc: self.desc(two, frame.now),
            heads,
            layers,
        }
    }

    /// The picture in sentences.
    fn desc(&self, two: Two<'_>, now: Key) -> String {
        let [first, second] = two.names;
        let (one, other) = self.common.only_until(two.first.trace(), two.second.trace(), now);
        let both = two.first.trace().count_until(now).saturating_sub(one);
        let so_far = format!(
            "Two runs over one another in {}. At {}, {} events have happened in both, {} only in {first}, {} only in {second}.",
            crate::draw::name_of_scale(self.first.view.scale),
            now.at,
            grouped(both),
            grouped(one),
            grouped(other),
        );
        let parting = self.common.parting().at.filter(|at| !self.first.view.hide_future || *at <= now);
        match parting {
            Some(at) => format!("{so_far} They part at {}.", at.at),
            None => so_far,
        }
    }
}

/// What is looked at.
struct Eye<'a> {
    overlay: &'a Overlay,
    two: Two<'a>,
    moments: &'a [Moment<'a>; 2],
    frame: &'a Frame,
    window: (f64, f64),
}

impl Eye<'_> {
    fn body(&self, stack: &mut Stack<'_>, chosen: Side) {
        let overlay = self.overlay;
        let (layout, moment) = (&*overlay.first, &self.moments[0]);
        let hides = moment.hides_future;
        let known = if hides { layout.weave.axis.x_of(self.frame.now.instant()) } else { f64::INFINITY };
        let chunks = layout.chunks_in(self.window);
        let presents = [Present::new(layout, moment), Present::new(&overlay.second, &self.moments[1])];
        for chunk in chunks.clone() {
            stack.layer("axis", chunk, hides, &|pen| axis::numbers(pen, layout, (chunk, known)));
            stack.sides(Part::Bands, chunk, hides, &|pen, side| {
                let (own, moment) = (self.own_bands(side), self.moment(side));
                bands::draw(pen, moment, own, &overlay.layout(side).weave, chunk);
            });
            stack.sides(Part::Lanes, chunk, hides, &|pen, side| {
                lanes::draw(pen, (overlay.layout(side), self.moment(side)), &overlay.rails, side, chunk);
            });
        }
        for chunk in self.chunks_of_arrows() {
            let changes = hides || self.is_split(chunk);
            stack.sides(Part::Arrows, chunk, changes, &|pen, side| self.arrows(pen, side, chunk));
        }
        for chunk in chunks.clone() {
            self.upon_lanes(stack, (chunk, chunk == chunks.start), known, &presents);
        }
        let line = self.present();
        stack.layer("veil", 0, true, &|pen| axis::veil_behind(pen, layout, moment, &line));
        let split: Vec<usize> = self.chunks_of_arrows().filter(|&chunk| self.is_split(chunk)).collect();
        stack.sides(Part::UnderWay, 0, true, &|pen, side| self.under_way(pen, side, &split));
        stack.layer(if chosen == Side::Second { "other-selection" } else { "selection" }, 0, true, &|pen| {
            self.selection(pen, chosen);
        });
        stack.layer("now", 0, true, &|pen| axis::now_along(pen, layout, moment, &line));
        stack.sides(Part::Said, 0, true, &|pen, side| {
            for chunk in chunks.clone() {
                self.said(pen, side, &presents, chunk, Depth::Above);
            }
        });
    }

    fn upon_lanes(
        &self,
        stack: &mut Stack<'_>,
        (chunk, is_first): (usize, bool),
        known: f64,
        presents: &[Present<'_>; 2],
    ) {
        let overlay = self.overlay;
        let layout = &*overlay.first;
        let hides = self.moments[0].hides_future;
        let now = layout.weave.axis.x_of(self.frame.now.instant());
        let sight = ops::Sight { known, now, text: layout.view.text_px };
        stack.layer("breaks", chunk, hides, &|pen| axis::breaks(pen, layout, (chunk, known)));
        // Open or closed, a bar depends on the playhead.
        stack.sides(Part::Ops, chunk, true, &|pen, side| {
            let bars = &overlay.bars[side as usize];
            if is_first {
                ops::reaching(pen, self.moment(side), bars, chunk, sight);
            }
            ops::chunk(pen, self.moment(side), bars, chunk, sight);
        });
        stack.sides(Part::Marks, chunk, hides, &|pen, side| self.marks(pen, side, chunk));
        let changes = hides || presents.iter().any(|present| present.touches(chunk));
        stack.sides(Part::Labels, chunk, changes, &|pen, side| {
            self.said(pen, side, presents, chunk, Depth::Below);
        });
    }

    fn moment(&self, side: Side) -> &Moment<'_> {
        &self.moments[usize::from(side == Side::Second)]
    }

    fn own_bands(&self, side: Side) -> &[bands::Band] {
        let (both, own) = self.overlay.first.bands.split_at(self.overlay.bands);
        match side {
            Side::Both => both,
            Side::First => own,
            Side::Second => &self.overlay.second.bands,
        }
    }

    fn chunks_of_arrows(&self) -> impl Iterator<Item = usize> + use<> {
        let (one, other) = (&self.overlay.first.weave, &self.overlay.second.weave);
        let mut chunks: Vec<usize> =
            one.chunks_within(self.window).chain(other.chunks_within(self.window)).collect();
        lightcone_sim::sorted::sort(&mut chunks);
        chunks.dedup();
        chunks.into_iter()
    }

    fn is_split(&self, chunk: usize) -> bool {
        let now = self.frame.now.instant();
        [&self.overlay.first, &self.overlay.second].into_iter().any(|layout| {
            let times = layout.weave.chunks.get(chunk).and_then(|chunk| chunk.times);
            times.is_some_and(|(first, last)| first <= now && now <= last)
        })
    }

    /// The messages of one side that set out in a chunk.
    fn own_arrows(&self, side: Side, chunk: usize) -> Option<Chunk> {
        let layout = self.overlay.layout(side);
        let all = layout.weave.chunks.get(chunk)?;
        let is_own = |arrow: &Arrow| match side {
            Side::Second => true,
            side => self.overlay.side_of_message(self.two, Side::First, arrow.id) == side,
        };
        let own: Vec<u32> = all
            .arrows
            .iter()
            .copied()
            .filter(|&place| is_own(&layout.weave.arrows[place as usize]))
            .collect();
        let drawn = own.iter().filter(|&&place| !layout.weave.arrows[place as usize].folded).count();
        Some(Chunk { arrows: own, drawn, ..all.clone() })
    }

    fn arrows(&self, pen: &mut Pen, side: Side, chunk: usize) {
        let (layout, moment) = (self.overlay.layout(side), self.moment(side));
        if let Some(own) = self.own_arrows(side, chunk) {
            let unit = layout.view.text_px / 12.0;
            arrows::chunk(pen, moment, &layout.lanes, &layout.weave, &own, unit);
        }
    }

    fn under_way(&self, pen: &mut Pen, side: Side, chunks: &[usize]) {
        let (layout, moment) = (self.overlay.layout(side), self.moment(side));
        let unit = layout.view.text_px / 12.0;
        for own in chunks.iter().filter_map(|&chunk| self.own_arrows(side, chunk)) {
            let arrows = own.arrows.iter().map(|&place| &layout.weave.arrows[place as usize]);
            for arrow in arrows.filter(|arrow| moment.is_under_way(arrow)) {
                arrows::under_way(pen, moment, &layout.lanes, &layout.weave, arrow, unit);
            }
        }
    }

    fn marks(&self, pen: &mut Pen, side: Side, chunk: usize) {
        let (layout, moment) = (self.overlay.layout(side), self.moment(side));
        let unit = layout.view.text_px / 12.0;
        let is_dense = layout.weave.chunks.get(chunk).is_some_and(Chunk::is_dense);
        for (lane, (node, line)) in moment.trace.lanes().enumerate() {
            let Some(across) = layout.lanes.across_at(lane) else { continue };
            let place = |x: f64| at(x, across + lift(side, unit));
            let events = events_in(&layout.weave, lane, chunk);
            let crowded = events.end().saturating_sub(*events.start()) > CROWDED;
            let mut last = f64::NEG_INFINITY;
            for index in events {
                let id = EventId { node, index };
                let (Some(x), Some(event)) =
                    (layout.weave.event(lane, index), line.events.get(index as usize - 1))
                else {
                    continue;
                };
                let is_own = self.overlay.common.has(id) == (side == Side::Both);
                let hidden = !is_own || layout.folds.is_quiet(lane, index);
                let crowded = event.kind.is_activation() && (is_dense || crowded && x - last < 1.0);
                if hidden || crowded || !moment.shows(event.key.instant()) {
                    continue;
                }
                last = x;
                event_mark(pen, moment, (lane, id, event), place(x), unit, "");
            }
            for pulse in pulses_in(&layout.pulses, chunk).iter().filter(|pulse| pulse.lane == lane) {
                let is_own = self.overlay.common.has(first_of(pulse)) == (side == Side::Both);
                let known = layout.weave.axis.x_of(moment.now.instant());
                let is_known = !moment.hides_future || pulse.x <= known;
                if is_own && !is_dense && moment.shows(pulse.stretch.from) && is_known {
                    pulse_mark(pen, moment, pulse, at(pulse.x, across + pulse.lift), unit);
                }
            }
        }
    }

    /// Rings, flags and words of one side.
    fn said(&self, pen: &mut Pen, side: Side, presents: &[Present<'_>; 2], chunk: usize, depth: Depth) {
        self.place_words(chunk);
        let present = &presents[usize::from(side == Side::Second)];
        if depth == Depth::Above && !present.touches(chunk) {
            return;
        }
        let mut all = Pen::new(pen.flow);
        present.faults(&mut all, chunk, depth);
        present.labels(&mut all, chunk, depth);
        let from = if side == Side::Second { Side::Second } else { Side::First };
        let mut last = Side::Both;
        for shape in all.shapes {
            // A line that leads to words comes before them, and goes where they go.
            let own = match shape.target {
                Some(target) => self.side_of(from, target),
                None => last,
            };
            last = own;
            if own == side {
                pen.shapes.push(shape);
            }
        }
    }

    /// Which side something belongs to that is said of one run.
    fn side_of(&self, from: Side, target: Target) -> Side {
        match target {
            Target::Event(id) => self.overlay.side_of(from, id),
            Target::Message(id) | Target::Head(id) => {
                let pulses = self.overlay.layout(from).pulses.iter();
                let pulse = pulses.into_iter().find(|pulse| pulse.stretch.first == id);
                match pulse {
                    Some(pulse) => self.overlay.side_of(from, first_of(pulse)),
                    None => self.overlay.side_of_message(self.two, from, id),
                }
            }
            Target::Entry(id) | Target::Begin(id) | Target::End(id) => {
                let both = &self.overlay.first.bands[..self.overlay.bands];
                if both.iter().any(|band| band.entry == id) { Side::Both } else { from }
            }
            Target::Lane(_) | Target::Timer(_) | Target::Op(_) | Target::Now => from,
        }
    }

    /// Finds room for the words of both in a chunk, once.
    fn place_words(&self, chunk: usize) {
        let (first, second) = (&*self.overlay.first, &*self.overlay.second);
        if first.cache.borrow().captions.get(&(chunk as u32)).is_some() {
            return;
        }
        let said = |event: EventId| self.overlay.common.has(event);
        let runs = ((first, self.two.first), (second, self.two.second));
        let [mine, theirs] = captions_of_two(runs.0, runs.1, &said, chunk);
        first.cache.borrow_mut().captions.insert(chunk as u32, Rc::new(mine));
        second.cache.borrow_mut().captions.insert(chunk as u32, Rc::new(theirs));
    }

    /// The line of the present; in causal order the first run's comes before the second's on each lane.
    fn present(&self) -> Vec<Place> {
        let now = self.frame.now;
        let (one, other) =
            (axis::present(&self.overlay.first, now), axis::present(&self.overlay.second, now));
        let is_plain = one.len() != other.len() || one.len() <= 2;
        if is_plain {
            return one;
        }
        let count = one.len();
        let pick = |(place, (mine, theirs)): (usize, (Place, Place))| match place {
            _ if place == count - 1 => vec![theirs],
            _ if place % 2 == 1 => vec![mine, Place { along: mine.along, across: mine.across + self.half() }],
            0 => vec![mine],
            _ => vec![Place { along: theirs.along, across: theirs.across - self.half() }, theirs],
        };
        one.into_iter().zip(other).enumerate().flat_map(pick).collect()
    }

    /// Half of how far the line of the present runs along a lane's two rails.
    fn half(&self) -> f64 {
        self.overlay.first.lanes.gap * 0.22
    }

    /// What is selected, in gold.
    fn selection(&self, pen: &mut Pen, chosen: Side) {
        let (layout, moment) = (self.overlay.layout(chosen), self.moment(chosen));
        let unit = layout.view.text_px / 12.0;
        match self.frame.selected {
            Some(Selected::Event(id)) => {
                let (Some((x, y)), Some(event)) = (self.overlay.event_at(chosen, id), moment.trace.event(id))
                else {
                    return;
                };
                let place = layout.view.flow.place(x, y);
                pen.circle("selected", "selected", place, 7.0 * unit).target(Target::Event(id));
                if let Some(lane) = layout.nodes.index(id.node) {
                    event_mark(pen, moment, (lane, id, event), place, unit, "");
                }
            }
            Some(Selected::Message(id)) => {
                let arrow = layout.weave.arrow(moment.trace, id);
                let shaft = arrow.and_then(|arrow| Some((arrow, arrows::Shaft::of(arrow, &layout.lanes)?)));
                let Some((arrow, shaft)) = shaft.filter(|(arrow, _)| moment.shows(arrow.over)) else {
                    return;
                };
                let end = shaft.after(if arrow.held { 0.3 } else { arrow.part });
                pen.line("selected", "selected-line", shaft.from, end).target(Target::Message(id));
                if !moment.is_under_way(arrow) {
                    let known = arrows::as_far_as_known(moment, &layout.weave, *arrow);
                    arrows::whole(pen, moment, &layout.lanes, &known, arrows::Style { more: "", unit });
                }
            }
            None => {}
        }
        let side = match self.frame.selected {
            Some(Selected::Event(id)) => self.overlay.side_of(chosen, id),
            Some(Selected::Message(id)) => self.overlay.side_of_message(self.two, chosen, id),
            None => Side::Both,
        };
        dress(&mut pen.shapes, side, self.two.names);
    }
}

/// Layers, one upon another.
struct Stack<'a> {
    overlay: &'a Overlay,
    now: Key,
    names: [&'a str; 2],
    layers: Vec<Layer>,
}

impl Stack<'_> {
    /// A layer for each side.
    fn sides(&mut self, part: Part, chunk: usize, by_now: bool, draw: &dyn Fn(&mut Pen, Side)) {
        for side in SIDES {
            let names = self.names;
            self.layer(name(part, side), chunk, by_now, &|pen| {
                draw(pen, side);
                dress(&mut pen.shapes, side, names);
            });
        }
    }

    /// A layer. It stays the same while the playhead moves, unless told that it changes.
    fn layer(&mut self, name: &'static str, chunk: usize, by_now: bool, draw: &dyn Fn(&mut Pen)) {
        let key = (name, chunk as u32);
        let now = by_now.then_some(self.now);
        let before = self.overlay.drawn.borrow().get(&key).cloned();
        let shapes = match before {
            Some((None, shapes)) if !by_now => shapes,
            before => {
                let mut pen = Pen::new(self.overlay.first.view.flow);
                draw(&mut pen);
                // What came out the same is the same.
                let shapes = match before {
                    Some((_, shapes)) if *shapes == pen.shapes => shapes,
                    _ => Rc::new(pen.shapes),
                };
                self.overlay.drawn.borrow_mut().insert(key, (now, shapes.clone()));
                shapes
            }
        };
        self.layers.push(Layer { name, chunk: chunk as u32, shapes });
    }
}

/// Gives shapes the look of their side: its class instead of an epoch's hue, its form, and a word in what they say.
fn dress(shapes: &mut [Shape], side: Side, names: [&str; 2]) {
    for shape in shapes {
        shape.epoch = None;
        shape.class.push(' ');
        shape.class.push_str(side.class());
        let name = match side {
            Side::Both => continue,
            Side::First => names[0],
            Side::Second => names[1],
        };
        if let Some(title) = &mut shape.title {
            *title = format!("Only in {name}: {title}");
        }
        let is_event = matches!(shape.target, Some(Target::Event(_))) && shape.class.starts_with("event");
        if let Geometry::Circle { cx, cy, r } = shape.geometry
            && is_event
        {
            // Up for the first, down for the second: the sides on which they stand.
            let (r, up) = (px(r + 1.2), if side == Side::First { -1.0 } else { 1.0 });
            let (tip, foot) = (px(up * r), px(-2.0 * up * r));
            shape.geometry = Geometry::Path(format!("M{cx} {}l{r} {foot}h{}z", px(cy + tip), px(-2.0 * r)));
        }
    }
}
