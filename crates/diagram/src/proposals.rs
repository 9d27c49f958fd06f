//! Where a text may stand, best places first: by a point of a lane, in a band, along or beside an arrow.

use lightcone_sim::sorted::sort_by;

use crate::labels::{Area, Line};
use crate::pen::{Words, at};
use crate::scene::Anchor;
use crate::text::{shorten, width, wrap};
use crate::view::Flow;

/// Places for a text by a point of a lane: above it and behind, above and before, below; and worse ones: farther away, or
/// turned along a lane that runs down.
pub(crate) fn by(flow: Flow, along: f64, across: f64, words: &Words) -> [Vec<Words>; 2] {
    let size = words.size;
    let (x, y) = flow.xy(at(along, across));
    let moved = |&(dx, dy, anchor): &(f64, f64, Anchor)| Words {
        x: x + dx * size,
        y: y + dy * size,
        anchor,
        ..words.clone()
    };
    let (near, far): (&[_], &[_]) = match flow {
        Flow::LeftToRight => (
            &[
                (0.55, -0.75, Anchor::Start),
                (-0.55, -0.75, Anchor::End),
                (0.55, 1.5, Anchor::Start),
                (-0.55, 1.5, Anchor::End),
                (0.55, -1.9, Anchor::Start),
                (0.55, 2.65, Anchor::Start),
                (-0.55, -1.9, Anchor::End),
                (2.55, -0.75, Anchor::Start),
            ],
            &[
                (2.55, 1.5, Anchor::Start),
                (4.55, -0.75, Anchor::Start),
                (4.55, 1.5, Anchor::Start),
                (-0.55, 2.65, Anchor::End),
                (2.55, -1.9, Anchor::Start),
                (2.55, 2.65, Anchor::Start),
            ],
        ),
        Flow::TopToBottom => (
            &[
                (0.85, 0.35, Anchor::Start),
                (-0.85, 0.35, Anchor::End),
                (0.85, 1.5, Anchor::Start),
                (0.85, -0.8, Anchor::Start),
                (-0.85, 1.5, Anchor::End),
                (-0.85, -0.8, Anchor::End),
            ],
            &[
                (0.5, 0.7, Anchor::Start),
                (-1.35, 0.7, Anchor::Start),
                (0.5, 2.7, Anchor::Start),
                (-1.35, 2.7, Anchor::Start),
                (0.5, -0.7, Anchor::End),
                (-1.35, -0.7, Anchor::End),
            ],
        ),
    };
    let mut places = [near, far].map(|places| places.iter().map(moved).collect::<Vec<Words>>());
    if flow == Flow::TopToBottom {
        places[1].iter_mut().for_each(|words| words.rotate = 90.0);
    }
    places
}

/// Places for the count of a folded stretch, close to its mark.
pub(crate) fn by_pulse(flow: Flow, along: f64, across: f64, words: &Words) -> Vec<Words> {
    let size = words.size;
    let (x, y) = flow.xy(at(along, across));
    let places = match flow {
        Flow::LeftToRight => [
            (size * 0.85, -size * 0.55, Anchor::Start),
            (-size * 0.85, -size * 0.55, Anchor::End),
            (0.0, -size * 0.9, Anchor::Middle),
            (0.0, size * 1.65, Anchor::Middle),
            (size * 0.85, size * 1.5, Anchor::Start),
        ],
        Flow::TopToBottom => [
            (size * 0.85, size * 0.35, Anchor::Start),
            (-size * 0.85, size * 0.35, Anchor::End),
            (size * 0.6, -size * 0.7, Anchor::Start),
            (size * 0.6, size * 1.4, Anchor::Start),
            (-size * 0.6, size * 1.4, Anchor::End),
        ],
    };
    places.map(|(dx, dy, anchor)| Words { x: x + dx, y: y + dy, anchor, ..words.clone() }).to_vec()
}

/// The place for the number at a tick.
pub(crate) fn by_tick(flow: Flow, along: f64, across: f64, words: &Words) -> Option<Words> {
    let size = words.size;
    let (x, y) = flow.xy(at(along, across));
    Some(match flow {
        Flow::LeftToRight => Words { x, y: y + size * 1.75, anchor: Anchor::Middle, ..words.clone() },
        Flow::TopToBottom => {
            Words { x: x + size, y: y + size * 0.35, anchor: Anchor::Start, ..words.clone() }
        }
    })
}

/// Places for a text in a band between two ends of the axis, or if it does not fit just outside.
pub(crate) fn in_strip(
    flow: Flow,
    (from, to): (f64, f64),
    (near, far): (f64, f64),
    words: &Words,
) -> Vec<Words> {
    let size = words.size;
    let (middle, height) = ((near + far) / 2.0, far - near);
    let free = to - from - size - words.width();
    let mut places = Vec::new();
    if free >= 0.0 && height >= size {
        for part in [0.02, 0.1, 0.25, 0.5, 0.75, 1.0] {
            places.push((from + size * 0.5 + free * part, middle));
        }
    } else if height < size {
        places.extend([-1.0, 1.0].map(|side| (from, middle + side * (height / 2.0 + size * 0.75))));
    }
    let turned = |(along, across): (f64, f64)| {
        let (x, y) = flow.xy(at(along, across));
        let dip = size * 0.36;
        match flow {
            Flow::LeftToRight => Words { x, y: y + dip, anchor: Anchor::Start, ..words.clone() },
            Flow::TopToBottom => {
                Words { x: x - dip, y, anchor: Anchor::Start, rotate: 90.0, ..words.clone() }
            }
        }
    };
    places.into_iter().map(turned).collect()
}

/// How far from an arrow's middle a label may stand, in parts of its way.
const FROM_MIDDLE: [f64; 11] = [0.0, 0.06, 0.12, 0.18, 0.24, 0.28, 0.32, 0.36, 0.39, 0.42, 0.44];

/// Places for a label at an arrow on the screen: along it if it is no steeper than 45°, or beside it.
pub(crate) fn at_arrow(from: (f64, f64), to: (f64, f64), words: &Words) -> Vec<Words> {
    let (from, to) = if to.0 < from.0 { (to, from) } else { (from, to) };
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1e-9);
    let size = words.size;
    let parts = FROM_MIDDLE.iter().flat_map(|&away| [0.5 - away, 0.5 + away]);
    let place = |x, y, anchor, rotate| Words { x, y, anchor, rotate, ..words.clone() };
    let (mut along, mut beside) = (Vec::new(), Vec::new());
    let is_flat = dy.abs() <= dx;
    // Beside a steep line, far enough that it does not cut a corner of the text.
    let away = size * 0.36 + size * 0.56 * dx / dy.abs().max(1e-9);
    for part in parts {
        let (x, y) = (from.0 + dx * part, from.1 + dy * part);
        if !is_flat {
            beside.push(place(x + away, y + size * 0.34, Anchor::Start, 0.0));
            beside.push(place(x - away, y + size * 0.34, Anchor::End, 0.0));
            continue;
        }
        if (part * length).min((1.0 - part) * length) > words.width() / 2.0 + 10.0 {
            let (cos, sin) = (dx / length, dy / length);
            for up in [size * 0.34, -size * 1.06] {
                along.push(place(x + up * sin, y - up * cos, Anchor::Middle, dy.atan2(dx).to_degrees()));
            }
        }
        // Where it slants enough, with a corner at it.
        if dy.abs() > dx * 0.3 {
            let (above, below) =
                if dy > 0.0 { (Anchor::Start, Anchor::End) } else { (Anchor::End, Anchor::Start) };
            beside.push(place(x, y - size * 0.4, above, 0.0));
            beside.push(place(x, y + size * 1.15, below, 0.0));
        }
    }
    along.extend(beside);
    along
}

/// Places for a sentence in a few lines by a point of a lane: in ever narrower columns, then away from it, and at last
/// cut short. Where time runs to the right it rather stands above or below the point than to a side of it: what is in sight
/// may end at either side, and whoever sees the point is to read the whole sentence.
pub(crate) fn blocks(flow: Flow, along: f64, across: f64, words: &Words) -> Vec<Vec<Vec<Words>>> {
    let size = words.size;
    let columns = match flow {
        Flow::LeftToRight => [34.0, 22.0, 16.0],
        Flow::TopToBottom => [18.0, 14.0, 11.0],
    };
    let (x, y) = flow.xy(at(along, across));
    let line = size * 1.2;
    let mut attempts = Vec::new();
    let column_of = |column: f64| wrap(&words.content, size * words.weight(), column * size);
    let block = |lines: &[String], dx: f64, dy: f64, anchor| {
        let line_at = |(place, content): (usize, &String)| Words {
            x: x + dx,
            y: y + dy + place as f64 * line,
            anchor,
            content: content.clone(),
            ..words.clone()
        };
        lines.iter().enumerate().map(line_at).collect::<Vec<_>>()
    };
    let far = column_of(columns[1]);
    let mut away: Vec<(f64, f64)> = (-14..=14)
        .flat_map(|row| (-8..=8).map(move |step| (f64::from(step) * size * 4.0, f64::from(row) * line)))
        .collect();
    sort_by(&mut away, |one, other| one.0.hypot(one.1) < other.0.hypot(other.1));
    if flow == Flow::LeftToRight {
        let above = [(Anchor::Middle, 0.0)];
        let narrow = &columns[1..];
        attempts.push(
            narrow.iter().flat_map(|&column| close(&column_of(column), size, line, &above, &block)).collect(),
        );
        let near = away.iter().filter(|(dx, _)| dx.abs() <= size * 4.0);
        attempts.push(near.map(|&(dx, dy)| block(&far, dx, dy, Anchor::Middle)).collect());
    }
    let sides = [(Anchor::Start, size * 1.2), (Anchor::End, -size * 1.2), (Anchor::Middle, 0.0)];
    let mut order = columns;
    if flow == Flow::LeftToRight {
        order.reverse();
    }
    for column in order {
        attempts.push(close(&column_of(column), size, line, &sides, &block));
    }
    attempts.push(away.into_iter().map(|(dx, dy)| block(&far, dx, dy, Anchor::Middle)).collect());
    let mut short = column_of(columns[2]);
    if short.len() > 2 {
        short.truncate(2);
        let rest = short[1].clone() + " ……";
        short[1] = shorten(&rest, size * words.weight(), columns[2] * size).unwrap_or(rest);
        attempts.push(close(&short, size, line, &sides, &block));
    }
    attempts
}

/// Places for some lines close to their point, on these sides of it.
fn close(
    lines: &[String],
    size: f64,
    line: f64,
    sides: &[(Anchor, f64)],
    block: &impl Fn(&[String], f64, f64, Anchor) -> Vec<Words>,
) -> Vec<Vec<Words>> {
    let height = line * (lines.len() as f64 - 1.0);
    let rows = [-size * 0.9 - height, size * 1.6, -size * 2.2 - height, size * 2.9];
    let at =
        |&dy: &f64| sides.iter().map(move |&(anchor, dx)| block(lines, dx, dy, anchor)).collect::<Vec<_>>();
    rows.iter().flat_map(at).collect()
}

/// A line from an event to a sentence that stands far from it.
pub(crate) fn leader(event: (f64, f64), block: &[Words], text: f64) -> Option<Line> {
    let Area { x, y, half, .. } = Area::around(block);
    let nearest = (event.0.clamp(x - half.0, x + half.0), event.1.clamp(y - half.1, y + half.1));
    let away = (nearest.0 - event.0).hypot(nearest.1 - event.1);
    (away > text * 2.5).then(|| {
        // It begins at the ring about the event.
        let part = text * 0.9 / away;
        let start = (event.0 + (nearest.0 - event.0) * part, event.1 + (nearest.1 - event.1) * part);
        Line { from: start, to: nearest }
    })
}

/// How wide a text is.
impl Words {
    /// Its width in px.
    pub fn width(&self) -> f64 {
        width(&self.content, self.size * self.weight())
    }

    /// How much wider it is for being bold.
    fn weight(&self) -> f64 {
        if self.bold { crate::text::BOLD } else { 1.0 }
    }
}
