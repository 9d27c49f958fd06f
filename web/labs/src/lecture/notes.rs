//! What the lecturer's own window tells of a lab: all that the step says, what comes next, and what is right.

use lightcone_labs::{Beat, Lab, Step, paragraphs};
use lightcone_web::lecture::channel::Slip;
use lightcone_web::lecture::state::Lecture;

use crate::course::Known;
use crate::lab::stage;

/// What the lecturer wants to know at a beat.
pub fn slip(known: &Known, (step, beat): (usize, usize), lecture: Lecture) -> Slip {
    let lab = &known.lab;
    let Some(of) = lab.steps.get(step) else { return Slip::default() };
    let beats = of.beats();
    Slip {
        title: lab.title.clone(),
        place: format!("step {} of {}, {} of {}", step + 1, lab.steps.len(), beat + 1, beats.len()),
        now: beats.get(beat).map_or(String::new(), |beat| told(of, *beat)),
        next: match lab.beat_after((step, beat), 1) {
            same if same == (step, beat) => "The lab is over.".to_owned(),
            (next, beat) => {
                lab.steps.get(next).and_then(|of| Some(told(of, *of.beats().get(beat)?))).unwrap_or_default()
            }
        },
        prose: prose(lab, step, of),
        remarks: Vec::new(),
        coming: Vec::new(),
        playing: None,
        black: lecture.black,
    }
}

/// A beat in a line.
fn told(step: &Step, beat: Beat) -> String {
    match (beat, &step.prediction, &step.task) {
        (Beat::Ask, Some(asked), _) => format!("Question: {}", asked.question),
        (Beat::Answer, ..) => "The answer.".to_owned(),
        (Beat::Goal, _, Some(task)) => format!("To do: {}", task.goal),
        (Beat::Solution, ..) => "A solution.".to_owned(),
        _ => step.title.clone(),
    }
}

/// All that a step says, with what its question and its task come to.
fn prose(lab: &Lab, place: usize, step: &Step) -> Vec<String> {
    let mut all = Vec::new();
    if place == 0 {
        all.push(lab.claim.clone());
        all.extend(paragraphs(&lab.intro));
    }
    all.extend(paragraphs(&step.prose));
    if let Some(asked) = &step.prediction {
        all.push(asked.question.clone());
        let right = stage::answers(lab, place).unwrap_or_default();
        let choices = asked.choices.iter().enumerate();
        all.extend(choices.map(|(place, choice)| {
            let sign = if right.get(place).copied().unwrap_or(false) { "✓" } else { "✗" };
            format!("{sign} {} {}", sentence(&choice.text), choice.because)
        }));
    }
    if let Some(task) = &step.task {
        all.push(task.goal.clone());
        all.extend(task.hint.iter().map(|hint| format!("Hint: {hint}")));
    }
    all.extend(paragraphs(&step.after));
    all.iter().map(|text| text.replace(['*', '`'], "")).collect()
}

/// A text with an end.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}
