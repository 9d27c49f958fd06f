//! The set-up: how many nodes, which seed, which parameters, and how messages travel. Every change is another run.

use std::rc::Rc;

use lightcone_sim::decimal;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Latency, Scenario};
use lightcone_sim::time::Ns;
use serde_json::{Map, Value};
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::dom;
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::store::run::protocol;
use crate::store::work::WorkAction;
use crate::top::bar::dice;

/// Properties of [`Setup`].
#[derive(Properties, PartialEq)]
pub struct SetupProps {
    /// The scenario.
    pub scenario: Rc<Scenario>,
}

/// A field of the set-up: what it is called, what stands there, and the scenario with another text in it.
struct Field {
    name: &'static str,
    text: String,
    hint: &'static str,
    put: fn(&Scenario, &str) -> Result<Scenario, String>,
}

/// The set-up.
#[component]
pub fn Setup(props: &SetupProps) -> Html {
    let desk = use_desk();
    let scenario = &props.scenario;
    let entry = protocol(&scenario.protocol);
    let param = |entry: &'static ProtocolEntry, &(name, means): &(&'static str, &'static str)| {
        html! { <key={name}>{ param(&desk, entry, scenario, name, means) }</> }
    };
    let params = |entry: &'static ProtocolEntry| entry.params.iter().map(move |named| param(entry, named));
    let field = |field: Field| {
        let (desk, scenario) = (desk.clone(), scenario.clone());
        let onchange =
            Callback::from(move |event: Event| match (field.put)(&scenario, &dom::value(&event)) {
                Ok(changed) => desk.apply(changed),
                Err(why) => desk.work.dispatch(WorkAction::Complain(why)),
            });
        html! {
            <label key={field.name} class="value-row" title={field.hint}>
                <span>{ field.name }</span><input type="text" inputmode="decimal" name={field.name} value={field.text} {onchange} />
            </label>
        }
    };
    html! {
        <div class="setup">
            <p class="small">{ entry.map(|entry| entry.summary).unwrap_or_default() }</p>
            <div class="row">
                { Button::new(Sign::Dice, "New seed", dice(&desk, scenario)).worded().html() }
                { Button::new(Sign::Reset, "Reset", desk.working(WorkAction::Reset)).worded().html() }
            </div>
            { for fields(scenario).into_iter().map(field) }
            <h3 hidden={entry.is_none_or(|entry| entry.params.is_empty())}>{ "Parameters" }</h3>
            { for entry.into_iter().flat_map(params) }
        </div>
    }
}

fn whole<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| no_number(text))
}

fn no_number(text: &str) -> String {
    format!("“{}” is not such a number.", text.chars().take(20).collect::<String>())
}

fn share(ppm: u32) -> String {
    (f64::from(ppm) / 1e4).to_string()
}

fn ppm(text: &str) -> Result<u32, String> {
    let percent = decimal::read(text.trim_end_matches('%')).ok_or_else(|| no_number(text))?;
    if (0.0..=100.0).contains(&percent) {
        Ok((percent * 1e4) as u32)
    } else {
        Err("A share is from 0 to 100 %.".to_owned())
    }
}

fn fields(scenario: &Scenario) -> Vec<Field> {
    let (min, max) = match scenario.network.latency {
        Latency::Constant(span) => (span, span),
        Latency::Uniform { min, max } => (min, max),
        Latency::Exponential { min, mean } => (min, mean),
    };
    let field = |name, text, hint, put| Field { name, text, hint, put };
    vec![
        field("nodes", scenario.nodes.to_string(), "how many servers", |old, text| {
            Ok(Scenario { nodes: whole(text)?, ..old.clone() })
        }),
        field("clients", scenario.workload.clients.to_string(), "how many clients", |old, text| {
            let mut new = old.clone();
            new.workload.clients = whole(text)?;
            Ok(new)
        }),
        field("seed", scenario.seed.to_string(), "decides every chance", |old, text| {
            Ok(Scenario { seed: whole(text)?, ..old.clone() })
        }),
        field("latency from", min.to_string(), "a message takes at least so long", |old, text| {
            with_latency(old, |_, max| Ok((text.parse()?, max)))
        }),
        field("latency to", max.to_string(), "a message takes at most so long", |old, text| {
            with_latency(old, |min, _| Ok((min, text.parse()?)))
        }),
        field(
            "lost, %",
            share(scenario.network.loss_ppm),
            "how many of a hundred messages are lost",
            |old, text| {
                let mut new = old.clone();
                new.network.loss_ppm = ppm(text)?;
                Ok(new)
            },
        ),
        field(
            "twice, %",
            share(scenario.network.duplicate_ppm),
            "how many of a hundred messages arrive twice",
            |old, text| {
                let mut new = old.clone();
                new.network.duplicate_ppm = ppm(text)?;
                Ok(new)
            },
        ),
    ]
}

/// The scenario with other bounds of latency; a least above the most moves the most.
fn with_latency(
    old: &Scenario,
    bounds: impl FnOnce(Ns, Ns) -> Result<(Ns, Ns), String>,
) -> Result<Scenario, String> {
    let mut new = old.clone();
    new.network.latency = match old.network.latency {
        Latency::Exponential { min, mean } => {
            let (min, mean) = bounds(min, mean)?;
            Latency::Exponential { min, mean: mean.max(min) }
        }
        Latency::Constant(span) => even(bounds(span, span)?),
        Latency::Uniform { min, max } => even(bounds(min, max)?),
    };
    Ok(new)
}

fn even((min, max): (Ns, Ns)) -> Latency {
    Latency::Uniform { min, max: max.max(min) }
}

/// One parameter of the protocol, shown as what it is: a switch, a choice, a time, a number.
fn param(
    desk: &Desk,
    entry: &ProtocolEntry,
    scenario: &Rc<Scenario>,
    name: &'static str,
    means: &'static str,
) -> Html {
    let value = scenario
        .params
        .get(name)
        .cloned()
        .or_else(|| (entry.default_params)().get(name).cloned())
        .unwrap_or_default();
    let set = {
        let (desk, scenario) = (desk.clone(), scenario.clone());
        move |value: Value| {
            let mut changed = (*scenario).clone();
            changed.params.insert(name.to_owned(), value);
            desk.apply(changed);
        }
    };
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
            let onchange = Callback::from(move |event: Event| {
                let text = dom::value(&event);
                set(match text.parse::<Ns>() {
                    Ok(time) if is_time => Value::from(time.0),
                    _ => serde_json::from_str(&text).unwrap_or(Value::String(text)),
                });
            });
            html! {
                <label class="value-row" title={means}><span>{ label }</span><input type="text" value={text} {onchange} /></label>
            }
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
