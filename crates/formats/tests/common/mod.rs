//! What the stories share.

use lightcone_formats::link::Document;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Progress, Session};

/// What names open.
#[allow(dead_code)]
pub fn names() -> &'static [lightcone_sim::registry::ProtocolEntry] {
    lightcone_protocols::all()
}

/// The scenario that a name opens.
pub fn default(name: &str) -> Option<Scenario> {
    lightcone_protocols::find(name).map(|entry| (entry.scenario)(None))
}

/// A run of a scenario to its end.
#[allow(dead_code)]
pub fn run(scenario: &Scenario) -> Box<dyn Session> {
    let entry = lightcone_protocols::find(&scenario.protocol).expect("a known protocol");
    let mut session = (entry.start)(scenario.clone()).expect("a valid scenario");
    assert_eq!(session.run_until(scenario.until, 1_000_000), Progress::Done);
    session
}

/// A document of Raft as it opens by name.
#[allow(dead_code)]
pub fn raft() -> Document {
    Document::from(default("raft").expect("Raft is registered"))
}

/// The moment after all that happens up to a time.
#[allow(dead_code)]
pub fn at(time: &str) -> Key {
    Key::end_of(time.parse().expect("a time"))
}

/// One scenario of each protocol, as they open by name.
#[allow(dead_code)]
pub fn defaults() -> Vec<Scenario> {
    lightcone_protocols::all().iter().map(|entry| (entry.scenario)(None)).collect()
}

/// A Raft scenario whose script uses every action, every option of each included.
#[allow(dead_code)]
pub fn everything() -> Scenario {
    lightcone_sim::validate::parse(include_str!("everything.json")).expect("a valid scenario")
}
