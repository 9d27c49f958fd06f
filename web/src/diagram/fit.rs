//! How near a run is looked at: all of it in the window, and from afar where there is no room for a mark each.

use lightcone_diagram::{Flow, Layout, TimeScale, View};
use yew::prelude::*;

use crate::desk::Desk;
use crate::diagram::pane::space;
use crate::store::look::{Look, LookAction};
use crate::store::run::Run;
use crate::store::work::Work;

/// What fits leaves a little room beyond the playhead: it stands at this part of the window.
const FITS: f64 = 0.86;
/// The least that fitting zooms to, of the natural size.
const LEAST_FIT: f64 = 1e-4;
/// With more events than this to a px, a run of so many events is seen from afar: there is no room for a mark each.
const FAR: (f64, usize) = (2.0, 1_000);
/// With more events than this nobody tries whether all marks fit.
const HOPELESS: usize = 20_000;

/// Whether a run is so long, and so far away, that its marks would be a smear.
pub fn is_far(look: &Look, natural: f64, run: &Run) -> bool {
    let session = run.session();
    let (count, seconds) = (session.trace().order().len(), session.trace().reached().as_secs_f64());
    let dense = count as f64 > seconds * natural * look.zoom * FAR.0;
    // What is fitted in warped time is as near as it can be, unless its marks find no room.
    let far = match look.fitted {
        Some(_) if look.view.scale == TimeScale::Warped => look.cramped,
        _ => dense,
    };
    far && look.view.scale != TimeScale::Logical && count >= FAR.1
}

/// Keeps all so far in sight while the person wants it so: it is measured when that is asked for, and again in a window
/// of another size, but not at every step.
#[hook]
pub fn use_fit(work: &Work, fits: bool, size: Option<(f64, f64)>, view: &View, natural: f64, desk: &Desk) {
    let look = desk.look.clone();
    let (run, now, until) = (work.run.clone(), work.now, work.scenario.until);
    // Whether it is seen from afar follows from this, and not this from that.
    let view = View { overview: false, ..view.clone() };
    use_effect_with((fits, size, view, work.number), move |(fits, size, view, _)| {
        if let (true, Some(size)) = (*fits, *size) {
            let goal = if run.session().trace().last_event(now).is_some() { now.at } else { until };
            let count = run.session().trace().order().len();
            let from_afar = || {
                let view = View { overview: true, ..view.clone() };
                let layout = Layout::new(&*run.session(), &view, space(size, view.flow, natural));
                let room = if view.flow == Flow::LeftToRight { size.0 } else { size.1 } - layout.gutter();
                (room * FITS / goal.as_secs_f64().max(1e-9) / natural).min(1.0)
            };
            let long = count >= FAR.1 && view.scale != TimeScale::Logical;
            if long && (view.scale == TimeScale::True || count > HOPELESS) {
                let zoom = from_afar();
                return look
                    .dispatch(LookAction::Fitted(zoom, view.scale == TimeScale::True || zoom >= FAR.0));
            }
            let known = Layout::new(&*run.session(), view, space(size, view.flow, natural));
            let at = |factor: f64| {
                let layout = known.again(&*run.session(), view, space(size, view.flow, natural * factor));
                let (x, gutter) = (layout.x_of((goal, u32::MAX)), layout.gutter());
                (x, if view.flow == Flow::LeftToRight { size.0 } else { size.1 } - gutter)
            };
            let (zoom, fits) = fitting(at);
            // What is too much for a mark each is counted.
            let zoom = if long && !fits { from_afar() } else { zoom };
            look.dispatch(LookAction::Fitted(zoom, fits));
        }
    });
}

/// The greatest zoom, at most the natural one, at which something stands within what fits. `at` gives its place and the
/// room at a zoom. Marks keep apart whatever the zoom; where they need more than the room, nothing is crowded in vain,
/// and the answer is that it does not fit.
pub fn fitting(at: impl Fn(f64) -> (f64, f64)) -> (f64, bool) {
    let (least, room) = at(LEAST_FIT);
    let goal = (room * FITS).max(least * 1.1);
    let fits = goal <= room;
    if at(1.0).0 <= goal {
        return (1.0, fits);
    }
    let (mut low, mut high) = (LEAST_FIT, 1.0);
    for _ in 0..11 {
        let middle: f64 = low * high;
        let middle = middle.sqrt();
        if at(middle).0 <= goal { low = middle } else { high = middle }
    }
    (low, fits)
}
