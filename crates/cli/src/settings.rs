//! Flags over a scenario.

use lightcone_sim::registry::{ProtocolEntry, TRANSPORT};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use serde_json::{Map, Value};

use crate::args::{SourceArgs, Transport};
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
    if let Some(transport) = args.transport {
        carry(scenario, entry, transport)?;
    }
    let is_transport = |setting: &&String| setting.starts_with("transport=");
    let (first, rest): (Vec<&String>, Vec<&String>) = args.settings.iter().partition(is_transport);
    for setting in first.into_iter().chain(rest) {
        let usual = usual_params(entry.carried(&scenario.params));
        let Some((key, value)) = setting.split_once('=') else {
            return Failure::bad(format!("--set {setting}: a setting reads KEY=VALUE"));
        };
        let is_choice = key == TRANSPORT && entry.connected.is_some();
        if !is_choice && !usual.contains_key(key) {
            return Failure::bad(format!("--set {setting}: {} {}", entry.name, known(&usual)));
        }
        scenario.params.insert(key.to_owned(), value_of(value));
    }
    Ok(())
}

/// Chooses what carries messages.
fn carry(scenario: &mut Scenario, entry: &ProtocolEntry, transport: Transport) -> Result<(), Failure> {
    let own = usual_params(entry);
    let name = match transport {
        Transport::Connections => "connections",
        // Without a layer there are no parameters of one.
        Transport::Datagrams if !own.contains_key(TRANSPORT) => {
            scenario.params.retain(|key, _| own.contains_key(key));
            return Ok(());
        }
        Transport::Datagrams => "datagrams",
    };
    if entry.connected.is_none() && !own.contains_key(TRANSPORT) {
        return Failure::bad(format!(
            "--transport {name}: the messages of {} are always datagrams; `lightcone list` names the protocols that connections can carry",
            entry.name
        ));
    }
    scenario.params.insert(TRANSPORT.to_owned(), name.into());
    Ok(())
}

/// Fills in every parameter that has its default.
pub(crate) fn complete(scenario: &mut Scenario, entry: &ProtocolEntry) {
    for (key, value) in usual_params(entry.carried(&scenario.params)) {
        scenario.params.entry(key).or_insert(value);
    }
}

/// Takes out every parameter that has its default: what is left is what a link must say.
pub(crate) fn abbreviate(scenario: &mut Scenario, entry: &ProtocolEntry) {
    let carried = entry.carried(&scenario.params);
    let usual = usual_params(carried);
    // Which layer there is makes another run, though it may be one that does nothing.
    let is_layered = entry.connected.is_some();
    scenario.params.retain(|key, value| is_layered && key == TRANSPORT || usual.get(key) != Some(value));
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
