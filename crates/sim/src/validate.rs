//! Scenarios from outside: read, checked, and refused with one clear sentence that says what and where.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::clock::{MAX_DRIFT_PPM, MIN_DRIFT_PPM};
use crate::faults::What;
use crate::ids::excerpt;
use crate::protocol::Protocol;
use crate::scenario::{Action, ClockSpec, Entry, How, Latency, Reorder, Scenario, Timing, VERSION};
use crate::sorted::Set;
use crate::time::Ns;

/// At most so many servers.
pub const MAX_SERVERS: u16 = 1_000;
/// At most so many clients.
pub const MAX_CLIENTS: u16 = 64;
/// A run ends by then: an hour.
pub const MAX_UNTIL: Ns = Ns::s(3_600);
/// At most so many script entries.
pub const MAX_ENTRIES: usize = 10_000;
/// The partitions of a script cut at most so many links in all: two halves of a thousand nodes are half a million.
pub const MAX_CUT_LINKS: u64 = 2_000_000;
/// An offset of at most so many nanoseconds either way: ten years.
pub const MAX_OFFSET: i64 = 315_360_000_000_000_000;
/// A link carries at most so many bytes a second.
pub const MAX_BANDWIDTH: u64 = 1_000_000_000_000;
/// At most so many messages wait at a link.
pub const MAX_QUEUE: u32 = 1_000_000;
/// At most so many measured latencies make a distribution.
pub const MAX_MEASURED: usize = 1_000;
/// Random faults take at most so many draws, an eighth of which become faults.
const MAX_DRAWS: u64 = 400_000;
/// At most so many bytes in an operation, a note or a name.
const MAX_TEXT: usize = 1_000;

/// What is wrong with a scenario, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadScenario(pub String);

impl fmt::Display for BadScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadScenario {}

fn bad<T>(text: impl Into<String>) -> Result<T, BadScenario> {
    Err(BadScenario(text.into()))
}

/// Reads a scenario from JSON. It is well-formed then; [`check`] says whether its numbers make sense.
pub fn parse(json: &str) -> Result<Scenario, BadScenario> {
    let value: Value =
        serde_json::from_str(json).map_err(|error| BadScenario(format!("this is not JSON: {error}")))?;
    from_value(value)
}

/// Reads a scenario from a JSON value, entry by entry, so that an error names its entry.
pub fn from_value(mut value: Value) -> Result<Scenario, BadScenario> {
    let Some(object) = value.as_object_mut() else {
        return bad(
            "a scenario is a JSON object with `version`, `protocol`, `nodes`, `seed`, `until` and `script`",
        );
    };
    match object.get("version").map(|version| version.as_u64()) {
        Some(Some(version)) if version > u64::from(VERSION) => {
            return bad(format!(
                "this is of format version {version}, and this program knows versions up to {VERSION}: open it with a newer one"
            ));
        }
        Some(Some(1..)) => {}
        Some(_) => return bad(format!("`version` must be a whole number, {VERSION} at present")),
        None => {
            return bad(format!(
                "this has no `version`, which every scenario and saved file has (at present {VERSION}), with `protocol` and `nodes`"
            ));
        }
    }
    let script = object.remove("script").unwrap_or(Value::Array(Vec::new()));
    let Value::Array(script) = script else { return bad("`script` must be a list of entries") };
    let mut scenario = Scenario::deserialize(value)
        .map_err(|error| BadScenario(format!("the scenario does not read: {}", line(&error))))?;
    if script.len() > MAX_ENTRIES {
        return bad(format!("`script` has {} entries; at most {MAX_ENTRIES} are allowed", script.len()));
    }
    for (place, entry) in script.into_iter().enumerate() {
        let id = entry.get("id").and_then(Value::as_u64);
        let name = id.map_or_else(|| format!("at place {}", place + 1), |id| id.to_string());
        let read = Entry::deserialize(entry)
            .map_err(|error| BadScenario(format!("script entry {name} does not read: {}", line(&error))))?;
        scenario.script.push(read);
    }
    Ok(scenario)
}

fn line(error: &serde_json::Error) -> String {
    let text = crate::ids::one_line(&error.to_string());
    if text.len() > 300 { format!("{}…", text.chars().take(300).collect::<String>()) } else { text }
}

/// The protocol of a scenario, with its parameters; or what is wrong with these.
pub fn protocol<P: Protocol>(scenario: &Scenario) -> Result<P, BadScenario> {
    if scenario.protocol != P::NAME {
        return bad(format!("the scenario is for `{}`, not for `{}`", excerpt(&scenario.protocol), P::NAME));
    }
    let params = params::<P>(&scenario.params)?;
    for entry in &scenario.script {
        if let Action::Op { op, .. } = &entry.action {
            op.parse::<P::Op>().map_err(|error| {
                BadScenario(format!("script entry {}: `{}` is no operation: {error}", entry.id, excerpt(op)))
            })?;
        }
    }
    for op in &scenario.workload.ops {
        let text = crate::workload::fill(&op.op, crate::ids::NodeId::client(0), 1);
        text.parse::<P::Op>().map_err(|error| {
            BadScenario(format!("workload: `{}` is no operation: {error}", excerpt(&op.op)))
        })?;
    }
    P::new(params, scenario.node_set()).map_err(BadScenario)
}

/// Given parameters over the usual ones.
fn params<P: Protocol>(given: &serde_json::Map<String, Value>) -> Result<P::Params, BadScenario> {
    let mut all = serde_json::to_value(P::Params::default()).unwrap_or_default();
    let Some(object) = all.as_object_mut() else { return Ok(P::Params::default()) };
    for (name, value) in given {
        if !object.contains_key(name) {
            let known: Vec<&str> = object.keys().map(String::as_str).collect();
            let known = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", known.join(", "))
            };
            return bad(format!("{} has no parameter `{}`: {known}", P::NAME, excerpt(name)));
        }
        object.insert(name.clone(), value.clone());
        P::Params::deserialize(&Value::Object(object.clone()))
            .map_err(|error| BadScenario(format!("parameter `{name}` does not read: {}", line(&error))))?;
    }
    P::Params::deserialize(all)
        .map_err(|error| BadScenario(format!("the parameters do not read: {}", line(&error))))
}

/// Whether a scenario's numbers make sense, whatever its protocol.
pub fn check(scenario: &Scenario) -> Result<(), BadScenario> {
    if scenario.version != VERSION {
        return bad(format!("format version {} is unknown: the present one is {VERSION}", scenario.version));
    }
    within("nodes", scenario.nodes, 1, MAX_SERVERS)?;
    within("workload: clients", scenario.workload.clients, 0, MAX_CLIENTS)?;
    within("until", scenario.until, Ns::ZERO, MAX_UNTIL)?;
    within("workload: every", scenario.workload.every, Ns::ZERO, MAX_UNTIL)?;
    within("workload: start", scenario.workload.start, Ns::ZERO, MAX_UNTIL)?;
    check_network(scenario)?;
    check_faults(scenario)?;
    for (node, clock) in &scenario.clocks {
        check_clock(&format!("clocks: {node}"), clock)?;
    }
    for (node, name) in &scenario.names {
        within(&format!("names: {node}: length"), name.len(), 1, 40)?;
    }
    if scenario.workload.ops.len() > 100 {
        return bad("workload: at most 100 kinds of operation are allowed");
    }
    let mut seen = Set::new();
    for entry in &scenario.script {
        if !seen.insert(entry.id) {
            return bad(format!("script: two entries have the id {}", entry.id));
        }
        check_entry(entry)?;
    }
    let cut = scenario.script.iter().map(cut_links).sum();
    within("script: links that partitions cut, in all", cut, 0, MAX_CUT_LINKS)?;
    within("script: entries", scenario.script.len(), 0, MAX_ENTRIES)
}

/// How many links a partition cuts, to and fro.
fn cut_links(entry: &Entry) -> u64 {
    let Action::Partition { groups, .. } = &entry.action else { return 0 };
    let square = |count: usize| (count as u64).pow(2);
    square(groups.iter().map(Vec::len).sum()) - groups.iter().map(|group| square(group.len())).sum::<u64>()
}

fn check_entry(entry: &Entry) -> Result<(), BadScenario> {
    let name = format!("script entry {}", entry.id);
    // The highest numbers are kept for what is made from them: copies, and the end of an instant.
    within(&format!("{name}: id"), entry.id.0, 1, u32::MAX - 16)?;
    within(&format!("{name}: rank"), entry.rank, 0, u32::MAX - 16)?;
    within(&format!("{name}: at"), entry.at, Ns::ZERO, MAX_UNTIL)?;
    match &entry.action {
        Action::Slow { step, .. } => within(&format!("{name}: step"), *step, Ns::ZERO, MAX_UNTIL),
        Action::Clock { offset: None, over: Some(_), .. } => {
            bad(format!("{name}: `over` says how long an `offset` takes, and there is none"))
        }
        &Action::Clock { offset, over, drift_ppm, rate_ppm, uncertainty, uncertainty_ppm, .. } => {
            within(&format!("{name}: over"), over.unwrap_or_default(), Ns::ZERO, MAX_UNTIL)?;
            let spec = ClockSpec {
                offset: offset.unwrap_or_default(),
                drift_ppm: drift_ppm.unwrap_or_default(),
                rate_ppm: rate_ppm.unwrap_or_default(),
                uncertainty: uncertainty.unwrap_or_default(),
                uncertainty_ppm: uncertainty_ppm.unwrap_or_default(),
            };
            check_clock(&name, &spec)
        }
        Action::Cut { until, .. } => check_end(&name, entry.at, *until),
        Action::Partition { groups, until, .. } => {
            if groups.len() < 2 {
                return bad(format!("{name}: a partition has at least two groups"));
            }
            let mut members = Set::new();
            if let Some(twice) = groups.iter().flatten().find(|node| !members.insert(**node)) {
                return bad(format!("{name}: {twice} is in two groups"));
            }
            check_end(&name, entry.at, *until)
        }
        Action::Op { client, .. } if !client.is_client() => {
            bad(format!("{name}: {client} is no client; operations are called by c1, c2, …"))
        }
        Action::Byzantine { how, field, until, value, .. } => {
            if *how == How::Lie && (field.is_none() || value.is_none()) {
                return bad(format!("{name}: who lies does so about a `field`, and says a `value`"));
            }
            check_text(&name, "field", field.as_deref().unwrap_or_default(), 0)?;
            check_end(&name, entry.at, *until)
        }
        Action::Rewrite { field, .. } => check_text(&name, "field", field, 1),
        Action::Op { op, .. } => within(&format!("{name}: length of the operation"), op.len(), 1, MAX_TEXT),
        Action::Note { text, .. } => within(&format!("{name}: length of the note"), text.len(), 0, MAX_TEXT),
        _ => Ok(()),
    }
}

fn check_text(name: &str, what: &str, text: &str, least: usize) -> Result<(), BadScenario> {
    within(&format!("{name}: length of `{what}`"), text.len(), least, MAX_TEXT)
}

fn check_end(name: &str, from: Ns, until: Option<Ns>) -> Result<(), BadScenario> {
    until.map_or(Ok(()), |until| within(&format!("{name}: until"), until, from, MAX_UNTIL))
}

fn check_clock(name: &str, clock: &ClockSpec) -> Result<(), BadScenario> {
    within(&format!("{name}: drift_ppm"), clock.drift_ppm, MIN_DRIFT_PPM, MAX_DRIFT_PPM)?;
    within(&format!("{name}: rate_ppm"), clock.rate_ppm, -MAX_DRIFT_PPM, MAX_DRIFT_PPM)?;
    within(&format!("{name}: uncertainty"), clock.uncertainty, Ns::ZERO, MAX_UNTIL)?;
    within(&format!("{name}: uncertainty_ppm"), clock.uncertainty_ppm, 0, 1_000_000)?;
    within(&format!("{name}: offset (ns)"), clock.offset, -MAX_OFFSET, MAX_OFFSET)
}

fn check_network(scenario: &Scenario) -> Result<(), BadScenario> {
    let network = &scenario.network;
    within("network: loss_ppm", network.loss_ppm, 0, 1_000_000)?;
    within("network: duplicate_ppm", network.duplicate_ppm, 0, 1_000_000)?;
    within("network: corrupt_ppm", network.corrupt_ppm, 0, 1_000_000)?;
    check_latency("network: latency", &network.latency)?;
    check_line("network", network.reorder, network.bandwidth, network.queue)?;
    match network.timing {
        Timing::Asynchronous => {}
        Timing::SemiSynchronous { unit, c, steps } => {
            within("network: timing: unit", unit, Ns(1), MAX_UNTIL)?;
            within("network: timing: c", c, 0, 1_000)?;
            within("network: timing: steps", steps, Ns::ZERO, MAX_UNTIL)?;
        }
        Timing::Synchronous { round } => within("network: timing: round", round, Ns(1), MAX_UNTIL)?,
    }
    within("network: links", network.links.len(), 0, 10_000)?;
    for link in &network.links {
        let name = format!("network: link {}→{}", link.from, link.to);
        within(&format!("{name}: loss_ppm"), link.loss_ppm.unwrap_or(0), 0, 1_000_000)?;
        within(&format!("{name}: duplicate_ppm"), link.duplicate_ppm.unwrap_or(0), 0, 1_000_000)?;
        within(&format!("{name}: corrupt_ppm"), link.corrupt_ppm.unwrap_or(0), 0, 1_000_000)?;
        check_line(&name, link.reorder, link.bandwidth, link.queue)?;
        if let Some(latency) = &link.latency {
            check_latency(&name, latency)?;
        }
    }
    Ok(())
}

/// What may be said of the network and of a single link alike.
fn check_line(
    name: &str,
    reorder: Option<Reorder>,
    bandwidth: Option<u64>,
    queue: Option<u32>,
) -> Result<(), BadScenario> {
    let Reorder { ppm, by } = reorder.unwrap_or_default();
    within(&format!("{name}: reorder: ppm"), ppm, 0, 1_000_000)?;
    within(&format!("{name}: reorder: by"), by, Ns::ZERO, MAX_UNTIL)?;
    within(&format!("{name}: bandwidth (bytes a second)"), bandwidth.unwrap_or(1), 1, MAX_BANDWIDTH)?;
    within(&format!("{name}: queue (messages)"), queue.unwrap_or(0), 0, MAX_QUEUE)
}

fn check_faults(scenario: &Scenario) -> Result<(), BadScenario> {
    within("faults", scenario.faults.len(), 0, 100)?;
    let mut draws = 0u64;
    for (fault, place) in scenario.faults.iter().zip(1..) {
        let name = format!("faults: number {place}");
        within(&format!("{name}: every"), fault.every, Ns::ms(1), MAX_UNTIL)?;
        let max = fault.max.unwrap_or(fault.min);
        within(&format!("{name}: max"), max, Ns::ZERO, MAX_UNTIL)?;
        within(&format!("{name}: min"), fault.min, Ns::ZERO, max)?;
        if fault.what == What::Clock && fault.max.is_none() {
            return bad(format!("{name}: a clock needs `max`, how far it is set"));
        }
        within(&format!("{name}: step"), fault.step, Ns::ZERO, MAX_UNTIL)?;
        if (fault.what == What::Slow) != (fault.step > Ns::ZERO) {
            return bad(format!("{name}: `slow` needs a `step`, how long one takes; nothing else has it"));
        }
        draws = draws.saturating_add(fault.draws(scenario.nodes, scenario.until));
    }
    if draws > MAX_DRAWS {
        return bad("faults: there would be too many; let `every` be longer, or `until` sooner");
    }
    Ok(())
}

fn check_latency(name: &str, latency: &Latency) -> Result<(), BadScenario> {
    let (least, most) = match latency {
        Latency::Constant(span) => (*span, *span),
        Latency::Uniform { min, max } => (*min, *max),
        Latency::Exponential { min, mean } => (*min, *mean),
        Latency::LogNormal { median, p99 } => {
            within(&format!("{name}: median"), *median, Ns(1), MAX_UNTIL)?;
            (*median, *p99)
        }
        Latency::Pareto { min, shape } => {
            within(&format!("{name}: shape (thousandths)"), *shape, 100, 1_000_000)?;
            return within(&format!("{name}: min"), *min, Ns(1), MAX_UNTIL);
        }
        Latency::Empirical(measured) => {
            within(&format!("{name}: measured latencies"), measured.len(), 1, MAX_MEASURED)?;
            let longest = measured.iter().copied().max().unwrap_or_default();
            return within(&format!("{name}: the longest"), longest, Ns::ZERO, MAX_UNTIL);
        }
    };
    within(name, most, Ns::ZERO, MAX_UNTIL)?;
    if least > most {
        return bad(format!("{name}: the least, {least}, is more than {most}"));
    }
    Ok(())
}

fn within<T: PartialOrd + fmt::Display>(name: &str, value: T, least: T, most: T) -> Result<(), BadScenario> {
    if value < least || value > most {
        return bad(format!("{name} is {value}; it must be from {least} to {most}"));
    }
    Ok(())
}
