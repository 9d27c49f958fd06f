//! The transport: step, play, speed, the scrubber, and where in the run the playhead is.

pub mod progress;

use lightcone_sim::decimal;
use lightcone_sim::ids::EventId;
use lightcone_sim::monitor::Violation;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::desk::{Desk, Pop};
use crate::icons::{Sign, icon};
use crate::panels::checks;
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::store::look::{HabitsAction, SPEEDS};
use crate::store::pick::Pick;
use crate::store::work::WorkAction;
use crate::store::work::computing::Computing;
use crate::words;

/// What the transport shows.
pub struct Transport {
    /// The playhead.
    pub now: Key,
    /// The end of the run.
    pub until: Ns,
    /// Events so far and in all.
    pub place: (usize, usize),
    /// Whether the whole run has been computed.
    pub is_done: bool,
    /// How far the run has come, if it takes long.
    pub computing: Option<Computing>,
    /// Whether it plays.
    pub playing: bool,
    /// Whether the future is hidden.
    pub quiz: bool,
    /// Seconds of the run a second.
    pub speed: f64,
    /// Whether the invariants hold.
    pub health: HealthData,
}

/// The transport.
pub fn transport(desk: &Desk, shown: &Transport) -> Html {
    let (play, label) = if shown.playing { (Sign::Pause, "Pause") } else { (Sign::Play, "Play") };
    html! {
        <section class="transport" aria-label="Transport">
            { scrubber(desk, shown.now, shown.until) }
            <div class="transport-row">
                <div class="transport-keys" role="group" aria-label="Playhead">
                    { Button::new(Sign::ToStart, "To start", desk.working(WorkAction::ToStart)).hint("Home").html() }
                    { Button::new(Sign::StepBack, "Step back", desk.working(WorkAction::StepBack)).hint("←").html() }
                    { Button::new(play, label, desk.working(WorkAction::TogglePlay)).worded().hint("Space").class("main-key").html() }
                    { Button::new(Sign::Step, "Step", desk.working(WorkAction::Step)).worded().hint("→").class("main-key").html() }
                    { Button::new(Sign::ToEnd, "To end", desk.working(WorkAction::ToEnd)).hint("End").html() }
                    <span hidden={shown.quiz} data-pops="">{ Button::new(Sign::Later, "Jump to…", desk.popping(Some(Pop::Jump))).text("Jump to…").hint("J").class("quiet wide-only").html() }</span>
                </div>
                <output class="clock" aria-label="True time" data-now={shown.now.to_string()}>{ words::clock(shown.now.at) }</output>
                <span class="place" data-place={shown.place.0.to_string()}>{ place(shown) }<span class="still">{ still(shown) }</span></span>
                { health(desk, &shown.health) }
                <span class="transport-gap"></span>
                { pace(desk, shown.speed) }
            </div>
        </section>
    }
}

fn place(shown: &Transport) -> String {
    let (so_far, in_all) = shown.place;
    let in_all = match (shown.quiz, shown.is_done) {
        (true, _) => String::new(),
        (false, true) => format!(" of {in_all}"),
        (false, false) => format!(" of {in_all} so far"),
    };
    format!("event {so_far}{in_all}")
}

/// Words for a run that is being computed; a phone has the bar alone.
fn still(shown: &Transport) -> &'static str {
    let is_stopped = shown.computing.is_some_and(|computing| computing.is_stopped);
    if shown.is_done || shown.quiz || is_stopped { "" } else { ", still computing" }
}

fn pace(desk: &Desk, speed: f64) -> Html {
    let choices: Vec<(AttrValue, AttrValue)> =
        SPEEDS.iter().map(|speed| (speed.to_string().into(), format!("{speed}×").into())).collect();
    let onpick = {
        let habits = desk.habits.clone();
        Callback::from(move |value: String| {
            if let Some(speed) = decimal::read(&value) {
                habits.dispatch(HabitsAction::Speed(speed));
            }
        })
    };
    html! {
        <div class="speed" role="group" aria-label="Speed">
            { Button::new(Sign::Minus, "Slower", desk.habit(HabitsAction::Faster(false))).hint("−").class("quiet").html() }
            <PickList label="Speed" labelled={false} {choices} value={speed.to_string()} {onpick} name="speed" />
            { Button::new(Sign::Plus, "Faster", desk.habit(HabitsAction::Faster(true))).hint("+").class("quiet").html() }
        </div>
    }
}

/// A line over the whole run, with the playhead on it.
fn scrubber(desk: &Desk, now: Key, until: Ns) -> Html {
    let desk = desk.clone();
    let ms = |at: Ns| (at.0 / 1_000_000).to_string();
    let oninput = Callback::from(move |event: InputEvent| {
        let field = event.target_dyn_into::<HtmlInputElement>();
        if let Some(ms) = field.and_then(|field| field.value().parse::<u64>().ok()) {
            desk.go(if ms == 0 { Key::START } else { Key::end_of(Ns::ms(ms)) });
        }
    });
    let share = now.at.as_secs_f64() / until.as_secs_f64().max(1e-9) * 100.0;
    html! {
        <input type="range" class="scrubber" min="0" max={ms(until)} step="1" value={ms(now.at)} {oninput}
            style={format!("--share: {share:.2}%")} aria-label="Moment of the run" aria-valuetext={words::clock(now.at)} />
    }
}

/// Whether the invariants hold at the playhead.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthData {
    /// How many are watched.
    pub watched: usize,
    /// How many of them are broken.
    pub broken: usize,
    /// The first that broke: its name, the sentence, and the event.
    pub first: Option<(&'static str, String, EventId, Key)>,
}

impl HealthData {
    /// At a playhead of a run.
    pub fn at(session: &dyn Session, now: Key) -> HealthData {
        let trace = session.trace();
        let first = trace.violations().iter().find_map(|broken: &Violation| {
            let key = trace.event(broken.event).map(|event| event.key).filter(|&key| key <= now)?;
            Some((broken.monitor, broken.text.clone(), broken.event, key))
        });
        let broken = if first.is_some() { checks::broken(session, now) } else { 0 };
        HealthData { watched: session.monitors().len(), broken, first }
    }
}

/// Whether the invariants hold, in a word; if not, a press goes to where it broke first, and looks into that.
fn health(desk: &Desk, health: &HealthData) -> Html {
    match &health.first {
        // Where nothing is judged nothing is well.
        None if health.watched == 0 => html! { <span class="health small">{ "nothing is watched" }</span> },
        None => html! {
            <span class="health holds">{ icon(Sign::Check) }<span>{ holding(health.watched) }</span></span>
        },
        Some((monitor, text, event, key)) => {
            let word = match health.broken {
                0 | 1 => format!("{monitor} is violated"),
                broken => format!("{broken} of {} invariants violated", health.watched),
            };
            let (desk, event, key) = (desk.clone(), *event, *key);
            let onclick = Callback::from(move |_| {
                desk.go(key);
                desk.pick.set(Some(Pick::Event(event)));
            });
            html! {
                <button type="button" class="health violated" title={text.clone()} {onclick}>{ icon(Sign::Alert) }<span>{ word }</span></button>
            }
        }
    }
}

fn holding(watched: usize) -> String {
    match watched {
        1 => "the invariant holds".to_owned(),
        _ => format!("{watched} invariants hold"),
    }
}
