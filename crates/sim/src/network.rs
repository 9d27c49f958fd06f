//! What the network does with a message: how long it takes, and what befalls it on the way.

use crate::chance::{Chance, Draw, below};
use crate::forge::{Forge, Lie};
use crate::ids::{EntryId, MsgId, NodeId};
use crate::plan::{Plan, Touch, TouchKind};
use crate::scenario::{
    CHANCE_COPY, CHANCE_FORM, CutRule, How, Latency, Network, Reorder, Timing, copy_number,
};
use crate::sorted::sort_by_key;
use crate::time::Ns;
use crate::trace::{Fate, FateKind, Instant, MessageRecord, NEVER};

/// The properties of one direction of a link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    latency: Latency,
    loss_ppm: u32,
    duplicate_ppm: u32,
    corrupt_ppm: u32,
    reorder: Reorder,
    /// In bytes a second.
    pub bandwidth: Option<u64>,
    queue: Option<u32>,
}

impl Link {
    /// When a message has left that is handed to the link now, or `None` if the queue has no room for it. `leaving` is
    /// when those before it will have left: a state of the sender's end.
    pub fn leave(&self, leaving: &mut Vec<Ns>, now: Ns, size: u32) -> Option<Ns> {
        let Some(bandwidth) = self.bandwidth else { return Some(now) };
        leaving.drain(..leaving.partition_point(|&left| left <= now));
        // The first of them is leaving, and the others wait.
        if self.queue.is_some_and(|most| leaving.len() > most as usize) {
            return None;
        }
        let free = leaving.last().copied().unwrap_or(now);
        let left = free + Ns((u64::from(size) * 1_000_000_000).div_ceil(bandwidth));
        leaving.push(left);
        Some(left)
    }
}

/// A number of nanoseconds between `c` thousandths of the most and the most, at least 1.
pub(crate) fn share(mut draw: Draw, c: u32, most: Ns) -> Ns {
    let least = (u128::from(most.0) * u128::from(c) / 1_000) as u64;
    Ns((least + below(&mut draw, most.0 - least + 1)).max(1))
}

/// All links, by (sender, receiver) index.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    usual: Link,
    special: Vec<((NodeId, NodeId), Link)>,
    cut_rule: CutRule,
    timing: Timing,
}

impl Links {
    pub fn new(network: &Network) -> Links {
        // Who promises a bound on delays has no queue that could break it.
        let is_free = network.timing == Timing::Asynchronous;
        let usual = Link {
            latency: network.latency.clone(),
            loss_ppm: network.loss_ppm,
            duplicate_ppm: network.duplicate_ppm,
            corrupt_ppm: network.corrupt_ppm,
            reorder: network.reorder.unwrap_or_default(),
            bandwidth: network.bandwidth.filter(|_| is_free),
            queue: network.queue,
        };
        let special = network.links.iter().map(|spec| {
            let link = Link {
                latency: spec.latency.as_ref().unwrap_or(&usual.latency).clone(),
                loss_ppm: spec.loss_ppm.unwrap_or(usual.loss_ppm),
                duplicate_ppm: spec.duplicate_ppm.unwrap_or(usual.duplicate_ppm),
                corrupt_ppm: spec.corrupt_ppm.unwrap_or(usual.corrupt_ppm),
                reorder: spec.reorder.unwrap_or(usual.reorder),
                bandwidth: spec.bandwidth.or(usual.bandwidth).filter(|_| is_free),
                queue: spec.queue.or(usual.queue),
            };
            ((spec.from, spec.to), link)
        });
        let special = special.collect();
        Links { usual, special, cut_rule: network.cut_rule, timing: network.timing }
    }

    pub fn get(&self, from: NodeId, to: NodeId) -> &Link {
        self.special.iter().find(|(ends, _)| *ends == (from, to)).map_or(&self.usual, |(_, link)| link)
    }

    /// When a message arrives if nothing befalls it.
    fn arrival(&self, chance: Chance, sending: Sending, link: &Link) -> Ns {
        let Sending { id, to, link_count: n, sent: (sent, _), left, .. } = sending;
        let draw = chance.latency(id, to, n);
        match self.timing {
            Timing::Asynchronous => {
                let late = chance.held_back(id, to, n, link.reorder);
                left.unwrap_or(sent).max(sent) + link.latency.sample(draw) + late
            }
            Timing::SemiSynchronous { unit, c, .. } => sent + share(draw, c, unit),
            Timing::Synchronous { round } => Ns((sent.0 / round.0 + 1).saturating_mul(round.0)),
        }
    }
}

/// A message at the moment of its sending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sending {
    pub id: MsgId,
    pub to: NodeId,
    /// Which message of its link it is, counted from 1.
    pub link_count: u32,
    pub sent: Instant,
    /// When it has left the sender's end of its link; `None`: the queue there had no room.
    pub left: Option<Ns>,
    /// The sender's event, by index.
    pub event: u32,
}

/// What was decided of a message: its record, its copies and forged forms, and the script entries that acted.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    pub copies: Vec<(u32, MessageRecord)>,
    pub acted: Vec<EntryId>,
    /// Forms that were forged on the way, and are still to be sent on it.
    forged: Vec<(Sending, Way)>,
}

/// All that decides what becomes of a message.
pub(crate) struct Decider<'a> {
    pub chance: Chance,
    pub links: &'a Links,
    pub plan: &'a Plan,
    pub servers: u16,
    pub forge: &'a mut dyn Forge,
}

/// What leaves a node in the place of what it says.
enum Leaves {
    /// The message itself.
    Itself,
    /// This form of it.
    Form { copy: u32, by_hand: bool },
    /// Nothing.
    Nothing { by_hand: bool },
    /// What its receiver throws away.
    Garbage,
}

impl Decider<'_> {
    /// Decides what becomes of a message, but for what only its receiver's fate can tell (that it is down, or paused).
    pub fn decide(&mut self, sending: Sending, decided: &mut Decided) -> MessageRecord {
        let Sending { id, to, link_count: n, sent, .. } = sending;
        let link = self.links.get(id.node, to);
        let mut way = self.way(link, sending);
        if sending.left.is_none() {
            return way.stayed(sending, false);
        }
        let leaves = self.leaves(link, sending, decided);
        way.is_lost |= matches!(leaves, Leaves::Garbage);
        let (record, form) = match leaves {
            Leaves::Itself | Leaves::Garbage => (self.travel(sending, way, decided), 1),
            Leaves::Form { copy, by_hand } => {
                let stayed = way.stayed(sending, by_hand);
                let form = Sending { id: MsgId { copy, ..id }, ..sending };
                let record = self.travel(form, way, decided);
                decided.copies.push((copy, MessageRecord { by_hand: record.by_hand || by_hand, ..record }));
                (stayed, copy)
            }
            Leaves::Nothing { by_hand } => return way.stayed(sending, by_hand),
        };
        if self.chance.is_duplicated(id.node, to, n, link.duplicate_ppm) {
            if form != 1 {
                self.forge.forge(form, CHANCE_COPY, Lie::Same);
            }
            self.copy(link, sending, (CHANCE_COPY, sent), decided);
        }
        for touch in touches(self.plan, id).iter().filter(|touch| touch.what == TouchKind::Duplicate) {
            // Only what is still on its way can be copied.
            if form == 1 && sent <= touch.at && touch.at <= record.fate.lost.min(record.fate.at) {
                decided.acted.push(touch.entry);
                self.copy(link, sending, (copy_number(touch.entry), touch.at), decided);
            }
        }
        while let Some((form, way)) = decided.forged.pop() {
            let record = self.travel(form, way, decided);
            decided.copies.push((form.id.copy, MessageRecord { by_hand: true, ..record }));
        }
        record
    }

    /// What leaves the node: what it says, unless it is byzantine then, or the network alters it as it sets out.
    fn leaves(&mut self, link: &Link, sending: Sending, decided: &mut Decided) -> Leaves {
        let Sending { id, to, sent, link_count: n, .. } = sending;
        let (mut copy, mut by_hand) = (1, false);
        let (plan, servers) = (self.plan, self.servers);
        let lies = || plan.lying(id.node).filter(|lying| lying.concerns(id.node, to, servers, sent));
        if let Some(silent) = lies().find(|lying| lying.how == How::Silent) {
            return Leaves::Nothing { by_hand: !silent.entry.is_chance() };
        }
        for lying in lies() {
            let number = copy_number(lying.entry);
            let lie = match lying.how {
                How::Replay => {
                    if self.forge.forge(1, number, Lie::Before) {
                        self.copy(link, sending, (number, sent), decided);
                    }
                    continue;
                }
                _ => Lie::Fact { field: lying.field.as_deref(), value: lying.value },
            };
            if self.forge.forge(copy, number, lie) {
                (copy, by_hand) = (number, by_hand || !lying.entry.is_chance());
            }
        }
        if let Some(draw) = self.chance.corrupts(id.node, to, n, link.corrupt_ppm) {
            if !self.forge.forge(copy, CHANCE_FORM, Lie::Noise(draw)) {
                return Leaves::Garbage;
            }
            copy = CHANCE_FORM;
        }
        if copy == 1 { Leaves::Itself } else { Leaves::Form { copy, by_hand } }
    }

    /// The way of a message or copy that nobody touches.
    fn way(&self, link: &Link, sending: Sending) -> Way {
        let Sending { id, to, link_count: n, sent, .. } = sending;
        let natural = (self.links.arrival(self.chance, sending, link), 0);
        Way::new(sent, natural, self.chance.is_lost(id, to, n, link.loss_ppm))
    }

    fn copy(&mut self, link: &Link, sending: Sending, (number, sent): (u32, Instant), decided: &mut Decided) {
        let twin = Sending { id: MsgId { copy: number, ..sending.id }, sent, ..sending };
        let record = self.travel(twin, self.way(link, twin), decided);
        decided.copies.push((number, record));
    }

    fn travel(&mut self, sending: Sending, mut way: Way, decided: &mut Decided) -> MessageRecord {
        let Sending { id, to, sent, event, .. } = sending;
        let natural = way.natural;
        let mut by_hand = false;
        for touch in merged(self.plan, id, sent, natural) {
            match touch {
                Change::HoldAll(at) => way.wait(at),
                Change::GoOn(at) => way.go_on(at),
                Change::Touch(touch) if touch.what == TouchKind::Rewrite => {
                    by_hand |= self.rewrite(sending, touch, &mut way, decided);
                }
                Change::Touch(touch) => {
                    if way.touch(touch) {
                        by_hand = true;
                        decided.acted.push(touch.entry);
                    }
                }
            }
        }
        let mut fate = way.fate();
        if fate.kind != FateKind::Dropped {
            let watched_from = match self.links.cut_rule {
                CutRule::InFlight => sent,
                CutRule::AtArrival => fate.at,
            };
            // A message that stands still for ever is stopped by no cut: it waits, and is cut if it is let go.
            if fate.at != NEVER
                && let Some(cut) = self.plan.cut_between(id.node, to, watched_from, fate.at)
            {
                fate = Fate { kind: FateKind::Cut, lost: cut.from.max(sent), ..fate };
            }
        }
        MessageRecord { to, event, sent, natural, fate, by_hand, arrived: Ns::NEVER }
    }

    /// A person puts a forged form in the place of what is on its way, and has not been cut off by then.
    fn rewrite(&mut self, sending: Sending, touch: Touch, way: &mut Way, decided: &mut Decided) -> bool {
        let Sending { id, to, sent, .. } = sending;
        let is_cut = self.links.cut_rule == CutRule::InFlight
            && self.plan.cut_between(id.node, to, sent, touch.at).is_some();
        let copy = copy_number(touch.entry);
        let Some((field, value)) = self.plan.rewrites.get(&touch.entry) else { return false };
        let lie = Lie::Fact { field: Some(field), value: Some(*value) };
        if touch.at <= sent || way.is_over(touch.at) || is_cut || !self.forge.forge(id.copy, copy, lie) {
            return false;
        }
        let form = Sending { id: MsgId { copy, ..id }, sent: touch.at, ..sending };
        decided.forged.push((form, way.handed_over(touch.at)));
        decided.acted.push(touch.entry);
        true
    }
}

fn touches(plan: &Plan, id: MsgId) -> &[Touch] {
    if plan.messages.is_empty() { &[] } else { plan.messages.get(&id).map_or(&[], Vec::as_slice) }
}

/// Something that may change a message's way, at its time.
#[derive(Clone, Copy, Debug)]
enum Change {
    HoldAll(Instant),
    GoOn(Instant),
    Touch(Touch),
}

/// All that may change the way of a message, in order of time: touches by hand, and spans in which everything waits.
fn merged(plan: &Plan, id: MsgId, sent: Instant, natural: Instant) -> Vec<Change> {
    let touches = touches(plan, id);
    if plan.held.is_empty() && touches.is_empty() {
        return Vec::new();
    }
    let mut changes: Vec<(Instant, Change)> =
        touches.iter().map(|&touch| (touch.at, Change::Touch(touch))).collect();
    for &(from, to) in
        plan.held.iter().filter(|&&(from, to)| sent < to && (from <= natural || !touches.is_empty()))
    {
        changes.push((from.max(sent), Change::HoldAll(from.max(sent))));
        changes.push((to, Change::GoOn(to)));
    }
    sort_by_key(&mut changes, |&(at, change)| (at, matches!(change, Change::Touch(_))));
    changes.into_iter().map(|(_, change)| change).collect()
}

/// A message's way, as the person changes it.
#[derive(Debug)]
struct Way {
    sent: Instant,
    /// When it would arrive if nothing befell it.
    natural: Instant,
    /// When it arrives; [`NEVER`] while it stands still.
    arrival: Instant,
    /// How much of the way is left while it stands still.
    left: Ns,
    /// Whether it stands still because a person held this very message.
    is_held_by_hand: bool,
    /// When a person dropped it.
    dropped: Option<Instant>,
    /// Whether chance loses it, if no person delivers it.
    is_lost: bool,
}

impl Way {
    fn new(sent: Instant, arrival: Instant, is_lost: bool) -> Way {
        let (natural, left) = (arrival, Ns::ZERO);
        Way { sent, natural, arrival, left, is_held_by_hand: false, dropped: None, is_lost }
    }

    /// Never set out on: what was said never left.
    fn stayed(&self, Sending { to, event, sent, .. }: Sending, by_hand: bool) -> MessageRecord {
        let natural = self.natural;
        let fate = Fate { kind: FateKind::Dropped, at: natural, lost: sent, event: 0 };
        MessageRecord { to, event, sent, natural, fate, by_hand, arrived: Ns::NEVER }
    }

    /// What is on its way is lost here, and something else goes on with what was left of the way.
    fn handed_over(&mut self, at: Instant) -> Way {
        let natural = if self.stands() { (at.0 + Ns(self.left.0.max(1)), 0) } else { self.arrival };
        let rest = Way { sent: at, natural, ..*self };
        self.dropped = Some(at);
        rest
    }

    fn stands(&self) -> bool {
        self.arrival == NEVER
    }

    fn is_over(&self, at: Instant) -> bool {
        at > self.arrival || self.dropped.is_some()
    }

    fn hold(&mut self, at: Instant) {
        if !self.stands() {
            self.left = self.arrival.0.since(at.0.max(self.sent.0));
            self.arrival = NEVER;
        }
    }

    fn release(&mut self, at: Instant) {
        if self.stands() && at != NEVER {
            self.arrival = (at.0 + Ns(self.left.0.max(1)), 0);
            self.is_held_by_hand = false;
        }
    }

    /// Everything begins to wait.
    fn wait(&mut self, at: Instant) {
        if !self.is_over(at) {
            self.hold(at);
        }
    }

    /// Everything goes on, but for what was held for itself.
    fn go_on(&mut self, at: Instant) {
        if !self.is_over(at) && !self.is_held_by_hand {
            self.release(at);
        }
    }

    /// Whether the touch found its message, still on its way, and changed something.
    fn touch(&mut self, touch: Touch) -> bool {
        if touch.at <= self.sent || self.is_over(touch.at) {
            return false;
        }
        match touch.what {
            TouchKind::Drop => self.dropped = Some(touch.at),
            TouchKind::Deliver => {
                self.arrival = touch.at;
                self.is_lost = false;
            }
            TouchKind::Hold if !self.is_held_by_hand => {
                self.hold(touch.at);
                self.is_held_by_hand = true;
            }
            TouchKind::Release if self.stands() => self.release(touch.at),
            TouchKind::Hold | TouchKind::Release | TouchKind::Duplicate | TouchKind::Rewrite => return false,
        }
        true
    }

    fn fate(&self) -> Fate {
        match self.dropped {
            // Its fate stands where it would have arrived: what its absence changes comes after that.
            Some(lost) => {
                let at = if self.stands() { lost } else { self.arrival };
                Fate { kind: FateKind::Dropped, at, lost: lost.min(at), event: 0 }
            }
            None => {
                let kind =
                    if self.is_lost && !self.stands() { FateKind::Dropped } else { FateKind::InFlight };
                Fate { kind, at: self.arrival, lost: self.arrival, event: 0 }
            }
        }
    }
}
