//! The lanes of two runs: one line as far as both are the same, then a rail for each, side by side.

use lightcone_sim::compare::Common;
use lightcone_sim::ids::NodeId;
use lightcone_sim::trace::Trace;

use crate::layout::Layout;
use crate::moment::Moment;
use crate::overlay::{Side, lift};
use crate::pen::{Pen, at};
use crate::scene::Target;
use crate::weave::{CHUNK, LEAD};
use crate::worldlines::{ladder, look, spans, told};

/// Where each lane forks.
#[derive(Clone, Debug)]
pub(super) struct Rails(Vec<(NodeId, Fork)>);

/// Where a lane forks: from its last place in common to where the first thing differs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fork {
    pub from: f64,
    pub to: f64,
}

/// How long a fork is at most, by the size of text over 12 px.
const FORK: f64 = 14.0;

impl Rails {
    pub fn new(traces: [&Trace; 2], common: &Common, first: &Layout, second: &Layout) -> Rails {
        let unit = first.view.text_px / 12.0;
        let all = traces[0].nodes().iter();
        let more = traces[1].nodes().iter().filter(|&node| traces[0].lane(node).is_none());
        let fork = |node: NodeId| {
            let count = common.count(node);
            let place = |index| {
                let places = [first, second]
                    .into_iter()
                    .filter_map(|layout| layout.weave.event(layout.nodes.index(node)?, index));
                places.min_by(f64::total_cmp)
            };
            let to = place(count + 1)?;
            let from = place(count).unwrap_or(LEAD).min(to);
            Some((node, Fork { from: from.max(to - FORK * unit), to }))
        };
        Rails(all.chain(more).filter_map(fork).collect())
    }

    /// Where a node's lane forks, if it does.
    pub fn fork(&self, node: NodeId) -> Option<Fork> {
        self.0.iter().find(|(other, _)| *other == node).map(|(_, fork)| *fork)
    }
}

/// Draws what of one side's lanes lies in a chunk.
pub(super) fn draw(
    pen: &mut Pen,
    (layout, moment): (&Layout, &Moment<'_>),
    rails: &Rails,
    side: Side,
    chunk: usize,
) {
    let unit = layout.view.text_px / 12.0;
    let (from, to) = (chunk as f64 * CHUNK, ((chunk + 1) as f64 * CHUNK).min(layout.weave.end));
    for &node in layout.lanes.shown() {
        let (Some(lane), Some(middle)) = (layout.nodes.index(node), layout.lanes.across(node)) else {
            continue;
        };
        let across = middle + lift(side, unit);
        let Some(line) = moment.trace.lane(node) else { continue };
        let fork = rails.fork(node);
        let known = match moment.hides_future {
            true => layout.weave.axis.x_on(lane, moment.now.instant()),
            false => f64::INFINITY,
        };
        let (own_from, own_to) = match (side, fork) {
            (Side::Both, Some(fork)) => {
                (f64::NEG_INFINITY, if known < fork.to { fork.to } else { fork.from })
            }
            (Side::Both, None) => (f64::NEG_INFINITY, f64::INFINITY),
            (_, Some(fork)) if known >= fork.to => (fork.to, f64::INFINITY),
            (_, _) => continue,
        };
        let (a, b) = (from.max(own_from), to.min(own_to).min(known));
        let class_of =
            |class: &str| if node.is_client() { format!("{class} client") } else { class.to_owned() };
        if let Some(fork) = fork.filter(|fork| side != Side::Both && fork.to >= from && fork.to < to) {
            // It keeps the look of what comes.
            let status = line
                .statuses
                .iter()
                .rposition(|&(index, _)| layout.weave.event(lane, index).is_some_and(|x| x <= fork.from));
            if let Some(status) = status {
                let class = class_of(look(line, status).0);
                pen.line(format!("{node}-fork"), class, at(fork.from, middle), at(fork.to, across))
                    .target(Target::Lane(node));
            }
        }
        if a >= b {
            continue;
        }
        for (place, span) in spans(line, &layout.weave, lane, (a, b)).into_iter().enumerate() {
            let (class, _) = look(line, span.status);
            pen.line(format!("{node}-{place}"), class_of(class), at(span.from, across), at(span.to, across))
                .target(Target::Lane(node))
                .title(told(moment.session, &node.to_string(), line, span.status));
        }
        for still in layout.stills.iter().filter(|still| still.lane == lane && moment.shows(still.since)) {
            let (a, b) = (still.from.max(a), still.to.min(b));
            if a < b {
                ladder(pen, &format!("{node}-still-{}", still.from as i64), (a, b), across, unit);
            }
        }
    }
}
