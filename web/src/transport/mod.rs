//! The transport: step, play, speed, the scrubber, and where in the run the playhead is.

use lightcone_sim::ids::EventId;
use lightcone_sim::monitor::Violation;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::desk::use_desk;
use crate::icons::{Icon, Sign};
use crate::parts::button::Button;
use crate::parts::pick_list::PickList;
use crate::store::look::{HabitsAction, SPEEDS};
use crate::store::pick::Pick;
use crate::store::work::WorkAction;
use crate::words;

/// Properties of [`Transport`].
#[derive(Properties, PartialEq)]
pub struct TransportProps {
    /// The playhead.
    pub now: Key,
    /// The end of the run.
    pub until: Ns,
    /// Events so far and in all.
    pub place: (usize, usize),
    /// Whether the whole run has been computed.
    pub is_done: bool,
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
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let desk = use_desk();
    let (play, label) = if props.playing { (Sign::Pause, "Pause") } else { (Sign::Play, "Play") };
    html! {
        <footer class="transport" aria-label="Transport" role="region">
            <Scrubber now={props.now} until={props.until} />
            <div class="transport-row">
                <div class="transport-keys" role="group" aria-label="Playhead">
                    <Button sign={Sign::ToStart} label="To start" hint="Home" onclick={desk.working(WorkAction::ToStart)} />
                    <Button sign={Sign::StepBack} label="Step back" hint="←" onclick={desk.working(WorkAction::StepBack)} />
                    <Button sign={play} {label} text={label} hint="Space" class="main-key" onclick={desk.working(WorkAction::TogglePlay)} />
                    <Button sign={Sign::Step} label="Step" text="Step" hint="→" class="main-key" onclick={desk.working(WorkAction::Step)} />
                    <Button sign={Sign::ToEnd} label="To end" hint="End" onclick={desk.working(WorkAction::ToEnd)} />
                </div>
                <output class="clock" aria-label="True time" data-now={props.now.to_string()}>{ words::clock(props.now.at) }</output>
                <span class="place" data-place={props.place.0.to_string()}>{ place(props) }</span>
                <Health health={props.health.clone()} />
                <span class="transport-gap"></span>
                <Speed speed={props.speed} />
            </div>
        </footer>
    }
}

fn place(props: &TransportProps) -> String {
    let (so_far, in_all) = props.place;
    let in_all = match (props.quiz, props.is_done) {
        (true, _) => String::new(),
        (false, true) => format!(" of {in_all}"),
        (false, false) => format!(" of {in_all} so far, still computing"),
    };
    format!("event {so_far}{in_all}")
}

/// Properties of [`Speed`].
#[derive(Properties, PartialEq)]
struct SpeedProps {
    speed: f64,
}

#[component]
fn Speed(props: &SpeedProps) -> Html {
    let desk = use_desk();
    let choices: Vec<(AttrValue, AttrValue)> =
        SPEEDS.iter().map(|speed| (speed.to_string().into(), format!("{speed}×").into())).collect();
    let onpick = {
        let habits = desk.habits.clone();
        Callback::from(move |value: String| {
            if let Ok(speed) = value.parse() {
                habits.dispatch(HabitsAction::Speed(speed));
            }
        })
    };
    html! {
        <div class="speed" role="group" aria-label="Speed">
            <Button sign={Sign::Minus} label="Slower" hint="−" class="quiet" onclick={desk.habit(HabitsAction::Faster(false))} />
            <PickList label="Speed" labelled={false} {choices} value={props.speed.to_string()} {onpick} name="speed" />
            <Button sign={Sign::Plus} label="Faster" hint="+" class="quiet" onclick={desk.habit(HabitsAction::Faster(true))} />
        </div>
    }
}

/// Properties of [`Scrubber`].
#[derive(Properties, PartialEq)]
struct ScrubberProps {
    now: Key,
    until: Ns,
}

/// A line over the whole run, with the playhead on it.
#[component]
fn Scrubber(props: &ScrubberProps) -> Html {
    let desk = use_desk();
    let ms = |at: Ns| (at.0 / 1_000_000).to_string();
    let oninput = Callback::from(move |event: InputEvent| {
        let field = event.target_dyn_into::<HtmlInputElement>();
        if let Some(ms) = field.and_then(|field| field.value().parse::<u64>().ok()) {
            desk.go(if ms == 0 { Key::START } else { Key::end_of(Ns::ms(ms)) });
        }
    });
    let share = props.now.at.as_secs_f64() / props.until.as_secs_f64().max(1e-9) * 100.0;
    html! {
        <input type="range" class="scrubber" min="0" max={ms(props.until)} step="1" value={ms(props.now.at)} {oninput}
            style={format!("--share: {share:.2}%")} aria-label="Moment of the run" aria-valuetext={words::clock(props.now.at)} />
    }
}

/// Whether the invariants hold at the playhead.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthData {
    /// How many are watched.
    pub watched: usize,
    /// The first that broke: its name, the sentence, and the event.
    pub broken: Option<(&'static str, String, EventId)>,
}

impl HealthData {
    /// At a playhead of a run.
    pub fn at(session: &dyn Session, now: Key) -> HealthData {
        let trace = session.trace();
        let happened = |violation: &&Violation| trace.event(violation.event).is_some_and(|event| event.key <= now);
        let broken = trace.violations().iter().find(happened);
        let broken = broken.map(|broken| (broken.monitor, broken.text.clone(), broken.event));
        HealthData { watched: session.monitors().len(), broken }
    }
}

#[derive(Properties, PartialEq)]
struct HealthProps {
    health: HealthData,
}

/// Whether the invariants hold, in a word; if not, a press looks into where it broke.
#[component]
fn Health(props: &HealthProps) -> Html {
    let desk = use_desk();
    match &props.health.broken {
        None => html! {
            <span class="health holds"><Icon sign={Sign::Check} /><span>{ holding(props.health.watched) }</span></span>
        },
        Some((monitor, text, event)) => html! {
            <button type="button" class="health violated" title={text.clone()} onclick={desk.picking(Some(Pick::Event(*event)))}>
                <Icon sign={Sign::Alert} /><span>{ format!("{monitor} is violated") }</span>
            </button>
        },
    }
}

fn holding(watched: usize) -> String {
    match watched {
        0 => "nothing is watched".to_owned(),
        1 => "the invariant holds".to_owned(),
        _ => format!("{watched} invariants hold"),
    }
}
