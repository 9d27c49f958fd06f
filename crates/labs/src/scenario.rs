//! A lab's scenario: what differs from the protocol's usual one.

use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Entry, Scenario};
use lightcone_sim::time::Ns;
use serde_json::{Map, Value};

use crate::trouble::{Trouble, instead};

/// The usual scenario of the protocol that a head names, with the head's changes.
pub(crate) fn of_head(table: &toml::Table, registry: &[ProtocolEntry]) -> Result<Scenario, Trouble> {
    let Some(toml::Value::String(name)) = table.get("protocol") else {
        return Err(Trouble::new("a lab's scenario names its `protocol`").near("[scenario]", "[scenario]"));
    };
    let Some(entry) = registry.iter().find(|entry| entry.name == name) else {
        let known = registry.iter().map(|entry| entry.name);
        return Err(Trouble::new(format!("the protocol `{name}` is unknown: {}", instead(name, known))));
    };
    let nodes =
        table.get("nodes").and_then(toml::Value::as_integer).and_then(|nodes| u16::try_from(nodes).ok());
    changed(&(entry.scenario)(nodes), table, entry)
}

/// A scenario with changes: tables are merged, all else is replaced, and `also` adds to the script.
pub(crate) fn changed(
    base: &Scenario,
    table: &toml::Table,
    entry: &ProtocolEntry,
) -> Result<Scenario, Trouble> {
    let known = [
        "version", "protocol", "params", "nodes", "network", "faults", "clocks", "workload", "seed", "until",
        "script",
    ];
    let more = ["also", "names", "notes"];
    if let Some(name) = table.keys().find(|name| !known.iter().chain(&more).any(|known| known == name)) {
        let trouble = Trouble::new(format!("a scenario has no `{name}`: {}", instead(name, known)));
        return Err(Trouble { at: None, text: trouble.text });
    }
    let mut changes = json(&toml::Value::Table(table.clone()));
    let also = changes.as_object_mut().and_then(|changes| changes.remove("also"));
    let mut value = serde_json::to_value(base).unwrap_or_default();
    merge(&mut value, changes);
    if let (Some(Value::Array(also)), Some(Value::Array(script))) = (also, value.get_mut("script")) {
        script.extend(also);
    }
    if let Some(Value::Array(script)) = value.get_mut("script") {
        number(script, 1);
    }
    let scenario = lightcone_sim::validate::from_value(value).map_err(|bad| Trouble::new(bad.to_string()))?;
    (entry.start)(scenario.clone()).map_err(|bad| Trouble::new(bad.to_string()))?;
    Ok(scenario)
}

/// Script entries that are added to a scenario.
pub(crate) fn entries(tables: &[toml::Table], scenario: &Scenario) -> Result<Vec<Entry>, Trouble> {
    let mut values: Vec<Value> =
        tables.iter().map(|table| json(&toml::Value::Table(table.clone()))).collect();
    let last = scenario.script.iter().map(|entry| u64::from(entry.id.0)).max().unwrap_or(0);
    number(&mut values, last + 1);
    let read = |value: Value| {
        let shown = value.to_string();
        serde_json::from_value(value)
            .map_err(|error| Trouble::new(format!("the entry {shown} does not read: {error}")))
    };
    values.into_iter().map(read).collect()
}

/// Gives ids to entries that have none.
fn number(script: &mut [Value], first: u64) {
    let last = script.iter().filter_map(|entry| entry.get("id")?.as_u64()).max().unwrap_or(0);
    let without =
        script.iter_mut().filter_map(Value::as_object_mut).filter(|entry| !entry.contains_key("id"));
    for (id, entry) in (first.max(last + 1)..).zip(without) {
        entry.insert("id".to_owned(), Value::from(id));
    }
}

fn merge(base: &mut Value, changes: Value) {
    match (base, changes) {
        (Value::Object(base), Value::Object(changes)) => {
            for (name, change) in changes {
                // A latency is one of several distributions: another one takes its place.
                let is_choice = name == "latency";
                let place = base.entry(name).or_insert(Value::Null);
                if is_choice { *place = change } else { merge(place, change) }
            }
        }
        (base, changes) => *base = changes,
    }
}

/// TOML as JSON, with times such as `"310ms"` as nanoseconds.
fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => {
            time(text).map_or_else(|| Value::from(text.as_str()), |ns| Value::from(ns.0))
        }
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(truth) => Value::from(*truth),
        toml::Value::Datetime(date) => Value::from(date.to_string()),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(k, v)| (k.clone(), json(v))).collect::<Map<_, _>>())
        }
    }
}

/// A number with a unit of time. A bare number in quotes is text.
fn time(text: &str) -> Option<Ns> {
    let has_unit = text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with('s');
    if has_unit { text.parse().ok() } else { None }
}
