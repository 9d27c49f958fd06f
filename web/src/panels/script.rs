//! The script: everything a person did to the run, to be changed or taken out.

use std::rc::Rc;

use lightcone_sim::ids::EntryId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Entry, Scenario};
use lightcone_sim::sorted::sort_by_key;
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::icons::Sign;
use crate::lazy;
use crate::panels::entry::Editor;
use crate::parts::button::Button;
use crate::store::run::Run;
use crate::store::work::Deed;
use crate::words;

lazy::chunk! {
    /// The script, once there is something in it.
    pub static SCRIPT: script(ScriptProps) = |props| html! { <Script ..props.clone() /> };
}

/// Properties of [`Script`].
#[derive(Clone, Properties, PartialEq)]
pub struct ScriptProps {
    /// The run, which knows what acted.
    pub run: Run,
    /// The scenario.
    pub scenario: Rc<Scenario>,
    /// The playhead.
    pub now: Key,
}

/// The script.
#[component]
pub fn Script(props: &ScriptProps) -> Html {
    let desk = use_desk();
    let open = use_state_eq(|| None::<EntryId>);
    let mut entries: Vec<&Entry> = props.scenario.script.iter().collect();
    sort_by_key(&mut entries, |entry| (entry.at, entry.rank, entry.id));
    let session = props.run.session();
    let row = |entry: &Entry| {
        let id = entry.id;
        let is_open = *open == Some(id);
        let set = open.setter();
        let onopen = Callback::from(move |_| set.set((!is_open).then_some(id)));
        let reached = entry.at <= session.trace().reached();
        let inert = reached && !matches!(entry.action, Action::Note { .. }) && !session.trace().has_acted(id);
        let words = words::action(&entry.action, &props.scenario, &*session);
        let ahead = entry.at > props.now.at;
        Row { entry, scenario: &props.scenario, words, inert, ahead, is_open, onopen }.html(&desk)
    };
    html! {
        <div class="script">
            <ul class="script-list" aria-label="Script">{ for entries.into_iter().map(row) }</ul>
        </div>
    }
}

/// One entry, in its line.
struct Row<'a> {
    entry: &'a Entry,
    scenario: &'a Rc<Scenario>,
    words: String,
    inert: bool,
    ahead: bool,
    is_open: bool,
    onopen: Callback<MouseEvent>,
}

impl Row<'_> {
    fn html(self, desk: &Desk) -> Html {
        let (entry, words) = (self.entry, self.words);
        let pen = Button::new(Sign::Pen, format!("Change: {words}"), self.onopen)
            .class("quiet")
            .expanded(self.is_open);
        let out = Button::new(Sign::Cross, format!("Take out: {words}"), desk.acting(Deed::Remove(entry.id)));
        let goto = {
            let (desk, at) = (desk.clone(), entry.at);
            let pick = words::target(entry);
            Callback::from(move |_| {
                desk.go(Key::end_of(at));
                if pick.is_some() {
                    desk.pick.set(pick);
                }
            })
        };
        html! {
            <li key={entry.id.to_string()} class={classes!("script-row", self.inert.then_some("inert"), self.ahead.then_some("ahead"))} data-entry={entry.id.to_string()} data-inert={self.inert.to_string()}>
                <div class="script-line">
                    <button type="button" class="script-time" title="Go to this moment" onclick={goto}>{ words::clock(entry.at) }</button>
                    <span class="script-words">{ words }</span>
                    { pen.html() }
                    { out.class("quiet").html() }
                </div>
                <p class="small" hidden={!self.inert}>{ "Its target does not exist in this run." }</p>
                <div class="script-more" hidden={!self.is_open}>
                    if self.is_open { <Editor entry={entry.clone()} scenario={self.scenario.clone()} /> }
                </div>
            </li>
        }
    }
}
