//! What else can be done with a node: its clocks in more ways, slow steps, and lies. And with a message: other numbers in it.

use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, How};
use lightcone_sim::session::Session;
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use web_sys::Element;
use yew::prelude::*;

use crate::desk::Desk;
use crate::dom;
use crate::store::run::Run;
use crate::store::work::Deed;

/// So many messages tell which numbers a node could lie about.
const LOOKED_AT: usize = 400;

/// A row of buttons with a name, each of which does one thing at a time or at the playhead.
fn row(desk: &Desk, when: Option<Ns>, name: &'static str, deeds: Vec<(&'static str, Action)>) -> Html {
    let id = name.replace(' ', "-");
    let button = |(word, action): (&'static str, Action)| {
        html! { <button key={word} type="button" class="button small-button" onclick={desk.acting(Deed::at(when, action))}>{ word }</button> }
    };
    html! {
        <>
            <span class="menu-label" id={id.clone()}>{ name }</span>
            <span class="row" role="group" aria-labelledby={id}>{ for deeds.into_iter().map(button) }</span>
        </>
    }
}

/// A clock that changes in one way.
fn clock(node: NodeId, change: impl FnOnce(&mut Change)) -> Action {
    let mut with = Change::default();
    change(&mut with);
    let Change { offset, over, rate_ppm, uncertainty } = with;
    Action::Clock { node, offset, over, drift_ppm: None, rate_ppm, uncertainty, uncertainty_ppm: None }
}

#[derive(Default)]
struct Change {
    offset: Option<i64>,
    over: Option<Ns>,
    rate_ppm: Option<i64>,
    uncertainty: Option<Ns>,
}

/// The rest of a node's menu.
pub fn models(desk: &Desk, node: NodeId, (run, now): (&Run, Key), when: Option<Ns>) -> Html {
    let session = run.session();
    let shown = session.trace().lane(node).map_or(0, |lane| {
        let segment = lane.clock.segment(now.at, now.rank);
        segment.offset_at(now.at)
    });
    let wall = |offset: i64, over: Option<Ns>| {
        clock(node, |change| (change.offset, change.over) = (Some(offset), over))
    };
    let leap = shown.saturating_sub(1_000_000_000);
    let clocks = vec![
        ("leap second", wall(leap, None)),
        ("smeared", wall(leap, Some(Ns::s(2)))),
        ("slewed true", wall(0, Some(Ns::s(1)))),
    ];
    let rates = vec![
        ("stopped", clock(node, |change| change.rate_ppm = Some(-1_000_000))),
        ("backward", clock(node, |change| change.rate_ppm = Some(-1_500_000))),
        ("running", clock(node, |change| change.rate_ppm = Some(0))),
    ];
    let bound = |ms: u64| clock(node, |change| change.uncertainty = Some(Ns::ms(ms)));
    let bounds = vec![("0", bound(0)), ("10 ms", bound(10)), ("100 ms", bound(100))];
    let slow = |ms: u64| Action::Slow { node, step: Ns::ms(ms) };
    let steps = vec![("no time", slow(0)), ("5 ms", slow(5)), ("50 ms", slow(50))];
    let lies = |how: How| Action::Byzantine { node, how, to: None, field: None, value: None, until: None };
    let ways = vec![
        ("equivocates", lies(How::Equivocate)),
        ("is silent", lies(How::Silent)),
        ("replays", lies(How::Replay)),
        ("is honest", lies(How::Honest)),
    ];
    // What opens below the edge of the menu is brought into sight.
    let ontoggle = Callback::from(|event: Event| {
        if let Some(part) = event.target_dyn_into::<Element>() {
            part.scroll_into_view_with_bool(false);
        }
    });
    html! {
        <details class="menu-more" {ontoggle}>
            <summary style="padding: 4px 0">{ "Clocks, slow steps and lies" }</summary>
            <div class="menu-clock">
                { row(desk, when, "wall clock", clocks) }
                { row(desk, when, "it is", rates) }
                { row(desk, when, "believes ±", bounds) }
                { row(desk, when, "a step takes", steps) }
                { row(desk, when, "it lies", ways) }
            </div>
            { for numbers(&*session, node).into_iter().map(|(field, value)| lie(desk, node, when, field, value)) }
        </details>
    }
}

/// The numbers that a node's messages hold, by name, with what the last of them said.
fn numbers(session: &dyn Session, node: NodeId) -> Vec<(&'static str, i64)> {
    let mut found: Map<&'static str, i64> = Map::new();
    let count = session.trace().lane(node).map_or(0, |lane| lane.messages.len());
    for seq in 1..=count.min(LOOKED_AT) as u32 {
        for (name, value) in session.facts(MsgId::new(node, seq)) {
            found.insert(name, value);
        }
    }
    found.iter().map(|(&name, &value)| (name, value)).collect()
}

/// A field in which a number is written; what is none is put back.
fn number(label: String, value: i64, onwritten: impl Fn(i64) + 'static) -> Html {
    let onchange = Callback::from(move |event: Event| {
        if let Ok(written) = dom::value(&event).trim().parse::<i64>() {
            onwritten(written);
        }
    });
    html! {
        <label key={label.clone()} class="value-row"><span>{ label }</span><input type="number" step="1" value={value.to_string()} {onchange} /></label>
    }
}

/// A node says another number from here on, whatever is true.
fn lie(desk: &Desk, node: NodeId, when: Option<Ns>, field: &'static str, value: i64) -> Html {
    let desk = desk.clone();
    let label = format!("says {field} is");
    number(label, value, move |value| {
        let field = Some(field.to_owned());
        let action =
            Action::Byzantine { node, how: How::Lie, to: None, field, value: Some(value), until: None };
        desk.act(Deed::at(when, action));
    })
}

/// The numbers in a message, each of which can be altered on its way.
pub fn forge(session: &dyn Session, id: MsgId, act: impl Fn(Action) + Clone + 'static) -> Vec<Html> {
    let field = |(name, value): (&'static str, i64)| {
        let act = act.clone();
        number(format!("alter {name}"), value, move |value| {
            act(Action::Rewrite { message: id, field: name.to_owned(), value });
        })
    };
    session.facts(id).into_iter().map(field).collect()
}
