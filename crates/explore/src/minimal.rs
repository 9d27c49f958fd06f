//! What was found, made as short as it can be, and put into an order in which one thing leads to the next.
//!
//! Breadth first, what is found is shortest as it is; a walk that went astray is not. Deeds are dropped as long as the same
//! property still breaks when the others are done again, as far as they can be (delta debugging: Zeller and Hildebrandt,
//! *Simplifying and Isolating Failure-Inducing Input*, IEEE TSE 2002). Then deeds that have nothing to do with each other,
//! which stand in the order in which the search happened to try them, are put where their causes are.

use lightcone_sim::explored::{Broken, Explored};

use crate::choice::{Choice, Deed, Move};
use crate::search::Found;
use crate::space::NEVER_STUCK;
use crate::space::{Batch, Space};

/// What was found, as short as it can be and in causal order.
pub fn minimised<P: Explored>(space: &mut Space<P>, found: &Found) -> Found {
    let short = shortened(space, found);
    in_causal_order(space, &short)
}

/// The same with all deeds dropped that it does not need: no single one can be left out of what remains.
pub fn shortened<P: Explored>(space: &mut Space<P>, found: &Found) -> Found {
    let Some(mut best) = again(space, found, &found.path) else { return found.clone() };
    let mut size = best.path.len().div_ceil(2);
    while size > 0 {
        let (before, mut at) = (best.path.len(), 0);
        while at < best.path.len() {
            let mut fewer = best.path.clone();
            fewer.drain(at..(at + size).min(fewer.len()));
            match again(space, &best, &fewer) {
                Some(shorter) => best = shorter,
                None => at += size,
            }
        }
        // What was needed may be so no longer, once others are gone.
        let is_done = size > 1 || best.path.len() == before;
        size = if is_done { size / 2 } else { size };
    }
    best
}

/// The same with each deed put behind those that it depends on, as near as can be to the one that led to it.
pub fn in_causal_order<P: Explored>(space: &mut Space<P>, found: &Found) -> Found {
    let Some((moves, _)) = play(space, found, &found.path) else { return found.clone() };
    let touched: Vec<Touched> = moves.iter().map(|&led| Touched::by(space, led)).collect();
    let depends = |later: usize, on: usize| on < later && touched[later].meets(&touched[on]);
    let mut order: Vec<usize> = Vec::new();
    while order.len() < moves.len() {
        let is_ready = |&deed: &usize| {
            !order.contains(&deed) && (0..deed).all(|on| !depends(deed, on) || order.contains(&on))
        };
        // What the latest deed led to comes next, and otherwise what came first.
        let led_by = |deed: usize| order.iter().rposition(|&on| depends(deed, on));
        let next =
            (0..moves.len()).filter(is_ready).max_by_key(|&deed| (led_by(deed), std::cmp::Reverse(deed)));
        match next {
            Some(next) => order.push(next),
            None => return found.clone(),
        }
    }
    let path: Vec<Choice> = order.into_iter().map(|deed| found.path[deed].clone()).collect();
    // It may break sooner, before what it does not need.
    again(space, found, &path).unwrap_or_else(|| found.clone())
}

/// Does deeds again, those that cannot be done left out, until the same property breaks. `None`: it does not.
fn again<P: Explored>(space: &mut Space<P>, found: &Found, deeds: &[Choice]) -> Option<Found> {
    let (moves, text) = play(space, found, deeds)?;
    let path = moves.into_iter().map(|led| space.choice(led)).collect();
    Some(Found { path, text, ..found.clone() })
}

fn play<P: Explored>(space: &mut Space<P>, found: &Found, deeds: &[Choice]) -> Option<(Vec<Move>, String)> {
    let mut initial = space.initial();
    if found.start >= initial.len() {
        return None;
    }
    let (mut now, mut batch, mut moves) = (initial.swap_remove(found.start), Batch::default(), Vec::new());
    for deed in deeds {
        space.successors(&now, &mut batch);
        let next = (0..batch.len()).map(|place| batch.get(place));
        let mut next = next.filter(|&(state, led)| space.choice(led) == *deed && space.is_within(state));
        let Some((state, led)) = next.next() else { continue };
        moves.push(led);
        let before = std::mem::replace(&mut now, state.to_vec());
        let is_it = |broken: &Broken| broken.property == found.property;
        let between = space.broken_between(&before, &now).filter(is_it);
        if let Some(broken) = between.or_else(|| space.broken(&now).filter(is_it)) {
            return Some((moves, broken.text));
        }
    }
    space.successors(&now, &mut batch);
    let is_stuck = (0..batch.len()).all(|place| batch.get(place).0 == now) && !space.may_end(&now);
    (found.property == NEVER_STUCK && is_stuck).then(|| (moves, found.text.clone()))
}

/// What a deed has to do with.
struct Touched {
    /// The node that does it, or that it befalls; `None`: all.
    place: Option<usize>,
    /// Whether it befalls no node at all, but a message alone.
    is_of_message: bool,
    /// Messages that it takes from the network or hands to it.
    messages: Vec<u32>,
}

impl Touched {
    fn by<P: Explored>(space: &Space<P>, led: Move) -> Touched {
        let place_of = |node| space.known.nodes.index(node);
        let told = match led.deed {
            Deed::Lie(_, told) => Some(told),
            _ => None,
        };
        let (place, message) = match led.deed {
            Deed::Deliver(message) => (Some(usize::from(space.known.ends(message).1)), Some(message)),
            Deed::Drop(message) | Deed::Duplicate(message) | Deed::Lie(message, _) => (None, Some(message)),
            Deed::Fire(node, _)
            | Deed::Call(node, _)
            | Deed::Crash(node)
            | Deed::Amnesia(node)
            | Deed::Restart(node)
            | Deed::Tick(Some(node)) => (place_of(node), None),
            Deed::Cut(_) | Deed::Heal | Deed::Tick(None) => (None, None),
        };
        let mut messages: Vec<u32> = message.into_iter().chain(told).collect();
        messages.extend(led.way.into_iter().flat_map(|way| space.known.sends(way)));
        let is_of_message = matches!(led.deed, Deed::Drop(_) | Deed::Duplicate(_) | Deed::Lie(..));
        Touched { place, is_of_message, messages }
    }

    fn meets(&self, other: &Touched) -> bool {
        let is_of_all = |touched: &Touched| touched.place.is_none() && !touched.is_of_message;
        is_of_all(self)
            || is_of_all(other)
            || (self.place.is_some() && self.place == other.place)
            || self.messages.iter().any(|message| other.messages.contains(message))
    }
}
