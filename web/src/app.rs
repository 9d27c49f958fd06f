//! The page as a whole: it holds the stores and hands each part what it needs.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::session::Session;
use lightcone_sim::trace::Trace;
use web_sys::DragEvent;
use yew::prelude::*;

use crate::desk::{Desk, Pop};
use crate::diagram::menu::LaneMenu;
use crate::diagram::pane::Pane;
use crate::hooks::address::{Books, Shelf, at_start, use_address};
use crate::hooks::keys::{Command, use_keys};
use crate::hooks::media::{DARK, NARROW, use_media};
use crate::hooks::player::use_player;
use crate::panels::partition::Partition;
use crate::panels::side::Side;
use crate::store::look::{Habits, HabitsAction, Look, LookAction, Shade};
use crate::store::pick::Pick;
use crate::store::work::{Work, WorkAction};
use crate::style::Style;
use crate::top::banner::Banner;
use crate::top::bar::Bar;
use crate::top::help::Help;
use crate::top::options::{Options, order};
use crate::top::share::{Share, read};
use crate::transport::Transport;

/// The page. It reads the address once, and says so if nothing at all can be opened.
#[component]
pub fn App() -> Html {
    let shelf = use_mut_ref(Books::empty);
    let first = use_memo((), |()| at_start(&shelf));
    match &*first {
        Some((work, look)) => html! { <Page shelf={Kept(shelf)} work={work.clone()} look={look.clone()} /> },
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
    use_player(work.dispatcher(), work.playing, habits.speed);
    use_computing(&work);
    use_commands(&desk, &work, *pick);

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
    );
    html! {
        <ContextProvider<Desk> context={desk.clone()}>
            <Style />
            <div {class} ondragover={Callback::from(|event: DragEvent| event.prevent_default())} ondrop={dropped(open)}>
                <Bar scenario={work.scenario.clone()} can_undo={work.can_undo()} can_redo={work.can_redo()} habits={Rc::new((*habits).clone())} pop={(*pop).clone()} />
                <Banner trouble={work.trouble.clone()} quiz={work.quiz} hinted={habits.hinted} {narrow} />
                <main class="main">
                    <Pane work={work.clone()} look={look.clone()} text_px={habits.text_px()} pick={*pick} {narrow} options_open={*pop == Some(Pop::Options)} />
                    <Side work={work.clone()} habits={Rc::new((*habits).clone())} pick={*pick} lanes={lanes.clone()} {narrow} />
                </main>
                <Transport now={work.now} until={work.scenario.until} place={work.place()} is_done={work.run.is_done()}
                    playing={work.playing} quiz={work.quiz} speed={habits.speed} />
                <div class="popped">{ popped(&pop, &work, &look, &habits, &lanes, shelf) }</div>
                <p class="unseen" aria-live="polite" role="log" data-said={work.said.count.to_string()}>{ work.said.text.clone() }</p>
            </div>
        </ContextProvider<Desk>>
    }
}

/// What is open above the page.
fn popped(
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
        Some(Pop::Partition(first)) => {
            html! { <Partition key="partition" {scenario} now={work.now.at} {first} /> }
        }
        Some(Pop::Share) => html! { <Share key="share" work={work.clone()} look={look.clone()} {shelf} /> },
        Some(Pop::Help) => html! { <Help key="help" /> },
        Some(Pop::Options) => html! {
            <Options key="options" look={Rc::new((**look).clone())} {scenario} kinds={kinds(work)} lanes={lanes.to_vec()} large={habits.large} />
        },
    }
}

/// The kinds of messages of a run, by name. A long run is sampled at its beginning.
fn kinds(work: &Work) -> Vec<&'static str> {
    let session = work.run.session();
    let messages = session.trace().messages().take(5_000);
    let mut kinds: Vec<&'static str> =
        messages.filter_map(|(id, _)| session.message(id)).map(|told| told.kind).collect();
    kinds.sort_unstable();
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
fn use_commands(desk: &Desk, work: &UseReducerHandle<Work>, pick: Option<Pick>) {
    let latest = use_mut_ref(|| (work.clone(), pick));
    *latest.borrow_mut() = (work.clone(), pick);
    let run = use_callback(desk.clone(), move |command: Command, desk: &Desk| {
        let (work, pick) = latest.borrow().clone();
        obey(desk, &work, pick, command);
    });
    use_keys(run);
}

fn obey(desk: &Desk, work: &Work, pick: Option<Pick>, command: Command) {
    let session = work.run.session();
    let trace = session.trace();
    let select = |event: Option<EventId>| {
        if let Some(event) = event {
            desk.pick.set(Some(Pick::Event(event)));
        }
    };
    let from = pick.and_then(|pick| pick.event(trace)).or_else(|| trace.last_event(work.now));
    match command {
        Command::Play => desk.work.dispatch(WorkAction::TogglePlay),
        Command::Step => desk.work.dispatch(WorkAction::Step),
        Command::StepBack => desk.work.dispatch(WorkAction::StepBack),
        Command::ToStart => desk.work.dispatch(WorkAction::ToStart),
        Command::ToEnd => desk.work.dispatch(WorkAction::ToEnd),
        Command::Faster => desk.habits.dispatch(HabitsAction::Faster(true)),
        Command::Slower => desk.habits.dispatch(HabitsAction::Faster(false)),
        Command::Undo => desk.work.dispatch(WorkAction::Undo),
        Command::Redo => desk.work.dispatch(WorkAction::Redo),
        Command::Help => desk.pop.set(Some(Pop::Help)),
        Command::PickHere => select(trace.last_event(work.now)),
        Command::PickNext => select(neighbour(trace, from, 1)),
        Command::PickBefore => select(neighbour(trace, from, -1)),
        Command::PickUp => select(across(&*session, from, -1)),
        Command::PickDown => select(across(&*session, from, 1)),
        Command::GoToPick => {
            if let Some(event) = pick.and_then(|pick| pick.event(trace)).and_then(|id| trace.event(id)) {
                desk.go(event.key);
            }
        }
        Command::Escape => {
            desk.pop.set(None);
            desk.pick.set(None);
        }
        Command::ZoomIn => desk.look.dispatch(LookAction::Zoom(1.25)),
        Command::ZoomOut => desk.look.dispatch(LookAction::Zoom(0.8)),
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
