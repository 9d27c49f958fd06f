//! What the labs on agreement say that the explorer found.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{Found, Progress, Report};
use lightcone_labs::Lab;
use lightcone_models::{Asked, Question, find};
use lightcone_protocols::paxos::Paxos;
use lightcone_protocols::two_generals::TwoGenerals;
use lightcone_protocols::vote::Vote;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

fn ask(model: &str, set: &[(&str, u64)], property: Option<&str>) -> Asked {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    let question = Question { set, property: property.map(str::to_owned), ..Question::default() };
    let mut asked = find(model).unwrap().ask(&question).unwrap();
    while asked.search.run(100_000).unwrap() == Progress::More {}
    asked
}

fn report(model: &str, set: &[(&str, u64)], property: Option<&str>) -> Report {
    ask(model, set, property).search.report()
}

/// Plays a scenario to its end.
fn run<P: Protocol>(scenario: &Scenario) -> Run<P> {
    let mut run = Run::<P>::start(scenario.clone()).unwrap();
    run.run_until(scenario.until, u64::MAX);
    run
}

/// Whether a run of this scenario breaks a property.
fn breaks<P: Protocol>(scenario: &Scenario, property: &str) -> bool {
    run::<P>(scenario).trace().violations().iter().any(|violation| violation.monitor == property)
}

/// Whether what was found breaks again as it is played.
fn breaks_again<P: Protocol>(asked: &Asked, found: &Found) -> bool {
    breaks::<P>(&asked.search.scenario(found).unwrap(), found.property)
}

fn lab(id: &str) -> Lab {
    lightcone_labs::read(id, lightcone_labs::find(id).unwrap(), lightcone_protocols::all()).unwrap()
}

/// The scenario of the step with this heading.
fn scene<'a>(lab: &'a Lab, title: &str) -> &'a Scenario {
    lab.scenario_of(lab.steps.iter().position(|step| step.title == title).unwrap())
}

/// What a run of a lab shows is as short as what the explorer finds, and breaks the same: the network waits for the person, and
/// each further entry is a step.
fn is_as_short<P: Protocol>(lab: &Lab, title: &str, asked: &Asked) {
    let found = asked.search.report().found.unwrap();
    let scenario = scene(lab, title);
    assert!(matches!(scenario.script[0].action, Action::HoldAll { on: true }), "{title}");
    assert_eq!(scenario.script.len(), 1 + found.path.len(), "{title}");
    assert!(breaks::<P>(scenario, found.property) && breaks_again::<P>(asked, &found), "{title}");
}

/// The lines of a lab's lists that begin like this.
fn lines(id: &str, begin: &str) -> Vec<String> {
    let lines = lightcone_labs::find(id).unwrap().lines().filter_map(|line| line.strip_prefix("- "));
    lines.filter(|line| line.starts_with(begin)).map(str::to_owned).collect()
}

#[test]
fn a_vote_can_split_and_six_steps_are_enough() {
    let asked = ask("majority-vote", &[], None);
    let found = asked.search.report().found.unwrap();
    assert_eq!((found.property, found.path.len()), ("still decidable", 6));
    is_as_short::<Vote>(&lab("agree/problem"), "What the explorer finds", &asked);
    // Looked at from its end: nothing moves, and nobody was told anything.
    let found = report("majority-vote", &[], Some("never stuck")).found.unwrap();
    assert_eq!((found.property, found.path.len()), ("never stuck", 3 + 3 * 3 + 3 * 3));
}

#[test]
fn two_proposers_never_split_three_acceptors_and_split_four() {
    let two = |acceptors| report("majority-vote", &[("acceptors", acceptors), ("proposers", 2)], None);
    assert!(two(3).finished && two(3).found.is_none());
    assert_eq!(two(4).found.map(|found| (found.property, found.path.len())), Some(("still decidable", 6)));
}

#[test]
fn a_vote_never_chooses_two_values_and_never_what_nobody_proposed() {
    for property in ["agreement", "nontriviality"] {
        let report = report("majority-vote", &[("proposers", 2), ("crashes", 1)], Some(property));
        assert!(report.finished && report.found.is_none(), "{property}");
    }
    let foregone = ask("majority-vote", &[("variant", 1)], None);
    let found = foregone.search.report().found.unwrap();
    assert_eq!(found.property, "nontriviality");
    assert!(breaks_again::<Vote>(&foregone, &found));
}

/// A row: how many acceptors there are and of what kinds, and what the explorer says.
fn row(n: u64, f: u64, m: u64) -> (Report, String) {
    let set = [("acceptors", n), ("proposers", 2), ("quorum", n - f), ("liars", m)];
    let report = report("majority-vote", &set, Some("agreement"));
    let what = match &report.found {
        Some(found) => format!("split in {} steps", found.path.len()),
        None => format!("never, in {} states", report.distinct),
    };
    (report, format!("N = {n}, F = {f}, M = {m}: {what}"))
}

#[test]
fn two_quorums_of_n_less_f_agree_where_n_is_more_than_2f_and_m_and_nowhere_else() {
    let mut told = lines("agree/bounds", "N = ");
    for n in 1..=4 {
        for f in 0..n {
            for m in 0..=n {
                let (report, row) = row(n, f, m);
                told.retain(|line| *line != row);
                assert_eq!(report.found.is_none() && report.finished, n > 2 * f + m, "{row}");
            }
        }
    }
    told.retain(|line| line.contains("M ="));
    assert!(told.is_empty(), "the lab says {told:?}");
}

fn fast_row(n: u64, e: u64, f: u64) -> (Report, String) {
    let set = [
        ("acceptors", n),
        ("proposers", 2),
        ("quorum", n - e),
        ("learners", 1),
        ("recovery", 1),
        ("silent", f),
    ];
    let report = report("majority-vote", &set, Some("agreement"));
    let what = match &report.found {
        Some(found) => format!("split in {} steps", found.path.len()),
        None => format!("never, in {} states", report.distinct),
    };
    (report, format!("N = {n}, E = {e}, F = {f}: {what}"))
}

#[test]
fn a_vote_can_be_recovered_where_n_is_more_than_2e_and_f_and_nowhere_else() {
    let mut told = lines("agree/bounds", "N = ");
    for n in 1..=4 {
        for e in 0..n {
            for f in 0..n {
                let (report, row) = fast_row(n, e, f);
                told.retain(|line| *line != row);
                assert_eq!(report.found.is_none() && report.finished, n > 2 * e + f, "{row}");
            }
        }
    }
    told.retain(|line| line.contains("E ="));
    assert!(told.is_empty(), "the lab says {told:?}");
}

#[test]
fn the_splits_of_the_lab_on_bounds_are_the_shortest() {
    let bounds = lab("agree/bounds");
    let vote =
        |set: &[(&str, u64)]| ask("majority-vote", &[&[("proposers", 2)], set].concat(), Some("agreement"));
    is_as_short::<Vote>(&bounds, "One acceptor too few", &vote(&[("acceptors", 2), ("quorum", 1)]));
    is_as_short::<Vote>(&bounds, "A liar among three", &vote(&[("quorum", 2), ("liars", 1)]));
    let fast = [("quorum", 2), ("learners", 1), ("recovery", 1), ("silent", 1)];
    is_as_short::<Vote>(&bounds, "The price of two delays", &vote(&fast));
    let paxos = ask("paxos", &[("nodes", 2), ("variant", 3)], None);
    is_as_short::<Paxos>(&bounds, "A better protocol does not help", &paxos);
}

/// All that a node was told and did, in order: what it knows.
fn seen(run: &Run<Vote>, node: NodeId) -> Vec<String> {
    let trace = run.trace();
    let events = trace.order().iter().filter(|event| event.node == node);
    events
        .map(|&event| format!("{:?} {:?}", trace.event(event).map(|event| event.key), run.explain(event)))
        .collect()
}

/// C voted and fell: those who are left see the same, whichever way it voted.
#[test]
fn nobody_can_know_how_a_silent_acceptor_voted() {
    let tea = scene(&lab("agree/problem"), "The one who knows").clone();
    let mut coffee = tea.clone();
    let message = lightcone_sim::ids::MsgId::new(NodeId::client(1), 3);
    coffee.push(Ns::ms(32), Action::Deliver { message });
    let (one, other) = (run::<Vote>(&tea), run::<Vote>(&coffee));
    let (a, b) = (NodeId::server(0), NodeId::server(1));
    for node in [a, b, NodeId::client(0), NodeId::client(1)] {
        assert!(seen(&one, node).len() > 2, "{node}");
        assert_eq!(seen(&one, node), seen(&other, node), "{node}");
    }
    // And yet each has chosen another value, as is found out when C is back.
    for (mut scenario, chosen) in [(tea, "chosen tea"), (coffee, "chosen coffee")] {
        scenario.push(Ns::ms(150), Action::Recover { node: NodeId::server(2) });
        let run = run::<Vote>(&scenario);
        let answers: Vec<_> = run.trace().ops().filter_map(|op| run.op(op.id)?.1).collect();
        assert_eq!(answers, [chosen, chosen]);
    }
}

/// Every rule by which a general could decide: for each number of messengers that may come, attack or stay.
#[test]
fn every_rule_of_two_generals_fails() {
    let told = lines("net/two-generals", "n = ");
    for messengers in 0..=5_u64 {
        let (waits_a, waits_b) = (messengers / 2, messengers.div_ceil(2));
        let (mut rules, mut longest, mut by) = (0, 0, [0, 0]);
        for rule_a in 0..1_u64 << (waits_a + 1) {
            for rule_b in 0..1_u64 << (waits_b + 1) {
                let mut shortest: Option<(Asked, Found)> = None;
                for plan in 0..=1 {
                    let set = [
                        ("messengers", messengers),
                        ("plan", plan),
                        ("rule_a", rule_a + 1),
                        ("rule_b", rule_b + 1),
                        ("drops", messengers),
                    ];
                    let asked = ask("two-generals", &set, None);
                    let Some(found) = asked.search.report().found else { continue };
                    let is_shorter =
                        shortest.as_ref().is_none_or(|(_, other)| found.path.len() < other.path.len());
                    if is_shorter {
                        shortest = Some((asked, found));
                    }
                }
                let (asked, found) = shortest.unwrap_or_else(|| panic!("{messengers}: {rule_a}, {rule_b}"));
                assert!(breaks_again::<TwoGenerals>(&asked, &found), "{messengers}: {rule_a}, {rule_b}");
                rules += 1;
                longest = longest.max(found.path.len());
                by[usize::from(found.property == "agreement")] += 1;
            }
        }
        assert_eq!(rules, 1 << (messengers + 2), "every function from what came to what is done");
        assert!(messengers == 0 || by.iter().all(|&count| count > 0), "{by:?}");
        let line = format!("n = {messengers}: all {rules} pairs of rules fail, each within {longest} steps");
        assert!(messengers == 0 || told.contains(&line), "{line}");
    }
}

#[test]
fn ben_or_agrees_with_a_coin_and_without() {
    for coin in 0..=1 {
        let report = report("ben-or", &[("rounds", 1), ("coin", coin), ("crashes", 1)], None);
        assert!(report.finished && report.found.is_none(), "{report:?}");
    }
}
