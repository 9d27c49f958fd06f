//! Changing one entry of the script: its time, and its main values.

use std::rc::Rc;

use lightcone_sim::decimal;
use lightcone_sim::ids::NodeId;
use lightcone_sim::scenario::{Action, Entry, Scenario};
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::desk::use_desk;
use crate::dom;
use crate::store::work::Deed;
use crate::words;

/// Properties of [`Editor`].
#[derive(Properties, PartialEq)]
pub struct EditorProps {
    /// The entry as it stands.
    pub entry: Entry,
    /// The scenario, for its nodes.
    pub scenario: Rc<Scenario>,
}

/// A value of an entry, as text: its name, what stands there, and how the entry becomes one with another text.
struct Value {
    name: &'static str,
    text: String,
    put: fn(&Entry, &str) -> Result<Entry, String>,
}

/// Changes one entry. A value counts when it is left or Enter is pressed.
#[component]
pub fn Editor(props: &EditorProps) -> Html {
    let desk = use_desk();
    let wrong = use_state_eq(String::new);
    let row = |value: Value| {
        let (entry, wrong, desk) = (props.entry.clone(), wrong.clone(), desk.clone());
        let onchange = Callback::from(move |event: Event| match (value.put)(&entry, &dom::value(&event)) {
            Ok(changed) => {
                wrong.set(String::new());
                desk.act(Deed::Change(changed));
            }
            Err(why) => wrong.set(why),
        });
        html! {
            <label key={value.name} class="value-row">
                <span>{ value.name }</span>
                <input type="text" value={value.text} {onchange} />
            </label>
        }
    };
    html! {
        <div class="editor">
            { for values(&props.entry).into_iter().map(row) }
            <p class="wrong" role="alert" hidden={wrong.is_empty()}>{ (*wrong).clone() }</p>
        </div>
    }
}

fn values(entry: &Entry) -> Vec<Value> {
    let mut values = vec![Value {
        name: "at",
        text: entry.at.to_string(),
        put: |entry, text| Ok(Entry { at: words::time(text)?, ..entry.clone() }),
    }];
    match &entry.action {
        Action::Crash { node }
        | Action::Amnesia { node }
        | Action::Recover { node }
        | Action::Pause { node, .. }
        | Action::Resume { node } => {
            values.push(Value { name: "node", text: node.to_string(), put: put_node });
        }
        Action::CrashInside { after, .. } => {
            values.push(Value { name: "effects that happen", text: after.to_string(), put: put_after })
        }
        Action::Cut { until, .. } | Action::Partition { until, .. } => {
            let text = until.map_or_else(|| "healed".to_owned(), |until| until.to_string());
            values.push(Value { name: "until", text, put: put_until });
        }
        Action::Clock { offset, drift_ppm, .. } => {
            let offset = offset.map_or_else(String::new, |ns| (ns / 1_000_000).to_string());
            values.push(Value { name: "ahead by (ms)", text: offset, put: put_offset });
            let drift = drift_ppm.map_or_else(String::new, |ppm| (ppm as f64 / 1e4).to_string());
            values.push(Value { name: "fast by (%)", text: drift, put: put_drift });
        }
        Action::Op { client, op, node } => {
            values.push(Value { name: "client", text: client.to_string(), put: put_client });
            values.push(Value { name: "operation", text: op.clone(), put: put_op });
            values.push(Value {
                name: "server",
                text: node.map(|node| node.to_string()).unwrap_or_default(),
                put: put_server,
            });
        }
        Action::Note { text, .. } => values.push(Value { name: "note", text: text.clone(), put: put_note }),
        _ => {}
    }
    values
}

fn with(entry: &Entry, change: impl FnOnce(&mut Action)) -> Entry {
    let mut entry = entry.clone();
    change(&mut entry.action);
    entry
}

fn node_of(text: &str) -> Result<NodeId, String> {
    text.trim().parse::<NodeId>().map_err(|bad| bad.to_string())
}

fn put_node(entry: &Entry, text: &str) -> Result<Entry, String> {
    let chosen = node_of(text)?;
    Ok(with(entry, |action| match action {
        Action::Crash { node }
        | Action::Amnesia { node }
        | Action::Recover { node }
        | Action::Pause { node, .. }
        | Action::Resume { node } => *node = chosen,
        _ => {}
    }))
}

fn put_after(entry: &Entry, text: &str) -> Result<Entry, String> {
    let count = text.trim().parse().map_err(|_| "a number of effects, such as 1".to_owned())?;
    Ok(with(entry, |action| {
        if let Action::CrashInside { after, .. } = action {
            *after = count;
        }
    }))
}

fn put_until(entry: &Entry, text: &str) -> Result<Entry, String> {
    let end: Option<Ns> = match text.trim() {
        "" | "healed" => None,
        text => Some(words::time(text)?),
    };
    Ok(with(entry, |action| {
        if let Action::Cut { until, .. } | Action::Partition { until, .. } = action {
            *until = end;
        }
    }))
}

fn number(text: &str) -> Result<Option<f64>, String> {
    let text = text.trim().trim_end_matches('%').replace('−', "-");
    if text.is_empty() {
        return Ok(None);
    }
    let number = decimal::read(&text);
    number.map(Some).ok_or_else(|| format!("“{}” is not a number", text.chars().take(20).collect::<String>()))
}

fn put_offset(entry: &Entry, text: &str) -> Result<Entry, String> {
    let ns = number(text)?.map(|ms| (ms * 1e6) as i64);
    Ok(with(entry, |action| {
        if let Action::Clock { offset, .. } = action {
            *offset = ns;
        }
    }))
}

fn put_drift(entry: &Entry, text: &str) -> Result<Entry, String> {
    let ppm = number(text)?.map(|percent| (percent * 1e4) as i64);
    Ok(with(entry, |action| {
        if let Action::Clock { drift_ppm, .. } = action {
            *drift_ppm = ppm;
        }
    }))
}

fn put_client(entry: &Entry, text: &str) -> Result<Entry, String> {
    let chosen = node_of(text)?;
    Ok(with(entry, |action| {
        if let Action::Op { client, .. } = action {
            *client = chosen;
        }
    }))
}

fn put_op(entry: &Entry, text: &str) -> Result<Entry, String> {
    let text = text.trim().to_owned();
    Ok(with(entry, |action| {
        if let Action::Op { op, .. } = action {
            *op = text;
        }
    }))
}

fn put_server(entry: &Entry, text: &str) -> Result<Entry, String> {
    let chosen = if text.trim().is_empty() { None } else { Some(node_of(text)?) };
    Ok(with(entry, |action| {
        if let Action::Op { node, .. } = action {
            *node = chosen;
        }
    }))
}

fn put_note(entry: &Entry, text: &str) -> Result<Entry, String> {
    let remark = text.to_owned();
    Ok(with(entry, |action| {
        if let Action::Note { text, .. } = action {
            *text = remark;
        }
    }))
}

#[cfg(test)]
mod tests {
    use lightcone_sim::ids::EntryId;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn entry(action: Action) -> Entry {
        Entry { id: EntryId(1), at: Ns::s(1), rank: 0, action }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_value_that_makes_no_sense_changes_nothing() {
        let crash = entry(Action::Crash { node: NodeId::server(0) });
        for value in values(&crash) {
            assert!((value.put)(&crash, "¡nonsense!").is_err(), "{}", value.name);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_stands_in_a_field_reads_back_as_the_same_entry() {
        let actions = [
            Action::Crash { node: NodeId::server(2) },
            Action::clock(NodeId::server(0), Some(-40_000_000), Some(12_500)),
            Action::Partition { groups: vec![], until: None, one_way: false },
            Action::Op { client: NodeId::client(0), op: "put x 1".into(), node: Some(NodeId::server(1)) },
        ];
        for entry in actions.map(entry) {
            for value in values(&entry) {
                assert_eq!((value.put)(&entry, &value.text).as_ref(), Ok(&entry), "{}", value.name);
            }
        }
    }
}
