//! A run seen otherwise than in the space-time diagram: as a cluster, by its logs, as a table of its events. They share
//! the one playhead and the one selection of the page.

mod cluster;
mod logs;
pub mod sights;
mod table;

use lightcone_sim::ids::NodeId;
use yew::prelude::*;

use crate::lazy;
use crate::store::look::{Look, Sight};
use crate::store::pick::Pick;
use crate::store::work::Work;

/// What each of the views is given.
#[derive(Clone, Properties, PartialEq)]
pub struct ViewProps {
    /// As what the run is shown.
    pub sight: Sight,
    /// The document at work.
    pub work: UseReducerHandle<Work>,
    /// How it is looked at.
    pub look: UseReducerHandle<Look>,
    /// Size of the smallest text.
    pub text_px: f64,
    /// What is picked.
    pub pick: Option<Pick>,
    /// All nodes in order.
    pub lanes: Vec<NodeId>,
    /// Whether the window is a phone's.
    pub narrow: bool,
    /// Whether a reader chose this view, and it is not what the page opened with.
    pub chosen: bool,
    /// Whether the options are open.
    pub options_open: bool,
}

impl ViewProps {
    /// The servers that are not hidden, in order.
    fn servers(&self) -> Vec<NodeId> {
        let hidden = &self.look.view.hidden_nodes;
        self.lanes.iter().copied().filter(|node| !node.is_client() && !hidden.contains(node)).collect()
    }
}

lazy::chunk! {
    /// One of the views beside the space-time diagram. This is the only way into them.
    pub static VIEW: views(ViewProps) = |props| view(props.clone());
}

fn view(props: ViewProps) -> Html {
    match props.sight {
        Sight::Cluster | Sight::SpaceTime => html! { <cluster::Cluster key="cluster" ..props /> },
        Sight::Logs => html! { <logs::Logs key="logs" ..props /> },
        Sight::Table => html! { <table::Table key="table" ..props /> },
    }
}
