//! Scenarios worth opening.
//!
//! In the examples every message takes 20 ms, so that one timetable serves all: c1 calls at 100 ms; A hands out the work
//! at 120; B and C have done it at 140; A asks for votes at 160 (`A:4`); they vote at 180; A decides at 200 (`A:6`:
//! writes the decision, tells B, tells C, tells c1); B and C hear at 220.

use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Latency, Scenario, WeightedOp, Workload, WorkloadMode};
use lightcone_sim::time::Ns;

use super::{TwoPhaseCommit, Variant};

const A: NodeId = NodeId::server(0);
const C: NodeId = NodeId::server(2);

/// The coordinator's activation that decides.
const DECIDES: EventId = EventId { node: A, index: 6 };

/// A transaction every two seconds, and now and then one to which B says no.
pub(super) fn default(nodes: Option<u16>) -> Scenario {
    let mut scenario = Scenario::new(TwoPhaseCommit::NAME, nodes.unwrap_or(3));
    scenario.workload = Workload {
        clients: 1,
        mode: WorkloadMode::Open,
        every: Ns::s(2),
        start: Ns::ms(100),
        count: None,
        ops: vec![
            WeightedOp { op: "run".to_owned(), weight: 3 },
            WeightedOp { op: "run no=B".to_owned(), weight: 1 },
        ],
    };
    scenario
}

pub(super) fn examples() -> Vec<(&'static str, Scenario)> {
    vec![
        ("Coordinator crashes after the votes", crash_after_the_votes()),
        ("Coordinator crashes before it can write its decision", crash_before_the_decision()),
        ("One participant knows, the other is blocked", half_told(false)),
        ("Cooperative termination saves a blocked participant", half_told(true)),
        ("All are uncertain: cooperation does not help", all_uncertain()),
        ("A participant votes no", call("run no=C", Ns::s(1))),
        ("A participant crashes before it votes", participant_down(150, 600)),
        ("A participant crashes after its yes", participant_down(190, 1_000)),
        ("A coordinator with amnesia", amnesia()),
        ("Broken: a blocked participant decides alone", decides_alone()),
        ("Broken: a vote that a crash forgets", vote_forgotten()),
        ("Broken: a decision that a crash forgets", decision_forgotten()),
    ]
}

/// One call at 100 ms.
fn call(op: &str, until: Ns) -> Scenario {
    let mut scenario = Scenario::new(TwoPhaseCommit::NAME, 3);
    scenario.network.latency = Latency::Constant(Ns::ms(20));
    scenario.push(Ns::ms(100), Action::Op { client: NodeId::client(0), op: op.to_owned(), node: Some(A) });
    Scenario { until, ..scenario }
}

fn set(scenario: &mut Scenario, name: &str, value: impl Into<serde_json::Value>) {
    scenario.params.insert(name.to_owned(), value.into());
}

fn with(mut scenario: Scenario, variant: Variant) -> Scenario {
    set(&mut scenario, "variant", serde_json::to_value(variant).unwrap_or_default());
    scenario
}

/// The coordinator has all votes, and crashes after so many effects of its decision.
fn crash_while_deciding(after: u32, recover: Option<Ns>, until: Ns) -> Scenario {
    let mut scenario = call("run", until);
    scenario.push(Ns::ms(200), Action::CrashInside { event: DECIDES, after });
    if let Some(at) = recover {
        scenario.push(at, Action::Recover { node: A });
    }
    scenario
}

fn down(scenario: &mut Scenario, node: NodeId, from_ms: u64, to_ms: u64) {
    scenario.push(Ns::ms(from_ms), Action::Crash { node });
    scenario.push(Ns::ms(to_ms), Action::Recover { node });
}

/// It is on A's disk that t1 commits, and nobody was told: B and C are blocked until A is back.
fn crash_after_the_votes() -> Scenario {
    crash_while_deciding(1, Some(Ns::s(3)), Ns::s(5))
}

/// All voted yes, but that is not on A's disk: it comes back and aborts.
fn crash_before_the_decision() -> Scenario {
    crash_while_deciding(0, Some(Ns::s(3)), Ns::s(5))
}

/// B was told to commit, C was not.
fn half_told(cooperative: bool) -> Scenario {
    let mut scenario = crash_while_deciding(2, Some(Ns::s(4)), Ns::s(6));
    set(&mut scenario, "cooperative", cooperative);
    scenario
}

/// B and C ask each other, and neither knows. A does not come back.
fn all_uncertain() -> Scenario {
    let mut scenario = crash_while_deciding(1, None, Ns::s(3));
    set(&mut scenario, "cooperative", true);
    scenario
}

fn participant_down(from_ms: u64, to_ms: u64) -> Scenario {
    let mut scenario = call("run", Ns::s(3));
    down(&mut scenario, C, from_ms, to_ms);
    scenario
}

/// A tells B to commit, loses its disk, and tells C that it never heard of the transaction.
fn amnesia() -> Scenario {
    let mut scenario = call("run", Ns::s(2));
    scenario.push(Ns::ms(190), Action::Cut { from: A, to: C, until: Some(Ns::ms(400)) });
    scenario.push(Ns::ms(230), Action::Amnesia { node: A });
    scenario.push(Ns::ms(300), Action::Recover { node: A });
    scenario
}

/// A has committed on its disk; B and C are tired of waiting.
fn decides_alone() -> Scenario {
    with(crash_while_deciding(1, Some(Ns::s(2)), Ns::s(4)), Variant::DecideAlone)
}

/// C says yes, crashes, and knows nothing of it when it is told to commit.
fn vote_forgotten() -> Scenario {
    with(participant_down(190, 210), Variant::VoteNotPersisted)
}

/// A tells everybody to commit, crashes, and finds no decision in its log.
fn decision_forgotten() -> Scenario {
    let mut scenario = call("run", Ns::s(3));
    down(&mut scenario, A, 210, 1_000);
    with(scenario, Variant::DecisionNotForced)
}
