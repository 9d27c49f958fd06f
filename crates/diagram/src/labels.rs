//! Where text finds room: no label covers another, a head, a mark or a lane, and as few arrows as can be.

use crate::pen::Words;
use crate::scene::Anchor;

/// Sine and cosine of an angle of no more than a right angle, in degrees. As near as text needs, and the same everywhere.
pub(crate) fn turn(degrees: f64) -> (f64, f64) {
    let x = degrees.to_radians();
    let y = x * x;
    let sin =
        x * (1.0 - y / 6.0 * (1.0 - y / 20.0 * (1.0 - y / 42.0 * (1.0 - y / 72.0 * (1.0 - y / 110.0)))));
    let cos = 1.0 - y / 2.0 * (1.0 - y / 12.0 * (1.0 - y / 30.0 * (1.0 - y / 56.0 * (1.0 - y / 90.0))));
    (sin, cos)
}

/// A rectangle at an angle, on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub x: f64,
    pub y: f64,
    /// Half its width and half its height, along its own axes.
    pub half: (f64, f64),
    /// Cosine and sine of its angle.
    pub turn: (f64, f64),
}

impl Area {
    /// An upright rectangle.
    pub fn upright(x: f64, y: f64, half_width: f64, half_height: f64) -> Area {
        Area { x, y, half: (half_width, half_height), turn: (1.0, 0.0) }
    }

    /// What a text covers.
    pub fn of(words: &Words) -> Area {
        let (half_width, half_height) = (words.width() / 2.0, words.size * 0.52);
        let (sin, cos) = turn(words.rotate);
        let along = match words.anchor {
            Anchor::Start => half_width,
            Anchor::Middle => 0.0,
            Anchor::End => -half_width,
        };
        // The middle of the letters is above the baseline.
        let up = words.size * 0.34;
        Area {
            x: words.x + along * cos + up * sin,
            y: words.y + along * sin - up * cos,
            half: (half_width, half_height),
            turn: (cos, sin),
        }
    }

    /// What the lines of a sentence cover together; they are upright.
    pub fn around(lines: &[Words]) -> Area {
        let (mut from, mut to) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        for area in lines.iter().map(Area::of) {
            let (dx, dy) = area.reach();
            from = (from.0.min(area.x - dx), from.1.min(area.y - dy));
            to = (to.0.max(area.x + dx), to.1.max(area.y + dy));
        }
        let half = ((to.0 - from.0) / 2.0, (to.1 - from.1) / 2.0);
        Area::upright(from.0 + half.0, from.1 + half.1, half.0, half.1)
    }

    /// The same with air about it along its line and across.
    pub fn aired(self, along: f64, across: f64) -> Area {
        Area { half: (self.half.0 + along, self.half.1 + across), ..self }
    }

    /// How far it reaches to each side, upright.
    pub fn reach(&self) -> (f64, f64) {
        let (cos, sin) = (self.turn.0.abs(), self.turn.1.abs());
        (self.half.0 * cos + self.half.1 * sin, self.half.0 * sin + self.half.1 * cos)
    }

    /// Whether two share any ground.
    pub fn overlaps(&self, other: &Area) -> bool {
        let between = (other.x - self.x, other.y - self.y);
        let apart = |axis: (f64, f64)| {
            let radius = |area: &Area| {
                let (cos, sin) = area.turn;
                area.half.0 * (cos * axis.0 + sin * axis.1).abs()
                    + area.half.1 * (cos * axis.1 - sin * axis.0).abs()
            };
            (between.0 * axis.0 + between.1 * axis.1).abs() >= radius(self) + radius(other)
        };
        let axes = |area: &Area| [area.turn, (-area.turn.1, area.turn.0)];
        !axes(self).into_iter().chain(axes(other)).any(apart)
    }

    /// Whether a straight line passes through.
    pub fn is_crossed(&self, from: (f64, f64), to: (f64, f64)) -> bool {
        let (cos, sin) = self.turn;
        let own = |(x, y): (f64, f64)| {
            let (dx, dy) = (x - self.x, y - self.y);
            (dx * cos + dy * sin, dy * cos - dx * sin)
        };
        let (a, b) = (own(from), own(to));
        let mut span = (0.0_f64, 1.0_f64);
        for (start, delta, half) in [(a.0, b.0 - a.0, self.half.0), (a.1, b.1 - a.1, self.half.1)] {
            if delta.abs() < 1e-12 {
                if start.abs() >= half {
                    return false;
                }
                continue;
            }
            let (enter, leave) = ((-half - start) / delta, (half - start) / delta);
            span = (span.0.max(enter.min(leave)), span.1.min(enter.max(leave)));
        }
        span.0 < span.1
    }
}

/// A line that labels had better not cross.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    pub from: (f64, f64),
    pub to: (f64, f64),
}

/// Which ground is taken, in a grid.
#[derive(Debug)]
pub(crate) struct Ground {
    bounds: (f64, f64, f64, f64),
    columns: usize,
    rows: usize,
    areas: Vec<Area>,
    lines: Vec<Line>,
    cells: Vec<Cell>,
}

/// What lies in a cell, by index.
#[derive(Clone, Debug, Default)]
struct Cell {
    areas: Vec<u32>,
    lines: Vec<u32>,
}

/// So far from a text's ends a line must pass not to cross it, in px.
const CLEAR: f64 = 2.0;
/// So much air is about a text, in parts of its size: two that touch would read as one.
const AIR: (f64, f64) = (0.5, 0.25);

/// The side of a cell in px.
const CELL: f64 = 56.0;

impl Ground {
    /// Free ground within (left, top, right, bottom): nothing may stand beyond.
    pub fn new(bounds: (f64, f64, f64, f64)) -> Ground {
        let columns = ((bounds.2 - bounds.0) / CELL).ceil().max(1.0) as usize;
        let rows = ((bounds.3 - bounds.1) / CELL).ceil().max(1.0) as usize;
        let cells = vec![Cell::default(); columns * rows];
        Ground { bounds, columns, rows, areas: Vec::new(), lines: Vec::new(), cells }
    }

    /// The cells that an upright rectangle touches.
    fn cells(&self, left: f64, top: f64, right: f64, bottom: f64) -> impl Iterator<Item = usize> + use<> {
        let column = |x: f64| (((x - self.bounds.0) / CELL).floor().max(0.0) as usize).min(self.columns - 1);
        let row = |y: f64| (((y - self.bounds.1) / CELL).floor().max(0.0) as usize).min(self.rows - 1);
        let width = self.columns;
        let (columns, rows) = (column(left)..=column(right), row(top)..=row(bottom));
        rows.flat_map(move |row| columns.clone().map(move |column| row * width + column))
    }

    fn cells_of(&self, area: &Area) -> impl Iterator<Item = usize> + use<> {
        let (dx, dy) = area.reach();
        self.cells(area.x - dx, area.y - dy, area.x + dx, area.y + dy)
    }

    /// Takes an area.
    pub fn take(&mut self, area: Area) {
        let index = self.areas.len() as u32;
        self.areas.push(area);
        for cell in self.cells_of(&area) {
            self.cells[cell].areas.push(index);
        }
    }

    /// Takes a text's area, and the air about it.
    fn take_text(&mut self, words: &Words) {
        self.take(Area::of(words).aired(words.size * AIR.0, words.size * AIR.1));
    }

    /// Draws a line over the ground.
    pub fn cross(&mut self, line: Line) {
        let index = self.lines.len() as u32;
        self.lines.push(line);
        let steps = ((line.to.0 - line.from.0).hypot(line.to.1 - line.from.1) / (CELL * 0.5)).ceil().max(1.0);
        let point = |step: f64| {
            let part = step / steps;
            (line.from.0 + (line.to.0 - line.from.0) * part, line.from.1 + (line.to.1 - line.from.1) * part)
        };
        for step in 0..steps as usize {
            let (a, b) = (point(step as f64), point(step as f64 + 1.0));
            let touched = self.cells(a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1));
            for cell in touched {
                let lines = &mut self.cells[cell].lines;
                if lines.last() != Some(&index) {
                    lines.push(index);
                }
            }
        }
    }

    /// Whether an area is free, and how many lines cross it.
    fn crossings(&self, area: &Area) -> Option<usize> {
        let (dx, dy) = area.reach();
        let (left, top, right, bottom) = self.bounds;
        if area.x - dx < left || area.y - dy < top || area.x + dx > right || area.y + dy > bottom {
            return None;
        }
        let mut lines: Vec<u32> = Vec::new();
        let near = area.aired(CLEAR, 0.0);
        for cell in self.cells_of(area) {
            let cell = &self.cells[cell];
            if cell.areas.iter().any(|&index| self.areas[index as usize].overlaps(area)) {
                return None;
            }
            let crossing = |index: &&u32| {
                let line = self.lines[**index as usize];
                near.is_crossed(line.from, line.to)
            };
            for &line in cell.lines.iter().filter(crossing) {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        Some(lines.len())
    }

    /// The first place of those proposed that is free and that the fewest arrows cross, at most `most`; it is taken.
    pub fn place(&mut self, proposals: impl IntoIterator<Item = Words>, most: usize) -> Option<Words> {
        let mut best: Option<(usize, Words)> = None;
        for words in proposals {
            let Some(crossings) = self.crossings(&Area::of(&words)) else { continue };
            if crossings <= most && best.as_ref().is_none_or(|best| crossings < best.0) {
                let is_free = crossings == 0;
                best = Some((crossings, words));
                if is_free {
                    break;
                }
            }
        }
        let (_, words) = best?;
        self.take_text(&words);
        Some(words)
    }

    /// Places several lines of text as one block, all or none: the first place that is free and that the fewest
    /// arrows cross.
    pub fn place_block(&mut self, blocks: impl IntoIterator<Item = Vec<Words>>) -> Option<Vec<Words>> {
        let mut best: Option<(usize, Vec<Words>)> = None;
        for block in blocks {
            let crossings: Option<usize> = block.iter().map(|words| self.crossings(&Area::of(words))).sum();
            let Some(crossings) = crossings else { continue };
            if best.as_ref().is_none_or(|best| crossings < best.0) {
                best = Some((crossings, block));
            }
            if crossings == 0 {
                break;
            }
        }
        let (_, block) = best?;
        for words in &block {
            self.take_text(words);
        }
        Some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(x: f64, y: f64, rotate: f64) -> Words {
        Words { x, y, anchor: Anchor::Start, rotate, size: 12.0, bold: false, content: "vote? 2".to_owned() }
    }

    #[test]
    fn areas_overlap_as_they_do_on_paper() {
        let one = Area::upright(0.0, 0.0, 10.0, 2.0);
        assert!(one.overlaps(&Area::upright(15.0, 0.0, 6.0, 2.0)));
        assert!(!one.overlaps(&Area::upright(17.0, 0.0, 6.0, 2.0)));
        let turned = Area { turn: (0.0, 1.0), ..one };
        assert!(!turned.overlaps(&Area::upright(15.0, 0.0, 6.0, 2.0)));
        assert!(turned.overlaps(&Area::upright(0.0, 9.0, 6.0, 2.0)));
    }

    #[test]
    fn a_label_moves_before_it_covers_another_and_hides_when_it_cannot() {
        let mut ground = Ground::new((0.0, 0.0, 300.0, 100.0));
        let places = || [words(20.0, 50.0, 0.0), words(20.0, 80.0, 0.0)];
        assert_eq!(ground.place(places(), 0), Some(words(20.0, 50.0, 0.0)));
        assert_eq!(ground.place(places(), 0), Some(words(20.0, 80.0, 0.0)));
        assert_eq!(ground.place(places(), 0), None);
    }

    #[test]
    fn a_label_prefers_ground_that_no_arrow_crosses() {
        let mut ground = Ground::new((0.0, 0.0, 300.0, 100.0));
        ground.cross(Line { from: (0.0, 20.0), to: (300.0, 60.0) });
        let placed = ground.place([words(60.0, 35.0, 0.0), words(60.0, 80.0, 0.0)], 1);
        assert_eq!(placed, Some(words(60.0, 80.0, 0.0)));
    }
}
