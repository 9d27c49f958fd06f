//! A run: the session that a scenario started, shared by all who look at it.

use std::cell::{Ref, RefCell};
use std::fmt;
use std::rc::Rc;

use lightcone_protocols::all;
use lightcone_sim::ids::Nodes;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;

use crate::dom;

/// How long the page waits for a run before it draws what there is of it, in ms.
const FIRST_MS: f64 = 40.0;
/// So many events are always waited for: a usual run is drawn once, and whole.
const FIRST_EVENTS: u64 = 10_000;
/// How long a stretch of a long run is computed, in ms; the page draws and listens in between.
const STRETCH_MS: f64 = 30.0;
/// How many events are computed between two looks at the clock.
const PORTION: u64 = 1_024;
/// A run is drawn again when it has so many times the events that are on the page.
const GROWTH: usize = 4;
/// As long as this a run may be that is judged and not looked at, in events.
const LONGEST: u64 = 200_000;

/// The protocol of this name.
pub fn protocol(name: &str) -> Option<&'static ProtocolEntry> {
    lightcone_protocols::find(name)
}

/// A run as far as it has been computed. Going on computes more of it and changes nothing that was there, so whoever
/// holds an older handle sees the same past. Handles are equal while the same of it is to be drawn.
#[derive(Clone)]
pub struct Run {
    session: Rc<RefCell<Box<dyn Session>>>,
    version: u32,
    progress: Progress,
    wanted: Ns,
    /// How far it had come when it was last to be drawn: events, and the moment.
    seen: (usize, Ns),
    is_stopped: bool,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Run(version {}, {:?} to {})", self.version, self.progress, self.wanted)
    }
}

impl PartialEq for Run {
    fn eq(&self, other: &Run) -> bool {
        self.is_of(other) && self.version == other.version
    }
}

/// Computes until it is done, or both so much time has passed and so many events were computed.
fn stretch(session: &mut dyn Session, until: Ns, ms: f64, least: u64) -> Progress {
    let (begin, mut count) = (dom::ms(), 0);
    while session.run_until(until, PORTION) == Progress::More {
        count += PORTION;
        if count >= least && dom::ms() - begin >= ms {
            return Progress::More;
        }
    }
    Progress::Done
}

impl Run {
    /// Starts a scenario and computes it to its end, or a stretch of it, or says what is wrong with it.
    pub fn start(scenario: &Scenario) -> Result<Run, String> {
        Ok(Run::begun(begin(scenario)?, scenario.until))
    }

    /// The run of a scenario that differs from this one's: what it cannot have changed is not computed again.
    pub fn edited(&self, scenario: &Scenario) -> Result<Run, String> {
        let entry = known(scenario)?;
        let resumed = (entry.resume)(&*self.session(), scenario).map_err(|bad| bad.to_string())?;
        Ok(Run::begun(resumed.map_or_else(|| begin(scenario), Ok)?, scenario.until))
    }

    /// Computes a scenario to its end if that is not too far, however long it takes.
    pub fn whole(scenario: &Scenario) -> Result<Run, String> {
        let mut session = begin(scenario)?;
        let progress = session.run_until(scenario.until, LONGEST);
        Ok(Run::of(session, progress, scenario.until))
    }

    fn begun(mut session: Box<dyn Session>, until: Ns) -> Run {
        let progress = stretch(&mut *session, until, FIRST_MS, FIRST_EVENTS);
        Run::of(session, progress, until)
    }

    fn of(session: Box<dyn Session>, progress: Progress, wanted: Ns) -> Run {
        let seen = (session.trace().order().len(), session.trace().reached());
        Run { session: Rc::new(RefCell::new(session)), version: 0, progress, wanted, seen, is_stopped: false }
    }

    /// The same run, a stretch further. It is to be drawn again when it is done, has much grown, or has come to `now`.
    #[must_use]
    pub fn further(&self, now: Ns) -> Run {
        let mut run = self.clone();
        run.progress = stretch(&mut **self.session.borrow_mut(), self.wanted, STRETCH_MS, 0);
        let ((events, reached), (drawn, drawn_to)) = (run.extent(), run.seen);
        let is_worth_it = run.is_done() || events >= drawn * GROWTH || (drawn_to < now && now <= reached);
        if is_worth_it { run.drawn() } else { run }
    }

    /// The same run, to be computed until then at least, and drawn as far as it is now.
    #[must_use]
    pub fn until(&self, until: Ns) -> Run {
        let mut run = self.clone();
        run.wanted = self.wanted.max(until);
        run.progress = stretch(&mut **self.session.borrow_mut(), run.wanted, STRETCH_MS, FIRST_EVENTS);
        run.drawn()
    }

    /// The same run, to be drawn as far as it is now.
    #[must_use]
    pub fn drawn(mut self) -> Run {
        self.seen = self.extent();
        self.version += 1;
        self
    }

    /// The same run, of which no more is computed for the time being, or again.
    #[must_use]
    pub fn stopped(mut self, is_stopped: bool) -> Run {
        self.is_stopped = is_stopped;
        self
    }

    /// How many events it has, and up to when.
    fn extent(&self) -> (usize, Ns) {
        let session = self.session();
        (session.trace().order().len(), session.trace().reached())
    }

    /// Whether more of it has been computed than is drawn, and a moment lies there.
    pub fn hides(&self, now: Ns) -> bool {
        self.seen.1 < now && self.extent() != self.seen
    }

    /// Whether both are one run, further computed or not.
    pub fn is_of(&self, other: &Run) -> bool {
        Rc::ptr_eq(&self.session, &other.session)
    }

    /// Whether it has been computed as far as was asked.
    pub fn is_done(&self) -> bool {
        self.progress == Progress::Done
    }

    /// Whether more of it is being computed.
    pub fn is_going_on(&self) -> bool {
        !self.is_done() && !self.is_stopped
    }

    /// How many events it has so far.
    pub fn events(&self) -> usize {
        self.extent().0
    }

    /// Up to when it has been computed.
    pub fn reached(&self) -> Ns {
        self.extent().1
    }

    /// Up to when it is drawn.
    pub fn drawn_to(&self) -> Ns {
        self.seen.1
    }

    /// Up to when it was asked to be computed.
    pub fn wanted(&self) -> Ns {
        self.wanted
    }

    /// The session, for reading.
    pub fn session(&self) -> Ref<'_, dyn Session> {
        Ref::map(self.session.borrow(), |session| &**session)
    }

    /// Servers and clients.
    pub fn nodes(&self) -> Nodes {
        self.session().trace().nodes()
    }
}

fn known(scenario: &Scenario) -> Result<&'static ProtocolEntry, String> {
    protocol(&scenario.protocol).ok_or_else(|| unknown_protocol(&scenario.protocol))
}

fn begin(scenario: &Scenario) -> Result<Box<dyn Session>, String> {
    (known(scenario)?.start)(scenario.clone()).map_err(|bad| bad.to_string())
}

/// One sentence for a name that is not among the protocols.
pub fn unknown_protocol(name: &str) -> String {
    let mut short: String = name.chars().take(40).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    let known: Vec<&str> = all().iter().map(|entry| entry.name).collect();
    format!("“{short}” is not a protocol that this page knows. It knows: {}.", known.join(", "))
}
