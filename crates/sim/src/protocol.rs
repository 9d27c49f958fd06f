//! What a protocol is: a pure state machine, and the narrow window through which it sees the world.
//!
//! A handler sees its own state, the event, its **local** clock and its own chance, and nothing else: no true time, no
//! network, no other node. What it does is an ordered list of effects; a crash may fall between any two of them.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::alone::Answers;
use crate::chance::Chance;
use crate::clock::Reading;
use crate::ids::{NodeId, Nodes, OpId};
use crate::monitor::Monitor;
use crate::scenario::Scenario;
use crate::time::{LocalNs, Ns};

/// A distributed protocol, all roles of it, its clients included. Immutable configuration lives in `&self`. All of it can be
/// read by several threads at once: the explorer does.
pub trait Protocol: Sized + Send + Sync + 'static {
    /// What a person can set, as a JSON object; `Default` gives the usual values.
    type Params: Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned;
    /// Volatile state: lost in any crash.
    type State: Clone + Eq + Hash + Debug + Send + Sync;
    /// State on disk: survives a crash, lost to amnesia. `Default` is an empty disk.
    type Stable: Clone + Eq + Hash + Debug + Default + Send + Sync;
    /// What nodes send one another.
    type Msg: Clone + Eq + Hash + Debug + Send + Sync;
    /// What a timer is for. A node has at most one timer of each value; setting it again replaces it.
    type Timer: Clone + Eq + Hash + Debug + Send + Sync;
    /// What clients call, written as text in scripts: `put x 1`.
    type Op: Clone + Eq + Hash + Debug + Display + FromStr<Err: Display> + Send + Sync;
    /// What clients are told.
    type Ret: Clone + Eq + Hash + Debug + Display + Send + Sync;

    /// Name on the command line, in files and links: `raft`.
    const NAME: &'static str;
    /// Name for people: `Raft`.
    const TITLE: &'static str;
    /// The chapter of the course that it belongs to.
    const CHAPTER: &'static str = "Nodes, networks, time";
    /// One sentence on what it does.
    const SUMMARY: &'static str;
    /// One line for each parameter: its name in [`Protocol::Params`] and what it means, with its unit.
    const PARAMS: &'static [(&'static str, &'static str)] = &[];
    /// Operations that a person may want to try, as they are written.
    const OPS: &'static [&'static str] = &[];

    /// The protocol for these parameters and servers, or one sentence saying what is wrong with them.
    fn new(params: Self::Params, nodes: Nodes) -> Result<Self, String>;

    /// The scenario that opens with no more said than the protocol's name, for so many servers (`None`: as usual).
    fn scenario(nodes: Option<u16>) -> Scenario {
        Scenario::new(Self::NAME, nodes.unwrap_or(3))
    }

    /// Named scenarios worth opening, as (title, scenario).
    fn examples() -> Vec<(&'static str, Scenario)> {
        Vec::new()
    }

    /// What is on a node's disk before it first starts. Amnesia takes that, too.
    fn disk(&self, _node: NodeId) -> Self::Stable {
        Self::Stable::default()
    }

    /// A node starts, for the first time or after a crash; [`Ctx::stable`] is what its disk holds.
    fn boot(&self, ctx: &mut Ctx<'_, Self>) -> Self::State;

    /// A node takes one step.
    fn on(&self, state: &mut Self::State, event: Event<'_, Self>, ctx: &mut Ctx<'_, Self>);

    /// The node's role and epoch, for its lane's weight and colour. Asked after every activation: keep it cheap.
    fn status(&self, _state: &Self::State, _stable: &Self::Stable) -> Status {
        Status { role: "node", weight: Weight::Thin, epoch: None }
    }

    /// What a node that sets its clock for itself adds to what its machine's wall clock shows, in ns. Asked after every
    /// activation.
    fn correction(&self, _state: &Self::State) -> i64 {
        0
    }

    /// An epoch as the paper writes it: `3`, or a ballot's `1.C`; empty where a role says it all.
    fn epoch_name(&self, epoch: u64) -> String {
        epoch.to_string()
    }

    /// The node's state for the inspector.
    fn view(&self, state: &Self::State, stable: &Self::Stable) -> View {
        View::default().field("state", format!("{state:?}")).durable("disk", format!("{stable:?}"))
    }

    /// At most `count` entries of a server's log after the first `before`; `None`: this protocol keeps no logs. While
    /// a server is down it has no state, and its log is what its disk holds.
    fn log(
        &self,
        _state: Option<&Self::State>,
        _stable: &Self::Stable,
        _before: u64,
        _count: u64,
    ) -> Option<LogView> {
        None
    }

    /// A message for arrows, lists and the inspector.
    fn describe(&self, msg: &Self::Msg) -> MsgView {
        let text = plain(&format!("{msg:?}"));
        MsgView { kind: "message", label: text.clone(), sentence: text, epoch: None, routine: false }
    }

    /// How long a message is on the wire, in bytes. It counts where a link has a bandwidth.
    fn size(&self, _msg: &Self::Msg) -> u32 {
        100
    }

    /// The numbers in a message that somebody could lie about, by the paper's names: a value, a term, a ballot. What is
    /// true or false is 1 or 0.
    fn facts(&self, _msg: &Self::Msg) -> Vec<(&'static str, i64)> {
        Vec::new()
    }

    /// The message with another number in the place of one of its [`Protocol::facts`]; `None`: it has no such number, or it
    /// cannot be that.
    fn with_fact(&self, _msg: &Self::Msg, _name: &str, _value: i64) -> Option<Self::Msg> {
        None
    }

    /// A timer in a few words: `election timeout`.
    fn describe_timer(&self, timer: &Self::Timer) -> String {
        plain(&format!("{timer:?}"))
    }

    /// The invariants to watch, fresh for one run.
    fn monitors(&self) -> Vec<Box<dyn Monitor<Self>>> {
        Vec::new()
    }
}

/// A value's `Debug` form as a reader would write it: text without its quotes, and a word for what says nothing.
fn plain(debug: &str) -> String {
    match debug.trim_matches('"') {
        "()" => "timer".to_owned(),
        text => text.to_owned(),
    }
}

/// Why a handler runs.
#[derive(Debug)]
pub enum Event<'a, P: Protocol> {
    /// A message arrived.
    Message {
        /// Who sent it.
        from: NodeId,
        /// What it says.
        msg: &'a P::Msg,
    },
    /// A timer fired; it is no longer set.
    Timer(P::Timer),
    /// A person or the workload asks this client for an operation.
    Op {
        /// The operation's identity: hand it back to [`Ctx::reply`].
        id: OpId,
        /// What to do.
        op: P::Op,
        /// The server to ask first; `None`: as the client thinks best.
        at: Option<NodeId>,
    },
}

/// One effect of an activation, in the order in which the handler asked for them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect<M, T, R> {
    /// The disk was written (and flushed) before anything that follows.
    Persist,
    /// A message was handed to the network.
    Send {
        /// To whom.
        to: NodeId,
        /// What.
        msg: M,
    },
    /// A timer was set, to fire after so long on the local monotonic clock.
    SetTimer {
        /// What for.
        timer: T,
        /// How long.
        after: Ns,
    },
    /// A timer was cancelled.
    Cancel(T),
    /// A client's operation completed.
    Reply {
        /// Which.
        op: OpId,
        /// With what.
        ret: R,
    },
    /// The handler said why; recorded only when someone asks, and no effect that a crash can fall behind.
    Note(String),
}

/// A protocol's own kind of [`Effect`].
pub type EffectOf<P> = Effect<<P as Protocol>::Msg, <P as Protocol>::Timer, <P as Protocol>::Ret>;

/// Everything that a handler may do and see beside its state.
#[derive(Debug)]
pub struct Ctx<'a, P: Protocol> {
    pub(crate) me: NodeId,
    pub(crate) nodes: Nodes,
    pub(crate) clock: Reading,
    pub(crate) chance: Chance,
    /// Where chance does not decide: what is answered to each pick.
    pub(crate) answers: Option<&'a mut Answers>,
    pub(crate) activation: u32,
    pub(crate) picks: u32,
    pub(crate) stable: &'a mut P::Stable,
    pub(crate) effects: &'a mut Vec<EffectOf<P>>,
    /// The disk as it was when the node crashed inside this activation.
    pub(crate) lost: Option<P::Stable>,
    /// After how many effects the node crashes; the rest does not happen.
    pub(crate) crash_after: Option<u32>,
    pub(crate) done: u32,
    pub(crate) with_notes: bool,
    /// Inside a layer: the disk after each write so far.
    pub(crate) disks: Option<Vec<P::Stable>>,
}

impl<P: Protocol> Ctx<'_, P> {
    /// This node.
    pub fn me(&self) -> NodeId {
        self.me
    }

    /// How many servers there are.
    pub fn server_count(&self) -> usize {
        usize::from(self.nodes.servers)
    }

    /// All servers, this one included if it is one.
    pub fn servers(&self) -> impl Iterator<Item = NodeId> + use<P> {
        (0..self.nodes.servers).map(NodeId::server)
    }

    /// All servers but this one.
    pub fn peers(&self) -> impl Iterator<Item = NodeId> + use<P> {
        let me = self.me;
        self.servers().filter(move |&node| node != me)
    }

    /// The local wall clock, with its offset, steps, slews and drift.
    pub fn now(&self) -> LocalNs {
        self.clock.wall
    }

    /// The local monotonic clock, on which timers run: how long the machine has run, with its drift. It never steps, and
    /// says nothing to another node.
    pub fn monotonic(&self) -> Ns {
        self.clock.monotonic
    }

    /// The earliest and the latest that true time can be, if the bound on the local clock's error is honest: the wall
    /// clock less and plus its uncertainty (TrueTime's `TT.now()`).
    pub fn interval(&self) -> (LocalNs, LocalNs) {
        self.clock.interval()
    }

    /// What the disk holds, with all that this activation has persisted.
    pub fn stable(&self) -> &P::Stable {
        self.stable
    }

    /// Whether the next effect still happens, or falls behind the crash.
    fn next_happens(&mut self) -> bool {
        let happens = self.crash_after.is_none_or(|k| self.done < k);
        self.done += 1;
        happens
    }

    /// Writes to disk, durably, before any later effect.
    pub fn persist(&mut self, write: impl FnOnce(&mut P::Stable)) {
        if self.next_happens() {
            self.effects.push(Effect::Persist);
        } else if self.lost.is_none() {
            // The handler goes on believing in its write; the disk of the crashed node never saw it.
            self.lost = Some(self.stable.clone());
        }
        write(self.stable);
        if self.disks.is_some() {
            self.keep_disk();
        }
    }

    /// Seldom, and so not in every handler that writes.
    #[cold]
    #[inline(never)]
    fn keep_disk(&mut self) {
        if let Some(disks) = &mut self.disks {
            disks.push(self.stable.clone());
        }
    }

    /// Sends a message. It may be lost, late, twice, or overtaken.
    pub fn send(&mut self, to: NodeId, msg: P::Msg) {
        if self.next_happens() {
            self.effects.push(Effect::Send { to, msg });
        }
    }

    /// Sets a timer to fire after a span of local time drawn evenly from `[min, max]`, at least a nanosecond.
    /// A timer of the same value that is already set is replaced.
    pub fn set_timer(&mut self, timer: P::Timer, min: Ns, max: Ns) {
        let spread = max.since(min).0;
        let is_drawn = spread > 0 && self.answers.is_none();
        let after = Ns(min.0.max(1)) + Ns(if is_drawn { self.pick(spread.saturating_add(1)) } else { 0 });
        if self.next_happens() {
            self.effects.push(Effect::SetTimer { timer, after });
        }
    }

    /// Cancels the timer of this value, if it is set.
    pub fn cancel(&mut self, timer: P::Timer) {
        if self.next_happens() {
            self.effects.push(Effect::Cancel(timer));
        }
    }

    /// A number below `bound`: the only chance that a protocol has.
    pub fn pick(&mut self, bound: u64) -> u64 {
        if let Some(answers) = &mut self.answers {
            return answers.next(bound);
        }
        self.picks += 1;
        self.chance.pick(self.me, self.activation, self.picks, bound)
    }

    /// Whether something happens that has a chance of so many in a million.
    pub fn happens(&mut self, ppm: u32) -> bool {
        match &mut self.answers {
            Some(_) if ppm == 0 || ppm >= 1_000_000 => ppm > 0,
            Some(answers) => answers.next(2) == 1,
            None => self.pick(1_000_000) < u64::from(ppm),
        }
    }

    /// Completes a client's operation (clients only).
    pub fn reply(&mut self, op: OpId, ret: P::Ret) {
        if self.next_happens() {
            self.effects.push(Effect::Reply { op, ret });
        }
    }

    /// Says why, in a teacher's words. The closure runs only when someone looks, so it costs a run nothing.
    pub fn note(&mut self, why: impl FnOnce() -> String) {
        if self.with_notes {
            self.effects.push(Effect::Note(why()));
        }
    }
}

/// How a lane is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weight {
    /// A follower, a participant, a client: thin.
    Thin,
    /// Someone who asks to lead: dashed.
    Dashed,
    /// A leader, a coordinator: thick.
    Thick,
}

/// A node's role and epoch at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// The role in the paper's word: `leader`.
    pub role: &'static str,
    /// How heavy its lane is.
    pub weight: Weight,
    /// Term, ballot, view or transaction: the lane's colour. `None`: no epoch (grey).
    pub epoch: Option<u64>,
}

/// A node's state for a reader: fields in order, and a log or table if it has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Name and value.
    pub fields: Vec<Field>,
    /// Entries of a log, oldest first.
    pub log: Vec<LogItem>,
    /// How many entries stand before the first one shown (a long log shows its end).
    pub log_before: u64,
}

/// One field of a node's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The paper's name: `votedFor`.
    pub name: &'static str,
    /// Its value as text.
    pub value: String,
    /// Whether it is on disk.
    pub durable: bool,
}

impl View {
    /// Adds a volatile field.
    pub fn field(mut self, name: &'static str, value: impl ToString) -> View {
        self.fields.push(Field { name, value: value.to_string(), durable: false });
        self
    }

    /// Adds a field that is on disk.
    pub fn durable(mut self, name: &'static str, value: impl ToString) -> View {
        self.fields.push(Field { name, value: value.to_string(), durable: true });
        self
    }
}

/// One entry of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogItem {
    /// Its index, as the paper counts.
    pub index: u64,
    /// The epoch it was made in: its colour.
    pub epoch: Option<u64>,
    /// What it says: `x=1`.
    pub text: String,
    /// Whether this node knows it to be committed.
    pub committed: bool,
}

/// A stretch of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogView {
    /// Its entries, oldest first.
    pub items: Vec<LogItem>,
    /// How many entries the whole log has.
    pub length: u64,
    /// How far a log that all servers are to share has come here; `None`: the log is the server's own, and its entries
    /// need not agree with another's at the same index.
    pub shared: Option<SharedUpTo>,
}

/// How far a server has come with a log that all are to share, by index; 0: not even with the first entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharedUpTo {
    /// The last entry that it knows to be committed.
    pub committed: u64,
    /// The last entry that it has executed.
    pub applied: u64,
}

/// A message for a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MsgView {
    /// The type in the paper's word: `AppendEntries`. Messages can be hidden by it.
    pub kind: &'static str,
    /// A short label for an arrow: `vote? 2`.
    pub label: String,
    /// A sentence in a teacher's words: `D asks for your vote in term 2; its log ends at 3 (term 1)`.
    pub sentence: String,
    /// The epoch it speaks for: its colour.
    pub epoch: Option<u64>,
    /// Routine noise that folds: a heartbeat, and the answer to one.
    pub routine: bool,
}
