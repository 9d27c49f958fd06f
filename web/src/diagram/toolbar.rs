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
}

/// The toolbar of the diagram.
pub fn toolbar(desk: &Desk, shown: Toolbar) -> Html {
    let scale = match shown.scale {
        TimeScale::True => "true",
        TimeScale::Warped => "warped",
        TimeScale::Logical => "logical",
    };
    let labels = match shown.labels {
        Labels::None => "none",
        Labels::Kinds => "kinds",
        Labels::Full => "full",
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
    let onlabels = {
        let look = desk.look.clone();
        Callback::from(move |value: String| {
            look.dispatch(LookAction::Labels(match value.as_str() {
                "none" => Labels::None,
                "kinds" => Labels::Kinds,
                _ => Labels::Full,
            }));
        })
    };
    let same =
        |words: [&'static str; 3]| words.map(|word| (AttrValue::from(word), AttrValue::from(word))).to_vec();
    html! {
        <div class="toolbar" role="toolbar" aria-label="Diagram">
            <PickList label="Time" choices={same(["true", "warped", "logical"])} value={scale} onpick={onscale} name="scale" />
            <PickList label="Labels" choices={same(["none", "kinds", "full"])} value={labels} onpick={onlabels} name="labels" />
            <span data-pops="">{ Button::new(Sign::Sliders, "Diagram options", desk.popping((!shown.options_open).then_some(Pop::Options)))
                .text("More").class("quiet").expanded(shown.options_open).html() }</span>
            <span class="changed" hidden={shown.changed.is_none()}>{ Button::new(Sign::Eye, "What the last edit can have changed", desk.working(WorkAction::Trace))
                .text("What changed").hint("w").class("quiet").pressed(shown.changed == Some(true)).html() }</span>
            <span class="cramped small" role="status" hidden={!shown.cramped}>{ if shown.scale == TimeScale::True { "" } else { "Marks keep apart, so not all fits. “true” time fits it." } }</span>
            <span class="zoom" role="group" aria-label="Zoom">
                { Button::new(Sign::Minus, "Zoom out", desk.looking(LookAction::Zoom(0.8))).hint("[").class("quiet").html() }
                { Button::new(Sign::Plus, "Zoom in", desk.looking(LookAction::Zoom(1.25))).hint("]").class("quiet").html() }
                { Button::new(Sign::Fit, if shown.fits { "Fit no longer: back to the size before" } else { "Fit all so far into the window" }, desk.looking(LookAction::Fit))
                    .text("Fit").hint("f").class("quiet").pressed(shown.fits).html() }
            </span>
        </div>
    }
}
