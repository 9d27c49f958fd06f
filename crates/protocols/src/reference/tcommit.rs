//! Transaction commit as such, with no protocol: what any must do (Gray and Lamport, *Consensus on Transaction Commit*, 2006,
//! §2; specification `TCommit`).
//!
//! Resource managers see each other's states and decide by them. Where they see them at once, as the specification has it,
//! no two decide differently. Here each tells the others by messages: so in a run, where these take time, the rules are too
//! weak, and that is what protocols for commitment are for.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Explored, Milestone, Names, permuted};
use lightcone_sim::ids::{NodeId, Nodes, TimerId};
use lightcone_sim::monitor::Monitor;
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Action, Latency, Scenario};
use lightcone_sim::time::Ns;

use super::{
    CONSISTENCY, Consistent, LATER, Managed, NoParams, RmState, Rules, SOON, decided, enable, quiet, set,
};

/// The specification.
#[derive(Debug)]
pub struct TCommit;

/// What a resource manager is and knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Manager {
    /// Which it is; a client's number is nobody's.
    me: u16,
    /// What every resource manager has come to, as far as this one knows; its own is up to date.
    pub rm_state: Vec<RmState>,
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `Prepare`.
    Prepare,
    /// `Decide`, to commit: all that are not prepared have committed.
    Commit,
    /// `Decide`, to abort: none has committed.
    Abort,
}

impl Manager {
    fn mine(&self) -> Option<RmState> {
        self.rm_state.get(usize::from(self.me)).copied()
    }

    /// Whether all are prepared or have committed, as far as this one knows.
    fn can_commit(&self) -> bool {
        self.rm_state.iter().all(|other| matches!(other, RmState::Prepared | RmState::Committed))
    }

    /// Whether none has committed, as far as this one knows.
    fn not_committed(&self) -> bool {
        self.rm_state.iter().all(|&other| other != RmState::Committed)
    }

    fn enabled(&self) -> Rules<TCommit> {
        let mine = self.mine();
        let rules = [
            (Rule::Prepare, SOON, mine == Some(RmState::Working)),
            (Rule::Commit, SOON, mine == Some(RmState::Prepared) && self.can_commit()),
            (
                Rule::Abort,
                LATER,
                matches!(mine, Some(RmState::Working | RmState::Prepared)) && self.not_committed(),
            ),
        ];
        rules.into_iter().filter(|(.., may)| *may).map(|(rule, pace, _)| (rule, pace)).collect()
    }
}

impl TCommit {
    fn follow(&self, rule: Rule, state: &mut Manager, ctx: &mut Ctx<'_, TCommit>) {
        let (next, why) = match rule {
            Rule::Prepare => (RmState::Prepared, "I can do my part, and say so to all"),
            Rule::Commit => (RmState::Committed, "As far as I know all are prepared, so I may commit"),
            Rule::Abort => (RmState::Aborted, "As far as I know nobody has committed, so I may abort"),
        };
        ctx.note(|| format!("{why}."));
        if let Some(mine) = state.rm_state.get_mut(usize::from(state.me)) {
            *mine = next;
        }
        ctx.peers().for_each(|peer| ctx.send(peer, next));
    }
}

/// All are prepared, A commits, and C aborts before it can have heard of that.
fn too_late() -> Scenario {
    let mut scenario = quiet::<TCommit>(3);
    scenario.network.latency = Latency::Constant(Ns::ms(20));
    // A commits at 128 ms. C's second timer is the one with which it loses patience.
    let timer = TimerId { node: NodeId::server(2), seq: 2 };
    scenario.push(Ns::ms(130), Action::Fire { timer });
    scenario
}

impl Protocol for TCommit {
    type Params = NoParams;
    type State = Manager;
    type Stable = ();
    type Msg = RmState;
    type Timer = Rule;
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "tcommit";
    const TITLE: &'static str = "Transaction commit (TCommit)";
    const CHAPTER: &'static str = super::CHAPTER;
    const SUMMARY: &'static str = "What any commit must bring about. Its rules look at all states at once; in a run \
                                   news of them travels, and the rules are too weak";

    fn new(_: NoParams, nodes: Nodes) -> Result<TCommit, String> {
        if nodes.servers == 0 { Err("there must be a resource manager".to_owned()) } else { Ok(TCommit) }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        quiet::<TCommit>(nodes.unwrap_or(3))
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        vec![("News that comes too late", too_late())]
    }

    fn boot(&self, ctx: &mut Ctx<'_, TCommit>) -> Manager {
        let me = if ctx.me().is_client() { u16::MAX } else { ctx.me().number() };
        let state = Manager { me, rm_state: vec![RmState::Working; ctx.server_count()] };
        enable(ctx, &Vec::new(), state.enabled());
        state
    }

    fn on(&self, state: &mut Manager, event: Event<'_, TCommit>, ctx: &mut Ctx<'_, TCommit>) {
        let was = set(state.enabled(), &event);
        match event {
            Event::Message { from, msg } => state.rm_state[usize::from(from.number())] = *msg,
            Event::Timer(rule) => self.follow(rule, state, ctx),
            Event::Op { id, .. } => return ctx.reply(id, "nobody asks a resource manager"),
        }
        enable(ctx, &was, state.enabled());
    }

    fn status(&self, state: &Manager, (): &()) -> Status {
        match state.mine() {
            Some(mine) => mine.status(),
            None => Status { role: "client", weight: Weight::Thin, epoch: None },
        }
    }

    fn view(&self, state: &Manager, (): &()) -> View {
        let all = (0..).zip(&state.rm_state);
        let words: Vec<String> =
            all.map(|(node, other)| format!("{} {}", NodeId::server(node), other.word())).collect();
        View::default()
            .field("rmState, as known here", words.join(", "))
            .field("canCommit", state.can_commit())
            .field("notCommitted", state.not_committed())
    }

    fn describe(&self, msg: &RmState) -> MsgView {
        let label = msg.word().to_owned();
        let sentence = match msg {
            RmState::Prepared | RmState::Working => format!("I am {label}."),
            RmState::Committed | RmState::Aborted => format!("I have {label}."),
        };
        MsgView { kind: msg.word(), sentence, label, epoch: None, routine: false }
    }

    fn describe_timer(&self, rule: &Rule) -> String {
        match rule {
            Rule::Prepare => "prepares",
            Rule::Commit => "commits",
            Rule::Abort => "aborts",
        }
        .to_owned()
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<TCommit>>> {
        vec![Box::new(Consistent::default())]
    }
}

impl Managed for TCommit {
    fn manager(state: &Manager) -> Option<RmState> {
        state.mine()
    }
}

impl Explored for TCommit {
    const PROPERTIES: &'static [&'static str] = &[CONSISTENCY];

    fn milestones(&self, me: NodeId, local: &Local<TCommit>) -> Vec<Milestone> {
        decided(me, local)
    }

    fn interchangeable(&self, nodes: Nodes) -> Result<Vec<Vec<NodeId>>, &'static str> {
        Ok(vec![(0..nodes.servers).map(NodeId::server).collect()])
    }

    fn renamed(&self, local: &Local<TCommit>, names: &Names<'_>) -> Local<TCommit> {
        let mut renamed = local.clone();
        if let Some(Manager { me, rm_state }) = &mut renamed.state {
            *me = names(NodeId::server(*me)).number();
            *rm_state = permuted(rm_state, 0, names);
        }
        renamed
    }
}
