//! The events as rows: each is told in a sentence, and a filter finds what it is asked for.

mod common;

use common::{raft, run, troubled};
use lightcone_diagram::table::{Filter, SORTS, events, sentence, sort_of, title};
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;

const END: Key = Key::end_of(Ns::ms(1_500));

fn told(session: &dyn Session, filter: &Filter) -> Vec<String> {
    events(session, filter, END, END).into_iter().map(|id| sentence(session, id, END)).collect()
}

#[test]
fn nothing_asked_for_is_everything_so_far() {
    let session = run(raft(1));
    for ms in [0, 400, 1_500] {
        let now = Key::end_of(Ns::ms(ms));
        assert_eq!(events(&*session, &Filter::default(), now, now).len(), session.trace().count_until(now));
    }
}

#[test]
fn every_event_has_a_sentence_and_a_sort() {
    let session = run(troubled(1));
    for id in events(&*session, &Filter::default(), END, END) {
        let kind = session.trace().event(id).expect("it happened").kind;
        assert!(!sort_of(kind).is_empty(), "{kind:?}");
        assert!(sentence(&*session, id, END).starts_with(&id.node.to_string()), "{id}");
    }
}

#[test]
fn a_sentence_says_what_was_sent_to_whom_and_what_was_lost() {
    let session = run(troubled(1));
    let filter = Filter { text: "ELECTION timeout".to_owned(), ..Filter::default() };
    let found = told(&*session, &filter);
    assert!(found.iter().any(|said| said.contains("; sends vote? 1 to ")), "{found:?}");
    for word in ["(lost)", "(cut off)", "(is down)"] {
        let filter = Filter { text: word.to_owned(), ..Filter::default() };
        assert!(!told(&*session, &filter).is_empty(), "{word}");
        assert!(events(&*session, &filter, END, Key::START).is_empty(), "nothing of it is known beforehand");
    }
}

#[test]
fn a_title_is_that_of_the_explanation_with_the_nodes_own_names() {
    let mut scenario = troubled(1);
    scenario.names.insert(NodeId::server(3), "Delft".to_owned());
    let session = run(scenario);
    for id in events(&*session, &Filter::default(), END, END) {
        let explained = session.explain(id).expect("it happened").title;
        let title = title(&*session, id);
        assert_eq!(title.starts_with("Delft"), id.node == NodeId::server(3), "{title}");
        if !title.contains("Delft") {
            assert_eq!(title, explained);
        }
    }
}

#[test]
fn node_and_sort_narrow_it_down() {
    let session = run(troubled(1));
    let all = told(&*session, &Filter::default()).len();
    let of = |sort| told(&*session, &Filter { sort: Some(sort), ..Filter::default() }).len();
    assert_eq!((0..SORTS.len()).map(of).sum::<usize>(), all, "each event is of one sort");
    let node = Some(NodeId::server(3));
    let faults = events(&*session, &Filter { node, sort: Some(4), ..Filter::default() }, END, END);
    assert_eq!(faults.len(), 1, "D crashes once");
}
