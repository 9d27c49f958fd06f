//! What could not be done, in a line above the diagram; and the hint for newcomers.

use yew::prelude::*;

use crate::desk::{Desk, Pop};
use crate::dom;
use crate::icons::{Sign, icon};
use crate::parts::button::Button;
use crate::store::look::HabitsAction;
use crate::store::work::{Work, WorkAction};

/// Lines above the diagram: what could not be done, that the future is hidden, and the hint, unless it was put away.
pub fn banner(desk: &Desk, work: &Work, hinted: bool, narrow: bool) -> Html {
    let (trouble, left, quiz) = (work.trouble.as_ref(), work.left, work.quiz);
    html! {
        <div class="banners">
            <div class="banner trouble" role="alert" hidden={trouble.is_none()}>
                { icon(Sign::Alert) }
                <span class="banner-text">{ trouble.map(|trouble| trouble.text.clone()).unwrap_or_default() }</span>
                <span hidden={work.missed.is_none()}>{ Button::new(Sign::Reset, "Try again", again(desk, work)).worded().html() }</span>
                { Button::new(Sign::Cross, "Dismiss", desk.working(WorkAction::Dismiss)).class("quiet").html() }
            </div>
            <div class="banner" role="status" hidden={work.awaited.is_none()}>
                <span class="banner-text">{ work.awaited.map(|title| format!("Loading {title}…")).unwrap_or_default() }</span>
            </div>
            <div class="banner left" role="status" hidden={left.is_none()}>
                <span class="banner-text">{ left.map(|title| format!("Your {title} run is kept, with your edits.")).unwrap_or_default() }</span>
                { Button::new(Sign::Undo, "Go back to it", Callback::from(|_| dom::back())).worded().html() }
                { Button::new(Sign::Cross, "Stay here", desk.working(WorkAction::Forget)).class("quiet").html() }
            </div>
            <section class="banner quiz" aria-label="Quiz" hidden={!quiz}>
                { icon(Sign::Eye) }
                <span class="banner-text">{ "What happens next? The rest of this run is hidden." }</span>
                { Button::new(Sign::Eye, "Reveal", desk.working(WorkAction::Reveal)).worded().html() }
            </section>
            <section class="banner hint" aria-label="Hint" hidden={hinted}>
                <span class="banner-text">
                    if narrow {
                        <span>{ "Step moves one event. Tap a lane to crash or cut it off." }</span>
                    } else {
                        <span>
                            <kbd>{ "Space" }</kbd>{ " plays, " }<kbd>{ "→" }</kbd>{ " steps one event, click a lane to crash it or cut it off, click an arrow to see what it says." }
                        </span>
                    }
                </span>
                <span class="wide-only">{ Button::new(Sign::Help, "All keys", desk.popping(Some(Pop::Help))).worded().class("quiet").html() }</span>
                { Button::new(Sign::Cross, "Dismiss the hint", desk.habit(HabitsAction::Hinted)).class("quiet").html() }
            </section>
        </div>
    }
}

/// A callback that opens once more what could not be opened.
fn again(desk: &Desk, work: &Work) -> Callback<MouseEvent> {
    let (open, missed) = (desk.open.clone(), work.missed.clone());
    Callback::from(move |_| {
        if let Some(missed) = &missed {
            open.emit((**missed).clone());
        }
    })
}
