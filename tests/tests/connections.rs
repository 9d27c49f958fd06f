//! Connections under random faults: within one, everything comes in order and once, with nothing missing in between; and
//! an edit changes nothing outside its light cone.

use std::collections::BTreeMap;

use lightcone_protocols::connection::Pair;
use lightcone_protocols::find;
use lightcone_protocols::stream::Stream;
use lightcone_sim::Cursor;
use lightcone_sim::cone::Cone;
use lightcone_sim::ids::NodeId;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::{Progress, Session};
use lightcone_tests::law::{Share, broken, share};
use lightcone_tests::random::Random;

fn run(scenario: &Scenario) -> Box<dyn Session> {
    let entry = find(&scenario.protocol).expect("the protocol is registered");
    let mut run = (entry.start)(scenario.clone()).expect("random scenarios are valid");
    assert_eq!(run.run_until(scenario.until, 1_000_000), Progress::Done);
    run
}

/// A random scenario with random faults, its options drawn from the seed as well.
fn random(protocol: &str, seed: u64, set: impl Fn(&mut Scenario)) -> (Random, Scenario) {
    let entry = find(protocol).expect("the protocol is registered");
    let mut random = Random::new(seed);
    let mut scenario = random.scenario(entry, 1..=1);
    let mut param = |name: &str, value: serde_json::Value| scenario.params.insert(name.to_owned(), value);
    param("window", (1 + seed % 5).into());
    param("retries", (seed % 4).into());
    param("resend", seed.is_multiple_of(2).into());
    param("rto", [20_000_000, 60_000_000, 100_000_000][seed as usize / 2 % 3].into());
    param("read", if seed.is_multiple_of(3) { 15_000_000_u64.into() } else { 0.into() });
    set(&mut scenario);
    scenario.network.loss_ppm += 50_000 * (seed % 3) as u32;
    let calm = run(&scenario);
    random.add_faults(&mut scenario, &*calm, entry.ops);
    (random, scenario)
}

/// What one run did.
#[derive(Debug, Default)]
struct Census {
    applied: u64,
    connections: u64,
    /// Places at which the deposits of a client, by one connection, do not follow each other.
    disorder: u64,
    /// Runs in which a deposit was applied twice.
    twice: u64,
}

/// Plays a scenario, and looks by which connection each deposit came.
fn look(scenario: &Scenario, census: &mut Census) {
    let mut run = Run::<Stream>::start(scenario.clone()).expect("random scenarios are valid");
    assert_eq!(run.run_until(scenario.until, 1_000_000), Progress::Done);
    let mut cursor = Cursor::new(&run);
    // By client, where its connection stood before, and what came by each connection last.
    let mut pairs: BTreeMap<NodeId, Pair> = BTreeMap::new();
    let mut last: BTreeMap<(NodeId, Option<Pair>), u32> = BTreeMap::new();
    let mut seen = 0;
    let server = NodeId::server(0);
    for &event in run.trace().order().iter().filter(|event| event.node == server) {
        let Some(record) = run.trace().event(event) else { continue };
        cursor.seek(&run, record.key);
        let Some((state, disk)) = cursor.state(&run, server) else { continue };
        let now = |client| state.and_then(|host| host.end(client)).and_then(|end| end.pair());
        for applied in disk.applied().iter().skip(seen) {
            let pair = pairs.get(&applied.from).copied().or(now(applied.from));
            let before = last.insert((applied.from, pair), applied.number);
            census.disorder += u64::from(before.is_some_and(|before| applied.number != before + 1));
            census.applied += 1;
        }
        seen = disk.applied().len();
        pairs = run.trace().nodes().iter().filter_map(|client| Some((client, now(client)?))).collect();
    }
    census.connections += last.len() as u64;
    let twice = run.trace().violations().iter().any(|found| found.monitor == "at most once");
    census.twice += u64::from(twice);
}

fn survey(transport: &str) -> Census {
    let mut census = Census::default();
    for seed in 0..400 {
        let (_, scenario) = random("stream", seed, |scenario| {
            scenario.params.insert("transport".to_owned(), transport.into());
            scenario.params.insert("numbers".to_owned(), false.into());
        });
        look(&scenario, &mut census);
    }
    println!("{transport}: {census:?}");
    census
}

#[test]
fn within_one_connection_nothing_is_out_of_order_twice_or_left_out() {
    let census = survey("connections");
    assert_eq!(census.disorder, 0);
    assert!(census.applied >= 2_000 && census.connections >= 400, "{census:?}");
    assert!(census.twice >= 10, "what is sent again on a new connection is applied twice: {census:?}");
}

/// The same look at datagrams finds what connections prevent.
#[test]
fn datagrams_are_out_of_order_twice_and_left_out() {
    let census = survey("datagrams");
    assert!(census.disorder >= 150 && census.twice >= 25, "{census:?}");
}

#[test]
fn with_numbers_on_top_no_fault_makes_the_account_wrong() {
    for seed in 0..300 {
        let transport = if seed % 4 == 3 { "datagrams" } else { "connections" };
        let (_, scenario) = random("stream", seed, |scenario| {
            scenario.params.insert("transport".to_owned(), transport.into());
        });
        let violations = run(&scenario).trace().violations().to_vec();
        assert_eq!(violations, [], "{}", serde_json::to_string(&scenario).unwrap_or_default());
    }
}

fn edits_stay_in_their_cone(protocol: &str, set: impl Fn(&mut Scenario)) {
    let mut cones: BTreeMap<Share, u64> = BTreeMap::new();
    for seed in 0..300 {
        let (mut random, scenario) = random(protocol, seed, &set);
        let old = run(&scenario);
        let entry = find(protocol).expect("the protocol is registered");
        let edited = random.edit(&scenario, &*old, entry.ops);
        let new = run(&edited);
        let cone =
            Cone::of_edit((&scenario, old.trace()), (&edited, new.trace())).expect("an edit of the script");
        if let Some(difference) = broken(&*old, &*new, &cone) {
            panic!(
                "{protocol} {seed}: {difference}\n{}",
                serde_json::to_string(&scenario).unwrap_or_default()
            );
        }
        *cones.entry(share(&*old, &*new, &cone)).or_default() += 1;
    }
    println!("{protocol}: {cones:?}");
    assert!(cones.get(&Share::Partial).is_some_and(|&count| count >= 100), "{cones:?}");
}

#[test]
fn edits_of_connections_stay_in_their_cone() {
    edits_stay_in_their_cone("stream", |_| {});
}

#[test]
fn edits_of_what_passes_a_switch_stay_in_their_cone() {
    edits_stay_in_their_cone("metrics", |scenario| {
        let transport = if scenario.seed.is_multiple_of(2) { "datagrams" } else { "connections" };
        scenario.params.insert("transport".to_owned(), transport.into());
    });
}
