//! An account: it pays others at random, and takes part in snapshots.

use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::protocol::Ctx;
use lightcone_sim::sorted::{Map, Set};
use lightcone_sim::time::Ns;

use super::messages::{Body, Books, Part, Snapshot, Timer, Total};
use super::{Bank, Method};
use crate::fifo::Channels;

/// The most that is paid at once.
const PAYMENT_MAX: u64 = 30;

/// An account's memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    /// What it has, and what went in and out.
    pub books: Books,
    /// What it records, for the last snapshot of each initiator.
    pub recordings: Map<NodeId, Recording>,
    /// The snapshot that it has recorded last.
    pub last: Option<Snapshot>,
    /// How many snapshots it has begun.
    pub begun: u32,
    /// The parts that have come of the snapshot that it has begun, until all have.
    pub gathered: Option<Map<NodeId, Part>>,
    /// What its last snapshot came to.
    pub result: Option<Counting>,
    /// Clients that asked for a snapshot; the one under way is for the first.
    pub callers: Vec<OpId>,
    /// Its ends of the channels.
    pub channels: Channels<Body>,
}

/// An account's part of a snapshot, while it is being recorded and after.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recording {
    /// Which snapshot.
    pub snapshot: Snapshot,
    /// What is recorded so far.
    pub part: Part,
    /// From whom no marker has come: the channels whose payments are being recorded.
    pub open: Set<NodeId>,
}

/// What a snapshot came to, in detail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Counting {
    /// Which snapshot.
    pub snapshot: Snapshot,
    /// The sum.
    pub total: Total,
    /// The recorded balances.
    pub balances: Map<NodeId, u64>,
    /// The money recorded on channels.
    pub on_the_way: u64,
}

impl Account {
    pub(super) fn new(bank: &Bank, channels: Channels<Body>, ctx: &mut Ctx<'_, Bank>) -> Account {
        let books = Books { balance: bank.params.initial, ..Books::default() };
        let account = Account {
            books,
            recordings: Map::new(),
            last: None,
            begun: 0,
            gathered: None,
            result: None,
            callers: Vec::new(),
            channels,
        };
        account.pay_later(bank, ctx);
        account
    }

    fn pay_later(&self, bank: &Bank, ctx: &mut Ctx<'_, Bank>) {
        let pause = bank.params.pause;
        if pause > Ns::ZERO {
            ctx.set_timer(Timer::Pay, pause, pause + pause);
        }
    }

    /// Pays somebody something.
    pub(super) fn pay(&mut self, bank: &Bank, ctx: &mut Ctx<'_, Bank>) {
        self.pay_later(bank, ctx);
        let peers: Vec<NodeId> = ctx.peers().collect();
        let most = self.books.balance.min(PAYMENT_MAX);
        if peers.is_empty() || most == 0 {
            return ctx.note(|| "I have nothing to give, or nobody to give it to.".to_owned());
        }
        let (to, amount) = (peers[ctx.pick(peers.len() as u64) as usize], 1 + ctx.pick(most));
        self.books.balance -= amount;
        self.books.paid.or_default(to).add(amount);
        let balance = self.books.balance;
        ctx.note(|| {
            format!("I pay {to} {amount} and have {balance} left. Until it arrives, nobody has the {amount}.")
        });
        self.channels.send(to, Body::Pay(amount), ctx);
    }

    /// A message whose turn it is.
    pub(super) fn handle(&mut self, bank: &Bank, from: NodeId, body: Body, ctx: &mut Ctx<'_, Bank>) {
        match body {
            Body::Pay(amount) => self.on_payment(from, amount, ctx),
            Body::Marker(snapshot) => self.on_marker(bank, from, snapshot, ctx),
            Body::WriteDown(snapshot) => self.record(bank, snapshot, None, ctx),
            Body::Report(snapshot, part) => self.gather(bank, from, snapshot, part, ctx),
            Body::Take(op) => {
                self.callers.push(op);
                self.begin(bank, ctx);
            }
            Body::Counted(..) => {}
        }
    }

    fn on_payment(&mut self, from: NodeId, amount: u64, ctx: &mut Ctx<'_, Bank>) {
        self.books.balance += amount;
        self.books.got.or_default(from).add(amount);
        for (_, recording) in
            self.recordings.iter_mut().filter(|(_, recording)| recording.open.contains(&from))
        {
            recording.part.channels.or_default(from).push(amount);
            let snapshot = recording.snapshot;
            ctx.note(|| {
                format!(
                    "I have recorded {snapshot}, and no marker of it has come from {from}: this {amount} was on its way, \
                     and I write it down as that."
                )
            });
        }
    }

    /// Begins a snapshot, if a client waits for one and none of its own is under way.
    fn begin(&mut self, bank: &Bank, ctx: &mut Ctx<'_, Bank>) {
        if self.callers.is_empty() {
            return;
        }
        if self.gathered.is_some() {
            return ctx
                .note(|| "My last snapshot is still under way: the next one comes after it.".to_owned());
        }
        self.begun += 1;
        self.gathered = Some(Map::new());
        self.record(bank, Snapshot { number: self.begun, initiator: ctx.me() }, None, ctx);
    }

    /// Records its state. Chandy and Lamport's *marker-sending rule*: on each channel that leads away from it a marker is
    /// sent after it has recorded its state, and before any other message.
    fn record(&mut self, bank: &Bank, snapshot: Snapshot, via: Option<NodeId>, ctx: &mut Ctx<'_, Bank>) {
        let with_markers = bank.params.snapshot == Method::ChandyLamport;
        let peers = ctx.peers().filter(|&peer| with_markers && Some(peer) != via);
        let open: Set<NodeId> = peers.collect();
        let part = Part { books: self.books.clone(), channels: Map::new() };
        self.recordings.insert(snapshot.initiator, Recording { snapshot, part, open });
        self.last = Some(snapshot);
        let balance = self.books.balance;
        let is_mine = snapshot.initiator == ctx.me();
        if with_markers {
            ctx.note(|| {
                format!(
                    "I record my balance, {balance}, and send a marker on every channel before anything else."
                )
            });
        } else {
            ctx.note(|| format!("I write down my balance, {balance}."));
        }
        if with_markers || is_mine {
            let body = if with_markers { Body::Marker(snapshot) } else { Body::WriteDown(snapshot) };
            for peer in ctx.peers() {
                self.channels.send(peer, body.clone(), ctx);
            }
        }
        self.finish_part(bank, snapshot, ctx);
    }

    /// The *marker-receiving rule*: whoever has not recorded its state does so, and that channel was empty; whoever has,
    /// has now recorded on that channel what came between.
    fn on_marker(&mut self, bank: &Bank, from: NodeId, snapshot: Snapshot, ctx: &mut Ctx<'_, Bank>) {
        let known = self.recordings.get_mut(&snapshot.initiator);
        let Some(recording) = known.filter(|recording| recording.snapshot >= snapshot) else {
            ctx.note(|| format!("The first marker of {snapshot}. Nothing was on its way from {from}."));
            return self.record(bank, snapshot, Some(from), ctx);
        };
        if recording.snapshot == snapshot && recording.open.remove(&from) {
            let came: u64 = recording.part.channels.get(&from).into_iter().flatten().sum();
            ctx.note(|| {
                format!(
                    "{from} recorded its state before it sent this marker; {came} was on its way from there."
                )
            });
            self.finish_part(bank, snapshot, ctx);
        }
    }

    /// Hands in its part, once no channel is being recorded any more.
    fn finish_part(&mut self, bank: &Bank, snapshot: Snapshot, ctx: &mut Ctx<'_, Bank>) {
        let Some(recording) = self.recordings.get(&snapshot.initiator) else { return };
        if !recording.open.is_empty() {
            return;
        }
        let part = recording.part.clone();
        let me = ctx.me();
        if snapshot.initiator == me {
            self.gather(bank, me, snapshot, part, ctx);
        } else {
            ctx.note(|| format!("My part of {snapshot} is complete: I tell {}.", snapshot.initiator));
            self.channels.send(snapshot.initiator, Body::Report(snapshot, part), ctx);
        }
    }

    fn gather(&mut self, bank: &Bank, from: NodeId, snapshot: Snapshot, part: Part, ctx: &mut Ctx<'_, Bank>) {
        let Some(parts) = self.gathered.as_mut().filter(|_| snapshot.number == self.begun) else { return };
        parts.insert(from, part);
        if parts.len() < ctx.server_count() {
            return;
        }
        let Some(parts) = self.gathered.take() else { return };
        let balances: Map<NodeId, u64> =
            parts.iter().map(|(&node, part)| (node, part.books.balance)).collect();
        let on_the_way = parts.values().map(Part::on_the_way).sum::<u64>();
        let counted = balances.values().sum::<u64>() + on_the_way;
        let total = Total { counted, issued: bank.issued() };
        ctx.note(|| format!("All parts of {snapshot} have come. I count {total}."));
        self.result = Some(Counting { snapshot, total, balances, on_the_way });
        if !self.callers.is_empty() {
            let op = self.callers.remove(0);
            self.channels.send(op.client, Body::Counted(op, total), ctx);
        }
        self.begin(bank, ctx);
    }
}
