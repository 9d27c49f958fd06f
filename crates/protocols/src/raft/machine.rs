//! The replicated state machine: a small key-value store with client sessions (§8).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ecow::EcoString;
use imbl::OrdMap;
use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::sorted::Map;

use super::types::{Request, Serial};

/// How an absent value is written. No key can be set to it.
pub(super) const NIL: &str = "nil";

/// What a client can ask for. Keys and values are words without spaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `get x`: the value of a key.
    Get {
        /// Which.
        key: EcoString,
    },
    /// `put x 1`: sets a key.
    Put {
        /// Which.
        key: EcoString,
        /// To what.
        value: EcoString,
    },
    /// `append x 1`: puts text at the end of a key's value.
    Append {
        /// Which.
        key: EcoString,
        /// What.
        value: EcoString,
    },
    /// `cas x 1 2`: sets a key from `old` to `new`, if it is `old`; `nil` is the value of a key never set.
    Cas {
        /// Which.
        key: EcoString,
        /// What it must be.
        old: EcoString,
        /// What it then becomes.
        new: EcoString,
    },
}

impl Op {
    /// The operation as an entry shows it: `x=1`, `x?`, `x+=1`, `x:1→2`.
    pub fn short(&self) -> String {
        match self {
            Op::Get { key } => format!("{key}?"),
            Op::Put { key, value } => format!("{key}={value}"),
            Op::Append { key, value } => format!("{key}+={value}"),
            Op::Cas { key, old, new } => format!("{key}:{old}→{new}"),
        }
    }

    /// Whether the operation changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(self, Op::Get { .. })
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Get { key } => write!(f, "get {key}"),
            Op::Put { key, value } => write!(f, "put {key} {value}"),
            Op::Append { key, value } => write!(f, "append {key} {value}"),
            Op::Cas { key, old, new } => write!(f, "cas {key} {old} {new}"),
        }
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(text: &str) -> Result<Op, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let op = match words.as_slice() {
            ["get", key] => Op::Get { key: (*key).into() },
            ["put", key, value] => Op::Put { key: (*key).into(), value: (*value).into() },
            ["append", key, value] => Op::Append { key: (*key).into(), value: (*value).into() },
            ["cas", key, old, new] => Op::Cas { key: (*key).into(), old: (*old).into(), new: (*new).into() },
            _ => {
                let shown: String = text.chars().take(40).collect();
                return Err(format!(
                    "`{shown}` is not an operation: write `get x`, `put x 1`, `append x 1` or `cas x 1 2`"
                ));
            }
        };
        match &op {
            Op::Put { value: new, .. } | Op::Append { value: new, .. } | Op::Cas { new, .. }
                if &**new == NIL =>
            {
                Err("`nil` stands for a key that was never set; no key can be set to it".to_owned())
            }
            _ => Ok(op),
        }
    }
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// Done.
    Ok,
    /// A key's value, if it has one.
    Value(Option<EcoString>),
    /// A `cas` found another value than it wanted.
    Failed,
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ret::Ok => f.write_str("ok"),
            Ret::Value(value) => f.write_str(value.as_deref().unwrap_or(NIL)),
            Ret::Failed => f.write_str("failed"),
        }
    }
}

/// What the state machine answers to a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was executed, now or when it came first.
    Done(Ret),
    /// It was not executed: the client's session is past this number. Only a client that has lost its disk, and with
    /// it its count, gets to see this in time.
    Stale {
        /// The latest number executed.
        latest: Serial,
    },
}

/// The key-value store, and a session for each client. Copies share what they have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Machine {
    values: OrdMap<EcoString, EcoString>,
    sessions: Arc<Map<NodeId, Session>>,
}

/// §8: "the state machine tracks the latest serial number processed for each client, along with the associated
/// response. If it receives a command whose serial number has already been executed, it responds immediately without
/// re-executing the request."
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Session {
    serial: Serial,
    id: OpId,
    ret: Ret,
}

impl Machine {
    /// Executes a request, unless it was executed before.
    pub fn execute(&mut self, request: &Request) -> Outcome {
        if let Some(outcome) = self.executed(request) {
            return outcome;
        }
        let ret = self.perform(&request.op);
        let session = Session { serial: request.serial, id: request.id, ret: ret.clone() };
        Arc::make_mut(&mut self.sessions).insert(request.client, session);
        Outcome::Done(ret)
    }

    /// What the session of the request's client already knows about it; `None` if it is new.
    pub fn executed(&self, request: &Request) -> Option<Outcome> {
        let session = self.sessions.get(&request.client)?;
        if request.serial > session.serial {
            None
        } else if request.serial == session.serial && request.id == session.id {
            Some(Outcome::Done(session.ret.clone()))
        } else {
            Some(Outcome::Stale { latest: session.serial })
        }
    }

    /// What a read finds; whatever is none finds nothing.
    pub(super) fn read(&self, op: &Op) -> Ret {
        match op {
            Op::Get { key } => Ret::Value(self.values.get(key).cloned()),
            _ => Ret::Value(None),
        }
    }

    fn perform(&mut self, op: &Op) -> Ret {
        match op {
            Op::Get { .. } => self.read(op),
            Op::Put { key, value } => {
                self.values.insert(key.clone(), value.clone());
                Ret::Ok
            }
            Op::Append { key, value } => {
                let joined = match self.values.get(key) {
                    Some(before) => format!("{before}{value}").into(),
                    None => value.clone(),
                };
                self.values.insert(key.clone(), joined);
                Ret::Ok
            }
            Op::Cas { key, old, new } => {
                if self.values.get(key).map_or(NIL, |value| value) == &**old {
                    self.values.insert(key.clone(), new.clone());
                    Ret::Ok
                } else {
                    Ret::Failed
                }
            }
        }
    }

    /// Keys and values, in order of keys.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(key, value)| (&**key, &**value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lightcone_sim::ids::OpSource;

    fn request(serial: u64, op: &str) -> Request {
        let client = NodeId::client(0);
        let id = OpId { client, source: OpSource::Workload(serial as u32) };
        Request { client, serial: Serial(serial), id, op: op.parse().unwrap() }
    }

    #[test]
    fn operations_do_what_they_say() {
        let mut machine = Machine::default();
        let story = [
            ("get x", "nil"),
            ("cas x 1 2", "failed"),
            ("cas x nil 1", "ok"),
            ("get x", "1"),
            ("append x 2", "ok"),
            ("get x", "12"),
            ("put x 7", "ok"),
            ("cas x 7 8", "ok"),
            ("get x", "8"),
        ];
        for (serial, (op, expected)) in (1..).zip(story) {
            match machine.execute(&request(serial, op)) {
                Outcome::Done(ret) => assert_eq!(ret.to_string(), expected, "{op}"),
                other => panic!("{op}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_repeated_request_is_answered_and_not_executed() {
        let mut machine = Machine::default();
        let append = request(1, "append x 1");
        let first = machine.execute(&append);
        assert_eq!(machine.execute(&append), first);
        assert_eq!(machine.values().collect::<Vec<_>>(), [("x", "1")]);
        machine.execute(&request(2, "get x"));
        assert_eq!(machine.execute(&append), Outcome::Stale { latest: Serial(2) });
        assert_eq!(machine.values().collect::<Vec<_>>(), [("x", "1")]);
    }

    #[test]
    fn operations_are_written_as_they_read() {
        for text in ["get x", "put x 1", "append x 1", "cas x nil 1"] {
            assert_eq!(text.parse::<Op>().unwrap().to_string(), text);
        }
        for text in ["", "put", "put x", "put x 1 2", "get", "cas x 1", "jump x", "put x nil", "cas x 1 nil"]
        {
            assert!(text.parse::<Op>().is_err(), "{text}");
        }
    }
}
