//! What a person can set, and what a person can break.

use lightcone_sim::ids::Nodes;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

/// So many entries of a log can be given at most.
const LONGEST_GIVEN: usize = 1_000;

/// Raft's parameters. All times are local: they pass as the node's own clock runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The shortest that a follower waits for its leader (§5.2; the paper suggests 150–300 ms).
    pub election_timeout_min: Ns,
    /// The longest.
    pub election_timeout_max: Ns,
    /// How often a leader shows that it is there.
    pub heartbeat_interval: Ns,
    /// How long a client waits for an answer before it asks another server.
    pub client_timeout: Ns,
    /// How many entries one AppendEntries carries at most.
    pub max_entries: u32,
    /// Whether a leader begins its term with an entry that does nothing (§8). Without it, what earlier leaders left
    /// behind is not committed before a client asks for something new.
    pub noop: bool,
    /// For how long a leader answers reads by itself after a majority has answered it (dissertation, §6.4.1); 0: reads go
    /// through the log. Safe only if it is so much less than the shortest election timeout as clocks may differ.
    pub lease: Ns,
    /// The terms of the entries that stand in each server's log at the beginning, as in Figure 7. Servers that are not
    /// named begin with an empty log.
    pub logs: Vec<Vec<u64>>,
    /// Which rule is left out.
    pub variant: Variant,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            election_timeout_min: Ns::ms(150),
            election_timeout_max: Ns::ms(300),
            heartbeat_interval: Ns::ms(50),
            client_timeout: Ns::ms(500),
            max_entries: 16,
            noop: true,
            lease: Ns::ZERO,
            logs: Vec::new(),
            variant: Variant::Correct,
        }
    }
}

/// A parameter's name and meaning, for help and panels.
pub(super) const DESCRIPTIONS: &[(&str, &str)] = &[
    ("election_timeout_min", "shortest wait for a leader before an election, in ns of local time"),
    ("election_timeout_max", "longest wait for a leader before an election, in ns of local time"),
    ("heartbeat_interval", "from one heartbeat of a leader to the next, in ns of local time"),
    ("client_timeout", "how long a client waits before it asks another server, in ns of local time"),
    ("max_entries", "how many entries one AppendEntries carries at most"),
    (
        "logs",
        "the terms of the entries in each server's log at the beginning, as in Figure 7: [[1, 1, 4], [1, 1]]",
    ),
    (
        "lease",
        "for how long a leader answers reads by itself, in ns of local time; 0: reads go through the log",
    ),
    ("noop", "whether a leader begins its term with an entry that does nothing (§8)"),
    (
        "variant",
        "the rule that is left out: correct, vote-not-persisted, vote-without-log-check, no-consistency-check, \
         commit-older-term, leader-truncates or apply-uncommitted",
    ),
];

/// Raft, or Raft without one of its rules: what goes wrong shows what the rule is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// All rules hold.
    #[default]
    Correct,
    /// votedFor is not on disk. A server that restarts votes a second time in one term: two leaders.
    VoteNotPersisted,
    /// A vote is granted without comparing logs (§5.4.1). A leader may lack what is committed.
    VoteWithoutLogCheck,
    /// Entries are stored without looking at what stands before them (§5.3). Logs differ before equal entries.
    NoConsistencyCheck,
    /// A leader counts replicas of entries of earlier terms (§5.4.2, Figure 8). What was committed is overwritten.
    /// Seen best with `noop` off: the entry that does nothing is itself a protection.
    CommitOlderTerm,
    /// A new leader deletes what it does not know to be committed. It was, perhaps.
    LeaderTruncates,
    /// Entries are executed when they are stored, not when they are committed. State machines part ways.
    ApplyUncommitted,
}

impl Params {
    /// What is wrong with these parameters for these nodes, in one sentence.
    pub(super) fn check(&self, nodes: Nodes) -> Result<(), String> {
        let shortest = Ns::ms(1);
        let times = [
            ("election_timeout_min", self.election_timeout_min),
            ("heartbeat_interval", self.heartbeat_interval),
            ("client_timeout", self.client_timeout),
        ];
        if nodes.servers == 0 {
            return Err("Raft needs at least one server".to_owned());
        }
        if let Some((name, value)) = times.into_iter().find(|&(_, value)| value < shortest) {
            return Err(format!("{name} is {value}; it must be at least {shortest}"));
        }
        if self.election_timeout_max < self.election_timeout_min {
            return Err(format!(
                "election_timeout_max ({}) must not be below election_timeout_min ({})",
                self.election_timeout_max, self.election_timeout_min
            ));
        }
        if self.logs.len() > usize::from(nodes.servers) {
            return Err(format!(
                "logs are given for {} servers, and there are {}",
                self.logs.len(),
                nodes.servers
            ));
        }
        if self
            .logs
            .iter()
            .any(|log| log.len() > LONGEST_GIVEN || !log.is_sorted() || log.first() == Some(&0))
        {
            return Err(format!(
                "the terms in a log begin with 1 or later and never fall, and at most {LONGEST_GIVEN} entries are given"
            ));
        }
        if self.max_entries == 0 {
            return Err("max_entries must be at least 1, or nothing is ever replicated".to_owned());
        }
        Ok(())
    }
}
