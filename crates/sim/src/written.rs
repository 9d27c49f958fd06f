//! Latencies and promises of time as they are written: one of several kinds by its name, with whole numbers by theirs.
//!
//! Derived readers of so many small shapes would take as many bytes of the page as all of the network; and here an error
//! says in one sentence what would be right.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::ids::excerpt;
use crate::scenario::{Latency, Reorder, Timing};
use crate::time::Ns;

/// The one name in an object, and what it stands for; a bare text is a name that stands for nothing.
fn kind(value: &Value) -> Option<(&str, &Value)> {
    match value {
        Value::String(name) => Some((name, &Value::Null)),
        Value::Object(object) if object.len() == 1 => {
            object.iter().next().map(|(name, of)| (name.as_str(), of))
        }
        _ => None,
    }
}

fn whole(name: &str, value: Option<&Value>) -> Result<u64, String> {
    value.and_then(Value::as_u64).ok_or_else(|| format!("`{name}` must be a whole number"))
}

/// The numbers of these names in an object, which has no others. What begins with `?` is 0 where it is absent.
fn numbers<const N: usize>(of: &str, value: &Value, names: [&str; N]) -> Result<[u64; N], String> {
    let mut found = [0; N];
    fill(of, value, &names, &mut found).map(|()| found)
}

/// The same for any number of them: kept out of line, so that it is there once.
#[inline(never)]
fn fill(of: &str, value: &Value, names: &[&str], found: &mut [u64]) -> Result<(), String> {
    let known = |name: &str| names.iter().any(|known| known.trim_start_matches('?') == name);
    let Some(object) = value.as_object().filter(|object| object.keys().all(|name| known(name))) else {
        let text = format!("`{of}` is an object with");
        return Err(names.iter().fold(text, |text, name| text + " `" + name.trim_start_matches('?') + "`"));
    };
    for (number, written) in found.iter_mut().zip(names) {
        let name = written.trim_start_matches('?');
        if name == *written || object.contains_key(name) {
            *number = whole(name, object.get(name))?;
        }
    }
    Ok(())
}

fn small(name: &str, number: u64) -> Result<u32, String> {
    u32::try_from(number).map_err(|_| format!("`{name}` is {number}, which is too much"))
}

fn latency(value: &Value) -> Result<Latency, String> {
    Ok(match kind(value) {
        Some((of @ "constant", span)) => Latency::Constant(Ns(whole(of, Some(span))?)),
        Some((of @ "uniform", bounds)) => {
            let [min, max] = numbers(of, bounds, ["min", "max"])?.map(Ns);
            Latency::Uniform { min, max }
        }
        Some((of @ "exponential", bounds)) => {
            let [min, mean] = numbers(of, bounds, ["min", "mean"])?.map(Ns);
            Latency::Exponential { min, mean }
        }
        Some((of @ "log-normal", quantiles)) => {
            let [median, p99] = numbers(of, quantiles, ["median", "p99"])?.map(Ns);
            Latency::LogNormal { median, p99 }
        }
        Some((of @ "pareto", tail)) => {
            let [min, shape] = numbers(of, tail, ["min", "shape"])?;
            Latency::Pareto { min: Ns(min), shape: small("shape", shape)? }
        }
        Some((of @ "empirical", Value::Array(list))) => {
            let spans = list.iter().map(|span| whole(of, Some(span)).map(Ns));
            Latency::Empirical(spans.collect::<Result<_, _>>()?)
        }
        other => {
            let found = other.map_or("nothing of that kind", |(name, _)| name);
            return Err(format!(
                "a latency is one of constant, uniform, exponential, log-normal, pareto, empirical; this is `{}`",
                excerpt(found)
            ));
        }
    })
}

fn timing(value: &Value) -> Result<Timing, String> {
    Ok(match kind(value) {
        Some(("asynchronous", Value::Null)) => Timing::Asynchronous,
        Some((of @ "semi-synchronous", bounds)) => {
            let [unit, c, steps] = numbers(of, bounds, ["unit", "c", "?steps"])?;
            Timing::SemiSynchronous { unit: Ns(unit), c: small("c", c)?, steps: Ns(steps) }
        }
        Some((of @ "synchronous", rounds)) => {
            let [round] = numbers(of, rounds, ["round"])?.map(Ns);
            Timing::Synchronous { round }
        }
        _ => return Err("`timing` is one of asynchronous, semi-synchronous, synchronous".to_owned()),
    })
}

fn reorder(value: &Value) -> Result<Reorder, String> {
    let [ppm, by] = numbers("reorder", value, ["ppm", "by"])?;
    Ok(Reorder { ppm: small("ppm", ppm)?, by: Ns(by) })
}

impl<'de> Deserialize<'de> for Latency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Latency, D::Error> {
        latency(&Value::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Timing {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Timing, D::Error> {
        timing(&Value::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Reorder {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Reorder, D::Error> {
        reorder(&Value::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let latencies = [
            Latency::Constant(Ns(1)),
            Latency::Uniform { min: Ns(1), max: Ns(2) },
            Latency::Exponential { min: Ns(1), mean: Ns(2) },
            Latency::LogNormal { median: Ns(1), p99: Ns(2) },
            Latency::Pareto { min: Ns(1), shape: 1_500 },
            Latency::Empirical(vec![Ns(3), Ns(1)]),
        ];
        for it in latencies {
            assert_eq!(latency(&serde_json::to_value(&it).unwrap()), Ok(it));
        }
        let timings = [
            Timing::Asynchronous,
            Timing::SemiSynchronous { unit: Ns(1), c: 2, steps: Ns(3) },
            Timing::Synchronous { round: Ns(1) },
        ];
        for it in timings {
            assert_eq!(timing(&serde_json::to_value(it).unwrap()), Ok(it));
        }
        let it = Reorder { ppm: 1, by: Ns(2) };
        assert_eq!(reorder(&serde_json::to_value(it).unwrap()), Ok(it));
    }

    #[test]
    fn an_error_says_what_would_be_right() {
        let error = |json: &str| latency(&serde_json::from_str(json).unwrap()).unwrap_err();
        assert!(error(r#"{"normal": 3}"#).contains("this is `normal`"));
        assert!(
            error(r#"{"uniform": {"min": 1, "mean": 2}}"#)
                .contains("`uniform` is an object with `min` `max`")
        );
        assert!(error(r#"{"uniform": {"min": 1}}"#).contains("`max` must be a whole number"));
        assert!(error(r#"{"constant": -1}"#).contains("`constant` must be a whole number"));
        assert!(error(r#"{"pareto": {"min": 1, "shape": 5000000000}}"#).contains("too much"));
        assert!(error(r#"{"empirical": [1, 2.5]}"#).contains("whole number"));
        assert!(error("5").contains("a latency is one of constant"));
        let error = timing(&serde_json::json!({ "semi-synchronous": { "unit": 1 } })).unwrap_err();
        assert!(error.contains("`c` must be"), "{error}");
    }
}
