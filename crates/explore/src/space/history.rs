//! What has been so once, and what clients have seen: the part of a state that remembers.

use lightcone_sim::explored::{Broken, Explored, LINEARIZABLE};
use lightcone_sim::ids::NodeId;

use super::Space;
use super::batch::Missing;
use crate::linear::Orders;

/// What clients have seen: the orders of their calls, each by client and number, that explain all answers, each by number.
pub(super) type Seen = Orders<(u16, u32), u32>;

/// What has been so once, and what that breaks.
pub(super) struct History {
    pub milestones: Vec<u32>,
    /// What clients have seen, by number.
    pub orders: u32,
    pub broken: Option<Broken>,
}

/// What a client does that others may see, as a word.
const ANSWERED: u32 = 1 << 31;
const CLIENT: u32 = 26;

impl<P: Explored> Space<P> {
    /// The number of a history.
    pub(super) fn history_number(&mut self, milestones: Vec<u32>, orders: u32) -> u32 {
        let (number, is_new) = self.histories.number((milestones.clone(), orders));
        if is_new {
            let broken = self.contradiction(&milestones).or_else(|| self.refused(orders));
            self.history.push(History { milestones, orders, broken });
        }
        number
    }

    fn refused(&self, orders: u32) -> Option<Broken> {
        let &(client, ret) = self.orders.get(orders).refused()?;
        let (client, ret) = (NodeId::client(client), self.known.ret(ret));
        let text = format!("{client} was told “{ret}”, and no order of the calls explains that.");
        Some(Broken { property: LINEARIZABLE, text })
    }

    fn contradiction(&self, milestones: &[u32]) -> Option<Broken> {
        let milestones: Vec<_> =
            milestones.iter().map(|&milestone| self.known.milestone(milestone)).collect();
        let pairs = milestones
            .iter()
            .enumerate()
            .flat_map(|(place, one)| milestones[place + 1..].iter().map(move |two| (*one, *two)));
        let (one, two) = pairs
            .into_iter()
            .find(|(one, two)| one.property == two.property && one.about == two.about && one.is != two.is)?;
        Some(Broken { property: one.property, text: format!("{}, and {}.", one.text, two.text) })
    }

    /// What has been so once, once a node is in this state; `None`: it has not been worked out.
    pub(super) fn history_with(&self, history: u32, local: u32) -> Option<u32> {
        if !self.known.about(local).has_milestones {
            return Some(history);
        }
        self.history_memo.get(u64::from(history) << 32 | u64::from(local))
    }

    /// What has been seen once a client has called or was told something; `None`: it has not been worked out.
    pub(super) fn history_seen(&self, history: u32, by: u32) -> Option<u32> {
        self.orders_memo.get(u64::from(history) << 32 | u64::from(by))
    }

    /// A client's call, by number.
    pub(super) fn call_of(client: usize, op: u32) -> u32 {
        (client as u32) << CLIENT | op
    }

    /// What a client was told, by number.
    pub(super) fn answer_to(client: usize, ret: u32) -> u32 {
        ANSWERED | Self::call_of(client, ret)
    }

    /// Whether a message may still arrive at a node in this state; `None`: it has not been worked out.
    pub(super) fn may_arrive(&self, local: u32, message: u32) -> Option<bool> {
        self.arrives_memo.get(u64::from(local) << 32 | u64::from(message)).map(|may| may == 1)
    }

    /// Works out what was missing.
    pub(crate) fn learn(&mut self, missing: &mut Vec<Missing>) {
        for missing in missing.drain(..) {
            match missing {
                Missing::Step { place, local, input } => {
                    self.known.step(place, local, input);
                }
                Missing::History { history, local } => self.learn_history(history, local),
                Missing::Seen { history, by } => self.learn_seen(history, by),
                Missing::Lies { message } => self.known.learn_lies(message),
                Missing::Arrival { to, local, message } => self.learn_arrival(to, local, message),
            }
        }
    }

    fn learn_history(&mut self, history: u32, local: u32) {
        if self.history_with(history, local).is_some() {
            return;
        }
        let before = &self.history[history as usize];
        let (mut milestones, orders) = (before.milestones.clone(), before.orders);
        milestones.extend(self.known.reached(local));
        milestones.sort_unstable();
        milestones.dedup();
        let number = self.history_number(milestones, orders);
        self.history_memo.put(u64::from(history) << 32 | u64::from(local), number);
    }

    fn learn_seen(&mut self, history: u32, by: u32) {
        let Some(object) = P::OBJECT.filter(|_| self.history_seen(history, by).is_none()) else { return };
        let before = &self.history[history as usize];
        let (milestones, mut seen) = (before.milestones.clone(), self.orders.get(before.orders).clone());
        let (client, what) = ((by & !ANSWERED) >> CLIENT, by & ((1 << CLIENT) - 1));
        let known = &mut self.known;
        if by & ANSWERED == 0 {
            seen.called(client as u16, (client as u16, what));
        } else {
            seen.answered(client as u16, &what, |contents, &(client, op)| {
                let ret = object(contents, &known.ops[usize::from(client)][op as usize]);
                known.ret_number(ret)
            });
        }
        let (orders, _) = self.orders.number(seen);
        let number = self.history_number(milestones, orders);
        self.orders_memo.put(u64::from(history) << 32 | u64::from(by), number);
    }

    fn learn_arrival(&mut self, to: usize, local: u32, message: u32) {
        let Some(narrowed) = self.narrowed.filter(|_| self.may_arrive(local, message).is_none()) else {
            return;
        };
        let (node, msg) = (self.known.nodes.at(to), &self.known.letter(message).msg);
        let may = (narrowed.arrives)(&self.known.protocol, node, self.known.local(local), msg);
        self.arrives_memo.put(u64::from(local) << 32 | u64::from(message), u32::from(may));
    }
}
