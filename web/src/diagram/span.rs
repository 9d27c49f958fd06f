//! What befalls a node for a while: asked when a span of its lane was drawn, or from the lane's menu.

use std::rc::Rc;

use lightcone_sim::ids::NodeId;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::desk::use_desk;
use crate::dom;
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::parts::pop::Sheet;
use crate::store::work::{Deed, Fault};
use crate::words;

/// Properties of [`SpanMenu`].
#[derive(Clone, Properties, PartialEq)]
pub struct SpanMenuProps {
    /// Whose lane.
    pub node: NodeId,
    /// From when, as it was drawn.
    pub from: Ns,
    /// Until when.
    pub to: Ns,
    /// Where in the window.
    pub at: (f64, f64),
    /// The scenario.
    pub scenario: Rc<Scenario>,
}

/// Two times that can be written more exactly than a hand draws them, and what may happen between them.
#[component]
pub fn SpanMenu(props: &SpanMenuProps) -> Html {
    let desk = use_desk();
    let (from, to) = (use_state_eq(|| props.from.to_string()), use_state_eq(|| props.to.to_string()));
    let span = read(&from, &to);
    let field = |name: &'static str, text: &UseStateHandle<String>| {
        let set = text.setter();
        let oninput = Callback::from(move |event: InputEvent| set.set(dom::written(&event)));
        html! {
            <label key={name} class="value-row"><span>{ name }</span><input type="text" value={(**text).clone()} {oninput} /></label>
        }
    };
    let choice = |sign: Sign, word: &'static str, fault: Fault| {
        let (desk, node, span) = (desk.clone(), props.node, span.clone());
        let onclick = Callback::from(move |_| {
            if let Ok((from, to)) = span {
                desk.pop.set(None);
                desk.act(Deed::Span(node, fault, from, to));
            }
        });
        html! { <key={word}>{ Button::new(sign, word, onclick).worded().disabled(read(&from, &to).is_err()).html() }</> }
    };
    let name = words::name(&props.scenario, props.node);
    html! {
        <Sheet key="span" title={format!("{name}, for a while")} name="span" at={props.at}>
            { field("from", &from) }
            { field("to", &to) }
            <p class="wrong" role="alert" hidden={span.is_ok()}>{ span.as_ref().err().cloned().unwrap_or_default() }</p>
            <div class="menu-life" role="group" aria-label="What happens to it">
                { choice(Sign::Cross, "Crash", Fault::Crash) }
                { choice(Sign::Disk, "Crash and lose disk", Fault::Amnesia) }
                { choice(Sign::Pause, "Pause", Fault::Pause) }
                { choice(Sign::Split, "Cut it off", Fault::CutOff) }
            </div>
        </Sheet>
    }
}

fn read(from: &str, to: &str) -> Result<(Ns, Ns), String> {
    let (from, to) = (words::time(from)?, words::time(to)?);
    if from < to { Ok((from, to)) } else { Err("It must end after it began.".to_owned()) }
}
