//! What every component can reach: ways to change the stores. It holds no state and never changes, so nobody is drawn
//! again because of it.

use lightcone_formats::link::Document;
use lightcone_sim::ids::{MsgId, NodeId};
use lightcone_sim::order::Key;
use lightcone_sim::scenario::{Action, Scenario};
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::lecture::state::Lecture;
use crate::link;
use crate::store::look::{Habits, HabitsAction, Look, LookAction};
use crate::store::pick::Pick;
use crate::store::work::{Deed, Work, WorkAction};

/// Ways to change the stores.
#[derive(Clone, PartialEq)]
pub struct Desk {
    /// The document at work.
    pub work: UseReducerDispatcher<Work>,
    /// How it is looked at.
    pub look: UseReducerDispatcher<Look>,
    /// What stays with the reader.
    pub habits: UseReducerDispatcher<Habits>,
    /// How the page stands before an audience.
    pub lecture: UseReducerDispatcher<Lecture>,
    /// What is picked.
    pub pick: UseStateSetter<Option<Pick>>,
    /// What is open above the page.
    pub pop: UseStateSetter<Option<Pop>>,
    /// Opens another document.
    pub open: Callback<Opening>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

/// A document to be opened.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// This one.
    Document(Box<Document>),
    /// What this link opens: a protocol's name is one.
    Link(String),
    /// The one in this file.
    File(String),
    /// The file could not be read.
    Unreadable(String),
}

impl Opening {
    /// The document that it is, or why it is none.
    pub fn document(&self) -> Result<Document, String> {
        match self {
            Opening::Document(document) => Ok((**document).clone()),
            Opening::Link(text) => link::from_link(text),
            Opening::File(text) => link::from_file(text),
            Opening::Unreadable(why) => Err(why.clone()),
        }
    }
}

/// What can be open above the page; one at a time.
#[derive(Clone, Debug, PartialEq)]
pub enum Pop {
    /// A node's menu, at a place of the window, for a time of the run or for the playhead.
    Lane(NodeId, (f64, f64), Option<Ns>),
    /// What befalls a node between two times.
    Span(NodeId, Ns, Ns, (f64, f64)),
    /// A message's menu.
    Message(MsgId, (f64, f64)),
    /// Where the run may be gone to.
    Jump,
    /// Which node to crash or to recover.
    Crash,
    /// The partition editor, with a node to begin with.
    Partition(Option<NodeId>),
    /// Link and file.
    Share,
    /// Keys and first steps.
    Help,
    /// Options of the diagram.
    Options,
}

impl Desk {
    /// A person does something at the playhead.
    pub fn act(&self, deed: Deed) {
        self.work.dispatch(WorkAction::Do(deed));
    }

    /// A callback by which a person does something.
    pub fn acting(&self, deed: Deed) -> Callback<MouseEvent> {
        let desk = self.clone();
        Callback::from(move |_| desk.act(deed.clone()))
    }

    /// A callback by which something happens at the playhead.
    pub fn now(&self, action: Action) -> Callback<MouseEvent> {
        self.acting(Deed::Now(action))
    }

    /// A callback by which something happens at a time, or else at the playhead, and what is open closes, so that it can
    /// be seen.
    pub fn at_and_close(&self, at: Option<Ns>, action: Action) -> Callback<MouseEvent> {
        let desk = self.clone();
        let deed = Deed::at(at, action);
        Callback::from(move |_| {
            desk.pop.set(None);
            desk.act(deed.clone());
        })
    }

    /// A callback by which something happens to the document.
    pub fn working(&self, action: WorkAction) -> Callback<MouseEvent> {
        let work = self.work.clone();
        Callback::from(move |_| work.dispatch(action.clone()))
    }

    /// A callback by which the look changes.
    pub fn looking(&self, action: LookAction) -> Callback<MouseEvent> {
        let look = self.look.clone();
        Callback::from(move |_| look.dispatch(action.clone()))
    }

    /// A callback by which a habit changes.
    pub fn habit(&self, action: HabitsAction) -> Callback<MouseEvent> {
        let habits = self.habits.clone();
        Callback::from(move |_| habits.dispatch(action.clone()))
    }

    /// A callback that picks something, or nothing.
    pub fn picking(&self, pick: Option<Pick>) -> Callback<MouseEvent> {
        let set = self.pick.clone();
        Callback::from(move |_| set.set(pick))
    }

    /// A callback that opens something above the page, or closes it.
    pub fn popping(&self, pop: Option<Pop>) -> Callback<MouseEvent> {
        let set = self.pop.clone();
        Callback::from(move |_| set.set(pop.clone()))
    }

    /// Moves the playhead.
    pub fn go(&self, now: Key) {
        self.work.dispatch(WorkAction::Pause);
        self.work.dispatch(WorkAction::Go(now));
    }

    /// Another run of the same document.
    pub fn apply(&self, scenario: Scenario) {
        self.work.dispatch(WorkAction::Apply(Box::new(scenario)));
    }

    /// Opens a scenario as a document of its own.
    pub fn open_scenario(&self, scenario: Scenario) {
        self.open.emit(Opening::Document(Box::new(Document::from(scenario))));
    }
}

/// The desk, from anywhere below the app.
#[hook]
pub fn use_desk() -> Desk {
    use_context::<Desk>().expect("the app stands around every component")
}
