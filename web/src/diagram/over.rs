//! Two branches over one another, in one diagram: what both have once, what only one has on its own side.

use std::rc::Rc;

use lightcone_diagram::overlay::{CSS, Overlay, Side, Two};
use lightcone_diagram::{Flow, Frame, Layer as LayerData, Layout, Scene, Space, Target, TimeScale, View};
use lightcone_sim::order::Key;
use lightcone_sim::time::Ns;
use web_sys::Element;
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::diagram::click::{Click, NEAR, click_on, clicked, place};
use crate::diagram::drag::{Ground, use_drag};
use crate::diagram::fit::fitting;
use crate::diagram::layer::Layer;
use crate::diagram::marks::{Step, Told, menu_of, pick_of, told_until};
use crate::diagram::other::{Elsewhere, use_other};
use crate::diagram::pane::{HOW, Plan, Shown, selected, space};
use crate::diagram::scroll::{Playing, use_scroll};
use crate::diagram::target;
use crate::diagram::toolbar::{Toolbar, toolbar};
use crate::hooks::measure::use_size;
use crate::lazy;
use crate::panels::branches::compared;
use crate::store::look::{Look, LookAction, Sight};
use crate::store::pick::Pick;
use crate::store::run::Run;
use crate::store::work::Work;
use crate::store::work::branches::Branch;
use crate::views::sights::sights;
use crate::words;

/// What [`OVER`] is drawn from.
#[derive(Clone, Properties, PartialEq)]
pub struct OverProps {
    /// The branch that is laid over the one at work.
    pub branch: Branch,
    /// The branch at work.
    pub work: UseReducerHandle<Work>,
    /// How both are looked at.
    pub look: UseReducerHandle<Look>,
    /// Size of the smallest text.
    pub text_px: f64,
    /// Whether the window is a phone's.
    pub narrow: bool,
    /// What is picked in the branch at work.
    pub pick: Option<Pick>,
    /// Whether the options are open.
    pub options_open: bool,
    /// Where the layout is told to those who play it.
    pub shown: Shown,
    /// Told what is picked in the other branch.
    pub onelsewhere: Callback<Option<Elsewhere>>,
}

lazy::chunk! {
    /// The diagram of two branches.
    pub static OVER: over(OverProps) = |props| html! { <Over ..props.clone() /> };
}

/// A layout of two runs, compared by identity.
#[derive(Clone)]
struct Both(Rc<Overlay>);

impl PartialEq for Both {
    fn eq(&self, other: &Both) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Both runs, and what they are called: the branch at work first.
#[derive(Clone, PartialEq)]
struct Runs {
    work: Run,
    other: Run,
    names: (String, String),
}

impl Runs {
    /// Calls with both as they are read here.
    fn read<T>(&self, then: impl FnOnce(Two<'_>) -> T) -> T {
        let (first, second) = (self.work.session(), self.other.session());
        then(Two { first: &*first, second: &*second, names: [&self.names.0, &self.names.1] })
    }
}

#[component]
fn Over(props: &OverProps) -> Html {
    let desk = use_desk();
    let node = use_node_ref();
    let size = use_size(&node);
    let (work, look) = (&props.work, &props.look);
    let other = use_other(&props.branch, work);
    let theirs = use_theirs(props, &desk, &other);
    let runs = Runs { work: work.run.clone(), other: other.run.clone(), names: names(props) };
    let view = view(props);
    let flow = view.flow;
    let natural = use_memo(work.run.clone(), |run| Layout::natural_zoom(&*run.session()));
    let space = size.map(|size| space(size, flow, *natural * look.zoom));
    let both = use_both(&runs, &view, space);
    let plan = both.as_ref().map(|both| Plan(both.0.plan()));
    props.shown.show(plan.clone(), *natural * look.zoom);
    let fits = look.fitted.is_some();
    let opens = (look.opens.from, look.replaced);
    let playing = Playing { now: work.now, gone: work.gone, playing: work.playing, fits, opens };
    let window = use_scroll(&node, plan.clone(), flow, playing, desk.look.clone());
    use_fit(props, &runs, size.zip(Some(*natural)), &view, &desk);
    let drag = use_drag(&node, Ground::of(work, plan.clone(), &desk));
    let onpointerdown = {
        let (drag, run) = (drag.onpointerdown.clone(), work.run.clone());
        // Of two runs at once nothing is pulled but the playhead.
        Callback::from(move |event: PointerEvent| {
            if target::under(event.target(), run.session().trace()) == Some(Target::Now) {
                drag.emit(event);
            }
        })
    };
    let onclick = {
        let (desk, both, runs) = (desk.clone(), both.clone(), runs.clone());
        let (node, theirs, drag) = (node.clone(), theirs.setter(), drag.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(both) = both.as_ref().filter(|_| !drag.has_moved()) else { return };
            let (side, click) = runs.read(|two| meaning(two, &both.0, &node, &event));
            match (side, click) {
                (Side::Second, Click::Pick(pick)) => {
                    desk.pick.set(None);
                    theirs.set(pick);
                }
                (_, click) => {
                    theirs.set(None);
                    clicked(&desk, click, &event);
                }
            }
        })
    };
    let side = if theirs.is_some() { Side::Second } else { Side::First };
    let pick = theirs.or(props.pick);
    let frame = Frame { selected: pick.map(selected), window, ..Frame::at(work.now) };
    let tools = Toolbar {
        sights: sights(&desk, Sight::SpaceTime, &*work.run.session()),
        scale: look.view.scale,
        labels: look.view.labels,
        options_open: props.options_open,
        changed: None,
        fits,
        cramped: fits && look.cramped,
        overview: false,
    };
    let until = told_until(work);
    let drawn = both
        .as_ref()
        .map(|both| runs.read(|two| (stage(&both.0.scene(two, &frame, side)), legend(two, &both.0, until))));
    let scroller = node.clone();
    let told = match &both {
        Some(both) => {
            let (words, at) = runs.read(|two| {
                let mark = pick.map(selected);
                let words = mark.map(|mark| both.0.tell(two, side, mark, until)).unwrap_or_default();
                (words, mark.and_then(|mark| both.0.mark_at(two, side, mark)))
            });
            let onstep = steps(&desk, (&runs, both), (side, pick), work, theirs.setter());
            html! { <Told {node} id="mark-over" {flow} gutter={both.0.plan().gutter()} words={words} {at} {onstep} /> }
        }
        None => html! { <span /> },
    };
    let (stage, legend) = drawn.unwrap_or_else(|| (html! { <div class="stage" /> }, html! { <p /> }));
    html! {
        <section class="pane over-pane" aria-label="Two branches over one another" data-flow={if flow == Flow::LeftToRight { "across" } else { "down" }}>
            <style>{ CSS }</style>
            { toolbar(&desk, tools) }
            <header class="over-head">{ legend }{ compared(&desk, true, props.branch.id, &props.branch.name) }</header>
            <div ref={scroller} tabindex="0" role="application" aria-label="Marks of both branches" aria-description={HOW} class={classes!("scroll", if flow == Flow::LeftToRight { "across" } else { "down" })} {onclick} {onpointerdown}
                onpointermove={drag.onpointermove.clone()} onpointerup={drag.onpointerup.clone()} onpointercancel={drag.oncancel.clone()}>
                <div class="unseen">{ told }</div>
                { stage }
            </div>
        </section>
    }
}

/// What keys do: from mark to mark, in the branch that one is in, and from lane to lane and side to side.
fn steps(
    desk: &Desk,
    (runs, both): (&Runs, &Both),
    (side, pick): (Side, Option<Pick>),
    work: &Work,
    theirs: UseStateSetter<Option<Pick>>,
) -> Callback<Step> {
    let (desk, runs, both) = (desk.clone(), runs.clone(), both.clone());
    let (now, until) = (work.now, told_until(work));
    Callback::from(move |step: Step| {
        let went = runs.read(|two| {
            let trace = two.first.trace();
            let here = trace.last_event(now).or(trace.order().first().copied()).map(Pick::Event);
            match (step, pick) {
                (Step::Menu, _) => None,
                (Step::Go(_), None) => here.map(|pick| (Side::First, pick)),
                (Step::Go(way), Some(pick)) => {
                    let went = both.0.walk(two, side, selected(pick), way, until);
                    went.map(|(side, mark)| (side, pick_of(mark)))
                }
            }
        });
        match (step, went) {
            // What can be done is done to the branch at work.
            (Step::Menu, _) => {
                let pop = pick
                    .filter(|_| side != Side::Second)
                    .and_then(|pick| menu_of(&both.0.plan(), runs.work.session().trace(), pick, now));
                desk.pop.set(pop);
            }
            (_, Some((Side::Second, pick))) => {
                desk.pick.set(None);
                theirs.set(Some(pick));
            }
            (_, Some((_, pick))) => {
                theirs.set(None);
                desk.pick.set(Some(pick));
            }
            _ => {}
        }
    })
}

/// What both are called: the branch at work first.
fn names(props: &OverProps) -> (String, String) {
    let branches = &props.work.branches;
    let name = branches.get(branches.current).map_or("at work", |branch| &branch.name);
    (name.to_owned(), props.branch.name.clone())
}

fn view(props: &OverProps) -> View {
    let look = &props.look;
    let flow = match (look.turned, props.narrow) {
        (true, _) => look.view.flow,
        (false, true) => Flow::TopToBottom,
        (false, false) => Flow::LeftToRight,
    };
    View { flow, text_px: props.text_px, hide_future: props.work.quiz, ..look.view.clone() }
}

#[hook]
fn use_both(runs: &Runs, view: &View, space: Option<Space>) -> Option<Both> {
    let both = use_memo((runs.clone(), view.clone(), space), |(runs, view, space)| {
        let space = (*space)?;
        Some(Both(Rc::new(runs.read(|two| Overlay::new(two, view, space)))))
    });
    (*both).clone()
}

/// What is picked in the other branch; one thing is picked at a time.
#[hook]
fn use_theirs(
    props: &OverProps,
    desk: &Desk,
    other: &UseReducerHandle<Work>,
) -> UseStateHandle<Option<Pick>> {
    let theirs = use_state_eq(|| None::<Pick>);
    use_effect_with(props.pick, {
        let theirs = theirs.setter();
        move |pick| {
            if pick.is_some() {
                theirs.set(None);
            }
        }
    });
    let elsewhere = theirs.filter(|pick| pick.exists(other.run.session().trace())).map(|pick| Elsewhere {
        name: props.branch.name.clone().into(),
        work: other.clone(),
        desk: Desk { work: other.dispatcher(), pick: theirs.setter(), ..desk.clone() },
        pick,
    });
    let tell = props.onelsewhere.clone();
    use_effect_with(elsewhere, {
        let tell = tell.clone();
        move |elsewhere| tell.emit(elsewhere.clone())
    });
    use_effect_with((), move |()| move || tell.emit(None));
    theirs
}

/// Keeps all so far in sight while the person wants it so, as the diagram of one run does.
#[hook]
fn use_fit(props: &OverProps, runs: &Runs, room: Option<((f64, f64), f64)>, view: &View, desk: &Desk) {
    let fits = props.look.fitted.is_some();
    let runs = runs.clone();
    let (now, look) = (props.work.now, desk.look.clone());
    use_effect_with((fits, room, view.clone(), props.work.number), move |(fits, room, view, _)| {
        let (true, Some((size, natural))) = (*fits, *room) else { return };
        let (zoom, fits) = fitting(|factor| {
            let space = space(size, view.flow, natural * factor);
            let plan = runs.read(|two| Overlay::new(two, view, space).plan());
            let room = if view.flow == Flow::LeftToRight { size.0 } else { size.1 };
            (plan.x_of((now.at, u32::MAX)), room - plan.gutter())
        });
        look.dispatch(LookAction::Fitted(zoom, fits));
    });
}

fn stage(scene: &Scene) -> Html {
    let gutter = scene.gutter.ceil();
    let (head_width, head_height) = match scene.flow {
        Flow::LeftToRight => (gutter, scene.height),
        Flow::TopToBottom => (scene.width, gutter),
    };
    let layer = |layer: &LayerData| {
        let key = format!("{} {}", layer.name, layer.chunk);
        // What only the other branch has is named as that branch names it.
        let side = if layer.name.starts_with("other-") { "second" } else { "first" };
        html! { <g {key} data-side={side}><Layer layer={layer.clone()} /></g> }
    };
    html! {
        <div class={classes!("stage", "lightcone", "over", if scene.flow == Flow::LeftToRight { "across" } else { "down" })}>
            <svg key="heads" class="heads" width={head_width.to_string()} height={head_height.to_string()} role="group" aria-label="Nodes">{ for scene.heads.iter().map(layer) }</svg>
            <svg key="body" class="body" width={scene.width.to_string()} height={scene.height.to_string()} role="group" aria-label={scene.title.clone()}>
                <desc>{ &scene.desc }</desc>
                { for scene.layers.iter().map(layer) }
            </svg>
        </div>
    }
}

/// What is drawn how, and how much of each there is; of a future that is hidden nothing.
fn legend(two: Two<'_>, overlay: &Overlay, until: Key) -> Html {
    let (one, other) = overlay.common().only_until(two.first.trace(), two.second.trace(), until);
    let both = two.first.trace().count_until(until).saturating_sub(one);
    let events = |count: usize| if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    let row = |class: &'static str, sign: Html, words: String| {
        html! { <li key={class}><svg class={classes!("over-sign", class)} width="34" height="14" viewBox="0 0 34 14" aria-hidden="true">{ sign }</svg>{ words }</li> }
    };
    let parts = overlay.common().parting().at.filter(|at| *at <= until);
    let words = match parts {
        Some(at) => format!("They part at {}.", words::clock(at.at)),
        None if until == Key::end_of(Ns::NEVER) => "The same to the end.".to_owned(),
        None => "The same so far.".to_owned(),
    };
    html! {
        <ul class="over-legend lightcone over small" aria-label="What is drawn how">
            { row("in-both", html! { <><line class="arrow" x1="1" y1="7" x2="33" y2="7" /><circle class="event" cx="17" cy="7" r="4" /></> }, format!("both: {}", events(both))) }
            { row("only-first", html! { <><line class="arrow only-first" x1="1" y1="7" x2="33" y2="7" /><path class="event" d="M17 1l5 10h-10z" /></> }, format!("only {}: {one}", two.names[0])) }
            { row("only-second", html! { <><line class="arrow only-second" x1="1" y1="7" x2="33" y2="7" /><path class="event only-second" d="M17 13l-5 -10h10z" /></> }, format!("only {}: {other}", two.names[1])) }
            <li key="parting">{ words }</li>
        </ul>
    }
}

/// What a click means, and in which branch.
fn meaning(two: Two<'_>, overlay: &Overlay, node: &NodeRef, event: &MouseEvent) -> (Side, Click) {
    let element = event.target_dyn_into::<Element>();
    let is_other = element
        .is_some_and(|element| element.closest("[data-side=second]").is_ok_and(|other| other.is_some()));
    let side = if is_other { Side::Second } else { Side::First };
    let trace = two.of(side).trace();
    let place = place(node, f64::from(event.client_x()), f64::from(event.client_y()));
    let near = || {
        let (x, y) = place.filter(|_| !target::is_in_heads(event.target()))?;
        overlay.nearest(two, x, y, NEAR)
    };
    match target::under(event.target(), trace) {
        Some(Target::Lane(lane)) => match near() {
            Some((side, Target::Event(id))) => (side, Click::Pick(Some(Pick::Event(id)))),
            // What is done to a node is done to the branch at work.
            _ => (Side::First, Click::Menu(lane, place.and_then(|place| time(overlay, place)))),
        },
        Some(target) => match click_on(trace, target).unwrap_or(Click::Nothing) {
            Click::Pick(Some(pick)) => (side_of(two, overlay, side, pick), Click::Pick(Some(pick))),
            click => (side, click),
        },
        None => match near() {
            Some((side, Target::Event(id))) => (side, Click::Pick(Some(Pick::Event(id)))),
            Some((side, Target::Message(id))) => (side, Click::Pick(Some(Pick::Message(id)))),
            _ => match place.and_then(|place| beyond(overlay, place)) {
                Some(now) => (Side::First, Click::Go(now)),
                None => (Side::First, Click::Pick(None)),
            },
        },
    }
}

fn side_of(two: Two<'_>, overlay: &Overlay, side: Side, pick: Pick) -> Side {
    match pick {
        Pick::Event(id) => overlay.side_of(side, id),
        Pick::Message(id) => overlay.side_of_message(two, side, id),
    }
}

fn along(overlay: &Overlay, (x, y): (f64, f64)) -> f64 {
    if overlay.plan().view().flow == Flow::LeftToRight { x } else { y }
}

fn time(overlay: &Overlay, place: (f64, f64)) -> Option<Ns> {
    let plan = overlay.plan();
    (plan.view().scale != TimeScale::Logical).then(|| plan.time_at(along(overlay, place)))
}

/// Above the first lane and below the last there is only time.
fn beyond(overlay: &Overlay, (x, y): (f64, f64)) -> Option<Key> {
    let plan = overlay.plan();
    let across = if plan.view().flow == Flow::LeftToRight { y } else { x };
    let is_beyond = plan.lane_at(across).is_none();
    is_beyond.then(|| Key::end_of(plan.time_at(along(overlay, (x, y)))))
}
