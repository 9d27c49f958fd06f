//! A scenario that has been run, and what is to be said of it on stderr.

use std::io::{self, Write};

use lightcone_formats::link::{Document, SealVerdict};
use lightcone_sim::monitor::Violation;
use lightcone_sim::order::Key;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;

use crate::args::Budget;
use crate::failure::{Code, Failure};
use crate::source::Source;

/// A run up to its end, or as far as the budget went.
pub(crate) struct Ran<'a> {
    pub(crate) entry: &'a ProtocolEntry,
    pub(crate) session: Box<dyn Session>,
    pub(crate) document: Document,
    progress: Progress,
    budget: Budget,
}

impl<'a> Ran<'a> {
    pub(crate) fn new(source: Source<'a>, budget: Budget) -> Result<Ran<'a>, Failure> {
        let Source { document, entry } = source;
        let mut session = (entry.start)(document.scenario.clone())?;
        let progress = session.run_until(document.scenario.until, budget.max_events);
        Ok(Ran { entry, session, document, progress, budget })
    }

    /// The end of the scenario.
    pub(crate) fn until(&self) -> Ns {
        self.document.scenario.until
    }

    /// The end of the scenario as a moment of the run.
    pub(crate) fn end(&self) -> Key {
        Key::end_of(self.until())
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.progress == Progress::Done
    }

    /// Tells stderr what went wrong, and returns the exit code.
    pub(crate) fn conclude(&self, err: &mut dyn Write) -> io::Result<Code> {
        if let Some(seal) = self.document.sealed.as_ref().filter(|_| self.is_finished()) {
            let verdict = seal.compare(self.session.as_ref());
            if verdict != SealVerdict::Same {
                writeln!(err, "lightcone: {verdict}")?;
            }
        }
        if !self.is_finished() {
            let (most, at) = (self.budget.max_events, self.session.trace().reached());
            writeln!(
                err,
                "lightcone: not finished: {most} events took the run to {at} of {}; --max-events allows more",
                self.until()
            )?;
        }
        if let Some(Violation { monitor, event, text, .. }) = self.violation() {
            writeln!(err, "lightcone: violated at event {event}: {monitor}: {text}")?;
            return Ok(Code::Violated);
        }
        Ok(if self.is_finished() { Code::Fine } else { Code::Unfinished })
    }

    fn violation(&self) -> Option<&Violation> {
        self.session.trace().violations().first()
    }
}
