//! Ben-Or's consensus in stories: given these inputs and this trouble, this is decided.

mod story;

use lightcone_protocols::ben_or::BenOr;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use story::*;

const END: Ns = Ns::s(1);

/// A process for each digit, with messages that take 10 ms each.
fn processes(inputs: &str) -> Scenario {
    let scenario = Scenario { nodes: inputs.len() as u16, until: END, ..quiet::<BenOr>() };
    with(scenario, "inputs", inputs)
}

/// What each process has decided at the end.
fn decisions(story: &Story, processes: u16) -> Vec<String> {
    (0..processes).map(|place| story.field(NodeId::server(place), END, "decision").join(" ")).collect()
}

fn crash(at: u64, node: NodeId) -> (Ns, Action) {
    (Ns::ms(at), Action::Crash { node })
}

#[test]
fn where_all_begin_alike_all_decide_that_in_the_first_round() {
    for inputs in ["0", "1", "11", "000", "111", "00000", "1111111"] {
        let story = play::<BenOr>(processes(inputs));
        let count = inputs.len() as u16;
        assert_eq!(decisions(&story, count), vec![inputs[..1].to_owned(); inputs.len()], "{inputs}");
        assert_eq!(story.broken(), [""; 0]);
        let proposals = story.said("proposal");
        let wanted = format!("1: {}!", &inputs[..1]);
        assert!(
            proposals.iter().filter(|(_, label)| label.starts_with("1:")).all(|(_, label)| *label == wanted),
            "{inputs}: {proposals:?}"
        );
    }
}

#[test]
fn where_they_begin_differently_they_decide_the_same_in_the_end() {
    for seed in 0..100 {
        let scenario = Scenario { seed, until: Ns::s(5), ..processes("01") };
        let story = play::<BenOr>(scenario);
        let decided = decisions(&story, 2);
        assert!(decided == ["0", "0"] || decided == ["1", "1"], "{seed}: {decided:?}");
        assert_eq!(story.broken(), [""; 0]);
    }
}

#[test]
fn chance_decides_what_an_even_split_comes_to() {
    let decided = |seed| decisions(&play::<BenOr>(Scenario { seed, ..processes("0011") }), 1).remove(0);
    let all: Vec<String> = (0..60).map(decided).collect();
    assert!(all.contains(&"0".to_owned()) && all.contains(&"1".to_owned()), "{all:?}");
    assert_eq!(decided(7), all[7], "the same seed flips the same coins");
}

#[test]
fn fewer_than_half_may_crash_and_the_others_decide() {
    let script = [crash(5, NodeId::server(3)), crash(5, NodeId::server(4))];
    let story = play::<BenOr>(with_script(processes("11111"), script));
    assert_eq!(decisions(&story, 3), ["1", "1", "1"]);
    // One more, and the others wait for ever, and decide nothing.
    let script = (2..5).map(|place| crash(5, NodeId::server(place)));
    let mut scenario = processes("11111");
    // None of what the three said at their start arrives.
    for place in 2..5 {
        let others = (0..2).map(NodeId::server).collect();
        let groups = vec![vec![NodeId::server(place)], others];
        scenario.push(Ns::ZERO, Action::Partition { groups, until: None, one_way: false });
    }
    let story = play::<BenOr>(with_script(scenario, script));
    assert_eq!(decisions(&story, 2), ["not yet", "not yet"]);
    assert_eq!(story.broken(), [""; 0]);
}

#[test]
fn whoever_crashes_stays_out() {
    let script = [crash(5, C), (Ns::ms(100), Action::Recover { node: C })];
    let story = play::<BenOr>(with_script(processes("000"), script));
    assert_eq!([A, B, C].map(|node| story.role(node, END)), [Some("decided"), Some("decided"), Some("out")]);
}

#[test]
fn who_gives_up_after_some_rounds_decides_no_more() {
    // Two that differ decide nothing in the first round, and there is no second.
    let story = play::<BenOr>(with(processes("01"), "rounds", 1));
    assert_eq!(decisions(&story, 2), ["not yet", "not yet"]);
    assert_eq!([A, B].map(|node| story.role(node, END)), [Some("out"), Some("out")]);
}

#[test]
fn without_chance_two_that_swap_their_values_never_decide() {
    // Each goes on with what the other reported: 01 becomes 10, and 10 becomes 01.
    let scenario = with(with(processes("01"), "coin", "other"), "rounds", 20);
    let story = play::<BenOr>(scenario);
    assert_eq!(decisions(&story, 2), ["not yet", "not yet"]);
    let said: Vec<String> =
        story.said("report").into_iter().filter(|(node, _)| *node == A).map(|(_, label)| label).collect();
    assert_eq!(said[..4], ["1: 0", "2: 1", "3: 0", "4: 1"]);
    assert_eq!(said.len(), 20);
}

#[test]
fn inputs_that_make_no_sense_are_refused_in_a_sentence() {
    let refused = |inputs: &str| match open(with(BenOr::scenario(None), "inputs", inputs)) {
        Ok(_) => panic!("{inputs} is taken"),
        Err(why) => why,
    };
    assert!(refused("021").contains("0 or 1, such as 001, and not 2"));
    assert!(refused("0011").contains("there are 4 inputs for 3 processes"));
}

#[test]
fn in_trouble_nobody_decides_otherwise_than_another_and_nothing_is_made_up() {
    let mut decided = 0;
    for seed in 0..200 {
        let inputs = ["001", "010", "111", "00111"][seed as usize % 4];
        let story = play::<BenOr>(trouble(seed, processes(inputs), Ns::s(8)));
        assert_eq!(story.broken(), [""; 0], "{seed}: {:?}", story.findings());
        decided += usize::from(story.said("proposal").len() > inputs.len());
    }
    assert!(decided >= 20, "{decided} runs of 200 came to proposals");
}
