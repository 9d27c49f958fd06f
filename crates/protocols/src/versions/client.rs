//! The client: reads, and writes in place of what it has read.

use ecow::EcoString;
use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::protocol::Ctx;
use lightcone_sim::sorted::Map;

use super::messages::{Msg, Op, Read, Ret, Timer, Written};
use super::object::listed;
use super::{Params, Versions};
use crate::client::{Call, Calls};

/// A client's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// What it was asked to do.
    pub calls: Calls<Op>,
    /// What it has read of each key last.
    pub read: Map<EcoString, Read>,
    /// Its latest request. The upper half counts its starts, so that a request after a crash has a number of its own.
    number: u64,
}

impl Client {
    /// Each client begins with a server of its own. Its disk counts how often it has started.
    pub(super) fn boot(ctx: &mut Ctx<'_, Versions>) -> Client {
        ctx.persist(|disk| disk.boots += 1);
        let servers = ctx.server_count().max(1) as u16;
        let home = NodeId::server(ctx.me().number() % servers);
        Client { calls: Calls::new(home), read: Map::new(), number: u64::from(ctx.stable().boots) << 32 }
    }

    pub(super) fn on_op(
        &mut self,
        params: &Params,
        (id, op, at): (OpId, Op, Option<NodeId>),
        ctx: &mut Ctx<'_, Versions>,
    ) {
        self.calls.submit(Call { id, op, at: at.filter(|node| !node.is_client()) });
        self.next(params, ctx);
    }

    fn next(&mut self, params: &Params, ctx: &mut Ctx<'_, Versions>) {
        let Some(call) = self.calls.start_next().cloned() else { return };
        match call.op {
            Op::Get(key) | Op::Update(key, _) => {
                self.number += 1;
                ctx.send(self.calls.server(), Msg::Get { number: self.number, key });
            }
            Op::Put(key, value) => {
                let read = self.read.get(&key).cloned().unwrap_or_default();
                ctx.note(|| format!("I have read {}: that is what I overwrite.", listed(&read.values)));
                self.put(call.id, key, value, read, ctx);
            }
            Op::Blind(key, value) => {
                ctx.note(|| "I say nothing of what I have read: I mean to overwrite nothing.".to_owned());
                self.put(call.id, key, value, Read::default(), ctx);
            }
        }
        ctx.set_timer(Timer::Patience, params.patience, params.patience);
    }

    fn put(&mut self, id: OpId, key: EcoString, value: EcoString, read: Read, ctx: &mut Ctx<'_, Versions>) {
        self.number += 1;
        let saw = read.values.iter().map(|written| written.id).collect();
        let written = Written { id, value, saw };
        let put = Msg::Put { number: self.number, key, written, context: read.context };
        ctx.send(self.calls.server(), put);
    }

    pub(super) fn on_values(
        &mut self,
        params: &Params,
        (number, key, read): (u64, &EcoString, &Read),
        ctx: &mut Ctx<'_, Versions>,
    ) {
        let Some(call) = self.calls.current().cloned().filter(|_| number == self.number) else { return };
        self.read.insert(key.clone(), read.clone());
        match call.op {
            Op::Get(_) => {
                let values = read.values.iter().map(|written| written.value.clone()).collect();
                self.done(params, Ret::Values(values), ctx);
            }
            Op::Update(key, value) => {
                ctx.note(|| match read.values.len() {
                    0 | 1 => format!("I have read {}, and overwrite it.", listed(&read.values)),
                    count => format!("I have read {count} values, and put one in their place."),
                });
                self.put(call.id, key, value, read.clone(), ctx);
            }
            Op::Put(..) | Op::Blind(..) => {}
        }
    }

    pub(super) fn on_done(&mut self, params: &Params, number: u64, ctx: &mut Ctx<'_, Versions>) {
        if number == self.number && self.calls.current().is_some() {
            self.done(params, Ret::Ok, ctx);
        }
    }

    /// Asking again could store a value twice, as two writes: a client gives up instead.
    pub(super) fn on_patience(&mut self, params: &Params, ctx: &mut Ctx<'_, Versions>) {
        ctx.note(|| {
            "No answer. My write may be stored or not, and asking again could store it twice.".to_owned()
        });
        self.number += 1; // What comes now is no answer to anything.
        self.done(params, Ret::NoAnswer, ctx);
    }

    fn done(&mut self, params: &Params, ret: Ret, ctx: &mut Ctx<'_, Versions>) {
        let Some(call) = self.calls.finish() else { return };
        ctx.cancel(Timer::Patience);
        ctx.reply(call.id, ret);
        self.next(params, ctx);
    }
}
