//! What the labs about networks tell beside what they show, held against their runs.

use lightcone_labs::{Lab, find, read};
use lightcone_protocols::all;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;

const A: NodeId = NodeId::server(0);

fn lab(id: &str) -> Lab {
    read(id, find(id).expect("it is there"), all()).expect("it reads")
}

fn step(lab: &Lab, title: &str) -> Scenario {
    let place = lab.steps.iter().position(|step| step.title == title).expect("the step is there");
    lab.scenario_of(place).clone()
}

fn run(scenario: Scenario) -> Box<dyn Session> {
    let until = scenario.until;
    let entry = lightcone_protocols::find(&scenario.protocol).expect("a known protocol");
    let mut session = (entry.start)(scenario).expect("a valid scenario");
    assert_eq!(session.run_until(until, 1_000_000), Progress::Done);
    session
}

/// A's events up to a moment, each with all that it was and the state after it.
fn seen_by_a(session: &dyn Session, until: Ns) -> Vec<(EventId, [u8; 32], String)> {
    let lane = session.trace().lane(A).expect("A is there");
    let events = (1..).map(|index| EventId { node: A, index }).zip(&lane.events);
    let before = events.take_while(|(_, event)| event.at() < until);
    before.map(|(id, event)| (id, session.hash_of(id), format!("{:?}", session.node(A, event.key)))).collect()
}

#[test]
fn until_it_comes_a_late_message_is_a_lost_one() {
    let lab = lab("net/faults");
    let (never, late) = (run(step(&lab, "Never")), run(step(&lab, "Late")));
    let arrival = Ns::ms(1_200);
    let seen = seen_by_a(&*never, arrival);
    assert!(seen.len() >= 6, "it starts, asks three times and gets two echoes");
    assert_eq!(seen, seen_by_a(&*late, arrival));
    // And only that parts them.
    let end = lab.scenario.until;
    assert_eq!(seen_by_a(&*never, end), seen);
    assert_eq!(seen_by_a(&*late, end).len(), seen.len() + 1);
}

/// A field's value, and the numbers of milliseconds in it after `p50` and `p99`.
fn measured(session: &dyn Session, node: &str) -> (String, f64, f64) {
    let view =
        session.node(A, Key::end_of(session.scenario().until)).and_then(|node| node.view).expect("it is up");
    let fields = view.fields.into_iter().map(|field| field.value);
    let text = fields.into_iter().find(|text| text.starts_with(node)).expect("it is measured");
    let ms = |name: &str| {
        let rest = text.split(name).nth(1).expect("it is told");
        rest.split(" ms").next().and_then(|number| number.trim().parse().ok()).expect("a number")
    };
    let (p50, p99) = (ms("p50"), ms("p99"));
    (text, p50, p99)
}

/// Of n draws the share below the p-quantile has a standard deviation of √(p(1−p)/n): at n = 3,000 and five of them, the
/// measured p50 lies between the 45.4 % and the 54.6 % quantile, the measured p99 above the 98.0 % and below the 99.9 %.
#[test]
fn what_the_lab_measures_is_what_its_model_says() {
    let session = run(step(&lab("net/latency"), "Against the model"));
    // Log-normal: 40 ms · exp(σ·z), σ = ln 5 / 2.3263, z = ±0.1156, 2.054 and 3.09.
    let (text, p50, p99) = measured(&*session, "C");
    println!("{text}");
    assert!((36.9..43.4).contains(&p50) && (165.0..340.0).contains(&p99), "{text}");
    let (text, p50, p99) = measured(&*session, "B");
    println!("{text}");
    assert!((19.08..20.92).contains(&p50) && (29.6..30.0).contains(&p99), "{text}");
    for title in ["Three links", "A narrow link", "A slow node"] {
        let session = run(step(&lab("net/latency"), title));
        let view = session.node(A, Key::end_of(session.scenario().until)).and_then(|node| node.view);
        println!("{title}: {:#?}", view.expect("it is up").fields);
    }
}

#[test]
fn the_run_without_a_bound_loses_nothing_and_disagrees() {
    let session = run(step(&lab("net/synchrony"), "Without a bound"));
    assert!(session.scenario().script.is_empty());
    let trace = session.trace();
    assert!(trace.violations().iter().any(|violation| violation.monitor == "agreement"));
    assert!(trace.messages().all(|(_, message)| message.fate.event > 0), "everything is handled in the end");
}
