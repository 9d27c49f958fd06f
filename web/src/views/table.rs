//! Every event of the run in a row, to be searched, stepped through and listened to. Only the rows in sight are on the
//! page, so that a run may be long.

use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::document;
use lightcone_diagram::table::{Filter, SORTS, events, sentence, sort_of};
use lightcone_sim::ids::{EventId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::desk::{Desk, use_desk};
use crate::dom;
use crate::epoch;
use crate::hooks::measure::use_size;
use crate::parts::pick_list::PickList;
use crate::store::pick::Pick;
use crate::store::work::Work;
use crate::views::ViewProps;
use crate::views::sights::sights;
use crate::words;

/// So many rows beyond those in sight are on the page to either side.
const MORE: usize = 8;
/// The first row on the page is a multiple of this, so that scrolling redraws now and then and not always.
const STEP: usize = 4;

/// The rows that were asked for, compared by identity.
#[derive(Clone)]
struct Rows(Rc<Vec<EventId>>);

impl PartialEq for Rows {
    fn eq(&self, other: &Rows) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Rows {
    /// How many of the rows happen at or before a moment.
    fn until(&self, session: &dyn Session, key: Key) -> usize {
        self.0.partition_point(|&id| session.trace().event(id).is_some_and(|event| event.key <= key))
    }

    /// In which row an event stands.
    fn of(&self, session: &dyn Session, event: EventId) -> Option<usize> {
        let row = self.until(session, session.trace().event(event)?.key).checked_sub(1)?;
        (self.0[row] == event).then_some(row)
    }
}

/// The table.
#[component]
pub fn Table(props: &ViewProps) -> Html {
    let desk = use_desk();
    let node = use_node_ref();
    let filter = use_state_eq(Filter::default);
    let work = &props.work;
    let rows = use_rows(work, &filter);
    use_focus(&node, props.chosen);
    let height = (props.text_px * if props.narrow { 3.8 } else { 2.3 }).round();
    let session = work.run.session();
    let here = rows.until(&*session, work.now).checked_sub(1);
    let picked = props.pick.and_then(|pick| pick.event(session.trace()));
    let picked = picked.and_then(|event| rows.of(&*session, event));
    let first = use_window(&node, &rows, height, here, picked);
    let size = use_size(&node);
    let count = (size.map_or(0.0, |(_, height)| height) / height).ceil() as usize + 2 * MORE + STEP;
    let last = (first + count).min(rows.0.len());
    let first = first.min(last);
    let onkeydown = use_keys_of_table(&desk, work, &rows, picked.or(here));
    let columns = if props.narrow { "3" } else { "5" };
    let gap = |rows: usize, key: &'static str| {
        html! { <tr {key} class="gap" aria-hidden="true" style={format!("height: {}px", rows as f64 * height)} hidden={rows == 0}><td colspan={columns} /></tr> }
    };
    let row = |place: usize| Row { place, now: here, picked }.html(&desk, work, rows.0[place]);
    let in_sight = picked.filter(|place| (first..last).contains(place));
    let active = in_sight.map(|place| format!("row-{}", rows.0[place]));
    html! {
        <section class="pane" aria-label="Events" data-view="table">
            <div class="toolbar" role="toolbar" aria-label="Diagram">
                { sights(&desk, props.sight, &*session) }
                { asked(work, &filter, &props.lanes) }
                <span class="small row-count" role="status">{ counted(rows.0.len()) }</span>
            </div>
            <div ref={node} class="rows" style={format!("--row: {height}px")}>
                <table class="row-table" role="grid" tabindex="0" aria-label="Events of the run" aria-rowcount={(rows.0.len() + 1).to_string()}
                    aria-activedescendant={active} {onkeydown}>
                    <thead><tr aria-rowindex="1">
                        <th scope="col" class="at">{ "Time" }</th><th scope="col" class="who">{ "Node" }</th><th scope="col" class="sort">{ "Kind" }</th>
                        <th scope="col" class="what">{ "What happened" }</th><th scope="col" class="lamport">{ "Lamport" }</th>
                    </tr></thead>
                    <tbody>{ gap(first, "before") }{ for (first..last).map(row) }{ gap(rows.0.len() - last, "after") }</tbody>
                </table>
            </div>
        </section>
    }
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 event".to_owned() } else { format!("{rows} events") }
}

/// What of the run's fates a reader is told: in a quiz, what is known at the playhead.
fn told(work: &Work) -> Key {
    if work.quiz { work.now } else { Key::end_of(Ns::NEVER) }
}

/// Whoever chose the table goes on in it with the arrow keys. A page that opens takes no focus, nor does one in a frame
/// that has none.
#[hook]
fn use_focus(node: &NodeRef, chosen: bool) {
    use_effect_with(node.clone(), move |node| {
        let has_focus = document().has_focus().unwrap_or(false);
        let table = node.cast::<Element>().and_then(|element| element.first_element_child());
        let table = table.and_then(|table| table.dyn_into::<HtmlElement>().ok());
        if let Some(table) = table.filter(|_| chosen && has_focus) {
            let _ = table.focus();
        }
    });
}

/// The events that are asked for; in a quiz, of those that have happened.
#[hook]
fn use_rows(work: &Work, filter: &Filter) -> Rows {
    let until = if work.quiz { work.now } else { Key::end_of(work.scenario.until) };
    let rows =
        use_memo((work.run.clone(), filter.clone(), until, told(work)), |(run, filter, until, told)| {
            Rows(Rc::new(events(&*run.session(), filter, *until, *told)))
        });
    (*rows).clone()
}

/// The first row on the page. The row of the playhead, and the one that is picked, come into sight as they change.
#[hook]
fn use_window(node: &NodeRef, rows: &Rows, height: f64, here: Option<usize>, picked: Option<usize>) -> usize {
    let first = use_state_eq(|| 0);
    let seen = {
        let set = first.setter();
        move |element: &Element| {
            let row = (f64::from(element.scroll_top()) / height) as usize;
            set.set((row / STEP * STEP).saturating_sub(MORE));
        }
    };
    use_effect_with((node.clone(), height as u32), {
        let seen = seen.clone();
        move |(node, _)| {
            let listener = node.cast::<Element>().map(|element| {
                let scrolled = element.clone();
                EventListener::new(&element, "scroll", move |_| seen(&scrolled))
            });
            move || drop(listener)
        }
    });
    use_in_sight(node, here, rows, height, seen.clone());
    use_in_sight(node, picked, rows, height, seen);
    *first
}

/// Brings a row into sight when it changes.
#[hook]
fn use_in_sight(
    node: &NodeRef,
    row: Option<usize>,
    rows: &Rows,
    height: f64,
    seen: impl Fn(&Element) + 'static,
) {
    use_effect_with((row, rows.clone(), height as u32, node.clone()), move |(row, _, _, node)| {
        if let (Some(row), Some(element)) = (*row, node.cast::<Element>()) {
            bring_into_sight(&element, row, height);
            seen(&element);
        }
    });
}

/// Scrolls only if the row is out of sight; then it stands in the middle of the window.
fn bring_into_sight(element: &Element, row: usize, height: f64) {
    let (top, room) = (f64::from(element.scroll_top()), f64::from(element.client_height()));
    // The head of the table stands above the rows, and stays there.
    let at = row as f64 * height;
    if at < top || at + 2.0 * height > top + room {
        element.set_scroll_top((at - room * 0.5).max(0.0) as i32);
    }
}

/// Arrow keys pick the next row, Enter moves the playhead to it.
#[hook]
fn use_keys_of_table(desk: &Desk, work: &Work, rows: &Rows, from: Option<usize>) -> Callback<KeyboardEvent> {
    let (desk, run, rows) = (desk.clone(), work.run.clone(), rows.clone());
    Callback::from(move |event: KeyboardEvent| {
        if event.shift_key() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let last = rows.0.len().saturating_sub(1);
        let row = match (event.key().as_str(), from) {
            ("ArrowDown", from) => from.map_or(0, |from| (from + 1).min(last)),
            ("ArrowUp", from) => from.map_or(0, |from| from.saturating_sub(1)),
            ("Enter", Some(from)) => {
                // A session that is being read cannot be computed further, so its reader is gone before anything is done.
                let key =
                    rows.0.get(from).and_then(|&id| run.session().trace().event(id).map(|event| event.key));
                event.prevent_default();
                return key.into_iter().for_each(|key| desk.go(key));
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(&id) = rows.0.get(row) {
            desk.pick.set(Some(Pick::Event(id)));
        }
    })
}

/// What is asked for: words, a node, a kind.
fn asked(work: &Work, filter: &UseStateHandle<Filter>, lanes: &[NodeId]) -> Html {
    let change = |change: fn(&mut Filter, String)| {
        let filter = filter.clone();
        move |value: String| {
            let mut asked = (*filter).clone();
            change(&mut asked, value);
            filter.set(asked);
        }
    };
    let text = change(|filter, text| filter.text = text);
    let oninput = Callback::from(move |event: InputEvent| text(dom::written(&event)));
    let onnode = Callback::from(change(|filter, node| filter.node = node.parse().ok()));
    let onsort = Callback::from(change(|filter, sort| filter.sort = sort.parse().ok()));
    let all = |word: &'static str| (AttrValue::from(""), AttrValue::from(word));
    let nodes = lanes.iter().map(|&node| (node.to_string().into(), words::name(&work.scenario, node).into()));
    let sorts = SORTS.iter().enumerate().map(|(place, (name, _))| (place.to_string().into(), (*name).into()));
    let node = filter.node.map(|node| node.to_string()).unwrap_or_default();
    let sort = filter.sort.map(|sort| sort.to_string()).unwrap_or_default();
    html! {
        <>
            <input key="text" type="text" class="row-filter" placeholder="Search" aria-label="Search the events" value={filter.text.clone()} {oninput} />
            <PickList key="node" label="Node" labelled={false} choices={std::iter::once(all("all nodes")).chain(nodes).collect::<Vec<_>>()} value={node} onpick={onnode} name="row-node" />
            <PickList key="sort" label="Kind" labelled={false} choices={std::iter::once(all("all kinds")).chain(sorts).collect::<Vec<_>>()} value={sort} onpick={onsort} name="row-sort" />
        </>
    }
}

/// A row, by its place among those asked for.
struct Row {
    place: usize,
    /// The row of the playhead.
    now: Option<usize>,
    picked: Option<usize>,
}

impl Row {
    fn html(&self, desk: &Desk, work: &Work, id: EventId) -> Html {
        let session = work.run.session();
        let trace = session.trace();
        let key = id.to_string();
        let Some(event) = trace.event(id).copied() else { return html! { <tr {key} /> } };
        let (is_now, is_picked) = (self.now == Some(self.place), self.picked == Some(self.place));
        let is_ahead = self.now.is_none_or(|now| self.place > now);
        let said = sentence(&*session, id, told(work));
        let broken = trace.violations().iter().find(|broken| broken.event == id);
        let broken = broken.map(|broken| format!("Violated, {}: {}", broken.monitor, broken.text));
        let status = trace.status(id.node, event.key).and_then(|status| status.epoch);
        let class = classes!(
            "event-row",
            epoch::class(status),
            is_now.then_some("now"),
            is_ahead.then_some("ahead"),
            is_picked.then_some("picked")
        );
        let title = format!("{id} · {said}");
        let ondblclick = {
            let desk = desk.clone();
            Callback::from(move |_| desk.go(event.key))
        };
        html! {
            <tr {key} id={format!("row-{id}")} {class} aria-rowindex={(self.place + 2).to_string()} aria-selected={if is_picked { "true" } else { "false" }}
                aria-current={is_now.then_some("true")} data-event={id.to_string()} {title} onclick={desk.picking(Some(Pick::Event(id)))} {ondblclick}>
                <td class="at">{ words::clock(event.at()) }<span class="unseen">{ if is_now { "the playhead is here" } else if is_ahead { "to come" } else { "" } }</span></td>
                <td class="who">{ words::name(&work.scenario, id.node) }</td>
                <td class="sort">{ sort_of(event.kind) }</td>
                <td class="what"><div><span class="violated" hidden={broken.is_none()}>{ broken.clone().map(|broken| broken + " ").unwrap_or_default() }</span>{ said }</div></td>
                <td class="lamport">{ if event.lamport > 0 { event.lamport.to_string() } else { "–".to_owned() } }</td>
            </tr>
        }
    }
}
