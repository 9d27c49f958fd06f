//! A picture of a lab's own run, drawn by the diagram. While it plays its playhead moves.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use lightcone_diagram::{Frame, Labels, Layout, Theme, View, svg_between};
use lightcone_labs::Look;
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::time::Ns;
use lightcone_web::hooks::media::{STILL, use_media};
use lightcone_web::store::run::Run;
use yew::prelude::*;

use crate::course::{Fetched, Known, use_lab};
use crate::fit::Room;
use crate::home::sight::use_in_sight;
use crate::shade::use_shade;

/// The least room of a picture, in px; what is shown of it is smaller.
const ROOM: Room = Room { along: 520.0, across: 290.0 };
/// What is seen of the lanes before the span begins, in px.
const LEAD: f64 = 24.0;
/// Messages that are drawn smaller than this, of their natural size, are a grey smear.
const LEAST_ZOOM: f64 = 0.42;
/// How often a moving picture is drawn, in ms.
const EVERY: u32 = 100;
/// In how many pictures it comes from the beginning to the end.
const PICTURES: u64 = 90;

/// Properties of [`Thumbnail`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lab's id.
    pub id: &'static str,
    /// Whether it moves.
    pub plays: bool,
}

/// What is drawn, once it has been computed.
struct Drawn {
    run: Run,
    layout: Layout,
    /// The length of the picture, heads included.
    along: f64,
    /// The span in sight.
    span: (Ns, Ns),
    /// The telling moment.
    at: Ns,
}

impl Drawn {
    fn of(known: &Known) -> Option<Rc<Drawn>> {
        let lab = &known.lab;
        let scenario = lab.scenario_of(0);
        let run = Run::whole(scenario).ok()?;
        let Look { at, from, to, .. } = lab.steps.first().map(|step| step.look.clone()).unwrap_or_default();
        let from = from.unwrap_or(Ns::ZERO);
        let to = to.unwrap_or(scenario.until).min(scenario.until).max(from + Ns(1));
        let (layout, along) = layout(&*run.session(), (from, to));
        // A beginning at which nothing has happened tells nothing.
        let half = from + Ns((to.0 - from.0) / 2);
        let at = at.filter(|&at| at > half).unwrap_or(from + Ns((to.0 - from.0) / 20 * 13));
        Some(Rc::new(Drawn { run, layout, along, span: (from, to), at }))
    }

    /// The picture at a moment, as the address of an image: what stands in it can be nothing but a picture.
    fn picture(&self, now: Ns, theme: Theme) -> String {
        let room = self.along - self.layout.gutter();
        let first = self.layout.x_of((self.span.0, 0)) - LEAD;
        // What is longer than the picture moves on with its playhead.
        let from = first.max(self.layout.x_of((now, u32::MAX)) - room * 0.7);
        let window = (from, from + room);
        let session = self.run.session();
        let frame = Frame { window: Some(window), ..Frame::at(Key::end_of(now)) };
        let svg = svg_between(&self.layout.scene(&*session, &frame), theme, window);
        format!("data:image/svg+xml,{}", js_sys::encode_uri_component(&svg))
    }

    /// The moment of one of the pictures that make it move: the playhead goes evenly over the picture, and over what is idle
    /// as fast as that is short.
    fn moment(&self, picture: u64) -> Ns {
        let (from, to) = (self.layout.x_of((self.span.0, 0)), self.layout.x_of((self.span.1, u32::MAX)));
        let share = (picture % PICTURES) as f64 / PICTURES as f64;
        self.layout.time_at(from + (to - from) * share)
    }
}

/// Everything's place, so that a span and all lanes fill a picture, and the picture's length.
fn layout(session: &dyn Session, span: (Ns, Ns)) -> (Layout, f64) {
    let lanes = session.trace().nodes().len().max(1) as f64;
    let view = View {
        labels: Labels::None,
        lane_gap_px: ((ROOM.across - 70.0) / lanes).clamp(20.0, 110.0),
        ..View::default()
    };
    let natural = Layout::natural_zoom(session);
    let flat = Room { across: 0.0, ..ROOM };
    // Lanes keep apart: where there are many the picture is a larger one, of the same shape.
    let across = Layout::new(session, &view, flat.space(natural)).across();
    let room = Room { along: ROOM.along.max(across * ROOM.along / ROOM.across), ..flat };
    let zoom = room.zoom(session, &view, span).max(LEAST_ZOOM);
    (Layout::new(session, &view, room.space(natural * zoom)), room.along)
}

/// A picture of a lab's own run.
#[component]
pub fn Thumbnail(props: &Props) -> Html {
    let node = use_node_ref();
    let in_sight = use_in_sight(&node);
    let (lab, _) = use_lab(props.id, in_sight);
    let drawn = use_state(|| None::<Rc<Drawn>>);
    let count = use_state_eq(|| None::<u64>);
    let still = use_media(STILL);
    let moves = props.plays && in_sight && !still;
    let theme = if use_shade() == "dark" { Theme::Dark } else { Theme::Light };
    // The list stands before its pictures are computed.
    use_effect_with((lab, in_sight, drawn.is_some()), {
        let drawn = drawn.setter();
        move |(lab, in_sight, is_drawn)| {
            let known = match lab {
                Fetched::Here(known) if *in_sight && !is_drawn => Some(known.clone()),
                // Who opens the lab is told what is wrong with it.
                _ => None,
            };
            let timer = known.map(|known| Timeout::new(0, move || drawn.set(Drawn::of(&known))));
            move || drop(timer)
        }
    });
    // Each picture is asked for when the one before stands: a busy machine shows fewer, and is left time for all else.
    use_effect_with((moves, drawn.is_some(), *count), {
        let count = count.setter();
        move |&(moves, is_drawn, before)| {
            let next = before.map_or(0, |before| before + 1);
            let timer = (moves && is_drawn).then(|| Timeout::new(EVERY, move || count.set(Some(next))));
            move || drop(timer)
        }
    });
    let now =
        drawn.as_ref().map(|drawn| count.filter(|_| moves).map_or(drawn.at, |count| drawn.moment(count)));
    let picture = drawn.as_ref().zip(now).map(|(drawn, now)| drawn.picture(now, theme));
    html! {
        <div ref={node} class="thumbnail" data-at={now.map(|now| now.0.to_string())}>
            <img src={picture.unwrap_or_else(|| EMPTY.to_owned())} alt="" width="520" height="290" />
        </div>
    }
}

/// What stands there before the picture does.
const EMPTY: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
