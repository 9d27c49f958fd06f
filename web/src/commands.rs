//! What keys do: each command, and whom it is for.

use lightcone_sim::ids::EventId;
use lightcone_sim::landmarks::Landmark;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::trace::Trace;
use yew::prelude::*;

use crate::desk::{Desk, Pop};
use crate::diagram::menu::crash_or_recover;
use crate::dom;
use crate::hooks::keys::{Command, use_keys};
use crate::lecture::stage::{open_notes, toggle as toggle_lecture};
use crate::lecture::state::{Lecture, LectureAction};
use crate::panels::jump::jump;
use crate::store::look::{HabitsAction, LookAction};
use crate::store::pick::Pick;
use crate::store::work::{Deed, Work, WorkAction};
use crate::views::sights::offered;

/// Hears keys and does what they ask for. `lecture` comes with the number of the window with notes.
#[hook]
pub fn use_commands(
    desk: &Desk,
    work: &UseReducerHandle<Work>,
    open: (Option<Pick>, Option<Pop>),
    lecture: (Lecture, u64),
    keyless: bool,
) {
    let sight = (work.clone(), open, lecture);
    let latest = use_mut_ref(|| sight.clone());
    *latest.borrow_mut() = sight;
    let run = use_callback(desk.clone(), move |command: Command, desk: &Desk| {
        let (work, open, (lecture, number)) = latest.borrow().clone();
        match command {
            Command::Notes => open_notes(desk, number),
            _ => obey(desk, &work, open, (lecture.on, lecture.on && lecture.black), command),
        }
    });
    use_keys(run, keyless);
}

fn obey(
    desk: &Desk,
    work: &Work,
    (pick, pop): (Option<Pick>, Option<Pop>),
    (presenting, dark): (bool, bool),
    command: Command,
) {
    let dispatch = |action| desk.work.dispatch(action);
    let toggle = |other: Pop| desk.pop.set((pop.as_ref() != Some(&other)).then_some(other));
    match command {
        // What is stepped in the dark nobody sees: the first press brings the light back.
        Command::Space | Command::Step | Command::StepBack if dark => {
            desk.lecture.dispatch(LectureAction::Black);
        }
        Command::Space if presenting => dispatch(WorkAction::Step),
        Command::Blank if presenting => desk.lecture.dispatch(LectureAction::Black),
        Command::Laser if presenting => desk.lecture.dispatch(LectureAction::Laser),
        Command::Laser | Command::Notes => {}
        Command::Present => toggle_lecture(desk, presenting),
        Command::Play | Command::Space | Command::Blank => dispatch(WorkAction::TogglePlay),
        Command::Step => dispatch(WorkAction::Step),
        Command::StepBack => dispatch(WorkAction::StepBack),
        Command::ToStart => dispatch(WorkAction::ToStart),
        Command::ToEnd => dispatch(WorkAction::ToEnd),
        Command::Faster => desk.habits.dispatch(HabitsAction::Faster(true)),
        Command::Slower => desk.habits.dispatch(HabitsAction::Faster(false)),
        Command::Undo => dispatch(WorkAction::Undo),
        Command::Redo => dispatch(WorkAction::Redo),
        Command::Branch => dispatch(WorkAction::Branch),
        Command::Over if work.branches.shown().is_some() => desk.habits.dispatch(HabitsAction::TurnOver),
        Command::Over => {}
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
            // One thing at a time: what is open, then what is looked into, then what is being waited for.
            if pop.is_some() {
                desk.pop.set(None);
            } else if pick.is_some() {
                desk.pick.set(None);
            } else if work.computing().is_some_and(|computing| !computing.is_stopped) {
                dispatch(WorkAction::Cancel);
            } else if presenting {
                toggle_lecture(desk, true);
            }
        }
        Command::Trace => dispatch(WorkAction::Trace),
        Command::Agree => dom::press("[data-sheet=partition] .strong"),
        Command::ZoomIn => desk.look.dispatch(LookAction::Nearer(true)),
        Command::ZoomOut => desk.look.dispatch(LookAction::Nearer(false)),
        Command::Menu => menu(desk, work, pick),
        Command::Jump if work.quiz => jump(desk, work, Landmark::Leader),
        Command::Jump => toggle(Pop::Jump),
        Command::NextLeader => jump(desk, work, Landmark::Leader),
        Command::NextViolation => jump(desk, work, Landmark::Violation),
        Command::NextHere => {
            let here = pick.map(Pick::node).or_else(|| work.last_event().map(|id| id.node));
            if let Some(node) = here {
                jump(desk, work, Landmark::At(node));
            }
        }
        Command::PickEffect | Command::PickCause => {
            let next = {
                let session = work.run.session();
                let trace = session.trace();
                let from = pick.or(trace.last_event(work.now).map(Pick::Event));
                let next = if command == Command::PickEffect {
                    from.and_then(|pick| pick.effect(trace))
                } else {
                    from.and_then(|pick| pick.cause(trace))
                };
                next.filter(|next| !work.quiz || next.happened(trace, work.now))
            };
            if next.is_some() {
                desk.pick.set(next);
            }
        }
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
        (Some(Pop::Lane(node, ..)), _) => node,
        (None, Some(Pick::Event(EventId { node, .. }))) if !node.is_client() => node,
        (Some(Pop::Crash), _) => return desk.pop.set(None),
        _ => return desk.pop.set(Some(Pop::Crash)),
    };
    let action = crash_or_recover(&*work.run.session(), work.now, node);
    desk.pop.set(None);
    desk.act(Deed::Now(action));
}

/// The menu of what is picked, or of the node at which something has just happened, beside its mark.
fn menu(desk: &Desk, work: &Work, pick: Option<Pick>) {
    let session = work.run.session();
    let trace = session.trace();
    let beside =
        |mark: String| dom::middle(&format!("svg.body [data-target='{mark}']")).unwrap_or((360.0, 180.0));
    let pop = match pick.or(trace.last_event(work.now).map(Pick::Event)) {
        Some(Pick::Message(id)) => Some(Pop::Message(id, beside(format!("message {id}")))),
        Some(Pick::Event(id)) => trace
            .event(id)
            .map(|event| Pop::Lane(id.node, beside(format!("event {id}")), pick.map(|_| event.at()))),
        None => None,
    };
    drop(session);
    desk.pop.set(pop);
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
