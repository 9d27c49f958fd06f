//! A process: works, sends, invites others and goes.

use lightcone_sim::ids::{NodeId, OpId};
use lightcone_sim::protocol::Ctx;
use lightcone_sim::stamp::itc::Stamp;
use lightcone_sim::stamp::version::VersionVector;

use super::messages::{Gift, Knowledge, Msg, Op, Process, Ret};
use super::{Home, Itc, Life, Params};

/// Parts of the line that were given away and lost are never joined again. Who has halved what it has so often stops giving.
const DEPTH_MAX: u32 = 60;

impl Life {
    /// The first process of all.
    pub(super) fn first(node: NodeId) -> Life {
        let process = Process { node, birth: None };
        Life { process, knows: Knowledge { stamp: Stamp::seed(), vector: VersionVector::new() } }
    }

    /// Something happens here.
    fn event(&mut self) {
        self.knows.stamp = self.knows.stamp.event();
        self.knows.vector.increment(self.process);
    }

    /// Hears all that someone else knows.
    fn hear(&mut self, other: &Knowledge) {
        self.knows.stamp = self.knows.stamp.join(&other.stamp);
        self.knows.vector.merge(&other.vector);
    }
}

/// A client asks for something.
pub(super) fn on_do(client: NodeId, id: OpId, op: &Op, ctx: &mut Ctx<'_, Itc>) {
    let mut home = ctx.stable().clone();
    let to = match op {
        Op::Work => None,
        Op::Tell(to) | Op::Fork(to) | Op::Retire(to) => to.or_else(|| anybody(ctx)),
    };
    let is_peer = |to: NodeId| to != ctx.me() && usize::from(to.number()) < ctx.server_count();
    let done = match (&mut home, to) {
        (Home { life: None, .. }, _) => Err("there is no process here"),
        (Home { life: Some(life), .. }, _) if *op == Op::Work => {
            life.event();
            Ok(None)
        }
        (home, Some(to)) if is_peer(to) => act(home, op, ctx.me()).map(|message| Some((to, message))),
        _ => Err("there is no such other node"),
    };
    ctx.note(|| told(op, done.as_ref().err(), &home));
    let ret = match (&done, &home.life) {
        (Err(why), _) => Ret::Refused(why),
        (Ok(_), Some(life)) => Ret::Stamp(life.knows.stamp.clone()),
        (Ok(_), None) => Ret::Ended,
    };
    let alive = home.life.is_some();
    let mut heir = None;
    if let Ok(message) = done {
        ctx.persist(|disk| *disk = home);
        if let Some((to, message)) = message {
            heir = matches!(message, Msg::Give { .. }).then_some(to);
            ctx.send(to, message);
        }
    }
    ctx.send(client, Msg::Answer { id, ret, heir, alive });
}

/// What concerns another: the message to it, or why not.
fn act(home: &mut Home, op: &Op, me: NodeId) -> Result<Msg, &'static str> {
    let gift = Gift { from: me, number: home.gifts + 1 };
    let Some(life) = &mut home.life else { return Err("there is no process here") };
    let (stamp, whole) = match op {
        Op::Work | Op::Tell(_) => {
            life.event();
            let stamp = life.knows.stamp.peek();
            return Ok(Msg::Tell(Knowledge { stamp, vector: life.knows.vector.clone() }));
        }
        Op::Fork(_) if life.knows.stamp.id().depth() >= DEPTH_MAX => {
            return Err("its part is too small to be shared");
        }
        Op::Fork(_) => {
            let (mine, yours) = life.knows.stamp.fork();
            life.knows.stamp = mine;
            (yours, false)
        }
        Op::Retire(_) => (life.knows.stamp.clone(), true),
    };
    let knowledge = Knowledge { stamp, vector: life.knows.vector.clone() };
    home.gifts += 1;
    if whole {
        home.life = None;
    }
    Ok(Msg::Give { gift, knowledge, whole })
}

fn told(op: &Op, refused: Option<&&str>, home: &Home) -> String {
    match (refused, op, &home.life) {
        (Some(why), ..) => format!("I do not do it: {why}."),
        (None, Op::Work, Some(life)) => {
            format!("I count one event above my own part: {}.", life.knows.stamp)
        }
        (None, Op::Fork(_), _) => {
            "I give away half of my part. Both know the same, and nobody else had to be asked.".to_owned()
        }
        (None, Op::Retire(_), _) => {
            "I hand on my part and all that I know. No trace of me is left.".to_owned()
        }
        _ => "Sending is an event. What I send tells what I know, and not who I am.".to_owned(),
    }
}

/// Another server, picked at random.
fn anybody(ctx: &mut Ctx<'_, Itc>) -> Option<NodeId> {
    let peers: Vec<NodeId> = ctx.peers().collect();
    if peers.is_empty() { None } else { Some(peers[ctx.pick(peers.len() as u64) as usize]) }
}

/// A message from another process: all that it knew, and then the event of having received it.
pub(super) fn on_tell(from: NodeId, theirs: &Knowledge, ctx: &mut Ctx<'_, Itc>) {
    let Some(mut life) = ctx.stable().life.clone() else {
        return ctx.note(|| format!("There is no process here that could hear what {from} says."));
    };
    life.hear(theirs);
    life.event();
    ctx.note(|| format!("I know what {from} knew, and that I have heard it: {}.", life.knows.stamp));
    ctx.persist(|disk| disk.life = Some(life));
}

/// A part of the line: a process begins here, or the one that lives here owns more.
pub(super) fn on_give(params: &Params, gift: Gift, theirs: &Knowledge, ctx: &mut Ctx<'_, Itc>) {
    if params.remember && ctx.stable().taken.contains(&gift) {
        return ctx.note(|| {
            "This came before. Taken twice, one part of the line would have two owners.".to_owned()
        });
    }
    let process = Process { node: ctx.me(), birth: Some(gift) };
    let life = match ctx.stable().life.clone() {
        Some(mut life) => {
            life.hear(theirs);
            life.event();
            ctx.note(|| format!("I own that as well, and know what was known: {}.", life.knows.stamp));
            life
        }
        None => {
            let mut life = Life { process, knows: theirs.clone() };
            life.event();
            ctx.note(|| format!("I begin to live, and own a part of the line: {}.", life.knows.stamp));
            life
        }
    };
    ctx.persist(|disk| {
        disk.taken.insert(gift);
        disk.life = Some(life);
    });
}
