//! The page as a whole: it holds the stores and hands each part what it needs.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::sorted::sort;
use lightcone_sim::trace::Trace;
use web_sys::DragEvent;
use yew::prelude::*;

use crate::desk::{Desk, Pop};
use crate::diagram::menu::{LaneMenu, crash_list, crash_or_recover};
use crate::diagram::pane::{Pane, Shown};
use crate::dom;
use crate::hooks::address::{Books, Shelf, at_start, use_address};
use crate::hooks::keys::{Command, use_keys};
use crate::hooks::media::{DARK, NARROW, use_media};
use crate::hooks::player::use_player;
use crate::panels::partition::Partition;
use crate::panels::side::Side;
use crate::store::look::{Habits, HabitsAction, Look, LookAction, Shade, Sight};
use crate::store::pick::Pick;
use crate::store::run::Run;
use crate::store::work::{Deed, Work, WorkAction};
use crate::style;
use crate::top::banner::banner;
use crate::top::bar::Bar;
use crate::top::help::help;
use crate::top::options::{Options, options, order};
use crate::top::share::{Share, read};
use crate::transport::{HealthData, Transport, transport};
use crate::views;
use crate::views::sights::offered;

/// The page. It reads the address once, and says so if nothing at all can be opened.
#[component]
pub fn App() -> Html {
    let shelf = use_mut_ref(Books::empty);
    let first = use_memo((), |()| at_start(&shelf));
    match &*first {
        Some((work, look)) => html! {
            <><style>{ style::sheet() }</style><Page shelf={Kept(shelf)} work={work.clone()} look={look.clone()} /></>
        },
        None => html! { <main><h1>{ "Lightcone" }</h1><p>{ "There is no protocol to open." }</p></main> },
    }
}

/// The shelf as a property: it is the same for the page's whole life.
#[derive(Clone)]
struct Kept(Shelf);

impl PartialEq for Kept {
    fn eq(&self, other: &Kept) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
struct PageProps {
    shelf: Kept,
    work: Work,
    look: Look,
}

#[component]
fn Page(props: &PageProps) -> Html {
    let work = use_reducer(|| props.work.clone());
    let look = use_reducer(|| props.look.clone());
    let habits = use_reducer(Habits::recall);
    let pick = use_state_eq(|| None::<Pick>);
    let pop = use_state_eq(|| None::<Pop>);
    let narrow = use_media(NARROW);
    let dark_system = use_media(DARK);
    let shelf = props.shelf.0.clone();
    let open = use_address(shelf.clone(), &work, &look, pick.setter());
    let desk = Desk {
        work: work.dispatcher(),
        look: look.dispatcher(),
        habits: habits.dispatcher(),
        pick: pick.setter(),
        pop: pop.setter(),
        open: open.clone(),
    };
    let shown = use_memo((), |()| Shown::default());
    use_player(&work, habits.speed, (*shown).clone());
    use_computing(&work);
    let picked = use_gone(&work.run, &pick);
    use_commands(&desk, &work, picked, (*pop).clone());
    // What was open concerned the document before.
    use_effect_with(work.number, {
        let pop = pop.setter();
        move |_| pop.set(None)
    });

    let lanes = order(&look, work.run.nodes().iter());
    let dark = match habits.shade {
        Shade::Auto => dark_system,
        Shade::Light => false,
        Shade::Dark => true,
    };
    let class = classes!(
        "page",
        if dark { "dark" } else { "light" },
        habits.large.then_some("large"),
        (habits.aside && !narrow).then_some("no-side"),
        narrow.then_some("narrow"),
        dom::is_framed().then_some("framed"),
    );
    let keys = Transport {
        now: work.now,
        until: work.scenario.until,
        place: work.place(),
        is_done: work.run.is_done(),
        playing: work.playing,
        quiz: work.quiz,
        speed: habits.speed,
        health: HealthData::at(&*work.run.session(), work.now),
    };
    let options_open = *pop == Some(Pop::Options);
    let sight = offered(look.sight, &*work.run.session());
    let sight = match sight {
        Sight::SpaceTime => html! {
            <Pane key="space-time" work={work.clone()} look={look.clone()} text_px={habits.text_px()} pick={picked} {narrow} {options_open} shown={(*shown).clone()} />
        },
        sight => {
            shown.clear();
            let chosen = sight != props.look.sight;
            let (work, look) = (work.clone(), look.clone());
            views::view(views::ViewProps {
                sight,
                work,
                look,
                text_px: habits.text_px(),
                pick: picked,
                lanes: lanes.clone(),
                narrow,
                chosen,
                options_open,
            })
        }
    };
    html! {
        <ContextProvider<Desk> context={desk.clone()}>
            <div {class} ondragover={Callback::from(|event: DragEvent| event.prevent_default())} ondrop={dropped(open)}>
                <Bar scenario={work.scenario.clone()} origin={work.origin.clone()} can_undo={work.can_undo()} can_redo={work.can_redo()} habits={Rc::new((*habits).clone())} pop={(*pop).clone()} />
                { banner(&desk, &work, habits.hinted, narrow) }
                <main class="main">
                    { sight }
                    <Side key="side" work={work.clone()} habits={Rc::new((*habits).clone())} pick={picked} lanes={lanes.clone()} {narrow} />
                </main>
                { transport(&desk, &keys) }
                <div class="popped">{ popped(&desk, &pop, &work, &look, &habits, &lanes, shelf) }</div>
                <p class="unseen" aria-live="polite" role="log" data-said={work.said.count.to_string()}>{ work.said.text.clone() }</p>
            </div>
        </ContextProvider<Desk>>
    }
}

/// What is open above the page.
fn popped(
    desk: &Desk,
    pop: &Option<Pop>,
    work: &UseReducerHandle<Work>,
    look: &UseReducerHandle<Look>,
    habits: &Habits,
    lanes: &[NodeId],
    shelf: Shelf,
) -> Html {
    let scenario = work.scenario.clone();
    match pop.clone() {
        None => html! { <span key="nothing" /> },
        Some(Pop::Lane(node, at)) => html! {
            <LaneMenu key={format!("lane {node}")} {node} {at} {scenario} run={work.run.clone()} now={work.now} lanes={lanes.to_vec()} />
        },
        Some(Pop::Crash) => crash_list(desk, work, lanes),
        Some(Pop::Partition(first)) => {
            html! { <Partition key="partition" {scenario} run={work.run.clone()} now={work.now} {first} /> }
        }
        Some(Pop::Share) => html! { <Share key="share" work={work.clone()} look={look.clone()} {shelf} /> },
        Some(Pop::Help) => help(),
        Some(Pop::Options) => options(
            desk,
            &Options {
                look,
                scenario: &scenario,
                kinds: kinds(work),
                lanes,
                large: habits.large,
                shade: habits.shade,
            },
        ),
    }
}

/// The kinds of messages of a run, by name. A long run is sampled at its beginning.
fn kinds(work: &Work) -> Vec<&'static str> {
    let session = work.run.session();
    let messages = session.trace().messages().take(5_000);
    let mut kinds: Vec<&'static str> =
        messages.filter_map(|(id, _)| session.message(id)).map(|told| told.kind).collect();
    sort(&mut kinds);
    kinds.dedup();
    kinds
}

/// A file that was dropped on the page.
fn dropped(open: Callback<crate::desk::Opening>) -> Callback<DragEvent> {
    Callback::from(move |event: DragEvent| {
        event.prevent_default();
        let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
        if let Some(file) = file {
            read(file, open.clone());
        }
    })
}

/// A long run is computed a stretch at a time, and the page lives in between.
#[hook]
fn use_computing(work: &UseReducerHandle<Work>) {
    let dispatcher = work.dispatcher();
    use_effect_with((work.run.clone(), work.run.is_done()), move |(_, is_done)| {
        let timer = (!is_done).then(|| Timeout::new(0, move || dispatcher.dispatch(WorkAction::Continue)));
        move || drop(timer)
    });
}

#[hook]
fn use_commands(desk: &Desk, work: &UseReducerHandle<Work>, pick: Option<Pick>, pop: Option<Pop>) {
    let sight = (work.clone(), pick, pop);
    let latest = use_mut_ref(|| sight.clone());
    *latest.borrow_mut() = sight;
    let run = use_callback(desk.clone(), move |command: Command, desk: &Desk| {
        let (work, pick, pop) = latest.borrow().clone();
        obey(desk, &work, (pick, pop), command);
    });
    use_keys(run);
}

/// What is picked is let go of once an edit, or taking one back, has put something else in its place.
#[hook]
fn use_gone(run: &Run, pick: &UseStateHandle<Option<Pick>>) -> Option<Pick> {
    let before = use_mut_ref(|| run.clone());
    let before = before.replace(run.clone());
    let is_same = |pick: &Pick| pick.is_same(before.session().trace(), run.session().trace());
    let picked = pick.filter(|pick| before == *run || is_same(pick));
    if picked != **pick {
        pick.set(None);
    }
    picked
}

fn obey(desk: &Desk, work: &Work, (pick, pop): (Option<Pick>, Option<Pop>), command: Command) {
    let dispatch = |action| desk.work.dispatch(action);
    let toggle = |other: Pop| desk.pop.set((pop.as_ref() != Some(&other)).then_some(other));
    match command {
        Command::Play => dispatch(WorkAction::TogglePlay),
        Command::Step => dispatch(WorkAction::Step),
        Command::StepBack => dispatch(WorkAction::StepBack),
        Command::ToStart => dispatch(WorkAction::ToStart),
        Command::ToEnd => dispatch(WorkAction::ToEnd),
        Command::Faster => desk.habits.dispatch(HabitsAction::Faster(true)),
        Command::Slower => desk.habits.dispatch(HabitsAction::Faster(false)),
        Command::Undo => dispatch(WorkAction::Undo),
        Command::Redo => dispatch(WorkAction::Redo),
        Command::Help => toggle(Pop::Help),
        Command::Share => toggle(Pop::Share),
        Command::Partition => toggle(Pop::Partition(None)),
        Command::Crash => crash(desk, work, pick, pop),
        Command::See(sight) => {
            let is_offered = offered(sight, &*work.run.session()) == sight;
            if is_offered {
                desk.look.dispatch(LookAction::See(sight));
            }
        }
        Command::Large => desk.habits.dispatch(HabitsAction::Enlarge),
        Command::Aside => desk.habits.dispatch(HabitsAction::Aside),
        Command::Fit => desk.look.dispatch(LookAction::Fit),
        Command::GoToPick => {
            // A session that is being read cannot be computed further, so its reader is gone before anything is done.
            let key = picked_event(work, pick).map(|(_, key)| key);
            if let Some(key) = key {
                desk.go(key);
            }
        }
        Command::Escape => {
            // One thing at a time: what is open, then what is looked into.
            if pop.is_some() {
                desk.pop.set(None);
            } else {
                desk.pick.set(None);
            }
        }
        Command::Trace => dispatch(WorkAction::Trace),
        Command::Agree => dom::press("[data-sheet=partition] .strong"),
        Command::ZoomIn => desk.look.dispatch(LookAction::Zoom(1.25)),
        Command::ZoomOut => desk.look.dispatch(LookAction::Zoom(0.8)),
        Command::PickHere | Command::PickNext | Command::PickBefore | Command::PickUp | Command::PickDown => {
            if let Some(event) = pick_by_key(work, pick, command) {
                desk.pick.set(Some(Pick::Event(event)));
            }
        }
    }
}

/// Crashes the node whose menu is open or whose event is picked, or recovers it; else asks which.
fn crash(desk: &Desk, work: &Work, pick: Option<Pick>, pop: Option<Pop>) {
    let node = match (pop, pick) {
        (Some(Pop::Lane(node, _)), _) => node,
        (None, Some(Pick::Event(EventId { node, .. }))) if !node.is_client() => node,
        (Some(Pop::Crash), _) => return desk.pop.set(None),
        _ => return desk.pop.set(Some(Pop::Crash)),
    };
    let action = crash_or_recover(&*work.run.session(), work.now, node);
    desk.pop.set(None);
    desk.act(Deed::Now(action));
}

fn picked_event(work: &Work, pick: Option<Pick>) -> Option<(EventId, Key)> {
    let session = work.run.session();
    let id = pick?.event(session.trace())?;
    session.trace().event(id).map(|event| (id, event.key))
}

/// The event that a key picks, from what is picked or else from what has just happened.
fn pick_by_key(work: &Work, pick: Option<Pick>, command: Command) -> Option<EventId> {
    let picked = picked_event(work, pick).map(|(id, _)| id);
    let session = work.run.session();
    let trace = session.trace();
    let here = trace.last_event(work.now);
    let from = picked.or(here);
    match command {
        Command::PickNext => neighbour(trace, from, 1),
        Command::PickBefore => neighbour(trace, from, -1),
        Command::PickUp => across(&*session, from, -1),
        Command::PickDown => across(&*session, from, 1),
        _ => here,
    }
}

/// The event so many places on in the total order.
fn neighbour(trace: &Trace, from: Option<EventId>, by: isize) -> Option<EventId> {
    let order = trace.order();
    let Some(key) = from.and_then(|id| trace.event(id)).map(|event| event.key) else {
        return order.first().copied();
    };
    let place = trace.count_until(key).checked_sub(1)?.checked_add_signed(by)?;
    order.get(place).copied()
}

/// The event of the next lane, up or down, that is nearest in time.
fn across(session: &dyn Session, from: Option<EventId>, by: isize) -> Option<EventId> {
    let trace = session.trace();
    let from = from?;
    let at = trace.event(from)?.key;
    let node = trace.nodes().at(trace.nodes().index(from.node)?.checked_add_signed(by)?);
    let lane = trace.lane(node)?;
    let before = trace.node_count_until(node, at);
    let candidates =
        [before, before + 1].into_iter().filter(|&index| index > 0 && index as usize <= lane.events.len());
    let distance = |index: &u32| lane.events[*index as usize - 1].at().0.abs_diff(at.at.0);
    candidates.min_by_key(distance).map(|index| EventId { node, index })
}
