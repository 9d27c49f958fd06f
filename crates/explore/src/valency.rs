//! What can still be decided from a state, and an adversary who sees to it that nothing ever is: Fischer, Lynch and Paterson,
//! *Impossibility of Distributed Consensus with One Faulty Process* (JACM 32(2), 1985), §3.
//!
//! A state is *bivalent* if two decisions can be reached from it, and *univalent* if one can. The adversary begins in a bivalent
//! state. It takes the event that has waited longest, looks for a way on which that event comes last and which ends in a bivalent
//! state again (Lemma 3 says that there is one, if the protocol withstands one crash), goes that way, and takes the next. So
//! nothing waits for ever, nobody crashes, and nobody decides.
//!
//! What is decided are milestones of one property ([`lightcone_sim::explored::Milestone`]), of which each `is` is a decision.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use lightcone_sim::explored::Explored;

use crate::choice::{Choice, Deed};
use crate::search::Found;
use crate::space::{Batch, Space};

/// What can be decided from a state on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valency {
    /// The decisions that can be reached, in order.
    pub decisions: Vec<u64>,
    /// Whether there are no others: all was gone through. (Two that were found are there, however much is left.)
    pub is_all: bool,
}

impl Valency {
    /// Whether two different decisions can be reached.
    pub fn is_bivalent(&self) -> bool {
        self.decisions.len() > 1
    }
}

/// Why an adversary cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtAnEnd(pub String);

impl fmt::Display for AtAnEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AtAnEnd {}

/// A state on the adversary's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The state, as the space knows it.
    pub state: Vec<u32>,
    /// What may happen next, that which has waited longest first.
    pub waiting: Vec<Deed>,
}

/// The adversary's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Which of the initial states it begins in.
    pub start: usize,
    /// What happens, in order.
    pub path: Vec<Choice>,
    /// The state that it begins in, and that after each step.
    pub stops: Vec<Stop>,
    /// After how many steps each stage ended: with the event that had waited longest as it began.
    pub stages: Vec<usize>,
}

impl Schedule {
    /// The same as something found, so that it can be told as a scenario. No monitor has this property's name.
    pub fn found(&self) -> Found {
        let text = "Either decision can still be reached.".to_owned();
        Found { property: "bivalence", text, start: self.start, path: self.path.clone() }
    }
}

/// Plays against a protocol.
pub struct Adversary<P: Explored> {
    space: Space<P>,
    property: &'static str,
    /// So many states are gone through at most to find out what can be decided from one.
    limit: usize,
    /// By fingerprint.
    known: BTreeMap<u64, Valency>,
}

impl<P: Explored> Adversary<P> {
    /// An adversary, the property whose milestones are decisions, and after how many states it gives up a question.
    pub fn new(space: Space<P>, property: &'static str, limit: usize) -> Adversary<P> {
        Adversary { space, property, limit, known: BTreeMap::new() }
    }

    /// The space in which it plays.
    pub fn space(&self) -> &Space<P> {
        &self.space
    }

    /// What can be decided from each of the initial states.
    pub fn initial(&mut self) -> Vec<Valency> {
        self.space.initial().iter().map(|state| self.valency(state)).collect()
    }

    /// What has been decided in a state.
    fn decided(&self, state: &[u32]) -> impl Iterator<Item = u64> {
        let property = self.property;
        let milestones = self.space.world(state).milestones.into_iter();
        milestones.filter(move |milestone| milestone.property == property).map(|milestone| milestone.is)
    }

    /// What can be decided from a state on.
    pub fn valency(&mut self, state: &[u32]) -> Valency {
        let print = self.space.print(state);
        if let Some(valency) = self.known.get(&print) {
            return valency.clone();
        }
        let valency = self.look(state);
        self.known.insert(print, valency.clone());
        valency
    }

    /// Goes through what can follow, until there are two decisions.
    fn look(&mut self, state: &[u32]) -> Valency {
        let mut decisions: BTreeSet<u64> = self.decided(state).collect();
        let mut met = BTreeSet::from([self.space.print(state)]);
        let (mut next, mut batch) = (VecDeque::from([state.to_vec()]), Batch::default());
        let (mut is_all, mut is_deep) = (true, false);
        // In turn from the nearest, of which one is sure to lead to a decision, and from the farthest, which may be near to one.
        while decisions.len() < 2 {
            is_deep = !is_deep;
            let Some(state) = (if is_deep { next.pop_back() } else { next.pop_front() }) else { break };
            self.space.successors(&state, &mut batch);
            for place in 0..batch.len() {
                let successor = batch.get(place).0;
                let print = self.space.print(successor);
                if !self.space.is_within(successor) || !met.insert(print) {
                    continue;
                }
                match self.known.get(&print) {
                    Some(valency) => {
                        decisions.extend(&valency.decisions);
                        is_all &= valency.is_all;
                    }
                    None => {
                        decisions.extend(self.decided(successor));
                        next.push_back(successor.to_vec());
                    }
                }
            }
            if met.len() > self.limit {
                is_all = false;
                break;
            }
        }
        is_all &= decisions.len() < 2;
        Valency { decisions: decisions.into_iter().collect(), is_all }
    }

    /// Plays so many steps at least, to the end of a stage; or says why there is no way on.
    pub fn play(&mut self, steps: usize) -> Result<Schedule, AtAnEnd> {
        let initial = self.space.initial();
        let start = (0..initial.len()).find(|&start| self.valency(&initial[start]).is_bivalent());
        let start = start.ok_or_else(|| AtAnEnd("no initial state is bivalent".to_owned()))?;
        let first = self.stop(initial[start].clone(), &[], None);
        let mut schedule = Schedule { start, path: Vec::new(), stops: vec![first], stages: Vec::new() };
        while schedule.path.len() < steps {
            let Some(here) = schedule.stops.last() else { break };
            let event =
                *here.waiting.first().ok_or_else(|| AtAnEnd("nothing can happen any more".to_owned()))?;
            let stage = self.stage(here, event)?;
            for (choice, stop) in stage {
                schedule.path.push(choice);
                schedule.stops.push(stop);
            }
            schedule.stages.push(schedule.path.len());
        }
        Ok(schedule)
    }

    /// A state, and what may happen next there: in the order in which it waited before this was done, new things last.
    fn stop(&mut self, state: Vec<u32>, before: &[Deed], done: Option<Deed>) -> Stop {
        let mut batch = Batch::default();
        self.space.successors(&state, &mut batch);
        let now: Vec<Deed> = (0..batch.len()).map(|place| batch.get(place).1.deed).collect();
        let old = before.iter().copied().filter(|deed| Some(*deed) != done && now.contains(deed));
        let mut waiting: Vec<Deed> = old.collect();
        for deed in now {
            if !waiting.contains(&deed) {
                waiting.push(deed);
            }
        }
        Stop { state, waiting }
    }

    /// The shortest way from a bivalent state to another on which this event comes last.
    fn stage(&mut self, from: &Stop, event: Deed) -> Result<Vec<(Choice, Stop)>, AtAnEnd> {
        // Each state that was come to without the event, and what led to it from which.
        let mut met: Vec<(Stop, Option<(usize, Choice)>)> = vec![(from.clone(), None)];
        let mut prints = BTreeSet::from([self.space.print(&from.state)]);
        let (mut place, mut batch) = (0, Batch::default());
        while place < met.len() && met.len() < self.limit {
            let here = met[place].0.clone();
            self.space.successors(&here.state, &mut batch);
            let moves: Vec<_> = (0..batch.len()).map(|choice| batch.get(choice)).collect();
            let moves: Vec<_> = moves.into_iter().map(|(state, led)| (state.to_vec(), led)).collect();
            for (state, led) in &moves {
                if led.deed == event && self.valency(state).is_bivalent() {
                    let choice = self.space.choice(*led);
                    let last = self.stop(state.clone(), &here.waiting, Some(event));
                    let mut way = vec![(choice, last)];
                    let mut back = place;
                    while let Some((before, choice)) = &met[back].1 {
                        way.push((choice.clone(), met[back].0.clone()));
                        back = *before;
                    }
                    way.reverse();
                    return Ok(way);
                }
            }
            for (state, led) in moves {
                if led.deed != event && prints.insert(self.space.print(&state)) {
                    let choice = self.space.choice(led);
                    let stop = self.stop(state, &here.waiting, Some(led.deed));
                    met.push((stop, Some((place, choice))));
                }
            }
            place += 1;
        }
        let words = self.space.words(event);
        Err(AtAnEnd(format!("after {words}, one decision is left, whatever comes before")))
    }
}
