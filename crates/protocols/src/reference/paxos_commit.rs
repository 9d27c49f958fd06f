//! Paxos Commit as a specification (Gray and Lamport, *Consensus on Transaction Commit*, 2006, §4; specification `PaxosCommit`):
//! an instance of Paxos for each resource manager decides whether that one is prepared.
//!
//! The first servers are the resource managers, then come the acceptors, and the last is whoever leads: it sees at once what
//! the acceptors say.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Explored, Milestone, Names, permuted};
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::sorted::sort;
use serde::{Deserialize, Serialize};

use super::{
    CONSISTENCY, Consistent, LATER, Managed, RmState, Rules, SOON, decided, enable, insert, quiet, set,
};

/// The specification.
#[derive(Debug)]
pub struct PaxosCommit {
    params: Params,
    acceptors: u16,
}

/// What can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How many resource managers there are.
    pub rms: u16,
    /// How many ballots each instance has; ballot 0 is the resource manager's own.
    pub ballots: u16,
}

impl Default for Params {
    fn default() -> Params {
        Params { rms: 2, ballots: 2 }
    }
}

/// What an instance decides of its resource manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// It is prepared.
    Prepared,
    /// It is not, and the transaction aborts.
    Aborted,
}

impl Value {
    const fn word(self) -> &'static str {
        match self {
            Value::Prepared => "prepared",
            Value::Aborted => "aborted",
        }
    }
}

/// A vote: in which ballot, and for what.
pub type Vote = (u16, Value);

/// An acceptor's part in one instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Part {
    /// The highest ballot it has heard of.
    pub mbal: u16,
    /// Its last vote: in which ballot, and for what.
    pub vote: Option<Vote>,
}

/// What the leader has seen of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Instance {
    /// The ballots that it has begun, one bit each.
    begun: u32,
    /// Ballots for which it has sent a value (`phase2a`), one bit each.
    sent: u32,
    /// What acceptors have promised: for which ballot, who, and its last vote.
    promises: Vec<(u16, NodeId, Option<Vote>)>,
    /// Votes: in which ballot, for what, whose.
    votes: Vec<(u16, Value, NodeId)>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A resource manager.
    Rm(RmState),
    /// An acceptor, with its part in each instance.
    Acceptor(Vec<Part>),
    /// Whoever leads.
    Leader {
        /// What it has seen of each instance.
        instances: Vec<Instance>,
        /// Whether it has said "commit".
        commit: bool,
        /// Whether it has said "abort".
        abort: bool,
    },
    /// A client has nothing to do.
    Idle,
}

/// A message; `ins` is the instance, by its resource manager's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The specification's own names.
pub enum Msg {
    Phase1a { ins: u16, bal: u16 },
    Phase1b { ins: u16, mbal: u16, vote: Option<Vote> },
    Phase2a { ins: u16, bal: u16, val: Value },
    Phase2b { ins: u16, bal: u16, val: Value },
    Commit,
    Abort,
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The specification's own names.
pub enum Rule {
    Prepare,
    ChooseToAbort,
    Phase1a { ins: u16, bal: u16 },
    Phase2a { ins: u16, bal: u16, val: Value },
    DecideCommit,
    DecideAbort,
}

impl PaxosCommit {
    fn majority(&self) -> usize {
        usize::from(self.acceptors) / 2 + 1
    }

    fn leader(&self) -> NodeId {
        NodeId::server(self.params.rms + self.acceptors)
    }

    fn acceptors(&self) -> impl Iterator<Item = NodeId> + use<> {
        (self.params.rms..self.params.rms + self.acceptors).map(NodeId::server)
    }

    fn rms(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.params.rms).map(NodeId::server)
    }

    /// Whether some majority of those who have promised makes this the value of a ballot.
    fn may_send(&self, val: Value, bal: u16, instance: &Instance) -> bool {
        let promises: Vec<_> = instance.promises.iter().filter(|(mbal, ..)| *mbal == bal).collect();
        let with = |latest: Option<u16>| {
            promises.iter().filter(|(_, _, vote)| vote.map(|(bal, _)| bal) <= latest).count()
                >= self.majority()
        };
        match val {
            Value::Aborted if with(None) => true,
            _ => promises
                .iter()
                .filter_map(|(_, _, vote)| *vote)
                .any(|(latest, voted)| voted == val && with(Some(latest))),
        }
    }

    /// What an instance has chosen, if anything.
    fn chosen(&self, instance: &Instance) -> Option<Value> {
        [Value::Prepared, Value::Aborted].into_iter().find(|&val| self.has_chosen(val, instance))
    }

    /// Whether an instance has chosen a value.
    fn has_chosen(&self, val: Value, instance: &Instance) -> bool {
        (0..self.params.ballots).any(|ballot| {
            instance.votes.iter().filter(|(bal, voted, _)| (*bal, *voted) == (ballot, val)).count()
                >= self.majority()
        })
    }

    fn enabled(&self, state: &State) -> Rules<PaxosCommit> {
        let (instances, commit, abort) = match state {
            State::Rm(RmState::Working) => return vec![(Rule::Prepare, SOON), (Rule::ChooseToAbort, LATER)],
            State::Rm(_) | State::Acceptor(_) | State::Idle => return Vec::new(),
            State::Leader { instances, commit, abort } => (instances, commit, abort),
        };
        let mut rules = Vec::new();
        for (ins, instance) in (0..).zip(instances) {
            for bal in 1..self.params.ballots {
                if instance.begun >> bal & 1 == 0 {
                    rules.push((Rule::Phase1a { ins, bal }, LATER));
                }
                for val in [Value::Prepared, Value::Aborted] {
                    if instance.sent >> bal & 1 == 0 && self.may_send(val, bal, instance) {
                        rules.push((Rule::Phase2a { ins, bal, val }, SOON));
                    }
                }
            }
        }
        if !commit && instances.iter().all(|instance| self.has_chosen(Value::Prepared, instance)) {
            rules.push((Rule::DecideCommit, SOON));
        }
        if !abort && instances.iter().any(|instance| self.has_chosen(Value::Aborted, instance)) {
            rules.push((Rule::DecideAbort, SOON));
        }
        rules
    }

    fn on_message(&self, state: &mut State, from: NodeId, msg: Msg, ctx: &mut Ctx<'_, PaxosCommit>) {
        let leader = self.leader();
        match (state, msg) {
            (State::Rm(state), Msg::Commit) => *state = RmState::Committed,
            (State::Rm(state), Msg::Abort) => *state = RmState::Aborted,
            (State::Acceptor(parts), Msg::Phase1a { ins, bal }) => {
                let Some(part) = parts.get_mut(usize::from(ins)).filter(|part| part.mbal < bal) else {
                    return;
                };
                part.mbal = bal;
                ctx.send(leader, Msg::Phase1b { ins, mbal: bal, vote: part.vote });
            }
            (State::Acceptor(parts), Msg::Phase2a { ins, bal, val }) => {
                let Some(part) = parts.get_mut(usize::from(ins)).filter(|part| part.mbal <= bal) else {
                    return;
                };
                *part = Part { mbal: bal, vote: Some((bal, val)) };
                ctx.send(leader, Msg::Phase2b { ins, bal, val });
            }
            (State::Leader { instances, .. }, Msg::Phase1b { ins, mbal, vote }) => {
                if let Some(instance) = instances.get_mut(usize::from(ins)) {
                    insert(&mut instance.promises, (mbal, from, vote));
                }
            }
            (State::Leader { instances, .. }, Msg::Phase2b { ins, bal, val }) => {
                if let Some(instance) = instances.get_mut(usize::from(ins)) {
                    insert(&mut instance.votes, (bal, val, from));
                }
            }
            _ => {}
        }
    }

    fn follow(&self, rule: Rule, state: &mut State, ctx: &mut Ctx<'_, PaxosCommit>) {
        ctx.note(|| why(rule));
        match (rule, state) {
            (Rule::Prepare | Rule::ChooseToAbort, State::Rm(state)) => {
                let (next, val) = match rule {
                    Rule::Prepare => (RmState::Prepared, Value::Prepared),
                    _ => (RmState::Aborted, Value::Aborted),
                };
                *state = next;
                let ins = ctx.me().number();
                self.acceptors().for_each(|acceptor| ctx.send(acceptor, Msg::Phase2a { ins, bal: 0, val }));
            }
            (Rule::Phase1a { ins, bal }, State::Leader { instances, .. }) => {
                instances[usize::from(ins)].begun |= 1 << bal;
                self.acceptors().for_each(|acceptor| ctx.send(acceptor, Msg::Phase1a { ins, bal }));
            }
            (Rule::Phase2a { ins, bal, val }, State::Leader { instances, .. }) => {
                instances[usize::from(ins)].sent |= 1 << bal;
                self.acceptors().for_each(|acceptor| ctx.send(acceptor, Msg::Phase2a { ins, bal, val }));
            }
            (Rule::DecideCommit, State::Leader { commit, .. }) => {
                *commit = true;
                self.rms().for_each(|rm| ctx.send(rm, Msg::Commit));
            }
            (Rule::DecideAbort, State::Leader { abort, .. }) => {
                *abort = true;
                self.rms().for_each(|rm| ctx.send(rm, Msg::Abort));
            }
            _ => {}
        }
    }
}

/// Why a rule may be followed, in words.
fn why(rule: Rule) -> String {
    match rule {
        Rule::Prepare => "I can commit, and tell the acceptors of my own instance, in ballot 0.".to_owned(),
        Rule::ChooseToAbort => {
            "I have promised nothing yet, so I may abort, and say so in ballot 0.".to_owned()
        }
        Rule::Phase1a { ins, bal } => {
            format!("I begin ballot {bal} of {}'s instance: perhaps nothing came of it.", NodeId::server(ins))
        }
        Rule::Phase2a { ins, bal, val } => format!(
            "What a majority has promised leaves “{}” free for {}, in ballot {bal}.",
            val.word(),
            NodeId::server(ins)
        ),
        Rule::DecideCommit => "Of every resource manager it is chosen that it is prepared.".to_owned(),
        Rule::DecideAbort => "Of one it is chosen that it has aborted.".to_owned(),
    }
}

impl Protocol for PaxosCommit {
    type Params = Params;
    type State = State;
    type Stable = ();
    type Msg = Msg;
    type Timer = Rule;
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "paxos_commit";
    const TITLE: &'static str = "Paxos Commit (PaxosCommit)";
    const CHAPTER: &'static str = super::CHAPTER;
    const SUMMARY: &'static str = "Acceptors decide of each resource manager whether it is prepared, so that no single machine can block a commit";
    const PARAMS: &'static [(&'static str, &'static str)] =
        &[("rms", "how many resource managers there are"), ("ballots", "how many ballots each instance has")];

    fn new(params: Params, nodes: Nodes) -> Result<PaxosCommit, String> {
        let acceptors = nodes.servers.checked_sub(params.rms.saturating_add(1)).filter(|&count| count > 0);
        match (acceptors, params.rms, params.ballots) {
            (Some(acceptors), 1.., 1..=32) => Ok(PaxosCommit { params, acceptors }),
            (Some(_), ..) => Err("there are 1 to 32 ballots and at least one resource manager".to_owned()),
            (None, ..) => Err("there must be the resource managers, an acceptor and a leader".to_owned()),
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let nodes = nodes.unwrap_or(6);
        let mut scenario = quiet::<PaxosCommit>(nodes);
        if nodes < 6 {
            // Rather fewer resource managers than fewer than three acceptors.
            scenario.params.insert("rms".to_owned(), 1.into());
        }
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, PaxosCommit>) -> State {
        let rms = usize::from(self.params.rms);
        let state = match ctx.me() {
            me if me.is_client() => State::Idle,
            me if me == self.leader() => {
                State::Leader { instances: vec![Instance::default(); rms], commit: false, abort: false }
            }
            me if me.number() < self.params.rms => State::Rm(RmState::Working),
            _ => State::Acceptor(vec![Part::default(); rms]),
        };
        enable(ctx, &Vec::new(), self.enabled(&state));
        state
    }

    fn on(&self, state: &mut State, event: Event<'_, PaxosCommit>, ctx: &mut Ctx<'_, PaxosCommit>) {
        let was = set(self.enabled(state), &event);
        match event {
            Event::Message { from, msg } => self.on_message(state, from, *msg, ctx),
            Event::Timer(rule) => self.follow(rule, state, ctx),
            Event::Op { id, .. } => return ctx.reply(id, "nobody asks"),
        }
        enable(ctx, &was, self.enabled(state));
    }

    fn status(&self, state: &State, (): &()) -> Status {
        match state {
            State::Rm(state) => state.status(),
            State::Acceptor(_) => Status { role: "acceptor", weight: Weight::Thin, epoch: None },
            State::Leader { commit, abort, .. } => {
                let role = match (commit, abort) {
                    (true, _) => "commits",
                    (_, true) => "aborts",
                    _ => "leader",
                };
                Status { role, weight: Weight::Thick, epoch: None }
            }
            State::Idle => Status { role: "client", weight: Weight::Thin, epoch: None },
        }
    }

    fn view(&self, state: &State, (): &()) -> View {
        match state {
            State::Rm(state) => View::default().field("rmState", state.word()),
            State::Acceptor(parts) => (0..).zip(parts).fold(View::default(), |view, (ins, part)| {
                let vote = part.vote.map_or("no vote".to_owned(), |(bal, val)| {
                    format!("voted “{}” in ballot {bal}", val.word())
                });
                view.field("instance", format!("{}: mbal {}, {vote}", NodeId::server(ins), part.mbal))
            }),
            State::Leader { instances, commit, abort } => (0..)
                .zip(instances)
                .fold(View::default(), |view, (ins, instance)| {
                    let words = self.chosen(instance).map_or("nothing", Value::word);
                    view.field("chosen", format!("{}: {words}", NodeId::server(ins)))
                })
                .field("commit", commit)
                .field("abort", abort),
            State::Idle => View::default(),
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let rm = |ins: u16| NodeId::server(ins);
        let (kind, label, sentence, epoch) = match *msg {
            Msg::Phase1a { ins, bal } => (
                "1a",
                format!("1a {}: {bal}", rm(ins)),
                format!("Ballot {bal} of {}'s instance begins. What have you voted for?", rm(ins)),
                Some(bal),
            ),
            Msg::Phase1b { ins, mbal, vote } => {
                let voted = vote.map_or("I have not voted".to_owned(), |(bal, val)| {
                    format!("my last vote was “{}”, in ballot {bal}", val.word())
                });
                let sentence =
                    format!("In {}'s instance I vote in no ballot below {mbal}; {voted}.", rm(ins));
                ("1b", format!("1b {}: {mbal}", rm(ins)), sentence, Some(mbal))
            }
            Msg::Phase2a { ins, bal, val } => (
                "2a",
                format!("2a {} {}", rm(ins), val.word()),
                format!("Vote in ballot {bal} that {} is {}.", rm(ins), val.word()),
                Some(bal),
            ),
            Msg::Phase2b { ins, bal, val } => (
                "2b",
                format!("2b {} {}", rm(ins), val.word()),
                format!("I have voted in ballot {bal} that {} is {}.", rm(ins), val.word()),
                Some(bal),
            ),
            Msg::Commit => ("Commit", "Commit".to_owned(), "All are prepared. Commit.".to_owned(), None),
            Msg::Abort => ("Abort", "Abort".to_owned(), "One has aborted. Abort.".to_owned(), None),
        };
        MsgView { kind, label, sentence, epoch: epoch.map(u64::from), routine: false }
    }

    fn describe_timer(&self, rule: &Rule) -> String {
        match rule {
            Rule::Prepare => "prepares".to_owned(),
            Rule::ChooseToAbort => "aborts by itself".to_owned(),
            Rule::Phase1a { ins, bal } => format!("begins ballot {bal} for {}", NodeId::server(*ins)),
            Rule::Phase2a { ins, bal, val } => {
                format!("proposes “{}” for {} in ballot {bal}", val.word(), NodeId::server(*ins))
            }
            Rule::DecideCommit => "commits".to_owned(),
            Rule::DecideAbort => "aborts".to_owned(),
        }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<PaxosCommit>>> {
        vec![Box::new(Consistent::default())]
    }
}

impl Managed for PaxosCommit {
    fn manager(state: &State) -> Option<RmState> {
        if let State::Rm(state) = state { Some(*state) } else { None }
    }
}

impl Explored for PaxosCommit {
    const PROPERTIES: &'static [&'static str] = &[CONSISTENCY];

    fn milestones(&self, me: NodeId, local: &Local<PaxosCommit>) -> Vec<Milestone> {
        decided(me, local)
    }

    fn sees_at_once(&self, node: NodeId) -> bool {
        node == self.leader()
    }

    fn interchangeable(&self, _: Nodes) -> Result<Vec<Vec<NodeId>>, &'static str> {
        Ok(vec![self.rms().collect(), self.acceptors().collect()])
    }

    fn renamed(&self, local: &Local<PaxosCommit>, names: &Names<'_>) -> Local<PaxosCommit> {
        let mut renamed = local.clone();
        match &mut renamed.state {
            Some(State::Acceptor(parts)) => *parts = permuted(parts, 0, names),
            Some(State::Leader { instances, .. }) => {
                for Instance { promises, votes, .. } in instances.iter_mut() {
                    promises.iter_mut().for_each(|(_, who, _)| *who = names(*who));
                    sort(promises);
                    votes.iter_mut().for_each(|(_, _, who)| *who = names(*who));
                    sort(votes);
                }
                *instances = permuted(instances, 0, names);
            }
            _ => {}
        }
        for rule in &mut renamed.timers {
            if let Rule::Phase1a { ins, .. } | Rule::Phase2a { ins, .. } = rule {
                *ins = names(NodeId::server(*ins)).number();
            }
        }
        renamed
    }

    fn renamed_msg(&self, msg: &Msg, names: &Names<'_>) -> Msg {
        let mut renamed = *msg;
        match &mut renamed {
            Msg::Phase1a { ins, .. }
            | Msg::Phase1b { ins, .. }
            | Msg::Phase2a { ins, .. }
            | Msg::Phase2b { ins, .. } => *ins = names(NodeId::server(*ins)).number(),
            Msg::Commit | Msg::Abort => {}
        }
        renamed
    }
}
