//! What is assumed of the world in which every schedule is gone through.

use std::fmt;
use std::str::FromStr;

use lightcone_sim::alone::Local;
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::time::Ns;

/// What the network does with messages. None of them loses any: that is counted in [`Budgets::drops`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Messages under way arrive in any order, each once.
    #[default]
    Multiset,
    /// What was sent stays, and may arrive any number of times: the growing set of messages of many TLA+ specifications.
    Set,
    /// On each link, one way, messages arrive in the order in which they were sent.
    Fifo,
    /// Each node has a set of messages that wait for it, and takes out one; two that say the same are one.
    InboxSet,
    /// What is sent is there at once, within the step that sends it: variables that all can see.
    Shared,
}

impl Network {
    /// All of them.
    pub const ALL: [Network; 5] =
        [Network::Multiset, Network::Set, Network::Fifo, Network::InboxSet, Network::Shared];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Network::Multiset => "multiset",
            Network::Set => "set",
            Network::Fifo => "fifo",
            Network::InboxSet => "inbox-set",
            Network::Shared => "shared",
        }
    }

    /// What it does, after "the network is".
    pub const fn words(self) -> &'static str {
        match self {
            Network::Multiset => "a multiset: messages arrive in any order, each once",
            Network::Set => "a set that only grows: a message may arrive any number of times",
            Network::Fifo => "a queue for each link: messages arrive in the order in which they were sent",
            Network::InboxSet => "a set for each receiver: messages arrive in any order, like ones as one",
            Network::Shared => "shared variables: what one writes, all see at once",
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        Network::ALL.into_iter().find(|network| network.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Network::ALL.into_iter().map(Network::name).collect();
            format!("`{text}` is no network: there are {}", names.join(", "))
        })
    }
}

/// How much may go wrong, in all. What is not counted here does not happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budgets {
    /// Messages lost.
    pub drops: u8,
    /// Messages doubled.
    pub duplicates: u8,
    /// Crashes after which the disk is as it was. Whoever is down may start again.
    pub crashes: u8,
    /// Crashes after which the disk is empty.
    pub amnesias: u8,
    /// Crashes between two effects of one step; the disk keeps what was written before.
    pub inside: u8,
    /// Partitions of the network in two; each may heal.
    pub cuts: u8,
    /// Lies: a server tells another node something else than it should, by one of the numbers that a message can lie about
    /// ([`Protocol::facts`]), which is then one more or one less. Told to some and not to others it is equivocation; to be silent
    /// to some is to lose messages, and to say again what was said is to double them.
    pub lies: u8,
    /// Timers that fire; `None`: any number.
    pub timers: Option<u8>,
}

/// The kinds of [`Budgets`], in the order in which a state counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Drop,
    Duplicate,
    Crash,
    Amnesia,
    Inside,
    Cut,
    Timer,
    Lie,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 8] = [
        Kind::Drop,
        Kind::Duplicate,
        Kind::Crash,
        Kind::Amnesia,
        Kind::Inside,
        Kind::Cut,
        Kind::Timer,
        Kind::Lie,
    ];
}

impl Budgets {
    /// How many of a kind may happen; `None`: any number, and they are not counted.
    pub(crate) fn most(&self, kind: Kind) -> Option<u8> {
        match kind {
            Kind::Drop => Some(self.drops),
            Kind::Duplicate => Some(self.duplicates),
            Kind::Crash => Some(self.crashes),
            Kind::Amnesia => Some(self.amnesias),
            Kind::Inside => Some(self.inside),
            Kind::Cut => Some(self.cuts),
            Kind::Timer => self.timers,
            Kind::Lie => Some(self.lies),
        }
    }

    /// What may go wrong, in words.
    pub fn words(&self) -> String {
        let counted = [
            (self.drops, "lost message", "lost messages"),
            (self.duplicates, "doubled message", "doubled messages"),
            (self.crashes, "crash", "crashes"),
            (self.amnesias, "crash with amnesia", "crashes with amnesia"),
            (self.inside, "crash inside a step", "crashes inside steps"),
            (self.cuts, "partition", "partitions"),
            (self.lies, "lie", "lies"),
        ];
        let mut words: Vec<String> = counted
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        if let Some(timers) = self.timers {
            words.push(format!("{timers} time-outs"));
        }
        if words.is_empty() { "no faults".to_owned() } else { format!("at most {}", words.join(", ")) }
    }
}

/// Which properties are watched. What is remembered for one that is not is no part of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Watched {
    /// All that the protocol speaks of.
    #[default]
    All,
    /// The one of this name.
    Only(String),
    /// That so many servers show this at once; no property of the protocol.
    Shown(Shown),
    /// None: all states are gone through.
    Nothing,
}

/// What servers show of themselves, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// A field of [`lightcone_sim::protocol::View`], or `role` for the role.
    pub field: String,
    /// What it shows.
    pub value: String,
    /// How many servers must show it, at least one.
    pub servers: u8,
}

/// The name of the property that is broken where what was asked for is shown.
pub const ASKED_FOR: &str = "asked for";

impl Shown {
    /// Whether a node shows it.
    pub(crate) fn is_shown<P: Protocol>(&self, protocol: &P, me: NodeId, local: &Local<P>) -> bool {
        let Some(state) = local.state.as_ref().filter(|_| !me.is_client()) else { return false };
        if self.field == ROLE {
            return protocol.status(state, &local.stable).role == self.value;
        }
        let view = protocol.view(state, &local.stable);
        view.fields.iter().any(|field| field.name == self.field && field.value == self.value)
    }

    /// The sentence for servers that show it.
    pub(crate) fn words(&self, who: &[NodeId]) -> String {
        let who: Vec<String> = who.iter().map(NodeId::to_string).collect();
        let (shows, at_once) = if who.len() == 1 { ("shows", "") } else { ("show", " at once") };
        format!("{} {shows} {} {}{at_once}.", who.join(" and "), self.field, self.value)
    }
}

/// What a node's role is called among its fields.
pub const ROLE: &str = "role";

impl Watched {
    /// Whether this property alone is watched.
    pub fn is_only(&self, property: &str) -> bool {
        matches!(self, Watched::Only(name) if name == property)
    }

    /// Whether this property is watched.
    pub(crate) fn has(&self, property: &str) -> bool {
        match self {
            Watched::All => true,
            Watched::Only(name) => name == property,
            Watched::Shown(_) | Watched::Nothing => false,
        }
    }
}

/// How clocks go on, where they do: each is a counter, and that one goes on by a unit is something that may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// No clock goes on more often than this.
    pub most: u8,
    /// By how much it then goes on.
    pub unit: Ns,
    /// By how many units two clocks may differ: what is fast, and what stands still (a pause, a suspended machine). 0: all
    /// go on together.
    pub apart: u8,
    /// Whether clients have such clocks, too. Otherwise their timers fire at any moment.
    pub clients: bool,
}

/// Schedules that are left out because what is looked for does not need them: what is found all the same happens, and is among
/// the shortest of those that are left; that nothing is found says less.
pub struct Narrowed<P: Protocol> {
    /// What is left, in words.
    pub words: &'static str,
    /// Whether a timer that may fire does.
    pub fires: fn(&P, NodeId, &Local<P>, &P::Timer) -> bool,
    /// Whether a message may still arrive at a node in this state. Once it may not, it must not in any later state either: it
    /// is forgotten.
    pub arrives: fn(&P, NodeId, &Local<P>, &P::Msg) -> bool,
}

// Derived, these would ask the same of `P`.
impl<P: Protocol> Clone for Narrowed<P> {
    fn clone(&self) -> Narrowed<P> {
        *self
    }
}

impl<P: Protocol> Copy for Narrowed<P> {}

/// All that is assumed.
pub struct Assumptions<P: Protocol> {
    /// Who is there.
    pub nodes: Nodes,
    /// What the network does.
    pub network: Network,
    /// How much may go wrong.
    pub budgets: Budgets,
    /// What each client calls, one call after the answer to the one before.
    pub ops: Vec<Vec<P::Op>>,
    /// What is watched.
    pub watched: Watched,
    /// Whether a message stays under way whose arrival would change nothing at its receiver and send nothing.
    pub idle_waits: bool,
    /// How clocks go on; `None`: they stand still, and timers fire at any moment.
    pub ticks: Option<Ticks>,
    /// What is left out; `None`: nothing.
    pub narrowed: Option<Narrowed<P>>,
}

// Derived, these would ask the same of `P`.
impl<P: Protocol> Clone for Assumptions<P> {
    fn clone(&self) -> Assumptions<P> {
        let Assumptions { nodes, network, budgets, ref ops, ref watched, idle_waits, ticks, narrowed } =
            *self;
        let (ops, watched) = (ops.clone(), watched.clone());
        Assumptions { nodes, network, budgets, ops, watched, idle_waits, ticks, narrowed }
    }
}

impl<P: Protocol> fmt::Debug for Assumptions<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Assumptions { nodes, network, budgets, ops, watched, idle_waits, ticks, narrowed } = self;
        let narrowed = narrowed.map(|narrowed| narrowed.words);
        write!(f, "{nodes:?}, {network}, {budgets:?}, {ops:?}, {watched:?}, idle waits: {idle_waits}, ")?;
        write!(f, "{ticks:?}, {narrowed:?}")
    }
}
