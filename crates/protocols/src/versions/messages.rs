//! What is stored, said and called.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use ecow::EcoString;
use lightcone_sim::ids::OpId;

use super::clock::Clock;
use super::object::Object;

/// A value that a client has written. Two are equal if they are the same write: what its client had read is no part of it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The call that wrote it, which makes it this write and no other.
    pub id: OpId,
    /// What it says.
    pub value: EcoString,
    /// The writes that its client had read and meant to overwrite. No server looks at it: the monitors do, which hold what
    /// clocks say against it.
    pub saw: Arc<[OpId]>,
}

impl PartialEq for Written {
    fn eq(&self, other: &Written) -> bool {
        (self.id, &self.value) == (other.id, &other.value)
    }
}

impl Eq for Written {}

impl Hash for Written {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.id, &self.value).hash(hasher);
    }
}

/// What a client has read of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Read {
    /// The values: more than one if there is a conflict, none if nobody has written.
    pub values: Vec<Written>,
    /// What the server's clocks say that one knows who has read them. To be handed back with a write.
    pub context: Clock,
}

/// What nodes send one another. `number` is a client's own count of its requests, which rises.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// Client to server: what is the value of this key?
    Get {
        /// The request.
        number: u64,
        /// The key.
        key: EcoString,
    },
    /// The answer.
    Values {
        /// The request that this answers.
        number: u64,
        /// The key.
        key: EcoString,
        /// What the server has.
        read: Read,
    },
    /// Client to server: store this in place of what I have read.
    Put {
        /// The request.
        number: u64,
        /// The key.
        key: EcoString,
        /// What to store.
        written: Written,
        /// The context that came with what was read; nothing, if nothing was read.
        context: Clock,
    },
    /// It is stored.
    Done {
        /// The request that this answers.
        number: u64,
    },
    /// Server to server: what I have of this key.
    Replicate {
        /// The key.
        key: EcoString,
        /// All values, with their clocks.
        object: Object,
        /// Whether it is sent now and then, and not because of a write.
        routine: bool,
    },
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Client: no answer yet.
    Patience,
    /// Server: time to tell another one what it may have missed.
    Exchange,
}

/// What clients call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Read a key.
    Get(EcoString),
    /// Write a key, in place of what this client has read of it last.
    Put(EcoString, EcoString),
    /// Write a key, knowing nothing of what is there.
    Blind(EcoString, EcoString),
    /// Read a key, and then write it in place of what was read.
    Update(EcoString, EcoString),
}

impl Op {
    /// The key.
    pub fn key(&self) -> &EcoString {
        match self {
            Op::Get(key) | Op::Put(key, _) | Op::Blind(key, _) | Op::Update(key, _) => key,
        }
    }
}

/// Keys and values are for reading, and stand on arrows.
const CHARS_MAX: usize = 20;

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Get(key) => write!(f, "get {key}"),
            Op::Put(key, value) => write!(f, "put {key} {value}"),
            Op::Blind(key, value) => write!(f, "blind {key} {value}"),
            Op::Update(key, value) => write!(f, "update {key} {value}"),
        }
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(text: &str) -> Result<Op, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        if let Some(long) = words.iter().find(|word| word.chars().count() > CHARS_MAX) {
            let start: String = long.chars().take(CHARS_MAX).collect();
            return Err(format!("`{start}…` is longer than {CHARS_MAX} characters"));
        }
        match words[..] {
            ["get", key] => Ok(Op::Get(key.into())),
            ["put", key, value] => Ok(Op::Put(key.into(), value.into())),
            ["blind", key, value] => Ok(Op::Blind(key.into(), value.into())),
            ["update", key, value] => Ok(Op::Update(key.into(), value.into())),
            _ => Err("write `get x`, `put x a`, `update x a` (get, then put) or `blind x a` (put without what was \
                      read)"
                .to_owned()),
        }
    }
}

/// What clients are told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// These values stand beside one another.
    Values(Vec<EcoString>),
    /// It is stored.
    Ok,
    /// No answer came in time: whether a write was stored is not known.
    NoAnswer,
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ret::Values(values) if values.is_empty() => f.write_str("nil"),
            Ret::Values(values) => f.write_str(&values.join(", ")),
            Ret::Ok => f.write_str("ok"),
            Ret::NoAnswer => f.write_str("no answer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_read_back() {
        for text in ["get x", "put x a", "blind x a", "update x a"] {
            assert_eq!(text.parse::<Op>().unwrap().to_string(), text);
        }
        for text in ["", "get", "put x", "put x a b", "take x", &format!("get {}", "x".repeat(21))] {
            assert!(text.parse::<Op>().is_err(), "{text}");
        }
    }
}
