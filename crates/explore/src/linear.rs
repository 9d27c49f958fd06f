//! Whether what clients were told can be explained by an object that does one call after another.
//!
//! All orders in which the calls so far can have taken effect are carried along, each as what the object then holds and what the
//! calls under way have returned in it if they have taken effect. A call takes effect no sooner than an answer needs it: so what
//! is carried along is all that shapes the future, and the same for histories that leave the same open. Where an answer leaves
//! no order, there is none (after Wing and Gong, *Testing and Verifying Concurrent Objects*, 1993, and Lowe, *Testing for
//! Linearizability*, 2017, "just-in-time linearization").

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use lightcone_sim::explored::{Contents, Object};
use lightcone_sim::ids::EventId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;

/// One order in which all that was answered can have taken effect.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Order<R> {
    contents: Contents,
    /// By client: what its call under way has returned, if it has taken effect.
    done: BTreeMap<u16, R>,
}

/// All such orders. `O` and `R` name operations and what they return.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Orders<O, R> {
    /// By client: its call under way.
    calls: BTreeMap<u16, O>,
    orders: BTreeSet<Order<R>>,
    /// The answer that left none, and to which client.
    refused: Option<(u16, R)>,
}

impl<O: Clone, R: Clone + Ord> Default for Orders<O, R> {
    /// Before any call.
    fn default() -> Orders<O, R> {
        let empty = Order { contents: Contents::new(), done: BTreeMap::new() };
        Orders { calls: BTreeMap::new(), orders: BTreeSet::from([empty]), refused: None }
    }
}

impl<O: Clone, R: Clone + Ord> Orders<O, R> {
    /// A client calls.
    pub fn called(&mut self, client: u16, op: O) {
        self.calls.insert(client, op);
    }

    /// A client's call is answered; `perform` does what an operation does. Tells whether any order is left.
    pub fn answered(
        &mut self,
        client: u16,
        ret: &R,
        mut perform: impl FnMut(&mut Contents, &O) -> R,
    ) -> bool {
        let mut open: Vec<Order<R>> = std::mem::take(&mut self.orders).into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(mut order) = open.pop() {
            match order.done.get(&client) {
                Some(returned) if returned == ret => {
                    order.done.remove(&client);
                    self.orders.insert(order);
                }
                Some(_) => {}
                None if seen.contains(&order) => {}
                None => {
                    for (caller, op) in
                        self.calls.iter().filter(|(caller, _)| !order.done.contains_key(caller))
                    {
                        let mut next = order.clone();
                        let returned = perform(&mut next.contents, op);
                        next.done.insert(*caller, returned);
                        open.push(next);
                    }
                    seen.insert(order);
                }
            }
        }
        self.calls.remove(&client);
        if self.orders.is_empty() && self.refused.is_none() {
            self.refused = Some((client, ret.clone()));
        }
        !self.orders.is_empty()
    }

    /// The first answer that no order explains, and to which client.
    pub fn refused(&self) -> Option<&(u16, R)> {
        self.refused.as_ref()
    }
}

/// What happens at a client, as it can be told of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<P: Protocol> {
    /// The client of this number calls.
    Called(u16, P::Op),
    /// Its call is answered.
    Answered(u16, P::Ret),
}

/// What clients saw in a run, in its order.
pub fn history<P: Protocol>(run: &Run<P>) -> Vec<Seen<P>> {
    let trace = run.trace();
    let mut seen = Vec::new();
    for record in trace.ops() {
        let client = record.id.client;
        let when = |index| trace.event(EventId { node: client, index }).map(|event| event.key);
        let Some((op, told)) = run.asked(record.id) else { continue };
        seen.extend(when(record.invoked).map(|key| (key, 0, Seen::Called(client.number(), op.clone()))));
        let answer = record.returned.and_then(when).zip(told);
        seen.extend(answer.map(|(key, told)| (key, 1, Seen::Answered(client.number(), told.clone()))));
    }
    seen.sort_by_key(|&(key, part, _)| (key, part));
    seen.into_iter().map(|(.., seen)| seen).collect()
}

/// The number of the first answer that no order of the calls explains, if there is one.
pub fn first_unexplained<P: Protocol>(object: Object<P>, history: &[Seen<P>]) -> Option<usize> {
    let mut rets: Vec<P::Ret> = Vec::new();
    let mut number = |ret: P::Ret| match rets.iter().position(|other| *other == ret) {
        Some(place) => place,
        None => {
            rets.push(ret);
            rets.len() - 1
        }
    };
    let mut orders: Orders<P::Op, usize> = Orders::default();
    history.iter().position(|seen| match seen {
        Seen::Called(client, op) => {
            orders.called(*client, op.clone());
            false
        }
        Seen::Answered(client, ret) => {
            let ret = number(ret.clone());
            !orders.answered(*client, &ret, |contents, op| number(object(contents, op)))
        }
    })
}
