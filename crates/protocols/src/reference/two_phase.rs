//! Two-phase commit as a specification (Gray and Lamport, *Consensus on Transaction Commit*, 2006, §3; specification
//! `TwoPhase`): resource managers prepare unasked, and the transaction manager may abort at any moment.
//!
//! A is the transaction manager, all others are resource managers.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Explored, Milestone, Names, permuted_bits};
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::Scenario;

use super::{
    CONSISTENCY, Consistent, LATER, Managed, NoParams, RmState, Rules, SOON, bits, decided, enable, names,
    quiet, set,
};

/// The specification.
#[derive(Debug)]
pub struct TwoPhase;

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The transaction manager.
    Tm {
        /// What it has decided (`tmState`): working until then.
        state: RmState,
        /// Who has told it that it is prepared (`tmPrepared`), one bit each, B the lowest.
        prepared: u32,
    },
    /// A resource manager (`rmState`).
    Rm(RmState),
    /// A client has nothing to do.
    Idle,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// From a resource manager.
    Prepared,
    /// From the transaction manager.
    Commit,
    /// From the transaction manager.
    Abort,
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `TMCommit`.
    TmCommit,
    /// `TMAbort`.
    TmAbort,
    /// `RMPrepare`.
    RmPrepare,
    /// `RMChooseToAbort`.
    RmChooseToAbort,
}

/// The transaction manager.
const TM: NodeId = NodeId::server(0);

impl TwoPhase {
    fn enabled(&self, state: &State, servers: usize) -> Rules<TwoPhase> {
        match state {
            State::Tm { state: RmState::Working, prepared }
                if prepared.count_ones() as usize + 1 == servers =>
            {
                vec![(Rule::TmCommit, SOON), (Rule::TmAbort, LATER)]
            }
            State::Tm { state: RmState::Working, .. } => vec![(Rule::TmAbort, LATER)],
            State::Rm(RmState::Working) => vec![(Rule::RmPrepare, SOON), (Rule::RmChooseToAbort, LATER)],
            _ => Vec::new(),
        }
    }

    fn follow(&self, rule: Rule, state: &mut State, ctx: &mut Ctx<'_, TwoPhase>) {
        match rule {
            Rule::TmCommit => {
                ctx.note(|| "All have said that they are prepared, so I may commit.".to_owned());
                self.decide(RmState::Committed, state, ctx);
            }
            Rule::TmAbort => {
                ctx.note(|| "I have told nobody to commit, so I may abort at any moment.".to_owned());
                self.decide(RmState::Aborted, state, ctx);
            }
            Rule::RmPrepare => {
                ctx.note(|| {
                    "I can commit. From now on the transaction manager decides, and not I.".to_owned()
                });
                *state = State::Rm(RmState::Prepared);
                ctx.send(TM, Msg::Prepared);
            }
            Rule::RmChooseToAbort => {
                ctx.note(|| "I have promised nothing yet, so I may abort by myself.".to_owned());
                *state = State::Rm(RmState::Aborted);
            }
        }
    }

    fn decide(&self, decision: RmState, state: &mut State, ctx: &mut Ctx<'_, TwoPhase>) {
        if let State::Tm { state, .. } = state {
            *state = decision;
        }
        let msg = if decision == RmState::Committed { Msg::Commit } else { Msg::Abort };
        ctx.peers().for_each(|peer| ctx.send(peer, msg));
    }
}

impl Protocol for TwoPhase {
    type Params = NoParams;
    type State = State;
    type Stable = ();
    type Msg = Msg;
    type Timer = Rule;
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "two_phase";
    const TITLE: &'static str = "Two-phase commit (TwoPhase)";
    const CHAPTER: &'static str = super::CHAPTER;
    const SUMMARY: &'static str = "Resource managers prepare unasked; the transaction manager commits when all have, and may abort until then";

    fn new(_: NoParams, nodes: Nodes) -> Result<TwoPhase, String> {
        match nodes.servers {
            2..=32 => Ok(TwoPhase),
            servers => {
                Err(format!("a transaction manager and 1 to 31 resource managers, not {servers} servers"))
            }
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        quiet::<TwoPhase>(nodes.unwrap_or(4))
    }

    fn boot(&self, ctx: &mut Ctx<'_, TwoPhase>) -> State {
        let state = match ctx.me() {
            TM => State::Tm { state: RmState::Working, prepared: 0 },
            me if me.is_client() => State::Idle,
            _ => State::Rm(RmState::Working),
        };
        enable(ctx, &Vec::new(), self.enabled(&state, ctx.server_count()));
        state
    }

    fn on(&self, state: &mut State, event: Event<'_, TwoPhase>, ctx: &mut Ctx<'_, TwoPhase>) {
        let was = set(self.enabled(state, ctx.server_count()), &event);
        match (event, &mut *state) {
            (
                Event::Message { from, msg: Msg::Prepared },
                State::Tm { state: RmState::Working, prepared },
            ) => {
                *prepared |= 1 << (from.number() - 1);
            }
            (Event::Message { msg: Msg::Commit, .. }, State::Rm(state)) => *state = RmState::Committed,
            (Event::Message { msg: Msg::Abort, .. }, State::Rm(state)) => *state = RmState::Aborted,
            (Event::Message { .. }, _) => {}
            (Event::Timer(rule), _) => self.follow(rule, state, ctx),
            (Event::Op { id, .. }, _) => return ctx.reply(id, "nobody asks a resource manager"),
        }
        enable(ctx, &was, self.enabled(state, ctx.server_count()));
    }

    fn status(&self, state: &State, (): &()) -> Status {
        match state {
            State::Tm { state: RmState::Working, .. } => {
                Status { role: "transaction manager", weight: Weight::Thick, epoch: None }
            }
            State::Tm { state, .. } | State::Rm(state) => state.status(),
            State::Idle => Status { role: "client", weight: Weight::Thin, epoch: None },
        }
    }

    fn view(&self, state: &State, (): &()) -> View {
        match state {
            State::Tm { state, prepared } => {
                let word = if *state == RmState::Working { "init" } else { state.word() };
                let prepared = names(bits(*prepared).map(|place| place + 1));
                View::default().field("tmState", word).field("tmPrepared", prepared)
            }
            State::Rm(state) => View::default().field("rmState", state.word()),
            State::Idle => View::default(),
        }
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, sentence) = match msg {
            Msg::Prepared => ("Prepared", "I am prepared: I can commit."),
            Msg::Commit => ("Commit", "All are prepared. Commit."),
            Msg::Abort => ("Abort", "The transaction is off. Abort."),
        };
        MsgView { kind, sentence: sentence.to_owned(), label: kind.to_owned(), epoch: None, routine: false }
    }

    fn describe_timer(&self, rule: &Rule) -> String {
        match rule {
            Rule::TmCommit => "commits",
            Rule::TmAbort => "loses patience and aborts",
            Rule::RmPrepare => "prepares",
            Rule::RmChooseToAbort => "aborts by itself",
        }
        .to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<TwoPhase>>> {
        vec![Box::new(Consistent::default())]
    }
}

impl Managed for TwoPhase {
    fn manager(state: &State) -> Option<RmState> {
        if let State::Rm(state) = state { Some(*state) } else { None }
    }
}

impl Explored for TwoPhase {
    const PROPERTIES: &'static [&'static str] = &[CONSISTENCY];

    fn milestones(&self, me: NodeId, local: &Local<TwoPhase>) -> Vec<Milestone> {
        decided(me, local)
    }

    fn interchangeable(&self, nodes: Nodes) -> Result<Vec<Vec<NodeId>>, &'static str> {
        Ok(vec![(1..nodes.servers).map(NodeId::server).collect()])
    }

    fn renamed(&self, local: &Local<TwoPhase>, names: &Names<'_>) -> Local<TwoPhase> {
        let mut renamed = local.clone();
        if let Some(State::Tm { prepared, .. }) = &mut renamed.state {
            *prepared = permuted_bits(*prepared, 1, names);
        }
        renamed
    }
}
