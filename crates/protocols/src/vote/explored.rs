//! What must be so in every state.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Explored, Milestone, World};
use lightcone_sim::ids::NodeId;

use super::monitors::{AGREEMENT, DECIDABLE, NONTRIVIALITY, split};
use super::{Client, State, Vote};

fn client(local: &Local<Vote>) -> Option<&Client> {
    match &local.state {
        Some(State::Client(client)) => Some(client),
        _ => None,
    }
}

impl Explored for Vote {
    const PROPERTIES: &'static [&'static str] = &[AGREEMENT, NONTRIVIALITY, DECIDABLE];
    const LOOKS_AT_ALL: bool = true;

    fn milestones(&self, me: NodeId, local: &Local<Vote>) -> Vec<Milestone> {
        let learned = client(local).and_then(|client| client.learned);
        let of = |value: super::Value| Milestone {
            property: AGREEMENT,
            about: 0,
            is: value as u64,
            text: format!("{me} has learned {value}"),
        };
        learned.map(of).into_iter().collect()
    }

    fn always(&self, world: &World<'_, Vote>) -> Result<(), Broken> {
        let clients = || world.nodes.iter().filter_map(|(node, local)| Some((node, client(local)?)));
        for (node, value) in clients().filter_map(|(node, client)| Some((node, client.learned?))) {
            if clients().all(|(_, client)| client.proposed != Some(value)) {
                let text = format!("{node} has learned {value}, which nobody proposed.");
                return Err(Broken { property: NONTRIVIALITY, text });
            }
        }
        let acceptors = world.nodes.iter().filter(|(node, _)| !node.is_client());
        match split(self, acceptors.map(|(_, local)| local.stable.votes.as_slice())) {
            Some(text) => Err(Broken { property: DECIDABLE, text }),
            None => Ok(()),
        }
    }

    /// Whoever was asked for something has been told what was chosen.
    fn may_end(&self, world: &World<'_, Vote>) -> bool {
        let mut clients = world.nodes.iter().filter_map(|(_, local)| client(local));
        clients.all(|client| client.asked.is_none())
    }
}
