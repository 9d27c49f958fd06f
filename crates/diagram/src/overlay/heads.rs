//! The lanes' heads over two runs: the name, and below it what the node is now; where the runs differ, in each.

use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;

use crate::bands::name_of;
use crate::heads::condition;
use crate::layout::Layout;
use crate::overlay::{Side, Two};
use crate::pen::{Pen, Words, at};
use crate::scene::{Anchor, Target};
use crate::text::{abbreviate, shorten, width};
use crate::view::Flow;

/// What stands before the words of a run: the signs of the legend.
pub(super) const SIGNS: [&str; 2] = ["▲ ", "▽ "];

/// Room for the heads of both, signs included.
pub(super) fn gutter(first: &Layout, second: &Layout) -> f64 {
    let signs = if first.view.flow == Flow::LeftToRight { first.view.text_px * 1.5 } else { 0.0 };
    first.gutter.max(second.gutter) + signs
}

/// What a node is in a run now.
fn state(two: Two<'_>, side: Side, node: NodeId, now: Key) -> String {
    let session = two.of(side);
    let trace = session.trace();
    if trace.lane(node).is_none() {
        return "not there".to_owned();
    }
    match condition(trace, node, now) {
        "" => trace.status(node, now).map(|status| session.role_words(status)).unwrap_or_default(),
        condition => condition.to_owned(),
    }
}

/// Draws all heads.
pub(super) fn draw(pen: &mut Pen, two: Two<'_>, layouts: [&Layout; 2], now: Key) {
    let layout = layouts[0];
    let more = layouts[1].lanes.shown().iter().filter(|&&node| layout.lanes.across(node).is_none());
    for &node in layout.lanes.shown().iter().chain(more) {
        let side = if layout.lanes.across(node).is_some() { Side::First } else { Side::Second };
        let Some(across) = layouts.iter().find_map(|layout| layout.lanes.across(node)) else { continue };
        let states = [Side::First, Side::Second].map(|side| state(two, side, node, now));
        let is_same = states[0] == states[1];
        let name = name_of(two.of(side).scenario(), node);
        let lines = match is_same {
            true => vec![("head-role in-both", states[0].clone())],
            false => ["head-role only-first", "head-role only-second"]
                .into_iter()
                .zip(SIGNS.iter().zip(&states).map(|(sign, state)| [sign, state.as_str()].concat()))
                .collect(),
        };
        let title = match is_same {
            true => format!("{name}, {}", states[0]),
            false => format!("{name}: {} in {}, {} in {}", states[0], two.names[0], states[1], two.names[1]),
        };
        let half = layout.lanes.gap / 2.0;
        let (from, to) = (at(0.0, across - half), at(layout.gutter, across + half));
        pen.rect(format!("{node}-hit"), "head-hit", from, to, 0.0).target(Target::Lane(node));
        let name = ("head-name in-both", name);
        for (place, (class, content)) in std::iter::once(name).chain(lines).enumerate() {
            let Some(words) = words(layout, across, (place, class), &content) else { continue };
            pen.words(format!("{node}-{place}"), class, &words)
                .target(Target::Lane(node))
                .title(title.clone());
        }
    }
}

/// A line of a head, if there is room for it.
fn words(layout: &Layout, across: f64, (place, class): (usize, &str), content: &str) -> Option<Words> {
    let text = layout.view.text_px;
    let size = if class.starts_with("head-name") { text * 1.25 } else { text };
    let (x, y, room, anchor) = match layout.view.flow {
        Flow::LeftToRight => {
            let y = across + text * (1.2 * place as f64 - 0.5);
            (text * 0.9, y, layout.gutter - text * 1.2, Anchor::Start)
        }
        Flow::TopToBottom => {
            let y = text * [1.5, 2.8, 3.9][place.min(2)];
            (across, y, layout.lanes.gap - text * 0.3, Anchor::Middle)
        }
    };
    // Rather without air behind the sign than without letters.
    let whole = [content.to_owned(), content.replacen(' ', "", 1)];
    let whole = whole.into_iter().take(if class.contains("only") { 2 } else { 1 });
    let content = whole
        .into_iter()
        .find(|content| width(content, size) <= room)
        .or_else(|| abbreviate(content, size, room))
        .or_else(|| shorten(content, size, room))?;
    let fits = layout.view.flow == Flow::TopToBottom || layout.lanes.gap > text * 1.2 * (place + 1) as f64;
    fits.then_some(Words { x, y, anchor, rotate: 0.0, size, bold: false, content })
}
