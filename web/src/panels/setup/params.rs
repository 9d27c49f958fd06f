//! The protocol's parameters.

use std::rc::Rc;

use lightcone_sim::layer::Meaning;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use serde_json::{Map, Value};
use yew::prelude::*;

use crate::dom;
use crate::panels::setup::row::{Form, Row, no_number};
use crate::parts::pick_list::PickList;
use crate::words;

/// These parameters of a protocol.
pub fn params(form: &Form<'_>, entry: &ProtocolEntry, params: &[Meaning]) -> Vec<Html> {
    let one = |&(name, means): &Meaning| {
        html! { <key={name}>{ param(form, entry, name, means) }</> }
    };
    params.iter().map(one).collect()
}

/// One parameter of the protocol, shown as what it is: a switch, a choice, a time, a number.
fn param(form: &Form<'_>, entry: &ProtocolEntry, name: &'static str, means: &'static str) -> Html {
    let Form { desk, scenario, .. } = *form;
    let value = scenario
        .params
        .get(name)
        .cloned()
        .or_else(|| (entry.default_params)().get(name).cloned())
        .unwrap_or_default();
    let with = {
        let scenario = scenario.clone();
        move |value: Value| {
            let mut changed = (*scenario).clone();
            changed.params.insert(name.to_owned(), value);
            changed
        }
    };
    let (put, desk_too) = (with.clone(), desk.clone());
    let set = move |value: Value| desk_too.apply(with(value));
    let is_time = means.contains(" in ns");
    let label = name.replace('_', " ");
    match &value {
        Value::Bool(on) => html! {
            <label class="tick" title={means}>
                <input type="checkbox" checked={*on} onchange={Callback::from(move |event: Event| set(Value::Bool(dom::ticked(&event))))} /><span>{ label }</span>
            </label>
        },
        Value::String(word) => html! {
            <div title={means}>
                <PickList {label} choices={choices(entry, scenario, name, means, word)} value={word.clone()} onpick={Callback::from(move |word| set(Value::String(word)))} />
            </div>
        },
        _ => {
            let text = match value.as_u64() {
                Some(ns) if is_time => Ns(ns).to_string(),
                _ => value.to_string(),
            };
            let read = move |text: &str| {
                if is_time {
                    return words::time(text).map(|time| Value::from(time.0));
                }
                serde_json::from_str(text).map_err(|_| no_number(text, "a number"))
            };
            let put = Rc::new(move |text: &str| read(text).map(&put));
            Row { name, label, hint: means, text, put }.html(form)
        }
    }
}

/// The words of a description that the protocol takes as a value of this parameter.
fn choices(
    entry: &ProtocolEntry,
    scenario: &Scenario,
    name: &str,
    means: &str,
    present: &str,
) -> Vec<(AttrValue, AttrValue)> {
    let takes = |word: &str| {
        let mut params: Map<String, Value> =
            (entry.default_params)().as_object().cloned().unwrap_or_default();
        params.insert(name.to_owned(), Value::String(word.to_owned()));
        (entry.check_params)(Value::Object(params), scenario.node_set()).is_ok()
    };
    let words =
        means.split(|sign: char| !(sign.is_ascii_lowercase() || sign == '-')).filter(|word| !word.is_empty());
    let mut found: Vec<&str> = vec![];
    for word in words.chain([present]) {
        if !found.contains(&word) && (word == present || takes(word)) {
            found.push(word);
        }
    }
    found.into_iter().map(|word| (word.to_owned().into(), word.replace('-', " ").into())).collect()
}
