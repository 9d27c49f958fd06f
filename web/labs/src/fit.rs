//! How much larger or smaller than its natural size a run is drawn, so that a span of it fits a room.

use lightcone_diagram::view::PRESENTER_TEXT_PX;
use lightcone_diagram::{Flow, Layout, Space, View};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

/// The least and the greatest zoom, of the natural one.
const ZOOM: (f64, f64) = (0.02, 1.6);

/// The sandbox's frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Its width in px.
    pub width: f64,
    /// Its height in px.
    pub height: f64,
    /// Whether the diagram has it alone, before an audience.
    pub bare: bool,
}

/// The sandbox keeps its playhead within this part of what is in sight: a span that ends there has to end with it.
const WITHIN: f64 = 0.91;

impl Window {
    /// The room of the diagram, what the panels leave of it, and how it lies there.
    pub fn room(self) -> (Room, View) {
        const PHONE: f64 = 760.0;
        let Window { width, height, bare } = self;
        let (room, flow) = if width <= PHONE {
            let share = if bare { 1.0 } else { 0.6 };
            (Room { along: height * share, across: width }, Flow::TopToBottom)
        } else if bare {
            (Room { along: width - 24.0, across: height }, Flow::LeftToRight)
        } else {
            let side = (width * 0.255).max(300.0);
            (Room { along: width - side - 30.0, across: height - 200.0 }, Flow::LeftToRight)
        };
        let usual = View::default();
        let text_px = if bare { PRESENTER_TEXT_PX } else { usual.text_px };
        (room, View { flow, text_px, ..usual })
    }
}

/// A room that a picture is made for, in px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Along the time axis, heads included.
    pub along: f64,
    /// Across the lanes.
    pub across: f64,
}

impl Room {
    /// As much of it as the playhead moves in.
    pub fn within(self) -> Room {
        Room { along: self.along * WITHIN, ..self }
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
        for _ in 0..9 {
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
