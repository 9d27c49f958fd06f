//! Log replication (§5.3) and when an entry is committed (§5.3, §5.4.2).

use lightcone_sim::ids::NodeId;
use lightcone_sim::sorted::sort_by;

use super::Variant;
use super::server::Step;
use super::types::{
    AppendEntries, AppendEntriesReply, Appended, Command, Entry, Index, Msg, Progress, Role, Sent, Timer,
};

/// The leader's side.
impl Step<'_, '_> {
    /// "If command received from client: append entry to local log, respond after entry applied to state machine"
    /// (Figure 2). Followers are told at once.
    pub(super) fn append_as_leader(&mut self, command: Command) {
        let (term, index) = (self.term(), self.log().last_index().next());
        self.ctx.note(|| {
            format!(
                "It becomes entry {index} of term {term}, and is executed once a majority stores it (§5.3)."
            )
        });
        self.ctx.persist(|disk| disk.log.append(Entry { term, command }));
        for peer in self.ctx.peers() {
            self.send_unsent(peer);
        }
        // A server alone is a majority.
        self.advance_commit_index();
        self.apply();
    }

    pub(super) fn heartbeat_timeout(&mut self) {
        if self.is_leader() {
            let interval = self.raft.params.heartbeat_interval;
            self.ctx.set_timer(Timer::Heartbeat, interval, interval);
            self.send_heartbeats();
        }
    }

    /// "Repeat during idle periods to prevent election timeouts" (§5.2); and what has had no answer for a whole
    /// interval is sent again: "the leader retries AppendEntries RPCs indefinitely" (§5.3).
    pub(super) fn send_heartbeats(&mut self) {
        let last = self.log().last_index();
        for peer in self.ctx.peers() {
            let Some(progress) = self.progress(peer) else { continue };
            let behind = progress.next_index <= last;
            let again = behind && progress.overdue;
            progress.overdue = behind;
            if again {
                progress.sent_index = progress.next_index.prev();
                self.ctx.note(|| {
                    format!(
                        "{peer} has not answered since the last heartbeat: the entries go out again (§5.3)."
                    )
                });
                self.send_unsent(peer);
            } else {
                self.send_append_entries(peer, 0);
            }
        }
    }

    fn progress(&mut self, peer: NodeId) -> Option<&mut Progress> {
        match &mut self.server.role {
            Role::Leader { progress } if !peer.is_client() => progress.get_mut(usize::from(peer.number())),
            _ => None,
        }
    }

    /// "If last log index ≥ nextIndex for a follower: send AppendEntries RPC with log entries starting at nextIndex"
    /// (Figure 2), as many as one message may carry; unless all of these are on their way already.
    fn send_unsent(&mut self, peer: NodeId) {
        let last = self.log().last_index();
        let limit = self.raft.params.max_entries;
        let Some(progress) = self.progress(peer) else { return };
        let would_send = Index(progress.next_index.0.saturating_add(u64::from(limit))).prev().min(last);
        if would_send > progress.sent_index && would_send >= progress.next_index {
            progress.sent_index = would_send;
            self.send_append_entries(peer, limit);
        }
    }

    fn send_append_entries(&mut self, peer: NodeId, limit: u32) {
        let Some(next_index) = self.progress(peer).map(|progress| progress.next_index) else { return };
        let prev_log_index = next_index.prev();
        let rpc = AppendEntries {
            term: self.term(),
            leader_id: self.me(),
            prev_log_index,
            prev_log_term: self.log().term_at(prev_log_index).unwrap_or_default(),
            entries: if limit == 0 { Vec::new() } else { self.log().entries_from(next_index, limit) },
            leader_commit: self.server.commit_index,
            sent: Sent(self.raft.has_leases().then(|| self.ctx.monotonic())),
        };
        self.ctx.send(peer, Msg::AppendEntries(rpc));
    }

    /// A follower answers.
    pub(super) fn append_entries_reply(&mut self, from: NodeId, reply: &AppendEntriesReply) {
        if reply.term != self.term() {
            // It answers an earlier term of this leader's.
            return;
        }
        if let (Some(sent), Some(answered)) =
            (reply.sent.0, self.server.lease.answered.get_mut(usize::from(from.number())))
        {
            *answered = (*answered).max(Some(sent));
        }
        match reply.result {
            Appended::Match(index) => self.matched(from, index),
            Appended::Conflict { prev_log_index, retry_at } => {
                self.conflicted(from, prev_log_index, retry_at)
            }
            Appended::OldTerm => {}
        }
    }

    /// "If successful: update nextIndex and matchIndex for follower" (§5.3).
    fn matched(&mut self, from: NodeId, index: Index) {
        // No honest follower matches more than the leader has.
        let index = index.min(self.log().last_index());
        let Some(progress) = self.progress(from) else { return };
        // An answer may have been overtaken by a later one: neither number ever goes back here.
        let has_more = index > progress.match_index;
        progress.overdue &= index < progress.next_index;
        progress.match_index = progress.match_index.max(index);
        progress.next_index = progress.next_index.max(index.next());
        progress.sent_index = progress.sent_index.max(index);
        if has_more {
            self.advance_commit_index();
            self.apply();
        }
        self.send_unsent(from);
    }

    /// "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry" (§5.3), in larger steps
    /// where the follower's hint allows.
    fn conflicted(&mut self, from: NodeId, prev_log_index: Index, retry_at: Index) {
        let Some(progress) = self.progress(from) else { return };
        if progress.next_index.prev() != prev_log_index || prev_log_index == Index(0) {
            // It refuses what the leader has stopped asking.
            return;
        }
        // This may be below matchIndex: the follower has lost its disk.
        progress.next_index = retry_at.min(prev_log_index).max(Index(1));
        progress.sent_index = progress.next_index.prev();
        progress.overdue = false;
        let next = progress.next_index;
        self.ctx.note(|| {
            format!("{from}'s log does not agree at {prev_log_index}: nextIndex for {from} goes back to {next} (§5.3).")
        });
        self.send_unsent(from);
    }

    /// "If there exists an N such that N > commitIndex, a majority of matchIndex\[i\] ≥ N, and log\[N\].term ==
    /// currentTerm: set commitIndex = N" (§5.3, §5.4).
    fn advance_commit_index(&mut self) {
        let (me, majority, last) = (self.me(), self.majority(), self.log().last_index());
        let Role::Leader { progress } = &self.server.role else { return };
        let mut stored: Vec<Index> = progress.iter().map(|progress| progress.match_index).collect();
        if let Some(own) = stored.get_mut(usize::from(me.number())) {
            *own = last;
        }
        sort_by(&mut stored, |one, other| one > other);
        let Some(&n) = stored.get(majority - 1) else { return };
        if n <= self.server.commit_index {
            return;
        }
        let (term, of_term) = (self.term(), self.log().term_at(n).unwrap_or_default());
        // The deviation: entries of earlier terms count as committed once a majority stores them (Figure 8).
        if of_term != term && !self.raft.is(Variant::CommitOlderTerm) {
            self.ctx.note(|| {
                format!(
                    "By now a majority stores entry {n}, but it is of term {of_term}: only an entry of the current term \
                     {term} may be counted as committed (§5.4.2)."
                )
            });
            return;
        }
        self.server.commit_index = n;
        self.ctx.note(|| {
            format!(
                "By now a majority stores the log up to {n}: it is committed, and {me} executes it (§5.3)."
            )
        });
    }
}

/// The follower's side: AppendEntries RPC, receiver implementation (Figure 2).
impl Step<'_, '_> {
    pub(super) fn append_entries(&mut self, from: NodeId, rpc: &AppendEntries) {
        let (me, term) = (self.me(), self.term());
        // 1. "Reply false if term < currentTerm" (§5.1).
        if rpc.term < term {
            self.ctx.note(|| {
                format!(
                    "{me} refuses {from}: it leads term {}, but that is over, it is now {term}.",
                    rpc.term
                )
            });
            return self.answer(from, rpc, Appended::OldTerm);
        }
        if self.is_leader() {
            // Two leaders of one term: not in Raft.
            self.ctx.note(|| format!("{me} leads term {term} itself, and does not listen to {from}."));
            return;
        }
        // "If AppendEntries RPC received from new leader: convert to follower" (§5.2).
        self.become_follower(Some(rpc.leader_id));
        if self.raft.has_leases() {
            self.server.lease.heard = Some(self.ctx.monotonic());
        }
        self.reset_election_timer();
        // 2. "Reply false if log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm" (§5.3).
        if let Some(conflict) = self.conflict_with(rpc) {
            return self.answer(from, rpc, conflict);
        }
        let last_new = self.store(rpc);
        // 5. "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)".
        let commit_index = rpc.leader_commit.min(last_new);
        if commit_index > self.server.commit_index {
            self.server.commit_index = commit_index;
            self.ctx.note(|| {
                format!("{me} learns that the log is committed up to {commit_index}, and executes it.")
            });
        }
        self.apply();
        self.answer(from, rpc, Appended::Match(last_new));
    }

    fn conflict_with(&mut self, rpc: &AppendEntries) -> Option<Appended> {
        let (me, log, prev_log_index) = (self.me(), self.log(), rpc.prev_log_index);
        let mine = log.term_at(prev_log_index);
        // The deviation: the entries are stored without asking what stands before them.
        if mine == Some(rpc.prev_log_term) || self.raft.is(Variant::NoConsistencyCheck) {
            return None;
        }
        // What is committed is the same at the leader, so there is no need to look further back.
        let retry_at = match mine {
            Some(_) => log.first_of_term(prev_log_index, self.server.commit_index),
            None => log.last_index().next(),
        };
        self.ctx.note(|| {
            let found = match mine {
                Some(term) => format!("is of term {term}, not {}", rpc.prev_log_term),
                None => "does not exist".to_owned(),
            };
            format!("{me} refuses the entries: its entry {prev_log_index} before them {found} (§5.3).")
        });
        Some(Appended::Conflict { prev_log_index, retry_at })
    }

    /// Steps 3 and 4: "If an existing entry conflicts with a new one (same index but different terms), delete the
    /// existing entry and all that follow it"; "append any new entries not already in the log" (§5.3). Tells the index
    /// of the last new entry.
    fn store(&mut self, rpc: &AppendEntries) -> Index {
        let log = self.log();
        // Only without the consistency check can a gap be left before the entries; there, they close it.
        let first = rpc.prev_log_index.min(log.last_index()).next();
        let mut index = first;
        let known = rpc.entries.iter().take_while(|entry| {
            let same = log.term_at(index) == Some(entry.term);
            index = if same { index.next() } else { index };
            same
        });
        let known = known.count();
        let new = rpc.entries.get(known..).unwrap_or_default();
        let last_new = Index(first.prev().0.saturating_add(rpc.entries.len() as u64));
        if new.is_empty() {
            return last_new;
        }
        if let Some(term) = log.term_at(index) {
            let (me, leader_term) =
                (self.ctx.me(), new.first().map_or(Default::default(), |entry| entry.term));
            self.ctx.note(|| {
                format!(
                    "{me} deletes its log from {index} on: its entry there is of term {term}, the leader's of term \
                     {leader_term} (§5.3)."
                )
            });
        }
        self.ctx.persist(|disk| {
            disk.log.delete_from(index);
            new.iter().for_each(|entry| disk.log.append(entry.clone()));
        });
        last_new
    }

    fn answer(&mut self, to: NodeId, rpc: &AppendEntries, result: Appended) {
        let reply = AppendEntriesReply {
            term: self.term(),
            result,
            heartbeat: rpc.entries.is_empty(),
            sent: rpc.sent,
        };
        self.ctx.send(to, Msg::AppendEntriesReply(reply));
    }
}
