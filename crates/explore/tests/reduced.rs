//! Hundreds of small systems made at random: every reduction comes to the same verdicts as the whole.

#![allow(clippy::unwrap_used)]

use lightcone_explore::{
    Assumptions, Budgets, Limits, Network, Order, Progress, Report, Search, Space, Strategy, Watched,
};
use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, Milestone, Names, World};
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::protocol::{Ctx, Event, Protocol};
use lightcone_sim::time::Ns;

/// What each node does is drawn from a seed, by what it is and what comes.
#[derive(Debug)]
struct Drawn {
    seed: u64,
    /// Nobody is told apart by its name.
    alike: bool,
    /// After so many steps a node does nothing any more.
    steps: u8,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Mind {
    mood: u8,
    steps: u8,
    last: Option<NodeId>,
}

impl Drawn {
    /// A number drawn for these words.
    fn draw(&self, words: &[u64], below: u64) -> u64 {
        let mut word = self.seed;
        for &next in words {
            word = (word ^ next).wrapping_add(0x9e37_79b9_7f4a_7c15);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
        }
        word % below
    }

    fn name(&self, node: NodeId) -> u64 {
        if self.alike { 7 } else { u64::from(node.number()) }
    }

    fn go(&self, mind: &mut Mind, input: u64, from: Option<NodeId>, ctx: &mut Ctx<'_, Drawn>) {
        if mind.steps == self.steps {
            return;
        }
        let key = [self.name(ctx.me()), u64::from(mind.mood), input];
        let drawn = |what: u64, below: u64| self.draw(&[key[0], key[1], key[2], what], below);
        // Some things change nothing.
        if drawn(0, 4) == 0 && input < 8 {
            return;
        }
        mind.steps += 1;
        mind.mood = drawn(1, 4) as u8;
        mind.last = from.filter(|_| drawn(2, 2) == 0);
        let content = drawn(3, 2) as u8;
        match drawn(4, 4) {
            0 => ctx.peers().for_each(|peer| ctx.send(peer, content)),
            1 => {
                let to = from.or(mind.last);
                let other = NodeId::server(drawn(5, ctx.server_count() as u64) as u16);
                let to = if self.alike { to } else { Some(other) };
                to.filter(|&to| to != ctx.me()).into_iter().for_each(|to| ctx.send(to, content));
            }
            2 => ctx.set_timer((), Ns::ms(1), Ns::ms(9)),
            _ => {}
        }
    }
}

impl Protocol for Drawn {
    type Params = ();
    type State = Mind;
    type Stable = ();
    type Msg = u8;
    type Timer = ();
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "drawn";
    const TITLE: &'static str = "Drawn";
    const SUMMARY: &'static str = "Whatever comes of a seed";

    fn new((): (), _: Nodes) -> Result<Drawn, String> {
        Ok(Drawn { seed: 0, alike: false, steps: 3 })
    }

    fn boot(&self, ctx: &mut Ctx<'_, Drawn>) -> Mind {
        ctx.set_timer((), Ns::ms(1), Ns::ms(9));
        Mind::default()
    }

    fn on(&self, mind: &mut Mind, event: Event<'_, Drawn>, ctx: &mut Ctx<'_, Drawn>) {
        match event {
            Event::Message { from, msg } => self.go(mind, u64::from(*msg), Some(from), ctx),
            Event::Timer(()) => self.go(mind, 8, None, ctx),
            Event::Op { .. } => {}
        }
    }
}

const FIRST: &str = "what came first";
const AT_ONCE: &str = "at once";

fn mood(local: &Local<Drawn>) -> u8 {
    local.state.as_ref().map_or(0, |mind| mind.mood)
}

impl Explored for Drawn {
    const PROPERTIES: &'static [&'static str] = &[FIRST, AT_ONCE];
    const LOOKS_AT_ALL: bool = true;

    fn milestones(&self, me: NodeId, local: &Local<Drawn>) -> Vec<Milestone> {
        let Some(mind) = local.state.as_ref().filter(|mind| mind.mood == 3 && mind.steps == self.steps)
        else {
            return Vec::new();
        };
        let is = self.draw(&[self.name(me), u64::from(mind.last.is_some())], 2);
        vec![Milestone { property: FIRST, about: 0, is, text: format!("{me} says {is}") }]
    }

    fn always(&self, world: &World<'_, Drawn>) -> Result<(), Broken> {
        let crowd = world.nodes.iter().filter(|(_, local)| mood(local) == 2).count();
        let text = || "Two are in mood 2.".to_owned();
        if crowd >= 2 { Err(Broken { property: AT_ONCE, text: text() }) } else { Ok(()) }
    }

    fn may_end(&self, world: &World<'_, Drawn>) -> bool {
        self.draw(&[9], 2) == 0 || world.nodes.iter().all(|(_, local)| mood(local) != 1)
    }

    fn looks_alike(&self, one: &Local<Drawn>, other: &Local<Drawn>) -> bool {
        (mood(one) == 2) == (mood(other) == 2)
    }

    fn interchangeable(&self, nodes: Nodes) -> Result<Vec<Vec<NodeId>>, &'static str> {
        if self.alike { Ok(vec![nodes.iter().collect()]) } else { Err("each is drawn by its name") }
    }

    fn renamed(&self, local: &Local<Drawn>, names: &Names<'_>) -> Local<Drawn> {
        let mut renamed = local.clone();
        if let Some(mind) = &mut renamed.state {
            mind.last = mind.last.map(names);
        }
        renamed
    }
}

fn explored(drawn: Drawn, network: Network, budgets: Budgets, watched: &str, strategy: Strategy) -> Report {
    let nodes = Nodes { servers: 3, clients: 0 };
    let watched = Watched::Only(watched.to_owned());
    let (ops, idle_waits, ticks, narrowed) = (Vec::new(), false, None, None);
    let assumptions = Assumptions { nodes, network, budgets, ops, watched, idle_waits, ticks, narrowed };
    let space = Space::new(drawn, assumptions).unwrap();
    let limits = Limits { states: 30_000, ..Limits::default() };
    let mut search = Search::with(space, limits, strategy).unwrap();
    while search.run(1_000).unwrap() == Progress::More {}
    search.report()
}

/// Goes through systems of so many seeds, and tells how many states there were in all, whole and reduced.
fn compare(seeds: std::ops::Range<u64>, alike: bool, symmetry: bool, por: bool) -> (u64, u64, [u32; 3]) {
    let (mut whole, mut reduced, mut verdicts) = (0, 0, [0; 3]);
    for seed in seeds {
        let network = [Network::Multiset, Network::Set, Network::Fifo, Network::InboxSet][seed as usize % 4];
        let budgets = match seed / 4 % 5 {
            0 => Budgets { crashes: 1, ..Budgets::default() },
            1 => Budgets { drops: 1, cuts: 1, ..Budgets::default() },
            _ => Budgets::default(),
        };
        let watched = ["never stuck", FIRST, AT_ONCE][seed as usize / 20 % 3];
        let drawn = || Drawn { seed, alike, steps: 2 };
        let plain = explored(drawn(), network, budgets, watched, Strategy::default());
        if !plain.finished && plain.found.is_none() {
            continue;
        }
        for order in [Order::Breadth, Order::Depth] {
            let strategy = Strategy { order, symmetry, por, threads: 1 };
            let report = explored(drawn(), network, budgets, watched, strategy);
            let what = |report: &Report| report.found.as_ref().map(|found| found.property);
            if order == Order::Depth && what(&plain).is_some() {
                // It may come upon the other thing that breaks.
                assert!(what(&report).is_some(), "{seed}: {plain:?} {report:?}");
                continue;
            }
            assert_eq!(
                what(&report).is_some(),
                what(&plain).is_some(),
                "{seed} {network} {budgets:?} {watched}: {plain:?} {report:?}"
            );
            if plain.finished {
                assert!(por || report.stand_for == plain.distinct, "{seed}: {plain:?} {report:?}");
                (whole, reduced) = (whole + plain.distinct, reduced + report.distinct);
            }
        }
        let kind =
            plain.found.as_ref().map_or(0, |found| if found.property == "never stuck" { 1 } else { 2 });
        verdicts[kind] += 1;
    }
    (whole, reduced, verdicts)
}

#[track_caller]
fn is_told((whole, reduced, verdicts): (u64, u64, [u32; 3])) {
    println!("{whole} states, {reduced} reduced; none, stuck and broken: {verdicts:?}");
    assert!(reduced < whole && verdicts.iter().all(|&count| count > 10), "{whole} {reduced} {verdicts:?}");
}

#[test]
fn partial_order_reduction_comes_to_the_same_verdicts() {
    is_told(compare(0..900, false, false, true));
}

#[test]
fn symmetry_comes_to_the_same_verdicts_and_loses_no_state() {
    is_told(compare(0..300, true, true, false));
}

#[test]
fn both_come_to_the_same_verdicts() {
    is_told(compare(300..700, true, true, true));
}
