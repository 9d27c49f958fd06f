//! Through all states, a slice at a time: breadth first, depth first, or by random walks.

mod back;
mod met;
#[cfg(not(target_family = "wasm"))]
mod together;
mod walk;

use lightcone_sim::explored::{Broken, Explored};

use self::back::stuck;
use self::met::{Level, Met, NONE};
use self::walk::Walk;
use crate::choice::Choice;
use crate::space::{Batch, Space, TooBig};

/// When to give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// After so many states.
    pub states: u64,
    /// After so many bytes.
    pub bytes: u64,
    /// After so many levels: the states at that depth are met and not gone on from.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { states: u64::MAX, bytes: u64::MAX, depth: u32::MAX }
    }
}

/// In which order states are gone on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The first that was met first: what is found is among the shortest.
    #[default]
    Breadth,
    /// The last that was met first. A limit of depth cuts off what is met deep down first, even if it also lies nearer.
    Depth,
    /// Random walks from the beginning, each as deep as [`Limits::depth`] says, or [`WALK`] states if that says nothing. They end
    /// with nothing proved.
    Random {
        /// How many.
        walks: u64,
        /// The same seed gives the same walks.
        seed: u64,
    },
}

/// So many states a random walk has at most, if no limit of depth is set.
pub const WALK: u32 = 1_000;

/// How a search goes about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strategy {
    /// In which order states are gone on from.
    pub order: Order,
    /// Whether states that differ only in the names of interchangeable nodes are taken for one.
    pub symmetry: bool,
    /// Whether deeds that commute with all else are not tried in every order. Random walks try them all the same.
    pub por: bool,
    /// On how many threads; 0 and 1: on the caller's own. What is reported does not depend on it. It counts breadth first and
    /// without reductions, and where there are threads: not in a page.
    pub threads: u16,
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is more to do.
    More,
    /// All states have been gone through.
    All,
    /// Something is broken.
    Broken,
    /// A limit was reached.
    Limit,
}

/// What was found broken, and how to come there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The property.
    pub property: &'static str,
    /// What is wrong, in a sentence.
    pub text: String,
    /// Which of the initial states it begins in.
    pub start: usize,
    /// What happens, in order.
    pub path: Vec<Choice>,
}

/// What a search has found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// States met that are not the same.
    pub distinct: u64,
    /// How many states these stand for, each for all that are alike: as many as themselves without symmetry.
    pub stand_for: u64,
    /// States met, the initial ones and those met again counted.
    pub generated: u64,
    /// States on the longest of the shortest paths to them, the first counted; on the longest path that was gone if the
    /// search is not breadth first.
    pub depth: u32,
    /// States met and not yet gone on from.
    pub frontier: u64,
    /// About how many bytes are taken.
    pub bytes: u64,
    /// Whether nothing was left to go through.
    pub finished: bool,
    /// What was found.
    pub found: Option<Found>,
    /// Those of [`Explored::SOMETIMES`] that are watched, and whether some state that was met made them true. Where
    /// everything was gone through and one did not come about, that is as good as something broken: see [`Report::never`].
    pub sometimes: Vec<(&'static str, bool)>,
}

impl Report {
    /// What should be so sometimes, and never is: known once everything was gone through.
    pub fn never(&self) -> impl Iterator<Item = &'static str> {
        let never = self.sometimes.iter().filter(|(_, is_so)| self.finished && !is_so);
        never.map(|(name, _)| *name)
    }

    /// How likely it is at most that two states had one fingerprint and were taken for one: the number of pairs, over the
    /// number of fingerprints.
    pub fn collision_bound(&self) -> f64 {
        let states = self.distinct as f64;
        states * (states - 1.0).max(0.0) / 2.0 / 2_f64.powi(64)
    }
}

/// After so many states it is looked how much memory is taken.
const LOOK: u64 = 256;

/// A search under way.
pub struct Search<P: Explored> {
    space: Space<P>,
    limits: Limits,
    strategy: Strategy,
    met: Met,
    /// States that are gone on from now: a level, or, depth first, all that wait.
    now: Level,
    next: Level,
    /// Depth first: the number of each state that waits, and its depth.
    waiting: Vec<(u32, u32)>,
    /// The number of the first state of this level, and how many of it have been gone on from.
    first: u32,
    done: usize,
    depth: u32,
    /// Whether something was not gone on from for its depth.
    cut_off: bool,
    expanded: u64,
    generated: u64,
    stand_for: u64,
    /// Which of [`Explored::SOMETIMES`] have come about, one bit each.
    sometimes: u32,
    walk: Walk,
    batch: Batch,
    /// Room for the state that is gone on from, and for one that is met.
    state: Vec<u32>,
    room: Vec<u32>,
    progress: Progress,
    found: Option<Found>,
}

impl<P: Explored> Search<P> {
    /// A search breadth first, with no reduction, in which only the initial states have been met.
    pub fn new(space: Space<P>, limits: Limits) -> Search<P> {
        Search::begun(space, limits, Strategy::default())
    }

    /// A search in which only the initial states have been met; or a sentence on why it cannot go about it so.
    pub fn with(mut space: Space<P>, limits: Limits, strategy: Strategy) -> Result<Search<P>, TooBig> {
        if strategy.symmetry {
            space.use_symmetry()?;
        }
        Ok(Search::begun(space, limits, strategy))
    }

    fn begun(mut space: Space<P>, limits: Limits, strategy: Strategy) -> Search<P> {
        let (mut met, mut now, mut waiting, mut stand_for, mut sometimes) =
            (Met::default(), Level::default(), Vec::new(), 0, 0);
        let initial = space.initial();
        let generated = initial.len() as u64;
        let mut found = None;
        for (start, mut state) in initial.into_iter().enumerate() {
            if !space.is_within(&state) {
                continue;
            }
            if let Some(broken) = space.broken(&state).filter(|_| found.is_none()) {
                found = Some(Found { property: broken.property, text: broken.text, start, path: Vec::new() });
            }
            let alike = space.canonical(&mut state);
            if !met.is_new(space.print(&state)) {
                continue;
            }
            stand_for += alike;
            sometimes |= space.sometimes(&state);
            waiting.push((met.parents.len() as u32, 1));
            met.parents.push(NONE);
            met.choices.push(u16::try_from(start).unwrap_or(u16::MAX));
            now.push(&state);
        }
        let progress = match found {
            Some(_) => Progress::Broken,
            None if limits.depth <= 1 => Progress::Limit,
            None => Progress::More,
        };
        Search {
            space,
            limits,
            strategy,
            met,
            now,
            next: Level::default(),
            waiting,
            first: 0,
            done: 0,
            depth: 1,
            cut_off: false,
            expanded: 0,
            generated,
            stand_for,
            sometimes,
            walk: Walk::default(),
            batch: Batch::default(),
            state: Vec::new(),
            room: Vec::new(),
            progress,
            found,
        }
    }

    /// Goes on from at most so many states.
    pub fn run(&mut self, states: u64) -> Result<Progress, TooBig> {
        #[cfg(not(target_family = "wasm"))]
        if self.is_together() {
            return self.run_together(states);
        }
        for _ in 0..states {
            if self.progress != Progress::More {
                break;
            }
            match self.strategy.order {
                Order::Breadth if self.done == self.now.len() => self.go_deeper(),
                Order::Breadth => self.go_on_breadth()?,
                Order::Depth => self.go_on_depth()?,
                Order::Random { walks, seed } => self.walk_on(walks, seed)?,
            }
        }
        Ok(self.progress)
    }

    fn go_deeper(&mut self) {
        if self.next.len() == 0 {
            self.progress = Progress::All;
            return;
        }
        self.depth += 1;
        if self.depth >= self.limits.depth {
            self.progress = Progress::Limit;
        }
        self.first += self.now.len() as u32;
        self.done = 0;
        self.now = std::mem::take(&mut self.next);
    }

    fn go_on_breadth(&mut self) -> Result<(), TooBig> {
        let parent = self.first + self.done as u32;
        self.state.clear();
        self.state.extend_from_slice(self.now.get(self.done));
        self.done += 1;
        self.go_on(parent, self.depth)
    }

    fn go_on_depth(&mut self) -> Result<(), TooBig> {
        let Some((parent, depth)) = self.waiting.pop() else {
            self.progress = if self.cut_off { Progress::Limit } else { Progress::All };
            return Ok(());
        };
        self.now.pop(&mut self.state);
        self.depth = self.depth.max(depth);
        if depth >= self.limits.depth {
            self.cut_off = true;
            return Ok(());
        }
        self.go_on(parent, depth)
    }

    /// Meets all that may come next from a state.
    fn go_on(&mut self, parent: u32, depth: u32) -> Result<(), TooBig> {
        let state = std::mem::take(&mut self.state);
        self.space.successors(&state, &mut self.batch);
        self.expanded += 1;
        self.has_room(self.batch.len())?;
        let enough = if self.strategy.por { self.enough(&state) } else { None };
        let (mut moves, mut broken) = (enough.is_some(), None);
        match enough {
            Some(choices) => {
                for choice in choices {
                    self.meet(&state, choice, parent, depth, &mut broken);
                }
            }
            None => {
                for choice in 0..self.batch.len() {
                    moves |= self.batch.get(choice).0 != state;
                    self.meet(&state, choice, parent, depth, &mut broken);
                }
            }
        }
        if !moves && !self.space.may_end(&state) {
            self.trace_back(parent, None, stuck());
        } else if let Some((choice, broken)) = broken {
            self.trace_back(parent, Some(choice), broken);
        } else {
            self.look_at_limits();
        }
        self.state = state;
        Ok(())
    }

    /// Whether so many more states can be told apart.
    fn has_room(&self, successors: usize) -> Result<(), TooBig> {
        if successors > usize::from(u16::MAX) || self.met.parents.len() + successors >= NONE as usize {
            return Err(TooBig("there are too many states, or too many choices in one".to_owned()));
        }
        Ok(())
    }

    fn look_at_limits(&mut self) {
        if self.met.parents.len() as u64 >= self.limits.states
            || (self.expanded.is_multiple_of(LOOK) && self.bytes() > self.limits.bytes)
        {
            self.progress = Progress::Limit;
        }
    }

    /// Which of the successors are enough.
    fn enough(&mut self, state: &[u32]) -> Option<Vec<usize>> {
        let Search { space, batch, met, room, .. } = self;
        space.enough(state, batch, |space, successor| {
            room.clear();
            room.extend_from_slice(successor);
            space.canonical(room);
            !met.has(space.print(room))
        })
    }

    /// Meets one of the successors of a state. What that breaks first is kept, with the choice that leads there.
    fn meet(
        &mut self,
        state: &[u32],
        choice: usize,
        parent: u32,
        depth: u32,
        broken: &mut Option<(usize, Broken)>,
    ) {
        let Search { space, met, batch, room, .. } = self;
        self.generated += 1;
        let (mut successor, _) = batch.get(choice);
        if !space.is_within(successor) {
            return;
        }
        if broken.is_none() {
            *broken = space.broken_between(state, successor).map(|broken| (choice, broken));
        }
        let mut alike = 1;
        if self.strategy.symmetry {
            room.clear();
            room.extend_from_slice(successor);
            alike = space.canonical(room);
            successor = room;
        }
        if !met.is_new(space.print(successor)) {
            return;
        }
        self.stand_for += alike;
        self.sometimes |= space.sometimes(successor);
        let number = met.parents.len() as u32;
        met.parents.push(parent);
        met.choices.push(choice as u16);
        if self.strategy.order == Order::Depth {
            self.waiting.push((number, depth + 1));
            self.now.push(successor);
        } else {
            self.next.push(successor);
        }
        if broken.is_none() {
            *broken = space.broken(successor).map(|broken| (choice, broken));
        }
    }

    fn bytes(&self) -> u64 {
        self.met.bytes() + self.now.bytes() + self.next.bytes() + self.space.bytes()
    }

    /// What has been found out so far.
    pub fn report(&self) -> Report {
        let frontier = match self.strategy.order {
            Order::Breadth => self.now.len() - self.done + self.next.len(),
            Order::Depth => self.now.len(),
            Order::Random { .. } => 0,
        };
        Report {
            distinct: self.met.parents.len() as u64,
            stand_for: self.stand_for,
            generated: self.generated,
            depth: self.depth,
            frontier: frontier as u64,
            bytes: self.bytes(),
            finished: self.progress == Progress::All,
            found: self.found.clone(),
            sometimes: self.sometimes(),
        }
    }

    /// What should be so sometimes, as far as it is watched, and whether it has been.
    fn sometimes(&self) -> Vec<(&'static str, bool)> {
        let named = P::SOMETIMES.iter().zip(0..32).filter(|(name, _)| self.space.watched().has(name));
        let all = named.map(|(name, bit)| (*name, self.sometimes >> bit & 1 == 1));
        // What is reduced goes through all that could break, and not through all that could be.
        all.filter(|(_, is_so)| *is_so || !self.strategy.por).collect()
    }

    /// The same, to go through some of them again.
    pub fn space_mut(&mut self) -> &mut Space<P> {
        &mut self.space
    }

    /// All states that were met.
    pub fn space(&self) -> &Space<P> {
        &self.space
    }
}
