//! What the stories share: a run, and questions to it.

use lightcone_protocols::raft::{Params, Raft, Server, Stable, State};
use lightcone_sim::Cursor;
use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::run::Run;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::session::{Progress, Session};
use lightcone_sim::time::Ns;
use lightcone_sim::trace::EventKind;
use serde_json::Value;

pub const A: NodeId = NodeId::server(0);
pub const B: NodeId = NodeId::server(1);
pub const C: NodeId = NodeId::server(2);
pub const D: NodeId = NodeId::server(3);
pub const E: NodeId = NodeId::server(4);
pub const C1: NodeId = NodeId::client(0);

/// A run, played to its end.
pub struct Stage {
    pub run: Run<Raft>,
}

/// Plays a scenario to its end.
pub fn play(scenario: Scenario) -> Stage {
    let until = scenario.until;
    let mut run = Run::start(scenario).unwrap_or_else(|bad| panic!("{bad}"));
    assert_eq!(run.run_until(until, 10_000_000), Progress::Done);
    Stage { run }
}

/// The usual scenario without a client that does something unasked. C wins its first election, at 202 ms.
pub fn quiet(nodes: u16) -> Scenario {
    let mut scenario = Raft::scenario(Some(nodes));
    scenario.workload.ops.clear();
    scenario
}

/// A scenario with other parameters.
pub fn with(mut scenario: Scenario, change: impl FnOnce(&mut Params)) -> Scenario {
    let mut params = Params::default();
    change(&mut params);
    match serde_json::to_value(params) {
        Ok(Value::Object(params)) => scenario.params = params,
        other => panic!("parameters are an object: {other:?}"),
    }
    scenario
}

/// The example of this title.
pub fn example(title: &str) -> Scenario {
    let found = Raft::examples().into_iter().find(|(name, _)| *name == title);
    found.unwrap_or_else(|| panic!("no example is called {title}")).1
}

/// The first client is asked for an operation.
pub fn op(text: &str, node: NodeId) -> Action {
    Action::Op { client: C1, op: text.to_owned(), node: Some(node) }
}

impl Stage {
    /// A server at a moment: its volatile state, unless it is down, and its disk.
    pub fn server(&self, node: NodeId, at: Ns) -> (Option<Server>, Stable) {
        let mut cursor = Cursor::new(&self.run);
        cursor.seek(&self.run, Key::end_of(at));
        match cursor.state(&self.run, node) {
            Some((Some(State::Server(server)), stable)) => (Some(server.clone()), stable.clone()),
            Some((None, stable)) => (None, stable.clone()),
            other => panic!("{node} is no server: {other:?}"),
        }
    }

    /// What a server's log says at a moment.
    pub fn log(&self, node: NodeId, at: Ns) -> Vec<String> {
        let view = self.run.node(node, Key::end_of(at)).and_then(|node| node.view).unwrap_or_default();
        assert_eq!(view.log_before, 0, "the log is shown whole");
        view.log.into_iter().map(|item| item.text).collect()
    }

    /// One field of a node in the inspector.
    pub fn field(&self, node: NodeId, name: &str, at: Ns) -> String {
        let view = self.run.node(node, Key::end_of(at)).and_then(|node| node.view).unwrap_or_default();
        let field = view.fields.into_iter().find(|field| field.name == name);
        field.unwrap_or_else(|| panic!("{node} has no field {name}")).value
    }

    /// Servers that lead at a moment, with their terms.
    pub fn leaders(&self, at: Ns) -> Vec<(NodeId, u64)> {
        let trace = self.run.trace();
        let status = |node| trace.status(node, Key::end_of(at)).filter(|status| status.role == "leader");
        trace.nodes().iter().filter_map(|node| Some((node, status(node)?.epoch?))).collect()
    }

    /// The one leader at a moment.
    pub fn leader(&self, at: Ns) -> NodeId {
        match self.leaders(at).as_slice() {
            &[(leader, _)] => leader,
            others => panic!("not one leader at {at}: {others:?}"),
        }
    }

    /// Every operation as text, with what it was told.
    pub fn answers(&self) -> Vec<(String, Option<String>)> {
        self.run.trace().ops().filter_map(|op| self.run.op(op.id)).collect()
    }

    /// How many operations have had their answer.
    pub fn answered(&self) -> usize {
        self.run.trace().ops().filter(|op| op.returned.is_some()).count()
    }

    /// Messages of this kind whose label fits, in order of their senders.
    pub fn messages(&self, kind: &str, label: impl Fn(&str) -> bool) -> Vec<MsgId> {
        let view = |id| self.run.message(id).filter(|view| view.kind == kind && label(&view.label));
        self.run.trace().messages().map(|(id, _)| id).filter(|&id| view(id).is_some()).collect()
    }

    /// The first server that calls an election after a moment.
    pub fn next_candidate(&self, after: Ns) -> Option<NodeId> {
        let trace = self.run.trace();
        let calls = |id: &EventId| {
            trace.event(*id).is_some_and(|event| {
                let role = trace.status(id.node, event.key).map(|status| status.role);
                event.at() > after && event.kind == EventKind::Timer && role == Some("candidate")
            })
        };
        trace.order().iter().copied().find(calls).map(|id| id.node)
    }

    /// All that the nodes noted, one note a line, with the node in front.
    pub fn notes(&self) -> String {
        let order = self.run.trace().order().iter();
        let notes = order.filter_map(|&id| Some((id.node, self.run.explain(id)?.notes)));
        notes
            .flat_map(|(node, notes)| notes.into_iter().map(move |note| format!("{node}: {note}\n")))
            .collect()
    }

    /// No property was broken.
    pub fn assert_safe(&self) {
        assert_eq!(self.run.trace().violations(), []);
    }
}
