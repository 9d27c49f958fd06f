//! What clients were told, and whether it was true.

use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::trace::{EventRecord, OpRecord};

/// A put or a get of a key.
struct Access {
    write: bool,
    key: String,
    value: String,
    invoked: Key,
    returned: Option<Key>,
    answer: Option<String>,
}

/// Whether a client was told `ok` for `put KEY VALUE`, and a later `get KEY` was answered with something else though no
/// other write of that key can explain it.
pub(crate) fn acknowledged_write_lost(session: &dyn Session, now: Key) -> bool {
    let all: Vec<Access> = session.trace().ops().filter_map(|op| access(session, op, now)).collect();
    let lost_in = |write: &Access, read: &Access| {
        let (Some(written), Some(answer)) = (write.returned, &read.answer) else { return false };
        let explained = all.iter().any(|other| {
            let is_other = other.write && other.key == write.key && other.invoked != write.invoked;
            let before_read = read.returned.is_some_and(|end| other.invoked < end);
            is_other && before_read && other.returned.is_none_or(|end| end > write.invoked)
        });
        read.key == write.key && written < read.invoked && *answer != write.value && !explained
    };
    let acknowledged = all.iter().filter(|access| access.write && access.answer.as_deref() == Some("ok"));
    acknowledged.into_iter().any(|write| all.iter().any(|read| !read.write && lost_in(write, read)))
}

fn access(session: &dyn Session, op: &OpRecord, now: Key) -> Option<Access> {
    let at = |index| {
        let id = lightcone_sim::ids::EventId { node: op.id.client, index };
        session.trace().event(id).map(|record: &EventRecord| record.key)
    };
    let invoked = at(op.invoked).filter(|&key| key <= now)?;
    let returned = op.returned.and_then(at).filter(|&key| key <= now);
    let (text, answer) = session.op(op.id)?;
    let answer = answer.filter(|_| returned.is_some());
    let mut words = text.split_whitespace().map(str::to_owned);
    let write = match words.next()?.as_str() {
        "put" | "append" => true,
        "get" => false,
        _ => return None,
    };
    let (key, value) = (words.next()?, words.next().unwrap_or_default());
    Some(Access { write, key, value, invoked, returned, answer })
}
