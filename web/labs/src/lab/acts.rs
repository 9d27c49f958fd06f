//! What the reader can do in a step, beside what they do in the sandbox itself.

use std::rc::Rc;

use lightcone_formats::link::Document;
use lightcone_labs::{Choice, moment_of};
use lightcone_protocols::all;
use lightcone_sim::order::Key;
use yew::prelude::*;

use crate::course::Known;
use crate::lab::frame::Frame;
use crate::lab::prose::Spot;
use crate::lab::stage;
use crate::progress::{Did, Progress};

/// What the reader can do in a step.
pub struct Acts {
    /// How often they began again.
    pub again: u32,
    /// Begins again.
    pub onagain: Callback<()>,
    /// Shows the solution.
    pub onsolution: Callback<()>,
    /// Has answered the step's question.
    pub onanswer: Callback<()>,
    /// Shows the run that a choice of it speaks of.
    pub onif: Callback<Choice>,
    /// Goes somewhere in the run.
    pub onspot: Callback<Spot>,
}

/// What the reader can do in a step. `helped` is whether the run in the sandbox holds a solution that was shown.
#[hook]
pub fn use_acts(
    frame: &Frame,
    known: &Known,
    step: usize,
    progress: &UseReducerHandle<Progress>,
    helped: &UseStateHandle<bool>,
) -> Acts {
    let again = use_state_eq(|| 0);
    let onagain = {
        let (frame, known, helped, again) = (frame.clone(), known.clone(), helped.setter(), again.clone());
        Callback::from(move |()| {
            helped.set(false);
            again.set(*again + 1);
            frame.open(&stage::document(&known.lab, step, None, false, frame.size()));
        })
    };
    let onsolution = {
        let (frame, known, helped) = (frame.clone(), known.clone(), helped.setter());
        Callback::from(move |()| {
            let Some(task) = known.lab.steps.get(step).and_then(|step| step.task.as_ref()) else { return };
            helped.set(true);
            let usual = stage::document(&known.lab, step, None, false, frame.size());
            frame.open(&Document {
                view: usual.view,
                ..stage::solved(known.lab.scenario_of(step), &task.solution)
            });
        })
    };
    let onanswer = {
        let (frame, id, progress) = (frame.clone(), known.id.clone(), progress.dispatcher());
        Callback::from(move |()| {
            progress.dispatch(Did::Answer(id.clone(), step));
            if let Some(document) = frame.document().filter(|document| document.quiz) {
                frame.open(&stage::revealed(&document));
            }
        })
    };
    let onif = {
        let (frame, known, helped) = (frame.clone(), known.clone(), helped.setter());
        Callback::from(move |choice: Choice| {
            helped.set(true);
            frame.open(&stage::what_if(&known.lab, step, &choice, frame.size()));
        })
    };
    Acts { again: *again, onagain, onsolution, onanswer, onif, onspot: going_to(frame, known, step) }
}

/// Moves the playhead of what is in the sandbox; where nothing is, of the step's own run.
fn going_to(frame: &Frame, known: &Known, step: usize) -> Callback<Spot> {
    let (frame, lab) = (frame.clone(), Rc::clone(&known.lab));
    Callback::from(move |spot: Spot| {
        let document =
            frame.document().unwrap_or_else(|| stage::document(&lab, step, None, false, frame.size()));
        let (moment, pick) = match spot {
            Spot::Moment(at) => (Some(Key::end_of(at)), None),
            Spot::Event(event) => (moment_of(&document.scenario, event, all()), Some(event)),
        };
        if let Some(moment) = moment {
            frame.open(&stage::at(&document, moment, pick));
        }
    })
}
