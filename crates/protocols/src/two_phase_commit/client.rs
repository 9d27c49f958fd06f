//! The client: runs one transaction after another, and asks again until it hears how each ended.

use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::protocol::Ctx;
use lightcone_sim::time::Ns;

use super::messages::{Decision, Msg, Op, Ret, Timer, Txn};
use super::{COORDINATOR, TwoPhaseCommit};
use crate::client::{Call, Calls};

/// A client's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// The transactions that it was asked to run.
    pub calls: Calls<Op>,
}

impl Default for Client {
    fn default() -> Client {
        Client { calls: Calls::new(COORDINATOR) }
    }
}

impl Client {
    /// Whichever server a call names: there is one coordinator.
    pub(super) fn on_op(
        &mut self,
        protocol: &TwoPhaseCommit,
        id: OpId,
        op: Op,
        at: Option<NodeId>,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        if let Some(other) = at.filter(|&node| node != COORDINATOR) {
            ctx.note(|| format!("{other} cannot coordinate a transaction: I ask {COORDINATOR}."));
        }
        self.calls.submit(Call { id, op, at: None });
        self.start_next(protocol, ctx);
    }

    fn start_next(&mut self, protocol: &TwoPhaseCommit, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        if self.calls.start_next().is_some() {
            self.ask(protocol, ctx);
        }
    }

    fn ask(&self, protocol: &TwoPhaseCommit, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        let Some(Call { id, op: Op::Run { no }, .. }) = self.calls.current() else { return };
        ctx.send(COORDINATOR, Msg::Run { op: *id, no: no.clone() });
        let least = protocol.params.client_timeout;
        ctx.set_timer(Timer::Outcome, least, least + Ns(least.0 / 2));
    }

    /// Asks again. The coordinator knows a call by its identity, so it runs once at most.
    pub(super) fn on_timeout(&self, protocol: &TwoPhaseCommit, ctx: &mut Ctx<'_, TwoPhaseCommit>) {
        self.ask(protocol, ctx);
    }

    pub(super) fn on_outcome(
        &mut self,
        protocol: &TwoPhaseCommit,
        op: OpId,
        txn: Txn,
        decision: Decision,
        ctx: &mut Ctx<'_, TwoPhaseCommit>,
    ) {
        if self.calls.current().is_none_or(|call| call.id != op) {
            return; // An answer that was given before.
        }
        self.calls.finish();
        ctx.cancel(Timer::Outcome);
        ctx.reply(op, Ret { txn, decision });
        self.start_next(protocol, ctx);
    }
}
