//! `lightcone draw`

use std::fs;

use lightcone_diagram::{Flow, Frame, Layout, Space, TimeScale, View, overview, svg};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;

use crate::Streams;
use crate::args::Picture;
use crate::failure::{Code, Failure};
use crate::ran::Ran;

/// The room across the lanes, in px: lanes stand farther apart than they must if it is there.
const ACROSS_PX: f64 = 560.0;
/// The least distance between lanes, in px, so that words lie over nothing else.
const LANE_GAP_PX: f64 = 76.0;
/// The room along the time axis that a picture is made for if nobody says. A run with much in it gets more.
const ALONG_PX: f64 = 1_600.0;
/// The length up to which a picture whose time runs down is stretched.
const DOWN_PX: f64 = 800.0;
/// How much nearer than they like marks may stand for a picture to become that short: so that labels can still be read.
const NEARER: f64 = 6.0;

pub(super) fn run(ran: &Ran<'_>, picture: &Picture, streams: &mut Streams<'_>) -> Result<Code, Failure> {
    lightcone_diagram::with_ghosts(lightcone_diagram::tell_ghosts);
    let session = ran.session.as_ref();
    let now = picture.at.map(Key::end_of).or(ran.document.playhead).unwrap_or(ran.end());
    let mut view = view(ran, picture)?;
    let space = space(session, &view, picture);
    // What runs down is read from top to bottom, and need not fill a page.
    let most = if view.flow == Flow::TopToBottom { DOWN_PX } else { ALONG_PX };
    let along_px = picture.width.map_or(most, f64::from);
    if !view.overview {
        view.stretch = Layout::stretch(session, &view, Space { along_px, ..space });
    }
    let layout = Layout::new(session, &view, space);
    let frame = Frame::at(now);
    let scene = match view.overview {
        true => overview(&layout, session, &frame).scene(&layout, session),
        false => layout.scene(session, &frame),
    };
    let file = svg(&scene, picture.theme);
    if picture.output.as_os_str() == "-" {
        streams.out.write_all(file.as_bytes())?;
    } else if let Err(error) = fs::write(&picture.output, file) {
        return Failure::bad(format!("{} cannot be written: {error}", picture.output.display()));
    }
    if picture.width.is_none() && layout.length() > ALONG_PX {
        writeln!(
            streams.err,
            "The picture is {} px long, so that each message can be seen. For a shorter one: --overview, --scale true --width PX, or --until TIME.",
            layout.length() as u64,
        )?;
    }
    Ok(ran.conclude(streams.err)?)
}

/// How to look at it: as the link or file says, unless a flag says otherwise.
fn view(ran: &Ran<'_>, picture: &Picture) -> Result<View, Failure> {
    let saved = serde_json::Value::Object(ran.document.view.clone());
    let mut view: View = serde_json::from_value(saved).map_err(|error| {
        Failure::BadInput(format!("the view that the scenario was saved with does not read: {error}"))
    })?;
    view.lane_gap_px = view.lane_gap_px.max(LANE_GAP_PX);
    view.hide_future |= ran.document.quiz;
    view.scale = picture.scale.unwrap_or(view.scale);
    view.flow = picture.flow.unwrap_or(view.flow);
    view.labels = picture.labels.unwrap_or(view.labels);
    view.stamps = picture.stamps.unwrap_or(view.stamps);
    view.overview = picture.overview;
    Ok(view)
}

fn space(session: &dyn Session, view: &View, picture: &Picture) -> Space {
    let along_px = picture.width.map_or(ALONG_PX, f64::from);
    let natural = Layout::natural_zoom(session);
    let space = Space { across_px: ACROSS_PX, along_px, px_per_s: natural };
    if view.overview {
        return Space { px_per_s: Layout::fitting_zoom(session, along_px), ..space };
    }
    let px_per_s = match picture.width {
        Some(_) if view.scale == TimeScale::True => Layout::fitting_zoom(session, along_px),
        Some(_) => Layout::fitted_zoom(session, view, space),
        None => Layout::fitted_zoom(session, view, space).max(natural / NEARER),
    };
    Space { px_per_s, ..space }
}
