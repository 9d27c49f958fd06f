//! How a protocol is offered to those who know only its name.

use serde_json::{Map, Value};

use crate::ids::Nodes;
use crate::protocol::Protocol;
use crate::run::Run;
use crate::scenario::Scenario;
use crate::session::Session;
use crate::validate::BadScenario;

/// Starts a run of a valid scenario. Nothing has happened in it yet.
pub type Start = fn(Scenario) -> Result<Box<dyn Session>, BadScenario>;

/// Starts a run of this protocol.
pub fn start<P: Protocol>(scenario: Scenario) -> Result<Box<dyn Session>, BadScenario> {
    Ok(Box::new(Run::<P>::start(scenario)?))
}

/// Starts a run of an edited scenario that takes over from the run before the edit what that cannot have changed, and
/// computes the rest as it would from the beginning; `None`: there is nothing to take over.
pub type Resume = fn(&dyn Session, &Scenario) -> Result<Option<Box<dyn Session>>, BadScenario>;

/// Resumes a run of this protocol; one of another has nothing to take over.
pub fn resume<P: Protocol>(
    run: &dyn Session,
    scenario: &Scenario,
) -> Result<Option<Box<dyn Session>>, BadScenario> {
    let Some(run) = run.as_any().downcast_ref::<Run<P>>().filter(|_| scenario.protocol == P::NAME) else {
        return Ok(None);
    };
    Ok(run.resumed(scenario)?.map(|run| Box::new(run) as Box<dyn Session>))
}

/// The parameter that says what carries a protocol's messages: connections or datagrams. A protocol that is not about that
/// can have it too, and with it those of a layer of connections ([`ProtocolEntry::connected`]).
pub const TRANSPORT: &str = "transport";

/// A protocol, its type forgotten.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolEntry {
    /// Name on the command line, in files and links: `raft`.
    pub name: &'static str,
    /// Name for people: `Raft`.
    pub title: &'static str,
    /// The chapter of the course that it belongs to.
    pub chapter: &'static str,
    /// One sentence on what it does.
    pub summary: &'static str,
    /// Its parameters and what they mean.
    pub params: &'static [(&'static str, &'static str)],
    /// Operations to offer.
    pub ops: &'static [&'static str],
    /// The scenario that opens by name, for so many servers or as many as usual.
    pub scenario: fn(Option<u16>) -> Scenario,
    /// Named scenarios worth opening.
    pub examples: fn() -> Vec<(&'static str, Scenario)>,
    /// The parameters' usual values, a JSON object.
    pub default_params: fn() -> Value,
    /// Starts a run of a valid scenario. Nothing has happened in it yet.
    pub start: Start,
    /// Starts a run of an edited scenario from the run before the edit.
    pub resume: Resume,
    /// Whether this text is an operation, and if not, why.
    pub check_op: fn(&str) -> Result<(), String>,
    /// Whether these parameters suit so many nodes, and if not, why.
    pub check_params: fn(Value, Nodes) -> Result<(), String>,
    /// The same protocol in a layer of connections, with the parameters of both, where a scenario may ask for that.
    pub connected: Option<fn() -> &'static ProtocolEntry>,
}

impl ProtocolEntry {
    /// The protocol as a scenario with these parameters runs it: in a layer of connections, if it says what is to carry its
    /// messages.
    pub fn carried(&self, params: &Map<String, Value>) -> &ProtocolEntry {
        match self.connected {
            Some(connected) if params.contains_key(TRANSPORT) => connected(),
            _ => self,
        }
    }

    /// The entry of a protocol whose code is elsewhere: it has a name, and says of all else that it is not here.
    pub const fn elsewhere(name: &'static str, title: &'static str, chapter: &'static str) -> ProtocolEntry {
        const MISSING: &str = "the code of this protocol has not been loaded";
        ProtocolEntry {
            name,
            title,
            chapter,
            summary: "",
            params: &[],
            ops: &[],
            scenario: |nodes| Scenario::new("", nodes.unwrap_or(1)),
            examples: Vec::new,
            default_params: || Value::Null,
            start: |_| Err(BadScenario(MISSING.to_owned())),
            resume: |_, _| Ok(None),
            check_op: |_| Err(MISSING.to_owned()),
            check_params: |_, _| Err(MISSING.to_owned()),
            connected: None,
        }
    }

    /// The entry of a protocol: the one line that registers it.
    pub const fn of<P: Protocol>() -> ProtocolEntry {
        ProtocolEntry {
            name: P::NAME,
            title: P::TITLE,
            chapter: P::CHAPTER,
            summary: P::SUMMARY,
            params: P::PARAMS,
            ops: P::OPS,
            scenario: P::scenario,
            examples: P::examples,
            default_params: || serde_json::to_value(P::Params::default()).unwrap_or_default(),
            start: start::<P>,
            resume: resume::<P>,
            check_op: |text| text.parse::<P::Op>().map(drop).map_err(|error| error.to_string()),
            check_params: |params, nodes| {
                let params = serde_json::from_value(params).map_err(|error| error.to_string())?;
                P::new(params, nodes).map(drop)
            },
            connected: None,
        }
    }
}
