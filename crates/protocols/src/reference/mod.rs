//! Small specifications whose states others have counted, written after what is published of them: to hold the explorer
//! against, and to be looked at.
//!
//! In such a specification a rule may be followed whenever it is enabled. Here each rule that no message sets going is a
//! timer, set exactly while the rule is enabled ([`enable`]), so that in a run it is followed after a while, and in an
//! exploration at any moment. How long that while is, no specification says: see [`Pace`].

pub mod chang_roberts;
pub mod echo;
pub mod lamport_mutex;
pub mod paxos_commit;
pub mod paxos_tla;
pub mod tcommit;
pub mod two_phase;

use lightcone_sim::alone::Local;
use lightcone_sim::explored::Milestone;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, Protocol, Status, Weight};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::time::Ns;

/// Nothing can be set.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// The chapter under which they are all offered.
pub const CHAPTER: &str = "Specifications";

/// Between how long and how long a run waits before it follows a rule that is enabled. It decides nothing but what is
/// seen most often.
type Pace = (Ns, Ns);

/// What nobody would wait with.
const AT_ONCE: Pace = (Ns::ms(1), Ns::ms(20));
/// What is done in its own time.
const SOON: Pace = (Ns::ms(20), Ns::ms(200));
/// What is done by one who has lost patience.
const LATER: Pace = (Ns::ms(100), Ns::s(1));

/// The rules that a node may follow, and how soon a run does.
type Rules<P> = Vec<(<P as Protocol>::Timer, Pace)>;

/// The rules whose timers are still set when something happens: one that has just been followed has to be set anew.
fn set<P: Protocol>(mut enabled: Rules<P>, event: &Event<'_, P>) -> Rules<P> {
    if let Event::Timer(followed) = event {
        enabled.retain(|(rule, _)| rule != followed);
    }
    enabled
}

/// Sets a timer for each rule that has become enabled, and cancels those of rules that no longer are.
fn enable<P: Protocol>(ctx: &mut Ctx<'_, P>, was: &Rules<P>, is: Rules<P>) {
    for (rule, _) in was.iter().filter(|(rule, _)| is.iter().all(|(other, _)| other != rule)) {
        ctx.cancel(rule.clone());
    }
    for (rule, (least, most)) in is {
        if was.iter().all(|(other, _)| *other != rule) {
            ctx.set_timer(rule, least, most);
        }
    }
}

/// A scenario of so many servers, in which nobody calls anything and that soon ends.
fn quiet<P: Protocol>(servers: u16) -> Scenario {
    let mut scenario = Scenario { until: Ns::s(2), ..Scenario::new(P::NAME, servers) };
    scenario.workload.clients = 0;
    scenario
}

/// Nodes by number, in words.
fn names(nodes: impl Iterator<Item = u16>) -> String {
    let names: Vec<String> = nodes.map(|node| NodeId::server(node).to_string()).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

/// The numbers of the bits that are set.
fn bits(set: u32) -> impl Iterator<Item = u16> {
    (0..32).filter(move |place| set >> place & 1 == 1)
}

/// Puts something into a sorted list, once.
fn insert<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(place) = list.binary_search(&item) {
        list.insert(place, item);
    }
}

/// What a resource manager of a transaction has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RmState {
    /// It works on the transaction.
    #[default]
    Working,
    /// It can commit, and can no longer abort by itself.
    Prepared,
    /// The transaction is committed here.
    Committed,
    /// It is aborted here.
    Aborted,
}

impl RmState {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            RmState::Working => "working",
            RmState::Prepared => "prepared",
            RmState::Committed => "committed",
            RmState::Aborted => "aborted",
        }
    }

    /// How its lane is drawn: heavier where it has decided.
    fn status(self) -> Status {
        let weight = match self {
            RmState::Working => Weight::Thin,
            RmState::Prepared => Weight::Dashed,
            RmState::Committed | RmState::Aborted => Weight::Thick,
        };
        Status { role: self.word(), weight, epoch: None }
    }

    /// That it has decided, so that no other may decide otherwise: consistency of [`tcommit`].
    fn milestone(self, me: NodeId) -> Option<Milestone> {
        let is = match self {
            RmState::Committed => 1,
            RmState::Aborted => 0,
            RmState::Working | RmState::Prepared => return None,
        };
        let text = format!("{me} has {}", self.word());
        Some(Milestone { property: CONSISTENCY, about: 0, is, text })
    }
}

/// No resource manager commits where another aborts (`TCConsistent`).
pub const CONSISTENCY: &str = "consistency";

/// A specification with resource managers, which must be consistent.
trait Managed: Protocol {
    /// What a node has come to, if it is a resource manager.
    fn manager(state: &Self::State) -> Option<RmState>;
}

/// That a resource manager has decided, for whoever goes through all states.
fn decided<P: Managed>(me: NodeId, local: &Local<P>) -> Vec<Milestone> {
    let manager = local.state.as_ref().and_then(P::manager);
    manager.and_then(|state| state.milestone(me)).into_iter().collect()
}

/// Watches that no resource manager commits where another aborts.
#[derive(Clone, Debug, Default)]
struct Consistent {
    decided: Vec<(NodeId, RmState, EventId)>,
}

impl<P: Managed> Monitor<P> for Consistent {
    fn name(&self) -> &'static str {
        CONSISTENCY
    }

    fn observe(&mut self, seen: Seen<'_, P>, report: &mut Report<'_>) {
        let node = seen.event.node;
        let Some(state) = seen.state.and_then(P::manager) else { return };
        if !matches!(state, RmState::Committed | RmState::Aborted)
            || self.decided.iter().any(|&(other, decided, _)| (other, decided) == (node, state))
        {
            return;
        }
        if let Some((other, decided, at)) = self.decided.iter().find(|(_, decided, _)| *decided != state) {
            let text = format!("{node} has {}, and {other} has {}.", state.word(), decided.word());
            report.violated(text, [*at]);
        }
        self.decided.push((node, state, seen.event));
    }
}
