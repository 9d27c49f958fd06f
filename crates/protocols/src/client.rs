//! What every client does alike: one call at a time, the rest in a queue, and a server to ask next.
//!
//! This part knows no protocol: it decides *which* call goes to *which* server, and the protocol's client sends the
//! message, sets the timer and judges the answer. A client that hears "not me, ask D" follows the hint
//! ([`Calls::redirect`]); one that hears nothing in time goes round the servers ([`Calls::try_next_server`]).

use imbl::Vector;
use lightcone_sim::ids::{NodeId, OpId};

/// An operation that someone asked this client for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Call<O> {
    /// Its identity, for the reply.
    pub id: OpId,
    /// What to do.
    pub op: O,
    /// The server to ask first; `None`: the one that was asked last.
    pub at: Option<NodeId>,
}

/// A client's calls: at most one under way, the others waiting in the order in which they came.
///
/// The queue shares its structure between clones, so that a checkpoint of a client with a long queue costs little.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Calls<O: Clone> {
    current: Option<Call<O>>,
    waiting: Vector<Call<O>>,
    server: NodeId,
}

impl<O: Clone> Calls<O> {
    /// No calls yet; the first one goes to `server`.
    pub fn new(server: NodeId) -> Calls<O> {
        Calls { current: None, waiting: Vector::new(), server }
    }

    /// Puts a call at the end of the queue.
    pub fn submit(&mut self, call: Call<O>) {
        self.waiting.push_back(call);
    }

    /// Takes the next call under way, if none is and one waits. `None`: there is nothing to start.
    pub fn start_next(&mut self) -> Option<&Call<O>> {
        if self.current.is_some() {
            return None;
        }
        let call = self.waiting.pop_front()?;
        self.server = call.at.unwrap_or(self.server);
        Some(self.current.insert(call))
    }

    /// The call under way.
    pub fn current(&self) -> Option<&Call<O>> {
        self.current.as_ref()
    }

    /// How many calls wait behind the one under way.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The server that is being asked, or will be.
    pub fn server(&self) -> NodeId {
        self.server
    }

    /// Follows a hint, if it names one of so many servers and another than the one just asked. Tells whether it does.
    pub fn redirect(&mut self, hint: Option<NodeId>, servers: usize) -> bool {
        match hint {
            Some(to) if to != self.server && !to.is_client() && usize::from(to.number()) < servers => {
                self.server = to;
                true
            }
            _ => false,
        }
    }

    /// Goes on to the next of so many servers, after the last to the first.
    pub fn try_next_server(&mut self, servers: usize) {
        let next = usize::from(self.server.number()) + 1;
        self.server = NodeId::server(if next < servers { next as u16 } else { 0 });
    }

    /// The call under way has its answer (or is given up); nothing is under way any more.
    pub fn finish(&mut self) -> Option<Call<O>> {
        self.current.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lightcone_sim::ids::OpSource;

    const A: NodeId = NodeId::server(0);
    const C: NodeId = NodeId::server(2);

    fn call(number: u32, at: Option<NodeId>) -> Call<u32> {
        Call { id: OpId { client: NodeId::client(0), source: OpSource::Workload(number) }, op: number, at }
    }

    #[test]
    fn calls_go_out_one_at_a_time_in_order() {
        let mut calls = Calls::new(A);
        calls.submit(call(1, None));
        calls.submit(call(2, None));
        assert_eq!(calls.start_next().map(|call| call.op), Some(1));
        assert_eq!(calls.start_next(), None, "the first has no answer yet");
        assert_eq!(calls.finish().map(|call| call.op), Some(1));
        assert_eq!(calls.start_next().map(|call| call.op), Some(2));
        assert_eq!(calls.waiting(), 0);
    }

    #[test]
    fn a_call_may_name_its_server_and_the_next_one_stays_there() {
        let mut calls = Calls::new(A);
        calls.submit(call(1, Some(C)));
        calls.submit(call(2, None));
        calls.start_next();
        assert_eq!(calls.server(), C);
        calls.finish();
        calls.start_next();
        assert_eq!(calls.server(), C);
    }

    #[test]
    fn silence_goes_round_the_servers_and_hints_are_followed_where_they_make_sense() {
        let mut calls: Calls<u32> = Calls::new(C);
        calls.try_next_server(3);
        assert_eq!(calls.server(), A);
        assert!(calls.redirect(Some(C), 3));
        assert!(!calls.redirect(Some(C), 3), "it was just asked");
        assert!(!calls.redirect(Some(NodeId::server(7)), 3), "there is no such server");
        assert!(!calls.redirect(Some(NodeId::client(0)), 3), "a client does not serve");
        assert!(!calls.redirect(None, 3));
        assert_eq!(calls.server(), C);
    }
}
