//! How far apart things stand: by the size of text, the zoom, and how long messages usually take.

use lightcone_sim::scenario::Timing;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::sort;

use crate::scale::Gaps;
use crate::stamps;
use crate::view::{Space, Stamps, View};

/// What keeps marks apart at a zoom, and the width of a column in logical order.
pub(crate) fn measures(session: &dyn Session, view: &View, space: &Space) -> (Gaps, f64) {
    let zoom = space.px_per_s / view.stretch / natural_zoom(session);
    let stamp = (stamps::width(session, view) + 1.2) * view.text_px;
    let (gaps, column) = (gaps(view, zoom), column(view, zoom));
    match view.stamps {
        Stamps::None => (gaps, column),
        _ => (Gaps { line: gaps.line.max(stamp), ..gaps }, column.max(stamp)),
    }
}

/// What keeps marks apart, by the size of text, and more or less of it by the zoom.
fn gaps(view: &View, zoom: f64) -> Gaps {
    let unit = view.text_px / 12.0;
    let wide = unit * zoom.sqrt().clamp(0.35, 4.0);
    Gaps {
        neighbours: 6.5 * wide * view.stretch,
        line: (16.0 * wide).max(7.0 * unit) * view.stretch,
        slant: 38.0 * wide * view.stretch,
        idle: 150.0 * wide.max(unit) * view.stretch,
        broken: 64.0 * unit,
    }
}

/// Width of a column in logical order, before zoom.
pub(crate) const COLUMN: f64 = 44.0;

/// Width of a column in logical order.
fn column(view: &View, zoom: f64) -> f64 {
    COLUMN * view.text_px / 12.0 * zoom.sqrt().clamp(0.35, 4.0) * view.stretch
}

/// What a usual message gets along the axis: px and ns.
const USUAL: f64 = 48.0 * 1e9;

/// A zoom at which a usual message is seen to slant. It follows from the network and not from what happens in it, so that
/// no edit moves what was before it.
pub(crate) fn natural_zoom(session: &dyn Session) -> f64 {
    let network = &session.scenario().network;
    let bounded = match network.timing {
        Timing::Asynchronous => None,
        Timing::SemiSynchronous { unit, c, .. } => Some(unit.0 / 2_000 * (1_000 + u64::from(c))),
        // So far that a round is seen whole, with what everybody sends in it.
        Timing::Synchronous { round } => Some(round.0 / 2),
    };
    if let Some(usual) = bounded {
        return USUAL / usual.max(1) as f64;
    }
    let links = session.trace().nodes().len().pow(2);
    let mut spans: Vec<u64> =
        network.links.iter().filter_map(|link| Some(link.latency.as_ref()?.usual().0)).collect();
    spans.resize(links.max(spans.len()), network.latency.usual().0);
    sort(&mut spans);
    USUAL / spans[spans.len() / 2].max(1) as f64
}

/// Room for the mark of a stretch of routine.
pub(crate) fn stretch_room(text: f64) -> f64 {
    text * 4.2
}
