//! Light cones as tinted fields: what the selected event can have been changed by, and what it can change; and the
//! glow of what an edit can have changed.

use lightcone_sim::cone::Cone;
use lightcone_sim::trace::Trace;

use crate::lanes::Lanes;
use crate::moment::{Moment, Related};
use crate::pen::{Pen, Place, at};
use crate::weave::{LEAD, Weave};

/// Tints the past and the future of what is selected.
pub(crate) fn cones(pen: &mut Pen, moment: &Moment<'_>, lanes: &Lanes, weave: &Weave, related: &Related) {
    let nodes = moment.trace.nodes();
    let field = |end: f64, edge: &dyn Fn(usize) -> Option<f64>| -> Option<Vec<Place>> {
        let places: Vec<(f64, Option<f64>)> = lanes
            .shown()
            .iter()
            .filter_map(|&node| Some((lanes.across(node)?, edge(nodes.index(node)?))))
            .collect();
        places
            .iter()
            .any(|(_, along)| along.is_some())
            .then(|| places.iter().map(|&(across, along)| at(along.unwrap_or(end), across)).collect())
    };
    let past = field(LEAD, &|lane| weave.event(lane, *related.past.get(lane)?));
    fill(pen, "past", lanes, LEAD, past);
    // Where the future is hidden, its cone would tell when messages will arrive.
    if moment.hides_future {
        return;
    }
    let future = field(weave.length, &|lane| {
        related.future.from(nodes.at(lane)).map(|from| weave.axis.x_on(lane, from))
    });
    fill(pen, "future", lanes, weave.length, future);
}

/// A field between a line through the lanes and an end of the time axis.
fn fill(pen: &mut Pen, key: &str, lanes: &Lanes, end: f64, edge: Option<Vec<Place>>) {
    let Some(edge) = edge else { return };
    let (Some(&first), Some(&last)) = (edge.first(), edge.last()) else { return };
    let mut way = pen.way().to(at(end, lanes.from)).line(at(first.along, lanes.from));
    for &place in &edge {
        way = way.line(place);
    }
    way = way.line(at(last.along, lanes.to)).line(at(end, lanes.to)).close();
    pen.path(key, format!("cone {key}"), way);
}

/// Lets glow what an edit can have changed.
pub(crate) fn glow(pen: &mut Pen, trace: &Trace, lanes: &Lanes, weave: &Weave, cone: &Cone) {
    for &node in lanes.shown() {
        let (Some(across), Some(lane), Some(from)) =
            (lanes.across(node), trace.nodes().index(node), cone.from(node))
        else {
            continue;
        };
        let from = weave.axis.x_on(lane, from).min(weave.end);
        pen.line(node.to_string(), "glow", at(from, across), at(weave.end, across));
    }
}
