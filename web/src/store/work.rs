//! The document at work: a scenario, its run, the playhead, and what undo and redo lead to.
//!
//! Stepping and playing move the playhead and nothing else. What a person does to the run becomes an entry of the
//! script, at a time resolved here; the run is then computed anew. A scenario that cannot run changes nothing.

use std::rc::Rc;

use lightcone_sim::cone::Cone;
use lightcone_sim::ids::{EntryId, EventId, MsgId, NodeId, TimerId};
use lightcone_sim::monitor::Violation;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Entry, Scenario};
use lightcone_sim::session::{Pending, PendingWhat};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Instant;
use yew::{AttrValue, Reducible};

use crate::store::gesture;
use crate::store::run::Run;
use crate::words;

/// How much longer a run becomes when the playhead reaches its end.
const MORE: Ns = Ns::s(5);
/// How far on a step looks for the next event in a run that has fallen silent.
const FAR: Ns = Ns::s(60);

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
    /// Whether the playhead moves by itself.
    pub playing: bool,
    /// Whether what lies ahead of the playhead stays hidden.
    pub quiz: bool,
    /// What was done last, in a sentence.
    pub said: Said,
    /// What could not be done.
    pub trouble: Option<Said>,
    /// What the last edit may have changed.
    pub touched: Option<Touch>,
    /// As it was when it was opened.
    pub origin: Rc<Scenario>,
    past: Rc<Vec<Moment>>,
    future: Rc<Vec<Moment>>,
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
}

/// A scenario and where in it the playhead was.
#[derive(Clone, Debug, PartialEq)]
struct Moment {
    scenario: Rc<Scenario>,
    now: Key,
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
    /// A node is called something else.
    Rename(NodeId, String),
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
    /// As it was when it was opened, from the beginning.
    Reset,
    /// Plays from where something begins to happen.
    Restart,
    /// Computes a stretch more of a long run.
    Continue,
    /// Shows what lies ahead of the playhead.
    Reveal,
    /// Says what could not be done.
    Complain(String),
    /// Its complaint was read.
    Dismiss,
}

impl Work {
    /// A document that begins with this scenario, or what is wrong with it.
    pub fn open(number: u32, scenario: Scenario, now: Option<Key>, quiz: bool) -> Result<Work, String> {
        let mut run = Run::start(&scenario)?;
        if let Some(now) = now.filter(|now| now.at > scenario.until) {
            run = run.further(now.at);
        }
        let scenario = Rc::new(scenario);
        Ok(Work {
            number,
            highest: scenario.next_entry().0 - 1,
            origin: scenario.clone(),
            scenario,
            run,
            now: now.unwrap_or(Key::START),
            playing: false,
            quiz,
            said: Said::default(),
            trouble: None,
            touched: None,
            past: Rc::default(),
            future: Rc::default(),
        })
    }

    /// Whether there is an edit to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is an edit to redo.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// How many events have happened, and how many the run has.
    pub fn place(&self) -> (usize, usize) {
        let session = self.run.session();
        let trace = session.trace();
        (trace.count_until(self.now), trace.count_until(Key::end_of(self.scenario.until)))
    }

    /// The last event at or before the playhead.
    pub fn last_event(&self) -> Option<EventId> {
        self.run.session().trace().last_event(self.now)
    }

    pub(crate) fn complain(&mut self, text: impl Into<AttrValue>) {
        let before = self.trouble.clone().unwrap_or_else(|| self.said.clone());
        self.trouble = Some(before.then(text));
    }

    fn say(&mut self, text: impl Into<AttrValue>) {
        self.said = self.said.then(text);
    }

    /// Makes the run last until then at least; false if that is not to be had.
    fn reach(&mut self, until: Ns) -> bool {
        if until > self.scenario.until {
            let longer = Scenario { until, ..(*self.scenario).clone() };
            if lightcone_sim::validate::check(&longer).is_err() {
                return false;
            }
            self.scenario = Rc::new(longer);
        }
        if until > self.run.wanted() {
            self.run = self.run.further(until);
        }
        true
    }

    fn step(&mut self) {
        self.playing = false;
        let next = self.run.session().trace().step(self.now);
        if let Some(next) = next {
            if next.at > self.scenario.until {
                self.reach(next.at);
            }
            return self.arrive(next);
        }
        if let Some(deed) = self.waiting() {
            return self.act(deed);
        }
        let far = self.now.at + FAR;
        while self.run.is_done() && self.run.wanted() < far {
            if !self.reach(self.run.wanted() + MORE) {
                break;
            }
            let next = self.run.session().trace().step(self.now);
            if let Some(next) = next {
                return self.arrive(next);
            }
        }
        self.say("Nothing more happens by itself.");
    }

    /// Under “hold all”, a step lets the first of what waits happen.
    fn waiting(&self) -> Option<Deed> {
        let session = self.run.session();
        if !gesture::holds_all(&*session, self.now) {
            return None;
        }
        let pending = session.pending(self.now);
        let can_happen = |pending: &&Pending| match pending.what {
            PendingWhat::Message { id, .. } => !pending.doomed && !gesture::is_cut(&*session, id, self.now),
            PendingWhat::Timer(_) => true,
        };
        pending.iter().find(can_happen).map(|first| match first.what {
            PendingWhat::Message { id, .. } => Deed::Deliver(id),
            PendingWhat::Timer(id) => Deed::Fire(id),
        })
    }

    fn arrive(&mut self, now: Key) {
        let before = self.now;
        self.now = now;
        let said = words::happened(&*self.run.session(), &self.scenario, now);
        let broke = self.broke_since(before).unwrap_or_default();
        self.say(format!("{said} {broke}").trim_end().to_owned());
    }

    /// The first invariant that broke between an earlier playhead and this one, in a sentence.
    fn broke_since(&self, before: Key) -> Option<String> {
        let session = self.run.session();
        let trace = session.trace();
        let key = |violation: &Violation| trace.event(violation.event).map(|event| event.key);
        let is_new =
            |violation: &&Violation| key(violation).is_some_and(|key| before < key && key <= self.now);
        trace
            .violations()
            .iter()
            .find(is_new)
            .map(|broken| format!("Violated, {}: {}", broken.monitor, broken.text))
    }

    fn step_back(&mut self) {
        self.playing = false;
        let before = self.run.session().trace().step_back(self.now);
        match before {
            Some(now) => self.arrive(now),
            None => self.now = Key::START,
        }
    }

    fn tick(&mut self, passed: Ns) {
        let mut at = self.now.at + passed;
        if self.run.is_done() && at > self.scenario.until {
            let silent = gesture::holds_all(&*self.run.session(), self.now);
            if silent || !self.reach(self.scenario.until + MORE) {
                self.playing = false;
                self.say("Everything waits for you.");
            }
        }
        if !self.run.is_done() {
            at = at.min(self.run.session().trace().reached());
        }
        let before = self.now;
        self.now = Key::end_of(at.max(self.now.at)).max(self.now);
        // What breaks is worth a halt: playing stands still right behind it.
        if let Some(broke) = self.broke_since(before) {
            self.playing = false;
            self.say(broke);
        }
    }

    /// Takes up a changed scenario, if it runs, and puts the present one on the way back.
    fn edit(&mut self, scenario: Scenario) -> bool {
        match self.edited(scenario) {
            Ok(()) => true,
            Err(bad) => {
                self.complain(bad);
                false
            }
        }
    }

    fn edited(&mut self, scenario: Scenario) -> Result<(), String> {
        let mut run = Run::start(&scenario)?;
        if self.now.at > scenario.until {
            run = run.further(self.now.at);
        }
        let moment = Moment { scenario: self.scenario.clone(), now: self.now };
        Rc::make_mut(&mut self.past).push(moment);
        self.future = Rc::default();
        self.highest = self.highest.max(scenario.next_entry().0 - 1);
        self.take(Rc::new(scenario), run);
        Ok(())
    }

    fn take(&mut self, scenario: Rc<Scenario>, run: Run) {
        self.touched = touch(self, &scenario, &run);
        self.scenario = scenario;
        self.run = run;
    }

    fn act(&mut self, deed: Deed) {
        let words = words::deed(&deed, &self.scenario, &*self.run.session());
        let (scenario, goal) = self.resolve(deed);
        if self.edit(scenario) {
            if let Some(goal) = goal {
                self.now = gesture::after(goal).max(self.now);
                if goal.0 > self.scenario.until {
                    self.reach(goal.0);
                }
            }
            self.say(words);
        }
    }

    /// The scenario in which a deed is done, and the instant that the playhead moves to.
    fn resolve(&self, deed: Deed) -> (Scenario, Option<Instant>) {
        let mut scenario = (*self.scenario).clone();
        let session = self.run.session();
        let here = gesture::here(&*session, &scenario.script, self.now);
        let goal = match deed {
            Deed::Now(action) => Some((here, action)),
            Deed::Deliver(message) => {
                forget_arrivals(&mut scenario, message, self.now.at);
                Some((self.next_instant(here), Action::Deliver { message }))
            }
            Deed::Fire(timer) => Some((self.next_instant(here), Action::Fire { timer })),
            Deed::Delay(message, by) => {
                let due = session.trace().message(message).map(|message| message.fate.at.0);
                let due = due.filter(|&due| due != Ns::NEVER).unwrap_or(self.now.at);
                forget_arrivals(&mut scenario, message, self.now.at);
                self.add(&mut scenario, (due + by, 0), Action::Deliver { message });
                None
            }
            Deed::Arrive(message, at) => {
                forget_arrivals(&mut scenario, message, Ns::ZERO);
                self.add(&mut scenario, (at, 0), Action::Deliver { message });
                None
            }
            Deed::At(at, action) => {
                self.add(&mut scenario, (at, 0), action);
                None
            }
            Deed::Change(changed) => {
                for entry in scenario.script.iter_mut().filter(|entry| entry.id == changed.id) {
                    *entry = changed.clone();
                }
                None
            }
            Deed::Remove(id) => {
                scenario.script.retain(|entry| entry.id != id);
                None
            }
            Deed::Rename(node, name) => {
                let name = name.trim();
                if name.is_empty() || name == node.to_string() {
                    scenario.names.remove(&node);
                } else {
                    scenario.names.insert(node, name.to_owned());
                }
                None
            }
        };
        let instant = goal.map(|(instant, action)| {
            self.add(&mut scenario, instant, action);
            instant
        });
        (scenario, instant)
    }

    fn next_instant(&self, here: Instant) -> Instant {
        let session = self.run.session();
        if gesture::holds_all(&*session, self.now) {
            gesture::soon(&*session, &self.scenario.script, self.now)
        } else {
            here
        }
    }

    fn add(&self, scenario: &mut Scenario, (at, rank): Instant, action: Action) {
        let id = EntryId(scenario.next_entry().0.max(self.highest + 1));
        scenario.script.push(Entry { id, at, rank, action });
    }

    fn restart(&mut self) {
        self.now = crate::link::first_moment(&self.run);
        self.playing = !self.quiz;
    }

    fn travel(&mut self, forth: bool) {
        let (from, to) =
            if forth { (&mut self.future, &mut self.past) } else { (&mut self.past, &mut self.future) };
        let Some(moment) = Rc::make_mut(from).pop() else { return };
        Rc::make_mut(to).push(Moment { scenario: self.scenario.clone(), now: self.now });
        // A run that has been played beyond its end stays as long as it has become.
        let scenario =
            Scenario { until: moment.scenario.until.max(self.scenario.until), ..(*moment.scenario).clone() };
        match Run::start(&scenario) {
            Ok(run) => {
                let run = if moment.now.at > scenario.until { run.further(moment.now.at) } else { run };
                self.take(Rc::new(scenario), run);
                self.now = moment.now;
                self.say(if forth { "Done again." } else { "Undone." });
            }
            Err(bad) => self.complain(bad),
        }
    }
}

/// Takes out what a person had said before about when a message arrives.
fn forget_arrivals(scenario: &mut Scenario, message: MsgId, from: Ns) {
    let concerns = |entry: &Entry| entry.action == Action::Deliver { message } && entry.at >= from;
    scenario.script.retain(|entry| !concerns(entry));
}

/// The light cone of the way from the present scenario to another.
fn touch(work: &Work, scenario: &Scenario, run: &Run) -> Option<Touch> {
    let (old, new) = (work.run.session(), run.session());
    let cone = Cone::of_edit((&work.scenario, old.trace()), (scenario, new.trace()))?;
    let count = work.touched.as_ref().map_or(0, |touch| touch.count) + 1;
    Some(Touch { count, cone: Rc::new(cone) })
}

impl Reducible for Work {
    type Action = WorkAction;

    fn reduce(self: Rc<Self>, action: WorkAction) -> Rc<Self> {
        let mut work = (*self).clone();
        match action {
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
            }
            WorkAction::TogglePlay => work.playing = !work.playing,
            WorkAction::Pause => work.playing = false,
            WorkAction::Tick(passed) if work.playing => work.tick(passed),
            WorkAction::Tick(_) => return self,
            WorkAction::Do(deed) => work.act(deed),
            WorkAction::Apply(scenario) => {
                work.edit(*scenario);
            }
            WorkAction::Undo => work.travel(false),
            WorkAction::Redo => work.travel(true),
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
            WorkAction::Continue if !work.run.is_done() => work.run = work.run.further(work.run.wanted()),
            WorkAction::Continue => return self,
            WorkAction::Reveal => work.quiz = false,
            WorkAction::Complain(text) => work.complain(text),
            WorkAction::Dismiss => work.trouble = None,
        }
        Rc::new(work)
    }
}
