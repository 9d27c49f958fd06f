//! Flags over a scenario.

use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use serde_json::{Map, Value};

use crate::args::SourceArgs;
use crate::failure::Failure;

/// Changes a scenario as the flags say.
pub(crate) fn apply(
    scenario: &mut Scenario,
    entry: &ProtocolEntry,
    args: &SourceArgs,
) -> Result<(), Failure> {
    scenario.nodes = args.nodes.unwrap_or(scenario.nodes);
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    scenario.until = args.until.unwrap_or(scenario.until);
    let usual = usual_params(entry);
    for setting in &args.settings {
        let Some((key, value)) = setting.split_once('=') else {
            return Failure::bad(format!("--set {setting}: a setting reads KEY=VALUE"));
        };
        if !usual.contains_key(key) {
            return Failure::bad(format!("--set {setting}: {} {}", entry.name, known(&usual)));
        }
        scenario.params.insert(key.to_owned(), value_of(value));
    }
    Ok(())
}

/// Fills in every parameter that has its default.
pub(crate) fn complete(scenario: &mut Scenario, entry: &ProtocolEntry) {
    for (key, value) in usual_params(entry) {
        scenario.params.entry(key).or_insert(value);
    }
}

/// Takes out every parameter that has its default: what is left is what a link must say.
pub(crate) fn abbreviate(scenario: &mut Scenario, entry: &ProtocolEntry) {
    let usual = usual_params(entry);
    scenario.params.retain(|key, value| usual.get(key) != Some(value));
}

fn usual_params(entry: &ProtocolEntry) -> Map<String, Value> {
    match (entry.default_params)() {
        Value::Object(params) => params,
        _ => Map::new(),
    }
}

fn known(params: &Map<String, Value>) -> String {
    if params.is_empty() {
        return "has no parameters".to_owned();
    }
    let names: Vec<&str> = params.keys().map(String::as_str).collect();
    format!("has the parameters {}", names.join(", "))
}

/// JSON, or a time with its unit, or plain text.
fn value_of(text: &str) -> Value {
    serde_json::from_str(text)
        .or_else(|_| text.parse::<Ns>().map(|time| Value::from(time.0)))
        .unwrap_or_else(|_| Value::from(text))
}
