//! Requests, and what is said about them.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{NodeId, OpId};

use crate::fifo::Again;

/// *Tm:Pi requests resource*. In the total order ⇒ of the paper: by time, and at the same time by process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request {
    /// What the process's clock showed when it made the request (Tm).
    pub time: u64,
    /// Whose it is (Pi).
    pub process: NodeId,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.time, self.process)
    }
}

/// What nodes send one another. Processes stamp what they send one another with their clock's time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// Client to process: enter for me.
    Enter(OpId),
    /// Process to client: I was in, with this request.
    Done(OpId, Request),
    /// Rule 1: a process requests the resource.
    Request(Request),
    /// Rule 2: it is in my queue.
    Acknowledge {
        /// When it was sent.
        time: u64,
        /// What it answers.
        of: Request,
    },
    /// Rule 3: a process releases the resource.
    Release {
        /// When it was sent.
        time: u64,
        /// The request that is over.
        of: Request,
    },
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The process has done what it entered for.
    Leave,
    /// Messages that were not acknowledged are repeated.
    Again,
}

impl From<Again> for Timer {
    fn from(_: Again) -> Timer {
        Timer::Again
    }
}

/// What clients call: a process is to enter the critical section once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Enter;

impl fmt::Display for Enter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("enter")
    }
}

impl FromStr for Enter {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Enter, &'static str> {
        if text.trim() == "enter" {
            Ok(Enter)
        } else {
            Err("write `enter`: there is nothing else to ask for")
        }
    }
}

/// What a client is told: the request with which it was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Served(pub Request);

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "done, {}", self.0)
    }
}
