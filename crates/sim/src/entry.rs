//! Script entries as they are written: one flat object, whose `do` says which fields it has.
//!
//! Read by hand rather than by a derived reader: an error can then say which field an action lacks or does not know, and the
//! page stays small.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::ids::{BadId, EntryId, EventId, MsgId, NodeId, TimerId, excerpt};
use crate::scenario::{Action, Entry, How};
use crate::time::Ns;

/// The words that `do` may be.
const WORDS: &str = "crash, crash-inside, amnesia, recover, pause, resume, slow, cut, heal, partition, drop, deliver, \
                     duplicate, hold, release, rewrite, byzantine, fire, suppress, clock, op, hold-all, note";

/// The fields of what is written as one object, each until it has been read.
pub(crate) struct Fields {
    pub what: String,
    pub rest: Map<String, Value>,
}

pub(crate) type Read<T> = Result<T, String>;

impl Fields {
    /// What stands in a field, if anything does.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.rest.remove(name).filter(|value| !value.is_null())
    }

    fn lacks<T>(&self, name: &str) -> Read<T> {
        Err(format!("`{}` needs `{name}`", excerpt(&self.what)))
    }

    pub fn must<T>(&self, name: &str, found: Option<T>) -> Read<T> {
        found.map_or_else(|| self.lacks(name), Ok)
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, name: &str, least: i128, most: i128) -> Read<Option<i128>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                Err(format!("`{name}` must be a whole number from {least} to {most}, not {}", shown(&value)))
            }
        }
    }

    pub fn time(&mut self, name: &str) -> Read<Option<Ns>> {
        Ok(self.whole(name, 0, u64::MAX.into())?.map(|ns| Ns(ns as u64)))
    }

    pub fn small(&mut self, name: &str) -> Read<Option<u32>> {
        Ok(self.whole(name, 0, u32::MAX.into())?.map(|number| number as u32))
    }

    pub fn signed(&mut self, name: &str) -> Read<Option<i64>> {
        Ok(self.whole(name, i64::MIN.into(), i64::MAX.into())?.map(|number| number as i64))
    }

    fn truth(&mut self, name: &str) -> Read<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(other) => Err(format!("`{name}` must be true or false, not {}", shown(&other))),
        }
    }

    fn text(&mut self, name: &str) -> Read<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("`{name}` must be text, not {}", shown(&other))),
        }
    }

    pub fn id<T: FromStr<Err = BadId>>(&mut self, name: &str) -> Read<Option<T>> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|bad: BadId| format!("`{name}`: {bad}"))).transpose()
    }

    /// The node that the action is about.
    fn node(&mut self) -> Read<NodeId> {
        let node = self.id("node")?;
        self.must("node", node)
    }

    fn message(&mut self) -> Read<MsgId> {
        let message = self.id("message")?;
        self.must("message", message)
    }

    fn timer(&mut self) -> Read<TimerId> {
        let timer = self.id("timer")?;
        self.must("timer", timer)
    }

    fn event(&mut self) -> Read<EventId> {
        let event = self.id("event")?;
        self.must("event", event)
    }

    fn groups(&mut self) -> Read<Vec<Vec<NodeId>>> {
        let Some(value) = self.take("groups") else { return self.lacks("groups") };
        let group = |group: &Value| -> Option<Vec<NodeId>> {
            group.as_array()?.iter().map(|node| node.as_str()?.parse().ok()).collect()
        };
        let groups = value.as_array().and_then(|groups| groups.iter().map(group).collect());
        groups.ok_or_else(|| format!("`groups` must be lists of nodes, not {}", shown(&value)))
    }

    fn how(&mut self) -> Read<How> {
        let how = self.text("how")?;
        let word = self.must("how", how)?;
        let known = How::ALL.map(How::name).join(", ");
        let found = How::ALL.into_iter().find(|how| how.name() == word);
        found.ok_or_else(|| format!("`how` is `{}`; it must be one of {known}", excerpt(&word)))
    }

    /// A text that there must be.
    pub fn words(&mut self, name: &str) -> Read<String> {
        let text = self.text(name)?;
        self.must(name, text)
    }

    /// What is done: takes its fields, and leaves those that are none of its.
    fn action(&mut self) -> Read<Action> {
        let what = self.what.clone();
        Ok(match what.as_str() {
            "crash" => Action::Crash { node: self.node()? },
            "crash-inside" => {
                let (event, after) = (self.event()?, self.small("after")?);
                Action::CrashInside { event, after: self.must("after", after)? }
            }
            "amnesia" => Action::Amnesia { node: self.node()? },
            "recover" => Action::Recover { node: self.node()? },
            "pause" => Action::Pause { node: self.node()?, vm: self.truth("vm")?.unwrap_or(false) },
            "resume" => Action::Resume { node: self.node()? },
            "slow" => {
                let (node, step) = (self.node()?, self.time("step")?);
                Action::Slow { node, step: self.must("step", step)? }
            }
            "cut" => {
                let (from, to, until) = (self.id("from")?, self.id("to")?, self.time("until")?);
                Action::Cut { from: self.must("from", from)?, to: self.must("to", to)?, until }
            }
            "heal" => Action::Heal { from: self.id("from")?, to: self.id("to")? },
            "partition" => Action::Partition {
                groups: self.groups()?,
                until: self.time("until")?,
                one_way: self.truth("one_way")?.unwrap_or(false),
            },
            "drop" => Action::Drop { message: self.message()? },
            "deliver" | "delay" => Action::Deliver { message: self.message()? },
            "duplicate" => Action::Duplicate { message: self.message()? },
            "hold" => Action::Hold { message: self.message()? },
            "release" => Action::Release { message: self.message()? },
            "rewrite" => {
                let (message, field, value) = (self.message()?, self.words("field")?, self.signed("value")?);
                Action::Rewrite { message, field, value: self.must("value", value)? }
            }
            "fire" => Action::Fire { timer: self.timer()? },
            "suppress" => Action::Suppress { timer: self.timer()? },
            "hold-all" => {
                let on = self.truth("on")?;
                Action::HoldAll { on: self.must("on", on)? }
            }
            "note" => Action::Note { event: self.event()?, text: self.words("text")? },
            _ => return self.longer(),
        })
    }

    /// Those with many fields.
    fn longer(&mut self) -> Read<Action> {
        Ok(match self.what.as_str() {
            "byzantine" => Action::Byzantine {
                node: self.node()?,
                how: self.how()?,
                to: self.id("to")?,
                field: self.text("field")?,
                value: self.signed("value")?,
                until: self.time("until")?,
            },
            "clock" => Action::Clock {
                node: self.node()?,
                offset: self.signed("offset")?,
                over: self.time("over")?,
                drift_ppm: self.signed("drift_ppm")?,
                rate_ppm: self.signed("rate_ppm")?,
                uncertainty: self.time("uncertainty")?,
                uncertainty_ppm: self.small("uncertainty_ppm")?,
            },
            "op" => {
                let (client, node) = (self.id("client")?, self.id("node")?);
                Action::Op { client: self.must("client", client)?, op: self.words("op")?, node }
            }
            other => return Err(format!("`do` is `{}`; it must be one of {WORDS}", excerpt(other))),
        })
    }

    fn entry(&mut self) -> Read<Entry> {
        let (id, at) = (self.small("id")?, self.time("at")?);
        let (id, at) = (EntryId(self.must("id", id)?), self.must("at", at)?);
        let rank = self.small("rank")?.unwrap_or(0);
        let action = self.action()?;
        self.end()?;
        Ok(Entry { id, at, rank, action })
    }

    /// Whether all has been read.
    pub fn end(&self) -> Read<()> {
        match self.rest.keys().next() {
            Some(name) => Err(format!("`{}` has no field `{}`", self.what, excerpt(name))),
            None => Ok(()),
        }
    }
}

/// A value in an error: enough of it to be found.
fn shown(value: &Value) -> String {
    excerpt(&value.to_string())
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Entry, D::Error> {
        let mut rest = Map::deserialize(from)?;
        let what = match rest.remove("do") {
            Some(Value::String(what)) => what,
            _ => return Err(serde::de::Error::custom(format!("an entry has `do`: one of {WORDS}"))),
        };
        Fields { what, rest }.entry().map_err(serde::de::Error::custom)
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
