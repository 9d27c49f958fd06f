//! The client: wants a value chosen, and to hear which one was.

use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::protocol::Ctx;
use lightcone_sim::time::Ns;

use super::Paxos;
use super::messages::{Msg, Op, Ret, Timer, Value};
use crate::client::{Call, Calls};

/// A client's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// What it was asked to propose, and whom it asks.
    pub calls: Calls<Op>,
}

impl Client {
    /// Each client begins with a server of its own, so that several clients make several proposers work.
    pub(super) fn new(paxos: &Paxos, me: NodeId) -> Client {
        Client { calls: Calls::new(NodeId::server(me.number() % paxos.proposers.end)) }
    }

    pub(super) fn on_op(
        &mut self,
        paxos: &Paxos,
        id: OpId,
        op: Op,
        at: Option<NodeId>,
        ctx: &mut Ctx<'_, Paxos>,
    ) {
        self.calls.submit(Call { id, op, at: at.filter(|node| !node.is_client()) });
        if self.calls.start_next().is_some() {
            self.request(paxos, ctx);
        }
    }

    fn request(&self, paxos: &Paxos, ctx: &mut Ctx<'_, Paxos>) {
        let Some(Call { op: Op::Propose(value), .. }) = self.calls.current() else { return };
        ctx.send(self.calls.server(), Msg::Request { value: value.clone() });
        let least = paxos.params.client_timeout;
        ctx.set_timer(Timer::Resend, least, least + Ns(least.0 / 2));
    }

    /// No answer: perhaps the server is down, or cut off. Another one can do it as well.
    pub(super) fn on_resend(&mut self, paxos: &Paxos, ctx: &mut Ctx<'_, Paxos>) {
        let silent = self.calls.server();
        self.calls.try_next_server(usize::from(paxos.proposers.end));
        ctx.note(|| {
            format!("{silent} has not answered: I ask {}. Asking twice does no harm.", self.calls.server())
        });
        self.request(paxos, ctx);
    }

    /// There is only one choice to make, so any answer answers what this client has asked.
    pub(super) fn on_chosen(&mut self, paxos: &Paxos, value: &Value, ctx: &mut Ctx<'_, Paxos>) {
        let Some(call) = self.calls.finish() else { return };
        ctx.cancel(Timer::Resend);
        ctx.reply(call.id, Ret::Chosen(value.clone()));
        if self.calls.start_next().is_some() {
            self.request(paxos, ctx);
        }
    }
}
