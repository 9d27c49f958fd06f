//! Where the nodes of a cluster stand: servers in a ring, clients beside it in a wide room, below it in a high one.

use lightcone_sim::ids::NodeId;

use crate::labels::turn;
use crate::pen::{Place, at};

/// The radius of a server, by the size of text, where there is room.
const RADIUS: f64 = 3.5;
/// The least radius, by the size of text: for a name.
const LEAST: f64 = 1.2;
/// Where even so small ones would touch, they are dots, of this part of their distance.
const DOT: f64 = 0.4;
/// Half the width and half the height of a client, by the size of text.
const CLIENT: (f64, f64) = (2.4, 1.3);
/// A ring is at most so much wider than high.
const WIDER: f64 = 1.9;
/// Neighbours leave at least this part of their distance for messages between them.
const BETWEEN: f64 = 0.34;

/// Where everyone stands.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// Servers in the order of the ring, clients after them.
    pub nodes: Vec<(NodeId, Place)>,
    /// How many of them are servers.
    pub servers: usize,
    pub centre: Place,
    /// Half the width and half the height of the ring.
    pub reach: (f64, f64),
    /// Of a server.
    pub radius: f64,
    /// Whether servers are so many that each is a dot, without words.
    pub are_dots: bool,
    /// Half the width and half the height of a client.
    pub client: (f64, f64),
}

impl Places {
    /// Places these nodes in a room of this width and height.
    pub fn new(nodes: &[NodeId], (width, height): (f64, f64), text: f64) -> Places {
        let (clients, servers): (Vec<NodeId>, Vec<NodeId>) = nodes.iter().partition(|node| node.is_client());
        // A line of words stands above everything, and one below.
        let (top, bottom) = (text * 2.0, text * 2.4);
        let (mut wide, mut high) = (width, (height - top - bottom).max(text * 8.0));
        // Where there is room, their messages have a way that can be seen.
        let apart = text * 1.4 + ((width - high) * 0.2).clamp(0.0, text * 6.0);
        let (across, down) = (text * CLIENT.0 * 2.0 + apart, text * (CLIENT.1 * 2.0 + 1.6));
        let is_column = width > high;
        match (clients.is_empty(), is_column) {
            (true, _) => {}
            (false, true) => wide -= across,
            (false, false) => high -= down,
        }
        let mut places = Places {
            nodes: Vec::new(),
            servers: servers.len(),
            centre: at(wide / 2.0, top + high / 2.0),
            reach: (0.0, 0.0),
            radius: text * RADIUS,
            are_dots: false,
            client: (text * CLIENT.0, text * CLIENT.1),
        };
        // The larger the servers, the smaller the ring: halved until neighbours just keep apart.
        let (mut least, mut most) = (text * LEAST, text * RADIUS);
        for step in 0..10 {
            let radius = if step == 0 { most } else { (least + most) / 2.0 };
            places.size(radius, (wide, high), text);
            if radius <= places.nearest() * BETWEEN { least = radius } else { most = radius }
        }
        places.size(least, (wide, high), text);
        if places.nearest() < places.radius * 2.0 {
            places.are_dots = true;
            places.radius = (places.nearest() * DOT).max(1.0);
        }
        let on_ring = |(place, node)| (node, places.on_ring(f64::from(place), 1.0));
        places.nodes = (0..).zip(servers).map(on_ring).collect();
        let count = clients.len().max(1) as f64;
        let (first, step) = if is_column {
            let apart = (high / count).min(text * 7.0);
            places.client.1 = places.client.1.min(apart / 2.0 - 2.0).max(text * 0.6);
            let x = width - places.client.0 - text * 0.8;
            (at(x, places.centre.across - apart * (count - 1.0) / 2.0), (0.0, apart))
        } else {
            let apart = ((width - text * 2.0) / count).min(text * 12.0);
            places.client.0 = places.client.0.min(apart / 2.0 - 3.0).max(text);
            let y = height - bottom - places.client.1;
            (at(places.centre.along - apart * (count - 1.0) / 2.0, y), (apart, 0.0))
        };
        places.nodes.extend(
            (0..)
                .map(f64::from)
                .zip(clients)
                .map(|(place, node)| (node, at(first.along + step.0 * place, first.across + step.1 * place))),
        );
        places
    }

    /// Makes the servers so large, and the ring as large as they leave room for.
    fn size(&mut self, radius: f64, (width, height): (f64, f64), text: f64) {
        let down = (height / 2.0 - radius - text * 1.4).max(text);
        let across = (width / 2.0 - radius - text * 1.2).max(text);
        self.reach = (across.min(down * WIDER), down.min(across * WIDER));
        self.radius = radius;
    }

    /// A place on the ring, after so many of its servers, `out` times as far from its middle.
    pub fn on_ring(&self, place: f64, out: f64) -> Place {
        if self.servers < 2 && place == 0.0 {
            return self.centre;
        }
        // Two stand side by side; of more, the first stands at the top.
        let start = if self.servers == 2 { 0.75 } else { 0.0 };
        let (sin, cos) = around(start + place / self.servers.max(1) as f64);
        at(self.centre.along + self.reach.0 * out * sin, self.centre.across - self.reach.1 * out * cos)
    }

    /// How near two neighbours come.
    fn nearest(&self) -> f64 {
        let pair =
            |place: usize| distance(self.on_ring(place as f64, 1.0), self.on_ring(place as f64 + 1.0, 1.0));
        if self.servers < 2 {
            f64::INFINITY
        } else {
            (0..self.servers).map(pair).fold(f64::INFINITY, f64::min)
        }
    }

    /// Where a node stands, if it is shown.
    pub fn of(&self, node: NodeId) -> Option<Place> {
        self.nodes.iter().find(|(other, _)| *other == node).map(|&(_, place)| place)
    }

    /// How far from a node's middle its edge is, on the way to another place.
    pub fn edge(&self, node: NodeId, (dx, dy): (f64, f64)) -> f64 {
        if !node.is_client() {
            return self.radius;
        }
        let (width, height) = self.client;
        let length = dx.hypot(dy).max(1e-9);
        (width * length / dx.abs().max(1e-9)).min(height * length / dy.abs().max(1e-9))
    }
}

/// How far two places are from one another.
pub(crate) fn distance(one: Place, other: Place) -> f64 {
    (one.along - other.along).hypot(one.across - other.across)
}

/// Sine and cosine of a part of a whole turn.
fn around(part: f64) -> (f64, f64) {
    let quarters = (part - part.floor()) * 4.0;
    let (sin, cos) = turn((quarters - quarters.floor()) * 90.0);
    match quarters as u8 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

#[cfg(test)]
mod tests {
    use lightcone_sim::ids::Nodes;

    use super::*;

    fn places(servers: u16, clients: u16, room: (f64, f64), text: f64) -> Places {
        let nodes: Vec<NodeId> = Nodes { servers, clients }.iter().collect();
        Places::new(&nodes, room, text)
    }

    #[test]
    fn nobody_touches_another_or_leaves_the_room() {
        let wide = [((1050.0, 640.0), 12.0), ((1050.0, 640.0), 18.0), ((700.0, 330.0), 12.0)];
        let phone = [((390.0, 460.0), 12.0), ((320.0, 400.0), 12.0)];
        let crowds = (1..=9).flat_map(|servers| [0, 1, 3].map(|clients| (servers, clients)));
        for (servers, clients) in crowds {
            for (room, text) in wide.into_iter().chain(phone) {
                stands_apart(&places(servers, clients, room, text), room);
            }
        }
    }

    fn stands_apart(places: &Places, room: (f64, f64)) {
        for (place, &(node, here)) in places.nodes.iter().enumerate() {
            let half = if node.is_client() { places.client } else { (places.radius, places.radius) };
            assert!(here.along - half.0 >= 0.0 && here.along + half.0 <= room.0, "{places:?} in {room:?}");
            assert!(here.across - half.1 >= 0.0 && here.across + half.1 <= room.1, "{places:?} in {room:?}");
            let others = places.nodes[place + 1..].iter().filter(|(other, _)| !other.is_client());
            for &(_, there) in others {
                assert!(distance(here, there) > places.radius * 2.0, "{places:?} in {room:?}");
            }
        }
    }

    #[test]
    fn a_crowd_is_dots_that_keep_apart() {
        for (servers, are_dots) in [(9, false), (30, false), (200, true), (500, true)] {
            let crowd = places(servers, 1, (1050.0, 640.0), 12.0);
            assert_eq!(crowd.are_dots, are_dots, "{servers}");
            stands_apart(&crowd, (1050.0, 640.0));
        }
        // Of a thousand each has two px.
        let crowd = places(1_000, 1, (1050.0, 640.0), 12.0);
        assert!(crowd.are_dots && crowd.radius == 1.0);
    }

    #[test]
    fn two_stand_side_by_side_and_of_five_the_first_at_the_top() {
        let two = places(2, 0, (600.0, 400.0), 12.0);
        assert!((two.nodes[0].1.across - two.nodes[1].1.across).abs() < 1e-6);
        assert!(two.nodes[0].1.along < two.nodes[1].1.along);
        let five = places(5, 0, (600.0, 400.0), 12.0);
        let top = five.nodes[0].1;
        assert!(
            (top.along - 300.0).abs() < 1e-6
                && five.nodes.iter().all(|(_, place)| place.across >= top.across)
        );
    }
}
