//! Questions asked of a run where it has come to: what may follow, and that it follows when it is played.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{
    ASKED_FOR, Budgets, Limits, Network, Progress, ROLE, Report, Shown, Strategy, Watched,
};
use lightcone_models::{Asked, Asking, ask, askable};
use lightcone_protocols::find;
use lightcone_protocols::raft::Raft;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;

fn asking(at: Option<Ns>, watched: Watched) -> Asking {
    let budgets = Budgets { timers: Some(1), ..Budgets::default() };
    let limits = Limits { states: 300_000, ..Limits::default() };
    let strategy = Strategy::default();
    Asking { at, calls: 0, network: Network::Multiset, budgets, watched, limits, strategy }
}

fn shown(value: &str, servers: u8) -> Watched {
    Watched::Shown(Shown { field: ROLE.to_owned(), value: value.to_owned(), servers })
}

fn answer(scenario: &Scenario, asking: &Asking) -> (Asked, Report) {
    let mut asked = ask(scenario, asking).unwrap();
    while asked.search.run(100_000).unwrap() == Progress::More {}
    let report = asked.search.report();
    (asked, report)
}

fn raft(nodes: u16) -> Scenario {
    (find("raft").unwrap().scenario)(Some(nodes))
}

fn run<P: Protocol>(scenario: &Scenario, until: Ns) -> Run<P> {
    let mut run = Run::<P>::start(scenario.clone()).unwrap();
    run.run_until(until, u64::MAX);
    run
}

/// The moment at which somebody leads.
fn led(scenario: &Scenario) -> Ns {
    let leads = |run: &Run<Raft>, node| {
        let local = run.local(node).unwrap();
        local.state.is_some_and(|state| run.protocol().status(&state, &local.stable).role == "leader")
    };
    (1..500)
        .map(Ns::ms)
        .find(|&at| {
            let run = run::<Raft>(scenario, at);
            (0..scenario.nodes).any(|server| leads(&run, NodeId::server(server)))
        })
        .unwrap()
}

#[test]
fn beside_a_leader_another_one_can_come_and_the_run_until_then_stays_what_it_was() {
    let scenario = raft(3);
    let at = led(&scenario);
    let (asked, report) = answer(&scenario, &asking(Some(at), shown("leader", 2)));
    let found = report.found.unwrap();
    assert_eq!(found.property, ASKED_FOR);
    // A follower's time runs out, one vote is asked for and given.
    assert_eq!(found.path.len(), 3, "{:?}", asked.search.story(&found));
    let told = asked.search.scenario(&found).unwrap();
    assert!(told.is_same_world(&scenario), "an edit of the same run");
    let (before, after) = (run::<Raft>(&scenario, at), run::<Raft>(&told, at));
    assert_eq!(before.trace().order(), after.trace().order());
    let after = run::<Raft>(&told, told.until);
    let leaders = (0..3).map(NodeId::server).filter(|&server| {
        let local = after.local(server).unwrap();
        local.state.is_some_and(|state| after.protocol().status(&state, &local.stable).role == "leader")
    });
    assert_eq!(leaders.count(), 2);
}

#[test]
fn what_was_once_so_counts_from_a_moment_on() {
    // One has been elected in term 1 by all. Where both others forget it, they elect another one.
    let scenario = raft(3);
    let at = led(&scenario);
    let mut question = asking(Some(at), Watched::Only("election safety".to_owned()));
    question.budgets.amnesias = 2;
    let (asked, report) = answer(&scenario, &question);
    let found = report.found.unwrap();
    assert_eq!(found.path.len(), 7, "{:?}", asked.search.story(&found));
    let told = asked.search.scenario(&found).unwrap();
    let run = run::<Raft>(&told, told.until);
    assert!(run.trace().violations().iter().any(|violation| violation.monitor == "election safety"));
}

#[test]
fn without_faults_nothing_breaks_and_the_answer_is_whole() {
    let scenario = raft(3);
    let (asked, report) = answer(&scenario, &asking(Some(led(&scenario)), Watched::All));
    assert!(report.finished && report.found.is_none(), "{report:?}");
    assert!(asked.assumed[0].starts_with("from "), "{:?}", asked.assumed);
}

#[test]
fn a_cut_that_parts_the_servers_in_two_is_there_from_the_beginning() {
    let mut scenario = raft(3);
    let at = led(&scenario);
    let leads = |server: &NodeId| {
        let run = run::<Raft>(&scenario, at);
        let local = run.local(*server).unwrap();
        local.state.is_some_and(|state| run.protocol().status(&state, &local.stable).role == "leader")
    };
    let leader = (0..3).map(NodeId::server).find(leads).unwrap();
    let others: Vec<NodeId> = scenario.node_set().iter().filter(|&node| node != leader).collect();
    scenario.push(at, Action::Partition { groups: vec![vec![leader], others], until: None, one_way: false });
    let whole = asking(Some(at), shown("leader", 2));
    let (asked, report) = answer(&scenario, &whole);
    let found = report.found.unwrap();
    assert_eq!(asked.search.scenario(&found).unwrap().script.len(), 1 + 1 + found.path.len());

    let Some(entry) = scenario.script.last_mut() else { return };
    entry.action = Action::Cut { from: leader, to: NodeId::server((leader.number() + 1) % 3), until: None };
    let refused = ask(&scenario, &whole).map(|_| ()).unwrap_err();
    assert!(refused.contains("do not part the servers in two"), "{refused}");
}

#[test]
fn what_knows_no_schedules_is_refused_in_a_sentence() {
    let mut scenario = raft(3);
    scenario.push(Ns::ms(50), Action::Pause { node: NodeId::server(0), vm: false });
    let refused = ask(&scenario, &asking(Some(Ns::ms(60)), Watched::All)).map(|_| ()).unwrap_err();
    assert!(refused.contains("A is paused"), "{refused}");
    let gossip = (find("gossip").unwrap().scenario)(None);
    assert!(askable("gossip").is_none());
    let refused = ask(&gossip, &asking(None, Watched::All)).map(|_| ()).unwrap_err();
    assert!(refused.contains("gossip cannot be gone through"), "{refused}");
}

#[test]
fn every_moment_of_a_run_can_be_begun_at_and_its_story_played() {
    let mut told = 0;
    for seed in 1..=6 {
        let mut scenario = raft(3);
        scenario.seed = seed;
        for at in (0..8).map(|step| Ns::ms(40 + step * 60)) {
            let mut question = asking(Some(at), shown("candidate", 2));
            question.budgets.timers = Some(2);
            let Ok(mut asked) = ask(&scenario, &question) else { continue };
            while asked.search.run(20_000).unwrap() == Progress::More {}
            let Some(found) = asked.search.report().found else { continue };
            if found.path.is_empty() {
                continue;
            }
            let story = asked.search.scenario(&found);
            let story = story.unwrap_or_else(|why| panic!("seed {seed}, {at:?}: {why}"));
            let (before, after) = (run::<Raft>(&scenario, at), run::<Raft>(&story, at));
            assert_eq!(before.trace().order(), after.trace().order());
            told += 1;
        }
    }
    assert!(told >= 20, "{told}");
}

#[test]
fn alike_states_are_one_from_the_start_and_from_within_a_run_that_is_refused_in_a_sentence() {
    let scenario = (find("two_phase").unwrap().scenario)(Some(6));
    let all = Asking { network: Network::Set, ..asking(None, Watched::All) };
    let reduced =
        Asking { strategy: Strategy { symmetry: true, por: true, ..Strategy::default() }, ..all.clone() };
    let told = |asking: &Asking| {
        let mut asked = ask(&scenario, asking)?;
        while asked.search.run(10_000).unwrap() == Progress::More {}
        let report: Report = asked.search.report();
        Ok::<_, String>((report.finished, report.distinct))
    };
    let (plain, fewer) = (told(&all).unwrap(), told(&reduced).unwrap());
    assert!(plain.0 && fewer.0);
    assert!(fewer.1 * 3 < plain.1, "{fewer:?} of {plain:?}");
    let within = told(&Asking { at: Some(Ns::ms(50)), ..reduced.clone() });
    assert!(within.unwrap_err().starts_with("no symmetry: "));
    let shown = Shown { field: ROLE.to_owned(), value: "committed".to_owned(), servers: 1 };
    let watched = told(&Asking { watched: Watched::Shown(shown), ..reduced });
    assert!(watched.unwrap_err().starts_with("no partial-order reduction: "));
}

#[test]
fn what_clients_are_told_is_judged_from_the_start_and_from_within_a_run_that_is_refused_in_a_sentence() {
    let mut scenario = (find("paxos").unwrap().scenario)(None);
    scenario.params.insert("variant".to_owned(), "quorum-too-small".into());
    let judged = Asking { calls: 1, ..asking(None, Watched::Only("linearizable".to_owned())) };
    let mut asked = ask(&scenario, &judged).unwrap();
    while asked.search.run(10_000).unwrap() == Progress::More {}
    let found = asked.search.report().found.unwrap();
    assert_eq!(found.property, "linearizable");
    asked.search.scenario(&found).unwrap();
    let refused = |asking: Asking| ask(&scenario, &asking).map(|_| ()).unwrap_err();
    let within = refused(Asking { at: Some(Ns::ms(50)), ..judged.clone() });
    assert!(within.contains("begin at the start"), "{within}");
    let reduced = refused(Asking { strategy: Strategy { por: true, ..Strategy::default() }, ..judged });
    assert!(reduced.starts_with("no partial-order reduction: "), "{reduced}");
}
