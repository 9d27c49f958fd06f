//! The branches of the document as a tree: kept, named, compared, gone over to.

use yew::prelude::*;

use crate::desk::Desk;
use crate::dom;
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::store::look::HabitsAction;
use crate::store::work::branches::Branch;
use crate::store::work::{Work, WorkAction};

/// The button that begins a branch.
pub fn begin(desk: &Desk) -> Html {
    Button::new(Sign::Branch, "Branch here", desk.working(WorkAction::Branch))
        .worded()
        .hint("B")
        .class("quiet")
        .html()
}

/// The tools of a comparison: how the two are drawn, the way over to the other, and the end of it.
pub fn compared(desk: &Desk, over: bool, id: u32, name: &str) -> Html {
    let close = Button::new(Sign::Cross, "Compare no longer", desk.working(WorkAction::Beside(None)));
    let go = Button::new(Sign::Go, format!("Go to {name}"), desk.working(WorkAction::Switch(id)));
    let as_ = |word: &'static str, is_over: bool| {
        let pressed = if is_over == over { "true" } else { "false" };
        html! {
            <button type="button" class="sight" aria-pressed={pressed} title={format!("{word} (O)")}
                onclick={desk.habit(HabitsAction::Over(is_over))}>{ word }</button>
        }
    };
    html! {
        <span class="compared">
            <span class="sights" role="group" aria-label="Both branches">{ as_("Side by side", false) }{ as_("Over one another", true) }</span>
            { go.text("Go").class("quiet").html() }
            { close.class("quiet").html() }
        </span>
    }
}

/// The tree.
pub fn branches(desk: &Desk, work: &Work) -> Html {
    let all = &work.branches;
    let row = |(depth, branch): (usize, &Branch)| {
        let (id, at_work) = (branch.id, branch.id == all.current);
        let is_beside = all.beside == Some(id);
        let onchange = {
            let work = desk.work.clone();
            Callback::from(move |event: Event| {
                work.dispatch(WorkAction::RenameBranch(id, dom::value(&event)))
            })
        };
        let compare = WorkAction::Beside((!is_beside).then_some(id));
        html! {
            <li key={id} class={classes!("branch-row", at_work.then_some("at-work"))} style={format!("--depth: {depth}")} data-branch={id.to_string()}>
                <input type="text" aria-label="Name of the branch" maxlength="40" value={branch.name.clone()} {onchange} />
                if at_work {
                    <span class="small">{ "at work" }</span>
                } else {
                    { Button::new(Sign::Go, format!("Go to {}", branch.name), desk.working(WorkAction::Switch(id))).text("Go").class("quiet").html() }
                    { Button::new(Sign::Eye, format!("Compare with {}", branch.name), desk.working(compare)).text("Compare").class("quiet").pressed(is_beside).html() }
                    { Button::new(Sign::Cross, format!("Take out {}", branch.name), desk.working(WorkAction::DropBranch(id))).class("quiet").html() }
                }
            </li>
        }
    };
    html! {
        <div class="branches">
            <ul aria-label="Branches">{ for all.tree().into_iter().map(row) }</ul>
            <p class="small" hidden={!all.list.is_empty()}>{ "One story so far. “Branch here” keeps it, and lets you try another beside it." }</p>
        </div>
    }
}
