//! As what a run can be shown, and the row of buttons that chooses.

use lightcone_diagram::has_logs;
use lightcone_sim::session::Session;
use yew::prelude::*;

use crate::desk::Desk;
use crate::store::look::{LookAction, Sight};

/// What is asked for, if this run has it to show; else the space-time diagram.
pub fn offered(asked: Sight, session: &dyn Session) -> Sight {
    if asked == Sight::Logs && !has_logs(session) { Sight::SpaceTime } else { asked }
}

/// The buttons.
pub fn sights(desk: &Desk, shown: Sight, session: &dyn Session) -> Html {
    let button = |(place, sight): (usize, Sight)| {
        let word = match sight {
            Sight::SpaceTime => "Space-time",
            Sight::Cluster => "Cluster",
            Sight::Logs => "Logs",
            Sight::Table => "Table",
        };
        let pressed = if sight == shown { "true" } else { "false" };
        html! {
            <button key={word} type="button" class="sight" aria-pressed={pressed} title={format!("{word} ({})", place + 1)}
                onclick={desk.looking(LookAction::See(sight))}>{ word }</button>
        }
    };
    let all = Sight::ALL.into_iter().enumerate().filter(|&(_, sight)| offered(sight, session) == sight);
    html! { <span class="sights" role="group" aria-label="Shown as">{ for all.map(button) }</span> }
}
