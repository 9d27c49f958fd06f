//! The server: takes writes in, answers reads from what it has, and tells the others.

use ecow::EcoString;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Ctx;
use lightcone_sim::time::Ns;

use super::clock::Clock;
use super::messages::{Msg, Read, Timer, Written};
use super::object::{Object, Outcome, Put, listed};
use super::{Params, Versions};

pub(super) fn boot(params: &Params, ctx: &mut Ctx<'_, Versions>) {
    if params.exchange > Ns::ZERO && ctx.server_count() > 1 {
        ctx.set_timer(Timer::Exchange, Ns(params.exchange.0 / 2), params.exchange);
    }
}

pub(super) fn on_get(from: NodeId, number: u64, key: &EcoString, ctx: &mut Ctx<'_, Versions>) {
    let read = ctx.stable().store.get(key).map_or_else(Read::default, Object::read);
    ctx.send(from, Msg::Values { number, key: key.clone(), read });
}

/// A write: stored, acknowledged, and told to the others. A request that is known is acknowledged again, and one from
/// before it, which the client has given up, does nothing any more.
pub(super) fn on_put(
    params: &Params,
    (from, number): (NodeId, u64),
    (key, written, context): (&EcoString, &Written, &Clock),
    ctx: &mut Ctx<'_, Versions>,
) {
    let known = ctx.stable().taken.get(&from).map_or(0, |taken| taken.0);
    if number <= known {
        ctx.note(|| "I have seen this request, or a later one.".to_owned());
        if number == known {
            ctx.send(from, Msg::Done { number });
        }
        return;
    }
    let (server, now, keep) = (ctx.me(), ctx.now(), params.prune);
    let mut object = ctx.stable().store.get(key).cloned().unwrap_or_else(|| Object::new(params.clock));
    let before = object.values().len();
    let outcome = object.put(params.clock, Put { written, context, server, now, keep });
    ctx.note(|| told(&outcome, before, &object, written));
    ctx.persist(|disk| {
        disk.taken.insert(from, (number, written.clone()));
        disk.store.insert(key.clone(), object.clone());
    });
    ctx.send(from, Msg::Done { number });
    for peer in ctx.peers() {
        ctx.send(peer, Msg::Replicate { key: key.clone(), object: object.clone(), routine: false });
    }
}

/// Why what is there now is there.
fn told(outcome: &Outcome, before: usize, object: &Object, written: &Written) -> String {
    let value = &written.value;
    let mut text = match object.values().len() {
        _ if outcome.stale => {
            format!("By its clock {value} is nothing new to me: I drop it, and say that it is stored.")
        }
        1 if before == 0 => format!("{value} is the first value here."),
        1 => format!("By the clocks {value} comes after all that I have: it takes its place."),
        after if after > before => format!(
            "By the clocks whoever wrote {value} had not seen all that I have: I keep {value} beside it, {after} values now."
        ),
        _ => format!(
            "By the clocks {value} comes after some of what I have, and takes the place of that: {}.",
            listed(object.values())
        ),
    };
    if !outcome.dropped.is_empty() {
        let names: Vec<String> = outcome.dropped.iter().map(ToString::to_string).collect();
        text.push_str(&format!(" The clock is too long: I drop the oldest entry, of {}.", names.join(", ")));
    }
    text
}

pub(super) fn on_replicate(
    params: &Params,
    (from, key, theirs): (NodeId, &EcoString, &Object),
    ctx: &mut Ctx<'_, Versions>,
) {
    let mut object = ctx.stable().store.get(key).cloned().unwrap_or_else(|| Object::new(params.clock));
    let before = object.clone();
    object.sync(theirs);
    if object == before {
        return ctx.note(|| format!("{from} tells me nothing new."));
    }
    ctx.note(|| {
        let values = object.values();
        if values.len() > 1 {
            format!("Beside one another, as far as I can tell: {}.", listed(values))
        } else {
            format!("I now have {}.", listed(values))
        }
    });
    ctx.persist(|disk| {
        disk.store.insert(key.clone(), object);
    });
}

/// Tells another server, picked at random, all that it may have missed.
pub(super) fn on_exchange(params: &Params, ctx: &mut Ctx<'_, Versions>) {
    let peers: Vec<NodeId> = ctx.peers().collect();
    if peers.is_empty() {
        return;
    }
    let peer = peers[ctx.pick(peers.len() as u64) as usize];
    let store = ctx.stable().store.clone();
    for (key, object) in &store {
        ctx.send(peer, Msg::Replicate { key: key.clone(), object: object.clone(), routine: true });
    }
    ctx.set_timer(Timer::Exchange, Ns(params.exchange.0 / 2), params.exchange);
}
