//! The laws of logical clocks, held against sets of events on random histories.

use std::collections::BTreeSet;

use lightcone_sim::chance::Chance;
use lightcone_sim::ids::NodeId;
use lightcone_sim::stamp::Relation;
use lightcone_sim::stamp::dotted::{Dvv, DvvSet};
use lightcone_sim::stamp::itc::Stamp;
use lightcone_sim::stamp::version::{Dot, VersionVector};

/// All that someone knows of, event by event: what every clock stands for.
type History = BTreeSet<u32>;

/// Numbers by chance, the same for the same seed.
struct Dice {
    chance: Chance,
    rolls: u32,
}

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice { chance: Chance::new(seed), rolls: 0 }
    }

    fn roll(&mut self, bound: usize) -> usize {
        self.rolls += 1;
        self.chance.pick(NodeId::client(99), self.rolls, 0, bound as u64) as usize
    }
}

/// What sets say of how two lie to one another.
fn relation(one: &History, other: &History) -> Relation {
    Relation::of(one.is_subset(other), other.is_subset(one))
}

/// Processes that come and go, with their stamps and what they really know; and all stamps that ever were.
struct Society {
    alive: Vec<(Stamp, History)>,
    messages: Vec<(Stamp, History)>,
    ever: Vec<(Stamp, History)>,
    events: u32,
}

impl Society {
    fn new() -> Society {
        let first = (Stamp::seed(), History::new());
        Society { alive: vec![first], messages: Vec::new(), ever: Vec::new(), events: 0 }
    }

    fn event(&mut self, who: usize) {
        let (stamp, history) = &mut self.alive[who];
        let before = stamp.clone();
        *stamp = stamp.event();
        history.insert(self.events);
        self.events += 1;
        assert!(before.leq(stamp) && !stamp.leq(&before), "{before} does something and is {stamp}");
    }

    fn step(&mut self, dice: &mut Dice) {
        let who = dice.roll(self.alive.len());
        match dice.roll(6) {
            0 if self.alive.len() < 12 => {
                let (stays, goes) = self.alive[who].0.fork();
                assert!(!stays.id().overlaps(goes.id()) && !stays.is_anonymous() && !goes.is_anonymous());
                let knows = self.alive[who].1.clone();
                self.alive[who].0 = stays;
                self.alive.push((goes, knows));
            }
            1 if self.alive.len() > 1 => {
                let (stamp, history) = self.alive.swap_remove(who);
                let heir = dice.roll(self.alive.len());
                self.alive[heir].0 = self.alive[heir].0.join(&stamp);
                self.alive[heir].1.extend(history);
            }
            2 => {
                self.event(who);
                let (stamp, history) = &self.alive[who];
                self.messages.push((stamp.peek(), history.clone()));
            }
            3 if !self.messages.is_empty() => {
                let which = dice.roll(self.messages.len());
                let (stamp, history) = self.messages[which].clone();
                self.alive[who].0 = self.alive[who].0.join(&stamp);
                self.alive[who].1.extend(history);
                self.event(who);
            }
            _ => self.event(who),
        }
        self.ever.extend(self.alive.iter().chain(self.messages.last()).cloned());
    }
}

#[test]
fn interval_tree_clocks_order_exactly_as_what_is_known_does() {
    let (mut compared, mut concurrent) = (0_u64, 0_u64);
    for seed in 0..3_000 {
        let mut dice = Dice::new(seed);
        let mut society = Society::new();
        for _ in 0..10 + dice.roll(30) {
            society.step(&mut dice);
        }
        for (place, (stamp, history)) in society.ever.iter().enumerate() {
            assert!(stamp.is_normal(), "{stamp} is not in normal form");
            // Every stamp with some of all others, those of the dead and of earlier times included.
            for _ in 0..4 {
                let (other, its) = &society.ever[dice.roll(society.ever.len())];
                let is = stamp.compare(other);
                assert_eq!(is, relation(history, its), "of seed {seed}, stamp {place}: {stamp} and {other}");
                compared += 1;
                concurrent += u64::from(is == Relation::Concurrent);
            }
        }
        for (place, (stamp, _)) in society.alive.iter().enumerate() {
            assert!(society.alive[..place].iter().all(|(other, _)| !stamp.id().overlaps(other.id())));
        }
    }
    assert!(compared > 100_000 && concurrent * 10 > compared, "{concurrent} of {compared} are concurrent");
}

#[test]
fn when_all_have_gone_into_one_the_stamp_is_simple_again() {
    for seed in 0..500 {
        let mut dice = Dice::new(seed);
        let mut society = Society::new();
        (0..40).for_each(|_| society.step(&mut dice));
        let all = society.alive.iter().map(|(stamp, _)| stamp.clone());
        let last = all.reduce(|one, other| one.join(&other)).expect("somebody is left").event();
        assert_eq!((last.id().size(), last.events().size()), (1, 1), "{last}");
    }
}

#[test]
fn the_run_of_the_paper_has_the_paper_s_stamps() {
    // Figure 2 of the paper, from left to right: two forks, events, a join, and the identities and counts that it writes.
    let (a, b) = Stamp::seed().fork();
    assert_eq!((a.to_string(), b.to_string()), ("((1,0),0)".to_owned(), "((0,1),0)".to_owned()));
    let (a, b) = (a.event(), b.event().event());
    assert_eq!((a.to_string(), b.to_string()), ("((1,0),(0,1,0))".to_owned(), "((0,1),(0,0,2))".to_owned()));
    let (a, c) = a.fork();
    let (a, c) = (a.event(), b.join(&c));
    assert_eq!(a.to_string(), "(((1,0),0),(0,(1,1,0),0))");
    let (c, d) = c.fork();
    assert_eq!(c.to_string(), "(((0,1),0),(1,0,1))");
    assert_eq!(d.to_string(), "((0,1),(1,0,1))");
    let whole = a.join(&c).event();
    assert_eq!(whole.to_string(), "((1,0),2)", "what is known elsewhere fills up what is owned");
}

#[test]
fn who_owns_nothing_counts_nothing() {
    let told = Stamp::seed().event().peek();
    assert!(told.is_anonymous());
    assert_eq!(told.event(), told);
    assert_eq!(told.to_string(), "(0,1)");
}

/// A vector of three counts.
fn vector(dice: &mut Dice) -> VersionVector {
    (0..3).map(|by| Dot { by: NodeId::server(by), count: dice.roll(3) as u64 }).collect()
}

#[test]
fn version_vectors_are_partly_ordered_and_merge_is_the_least_above_both() {
    let mut dice = Dice::new(7);
    let mut seen = BTreeSet::new();
    for _ in 0..20_000 {
        let [one, two, three] = [vector(&mut dice), vector(&mut dice), vector(&mut dice)];
        assert!(one.leq(&one));
        assert_eq!(one.leq(&two) && two.leq(&one), one == two);
        assert!(!(one.leq(&two) && two.leq(&three)) || one.leq(&three));
        let merged = |one: &VersionVector, two: &VersionVector| {
            let mut merged = one.clone();
            merged.merge(two);
            merged
        };
        let both = merged(&one, &two);
        assert!(one.leq(&both) && two.leq(&both));
        assert_eq!(both.leq(&three), one.leq(&three) && two.leq(&three));
        assert_eq!(both, merged(&two, &one));
        let relation = one.compare(&two);
        let turned = match relation {
            Relation::Before => Relation::After,
            Relation::After => Relation::Before,
            same => same,
        };
        assert_eq!(two.compare(&one), turned);
        seen.insert(format!("{relation:?}"));
    }
    assert_eq!(seen.len(), 4);
}

#[test]
fn version_vectors_of_clocks_are_what_is_known() {
    for seed in 0..500 {
        let mut dice = Dice::new(seed);
        let mut nodes: Vec<(VersionVector, History)> = vec![Default::default(); 4];
        for event in 0..30 {
            let (who, other) = (dice.roll(4), dice.roll(4));
            if dice.roll(2) == 0 {
                let (vector, history) = nodes[other].clone();
                nodes[who].0.merge(&vector);
                nodes[who].1.extend(history);
            }
            nodes[who].0.increment(NodeId::server(who as u16));
            nodes[who].1.insert(event);
            for (one, knows) in &nodes {
                for (two, known) in &nodes {
                    assert_eq!(one.compare(two), relation(knows, known));
                }
            }
        }
    }
}

/// A write with all writes in its past, itself included.
type Write = (u32, History);

/// A replica as a set of DVVs, as a DVV set, and as what it should hold: writes that none of its writes has in its past.
#[derive(Clone, Default)]
struct Replica {
    apart: Vec<Dvv>,
    together: DvvSet<u32>,
    truth: Vec<Write>,
    taken: VersionVector,
}

impl Replica {
    fn check(&self, writes: &[Dvv]) {
        let of_truth: History = self.truth.iter().map(|write| write.0).collect();
        let together: History = self.together.values().map(|(_, &write)| write).collect();
        assert_eq!(together, of_truth, "the set");
        assert_eq!(self.together.len(), of_truth.len());
        let dots: BTreeSet<Dot> = self.apart.iter().map(Dvv::dot).collect();
        assert_eq!(dots, of_truth.iter().map(|&write| writes[write as usize].dot()).collect(), "one by one");
        assert_eq!(dots, self.together.values().map(|(dot, _)| dot).collect());
        assert_eq!(self.together.context(), Dvv::context(&self.apart));
    }
}

/// The writes that no other one has in its past.
fn newest(writes: Vec<Write>) -> Vec<Write> {
    let overwritten =
        |write: &Write| writes.iter().any(|other| other.0 != write.0 && other.1.contains(&write.0));
    let mut newest: Vec<Write> = writes.iter().filter(|write| !overwritten(write)).cloned().collect();
    newest.sort_by_key(|write| write.0);
    newest.dedup();
    newest
}

#[test]
fn dotted_version_vectors_keep_exactly_what_nobody_has_overwritten() {
    let mut most = 0;
    for seed in 0..2_000 {
        let mut dice = Dice::new(seed);
        let mut replicas = vec![Replica::default(); 3];
        // What clients have read, at some time and somewhere: they hold on to it.
        let mut contexts: Vec<(VersionVector, History)> = vec![Default::default(); 4];
        let mut writes: Vec<Dvv> = Vec::new();
        let mut pasts: Vec<History> = Vec::new();
        for _ in 0..40 {
            let (here, there, client) = (dice.roll(3), dice.roll(3), dice.roll(4));
            let by = NodeId::server(here as u16);
            match dice.roll(5) {
                0 => {
                    let other = replicas[there].clone();
                    let replica = &mut replicas[here];
                    replica.apart = Dvv::sync(&replica.apart, &other.apart);
                    replica.together.sync(&other.together);
                    replica.truth.extend(other.truth);
                    replica.truth = newest(std::mem::take(&mut replica.truth));
                    replica.taken.merge(&other.taken);
                }
                1 | 2 => {
                    let truth = &replicas[here].truth;
                    let read = truth.iter().flat_map(|write| write.1.iter().copied()).collect();
                    contexts[client] = (replicas[here].together.context(), read);
                }
                _ => {
                    let (context, mut past) = contexts[client].clone();
                    let replica = &mut replicas[here];
                    let write = writes.len() as u32;
                    past.insert(write);
                    let dvv = Dvv::update(context.clone(), &replica.taken, by);
                    replica.taken.merge(&context);
                    replica.taken.learn(dvv.dot());
                    assert_eq!(replica.together.update(&context, write, by), dvv.dot());
                    replica.apart = Dvv::sync(&replica.apart, std::slice::from_ref(&dvv));
                    replica.truth.push((write, past.clone()));
                    replica.truth = newest(std::mem::take(&mut replica.truth));
                    for (one, its) in writes.iter().zip(&pasts) {
                        assert_eq!(one.compare(&dvv), relation(its, &past), "{one} and {dvv}");
                    }
                    writes.push(dvv);
                    pasts.push(past);
                }
            }
            replicas[here].check(&writes);
            most = most.max(replicas[here].together.len());
        }
    }
    assert!(most >= 5, "there must be siblings to speak of");
}
