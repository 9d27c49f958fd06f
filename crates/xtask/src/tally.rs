//! How many tests passed and failed, read from what test programs print.

use std::fmt;
use std::ops::AddAssign;

/// A count of tests, or of whole stages where there are no single tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// What passed.
    pub passed: u64,
    /// What failed.
    pub failed: u64,
}

impl Tally {
    /// One thing that passed.
    pub const PASS: Tally = Tally { passed: 1, failed: 0 };
    /// One thing that failed.
    pub const FAIL: Tally = Tally { passed: 0, failed: 1 };

    /// What one line of a test program's output adds: a summary of `cargo test`, of wasm-bindgen's runner, or of node.
    pub fn of_line(line: &str) -> Tally {
        let line = without_colour(line);
        let line = line.trim();
        if let Some(summary) = line.strip_prefix("test result: ") {
            return Tally { passed: before(summary, "passed"), failed: before(summary, "failed") };
        }
        let Some(summary) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) else {
            return Tally::default();
        };
        match summary.split_once(' ') {
            Some(("pass", count)) => Tally { passed: number(count), failed: 0 },
            // A test that node cancels did not show what it should.
            Some(("fail" | "cancelled", count)) => Tally { passed: 0, failed: number(count) },
            _ => Tally::default(),
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The number in front of a word, as in "3 passed;".
fn before(summary: &str, word: &str) -> u64 {
    let words: Vec<&str> = summary.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).map_or(0, |pair| number(pair[0]))
}

fn number(text: &str) -> u64 {
    text.trim().parse().unwrap_or(0)
}

/// The line without terminal colours, which some environments force on.
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(next) = rest.next() {
        if next == '\u{1b}' {
            rest.by_ref().find(|c| c.is_ascii_alphabetic());
        } else {
            plain.push(next);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn summaries_of_cargo_test_are_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(Tally::of_line(line), tally(12, 3));
        let coloured = "test result: \u{1b}[32mok\u{1b}[0m. 2 passed; 0 failed; 0 ignored; 0 measured";
        assert_eq!(Tally::of_line(coloured), tally(2, 0));
    }

    #[test]
    fn summaries_of_node_are_counted() {
        let mut sum = Tally::default();
        for line in
            ["ℹ tests 7", "ℹ pass 4", "ℹ fail 2", "ℹ cancelled 1", "ℹ skipped 0", "ℹ duration_ms 12.5"]
        {
            sum += Tally::of_line(line);
        }
        assert_eq!(sum, tally(4, 3));
        assert_eq!(Tally::of_line("# pass 5"), tally(5, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in ["", "running 3 tests", "test a_test ... ok", "3 passed", "# passage 4", "\u{1b}["] {
            assert_eq!(Tally::of_line(line), Tally::default(), "{line}");
        }
    }
}
