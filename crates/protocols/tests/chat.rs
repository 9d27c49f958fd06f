//! Stories of the chat: who answers what, and when an answer comes before its question.

#[allow(dead_code, reason = "each file tells its own stories with what they share")]
mod story;

use lightcone_protocols::chat::Chat;
use lightcone_sim::ids::NodeId;
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, Latency, Scenario};
use lightcone_sim::time::Ns;
use story::{A, B, C, Story, example, play};

/// Nobody writes anything unasked, and all messages take 20 ms.
fn quiet() -> Scenario {
    let mut scenario = Scenario { until: Ns::s(1), ..Chat::scenario(None) };
    scenario.workload.ops.clear();
    scenario.network.latency = Latency::Constant(Ns::ms(20));
    scenario
}

fn types(scenario: &mut Scenario, at: Ns, node: NodeId, op: &str) {
    scenario.push(at, Action::Op { client: NodeId::client(0), op: op.to_owned(), node: Some(node) });
}

fn lines(story: &Story, node: NodeId) -> Vec<String> {
    story.field(node, Ns::s(1), "line")
}

#[test]
fn a_line_comes_to_all_and_a_question_is_answered_by_all_others() {
    let mut scenario = quiet();
    types(&mut scenario, Ns::ms(10), A, "it rains");
    types(&mut scenario, Ns::ms(100), B, "lunch?");
    let story = play::<Chat>(scenario);
    for node in [A, B, C] {
        let mut lines = lines(&story, node);
        lines.sort();
        assert_eq!(lines, ["A: it rains", "A: yes", "B: lunch?", "C: yes"], "{node}");
    }
    assert_eq!(story.said("answer").len(), 4, "two answer, to two others each");
    assert!(story.noted(A, "I think about it") && !story.noted(B, "I think about it"));
    assert!(story.broken().is_empty(), "{:?}", story.findings());
}

#[test]
fn an_answer_overtakes_its_question_on_a_slow_link() {
    let story = play::<Chat>(example::<Chat>("An answer overtakes its question"));
    assert_eq!(story.broken(), ["question first"]);
    assert_eq!(story.findings(), ["C reads B's answer to a question of A's that it has not read."]);
    assert_eq!(lines(&story, C)[..2], ["B: yes", "A: lunch?"]);
}

#[test]
fn a_copy_of_a_line_is_shown_once() {
    let mut scenario = quiet();
    scenario.network.duplicate_ppm = 1_000_000;
    types(&mut scenario, Ns::ms(100), A, "it rains");
    let story = play::<Chat>(scenario);
    // What a person types is copied as well: it is a message like others, and says it twice.
    assert_eq!(lines(&story, C), ["A: it rains", "A: it rains"]);
    assert!(story.noted(C, "I have that line already"));
}

#[test]
fn a_phone_keeps_its_lines_in_a_crash_and_forgets_what_it_thought_about() {
    let mut scenario = quiet();
    types(&mut scenario, Ns::ms(100), A, "lunch?");
    scenario.push(Ns::ms(141), Action::Crash { node: B });
    scenario.push(Ns::ms(150), Action::Recover { node: B });
    let story = play::<Chat>(scenario);
    assert_eq!(lines(&story, B), ["A: lunch?", "C: yes"]);
    assert_eq!(story.said("answer").iter().filter(|(from, _)| *from == B).count(), 0);
}

#[test]
fn times_that_make_no_sense_are_refused() {
    for (least, most, says) in [(2, 1, "at most the second"), (0, u64::MAX, "an hour")] {
        let scenario = story::with(story::with(quiet(), "think_min", least), "think_max", most);
        let refused =
            lightcone_sim::run::Run::<Chat>::start(scenario).err().expect("it is refused").to_string();
        assert!(refused.contains(says), "{refused}");
    }
    let own = Chat::scenario(Some(1));
    assert_eq!(own.nodes, 1, "one may write to oneself alone");
}
