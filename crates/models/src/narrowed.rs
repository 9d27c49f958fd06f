//! Schedules that are left out where a bug lies too deep for all of them.

use lightcone_explore::Narrowed;
use lightcone_protocols::raft::{Appended, Msg, Raft, Role, Server, State, Timer};
use lightcone_sim::alone::Local;
use lightcone_sim::ids::NodeId;

/// Elections to the point, and no news of what is over. Whoever is to hear of a newer term does so by the vote that it is
/// asked for, in one step; a refusal would take two.
pub(crate) const RAFT: Narrowed<Raft> = Narrowed {
    words: "nobody hears of a term that is over, candidates do not ask again, leaders send no heartbeats",
    fires: |_, _, local, timer| match (server(local), timer) {
        (Some(server), Timer::Election) => matches!(server.role, Role::Follower { .. }),
        (Some(_), Timer::Heartbeat) => false,
        (_, _) => true,
    },
    arrives,
};

fn server(local: &Local<Raft>) -> Option<&Server> {
    match &local.state {
        Some(State::Server(server)) => Some(server),
        _ => None,
    }
}

fn arrives(_: &Raft, me: NodeId, local: &Local<Raft>, msg: &Msg) -> bool {
    let disk = &local.stable;
    let Some(term) = msg.term().filter(|_| !me.is_client()) else { return true };
    if term != disk.current_term {
        // Terms only grow; and a refusal tells a newer one of nothing that the vote asked for does not.
        let refuses = |msg: &Msg| match msg {
            Msg::RequestVoteReply(reply) => !reply.vote_granted,
            Msg::AppendEntriesReply(reply) => reply.result == Appended::OldTerm,
            _ => false,
        };
        return term > disk.current_term && !refuses(msg);
    }
    let Some(server) = server(local) else { return true };
    match msg {
        // Its one vote of this term may be given.
        Msg::RequestVote(rpc) => disk.voted_for.is_none_or(|voted| voted == rpc.candidate_id),
        Msg::RequestVoteReply(reply) => reply.vote_granted && matches!(server.role, Role::Candidate { .. }),
        Msg::AppendEntriesReply(reply) => {
            reply.result != Appended::OldTerm && !matches!(server.role, Role::Follower { .. })
        }
        _ => true,
    }
}
