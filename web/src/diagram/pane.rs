//! The diagram's place on the page: what it shows at this size and moment.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use lightcone_diagram::{
    Flow, Frame, Layout, Selected, Space, Stamps, TimeScale, View, can_tell, tell_ghosts, with_ghosts,
};
use lightcone_sim::cone::Cone;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::diagram::click::{Click, clicked, meaning};
use crate::diagram::drag::{Drag, Ground, use_drag};
use crate::diagram::fit::{is_far, use_fit};
use crate::diagram::layer::Layer;
use crate::diagram::marks::{MARKS, MarksProps};
use crate::diagram::minimap::{MINIMAP, MinimapProps, is_of_use};
use crate::diagram::overview::{OVERVIEW, OverviewProps};
use crate::diagram::scroll::{Playing, use_scroll};
use crate::diagram::toolbar::{Toolbar, toolbar};
use crate::hooks::measure::use_size;
use crate::lazy::{self, Lazy};
use crate::store::look::{Look, Sight};
use crate::store::pick::Pick;
use crate::store::run::Run;
use crate::store::work::{Touch, Work, WorkAction};
use crate::views::sights::sights;

/// How one goes through a diagram with keys.
pub const HOW: &str = "Arrows go from mark to mark, along a lane and across. “>” and “<” follow messages, Enter opens what can be done, “?” tells all keys.";
/// How close lanes come where two diagrams share the room, in heights of the text.
const TIGHT: f64 = 3.0;
/// No frame of playing passes over more than this.
const LEAP: Ns = Ns::ms(250);
/// How long the light cone of an edit glows, in ms.
const GLOW_MS: u32 = 3_000;

/// Properties of [`Pane`].
#[derive(Properties, PartialEq)]
pub struct PaneProps {
    /// The document at work.
    pub work: UseReducerHandle<Work>,
    /// How it is looked at.
    pub look: UseReducerHandle<Look>,
    /// Size of the smallest text.
    pub text_px: f64,
    /// What is picked.
    pub pick: Option<Pick>,
    /// Whether the window is a phone's.
    pub narrow: bool,
    /// Whether the options are open.
    pub options_open: bool,
    /// Whether the room is dark.
    pub dark: bool,
    /// Where the layout is told to those who play it.
    pub shown: Shown,
    /// What is lit, whatever the last edit was.
    #[prop_or_default]
    pub lit: Option<Rc<Cone>>,
    /// Whether it is the second of two, and the first one's tools are its own.
    #[prop_or_default]
    pub fixed: bool,
}

/// The layout that is on the page, for those who play it.
#[derive(Clone, Default)]
pub struct Shown(Rc<RefCell<Option<(Plan, f64)>>>);

impl PartialEq for Shown {
    fn eq(&self, other: &Shown) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Shown {
    /// This layout is on the page, at so many px a second.
    pub fn show(&self, plan: Option<Plan>, px_per_s: f64) {
        *self.0.borrow_mut() = plan.map(|plan| (plan, px_per_s));
    }

    /// No layout is on the page: time passes at an even pace.
    pub fn clear(&self) {
        self.0.borrow_mut().take();
    }

    /// How much of the run passes where so much would at an even pace: more in a break of the axis.
    pub fn pace(&self, now: Key, passed: Ns) -> Ns {
        let shown = self.0.borrow();
        let Some((Plan(layout), px_per_s)) = shown.as_ref() else { return passed };
        if layout.view().scale != TimeScale::Warped {
            return passed;
        }
        let x = layout.x_of(now.instant()) + passed.as_secs_f64() * px_per_s;
        passed.max(layout.time_at(x).since(now.at).min(LEAP))
    }
}

/// A layout, compared by identity.
#[derive(Clone)]
pub struct Plan(pub Rc<Layout>);

impl PartialEq for Plan {
    fn eq(&self, other: &Plan) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The diagram and its toolbar.
#[component]
pub fn Pane(props: &PaneProps) -> Html {
    let desk = use_desk();
    let node = use_node_ref();
    let size = use_size(&node);
    let work = &props.work;
    let natural = use_memo(work.run.clone(), |run| Layout::natural_zoom(&*run.session()));
    let view = view(props, *natural);
    let (flow, overview) = (view.flow, view.overview);
    let space = size.map(|size| space(size, flow, *natural * props.look.zoom));
    let tight = props.fixed || props.look.bare || work.branches.shown().is_some();
    let view = if tight { View { lane_gap_px: view.text_px * TIGHT, ..view } } else { view };
    let stretch = use_stretch(work, &view, size, *natural);
    let view = View { stretch, ..view };
    let told = use_ghosts(view.stamps, &desk);
    let plan = use_plan(&work.run, view.clone(), space, told);
    props.shown.show(plan.clone(), *natural * props.look.zoom * stretch);
    let fits = props.look.fitted.is_some();
    let opens = (props.look.opens.from, props.look.replaced);
    let playing = Playing { now: work.now, gone: work.gone, playing: work.playing, fits, opens };
    let scroll = use_scroll(&node, plan.clone(), flow, playing, desk.look.clone());
    use_fit(work, fits, size, &view, *natural, &desk);
    let drag = use_drag(&node, Ground::of(work, plan.clone(), &desk));
    let glow = use_glow(work.touched.clone(), work.changed() == Some(true));
    let onclick = {
        let (desk, run, plan, node, drag) =
            (desk.clone(), work.run.clone(), plan.clone(), node.clone(), drag.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(plan) = plan.as_ref().filter(|_| !drag.has_moved()) {
                // A session that is being read cannot be computed further, so its reader is gone before anything is done.
                let click = meaning(&*run.session(), &plan.0, &node, &event);
                clicked(&desk, click, &event);
            }
        })
    };
    // Whoever comes near by a double click wants no menu of what was clicked first.
    let ondblclick = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            if overview {
                desk.pop.set(None);
            }
        })
    };
    let oncontextmenu = {
        let (desk, run, plan, node) = (desk.clone(), work.run.clone(), plan.clone(), node.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(plan) = plan.as_ref() else { return };
            let click = meaning(&*run.session(), &plan.0, &node, &event);
            let click = match click {
                Click::Pick(Some(Pick::Message(id))) => Click::Message(id),
                Click::Menu(..) => click,
                _ => return,
            };
            event.prevent_default();
            clicked(&desk, click, &event);
        })
    };
    let frame = Frame {
        now: work.now,
        selected: props.pick.map(selected),
        window: scroll,
        glow: props.lit.as_deref().cloned().or(glow),
    };
    let wanted = use_state_eq(|| false);
    let onfocus = {
        let wanted = wanted.setter();
        Callback::from(move |_: FocusEvent| wanted.set(true))
    };
    // These keys are the marks' own here, though what hears them may still be on its way: they must not step the run.
    let onkeydown = Callback::from(|event: KeyboardEvent| {
        let with = event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key();
        let key = event.key();
        if !with && (key.starts_with("Arrow") || matches!(key.as_str(), "Home" | "End" | "Enter")) {
            event.prevent_default();
        }
    });
    let id = if props.fixed { "mark-beside" } else { "mark" };
    let marks = match &plan {
        Some(plan) if *wanted || props.pick.is_some() => {
            let (node, plan, work) = (node.clone(), plan.clone(), work.clone());
            let with = MarksProps { node, id: id.into(), plan, work, pick: props.pick };
            html! { <Lazy<MarksProps> part={&MARKS} {with} /> }
        }
        _ => html! { <span /> },
    };
    let tools = Toolbar {
        sights: sights(&desk, Sight::SpaceTime, &*work.run.session()),
        scale: props.look.view.scale,
        labels: props.look.view.labels,
        options_open: props.options_open,
        changed: work.changed(),
        fits,
        cramped: fits && props.look.cramped && !overview,
        overview,
    };
    let stage = match &plan {
        None => html! { <div class="stage" /> },
        Some(plan) if overview => {
            let ghost = drag.ghost(&plan.0, &*work.run.session(), &work.scenario, work.now);
            let with =
                OverviewProps { plan: plan.clone(), run: work.run.clone(), frame, ghost, dark: props.dark };
            html! { <Lazy<OverviewProps> key="overview" part={&OVERVIEW} {with} /> }
        }
        Some(plan) => stage(&plan.0, &*work.run.session(), &frame, &drag),
    };
    let map = plan.clone().zip(size).filter(|(plan, size)| !props.fixed && is_of_use(plan, &work.run, *size));
    let map = map.map(|(plan, _)| {
        let (run, scroll, until) = (work.run.clone(), node.clone(), work.scenario.until);
        let with =
            MinimapProps { plan, run, now: work.now, until, quiz: work.quiz, scroll, dark: props.dark };
        html! { <Lazy<MinimapProps> part={&MINIMAP} {with} /> }
    });
    html! {
        <section class="pane" aria-label={if props.fixed { "Space-time diagram of the other branch" } else { "Space-time diagram" }} data-flow={if flow == Flow::LeftToRight { "across" } else { "down" }}>
            if !props.fixed { { toolbar(&desk, tools) } }
            { plan.as_ref().map(|plan| drag.words(&plan.0, &*work.run.session(), &work.scenario, work.now)).unwrap_or_default() }
            <div ref={node} tabindex="0" role="application" aria-label="Marks of the diagram" aria-description={HOW} {onfocus} {onkeydown} class={classes!("scroll", drag.pull().map(|_| "pulling"), if flow == Flow::LeftToRight { "across" } else { "down" })} {onclick} {oncontextmenu} {ondblclick}
                onpointerdown={drag.onpointerdown.clone()} onpointermove={drag.onpointermove.clone()} onpointerup={drag.onpointerup.clone()} onpointercancel={drag.oncancel.clone()}>
                <div class="unseen">{ marks }</div>
                { stage }
            </div>
            <div class="map" hidden={map.is_none()}>{ map.unwrap_or_default() }</div>
        </section>
    }
}

/// The diagram's own view: the person's, and what follows from the window and the document.
fn view(props: &PaneProps, natural: f64) -> View {
    let look = &props.look;
    let flow = match (look.turned, props.narrow) {
        (true, _) => look.view.flow,
        (false, true) => Flow::TopToBottom,
        (false, false) => Flow::LeftToRight,
    };
    let overview = is_far(look, natural, &props.work.run);
    View { flow, text_px: props.text_px, hide_future: props.work.quiz, overview, ..look.view.clone() }
}

/// A run that is shorter than the window is stretched, so that its words find room. It is measured when a document opens
/// and not at its edits, which must not move the past.
#[hook]
fn use_stretch(work: &Work, view: &View, size: Option<(f64, f64)>, natural: f64) -> f64 {
    // No longer run stands in a window.
    const SHORT: usize = 1_000;
    let run = work.run.clone();
    let whole = run.is_done();
    *use_memo((work.number, whole, size, view.clone()), move |(_, whole, size, view)| match size {
        Some(size) if *whole && run.session().trace().order().len() < SHORT => {
            Layout::stretch(&*run.session(), view, space(*size, view.flow, natural))
        }
        _ => 1.0,
    })
}

/// The room that a window of this size gives.
pub fn space((width, height): (f64, f64), flow: Flow, px_per_s: f64) -> Space {
    match flow {
        Flow::LeftToRight => Space { across_px: height, along_px: width, px_per_s },
        Flow::TopToBottom => Space { across_px: width, along_px: height, px_per_s },
    }
}

/// What is picked, as the diagrams call it.
pub fn selected(pick: Pick) -> Selected {
    match pick {
        Pick::Event(id) => Selected::Event(id),
        Pick::Message(id) => Selected::Message(id),
    }
}

lazy::chunk! {
    /// Draws nothing, and lets dotted version vectors and interval tree clocks be told.
    static GHOSTS: ghosts(()) = |()| {
        with_ghosts(tell_ghosts);
        Html::default()
    };
}

/// Whether the clocks that are to stand at events can be told. What is heavy for that is fetched.
#[hook]
fn use_ghosts(stamps: Stamps, desk: &Desk) -> bool {
    let fetched = use_state_eq(|| false);
    use_effect_with(stamps, {
        let (fetched, work) = (fetched.setter(), desk.work.clone());
        move |&stamps| {
            if can_tell(stamps) {
                return;
            }
            spawn_local(async move {
                match GHOSTS.fetch().await {
                    Ok(draw) => {
                        let _ = draw(&());
                        fetched.set(true);
                    }
                    Err(_) => work.dispatch(WorkAction::Complain(
                        "These clocks could not be loaded: a part of the page did not come. Nothing else has changed."
                            .to_owned(),
                    )),
                }
            });
        }
    });
    *fetched || can_tell(stamps)
}

#[hook]
fn use_plan(run: &Run, view: View, space: Option<Space>, told: bool) -> Option<Plan> {
    let before = use_mut_ref(|| None::<(Run, Plan)>);
    let plan = use_memo((run.clone(), view, space, told), |(run, view, space, _)| {
        let mut before = before.borrow_mut();
        let session = run.session();
        let layout = match (before.take(), (*space)?) {
            // Zooming asks for the same run again and again.
            (Some((known, Plan(layout))), space) if known == *run => layout.again(&*session, view, space),
            (_, space) => Layout::new(&*session, view, space),
        };
        let plan = Plan(Rc::new(layout));
        *before = Some((run.clone(), plan.clone()));
        Some(plan)
    });
    (*plan).clone()
}

/// The light cone of the last edit, for a moment after it, or as long as it is traced.
#[hook]
fn use_glow(touched: Option<Touch>, traced: bool) -> Option<Cone> {
    let over = use_state_eq(|| 0);
    let count = touched.as_ref().map_or(0, |touch| touch.count);
    use_effect_with(count, {
        let over = over.setter();
        move |&count| {
            let timer = Timeout::new(GLOW_MS, move || over.set(count));
            move || drop(timer)
        }
    });
    touched.filter(|touch| traced || touch.count != *over).map(|touch| (*touch.cone).clone())
}

fn stage(layout: &Layout, session: &dyn Session, frame: &Frame, drag: &Drag) -> Html {
    let scene = layout.scene(session, frame);
    let (flow, gutter) = (scene.flow, scene.gutter.ceil());
    let (head_width, head_height) = match flow {
        Flow::LeftToRight => (gutter, scene.height),
        Flow::TopToBottom => (scene.width, gutter),
    };
    html! {
        <div class={classes!("stage", "lightcone", if flow == Flow::LeftToRight { "across" } else { "down" })}>
            <svg key="heads" class="heads" width={head_width.to_string()} height={head_height.to_string()} role="group" aria-label="Nodes">
                { for scene.heads.iter().map(|layer| html! { <Layer key={format!("{} {}", layer.name, layer.chunk)} layer={layer.clone()} /> }) }
            </svg>
            <svg key="body" class="body" width={scene.width.to_string()} height={scene.height.to_string()} role="group" aria-label={scene.title.clone()}>
                <desc>{ &scene.desc }</desc>
                { for scene.layers.iter().map(|layer| html! { <Layer key={format!("{} {}", layer.name, layer.chunk)} layer={layer.clone()} /> }) }
                <g key="drag" class="layer-drag">{ drag.ghost(layout, session, session.scenario(), frame.now) }</g>
            </svg>
        </div>
    }
}
