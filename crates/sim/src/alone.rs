//! One node taking one step apart from any run: for whoever goes through every schedule.
//!
//! It is the activation of a run, with two differences. What a run leaves to chance is asked of whoever goes through the
//! schedules ([`Answers`]), so that every answer can be gone through; and how long a timer takes is not drawn at all, for
//! where there is no time, any timer that is set may be the next to fire. Where clocks tick ([`Local::ticks`]), a timer fires no
//! sooner than its shortest span has passed on the node's own clock, and any time after. What would tell one of a node's steps from a like
//! one, the numbers of its events, messages and timers, is no part of a [`Local`]: it shapes no future.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::chance::Chance;
use crate::clock::Reading;
use crate::ids::{NodeId, Nodes, OpId};
use crate::protocol::{Ctx, Effect, EffectOf, Event, Protocol};
use crate::time::Ns;

/// Answers to what a protocol picks: those given beforehand, and 0 for all that follow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Answers {
    given: Vec<u64>,
    /// Below what each answer had to be, as it was asked.
    bounds: Vec<u64>,
}

impl Answers {
    /// The next answer.
    pub(crate) fn next(&mut self, bound: u64) -> u64 {
        let place = self.bounds.len();
        self.bounds.push(bound.max(1));
        if place == self.given.len() {
            self.given.push(0);
        }
        self.given[place]
    }

    /// What was answered.
    pub fn given(&self) -> &[u64] {
        &self.given
    }

    /// The same answers, to be given once more.
    pub fn again(&self) -> Answers {
        Answers { given: self.given.clone(), bounds: Vec::new() }
    }

    /// The answers that come after these, if the same is asked again: the last that can be more is one more. `None`: these
    /// were the last.
    pub fn following(&self) -> Option<Answers> {
        let asked = self.bounds.len();
        let place = (0..asked).rev().find(|&place| self.given[place] + 1 < self.bounds[place])?;
        let mut given = self.given[..=place].to_vec();
        given[place] += 1;
        Some(Answers { given, bounds: Vec::new() })
    }
}

/// All of a node that shapes its future.
pub struct Local<P: Protocol> {
    /// Volatile state; `None` while the node is down.
    pub state: Option<P::State>,
    /// What its disk holds.
    pub stable: P::Stable,
    /// The timers that are set, in an order that says nothing.
    pub timers: Vec<P::Timer>,
    /// Where clocks tick, for each timer what the clock shows when it may fire; zero once it may.
    due: Vec<Ns>,
    /// What its clocks show.
    pub clock: Ns,
    /// By how much they go on at a time; `None`: they stand still, and a timer may fire whenever it is set.
    pub ticks: Option<Ns>,
}

impl<P: Protocol> Local<P> {
    /// A node before it first starts.
    pub fn new(protocol: &P, me: NodeId) -> Local<P> {
        Local {
            state: None,
            stable: protocol.disk(me),
            timers: Vec::new(),
            due: Vec::new(),
            clock: Ns::ZERO,
            ticks: None,
        }
    }

    /// Its clocks go on by one unit.
    pub fn tick(&mut self) {
        self.clock = self.clock + self.ticks.unwrap_or_default();
        // How long a timer has been due is nothing that shapes the future.
        let now = self.clock;
        self.due.iter_mut().filter(|due| **due <= now).for_each(|due| *due = Ns::ZERO);
    }

    /// Whether a timer that is set may fire: its shortest span has passed on the node's own clock, in whole units.
    pub fn may_fire(&self, timer: &P::Timer) -> bool {
        self.due_of(timer) == Ns::ZERO
    }

    fn due_of(&self, timer: &P::Timer) -> Ns {
        let place = self.timers.iter().position(|set| set == timer);
        place.and_then(|place| self.due.get(place).copied()).unwrap_or_default()
    }

    fn set(&mut self, timer: &P::Timer, after: Ns) {
        self.unset(timer);
        self.timers.push(timer.clone());
        if let Some(unit) = self.ticks {
            let units = after.0 / unit.0.max(1);
            self.due.push(if units == 0 { Ns::ZERO } else { self.clock + Ns(units * unit.0) });
        }
    }

    fn unset(&mut self, timer: &P::Timer) {
        if let Some(place) = self.timers.iter().position(|set| set == timer) {
            self.timers.remove(place);
            if place < self.due.len() {
                self.due.remove(place);
            }
        }
    }

    /// The node stops: what is volatile is gone.
    pub fn crash(&mut self) {
        self.state = None;
        self.timers.clear();
        self.due.clear();
    }
}

// Derived, these would ask the same of `P`.
impl<P: Protocol> Clone for Local<P> {
    fn clone(&self) -> Local<P> {
        Local {
            state: self.state.clone(),
            stable: self.stable.clone(),
            timers: self.timers.clone(),
            due: self.due.clone(),
            clock: self.clock,
            ticks: self.ticks,
        }
    }
}

impl<P: Protocol> PartialEq for Local<P> {
    fn eq(&self, other: &Local<P>) -> bool {
        self.clock == other.clock
            && self.timers.len() == other.timers.len()
            && self
                .timers
                .iter()
                .all(|timer| other.timers.contains(timer) && self.due_of(timer) == other.due_of(timer))
            && self.state == other.state
            && self.stable == other.stable
    }
}

impl<P: Protocol> Eq for Local<P> {}

/// A hash of one timer, so that hashes of all can be added up, whatever their order.
struct Sum(u64);

impl Hasher for Sum {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(29);
        }
    }
}

impl<P: Protocol> Hash for Local<P> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        self.state.hash(to);
        self.stable.hash(to);
        self.clock.hash(to);
        let of = |timer: &P::Timer| {
            let mut sum = Sum(0xcbf2_9ce4_8422_2325);
            timer.hash(&mut sum);
            if self.ticks.is_some() {
                self.due_of(timer).hash(&mut sum);
            }
            sum.0
        };
        self.timers.iter().fold(0_u64, |sum, timer| sum.wrapping_add(of(timer))).hash(to);
    }
}

impl<P: Protocol> fmt::Debug for Local<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Local { state, stable, timers, due, clock, ticks: _ } = self;
        write!(f, "{state:?}, on disk {stable:?}, timers {timers:?} due {due:?}, clock {clock:?}")
    }
}

/// What sets a node going.
#[derive(Debug)]
pub enum Told<'a, P: Protocol> {
    /// It starts.
    Boot,
    /// A message arrives.
    Message {
        /// From whom.
        from: NodeId,
        /// What it says.
        msg: &'a P::Msg,
    },
    /// A timer fires that is set.
    Timer(&'a P::Timer),
    /// A client is asked for an operation.
    Op {
        /// Its identity.
        id: OpId,
        /// Which.
        op: &'a P::Op,
    },
}

/// What one step did.
#[derive(Debug)]
pub struct Done<P: Protocol> {
    /// Its effects, in order.
    pub effects: Vec<EffectOf<P>>,
    /// What was answered to its picks.
    pub answers: Answers,
    /// How many effects it would have had without a crash.
    pub effects_in_all: u32,
}

/// Lets one node take one step. With `crash_after` it crashes inside, after so many effects; a node that is down only
/// starts.
pub fn step<P: Protocol>(
    protocol: &P,
    nodes: Nodes,
    me: NodeId,
    local: &mut Local<P>,
    told: Told<'_, P>,
    answers: Answers,
    crash_after: Option<u32>,
) -> Done<P> {
    let (mut answers, mut effects) = (answers, Vec::new());
    answers.bounds.clear();
    let event = match told {
        Told::Boot => None,
        Told::Message { from, msg } => Some(Event::Message { from, msg }),
        Told::Timer(timer) => {
            local.unset(timer);
            Some(Event::Timer(timer.clone()))
        }
        Told::Op { id, op } => Some(Event::Op { id, op: op.clone(), at: None }),
    };
    let wall = i64::try_from(local.clock.0).unwrap_or(i64::MAX);
    let mut ctx = Ctx {
        me,
        nodes,
        clock: Reading { wall, monotonic: local.clock, uncertainty: Ns::ZERO },
        chance: Chance::new(0),
        answers: Some(&mut answers),
        activation: 0,
        picks: 0,
        stable: &mut local.stable,
        effects: &mut effects,
        lost: None,
        crash_after,
        done: 0,
        with_notes: false,
        disks: None,
    };
    match (&mut local.state, event) {
        (Some(state), Some(event)) => protocol.on(state, event, &mut ctx),
        (state, _) => *state = Some(protocol.boot(&mut ctx)),
    }
    let (effects_in_all, lost) = (ctx.done, ctx.lost.take());
    if let Some(disk) = lost {
        local.stable = disk;
    }
    for effect in &effects {
        match effect {
            Effect::SetTimer { timer, after } => local.set(timer, *after),
            Effect::Cancel(timer) => local.unset(timer),
            _ => {}
        }
    }
    if crash_after.is_some() {
        local.crash();
    }
    Done { effects, answers, effects_in_all }
}
