//! Long runs: computed a stretch at a time, while the page lives in between.

use gloo::timers::callback::Timeout;
use lightcone_protocols::chunk::fetch_resuming;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::store::work::{Work, WorkAction};

/// Goes on computing until there is nothing left.
#[hook]
pub fn use_computing(work: &UseReducerHandle<Work>) {
    let dispatcher = work.dispatcher();
    // The next edit of a long run need not compute all of it again. Should that not come, it does.
    use_effect_with(work.under_way().is_some(), |&is_long| {
        if is_long {
            spawn_local(async {
                let _ = fetch_resuming().await;
            });
        }
    });
    // Every stretch has events of its own, so each makes way for the next.
    use_effect_with((work.number, work.run.clone(), work.under_way()), move |(_, _, under_way)| {
        let timer = under_way.map(|_| Timeout::new(0, move || dispatcher.dispatch(WorkAction::Continue)));
        move || drop(timer)
    });
}
