//! Random scenarios: crashes, partitions, pauses, bad clocks and a bad network, all at once.

use lightcone_protocols::raft::{Params, Raft, Variant};
use lightcone_sim::chance::Chance;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Latency, Scenario, WorkloadMode};
use lightcone_sim::time::Ns;

use crate::stage::*;

/// Numbers below a bound, the same for the same seed.
struct Dice {
    chance: Chance,
    rolls: u32,
}

impl Dice {
    fn roll(&mut self, bound: u64) -> u64 {
        self.rolls += 1;
        self.chance.pick(NodeId::client(99), self.rolls, 0, bound)
    }

    /// A span from `min` to `max` milliseconds, not a whole number of them.
    fn ms(&mut self, min: u64, max: u64) -> Ns {
        Ns(min * 1_000_000 + self.roll((max - min) * 1_000_000))
    }
}

/// A scenario full of trouble.
pub fn trouble(seed: u64, change: impl FnOnce(&mut Params)) -> Scenario {
    let mut dice = Dice { chance: Chance::new(seed ^ 0x5eed), rolls: 0 };
    let servers = if dice.roll(2) == 0 { 3 } else { 5 };
    let mut scenario = Raft::scenario(Some(servers));
    scenario.seed = seed;
    scenario.until = Ns::s(4);
    scenario.network.latency = Latency::Uniform { min: Ns::ms(1), max: dice.ms(5, 60) };
    scenario.network.loss_ppm = dice.roll(150_000) as u32;
    scenario.network.duplicate_ppm = dice.roll(100_000) as u32;
    scenario.workload.clients = 2;
    scenario.workload.mode = WorkloadMode::Open;
    scenario.workload.every = dice.ms(20, 150);
    let calm = 20 + dice.roll(600);
    let mut now = Ns::ms(100);
    while now < scenario.until {
        now = now + dice.ms(5, 5 + calm);
        bother(&mut scenario, &mut dice, now);
    }
    with(scenario, change)
}

fn bother(scenario: &mut Scenario, dice: &mut Dice, now: Ns) {
    let servers = u64::from(scenario.nodes);
    let node = NodeId::server(dice.roll(servers) as u16);
    match dice.roll(8) {
        0..=2 => {
            scenario.push(now, Action::Crash { node });
            let down = if dice.roll(2) == 0 { dice.ms(1, 30) } else { dice.ms(30, 600) };
            scenario.push(now + down, Action::Recover { node });
        }
        3..=5 => {
            let (mut one, mut rest) = (vec![node], Vec::new());
            for other in (0..scenario.nodes).map(NodeId::server).filter(|&other| other != node) {
                if dice.roll(3) == 0 { one.push(other) } else { rest.push(other) }
            }
            let until = Some(now + dice.ms(50, 700));
            let one_way = dice.roll(4) == 0;
            scenario.push(now, Action::Partition { groups: vec![one, rest], until, one_way });
        }
        6 => {
            scenario.push(now, Action::Pause { node, vm: false });
            scenario.push(now + dice.ms(1, 500), Action::Resume { node });
        }
        _ => {
            let drift_ppm = dice.roll(1_500_000) as i64 - 500_000;
            scenario.push(now, Action::clock(node, None, Some(drift_ppm)));
        }
    }
}

#[test]
fn whatever_happens_the_five_properties_hold() {
    let mut answered = 0;
    for seed in 1..=2_000 {
        let stage = play(trouble(seed, |params| {
            params.noop = seed % 3 != 0;
            params.max_entries = if seed % 2 == 0 { 1 } else { 16 };
        }));
        assert_eq!(stage.run.trace().violations(), [], "seed {seed}");
        answered += stage.answered();
    }
    assert!(answered > 20_000, "and something is done: {answered}");
}

/// Amnesia is beyond what Raft survives, so properties may break; but nothing panics, and variants do not either.
#[test]
fn whatever_is_forgotten_nothing_panics() {
    let variants = [
        Variant::Correct,
        Variant::VoteNotPersisted,
        Variant::VoteWithoutLogCheck,
        Variant::NoConsistencyCheck,
        Variant::CommitOlderTerm,
        Variant::LeaderTruncates,
        Variant::ApplyUncommitted,
    ];
    for (seed, variant) in (1..=700).zip(variants.into_iter().cycle()) {
        let mut scenario = trouble(seed, |params| params.variant = variant);
        for entry in &mut scenario.script {
            if let Action::Crash { node } = entry.action
                && entry.id.0 % 2 == 0
            {
                entry.action = Action::Amnesia { node };
            }
        }
        scenario.push(Ns::s(1), Action::Amnesia { node: NodeId::client(1) });
        scenario.push(Ns::ms(1_200), Action::Recover { node: NodeId::client(1) });
        play(scenario);
    }
}

/// Liveness: once all is well again, everyone is served.
#[test]
fn when_the_trouble_is_over_a_leader_serves() {
    for seed in 1..=200 {
        let mut scenario = trouble(seed, |_| ());
        let over = scenario.until + Ns::s(1);
        for node in (0..scenario.nodes).map(NodeId::server) {
            scenario.push(over, Action::Recover { node });
            scenario.push(over, Action::Resume { node });
            scenario.push(over, Action::clock(node, None, Some(0)));
        }
        scenario.push(over, Action::Heal { from: None, to: None });
        scenario.until = over + Ns::s(10);
        let stage = play(scenario.clone());
        stage.assert_safe();
        let leader = stage.leader(scenario.until);
        let (server, disk) = stage.server(leader, scenario.until);
        let behind = disk.log.last_index().0 - server.expect("it leads").commit_index.0;
        assert!(behind < 20, "seed {seed}: {behind} entries are not committed");
    }
}
