//! What a person does to the run: a deed becomes an entry of the script, and the run is computed anew.

use std::rc::Rc;

use lightcone_sim::cone::Cone;
use lightcone_sim::ids::{EntryId, MsgId, NodeId};
use lightcone_sim::scenario::{Action, Entry, Scenario};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Instant;

use crate::store::gesture;
use crate::store::run::Run;
use crate::store::work::{Deed, Fault, Moment, Touch, Work};
use crate::words;

impl Work {
    /// Takes up a changed scenario, if it runs, and puts the present one on the way back.
    pub(super) fn edit(&mut self, scenario: Scenario) -> bool {
        match self.edited(scenario) {
            Ok(()) => true,
            Err(bad) => {
                self.complain(bad);
                false
            }
        }
    }

    fn edited(&mut self, scenario: Scenario) -> Result<(), String> {
        let mut run = self.run.edited(&scenario)?;
        if self.now.at > scenario.until {
            run = run.until(self.now.at);
        }
        let moment = Moment { scenario: self.scenario.clone(), now: self.now };
        Rc::make_mut(&mut self.history.past).push(moment);
        self.history.future = Rc::default();
        self.highest = self.highest.max(scenario.next_entry().0 - 1);
        self.take(Rc::new(scenario), run, false);
        Ok(())
    }

    pub(super) fn take(&mut self, scenario: Rc<Scenario>, run: Run, back: bool) {
        self.touched = touch(self, &scenario, &run, back);
        self.traced = false;
        self.left = None;
        self.scenario = scenario;
        self.run = run;
    }

    pub(super) fn act(&mut self, deed: Deed) {
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
            Deed::Span(node, fault, from, to) => {
                for (at, action) in befalls(&scenario, node, fault, (from, to)) {
                    self.add(&mut scenario, (at, 0), action);
                }
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
}

/// What makes up a fault of a node between two times, in order.
fn befalls(scenario: &Scenario, node: NodeId, fault: Fault, (from, to): (Ns, Ns)) -> Vec<(Ns, Action)> {
    match fault {
        Fault::Crash => vec![(from, Action::Crash { node }), (to, Action::Recover { node })],
        Fault::Amnesia => vec![(from, Action::Amnesia { node }), (to, Action::Recover { node })],
        Fault::Pause => vec![(from, Action::Pause { node, vm: false }), (to, Action::Resume { node })],
        Fault::CutOff => vec![(from, gesture::cut_off(scenario, node, Some(to)))],
    }
}

/// Takes out what a person had said before about when a message arrives.
fn forget_arrivals(scenario: &mut Scenario, message: MsgId, from: Ns) {
    let concerns = |entry: &Entry| entry.action == Action::Deliver { message } && entry.at >= from;
    scenario.script.retain(|entry| !concerns(entry));
}

/// The light cone of the way from the present scenario to another.
fn touch(work: &Work, scenario: &Scenario, run: &Run, back: bool) -> Option<Touch> {
    let (old, new) = (work.run.session(), run.session());
    let cone = Cone::of_edit((&work.scenario, old.trace()), (scenario, new.trace()))?;
    let count = work.touched.as_ref().map_or(0, |touch| touch.count) + 1;
    Some(Touch { count, cone: Rc::new(cone), back })
}
