//! Moving the playhead: step by step, playing, and to the end of a run that then becomes longer.

use std::rc::Rc;

use lightcone_sim::monitor::Violation;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Pending, PendingWhat};
use lightcone_sim::time::Ns;

use crate::store::gesture;
use crate::store::work::{Deed, Work};
use crate::words;

/// How much longer a run becomes when the playhead reaches its end.
const MORE: Ns = Ns::s(5);
/// How far on a step looks for the next event in a run that has fallen silent.
const FAR: Ns = Ns::s(60);

impl Work {
    /// Makes the run last until then at least; false if that is not to be had.
    pub(super) fn reach(&mut self, until: Ns) -> bool {
        if until > self.scenario.until {
            let longer = Scenario { until, ..(*self.scenario).clone() };
            if lightcone_sim::validate::check(&longer).is_err() {
                return false;
            }
            self.scenario = Rc::new(longer);
        }
        if until > self.run.wanted() {
            self.run = self.run.until(until);
        }
        true
    }

    pub(super) fn step(&mut self) {
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
        if !self.run.is_done() {
            return self.go_on();
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
        let pending = gesture::pending(&*session, self.now);
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

    pub(super) fn step_back(&mut self) {
        self.playing = false;
        let before = self.run.session().trace().step_back(self.now);
        match before {
            Some(now) => self.arrive(now),
            None => self.now = Key::START,
        }
    }

    pub(super) fn tick(&mut self, passed: Ns) {
        let mut at = self.now.at + passed;
        if self.run.is_done() && at > self.scenario.until {
            let silent = gesture::holds_all(&*self.run.session(), self.now);
            if silent || !self.reach(self.scenario.until + MORE) {
                self.playing = false;
                self.say("Everything waits for you.");
            }
        }
        if !self.run.is_done() {
            let drawn_to = self.run.drawn_to();
            if at > drawn_to && !self.run.is_going_on() {
                self.playing = false;
                self.say("The run is computed up to here.");
            }
            at = at.min(if self.run.hides(at) { self.run.reached() } else { drawn_to });
        }
        let before = self.now;
        self.now = Key::end_of(at.max(self.now.at)).max(self.now);
        // What breaks is worth a halt: playing stands still right behind it.
        if let Some(broke) = self.broke_since(before) {
            self.playing = false;
            self.say(broke);
        }
    }

    pub(super) fn restart(&mut self) {
        self.now = crate::link::first_moment(&self.run);
        self.playing = !self.quiz;
    }
}
