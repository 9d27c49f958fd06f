//! The nodes at the playhead, and the messages that move between them.

use lightcone_diagram::{Frame, View, cluster};
use yew::prelude::*;

use crate::desk::use_desk;
use crate::diagram::layer::Layer;
use crate::diagram::pane::{Click, click_on, clicked, selected};
use crate::diagram::target;
use crate::diagram::toolbar::{labels, more};
use crate::hooks::measure::use_size;
use crate::hooks::media::{STILL, use_media};
use crate::views::ViewProps;
use crate::views::sights::sights;

/// The cluster.
#[component]
pub fn Cluster(props: &ViewProps) -> Html {
    let desk = use_desk();
    let node = use_node_ref();
    let size = use_size(&node);
    let still = use_media(STILL);
    let work = &props.work;
    let onclick = {
        let (desk, run) = (desk.clone(), work.run.clone());
        Callback::from(move |event: MouseEvent| {
            // A session that is being read cannot be computed further, so its reader is gone before anything is done.
            let click = {
                let session = run.session();
                target::under(event.target(), session.trace())
                    .map_or(Some(Click::Pick(None)), |target| click_on(session.trace(), target))
            };
            clicked(&desk, click.unwrap_or(Click::Nothing), &event);
        })
    };
    let session = work.run.session();
    let trace = session.trace();
    // Where motion is unwelcome, nothing moves but when something happens.
    let last = trace.last_event(work.now).filter(|_| still).and_then(|last| trace.event(last));
    let now = last.map_or(work.now, |last| last.key);
    let view = View { text_px: props.text_px, hide_future: work.quiz, ..props.look.view.clone() };
    let frame = Frame { selected: props.pick.map(selected), ..Frame::at(now) };
    let picture = size.map(|(width, height)| {
        let drawn = cluster(&*session, &view, &frame, (width, height));
        html! {
            <svg class="cluster-picture lightcone" width={width.to_string()} height={height.to_string()} role="group" aria-label={format!("Cluster, {}", drawn.title)}>
                <desc>{ drawn.desc }</desc>
                { for drawn.layers.iter().map(|layer| html! { <Layer key={layer.name} layer={layer.clone()} /> }) }
            </svg>
        }
    });
    html! {
        <section class="pane" aria-label="Cluster" data-view="cluster">
            <div class="toolbar" role="toolbar" aria-label="Diagram">
                { sights(&desk, props.sight, &*session) }
                // On a phone the room is the picture's.
                if !props.narrow {
                    <>{ labels(&desk, props.look.view.labels) }{ more(&desk, props.options_open) }</>
                }
            </div>
            <div ref={node} class="cluster" {onclick}>{ picture.unwrap_or_else(|| html! { <svg /> }) }</div>
        </section>
    }
}
