//! All models.

use lightcone_explore::{Assumptions, NEVER_STUCK, Narrowed, Network, Watched};
use lightcone_protocols::reference::{
    NoParams, chang_roberts, echo, lamport_mutex, paxos_commit, paxos_tla, tcommit, two_phase,
};
use lightcone_protocols::{ben_or, paxos, raft, two_generals, two_phase_commit, vote};
use lightcone_sim::explored::{Explored, LINEARIZABLE};
use lightcone_sim::ids::Nodes;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::time::Ns;

use crate::asked::Asked;
use crate::narrowed;
use crate::settings::{Question, Setting, Settings, UNIT};

/// A system that can be explored by name.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// Its name.
    pub name: &'static str,
    /// One sentence on what it is.
    pub summary: &'static str,
    /// The network that it is made for.
    pub network: Network,
    /// Its own settings.
    pub settings: &'static [Setting],
    ask: fn(Context<'_>) -> Result<Asked, String>,
}

impl Model {
    /// Puts a question to it, or says in a sentence what is wrong with the question.
    pub fn ask(&self, question: &Question) -> Result<Asked, String> {
        let settings = Settings::new(&question.set, self.settings)?;
        (self.ask)(Context { settings, network: question.network.unwrap_or(self.network), question })
    }
}

/// A question with its settings read.
struct Context<'a> {
    settings: Settings<'a>,
    network: Network,
    question: &'a Question,
}

impl Context<'_> {
    /// The setting of this name.
    fn number<T: TryFrom<u64> + std::fmt::Display>(&self, name: &str) -> Result<T, String> {
        self.settings.number(name)
    }

    /// The variant whose number is set.
    fn variant<T: Copy>(&self, variants: &[T]) -> Result<T, String> {
        let number: usize = self.number("variant")?;
        variants.get(number).copied().ok_or_else(|| format!("there are variants 0 to {}", variants.len() - 1))
    }

    /// The search, for so many servers and no clients.
    fn search<P: Explored>(&self, params: P::Params, servers: u16) -> Result<Asked, String> {
        self.with_clients::<P>(params, servers, &[])
    }

    /// The search, for so many servers and a client for each of these lists of operations.
    fn with_clients<P: Explored>(
        &self,
        params: P::Params,
        servers: u16,
        ops: &[Vec<String>],
    ) -> Result<Asked, String> {
        self.narrowed::<P>(params, servers, ops, false, None)
    }

    /// The same, with what is left out; and whether clients' clocks go on as those of servers do.
    fn narrowed<P: Explored>(
        &self,
        params: P::Params,
        servers: u16,
        ops: &[Vec<String>],
        clocks_of_clients: bool,
        narrowed: Option<Narrowed<P>>,
    ) -> Result<Asked, String> {
        let nodes = Nodes { servers, clients: ops.len() as u16 };
        let budgets = self.settings.budgets()?;
        let read = |text: &String| text.parse::<P::Op>().map_err(|error| error.to_string());
        let ops = ops.iter().map(|ops| ops.iter().map(read).collect()).collect::<Result<_, _>>()?;
        let watched = match &self.question.property {
            None => Watched::All,
            Some(name) if watchable::<P>().contains(&name.as_str()) => Watched::Only(name.clone()),
            Some(name) => {
                let names = watchable::<P>().join(", ");
                return Err(format!("`{name}` is not watched here: there are {names}"));
            }
        };
        let (network, idle_waits) = (self.network, self.number::<u64>("idle")? == 0);
        let ticks = self.settings.ticks(clocks_of_clients)?;
        let assumptions = Assumptions { nodes, network, budgets, ops, watched, idle_waits, ticks, narrowed };
        Asked::new::<P>(params, assumptions, self.question.limits, self.question.strategy)
    }
}

/// All that can be watched by itself.
fn watchable<P: Explored>() -> Vec<&'static str> {
    let linearizable = P::OBJECT.map(|_| LINEARIZABLE);
    P::PROPERTIES.iter().chain(P::SOMETIMES).copied().chain(linearizable).chain([NEVER_STUCK]).collect()
}

/// Every model, in the order in which it is offered. (Never inlined, or every caller would compile all of them again.)
#[inline(never)]
pub fn all() -> &'static [Model] {
    MODELS
}

/// The model of this name.
#[inline(never)]
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

/// The variants of Raft, by number.
const RAFT_VARIANTS: [raft::Variant; 7] = [
    raft::Variant::Correct,
    raft::Variant::VoteNotPersisted,
    raft::Variant::VoteWithoutLogCheck,
    raft::Variant::NoConsistencyCheck,
    raft::Variant::CommitOlderTerm,
    raft::Variant::LeaderTruncates,
    raft::Variant::ApplyUncommitted,
];

/// The variants of Paxos, by number.
const PAXOS_VARIANTS: [paxos::Variant; 4] = [
    paxos::Variant::Correct,
    paxos::Variant::PromiseNotPersisted,
    paxos::Variant::IgnoreAccepted,
    paxos::Variant::QuorumTooSmall,
];

/// The variants of two-phase commit, by number.
const COMMIT_VARIANTS: [two_phase_commit::Variant; 4] = [
    two_phase_commit::Variant::Correct,
    two_phase_commit::Variant::DecideAlone,
    two_phase_commit::Variant::VoteNotPersisted,
    two_phase_commit::Variant::DecisionNotForced,
];

const MODELS: &[Model] = &[
    Model {
        name: "raft",
        summary: raft::Raft::SUMMARY,
        network: Network::Multiset,
        settings: &[
            ("nodes", "servers", 3),
            ("clients", "clients that write", 0),
            ("ops", "writes of each client", 1),
            ("noop", "whether a leader begins its term with an entry that does nothing", 1),
            ("reads", "reads of each client, after its writes", 0),
            ("lease", "units for which a leader answers reads by itself; 0: reads go through the log", 0),
            ("patience", "units of the shortest election timeout, where clocks go on", 1),
            (
                "narrow",
                "1: nobody hears of a term that is over, candidates do not ask again, leaders send no heartbeats",
                0,
            ),
            ("max_entries", "entries that one message carries at most", 16),
            (
                "variant",
                "the rule that is left out: 0 none, 1 vote-not-persisted, 2 vote-without-log-check, \
                 3 no-consistency-check, 4 commit-older-term, 5 leader-truncates, 6 apply-uncommitted",
                0,
            ),
        ],
        ask: |context| {
            let variant = context.variant(&RAFT_VARIANTS)?;
            let noop = context.number::<u64>("noop")? != 0;
            let max_entries = context.number("max_entries")?;
            let mut params = raft::Params { variant, noop, max_entries, ..raft::Params::default() };
            if context.number::<u64>("ticks")? > 0 {
                params.lease = Ns(UNIT.0 * u64::from(context.number::<u8>("lease")?));
                params.election_timeout_min = Ns(UNIT.0 * u64::from(context.number::<u8>("patience")?));
                params.election_timeout_max = params.election_timeout_min;
                params.heartbeat_interval = UNIT;
            }
            let (clients, ops): (u16, u16) = (context.number("clients")?, context.number("ops")?);
            let reads: u16 = context.number("reads")?;
            let calls = |client: u16| {
                let writes = (1..=ops).map(|op| format!("put x {client}.{op}"));
                writes.chain((0..reads).map(|_| "get x".to_owned())).collect()
            };
            let ops: Vec<Vec<String>> = (1..=clients).map(calls).collect();
            let narrowed = Some(narrowed::RAFT).filter(|_| context.number("narrow") != Ok(0_u64));
            context.narrowed::<raft::Raft>(params, context.number("nodes")?, &ops, false, narrowed)
        },
    },
    Model {
        name: "paxos",
        summary: paxos::Paxos::SUMMARY,
        network: Network::Multiset,
        settings: &[
            ("nodes", "servers, each in every role", 3),
            ("clients", "clients, each with a value of its own", 2),
            ("proposers", "servers that propose, the first ones; 0: all", 0),
            (
                "variant",
                "the rule that is left out: 0 none, 1 promise-not-persisted, 2 ignore-accepted, 3 quorum-too-small",
                0,
            ),
        ],
        ask: |context| {
            let variant = context.variant(&PAXOS_VARIANTS)?;
            let params = paxos::Params {
                variant,
                proposers: context.number("proposers")?,
                ..paxos::Params::default()
            };
            let clients: u16 = context.number("clients")?;
            let ops: Vec<Vec<String>> =
                (1..=clients).map(|client| vec![format!("propose v{client}")]).collect();
            context.with_clients::<paxos::Paxos>(params, context.number("nodes")?, &ops)
        },
    },
    Model {
        name: "2pc",
        summary: two_phase_commit::TwoPhaseCommit::SUMMARY,
        network: Network::Multiset,
        settings: &[
            ("nodes", "a coordinator and participants", 3),
            (
                "variant",
                "the rule that is left out: 0 none, 1 decide-alone, 2 vote-not-persisted, 3 decision-not-forced",
                0,
            ),
        ],
        ask: |context| {
            let variant = context.variant(&COMMIT_VARIANTS)?;
            let params = two_phase_commit::Params { variant, ..two_phase_commit::Params::default() };
            let ops = [vec!["run".to_owned()]];
            context.with_clients::<two_phase_commit::TwoPhaseCommit>(params, context.number("nodes")?, &ops)
        },
    },
    Model {
        name: "majority-vote",
        summary: vote::Vote::SUMMARY,
        network: Network::Multiset,
        settings: &[
            ("acceptors", "acceptors", 3),
            ("proposers", "proposers, each with a value of its own: 1 to 4", 3),
            ("quorum", "votes that choose a value; 0: a majority", 0),
            ("liars", "acceptors that vote for all that is proposed", 0),
            ("learners", "clients that hear the votes; 0: all", 0),
            ("recovery", "whether one more client ends the vote and learns what it may have chosen", 0),
            ("silent", "silent acceptors that a recovery does without", 0),
            ("variant", "what acceptors vote for: 0 what they hear first, 1 water, whatever was proposed", 0),
        ],
        ask: |context| {
            let recovery = context.number::<u64>("recovery")? != 0;
            let params = vote::Params {
                variant: context.variant(&[vote::Variant::FirstHeard, vote::Variant::Foregone])?,
                quorum: context.number("quorum")?,
                liars: context.number("liars")?,
                learners: context.number("learners")?,
                recovery,
                silent: context.number("silent")?,
            };
            let proposers: usize = context.number("proposers")?;
            let values = vote::Value::ALL.iter();
            let mut ops: Vec<Vec<String>> =
                values.take(proposers).map(|value| vec![format!("propose {value}")]).collect();
            if ops.len() != proposers {
                return Err(format!("`proposers` cannot be {proposers}: there are four values to propose"));
            }
            ops.extend(recovery.then(|| vec!["recover".to_owned()]));
            context.with_clients::<vote::Vote>(params, context.number("acceptors")?, &ops)
        },
    },
    Model {
        name: "ben-or",
        summary: ben_or::BenOr::SUMMARY,
        network: Network::Multiset,
        settings: &[
            ("nodes", "processes: the last begins with 1, the others with 0", 3),
            ("rounds", "after so many a process gives up; 0: never", 1),
            ("coin", "where nobody proposes: 0 flip one, 1 take what the last other one reported", 0),
        ],
        ask: |context| {
            let nodes: u16 = context.number("nodes")?;
            let inputs = format!("{}1", "0".repeat(usize::from(nodes.saturating_sub(1))));
            let coin = match context.number::<u64>("coin")? {
                0 => ben_or::Coin::Flip,
                _ => ben_or::Coin::Other,
            };
            let params = ben_or::Params { inputs, coin, rounds: context.number("rounds")? };
            context.search::<ben_or::BenOr>(params, nodes)
        },
    },
    Model {
        name: "two-generals",
        summary: two_generals::TwoGenerals::SUMMARY,
        network: Network::Multiset,
        settings: &[
            ("messengers", "messengers that go to and fro in all", 3),
            ("plan", "whether A means to attack at all", 1),
            (
                "rule_a",
                "when A attacks: 0 if all came that it waits for; else 1 and a sum of powers of two, 2^k if it does so \
                 after k messengers (1: never)",
                0,
            ),
            ("rule_b", "the same of B", 0),
        ],
        ask: |context| {
            let rule =
                |name: &str| {
                    let number: u64 = context.number(name)?;
                    let counts = |set: u64| (0..63).filter(move |count| set >> count & 1 == 1);
                    Ok::<_, String>(number.checked_sub(1).map_or(two_generals::Rule::All, |set| {
                        two_generals::Rule::After(counts(set).collect())
                    }))
                };
            let params = two_generals::Params {
                messengers: context.number("messengers")?,
                plan: context.number::<u64>("plan")? != 0,
                rule_a: rule("rule_a")?,
                rule_b: rule("rule_b")?,
                ..two_generals::Params::default()
            };
            context.search::<two_generals::TwoGenerals>(params, 2)
        },
    },
    Model {
        name: "tcommit",
        summary: tcommit::TCommit::SUMMARY,
        network: Network::Shared,
        settings: &[("rms", "resource managers", 3)],
        ask: |context| context.search::<tcommit::TCommit>(NoParams {}, context.number("rms")?),
    },
    Model {
        name: "two-phase",
        summary: two_phase::TwoPhase::SUMMARY,
        network: Network::Set,
        settings: &[("rms", "resource managers", 3)],
        ask: |context| {
            let rms: u16 = context.number("rms")?;
            context.search::<two_phase::TwoPhase>(NoParams {}, rms.saturating_add(1))
        },
    },
    Model {
        name: "paxos-commit",
        summary: paxos_commit::PaxosCommit::SUMMARY,
        network: Network::Set,
        settings: &[
            ("rms", "resource managers", 2),
            ("acceptors", "acceptors", 3),
            ("ballots", "ballots of each instance", 2),
        ],
        ask: |context| {
            let (rms, acceptors): (u16, u16) = (context.number("rms")?, context.number("acceptors")?);
            let params = paxos_commit::Params { rms, ballots: context.number("ballots")? };
            context
                .search::<paxos_commit::PaxosCommit>(params, rms.saturating_add(acceptors).saturating_add(1))
        },
    },
    Model {
        name: "paxos-tla",
        summary: paxos_tla::PaxosTla::SUMMARY,
        network: Network::Set,
        settings: &[
            ("acceptors", "acceptors", 3),
            ("values", "values to choose from", 2),
            ("ballots", "ballots", 2),
            ("quorum", "acceptors that are a quorum; 0: a majority", 0),
        ],
        ask: |context| {
            let (acceptors, ballots): (u16, u16) = (context.number("acceptors")?, context.number("ballots")?);
            let params = paxos_tla::Params {
                ballots,
                values: context.number("values")?,
                quorum: context.number("quorum")?,
            };
            context.search::<paxos_tla::PaxosTla>(params, acceptors.saturating_add(ballots))
        },
    },
    Model {
        name: "lamport-mutex",
        summary: lamport_mutex::LamportMutex::SUMMARY,
        network: Network::Fifo,
        settings: &[("nodes", "processes", 3), ("max_clock", "no clock goes beyond this", 6)],
        ask: |context| {
            let params = lamport_mutex::Params { max_clock: context.number("max_clock")? };
            context.search::<lamport_mutex::LamportMutex>(params, context.number("nodes")?)
        },
    },
    Model {
        name: "chang-roberts",
        summary: chang_roberts::ChangRoberts::SUMMARY,
        network: Network::InboxSet,
        settings: &[("nodes", "nodes on the ring", 3)],
        ask: |context| context.search::<chang_roberts::ChangRoberts>(NoParams {}, context.number("nodes")?),
    },
    Model {
        name: "echo",
        summary: echo::Echo::SUMMARY,
        network: Network::InboxSet,
        settings: &[("nodes", "nodes, each the neighbour of all", 3)],
        ask: |context| context.search::<echo::Echo>(NoParams {}, context.number("nodes")?),
    },
];
