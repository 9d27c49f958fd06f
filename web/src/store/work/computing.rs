//! A run that takes longer: it is computed a stretch at a time, and the page lives in between.
//!
//! After an edit the run before it stands on the page until the new one has come to the playhead, or is all there; so
//! nothing is drawn that would be drawn anew at once. It is kept until then, and stands again if the person cancels.

use std::rc::Rc;

use lightcone_sim::cone::Cone;

use crate::dom;
use crate::store::work::Work;

/// For so long the new run may be awaited before a part of it is shown, in ms: most are all there by then.
const AWAIT_MS: f64 = 150.0;
/// What takes longer than this is told of, in ms.
const PATIENCE_MS: f64 = 200.0;

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Computing {
    /// The share of it that has been computed, in percent.
    pub percent: u32,
    /// Whether the run on the page is the one before an edit.
    pub is_awaited: bool,
    /// Whether there is a run to go back to.
    pub is_edit: bool,
    /// Whether no more of it is computed for the time being.
    pub is_stopped: bool,
}

impl Work {
    /// The document whose run is being computed: this one, or what it is to become.
    fn coming(&self) -> &Work {
        self.coming.as_deref().unwrap_or(self)
    }

    /// How many events have been computed, while a run is being computed.
    pub fn under_way(&self) -> Option<usize> {
        let run = &self.coming().run;
        run.is_going_on().then(|| run.events())
    }

    /// How far the run has come, if it takes so long that it should be told.
    pub fn computing(&self) -> Option<Computing> {
        let work = self.coming();
        let (run, is_stopped) = (&work.run, !work.run.is_going_on());
        let is_late = is_stopped || dom::ms() - work.began > PATIENCE_MS;
        (!run.is_done() && is_late).then(|| Computing {
            percent: (run.reached().as_secs_f64() / run.wanted().as_secs_f64().max(1e-9) * 100.0) as u32,
            is_awaited: self.coming.is_some(),
            is_edit: self.coming.is_some() || work.before.is_some(),
            is_stopped,
        })
    }

    /// What becomes of the document after something was done to it: where that began a run that takes longer, what was
    /// there stays on the page for now.
    pub(super) fn settled(mut self, base: &Rc<Work>) -> Rc<Work> {
        if self.run.hides(self.now.at) {
            self.run = self.run.drawn();
        }
        if self.run.is_done() {
            self.before = None;
            return Rc::new(self);
        }
        if base.run.is_of(&self.run) {
            if base.run.is_done() {
                self.began = dom::ms();
            }
            return Rc::new(self);
        }
        self.began = dom::ms();
        self.before = Some(base.clone());
        Rc::new(Work { coming: Some(Rc::new(self)), ..(**base).clone() })
    }

    /// A stretch more is computed.
    pub(super) fn continued(self: Rc<Work>) -> Rc<Work> {
        let mut next = self.coming().clone();
        if !next.run.is_going_on() {
            return self;
        }
        next.run = next.run.further(next.now.at);
        let is_late = dom::ms() - next.began > AWAIT_MS;
        if self.coming.is_none() || next.run.is_done() || (is_late && next.run.reached() >= next.now.at) {
            if self.coming.is_some() {
                next.run = next.run.drawn();
            }
            return Rc::new(next.finished());
        }
        Rc::new(Work { coming: Some(Rc::new(next)), ..(*self).clone() })
    }

    /// A run that is all there needs no other to go back to, and tells all that the edit may have changed.
    fn finished(mut self) -> Work {
        if self.run.is_done()
            && let Some(before) = self.before.take()
            && let Some(touch) = &mut self.touched
        {
            let (old, new) = (before.run.session(), self.run.session());
            let cone = Cone::of_edit((&before.scenario, old.trace()), (&self.scenario, new.trace()));
            cone.into_iter().for_each(|cone| touch.cone = Rc::new(cone));
        }
        self
    }

    /// The person does not want to wait: the run before the edit stands again; a run that was opened stays as it is.
    pub(super) fn cancelled(&self) -> Work {
        let said = |words: &str| self.said.then(words.to_owned());
        if self.coming.is_some() {
            let said = said("Cancelled: nothing has changed.");
            return Work { coming: None, playing: false, said, ..self.clone() };
        }
        if let Some(before) = self.before.as_ref().filter(|_| self.run.is_going_on()) {
            let said = said("Cancelled: the run stands as it was before.");
            return Work { playing: false, said, ..(**before).clone() };
        }
        if !self.run.is_going_on() {
            return self.clone();
        }
        let run = self.run.clone().drawn().stopped(true);
        Work { run, playing: false, said: said("Stopped. What is computed so far stays."), ..self.clone() }
    }

    /// A run that was stopped is computed further.
    pub(super) fn go_on(&mut self) {
        if self.run.is_done() || self.run.is_going_on() {
            return self.say("The run is still being computed.");
        }
        self.run = self.run.clone().stopped(false);
        self.began = dom::ms();
        self.say("The rest of the run is being computed.");
    }
}
