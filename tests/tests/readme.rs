//! The README's protocol of one's own is the very text that is compiled and offered, and it runs.

use lightcone_protocols::find;
use lightcone_sim::order::Key;

const README: &str = include_str!("../../README.md");
const MODULE: &str = include_str!("../../crates/protocols/src/gossip.rs");

/// The README's block of code that begins like this.
fn block(beginning: &str) -> Option<&'static str> {
    let blocks =
        README.split("```rust\n").skip(1).filter_map(|rest| rest.split_once("```").map(|(block, _)| block));
    blocks.into_iter().find(|block| block.starts_with(beginning))
}

#[test]
fn the_readme_shows_the_module_that_is_compiled() {
    assert_eq!(block("//! Gossip"), Some(MODULE), "README.md and crates/protocols/src/gossip.rs differ");
}

#[test]
fn what_the_readme_shows_spreads_a_rumour_to_everybody() {
    let entry = find("gossip").expect("the README's line registers it");
    let scenario = (entry.scenario)(None);
    let until = scenario.until;
    let mut run = (entry.start)(scenario).expect("its own scenario is valid");
    run.run_until(until, 100_000);
    assert!(run.trace().violations().is_empty());
    for node in run.trace().nodes().iter().filter(|node| !node.is_client()) {
        let view = run.node(node, Key::end_of(until)).and_then(|node| node.view).expect("nobody is down");
        assert!(view.fields.iter().any(|field| field.value == "rumour 1"), "{node} has not heard: {view:?}");
    }
}
