//! Playing: the playhead moves with the screen's own frames.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::diagram::pane::Shown;
use crate::store::work::{Work, WorkAction};

/// A frame that took longer, say in a tab out of sight, counts as this.
const LONGEST_MS: f64 = 100.0;

type Slot = Rc<RefCell<Option<AnimationFrame>>>;

/// Moves the playhead by so many seconds of the run a second, as long as it plays; faster where the diagram shortens
/// time in which nothing is to be seen.
#[hook]
pub fn use_player(work: &UseReducerHandle<Work>, speed: f64, shown: Shown) {
    let now = use_mut_ref(|| work.now);
    *now.borrow_mut() = work.now;
    let dispatcher = work.dispatcher();
    use_effect_with((work.playing, speed), move |&(playing, speed)| {
        let slot: Slot = Rc::default();
        if playing {
            let pass = move |passed_ms: f64| {
                let passed = Ns((passed_ms * speed * 1e6) as u64);
                let now = *now.borrow();
                dispatcher.dispatch(WorkAction::Tick(shown.pace(now, passed)));
            };
            next(slot.clone(), None, Rc::new(pass));
        }
        move || drop(slot.borrow_mut().take())
    });
}

fn next(slot: Slot, last: Option<f64>, pass: Rc<dyn Fn(f64)>) {
    let again = slot.clone();
    let frame = request_animation_frame(move |now| {
        pass(last.map_or(0.0, |last| (now - last).clamp(0.0, LONGEST_MS)));
        next(again, Some(now), pass);
    });
    *slot.borrow_mut() = Some(frame);
}
