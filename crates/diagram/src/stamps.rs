//! What logical clocks show, beside every event that ticks them.

use std::sync::OnceLock;

use lightcone_sim::causality::ghost::Ghosts;
use lightcone_sim::ids::EventId;
use lightcone_sim::session::Session;

use crate::captions::{About, CROSSINGS, Caption, Writer};
use crate::marks::events_in;
use crate::pen::Words;
use crate::proposals::by;
use crate::scene::Target;
use crate::view::{Stamps, View};

/// Tells dotted version vectors and interval tree clocks.
pub type Teller = fn(&dyn Session, &mut Ghosts, EventId, Stamps) -> Option<String>;

/// It is heavy for what it is needed for: a page fetches it when it is.
static TELLER: OnceLock<Teller> = OnceLock::new();

/// Lets dotted version vectors and interval tree clocks be told from here on, by [`tell_ghosts`].
pub fn with_ghosts(teller: Teller) {
    TELLER.get_or_init(|| teller);
}

/// Whether these can be told.
pub fn can_tell(stamps: Stamps) -> bool {
    !matches!(stamps, Stamps::Dotted | Stamps::Tree) || TELLER.get().is_some()
}

/// What a dotted version vector or an interval tree clock shows at an event.
pub fn tell_ghosts(
    session: &dyn Session,
    ghosts: &mut Ghosts,
    event: EventId,
    stamps: Stamps,
) -> Option<String> {
    match stamps {
        Stamps::Dotted => Some(ghosts.of(session.trace(), event)?.dotted.to_string()),
        Stamps::Tree => Some(ghosts.tree(session.trace(), event)?.to_string()),
        _ => None,
    }
}

/// What has been computed of a run's clocks, if anything has.
pub(crate) type Known = Option<Box<Ghosts>>;

/// What a logical clock shows at an event, as its paper writes it; `None` for what ticks no clock.
fn stamp(session: &dyn Session, ghosts: &mut Known, event: EventId, stamps: Stamps) -> Option<String> {
    let trace = session.trace();
    let record = trace.event(event).filter(|record| record.kind.is_activation())?;
    match stamps {
        Stamps::None => None,
        Stamps::Lamport => Some(record.lamport.to_string()),
        Stamps::Vector => {
            let entries: Vec<String> = trace.vector(event).iter().map(u32::to_string).collect();
            Some(format!("[{}]", entries.join(" ")))
        }
        Stamps::Dotted | Stamps::Tree => {
            TELLER.get()?(session, ghosts.get_or_insert_with(Box::default), event, stamps)
        }
    }
}

/// How long stamps are at most, in heights of text: so far apart events stand, so that each has room for its own.
pub(crate) fn width(session: &dyn Session, view: &View) -> f64 {
    let nodes = session.trace().nodes().len() as f64;
    match view.stamps {
        Stamps::None => 0.0,
        Stamps::Lamport => 2.0,
        // More than a screen shows at once is cut to what finds room.
        Stamps::Vector => (nodes * 1.05 + 1.0).min(12.0),
        Stamps::Dotted | Stamps::Tree => 12.0,
    }
}

impl Writer<'_> {
    /// What a logical clock shows at each event that has room for it.
    pub(crate) fn stamps(&mut self) {
        let layout = self.layout;
        if layout.view.stamps == Stamps::None {
            return;
        }
        // No caption is looked up while others are written.
        let mut cache = layout.cache.borrow_mut();
        for (lane, (node, _)) in self.session.trace().lanes().enumerate() {
            let Some(across) = layout.lanes.across_at(lane) else { continue };
            for index in events_in(&layout.weave, lane, self.chunk) {
                let event = EventId { node, index };
                let Some((_, x)) = self.event_here(event) else { continue };
                let Some(content) = stamp(self.session, &mut cache.ghosts, event, layout.view.stamps) else {
                    continue;
                };
                let words = Words::unplaced(content, self.text, false);
                let proposals = by(self.flow(), x, across, &words).into_iter().flatten();
                let Some(words) = self.ground.place(proposals, CROSSINGS) else { continue };
                let from = self.session.trace().event(event).map(|record| record.key.instant());
                self.say(Caption {
                    key: format!("stamp-{event}"),
                    class: "stamp",
                    hue: None,
                    target: Some(Target::Event(event)),
                    words,
                    leader: None,
                    block: None,
                    from: from.unwrap_or_default(),
                    about: About::Event(lane, event),
                });
            }
        }
    }
}
