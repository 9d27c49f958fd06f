//! Latencies, promises of time, links, clocks and random faults as they are written: one of several kinds by its name, with
//! numbers by theirs.
//!
//! Derived readers of so many small shapes would take as many bytes of the page as all of the network; and here an error
//! says in one sentence what would be right.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::entry::{Fields, Read};
use crate::faults::{Fault, What};
use crate::ids::excerpt;
use crate::scenario::{ClockSpec, CutRule, Latency, LinkSpec, Reorder, Timing, WorkloadMode};
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

/// The place of a word among those that are known.
fn place(name: &str, word: &str, known: &[&str]) -> Result<usize, String> {
    let place = known.iter().position(|known| *known == word);
    place.ok_or_else(|| format!("`{name}` is one of {}; this is `{}`", known.join(", "), excerpt(word)))
}

const FAULTS: [&str; 8] = ["crash", "amnesia", "pause", "suspend", "slow", "cut", "clock", "byzantine"];

fn fault(fields: &mut Fields) -> Read<Fault> {
    use What::{Amnesia, Byzantine, Clock, Crash, Cut, Pause, Slow, Suspend};
    let (what, every) = (fields.words("what")?, fields.time("every")?);
    let what = [Crash, Amnesia, Pause, Suspend, Slow, Cut, Clock, Byzantine][place("what", &what, &FAULTS)?];
    let every = fields.must("every", every)?;
    let (min, step) = (fields.time("min")?.unwrap_or_default(), fields.time("step")?.unwrap_or_default());
    Ok(Fault { what, every, min, max: fields.time("max")?, step })
}

fn clock(fields: &mut Fields) -> Read<ClockSpec> {
    Ok(ClockSpec {
        offset: fields.signed("offset")?.unwrap_or_default(),
        drift_ppm: fields.signed("drift_ppm")?.unwrap_or_default(),
        rate_ppm: fields.signed("rate_ppm")?.unwrap_or_default(),
        uncertainty: fields.time("uncertainty")?.unwrap_or_default(),
        uncertainty_ppm: fields.small("uncertainty_ppm")?.unwrap_or_default(),
    })
}

fn link(fields: &mut Fields) -> Read<LinkSpec> {
    let (from, to) = (fields.id("from")?, fields.id("to")?);
    Ok(LinkSpec {
        from: fields.must("from", from)?,
        to: fields.must("to", to)?,
        latency: fields.take("latency").map(|value| latency(&value)).transpose()?,
        loss_ppm: fields.small("loss_ppm")?,
        duplicate_ppm: fields.small("duplicate_ppm")?,
        reorder: fields.take("reorder").map(|value| reorder(&value)).transpose()?,
        bandwidth: fields.time("bandwidth")?.map(|bytes| bytes.0),
        queue: fields.small("queue")?,
        corrupt_ppm: fields.small("corrupt_ppm")?,
    })
}

/// Reads what is one object of named fields, of which none may be left over.
fn object<'de, D: Deserializer<'de>, T>(
    from: D,
    what: &str,
    read: fn(&mut Fields) -> Read<T>,
) -> Result<T, D::Error> {
    let mut fields = Fields { what: what.to_owned(), rest: Map::deserialize(from)? };
    let found = read(&mut fields).and_then(|found| fields.end().map(|()| found));
    found.map_err(serde::de::Error::custom)
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Fault, D::Error> {
        object(from, "faults", fault)
    }
}

impl<'de> Deserialize<'de> for ClockSpec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ClockSpec, D::Error> {
        object(from, "clocks", clock)
    }
}

impl<'de> Deserialize<'de> for LinkSpec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<LinkSpec, D::Error> {
        object(from, "links", link)
    }
}

impl<'de> Deserialize<'de> for CutRule {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<CutRule, D::Error> {
        let place = place("cut_rule", &String::deserialize(from)?, &["in-flight", "at-arrival"]);
        Ok([CutRule::InFlight, CutRule::AtArrival][place.map_err(serde::de::Error::custom)?])
    }
}

impl<'de> Deserialize<'de> for WorkloadMode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<WorkloadMode, D::Error> {
        let place = place("mode", &String::deserialize(from)?, &["closed", "open"]);
        Ok([WorkloadMode::Closed, WorkloadMode::Open][place.map_err(serde::de::Error::custom)?])
    }
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
    use crate::ids::NodeId;

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
        let (latency, reorder) = (Some(Latency::Constant(Ns(3))), Some(it));
        let few = LinkSpec { latency, reorder, ..LinkSpec::usual(NodeId::server(0), NodeId::client(1)) };
        let (corrupt_ppm, bandwidth, queue) = (Some(1), Some(u64::MAX), Some(2));
        let (loss_ppm, duplicate_ppm) = (Some(3), Some(4));
        let rest = LinkSpec {
            latency: None,
            reorder: None,
            corrupt_ppm,
            bandwidth,
            queue,
            loss_ppm,
            duplicate_ppm,
            ..few.clone()
        };
        for it in [few, rest] {
            assert_eq!(serde_json::from_value::<LinkSpec>(serde_json::to_value(&it).unwrap()).unwrap(), it);
        }
        let it = ClockSpec { offset: -1, drift_ppm: 2, rate_ppm: -3, uncertainty: Ns(4), uncertainty_ppm: 5 };
        for it in [it, ClockSpec::default()] {
            assert_eq!(serde_json::from_value::<ClockSpec>(serde_json::to_value(it).unwrap()).unwrap(), it);
        }
        for rule in [CutRule::InFlight, CutRule::AtArrival] {
            assert_eq!(serde_json::from_value::<CutRule>(serde_json::to_value(rule).unwrap()).unwrap(), rule);
        }
        for mode in [WorkloadMode::Closed, WorkloadMode::Open] {
            assert_eq!(
                serde_json::from_value::<WorkloadMode>(serde_json::to_value(mode).unwrap()).unwrap(),
                mode
            );
        }
        for name in FAULTS {
            for max in [None, Some(Ns(7))] {
                let written = serde_json::json!({ "what": name, "every": 5, "max": max, "step": 3 });
                let it: Fault = serde_json::from_value(written).unwrap();
                assert_eq!((it.every, it.min, it.max, it.step), (Ns(5), Ns::ZERO, max, Ns(3)));
                let again = serde_json::to_value(&it).unwrap();
                assert_eq!(again["what"], name);
                assert_eq!(serde_json::from_value::<Fault>(again).unwrap(), it);
            }
        }
    }

    #[test]
    fn what_does_not_read_says_why() {
        let error = |json: &str| serde_json::from_str::<Fault>(json).unwrap_err().to_string();
        assert!(error(r#"{"what": "flood", "every": 1}"#).contains("`what` is one of crash, amnesia"));
        assert!(error(r#"{"every": 1}"#).contains("`faults` needs `what`"));
        assert!(error(r#"{"what": "cut"}"#).contains("`faults` needs `every`"));
        assert!(error(r#"{"what": "cut", "every": 1, "rate": 2}"#).contains("`faults` has no field `rate`"));
        assert!(error(r#"{"what": "cut", "every": -1}"#).contains("`every` must be a whole number from 0"));
        let error = |json: &str| serde_json::from_str::<LinkSpec>(json).unwrap_err().to_string();
        assert!(error(r#"{"from": "A"}"#).contains("`links` needs `to`"));
        assert!(error(r#"{"from": "A", "to": "B", "latency": 5}"#).contains("a latency is one of"));
        let error = serde_json::from_str::<ClockSpec>(r#"{"offset": 1.5}"#).unwrap_err().to_string();
        assert!(error.contains("`offset` must be a whole number"), "{error}");
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
