//! Partitions as hatched bands between the lanes that they part, and single cuts as small ones at the receiver.

use lightcone_sim::ids::{EntryId, NodeId};
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::{CutSpan, FateKind, Instant, Trace};

use crate::lanes::Lanes;
use crate::moment::Moment;
use crate::pen::{Pen, at};
use crate::scene::Target;
use crate::weave::{CHUNK, Weave};

/// A script entry that cuts links, with its place across.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub entry: EntryId,
    pub from: Instant,
    /// `Ns::NEVER` if it never heals.
    pub to: Instant,
    /// `partition A B | C D E`.
    pub name: String,
    pub is_partition: bool,
    pub strips: Vec<Strip>,
}

/// Where a band runs across.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strip {
    /// The lanes to either side, by `Nodes::index`.
    pub lanes: (usize, usize),
    pub near: f64,
    pub far: f64,
}

/// All bands of a run.
pub(crate) fn bands(scenario: &Scenario, trace: &Trace, lanes: &Lanes, text: f64) -> Vec<Band> {
    let mut spans: Map<EntryId, (Instant, Instant)> = Map::new();
    for cut in trace.cuts() {
        let span = spans.get_or_insert(cut.entry, (cut.from, cut.to));
        *span = (span.0.min(cut.from), span.1.max(cut.to));
    }
    scenario
        .script
        .iter()
        .filter_map(|entry| {
            let &(from, to) = spans.get(&entry.id)?;
            let name = name_of_cut(scenario, &entry.action)?;
            let strips = match &entry.action {
                Action::Partition { groups, .. } => strips_between(trace, lanes, groups),
                Action::Cut { from, to, .. } => {
                    strip_at(trace, lanes, *from, *to, text).into_iter().collect()
                }
                _ => return None,
            };
            let is_partition = matches!(entry.action, Action::Partition { .. });
            Some(Band { entry: entry.id, from, to, name, is_partition, strips })
        })
        .collect()
}

/// What a cut is called: `partition A B | C D E`; nothing for what cuts nothing.
pub(crate) fn name_of_cut(scenario: &Scenario, action: &Action) -> Option<String> {
    let name = |node: NodeId| name_of(scenario, node);
    Some(match action {
        Action::Partition { groups, one_way, .. } => {
            let sides: Vec<String> = groups
                .iter()
                .map(|group| group.iter().copied().map(name).collect::<Vec<_>>().join(" "))
                .collect();
            format!("partition {}", sides.join(if *one_way { " → " } else { " | " }))
        }
        Action::Cut { from, to, .. } => format!("cut {} → {}", name(*from), name(*to)),
        _ => return None,
    })
}

/// What a node is called on the screen.
pub(crate) fn name_of(scenario: &Scenario, node: NodeId) -> String {
    scenario.names.get(&node).cloned().unwrap_or_else(|| node.to_string())
}

fn strips_between(trace: &Trace, lanes: &Lanes, groups: &[Vec<NodeId>]) -> Vec<Strip> {
    let group_of = |node: NodeId| groups.iter().position(|group| group.contains(&node));
    let shown = lanes.shown();
    let grouped: Vec<(usize, usize)> =
        shown.iter().enumerate().filter_map(|(place, &node)| Some((place, group_of(node)?))).collect();
    grouped
        .windows(2)
        .filter(|pair| pair[0].1 != pair[1].1)
        .filter_map(|pair| {
            let (one, other) = (shown[pair[0].0], *shown.get(pair[0].0 + 1)?);
            let middle = (lanes.across(one)? + lanes.across(other)?) / 2.0;
            let half = (lanes.gap * 0.19).min(14.0);
            let index = |node| trace.nodes().index(node);
            Some(Strip { lanes: (index(one)?, index(other)?), near: middle - half, far: middle + half })
        })
        .collect()
}

fn strip_at(trace: &Trace, lanes: &Lanes, from: NodeId, to: NodeId, text: f64) -> Option<Strip> {
    let (sender, receiver) = (lanes.across(from)?, lanes.across(to)?);
    let side = if sender < receiver { -1.0 } else { 1.0 };
    let index = trace.nodes().index(to)?;
    let (one, other) = (receiver + side * text * 0.7, receiver + side * text * 1.4);
    Some(Strip { lanes: (index, index), near: one.min(other), far: one.max(other) })
}

impl Band {
    /// Where a strip begins and ends along the axis, on its near and on its far side.
    pub fn span(&self, strip: &Strip, weave: &Weave) -> [(f64, f64); 2] {
        [strip.lanes.0, strip.lanes.1].map(|lane| {
            let end = if self.to.0 == Ns::NEVER { f64::INFINITY } else { weave.axis.x_on(lane, self.to) };
            (weave.axis.x_on(lane, self.from), end.min(weave.end))
        })
    }
}

/// Lets every message that is cut end at the edge of the band that cuts it.
pub(crate) fn stop_at_bands(bands: &[Band], trace: &Trace, lanes: &Lanes, weave: &mut Weave) {
    let nodes = trace.nodes();
    let mut arrows = std::mem::take(&mut weave.arrows);
    for arrow in arrows.iter_mut().filter(|arrow| arrow.fate == FateKind::Cut && !arrow.hidden) {
        let (sender, receiver) = (nodes.at(arrow.from), nodes.at(arrow.to));
        let cuts = |cut: &&CutSpan| {
            cut.sender == sender && cut.receiver == receiver && cut.from <= arrow.over && arrow.over < cut.to
        };
        let Some(band) =
            trace.cuts().iter().find(cuts).and_then(|cut| bands.iter().find(|band| band.entry == cut.entry))
        else {
            continue;
        };
        let (Some(y0), Some(y1)) = (lanes.across_at(arrow.from), lanes.across_at(arrow.to)) else { continue };
        if let Some(part) = crossing(band, weave, (arrow.x0, y0), (arrow.x1, y1)) {
            arrow.part = part;
        }
    }
    weave.arrows = arrows;
}

/// The part of the way at which it meets the band.
fn crossing(band: &Band, weave: &Weave, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> Option<f64> {
    let meets = band.strips.iter().filter_map(|strip| {
        let edge = if y0 < y1 { strip.near } else { strip.far };
        let part = (edge - y0) / (y1 - y0);
        if !(0.0..=1.0).contains(&part) {
            return None;
        }
        let [(begin, _), _] = band.span(strip, weave);
        // What set out before the links were cut has come as far as it had by then.
        let late = if x1 > x0 && weave.axis.is_timed() { (begin - x0) / (x1 - x0) } else { 0.0 };
        Some(part.max(late).clamp(0.1, 0.94))
    });
    meets.min_by(f64::total_cmp)
}

/// Draws what of the bands lies in a chunk.
pub(crate) fn draw(pen: &mut Pen, moment: &Moment<'_>, bands: &[Band], weave: &Weave, chunk: usize) {
    let (from, to) = (chunk as f64 * CHUNK, (chunk + 1) as f64 * CHUNK);
    for band in bands.iter().filter(|band| moment.shows(band.from)) {
        for (place, strip) in band.strips.iter().enumerate() {
            let mut spans = band.span(strip, weave);
            if moment.hides_future {
                for (span, lane) in spans.iter_mut().zip([strip.lanes.0, strip.lanes.1]) {
                    span.1 = span.1.min(weave.axis.x_on(lane, moment.now.instant())).max(span.0);
                }
            }
            let [near, far] = spans;
            if near.0.min(far.0) >= to || near.1.max(far.1) <= from {
                continue;
            }
            strip_in(pen, moment, (band, place), [near, far], (from, to));
        }
    }
}

fn strip_in(
    pen: &mut Pen,
    moment: &Moment<'_>,
    (band, place): (&Band, usize),
    [near, far]: [(f64, f64); 2],
    chunk: (f64, f64),
) {
    let strip = &band.strips[place];
    let key = format!("{}-{place}", band.entry);
    let cut = |along: f64| along.clamp(chunk.0, chunk.1);
    let kind = if band.is_partition { "partition" } else { "single-cut" };
    let way = pen
        .way()
        .to(at(cut(near.0), strip.near))
        .line(at(cut(near.1), strip.near))
        .line(at(cut(far.1), strip.far))
        .line(at(cut(far.0), strip.far))
        .close();
    pen.path(format!("{key}-fill"), format!("band {kind}"), way)
        .target(Target::Entry(band.entry))
        .title(told(moment, band));
    let height = strip.far - strip.near;
    let mut hatch = pen.way();
    let (left, right) = (cut(near.0.max(far.0)), cut(near.1.min(far.1)));
    let mut along = (left / 8.0).floor() * 8.0 - height;
    while along < right {
        // From the far edge up to the near one, cut off where the band begins and ends.
        let (a, b) = (along.max(left), (along + height).min(right));
        if b - a > 1.0 {
            hatch = hatch.to(at(a, strip.far - (a - along))).line(at(b, strip.far - (b - along)));
        }
        along += 8.0;
    }
    if !hatch.is_empty() {
        pen.path(format!("{key}-hatch"), format!("hatch {kind}"), hatch);
    }
    let edges = [
        ("begin", near.0, far.0, Target::Begin(band.entry)),
        ("end", near.1, far.1, Target::End(band.entry)),
    ];
    for (name, one, other, target) in edges {
        let open = name == "end" && (band.to.0 == Ns::NEVER || !moment.shows(band.to));
        if !open && one >= chunk.0 && one < chunk.1 {
            pen.line(
                format!("{key}-{name}"),
                format!("edge {kind}"),
                at(one, strip.near),
                at(other, strip.far),
            )
            .target(target)
            .title(format!(
                "{} of {}",
                if name == "begin" { "beginning" } else { "end" },
                band.name
            ));
        }
    }
}

fn told(moment: &Moment<'_>, band: &Band) -> String {
    if band.to.0 == Ns::NEVER || !moment.shows(band.to) {
        format!("{}, from {}", band.name, band.from.0)
    } else {
        format!("{}, from {} to {}", band.name, band.from.0, band.to.0)
    }
}
