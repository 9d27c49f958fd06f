//! What may happen next in a state, and the states that this leads to.

use lightcone_sim::explored::Explored;

use super::{BITS, Batch, Space};
use crate::assumptions::{Kind, Narrowed, Network};
use crate::choice::{Deed, Move};
use crate::outcome::Input;

impl<P: Explored> Space<P> {
    /// A node takes a step, in every way in which that can come out.
    pub(super) fn activate(
        &mut self,
        state: &[u32],
        place: usize,
        input: Input,
        deed: Deed,
        out: &mut Batch,
    ) {
        let mut number = self.known.step(place, state[place], input);
        loop {
            let way = self.known.way(number);
            let mut next = self.copy(state);
            if way.crash_after.is_none() || self.spend(&mut next, Kind::Inside) {
                self.set_local(&mut next, place, way.local);
                if way.replies > 0 {
                    let at = self.at_client(place - self.servers());
                    next[at] += u32::from(way.replies);
                }
                self.send_all(&mut next, place, number, 0, Move { deed, way: Some(number) }, out);
            }
            self.spare.push(next);
            if self.known.is_last(number) {
                return;
            }
            number += 1;
        }
    }

    fn set_local(&mut self, state: &mut [u32], place: usize, local: u32) {
        state[place] = local;
        let at = self.at_history();
        state[at] = self.history_with(state[at], local);
    }

    /// Hands the messages of a way to the network, from one of them on; who sees at once what is sent to it takes its step
    /// now.
    fn send_all(
        &mut self,
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
            return;
        }
        self.forget(state);
        out.push(state, led);
    }

    /// What may not arrive any more is no part of a state.
    fn forget(&mut self, state: &mut Vec<u32>) {
        let Some(narrowed) = self.narrowed else { return };
        let (fixed, mut kept) = (self.fixed(), self.fixed());
        for place in fixed..state.len() {
            let message = state[place];
            let to = usize::from(self.known.ends(message).1);
            let key = u64::from(state[to]) << 32 | u64::from(message);
            let may = self.arrives_memo.get(key).unwrap_or_else(|| {
                let (local, msg) = (self.known.local(state[to]), &self.known.letter(message).msg);
                let may = (narrowed.arrives)(&self.known.protocol, self.known.nodes.at(to), local, msg);
                self.arrives_memo.put(key, u32::from(may));
                u32::from(may)
            });
            if may == 1 {
                state[kept] = message;
                kept += 1;
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
    fn spend(&self, state: &mut [u32], kind: Kind) -> bool {
        let may = !self.is_spent(state, kind);
        if may && self.budgets.most(kind).is_some() {
            state[self.at_spent()] += 1 << (kind as u32 * BITS);
        }
        may
    }

    /// All that may happen next in a state, always in the same order.
    pub(crate) fn successors(&mut self, state: &[u32], out: &mut Batch) {
        out.clear();
        self.messages(state, out);
        self.timers(state, out);
        self.calls(state, out);
        self.faults(state, out);
        self.clocks(state, out);
    }

    fn messages(&mut self, now: &[u32], out: &mut Batch) {
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
            if self.idle_waits && self.known.about(now[to]).is_up && self.is_idle(now, to, message) {
                continue;
            }
            let mut next = self.copy(now);
            if self.network != Network::Set {
                next.remove(fixed + place);
            }
            if self.known.about(next[to]).is_up {
                self.activate(&next, to, Input::Message(message), deed, out);
            } else {
                // It comes to one that is down, and is lost.
                out.push(&next, Move { deed, way: None });
            }
            self.spare.push(next);
        }
    }

    /// Whether a message would change nothing at its receiver, and send nothing.
    fn is_idle(&mut self, now: &[u32], to: usize, message: u32) -> bool {
        let mut way = self.known.step(to, now[to], Input::Message(message));
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

    fn timers(&mut self, now: &[u32], out: &mut Batch) {
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
                let mut next = self.copy(now);
                self.spend(&mut next, Kind::Timer);
                self.activate(&next, place, Input::Timer(timer), Deed::Fire(me, timer), out);
                self.spare.push(next);
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
    fn clocks(&mut self, now: &[u32], out: &mut Batch) {
        let Some(ticks) = self.ticks else { return };
        let ticking = if ticks.clients { self.len() } else { self.servers() };
        let shown = |space: &Space<P>, place: usize| space.known.local(now[place]).clock.0 / ticks.unit.0;
        let least = (0..ticking).map(|place| shown(self, place)).min().unwrap_or(0);
        let (most, apart) = (u64::from(ticks.most), u64::from(ticks.apart));
        if apart == 0 && least < most {
            let mut next = self.copy(now);
            (0..ticking).for_each(|place| self.tick(&mut next, place));
            out.push(&next, Move { deed: Deed::Tick(None), way: None });
            return self.spare.push(next);
        }
        for place in 0..ticking {
            let then = shown(self, place) + 1;
            if then <= most && then <= least + apart {
                let mut next = self.copy(now);
                self.tick(&mut next, place);
                let deed = Deed::Tick(Some(self.known.nodes.at(place)));
                out.push(&next, Move { deed, way: None });
                self.spare.push(next);
            }
        }
    }

    fn tick(&mut self, state: &mut [u32], place: usize) {
        let mut local = self.known.local(state[place]).clone();
        local.tick();
        let local = self.known.number(place, local);
        self.set_local(state, place, local);
    }

    fn calls(&mut self, now: &[u32], out: &mut Batch) {
        for client in 0..self.known.ops.len() {
            let (place, at) = (self.servers() + client, self.at_client(client));
            // Above: how many it has called; below: how many of these have been answered.
            let (called, answered) = (now[at] >> 16, now[at] & 0xffff);
            let has_more = (called as usize) < self.known.ops[client].len();
            if called == answered && has_more && self.known.about(now[place]).is_up {
                let mut next = self.copy(now);
                next[at] += 1 << 16;
                let me = self.known.nodes.at(place);
                self.activate(&next, place, Input::Op(called), Deed::Call(me, called), out);
                self.spare.push(next);
            }
        }
    }

    fn faults(&mut self, now: &[u32], out: &mut Batch) {
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
            let mut next = self.copy(now);
            if drops && self.spend(&mut next, Kind::Drop) {
                next.remove(fixed + place);
                out.push(&next, Move { deed: Deed::Drop(message), way: None });
            }
            self.spare.push(next);
            let mut next = self.copy(now);
            if doubles && self.spend(&mut next, Kind::Duplicate) {
                next.insert(fixed + place, message);
                out.push(&next, Move { deed: Deed::Duplicate(message), way: None });
            }
            self.spare.push(next);
        }
        for place in 0..self.servers() {
            self.crashes(now, place, out);
        }
        self.cuts(now, out);
    }

    fn crashes(&mut self, now: &[u32], place: usize, out: &mut Batch) {
        let me = self.known.nodes.at(place);
        if !self.known.about(now[place]).is_up {
            return self.activate(now, place, Input::Boot, Deed::Restart(me), out);
        }
        for (kind, deed) in [(Kind::Crash, Deed::Crash(me)), (Kind::Amnesia, Deed::Amnesia(me))] {
            if self.is_spent(now, kind) {
                continue;
            }
            let mut next = self.copy(now);
            self.spend(&mut next, kind);
            let mut local = self.known.local(now[place]).clone();
            local.crash();
            if kind == Kind::Amnesia {
                local.stable = P::Stable::default();
            }
            let local = self.known.number(place, local);
            self.set_local(&mut next, place, local);
            out.push(&next, Move { deed, way: None });
            self.spare.push(next);
        }
    }

    fn cuts(&mut self, now: &[u32], out: &mut Batch) {
        let (at, fixed) = (self.at_cut(), self.fixed());
        if now[at] != 0 {
            let mut next = self.copy(now);
            next[at] = 0;
            out.push(&next, Move { deed: Deed::Heal, way: None });
            return self.spare.push(next);
        }
        if self.is_spent(now, Kind::Cut) {
            return;
        }
        // Every way to part the servers in two; the last stays where it is.
        for side in 1..1_u32 << self.servers().saturating_sub(1) {
            let mut next = self.copy(now);
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
            self.spare.push(next);
        }
    }
}
