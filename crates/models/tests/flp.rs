//! The adversary of Fischer, Lynch and Paterson against a deterministic Ben-Or.

#![allow(clippy::unwrap_used)]

use lightcone_explore::valency::{Adversary, Schedule, Stop, Valency};
use lightcone_explore::{Assumptions, Budgets, Network, Space, Watched, story};
use lightcone_protocols::ben_or::{BenOr, Coin, Params};
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::order::Key;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::trace::FateKind;

/// An adversary who looks at so many states at most to see what can be decided from one.
fn against(inputs: &str, limit: usize) -> Adversary<BenOr> {
    let nodes = Nodes { servers: 3, clients: 0 };
    let params = Params { inputs: inputs.to_owned(), coin: Coin::Other, rounds: 0 };
    let (network, budgets) = (Network::Multiset, Budgets::default());
    let (ops, watched) = (Vec::new(), Watched::All);
    let (idle_waits, ticks, narrowed) = (false, None, None);
    let assumptions = Assumptions { nodes, network, budgets, ops, watched, idle_waits, ticks, narrowed };
    Adversary::new(Space::new(BenOr::new(params, nodes).unwrap(), assumptions).unwrap(), "agreement", limit)
}

fn told(adversary: &Adversary<BenOr>, schedule: &Schedule, inputs: &str) -> Scenario {
    let mut base = Scenario::new(BenOr::NAME, 3);
    base.params.insert("inputs".to_owned(), inputs.into());
    base.params.insert("coin".to_owned(), "other".into());
    story::scenario(adversary.space(), &base, &schedule.found()).unwrap()
}

#[test]
fn where_they_begin_differently_either_can_be_decided() {
    for inputs in ["001", "010", "011", "100", "101", "110", "111"] {
        let valency = against(inputs, 3_000_000).initial().remove(0);
        match inputs {
            "111" => assert_eq!(valency, Valency { decisions: vec![1], is_all: true }),
            _ => assert!(valency.is_bivalent(), "{inputs}: {valency:?}"),
        }
    }
}

/// A state with its rounds counted from the least that a process is in, and what is under way, in the order in which it waited.
fn but_for_the_round(adversary: &Adversary<BenOr>, stop: &Stop) -> String {
    let world = adversary.space().world(&stop.state);
    let processes: Vec<_> = world.nodes.iter().map(|(_, local)| local.state.clone().unwrap()).collect();
    let least = processes.iter().map(|process| process.round).min().unwrap();
    let processes: Vec<_> = processes
        .into_iter()
        .map(|mut process| {
            process.round -= least;
            process.early.iter_mut().for_each(|(msg, _)| msg.round -= least);
            process
        })
        .collect();
    let letters: Vec<(NodeId, NodeId, i64, String)> = stop
        .waiting
        .iter()
        .map(|&deed| {
            let (from, to, msg) = adversary.space().letter(deed).unwrap();
            (from, to, i64::from(msg.round) - i64::from(least), format!("{:?} {:?}", msg.phase, msg.value))
        })
        .collect();
    format!("{processes:?} {letters:?}")
}

#[test]
fn it_goes_on_for_ever_and_nothing_waits_for_ever() {
    let mut adversary = against("001", 3_000_000);
    let schedule = adversary.play(34).unwrap();
    for stop in &schedule.stops {
        assert!(adversary.valency(&stop.state).is_bivalent());
    }
    // Each stage ends with what had waited longest as it began.
    let begins = [0].into_iter().chain(schedule.stages.iter().copied());
    for (begin, &end) in begins.zip(&schedule.stages) {
        assert_eq!(schedule.stops[begin].waiting[0], schedule.path[end - 1].deed);
    }
    // It comes to a state in which it has been, but for the number of the round, and all that waited there has come since: the
    // same way can be gone again, and again.
    let keys: Vec<String> = schedule.stops.iter().map(|stop| but_for_the_round(&adversary, stop)).collect();
    assert_eq!(keys.iter().position(|key| *key == keys[34]), Some(10));
    let waits = |stop: usize| schedule.stops[stop].waiting.iter();
    assert!(waits(10).all(|deed| waits(34).all(|other| other != deed)));
    the_lab_shows(&adversary, &schedule);
}

fn the_lab_shows(adversary: &Adversary<BenOr>, schedule: &Schedule) {
    let lab = lightcone_labs::find("agree/flp").unwrap();
    let lab = lightcone_labs::read("agree/flp", lab, lightcone_protocols::all()).unwrap();
    let place = lab.steps.iter().position(|step| step.title == "The adversary").unwrap();
    let told = told(adversary, schedule, "001");
    let script = |scenario: &Scenario| -> Vec<_> {
        scenario.script.iter().map(|entry| (entry.at, entry.action.clone())).collect()
    };
    assert_eq!(script(lab.scenario_of(place)), script(&told));
    let mut run = Run::<BenOr>::start(told.clone()).unwrap();
    run.run_until(told.until, u64::MAX);
    assert_eq!(
        run.trace()
            .messages()
            .filter(|(_, message)| message.fate_at(Key::end_of(told.until).instant()) == FateKind::Delivered)
            .count(),
        34
    );
    let roles = run
        .trace()
        .nodes()
        .iter()
        .map(|node| run.trace().status(node, Key::end_of(told.until)).unwrap().role);
    assert!(roles.into_iter().all(|role| role == "undecided"));
}

#[test]
fn where_all_begin_alike_there_is_nothing_to_play_with() {
    let adversary = against("000", 3_000_000).play(1);
    assert!(adversary.unwrap_err().to_string().contains("no initial state is bivalent"));
}
