//! Time in whole nanoseconds, and how people write it.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A point in true time, or a span of it, in nanoseconds since the run began. No float decides anything in a run.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ns(pub u64);

/// What a node's wall clock shows, in nanoseconds; a clock set back far enough shows less than zero.
pub type LocalNs = i64;

impl Ns {
    /// The beginning of every run.
    pub const ZERO: Ns = Ns(0);
    /// Later than anything that happens.
    pub const NEVER: Ns = Ns(u64::MAX);

    /// Whole microseconds.
    pub const fn us(us: u64) -> Ns {
        Ns(us * 1_000)
    }

    /// Whole milliseconds.
    pub const fn ms(ms: u64) -> Ns {
        Ns(ms * 1_000_000)
    }

    /// Whole seconds.
    pub const fn s(s: u64) -> Ns {
        Ns(s * 1_000_000_000)
    }

    /// In seconds, for drawing only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The span from `earlier` to here; zero if that is not earlier.
    pub const fn since(self, earlier: Ns) -> Ns {
        Ns(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Ns {
    type Output = Ns;
    fn add(self, span: Ns) -> Ns {
        Ns(self.0.saturating_add(span.0))
    }
}

impl Sub for Ns {
    type Output = Ns;
    fn sub(self, span: Ns) -> Ns {
        self.since(span)
    }
}

impl fmt::Display for Ns {
    /// In the largest unit that leaves at most three decimals: `3 s`, `2.31 s`, `150 ms`, `1.5 µs`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Ns::NEVER {
            return f.write_str("never");
        }
        let (unit, scale) = match self.0 {
            0 => return f.write_str("0 s"),
            1_000_000_000.. => ("s", 1_000_000_000),
            1_000_000.. => ("ms", 1_000_000),
            1_000.. => ("µs", 1_000),
            _ => ("ns", 1),
        };
        let thousandths = u128::from(self.0) * 1_000 / scale;
        let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
        if rest == 0 {
            write!(f, "{whole} {unit}")
        } else {
            write!(f, "{whole}.{} {unit}", format!("{rest:03}").trim_end_matches('0'))
        }
    }
}

impl fmt::Debug for Ns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Ns {
    type Err = String;

    /// `150ms`, `3s`, `2.5 s`, `40us`, `7ns`; a bare number is nanoseconds. Exact: no float is involved.
    fn from_str(text: &str) -> Result<Ns, String> {
        let bad = || {
            format!(
                "`{}` is not a time such as 150ms, 3s or 2500000 (nanoseconds)",
                crate::ids::excerpt(text)
            )
        };
        let trimmed = text.trim();
        let number_end = trimmed.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(number_end);
        let scale: u128 = match unit.trim() {
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "us" | "µs" => 1_000,
            "ns" | "" => 1,
            _ => return Err(bad()),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || fraction.len() > 9 || (number.contains('.') && fraction.is_empty()) {
            return Err(bad());
        }
        let whole: u128 = whole.parse().map_err(|_| bad())?;
        let digits: u128 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| bad())? };
        let part = digits * scale / 10u128.pow(fraction.len() as u32);
        let total = whole.checked_mul(scale).and_then(|ns| ns.checked_add(part)).ok_or_else(bad)?;
        u64::try_from(total).map(Ns).map_err(|_| bad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_write_them() {
        for (ns, text) in
            [(Ns::s(3), "3 s"), (Ns::ms(150), "150 ms"), (Ns(2_310_000_000), "2.31 s"), (Ns(1_500), "1.5 µs")]
        {
            assert_eq!(ns.to_string(), text);
            assert_eq!(text.parse(), Ok(ns));
        }
        assert_eq!("2.5s".parse(), Ok(Ns::ms(2_500)));
        for text in ["", "s", "1.s", ".5s", "-1s", "1h", "1e3", "99999999999999999999s", "1.2.3s"] {
            assert!(text.parse::<Ns>().is_err(), "{text}");
        }
    }
}
