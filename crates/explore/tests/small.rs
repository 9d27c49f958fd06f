//! A system so small that its states can be counted by hand.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{
    Assumptions, Budgets, Choice, Deed, Found, Limits, Network, Progress, Report, Search, Space, Watched,
    minimal,
};
use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Explored, Milestone, World};
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::protocol::{Ctx, Event, Protocol};
use lightcone_sim::time::Ns;

/// A sends 1 and 2 to B, which keeps them in the order in which they come, each once.
#[derive(Debug, Default)]
struct Letters {
    /// A sends 1 twice, and no 2.
    same: bool,
    /// B picks one of so many things as it starts.
    picks: u64,
    /// A waits for a timer, and writes to its disk between the two.
    on_disk: bool,
    /// What is true when both have come may end the whole.
    must_come: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Kept {
    letters: Vec<u8>,
    picked: u64,
}

impl Protocol for Letters {
    type Params = ();
    type State = Kept;
    type Stable = u8;
    type Msg = u8;
    type Timer = ();
    type Op = Never;
    type Ret = Never;
    const NAME: &'static str = "letters";
    const TITLE: &'static str = "Letters";
    const SUMMARY: &'static str = "A writes two letters to B";

    fn new((): (), _: Nodes) -> Result<Letters, String> {
        Ok(Letters::default())
    }

    fn boot(&self, ctx: &mut Ctx<'_, Letters>) -> Kept {
        let mut kept = Kept::default();
        match ctx.me().number() {
            0 if self.on_disk => ctx.set_timer((), Ns::ms(1), Ns::ms(9)),
            0 => {
                ctx.send(NodeId::server(1), 1);
                ctx.send(NodeId::server(1), if self.same { 1 } else { 2 });
            }
            _ => kept.picked = ctx.pick(self.picks),
        }
        kept
    }

    fn on(&self, kept: &mut Kept, event: Event<'_, Letters>, ctx: &mut Ctx<'_, Letters>) {
        match event {
            Event::Message { msg, .. } if !kept.letters.contains(msg) => kept.letters.push(*msg),
            Event::Timer(()) => {
                ctx.send(NodeId::server(1), 1);
                ctx.persist(|disk| *disk = 1);
                ctx.send(NodeId::server(1), 2);
            }
            _ => {}
        }
    }
}

impl Explored for Letters {
    const PROPERTIES: &'static [&'static str] = &["order"];

    fn milestones(&self, me: NodeId, local: &Local<Letters>) -> Vec<Milestone> {
        let first = local.state.as_ref().and_then(|kept| kept.letters.first());
        let of = |&letter: &u8| Milestone {
            property: "order",
            about: 0,
            is: u64::from(letter),
            text: format!("{me} got {letter} first"),
        };
        first.map(of).into_iter().collect()
    }

    fn may_end(&self, world: &World<'_, Letters>) -> bool {
        let has_both =
            |local: &Local<Letters>| local.state.as_ref().is_some_and(|kept| kept.letters.len() == 2);
        !self.must_come || world.nodes.iter().any(|(_, local)| has_both(local))
    }
}

/// No operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Never {}

impl std::fmt::Display for Never {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

impl std::str::FromStr for Never {
    type Err = String;

    fn from_str(_: &str) -> Result<Never, String> {
        Err("nothing can be asked".to_owned())
    }
}

fn explore(letters: Letters, network: Network, budgets: Budgets) -> Report {
    search(letters, network, budgets, Watched::Nothing, false)
}

fn search(
    letters: Letters,
    network: Network,
    budgets: Budgets,
    watched: Watched,
    idle_waits: bool,
) -> Report {
    let nodes = Nodes { servers: 2, clients: 0 };
    let ops = Vec::<Vec<Never>>::new();
    let assumptions =
        Assumptions { nodes, network, budgets, ops, watched, idle_waits, ticks: None, narrowed: None };
    let mut search = Search::new(Space::new(letters, assumptions).unwrap(), Limits::default());
    // A state at a time comes to the same as all at once.
    while search.run(1).unwrap() == Progress::More {}
    search.report()
}

#[test]
fn each_network_allows_its_orders() {
    let distinct = |network| explore(Letters::default(), network, Budgets::default()).distinct;
    // None, 1, 2, 1 2, 2 1.
    assert_eq!(distinct(Network::Multiset), 5);
    assert_eq!(distinct(Network::Set), 5);
    assert_eq!(distinct(Network::InboxSet), 5);
    // None, 1, 1 2.
    assert_eq!(distinct(Network::Fifo), 3);
    // Both have come before anything else happens.
    assert_eq!(distinct(Network::Shared), 1);
}

#[test]
fn two_letters_that_say_the_same_are_one_where_sets_are_kept() {
    let distinct = |network| {
        let report = explore(Letters { same: true, ..Letters::default() }, network, Budgets::default());
        (report.distinct, report.depth)
    };
    // Two under way, one, none.
    assert_eq!(distinct(Network::Multiset), (3, 3));
    assert_eq!(distinct(Network::InboxSet), (2, 2));
}

#[test]
fn a_letter_that_changes_nothing_may_stay_under_way() {
    let letters = Letters { same: true, ..Letters::default() };
    let report = search(letters, Network::Multiset, Budgets::default(), Watched::Nothing, true);
    assert_eq!((report.distinct, report.finished), (2, true));
}

#[test]
fn every_answer_is_gone_through() {
    let report = explore(Letters { picks: 3, ..Letters::default() }, Network::Fifo, Budgets::default());
    assert_eq!(report.distinct, 3 * 3);
}

#[test]
fn faults_come_as_often_as_their_budget_allows() {
    let distinct = |budgets| explore(Letters::default(), Network::Fifo, budgets).distinct;
    assert!(distinct(Budgets { drops: 1, ..Budgets::default() }) > distinct(Budgets::default()));
    assert!(
        distinct(Budgets { drops: 2, ..Budgets::default() })
            > distinct(Budgets { drops: 1, ..Budgets::default() })
    );
    assert!(distinct(Budgets { cuts: 1, ..Budgets::default() }) > 3);
    assert!(distinct(Budgets { crashes: 1, ..Budgets::default() }) > 3);
}

#[test]
fn a_crash_falls_between_two_effects() {
    let letters = || Letters { on_disk: true, ..Letters::default() };
    let without = explore(letters(), Network::Fifo, Budgets::default());
    // Waiting; both under way; 1 has come; both have.
    assert_eq!(without.distinct, 4);
    let inside = explore(letters(), Network::Fifo, Budgets { inside: 1, ..Budgets::default() });
    assert!(inside.distinct > without.distinct && inside.finished, "{inside:?}");
}

#[test]
fn what_contradicts_itself_is_found_on_a_shortest_way() {
    // B gets 2 first, forgets it in a crash, and gets 1 first then; or the other way round.
    let budgets = Budgets { crashes: 1, ..Budgets::default() };
    let watched = Watched::Only("order".to_owned());
    let found = search(Letters::default(), Network::Multiset, budgets, watched, false).found.unwrap();
    assert_eq!((found.property, found.path.len()), ("order", 4));
    let nothing = search(Letters::default(), Network::Multiset, budgets, Watched::Nothing, false);
    assert!(nothing.finished && nothing.found.is_none());
}

#[test]
fn to_be_stuck_is_found_where_work_is_left() {
    let letters = |must_come| Letters { must_come, ..Letters::default() };
    let drops = Budgets { drops: 1, ..Budgets::default() };
    assert!(explore(letters(true), Network::Multiset, Budgets::default()).found.is_none());
    assert!(explore(letters(false), Network::Multiset, drops).found.is_none());
    let found = explore(letters(true), Network::Multiset, drops).found.unwrap();
    assert_eq!(found.property, "never stuck");
    assert!(found.path.iter().any(|choice| matches!(choice.deed, Deed::Drop(_))), "{found:?}");
}

#[test]
fn a_search_ends_where_it_is_told_to() {
    let ended = |limits| {
        let nodes = Nodes { servers: 2, clients: 0 };
        let (network, ops, budgets) =
            (Network::Multiset, Vec::new(), Budgets { drops: 15, ..Budgets::default() });
        let assumptions = Assumptions {
            nodes,
            network,
            budgets,
            ops,
            watched: Watched::Nothing,
            idle_waits: false,
            ticks: None,
            narrowed: None,
        };
        let mut search = Search::new(Space::new(Letters::default(), assumptions).unwrap(), limits);
        while search.run(1_000).unwrap() == Progress::More {}
        let report = search.report();
        (report.distinct, report.depth, report.finished)
    };
    let (all, depth, finished) = ended(Limits::default());
    assert!(finished && depth == 3, "{all} {depth}");
    assert_eq!(ended(Limits { depth: 1, ..Limits::default() }), (1, 1, false));
    let (some, depth, finished) = ended(Limits { depth: 2, ..Limits::default() });
    assert!(some < all && depth == 2 && !finished);
    assert!(!ended(Limits { states: 2, ..Limits::default() }).2);
}

#[test]
fn what_is_too_much_is_refused_in_a_sentence() {
    let space = |servers, drops| {
        let nodes = Nodes { servers, clients: 0 };
        let budgets = Budgets { drops, ..Budgets::default() };
        let (network, ops, watched) = (Network::Fifo, Vec::new(), Watched::All);
        let assumptions = Assumptions {
            nodes,
            network,
            budgets,
            ops,
            watched,
            idle_waits: false,
            ticks: None,
            narrowed: None,
        };
        Space::new(Letters::default(), assumptions).err().map(|error| error.to_string())
    };
    assert_eq!(space(2, 15), None);
    assert!(space(17, 0).unwrap().contains("16 servers"));
    assert!(space(2, 16).unwrap().contains("15 faults"));
}

/// The search in which B may get 2 first after it got 1 first: it crashes in between.
fn two_firsts(budgets: Budgets) -> Search<Letters> {
    let assumptions = Assumptions {
        nodes: Nodes { servers: 2, clients: 0 },
        network: Network::Multiset,
        budgets,
        ops: Vec::new(),
        watched: Watched::All,
        idle_waits: false,
        ticks: None,
        narrowed: None,
    };
    let space = Space::new(Letters { picks: 1, ..Letters::default() }, assumptions).unwrap();
    let mut search = Search::new(space, Limits::default());
    while search.run(1_000).unwrap() == Progress::More {}
    search
}

fn deed(deed: Deed) -> Choice {
    Choice { deed, answers: Vec::new(), crash_after: None }
}

#[test]
fn a_story_that_went_astray_is_made_as_short_as_the_shortest() {
    let budgets = Budgets { crashes: 4, duplicates: 1, ..Budgets::default() };
    let mut search = two_firsts(budgets);
    let shortest = search.report().found.unwrap();
    let (a, b) = (NodeId::server(0), NodeId::server(1));
    let mut long = shortest.clone();
    let start =
        |node| Choice { answers: if node == b { vec![0] } else { Vec::new() }, ..deed(Deed::Restart(node)) };
    // B crashes once before anything comes, A all the while, and one deed cannot be done at all.
    let astray = [deed(Deed::Crash(a)), deed(Deed::Crash(b)), start(b), deed(Deed::Heal)];
    long.path.splice(0..0, astray);
    long.path.insert(6, deed(Deed::Crash(a)));
    let short = minimal::minimised(search.space_mut(), &long);
    assert_eq!(short.path.len(), shortest.path.len(), "{short:?}");
    assert_eq!((short.property, &short.text), (shortest.property, &shortest.text));
    // Without any one of its deeds it is no story any more.
    for left_out in 0..short.path.len() {
        let mut path = short.path.clone();
        path.remove(left_out);
        let broken = Found { path: path.clone(), ..short.clone() };
        assert_eq!(minimal::shortened(search.space_mut(), &broken).path, path);
    }
}

#[test]
fn what_one_leads_to_stands_behind_it() {
    let mut search = two_firsts(Budgets { crashes: 4, ..Budgets::default() });
    let found = search.report().found.unwrap();
    let (a, b) = (NodeId::server(0), NodeId::server(1));
    // A crashes in between, which has nothing to do with what B does.
    let mut mixed = found.clone();
    mixed.path.insert(1, deed(Deed::Crash(a)));
    let ordered = minimal::in_causal_order(search.space_mut(), &mixed);
    // It would come last, and by then all is over.
    assert_eq!(ordered.path, found.path);
    assert_eq!(minimal::in_causal_order(search.space_mut(), &ordered), ordered);
    // What is done to B twice and to A twice stands together, though it was tried in turn; all of it comes before the end.
    let start = |node, answers| Choice { answers, ..deed(Deed::Restart(node)) };
    let turns = [deed(Deed::Crash(a)), deed(Deed::Crash(b)), start(a, Vec::new()), start(b, vec![0])];
    let mut mixed = found.clone();
    mixed.path.splice(0..0, turns.clone());
    let ordered = minimal::in_causal_order(search.space_mut(), &mixed);
    assert_eq!(ordered.path[..2], [turns[0].clone(), turns[2].clone()], "{ordered:?}");
}
