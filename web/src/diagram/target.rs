//! What a mark of the diagram stands for, as an attribute of its element, and back.

use lightcone_diagram::Target;
use lightcone_sim::ids::{EntryId, EventId, MsgId, NodeId, OpId, TimerId};
use lightcone_sim::trace::Trace;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};

/// The attribute that holds it.
pub const ATTRIBUTE: &str = "data-target";

/// A target as text: `event A:12`.
pub fn to_text(target: &Target) -> String {
    match target {
        Target::Event(id) => format!("event {id}"),
        Target::Message(id) => format!("message {id}"),
        Target::Head(id) => format!("head {id}"),
        Target::Lane(id) => format!("lane {id}"),
        Target::Timer(id) => format!("timer {id}"),
        Target::Op(id) => format!("op {id}"),
        Target::Entry(id) => format!("entry {id}"),
        Target::Begin(id) => format!("begin {id}"),
        Target::End(id) => format!("end {id}"),
        Target::Now => "now".to_owned(),
    }
}

/// The target of this text. Operations are looked up in the trace.
pub fn from_text(text: &str, trace: &Trace) -> Option<Target> {
    let (kind, id) = text.split_once(' ').unwrap_or((text, ""));
    let entry = || id.parse().ok().map(EntryId);
    Some(match kind {
        "event" => Target::Event(id.parse::<EventId>().ok()?),
        "message" => Target::Message(id.parse::<MsgId>().ok()?),
        "head" => Target::Head(id.parse::<MsgId>().ok()?),
        "lane" => Target::Lane(id.parse::<NodeId>().ok()?),
        "timer" => Target::Timer(id.parse::<TimerId>().ok()?),
        "op" => Target::Op(op(id, trace)?),
        "entry" => Target::Entry(entry()?),
        "begin" => Target::Begin(entry()?),
        "end" => Target::End(entry()?),
        "now" => Target::Now,
        _ => return None,
    })
}

fn op(text: &str, trace: &Trace) -> Option<OpId> {
    trace.ops().map(|op| op.id).find(|id| id.to_string() == text)
}

/// Whether an event of the page points at the heads of the lanes, which stay where they are when the body is scrolled.
pub fn is_in_heads(target: Option<EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.closest("svg.heads").is_ok_and(|heads| heads.is_some()))
}

/// The target that an event of the page points at.
pub fn under(target: Option<EventTarget>, trace: &Trace) -> Option<Target> {
    let element = target?.dyn_into::<Element>().ok()?;
    let marked = element.closest(&format!("[{ATTRIBUTE}]")).ok().flatten()?;
    from_text(&marked.get_attribute(ATTRIBUTE)?, trace)
}
