//! Ping: A asks all others again and again, each echoes, and A measures how long it takes, on its own clock (the echo of
//! Postel, *Internet Control Message Protocol*, RFC 792, 1981).

use std::collections::BTreeMap;

use imbl::{OrdMap, OrdSet};
use lightcone_sim::ids::{NodeId, Nodes};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Latency, LinkSpec, Scenario};
use lightcone_sim::time::{LocalNs, Ns};
use serde::{Deserialize, Serialize};

/// The protocol.
#[derive(Debug)]
pub struct Ping {
    params: Params,
}

/// How A asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How often.
    pub every: Ns,
    /// How many pings it sends each node at once.
    pub burst: u32,
    /// How many times it asks; 0: without end.
    pub times: u32,
    /// How long a ping and its echo are, in bytes.
    pub bytes: u32,
}

impl Default for Params {
    fn default() -> Params {
        Params { every: Ns::ms(50), burst: 1, times: 0, bytes: 100 }
    }
}

/// What A has measured, by the node that it asked; the others keep nothing.
pub type Measured = BTreeMap<NodeId, Probe>;

/// What A has measured of one node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Probe {
    /// How many pings it has sent.
    pub sent: u32,
    /// How many echoes have come, each counted once.
    pub came: u32,
    /// How many echoes came again.
    pub again: u32,
    /// How many echoes were overtaken by that of a later ping.
    pub overtaken: u32,
    /// The number of the last ping whose echo has come.
    last: u32,
    /// Pings whose echo has not come.
    open: OrdSet<u32>,
    /// Round trips by the local clock, and how many took so long.
    trips: OrdMap<LocalNs, u32>,
}

impl Probe {
    /// The round trip that so many of a hundred do not exceed (nearest rank); `None` before the first.
    pub fn quantile(&self, percent: u32) -> Option<LocalNs> {
        let rank = (u64::from(self.came) * u64::from(percent)).div_ceil(100).max(1);
        let mut seen = 0;
        self.trips.iter().find_map(|(&trip, &count)| {
            seen += u64::from(count);
            (seen >= rank).then_some(trip)
        })
    }

    fn echo(&mut self, number: u32, trip: LocalNs) {
        if self.open.remove(&number).is_none() {
            self.again += 1;
            return;
        }
        self.came += 1;
        self.overtaken += u32::from(number < self.last);
        self.last = self.last.max(number);
        *self.trips.entry(trip).or_insert(0) += 1;
    }
}

/// A question or its echo.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// Are you there?
    Ping(Stamp),
    /// What you sent, back.
    Echo(Stamp),
}

/// Which ping of its link, and when A's clock says that it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    number: u32,
    at: LocalNs,
}

/// A span of a local clock, which may have been set back meanwhile.
fn span(local: LocalNs) -> String {
    format!("{}{}", if local < 0 { "−" } else { "" }, Ns(local.unsigned_abs()))
}

impl Protocol for Ping {
    type Params = Params;
    type State = Measured;
    type Stable = ();
    type Msg = Msg;
    type Timer = u32; // The next time that A asks, from 1.
    type Op = String;
    type Ret = &'static str;
    const NAME: &'static str = "ping";
    const TITLE: &'static str = "Ping";
    const SUMMARY: &'static str =
        "A node asks the others again and again, and measures how long the echo takes";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("every", "how often A asks, in ns of local time"),
        ("burst", "how many pings it sends each node at once"),
        ("times", "how many times it asks; 0: without end"),
        ("bytes", "how long a ping is, in bytes"),
    ];

    fn new(params: Params, _: Nodes) -> Result<Ping, String> {
        match params {
            Params { every: Ns(..1_000), .. } => Err("`every` must be at least 1 µs".to_owned()),
            Params { burst: 1..=1_000, .. } => Ok(Ping { params }),
            _ => Err("`burst` must be from 1 to 1000".to_owned()),
        }
    }

    /// B is near, C is far with a long tail, and on the way to D a fifth is lost.
    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(5), ..Scenario::new(Self::NAME, nodes.unwrap_or(4)) };
        scenario.workload.clients = 0;
        let near = Latency::Uniform { min: Ns::ms(1), max: Ns::ms(3) };
        let far = Latency::LogNormal { median: Ns::ms(40), p99: Ns::ms(200) };
        let (a, b, c, d) = (NodeId::server(0), NodeId::server(1), NodeId::server(2), NodeId::server(3));
        let link = |from, to, latency, loss_ppm| LinkSpec { latency, loss_ppm, ..LinkSpec::usual(from, to) };
        scenario.network.links = vec![
            link(a, b, Some(near.clone()), None),
            link(b, a, Some(near), None),
            link(a, c, Some(far.clone()), None),
            link(c, a, Some(far), None),
            link(a, d, None, Some(200_000)),
        ];
        scenario
    }

    fn boot(&self, ctx: &mut Ctx<'_, Ping>) -> Measured {
        if ctx.me() != NodeId::server(0) {
            return Measured::new();
        }
        ctx.set_timer(1, self.params.every, self.params.every);
        ctx.peers().map(|peer| (peer, Probe::default())).collect()
    }

    fn on(&self, measured: &mut Measured, event: Event<'_, Ping>, ctx: &mut Ctx<'_, Ping>) {
        match event {
            Event::Op { id, .. } => ctx.reply(id, "nobody asks for a ping"),
            Event::Message { from, msg: Msg::Ping(stamp) } => ctx.send(from, Msg::Echo(*stamp)),
            Event::Message { from, msg: Msg::Echo(stamp) } => {
                let trip = ctx.now().saturating_sub(stamp.at);
                if let Some(probe) = measured.get_mut(&from) {
                    probe.echo(stamp.number, trip);
                    ctx.note(|| format!("Ping {} to {from} and back took {}.", stamp.number, span(trip)));
                }
            }
            Event::Timer(time) => {
                let at = ctx.now();
                for (&peer, probe) in measured {
                    for _ in 0..self.params.burst {
                        probe.sent += 1;
                        probe.open.insert(probe.sent);
                        ctx.send(peer, Msg::Ping(Stamp { number: probe.sent, at }));
                    }
                }
                if self.params.times == 0 || time < self.params.times {
                    ctx.set_timer(time.saturating_add(1), self.params.every, self.params.every);
                }
            }
        }
    }

    fn status(&self, measured: &Measured, (): &()) -> Status {
        match measured.is_empty() {
            true => Status { role: "echoes", weight: Weight::Thin, epoch: None },
            false => Status { role: "asks", weight: Weight::Thick, epoch: Some(1) },
        }
    }

    fn view(&self, measured: &Measured, (): &()) -> View {
        measured.iter().fold(View::default(), |view, (node, probe)| {
            let mut text = format!("{node}: {} of {} came back", probe.came, probe.sent);
            if let (Some(p50), Some(p99)) = (probe.quantile(50), probe.quantile(99)) {
                text += &format!(", p50 {}, p99 {}", span(p50), span(p99));
            }
            for (count, what) in [(probe.again, "came twice"), (probe.overtaken, "overtaken")] {
                if count > 0 {
                    text += &format!(", {count} {what}");
                }
            }
            view.field("round trips", text)
        })
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, number, sentence) = match msg {
            Msg::Ping(stamp) => ("ping", stamp.number, "Are you there?"),
            Msg::Echo(stamp) => ("echo", stamp.number, "I am here, and this is what you sent."),
        };
        let label = format!("{kind} {number}");
        MsgView { kind, label, sentence: sentence.to_owned(), epoch: None, routine: false }
    }

    fn size(&self, _: &Msg) -> u32 {
        self.params.bytes
    }

    fn describe_timer(&self, _: &u32) -> String {
        "next ping".to_owned()
    }
}
