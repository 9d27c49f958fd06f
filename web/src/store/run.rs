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

/// How many events are computed at a stretch; the page draws and listens in between.
const STRETCH: u64 = 200_000;

/// The protocol of this name.
pub fn protocol(name: &str) -> Option<&'static ProtocolEntry> {
    all().iter().find(|entry| entry.name == name)
}

/// A run as far as it has been computed. Going on computes more of it and changes nothing that was there, so whoever
/// holds an older handle sees the same past.
#[derive(Clone)]
pub struct Run {
    session: Rc<RefCell<Box<dyn Session>>>,
    version: u32,
    progress: Progress,
    wanted: Ns,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Run(version {}, {:?} to {})", self.version, self.progress, self.wanted)
    }
}

impl PartialEq for Run {
    fn eq(&self, other: &Run) -> bool {
        Rc::ptr_eq(&self.session, &other.session) && self.version == other.version
    }
}

impl Run {
    /// Starts a scenario and computes it to its end, or a stretch of it, or says what is wrong with it.
    pub fn start(scenario: &Scenario) -> Result<Run, String> {
        let entry = protocol(&scenario.protocol).ok_or_else(|| unknown_protocol(&scenario.protocol))?;
        let mut session = (entry.start)(scenario.clone()).map_err(|bad| bad.to_string())?;
        let progress = session.run_until(scenario.until, STRETCH);
        Ok(Run { session: Rc::new(RefCell::new(session)), version: 0, progress, wanted: scenario.until })
    }

    /// The same run, computed further.
    pub fn further(&self, until: Ns) -> Run {
        let wanted = self.wanted.max(until);
        let progress = self.session.borrow_mut().run_until(wanted, STRETCH);
        Run { session: self.session.clone(), version: self.version + 1, progress, wanted }
    }

    /// Whether it has been computed as far as was asked.
    pub fn is_done(&self) -> bool {
        self.progress == Progress::Done
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

/// One sentence for a name that is not among the protocols.
pub fn unknown_protocol(name: &str) -> String {
    let mut short: String = name.chars().take(40).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    let known: Vec<&str> = all().iter().map(|entry| entry.name).collect();
    format!("“{short}” is not a protocol that this page knows. It knows: {}.", known.join(", "))
}
