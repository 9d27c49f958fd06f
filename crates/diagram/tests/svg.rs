//! The file that is written: well-formed, self-contained, with nothing of a stranger's text taken for markup.

mod common;

use common::{raft, run, scene, troubled};
use lightcone_diagram::{Flow, Theme, View, svg};
use lightcone_sim::time::Ns;

#[test]
fn the_file_is_well_formed_and_says_what_it_shows() {
    let session = run(troubled(1));
    for flow in [Flow::LeftToRight, Flow::TopToBottom] {
        for theme in [Theme::Light, Theme::Dark] {
            let scene = scene(&*session, &View { flow, ..View::default() }, Ns::ms(900));
            let file = svg(&scene, theme);
            let document = roxmltree::Document::parse(&file).expect("well-formed");
            let text_of = |name: &str| {
                let found = document
                    .root_element()
                    .children()
                    .find(|child| child.has_tag_name(("http://www.w3.org/2000/svg", name)));
                found.and_then(|child| child.text().map(str::to_owned)).unwrap_or_default()
            };
            assert!(text_of("title").contains("raft"), "{}", text_of("title"));
            assert!(
                text_of("desc").contains("partition A B | C D E from 400 ms")
                    || text_of("desc").contains("Partition A B | C D E from 400 ms"),
                "{}",
                text_of("desc")
            );
            assert!(document.descendants().any(|node| node.tag_name().name() == "text"));
        }
    }
}

#[test]
fn names_and_remarks_that_look_like_markup_stay_text() {
    let evil = "</text><script>alert(1)</script>\" onload=\"alert(2)\u{0}";
    let mut scenario = raft(1);
    scenario.names.insert("A".parse().expect("a node"), "</text><script>alert(1)</script>".to_owned());
    let node = "A".parse().expect("a node");
    scenario.push(
        Ns::ms(1),
        lightcone_sim::scenario::Action::Note {
            event: lightcone_sim::ids::EventId { node, index: 2 },
            text: evil.to_owned(),
        },
    );
    let session = run(scenario);
    let file = svg(&scene(&*session, &View::default(), Ns::ms(900)), Theme::Light);
    let document = roxmltree::Document::parse(&file).expect("well-formed");
    assert!(!document.descendants().any(|node| node.tag_name().name() == "script"));
    let handlers =
        document.descendants().flat_map(|node| node.attributes()).filter(|a| a.name().starts_with("on"));
    assert_eq!(handlers.count(), 0);
    assert!(document.descendants().any(|node| node.text().is_some_and(|text| text.contains("<script>"))));
}

#[test]
fn the_file_fetches_nothing_and_needs_no_page() {
    let session = run(raft(1));
    let file = svg(&scene(&*session, &View::default(), Ns::ms(900)), Theme::Light);
    for foreign in ["url(", "@import", "href", "var(", "<script", "<image"] {
        assert!(!file.contains(foreign), "{foreign}");
    }
}
