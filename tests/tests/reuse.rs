//! A run that takes over what an edit cannot have changed is the run that is computed from the beginning, byte for byte.

use std::collections::BTreeSet;

use lightcone_protocols::all;
use lightcone_protocols::raft::Raft;
use lightcone_sim::cone::Cone;
use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::planted::Slip;
use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, DEEDS, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Lane;
use lightcone_tests::models::chance;
use lightcone_tests::random::{Random, kind};

/// How many edited runs for each protocol of the first three, and for each of the others.
const EDITS: (u64, u64) = (1_500, 300);

fn computed(mut run: Box<dyn Session>) -> Box<dyn Session> {
    let until = run.scenario().until;
    assert_eq!(run.run_until(until, 1_000_000), Progress::Done);
    run
}

fn from_beginning(entry: &ProtocolEntry, scenario: &Scenario) -> Box<dyn Session> {
    computed((entry.start)(scenario.clone()).expect("random scenarios are valid"))
}

/// A sentence for the first thing in which two runs of one scenario differ; `None` if they are the same.
fn difference(one: &dyn Session, other: &dyn Session, random: &mut u64) -> Option<String> {
    let (a, b) = (one.trace(), other.trace());
    let end = Key::end_of(one.scenario().until);
    if a.order() != b.order() {
        let place = a.order().iter().zip(b.order()).take_while(|(was, is)| was == is).count();
        let at = |session: &dyn Session| -> Vec<_> {
            let trace = session.trace();
            trace
                .order()
                .iter()
                .skip(place)
                .take(2)
                .map(|&event| (event, trace.event(event).copied()))
                .collect()
        };
        return Some(format!("event {place}: {:#?} / {:#?}", at(one), at(other)));
    }
    if one.hash(end) != other.hash(end) {
        return Some("the hash".to_owned());
    }
    // The records as they are, with all that no hash looks at.
    let mut lanes = a.lanes().zip(b.lanes());
    if let Some(((node, _), _)) = lanes.find(|((_, was), (_, is))| !is_same(was, is)) {
        return Some(format!("the line of {node}"));
    }
    if let Some(event) = a.order().iter().find(|&&event| a.vector(event) != b.vector(event)) {
        return Some(format!("the vector clock of {event}"));
    }
    if a.violations() != b.violations() {
        return Some(format!("violations: {:?} / {:?}", a.violations(), b.violations()));
    }
    if a.reached() != b.reached() || !a.cuts().eq(b.cuts()) {
        return Some("cuts, or how far it was computed".to_owned());
    }
    let acted = |session: &dyn Session| -> Vec<_> {
        session.scenario().script.iter().map(|entry| session.trace().has_acted(entry.id)).collect()
    };
    if acted(one) != acted(other) {
        return Some("which entries acted".to_owned());
    }
    (0..12).find_map(|_| {
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = (*random >> 33) as usize % a.order().len();
        let event = a.order()[place];
        let now = a.event(event)?.key;
        different_at(one, other, event, now)
    })
}

fn is_same(was: &Lane, is: &Lane) -> bool {
    was.events == is.events
        && was.messages == is.messages
        && was.copies == is.copies
        && was.timers == is.timers
        && was.ops == is.ops
        && was.statuses == is.statuses
        && was.clock == is.clock
}

/// The same at one playhead.
fn different_at(one: &dyn Session, other: &dyn Session, event: EventId, now: Key) -> Option<String> {
    for node in one.trace().nodes().iter() {
        if one.node(node, now) != other.node(node, now) {
            return Some(format!("{node} at {now}"));
        }
        if one.log(node, now, 0, 50) != other.log(node, now, 0, 50) {
            return Some(format!("the log of {node} at {now}"));
        }
    }
    if one.pending(now) != other.pending(now) {
        return Some(format!("what is pending at {now}"));
    }
    if one.explain(event) != other.explain(event) {
        return Some(format!("what is told of {event}"));
    }
    let ops = |session: &dyn Session| -> Vec<_> {
        session.trace().ops().map(|op| (op.id, session.op(op.id))).collect()
    };
    (ops(one) != ops(other)).then(|| "what operations were told".to_owned())
}

/// How much was taken over, in all.
#[derive(Default)]
struct Taken {
    edits: u64,
    reused: u64,
    events: u64,
    of: u64,
    violated: u64,
    kinds: BTreeSet<String>,
}

/// Every other run is of a protocol that lacks a rule, if there is such a variant: its monitors have something to tell.
fn scenario(entry: &ProtocolEntry, seed: u64, random: &mut Random) -> Scenario {
    let mut scenario = random.scenario(entry, 3..=5);
    let variant = match entry.name {
        "raft" => ["apply-uncommitted", "no-consistency-check"][seed as usize / 2 % 2],
        "paxos" => "quorum-too-small",
        "2pc" => "decide-alone",
        _ => return scenario,
    };
    if seed.is_multiple_of(2) {
        scenario.params.insert("variant".to_owned(), variant.into());
    }
    scenario
}

/// Edits a random run again and again, each time from the run before; each is held to the one from the beginning.
fn one(entry: &ProtocolEntry, seed: u64, taken: &mut Taken) {
    let mut random = Random::new(seed);
    let mut scenario = scenario(entry, seed, &mut random);
    if seed.is_multiple_of(3) {
        random.add_settings(&mut scenario);
    }
    if seed.is_multiple_of(5) {
        chance::add_settings(seed, &mut scenario);
    }
    let calm = from_beginning(entry, &scenario);
    random.add_faults(&mut scenario, &*calm, entry.ops);
    let mut run = from_beginning(entry, &scenario);
    let mut chance = seed;
    for turn in 0..3 {
        let edited = match turn {
            2 => random.model_edit(&scenario, &*run),
            _ => random.edit(&scenario, &*run, entry.ops),
        };
        let whole = from_beginning(entry, &edited);
        taken.edits += 1;
        taken.of += whole.trace().order().len() as u64;
        let resumed = (entry.resume)(&*run, &edited).expect("random edits are valid");
        let Some(again) = resumed else {
            (scenario, run) = (edited, whole);
            continue;
        };
        taken.reused += 1;
        taken.events += again.trace().order().len() as u64;
        for entry in edited.script.iter().filter(|entry| !scenario.script.contains(entry)) {
            taken.kinds.insert(kind(&entry.action));
        }
        let again = computed(again);
        taken.violated += u64::from(!again.trace().violations().is_empty());
        let json = |scenario: &Scenario| serde_json::to_string(scenario).expect("a scenario is JSON");
        if let Some(difference) = difference(&*whole, &*again, &mut chance) {
            panic!("seed {seed}: {difference}\n{}\n{}", json(&scenario), json(&edited));
        }
        let cone = |new: &dyn Session| Cone::of_edit((&scenario, run.trace()), (&edited, new.trace()));
        assert_eq!(cone(&*whole), cone(&*again));
        // The next edit takes over from what was itself taken over.
        (scenario, run) = (edited, again);
    }
}

fn survey(entry: &ProtocolEntry) -> Taken {
    let mut taken = Taken::default();
    let edits = if ["raft", "paxos", "2pc"].contains(&entry.name) { EDITS.0 } else { EDITS.1 };
    (0..edits / 3).for_each(|seed| one(entry, seed, &mut taken));
    println!(
        "{}: {} edits, {} took something over, {} % of all events; {} runs violate something",
        entry.name,
        taken.edits,
        taken.reused,
        100 * taken.events / taken.of.max(1),
        taken.violated
    );
    taken
}

#[test]
fn what_is_taken_over_is_what_would_be_computed() {
    let mut kinds = BTreeSet::new();
    for entry in all() {
        let taken = survey(entry);
        kinds.extend(taken.kinds);
        assert!(taken.reused * 4 >= taken.edits, "{}: {} took something over", entry.name, taken.reused);
    }
    for kind in DEEDS {
        assert!(kinds.contains(kind), "no edit with an entry of kind {kind} took anything over");
    }
}

/// In how many of so many edits it is seen that a run was taken over wrongly.
fn caught(slip: Slip, edits: u64) -> u64 {
    let entry = lightcone_protocols::find("raft").expect("raft is registered");
    let is_caught = |&seed: &u64| {
        let mut random = Random::new(seed);
        let mut scenario = scenario(entry, seed, &mut random);
        let calm = from_beginning(entry, &scenario);
        random.add_faults(&mut scenario, &*calm, entry.ops);
        let mut run = Run::<Raft>::start(scenario.clone()).expect("random scenarios are valid");
        run.run_until(scenario.until, 1_000_000);
        let edited = random.edit(&scenario, &run, entry.ops);
        let Some(again) = run.resumed_wrongly(&edited, slip) else { return false };
        let again = computed(Box::new(again));
        difference(&*from_beginning(entry, &edited), &*again, &mut seed.clone()).is_some()
    };
    (0..edits).filter(is_caught).count() as u64
}

#[test]
fn whoever_takes_over_too_much_is_caught() {
    for slip in Slip::ALL {
        let caught = caught(slip, 150);
        println!("{slip:?}: caught in {caught} of 150 edits");
        assert!(caught > 0, "{slip:?} was not caught");
    }
}

#[test]
fn a_new_run_takes_nothing_over() {
    let entry = lightcone_protocols::find("raft").expect("raft is registered");
    let scenario = (entry.scenario)(None);
    let run = from_beginning(entry, &scenario);
    let changes: [fn(&mut Scenario); 5] = [
        |scenario| scenario.seed += 1,
        |scenario| scenario.nodes += 2,
        |scenario| scenario.network.loss_ppm += 1,
        |scenario| scenario.workload.every = Ns::ms(77),
        |scenario| drop(scenario.params.insert("variant".to_owned(), "none".into())),
    ];
    for change in changes {
        let mut other = scenario.clone();
        change(&mut other);
        assert!(!matches!((entry.resume)(&*run, &other), Ok(Some(_))));
    }
}

#[test]
fn an_edit_at_the_middle_takes_over_nearly_half() {
    let entry = lightcone_protocols::find("raft").expect("raft is registered");
    let mut scenario = (entry.scenario)(None);
    scenario.until = Ns::s(100);
    let run = from_beginning(entry, &scenario);
    let mut edited = scenario.clone();
    edited.push(Ns::s(50), Action::Crash { node: lightcone_sim::ids::NodeId::server(0) });
    let before = run.trace().count_until(Key::end_of(Ns::s(50)));
    let again = (entry.resume)(&*run, &edited).expect("valid").expect("an edit");
    let taken = again.trace().order().len();
    assert!(taken <= before && before - taken <= before / 16 + 128, "{taken} of {before}");
}
