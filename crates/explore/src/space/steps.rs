//! What may happen next in a state, and the states that this leads to.
//!
//! All of it is looked up, so that several threads can do so at once. What has not been worked out so far is noted
//! ([`Missing`]); once it has been, the same is looked up again.

use lightcone_sim::explored::Explored;

use super::batch::{Batch, Missing};
use super::{BITS, Space};
use crate::assumptions::{Kind, Narrowed, Network};
use crate::choice::{Deed, Move};
use crate::outcome::Input;

impl<P: Explored> Space<P> {
    /// A node takes a step, in every way in which that can come out.
    pub(super) fn activate(&self, state: &[u32], place: usize, input: Input, deed: Deed, out: &mut Batch) {
        let Some(mut number) = self.find(state, place, input, out) else { return };
        loop {
            let way = self.known.way(number);
            let mut next = out.copy(state);
            let may = way.crash_after.is_none() || self.spend(&mut next, Kind::Inside);
            if may && self.set_local(&mut next, place, way.local, out) {
                if way.replies > 0 {
                    let at = self.at_client(place - self.servers());
                    next[at] += u32::from(way.replies);
                }
                if !self.known.is_judged() || self.see(&mut next, place, input, number, out) {
                    self.send_all(&mut next, place, number, 0, Move { deed, way: Some(number) }, out);
                }
            }
            out.give_back(next);
            if self.known.is_last(number) {
                return;
            }
            number += 1;
        }
    }

    /// The first of the ways in which a step of a node can come out, if that has been worked out.
    fn find(&self, state: &[u32], place: usize, input: Input, out: &mut Batch) -> Option<u32> {
        let found = self.known.find(state[place], input);
        if found.is_none() {
            out.missing.push(Missing::Step { place, local: state[place], input });
        }
        found
    }

    /// Puts a node's state in its place; tells whether all that follows from it is known.
    fn set_local(&self, state: &mut [u32], place: usize, local: u32, out: &mut Batch) -> bool {
        let at = self.at_history();
        let history = self.history_with(state[at], local);
        match history {
            Some(history) => (state[place], state[at]) = (local, history),
            None => out.missing.push(Missing::History { history: state[at], local }),
        }
        history.is_some()
    }

    /// What a client calls and is told becomes part of what clients have seen; tells whether what follows from it is known.
    fn see(&self, state: &mut [u32], place: usize, input: Input, way: u32, out: &mut Batch) -> bool {
        let Some(client) = place.checked_sub(self.servers()) else { return true };
        let call = match input {
            Input::Op(number) => Some(Self::call_of(client, number)),
            _ => None,
        };
        let told = self.known.told(way).iter().map(|&ret| Self::answer_to(client, ret));
        let at = self.at_history();
        for by in call.into_iter().chain(told) {
            match self.history_seen(state[at], by) {
                Some(history) => state[at] = history,
                None => {
                    out.missing.push(Missing::Seen { history: state[at], by });
                    return false;
                }
            }
        }
        true
    }

    /// Something befalls a node in which it has no part; tells whether what becomes of it is known.
    fn befall(&self, state: &mut [u32], place: usize, what: Input, out: &mut Batch) -> bool {
        let way = self.find(state, place, what, out);
        way.is_some_and(|way| self.set_local(state, place, self.known.way(way).local, out))
    }

    /// Hands the messages of a way to the network, from one of them on; who sees at once what is sent to it takes its step
    /// now.
    fn send_all(
        &self,
        state: &mut Vec<u32>,
        from: usize,
        way: u32,
        first: usize,
        led: Move,
        out: &mut Batch,
    ) {
        for place in first..self.known.sends(way).len() {
            let message = self.known.sends(way)[place];
            let to = usize::from(self.known.ends(message).1);
            if to >= self.len() || self.is_cut(state, from, to) {
                continue;
            }
            let at_once =
                self.network == Network::Shared || self.known.protocol.sees_at_once(self.known.nodes.at(to));
            if !at_once {
                let fixed = self.fixed();
                self.network.add(state, fixed, message, &self.known);
                continue;
            }
            if !self.known.about(state[to]).is_up {
                continue;
            }
            // It may pick, and send in its turn: the rest is sent in each of the ways in which that comes out.
            let mut ways = Batch::default();
            self.activate(state, to, Input::Message(message), led.deed, &mut ways);
            for way_of_it in 0..ways.len() {
                let mut next = ways.get(way_of_it).0.to_vec();
                self.send_all(&mut next, from, way, place + 1, led, out);
            }
            out.missing.append(&mut ways.missing);
            return;
        }
        self.forget(state, out);
        out.push(state, led);
    }

    /// What may not arrive any more is no part of a state.
    fn forget(&self, state: &mut Vec<u32>, out: &mut Batch) {
        if self.narrowed.is_none() {
            return;
        }
        let (fixed, mut kept) = (self.fixed(), self.fixed());
        for place in fixed..state.len() {
            let message = state[place];
            let to = usize::from(self.known.ends(message).1);
            match self.may_arrive(state[to], message) {
                Some(true) => {
                    state[kept] = message;
                    kept += 1;
                }
                Some(false) => {}
                None => out.missing.push(Missing::Arrival { to, local: state[to], message }),
            }
        }
        state.truncate(kept);
    }

    fn is_cut(&self, state: &[u32], from: usize, to: usize) -> bool {
        let cut = state[self.at_cut()];
        // Clients stay with those that are not cut off.
        let side = |place: usize| place < self.servers() && cut >> place & 1 == 1;
        cut != 0 && side(from) != side(to)
    }

    /// Whether a budget is used up.
    pub(super) fn is_spent(&self, state: &[u32], kind: Kind) -> bool {
        let spent = state[self.at_spent()] >> (kind as u32 * BITS) & ((1 << BITS) - 1);
        self.budgets.most(kind).is_some_and(|most| spent >= u32::from(most))
    }

    /// Takes one from a budget, if there is one left.
    pub(super) fn spend(&self, state: &mut [u32], kind: Kind) -> bool {
        let may = !self.is_spent(state, kind);
        if may && self.budgets.most(kind).is_some() {
            state[self.at_spent()] += 1 << (kind as u32 * BITS);
        }
        may
    }

    /// All that may happen next in a state, always in the same order.
    pub(crate) fn successors(&mut self, state: &[u32], out: &mut Batch) {
        while !self.look_up(state, out) {
            self.learn(&mut out.missing);
        }
    }

    /// The same, if all of it has been worked out: tells whether it has, and notes what has not.
    pub(crate) fn look_up(&self, state: &[u32], out: &mut Batch) -> bool {
        out.clear();
        self.messages(state, out);
        self.timers(state, out);
        self.calls(state, out);
        self.faults(state, out);
        self.clocks(state, out);
        out.missing.is_empty()
    }

    fn messages(&self, now: &[u32], out: &mut Batch) {
        let fixed = self.fixed();
        for place in 0..now.len() - fixed {
            if !self.network.is_next(&now[fixed..], place, &self.known) {
                continue;
            }
            let message = now[fixed + place];
            let to = usize::from(self.known.ends(message).1);
            if !self.known.takes(to, now[to], message) {
                continue;
            }
            let deed = Deed::Deliver(message);
            if self.idle_waits && self.known.about(now[to]).is_up && self.is_idle(now, to, message, out) {
                continue;
            }
            let mut next = out.copy(now);
            if self.network != Network::Set {
                next.remove(fixed + place);
            }
            if self.known.about(next[to]).is_up {
                self.activate(&next, to, Input::Message(message), deed, out);
            } else {
                // It comes to one that is down, and is lost.
                out.push(&next, Move { deed, way: None });
            }
            out.give_back(next);
        }
    }

    /// Whether a message would change nothing at its receiver, and send nothing.
    fn is_idle(&self, now: &[u32], to: usize, message: u32, out: &mut Batch) -> bool {
        let Some(mut way) = self.find(now, to, Input::Message(message), out) else { return true };
        loop {
            if self.known.way(way).local != now[to] || !self.known.sends(way).is_empty() {
                return false;
            }
            if self.known.is_last(way) {
                return true;
            }
            way += 1;
        }
    }

    fn timers(&self, now: &[u32], out: &mut Batch) {
        if self.is_spent(now, Kind::Timer) {
            return;
        }
        for place in 0..self.len() {
            let me = self.known.nodes.at(place);
            for number in 0..self.known.timers_set(now[place]).len() {
                let timer = self.known.timers_set(now[place])[number];
                if !self.fires(place, now[place], timer) {
                    continue;
                }
                let mut next = out.copy(now);
                self.spend(&mut next, Kind::Timer);
                self.activate(&next, place, Input::Timer(timer), Deed::Fire(me, timer), out);
                out.give_back(next);
            }
        }
    }

    fn fires(&self, place: usize, local: u32, timer: u32) -> bool {
        let (local, timer) = (self.known.local(local), self.known.timer(timer));
        let fires = |narrowed: Narrowed<P>| {
            (narrowed.fires)(&self.known.protocol, self.known.nodes.at(place), local, timer)
        };
        (self.ticks.is_none() || local.may_fire(timer)) && self.narrowed.is_none_or(fires)
    }

    /// Clocks go on, each at its own pace or all together.
    fn clocks(&self, now: &[u32], out: &mut Batch) {
        let Some(ticks) = self.ticks else { return };
        let ticking = if ticks.clients { self.len() } else { self.servers() };
        let shown = |space: &Space<P>, place: usize| space.known.local(now[place]).clock.0 / ticks.unit.0;
        let least = (0..ticking).map(|place| shown(self, place)).min().unwrap_or(0);
        let (most, apart) = (u64::from(ticks.most), u64::from(ticks.apart));
        if apart == 0 && least < most {
            let mut next = out.copy(now);
            if (0..ticking).all(|place| self.befall(&mut next, place, Input::Tick, out)) {
                out.push(&next, Move { deed: Deed::Tick(None), way: None });
            }
            return out.give_back(next);
        }
        for place in 0..ticking {
            let then = shown(self, place) + 1;
            if then <= most && then <= least + apart {
                let mut next = out.copy(now);
                if self.befall(&mut next, place, Input::Tick, out) {
                    let deed = Deed::Tick(Some(self.known.nodes.at(place)));
                    out.push(&next, Move { deed, way: None });
                }
                out.give_back(next);
            }
        }
    }

    fn calls(&self, now: &[u32], out: &mut Batch) {
        for client in 0..self.known.ops.len() {
            let (place, at) = (self.servers() + client, self.at_client(client));
            // Above: how many it has called; below: how many of these have been answered.
            let (called, answered) = (now[at] >> 16, now[at] & 0xffff);
            let has_more = (called as usize) < self.known.ops[client].len();
            if called == answered && has_more && self.known.about(now[place]).is_up {
                let mut next = out.copy(now);
                next[at] += 1 << 16;
                let me = self.known.nodes.at(place);
                self.activate(&next, place, Input::Op(called), Deed::Call(me, called), out);
                out.give_back(next);
            }
        }
    }

    fn faults(&self, now: &[u32], out: &mut Batch) {
        let fixed = self.fixed();
        // From a set that grows, nothing is lost: what need not arrive is as good as lost.
        let drops = self.network != Network::Set && !self.is_spent(now, Kind::Drop);
        let doubles =
            matches!(self.network, Network::Multiset | Network::Fifo) && !self.is_spent(now, Kind::Duplicate);
        for place in (0..now.len() - fixed).filter(|_| drops || doubles) {
            if !self.network.is_next(&now[fixed..], place, &self.known) {
                continue;
            }
            let message = now[fixed + place];
            let mut next = out.copy(now);
            if drops && self.spend(&mut next, Kind::Drop) {
                next.remove(fixed + place);
                out.push(&next, Move { deed: Deed::Drop(message), way: None });
            }
            out.give_back(next);
            let mut next = out.copy(now);
            if doubles && self.spend(&mut next, Kind::Duplicate) {
                next.insert(fixed + place, message);
                out.push(&next, Move { deed: Deed::Duplicate(message), way: None });
            }
            out.give_back(next);
        }
        self.lies(now, out);
        for place in 0..self.servers() {
            self.crashes(now, place, out);
        }
        self.cuts(now, out);
    }

    fn crashes(&self, now: &[u32], place: usize, out: &mut Batch) {
        let me = self.known.nodes.at(place);
        if !self.known.about(now[place]).is_up {
            return self.activate(now, place, Input::Boot, Deed::Restart(me), out);
        }
        let kinds = [
            (Kind::Crash, Input::Crash, Deed::Crash(me)),
            (Kind::Amnesia, Input::Amnesia, Deed::Amnesia(me)),
        ];
        for (kind, what, deed) in kinds {
            let mut next = out.copy(now);
            if self.spend(&mut next, kind) && self.befall(&mut next, place, what, out) {
                out.push(&next, Move { deed, way: None });
            }
            out.give_back(next);
        }
    }

    fn cuts(&self, now: &[u32], out: &mut Batch) {
        let (at, fixed) = (self.at_cut(), self.fixed());
        if now[at] != 0 {
            let mut next = out.copy(now);
            next[at] = 0;
            out.push(&next, Move { deed: Deed::Heal, way: None });
            return out.give_back(next);
        }
        if self.is_spent(now, Kind::Cut) {
            return;
        }
        // Every way to part the servers in two; the last stays where it is.
        for side in 1..1_u32 << self.servers().saturating_sub(1) {
            let mut next = out.copy(now);
            self.spend(&mut next, Kind::Cut);
            next[at] = side;
            next.truncate(fixed);
            // What is on its way across is lost.
            for &message in &now[fixed..] {
                let (from, to) = self.known.ends(message);
                if !self.is_cut(&next, usize::from(from), usize::from(to)) {
                    next.push(message);
                }
            }
            out.push(&next, Move { deed: Deed::Cut(side), way: None });
            out.give_back(next);
        }
    }
}
