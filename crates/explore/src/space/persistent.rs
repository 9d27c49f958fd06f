//! Partial-order reduction: deeds that commute with all else that can happen first need not be tried in every order.
//!
//! In a state a *persistent set* of deeds is one such that whatever else happens, step by step, commutes with each of them and
//! leaves each possible (Godefroid, *Partial-Order Methods for the Verification of Concurrent Systems*, 1996, §4.1). It is
//! enough to go on from a state by the deeds of one such set, if
//!
//! - no deed in it changes what a property sees (unless a property that is broken once stays broken: a contradiction of
//!   milestones does, and [`Explored::always`] where [`Explored::STAYS_BROKEN`] says so), and
//! - at least one of its deeds leads to a state that has never been met: that one is gone on from later, so that nothing is put
//!   off for ever (after Bošnački and Holzmann, *Improving Spin's Partial-Order Reduction for Breadth-First Search*, 2005).
//!
//! Why that is sound: say that a state that is gone on from leads by a sequence of deeds to a broken one. If the sequence has a
//! deed of the set, the first such deed commutes to its front, and a shorter sequence leads on from there. If it has none, all
//! of it can still happen behind the deed that leads to a new state, and ends in a state that is broken as well: as far away,
//! but from a state that is gone on from later, and there are finitely many. The same sequence into a state in which nothing
//! can happen any more ends in that very state. A way to what is broken need no longer be a shortest one.
//!
//! Candidates are the deeds of one node: one of them alone, or all. What else can happen is not known but bounded from above: from
//! the nodes' states and the messages under way on, every node takes every message and timer again and again in all orders,
//! nothing is ever used up, and only the candidate's deeds are left out. Whatever the node can take of this must commute with them,
//! in each of the states that it can thereby come to. Where the bound grows too large, there is no reduction.

use lightcone_sim::explored::Explored;

use super::{Batch, Space};
use crate::assumptions::{Kind, Network, Watched};
use crate::choice::Deed;
use crate::network::Messages;
use crate::outcome::{Input, Way};

/// So many steps are looked at before a candidate is given up.
const MOST: usize = 1_000;

/// The deeds of a candidate, and what they do.
struct Candidate {
    place: usize,
    inputs: Vec<Input>,
    /// What they send.
    sends: Vec<u32>,
}

/// All that can happen without a candidate's deeds, and more.
struct Free {
    /// By place: states that the node can come to.
    locals: Vec<Vec<u32>>,
    /// By receiver: messages that can be under way.
    letters: Vec<Vec<u32>>,
    /// What a node may yet take, by its state.
    open: Vec<(usize, u32, Input)>,
    steps: usize,
}

impl<P: Explored> Space<P> {
    /// Whether nothing can go wrong any more: all that is counted is spent, all nodes are up, and no link is cut. Where
    /// something can, deeds of different nodes do not commute: each may use up the budget of the other.
    fn is_calm(&self, state: &[u32]) -> bool {
        let timers = self.budgets.timers.is_none() || self.is_spent(state, Kind::Timer);
        timers
            && state[self.at_cut()] == 0
            && Kind::ALL.into_iter().all(|kind| kind == Kind::Timer || self.is_spent(state, kind))
            && state[..self.len()].iter().all(|&local| self.known.about(local).is_up)
    }

    /// The sets of successors of a state that are enough if one of a set is new: by number in the batch. `is_new` tells whether
    /// a successor is. `None`: all of them are needed.
    pub(crate) fn enough(
        &mut self,
        state: &[u32],
        batch: &Batch,
        mut is_new: impl FnMut(&mut Space<P>, &[u32]) -> bool,
    ) -> Option<Vec<usize>> {
        // Clocks, what is asked to be shown and what clients have seen are seen by no test below.
        let is_watched_otherwise = matches!(self.watched, Watched::Shown(_)) || self.known.is_judged();
        if self.ticks.is_some() || self.narrowed.is_some() || is_watched_otherwise {
            return None;
        }
        if self.network == Network::Shared || self.idle_waits || !self.is_calm(state) {
            return None;
        }
        let mut deeds: Vec<(usize, Input, Vec<usize>)> = Vec::new();
        for choice in 0..batch.len() {
            let (place, input) = self.doer(batch.get(choice).1.deed)?;
            match deeds.iter_mut().find(|(who, what, _)| (*who, *what) == (place, input)) {
                Some((.., choices)) => choices.push(choice),
                None => deeds.push((place, input, vec![choice])),
            }
        }
        let alone = deeds.iter().map(|(place, input, choices)| (*place, vec![*input], choices.clone()));
        let mut candidates: Vec<_> = alone.collect();
        for place in 0..self.len() {
            let of_it = || deeds.iter().filter(|(other, ..)| *other == place);
            if of_it().count() > 1 {
                let inputs = of_it().map(|(_, input, _)| *input).collect();
                candidates.push((
                    place,
                    inputs,
                    of_it().flat_map(|(.., choices)| choices).copied().collect(),
                ));
            }
        }
        candidates.into_iter().find_map(|(place, inputs, choices)| {
            let is_enough = choices.len() < batch.len()
                && choices.iter().all(|&choice| self.is_invisible(state, batch.get(choice).0, place))
                && choices.iter().any(|&choice| is_new(self, batch.get(choice).0))
                && self.is_persistent(state, place, inputs);
            is_enough.then_some(choices)
        })
    }

    /// Who does it, by place, and what sets that node going.
    fn doer(&self, deed: Deed) -> Option<(usize, Input)> {
        let place = |node| self.known.nodes.index(node);
        match deed {
            Deed::Deliver(letter) => Some((usize::from(self.known.ends(letter).1), Input::Message(letter))),
            Deed::Fire(node, timer) => Some((place(node)?, Input::Timer(timer))),
            Deed::Call(node, number) => Some((place(node)?, Input::Op(number))),
            _ => None,
        }
    }

    fn is_invisible(&self, before: &[u32], after: &[u32], place: usize) -> bool {
        if !self.is_within(after) {
            return false;
        }
        if (P::STAYS_BROKEN && !P::LOOKS_BETWEEN) || self.watched == Watched::Nothing {
            return true;
        }
        let at = self.at_history();
        let [one, other] = [before, after].map(|state| self.known.local(state[place]));
        before[at] == after[at] && self.known.protocol.looks_alike(one, other)
    }

    /// The same of a deed where other things have happened to the node before.
    fn is_unseen(&mut self, state: &[u32], place: usize, local: u32, deed: Input) -> bool {
        if (P::STAYS_BROKEN && !P::LOOKS_BETWEEN) || self.watched == Watched::Nothing {
            return true;
        }
        let after = self.known.step(place, local, deed);
        let after = self.known.way(after).local;
        let history = &self.history[state[self.at_history()] as usize].milestones;
        let reached = self.known.reached(local);
        let is_known = |milestone: &u32| reached.contains(milestone) || history.contains(milestone);
        self.known.reached(after).iter().all(is_known)
            && self.known.protocol.looks_alike(self.known.local(local), self.known.local(after))
    }

    fn is_persistent(&mut self, state: &[u32], place: usize, inputs: Vec<Input>) -> bool {
        let mut sends = Vec::new();
        for &input in &inputs {
            let mut way = self.known.step(place, state[place], input);
            loop {
                sends.extend(self.known.sends(way));
                if self.known.is_last(way) {
                    break;
                }
                way += 1;
            }
        }
        // Who sees at once what is sent to it would be part of the deed.
        let sees = |&letter: &u32| {
            let to = usize::from(self.known.ends(letter).1);
            to < self.len() && self.known.protocol.sees_at_once(self.known.nodes.at(to))
        };
        if sends.iter().any(sees) {
            return false;
        }
        let candidate = Candidate { place, inputs, sends };
        let (nodes, fixed) = (self.len(), self.fixed());
        let mut free = Free {
            locals: vec![Vec::new(); nodes],
            letters: vec![Vec::new(); nodes],
            open: Vec::new(),
            steps: 0,
        };
        for (place, &local) in state[..nodes].iter().enumerate() {
            self.come_to(&mut free, state, place, local);
        }
        let under_way =
            state[fixed..].iter().all(|&letter| self.set_out(&mut free, &candidate, letter, true));
        under_way && self.all_commutes(&mut free, &candidate, state)
    }

    fn all_commutes(&mut self, free: &mut Free, candidate: &Candidate, state: &[u32]) -> bool {
        while let Some((place, local, input)) = free.open.pop() {
            let is_own = place == candidate.place;
            // A client calls once the call before has its answer.
            let waits = matches!(input, Input::Op(_))
                && candidate.inputs.iter().any(|input| matches!(input, Input::Op(_)));
            if is_own && (waits || candidate.inputs.contains(&input)) {
                continue;
            }
            if let Input::Message(letter) = input
                && !self.known.takes(place, local, letter)
            {
                continue;
            }
            free.steps += 1;
            if free.steps > MOST
                || (is_own
                    && !candidate.inputs.iter().all(|&deed| {
                        self.commute(place, local, deed, input) && self.is_unseen(state, place, local, deed)
                    }))
            {
                return false;
            }
            let mut way = self.known.step(place, local, input);
            loop {
                let (after, crashed) = (self.known.way(way).local, self.known.way(way).crash_after.is_some());
                if !crashed && self.known.about(after).is_within {
                    self.come_to(free, state, place, after);
                    for sent in 0..self.known.sends(way).len() {
                        let letter = self.known.sends(way)[sent];
                        if !self.set_out(free, candidate, letter, false) {
                            return false;
                        }
                    }
                }
                if self.known.is_last(way) {
                    break;
                }
                way += 1;
            }
        }
        true
    }

    /// A node can be in this state: there it may take whatever can be under way to it.
    fn come_to(&mut self, free: &mut Free, state: &[u32], place: usize, local: u32) {
        if free.locals[place].contains(&local) {
            return;
        }
        free.locals[place].push(local);
        free.open.extend(free.letters[place].iter().map(|&letter| (place, local, Input::Message(letter))));
        if !self.is_spent(state, Kind::Timer) {
            let timers = self.known.timers_set(local).iter();
            free.open.extend(timers.map(|&timer| (place, local, Input::Timer(timer))));
        }
        if let Some(ops) = place.checked_sub(self.servers()).and_then(|client| self.known.ops.get(client)) {
            let called = state[self.at_client(place - self.servers())] >> 16;
            free.open.extend((called..ops.len() as u32).map(|op| (place, local, Input::Op(op))));
        }
    }

    /// A message can be under way. Tells whether that leaves the candidate as it is.
    fn set_out(&mut self, free: &mut Free, candidate: &Candidate, letter: u32, is_there: bool) -> bool {
        let to = usize::from(self.known.ends(letter).1);
        let is_taken = candidate.inputs.contains(&Input::Message(letter));
        if self.network == Network::InboxSet && (candidate.sends.contains(&letter) || (is_taken && !is_there))
        {
            // Sent again while it waits, it is one; sent when it has been taken out, it comes once more.
            return false;
        }
        // Behind one that the candidate takes, it waits.
        let is_behind = |&input: &Input| match input {
            Input::Message(first) => first != letter && self.known.link(first) == self.known.link(letter),
            _ => false,
        };
        if self.network == Network::Fifo && candidate.inputs.iter().any(is_behind) {
            return true;
        }
        if to >= self.len() || free.letters[to].contains(&letter) {
            return true;
        }
        free.letters[to].push(letter);
        free.open.extend(free.locals[to].iter().map(|&local| (to, local, Input::Message(letter))));
        true
    }

    /// Whether one node can take two things in either order, with the same outcome.
    fn commute(&mut self, place: usize, local: u32, one: Input, other: Input) -> bool {
        let Some((after_one, sent_one)) = self.outcome(place, local, one) else { return false };
        let Some((after_other, sent_other)) = self.outcome(place, local, other) else { return false };
        let both = self.outcome(place, after_one, other);
        let turned = self.outcome(place, after_other, one);
        let (Some((end, then)), Some((turned_end, turned_then))) = (both, turned) else { return false };
        let meets = |&letter: &u32| {
            let link = self.known.link(letter);
            self.network == Network::Fifo && sent_other.iter().any(|&other| self.known.link(other) == link)
        };
        end == turned_end && then == sent_other && turned_then == sent_one && !sent_one.iter().any(meets)
    }

    /// What becomes of a node that takes something, if it can, in the one way in which that comes out: and what it sends.
    fn outcome(&mut self, place: usize, local: u32, input: Input) -> Option<(u32, Vec<u32>)> {
        let can = match input {
            Input::Message(letter) => self.known.takes(place, local, letter),
            Input::Timer(timer) => self.known.timers_set(local).contains(&timer),
            Input::Op(_) | Input::Boot | Input::Crash | Input::Amnesia | Input::Tick => false,
        };
        if !can {
            return None;
        }
        let way = self.known.step(place, local, input);
        let Way { local, replies, .. } = self.known.way(way);
        let is_plain = self.known.is_last(way) && replies == 0 && self.known.about(local).is_within;
        is_plain.then(|| (local, self.known.sends(way).to_vec()))
    }
}
