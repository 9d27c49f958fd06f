//! The set-up: how many nodes, which seed, which parameters, and how messages travel. Every change is another run.

use std::rc::Rc;

use lightcone_sim::decimal;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Latency, Scenario};
use lightcone_sim::time::Ns;
use serde_json::{Map, Value};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::dom;
use crate::icons::Sign;
use crate::lazy;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::store::run::protocol;
use crate::store::work::WorkAction;
use crate::top::bar::dice;
use crate::words;

lazy::chunk! {
    /// The set-up, for what is on the page.
    pub static SETUP: setup(SetupProps) = |props| html! { <Setup key={props.number} ..props.clone() /> };
}

/// Properties of [`Setup`].
#[derive(Clone, Properties, PartialEq)]
pub struct SetupProps {
    /// The number of the document.
    pub number: u32,
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

/// A value that was refused: whose, what was written, and what is wrong with it.
type Wrong = (&'static str, String, String);

/// The set-up.
#[component]
pub fn Setup(props: &SetupProps) -> Html {
    let desk = use_desk();
    let wrong = use_state(Vec::<Wrong>::new);
    let scenario = &props.scenario;
    let entry = protocol(&scenario.protocol);
    let param = |entry: &'static ProtocolEntry, &(name, means): &(&'static str, &'static str)| {
        html! { <key={name}>{ param(&desk, entry, (scenario, &wrong), name, means) }</> }
    };
    let params = |entry: &'static ProtocolEntry| entry.params.iter().map(move |named| param(entry, named));
    let field = |field: Field| {
        let (old, put) = (scenario.clone(), field.put);
        let row = Row {
            name: field.name,
            label: field.name.to_owned(),
            hint: field.hint,
            text: field.text,
            put: Rc::new(move |text| put(&old, text)),
        };
        html! { <key={field.name}>{ row.html(&desk, scenario, &wrong) }</> }
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

/// The scenario with a value as it was written.
type Put = dyn Fn(&str) -> Result<Scenario, String>;

/// A value that is written. It counts when it is left or Enter is pressed; one that cannot be stays marked, with what is
/// wrong with it, until it is corrected or Escape brings back what runs.
struct Row {
    name: &'static str,
    label: String,
    hint: &'static str,
    text: String,
    put: Rc<Put>,
}

impl Row {
    fn html(self, desk: &Desk, scenario: &Rc<Scenario>, wrong: &UseStateHandle<Vec<Wrong>>) -> Html {
        let Row { name, label, hint, text, put } = self;
        let refused = wrong.iter().find(|refused| refused.0 == name).cloned();
        let is_wrong = refused.is_some();
        let (_, value, why) = refused.unwrap_or_else(|| (name, text.clone(), String::new()));
        let others = {
            let wrong = wrong.clone();
            move || wrong.iter().filter(|refused| refused.0 != name).cloned().collect::<Vec<_>>()
        };
        let onkeydown = {
            let (wrong, others, text) = (wrong.clone(), others.clone(), text.clone());
            Callback::from(move |event: KeyboardEvent| {
                let field = event.target_dyn_into::<HtmlInputElement>();
                let field = field.filter(|field| event.key() == "Escape" && field.value() != text);
                if let Some(field) = field {
                    event.prevent_default();
                    field.set_value(&text);
                    wrong.set(others());
                }
            })
        };
        let onchange = {
            let (desk, scenario, wrong, label) =
                (desk.clone(), scenario.clone(), wrong.clone(), label.clone());
            Callback::from(move |event: Event| {
                let written = dom::value(&event);
                let mut refused = others();
                match put(&written).and_then(runs) {
                    Ok(changed) if changed == *scenario => {}
                    Ok(changed) => desk.apply(changed),
                    Err(why) => {
                        let why = why.trim_end_matches('.');
                        refused.push((name, written, format!("{label}: {why}. The run still has {text}.")));
                    }
                }
                wrong.set(refused);
            })
        };
        let id = format!("wrong-{}", name.replace(' ', "-"));
        html! {
            <div class="value-field">
                <label class="value-row" title={hint}>
                    <span>{ label }</span>
                    <input type="text" {name} {value} {onchange} {onkeydown} aria-invalid={is_wrong.then_some("true")} aria-describedby={is_wrong.then(|| id.clone())} />
                </label>
                <p class="wrong small" {id} role="alert" hidden={!is_wrong}>{ why }</p>
            </div>
        }
    }
}

/// The scenario, if it runs.
fn runs(scenario: Scenario) -> Result<Scenario, String> {
    match protocol(&scenario.protocol).map(|entry| (entry.start)(scenario.clone())) {
        Some(Err(bad)) => Err(bad.to_string()),
        _ => Ok(scenario),
    }
}

fn whole(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| no_number(text, "a whole number, such as 5"))
}

/// For what has fewer digits; what is too large for it is so for the simulation too.
fn small(text: &str) -> Result<u16, String> {
    whole(text).map(|number| u16::try_from(number).unwrap_or(u16::MAX))
}

fn no_number(text: &str, wanted: &str) -> String {
    format!("“{}” is not {wanted}", text.chars().take(20).collect::<String>())
}

fn share(ppm: u32) -> String {
    (f64::from(ppm) / 1e4).to_string()
}

fn ppm(text: &str) -> Result<u32, String> {
    let percent = decimal::read(text.trim().trim_end_matches('%'));
    match percent.filter(|percent| (0.0..=100.0).contains(percent)) {
        Some(percent) => Ok((percent * 1e4) as u32),
        None => Err(no_number(text, "a share from 0 to 100 %")),
    }
}

fn fields(scenario: &Scenario) -> Vec<Field> {
    let (min, max) = match &scenario.network.latency {
        Latency::Constant(span) => (*span, *span),
        Latency::Uniform { min, max } => (*min, *max),
        Latency::Exponential { min, mean } => (*min, *mean),
        Latency::LogNormal { median, p99 } => (*median, *p99),
        latency => (latency.usual(), latency.usual()),
    };
    let field = |name, text, hint, put| Field { name, text, hint, put };
    vec![
        field("nodes", scenario.nodes.to_string(), "how many servers", |old, text| {
            Ok(Scenario { nodes: small(text)?, ..old.clone() })
        }),
        field("clients", scenario.workload.clients.to_string(), "how many clients", |old, text| {
            let mut new = old.clone();
            new.workload.clients = small(text)?;
            Ok(new)
        }),
        field("seed", scenario.seed.to_string(), "decides every chance", |old, text| {
            Ok(Scenario { seed: whole(text)?, ..old.clone() })
        }),
        field("latency from", min.to_string(), "a message takes at least so long", |old, text| {
            with_latency(old, |_, max| Ok((words::time(text)?, max)))
        }),
        field("latency to", max.to_string(), "a message takes at most so long", |old, text| {
            with_latency(old, |min, _| Ok((min, words::time(text)?)))
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
        Latency::Uniform { min, max } => even(bounds(min, max)?),
        Latency::LogNormal { median, p99 } => {
            let (median, p99) = bounds(median, p99)?;
            Latency::LogNormal { median, p99: p99.max(median) }
        }
        ref latency => even(bounds(latency.usual(), latency.usual())?),
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
    (scenario, wrong): (&Rc<Scenario>, &UseStateHandle<Vec<Wrong>>),
    name: &'static str,
    means: &'static str,
) -> Html {
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
            Row { name, label, hint: means, text, put }.html(desk, scenario, wrong)
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
