//! Nodes and messages in words.

use lightcone_sim::protocol::{MsgView, Status, View, Weight};

use super::messages::Msg;
use super::object::{Object, listed};
use super::{Disk, State};

/// The most values that stand beside one another for one key.
fn siblings(disk: &Disk) -> usize {
    disk.store.values().map(|object| object.values().len()).max().unwrap_or(0)
}

pub(super) fn status(state: &State, disk: &Disk) -> Status {
    match (state, siblings(disk)) {
        (State::Client(_), _) => Status { role: "client", weight: Weight::Thin, epoch: None },
        (State::Server, 0) => Status { role: "empty", weight: Weight::Thin, epoch: None },
        (State::Server, 1) => Status { role: "single", weight: Weight::Thin, epoch: Some(1) },
        (State::Server, count) => {
            Status { role: "siblings", weight: Weight::Thick, epoch: Some(count as u64) }
        }
    }
}

pub(super) fn view(state: &State, disk: &Disk) -> View {
    let joined = |parts: Vec<String>| if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") };
    match state {
        State::Server => {
            let values = disk.store.iter().map(|(key, object)| format!("{key}: {}", listed(object.values())));
            let clocks = disk.store.iter().map(|(key, object)| format!("{key}: {object}"));
            let entries = disk.store.values().map(Object::entries).max().unwrap_or(0);
            View::default()
                .durable("values", joined(values.collect()))
                .durable("clocks", joined(clocks.collect()))
                .durable("siblings", siblings(disk))
                .durable("entries of a clock", entries)
        }
        State::Client(client) => {
            let call = client.calls.current().map_or("none".to_owned(), |call| call.op.to_string());
            let read = client.read.iter().map(|(key, read)| format!("{key}: {}", listed(&read.values)));
            let contexts = client.read.iter().map(|(key, read)| format!("{key}: {}", read.context));
            View::default()
                .field("call", call)
                .field("waiting calls", client.calls.waiting())
                .field("has read", joined(read.collect()))
                .field("context", joined(contexts.collect()))
                .durable("starts", disk.boots)
        }
    }
}

pub(super) fn message(msg: &Msg) -> MsgView {
    let (kind, label, sentence, routine) = match msg {
        Msg::Get { key, .. } => ("get", format!("get {key}"), format!("What is {key}?"), false),
        Msg::Values { key, read, .. } => (
            "values",
            format!("{key}: {}", short(read.values.len(), || listed(&read.values))),
            format!(
                "{key} has the values: {}. Whoever overwrites them says that it has seen {}.",
                listed(&read.values),
                read.context
            ),
            false,
        ),
        Msg::Put { key, written, context, .. } => (
            "put",
            format!("{key}={}", written.value),
            format!(
                "Store {} as {key}, in place of what one has seen who has seen {context}.",
                written.value
            ),
            false,
        ),
        Msg::Done { .. } => ("done", "ok".to_owned(), "It is stored.".to_owned(), false),
        Msg::Replicate { key, object, routine } => {
            let values = object.values();
            (
                if *routine { "exchange" } else { "replicate" },
                format!("{key}: {}", short(values.len(), || listed(object.values()))),
                format!("Of {key} I have {object}."),
                *routine,
            )
        }
    };
    MsgView { kind, label, sentence, epoch: None, routine }
}

/// So many values, for an arrow.
fn short(count: usize, listed: impl FnOnce() -> String) -> String {
    if count > 3 { format!("{count} values") } else { listed() }
}
