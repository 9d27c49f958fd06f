//! Playing: the playhead moves with the screen's own frames.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::store::work::{Work, WorkAction};

/// A frame that took longer, say in a tab out of sight, counts as this.
const LONGEST_MS: f64 = 100.0;

type Slot = Rc<RefCell<Option<AnimationFrame>>>;

/// Moves the playhead by so many seconds of the run a second, as long as it plays.
#[hook]
pub fn use_player(work: UseReducerDispatcher<Work>, playing: bool, speed: f64) {
    use_effect_with((playing, speed), move |&(playing, speed)| {
        let slot: Slot = Rc::default();
        if playing {
            next(slot.clone(), None, speed, work);
        }
        move || drop(slot.borrow_mut().take())
    });
}

fn next(slot: Slot, last: Option<f64>, speed: f64, work: UseReducerDispatcher<Work>) {
    let again = slot.clone();
    let frame = request_animation_frame(move |now| {
        let passed_ms = last.map_or(0.0, |last| (now - last).clamp(0.0, LONGEST_MS));
        work.dispatch(WorkAction::Tick(Ns((passed_ms * speed * 1e6) as u64)));
        next(again, Some(now), speed, work);
    });
    *slot.borrow_mut() = Some(frame);
}
