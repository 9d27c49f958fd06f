//! Stories of links and saved files.

mod common;

use common::{at, default, names, raft, run};
use lightcone_formats::link::{
    BadLink, Document, MAX_LINK, Seal, SealVerdict, from_fragment, from_json, to_fragment, to_json,
};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Action;
use lightcone_sim::time::Ns;
use serde_json::json;

fn reopened(document: &Document) -> Document {
    from_fragment(&to_fragment(document, names()), names()).expect("its own link opens")
}

#[test]
fn an_unedited_protocol_has_its_name_for_a_link() {
    assert_eq!(to_fragment(&raft(), names()), "raft");
    assert_eq!(from_fragment("raft", names()), Ok(raft()));
}

#[test]
fn a_link_says_what_differs_in_words() {
    let mut document = raft();
    document.scenario.nodes = 7;
    document.scenario.seed = 42;
    document.scenario.until = Ns::s(20);
    document.scenario.params.insert("election_timeout_min".into(), json!(175_000_000));
    document.scenario.params.insert("variant".into(), json!("apply-uncommitted"));
    document.playhead = Some(at("2.31s"));
    document.view.insert("scale".into(), json!("logical"));
    document.view.insert("text_px".into(), json!(18));
    document.quiz = true;
    let link = to_fragment(&document, names());
    assert_eq!(
        link,
        "raft?nodes=7&seed=42&until=20s&p.election_timeout_min=175ms&p.variant=apply-uncommitted\
         &t=2.31s&view.scale=logical&view.text_px=18&quiz"
    );
    assert_eq!(from_fragment(&link, names()), Ok(document));
}

#[test]
fn a_whole_address_opens_as_its_fragment_does() {
    for link in
        ["#raft", " https://example.org/lightcone/#raft\n", "https://example.org/?embed=1#raft", "raft"]
    {
        assert_eq!(from_fragment(link, names()), Ok(raft()), "{link}");
    }
    let sentence = from_fragment("https://example.org/", names()).expect_err("it opens nothing").to_string();
    assert!(sentence.contains("no `#"), "{sentence}");
}

#[test]
fn an_edited_scenario_is_packed_and_survives_whole() {
    let mut document = Document::from(common::everything());
    document.playhead = Some("2310000000.0.3.2.1.7.1.1".parse::<Key>().expect("a moment"));
    document.view.insert("order".into(), json!(["C", "A"]));
    document.quiz = true;
    let link = to_fragment(&document, names());
    assert!(link.starts_with("1~"), "{link}");
    assert!(link.len() < MAX_LINK, "{} characters", link.len());
    assert_eq!(reopened(&document), document);
    assert_eq!(from_json(&to_json(&document)), Ok(document));
}

#[test]
fn text_that_looks_like_something_else_stays_what_it_is() {
    let mut document = raft();
    for (place, value) in [
        json!("3s"),
        json!("7"),
        json!("a&b=c#d"),
        json!("true"),
        json!(null),
        json!("ä"),
        json!(1.5),
        json!(""),
    ]
    .into_iter()
    .enumerate()
    {
        document.view.insert(format!("v{place}"), value.clone());
        document.scenario.params.insert(format!("p{place}"), value);
    }
    let link = to_fragment(&document, names());
    assert!(link.starts_with("raft?"), "{link}");
    assert_eq!(reopened(&document), document);
}

#[test]
fn a_moment_inside_an_instant_survives() {
    let mut document = raft();
    document.playhead = Some("2310000000.0.3.2.1.7.1.1".parse::<Key>().expect("a moment"));
    assert_eq!(to_fragment(&document, names()), "raft?t=2310000000.0.3.2.1.7.1.1");
    assert_eq!(reopened(&document), document);
}

#[test]
fn a_scenario_alone_is_a_saved_file() {
    let scenario = common::everything();
    let text = serde_json::to_string(&scenario).expect("JSON");
    assert_eq!(from_json(&text), Ok(Document::from(scenario)));
}

#[test]
fn only_a_newer_format_is_refused_and_is_told_so() {
    let newer = [
        from_fragment("2~AAAA", names()),
        from_fragment("99999999999999999999999~AAAA", names()),
        from_fragment("raft?v=2", names()),
        from_fragment("lamport-clocks?depth=9&v=7", names()),
        from_json(r#"{"version":2,"something":"new"}"#),
        from_json(r#"{"version":3,"scenario":{"version":1}}"#),
    ];
    for refused in newer {
        let error = refused.expect_err("it is newer");
        assert!(matches!(error, BadLink::Newer(_)), "{error}");
        assert!(error.to_string().contains("newer release"), "{error}");
    }
    assert_eq!(from_fragment("raft?v=1", names()), Ok(raft()));
}

#[test]
fn what_cannot_be_opened_is_refused_in_one_sentence() {
    let links = [
        "",
        "#",
        "nothing-of-that-name",
        "raft?nodes=-1",
        "raft?nodes=99999",
        "raft?nodes=3&nodes=5",
        "raft?seed=1e3",
        "raft?until=soon",
        "raft?t=yesterday",
        "raft?colour=red",
        "raft?quiz=maybe",
        "raft?p.%zz=1",
        "raft?v=x",
        "raft?h=123",
        "raft?h=6ecd53f4a7ce",
        "raft?t=2s&h=6ecd53f4a7ce&trail=12.zz",
        "0~AAAA",
        "1~",
        "1~!!!!",
        "1~AAAA",
        "1~q1Y",
    ];
    for link in links {
        let sentence = from_fragment(link, names()).expect_err(link).to_string();
        assert!(
            !sentence.is_empty() && !sentence.contains('\n') && sentence.len() < 400,
            "{link}: {sentence}"
        );
    }
}

#[test]
fn a_bomb_is_refused_before_it_unpacks() {
    use base64::Engine;
    let zeros = vec![b' '; 64 << 20];
    let packed = miniz_oxide::deflate::compress_to_vec(&zeros, 9);
    let link = format!("1~{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(packed));
    assert!(link.len() < 128 << 10);
    assert!(matches!(from_fragment(&link, names()), Err(BadLink::TooLarge(_))));
}

#[test]
fn a_sealed_link_knows_its_run_again() {
    for scenario in common::defaults() {
        let session = run(&scenario);
        let mut document = Document::from(scenario);
        document.playhead = Some(at("2s"));
        document.sealed = Some(Seal::of(session.as_ref(), at("2s")));
        let link = to_fragment(&document, names());
        assert!(link.contains("&v=1&h=") && link.len() < 200, "{link}");
        let seal = reopened(&document).sealed.expect("the seal");
        assert_eq!(Some(&seal), document.sealed.as_ref());
        assert_eq!(seal.compare(session.as_ref()), SealVerdict::Same);
    }
}

#[test]
fn a_run_that_differs_is_told_with_the_event_from_which_on() {
    let scenario = raft().scenario;
    let before = run(&scenario);
    let seal = Seal::of(before.as_ref(), at("10s"));
    let mut edited = scenario.clone();
    edited.push(Ns::s(4), Action::Crash { node: "A".parse().expect("a node") });
    let after = run(&edited);
    let verdict = seal.compare(after.as_ref());
    let SealVerdict::DiffersFrom(event, time) = verdict else { panic!("{verdict}") };
    // The trail cannot tell the event itself, but it never points behind it, and not far before it.
    assert!(time <= Ns::s(4) && time > Ns::s(3), "{verdict}");
    assert!(after.trace().event(event).is_some_and(|record| record.at() == time));
    assert!(verdict.to_string().starts_with(&format!("At or after event {event} (3.")), "{verdict}");
    let early = Seal::of(before.as_ref(), at("3s"));
    assert_eq!(early.compare(after.as_ref()), SealVerdict::Same);
}

#[test]
fn runs_that_differ_from_the_beginning_or_were_not_computed_are_told_apart() {
    let scenario = raft().scenario;
    let seal = Seal::of(run(&scenario).as_ref(), at("5s"));
    let mut other = scenario.clone();
    other.seed += 1;
    let verdict = seal.compare(run(&other).as_ref());
    assert!(matches!(verdict, SealVerdict::DiffersFrom(_, time) if time < Ns::ms(500)), "{verdict}");
    let entry = lightcone_protocols::find("raft").expect("Raft");
    let unstarted = (entry.start)(scenario).expect("a valid scenario");
    assert_eq!(seal.compare(unstarted.as_ref()), SealVerdict::NotComputed);
}

#[test]
fn a_name_with_a_number_of_servers_opens_what_the_protocol_has_for_so_many() {
    for entry in lightcone_protocols::all() {
        for nodes in 1..=9 {
            let opened = from_fragment(&format!("#{}?nodes={nodes}", entry.name), names()).expect("it opens");
            assert_eq!(opened.scenario, (entry.scenario)(Some(nodes)), "{} with {nodes}", entry.name);
            let link = to_fragment(&opened, names());
            assert!(link.starts_with(entry.name) && link.len() < entry.name.len() + 9, "{link}");
        }
    }
}

#[test]
fn a_function_from_names_to_scenarios_will_do() {
    let mut document = raft();
    document.scenario.nodes = 3;
    assert_eq!(to_fragment(&document, default), "raft?nodes=3");
    assert_eq!(from_fragment("raft?nodes=3", default), Ok(document));
}
