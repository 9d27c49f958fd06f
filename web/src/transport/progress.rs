//! How far a long run has come, above the transport: only while that takes so long that one would ask.

use yew::prelude::*;

use crate::desk::Desk;
use crate::icons::Sign;
use crate::parts::button::Button;
use crate::store::work::WorkAction;
use crate::store::work::computing::Computing;

/// How far a long run has been computed, with a way not to wait for it.
pub fn progress(desk: &Desk, computing: Option<Computing>) -> Html {
    let Computing { percent, is_edit, is_stopped, .. } = computing.unwrap_or_default();
    let words = if is_stopped { "Computed" } else { "Computing" };
    let told = match (computing.is_some(), is_stopped, is_edit) {
        (false, ..) | (_, true, _) => "",
        (true, false, true) => "The run is being computed anew. Escape takes the edit back.",
        (true, false, false) => "The run is being computed. Escape stops that.",
    };
    let way = if is_stopped {
        Button::new(Sign::Play, "Go on", desk.working(WorkAction::GoOn))
    } else {
        Button::new(Sign::Cross, "Cancel", desk.working(WorkAction::Cancel)).hint("Esc")
    };
    html! {
        <div class="computing-place">
            <div class="computing" role="group" aria-label={words} hidden={computing.is_none()}>
                <span class="computing-words">{ format!("{words}: {percent} % of the run") }</span>
                <progress max="100" value={percent.to_string()} aria-label={words}></progress>
                { way.worded().html() }
            </div>
            <span class="unseen" role="status">{ told }</span>
        </div>
    }
}
