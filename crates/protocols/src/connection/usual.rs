//! How connections work, as it is set, and what is usual where nothing is said of it.

use std::fmt::Debug;
use std::marker::PhantomData;

use lightcone_sim::layer::Meaning;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// Connections, one between any two nodes that talk.
    Connections,
    /// Each message for itself, as the network takes it: the layer does nothing.
    Datagrams,
}

/// How connections work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What carries messages.
    pub transport: Transport,
    /// The retransmission time-out at first (RFC 6298); it doubles with every retransmission, up to 16 times.
    pub rto: Ns,
    /// After so many retransmissions without an answer the connection breaks (R2 in RFC 9293 §3.8.3).
    pub retries: u32,
    /// How many messages an end has room for that its application has not read.
    pub window: u32,
    /// How long the application takes to read a message; 0: it reads at once.
    pub read: Ns,
    /// Whether what was unacknowledged is sent again on a new connection, as many an application does.
    pub resend: bool,
}

/// What the options mean, by name.
pub(super) const MEANINGS: [Meaning; 6] = [
    ("transport", "what carries messages: connections or datagrams"),
    ("rto", "the retransmission time-out at first, in ns"),
    ("retries", "after so many unanswered retransmissions a connection breaks"),
    ("window", "how many unread messages an end has room for"),
    ("read", "how long the application takes to read a message, in ns"),
    ("resend", "whether what was unacknowledged is sent again on a new connection"),
];

/// For what a protocol is over connections: that decides what is usual.
pub trait Usual: Clone + Debug + PartialEq + 'static {
    /// What carries messages where nothing else is asked for.
    const TRANSPORT: Transport;
    /// Whether what was unacknowledged is sent again on a new connection where nothing else is asked for.
    const RESEND: bool;
    /// Whether segments have the colour of their connection. Not where colours are epochs of the protocol inside.
    const COLOURS: bool;
}

/// A protocol that is about connections.
#[derive(Clone, Debug, PartialEq)]
pub struct Alone;

impl Usual for Alone {
    const TRANSPORT: Transport = Transport::Connections;
    const RESEND: bool = true;
    const COLOURS: bool = true;
}

/// A protocol that is about datagrams, for which connections are the other choice.
#[derive(Clone, Debug, PartialEq)]
pub struct OrDatagrams;

impl Usual for OrDatagrams {
    const TRANSPORT: Transport = Transport::Datagrams;
    const RESEND: bool = true;
    const COLOURS: bool = true;
}

/// A protocol that is about something else, where a scenario asks for connections. It stands losses by itself, and says
/// again what still matters: to send all that was unacknowledged on a new connection would only bring it what is stale.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked;

impl Usual for Asked {
    const TRANSPORT: Transport = Transport::Datagrams;
    const RESEND: bool = false;
    const COLOURS: bool = false;
}

/// Options, as parameters of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings<U>(pub Options, pub PhantomData<fn() -> U>);

impl<U: Usual> Default for Settings<U> {
    fn default() -> Self {
        let options = Options {
            transport: U::TRANSPORT,
            rto: Ns::ms(200),
            retries: 2,
            window: 4,
            read: Ns::ZERO,
            resend: U::RESEND,
        };
        Settings(options, PhantomData)
    }
}

// Derived ones would ask the same of `U`.
impl<U> Serialize for Settings<U> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de, U> Deserialize<'de> for Settings<U> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Options::deserialize(from).map(|options| Settings(options, PhantomData))
    }
}
