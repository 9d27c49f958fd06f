//! Logs, disks and what is committed.

use lightcone_protocols::raft::{Index, Term};
use lightcone_sim::ids::EventId;
use lightcone_sim::scenario::Action;
use lightcone_sim::time::Ns;

use crate::stage::*;

#[test]
fn an_entry_is_executed_everywhere_once_a_majority_stores_it() {
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(500), op("put x 1", C));
    let stage = play(scenario);
    stage.assert_safe();
    assert_eq!(stage.answers(), [("put x 1".to_owned(), Some("ok".to_owned()))]);
    for server in [A, B, C, D, E] {
        assert_eq!(stage.log(server, Ns::s(1)), ["no-op", "x=1"]);
        assert_eq!(stage.field(server, "commitIndex", Ns::s(1)), "2");
        assert_eq!(stage.field(server, "state machine", Ns::s(1)), "x=1");
    }
    assert_eq!(stage.field(C, "matchIndex", Ns::s(1)), "A:2 B:2 D:2 E:2");
}

#[test]
fn a_minority_serves_nobody() {
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(400), Action::Crash { node: A });
    scenario.push(Ns::ms(400), Action::Crash { node: B });
    scenario.push(Ns::ms(500), op("put x 1", C));
    scenario.push(Ns::s(2), Action::Crash { node: D });
    scenario.push(Ns::ms(2_500), op("put x 2", C));
    let stage = play(scenario);
    stage.assert_safe();
    let told: Vec<_> = stage.answers().into_iter().map(|(_, ret)| ret).collect();
    assert_eq!(told, [Some("ok".to_owned()), None], "three of five suffice, two do not");
}

#[test]
fn a_restarted_server_has_its_term_vote_and_log_and_executes_the_log_again() {
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(500), op("put x 1", C));
    scenario.push(Ns::s(1), Action::Crash { node: A });
    scenario.push(Ns::ms(1_100), Action::Recover { node: A });
    let stage = play(scenario);
    stage.assert_safe();
    let (state, disk) = stage.server(A, Ns::ms(1_050));
    assert_eq!(state, None);
    assert_eq!((disk.current_term, disk.voted_for, disk.log.last_index()), (Term(1), Some(C), Index(2)));
    let (state, same_disk) = stage.server(A, Ns::ms(1_100));
    assert_eq!(same_disk, disk);
    assert_eq!(state.expect("it is up").last_applied, Index(0));
    assert_eq!(stage.field(A, "state machine", Ns::ms(1_300)), "x=1");
}

#[test]
fn a_server_without_its_disk_is_given_the_log_again() {
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(500), op("put x 1", C));
    scenario.push(Ns::s(1), Action::Amnesia { node: A });
    scenario.push(Ns::ms(1_100), Action::Recover { node: A });
    let stage = play(scenario);
    assert_eq!(stage.log(A, Ns::ms(1_100)), [""; 0]);
    assert_eq!(stage.log(A, Ns::ms(1_500)), ["no-op", "x=1"]);
    // A had told C that it stores entry 2; from C's side nothing has changed, and its word is no longer true.
    assert_eq!(stage.field(C, "matchIndex", Ns::ms(1_100)), "A:2 B:2 D:2 E:2");
}

/// A crash may fall between any two effects: here between the vote on disk and the vote's sending.
#[test]
fn a_vote_is_on_disk_before_it_is_sent() {
    let mut scenario = quiet(3);
    let vote = play(scenario.clone()).messages("RequestVoteReply", |label| label == "yes")[0];
    let event = {
        let stage = play(scenario.clone());
        let record = stage.run.trace().message(vote).copied().expect("it was sent");
        EventId { node: vote.node, index: record.event }
    };
    // Its effects: the new term to disk, the vote to disk, the timer, the answer.
    scenario.push(Ns::ZERO, Action::CrashInside { event, after: 2 });
    scenario.until = Ns::ms(300);
    let stage = play(scenario);
    assert!(stage.run.trace().message(vote).is_none(), "the answer was never sent");
    let (state, disk) = stage.server(vote.node, Ns::ms(300));
    assert_eq!(state, None);
    assert!(disk.voted_for.is_some());
}

#[test]
fn a_follower_far_behind_is_brought_up_in_batches() {
    let mut scenario = with(quiet(3), |params| params.max_entries = 4);
    scenario.push(Ns::ms(500), Action::Crash { node: B });
    for number in 0..20 {
        scenario.push(Ns::ms(600 + number), op(&format!("append x {number}"), C));
    }
    scenario.push(Ns::s(5), Action::Recover { node: B });
    let stage = play(scenario);
    stage.assert_safe();
    assert_eq!(stage.answered(), 20);
    let leader = stage.leader(Ns::s(10));
    assert_eq!(stage.server(B, Ns::s(10)).1.log, stage.server(leader, Ns::s(10)).1.log);
    let full = stage.messages("AppendEntries", |label| label.ends_with(" +3"));
    assert!(full.len() >= 4, "{full:?}");
    assert!(stage.messages("AppendEntries", |label| label.ends_with(" +4")).is_empty());
}

/// §5.4.2: what an earlier leader left behind is committed only together with an entry of the current term.
#[test]
fn entries_of_earlier_terms_wait_for_one_of_the_current_term() {
    let scenario = |noop| {
        let mut scenario = with(quiet(3), |params| params.noop = noop);
        let leader = play(scenario.clone()).leader(Ns::ms(450));
        // The leader's word that the entry is committed reaches nobody.
        scenario.push(Ns::ms(500), op("put x 1", leader));
        let answered = play(scenario.clone());
        let op = answered.run.trace().ops().next().copied().expect("one was called");
        let answer =
            answered.run.trace().event(EventId { node: C1, index: op.returned.expect("it returned") });
        let sent = answer.expect("it happened").at() - Ns::ms(10);
        scenario.push(sent, Action::Crash { node: leader });
        scenario
    };
    let at = Ns::s(5);
    let stage = play(scenario(false));
    stage.assert_safe();
    let leader = stage.leader(at);
    assert_eq!(stage.log(leader, at), ["x=1"]);
    assert_eq!(
        stage.field(leader, "commitIndex", at),
        "0",
        "stored by all that are up, and still not committed"
    );
    let stage = play(scenario(true));
    stage.assert_safe();
    let leader = stage.leader(at);
    assert_eq!(stage.log(leader, at), ["no-op", "x=1", "no-op"]);
    assert_eq!(stage.field(leader, "commitIndex", at), "3");
}

#[test]
fn a_message_says_what_it_is_in_few_words_and_in_a_sentence() {
    use lightcone_sim::session::Session;
    let mut scenario = quiet(5);
    scenario.push(Ns::ms(500), op("put x 1", A));
    let stage = play(scenario);
    let story = [
        ("RequestVote", "vote? 1", "C asks for your vote in term 1; its log is empty.", false),
        ("RequestVoteReply", "yes", "You have my vote in term 1.", false),
        (
            "AppendEntries",
            "append x=1",
            "C leads term 1: store x=1 after entry 1 (term 1); committed up to 1.",
            false,
        ),
        ("AppendEntriesReply", "ok 2", "My log agrees with yours up to 2 (term 1).", false),
        ("AppendEntries", "heartbeat", "C leads term 1; committed up to 1.", true),
        ("Request", "write x=1", "c1's request 1: put x 1.", false),
        ("Reply", "ask C", "I do not lead, C does: request 1 belongs there.", false),
        ("Reply", "ok", "Request 1 is committed and executed: ok.", false),
    ];
    for (kind, label, sentence, routine) in story {
        let found = stage.messages(kind, |said| said == label);
        let views: Vec<_> = found.iter().filter_map(|&id| stage.run.message(id)).collect();
        assert!(
            views.iter().any(|view| view.sentence == sentence && view.routine == routine),
            "{label}: {:?}",
            views.first()
        );
    }
}
