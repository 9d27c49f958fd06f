//! Long runs: computed a stretch at a time, while the page lives in between.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::store::work::{Work, WorkAction};

/// Goes on computing until there is nothing left.
#[hook]
pub fn use_computing(work: &UseReducerHandle<Work>) {
    let dispatcher = work.dispatcher();
    // Every stretch has events of its own, so each makes way for the next.
    use_effect_with((work.number, work.run.clone(), work.under_way()), move |(_, _, under_way)| {
        let timer = under_way.map(|_| Timeout::new(0, move || dispatcher.dispatch(WorkAction::Continue)));
        move || drop(timer)
    });
}
