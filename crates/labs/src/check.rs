//! Whether a lab tells the truth: everything that it claims is held against its runs.

use lightcone_sim::registry::ProtocolEntry;
use lightcone_sim::scenario::{Entry, Scenario};
use lightcone_sim::session::Session;

use crate::judge::{Judge, end};
use crate::lab::{Lab, Prediction, Step, Task, TaskKind};
use crate::predicate::Predicate;
use crate::read::run;

/// What was checked, claim by claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The claims, in order.
    pub claims: Vec<Claim>,
}

/// One claim of a lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The step's title.
    pub step: String,
    /// The line of the step's heading.
    pub line: usize,
    /// What is claimed, or what is wrong with it.
    pub text: String,
    /// Whether it holds.
    pub holds: bool,
}

impl Checked {
    /// Whether every claim holds.
    pub fn holds(&self) -> bool {
        self.claims.iter().all(|claim| claim.holds)
    }
}

/// Runs all that a lab would show, and holds its claims against it: `shows` blocks, the one right choice of each
/// prediction, moments and events that it points at, and for each task that it is not done before the reader begins and
/// that its solution does it.
pub fn check(lab: &Lab, registry: &[ProtocolEntry]) -> Checked {
    let mut checked = Checked::default();
    for (place, step) in lab.steps.iter().enumerate() {
        let mut say = |holds, text: String| {
            checked.claims.push(Claim { step: step.title.clone(), line: step.line, text, holds });
        };
        let scenario = lab.scenario_of(place);
        let Some(entry) = registry.iter().find(|entry| entry.name == scenario.protocol) else {
            say(false, format!("there is no protocol `{}`", scenario.protocol));
            continue;
        };
        match run(entry, scenario) {
            Err(why) => say(false, why),
            Ok(session) => {
                let judge = Judge::new(&*session, &scenario.script);
                points(step, &*session, &mut say);
                for that in &step.shows {
                    let holds = judge.holds(that, end(&*session));
                    say(holds, format!("it shows {}", told(that)));
                }
                if let Some(prediction) = &step.prediction {
                    match right(prediction, entry, scenario) {
                        Err(why) => say(false, why),
                        Ok(right) => predicted(prediction, &right, &mut say),
                    }
                }
                if let Some(task) = &step.task {
                    say(
                        !judge.holds(&task.when, end(&*session)),
                        format!("not done by itself: {}", task.goal),
                    );
                    solved(task, entry, scenario, &mut say);
                }
            }
        }
    }
    checked
}

/// What the step points at is there, and every entry of its script acts.
fn points(step: &Step, session: &dyn Session, say: &mut impl FnMut(bool, String)) {
    if let Some(select) = step.look.select.filter(|select| !select.is_in(session.trace())) {
        say(false, format!("there is no {select} in this run to be selected"));
    }
    let until = session.scenario().until;
    for time in [step.look.at, step.look.from, step.look.to].into_iter().flatten() {
        if time > until {
            say(false, format!("{time} lies beyond the run, which ends at {until}"));
        }
    }
    for entry in &session.scenario().script {
        if !session.trace().has_acted(entry.id) {
            say(false, format!("script entry {} (at {}) does nothing in this run", entry.id, entry.at));
        }
    }
}

/// Which choices of a prediction are right, each judged in the run of the scenario with what it gives.
pub fn right(
    prediction: &Prediction,
    entry: &ProtocolEntry,
    scenario: &Scenario,
) -> Result<Vec<bool>, String> {
    let judge = |choice: &crate::lab::Choice| {
        let session = run(entry, &with(scenario, &choice.given))?;
        if let Some(idle) = choice.given.iter().find(|given| !session.trace().has_acted(given.id)) {
            return Err(format!("`{}`: its entry at {} does nothing", choice.text, idle.at));
        }
        Ok(Judge::new(&*session, &scenario.script).holds(&choice.when, end(&*session)))
    };
    prediction.choices.iter().map(judge).collect()
}

/// A scenario with more in its script.
fn with(scenario: &Scenario, more: &[Entry]) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.script.extend(more.iter().cloned());
    scenario
}

fn predicted(prediction: &Prediction, right: &[bool], say: &mut impl FnMut(bool, String)) {
    let right = prediction.choices.iter().zip(right).filter(|&(_, &right)| right);
    let right: Vec<&str> = right.map(|(choice, _)| choice.text.as_str()).collect();
    let text = match right[..] {
        [] => format!("no choice is right: {}", prediction.question),
        [right] => format!("{} {right}", prediction.question),
        _ => format!("more than one choice is right ({}): {}", right.join("; "), prediction.question),
    };
    say(right.len() == 1, text);
}

fn solved(task: &Task, entry: &ProtocolEntry, scenario: &Scenario, say: &mut impl FnMut(bool, String)) {
    let solved = with(scenario, &task.solution);
    let what = match task.kind {
        TaskKind::Action => "the action's solution does it",
        TaskKind::Challenge => "the challenge's solution reaches its goal",
    };
    match run(entry, &solved) {
        Err(why) => say(false, format!("{what}: {why}")),
        Ok(session) => {
            let idle = task.solution.iter().find(|entry| !session.trace().has_acted(entry.id));
            if let Some(idle) = idle {
                say(false, format!("an entry of the solution (at {}) does nothing", idle.at));
            }
            let holds = Judge::new(&*session, &scenario.script).holds(&task.when, end(&*session));
            say(holds, format!("{what}: {}", task.goal));
        }
    }
}

/// A predicate as one would write it in a lab.
fn told(predicate: &Predicate) -> String {
    toml::Value::try_from(predicate).map_or_else(|error| error.to_string(), |value| value.to_string())
}
