//! A lock as a lease: a lock service grants it for a span, and whoever holds it must stop by itself when that is over (Gray
//! and Cheriton, *Leases*, SOSP 1989). By which clock it knows, and what happens between its look at the clock and what it
//! then does, decides whether two act at once. A fencing token, a number that grows with every grant, lets the storage
//! refuse whoever comes too late (Kleppmann, *How to do distributed locking*, 2016, after what happened to HBase in pauses
//! of the garbage collector).
//!
//! A is the lock service, B the storage, and the clients want to write there. A client counts its lease from when it asked,
//! so it should give up before the lock service does. Before each write it looks at its clock; then it prepares the write,
//! which takes a while; then it sends it.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{EventId, NodeId, Nodes, OpId};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Action, Scenario, WeightedOp};
use lightcone_sim::time::{LocalNs, Ns};
use serde::{Deserialize, Serialize};

use crate::client::{Call, Calls};
use crate::readings::ms;
use crate::stopwatch::Measure;

/// The lock service.
pub const LOCK_SERVICE: NodeId = NodeId::server(0);
/// The storage.
pub const STORAGE: NodeId = NodeId::server(1);
/// After how long a client that was refused, or heard nothing, asks again.
const ASK_AGAIN: Ns = Ns::ms(150);

/// The protocol.
#[derive(Debug)]
pub struct Lease {
    params: Params,
}

/// What can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// For how long a lease is granted.
    pub lease: Ns,
    /// By which clock a holder judges whether it still holds it. (The lock service judges by its monotonic clock.)
    pub clock: Measure,
    /// Whether the storage refuses a token that is less than one it has seen.
    pub fencing: bool,
    /// How many writes a holder makes.
    pub writes: u32,
    /// How long a write is prepared, after the look at the clock.
    pub prepare: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            lease: Ns::ms(600),
            clock: Measure::Monotonic,
            fencing: false,
            writes: 3,
            prepare: Ns::ms(80),
        }
    }
}

/// What a client is asked for: to write under the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Write;

impl FromStr for Write {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Write, &'static str> {
        if text.trim() == "write" { Ok(Write) } else { Err("the one operation is `write`") }
    }
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("write")
    }
}

/// What nodes say. A token is the number of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// A client wants the lock, and asks at this time of its own.
    Acquire(OpId, LocalNs),
    /// It has it; with the token, and the time at which it asked.
    Granted(OpId, u32, LocalNs),
    /// Somebody else has it.
    Held(OpId),
    /// The client is done.
    Release(u32),
    /// A holder writes.
    Write(u32),
    /// The storage has written.
    Written(u32),
    /// The storage has not: it has seen a greater token.
    Refused(u32),
}

/// What timers are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The lock service: a lease ends.
    End,
    /// A client: it is time to ask again.
    Ask,
    /// A client: the write is prepared.
    Prepared,
}

/// A node's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Whether the lock is held, and by whom if that is known.
    LockService(Option<Option<NodeId>>),
    /// The last write that the storage took (token, client), how many it took, and how many it refused.
    Storage(Option<(u32, NodeId)>, u32, u32),
    /// Of a client.
    Client(Client),
    /// Of another server, which has nothing to do.
    Idle,
}

/// A client's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    calls: Calls<Write>,
    held: Option<Held>,
}

/// A lock that a client believes to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Held {
    token: u32,
    /// Until when, by the clock that it judges by.
    until: LocalNs,
    /// How many writes are still to be made.
    left: u32,
}

/// How a client's work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// All is written.
    Done(u32),
    /// The lease was over before all was written.
    TooLate(u32),
    /// The storage refused a write.
    Refused(u32),
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ret::Done(token) => write!(f, "done (token {token})"),
            Ret::TooLate(token) => write!(f, "lease over (token {token})"),
            Ret::Refused(token) => write!(f, "refused (token {token})"),
        }
    }
}

impl Protocol for Lease {
    type Params = Params;
    type State = State;
    type Stable = u32; // The last token that the lock service granted; the greatest that the storage has seen.
    type Msg = Msg;
    type Timer = Timer;
    type Op = Write;
    type Ret = Ret;
    const NAME: &'static str = "lease";
    const TITLE: &'static str = "Leases";
    const SUMMARY: &'static str = "A lock that ends by itself, and a holder who does not notice";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("lease", "for how long a lease is granted, in ns"),
        ("clock", "by which clock a holder judges its lease: wall, monotonic"),
        ("fencing", "whether the storage refuses a token that is less than one it has seen"),
        ("writes", "how many writes a holder makes"),
        ("prepare", "how long a write is prepared after the look at the clock, in ns"),
    ];
    const OPS: &'static [&'static str] = &["write"];

    fn new(params: Params, nodes: Nodes) -> Result<Lease, String> {
        if params.lease < Ns::ms(1) || params.lease.max(params.prepare) > Ns::s(3_600) {
            return Err("`lease` must be from 1 ms to an hour, and `prepare` an hour at most".to_owned());
        }
        if nodes.servers < 2 {
            return Err("there must be a lock service, A, and a storage, B".to_owned());
        }
        Ok(Lease { params })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(4), ..Scenario::new(Self::NAME, nodes.unwrap_or(2)) };
        scenario.names =
            [(LOCK_SERVICE, "locks".to_owned()), (STORAGE, "storage".to_owned())].into_iter().collect();
        scenario.workload.clients = 2;
        scenario.workload.every = Ns::ms(400);
        scenario.workload.ops = vec![WeightedOp { op: "write".to_owned(), weight: 1 }];
        // The first holder pauses while it prepares a write, until its lease is long over.
        let node = NodeId::client(0);
        scenario.push(Ns::ms(80), Action::Pause { node, vm: false });
        scenario.push(Ns::ms(1_500), Action::Resume { node });
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Lease>) -> State {
        let granted = *ctx.stable();
        match ctx.me() {
            LOCK_SERVICE if granted > 0 => {
                ctx.note(|| {
                    "I was down, and a lease that I granted may not be over: I wait for that long.".to_owned()
                });
                ctx.set_timer(Timer::End, self.params.lease, self.params.lease);
                State::LockService(Some(None))
            }
            LOCK_SERVICE => State::LockService(None),
            STORAGE => State::Storage(None, 0, 0),
            me if me.is_client() => State::Client(Client { calls: Calls::new(LOCK_SERVICE), held: None }),
            _ => State::Idle,
        }
    }

    fn on(&self, state: &mut State, event: Event<'_, Lease>, ctx: &mut Ctx<'_, Lease>) {
        match (state, event) {
            (State::LockService(holder), event) => self.on_lock(holder, event, ctx),
            (State::Storage(last, taken, refused), Event::Message { from, msg: &Msg::Write(token) }) => {
                let greatest = *ctx.stable();
                if self.params.fencing && token < greatest {
                    *refused += 1;
                    ctx.note(|| format!("I have seen token {greatest}: whoever holds {token} is too late."));
                    return ctx.send(from, Msg::Refused(token));
                }
                ctx.persist(|seen| *seen = token.max(greatest));
                (*last, *taken) = (Some((token, from)), *taken + 1);
                ctx.send(from, Msg::Written(token));
            }
            (State::Client(client), event) => client.on(&self.params, event, ctx),
            (State::Storage(..) | State::Idle, _) => {}
        }
    }

    fn status(&self, state: &State, _: &u32) -> Status {
        match state {
            State::LockService(_) => Status { role: "lock service", weight: Weight::Thin, epoch: None },
            State::Storage(..) => Status { role: "storage", weight: Weight::Thin, epoch: None },
            State::Client(Client { held: Some(held), .. }) => {
                Status { role: "holds", weight: Weight::Thick, epoch: Some(u64::from(held.token)) }
            }
            State::Client(client) if client.calls.current().is_some() => {
                Status { role: "wants", weight: Weight::Dashed, epoch: None }
            }
            State::Client(_) => Status { role: "client", weight: Weight::Thin, epoch: None },
            State::Idle => Status { role: "idle", weight: Weight::Thin, epoch: None },
        }
    }

    fn view(&self, state: &State, &token: &u32) -> View {
        let view = View::default();
        match state {
            State::LockService(holder) => {
                let holder = match holder {
                    None => "nobody".to_owned(),
                    Some(None) => "somebody".to_owned(),
                    Some(Some(node)) => node.to_string(),
                };
                view.field("held by", holder).durable("last token", token)
            }
            State::Storage(last, taken, refused) => {
                let last = last.map_or("none".to_owned(), |(token, from)| format!("{from}, token {token}"));
                view.field("last write", last)
                    .field("written", taken)
                    .field("refused", refused)
                    .durable("greatest token", token)
            }
            State::Client(Client { held: Some(held), .. }) => view
                .field("token", held.token)
                .field("lease until", ms(held.until))
                .field("still to write", held.left),
            State::Client(client) => view.field("waiting", client.calls.waiting()),
            State::Idle => view,
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence, token) = match *msg {
            Msg::Acquire(..) => ("acquire", "lock?".to_owned(), "I want the lock.".to_owned(), None),
            Msg::Granted(_, token, _) => {
                let span = self.params.lease;
                (
                    "granted",
                    format!("yours, {token}"),
                    format!("You have it for {span}, with token {token}."),
                    Some(token),
                )
            }
            Msg::Held(_) => ("held", "held".to_owned(), "Somebody else has the lock.".to_owned(), None),
            Msg::Release(token) => {
                ("release", "release".to_owned(), format!("I need token {token} no longer."), Some(token))
            }
            Msg::Write(token) => {
                ("write", format!("write, {token}"), format!("Write this; my token is {token}."), Some(token))
            }
            Msg::Written(token) => ("written", "ok".to_owned(), "It is written.".to_owned(), Some(token)),
            Msg::Refused(token) => (
                "refused",
                "too late".to_owned(),
                format!("I have seen a greater token than {token}."),
                Some(token),
            ),
        };
        MsgView { kind, label, sentence, epoch: token.map(u64::from), routine: false }
    }

    fn describe_timer(&self, timer: &Timer) -> String {
        match timer {
            Timer::End => "end of the lease",
            Timer::Ask => "ask again",
            Timer::Prepared => "write prepared",
        }
        .to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Lease>>> {
        vec![Box::new(OneHolder::default())]
    }
}

impl Lease {
    fn on_lock(
        &self,
        holder: &mut Option<Option<NodeId>>,
        event: Event<'_, Lease>,
        ctx: &mut Ctx<'_, Lease>,
    ) {
        match event {
            Event::Message { from, msg: &Msg::Acquire(op, _) } if holder.is_some() => {
                ctx.send(from, Msg::Held(op));
            }
            Event::Message { from, msg: &Msg::Acquire(op, asked) } => {
                *holder = Some(Some(from));
                ctx.persist(|token| *token += 1);
                let token = *ctx.stable();
                ctx.send(from, Msg::Granted(op, token, asked));
                ctx.set_timer(Timer::End, self.params.lease, self.params.lease);
            }
            Event::Message { msg: &Msg::Release(token), .. } if token == *ctx.stable() => {
                *holder = None;
                ctx.cancel(Timer::End);
            }
            Event::Timer(Timer::End) => {
                ctx.note(|| "The lease is over: the lock is free, whatever its holder believes.".to_owned());
                *holder = None;
            }
            _ => {}
        }
    }
}

impl Client {
    fn on(&mut self, params: &Params, event: Event<'_, Lease>, ctx: &mut Ctx<'_, Lease>) {
        let now = params.clock.read(ctx);
        match event {
            Event::Op { id, op, .. } => {
                self.calls.submit(Call { id, op, at: None });
                self.next(params, ctx);
            }
            Event::Message { msg: &Msg::Granted(op, token, asked), .. } if self.wants(op) => {
                ctx.cancel(Timer::Ask);
                let until = asked.saturating_add_unsigned(params.lease.0);
                self.held = Some(Held { token, until, left: params.writes });
                self.look(params, now, ctx);
            }
            Event::Message { msg: &Msg::Granted(_, token, _), .. } => {
                // It was asked for twice, or for what is over.
                if self.held.is_none_or(|held| held.token != token) {
                    ctx.send(LOCK_SERVICE, Msg::Release(token));
                }
            }
            Event::Message { msg: &Msg::Written(token), .. } if self.holds(token) => {
                if let Some(held) = &mut self.held {
                    held.left = held.left.saturating_sub(1);
                }
                self.look(params, now, ctx);
            }
            Event::Message { msg: &Msg::Refused(token), .. } if self.holds(token) => {
                self.finish(Ret::Refused(token), params, ctx);
            }
            Event::Message { .. } => {}
            Event::Timer(Timer::Prepared) => {
                let Some(held) = self.held else { return };
                // No look at the clock: that was before. Should the answer not come, it tries again.
                ctx.send(STORAGE, Msg::Write(held.token));
                ctx.set_timer(Timer::Ask, Ns::s(1), Ns::s(1));
            }
            Event::Timer(_) if self.held.is_some() => self.look(params, now, ctx),
            Event::Timer(_) => self.ask(params, ctx),
        }
    }

    fn wants(&self, op: OpId) -> bool {
        self.held.is_none() && self.calls.current().is_some_and(|call| call.id == op)
    }

    fn holds(&self, token: u32) -> bool {
        self.held.is_some_and(|held| held.token == token)
    }

    fn next(&mut self, params: &Params, ctx: &mut Ctx<'_, Lease>) {
        if self.calls.start_next().is_some() {
            self.ask(params, ctx);
        }
    }

    fn ask(&self, params: &Params, ctx: &mut Ctx<'_, Lease>) {
        let Some(id) = self.calls.current().map(|call| call.id) else { return };
        let now = params.clock.read(ctx);
        ctx.send(LOCK_SERVICE, Msg::Acquire(id, now));
        ctx.set_timer(Timer::Ask, ASK_AGAIN, ASK_AGAIN);
    }

    /// The look at the clock, before each write.
    fn look(&mut self, params: &Params, now: LocalNs, ctx: &mut Ctx<'_, Lease>) {
        let Some(held) = self.held else { return };
        if held.left == 0 {
            ctx.send(LOCK_SERVICE, Msg::Release(held.token));
            return self.finish(Ret::Done(held.token), params, ctx);
        }
        if now >= held.until {
            ctx.note(|| {
                format!("My clock shows {}, and the lease was until {}: I stop.", ms(now), ms(held.until))
            });
            return self.finish(Ret::TooLate(held.token), params, ctx);
        }
        ctx.note(|| {
            format!("My clock shows {}, and the lease is until {}: I may write.", ms(now), ms(held.until))
        });
        ctx.set_timer(Timer::Prepared, params.prepare, params.prepare);
    }

    fn finish(&mut self, ret: Ret, params: &Params, ctx: &mut Ctx<'_, Lease>) {
        self.held = None;
        ctx.cancel(Timer::Ask);
        ctx.cancel(Timer::Prepared);
        if let Some(call) = self.calls.finish() {
            ctx.reply(call.id, ret);
        }
        self.next(params, ctx);
    }
}

/// What a lock is for: when one holder has written, none before it writes any more.
#[derive(Clone, Debug, Default)]
struct OneHolder {
    taken: u32,
    /// The write with the greatest token: token, whose, and where the storage took it.
    greatest: Option<(u32, NodeId, EventId)>,
}

impl Monitor<Lease> for OneHolder {
    fn name(&self) -> &'static str {
        "at most one holder"
    }

    fn observe(&mut self, seen: Seen<'_, Lease>, report: &mut Report<'_>) {
        if seen.event.node != STORAGE {
            return;
        }
        let (last, taken) = match seen.state {
            Some(State::Storage(last, taken, _)) => (*last, *taken),
            _ => (None, 0),
        };
        let is_new = std::mem::replace(&mut self.taken, taken) < taken;
        let Some((token, from)) = last.filter(|_| is_new) else { return };
        match self.greatest {
            Some((greatest, other, event)) if token < greatest => {
                let text = format!(
                    "{from} writes with token {token}, and {other} has written with {greatest}: both act as the holder."
                );
                report.violated(text, [event]);
            }
            _ => self.greatest = Some((token, from, seen.event)),
        }
    }
}
