//! How the diagram is looked at: scale of time, labels, zoom.

use lightcone_diagram::{Labels, TimeScale};
use yew::prelude::*;

use crate::desk::{Pop, use_desk};
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::store::look::LookAction;

/// Properties of [`Toolbar`].
#[derive(Properties, PartialEq)]
pub struct ToolbarProps {
    /// What distance along the time axis means.
    pub scale: TimeScale,
    /// What stands on arrows.
    pub labels: Labels,
    /// Whether the options are open.
    pub options_open: bool,
    /// Shows the whole run at once.
    pub onfit: Callback<MouseEvent>,
}

/// The toolbar of the diagram.
#[component]
pub fn Toolbar(props: &ToolbarProps) -> Html {
    let desk = use_desk();
    let scale = match props.scale {
        TimeScale::True => "true",
        TimeScale::Warped => "warped",
        TimeScale::Logical => "logical",
    };
    let labels = match props.labels {
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
            <span data-pops=""><Button sign={Sign::Sliders} label="Diagram options" text="More" class="quiet"
                expanded={props.options_open} onclick={desk.popping((!props.options_open).then_some(Pop::Options))} /></span>
            <span class="zoom" role="group" aria-label="Zoom">
                <Button sign={Sign::Minus} label="Zoom out" hint="[" class="quiet" onclick={desk.looking(LookAction::Zoom(0.8))} />
                <Button sign={Sign::Plus} label="Zoom in" hint="]" class="quiet" onclick={desk.looking(LookAction::Zoom(1.25))} />
                <Button sign={Sign::Fit} label="Fit the whole run" text="Fit" class="quiet" onclick={props.onfit.clone()} />
            </span>
        </div>
    }
}
