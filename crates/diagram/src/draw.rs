//! From a layout and a moment to a scene.

use std::rc::Rc;

use lightcone_sim::ids::EventId;
use lightcone_sim::session::{PendingWhat, Session};
use lightcone_sim::trace::{Cause, EventKind};

use crate::layout::{Drawn, Layout};
use crate::moment::{Moment, Related};
use crate::pen::{Pen, TIMER, at};
use crate::said::{Depth, Present};
use crate::scene::{Layer, Scene, Shape, Target};
use crate::view::{Flow, Frame, Selected, TimeScale};
use crate::{arrows, axis, bands, cones, describe, heads, intervals, marks, ops, worldlines};

impl Layout {
    /// What is visible at a moment, as shapes.
    pub fn scene(&self, session: &dyn Session, frame: &Frame) -> Scene {
        let related = self.related(session, frame.selected);
        let moment = Moment {
            session,
            trace: session.trace(),
            now: frame.now,
            hides_future: self.view.hide_future,
            related: related.as_deref(),
        };
        let window = frame.window.unwrap_or((0.0, self.weave.length));
        let mut painter = Painter { layout: self, moment: &moment, frame, window, layers: Vec::new() };
        painter.body();
        let layers = painter.layers;
        let mut painter = Painter { layout: self, moment: &moment, frame, window, layers: Vec::new() };
        painter.now("heads", &|pen| heads::heads(pen, self, session, frame.now));
        let heads = painter.layers;
        let (width, height) = self.view.flow.xy(at(self.weave.length, self.lanes.size));
        Scene {
            width: width.ceil(),
            height: height.ceil(),
            gutter: self.gutter,
            flow: self.view.flow,
            title: describe::title(session),
            desc: describe::desc(&moment, self),
            heads,
            layers,
        }
    }
}

struct Painter<'a> {
    layout: &'a Layout,
    moment: &'a Moment<'a>,
    frame: &'a Frame,
    window: (f64, f64),
    layers: Vec<Layer>,
}

impl Painter<'_> {
    fn body(&mut self) {
        let (layout, moment) = (self.layout, self.moment);
        let (lanes, weave, unit) = (&layout.lanes, &layout.weave, layout.view.text_px / 12.0);
        let chunks = layout.chunks_in(self.window);
        let hides = moment.hides_future;
        let present = Present::new(layout, moment);
        // How far along the picture is drawn.
        let known = if hides { weave.axis.x_of(self.frame.now.instant()) } else { f64::INFINITY };
        self.still("cones", 0, false, true, &|pen| {
            if let Some(related) = moment.related {
                cones::cones(pen, moment, lanes, weave, related);
            }
        });
        for chunk in chunks.clone() {
            self.still("axis", chunk, hides, false, &|pen| axis::numbers(pen, layout, (chunk, known)));
            self.still("bands", chunk, hides, false, &|pen| {
                bands::draw(pen, moment, &layout.bands, weave, chunk)
            });
            self.still("ticks", chunk, hides, false, &|pen| {
                let view = (&layout.view, layout.space.px_per_s);
                worldlines::ticks(pen, moment, (lanes, weave), view, (chunk, known));
            });
            self.still("lanes", chunk, hides, false, &|pen| {
                let marked = (&layout.stills[..], &layout.stales[..]);
                worldlines::chunk(pen, moment, (lanes, weave), marked, chunk, unit);
            });
        }
        self.glow();
        for chunk in weave.chunks_within(self.window) {
            let changes = self.is_split(chunk) || hides;
            let arrows = &weave.chunks[chunk];
            self.still("arrows", chunk, changes, true, &|pen| {
                arrows::chunk(pen, moment, lanes, weave, arrows, unit)
            });
        }
        for chunk in chunks.clone() {
            self.upon_lanes(chunk, chunk == chunks.start, known, &present);
        }
        self.now("veil", &|pen| axis::veil(pen, layout, moment));
        self.under_way();
        self.timers();
        self.now("intervals", &|pen| intervals::draw(pen, layout, moment));
        self.now("current", &|pen| current(pen, layout, moment));
        self.now("selection", &|pen| selection(pen, layout, moment));
        self.now("now", &|pen| axis::now(pen, layout, moment));
        self.now("said", &|pen| {
            for chunk in chunks.clone().filter(|&chunk| present.touches(chunk)) {
                present.faults(pen, chunk, Depth::Above);
                present.labels(pen, chunk, Depth::Above);
            }
        });
    }

    /// What stands upon the lanes in a chunk: operations, marks and words. What begins before the first chunk in sight
    /// is drawn with that.
    fn upon_lanes(&mut self, chunk: usize, is_first: bool, known: f64, present: &Present<'_>) {
        let (layout, moment) = (self.layout, self.moment);
        let (lanes, weave, unit) = (&layout.lanes, &layout.weave, layout.view.text_px / 12.0);
        let hides = moment.hides_future;
        let now = weave.axis.x_of(self.frame.now.instant());
        let sight = ops::Sight { known, now, text: layout.view.text_px };
        self.still("breaks", chunk, hides, false, &|pen| axis::breaks(pen, layout, (chunk, known)));
        let open = hides || self.has_open_op(chunk);
        if is_first {
            self.still("ops-before", chunk, open, false, &|pen| {
                ops::reaching(pen, moment, &layout.bars, chunk, sight);
            });
        }
        self.still("ops", chunk, open, false, &|pen| {
            ops::chunk(pen, moment, &layout.bars, chunk, sight);
        });
        self.still("marks", chunk, hides, true, &|pen| {
            marks::chunk(pen, moment, (lanes, weave, &layout.folds), &layout.pulses, chunk, unit);
        });
        let changes = hides || present.touches(chunk);
        self.still("faults", chunk, changes, false, &|pen| present.faults(pen, chunk, Depth::Below));
        self.still("labels", chunk, changes, true, &|pen| present.labels(pen, chunk, Depth::Below));
    }

    /// A layer that stays the same while the playhead moves, unless told that it changes.
    fn still(
        &mut self,
        name: &'static str,
        chunk: usize,
        by_now: bool,
        by_selection: bool,
        draw: &dyn Fn(&mut Pen),
    ) {
        let drawn = Drawn {
            now: by_now.then_some(self.frame.now),
            selected: if by_selection { self.frame.selected } else { None },
        };
        let key = (name, chunk as u32);
        let before = self.layout.cache.borrow().layers.get(&key).cloned();
        let shapes = match before {
            Some((known, shapes)) if known == drawn => shapes,
            before => {
                let mut pen = Pen::new(self.layout.view.flow);
                draw(&mut pen);
                // What came out the same is the same.
                let shapes = match before {
                    Some((_, shapes)) if *shapes == pen.shapes => shapes,
                    _ => Rc::new(pen.shapes),
                };
                self.layout.cache.borrow_mut().layers.insert(key, (drawn, shapes.clone()));
                shapes
            }
        };
        self.layers.push(Layer { name, chunk: chunk as u32, shapes });
    }

    /// A small layer that is drawn anew each time.
    fn now(&mut self, name: &'static str, draw: &dyn Fn(&mut Pen)) {
        if let Some((drawn, _)) = self.layout.cache.borrow_mut().layers.get_mut(&(name, 0)) {
            drawn.now = None;
        }
        self.still(name, 0, true, true, draw);
    }

    /// Whether something of a chunk is under way: then it is drawn without that.
    fn is_split(&self, chunk: usize) -> bool {
        let now = self.frame.now.instant();
        self.layout.weave.chunks[chunk].times.is_some_and(|(first, last)| first <= now && now <= last)
    }

    fn has_open_op(&self, chunk: usize) -> bool {
        let (from, to) = (chunk as f64 * crate::weave::CHUNK, (chunk + 1) as f64 * crate::weave::CHUNK);
        let now = self.frame.now.instant();
        let here = self.layout.bars.within(from, to).iter().filter(|bar| bar.to >= from);
        here.into_iter().any(|bar| bar.called <= now && bar.returned.is_none_or(|returned| returned >= now))
    }

    fn glow(&mut self) {
        let (layout, moment) = (self.layout, self.moment);
        let Some(cone) = &self.frame.glow else {
            return self.now("glow", &|_| {});
        };
        self.now("glow", &|pen| cones::glow(pen, moment.trace, &layout.lanes, &layout.weave, cone));
    }

    fn under_way(&mut self) {
        let (layout, moment) = (self.layout, self.moment);
        let unit = layout.view.text_px / 12.0;
        let chunks: Vec<usize> =
            layout.weave.chunks_within(self.window).filter(|&chunk| self.is_split(chunk)).collect();
        self.now("under-way", &|pen| {
            for &chunk in &chunks {
                for &place in &layout.weave.chunks[chunk].arrows {
                    let arrow = &layout.weave.arrows[place as usize];
                    if moment.is_under_way(arrow) {
                        arrows::under_way(pen, moment, &layout.lanes, &layout.weave, arrow, unit);
                    }
                }
            }
        });
    }

    /// Timers that are set: ghosts where they are due.
    fn timers(&mut self) {
        let (layout, moment, window) = (self.layout, self.moment, self.window);
        self.now("timers", &|pen| {
            if moment.hides_future {
                return;
            }
            for pending in moment.session.pending(moment.now) {
                let (PendingWhat::Timer(id), Some(due)) = (pending.what, pending.due) else { continue };
                let (Some(lane), Some(across)) = (layout.nodes.index(id.node), layout.lanes.across(id.node))
                else {
                    continue;
                };
                let x = layout.weave.axis.x_on(lane, due);
                if x > layout.weave.length || x < window.0 || x > window.1 {
                    continue;
                }
                let way = pen.way().glyph(at(x, across), TIMER, layout.view.text_px / 12.0);
                pen.path(id.to_string(), "timer-ghost", way).target(Target::Timer(id)).title(format!(
                    "{}: {}, due at {} unless it is cancelled",
                    id.node, pending.label, due.0
                ));
            }
        });
    }
}

/// The event that has just happened, and the message that it handled, though they be folded. The veil begins in the
/// midst of its mark, so that is drawn over it.
fn current(pen: &mut Pen, layout: &Layout, moment: &Moment<'_>) {
    let Some(id) = moment.trace.last_event(moment.now) else { return };
    unfolded(pen, layout, moment, id);
    let lane = layout.nodes.index(id.node).filter(|&lane| !layout.folds.is_quiet(lane, id.index));
    let (Some(lane), Some((x, y)), Some(event)) = (lane, layout.event_at(id), moment.trace.event(id)) else {
        return;
    };
    let unit = layout.view.text_px / 12.0;
    marks::event_mark(pen, moment, (lane, id, event), layout.view.flow.place(x, y), unit, "");
}

/// Draws an event that is folded away, and what brought it about.
fn unfolded(pen: &mut Pen, layout: &Layout, moment: &Moment<'_>, id: EventId) {
    let unit = layout.view.text_px / 12.0;
    let (Some(lane), Some(event)) = (layout.nodes.index(id.node), moment.trace.event(id)) else { return };
    if !layout.folds.is_quiet(lane, id.index) {
        return;
    }
    let (Some(x), Some(across)) = (layout.weave.event(lane, id.index), layout.lanes.across(id.node)) else {
        return;
    };
    if let Cause::Message(message) = event.cause {
        folded_message(pen, layout, moment, message, unit);
    }
    marks::event_mark(pen, moment, (lane, id, event), at(x, across), unit, "");
}

fn folded_message(
    pen: &mut Pen,
    layout: &Layout,
    moment: &Moment<'_>,
    id: lightcone_sim::ids::MsgId,
    unit: f64,
) {
    let Some(arrow) = layout.weave.arrow(moment.trace, id) else { return };
    if arrow.folded && !arrow.hidden && !moment.is_under_way(arrow) && moment.shows(arrow.over) {
        let known = arrows::as_far_as_known(moment, &layout.weave, *arrow);
        arrows::whole(pen, moment, &layout.lanes, &known, arrows::Style { more: "", unit });
    }
}

/// What is selected, in gold; a fold is opened.
fn selection(pen: &mut Pen, layout: &Layout, moment: &Moment<'_>) {
    let Some(related) = moment.related else { return };
    let unit = layout.view.text_px / 12.0;
    match related.selected {
        Selected::Event(id) => selected_event(pen, layout, moment, id, unit),
        Selected::Message(id) => selected_message(pen, layout, moment, related, id, unit),
    }
}

fn selected_event(pen: &mut Pen, layout: &Layout, moment: &Moment<'_>, id: EventId, unit: f64) {
    let Some(lane) = layout.nodes.index(id.node) else { return };
    let (Some(x), Some(across)) = (layout.weave.event(lane, id.index), layout.lanes.across(id.node)) else {
        return;
    };
    unfolded(pen, layout, moment, id);
    for seq in moment.trace.sends(id) {
        folded_message(pen, layout, moment, lightcone_sim::ids::MsgId::new(id.node, seq), unit);
    }
    let Some(event) = moment.trace.event(id) else { return };
    pen.circle("selected", "selected", at(x, across), 6.0 * unit)
        .target(Target::Event(id))
        .title(marks::title(moment.session, moment.trace, id, event));
    // A mark that says what happened is not hidden by that.
    if !matches!(event.kind, EventKind::Boot | EventKind::Message | EventKind::Op) {
        marks::event_mark(pen, moment, (lane, id, event), at(x, across), unit, "");
    }
}

fn selected_message(
    pen: &mut Pen,
    layout: &Layout,
    moment: &Moment<'_>,
    related: &Related,
    id: lightcone_sim::ids::MsgId,
    unit: f64,
) {
    let Some(arrow) = layout.weave.arrow(moment.trace, id).filter(|arrow| !arrow.hidden) else { return };
    let Some(shaft) = arrows::Shaft::of(arrow, &layout.lanes) else { return };
    let part = if arrow.held { 0.3 } else { arrow.part };
    if moment.shows(arrow.over) {
        pen.line("selected", "selected-line", shaft.from, shaft.after(part)).target(Target::Message(id));
    }
    debug_assert!(related.is_selected(id));
    if arrow.folded {
        // The whole stretch that this message stands for.
        let lane = layout.nodes.index(id.node).unwrap_or(0);
        let stretch = layout.pulses.iter().find(|pulse| pulse.lane == lane && pulse.stretch.first == id);
        let count = stretch.map_or(1, |pulse| pulse.stretch.messages);
        for seq in id.seq..id.seq + count {
            folded_message(pen, layout, moment, lightcone_sim::ids::MsgId { seq, ..id }, unit);
        }
    } else if !moment.is_under_way(arrow) && moment.shows(arrow.sent) {
        let known = arrows::as_far_as_known(moment, &layout.weave, *arrow);
        arrows::whole(pen, moment, &layout.lanes, &known, arrows::Style { more: " chosen", unit });
    }
}

/// The shapes of a scene, heads and body, in painter's order.
pub fn shapes(scene: &Scene) -> impl Iterator<Item = &Shape> {
    scene.layers.iter().chain(&scene.heads).flat_map(|layer| layer.shapes.iter())
}

/// Whether the heads stand to the left of the body.
pub(crate) fn heads_are_beside(scene: &Scene) -> bool {
    scene.flow == Flow::LeftToRight
}

/// What a scale is called.
pub(crate) fn name_of_scale(scale: TimeScale) -> &'static str {
    match scale {
        TimeScale::True => "true time",
        TimeScale::Warped => "warped time",
        TimeScale::Logical => "cause before effect",
    }
}
