//! Script entries as they are written: one flat object, whose `do` says which fields it has.
//!
//! Reading goes through one plain struct rather than through a derived reader for each action: an error can then say
//! which field an action lacks or does not know, and the page stays small.

use serde::{Deserialize, Deserializer};

use crate::ids::{EntryId, EventId, MsgId, NodeId, TimerId, excerpt};
use crate::scenario::{Action, Entry, How};
use crate::time::Ns;

/// All fields that any entry may have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat {
    id: EntryId,
    at: Ns,
    #[serde(default)]
    rank: u32,
    #[serde(rename = "do")]
    what: String,
    node: Option<NodeId>,
    client: Option<NodeId>,
    from: Option<NodeId>,
    to: Option<NodeId>,
    event: Option<EventId>,
    message: Option<MsgId>,
    timer: Option<TimerId>,
    until: Option<Ns>,
    groups: Option<Vec<Vec<NodeId>>>,
    one_way: Option<bool>,
    after: Option<u32>,
    vm: Option<bool>,
    offset: Option<i64>,
    over: Option<Ns>,
    drift_ppm: Option<i64>,
    rate_ppm: Option<i64>,
    uncertainty: Option<Ns>,
    uncertainty_ppm: Option<u32>,
    op: Option<String>,
    on: Option<bool>,
    text: Option<String>,
    step: Option<Ns>,
    how: Option<How>,
    field: Option<String>,
    value: Option<i64>,
}

/// The words that `do` may be.
const WORDS: &str = "crash, crash-inside, amnesia, recover, pause, resume, slow, cut, heal, partition, drop, deliver, \
                     duplicate, hold, release, rewrite, byzantine, fire, suppress, clock, op, hold-all, note";

impl Flat {
    /// The name of a field that is there and was not asked for.
    fn stranger(&self) -> Option<&'static str> {
        let present = [
            (self.node.is_some(), "node"),
            (self.client.is_some(), "client"),
            (self.from.is_some(), "from"),
            (self.to.is_some(), "to"),
            (self.event.is_some(), "event"),
            (self.message.is_some(), "message"),
            (self.timer.is_some(), "timer"),
            (self.until.is_some(), "until"),
            (self.groups.is_some(), "groups"),
            (self.one_way.is_some(), "one_way"),
            (self.after.is_some(), "after"),
            (self.vm.is_some(), "vm"),
            (self.offset.is_some(), "offset"),
            (self.over.is_some(), "over"),
            (self.drift_ppm.is_some(), "drift_ppm"),
            (self.rate_ppm.is_some(), "rate_ppm"),
            (self.uncertainty.is_some(), "uncertainty"),
            (self.uncertainty_ppm.is_some(), "uncertainty_ppm"),
            (self.op.is_some(), "op"),
            (self.on.is_some(), "on"),
            (self.text.is_some(), "text"),
            (self.step.is_some(), "step"),
            (self.how.is_some(), "how"),
            (self.field.is_some(), "field"),
            (self.value.is_some(), "value"),
        ];
        present.into_iter().find(|&(is_present, _)| is_present).map(|(_, name)| name)
    }

    /// Takes the action out of the fields, leaving those that are none of its.
    fn action(&mut self) -> Result<Action, String> {
        let what = self.what.clone();
        let lacks = |field: &str| format!("`{}` needs `{field}`", excerpt(&what));
        let node = |flat: &mut Flat| flat.node.take().ok_or_else(|| lacks("node"));
        let message = |flat: &mut Flat| flat.message.take().ok_or_else(|| lacks("message"));
        let timer = |flat: &mut Flat| flat.timer.take().ok_or_else(|| lacks("timer"));
        let event = |flat: &mut Flat| flat.event.take().ok_or_else(|| lacks("event"));
        Ok(match what.as_str() {
            "crash" => Action::Crash { node: node(self)? },
            "crash-inside" => Action::CrashInside {
                event: event(self)?,
                after: self.after.take().ok_or_else(|| lacks("after"))?,
            },
            "amnesia" => Action::Amnesia { node: node(self)? },
            "recover" => Action::Recover { node: node(self)? },
            "pause" => Action::Pause { node: node(self)?, vm: self.vm.take().unwrap_or(false) },
            "resume" => Action::Resume { node: node(self)? },
            "slow" => {
                Action::Slow { node: node(self)?, step: self.step.take().ok_or_else(|| lacks("step"))? }
            }
            "cut" => Action::Cut {
                from: self.from.take().ok_or_else(|| lacks("from"))?,
                to: self.to.take().ok_or_else(|| lacks("to"))?,
                until: self.until.take(),
            },
            "heal" => Action::Heal { from: self.from.take(), to: self.to.take() },
            "partition" => Action::Partition {
                groups: self.groups.take().ok_or_else(|| lacks("groups"))?,
                until: self.until.take(),
                one_way: self.one_way.take().unwrap_or(false),
            },
            "drop" => Action::Drop { message: message(self)? },
            "deliver" | "delay" => Action::Deliver { message: message(self)? },
            "duplicate" => Action::Duplicate { message: message(self)? },
            "hold" => Action::Hold { message: message(self)? },
            "release" => Action::Release { message: message(self)? },
            "rewrite" => Action::Rewrite {
                message: message(self)?,
                field: self.field.take().ok_or_else(|| lacks("field"))?,
                value: self.value.take().ok_or_else(|| lacks("value"))?,
            },
            "byzantine" => Action::Byzantine {
                node: node(self)?,
                how: self.how.take().ok_or_else(|| lacks("how"))?,
                to: self.to.take(),
                field: self.field.take(),
                value: self.value.take(),
                until: self.until.take(),
            },
            "fire" => Action::Fire { timer: timer(self)? },
            "suppress" => Action::Suppress { timer: timer(self)? },
            "clock" => Action::Clock {
                node: node(self)?,
                offset: self.offset.take(),
                over: self.over.take(),
                drift_ppm: self.drift_ppm.take(),
                rate_ppm: self.rate_ppm.take(),
                uncertainty: self.uncertainty.take(),
                uncertainty_ppm: self.uncertainty_ppm.take(),
            },
            "op" => Action::Op {
                client: self.client.take().ok_or_else(|| lacks("client"))?,
                op: self.op.take().ok_or_else(|| lacks("op"))?,
                node: self.node.take(),
            },
            "hold-all" => Action::HoldAll { on: self.on.take().ok_or_else(|| lacks("on"))? },
            "note" => {
                Action::Note { event: event(self)?, text: self.text.take().ok_or_else(|| lacks("text"))? }
            }
            _ => return Err(format!("`do` is `{}`; it must be one of {WORDS}", excerpt(&what))),
        })
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Entry, D::Error> {
        let mut flat = Flat::deserialize(from)?;
        let action = flat.action().map_err(serde::de::Error::custom)?;
        match flat.stranger() {
            Some(name) => Err(serde::de::Error::custom(format!("`{}` has no field `{name}`", flat.what))),
            None => Ok(Entry { id: flat.id, at: flat.at, rank: flat.rank, action }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Entry, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_reads_back() {
        let json = r#"{"id":3,"at":5,"do":"partition","groups":[["A","B"],["C"]],"until":9,"one_way":true}"#;
        let entry = read(json).unwrap();
        assert_eq!(read(&serde_json::to_string(&entry).unwrap()), Ok(entry));
    }

    #[test]
    fn lies_read_back() {
        for json in [
            r#"{"id":1,"at":5,"do":"rewrite","message":"A#7/3","field":"term","value":-4}"#,
            r#"{"id":1,"at":5,"do":"byzantine","node":"A","how":"lie","to":"B","field":"term","value":9,"until":7}"#,
            r#"{"id":1,"at":5,"do":"byzantine","node":"A","how":"honest"}"#,
        ] {
            assert_eq!(serde_json::to_string(&read(json).unwrap()).unwrap(), json);
        }
        let error = read(r#"{"id":1,"at":5,"do":"byzantine","node":"A","how":"shout"}"#).unwrap_err();
        assert!(error.contains("shout"), "{error}");
    }

    #[test]
    fn an_error_names_the_field() {
        let error = |json| read(json).unwrap_err();
        assert!(error(r#"{"id":1,"at":0,"do":"crash"}"#).contains("`crash` needs `node`"));
        assert!(
            error(r#"{"id":1,"at":0,"do":"crash","node":"A","op":"x"}"#)
                .contains("`crash` has no field `op`")
        );
        assert!(error(r#"{"id":1,"at":0,"do":"explode"}"#).contains("one of crash, crash-inside"));
        assert!(error(r#"{"id":1,"at":0,"do":"crash","node":"A","why":1}"#).contains("why"));
    }
}
