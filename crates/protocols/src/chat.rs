//! A chat among friends: whoever writes a line sends it to all others, and each shows lines as they come.
//!
//! There is no server in the middle and no order but that of arrival. Whoever reads a question thinks for a while and then
//! answers it. So there are events that cause one another, and events that have nothing to do with one another; and now and
//! then an answer overtakes its question, for which Lamport's *Time, Clocks, and the Ordering of Events in a Distributed
//! System* (1978) has the words, and vector clocks (Fidge; Mattern, both 1988) the means to see it.

use imbl::Vector;
use lightcone_sim::ids::{EventId, NodeId, Nodes};
use lightcone_sim::monitor::{Monitor, Report, Seen};
use lightcone_sim::protocol::{Ctx, Event, MsgView, Protocol, Status, View, Weight};
use lightcone_sim::scenario::{Action, Latency, LinkSpec, Scenario, WeightedOp};
use lightcone_sim::sorted::Map;
use lightcone_sim::time::Ns;
use serde::{Deserialize, Serialize};

/// The protocol.
#[derive(Debug)]
pub struct Chat {
    params: Params,
}

/// How long the friends think.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// At least so long after reading a question, on one's own clock.
    pub think_min: Ns,
    /// At most so long.
    pub think_max: Ns,
}

impl Default for Params {
    fn default() -> Params {
        Params { think_min: Ns::ms(20), think_max: Ns::ms(120) }
    }
}

/// Which line: its writer's n-th, counted from 1.
type Which = (NodeId, u32);

/// A line of the chat.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// Which it is.
    which: Which,
    /// What it says.
    text: String,
    /// The question that it answers.
    answers: Option<Which>,
}

/// What friends send.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Msg {
    /// A person types this.
    Type(String),
    /// A friend has written this line.
    Wrote(Line),
}

impl Protocol for Chat {
    type Params = Params;
    type State = ();
    type Stable = Vector<Line>; // The lines that a friend has on the screen, oldest first. A phone keeps them.
    type Msg = Msg;
    type Timer = Which; // Thinking about this question.
    type Op = String; // A person types something.
    type Ret = &'static str;
    const NAME: &'static str = "chat";
    const TITLE: &'static str = "Chat";
    const SUMMARY: &'static str = "Friends write to all others, and answer what they read";
    const PARAMS: &'static [(&'static str, &'static str)] = &[
        ("think_min", "how long a friend thinks about a question at least, in ns of local time"),
        ("think_max", "how long at most"),
    ];
    const OPS: &'static [&'static str] = &["lunch?", "it rains"];

    fn new(params: Params, _: Nodes) -> Result<Chat, String> {
        match params.think_min <= params.think_max && params.think_max <= Ns::s(3_600) {
            true => Ok(Chat { params }),
            false => Err(format!(
                "think_min is {} and think_max {}: the first is at most the second, and that at most an hour",
                params.think_min, params.think_max
            )),
        }
    }

    fn scenario(nodes: Option<u16>) -> Scenario {
        let mut scenario = Scenario { until: Ns::s(5), ..Scenario::new(Self::NAME, nodes.unwrap_or(3)) };
        scenario.workload.clients = 2;
        scenario.workload.every = Ns::ms(1_200);
        let op = |op: &str, weight| WeightedOp { op: op.to_owned(), weight };
        scenario.workload.ops = vec![op("lunch?", 2), op("it rains", 1), op("are you there?", 1)];
        scenario
    }

    fn examples() -> Vec<(&'static str, Scenario)> {
        let mut scenario = Scenario { until: Ns::s(1), ..Self::scenario(None) };
        scenario.workload.ops.clear();
        scenario.network.latency = Latency::Constant(Ns::ms(20));
        let (a, c) = (NodeId::server(0), NodeId::server(2));
        let latency = Some(Latency::Constant(Ns::ms(300)));
        let slow = LinkSpec { latency, ..LinkSpec::usual(a, c) };
        scenario.network.links.push(slow);
        let op = "lunch?".to_owned();
        scenario.push(Ns::ms(100), Action::Op { client: NodeId::client(0), op, node: Some(a) });
        vec![("An answer overtakes its question", scenario)]
    }

    fn boot(&self, _: &mut Ctx<'_, Chat>) {}

    fn on(&self, (): &mut (), event: Event<'_, Chat>, ctx: &mut Ctx<'_, Chat>) {
        match event {
            Event::Op { id, op, at } => {
                // A client writes on the phone of the friend with its number.
                let phone = usize::from(ctx.me().number()) % ctx.server_count();
                ctx.send(at.unwrap_or(NodeId::server(phone as u16)), Msg::Type(op));
                ctx.reply(id, "typed");
            }
            Event::Message { msg: Msg::Type(text), .. } => write(text.clone(), None, ctx),
            Event::Message { msg: Msg::Wrote(line), .. } => self.read(line, ctx),
            Event::Timer((asker, number)) => {
                ctx.note(|| format!("I have thought about what {asker} asked."));
                write("yes".to_owned(), Some((asker, number)), ctx);
            }
        }
    }

    fn status(&self, (): &(), _: &Vector<Line>) -> Status {
        Status { role: "friend", weight: Weight::Thin, epoch: None }
    }

    fn view(&self, (): &(), lines: &Vector<Line>) -> View {
        let shown = lines.iter().map(|line| format!("{}: {}", line.which.0, line.text));
        shown.fold(View::default(), |view, line| view.durable("line", line))
    }

    fn describe(&self, msg: &Msg) -> MsgView {
        let (kind, label, sentence) = match msg {
            Msg::Type(text) => ("typing", text.clone(), format!("Write “{text}”.")),
            Msg::Wrote(Line { text, answers: None, .. }) => {
                ("line", text.clone(), format!("I write “{text}” to all."))
            }
            Msg::Wrote(Line { text, answers: Some((asker, _)), .. }) => {
                ("answer", format!("{text}, {asker}"), format!("I answer “{text}” to what {asker} asked."))
            }
        };
        MsgView { kind, label, sentence, epoch: None, routine: false }
    }

    fn describe_timer(&self, (asker, _): &Which) -> String {
        format!("thinking about what {asker} asked")
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Chat>>> {
        vec![Box::new(QuestionFirst::default())]
    }
}

impl Chat {
    /// A line comes in: it is shown, and if it is a question, thought about.
    fn read(&self, line: &Line, ctx: &mut Ctx<'_, Chat>) {
        if ctx.stable().iter().any(|shown| shown.which == line.which) {
            return ctx.note(|| "I have that line already.".to_owned());
        }
        ctx.persist(|lines| lines.push_back(line.clone()));
        if line.text.ends_with('?') {
            ctx.note(|| "That is a question: I think about it.".to_owned());
            ctx.set_timer(line.which, self.params.think_min, self.params.think_max);
        }
    }
}

/// Shows a line of one's own, and sends it to all others.
fn write(text: String, answers: Option<Which>, ctx: &mut Ctx<'_, Chat>) {
    let me = ctx.me();
    let own = ctx.stable().iter().filter(|line| line.which.0 == me).count() as u32;
    let line = Line { which: (me, own + 1), text, answers };
    ctx.persist(|lines| lines.push_back(line.clone()));
    for peer in ctx.peers() {
        ctx.send(peer, Msg::Wrote(line.clone()));
    }
}

/// What one would wish for, and nothing here makes sure of: whoever reads an answer has read its question.
#[derive(Clone, Debug, Default)]
struct QuestionFirst {
    /// Where each line was written.
    written: Map<Which, EventId>,
    /// How many lines each friend had on the screen.
    shown: Map<NodeId, usize>,
}

impl Monitor<Chat> for QuestionFirst {
    fn name(&self) -> &'static str {
        "question first"
    }

    fn observe(&mut self, seen: Seen<'_, Chat>, report: &mut Report<'_>) {
        let reader = seen.event.node;
        let shown = self.shown.or_default(reader);
        let before = std::mem::replace(shown, seen.stable.len());
        for (place, line) in seen.stable.iter().enumerate().skip(before) {
            if line.which.0 == reader {
                self.written.insert(line.which, seen.event);
            }
            let Some(question) = line.answers else { continue };
            if !seen.stable.iter().take(place).any(|earlier| earlier.which == question) {
                let text = format!(
                    "{reader} reads {}'s answer to a question of {}'s that it has not read.",
                    line.which.0, question.0
                );
                let evidence = [question, line.which].map(|which| self.written.get(&which).copied());
                report.violated(text, evidence.into_iter().flatten());
            }
        }
    }
}
