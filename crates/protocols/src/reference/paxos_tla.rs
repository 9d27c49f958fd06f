//! Paxos as a specification (Lamport, *The Part-Time Parliament*, 1998; *Paxos Made Simple*, 2001; specification `Paxos`): every
//! ballot may begin at any moment, and whoever leads it sees at once what the acceptors say. The course's own is
//! [`crate::paxos`].
//!
//! The first servers are the acceptors; behind them stands one proposer for each ballot, ballot 0 first.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, Names, World};
use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::Scenario;
use lightcone_sim::sorted::sort;
use serde::{Deserialize, Serialize};

use super::{Rules, SOON, enable, insert, quiet, set};

/// The specification.
#[derive(Debug)]
pub struct PaxosTla {
    params: Params,
    acceptors: u16,
}

/// What can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How many ballots there are.
    pub ballots: u16,
    /// How many values there are to choose from.
    pub values: u8,
    /// How many acceptors are a quorum; 0: a majority.
    pub quorum: u16,
}

impl Default for Params {
    fn default() -> Params {
        Params { ballots: 2, values: 2, quorum: 0 }
    }
}

/// A vote: in which ballot, and for what.
pub type Vote = (u16, u8);

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// An acceptor.
    Acceptor {
        /// The highest ballot it has heard of (`maxBal`).
        max_bal: Option<u16>,
        /// Its last vote (`maxVBal`, `maxVal`).
        vote: Option<Vote>,
    },
    /// The proposer of one ballot.
    Proposer {
        /// Whether the ballot has begun.
        has_begun: bool,
        /// What acceptors have promised, and their last votes then.
        promises: Vec<(NodeId, Option<Vote>)>,
        /// What it has proposed.
        proposed: Option<u8>,
        /// Who has accepted that.
        accepted: Vec<NodeId>,
    },
    /// A client has nothing to do.
    Idle,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// `1a`.
    Prepare(u16),
    /// `1b`: the acceptor's last vote.
    Promise(Option<Vote>),
    /// `2a`.
    Accept(Vote),
    /// `2b`.
    Accepted(Vote),
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `Phase1a`.
    Begin,
    /// `Phase2a`, with this value.
    Propose(u8),
}

/// No two values are chosen.
const AGREEMENT: &str = "agreement";

impl PaxosTla {
    fn quorum(&self) -> usize {
        match self.params.quorum {
            0 => usize::from(self.acceptors) / 2 + 1,
            quorum => usize::from(quorum),
        }
    }

    fn ballot(&self, node: NodeId) -> u16 {
        node.number() - self.acceptors
    }

    /// Whether some quorum of those who have promised leaves the value free to be proposed: none of it has voted, or the
    /// latest vote in it was for that value.
    fn may_propose(&self, value: u8, promises: &[(NodeId, Option<Vote>)]) -> bool {
        let free = promises.iter().filter(|(_, vote)| vote.is_none()).count();
        if free >= self.quorum() {
            return true;
        }
        // The latest vote of the quorum is one of them: all others in it have voted no later.
        promises.iter().filter_map(|(_, vote)| *vote).any(|latest| {
            let others =
                promises.iter().filter(|(_, vote)| vote.is_none_or(|(ballot, _)| ballot <= latest.0));
            latest.1 == value && others.count() >= self.quorum()
        })
    }

    fn enabled(&self, state: &State) -> Rules<PaxosTla> {
        match state {
            State::Proposer { has_begun: false, .. } => vec![(Rule::Begin, SOON)],
            State::Proposer { promises, proposed: None, .. } => (0..self.params.values)
                .filter(|&value| self.may_propose(value, promises))
                .map(|value| (Rule::Propose(value), SOON))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn on_message(&self, state: &mut State, from: NodeId, msg: Msg, ctx: &mut Ctx<'_, PaxosTla>) {
        match (state, msg) {
            (State::Acceptor { max_bal, vote }, Msg::Prepare(ballot))
                if max_bal.is_none_or(|max_bal| ballot > max_bal) =>
            {
                ctx.note(|| {
                    format!("{ballot} is the highest ballot that I have heard of: I vote in none below it.")
                });
                *max_bal = Some(ballot);
                ctx.send(from, Msg::Promise(*vote));
            }
            (State::Acceptor { max_bal, vote }, Msg::Accept((ballot, value)))
                if max_bal.is_none_or(|max_bal| ballot >= max_bal) =>
            {
                ctx.note(|| {
                    format!("I have promised nothing to a ballot above {ballot}: I vote for v{value}.")
                });
                (*max_bal, *vote) = (Some(ballot), Some((ballot, value)));
                ctx.send(from, Msg::Accepted((ballot, value)));
            }
            (State::Acceptor { max_bal, .. }, Msg::Prepare(_) | Msg::Accept(_)) => {
                let heard = max_bal.unwrap_or_default();
                ctx.note(|| format!("I have heard of ballot {heard}: this one comes too late."));
            }
            (State::Proposer { promises, .. }, Msg::Promise(vote)) => insert(promises, (from, vote)),
            (State::Proposer { accepted, .. }, Msg::Accepted(_)) => insert(accepted, from),
            _ => {}
        }
    }

    fn acceptors(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.acceptors).map(NodeId::server)
    }
}

impl Protocol for PaxosTla {
    type Params = Params;
    type State = State;
    type Stable = ();
    type Msg = Msg;
    type Timer = Rule;
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "paxos_tla";
    const TITLE: &'static str = "Paxos (Paxos.tla)";
    const CHAPTER: &'static str = super::CHAPTER;
    const SUMMARY: &'static str =
        "Ballots may begin at any moment, and still no two of them choose different values";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("ballots", "how many ballots there are"),
        ("values", "how many values there are to choose from"),
        ("quorum", "how many acceptors are a quorum; 0: a majority"),
    ];

    fn new(params: Params, nodes: Nodes) -> Result<PaxosTla, String> {
        let Some(acceptors) = nodes.servers.checked_sub(params.ballots).filter(|&acceptors| acceptors > 0)
        else {
            return Err("there must be a server for each ballot and at least one acceptor".to_owned());
        };
        if params.ballots == 0 || params.values == 0 || params.quorum > acceptors {
            return Err(
                "ballots and values are at least 1, and a quorum is no more than the acceptors".to_owned()
            );
        }
        Ok(PaxosTla { params, acceptors })
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        quiet::<PaxosTla>(nodes.unwrap_or(5))
    }

    fn boot(&self, ctx: &mut Ctx<'_, PaxosTla>) -> State {
        let state = match ctx.me() {
            me if me.is_client() => State::Idle,
            me if me.number() < self.acceptors => State::Acceptor { max_bal: None, vote: None },
            _ => State::Proposer {
                has_begun: false,
                promises: Vec::new(),
                proposed: None,
                accepted: Vec::new(),
            },
        };
        enable(ctx, &Vec::new(), self.enabled(&state));
        state
    }

    fn on(&self, state: &mut State, event: Event<'_, PaxosTla>, ctx: &mut Ctx<'_, PaxosTla>) {
        let was = set(self.enabled(state), &event);
        match (event, &mut *state) {
            (Event::Message { from, msg }, _) => self.on_message(state, from, *msg, ctx),
            (Event::Timer(Rule::Begin), State::Proposer { has_begun, .. }) => {
                *has_begun = true;
                let ballot = self.ballot(ctx.me());
                ctx.note(|| format!("Ballot {ballot} begins: what have you voted for?"));
                self.acceptors().for_each(|acceptor| ctx.send(acceptor, Msg::Prepare(ballot)));
            }
            (Event::Timer(Rule::Propose(value)), State::Proposer { proposed, .. }) => {
                *proposed = Some(value);
                ctx.note(|| format!("What a quorum has promised leaves v{value} free, so I propose it."));
                let vote = (self.ballot(ctx.me()), value);
                self.acceptors().for_each(|acceptor| ctx.send(acceptor, Msg::Accept(vote)));
            }
            (Event::Timer(_), _) => {}
            (Event::Op { id, .. }, _) => return ctx.reply(id, "nobody asks"),
        }
        enable(ctx, &was, self.enabled(state));
    }

    fn status(&self, state: &State, (): &()) -> Status {
        match state {
            State::Proposer { accepted, .. } if accepted.len() >= self.quorum() => {
                Status { role: "chosen", weight: Weight::Thick, epoch: None }
            }
            State::Proposer { has_begun, .. } => {
                let weight = if *has_begun { Weight::Dashed } else { Weight::Thin };
                Status { role: "proposer", weight, epoch: None }
            }
            State::Acceptor { max_bal, .. } => {
                Status { role: "acceptor", weight: Weight::Thin, epoch: max_bal.map(u64::from) }
            }
            State::Idle => Status { role: "client", weight: Weight::Thin, epoch: None },
        }
    }

    fn view(&self, state: &State, (): &()) -> View {
        let said = |vote: &Option<Vote>| {
            vote.map_or("none".to_owned(), |(ballot, value)| format!("v{value} in {ballot}"))
        };
        match state {
            State::Acceptor { max_bal, vote } => View::default()
                .field("maxBal", max_bal.map_or("-1".to_owned(), |ballot| ballot.to_string()))
                .field("last vote", said(vote)),
            State::Proposer { promises, proposed, accepted, .. } => View::default()
                .field("promises", promises.len())
                .field("proposed", proposed.map(|value| format!("v{value}")).unwrap_or_default())
                .field("accepted", accepted.len()),
            State::Idle => View::default(),
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence, epoch) = match msg {
            Msg::Prepare(ballot) => (
                "1a",
                format!("1a {ballot}"),
                format!("Ballot {ballot} begins. What have you voted for?"),
                *ballot,
            ),
            Msg::Promise(vote) => return promised(*vote),
            Msg::Accept((ballot, value)) => (
                "2a",
                format!("2a {ballot}: v{value}"),
                format!("Vote for v{value} in ballot {ballot}."),
                *ballot,
            ),
            Msg::Accepted((ballot, value)) => (
                "2b",
                format!("2b {ballot}: v{value}"),
                format!("I have voted for v{value} in ballot {ballot}."),
                *ballot,
            ),
        };
        MsgView { kind, label, sentence, epoch: Some(u64::from(epoch)), routine: false }
    }

    fn describe_timer(&self, rule: &Rule) -> String {
        match rule {
            Rule::Begin => "begins its ballot".to_owned(),
            Rule::Propose(value) => format!("proposes v{value}"),
        }
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<PaxosTla>>> {
        vec![Box::new(Agreement::default())]
    }
}

/// What an acceptor says that promises to vote in no lower ballot.
fn promised(vote: Option<Vote>) -> MsgView {
    let (label, sentence) = match vote {
        None => {
            ("1b no vote".to_owned(), "I shall vote in no lower ballot, and have not voted yet.".to_owned())
        }
        Some((ballot, value)) => (
            format!("1b v{value} in {ballot}"),
            format!("I shall vote in no lower ballot. My last vote was for v{value}, in ballot {ballot}."),
        ),
    };
    MsgView { kind: "1b", label, sentence, epoch: None, routine: false }
}

/// Watches that no two values are chosen.
#[derive(Clone, Debug, Default)]
struct Agreement {
    chosen: Vec<(u16, u8, EventId)>,
}

impl Monitor<PaxosTla> for Agreement {
    fn name(&self) -> &'static str {
        AGREEMENT
    }

    fn observe(&mut self, seen: Seen<'_, PaxosTla>, report: &mut Report<'_>) {
        let Some(value) = seen.state.and_then(|state| chosen(seen.protocol, state)) else { return };
        let ballot = seen.protocol.ballot(seen.event.node);
        if self.chosen.iter().any(|&(other, ..)| other == ballot) {
            return;
        }
        if let Some((other, first, at)) = self.chosen.iter().find(|(_, other, _)| *other != value) {
            report.violated(two_chosen((*other, *first), (ballot, value)), [*at]);
        }
        self.chosen.push((ballot, value, seen.event));
    }
}

/// What a quorum has accepted in a proposer's ballot.
fn chosen(protocol: &PaxosTla, state: &State) -> Option<u8> {
    match state {
        State::Proposer { proposed, accepted, .. } if accepted.len() >= protocol.quorum() => *proposed,
        _ => None,
    }
}

fn two_chosen(one: Vote, two: Vote) -> String {
    format!("v{} is chosen in ballot {}, and v{} in ballot {}.", one.1, one.0, two.1, two.0)
}

impl Explored for PaxosTla {
    const PROPERTIES: &'static [&'static str] = &[AGREEMENT];
    const LOOKS_AT_ALL: bool = true;
    // What a quorum has accepted stays so.
    const STAYS_BROKEN: bool = true;

    fn always(&self, world: &World<'_, PaxosTla>) -> Result<(), Broken> {
        let mut first: Option<Vote> = None;
        for (node, local) in &world.nodes {
            let Some(value) = local.state.as_ref().and_then(|state| chosen(self, state)) else { continue };
            let this = (self.ballot(*node), value);
            match first {
                Some(first) if first.1 != value => {
                    return Err(Broken { property: AGREEMENT, text: two_chosen(first, this) });
                }
                _ => first = Some(this),
            }
        }
        Ok(())
    }

    fn sees_at_once(&self, node: NodeId) -> bool {
        !node.is_client() && node.number() >= self.acceptors
    }

    fn interchangeable(&self, _: Nodes) -> Result<Vec<Vec<NodeId>>, &'static str> {
        Ok(vec![self.acceptors().collect()])
    }

    fn renamed(&self, local: &Local<PaxosTla>, names: &Names<'_>) -> Local<PaxosTla> {
        let mut renamed = local.clone();
        if let Some(State::Proposer { promises, accepted, .. }) = &mut renamed.state {
            promises.iter_mut().for_each(|(who, _)| *who = names(*who));
            sort(promises);
            accepted.iter_mut().for_each(|who| *who = names(*who));
            sort(accepted);
        }
        renamed
    }
}
