//! Whether the reader has done what a step asks, judged on the run that they have made.

use lightcone_labs::{Judge, Lab, Task, end};
use lightcone_sim::scenario::Scenario;
use lightcone_web::store::run::Run;

/// What there is to say about the reader's run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is none yet.
    Waiting,
    /// It is another run than the one that is asked about: another seed, another protocol, other parameters.
    Elsewhere,
    /// It is too long to be judged at once.
    TooLong,
    /// It does not do what is asked.
    NotYet,
    /// It does.
    Done,
}

/// Judges a run that the reader has made in a step.
pub fn judge(lab: &Lab, step: usize, task: &Task, made: Option<&Scenario>) -> Verdict {
    let Some(made) = made else { return Verdict::Waiting };
    let given = lab.scenario_of(step);
    if !given.is_same_world(made) {
        return Verdict::Elsewhere;
    }
    let Ok(run) = Run::whole(made) else { return Verdict::NotYet };
    if !run.is_done() {
        return Verdict::TooLong;
    }
    let session = run.session();
    let judge = Judge::new(&*session, &given.script);
    if judge.holds(&task.when, end(&*session)) { Verdict::Done } else { Verdict::NotYet }
}

#[cfg(test)]
mod tests {
    use lightcone_labs::{catalog, read};
    use lightcone_protocols::all;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::lab::stage::solved;

    #[wasm_bindgen_test(unsupported = test)]
    fn every_task_is_open_at_first_and_done_by_its_solution() {
        for (id, text) in catalog() {
            let lab = read(&id, text, all()).unwrap();
            for (place, step) in lab.steps.iter().enumerate() {
                let Some(task) = &step.task else { continue };
                let given = lab.scenario_of(place);
                assert_eq!(judge(&lab, place, task, None), Verdict::Waiting);
                assert_eq!(judge(&lab, place, task, Some(given)), Verdict::NotYet, "{id}: {}", step.title);
                let done = solved(given, &task.solution).scenario;
                assert_eq!(judge(&lab, place, task, Some(&done)), Verdict::Done, "{id}: {}", step.title);
                let other = Scenario { seed: given.seed + 1, ..done };
                assert_eq!(judge(&lab, place, task, Some(&other)), Verdict::Elsewhere);
            }
        }
    }
}
