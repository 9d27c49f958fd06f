//! A lab before an audience: the diagram, and below it, large, what the lab has to say of it, one press after another.
//!
//! The run is the lab's own, whatever has been done to it at home, and nothing that is shown counts as done. What the
//! sandbox's own lecture has (dark screen, red dot, the window with notes) is used from there.

mod caption;
mod notes;

use lightcone_labs::Beat;
use lightcone_web::dom;
use lightcone_web::lecture::channel::{Order, open_window, use_channel};
use lightcone_web::lecture::stage::full_screen;
use lightcone_web::lecture::state::{Lecture, LectureAction};
use yew::prelude::*;

use crate::course::Known;
use crate::place::Place;

pub use caption::Caption;

/// What keys, buttons and the window with notes ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// So many steps on; before an audience, so many presses.
    Go(isize),
    /// To the lab's beginning.
    ToStart,
    /// The lecture begins, or ends.
    Present,
    /// A dark screen, or no longer.
    Black,
    /// A red dot, or no longer.
    Laser,
    /// The window with notes.
    Notes,
}

/// A lab before an audience, or at home.
#[derive(Clone, PartialEq)]
pub struct Lecturing {
    /// Whether it is before an audience, and how.
    pub lecture: Lecture,
    /// The place among its step's beats.
    pub beat: usize,
    /// Whether the browser did not open the window with notes.
    pub blocked: bool,
    /// Obeys.
    pub obey: Callback<Asked>,
}

impl Lecturing {
    /// What is shown before the audience, if there is one.
    pub fn shown(&self, known: &Known, step: usize) -> Option<Beat> {
        let beats = known.lab.steps.get(step)?.beats();
        self.lecture.on.then(|| beats.get(self.beat).or(beats.last()).copied())?
    }
}

/// A lab before an audience, or at home.
#[hook]
pub fn use_lecture(known: &Known, step: usize) -> Lecturing {
    let lecture = use_reducer(Lecture::default);
    let number = *use_memo((), |()| dom::chance());
    let blocked = use_state_eq(|| false);
    let place = use_state_eq(|| (step, 0));
    // Where it goes, step and beat: the step that is rendered follows the address a moment later.
    let heading = use_mut_ref(|| (step, 0));
    use_effect_with(step, {
        let heading = heading.clone();
        move |&step| {
            let mut to = heading.borrow_mut();
            // A quick hand is further on than what is rendered: then the address says so, and no press is lost.
            let is_ahead = matches!(Place::here(), Place::Lab { step: there, .. } if there == to.0);
            if to.0 != step && !is_ahead {
                *to = (step, 0);
            }
        }
    });
    let obey = {
        let (dispatch, set, blocked) = (lecture.dispatcher(), place.setter(), blocked.setter());
        use_callback((known.clone(), lecture.on), move |asked, (known, on): &(Known, bool)| {
            let lab = &known.lab;
            let here = *heading.borrow();
            let go = |to: (usize, usize)| {
                *heading.borrow_mut() = to;
                set.set(to);
                if to.0 != here.0 {
                    Place::Lab { id: known.id.to_string(), step: to.0 }.go();
                }
            };
            match asked {
                Asked::Go(by) if *on => go(lab.beat_after(here, by)),
                Asked::Go(by) => {
                    let to = here.0.checked_add_signed(by).filter(|&to| to < lab.steps.len());
                    to.into_iter().for_each(|to| go((to, 0)));
                }
                Asked::ToStart => go((0, 0)),
                Asked::Present => {
                    go((here.0, 0));
                    dispatch.dispatch(LectureAction::Toggle);
                    full_screen(!on);
                }
                Asked::Black => dispatch.dispatch(LectureAction::Black),
                Asked::Laser => dispatch.dispatch(LectureAction::Laser),
                Asked::Notes => {
                    let is_open = open_window("../", number);
                    blocked.set(!is_open);
                    if is_open {
                        dispatch.dispatch(LectureAction::Notes);
                    }
                }
            }
        })
    };
    let beat = if place.0 == step { place.1 } else { 0 };
    let slip = lecture.notes.then(|| notes::slip(known, (step, beat), *lecture));
    use_channel(number, slip, {
        let obey = obey.clone();
        Callback::from(move |order| match order {
            Order::Step => obey.emit(Asked::Go(1)),
            Order::StepBack => obey.emit(Asked::Go(-1)),
            Order::ToStart => obey.emit(Asked::ToStart),
            Order::Black => obey.emit(Asked::Black),
            // A lab's steps do not play.
            Order::Play | Order::Tell => {}
        })
    });
    Lecturing { lecture: *lecture, beat, blocked: *blocked, obey }
}
