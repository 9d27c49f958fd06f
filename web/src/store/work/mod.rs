//! The document at work: a scenario, its run, the playhead, and what undo and redo lead to.
//!
//! Stepping and playing move the playhead and nothing else. What a person does to the run becomes an entry of the
//! script, at a time resolved here; the run is then computed anew. A scenario that cannot run changes nothing.

pub mod branches;
pub mod computing;
mod edits;
mod steps;
mod travel;

use std::rc::Rc;

use lightcone_sim::cone::Cone;
use lightcone_sim::ids::{EntryId, EventId, MsgId, NodeId, TimerId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Entry, Scenario};
use lightcone_sim::time::Ns;
use yew::{AttrValue, Reducible};

use crate::desk::Opening;
use crate::dom;
use crate::store::run::Run;
use crate::store::work::branches::Branches;

/// The document at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Its number among the documents that this page has opened.
    pub number: u32,
    /// What runs.
    pub scenario: Rc<Scenario>,
    /// How it ran.
    pub run: Run,
    /// The playhead: all at or before it has happened.
    pub now: Key,
    /// How often it was sent somewhere, so that it is brought into sight even where it stands already.
    pub gone: u32,
    /// Whether the playhead moves by itself.
    pub playing: bool,
    /// Whether what lies ahead of the playhead stays hidden.
    pub quiz: bool,
    /// What was done last, in a sentence.
    pub said: Said,
    /// What could not be done.
    pub trouble: Option<Said>,
    /// The protocol whose code is on its way, for another document.
    pub awaited: Option<&'static str>,
    /// What could not be opened since the code of its protocol did not come.
    pub missed: Option<Rc<Opening>>,
    /// What was left for it with edits of its own, and is kept.
    pub left: Option<&'static str>,
    /// What the last edit may have changed.
    pub touched: Option<Touch>,
    /// Whether that stays in sight.
    pub traced: bool,
    /// As it was when it was opened.
    pub origin: Rc<Scenario>,
    /// Other scenarios that were kept beside it.
    pub branches: Branches,
    /// What it is to become once its run has been computed so far that it can be shown.
    coming: Option<Rc<Work>>,
    /// What it was before its run began to be computed, as long as that goes on.
    before: Option<Rc<Work>>,
    /// When its run began to be computed, in ms.
    began: f64,
    history: History,
    /// No entry's number up to this one is given again.
    highest: u32,
}

/// A sentence, and how many were said before it, so that the same sentence twice is said twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// The sentence.
    pub text: AttrValue,
    /// How many came before.
    pub count: u32,
}

impl Said {
    fn then(&self, text: impl Into<AttrValue>) -> Said {
        Said { text: text.into(), count: self.count + 1 }
    }
}

/// The light cone of an edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Touch {
    /// How many edits came before.
    pub count: u32,
    /// All that it may have changed.
    pub cone: Rc<Cone>,
    /// Whether it took an edit back.
    pub back: bool,
}

/// A scenario and where in it the playhead was.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// What ran.
    pub scenario: Rc<Scenario>,
    /// The playhead.
    pub now: Key,
}

/// What undo and redo lead to, each with what comes next at its end. It is shared, so that one sees at once whether it
/// has changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Where undo leads.
    pub past: Rc<Vec<Moment>>,
    /// Where redo leads.
    pub future: Rc<Vec<Moment>>,
}

/// What a person does to a run at the playhead.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// This happens now.
    Now(Action),
    /// This happens at a time of its own.
    At(Ns, Action),
    /// The message arrives next.
    Deliver(MsgId),
    /// The timer fires next.
    Fire(TimerId),
    /// The message arrives so much later than it would.
    Delay(MsgId, Ns),
    /// The message arrives at this time.
    Arrive(MsgId, Ns),
    /// An entry of the script becomes another.
    Change(Entry),
    /// An entry leaves the script.
    Remove(EntryId),
    /// This befalls a node from one time to another.
    Span(NodeId, Fault, Ns, Ns),
    /// A node is called something else.
    Rename(NodeId, String),
}

impl Deed {
    /// This happens at a time, or else now.
    pub fn at(at: Option<Ns>, action: Action) -> Deed {
        match at {
            Some(at) => Deed::At(at, action),
            None => Deed::Now(action),
        }
    }
}

/// What can befall a node for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is down, and starts again from its disk.
    Crash,
    /// It is down, and starts again without its disk.
    Amnesia,
    /// Its process stands still.
    Pause,
    /// No other server hears it, and it hears none.
    CutOff,
}

/// What can happen to the document at work.
#[derive(Clone, Debug)]
pub enum WorkAction {
    /// Another document takes its place.
    Replace(Box<Work>),
    /// The playhead goes to the next event.
    Step,
    /// The playhead goes back by one event.
    StepBack,
    /// The playhead goes to the beginning.
    ToStart,
    /// The playhead goes to the end.
    ToEnd,
    /// The playhead goes here.
    Go(Key),
    /// The playhead begins to move by itself, or stops.
    TogglePlay,
    /// The playhead stops.
    Pause,
    /// So much simulated time passed while playing.
    Tick(Ns),
    /// A person does something.
    Do(Deed),
    /// Another seed, size, parameter: another run of the same document.
    Apply(Box<Scenario>),
    /// One edit back.
    Undo,
    /// One edit forth.
    Redo,
    /// A branch begins here.
    Branch,
    /// Another branch comes to work.
    Switch(u32),
    /// A branch is called something else.
    RenameBranch(u32, String),
    /// A branch that is not at work becomes this scenario.
    EditBranch(u32, Rc<Scenario>),
    /// A branch is taken out.
    DropBranch(u32),
    /// A branch is shown beside the one at work, or none.
    Beside(Option<u32>),
    /// As it was when it was opened, from the beginning.
    Reset,
    /// Plays from where something begins to happen.
    Restart,
    /// Computes a stretch more of a long run.
    Continue,
    /// A run that is being computed is not waited for.
    Cancel,
    /// A run that was stopped is computed further.
    GoOn,
    /// What the last edit may have changed stays in sight, or no longer.
    Trace,
    /// Shows what lies ahead of the playhead.
    Reveal,
    /// Says what could not be done.
    Complain(String),
    /// Says that the code of a protocol is on its way.
    Await(&'static str),
    /// The code of a protocol did not come, for this.
    Miss(&'static str, Rc<Opening>),
    /// Its complaint was read.
    Dismiss,
    /// What was left need not be told any more.
    Forget,
}

impl Work {
    /// A document that begins with this scenario, or what is wrong with it.
    pub fn open(number: u32, scenario: Scenario, now: Option<Key>, quiz: bool) -> Result<Work, String> {
        let mut run = Run::start(&scenario)?;
        if let Some(now) = now.filter(|now| now.at > scenario.until) {
            run = run.until(now.at);
        }
        let scenario = Rc::new(scenario);
        Ok(Work {
            number,
            highest: scenario.next_entry().0 - 1,
            origin: scenario.clone(),
            scenario,
            run,
            now: now.unwrap_or(Key::START),
            gone: 0,
            playing: false,
            quiz,
            said: Said::default(),
            trouble: None,
            awaited: None,
            missed: None,
            left: None,
            touched: None,
            traced: false,
            branches: Branches::default(),
            coming: None,
            before: None,
            began: dom::ms(),
            history: History::default(),
        })
    }

    /// Whether there is an edit to undo.
    pub fn can_undo(&self) -> bool {
        !self.history.past.is_empty()
    }

    /// Whether there is an edit to redo.
    pub fn can_redo(&self) -> bool {
        !self.history.future.is_empty()
    }

    /// How many events have happened, and how many the run has.
    pub fn place(&self) -> (usize, usize) {
        let session = self.run.session();
        let trace = session.trace();
        (trace.count_until(self.now), trace.count_until(Key::end_of(self.scenario.until)))
    }

    /// Whether what the last edit may have changed stays in sight; nothing, if there is no such edit. What was taken
    /// back is gone, and a quiz tells nothing of what is to come.
    pub fn changed(&self) -> Option<bool> {
        let touch = self.touched.as_ref().filter(|touch| !touch.back && !touch.cone.is_empty() && !self.quiz);
        touch.map(|_| self.traced)
    }

    /// The last event at or before the playhead.
    pub fn last_event(&self) -> Option<EventId> {
        self.run.session().trace().last_event(self.now)
    }

    pub(crate) fn complain(&mut self, text: impl Into<AttrValue>) {
        (self.awaited, self.missed) = (None, None);
        let before = self.trouble.clone().unwrap_or_else(|| self.said.clone());
        self.trouble = Some(before.then(text));
    }

    fn say(&mut self, text: impl Into<AttrValue>) {
        self.said = self.said.then(text);
    }
}

impl Reducible for Work {
    type Action = WorkAction;

    fn reduce(self: Rc<Self>, action: WorkAction) -> Rc<Self> {
        // Whatever is done while a new run is awaited is done to that.
        let base = match (&self.coming, &action) {
            (_, WorkAction::Continue) => return self.continued(),
            (_, WorkAction::Cancel) => return Rc::new(self.cancelled()),
            (Some(_), WorkAction::Tick(_)) => return self,
            (Some(coming), _) => coming.clone(),
            (None, _) => self,
        };
        let mut work = (*base).clone();
        match action {
            WorkAction::Continue | WorkAction::Cancel => {}
            WorkAction::GoOn => work.go_on(),
            WorkAction::Replace(other) => return Rc::new(*other),
            WorkAction::Step => work.step(),
            WorkAction::StepBack => work.step_back(),
            WorkAction::ToStart => {
                work.playing = false;
                work.now = Key::START;
                work.say("At the beginning.");
            }
            WorkAction::ToEnd => {
                work.playing = false;
                work.now = Key::end_of(work.scenario.until);
                work.say("At the end.");
            }
            WorkAction::Go(now) => {
                let now = if work.reach(now.at) { now } else { Key::end_of(work.scenario.until) };
                work.now = now;
                work.gone += 1;
            }
            WorkAction::TogglePlay => work.playing = !work.playing,
            WorkAction::Pause => work.playing = false,
            WorkAction::Tick(passed) if work.playing => work.tick(passed),
            WorkAction::Tick(_) => return base,
            WorkAction::Do(deed) => work.act(deed),
            WorkAction::Apply(scenario) => {
                work.edit(*scenario);
            }
            WorkAction::Undo => work.travel(false),
            WorkAction::Redo => work.travel(true),
            WorkAction::Branch => work.branch(),
            WorkAction::Switch(id) => work.switch(id),
            WorkAction::RenameBranch(id, name) => work.rename_branch(id, &name),
            WorkAction::EditBranch(id, scenario) => work.edit_branch(id, scenario),
            WorkAction::DropBranch(id) => work.drop_branch(id),
            WorkAction::Beside(id) => work.show_beside(id),
            WorkAction::Reset => {
                if work.scenario.script != work.origin.script
                    || *work.scenario != (Scenario { until: work.scenario.until, ..(*work.origin).clone() })
                {
                    work.edit((*work.origin).clone());
                }
                work.restart();
                work.say("As it was when it was opened.");
            }
            WorkAction::Restart => work.restart(),
            WorkAction::Trace => match work.changed() {
                None => work.say("No edit has changed anything yet."),
                Some(traced) => {
                    work.traced = !traced;
                    work.say(if traced {
                        "The last edit is shown no longer."
                    } else {
                        "What the last edit can have changed is marked on the lanes."
                    });
                }
            },
            WorkAction::Reveal => work.quiz = false,
            WorkAction::Complain(text) => work.complain(text),
            WorkAction::Await(title) => work.awaited = Some(title),
            WorkAction::Miss(title, opening) => {
                work.complain(format!(
                    "{title} could not be loaded: a part of the page did not come. Nothing else has changed."
                ));
                work.missed = Some(opening);
            }
            WorkAction::Dismiss => (work.trouble, work.missed) = (None, None),
            WorkAction::Forget => work.left = None,
        }
        work.settled(&base)
    }
}
