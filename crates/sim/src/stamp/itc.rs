//! Interval tree clocks (Almeida, Baquero and Fonte, *Interval Tree Clocks: A Logical Clock for Dynamic Systems*,
//! OPODIS 2008): a logical clock for processes that come and go, without names for them.
//!
//! The line from 0 to 1 is shared out among those who live. A [`Stamp`] is an [`Id`], which says what part of the line its
//! owner has, and an [`Events`], which says how high the count stands above each point of it. Who does something raises the
//! count somewhere above its own part; nobody else can, so one stamp knows another exactly if its count is nowhere lower.
//! Who invites another gives away half of its part, and who leaves hands its part on.
//!
//! Trees cannot be changed, and share what they have in common: a copy costs nothing. Every value is in normal form (§5.2),
//! so that equal ones are equal trees. Operations go down the trees by recursion: an identity has one more level for each
//! fork that was not joined again, so a program that forks without end must stop somewhere ([`Id::depth`]).

use std::fmt;
use std::sync::Arc;

use super::Relation;

/// What part of the line someone owns.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Id {
    /// Nothing of it.
    Zero,
    /// All of it.
    One,
    /// A part of the left half, and a part of the right half; not both nothing, and not both all.
    Halves(Arc<(Id, Id)>),
}

impl Id {
    /// The identity with these halves, in normal form.
    fn halves(left: Id, right: Id) -> Id {
        match (&left, &right) {
            (Id::Zero, Id::Zero) => Id::Zero,
            (Id::One, Id::One) => Id::One,
            _ => Id::Halves(Arc::new((left, right))),
        }
    }

    /// Two identities that have nothing in common and are this one together; neither is nothing, unless this is (§5.3.2).
    fn split(&self) -> (Id, Id) {
        match self {
            Id::Zero => (Id::Zero, Id::Zero),
            Id::One => (Id::halves(Id::One, Id::Zero), Id::halves(Id::Zero, Id::One)),
            Id::Halves(halves) => match &**halves {
                (Id::Zero, right) => {
                    let (one, other) = right.split();
                    (Id::halves(Id::Zero, one), Id::halves(Id::Zero, other))
                }
                (left, Id::Zero) => {
                    let (one, other) = left.split();
                    (Id::halves(one, Id::Zero), Id::halves(other, Id::Zero))
                }
                (left, right) => (Id::halves(left.clone(), Id::Zero), Id::halves(Id::Zero, right.clone())),
            },
        }
    }

    /// What two own together (§5.3.3). What both claim to own, which no two stamps of one seed do, counts once.
    fn sum(&self, other: &Id) -> Id {
        match (self, other) {
            (Id::Zero, id) | (id, Id::Zero) => id.clone(),
            (Id::One, _) | (_, Id::One) => Id::One,
            (Id::Halves(one), Id::Halves(two)) => Id::halves(one.0.sum(&two.0), one.1.sum(&two.1)),
        }
    }

    /// Whether some point belongs to both: never so for two that live at one time.
    pub fn overlaps(&self, other: &Id) -> bool {
        match (self, other) {
            (Id::Zero, _) | (_, Id::Zero) => false,
            (Id::One, _) | (_, Id::One) => true,
            (Id::Halves(one), Id::Halves(two)) => one.0.overlaps(&two.0) || one.1.overlaps(&two.1),
        }
    }

    /// How often the line is halved to say it.
    pub fn depth(&self) -> u32 {
        match self {
            Id::Zero | Id::One => 0,
            Id::Halves(halves) => 1 + halves.0.depth().max(halves.1.depth()),
        }
    }

    /// How many numbers it is written with.
    pub fn size(&self) -> u32 {
        match self {
            Id::Zero | Id::One => 1,
            Id::Halves(halves) => halves.0.size() + halves.1.size(),
        }
    }

    /// Whether no part of it can be written shorter.
    pub fn is_normal(&self) -> bool {
        match self {
            Id::Zero | Id::One => true,
            Id::Halves(halves) => {
                !matches!(**halves, (Id::Zero, Id::Zero) | (Id::One, Id::One))
                    && halves.0.is_normal()
                    && halves.1.is_normal()
            }
        }
    }
}

/// How many events are known above each point of the line.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Events {
    /// The same number everywhere.
    Flat(u32),
    /// A number everywhere, and more above the left or the right half; above one of them there is a point with no more.
    Raised(u32, Arc<(Events, Events)>),
}

impl Events {
    /// A number everywhere, and these above the halves, in normal form.
    fn raised(base: u32, left: Events, right: Events) -> Events {
        if let (Events::Flat(one), Events::Flat(other)) = (&left, &right)
            && one == other
        {
            return Events::Flat(base + one);
        }
        let least = left.base().min(right.base());
        Events::Raised(base + least, Arc::new((left.sink(least), right.sink(least))))
    }

    /// The lowest count; in normal form it stands at the root.
    fn base(&self) -> u32 {
        match self {
            Events::Flat(base) | Events::Raised(base, _) => *base,
        }
    }

    /// The highest count.
    fn top(&self) -> u32 {
        match self {
            Events::Flat(count) => *count,
            Events::Raised(base, halves) => base + halves.0.top().max(halves.1.top()),
        }
    }

    fn lift(&self, by: u32) -> Events {
        match self {
            Events::Flat(base) => Events::Flat(base + by),
            Events::Raised(base, halves) => Events::Raised(base + by, Arc::clone(halves)),
        }
    }

    fn sink(&self, by: u32) -> Events {
        match self {
            Events::Flat(base) => Events::Flat(base - by),
            Events::Raised(base, halves) => Events::Raised(base - by, Arc::clone(halves)),
        }
    }

    /// The two halves, with what stands above the whole left out.
    fn halves(&self) -> (Events, Events) {
        match self {
            Events::Flat(_) => (Events::Flat(0), Events::Flat(0)),
            Events::Raised(_, halves) => (**halves).clone(),
        }
    }

    /// Whether the count is nowhere higher than the other's (§5.3.1).
    pub fn leq(&self, other: &Events) -> bool {
        self.leq_above(0, other, 0)
    }

    fn leq_above(&self, mine: u32, other: &Events, its: u32) -> bool {
        if mine + self.base() > its + other.base() {
            return false;
        }
        match (self, other) {
            (Events::Flat(_), _) => true,
            (Events::Raised(base, halves), Events::Flat(count)) => {
                let low = |half: &Events| half.leq_above(mine + base, &Events::Flat(*count), its);
                low(&halves.0) && low(&halves.1)
            }
            (Events::Raised(base, halves), Events::Raised(other_base, others)) => {
                let (mine, its) = (mine + base, its + other_base);
                (mine <= its && Arc::ptr_eq(halves, others))
                    || (halves.0.leq_above(mine, &others.0, its) && halves.1.leq_above(mine, &others.1, its))
            }
        }
    }

    /// The higher count at each point (§5.3.3).
    fn join(&self, other: &Events) -> Events {
        match (self, other) {
            (Events::Flat(one), Events::Flat(two)) => Events::Flat(*one.max(two)),
            (Events::Raised(one, halves), Events::Raised(two, others)) if Arc::ptr_eq(halves, others) => {
                Events::Raised(*one.max(two), Arc::clone(halves))
            }
            _ => {
                let (low, high) = if self.base() <= other.base() { (self, other) } else { (other, self) };
                let by = high.base() - low.base();
                let ((left, right), (others_left, others_right)) = (low.halves(), high.halves());
                Events::raised(
                    low.base(),
                    left.join(&others_left.lift(by)),
                    right.join(&others_right.lift(by)),
                )
            }
        }
    }

    /// Raises the count above the owner's part as far as that makes it simpler, and no higher than what is known already
    /// (§5.3.4, `fill`).
    fn fill(&self, id: &Id) -> Events {
        match (id, self) {
            (Id::One, _) => Events::Flat(self.top()),
            (Id::Zero, _) | (_, Events::Flat(_)) => self.clone(),
            (Id::Halves(ids), Events::Raised(base, halves)) => match &**ids {
                (Id::One, right) => {
                    let right = halves.1.fill(right);
                    Events::raised(*base, Events::Flat(halves.0.top().max(right.base())), right)
                }
                (left, Id::One) => {
                    let left = halves.0.fill(left);
                    let low = left.base();
                    Events::raised(*base, left, Events::Flat(halves.1.top().max(low)))
                }
                (left, right) => Events::raised(*base, halves.0.fill(left), halves.1.fill(right)),
            },
        }
    }

    /// Raises the count by one above a piece of the owner's part, where that makes the tree least larger (§5.3.4, `grow`).
    /// `None`: the owner has no part.
    fn grow(&self, id: &Id) -> Option<(Events, Cost)> {
        match (id, self) {
            (Id::Zero, _) => None,
            // What is all the owner's is flat by now: it was filled before.
            (Id::One, _) => Some((Events::Flat(self.top() + 1), Cost::default())),
            (Id::Halves(ids), _) => {
                let (left, right) = self.halves();
                let on_the_left = left.grow(&ids.0);
                let on_the_right = right.grow(&ids.1);
                let (left, right, cost) = match (on_the_left, on_the_right) {
                    (Some((left, cost)), None) => (left, right, cost),
                    (Some((left, cost)), Some((_, other))) if cost < other => (left, right, cost),
                    (_, Some((right, cost))) => (left, right, cost),
                    (None, None) => return None,
                };
                let split = u32::from(matches!(self, Events::Flat(_)));
                let cost = Cost { splits: cost.splits + split, depth: cost.depth + 1 };
                Some((Events::raised(self.base(), left, right), cost))
            }
        }
    }

    /// How many numbers it is written with.
    pub fn size(&self) -> u32 {
        match self {
            Events::Flat(_) => 1,
            Events::Raised(_, halves) => 1 + halves.0.size() + halves.1.size(),
        }
    }

    /// Whether no part of it can be written shorter.
    pub fn is_normal(&self) -> bool {
        match self {
            Events::Flat(_) => true,
            Events::Raised(_, halves) => {
                let (left, right) = &**halves;
                let flat = matches!((left, right), (Events::Flat(_), Events::Flat(_))) && left == right;
                !flat && left.base().min(right.base()) == 0 && left.is_normal() && right.is_normal()
            }
        }
    }
}

/// What growing costs: first of all numbers that are split in two (the paper's large constant N), then depth.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    splits: u32,
    depth: u32,
}

/// A stamp: who someone is, and what it knows.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Stamp {
    id: Id,
    events: Events,
}

impl Stamp {
    /// The first stamp of all: it owns the whole line, and nothing has happened.
    pub const fn seed() -> Stamp {
        Stamp { id: Id::One, events: Events::Flat(0) }
    }

    /// What its owner has of the line.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// What it knows.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Whether its owner has nothing of the line: a stamp in a message, which only tells what is known.
    pub fn is_anonymous(&self) -> bool {
        self.id == Id::Zero
    }

    /// Shares what its owner has with a newcomer: the stamp to keep and the one to give away, which know the same.
    pub fn fork(&self) -> (Stamp, Stamp) {
        let (one, other) = self.id.split();
        let with = |id| Stamp { id, events: self.events.clone() };
        (with(one), with(other))
    }

    /// What it knows, without an owner: the stamp to send.
    pub fn peek(&self) -> Stamp {
        Stamp { id: Id::Zero, events: self.events.clone() }
    }

    /// Something happens at its owner: the stamp knows one thing more than before, which no other stamp knows.
    ///
    /// An anonymous stamp has no place to count it in, and stays as it is.
    pub fn event(&self) -> Stamp {
        let filled = self.events.fill(&self.id);
        let events = if filled == self.events {
            self.events.grow(&self.id).map_or(filled, |(grown, _)| grown)
        } else {
            filled
        };
        Stamp { id: self.id.clone(), events }
    }

    /// All that either knows, and what both own together: a message is received (its stamp is anonymous), or another
    /// process ends and hands on what it had.
    pub fn join(&self, other: &Stamp) -> Stamp {
        Stamp { id: self.id.sum(&other.id), events: self.events.join(&other.events) }
    }

    /// Whether the other knows all that this one knows.
    pub fn leq(&self, other: &Stamp) -> bool {
        self.events.leq(&other.events)
    }

    /// How the two lie to one another.
    pub fn compare(&self, other: &Stamp) -> Relation {
        Relation::of(self.leq(other), other.leq(self))
    }

    /// How many numbers it is written with: zeros and ones of the identity, and counts of the events.
    pub fn size(&self) -> u32 {
        self.id.size() + self.events.size()
    }

    /// Whether both its trees are in normal form. All that this module hands out is.
    pub fn is_normal(&self) -> bool {
        self.id.is_normal() && self.events.is_normal()
    }
}

// As the paper writes them: `0`, `1` and `(left,right)`; `n` and `(n,left,right)`; `(id,events)`. Debug is the same.

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Zero => f.write_str("0"),
            Id::One => f.write_str("1"),
            Id::Halves(halves) => write!(f, "({},{})", halves.0, halves.1),
        }
    }
}

impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Events::Flat(count) => write!(f, "{count}"),
            Events::Raised(base, halves) => write!(f, "({base},{},{})", halves.0, halves.1),
        }
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({},{})", self.id, self.events)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
