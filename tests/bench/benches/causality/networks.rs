//! Three ways for nodes to talk: around a ring, with a hub, and with anybody. They do nothing else.

use std::collections::BTreeMap;

use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::protocol::{Ctx, Event, Protocol};
use lightcone_sim::time::Ns;

/// How long a node waits between two things that it does of itself.
const PERIOD: Ns = Ns::ms(20);

/// What one of these protocols does at boot, when its timer fires, and when a message comes.
macro_rules! network {
    ($name:ident, $text:literal, $boot:expr, $timer:expr, $message:expr) => {
        #[doc = $text]
        #[derive(Debug)]
        pub struct $name;

        impl Protocol for $name {
            type Params = BTreeMap<String, u64>;
            type State = ();
            type Stable = ();
            type Msg = ();
            type Timer = ();
            type Op = String;
            type Ret = &'static str;
            const NAME: &'static str = stringify!($name);
            const TITLE: &'static str = stringify!($name);
            const SUMMARY: &'static str = $text;

            fn new(_: Self::Params, _: Nodes) -> Result<Self, String> {
                Ok($name)
            }

            fn boot(&self, ctx: &mut Ctx<'_, Self>) {
                $boot(ctx);
            }

            fn on(&self, (): &mut (), event: Event<'_, Self>, ctx: &mut Ctx<'_, Self>) {
                match event {
                    Event::Message { from, .. } => $message(ctx, from),
                    Event::Timer(()) => {
                        $timer(ctx);
                        ctx.set_timer((), PERIOD, PERIOD);
                    }
                    Event::Op { id, .. } => ctx.reply(id, ""),
                }
            }
        }
    };
}

network!(
    Ring,
    "One token goes around",
    |ctx: &mut Ctx<'_, Ring>| {
        if ctx.me() == NodeId::server(0) {
            next(ctx);
        }
    },
    |_: &mut Ctx<'_, Ring>| {},
    |ctx: &mut Ctx<'_, Ring>, _: NodeId| next(ctx)
);

fn next(ctx: &mut Ctx<'_, Ring>) {
    let next = (usize::from(ctx.me().number()) + 1) % ctx.server_count();
    ctx.send(NodeId::server(next as u16), ());
}

network!(
    Star,
    "All ask one, which answers",
    |ctx: &mut Ctx<'_, Star>| ctx.set_timer((), Ns(1), PERIOD),
    |ctx: &mut Ctx<'_, Star>| {
        if ctx.me() != NodeId::server(0) {
            ctx.send(NodeId::server(0), ());
        }
    },
    |ctx: &mut Ctx<'_, Star>, from: NodeId| {
        if ctx.me() == NodeId::server(0) {
            ctx.send(from, ());
        }
    }
);

network!(
    Gossip,
    "All write to anybody",
    |ctx: &mut Ctx<'_, Gossip>| ctx.set_timer((), Ns(1), PERIOD),
    |ctx: &mut Ctx<'_, Gossip>| {
        let anybody = ctx.pick(ctx.server_count() as u64) as u16;
        ctx.send(NodeId::server(anybody), ());
    },
    |_: &mut Ctx<'_, Gossip>, _: NodeId| {}
);
