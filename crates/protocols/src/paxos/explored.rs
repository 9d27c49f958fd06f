//! What must hold in every state, for whoever goes through all of them: agreement (§2.1).

use std::hash::{DefaultHasher, Hash, Hasher};

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Contents, Explored, Milestone, Names, Object, World};
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::sorted::Set;

use super::messages::{Op, Ret, Value};
use super::proposer::Phase;
use super::{Paxos, State};

/// *Only a single value is chosen.*
const AGREEMENT: &str = "agreement";
/// What [`Milestone::about`] says of one that tells what was learned; all others tell what one acceptor accepted.
const LEARNED: u64 = 0;

/// Some schedule lets a learner learn a value.
const CHOSEN: &str = "a value is learned";

/// What proposers are promised: the first value proposed is chosen, and all hear of that one.
fn consensus(contents: &mut Contents, op: &Op) -> Ret {
    let Op::Propose(value) = op;
    let chosen = contents.entry(String::new()).or_insert_with(|| value.to_string());
    Ret::Chosen(Value::new(chosen))
}

/// A number for anything, other than [`LEARNED`]. It need be the same only within one exploration.
fn digest(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish().max(1)
}

impl Explored for Paxos {
    const PROPERTIES: &'static [&'static str] = &[AGREEMENT];
    const LOOKS_AT_ALL: bool = true;
    // What was accepted once is a milestone.
    const STAYS_BROKEN: bool = true;
    const SOMETIMES: &'static [&'static str] = &[CHOSEN];
    const OBJECT: Option<Object<Paxos>> = Some(consensus);

    fn milestones(&self, me: NodeId, local: &Local<Paxos>) -> Vec<Milestone> {
        let accepted = local.stable.accepted.as_ref().map(|proposal| Milestone {
            property: AGREEMENT,
            about: digest((me, proposal)),
            is: digest(proposal),
            text: proposal.value.to_string(),
        });
        let learned = match &local.state {
            Some(State::Server(server)) => server.learner.learned.as_ref(),
            _ => None,
        };
        let learned = learned.map(|value| Milestone {
            property: AGREEMENT,
            about: LEARNED,
            is: digest(value),
            text: format!("{me} learned that {value} was chosen"),
        });
        accepted.into_iter().chain(learned).collect()
    }

    fn sometimes(&self, _: NodeId, local: &Local<Paxos>) -> Vec<&'static str> {
        let learned = match &local.state {
            Some(State::Server(server)) => server.learner.learned.is_some(),
            _ => false,
        };
        learned.then_some(CHOSEN).into_iter().collect()
    }

    fn interchangeable(&self, nodes: Nodes) -> Result<Vec<Vec<NodeId>>, &'static str> {
        // Proposers are told apart by their ballots, the others only by their roles.
        let others =
            (0..nodes.servers).map(NodeId::server).filter(|&node| !Self::plays(&self.proposers, node));
        let roles = |node: NodeId| (self.is_acceptor(node), Self::plays(&self.learners, node));
        let (mut groups, mut all) = (Vec::new(), Vec::new());
        for node in others {
            match all.iter().position(|&of| of == roles(node)) {
                Some(place) => {
                    let group: &mut Vec<NodeId> = &mut groups[place];
                    group.push(node);
                }
                None => {
                    all.push(roles(node));
                    groups.push(vec![node]);
                }
            }
        }
        if groups.iter().all(|group| group.len() < 2) {
            return Err("whoever proposes is told apart by its ballots: set `proposers` to fewer than all");
        }
        Ok(groups)
    }

    fn renamed(&self, local: &Local<Paxos>, names: &Names<'_>) -> Local<Paxos> {
        let mut renamed = local.clone();
        if let Some(State::Server(server)) = &mut renamed.state {
            let heard = std::mem::take(&mut server.learner.heard).into_iter();
            let of = |who: Set<NodeId>| who.iter().map(|&node| names(node)).collect::<Set<NodeId>>();
            server.learner.heard = heard.map(|(proposal, who)| (proposal, of(who))).collect();
            if let Some(proposer) = &mut server.proposer {
                proposer.waiting = proposer.waiting.iter().map(|&node| names(node)).collect();
                if let Phase::Prepare { promises, .. } = &mut proposer.phase {
                    *promises = promises.iter().map(|(&node, said)| (names(node), said.clone())).collect();
                }
            }
        }
        renamed
    }

    fn always(&self, world: &World<'_, Paxos>) -> Result<(), Broken> {
        let accepted = || world.milestones.iter().filter(|milestone| milestone.about != LEARNED);
        // A proposal is chosen once a majority has accepted it, whatever becomes of these acceptors.
        let is_chosen = |proposal: &&&Milestone| {
            accepted().filter(|other| other.is == proposal.is).count() >= self.majority()
        };
        let mut chosen = accepted().filter(is_chosen);
        let Some(first) = chosen.next() else { return Ok(()) };
        match chosen.find(|other| other.text != first.text) {
            Some(other) => {
                let text = format!("Two values were chosen: {} and {}.", first.text, other.text);
                Err(Broken { property: AGREEMENT, text })
            }
            None => Ok(()),
        }
    }
}
