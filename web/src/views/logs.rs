//! The servers' logs side by side, a row each: what conflicts, how far each is committed and executed. Only the entries
//! in sight are on the page.

use gloo::events::EventListener;
use lightcone_diagram::{LogEntry, LogRow, entered, logs, longest_log};
use lightcone_sim::ids::NodeId;
use lightcone_sim::order::Key;
use lightcone_sim::protocol::LogItem;
use lightcone_sim::session::Session;
use web_sys::Element;
use yew::prelude::*;

use crate::desk::{Desk, Pop, use_desk};
use crate::epoch;
use crate::hooks::measure::use_size;
use crate::store::pick::Pick;
use crate::store::work::Work;
use crate::views::ViewProps;
use crate::views::sights::sights;
use crate::words;

/// The width of an entry of a shared log, and of one of a server's own, by the size of text.
const WIDTHS: (f64, f64) = (5.6, 8.6);
/// The width of a server's name and state; on a phone.
const NAMES: (f64, f64) = (15.0, 10.4);

/// What of the logs is in sight.
struct Window {
    /// How many entries come before the first in sight.
    before: u64,
    /// How many are in sight.
    count: u64,
    /// How many the longest log has.
    longest: u64,
    /// The width of an entry.
    cell: f64,
}

/// The logs.
#[component]
pub fn Logs(props: &ViewProps) -> Html {
    let desk = use_desk();
    let node = use_node_ref();
    let size = use_size(&node);
    let work = &props.work;
    let servers = props.servers();
    let session = work.run.session();
    let longest = longest_log(&*session, &servers, work.now);
    let scrolled = use_scrolled(&node, longest);
    let is_shared = session.log(NodeId::server(0), Key::START, 0, 0).is_some_and(|log| log.shared.is_some());
    let cell = (props.text_px * if is_shared { WIDTHS.0 } else { WIDTHS.1 }).round();
    let name = (props.text_px * if props.narrow { NAMES.1 } else { NAMES.0 }).round();
    let room = (size.map_or(0.0, |(width, _)| width) - name).max(cell);
    let count = (room / cell).ceil() as u64 + 1;
    let before = ((scrolled / cell) as u64).min(longest.saturating_sub(1));
    let window = Window { before, count: count.min(longest - before), longest, cell };
    let rows = logs(&*session, &servers, work.now, (window.before, window.count));
    let fresh = fresh(&*session, work, &window);
    let picked = props.pick.and_then(|pick| pick.event(session.trace())).map(|event| event.node);
    let row = |row: &LogRow| {
        let new: &[LogItem] = match &fresh {
            Some((node, old)) if *node == row.node => old,
            _ => &[],
        };
        html_of_row(&desk, work, row, &window, new, picked == Some(row.node))
    };
    let header = (window.before + 1..=window.before + window.count).map(|index| {
        html! { <th key={index} scope="col" class="log-index">{ index }</th> }
    });
    let style = format!("--cell: {cell}px; --name: {name}px");
    html! {
        <section class="pane" aria-label="Logs" data-view="logs">
            <div class="toolbar" role="toolbar" aria-label="Diagram">{ sights(&desk, props.sight, &*session) }</div>
            <div ref={node} class="logs" tabindex="0" {style}>
                <table class="log-table" aria-label="Logs of the servers" aria-colcount={(longest + 1).to_string()}>
                    <thead><tr>
                        <th key="name" class="log-name" scope="col">{ "Server" }</th>
                        { window.gap(true) }{ for header }{ window.gap(false) }
                    </tr></thead>
                    <tbody>{ for rows.iter().map(row) }</tbody>
                </table>
                { signs(is_shared, longest) }
            </div>
        </section>
    }
}

impl Window {
    /// Room for the entries that are out of sight, to one side.
    fn gap(&self, left: bool) -> Html {
        let hidden = if left { self.before } else { self.longest - self.before - self.count };
        let width = format!("width: {}px; min-width: {0}px", hidden as f64 * self.cell);
        html! { <td key={if left { "before" } else { "after" }} class="log-gap" style={width} hidden={hidden == 0} aria-hidden="true" /> }
    }
}

/// How far the logs are scrolled. Whoever looks at their end stays there as they grow.
#[hook]
fn use_scrolled(node: &NodeRef, longest: u64) -> f64 {
    let scrolled = use_state_eq(|| 0);
    let at_end = use_mut_ref(|| true);
    use_effect_with(node.clone(), {
        let (set, at_end) = (scrolled.setter(), at_end.clone());
        move |node| {
            let listener = node.cast::<Element>().map(|element| {
                let seen = element.clone();
                EventListener::new(&element, "scroll", move |_| {
                    *at_end.borrow_mut() =
                        seen.scroll_left() + seen.client_width() + 8 >= seen.scroll_width();
                    set.set(seen.scroll_left());
                })
            });
            move || drop(listener)
        }
    });
    use_effect_with((node.clone(), longest), move |(node, _)| {
        if let Some(element) = node.cast::<Element>().filter(|_| *at_end.borrow()) {
            element.set_scroll_left(element.scroll_width());
        }
    });
    f64::from((*scrolled).max(0))
}

/// Where the last step acted, and what of that log it found there before; nothing if it left the log as it was.
fn fresh(session: &dyn Session, work: &Work, window: &Window) -> Option<(NodeId, Vec<LogItem>)> {
    let last = session.trace().last_event(work.now)?;
    let before = session.trace().step_back(work.now)?;
    let items = |now| session.log(last.node, now, window.before, window.count).map(|log| log.items);
    let (old, new) = (items(before)?, items(work.now)?);
    let is_new = |item: &LogItem| {
        !old.iter().any(|old| (old.index, old.epoch, &old.text) == (item.index, item.epoch, &item.text))
    };
    Some((last.node, new.into_iter().filter(is_new).collect()))
}

fn html_of_row(
    desk: &Desk,
    work: &Work,
    row: &LogRow,
    window: &Window,
    new: &[LogItem],
    picked: bool,
) -> Html {
    let node = row.node;
    let session = work.run.session();
    let status = session.trace().status(node, work.now);
    let role = status.map_or_else(|| "is down".to_owned(), |status| session.role_words(status));
    let hue = epoch::class(status.and_then(|status| status.epoch));
    let (so_far, more) = match (row.shared, status) {
        (Some(shared), Some(_)) => {
            (format!("committed {}", shared.committed), format!(", executed {}", shared.applied))
        }
        _ => (format!("{} on disk", row.length), String::new()),
    };
    let onmenu = {
        let desk = desk.clone();
        Callback::from(move |event: MouseEvent| {
            desk.pop.set(Some(Pop::Lane(
                node,
                (f64::from(event.client_x()), f64::from(event.client_y())),
                None,
            )));
        })
    };
    let name = words::name(&work.scenario, node);
    let cells = (window.before + 1..=window.before + window.count).map(|index| {
        let entry = row.entries.iter().find(|entry| entry.item.index == index);
        match entry {
            Some(entry) => cell(desk, work, row, entry, new.contains(&entry.item)),
            None => html! { <td key={index} class="log-none" /> },
        }
    });
    html! {
        <tr key={node.to_string()} class={classes!("log-row", picked.then_some("picked"), status.is_none().then_some("down"))} data-log={node.to_string()}>
            <th key="name" class="log-name" scope="row">
                <button type="button" class="card-name" title={format!("What to do with {name}")} onclick={onmenu}>{ name.clone() }</button>
                <span class={classes!("log-role", hue)}>{ role }</span>
                <span class="log-so-far">{ so_far }<span class="wide-only">{ more }</span></span>
            </th>
            { window.gap(true) }{ for cells }{ window.gap(false) }
        </tr>
    }
}

fn cell(desk: &Desk, work: &Work, row: &LogRow, entry: &LogEntry, is_new: bool) -> Html {
    let item = &entry.item;
    let session = work.run.session();
    let epoch_name = item.epoch.map(|epoch| session.epoch_name(epoch)).unwrap_or_default();
    let known = if item.committed { "committed" } else { "not known to be committed" };
    let odd = if entry.conflicts { ", conflicts with the leader's log" } else { "" };
    let told = format!(
        "Entry {} of {}: {}, {epoch_name}, {known}{odd}",
        item.index,
        words::name(&work.scenario, row.node),
        item.text
    );
    let class = classes!(
        "log-entry",
        epoch::class(item.epoch),
        item.committed.then_some("committed"),
        entry.conflicts.then_some("conflicts"),
        is_new.then_some("fresh"),
        row.shared.is_some_and(|shared| item.index <= shared.applied).then_some("executed"),
    );
    let is_last = row.shared.is_some_and(|shared| shared.committed == item.index);
    let onclick = {
        let (desk, run, node, item, now) = (desk.clone(), work.run.clone(), row.node, item.clone(), work.now);
        Callback::from(move |_| {
            // A session that is being read cannot be computed further, so its reader is gone before anything is done.
            let event = entered(&*run.session(), node, &item, now);
            desk.pick.set(event.map(Pick::Event));
        })
    };
    html! {
        <td key={item.index} class={classes!("log-cell", is_last.then_some("commit-line"))} data-entry-at={item.index.to_string()}>
            <button type="button" {class} title={told} {onclick}>
                <span class="log-epoch"><span class="odd" hidden={!entry.conflicts}>{ "≠ " }</span>{ epoch_name }</span>
                <span class="log-text">{ item.text.clone() }</span>
                <span class="unseen">{ format!(", {known}{odd}") }</span>
            </button>
        </td>
    }
}

/// What the signs mean.
fn signs(is_shared: bool, longest: u64) -> Html {
    let sign = |(class, means): (&'static str, &'static str)| {
        html! { <li key={means}><span class={classes!("log-entry", class)} aria-hidden="true" />{ means }</li> }
    };
    let all: &[(&str, &str)] = if is_shared {
        &[
            ("committed", "known here to be committed"),
            ("", "not known to be"),
            ("conflicts", "≠ conflicts with the leader's log, or most servers'"),
            ("committed executed", "executed"),
            ("line", "committed up to here"),
        ]
    } else {
        &[("committed", "of a transaction that was committed"), ("", "of another")]
    };
    html! {
        <>
            <p key="empty" class="small log-empty" hidden={longest > 0}>{ "No log holds anything yet." }</p>
            <ul key="signs" class="log-signs" aria-label="Signs">{ for all.iter().copied().map(sign) }</ul>
        </>
    }
}
