//! What can be done with a message: the menu on its arrow.

use lightcone_sim::ids::MsgId;
use lightcone_sim::scenario::Action;
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::desk::use_desk;
use crate::diagram::model_menu::forge;
use crate::dom;
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::parts::pop::Sheet;
use crate::store::work::{Deed, Work};
use crate::words;

/// Properties of [`MessageMenu`].
#[derive(Clone, Properties, PartialEq)]
pub struct MessageMenuProps {
    /// Which.
    pub id: MsgId,
    /// Where in the window.
    pub at: (f64, f64),
    /// The document at work.
    pub work: UseReducerHandle<Work>,
}

/// A message's menu. It is about the message, whenever it is under way: what is done to one that has arrived already
/// happens just behind its sending.
#[component]
pub fn MessageMenu(props: &MessageMenuProps) -> Html {
    let desk = use_desk();
    let (id, work) = (props.id, &props.work);
    let session = work.run.session();
    let Some(record) = session.trace().message(id).copied() else { return html! { <span /> } };
    let wrong = use_state_eq(String::new);
    let under_way = record.is_under_way(work.now.instant());
    let does = {
        let desk = desk.clone();
        move |action: Action| {
            desk.pop.set(None);
            desk.act(if under_way { Deed::Now(action) } else { Deed::At(record.sent.0 + Ns(1), action) });
        }
    };
    let act = |sign: Sign, word: &'static str, action: Action| {
        let does = does.clone();
        let onclick = Callback::from(move |_| does(action.clone()));
        html! { <key={word}>{ Button::new(sign, word, onclick).worded().html() }</> }
    };
    let onchange = {
        let (desk, wrong, sent) = (desk.clone(), wrong.setter(), record.sent.0);
        Callback::from(move |event: Event| match words::time(&dom::value(&event)) {
            Ok(at) if at > sent => {
                desk.pop.set(None);
                desk.act(Deed::Arrive(id, at));
            }
            Ok(_) => wrong.set(format!("It is sent at {sent} and cannot arrive before.")),
            Err(why) => wrong.set(why),
        })
    };
    let hidden = work.quiz && record.fate.at > work.now.instant();
    let arrives =
        if hidden || record.fate.at.0 == Ns::NEVER { String::new() } else { record.fate.at.0.to_string() };
    let hold = if record.is_held() {
        act(Sign::Play, "Release", Action::Release { message: id })
    } else {
        act(Sign::Hold, "Hold", Action::Hold { message: id })
    };
    html! {
        <Sheet key={id.to_string()} title={words::message(id, &work.scenario, &*session)} name="message" at={props.at}>
            <label class="value-row"><span>{ "arrives at" }</span><input type="text" value={arrives} {onchange} /></label>
            <p class="wrong" role="alert" hidden={wrong.is_empty()}>{ (*wrong).clone() }</p>
            <div class="menu-life" role="group" aria-label="What happens to it">
                { act(Sign::Cross, "Drop", Action::Drop { message: id }) }
                { act(Sign::Copy, "Duplicate", Action::Duplicate { message: id }) }
                { hold }
            </div>
            { for forge(&*session, id, does.clone()) }
        </Sheet>
    }
}
