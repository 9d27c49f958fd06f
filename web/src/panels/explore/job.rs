//! A question on its way to an answer, in slices between which the page answers.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::future::TimeoutFuture;
use lightcone_explore::{Found, Progress, Report};
use lightcone_models::{Asked, Asking, ask};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::dom;

/// How long a slice takes, in ms: a key that is pressed meanwhile waits no longer.
const SLICE: f64 = 16.0;
/// States to go on from before the clock is looked at.
const STEP: u64 = 64;
/// How often the reader is told how far it is, in ms.
const TELL: f64 = 150.0;

/// How far a search has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Under {
    /// What it has found out.
    pub report: Report,
    /// How long it has taken, in ms.
    pub ms: f64,
}

/// Why a search is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It came to its end.
    Ended,
    /// The memory that it may take is full.
    Full,
    /// It was stopped.
    Stopped,
}

/// A shortest run in which it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// What is wrong, or what is shown.
    pub text: String,
    /// The property, or that it was asked for.
    pub property: &'static str,
    /// What happens, a line each.
    pub steps: Vec<String>,
    /// The scenario in which it does, or why there is none.
    pub scenario: Result<Scenario, String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// How far it came.
    pub under: Under,
    /// Why it went no further.
    pub over: Over,
    /// What was assumed.
    pub assumed: Vec<String>,
    /// The properties that were watched; none: something was asked for.
    pub watched: Vec<String>,
    /// The moment from which on all schedules were gone through; `None`: the beginning.
    pub at: Option<Ns>,
    /// Whether what was found need not be among the shortest, since not everything was tried in every order.
    pub may_be_long: bool,
    /// What was found.
    pub story: Option<Story>,
}

/// What a panel hears of its question.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// Nothing has been asked.
    Nothing,
    /// It cannot be asked, for this reason.
    Refused(String),
    /// It is under way.
    Under(Under),
    /// It is answered.
    Answer(Rc<Told>),
}

/// The question that is under way.
#[derive(Debug, Default)]
pub struct Job {
    number: u32,
    is_cancelled: bool,
}

impl Job {
    /// Lets go of what is under way: nobody waits for it.
    pub fn stop(&mut self) {
        self.number += 1;
    }

    /// Has what is under way say what it knows.
    pub fn cancel(&mut self) {
        self.is_cancelled = true;
    }

    /// Begins, and tells what it comes to.
    pub fn begin(
        job: &Rc<RefCell<Job>>,
        scenario: Rc<Scenario>,
        asking: Asking,
        tell: UseStateSetter<Heard>,
    ) {
        let number = {
            let mut job = job.borrow_mut();
            (job.number, job.is_cancelled) = (job.number + 1, false);
            job.number
        };
        let job = job.clone();
        tell.set(Heard::Under(Under { report: Report::default(), ms: 0.0 }));
        spawn_local(async move {
            // What was clicked is drawn first.
            TimeoutFuture::new(0).await;
            let heard = match ask(&scenario, &asking) {
                Ok(asked) => search(&job, number, asked, (&scenario, &asking), &tell).await,
                Err(why) => Some(Heard::Refused(why)),
            };
            if let Some(heard) = heard.filter(|_| job.borrow().number == number) {
                tell.set(heard);
            }
        });
    }
}

async fn search(
    job: &Rc<RefCell<Job>>,
    number: u32,
    mut asked: Asked,
    (scenario, asking): (&Scenario, &Asking),
    tell: &UseStateSetter<Heard>,
) -> Option<Heard> {
    let (begin, mut told) = (dom::ms(), dom::ms());
    let over = loop {
        let slice = dom::ms();
        let progress = loop {
            match asked.search.run(STEP) {
                Ok(Progress::More) if dom::ms() - slice < SLICE => {}
                Ok(progress) => break progress,
                Err(why) => return Some(Heard::Refused(why.to_string())),
            }
        };
        match progress {
            Progress::More => {}
            Progress::Limit => break Over::Full,
            Progress::All | Progress::Broken => break Over::Ended,
        }
        if dom::ms() - told > TELL {
            told = dom::ms();
            tell.set(Heard::Under(Under { report: asked.search.report(), ms: told - begin }));
        }
        TimeoutFuture::new(0).await;
        let job = job.borrow();
        if job.number != number {
            return None;
        }
        if job.is_cancelled {
            break Over::Stopped;
        }
    };
    let under = Under { report: asked.search.report(), ms: dom::ms() - begin };
    let story = under.report.found.as_ref().map(|found| story(&asked, found, scenario));
    let watched = asking.watched_among(&asked.search.properties());
    let assumed = asked.assumed;
    let (at, may_be_long) = (asking.at, asking.strategy.por);
    Some(Heard::Answer(Rc::new(Told { under, over, assumed, watched, at, may_be_long, story })))
}

/// What was found, by the names that people see.
fn story(asked: &Asked, found: &Found, scenario: &Scenario) -> Story {
    let steps = asked.search.story(found).into_iter();
    Story {
        text: scenario.named(found.text.clone()),
        property: found.property,
        steps: steps.map(|step| scenario.named(step)).collect(),
        scenario: asked.search.scenario(found).map_err(|why| why.to_string()),
    }
}
