//! What a step puts into the sandbox: a scenario, a moment, and how to look at it.

use lightcone_diagram::{TimeScale, View};
use lightcone_formats::link::Document;
use lightcone_labs::Lab;
use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Entry, Scenario};
use lightcone_sim::time::Ns;
use lightcone_web::store::run::Run;
use serde_json::{Map, Value};

use crate::fit::Room;

/// Whether two scenarios are of the same world, and differ at most in what was done to it and for how long it runs.
pub fn same_world(one: &Scenario, other: &Scenario) -> bool {
    one.protocol == other.protocol
        && one.nodes == other.nodes
        && one.params == other.params
        && one.network == other.network
        && one.clocks == other.clocks
        && one.workload == other.workload
        && one.seed == other.seed
}

/// The document of a step. `kept` is the reader's own, if the step goes on with it; `hides` whether what comes is not to be
/// seen yet; `size` that of the sandbox's frame.
pub fn document(
    lab: &Lab,
    step: usize,
    kept: Option<&Document>,
    hides: bool,
    size: Option<(f64, f64)>,
) -> Document {
    let look = lab.steps.get(step).map(|step| step.look.clone()).unwrap_or_default();
    let scenario = kept.map_or_else(|| lab.scenario_of(step), |kept| &kept.scenario).clone();
    let mut view = kept.map(|kept| kept.view.clone()).unwrap_or_default();
    if let Some(scale) = look.scale {
        view.insert("scale".to_owned(), Value::from(scale));
    }
    if let (Some(from), Some(to), Some(size)) = (look.from, look.to, size) {
        zoom(&scenario, (from, to), size, &mut view);
    }
    let playhead = look.at.map(Key::end_of).or_else(|| match kept {
        Some(kept) => kept.playhead,
        None => hides.then_some(Key::START),
    });
    Document { scenario, playhead, view, sealed: None, quiz: hides }
}

/// Zooms so that a span of the run is in sight.
fn zoom(scenario: &Scenario, span: (Ns, Ns), (width, height): (f64, f64), map: &mut Map<String, Value>) {
    let Ok(run) = Run::whole(scenario) else { return };
    let (room, flow) = Room::in_sandbox(width, height);
    let scale = map.get("scale").cloned().and_then(|scale| serde_json::from_value::<TimeScale>(scale).ok());
    let view = View { scale: scale.unwrap_or_default(), flow, ..View::default() };
    let zoom = room.zoom(&*run.session(), &view, span);
    map.remove("fit");
    map.insert("zoom".to_owned(), Value::from((zoom * 100.0).round() / 100.0));
}

/// The same document at another moment.
pub fn at(document: &Document, playhead: Key) -> Document {
    Document { playhead: Some(playhead), sealed: None, ..document.clone() }
}

/// The same document with nothing hidden.
pub fn revealed(document: &Document) -> Document {
    Document { quiz: false, sealed: None, ..document.clone() }
}

/// Where an event stands in a scenario's run, if it happens there.
pub fn moment_of(scenario: &Scenario, event: EventId) -> Option<Key> {
    let run = Run::whole(scenario).ok()?;
    let session = run.session();
    session.trace().event(event).map(|event| event.key)
}

/// A scenario in which a task's solution is done, just before its first deed.
pub fn solved(scenario: &Scenario, solution: &[Entry]) -> Document {
    let mut scenario = scenario.clone();
    scenario.script.extend(solution.iter().cloned());
    let first = solution.iter().map(|entry| entry.at).min();
    Document { playhead: first.map(Key::end_of), ..Document::from(scenario) }
}

#[cfg(test)]
mod tests {
    use lightcone_labs::{find, read};
    use lightcone_protocols::all;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn election() -> Lab {
        read("raft/election", find("raft/election").unwrap(), all()).unwrap()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_a_reader_does_stays_in_the_world_and_another_seed_does_not() {
        let lab = election();
        let mut done = lab.scenario.clone();
        done.script.clear();
        done.until = Ns::s(9);
        assert!(same_world(&lab.scenario, &done));
        done.seed += 1;
        assert!(!same_world(&lab.scenario, &done));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_step_opens_at_its_moment_and_hides_what_comes_if_it_asks() {
        let lab = election();
        let opened = document(&lab, 0, None, true, Some((1_000.0, 850.0)));
        assert_eq!(opened.playhead, Some(Key::end_of(Ns::ms(100))));
        assert!(opened.quiz && opened.view.contains_key("zoom"));
        assert!(!revealed(&opened).quiz);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_step_without_a_scenario_goes_on_with_the_readers() {
        let lab = election();
        let mut mine = document(&lab, 4, None, false, None);
        mine.scenario.script.clear();
        let next = document(&lab, 5, Some(&mine), false, None);
        assert_eq!(next.scenario, mine.scenario);
        assert_eq!(next.playhead, Some(Key::end_of(Ns::ms(2_150))));
    }
}
