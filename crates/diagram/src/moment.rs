//! A moment of a run, as the drawing sees it: what is known by then, and what the selection makes stand out.

use lightcone_sim::cone::Cone;
use lightcone_sim::ids::{EventId, MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::session::Session;
use lightcone_sim::trace::{Instant, Trace};

use crate::view::Selected;
use crate::weave::Arrow;

/// What is drawn of a run is drawn for a moment.
pub(crate) struct Moment<'a> {
    pub session: &'a dyn Session,
    pub trace: &'a Trace,
    pub now: Key,
    /// Whether what is not known yet is left out.
    pub hides_future: bool,
    pub related: Option<&'a Related>,
}

impl Moment<'_> {
    /// Whether something that shows at this instant is drawn at all.
    pub fn shows(&self, at: Instant) -> bool {
        !self.hides_future || at <= self.now.instant()
    }

    /// Whether an event has happened.
    pub fn has_happened(&self, id: EventId) -> bool {
        self.trace.event(id).is_some_and(|event| event.key <= self.now)
    }

    /// Whether a message has set out and is neither there nor lost.
    pub fn is_under_way(&self, arrow: &Arrow) -> bool {
        let now = self.now.instant();
        if arrow.sent > now || arrow.over < now {
            return false;
        }
        let sender = EventId { node: arrow.id.node, index: arrow.event };
        let to = self.trace.nodes().at(arrow.to);
        self.has_happened(sender) && (arrow.over > now || Key::fate(arrow.over, to, arrow.id) > self.now)
    }

    /// ` dim` for what has nothing to do with the selection.
    pub fn dim_event(&self, lane: usize, id: EventId) -> &'static str {
        match self.related {
            Some(related) if !related.has_event(self.trace, lane, id) => " dim",
            _ => "",
        }
    }

    /// ` dim` for a message that has nothing to do with the selection.
    pub fn dim_arrow(&self, arrow: &Arrow) -> &'static str {
        match self.related {
            Some(related) if !related.has_arrow(self.trace, arrow) => " dim",
            _ => "",
        }
    }
}

/// What an event can have changed and been changed by.
#[derive(Clone, Debug)]
pub(crate) struct Related {
    pub selected: Selected,
    /// By lane: the last event in the past cone, by index; 0: none.
    pub past: Vec<u32>,
    pub future: Cone,
}

impl Related {
    /// The cones of what is selected; `None` if there is no such thing in this run.
    pub fn new(trace: &Trace, selected: Selected) -> Option<Related> {
        let (past_of, future_of) = match selected {
            Selected::Event(event) => (event, Some(event)),
            Selected::Message(id) => {
                let message = trace.message(id)?;
                let landed = EventId { node: message.to, index: message.fate.event };
                let sent = EventId { node: id.node, index: message.event };
                (sent, (message.fate.event > 0).then_some(landed))
            }
        };
        trace.event(past_of)?;
        let future = match future_of {
            Some(event) => Cone::future(trace, event),
            None => Cone::empty(trace.nodes()),
        };
        Some(Related { selected, past: trace.past(past_of), future })
    }

    fn has_event(&self, trace: &Trace, lane: usize, id: EventId) -> bool {
        self.past.get(lane).is_some_and(|&last| id.index <= last)
            || trace.event(id).is_some_and(|event| self.future.contains(id.node, event.key.instant()))
    }

    fn has_arrow(&self, trace: &Trace, arrow: &Arrow) -> bool {
        let is_past = arrow.landed > 0
            && self.past.get(arrow.to).is_some_and(|&last| arrow.landed <= last)
            && self.past.get(arrow.from).is_some_and(|&last| arrow.event <= last);
        let sender: NodeId = trace.nodes().at(arrow.from);
        is_past || self.selected == Selected::Message(arrow.id) || self.future.contains(sender, arrow.sent)
    }

    /// Whether this message is the selected one.
    pub fn is_selected(&self, id: MsgId) -> bool {
        self.selected == Selected::Message(id)
    }
}
