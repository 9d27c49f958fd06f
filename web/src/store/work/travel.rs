//! Undo and redo: earlier and later scenarios, with the playhead where it was.

use std::rc::Rc;

use lightcone_sim::scenario::Scenario;

use crate::store::work::{History, Moment, Work};

impl History {
    /// Whether it is the very same, which is seen without looking into it.
    pub fn is_same(&self, other: &History) -> bool {
        Rc::ptr_eq(&self.past, &other.past) && Rc::ptr_eq(&self.future, &other.future)
    }
}

impl Work {
    /// What undo and redo lead to.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Takes up a history that was kept elsewhere.
    pub fn remember(&mut self, history: History) {
        let scenarios = history.past.iter().chain(&*history.future);
        let numbers = scenarios.map(|moment| moment.scenario.next_entry().0 - 1);
        self.highest = numbers.fold(self.highest, u32::max);
        self.history = history;
    }

    /// One edit back, or forth.
    pub(super) fn travel(&mut self, forth: bool) {
        let History { past, future } = &mut self.history;
        let (from, to) = if forth { (future, past) } else { (past, future) };
        let Some(moment) = from.last().cloned() else { return };
        // A run that has been played beyond its end stays as long as it has become.
        let scenario =
            Scenario { until: moment.scenario.until.max(self.scenario.until), ..(*moment.scenario).clone() };
        let run = match self.run.edited(&scenario) {
            Ok(run) => run,
            Err(bad) => return self.complain(bad),
        };
        Rc::make_mut(from).pop();
        Rc::make_mut(to).push(Moment { scenario: self.scenario.clone(), now: self.now });
        let run = if moment.now.at > scenario.until { run.until(moment.now.at) } else { run };
        self.take(Rc::new(scenario), run, !forth);
        self.now = moment.now;
        self.say(if forth { "Done again." } else { "Undone." });
    }
}
