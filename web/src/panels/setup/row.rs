//! A value of the set-up that is written: it counts when it is left, and says in its place what is wrong with it.

use std::rc::Rc;

use lightcone_sim::decimal;
use lightcone_sim::scenario::Scenario;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::desk::Desk;
use crate::dom;
use crate::parts::pick_list::PickList;
use crate::store::run::protocol;

/// A value that was refused: whose, what was written, and what is wrong with it.
pub type Wrong = (&'static str, String, String);

/// What the values of a set-up have in common.
pub struct Form<'a> {
    /// Ways to change the stores.
    pub desk: &'a Desk,
    /// What runs.
    pub scenario: &'a Rc<Scenario>,
    /// What was refused.
    pub wrong: &'a UseStateHandle<Vec<Wrong>>,
}

impl Form<'_> {
    /// A value that is written; `put` puts what was written into a copy of the scenario.
    pub fn row(
        &self,
        name: &'static str,
        hint: &'static str,
        text: String,
        put: impl Fn(&mut Scenario, &str) -> Result<(), String> + 'static,
    ) -> Html {
        let old = self.scenario.clone();
        let put = Rc::new(move |text: &str| {
            let mut new = (*old).clone();
            put(&mut new, text).map(|()| new)
        });
        let row = Row { name, label: name.to_owned(), hint, text, put };
        html! { <key={name}>{ row.html(self) }</> }
    }

    /// A list to choose one of; `put` puts the choice into a copy of the scenario.
    pub fn pick(
        &self,
        label: &'static str,
        choices: &[(&'static str, &'static str)],
        value: &'static str,
        put: impl Fn(&mut Scenario, &str) + 'static,
    ) -> Html {
        let choices: Vec<(AttrValue, AttrValue)> =
            choices.iter().map(|&(value, words)| (value.into(), words.into())).collect();
        let (desk, old) = (self.desk.clone(), self.scenario.clone());
        let onpick = Callback::from(move |chosen: String| {
            let mut new = (*old).clone();
            put(&mut new, &chosen);
            desk.apply(new);
        });
        html! { <div key={label}><PickList {label} {choices} {value} {onpick} name={label} /></div> }
    }
}

/// The scenario with a value as it was written.
pub type Put = dyn Fn(&str) -> Result<Scenario, String>;

/// A value that is written. It counts when it is left or Enter is pressed; one that cannot be stays marked, with what is
/// wrong with it, until it is corrected or Escape brings back what runs.
pub struct Row {
    /// What tests and complaints call it.
    pub name: &'static str,
    /// What stands before it.
    pub label: String,
    /// What it means.
    pub hint: &'static str,
    /// What stands in it.
    pub text: String,
    /// The scenario with another text in it.
    pub put: Rc<Put>,
}

impl Row {
    /// The field, with what is wrong with it.
    pub fn html(self, form: &Form<'_>) -> Html {
        let Form { desk, scenario, wrong } = *form;
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

/// A whole number.
pub fn whole(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| no_number(text, "a whole number, such as 5"))
}

/// For what has fewer digits; what is too large for it is so for the simulation too.
pub fn small(text: &str) -> Result<u16, String> {
    whole(text).map(|number| u16::try_from(number).unwrap_or(u16::MAX))
}

/// What is wrong with a text that is not what was wanted.
pub fn no_number(text: &str, wanted: &str) -> String {
    format!("“{}” is not {wanted}", text.chars().take(20).collect::<String>())
}

/// A share in parts per million, as percent.
pub fn share(ppm: u32) -> String {
    (f64::from(ppm) / 1e4).to_string()
}

/// A share that was written as percent, in parts per million.
pub fn ppm(text: &str) -> Result<u32, String> {
    let percent = decimal::read(text.trim().trim_end_matches('%'));
    match percent.filter(|percent| (0.0..=100.0).contains(percent)) {
        Some(percent) => Ok((percent * 1e4) as u32),
        None => Err(no_number(text, "a share from 0 to 100 %")),
    }
}
