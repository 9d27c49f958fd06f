//! Between which times a node believes it to be (Corbett et al., *Spanner*, 2012, §3): a bar along its lane.

use lightcone_sim::time::Ns;

use crate::layout::Layout;
use crate::moment::Moment;
use crate::pen::{Pen, at};
use crate::view::Selected;

/// Draws the interval of every clock that has a bound: at the playhead, or at the event that is selected on its lane. The
/// axis is true time: what holds the moment is honest.
pub(crate) fn draw(pen: &mut Pen, layout: &Layout, moment: &Moment<'_>) {
    let axis = &layout.weave.axis;
    for &node in layout.lanes.shown().iter().filter(|_| axis.is_timed()) {
        let (Some(across), Some(line)) = (layout.lanes.across(node), moment.trace.lane(node)) else {
            continue;
        };
        let selected = moment.related.and_then(|related| match related.selected {
            Selected::Event(id) if id.node == node => moment.trace.event(id),
            _ => None,
        });
        let when = selected.map_or(moment.now, |event| event.key);
        let reading = line.clock.read(when.at, when.rank);
        if reading.uncertainty == Ns::ZERO {
            continue;
        }
        let (earliest, latest) = reading.interval();
        let now = i64::try_from(when.at.0).unwrap_or(i64::MAX);
        let honest = if (earliest..=latest).contains(&now) { "interval" } else { "interval lie" };
        let along = |local: i64| axis.x_of((Ns(local.max(0) as u64), u32::MAX)).min(layout.weave.length);
        let (from, to, high) = (along(earliest), along(latest), layout.view.text_px * 0.5);
        let (near, far) = (across - high, across + high);
        let said =
            format!("at {} {node} believes it to be between {} and {}", when.at, ms(earliest), ms(latest));
        pen.rect(node.to_string(), honest, at(from, near), at(to, far), 0.0).title(said);
        for (end, x) in [("from", from), ("to", to)] {
            pen.line(format!("{node}-{end}"), honest, at(x, near), at(x, far));
        }
    }
}

fn ms(local: i64) -> String {
    format!("{}{}", if local < 0 { "−" } else { "" }, Ns(local.unsigned_abs()))
}
