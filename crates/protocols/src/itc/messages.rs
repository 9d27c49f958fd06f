//! What processes send, and what they are asked for.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::stamp::itc::Stamp;
use lightcone_sim::stamp::version::VersionVector;

/// A process by where it lives, and by the gift that began it: a node can be home to one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Process {
    /// Its node.
    pub node: NodeId,
    /// The gift; `None`: the first process of all.
    pub birth: Option<Gift>,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.birth {
            None => write!(f, "{}", self.node),
            Some(gift) => write!(f, "{}({}{})", self.node, gift.from, gift.number),
        }
    }
}

/// A part of the line that is given away, by who gives and which of its gifts it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gift {
    /// Who gives.
    pub from: NodeId,
    /// Which of the giver's gifts, counted from 1.
    pub number: u32,
}

/// What a process knows: its stamp; and beside it the usual vector clock, with an entry for each process that ever did
/// something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Knowledge {
    /// The stamp.
    pub stamp: Stamp,
    /// The vector clock. No process looks at it: it is what stamps are compared with.
    pub vector: VersionVector<Process>,
}

/// What nodes send one another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// Client to process: please do this.
    Do {
        /// The call.
        id: OpId,
        /// What.
        op: Op,
    },
    /// Process to client: what came of it.
    Answer {
        /// The call.
        id: OpId,
        /// What came of it.
        ret: Ret,
        /// Who was given a part of the line for it.
        heir: Option<NodeId>,
        /// Whether a process lives here now.
        alive: bool,
    },
    /// A message between processes, with an anonymous stamp.
    Tell(Knowledge),
    /// A part of the line, with all that its owner knows: a fork or a retirement.
    Give {
        /// Which gift it is.
        gift: Gift,
        /// What the receiver gets.
        knowledge: Knowledge,
        /// Whether the giver keeps nothing.
        whole: bool,
    },
}

/// What clients ask for. Who is not named is picked at random.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Do something: an event.
    Work,
    /// Send a message.
    Tell(Option<NodeId>),
    /// Invite a process to a node, or give one that lives there a larger part.
    Fork(Option<NodeId>),
    /// End, and hand everything on to another.
    Retire(Option<NodeId>),
}

impl Op {
    /// Its name, and whom it names.
    fn parts(&self) -> (&'static str, Option<NodeId>) {
        match self {
            Op::Work => ("work", None),
            Op::Tell(to) => ("tell", *to),
            Op::Fork(to) => ("fork", *to),
            Op::Retire(to) => ("retire", *to),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (name, None) => f.write_str(name),
            (name, Some(to)) => write!(f, "{name} {to}"),
        }
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(text: &str) -> Result<Op, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let to = |name: &str| match name.parse::<NodeId>() {
            Ok(node) if node.is_client() => Err(format!("{node} is a client: processes live on servers")),
            Ok(node) => Ok(Some(node)),
            Err(bad) => Err(bad.to_string()),
        };
        match words[..] {
            ["work"] => Ok(Op::Work),
            ["tell"] => Ok(Op::Tell(None)),
            ["fork"] => Ok(Op::Fork(None)),
            ["retire"] => Ok(Op::Retire(None)),
            ["tell", name] => Ok(Op::Tell(to(name)?)),
            ["fork", name] => Ok(Op::Fork(to(name)?)),
            ["retire", name] => Ok(Op::Retire(to(name)?)),
            _ => {
                Err("write `work`, `tell B`, `fork B` or `retire B`; without a name, one is picked"
                    .to_owned())
            }
        }
    }
}

/// What clients are told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// It is done, and this is the process's stamp now.
    Stamp(Stamp),
    /// It has ended.
    Ended,
    /// It was not done, for this reason.
    Refused(&'static str),
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ret::Stamp(stamp) => fmt::Display::fmt(stamp, f),
            Ret::Ended => f.write_str("ended"),
            Ret::Refused(why) => f.write_str(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_read_back() {
        for text in ["work", "tell", "tell B", "fork", "fork C", "retire", "retire A"] {
            assert_eq!(text.parse::<Op>().unwrap().to_string(), text);
        }
        for text in ["", "work B", "fork c1", "fork b", "fork B C", "sleep"] {
            assert!(text.parse::<Op>().is_err(), "{text}");
        }
    }
}
