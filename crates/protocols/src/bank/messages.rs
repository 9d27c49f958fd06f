//! Payments, snapshots, and what is said about them.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::sorted::Map;

use crate::fifo::Again;

/// Which snapshot: the first, second, … that an account has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Snapshot {
    /// The how manieth, from 1.
    pub number: u32,
    /// Who began it.
    pub initiator: NodeId,
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.initiator, self.number)
    }
}

/// Payments that went one way between two accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flow {
    /// How many.
    pub payments: u32,
    /// How much in all.
    pub amount: u64,
}

impl Flow {
    pub(super) fn add(&mut self, amount: u64) {
        self.payments += 1;
        self.amount += amount;
    }
}

/// What an account's state is, and so what it records of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Books {
    /// What it has.
    pub balance: u64,
    /// What it has paid, by receiver.
    pub paid: Map<NodeId, Flow>,
    /// What it was paid, by payer.
    pub got: Map<NodeId, Flow>,
}

/// One account's part of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Part {
    /// The recorded state of the process.
    pub books: Books,
    /// The recorded states of the channels that lead to it, by payer: payments that were on their way.
    pub channels: Map<NodeId, Vec<u64>>,
}

impl Part {
    /// The money that was recorded as being on its way.
    pub fn on_the_way(&self) -> u64 {
        self.channels.values().flatten().sum()
    }
}

/// What nodes send one another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// Account to account: money.
    Pay(u64),
    /// A marker: what comes behind it on this channel is later than the snapshot.
    Marker(Snapshot),
    /// The naive way: write down what you have.
    WriteDown(Snapshot),
    /// Account to the initiator: its part.
    Report(Snapshot, Part),
    /// Client to account: take a snapshot.
    Take(OpId),
    /// Account to client: what was counted, and what there is.
    Counted(OpId, Total),
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// It is time to pay somebody something.
    Pay,
    /// Messages that were not acknowledged are repeated.
    Again,
}

impl From<Again> for Timer {
    fn from(_: Again) -> Timer {
        Timer::Again
    }
}

/// What clients call: a snapshot, begun by the account that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Take;

impl fmt::Display for Take {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("snapshot")
    }
}

impl FromStr for Take {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Take, &'static str> {
        if text.trim() == "snapshot" {
            Ok(Take)
        } else {
            Err("write `snapshot`: accounts pay by themselves, and there is nothing else to ask for")
        }
    }
}

/// What a snapshot came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Total {
    /// What was counted, on accounts and on the way.
    pub counted: u64,
    /// What was issued in the beginning.
    pub issued: u64,
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Total { counted, issued } = *self;
        write!(f, "{counted} of {issued}")?;
        if counted < issued {
            write!(f, ", {} too little", issued - counted)
        } else if counted > issued {
            write!(f, ", {} too much", counted - issued)
        } else {
            Ok(())
        }
    }
}
