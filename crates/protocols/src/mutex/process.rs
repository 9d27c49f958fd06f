//! A process: Lamport's five rules, each under its number.

use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::protocol::Ctx;
use lightcone_sim::sorted::{Map, Set};

use super::messages::{Body, Request, Timer};
use super::{Mutex, Variant};
use crate::fifo::Channels;

/// A process's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    /// Its logical clock.
    pub clock: u64,
    /// The requests that it knows of and that are not over, in the total order.
    pub queue: Set<Request>,
    /// The latest time on a message from each other process.
    pub heard: Map<NodeId, u64>,
    /// Its own request, while it waits and while it is inside.
    pub mine: Option<Request>,
    /// Whether the resource is granted to it.
    pub inside: bool,
    /// Its clients' calls; its own request is for the first.
    pub callers: Vec<OpId>,
    /// Its ends of the channels.
    pub channels: Channels<Body>,
}

impl Process {
    pub(super) fn new(channels: Channels<Body>) -> Process {
        Process {
            clock: 0,
            queue: Set::new(),
            heard: Map::new(),
            mine: None,
            inside: false,
            callers: Vec::new(),
            channels,
        }
    }

    /// A message whose turn it is.
    pub(super) fn handle(&mut self, mutex: &Mutex, from: NodeId, body: Body, ctx: &mut Ctx<'_, Mutex>) {
        match body {
            Body::Enter(op) => {
                self.callers.push(op);
                match self.mine {
                    None => self.request(ctx),
                    Some(mine) => ctx.note(|| format!("My request {mine} is not over yet: {from} waits.")),
                }
            }
            Body::Request(request) => {
                self.hear(from, request.time);
                self.on_request(from, request, ctx);
            }
            Body::Acknowledge { time, .. } => self.hear(from, time),
            Body::Release { time, of } => {
                self.hear(from, time);
                // Rule 4: any request of this process is taken out.
                let theirs: Vec<Request> =
                    self.queue.iter().filter(|request| request.process == from).copied().collect();
                for request in &theirs {
                    self.queue.remove(request);
                }
                ctx.note(|| format!("Rule 4: I take {of} out of my queue."));
            }
            Body::Done(..) => {}
        }
        self.enter_if_granted(mutex, ctx);
    }

    /// IR1: the clock ticks between any two events.
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// IR2: a message's receipt is later than its sending.
    fn hear(&mut self, from: NodeId, time: u64) {
        self.clock = self.clock.max(time);
        self.tick();
        let heard = self.heard.or_default(from);
        *heard = time.max(*heard);
    }

    /// Rule 1.
    fn request(&mut self, ctx: &mut Ctx<'_, Mutex>) {
        let mine = Request { time: self.tick(), process: ctx.me() };
        ctx.note(|| {
            format!("Rule 1: I put my request {mine} into my queue, and send it to every other process.")
        });
        self.mine = Some(mine);
        self.queue.insert(mine);
        self.tell_all(&Body::Request(mine), ctx);
    }

    fn tell_all(&mut self, body: &Body, ctx: &mut Ctx<'_, Mutex>) {
        for peer in ctx.peers() {
            self.channels.send(peer, body.clone(), ctx);
        }
    }

    /// Rule 2.
    fn on_request(&mut self, from: NodeId, request: Request, ctx: &mut Ctx<'_, Mutex>) {
        let time = self.clock;
        ctx.note(|| format!("Rule 2: I put {request} into my queue, and acknowledge it at {time}."));
        self.queue.insert(request);
        self.channels.send(from, Body::Acknowledge { time, of: request }, ctx);
    }

    /// Rule 5. (i) Its own request is before any other in its queue; (ii) it has received a message from every other
    /// process that is later than its request in the total order (with the paper's footnote: at the same time, the order of
    /// processes decides).
    fn enter_if_granted(&mut self, mutex: &Mutex, ctx: &mut Ctx<'_, Mutex>) {
        let Some(mine) = self.mine.filter(|_| !self.inside) else { return };
        if let Some(first) = self.queue.iter().next().filter(|&&first| first < mine) {
            return ctx.note(|| format!("Rule 5: {first} stands before my {mine} in my queue."));
        }
        let missing = self.missing(ctx.peers());
        if mutex.params.variant != Variant::NoAcknowledgement && !missing.is_empty() {
            return ctx.note(|| {
                format!(
                    "Rule 5: {mine} is the first in my queue, but nothing later has come from {}.",
                    names(&missing)
                )
            });
        }
        ctx.note(|| match missing.is_empty() {
            true => format!(
                "Rule 5: {mine} is the first in my queue, and something later has come from all: I enter."
            ),
            false => format!(
                "{mine} is the first in my queue, and I do not wait to hear from {}.",
                names(&missing)
            ),
        });
        self.inside = true;
        ctx.set_timer(Timer::Leave, mutex.params.hold, mutex.params.hold);
    }

    /// From which of these processes nothing later than its own request has come.
    pub(super) fn missing(&self, peers: impl Iterator<Item = NodeId>) -> Vec<NodeId> {
        let Some(mine) = self.mine else { return Vec::new() };
        let last = |process| Request { time: self.heard.get(&process).copied().unwrap_or(0), process };
        peers.filter(|&peer| last(peer) < mine).collect()
    }

    /// Rule 3.
    pub(super) fn leave(&mut self, mutex: &Mutex, ctx: &mut Ctx<'_, Mutex>) {
        let Some(mine) = self.mine.take().filter(|_| self.inside) else { return };
        let time = self.tick();
        ctx.note(|| format!("Rule 3: I take {mine} out of my queue, and tell every other process so."));
        self.inside = false;
        self.queue.remove(&mine);
        self.tell_all(&Body::Release { time, of: mine }, ctx);
        if !self.callers.is_empty() {
            let op = self.callers.remove(0);
            self.channels.send(op.client, Body::Done(op, mine), ctx);
        }
        if !self.callers.is_empty() {
            self.request(ctx);
            self.enter_if_granted(mutex, ctx);
        }
    }
}

pub(super) fn names(nodes: &[NodeId]) -> String {
    let names: Vec<String> = nodes.iter().map(ToString::to_string).collect();
    names.join(", ")
}
