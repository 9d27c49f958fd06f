//! A client (§8): numbers its requests, finds the leader, and asks again until it is answered.

use std::sync::Arc;

use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::protocol::Ctx;

use super::Raft;
use super::machine::{Op, Outcome};
use super::types::{Answer, Client, Msg, Reply, Request, Timer};
use crate::client::{Call, Calls};

/// One activation of a client.
pub(super) struct ClientStep<'a, 'c> {
    pub raft: &'a Raft,
    pub client: &'a mut Client,
    pub ctx: &'a mut Ctx<'c, Raft>,
}

impl Raft {
    /// A client starts with nothing to do. Its operations of before a crash are gone: whether they were executed, it
    /// never learns.
    pub(super) fn boot_client(&self, ctx: &Ctx<'_, Raft>) -> Client {
        let servers = ctx.server_count().max(1);
        let first = usize::from(ctx.me().number()) % servers;
        Client { calls: Calls::new(NodeId::server(first as u16)), request: None }
    }
}

impl ClientStep<'_, '_> {
    /// Someone asks for an operation.
    pub(super) fn on_op(&mut self, id: OpId, op: Op, at: Option<NodeId>) {
        self.client.calls.submit(Call { id, op, at });
        if self.client.request.is_some() {
            let waiting = self.client.calls.waiting();
            self.ctx.note(|| {
                format!("Clients do one thing at a time: {waiting} wait behind the request under way.")
            });
        }
        self.start_next();
    }

    fn start_next(&mut self) {
        let Some(call) = self.client.calls.start_next() else { return };
        let (id, op) = (call.id, call.op.clone());
        self.number_and_send(id, op);
    }

    /// Gives the request a number that no other request of this client has or will have, on disk before it is sent.
    fn number_and_send(&mut self, id: OpId, op: Op) {
        self.ctx.persist(|disk| disk.serial = disk.serial.next());
        let request = Request { client: self.ctx.me(), serial: self.ctx.stable().serial, id, op };
        self.client.request = Some(Arc::new(request));
        self.send();
    }

    /// Sends the request under way to the server of the moment, for the first time or again.
    fn send(&mut self) {
        let Some(request) = self.client.request.clone() else { return };
        let patience = self.raft.params.client_timeout;
        self.ctx.send(self.client.calls.server(), Msg::Request(request));
        self.ctx.set_timer(Timer::Retry, patience, patience);
    }

    /// "If the leader crashes, client requests will time out; clients then try again with randomly-chosen servers"
    /// (§8); here, with the next one.
    pub(super) fn on_timer(&mut self, timer: Timer) {
        if timer != Timer::Retry || self.client.request.is_none() {
            return;
        }
        let silent = self.client.calls.server();
        self.client.calls.try_next_server(self.ctx.server_count());
        let next = self.client.calls.server();
        self.ctx.note(|| {
            format!(
                "No answer from {silent}: the same request goes to {next}. If it was executed after all, its number \
                 keeps it from being executed twice (§8)."
            )
        });
        self.send();
    }

    /// A server answers.
    pub(super) fn on_reply(&mut self, from: NodeId, reply: &Reply) {
        let Some(request) = self.client.request.clone() else { return };
        if reply.serial != request.serial {
            self.ctx.note(|| format!("{from} answers request {}, which is long done.", reply.serial));
            return;
        }
        match &reply.answer {
            Answer::Outcome(Outcome::Done(ret)) => {
                self.client.request = None;
                self.client.calls.finish();
                self.ctx.cancel(Timer::Retry);
                self.ctx.reply(request.id, ret.clone());
                self.start_next();
            }
            Answer::Outcome(Outcome::Stale { latest }) => {
                let latest = *latest;
                self.ctx.note(|| {
                    format!(
                        "The client has lost count: {latest} requests of its were executed. It counts on."
                    )
                });
                self.ctx.persist(|disk| disk.serial = disk.serial.max(latest));
                self.number_and_send(request.id, request.op.clone());
            }
            // The answer of a server that is not being asked any more is of no use.
            Answer::NotLeader { hint } if from == self.client.calls.server() => self.not_leader(from, *hint),
            Answer::NotLeader { .. } => {}
        }
    }

    fn not_leader(&mut self, from: NodeId, hint: Option<NodeId>) {
        if self.client.calls.redirect(hint, self.ctx.server_count()) {
            let leader = self.client.calls.server();
            self.ctx.note(|| format!("{from} says that {leader} leads: the request goes there (§8)."));
            self.send();
        } else {
            // An election is under way: a short wait, and then the next server.
            let wait = self.raft.params.heartbeat_interval;
            self.ctx.note(|| format!("{from} knows of no leader: the client asks another in a moment."));
            self.ctx.set_timer(Timer::Retry, wait, wait + wait);
        }
    }
}
