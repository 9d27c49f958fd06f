//! The nodes of a cluster: name, role and epoch, whether each runs, and who has just done something.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::protocol::{Status, Weight};
use lightcone_sim::trace::Trace;

use crate::bands::name_of;
use crate::changes::abbreviation;
use crate::cluster::Painter;
use crate::heads::{clock_words, condition};
use crate::labels::Area;
use crate::palette::hue;
use crate::pen::{CROSS, PAUSE, Pen, Place, Words, at};
use crate::scene::{Anchor, Target};
use crate::text::{BOLD, bold_width, shorten, width};
use crate::view::Selected;

/// What is known of a node at a moment.
struct Said {
    name: String,
    status: Option<Status>,
    /// Whether it runs, or leads though another has superseded it.
    condition: &'static str,
    /// What its clock does, if it does not run true.
    clock: String,
}

/// What there is room for in a server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// Its name.
    Name,
    /// Its name, and its role and epoch in one line.
    Role,
    /// Each in a line of its own.
    All,
}

impl Said {
    fn is_down(&self) -> bool {
        self.status.is_none()
    }
}

impl Painter<'_> {
    fn said(&self, node: NodeId) -> Said {
        let (trace, now) = (self.session.trace(), self.frame.now);
        Said {
            name: name_of(self.session.scenario(), node),
            status: trace.status(node, now),
            condition: match condition(trace, node, now) {
                "" if trace.node_count_until(node, now) == 0 => "not started yet",
                "" if is_stale(trace, node, now) => "stale",
                condition => condition,
            },
            clock: clock_words(trace, node, now),
        }
    }

    /// All nodes. Their ground is taken.
    pub(super) fn nodes(&mut self, pen: &mut Pen) {
        let last = self.session.trace().last_event(self.frame.now);
        for (node, place) in self.places.nodes.clone() {
            let said = self.said(node);
            self.node(pen, node, place, &said, last);
        }
    }

    fn node(&mut self, pen: &mut Pen, node: NodeId, place: Place, said: &Said, last: Option<EventId>) {
        let half =
            if node.is_client() { self.places.client } else { (self.places.radius, self.places.radius) };
        self.ground.take(Area::upright(place.along, place.across, half.0 + 2.0, half.1 + 2.0));
        let mut ring = |class: &str, more: f64| {
            self.outline(pen, (node, place), format!("{node}-{class}"), class.to_owned(), more)
                .target(Target::Lane(node));
        };
        if matches!(self.frame.selected, Some(Selected::Event(event)) if event.node == node) {
            ring("node-selected", 7.0);
        }
        if last.is_some_and(|last| last.node == node) {
            ring("node-acting", 4.0);
        }
        if self.has_violated(node) {
            ring("violation", 10.0);
        }
        let weight = match said.status.map(|status| status.weight) {
            Some(Weight::Thick) => "thick",
            Some(Weight::Dashed) => "dashed",
            Some(Weight::Thin) => "thin",
            None => "down",
        };
        let still = if said.condition == "paused" { " still" } else { "" };
        let epoch = said.status.and_then(|status| status.epoch).map(hue);
        let client = if node.is_client() { " client" } else { "" };
        self.outline(pen, (node, place), node.to_string(), format!("node {weight}{still}{client}"), 0.0)
            .hue(epoch)
            .target(Target::Lane(node))
            .title(self.title(said));
        if said.condition == "stale" {
            self.outline(pen, (node, place), format!("{node}-stale"), "node-stale".to_owned(), 0.0)
                .target(Target::Lane(node));
        }
        if node.is_client() || !self.places.are_dots {
            self.inside(pen, node, place, said, epoch);
            self.below(pen, node, place, said);
        }
    }

    /// A node's outline, so many px larger than it is.
    fn outline<'a>(
        &self,
        pen: &'a mut Pen,
        (node, place): (NodeId, Place),
        key: String,
        class: String,
        more: f64,
    ) -> &'a mut crate::Shape {
        if node.is_client() {
            let (width, height) = (self.places.client.0 + more, self.places.client.1 + more);
            let (one, other) = (
                at(place.along - width, place.across - height),
                at(place.along + width, place.across + height),
            );
            pen.rect(key, class, one, other, 6.0)
        } else {
            pen.circle(key, class, place, self.places.radius + more)
        }
    }

    /// Name, role and epoch in a server, as far as there is room; in a client the name alone.
    fn inside(&self, pen: &mut Pen, node: NodeId, place: Place, said: &Said, epoch: Option<u8>) {
        let (text, radius) = (self.view.text_px, self.places.radius);
        let mut put = |key: &str, class: &str, contents: &[&str], down: f64, size: f64| {
            let chord = (radius * radius - (down.abs() + size * 0.3).powi(2)).max(0.0).sqrt();
            let room = 2.0 * if node.is_client() { self.places.client.0 } else { chord } - text * 0.3;
            let fits = |content: &&&str| {
                width(content, size * if class == "node-role" { 1.0 } else { BOLD }) <= room
            };
            let whole = contents.iter().find(fits).map(|content| (*content).to_owned());
            let Some(content) = whole.or_else(|| shorten(contents.last()?, size, room)) else { return };
            let (x, y) = (place.along, place.across + down + size * 0.36);
            let words = Words { x, y, anchor: Anchor::Middle, ..Words::unplaced(content, size, false) };
            let epoch = if class == "node-name" { None } else { epoch };
            pen.words(format!("{node}-{key}"), class, &words).hue(epoch).target(Target::Lane(node));
        };
        let size = self.room();
        if node.is_client() || size == Room::Name {
            return put(
                "name",
                "node-name",
                &[&said.name],
                0.0,
                text * if node.is_client() { 1.1 } else { 1.25 },
            );
        }
        let up = if size == Room::All { (-1.05, 1.4) } else { (-0.75, 1.25) };
        put("name", "node-name", &[&said.name], text * up.0, text * up.1);
        if let Some(status) = said.status {
            let short = abbreviation(status.role);
            let epoch = status.epoch.map(|epoch| self.session.epoch_name(epoch)).unwrap_or_default();
            if size == Room::All {
                put("role", "node-role", &[status.role, &short], text * 0.4, text);
                put("epoch", "node-epoch", &[&epoch], text * 1.7, text * 1.05);
            } else {
                let both = [short.as_str(), " ", &epoch].concat();
                put(
                    "role",
                    "node-role",
                    &[&self.session.role_words(status), both.trim_end(), &short],
                    text * 0.65,
                    text,
                );
            }
        }
        let mark = at(place.along, place.across + text * 0.9);
        if said.is_down() {
            let way = pen.way().glyph(mark, CROSS, self.unit() * 1.3);
            pen.path(format!("{node}-cross"), "crash", way).target(Target::Lane(node));
        } else if said.condition == "paused" {
            let mark = at(place.along + radius * 0.72, place.across - radius * 0.72);
            pen.circle(format!("{node}-held"), "held-ground", mark, 9.0 * self.unit())
                .target(Target::Lane(node));
            let way = pen.way().glyph(mark, PAUSE, self.unit() * 1.3);
            pen.path(format!("{node}-bars"), "held-bars", way).target(Target::Lane(node));
        }
    }

    /// How much there is room for in a server.
    fn room(&self) -> Room {
        match self.places.radius / self.view.text_px {
            size if size >= 2.7 => Room::All,
            size if size >= 1.8 => Room::Role,
            _ => Room::Name,
        }
    }

    /// What stands below a node: whether it runs, what its clock does, and the role of a server that is small.
    fn below(&mut self, pen: &mut Pen, node: NodeId, place: Place, said: &Said) {
        let text = self.view.text_px;
        let half = if node.is_client() { self.places.client.1 } else { self.places.radius };
        let role = said.status.filter(|_| !node.is_client() && self.room() == Room::Name);
        let role = role.map(|status| self.session.role_words(status)).unwrap_or_default();
        let lines = [
            ("node-role", role.as_str()),
            ("node-condition", said.condition),
            ("node-condition", &said.clock),
        ];
        let lines = lines.into_iter().filter(|(_, line)| !line.is_empty());
        for (line, (class, content)) in lines.enumerate() {
            let y = place.across + half + text * (1.2 + 1.15 * line as f64);
            // Where it is cramped, what a clock does is told without saying that it is a clock.
            let bare = content.trim_start_matches("clock ");
            let content = if bold_width(content, text) > self.places.radius * 3.4 { bare } else { content };
            let content = shorten(content, text, text * 12.0).unwrap_or_default();
            let words =
                Words { x: place.along, y, anchor: Anchor::Middle, ..Words::unplaced(content, text, true) };
            self.ground.take(Area::of(&words));
            let epoch = said.status.and_then(|status| status.epoch).filter(|_| class == "node-role");
            pen.words(format!("{node}-below-{line}"), class, &words)
                .hue(epoch.map(hue))
                .target(Target::Lane(node));
        }
    }

    /// Whether an invariant has been violated at a node.
    fn has_violated(&self, node: NodeId) -> bool {
        let trace = self.session.trace();
        let has = |event: EventId| trace.event(event).is_some_and(|event| event.key <= self.frame.now);
        trace.violations().iter().any(|violation| violation.event.node == node && has(violation.event))
    }

    fn title(&self, said: &Said) -> String {
        let role = said.status.map(|status| self.session.role_words(status)).unwrap_or_default();
        let parts = [said.name.as_str(), &role, said.condition, &said.clock];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// What each node is, in words.
    pub(super) fn roles(&self) -> impl Iterator<Item = String> + '_ {
        self.places.nodes.iter().map(|&(node, _)| self.title(&self.said(node)))
    }
}

/// Whether a node leads an epoch though another has come to lead a later one in its time.
fn is_stale(trace: &Trace, node: NodeId, now: Key) -> bool {
    let leads = |status: &Status| status.weight == Weight::Thick && status.epoch.is_some();
    let Some(own) = trace.status(node, now).filter(leads) else { return false };
    let place = |node| {
        trace.lane(node).map(|lane| {
            let count = trace.node_count_until(node, now);
            (lane, lane.statuses.partition_point(|&(from, _)| from <= count))
        })
    };
    let begins = |node, index: u32| trace.event(EventId { node, index }).map(|event| event.key.instant());
    let since =
        place(node).and_then(|(lane, place)| begins(node, lane.statuses.get(place.checked_sub(1)?)?.0));
    trace.nodes().iter().filter(|&other| other != node).any(|other| {
        let Some((lane, count)) = place(other) else { return false };
        // Those that ended before this node began to lead have superseded nobody.
        let lasts = |place: &usize| {
            let end = lane.statuses.get(place + 1).and_then(|&(index, _)| begins(other, index));
            end.is_none_or(|end| Some(end) > since)
        };
        (0..count)
            .rev()
            .take_while(lasts)
            .filter_map(|place| lane.statuses[place].1)
            .any(|status| leads(&status) && status.role == own.role && status.epoch > own.epoch)
    })
}
