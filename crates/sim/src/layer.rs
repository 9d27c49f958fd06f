//! Layers: a protocol that carries another one, as a connection carries what an application says.
//!
//! A layer is a protocol like any other, and the engine knows nothing of it: what it adds to the messages of the
//! protocol inside travels as messages, what it remembers is state, and what it waits for are timers. So all of it can be
//! seen, every fault befalls it, and the light-cone law holds. The protocol inside takes its steps in a [`Ctx`] of its own
//! ([`Ctx::inner`]); what it did is handed to the layer in order, and the layer does it, or something in its place. A crash
//! inside the activation falls between two effects of the layer: the disk then holds what was written before.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::ids::NodeId;
use crate::monitor::{Copied, Monitor, Report, Seen};
use crate::protocol::{Ctx, Effect, EffectOf, Event, Protocol};

/// An effect of a protocol inside a layer; of a [`Effect::Persist`] also the disk as it then was.
pub type Done<Q> = (EffectOf<Q>, Option<<Q as Protocol>::Stable>);

impl<P: Protocol> Ctx<'_, P> {
    /// Lets a protocol inside this one take a step on a disk of its own, and tells what it did, in order. None of it
    /// has happened: that is for the caller to do. Its picks are drawn from this protocol's.
    pub fn inner<Q: Protocol, R>(
        &mut self,
        mut disk: Q::Stable,
        step: impl FnOnce(&mut Ctx<'_, Q>) -> R,
    ) -> (R, Vec<Done<Q>>) {
        let mut effects = Vec::new();
        let mut inner = Ctx {
            me: self.me,
            nodes: self.nodes,
            clock: self.clock,
            chance: self.chance,
            answers: self.answers.as_deref_mut(),
            activation: self.activation,
            picks: self.picks,
            stable: &mut disk,
            effects: &mut effects,
            lost: None,
            crash_after: None,
            done: 0,
            with_notes: self.with_notes,
            disks: Some(Vec::new()),
        };
        let result = step(&mut inner);
        self.picks = inner.picks;
        let mut disks = inner.disks.into_iter().flatten();
        let done = effects.into_iter().map(|effect| {
            let disk = if effect == Effect::Persist { disks.next() } else { None };
            (effect, disk)
        });
        (result, done.collect())
    }
}

/// A protocol that carries another one, `Q`, whose disk, operations and answers are its own.
pub trait Layer<Q: Protocol>: Protocol<Stable = Q::Stable, Op = Q::Op, Ret = Q::Ret> {
    /// The protocol inside.
    fn inside(&self) -> &Q;

    /// Its state on this node.
    fn state_inside(state: &Self::State) -> &Q::State;

    /// Its state on this node, to be changed.
    fn state_inside_mut(state: &mut Self::State) -> &mut Q::State;

    /// The layer's timer for one of its timers.
    fn timer_of(timer: Q::Timer) -> Self::Timer;

    /// It sends a message.
    fn send_for(&self, state: &mut Self::State, to: NodeId, msg: Q::Msg, ctx: &mut Ctx<'_, Self>);

    /// It starts. `around` makes the layer's state of its state.
    fn boot_inside(
        &self,
        ctx: &mut Ctx<'_, Self>,
        around: impl FnOnce(Q::State) -> Self::State,
    ) -> Self::State {
        let (state, done) = ctx.inner(ctx.stable().clone(), |inner| self.inside().boot(inner));
        let mut state = around(state);
        self.carry_out(&mut state, done, ctx);
        state
    }

    /// It takes a step.
    fn step_inside(&self, state: &mut Self::State, event: Event<'_, Q>, ctx: &mut Ctx<'_, Self>) {
        let ((), done) = ctx.inner(ctx.stable().clone(), |inner| {
            self.inside().on(Self::state_inside_mut(state), event, inner);
        });
        self.carry_out(state, done, ctx);
    }

    /// Does what it did, as the layer does such things.
    fn carry_out(&self, state: &mut Self::State, done: Vec<Done<Q>>, ctx: &mut Ctx<'_, Self>) {
        for (effect, written) in done {
            match effect {
                Effect::Persist => {
                    ctx.persist(|disk| written.into_iter().for_each(|written| *disk = written))
                }
                Effect::Send { to, msg } => self.send_for(state, to, msg, ctx),
                // How long has been drawn already.
                Effect::SetTimer { timer, after } => ctx.set_timer(Self::timer_of(timer), after, after),
                Effect::Cancel(timer) => ctx.cancel(Self::timer_of(timer)),
                Effect::Reply { op, ret } => ctx.reply(op, ret),
                Effect::Note(why) => ctx.note(|| why),
            }
        }
    }

    /// Its invariants, watched through the layer.
    fn monitors_inside(&self) -> Vec<Box<dyn Monitor<Self>>> {
        let monitors = self.inside().monitors().into_iter();
        monitors.map(|monitor| Box::new(Through(monitor)) as Box<dyn Monitor<Self>>).collect()
    }
}

/// A monitor of the protocol inside, which is shown that protocol's part of what there is to see.
struct Through<Q: Protocol>(Box<dyn Monitor<Q>>);

impl<Q: Protocol> Clone for Through<Q> {
    fn clone(&self) -> Self {
        Through(Copied::copied(&*self.0))
    }
}

impl<Q: Protocol, L: Layer<Q>> Monitor<L> for Through<Q> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn observe(&mut self, seen: Seen<'_, L>, report: &mut Report<'_>) {
        let Seen { protocol, event, at, asked, state, stable, is_byzantine } = seen;
        let (protocol, state) = (protocol.inside(), state.map(L::state_inside));
        self.0.observe(Seen { protocol, event, at, asked, state, stable, is_byzantine }, report);
    }
}

/// A parameter's name, and what it means.
pub type Meaning = (&'static str, &'static str);

/// The parameters of a layer and those of the protocol inside, written side by side in one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beside<L, Q> {
    /// The layer's.
    pub layer: L,
    /// Those of the protocol inside.
    pub inside: Q,
}

fn object<E: serde::ser::Error>(params: &impl Serialize) -> Result<Map<String, Value>, E> {
    match serde_json::to_value(params) {
        Ok(Value::Object(params)) => Ok(params),
        Ok(_) => Err(E::custom("parameters are an object")),
        Err(error) => Err(E::custom(error)),
    }
}

impl<L: Serialize, Q: Serialize> Serialize for Beside<L, Q> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut all = object::<S::Error>(&self.layer)?;
        all.extend(object::<S::Error>(&self.inside)?);
        all.serialize(to)
    }
}

impl<'de, L, Q> Deserialize<'de> for Beside<L, Q>
where
    L: Default + Serialize + DeserializeOwned,
    Q: DeserializeOwned,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        // What is absent has its default.
        let mut layer = object::<serde_json::Error>(&L::default()).map_err(D::Error::custom)?;
        let mut inside = Map::new();
        for (name, value) in Map::deserialize(from)? {
            let part = if layer.contains_key(&name) { &mut layer } else { &mut inside };
            part.insert(name, value);
        }
        let layer = serde_json::from_value(Value::Object(layer)).map_err(D::Error::custom)?;
        let inside = serde_json::from_value(Value::Object(inside)).map_err(D::Error::custom)?;
        Ok(Beside { layer, inside })
    }
}

/// Two lists of parameters, one after the other, into `N` places.
pub const fn joined<const N: usize>(one: &[Meaning], other: &[Meaning]) -> [Meaning; N] {
    let mut all = [("", ""); N];
    let mut place = 0;
    while place < one.len() + other.len() {
        all[place] = if place < one.len() { one[place] } else { other[place - one.len()] };
        place += 1;
    }
    all
}
