//! Who calls the next election when a leader is gone: chance decides, and a fast clock outruns it.

use lightcone_protocols::raft::Raft;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;

use crate::stage::*;

/// In how many of these seeds a follower of the leader at 1 s is the first to call an election after the leader's
/// crash at 2 s, if its clock runs so much too fast from 1 s on.
fn calls_first(seeds: std::ops::Range<u64>, drift_ppm: i64, usual: &Scenario) -> usize {
    let crash = Ns::s(2);
    seeds
        .filter(|&seed| {
            let mut scenario = Scenario { seed, until: Ns::s(1), ..usual.clone() };
            let leader = play(scenario.clone()).leader(Ns::s(1));
            let follower = NodeId::server((leader.number() + 1) % scenario.nodes);
            let clock = Action::clock(follower, None, Some(drift_ppm));
            scenario.push(Ns::s(1), clock);
            scenario.push(crash, Action::Crash { node: leader });
            let stage = play(Scenario { until: Ns::ms(2_400), ..scenario });
            assert_eq!(
                stage.next_candidate(Ns::s(1)),
                stage.next_candidate(crash),
                "seed {seed}: no election before"
            );
            stage.next_candidate(crash) == Some(follower)
        })
        .count()
}

#[test]
fn a_follower_whose_clock_runs_twice_as_fast_calls_the_next_election() {
    let usual = Raft::scenario(None);
    let count = calls_first(1..1_001, 1_000_000, &usual);
    assert!(count >= 990, "{count} of 1,000 seeds");
}

#[test]
fn at_normal_speed_it_does_so_one_time_in_four() {
    let usual = Raft::scenario(None);
    let count = calls_first(1..1_001, 0, &usual);
    assert!((200..=300).contains(&count), "{count} of 1,000 seeds");
}
