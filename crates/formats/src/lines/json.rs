//! Lines as JSON objects.

use std::io;

use lightcone_sim::ids::{EventId, MsgId, NodeId, Nodes, TimerId};
use lightcone_sim::session::Session;
use lightcone_sim::time::{LocalNs, Ns};
use lightcone_sim::trace::{Cause, EventRecord, FateKind, MessageRecord};
use serde::{Serialize, Serializer};

use super::Line;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Object<'a> {
    Event(Event),
    Fate(Fate),
    Violation { monitor: &'a str, event: EventId, text: &'a str },
}

#[derive(Serialize)]
struct Event {
    id: EventId,
    node: NodeId,
    kind: &'static str,
    true_ns: Ns,
    local_ns: LocalNs,
    lamport: Option<u32>,
    vector: Option<Vector>,
    cause: Option<EventId>,
    message: Option<MsgId>,
    timer: Option<TimerId>,
    sends: Sends,
    label: String,
}

#[derive(Serialize)]
struct Fate {
    message: MsgId,
    from: NodeId,
    to: NodeId,
    sent_ns: Ns,
    at_ns: Option<Ns>,
    fate: &'static str,
    copy_of: Option<MsgId>,
}

/// A vector clock as an object: nodes that it has heard of, with their numbers.
struct Vector(Nodes, Vec<u32>);

impl Serialize for Vector {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().zip(&self.1).filter(|&(_, &number)| number > 0))
    }
}

/// What an event sent.
struct Sends(NodeId, std::ops::Range<u32>);

impl Serialize for Sends {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.1.clone().map(|seq| MsgId::new(self.0, seq)))
    }
}

pub(super) fn write(session: &dyn Session, line: Line<'_>, to: &mut dyn io::Write) -> io::Result<()> {
    let object = match line {
        Line::Event(id, record) => Object::Event(event(session, id, record)),
        Line::Fate(id, record, at) => Object::Fate(fate(id, record, at)),
        Line::Violation(violation) => {
            Object::Violation { monitor: violation.monitor, event: violation.event, text: &violation.text }
        }
    };
    serde_json::to_writer(&mut *to, &object)?;
    to.write_all(b"\n")
}

fn event(session: &dyn Session, id: EventId, record: &EventRecord) -> Event {
    let trace = session.trace();
    let ticks = record.kind.is_activation();
    let (message, timer) = match record.cause {
        Cause::Message(message) => (Some(message), None),
        Cause::Timer(seq) => (None, Some(TimerId { node: id.node, seq })),
        Cause::Start | Cause::Op(_) | Cause::Entry(_) | Cause::Chance => (None, None),
    };
    Event {
        id,
        node: id.node,
        kind: record.kind.name(),
        true_ns: record.at(),
        local_ns: record.local,
        lamport: ticks.then_some(record.lamport),
        vector: ticks.then(|| Vector(trace.nodes(), trace.vector(id))),
        cause: trace.cause(id),
        message,
        timer,
        sends: Sends(id.node, trace.sends(id)),
        label: super::label(session, id.node, record),
    }
}

fn fate(id: MsgId, record: &MessageRecord, at: Option<Ns>) -> Fate {
    Fate {
        message: id,
        from: id.node,
        to: record.to,
        sent_ns: record.sent.0,
        at_ns: at,
        fate: at.map_or(FateKind::InFlight, |_| record.fate.kind).name(),
        copy_of: id.is_copy().then(|| id.original()),
    }
}
