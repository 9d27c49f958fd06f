//! The whole run in a strip: how much happens when, who leads, where the network is cut, what breaks.

use std::rc::Rc;

use lightcone_sim::order::Key;
use lightcone_sim::protocol::Weight;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::{Map, sort_by_key};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Instant;

use crate::palette::hue;
use crate::pen::{Pen, Place, at};
use crate::scene::Layer;
use crate::view::Flow;

/// Width of a bar in px.
const BAR: f64 = 3.0;
/// What the lower rim, for cuts, takes of the height.
const RIM: f64 = 0.14;

/// The whole run in a strip, left to right in true time.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    /// What to draw.
    pub layers: Vec<Layer>,
    /// What it shows, in a sentence.
    pub desc: String,
}

/// Draws the run up to `until` (its end, or what is known of it) in a strip for `whole`, in so much room.
pub fn strip(session: &dyn Session, (until, whole): (Ns, Ns), (width, height): (f64, f64)) -> Strip {
    let trace = session.trace();
    let rate = width / (whole.0 as f64).max(1.0);
    let x_of = |at: Instant| (at.0.0.min(whole.0) as f64 * rate).min(width);
    let bars = (width / BAR).ceil().max(0.0) as usize;
    let reigns = reigns(session);
    let mut counts = Vec::with_capacity(bars);
    let mut before = 0;
    for bar in 0..bars {
        let end = Ns(((bar + 1) as f64 * BAR / rate) as u64).min(until);
        let next = trace.count_until(Key::end_of(end));
        let reign = reigns.partition_point(|&(from, _)| from.0 <= end);
        counts.push((next - before.min(next), reign.checked_sub(1).and_then(|place| reigns[place].1)));
        before = next;
    }
    let full = counts.iter().map(|&(count, _)| count).max().unwrap_or(0).max(1);
    let floor = height * (1.0 - RIM);
    let mut rects: Map<Option<u8>, Vec<(Place, Place)>> = Map::new();
    for (bar, &(count, hue)) in counts.iter().enumerate().filter(|(_, bar)| bar.0 > 0) {
        let high = (count as f64 / full as f64 * (floor - 2.0)).max(1.0);
        let from = bar as f64 * BAR;
        rects.or_default(hue).push((at(from, floor - high), at(from + BAR - 0.6, floor)));
    }
    let mut pen = Pen::new(Flow::LeftToRight);
    for (hue, rects) in rects.iter() {
        pen.rects(format!("{hue:?}"), "count", rects).hue(*hue);
    }
    let seen = |at: Instant| at.0 <= until;
    let cuts: Vec<(Place, Place)> = trace
        .cuts()
        .iter()
        .filter(|cut| seen(cut.from))
        .map(|cut| {
            (
                at(x_of(cut.from), floor + 1.0),
                at(x_of(cut.to.min((until, 0))).max(x_of(cut.from) + 1.0), height),
            )
        })
        .collect();
    pen.rects("cuts", "count lost", &cuts);
    let broken = trace.violations().iter().filter_map(|violation| trace.event(violation.event));
    let broken: Vec<(Place, Place)> = broken
        .filter(|event| seen(event.key.instant()))
        .map(|event| (at(x_of(event.key.instant()) - 1.0, 0.0), at(x_of(event.key.instant()) + 1.0, height)))
        .collect();
    pen.rects("broken", "count lost", &broken);
    let desc = format!("The whole run: {} of events over {}", crate::text::grouped(before), whole);
    Strip { layers: vec![Layer { name: "strip", chunk: 0, shapes: Rc::new(pen.shapes) }], desc }
}

/// From when on which epoch is led by somebody, in order.
fn reigns(session: &dyn Session) -> Vec<(Instant, Option<u8>)> {
    let mut reigns = Vec::new();
    for (_, line) in session.trace().lanes() {
        for &(index, status) in &line.statuses {
            let led = status.filter(|status| status.weight == Weight::Thick && status.epoch.is_some());
            let event = line.events.get((index as usize).wrapping_sub(1));
            if let (Some(status), Some(event)) = (led, event) {
                reigns.push((event.key.instant(), status.epoch.map(hue)));
            }
        }
    }
    sort_by_key(&mut reigns, |&(from, _)| from);
    reigns
}
