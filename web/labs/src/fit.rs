//! How much larger or smaller than its natural size a run is drawn, so that a span of it fits a room.

use lightcone_diagram::{Flow, Layout, Space, View};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

/// The least and the greatest zoom, of the natural one.
const ZOOM: (f64, f64) = (0.2, 1.6);

/// A room that a picture is made for, in px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Along the time axis, heads included.
    pub along: f64,
    /// Across the lanes.
    pub across: f64,
}

impl Room {
    /// The room of a diagram in the sandbox, from the size of its frame: what the panels leave of it.
    pub fn in_sandbox(width: f64, height: f64) -> (Room, Flow) {
        if width <= 760.0 {
            return (Room { along: height * 0.6, across: width }, Flow::TopToBottom);
        }
        let side = (width * 0.255).max(300.0);
        (Room { along: width - side - 30.0, across: height - 200.0 }, Flow::LeftToRight)
    }

    /// The zoom at which a span has just this room.
    pub fn zoom(self, session: &dyn Session, view: &View, (from, to): (Ns, Ns)) -> f64 {
        let natural = Layout::natural_zoom(session);
        let fits = |zoom: f64| {
            let layout = Layout::new(session, view, self.space(natural * zoom));
            let span = layout.x_of((to, u32::MAX)) - layout.x_of((from, 0));
            span + layout.gutter() <= self.along
        };
        if fits(ZOOM.1) {
            return ZOOM.1;
        }
        let (mut low, mut high) = ZOOM;
        for _ in 0..7 {
            let middle = (low * high).sqrt();
            if fits(middle) { low = middle } else { high = middle }
        }
        low
    }

    /// The room at a zoom, in px of a second.
    pub fn space(self, px_per_s: f64) -> Space {
        Space { across_px: self.across, along_px: self.along, px_per_s }
    }
}
