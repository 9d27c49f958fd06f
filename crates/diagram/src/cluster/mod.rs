//! The cluster at a moment: servers in a ring, clients below, messages on their way between them, and what parts them.

mod cuts;
mod flights;
mod nodes;
mod places;

use std::rc::Rc;

use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::session::Session;
use lightcone_sim::trace::FateKind;

use crate::arrows::{Shaft, head};
use crate::bands::name_of;
use crate::describe;
use crate::labels::{Area, Ground, Line};
use crate::lanes;
use crate::palette::hue;
use crate::pen::{CROSS, PAUSE, Pen, Place, Words, at};
use crate::scene::{Anchor, Layer, Target};
use crate::table::title;
use crate::text::{shorten, wrap};
use crate::view::{Flow, Frame, Labels, Selected, View};

use cuts::{Cut, Form, cuts, meets};
use flights::{Flight, State, flights};
use places::Places;

/// Words grow with a room that is higher than so many lines of them, up to so many times.
const LARGER: (f64, f64) = (36.0, 1.35);

/// A picture of a cluster at a moment. Its shapes mean what those of a [`Scene`](crate::Scene) mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// What it shows, in a few words.
    pub title: String,
    /// What it shows, in a few sentences.
    pub desc: String,
    /// All of it, in painter's order.
    pub layers: Vec<Layer>,
}

/// Draws the cluster at a moment, in a room of this width and height.
pub fn cluster(session: &dyn Session, view: &View, frame: &Frame, room: (f64, f64)) -> Cluster {
    let shown = lanes::shown(session.trace().nodes(), view);
    // Where there is room, words are larger than they must be.
    let larger = (room.0.min(room.1) / (view.text_px * LARGER.0)).clamp(1.0, LARGER.1);
    let view = &View { text_px: view.text_px * larger, ..view.clone() };
    let places = Places::new(&shown, room, view.text_px);
    let mut flights = flights(session, view, frame.now);
    flights.retain(|flight| {
        let told = session.message(flight.id);
        let is_hidden = told.is_none_or(|told| view.hidden_kinds.contains(told.kind));
        !is_hidden && places.of(flight.id.node).is_some() && places.of(flight.to).is_some()
    });
    let cuts = cuts(session, &places, frame.now);
    let ways = Ways { places: &places, unit: view.text_px / 12.0 };
    for flight in flights.iter_mut().filter(|flight| flight.is_cut) {
        if let Some(Shaft { from, to }) = ways.of(flight) {
            flight.part = flight.part.min(meets(&cuts, from, to));
        }
    }
    let ground = Ground::new((2.0, 2.0, room.0 - 2.0, room.1 - 2.0));
    let mut painter = Painter { session, view, frame, room, places, ground, layers: Vec::new() };
    painter.layer("cuts", |painter, pen| painter.cuts(pen, &cuts));
    painter.layer("flights", |painter, pen| painter.flights(pen, &flights));
    painter.layer("nodes", |painter, pen| painter.nodes(pen));
    painter.layer("labels", |painter, pen| painter.words(pen, &cuts, &flights));
    Cluster { title: describe::title(session), desc: painter.desc(&flights, &cuts), layers: painter.layers }
}

pub(crate) struct Painter<'a> {
    session: &'a dyn Session,
    view: &'a View,
    frame: &'a Frame,
    room: (f64, f64),
    places: Places,
    ground: Ground,
    layers: Vec<Layer>,
}

/// So far beside the line between two nodes their messages keep, by the size of text over 12 px.
const SIDE: f64 = 6.0;

/// Where messages go.
struct Ways<'a> {
    places: &'a Places,
    /// The size of text over 12 px.
    unit: f64,
}

impl Ways<'_> {
    /// A message's way from edge to edge. It keeps to its right, so that what goes to and fro keeps apart; copies keep
    /// farther to it.
    fn of(&self, flight: &Flight) -> Option<Shaft> {
        let (from, to) = (self.places.of(flight.id.node)?, self.places.of(flight.to)?);
        let (dx, dy) = (to.along - from.along, to.across - from.across);
        let length = dx.hypot(dy).max(1e-9);
        let side = self.unit * SIDE * if flight.id.is_copy() { 2.2 } else { 1.0 };
        let (nx, ny) = (-dy / length * side, dx / length * side);
        let air = 3.0 * self.unit;
        let (out, short) =
            (self.places.edge(flight.id.node, (dx, dy)) + air, self.places.edge(flight.to, (dx, dy)) + air);
        let on = |part: f64| at(from.along + dx * part + nx, from.across + dy * part + ny);
        Some(Shaft { from: on((out / length).min(0.5)), to: on((1.0 - short / length).max(0.5)) })
    }
}

/// A message's way on the picture.
struct Track {
    shaft: Shaft,
    /// The last place of its way that it has reached.
    here: Place,
}

impl Painter<'_> {
    fn layer(&mut self, name: &'static str, draw: impl FnOnce(&mut Self, &mut Pen)) {
        let mut pen = Pen::new(Flow::LeftToRight);
        draw(self, &mut pen);
        self.layers.push(Layer { name, chunk: 0, shapes: Rc::new(pen.shapes) });
    }

    /// The size of text over 12 px.
    fn unit(&self) -> f64 {
        self.view.text_px / 12.0
    }

    fn track(&self, flight: &Flight) -> Option<Track> {
        let shaft = Ways { places: &self.places, unit: self.unit() }.of(flight)?;
        Some(Track { shaft, here: shaft.after(flight.part) })
    }

    fn cuts(&mut self, pen: &mut Pen, cuts: &[Cut]) {
        for cut in cuts {
            match &cut.form {
                Form::Sides(lines) => {
                    let way = lines
                        .iter()
                        .fold(pen.way(), |way, &[from, middle, to]| way.to(from).curve(middle, to));
                    for class in ["parting", "parting-edge"] {
                        pen.path(format!("{class}-{}", cut.entry), class, way.clone())
                            .target(Target::Entry(cut.entry))
                            .title(cut.name.clone());
                    }
                }
                Form::Links(links) => links.iter().for_each(|&link| self.cut_link(pen, cut, link, links)),
            }
        }
    }

    /// A bar across a link: on the side on which its messages go, or one bar for both ways.
    fn cut_link(
        &mut self,
        pen: &mut Pen,
        cut: &Cut,
        (from, to): (NodeId, NodeId),
        links: &[(NodeId, NodeId)],
    ) {
        let is_both = links.contains(&(to, from));
        if is_both && to < from {
            return;
        }
        let flight = Flight { id: MsgId::new(from, 0), to, part: 0.5, is_cut: true, state: State::UnderWay };
        let Some(Track { mut shaft, .. }) = self.track(&flight) else { return };
        if is_both {
            let middle = |end: f64| shaft.beside(end, 0.0, -SIDE * self.unit());
            shaft = Shaft { from: middle(0.0), to: middle(1.0) };
        }
        let (key, size) =
            (format!("{}-{from}-{to}", cut.entry), (if is_both { 11.0 } else { 6.5 }) * self.unit());
        pen.line(format!("link-{key}"), "cut-link", shaft.from, shaft.to);
        pen.line(
            format!("bar-{key}"),
            "cut-bar",
            shaft.beside(0.5, 0.0, size),
            shaft.beside(0.5, 0.0, -size),
        )
        .target(Target::Entry(cut.entry))
        .title(cut.name.clone());
    }

    fn flights(&mut self, pen: &mut Pen, flights: &[Flight]) {
        for flight in flights {
            if let Some(track) = self.track(flight) {
                self.flight(pen, flight, &track);
            }
        }
    }

    fn flight(&self, pen: &mut Pen, flight: &Flight, Track { shaft, here }: &Track) {
        let (shaft, here, key, unit) = (*shaft, *here, flight.id.to_string(), self.unit());
        let told = self.session.message(flight.id);
        let epoch = told.as_ref().and_then(|told| told.epoch).map(hue);
        let routine = told.as_ref().is_some_and(|told| told.routine);
        let client = flight.id.node.is_client() || flight.to.is_client();
        let mut more = String::new();
        for (is, word) in [(flight.id.is_copy(), " copy"), (routine, " routine"), (client, " client")] {
            more.push_str(if is { word } else { "" });
        }
        let target = Target::Message(flight.id);
        if self.frame.selected == Some(Selected::Message(flight.id)) {
            pen.line(format!("{key}s"), "selected-line", shaft.from, here);
        }
        pen.line(&key, format!("arrow {}{more}", flight.name()), shaft.from, here)
            .hue(epoch)
            .target(target)
            .title(self.told(flight));
        if matches!(flight.state, State::UnderWay | State::Held) {
            pen.line(format!("{key}g"), format!("ghost{more}"), here, shaft.to).hue(epoch).target(target);
        }
        // A finger is no needle.
        pen.circle(format!("{key}t"), "reach", here, 13.0 * unit).target(target).title(self.told(flight));
        match flight.state {
            State::Held => {
                pen.circle(format!("{key}o"), format!("held-ground{more}"), here, 8.0 * unit)
                    .hue(epoch)
                    .target(target);
                let bars = pen.way().glyph(here, PAUSE, unit * 1.15);
                pen.path(format!("{key}p"), format!("held-bars{more}"), bars).hue(epoch).target(target);
            }
            State::Lost(FateKind::Dropped | FateKind::Cut) => {
                let way = pen.way().glyph(here, CROSS, unit * 1.2);
                pen.path(format!("{key}x"), "cross", way).target(target);
            }
            State::UnderWay | State::Landed | State::Lost(_) => {
                let open = if matches!(flight.state, State::Lost(_)) { "open" } else { "solid" };
                let size = unit * if routine { 1.1 } else { 1.6 };
                let least = shaft.part(8.5 * size).min(1.0);
                head(
                    pen,
                    &format!("{key}h"),
                    &format!("head {open}{more}"),
                    shaft,
                    flight.part.max(least),
                    size,
                )
                .hue(epoch)
                .target(target);
            }
        }
    }

    /// A tooltip: who says what to whom, and what became of it so far.
    fn told(&self, flight: &Flight) -> String {
        let name = |node| name_of(self.session.scenario(), node);
        let what = self.session.message(flight.id).map(|told| told.label).unwrap_or_default();
        format!("{}: {what}, {} to {}, {}", flight.id, name(flight.id.node), name(flight.to), flight.words())
    }

    /// Words find room where nothing else is: first what parts the cluster, then what each message says.
    fn words(&mut self, pen: &mut Pen, cuts: &[Cut], flights: &[Flight]) {
        let text = self.view.text_px;
        let tracks: Vec<(&Flight, Track)> =
            flights.iter().filter_map(|flight| Some((flight, self.track(flight)?))).collect();
        for (_, track) in &tracks {
            let head = track.head(text);
            self.ground.take(Area::upright(head.along, head.across, text * 0.65, text * 0.65));
            self.cross(track.shaft.from, track.here);
        }
        for [from, to] in cuts::pieces(cuts) {
            self.cross(from, to);
        }
        self.names_of_cuts(pen, cuts);
        self.happened(pen);
        // What is not routine comes first.
        for routine in [false, true] {
            for (flight, track) in &tracks {
                let Some(told) = self.session.message(flight.id) else { continue };
                let content = match self.view.labels {
                    Labels::Full if !told.routine || !self.view.fold_routine => told.label,
                    Labels::Kinds if !told.routine || !self.view.fold_routine => told.kind.to_owned(),
                    _ => continue,
                };
                let content = shorten(&content, text, text * 12.0).unwrap_or_default();
                if told.routine != routine {
                    continue;
                }
                if let Some(words) = self.ground.place(beside(track, content, text), 2) {
                    let client = flight.id.node.is_client() || flight.to.is_client();
                    let class = if client { "label client" } else { "label" };
                    pen.words(format!("{}l", flight.id), class, &words)
                        .hue(told.epoch.map(hue))
                        .target(Target::Message(flight.id));
                }
            }
        }
    }

    /// A line that words had better not stand on.
    fn cross(&mut self, from: Place, to: Place) {
        self.ground.cross(Line { from: (from.along, from.across), to: (to.along, to.across) });
    }

    fn names_of_cuts(&mut self, pen: &mut Pen, cuts: &[Cut]) {
        let text = self.view.text_px;
        // Left of the node that stands at the top.
        let room = (self.places.centre.along - self.places.radius - text * 1.6).max(text * 8.0);
        let lines = cuts
            .iter()
            .take(3)
            .flat_map(|cut| wrap(&cut.name, text, room).into_iter().map(move |line| (cut, line)));
        for (place, (cut, content)) in lines.enumerate() {
            let y = text * (1.7 + 1.35 * place as f64);
            let words = Words { x: text * 0.9, y, ..Words::unplaced(content, text, true) };
            self.ground.take(Area::of(&words));
            pen.words(format!("cut-{place}"), "cut-name", &words).target(Target::Entry(cut.entry));
        }
    }

    /// What has happened last, below everything.
    fn happened(&mut self, pen: &mut Pen) {
        let (text, now) = (self.view.text_px, self.frame.now);
        let Some(last) = self.session.trace().last_event(now) else { return };
        let said = title(self.session, last);
        let Some(said) = shorten(&said, text, self.room.0 - text * 2.0) else { return };
        let (x, y) = (self.room.0 / 2.0, self.room.1 - text * 0.9);
        let words = Words { x, y, anchor: Anchor::Middle, ..Words::unplaced(said, text, false) };
        self.ground.take(Area::of(&words));
        pen.words("happened", "happened", &words).target(Target::Event(last));
    }

    fn desc(&self, flights: &[Flight], cuts: &[Cut]) -> String {
        let mut said =
            vec![format!("Servers in a ring, and the messages between them, at {}", self.frame.now.at)];
        said.extend(self.roles());
        said.extend(flights.iter().take(20).map(|flight| self.told(flight)));
        said.extend(cuts.iter().map(|cut| cut.name.clone()));
        said.join(". ")
    }
}

impl Flight {
    /// Its class.
    fn name(&self) -> &'static str {
        match self.state {
            State::UnderWay => "in-flight",
            State::Held => "held",
            State::Landed => "delivered",
            State::Lost(fate) => fate.name(),
        }
    }

    fn words(&self) -> &'static str {
        match self.state {
            State::UnderWay => "under way",
            State::Held => "held",
            State::Landed => "has arrived",
            State::Lost(FateKind::Cut) => "cut off",
            State::Lost(FateKind::ToCrashed) => "came to a node that is down",
            State::Lost(_) => "lost",
        }
    }
}

impl Track {
    /// The middle of the head that a message moves with.
    fn head(&self, text: f64) -> Place {
        let Shaft { from, to } = self.shaft;
        let (dx, dy) = (to.along - from.along, to.across - from.across);
        let back = text * 0.55 / dx.hypot(dy).max(1e-9);
        at(self.here.along - dx * back, self.here.across - dy * back)
    }
}

/// Places for what a message says: first to the sides of a steep way, above and below a flat one.
fn beside(track: &Track, content: String, text: f64) -> Vec<Words> {
    let Place { along: x, across: y } = track.head(text);
    let Shaft { from, to } = track.shaft;
    let is_steep = (to.across - from.across).abs() > (to.along - from.along).abs() * 0.8;
    let put = |right: f64, down: f64, anchor: Anchor| {
        let (x, y) = (x + text * right, y + text * (down + 0.36));
        Words { x, y, anchor, ..Words::unplaced(content.clone(), text, false) }
    };
    let sides = [put(1.0, 0.0, Anchor::Start), put(-1.0, 0.0, Anchor::End)];
    let ends = [put(0.0, -1.35, Anchor::Middle), put(0.0, 1.35, Anchor::Middle)];
    let corners = [
        put(0.7, -1.0, Anchor::Start),
        put(0.7, 1.0, Anchor::Start),
        put(-0.7, -1.0, Anchor::End),
        put(-0.7, 1.0, Anchor::End),
    ];
    let near = if is_steep { [sides, ends] } else { [ends, sides] };
    [&near.concat()[..], &corners].concat()
}
