//! What could not be done, in a line above the diagram; and the hint for newcomers.

use yew::prelude::*;

use crate::desk::{Pop, use_desk};
use crate::icons::{Icon, Sign};
use crate::parts::button::Button;
use crate::store::look::HabitsAction;
use crate::store::work::{Said, WorkAction};

/// Properties of [`Banner`].
#[derive(Properties, PartialEq)]
pub struct BannerProps {
    /// What could not be done.
    pub trouble: Option<Said>,
    /// Whether the future is hidden.
    pub quiz: bool,
    /// Whether the hint was put away.
    pub hinted: bool,
    /// Whether the window is a phone's.
    pub narrow: bool,
}

/// Lines above the diagram.
#[component]
pub fn Banner(props: &BannerProps) -> Html {
    let desk = use_desk();
    html! {
        <div class="banners">
            <div class="banner trouble" role="alert" hidden={props.trouble.is_none()}>
                <Icon sign={Sign::Alert} />
                <span class="banner-text">{ props.trouble.as_ref().map(|trouble| trouble.text.clone()).unwrap_or_default() }</span>
                <Button sign={Sign::Cross} label="Dismiss" class="quiet" onclick={desk.working(WorkAction::Dismiss)} />
            </div>
            <div class="banner quiz" hidden={!props.quiz}>
                <Icon sign={Sign::Eye} />
                <span class="banner-text">{ "What happens next? The rest of this run is hidden." }</span>
                <Button sign={Sign::Eye} label="Reveal" text="Reveal" onclick={desk.working(WorkAction::Reveal)} />
            </div>
            <div class="banner hint" hidden={props.hinted}>
                <span class="banner-text">
                    if props.narrow {
                        <span>{ "Step moves one event. Tap a lane to crash or cut it off." }</span>
                    } else {
                        <span>
                            <kbd>{ "Space" }</kbd>{ " plays, " }<kbd>{ "→" }</kbd>{ " steps one event, click a lane to crash it or cut it off, click an arrow to see what it says." }
                        </span>
                    }
                </span>
                <span class="wide-only"><Button sign={Sign::Help} label="All keys" text="All keys" class="quiet" onclick={desk.popping(Some(Pop::Help))} /></span>
                <Button sign={Sign::Cross} label="Dismiss the hint" class="quiet" onclick={desk.habit(HabitsAction::Hinted)} />
            </div>
        </div>
    }
}
