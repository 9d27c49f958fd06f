//! One vote: acceptors vote for the first proposal that they hear, and a value with enough votes is chosen.
//!
//! This is the simplest thing that looks like consensus, and is none: no two learners learn different values, but a vote that
//! splits chooses nothing for ever, and one acceptor that falls silent may take with it what was chosen (Lamport, *Paxos Made
//! Simple*, §2.1, dismisses it for that; Fischer, Lynch and Paterson, 1985, call the gap a window of vulnerability). It is also
//! the first round of protocols that learn in two message delays (Lamport, *Fast Paxos*, 2006), and so a place to see how many
//! acceptors those need (Lamport, *Lower Bounds for Asynchronous Consensus*, 2003 and 2006): N > 2F + M so that a value can be
//! learned though F acceptors are silent and M lie; N > 2E + F so that it can be learned in two delays though E are silent.
//!
//! Servers are the acceptors. Clients are proposers and learners: each proposes to all acceptors, and hears all votes.

mod explored;
mod monitors;

use std::fmt;
use std::str::FromStr;

use lightcone_sim::ids::{NodeId, Nodes, OpId};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

/// The protocol.
#[derive(Clone, Debug)]
pub struct Vote {
    params: Params,
    nodes: Nodes,
}

/// What has been agreed on beforehand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// What acceptors vote for.
    pub variant: Variant,
    /// How many votes choose a value. 0: a majority of the acceptors.
    pub quorum: u16,
    /// How many acceptors, the last ones, vote for every value that is proposed. (M)
    pub liars: u16,
    /// How many clients, the first ones, hear the votes. 0: all.
    pub learners: u16,
    /// Whether a client may be called to recover a vote that ended in nothing.
    pub recovery: bool,
    /// How many silent acceptors a recovery does without. (F)
    pub silent: u16,
}

/// What acceptors vote for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// The first proposal that they hear.
    #[default]
    FirstHeard,
    /// Water, whatever was proposed: that was settled before anybody was asked.
    Foregone,
}

/// What can be proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Tea.
    Tea,
    /// Coffee.
    Coffee,
    /// Milk.
    Milk,
    /// Water.
    Water,
}

impl Value {
    /// All of them.
    pub const ALL: [Value; 4] = [Value::Tea, Value::Coffee, Value::Milk, Value::Water];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Value::Tea => "tea",
            Value::Coffee => "coffee",
            Value::Milk => "milk",
            Value::Water => "water",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a client is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// To propose a value.
    Propose(Value),
    /// To end the vote, and to learn what it may have chosen.
    Recover,
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Propose(value) => write!(f, "propose {value}"),
            Op::Recover => f.write_str("recover"),
        }
    }
}

impl FromStr for Op {
    type Err = String;

    fn from_str(text: &str) -> Result<Op, String> {
        let text = text.trim();
        let proposed = text.strip_prefix("propose ").map(str::trim);
        let known = Value::ALL.into_iter().find(|value| proposed == Some(value.name()));
        match known {
            Some(value) => Ok(Op::Propose(value)),
            None if text == "recover" => Ok(Op::Recover),
            None => Err("write `propose` and tea, coffee, milk or water; or `recover`".to_owned()),
        }
    }
}

/// What one node tells another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// A proposer to an acceptor.
    Propose(Value),
    /// An acceptor to a learner.
    Vote(Value),
    /// Whoever recovers to an acceptor: vote no more, and tell me what you have voted.
    Ask,
    /// The answer.
    Report(Option<Value>),
}

/// What a node keeps on disk: acceptors alone do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stable {
    /// What it has voted for: one value, unless it lies.
    pub votes: Vec<Value>,
    /// Whether it votes no more.
    pub is_closed: bool,
}

/// What a node keeps in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// All that an acceptor knows is on its disk.
    Acceptor,
    /// A client: proposer and learner.
    Client(Client),
}

/// What a client knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Client {
    /// What it was asked for and has not answered.
    asked: Option<OpId>,
    /// What it has proposed.
    proposed: Option<Value>,
    /// Who voted for what.
    votes: Vec<(NodeId, Value)>,
    /// What acceptors have reported to it, as it recovers.
    reports: Option<Map<NodeId, Option<Value>>>,
    /// What it has learned.
    pub learned: Option<Value>,
}

/// What a client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// This value was chosen, which need not be the one proposed.
    Chosen(Value),
    /// Nobody has voted.
    Nothing,
    /// Recovery was not agreed on beforehand.
    Refused,
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ret::Chosen(value) => write!(f, "chosen {value}"),
            Ret::Nothing => f.write_str("nothing was voted for"),
            Ret::Refused => f.write_str("here nobody may recover"),
        }
    }
}

impl Vote {
    /// How many votes choose a value.
    pub fn quorum(&self) -> usize {
        usize::from(if self.params.quorum == 0 { self.nodes.servers / 2 + 1 } else { self.params.quorum })
    }

    fn is_liar(&self, acceptor: NodeId) -> bool {
        acceptor.number() + self.params.liars >= self.nodes.servers
    }

    fn learners(&self) -> impl Iterator<Item = NodeId> + use<> {
        let all = self.nodes.clients;
        let some = if self.params.learners == 0 { all } else { self.params.learners.min(all) };
        (0..some).map(NodeId::client)
    }

    fn tell(&self, value: Value, ctx: &mut Ctx<'_, Vote>) {
        for learner in self.learners() {
            ctx.send(learner, Msg::Vote(value));
        }
    }

    /// An acceptor hears a proposal.
    fn on_propose(&self, from: NodeId, value: Value, ctx: &mut Ctx<'_, Vote>) {
        let value = if self.params.variant == Variant::Foregone { Value::Water } else { value };
        let (me, disk) = (ctx.me(), ctx.stable().clone());
        if disk.is_closed {
            return ctx.note(|| format!("{from} proposes {value}. I have promised to vote no more."));
        }
        match disk.votes.first() {
            Some(_) if disk.votes.contains(&value) => {
                return ctx.note(|| format!("I have voted for {value} already."));
            }
            Some(first) if !self.is_liar(me) => {
                return ctx.note(|| format!("{from} proposes {value}. My one vote went to {first}."));
            }
            Some(first) => ctx.note(|| format!("I voted for {first}, and vote for {value} as well: I lie.")),
            None => ctx.note(|| format!("{value} is the first that I hear of: it has my vote, for good.")),
        }
        // On disk first: a vote that could be forgotten could be cast twice.
        ctx.persist(|disk| disk.votes.push(value));
        self.tell(value, ctx);
    }

    fn on_ask(&self, from: NodeId, ctx: &mut Ctx<'_, Vote>) {
        if !ctx.stable().is_closed {
            ctx.note(|| "From now on I vote no more, so that what I report stays true.".to_owned());
            ctx.persist(|disk| disk.is_closed = true);
        }
        let vote = ctx.stable().votes.first().copied();
        ctx.send(from, Msg::Report(vote));
    }

    fn on_vote(&self, client: &mut Client, from: NodeId, value: Value, ctx: &mut Ctx<'_, Vote>) {
        if client.learned.is_some() || client.votes.contains(&(from, value)) {
            return;
        }
        client.votes.push((from, value));
        // In an order that says nothing of when they came.
        client.votes.sort_unstable();
        let (votes, quorum) =
            (client.votes.iter().filter(|(_, other)| *other == value).count(), self.quorum());
        if votes < quorum {
            return ctx.note(|| format!("{votes} of {quorum} votes for {value}."));
        }
        ctx.note(|| format!("{quorum} votes for {value}: it is chosen."));
        self.learn(client, value, ctx);
    }

    fn learn(&self, client: &mut Client, value: Value, ctx: &mut Ctx<'_, Vote>) {
        client.learned = Some(value);
        client.votes.clear();
        if let Some(id) = client.asked.take() {
            ctx.reply(id, Ret::Chosen(value));
        }
    }

    fn on_report(&self, client: &mut Client, from: NodeId, vote: Option<Value>, ctx: &mut Ctx<'_, Vote>) {
        let needed = usize::from(self.nodes.servers.saturating_sub(self.params.silent)).max(1);
        let Some(reports) = &mut client.reports else { return };
        reports.insert(from, vote);
        if client.learned.is_some() || reports.len() < needed {
            return;
        }
        let unheard = usize::from(self.nodes.servers) - reports.len();
        let votes = |value: Value| reports.iter().filter(|(_, vote)| **vote == Some(value)).count();
        let may_be = |value: &Value| votes(*value) > 0 && votes(*value) + unheard >= self.quorum();
        let candidates: Vec<Value> = Value::ALL.into_iter().filter(may_be).collect();
        let any = Value::ALL.into_iter().find(|value| votes(*value) > 0);
        client.reports = None;
        let heard = usize::from(self.nodes.servers) - unheard;
        ctx.note(|| match candidates.as_slice() {
            [] => format!("{heard} have reported, and no value can have been chosen: I am free."),
            [one] => format!("{heard} have reported: only {one} can have been chosen. I take it."),
            [one, other, ..] => {
                format!("Either of {one} and {other} may have been chosen, and I cannot know which: I guess {one}.")
            }
        });
        match (candidates.first().copied().or(any), client.asked) {
            (Some(value), _) => self.learn(client, value, ctx),
            (None, Some(id)) => {
                client.asked = None;
                ctx.reply(id, Ret::Nothing);
            }
            (None, None) => {}
        }
    }

    fn on_op(&self, client: &mut Client, id: OpId, op: Op, ctx: &mut Ctx<'_, Vote>) {
        let answer = match (client.learned, op) {
            (Some(value), _) => Some(Ret::Chosen(value)),
            (None, Op::Recover) if !self.params.recovery => Some(Ret::Refused),
            _ => None,
        };
        if let Some(answer) = answer {
            return ctx.reply(id, answer);
        }
        client.asked = Some(id);
        let msg = match op {
            Op::Propose(value) => {
                client.proposed = Some(value);
                Msg::Propose(value)
            }
            Op::Recover => {
                client.reports = Some(Map::default());
                Msg::Ask
            }
        };
        for acceptor in ctx.servers() {
            ctx.send(acceptor, msg.clone());
        }
    }
}

impl Protocol for Vote {
    type Params = Params;
    type State = State;
    type Stable = Stable;
    type Msg = Msg;
    type Timer = (); // There is none.
    type Op = Op;
    type Ret = Ret;
    const NAME: &'static str = "vote";
    const TITLE: &'static str = "One vote";
    const CHAPTER: &'static str = "Consensus";
    const SUMMARY: &'static str =
        "Each acceptor votes for the first proposal it hears; enough votes choose a value, or never do";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("variant", "what acceptors vote for: first-heard, or foregone (water, whatever was proposed)"),
        ("quorum", "how many votes choose a value; 0: a majority"),
        ("liars", "how many acceptors (the last ones) vote for all that is proposed"),
        ("learners", "how many clients (the first ones) hear the votes; 0: all"),
        ("recovery", "whether a client may be asked to recover what was perhaps chosen"),
        ("silent", "how many silent acceptors a recovery does without"),
    ];
    const OPS: &'static [&'static str] = &["propose tea", "propose coffee", "propose milk"];

    fn new(params: Params, nodes: Nodes) -> Result<Vote, String> {
        let servers = nodes.servers;
        for (name, number) in [("quorum", params.quorum), ("liars", params.liars)] {
            if number > servers {
                return Err(format!("{name} is {number}, and there are {servers} acceptors"));
            }
        }
        if params.silent > 0 && params.silent >= servers {
            return Err(format!("silent is {}: somebody of {servers} must speak", params.silent));
        }
        Ok(Vote { params, nodes })
    }

    /// Two proposals, the one a little before the other.
    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(1), ..Scenario::new(Self::NAME, nodes.unwrap_or(3)) };
        scenario.workload.clients = 2;
        for (at, client, value) in [(100, 0, Value::Tea), (105, 1, Value::Coffee)] {
            let op = Op::Propose(value).to_string();
            scenario.push(Ns::ms(at), Action::Op { client: NodeId::client(client), op, node: None });
        }
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Vote>) -> State {
        if ctx.me().is_client() {
            return State::Client(Client::default());
        }
        for value in ctx.stable().votes.clone() {
            ctx.note(|| {
                format!("My disk says that I voted for {value}. Perhaps nobody has heard: I say so again.")
            });
            self.tell(value, ctx);
        }
        State::Acceptor
    }

    fn on(&self, state: &mut State, event: Event<'_, Vote>, ctx: &mut Ctx<'_, Vote>) {
        match (state, event) {
            (State::Acceptor, Event::Message { from, msg: Msg::Propose(value) }) => {
                self.on_propose(from, *value, ctx);
            }
            (State::Acceptor, Event::Message { from, msg: Msg::Ask }) => self.on_ask(from, ctx),
            (State::Client(client), Event::Message { from, msg: Msg::Vote(value) }) => {
                self.on_vote(client, from, *value, ctx);
            }
            (State::Client(client), Event::Message { from, msg: Msg::Report(vote) }) => {
                self.on_report(client, from, *vote, ctx);
            }
            (State::Client(client), Event::Op { id, op, .. }) => self.on_op(client, id, op, ctx),
            _ => {}
        }
    }

    fn status(&self, state: &State, stable: &Stable) -> Status {
        let epoch = |value: Value| value as u64 + 1;
        match state {
            State::Acceptor => {
                let vote = stable.votes.last().copied();
                Status {
                    role: if vote.is_some() { "voted" } else { "acceptor" },
                    weight: Weight::Thin,
                    epoch: vote.map(epoch),
                }
            }
            State::Client(client) => match client.learned {
                Some(value) => Status { role: "learned", weight: Weight::Thick, epoch: Some(epoch(value)) },
                None => Status { role: "learner", weight: Weight::Dashed, epoch: None },
            },
        }
    }

    fn epoch_name(&self, epoch: u64) -> String {
        let value = Value::ALL.into_iter().find(|value| *value as u64 + 1 == epoch);
        value.map_or_else(String::new, |value| value.to_string())
    }

    fn view(&self, state: &State, stable: &Stable) -> View {
        let list = |values: &mut dyn Iterator<Item = String>| -> String {
            let words: Vec<String> = values.collect();
            if words.is_empty() { "none".to_owned() } else { words.join(", ") }
        };
        match state {
            State::Acceptor => {
                let voted = list(&mut stable.votes.iter().map(Value::to_string));
                let view = View::default().durable("voted", voted);
                if stable.is_closed { view.durable("votes", "no more") } else { view }
            }
            State::Client(client) => {
                let votes = list(&mut client.votes.iter().map(|(from, value)| format!("{from} {value}")));
                let learned = client.learned.map_or("nothing", Value::name);
                View::default().field("votes", votes).field("learned", learned)
            }
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence, value) = match *msg {
            Msg::Propose(value) => {
                ("propose", format!("{value}?"), format!("I propose {value}."), Some(value))
            }
            Msg::Vote(value) => ("vote", value.to_string(), format!("I voted for {value}."), Some(value)),
            Msg::Ask => (
                "ask",
                "how did you vote?".to_owned(),
                "Vote no more, and tell me how you voted.".to_owned(),
                None,
            ),
            Msg::Report(Some(value)) => (
                "report",
                format!("voted {value}"),
                format!("I voted for {value}, and vote no more."),
                Some(value),
            ),
            Msg::Report(None) => {
                ("report", "did not vote".to_owned(), "I have not voted, and shall not.".to_owned(), None)
            }
        };
        MsgView { kind, label, sentence, epoch: value.map(|value| value as u64 + 1), routine: false }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Vote>>> {
        monitors::all()
    }
}
