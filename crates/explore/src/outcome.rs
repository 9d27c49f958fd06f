//! What a step of one node can do, worked out once for each state of that node and each thing that sets it going.

use lightcone_sim::alone::{Answers, Local, Told, step};
use lightcone_sim::explored::{Explored, LINEARIZABLE, Milestone};
use lightcone_sim::ids::{EntryId, NodeId, Nodes, OpId, OpSource};
use lightcone_sim::protocol::Effect;

use crate::assumptions::Watched;
use crate::intern::{Interner, Lists, Memo};
use crate::network::Messages;

/// What sets a node going, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Boot,
    /// It crashes, its disk stays: nothing that it does.
    Crash,
    /// It crashes, its disk is lost.
    Amnesia,
    /// Its clocks go on by a unit.
    Tick,
    Message(u32),
    Timer(u32),
    /// The client's operation of this number.
    Op(u32),
}

impl Input {
    fn word(self) -> u32 {
        match self {
            Input::Boot => 0,
            Input::Crash => 1,
            Input::Amnesia => 2,
            Input::Tick => 3,
            Input::Message(number) => 1 << 30 | number,
            Input::Timer(number) => 2 << 30 | number,
            Input::Op(number) => 3 << 30 | number,
        }
    }
}

/// One way in which a step can come out. What it sent and picked stands in lists of the same number as the way's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// The node as it then is.
    pub local: u32,
    /// How many of a client's operations it completed.
    pub replies: u16,
    /// After how many effects it crashed inside the step.
    pub crash_after: Option<u16>,
}

/// No client calls more often.
pub(crate) const MOST_OPS: usize = 64;

/// The script entry that asks a client for its operation of this number: the story's entry has the same, so that messages
/// which hold it are the same.
fn entry_of(first: u32, client: NodeId, number: u32) -> EntryId {
    EntryId(first + u32::from(client.number()) * MOST_OPS as u32 + number)
}

/// A message with its ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Letter<M> {
    pub from: NodeId,
    pub to: NodeId,
    pub msg: M,
}

/// What is known of a node's state beside itself. Its timers and milestones stand in lists of the same number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub is_up: bool,
    pub is_within: bool,
    pub has_milestones: bool,
    /// Whether it shows what was asked for.
    pub shows: bool,
    /// Those of [`Explored::SOMETIMES`] that it makes true, one bit each.
    pub sometimes: u32,
}

/// Everything that steps are made of, each kept once.
pub(crate) struct Known<P: Explored> {
    pub protocol: P,
    pub nodes: Nodes,
    pub ops: Vec<Vec<P::Op>>,
    /// The number of the first script entry that is a client's call.
    pub first_entry: u32,
    watched: Watched,
    /// Whether nodes may crash inside their steps.
    inside: bool,
    locals: Interner<(u16, Local<P>)>,
    about: Vec<About>,
    /// By a node's state: the timers that are set.
    timers_set: Lists,
    /// By a node's state: what it makes true for ever.
    reached: Lists,
    letters: Interner<Letter<P::Msg>>,
    /// From and to, by place among the nodes.
    ends: Vec<(u16, u16)>,
    timers: Interner<P::Timer>,
    milestones: Interner<Milestone>,
    /// By milestone: a node's state that makes it true, and which of those it tells of this is.
    told_by: Vec<(u32, u32)>,
    /// From a node's state and what sets it going to the first of the ways of that step.
    memo: Memo,
    ways: Vec<Way>,
    /// Whether a way is the last of its step.
    is_last: Vec<bool>,
    /// By way: what was sent, in order.
    sends: Lists,
    /// By way: what was picked.
    picks: Lists,
    /// What clients were told, and by way which of that, where that is watched.
    /// By message: the first of what it can be turned into by a lie, among all that any can be.
    lies: Memo,
    all_lies: Lists,
    lies_kept: u32,
    rets: Interner<P::Ret>,
    told: Lists,
}

impl<P: Explored> Messages for Known<P> {
    fn link(&self, message: u32) -> u32 {
        let (from, to) = self.ends[message as usize];
        u32::from(from) << 16 | u32::from(to)
    }

    fn print(&self, message: u32) -> u64 {
        self.letters.print(message)
    }
}

impl<P: Explored> Known<P> {
    pub fn new(protocol: P, nodes: Nodes, ops: Vec<Vec<P::Op>>, watched: Watched, inside: bool) -> Known<P> {
        Known {
            protocol,
            nodes,
            ops,
            first_entry: 1,
            watched,
            inside,
            locals: Interner::default(),
            about: Vec::new(),
            timers_set: Lists::default(),
            reached: Lists::default(),
            letters: Interner::default(),
            ends: Vec::new(),
            timers: Interner::default(),
            milestones: Interner::default(),
            told_by: Vec::new(),
            memo: Memo::default(),
            ways: Vec::new(),
            is_last: Vec::new(),
            sends: Lists::default(),
            picks: Lists::default(),
            lies: Memo::default(),
            all_lies: Lists::default(),
            lies_kept: 0,
            rets: Interner::default(),
            told: Lists::default(),
        }
    }

    pub fn local(&self, number: u32) -> &Local<P> {
        &self.locals.get(number).1
    }

    /// A node's place and its state.
    pub fn placed(&self, number: u32) -> (usize, &Local<P>) {
        let (place, local) = self.locals.get(number);
        (usize::from(*place), local)
    }

    pub fn local_print(&self, number: u32) -> u64 {
        self.locals.print(number)
    }

    pub fn about(&self, local: u32) -> About {
        self.about[local as usize]
    }

    /// The timers that are set in a node's state.
    pub fn timers_set(&self, local: u32) -> &[u32] {
        self.timers_set.get(local)
    }

    /// What a node's state makes true for ever.
    pub fn reached(&self, local: u32) -> &[u32] {
        self.reached.get(local)
    }

    pub fn letter(&self, number: u32) -> &Letter<P::Msg> {
        self.letters.get(number)
    }

    /// The sender's and the receiver's place among the nodes; a receiver that does not exist stands at the end.
    pub fn ends(&self, message: u32) -> (u16, u16) {
        self.ends[message as usize]
    }

    pub fn timer(&self, number: u32) -> &P::Timer {
        self.timers.get(number)
    }

    /// A node's state that makes a milestone true, and which of those it tells of this is.
    pub fn told_by(&self, milestone: u32) -> (u32, u32) {
        self.told_by[milestone as usize]
    }

    /// The number of a milestone that some node's state has told of.
    pub fn milestone_number(&mut self, milestone: Milestone) -> u32 {
        self.milestones.number(milestone).0
    }

    pub fn milestone(&self, number: u32) -> &Milestone {
        self.milestones.get(number)
    }

    /// About how many bytes all of it takes, what states and messages point to left aside.
    pub fn bytes(&self) -> u64 {
        self.locals.bytes()
            + self.letters.bytes()
            + self.timers.bytes()
            + self.milestones.bytes()
            + self.rets.bytes()
            + self.lies.bytes()
            + self.all_lies.bytes()
            + self.memo.bytes()
            + [&self.timers_set, &self.reached, &self.sends, &self.picks, &self.told]
                .map(Lists::bytes)
                .iter()
                .sum::<u64>()
            + (self.about.capacity() * size_of::<About>() + self.ways.capacity() * (size_of::<Way>() + 1))
                as u64
    }

    /// The number of a node's state.
    pub fn number(&mut self, place: usize, local: Local<P>) -> u32 {
        let me = self.nodes.at(place);
        let (number, is_new) = self.locals.number((place as u16, local));
        if is_new {
            let local = &self.locals.get(number).1;
            let milestones = self.protocol.milestones(me, local);
            let mut milestones: Vec<(Milestone, u32)> = milestones.into_iter().zip(0..).collect();
            milestones.retain(|(milestone, _)| self.watched.has(milestone.property));
            milestones.sort_unstable();
            let (is_up, is_within) = (local.state.is_some(), self.protocol.is_within(me, local));
            let mut timers: Vec<u32> =
                local.timers.iter().map(|timer| self.timers.number(timer.clone()).0).collect();
            timers.sort_unstable();
            let (known, told_by) = (&mut self.milestones, &mut self.told_by);
            let number_of = |(milestone, place): (Milestone, u32)| {
                let (milestone, is_new) = known.number(milestone);
                if is_new {
                    told_by.push((number, place));
                }
                milestone
            };
            let mut milestones: Vec<u32> = milestones.into_iter().map(number_of).collect();
            milestones.sort_unstable();
            milestones.dedup();
            let shows = match &self.watched {
                Watched::Shown(shown) => shown.is_shown(&self.protocol, me, local),
                _ => false,
            };
            let sometimes = self.protocol.sometimes(me, local);
            let named = P::SOMETIMES.iter().zip(0..32).filter(|(name, _)| sometimes.contains(name));
            let sometimes = named.fold(0, |all, (_, bit)| all | 1_u32 << bit);
            let has_milestones = !milestones.is_empty();
            self.about.push(About { is_up, is_within, has_milestones, shows, sometimes });
            self.timers_set.push(timers);
            self.reached.push(milestones);
        }
        number
    }

    /// Whether a node takes a message now.
    pub fn takes(&self, place: usize, local: u32, message: u32) -> bool {
        self.protocol.takes(self.nodes.at(place), self.local(local), &self.letter(message).msg)
    }

    /// The first of the ways in which a node's step can come out, if that has been worked out.
    pub fn find(&self, local: u32, input: Input) -> Option<u32> {
        self.memo.get(u64::from(local) << 32 | u64::from(input.word()))
    }

    /// The first of the ways in which a node's step can come out.
    pub fn step(&mut self, place: usize, local: u32, input: Input) -> u32 {
        if let Some(first) = self.find(local, input) {
            return first;
        }
        let first = self.ways.len() as u32;
        match input {
            Input::Crash | Input::Amnesia | Input::Tick => self.befall(place, local, input),
            _ => self.work_out(place, local, input),
        }
        if let Some(last) = self.is_last.last_mut() {
            *last = true;
        }
        self.memo.put(u64::from(local) << 32 | u64::from(input.word()), first);
        first
    }

    /// A way, by number.
    pub fn way(&self, way: u32) -> Way {
        self.ways[way as usize]
    }

    /// Whether it is the last of its step.
    pub fn is_last(&self, way: u32) -> bool {
        self.is_last[way as usize]
    }

    /// What was sent on a way, in order.
    pub fn sends(&self, way: u32) -> &[u32] {
        self.sends.get(way)
    }

    /// What was picked on it.
    pub fn picks(&self, way: u32) -> &[u32] {
        self.picks.get(way)
    }

    /// What befalls a node comes out in one way.
    fn befall(&mut self, place: usize, before: u32, what: Input) {
        let mut local = self.local(before).clone();
        match what {
            Input::Tick => local.tick(),
            _ => local.crash(),
        }
        if what == Input::Amnesia {
            local.stable = P::Stable::default();
        }
        let local = self.number(place, local);
        self.keep(Way { local, replies: 0, crash_after: None }, Vec::new(), &[], Vec::new());
    }

    fn keep(&mut self, way: Way, sends: Vec<u32>, picks: &[u64], told: Vec<u32>) {
        self.ways.push(way);
        self.is_last.push(false);
        self.sends.push(sends);
        self.picks.push(picks.iter().map(|&pick| pick as u32));
        self.told.push(told);
    }

    /// Whether what clients are told is held to the protocol's object.
    pub fn is_judged(&self) -> bool {
        P::OBJECT.is_some() && self.watched.is_only(LINEARIZABLE)
    }

    /// What clients were told on a way, by number, where that is watched.
    pub fn told(&self, way: u32) -> &[u32] {
        self.told.get(way)
    }

    /// What a client was told, by number.
    pub fn ret(&self, number: u32) -> &P::Ret {
        self.rets.get(number)
    }

    /// The number of what a client is told.
    pub fn ret_number(&mut self, ret: P::Ret) -> u32 {
        self.rets.number(ret).0
    }

    fn work_out(&mut self, place: usize, local: u32, input: Input) {
        let mut answers = Some(Answers::default());
        while let Some(asked) = answers {
            let (done, all) = self.go(place, local, input, asked, None);
            answers = done.following();
            if self.inside {
                for after in 0..all {
                    self.go(place, local, input, done.again(), Some(after));
                }
            }
        }
    }

    /// Goes one way and keeps it. Tells what was answered on it, and how many effects it would have had without a crash.
    fn go(
        &mut self,
        place: usize,
        before: u32,
        input: Input,
        answers: Answers,
        crash_after: Option<u32>,
    ) -> (Answers, u32) {
        let me = self.nodes.at(place);
        let mut local = self.local(before).clone();
        let client = usize::from(me.number());
        let told = match input {
            // What befalls a node is no step of its own.
            Input::Boot | Input::Crash | Input::Amnesia | Input::Tick => Told::Boot,
            Input::Message(number) => {
                let letter = self.letters.get(number);
                Told::Message { from: letter.from, msg: &letter.msg }
            }
            Input::Timer(number) => Told::Timer(self.timers.get(number)),
            Input::Op(number) => Told::Op {
                id: OpId { client: me, source: OpSource::Entry(entry_of(self.first_entry, me, number)) },
                op: &self.ops[client][number as usize],
            },
        };
        let done = step(&self.protocol, self.nodes, me, &mut local, told, answers, crash_after);
        let (mut sends, mut replies, mut told) = (Vec::new(), 0, Vec::new());
        let is_judged = self.is_judged();
        for effect in done.effects {
            match effect {
                Effect::Send { to, msg } => {
                    sends.push(self.letter_number(place, Letter { from: me, to, msg }))
                }
                Effect::Reply { ret, .. } => {
                    replies += 1;
                    told.extend(is_judged.then(|| self.rets.number(ret).0));
                }
                _ => {}
            }
        }
        let local = self.number(place, local);
        // More effects than that no step has: a crash after so many is none.
        let crash_after = crash_after.map(|after| u16::try_from(after).unwrap_or(u16::MAX));
        self.keep(Way { local, replies, crash_after }, sends, done.answers.given(), told);
        (done.answers, done.effects_in_all)
    }

    /// Whether a property is watched.
    pub fn watches(&self, property: &str) -> bool {
        self.watched.has(property)
    }

    /// The script entry of a client's call.
    pub fn entry_of(&self, client: NodeId, number: u32) -> EntryId {
        entry_of(self.first_entry, client, number)
    }

    /// The number of the first script entry that is no client's call: there are at most sixteen clients.
    pub fn first_after_calls(&self) -> EntryId {
        EntryId(self.first_entry + 16 * MOST_OPS as u32)
    }

    /// What a message can be turned into by a lie; `None`: it has not been worked out.
    pub fn lies(&self, message: u32) -> Option<&[u32]> {
        self.lies.get(u64::from(message)).map(|list| self.all_lies.get(list))
    }

    /// Works that out: each of its numbers, one less and one more.
    pub fn learn_lies(&mut self, message: u32) {
        if self.lies(message).is_some() {
            return;
        }
        let Letter { from, to, msg } = self.letter(message).clone();
        let facts = self.protocol.facts(&msg);
        let others = facts
            .iter()
            .flat_map(|&(name, value)| [(name, value.wrapping_sub(1)), (name, value.wrapping_add(1))]);
        let told: Vec<P::Msg> =
            others.filter_map(|(name, value)| self.protocol.with_fact(&msg, name, value)).collect();
        let place = usize::from(self.ends(message).0);
        let mut lies: Vec<u32> =
            told.into_iter().map(|msg| self.letter_number(place, Letter { from, to, msg })).collect();
        lies.sort_unstable();
        lies.dedup();
        lies.retain(|&lie| lie != message);
        self.lies.put(u64::from(message), self.lies_kept);
        self.lies_kept += 1;
        self.all_lies.push(lies);
    }

    /// The number of a message from a node at this place.
    pub fn letter_number(&mut self, from: usize, letter: Letter<P::Msg>) -> u32 {
        let to = self.nodes.index(letter.to).unwrap_or(self.nodes.len());
        let (number, is_new) = self.letters.number(letter);
        if is_new {
            self.ends.push((from as u16, to as u16));
        }
        number
    }
}
