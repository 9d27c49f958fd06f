//! What Raft promises of every state (Figure 3), for whoever goes through all of them.

use lightcone_sim::alone::Local;
use lightcone_sim::explored::{Broken, Contents, Explored, Milestone, Names, Object, World, permuted};
use lightcone_sim::ids::{NodeId, Nodes};

use super::Raft;
use super::display::command_text;
use super::log::Digest;
use super::machine::{NIL, Op, Ret};
use super::types::{Answer, Command, Index, Msg, Role, Serial, Server, Stable, State};

/// **Election Safety**: at most one leader can be elected in a given term (§5.2).
const ELECTION_SAFETY: &str = "election safety";
/// **Leader Append-Only**: a leader never overwrites or deletes entries in its log; it only appends new entries (§5.3).
const LEADER_APPEND_ONLY: &str = "leader append-only";
/// **Leader Completeness**: if a log entry is committed in a given term, then that entry will be present in the logs of the
/// leaders for all higher-numbered terms (§5.4).
const LEADER_COMPLETENESS: &str = "leader completeness";
/// **State Machine Safety**: if a server has applied a log entry at a given index to its state machine, no other server will
/// ever apply a different log entry for the same index (§5.4.3).
const STATE_MACHINE_SAFETY: &str = "state machine safety";

/// Some schedule elects a leader.
const ELECTED: &str = "a leader is elected";
/// Some schedule commits an entry.
const COMMITTED: &str = "an entry is committed";

/// What a read by lease promises: nothing is missing that was done before it began (dissertation, §6.4).
const NO_STALE_READ: &str = "no stale read";
/// [`Milestone::about`] of a read that was answered by lease; otherwise it tells of an entry that was executed.
const BY_LEASE: u64 = 1 << 63;

/// A request, and how far the log was executed with it, for [`Milestone::about`].
fn request(client: NodeId, serial: Serial, index: Index) -> u64 {
    u64::from(client.number()) << 48 | (serial.0 & 0xffff) << 32 | index.0 & 0xffff_ffff
}

fn server(local: &Local<Raft>) -> Option<&Server> {
    match &local.state {
        Some(State::Server(server)) => Some(server),
        _ => None,
    }
}

/// What stands at an index of a server's log: a digest of it alone, and its text.
fn entry(stable: &Stable, index: u64) -> Option<(u64, String)> {
    let entry = stable.log.get(Index(index))?;
    let text = format!("{} of term {}", command_text(&entry.command), entry.term);
    Some((Digest::default().after(entry).0, text))
}

fn is_leader(server: &Server) -> bool {
    matches!(server.role, Role::Leader { .. })
}

impl Explored for Raft {
    const PROPERTIES: &'static [&'static str] =
        &[ELECTION_SAFETY, LEADER_APPEND_ONLY, LEADER_COMPLETENESS, STATE_MACHINE_SAFETY, NO_STALE_READ];
    const LOOKS_AT_ALL: bool = true;
    const LOOKS_BETWEEN: bool = true;
    const SOMETIMES: &'static [&'static str] = &[ELECTED, COMMITTED];
    const OBJECT: Option<Object<Raft>> = Some(store);

    fn milestones(&self, me: NodeId, local: &Local<Raft>) -> Vec<Milestone> {
        let Some(server) = server(local) else { return Vec::new() };
        let mut milestones = Vec::new();
        if is_leader(server) {
            let term = local.stable.current_term;
            let text = format!("{me} leads term {term}");
            let is = u64::from(me.number());
            milestones.push(Milestone { property: ELECTION_SAFETY, about: term.0, is, text });
            // One that is committed stands for all before it.
            let index = server.commit_index;
            if let (Some((_, text)), Some(digest)) =
                (entry(&local.stable, index.0), local.stable.log.digest_at(index))
            {
                let text = format!("{text} was committed as entry {index} in term {term}");
                let (about, is) = (term.0 << 32 | index.0, digest.0);
                milestones.push(Milestone { property: LEADER_COMPLETENESS, about, is, text });
            }
        }
        for index in 1..=server.last_applied.0 {
            if let Some((is, text)) = entry(&local.stable, index) {
                let text = format!("{text} has been executed as entry {index}");
                milestones.push(Milestone { property: STATE_MACHINE_SAFETY, about: index, is, text });
            }
        }
        if self.has_leases() {
            milestones.extend(reads(me, server, &local.stable));
        }
        milestones
    }

    fn always(&self, world: &World<'_, Raft>) -> Result<(), Broken> {
        let committed =
            || world.milestones.iter().filter(|milestone| milestone.property == LEADER_COMPLETENESS);
        for (leader, local) in &world.nodes {
            let term = local.stable.current_term;
            if !server(local).is_some_and(is_leader) {
                continue;
            }
            // A leader of that very term or an earlier one may not have heard of it.
            let lacks = committed().find(|milestone| {
                let index = Index(milestone.about & 0xffff_ffff);
                term.0 > milestone.about >> 32
                    && local.stable.log.digest_at(index).map(|digest| digest.0) != Some(milestone.is)
            });
            if let Some(milestone) = lacks {
                let text = format!("{leader} leads term {term} without it: {}.", milestone.text);
                return Err(Broken { property: LEADER_COMPLETENESS, text });
            }
        }
        stale_read(&world.milestones)
    }

    fn between(&self, before: &World<'_, Raft>, after: &World<'_, Raft>) -> Result<(), Broken> {
        for ((leader, before), (_, after)) in before.nodes.iter().zip(&after.nodes) {
            let (log, then) = (&before.stable.log, &after.stable.log);
            let (index, digest) = (log.last_index(), log.last_digest());
            let is_longer = then.digest_at(index) == Some(digest);
            if !is_longer && server(after).is_some_and(is_leader) {
                let term = after.stable.current_term;
                let text = format!(
                    "{leader} leads term {term} and deletes or overwrites entries of its own log, which went up to {index}."
                );
                return Err(Broken { property: LEADER_APPEND_ONLY, text });
            }
        }
        Ok(())
    }

    fn sometimes(&self, _: NodeId, local: &Local<Raft>) -> Vec<&'static str> {
        let Some(server) = server(local) else { return Vec::new() };
        let elected = is_leader(server).then_some(ELECTED);
        let committed = (server.commit_index > Index(0)).then_some(COMMITTED);
        elected.into_iter().chain(committed).collect()
    }

    fn looks_alike(&self, one: &Local<Raft>, other: &Local<Raft>) -> bool {
        one == other || ![one, other].into_iter().any(|local| server(local).is_some_and(is_leader))
    }

    fn interchangeable(&self, nodes: Nodes) -> Result<Vec<Vec<NodeId>>, &'static str> {
        match nodes.clients {
            _ if self.has_leases() => Err("a lease counts who has answered, server by server"),
            0 => Ok(vec![(0..nodes.servers).map(NodeId::server).collect()]),
            _ => {
                Err("clients ask the servers one after the other, so that no two servers are interchangeable")
            }
        }
    }

    fn renamed(&self, local: &Local<Raft>, names: &Names<'_>) -> Local<Raft> {
        let mut renamed = local.clone();
        renamed.stable.voted_for = renamed.stable.voted_for.map(names);
        if let Some(State::Server(server)) = &mut renamed.state {
            match &mut server.role {
                Role::Follower { leader } => *leader = leader.map(names),
                Role::Candidate { votes } => *votes = votes.iter().map(|&vote| names(vote)).collect(),
                Role::Leader { progress } => *progress = permuted(progress, 0, names),
            }
        }
        renamed
    }

    fn renamed_msg(&self, msg: &Msg, names: &Names<'_>) -> Msg {
        let mut renamed = msg.clone();
        match &mut renamed {
            Msg::RequestVote(rpc) => rpc.candidate_id = names(rpc.candidate_id),
            Msg::AppendEntries(rpc) => rpc.leader_id = names(rpc.leader_id),
            Msg::Reply(reply) => {
                if let Answer::NotLeader { hint } = &mut reply.answer {
                    *hint = hint.map(names);
                }
            }
            Msg::RequestVoteReply(_) | Msg::AppendEntriesReply(_) | Msg::Request(_) => {}
        }
        renamed
    }
}

/// The key-value store that clients are promised, without any log.
fn store(contents: &mut Contents, op: &Op) -> Ret {
    let value_of = |contents: &Contents, key: &str| contents.get(key).cloned();
    match op {
        Op::Get { key } => Ret::Value(value_of(contents, key).map(|value| value.as_str().into())),
        Op::Put { key, value } => {
            contents.insert(key.to_string(), value.to_string());
            Ret::Ok
        }
        Op::Append { key, value } => {
            contents.entry(key.to_string()).or_default().push_str(value);
            Ret::Ok
        }
        Op::Cas { key, old, new } => {
            let now = value_of(contents, key).unwrap_or_else(|| NIL.to_owned());
            if now != old.as_str() {
                return Ret::Failed;
            }
            contents.insert(key.to_string(), new.to_string());
            Ret::Ok
        }
    }
}

/// What was executed, and what was read by lease.
fn reads(me: NodeId, server: &Server, stable: &Stable) -> Vec<Milestone> {
    let milestone = |about, is, text| Milestone { property: NO_STALE_READ, about, is, text };
    let executed = (1..=server.last_applied.0).filter_map(|index| {
        let Command::Client(asked) = &stable.log.get(Index(index))?.command else { return None };
        let about = request(asked.client, asked.serial, Index(index));
        Some(milestone(about, index, format!("{}'s {} is entry {index}", asked.client, asked.op)))
    });
    let read = server.lease.read.map(|(client, serial, index)| {
        let text = format!("{me} answered {client}'s request {serial} from its log up to {index}");
        milestone(BY_LEASE | request(client, serial, index), index.0, text)
    });
    executed.chain(read).collect()
}

/// A client calls once the call before is answered: so all that it asked for before stands before what it reads.
fn stale_read(milestones: &[&Milestone]) -> Result<(), Broken> {
    let of = |by_lease: bool| {
        milestones.iter().filter(move |milestone| {
            milestone.property == NO_STALE_READ && (milestone.about & BY_LEASE != 0) == by_lease
        })
    };
    let (client, serial) = (|about: u64| about << 1 >> 49, |about: u64| about >> 32 & 0xffff);
    // A request may stand in the log twice, and is executed the first time.
    let is_first = |done: &Milestone| {
        !of(false).any(|other| other.about >> 32 == done.about >> 32 && other.is < done.is)
    };
    for read in of(true) {
        let before = |done: &&&Milestone| {
            client(done.about) == client(read.about)
                && serial(done.about) < serial(read.about)
                && done.is > read.is
                && is_first(done)
        };
        if let Some(done) = of(false).find(before) {
            let text = format!("{}, and {}, which was done before: a stale read.", read.text, done.text);
            return Err(Broken { property: NO_STALE_READ, text });
        }
    }
    Ok(())
}
