//! What a step puts into the sandbox: a scenario, a moment, and how to look at it.

use lightcone_diagram::{Layout, TimeScale, View};
use lightcone_formats::link::Document;
use lightcone_labs::{Beat, Choice, Lab, Look, Selection, Step, right};
use lightcone_protocols::all;
use lightcone_sim::ids::EventId;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Entry, Scenario};
use lightcone_sim::time::Ns;
use lightcone_web::store::run::Run;
use serde_json::{Map, Value};

use crate::fit::Window;

/// The document of a step. `kept` is the reader's own, if the step goes on with it; `hides` whether what comes is not to be
/// seen yet; `window` the sandbox's frame.
pub fn document(
    lab: &Lab,
    step: usize,
    kept: Option<&Document>,
    hides: bool,
    window: Option<Window>,
) -> Document {
    let look = lab.steps.get(step).map(|step| step.look.clone()).unwrap_or_default();
    let scenario = kept.map_or_else(|| lab.scenario_of(step), |kept| &kept.scenario).clone();
    let mut view = kept.map(|kept| kept.view.clone()).unwrap_or_default();
    aim(&look, &scenario, window, &mut view);
    let playhead = look.at.map(Key::end_of).or_else(|| match kept {
        Some(kept) => kept.playhead,
        None => hides.then_some(Key::START),
    });
    Document { scenario, playhead, view, sealed: None, quiz: hides }
}

/// The sandbox's names for what a step wants to be looked at: where what is in sight begins, and what is picked.
const FROM: &str = "from";
const PICK: &str = "pick";

/// How a step wants its run to be looked at.
fn aim(look: &Look, scenario: &Scenario, window: Option<Window>, view: &mut Map<String, Value>) {
    if let Some(scale) = &look.scale {
        view.insert("scale".to_owned(), Value::from(scale.as_str()));
    }
    if let Some(clocks) = &look.clocks {
        view.insert("stamps".to_owned(), Value::from(clocks.as_str()));
    }
    if let Some(select) = look.select {
        view.insert(PICK.to_owned(), Value::from(select.to_string()));
    }
    if let (Some(from), Some(to), Some(window)) = (look.from, look.to, window) {
        view.insert(FROM.to_owned(), Value::from(from.to_string().replace(' ', "")));
        zoom(scenario, (from, to), window, view);
    }
}

/// The document of a step before an audience. The run is the lab's own, whatever has been done to it before: that is what
/// the words tell of.
pub fn before_audience(lab: &Lab, step: usize, beat: Beat, window: Option<Window>) -> Document {
    let Some(of) = lab.steps.get(step) else { return document(lab, step, None, false, window) };
    let hides = of.prediction.is_some() && matches!(beat, Beat::Tell | Beat::Ask);
    let mut document = document(lab, step, None, hides, window);
    let more = match (beat, &of.prediction, &of.task) {
        (Beat::Answer, Some(question), _) => {
            let right = answers(lab, step).and_then(|right| right.iter().position(|&right| right));
            right.and_then(|right| question.choices.get(right)).map(|choice| choice.given.as_slice())
        }
        (Beat::Solution, _, Some(task)) => Some(task.solution.as_slice()),
        _ => None,
    };
    if let Some(more) = more {
        go_on_with(&mut document, of, more);
    }
    document
}

/// The run that a choice of a step's prediction speaks of: "what if".
pub fn what_if(lab: &Lab, step: usize, choice: &Choice, window: Option<Window>) -> Document {
    let mut document = document(lab, step, None, false, window);
    if let Some(of) = lab.steps.get(step) {
        go_on_with(&mut document, of, &choice.given);
    }
    document
}

/// Adds entries to a step's run, at the end of what the step shows: there one sees what follows.
fn go_on_with(document: &mut Document, of: &Step, more: &[Entry]) {
    document.scenario.script.extend(more.iter().cloned());
    let end = of.look.to.or(of.look.at).unwrap_or(document.scenario.until);
    document.playhead = Some(Key::end_of(end));
    document.view.remove(PICK);
}

/// Whether a run is one that a choice of the step's prediction speaks of.
pub fn is_what_if(lab: &Lab, step: usize, made: &Scenario) -> bool {
    let given = &lab.scenario_of(step).script;
    let question = lab.steps.get(step).and_then(|step| step.prediction.as_ref());
    let mut choices = question.into_iter().flat_map(|question| &question.choices);
    choices.any(|choice| !choice.given.is_empty() && made.script.iter().eq(given.iter().chain(&choice.given)))
}

/// Which choices of a step's prediction are right, by the runs that they speak of.
pub fn answers(lab: &Lab, step: usize) -> Option<Vec<bool>> {
    let question = lab.steps.get(step)?.prediction.as_ref()?;
    let scenario = lab.scenario_of(step);
    let entry = all().iter().find(|entry| entry.name == scenario.protocol)?;
    right(question, entry, scenario).ok()
}

/// Zooms so that a span of the run is in sight.
fn zoom(scenario: &Scenario, span: (Ns, Ns), window: Window, map: &mut Map<String, Value>) {
    let Ok(run) = Run::whole(scenario) else { return };
    let (room, view) = window.room();
    let scale = map.get("scale").cloned().and_then(|scale| serde_json::from_value::<TimeScale>(scale).ok());
    let view = View { scale: scale.unwrap_or_default(), ..view };
    let session = run.session();
    // The sandbox stretches a short run to fill its room.
    let stretch = Layout::stretch(&*session, &view, room.space(Layout::natural_zoom(&*session)));
    let view = View { stretch, ..view };
    let zoom = room.within().zoom(&*session, &view, span);
    map.remove("fit");
    map.insert("zoom".to_owned(), Value::from((zoom * 100.0).round() / 100.0));
}

/// The same document at another moment, with an event picked or none.
pub fn at(document: &Document, playhead: Key, pick: Option<EventId>) -> Document {
    let mut document = Document { playhead: Some(playhead), sealed: None, ..document.clone() };
    if let Some(event) = pick {
        document.view.insert(PICK.to_owned(), Value::from(Selection::Event(event).to_string()));
    }
    document
}

/// The same document with nothing hidden.
pub fn revealed(document: &Document) -> Document {
    Document { quiz: false, sealed: None, ..document.clone() }
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
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn election() -> Lab {
        read("raft/election", find("raft/election").unwrap(), all()).unwrap()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_step_opens_at_its_moment_and_hides_what_comes_if_it_asks() {
        let lab = election();
        let opened =
            document(&lab, 0, None, true, Some(Window { width: 1_000.0, height: 850.0, bare: false }));
        assert_eq!(opened.playhead, Some(Key::end_of(Ns::ms(100))));
        assert!(opened.quiz && opened.view.contains_key("zoom"));
        assert!(!revealed(&opened).quiz);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn before_an_audience_the_answer_is_shown_where_the_step_ends() {
        let lab = election();
        let asked = before_audience(&lab, 0, Beat::Ask, None);
        assert!(asked.quiz);
        let answered = before_audience(&lab, 0, Beat::Answer, None);
        assert_eq!((answered.quiz, answered.playhead), (false, Some(Key::end_of(Ns::ms(450)))));
        assert_eq!(answers(&lab, 0), Some(vec![false, true, false]));
        let generals = read("net/two-generals", find("net/two-generals").unwrap(), all()).unwrap();
        let lost = before_audience(&generals, 0, Beat::Answer, None);
        assert_eq!(
            lost.scenario.script.len(),
            generals.scenario.script.len() + 1,
            "the run that the right answer speaks of"
        );
        let right = &generals.steps[0].prediction.as_ref().unwrap().choices[1];
        let alone = what_if(&generals, 0, right, None);
        assert_eq!(alone, lost, "who works alone sees the same");
        assert!(is_what_if(&generals, 0, &alone.scenario));
        assert!(!is_what_if(&generals, 0, &generals.scenario));
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
