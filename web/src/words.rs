//! What the page says of nodes, times, entries and steps, in a teacher's words.

use lightcone_sim::ids::{EntryId, EventId, MsgId, NodeId, TimerId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Entry, How, Scenario};
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_sim::trace::Cause;

use crate::store::work::{Deed, Fault};

/// What a node is called on the screen.
pub fn name(scenario: &Scenario, node: NodeId) -> String {
    scenario.names.get(&node).cloned().unwrap_or_else(|| node.to_string())
}

/// A time for a glance: three decimals of a second.
pub fn clock(at: Ns) -> String {
    let ms = at.0 / 1_000_000;
    format!("{}.{:03} s", ms / 1_000, ms % 1_000)
}

/// A time that somebody wrote into a field. A number without a unit is a question and no time: files mean nanoseconds by
/// it, and people do not.
pub fn time(text: &str) -> Result<Ns, String> {
    let text = text.trim();
    let is_bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_bare && text != "0" && text.len() <= 20 {
        return Err(format!("`{text}` of what? Write {text}ms or {text}s."));
    }
    text.parse()
}

/// A time that may be below zero.
pub fn local(ns: i64) -> String {
    let sign = if ns < 0 { "−" } else { "" };
    format!("{sign}{}", clock(Ns(ns.unsigned_abs())))
}

/// How long until something: `24 ms`, `1.2 s`.
pub fn span(span: Ns) -> String {
    match span.0 {
        0..1_000_000 if span.0 > 0 => "< 1 ms".to_owned(),
        0..1_000_000_000 => format!("{} ms", span.0 / 1_000_000),
        _ => format!("{}.{:02} s", span.0 / 1_000_000_000, span.0 / 10_000_000 % 100),
    }
}

/// Parts per million of drift as a percentage.
pub fn percent(ppm: i64) -> String {
    let sign = if ppm < 0 { "−" } else { "+" };
    let ppm = ppm.unsigned_abs();
    let fraction = format!("{:04}", ppm % 10_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction} %", ppm / 10_000)
}

/// What happened last at the playhead, in a sentence.
pub fn happened(session: &dyn Session, scenario: &Scenario, now: Key) -> String {
    let trace = session.trace();
    let Some(id) = trace.last_event(now) else { return "Nothing has happened yet.".to_owned() };
    let Some(event) = trace.event(id) else { return String::new() };
    if let Cause::Entry(entry) = event.cause
        && let Some(entry) = scenario.script.iter().find(|other| other.id == entry)
    {
        return format!("{}: {}.", clock(event.at()), action(&entry.action, scenario, session));
    }
    let told = session.explain(id).unwrap_or_default();
    let why = told.notes.first().map(|note| format!(" {note}")).unwrap_or_default();
    format!("{}: {}.{why}", clock(event.at()), told.title)
}

/// An event in a few words.
pub fn event(session: &dyn Session, id: EventId) -> String {
    session.explain(id).map(|told| told.title).unwrap_or_else(|| id.to_string())
}

/// Nodes one after another: `A, B and C`.
pub fn list(nodes: &[NodeId], scenario: &Scenario) -> String {
    let mut told = String::new();
    for (place, &node) in nodes.iter().enumerate() {
        if place > 0 {
            told.push_str(if place + 1 == nodes.len() { " and " } else { ", " });
        }
        told.push_str(&name(scenario, node));
    }
    told
}

/// Groups of a partition: `A B | C D E`.
pub fn groups(groups: &[Vec<NodeId>], scenario: &Scenario) -> String {
    let group =
        |nodes: &Vec<NodeId>| nodes.iter().map(|&node| name(scenario, node)).collect::<Vec<_>>().join(" ");
    groups.iter().map(group).collect::<Vec<_>>().join(" | ")
}

fn ending(until: Option<Ns>) -> String {
    until.map_or_else(String::new, |until| format!(" until {}", clock(until)))
}

/// A message: what it says, who sent it to whom, and its id.
pub fn message(id: MsgId, scenario: &Scenario, session: &dyn Session) -> String {
    match (session.message(id), session.trace().message(id)) {
        (Some(told), Some(record)) => format!("{} {} ({id})", way(scenario, id, record.to), told.label),
        _ => id.to_string(),
    }
}

/// A timer: whose, what for, and its id.
pub fn timer(id: TimerId, scenario: &Scenario, session: &dyn Session) -> String {
    let what = session.timer(id).unwrap_or_else(|| "timer".to_owned());
    format!("{} of {} ({id})", what, name(scenario, id.node))
}

/// What an entry of the script does.
pub fn action(action: &Action, scenario: &Scenario, session: &dyn Session) -> String {
    let name = |node: NodeId| name(scenario, node);
    match action {
        Action::Crash { node } => format!("{} crashes", name(*node)),
        Action::CrashInside { event, after } => {
            format!("{} crashes inside {event}, after {}", name(event.node), effects(*after))
        }
        Action::Amnesia { node } => format!("{} crashes and loses its disk", name(*node)),
        Action::Recover { node } => format!("{} recovers", name(*node)),
        Action::Pause { node, vm: true } => format!("{}'s machine stands still", name(*node)),
        Action::Pause { node, .. } => format!("{} stands still", name(*node)),
        Action::Resume { node } => format!("{} goes on", name(*node)),
        Action::Slow { node, step: Ns(0) } => format!("{} is quick again", name(*node)),
        Action::Slow { node, step } => format!("{} becomes slow: {step} a step", name(*node)),
        Action::Cut { from, to, until } => {
            format!("{} no longer hears {}{}", name(*to), name(*from), ending(*until))
        }
        Action::Heal { from: None, to: None } => "All links heal".to_owned(),
        Action::Heal { from: Some(from), to: Some(to) } => {
            format!("{} hears {} again", name(*to), name(*from))
        }
        Action::Heal { from: Some(from), to: None } => format!("All hear {} again", name(*from)),
        Action::Heal { from: None, to: Some(to) } => format!("{} hears all again", name(*to)),
        Action::Partition { groups: parts, until, one_way } => {
            let way = if *one_way { ", one way" } else { "" };
            format!("Partition {}{way}{}", groups(parts, scenario), ending(*until))
        }
        Action::Drop { message } => format!("{} is lost", self::message(*message, scenario, session)),
        Action::Deliver { message } => format!("{} arrives", self::message(*message, scenario, session)),
        Action::Duplicate { message } => format!("{} is copied", self::message(*message, scenario, session)),
        Action::Hold { message } => format!("{} is held", self::message(*message, scenario, session)),
        Action::Release { message } => format!("{} goes on", self::message(*message, scenario, session)),
        Action::Rewrite { message, field, value } => {
            format!("{} is forged: {field} becomes {value}", self::message(*message, scenario, session))
        }
        Action::Byzantine { node, how: How::Honest, .. } => format!("{} is honest again", name(*node)),
        Action::Byzantine { node, how, to, field, value, until } => {
            let what = match how {
                How::Equivocate => "says one thing to some and another to the rest",
                How::Lie => "lies",
                How::Silent => "says nothing",
                How::Replay => "repeats what it said before",
                How::Honest => "is honest",
            };
            let field = field.as_ref().map_or_else(String::new, |field| format!(" about {field}"));
            let value = value.map_or_else(String::new, |value| format!(" (it says {value})"));
            let to = to.map_or_else(String::new, |to| format!(" to {}", name(to)));
            format!("{} {what}{field}{value}{to}{}", name(*node), ending(*until))
        }
        Action::Fire { timer } => format!("{} fires", self::timer(*timer, scenario, session)),
        Action::Suppress { timer } => format!("{} does not fire", self::timer(*timer, scenario, session)),
        Action::Clock { node, offset, over, drift_ppm, rate_ppm, uncertainty, .. } => {
            let offset = offset.map(|offset| {
                let way = if offset < 0 { "behind by" } else { "ahead by" };
                let over = over.map_or_else(String::new, |over| format!(" over {}", span(over)));
                format!("{way} {}{over}", span(Ns(offset.unsigned_abs())))
            });
            let drift = drift_ppm.map(|ppm| format!("runs at {}", percent(ppm)));
            let rate = rate_ppm.map(|ppm| format!("the wall clock at {} of that", percent(ppm)));
            let bound = uncertainty.map(|bound| format!("sure within {}", span(bound)));
            let parts: Vec<String> = offset.into_iter().chain(drift).chain(rate).chain(bound).collect();
            format!("Clock of {}: {}", name(*node), parts.join(", "))
        }
        Action::Op { client, op, node } => {
            let at = node.map_or_else(String::new, |node| format!(" at {}", name(node)));
            format!("{}: {op}{at}", name(*client))
        }
        Action::HoldAll { on: true } => "Everything waits for you".to_owned(),
        Action::HoldAll { on: false } => "Everything goes on by itself".to_owned(),
        Action::Note { event, text } => format!("Note at {event}: {text}"),
    }
}

fn effects(count: u32) -> String {
    match count {
        0 => "none of its effects".to_owned(),
        1 => "1 effect".to_owned(),
        _ => format!("{count} effects"),
    }
}

/// What was just done, as a sentence.
pub fn deed(deed: &Deed, scenario: &Scenario, session: &dyn Session) -> String {
    let action = |done: &Action| action(done, scenario, session);
    match deed {
        Deed::Now(done) => format!("{}.", action(done)),
        Deed::At(at, done) => format!("{}: {}.", clock(*at), action(done)),
        Deed::Deliver(id) => format!("{} arrives.", message(*id, scenario, session)),
        Deed::Fire(id) => format!("{} fires.", timer(*id, scenario, session)),
        Deed::Delay(id, by) => format!("{} arrives {} later.", message(*id, scenario, session), span(*by)),
        Deed::Arrive(id, at) => format!("{} arrives at {}.", message(*id, scenario, session), clock(*at)),
        Deed::Span(node, fault, from, to) => {
            let what = match fault {
                Fault::Crash => "is down",
                Fault::Amnesia => "is down and loses its disk",
                Fault::Pause => "stands still",
                Fault::CutOff => "is cut off from all other servers",
            };
            format!("{} {what} from {} to {}.", name(scenario, *node), clock(*from), clock(*to))
        }
        Deed::Change(entry) => format!("Changed: {}.", action(&entry.action)),
        Deed::Remove(id) => match entry_of(*id, scenario) {
            Some(entry) => format!("Taken out: {}.", action(&entry.action)),
            None => "Taken out.".to_owned(),
        },
        Deed::Rename(node, name) => format!("{node} is now called {name}."),
    }
}

fn entry_of(id: EntryId, scenario: &Scenario) -> Option<&Entry> {
    scenario.script.iter().find(|entry| entry.id == id)
}

/// Who sends what to whom: `A → B`.
pub fn way(scenario: &Scenario, id: MsgId, to: NodeId) -> String {
    format!("{} → {}", name(scenario, id.node), name(scenario, to))
}

/// What an entry points at, if that is an event or a message.
pub fn target(entry: &Entry) -> Option<crate::store::pick::Pick> {
    use crate::store::pick::Pick;
    match entry.action {
        Action::CrashInside { event, .. } | Action::Note { event, .. } => Some(Pick::Event(event)),
        Action::Drop { message }
        | Action::Deliver { message }
        | Action::Duplicate { message }
        | Action::Rewrite { message, .. }
        | Action::Hold { message }
        | Action::Release { message } => Some(Pick::Message(message)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test(unsupported = test)]
    fn drift_is_a_percentage() {
        assert_eq!(percent(400_000), "+40 %");
        assert_eq!(percent(-12_345), "−1.2345 %");
        assert_eq!(percent(50), "+0.005 %");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn times_are_read_at_a_glance() {
        assert_eq!(clock(Ns::ms(2_310)), "2.310 s");
        assert_eq!(local(-40_000_000), "−0.040 s");
        assert_eq!(span(Ns::ms(24)), "24 ms");
        assert_eq!(span(Ns(12)), "< 1 ms");
    }
}
