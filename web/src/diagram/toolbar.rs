//! How the diagram is looked at: scale of time, labels, zoom.

use lightcone_diagram::{Labels, TimeScale};
use yew::prelude::*;

use crate::desk::{Desk, Pop};
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::store::look::LookAction;
use crate::store::work::WorkAction;

/// What the toolbar shows.
pub struct Toolbar {
    /// As what the run can be shown.
    pub sights: Html,
    /// What distance along the time axis means.
    pub scale: TimeScale,
    /// What stands on arrows.
    pub labels: Labels,
    /// Whether the options are open.
    pub options_open: bool,
    /// Whether what the last edit may have changed stays in sight, if there was an edit.
    pub changed: Option<bool>,
    /// Whether all so far is in sight because the person asked for it.
    pub fits: bool,
    /// Whether all so far does not fit even so.
    pub cramped: bool,
    /// Whether the run is seen from afar.
    pub overview: bool,
}

/// The toolbar of the diagram.
pub fn toolbar(desk: &Desk, shown: Toolbar) -> Html {
    let scale = match shown.scale {
        TimeScale::True => "true",
        TimeScale::Warped => "warped",
        TimeScale::Logical => "logical",
    };
    let onscale = {
        let look = desk.look.clone();
        Callback::from(move |value: String| {
            look.dispatch(LookAction::Scale(match value.as_str() {
                "true" => TimeScale::True,
                "logical" => TimeScale::Logical,
                _ => TimeScale::Warped,
            }));
        })
    };
    let far = far_words(&shown);
    html! {
        <div class="toolbar" role="toolbar" aria-label="Diagram">
            { shown.sights }
            <PickList label="Time" choices={same(["true", "warped", "logical"])} value={scale} onpick={onscale} name="scale" />
            { labels(desk, shown.labels) }
            { more(desk, shown.options_open) }
            <span class="changed" hidden={shown.changed.is_none()}>{ Button::new(Sign::Eye, "What the last edit can have changed", desk.working(WorkAction::Trace))
                .text("What changed").hint("w").class("quiet").pressed(shown.changed == Some(true)).html() }</span>
            <span class={classes!("small", if shown.overview { "unseen" } else { "cramped" })} role="status" hidden={!shown.cramped && !shown.overview}>{ far }</span>
            <span class="zoom" role="group" aria-label="Zoom">
                { Button::new(Sign::Minus, "Zoom out", desk.looking(LookAction::Nearer(false))).hint("[").class("quiet").html() }
                { Button::new(Sign::Plus, "Zoom in", desk.looking(LookAction::Nearer(true))).hint("]").class("quiet").html() }
                { Button::new(Sign::Fit, if shown.fits { "Fit no longer: back to the size before" } else { "Fit all so far into the window" }, desk.looking(LookAction::Fit))
                    .text("Fit").hint("f").class("quiet").pressed(shown.fits).html() }
            </span>
        </div>
    }
}

fn far_words(shown: &Toolbar) -> &'static str {
    match shown.scale {
        _ if shown.overview => "Seen from afar: bars count events. Zoom in, or click twice, to see each.",
        TimeScale::True => "",
        TimeScale::Warped | TimeScale::Logical => "Not all fits: try “true” time",
    }
}

fn same(words: [&'static str; 3]) -> Vec<(AttrValue, AttrValue)> {
    words.map(|word| (AttrValue::from(word), AttrValue::from(word))).to_vec()
}

/// What stands on messages.
pub fn labels(desk: &Desk, shown: Labels) -> Html {
    let value = match shown {
        Labels::None => "none",
        Labels::Kinds => "kinds",
        Labels::Full => "full",
    };
    let onpick = {
        let look = desk.look.clone();
        Callback::from(move |value: String| {
            look.dispatch(LookAction::Labels(match value.as_str() {
                "none" => Labels::None,
                "kinds" => Labels::Kinds,
                _ => Labels::Full,
            }));
        })
    };
    html! { <PickList label="Labels" choices={same(["none", "kinds", "full"])} {value} {onpick} name="labels" /> }
}

/// More options of a diagram.
pub fn more(desk: &Desk, open: bool) -> Html {
    let button = Button::new(Sign::Sliders, "Diagram options", desk.popping((!open).then_some(Pop::Options)));
    html! { <span data-pops="">{ button.text("More").class("quiet").expanded(open).html() }</span> }
}
