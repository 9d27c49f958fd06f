//! Bank transfers over a network that rewrites, in stories.

#[allow(dead_code)] // Others use the rest.
mod story;

use lightcone_protocols::transfer::Transfer;
use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::protocol::Protocol;
use lightcone_sim::scenario::{Action, How, Scenario};
use lightcone_sim::time::Ns;
use story::*;

const C1: NodeId = NodeId::client(0);
const END: Ns = Ns::s(3);

/// One order, which sets out at 100 ms, over a network that does nothing of itself.
fn one_order(guard: &str) -> Scenario {
    let mut scenario = with(Transfer::scenario(None), "guard", guard);
    scenario.network.corrupt_ppm = 0;
    scenario.workload.ops.clear();
    scenario.push(Ns::ms(100), Action::Op { client: C1, op: "pay 10 to 7".to_owned(), node: None });
    scenario
}

fn rewrite(copy: u32, field: &str, value: i64) -> Action {
    Action::Rewrite { message: MsgId { node: C1, seq: 1, copy }, field: field.to_owned(), value }
}

fn paid(story: &Story) -> Vec<String> {
    story.field(A, END, "paid in all")
}

#[test]
fn an_order_is_paid_once_though_it_comes_again_and_again() {
    for guard in ["none", "checksum", "signature"] {
        let mut scenario = one_order(guard);
        scenario.network.duplicate_ppm = 1_000_000;
        let (how, to, field, value, until) = (How::Replay, None, None, None, None);
        scenario.push(Ns::ZERO, Action::Byzantine { node: C1, how, to, field, value, until });
        let story = play::<Transfer>(scenario);
        assert_eq!((paid(&story), story.answers()), (vec!["10".to_owned()], vec![Some("paid".to_owned())]));
    }
}

#[test]
fn without_a_guard_the_bank_believes_what_it_reads() {
    let mut scenario = one_order("none");
    scenario.push(Ns::ms(105), rewrite(1, "amount", 900));
    let story = play::<Transfer>(scenario);
    assert_eq!((paid(&story), story.broken()), (vec!["900".to_owned()], vec!["integrity"]));
    // The client's record says what it really sent; what arrived is the form that entry 2 made.
    let said = |copy| story.session().message(MsgId { node: C1, seq: 1, copy }).map(|told| told.label);
    assert_eq!((said(1), said(4)), (Some("10 to 7".to_owned()), Some("900 to 7".to_owned())));
}

#[test]
fn a_forged_form_goes_the_rest_of_the_way_and_can_be_held_lost_and_forged_again() {
    let fate = |scenario: &Scenario, copy| {
        let story = play::<Transfer>(scenario.clone());
        let id = MsgId { node: C1, seq: 1, copy };
        story
            .session()
            .trace()
            .message(id)
            .map(|record| (record.sent.0, record.fate.kind.name(), record.fate.at.0))
    };
    let mut scenario = one_order("none");
    let (_, _, arrival) = fate(&scenario, 1).expect("it was sent");
    scenario.push(Ns::ms(105), rewrite(1, "amount", 900));
    assert_eq!(fate(&scenario, 1), Some((Ns::ms(100), "dropped", arrival)));
    assert_eq!(fate(&scenario, 4), Some((Ns::ms(105), "delivered", arrival)));
    let message = MsgId { node: C1, seq: 1, copy: 4 };
    scenario.push(Ns::ms(107), Action::Hold { message });
    scenario.push(Ns::ms(108), rewrite(4, "account", 9));
    let held = fate(&scenario, 6).expect("the form was forged again, and is held as it was");
    assert_eq!((held.0, held.1), (Ns::ms(108), "in-flight"));
    scenario.push(Ns::ms(207), Action::Release { message: MsgId { copy: 6, ..message } });
    assert_eq!(fate(&scenario, 6), Some((Ns::ms(108), "delivered", arrival + Ns::ms(100))));
    // What has arrived, or is not there to be rewritten, is left alone.
    for (at, deed) in
        [(300, rewrite(1, "amount", 1)), (106, rewrite(1, "colour", 1)), (106, rewrite(9, "amount", 1))]
    {
        let mut scenario = one_order("none");
        let entry = scenario.push(Ns::ms(at), deed);
        let story = play::<Transfer>(scenario);
        assert!(story.broken().is_empty() && !story.session().trace().has_acted(entry));
    }
}

#[test]
fn a_checksum_detects_an_accident_and_no_intent() {
    let mut accident = one_order("checksum");
    accident.push(Ns::ms(105), rewrite(1, "amount", 11));
    let story = play::<Transfer>(accident.clone());
    assert_eq!((paid(&story), story.broken()), (vec!["10".to_owned()], vec![]));
    assert!(story.noted(A, "I refuse it"));
    accident.push(Ns::ms(106), rewrite(4, "checksum", 19));
    let story = play::<Transfer>(accident);
    assert_eq!((paid(&story), story.broken()), (vec!["11".to_owned()], vec!["integrity"]));
}

#[test]
fn a_signature_fits_one_content_alone() {
    for (field, value) in [("amount", 11), ("account", 8), ("serial", 2), ("signature", 1)] {
        let mut scenario = one_order("signature");
        scenario.push(Ns::ms(105), rewrite(1, field, value));
        // Another order's signature fits no better.
        let story = play::<Transfer>(scenario);
        assert_eq!((paid(&story), story.broken()), (vec!["10".to_owned()], vec![]), "{field}");
        assert!(story.noted(A, "never signed that"), "{field}");
    }
}

#[test]
fn a_network_that_corrupts_is_borne_with_a_guard_and_not_without() {
    let runs = |guard: &str| -> Vec<Story> {
        let corrupted = |seed| Scenario { seed, ..with(Transfer::scenario(None), "guard", guard) };
        (0..20).map(|seed| play::<Transfer>(corrupted(seed))).collect()
    };
    for guard in ["checksum", "signature"] {
        let mut answered = 0;
        for story in runs(guard) {
            assert!(story.broken().is_empty(), "{guard}: {:?}", story.findings());
            answered += story.answers().iter().flatten().count();
        }
        assert!(answered > 80, "{guard}: {answered}");
    }
    assert!(runs("none").iter().filter(|story| !story.broken().is_empty()).count() > 10);
}

#[test]
fn a_message_without_numbers_is_spoilt_by_corruption() {
    let mut scenario = one_order("checksum");
    scenario.network.corrupt_ppm = 1_000_000;
    let story = play::<Transfer>(scenario);
    // Every order is altered and refused, and every refusal spoilt: the client hears nothing.
    assert_eq!((paid(&story), story.answers()), (vec!["0".to_owned()], vec![None]));
    assert!(story.noted(C1, "No answer") && !story.noted(C1, "does not believe"));
}

#[test]
fn bad_settings_and_orders_are_refused() {
    for scenario in [Transfer::scenario(Some(2)), with(Transfer::scenario(None), "patience", 0)] {
        assert!(lightcone_sim::run::Run::<Transfer>::start(scenario).is_err());
    }
    let entry = lightcone_protocols::find("transfer").expect("it is registered");
    for text in ["", "pay", "pay 1 to", "pay x to 7", "pay 1 to 9999999", "pay 1 into 7", "pay -1 to 7"] {
        assert!((entry.check_op)(text).is_err(), "{text}");
    }
    assert!(entry.ops.iter().all(|op| (entry.check_op)(op).is_ok()));
}
