//! The page as a whole: it holds the stores and hands each part what it needs.

use std::rc::Rc;

use lightcone_diagram::view::PRESENTER_TEXT_PX;
use lightcone_sim::ids::NodeId;
use web_sys::DragEvent;
use yew::prelude::*;

use crate::commands::use_commands;
use crate::desk::{Desk, Pop};
use crate::diagram::beside::{BESIDE, BesideProps, Difference};
use crate::diagram::menu::{Crash, LaneMenuProps};
use crate::diagram::menus::{MENUS, Menu};
use crate::diagram::message_menu::MessageMenuProps;
use crate::diagram::other::Elsewhere;
use crate::diagram::over::{OVER, OverProps};
use crate::diagram::pane::{Pane, Shown};
use crate::diagram::span::SpanMenuProps;
use crate::dom;
use crate::hooks::address::{Books, Shelf, at_start, picked, use_address};
use crate::hooks::computing::use_computing;
use crate::hooks::media::{DARK, NARROW, use_media};
use crate::hooks::player::use_player;
use crate::lazy::Lazy;
use crate::lecture::stage::{STAGE, StageProps};
use crate::lecture::state::Lecture;
use crate::panels::jump::{JUMP, JumpProps};
use crate::panels::partition::{PARTITION, PartitionProps};
use crate::panels::side::Side;
use crate::parts::pop::Sheet;
use crate::store::look::{Habits, Look, Shade, Sight};
use crate::store::pick::Pick;
use crate::store::run::Run;
use crate::store::work::Work;
use crate::style;
use crate::top::banner::banner;
use crate::top::bar::Bar;
use crate::top::help::HELP;
use crate::top::options::{Options, order};
use crate::top::share::{SHARE, ShareProps, read};
use crate::transport::progress::progress;
use crate::transport::{HealthData, Transport, transport};
use crate::views::sights::offered;
use crate::views::{VIEW, ViewProps};
use crate::words;

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
    let pick = use_state_eq(|| picked(&props.work, &props.look));
    let pop = use_state_eq(|| None::<Pop>);
    let narrow = use_media(NARROW);
    let dark_system = use_media(DARK);
    let shelf = props.shelf.0.clone();
    let open = use_address(shelf.clone(), &work, &look, pick.setter());
    let lecture = use_reducer(Lecture::default);
    let number = *use_memo((), |()| dom::chance());
    let desk = Desk {
        lecture: lecture.dispatcher(),
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
    use_commands(&desk, &work, (picked, (*pop).clone()), (*lecture, number), habits.keyless);
    // What was open concerned the document before.
    use_effect_with(work.number, {
        let pop = pop.setter();
        move |_| pop.set(None)
    });

    let differs = use_state_eq(|| None::<Difference>);
    let ondiffers = use_callback((), {
        let set = differs.setter();
        move |differs, ()| set.set(differs)
    });
    let elsewhere = use_state_eq(|| None::<Elsewhere>);
    let onelsewhere = use_callback((), {
        let set = elsewhere.setter();
        move |elsewhere, ()| set.set(elsewhere)
    });
    let lanes = order(&look, work.run.nodes().iter());
    let dark = match habits.shade {
        Shade::Auto => dark_system,
        Shade::Light => false,
        Shade::Dark => true,
    };
    let is_bare = lecture.on || (look.bare && dom::is_framed());
    let mut class = classes!(
        "page",
        if dark { "dark" } else { "light" },
        habits.large.then_some("large"),
        (habits.aside && !narrow).then_some("no-side"),
        narrow.then_some("narrow"),
        dom::is_framed().then_some("framed"),
        is_bare.then_some("presenting large"),
        // A class, and no `:has()` in the sheet: with that, each mark that comes or goes restyles the whole page.
        (lecture.on && lecture.laser).then_some("pointing"),
    );
    let text_px = if is_bare { PRESENTER_TEXT_PX } else { habits.text_px() };
    let computing = work.computing();
    class.push(computing.filter(|computing| computing.is_awaited).map(|_| "awaiting"));
    let keys = Transport {
        now: work.now,
        until: work.scenario.until,
        place: work.place(),
        is_done: work.run.is_done(),
        computing,
        playing: work.playing,
        quiz: work.quiz,
        speed: habits.speed,
        health: HealthData::at(&*work.run.session(), work.now),
    };
    let options_open = *pop == Some(Pop::Options);
    let sight = offered(look.sight, &*work.run.session());
    let compared = work.branches.shown().filter(|_| sight == Sight::SpaceTime).cloned();
    let (compared, over) = if habits.over { (None, compared) } else { (compared, None) };
    class.push(compared.as_ref().map(|_| "comparing"));
    class.push(picked.map(|_| "looking"));
    let sight = match (sight, over) {
        (Sight::SpaceTime, Some(branch)) => {
            let (work, look, shown) = (work.clone(), look.clone(), (*shown).clone());
            let with = OverProps {
                branch,
                work,
                look,
                text_px,
                narrow,
                pick: picked,
                options_open,
                shown,
                onelsewhere,
            };
            html! { <Lazy<OverProps> key="over" part={&OVER} {with} /> }
        }
        (Sight::SpaceTime, None) => html! {
            <Pane key="space-time" work={work.clone()} look={look.clone()} {text_px} pick={picked} {narrow} {options_open} {dark} shown={(*shown).clone()} lit={differs.as_ref().and_then(|differs| differs.cone.clone())} />
        },
        (sight, _) => {
            shown.clear();
            let chosen = sight != props.look.sight;
            let (work, look, lanes) = (work.clone(), look.clone(), lanes.clone());
            let with =
                ViewProps { sight, work, look, text_px, pick: picked, lanes, narrow, options_open, chosen };
            html! { <Lazy<ViewProps> key="view" part={&VIEW} {with} /> }
        }
    };
    let beside = match compared {
        Some(branch) => {
            let (work, look) = (work.clone(), look.clone());
            let with = BesideProps { branch, work, look, text_px, narrow, dark, ondiffers };
            html! { <Lazy<BesideProps> key="beside" part={&BESIDE} {with} /> }
        }
        None => html! { <span key="alone" hidden=true /> },
    };
    let stage = if lecture.on || lecture.notes {
        let with = StageProps { desk: desk.clone(), work: work.clone(), lecture: *lecture, number };
        html! { <Lazy<StageProps> key="stage" part={&STAGE} {with} /> }
    } else {
        html! { <div key="stage" hidden=true /> }
    };
    html! {
        <ContextProvider<Desk> context={desk.clone()}>
            <div {class} ondragover={Callback::from(|event: DragEvent| event.prevent_default())} ondrop={dropped(open)}>
                <Bar scenario={work.scenario.clone()} origin={work.origin.clone()} can_undo={work.can_undo()} can_redo={work.can_redo()} habits={Rc::new((*habits).clone())} pop={(*pop).clone()} />
                { banner(&desk, &work, habits.hinted, narrow) }
                <main class="main">
                    { sight }
                    { beside }
                    { progress(&desk, computing) }
                    <Side key="side" work={work.clone()} habits={Rc::new((*habits).clone())} pick={picked} elsewhere={(*elsewhere).clone()} lanes={lanes.clone()} {narrow} />
                </main>
                { stage }
                { transport(&desk, &keys) }
                <div class="popped">{ popped(&desk, (&pop, picked), &work, &look, &habits, &lanes, shelf) }</div>
                <p class="unseen" aria-live="polite" role="log" data-said={work.said.count.to_string()}>{ work.said.text.clone() }</p>
            </div>
        </ContextProvider<Desk>>
    }
}

/// What is open above the page.
fn popped(
    desk: &Desk,
    (pop, pick): (&Option<Pop>, Option<Pick>),
    work: &UseReducerHandle<Work>,
    look: &UseReducerHandle<Look>,
    habits: &Habits,
    lanes: &[NodeId],
    shelf: Shelf,
) -> Html {
    let scenario = work.scenario.clone();
    match pop.clone() {
        None => html! { <span key="nothing" /> },
        Some(Pop::Lane(node, at, when)) => {
            let (run, now, lanes) = (work.run.clone(), work.now, lanes.to_vec());
            let menu = Menu::Lane(LaneMenuProps { node, at, when, run, scenario, now, lanes });
            menus(format!("lane {node} {when:?}"), menu)
        }
        Some(Pop::Span(node, from, to, at)) => {
            let menu = Menu::Span(SpanMenuProps { node, from, to, at, scenario });
            menus(format!("span {node} {from} {to}"), menu)
        }
        Some(Pop::Message(id, at)) => {
            menus(format!("message {id}"), Menu::Message(MessageMenuProps { id, at, work: work.clone() }))
        }
        Some(Pop::Jump) => {
            let title = format!("On from {}", words::clock(work.now.at));
            let with = JumpProps { work: work.clone(), node: pick.map(Pick::node) };
            html! { <Sheet key="jump" {title} name="jump"><Lazy<JumpProps> part={&JUMP} {with} /></Sheet> }
        }
        Some(Pop::Crash) => {
            let crash = Crash { desk: desk.clone(), work: work.clone(), lanes: lanes.to_vec() };
            menus("crash".to_owned(), Menu::Crash(crash))
        }
        Some(Pop::Partition(first)) => {
            let title = format!("Partition at {}", words::clock(work.now.at));
            let with = PartitionProps { scenario, run: work.run.clone(), now: work.now, first };
            html! {
                <Sheet key="partition" {title} name="partition">
                    <Lazy<PartitionProps> part={&PARTITION} {with} />
                </Sheet>
            }
        }
        Some(Pop::Share) => {
            let with = ShareProps { work: work.clone(), look: look.clone(), shelf };
            html! { <Sheet key="share" title="Share" name="share"><Lazy<ShareProps> part={&SHARE} {with} /></Sheet> }
        }
        Some(Pop::Help) => {
            html! { <Sheet key="help" title="Help" name="help"><Lazy<()> part={&HELP} with={()} /></Sheet> }
        }
        Some(Pop::Options) => {
            let options = Options {
                desk: desk.clone(),
                look: look.clone(),
                work: work.clone(),
                lanes: lanes.to_vec(),
                large: habits.large,
                keyless: habits.keyless,
                shade: habits.shade,
            };
            menus("options".to_owned(), Menu::Options(options))
        }
    }
}

fn menus(key: String, with: Menu) -> Html {
    html! { <Lazy<Menu> {key} part={&MENUS} {with} /> }
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
