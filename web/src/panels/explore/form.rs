//! What is asked: from where, what, on which network, and what may go wrong.

use lightcone_explore::{Budgets, Limits, Network, ROLE, Shown, Strategy, Watched};
use lightcone_models::{Askable, Asking};
use lightcone_sim::explored::LINEARIZABLE;
use lightcone_sim::order::Key;
use lightcone_sim::scenario::Scenario;
use lightcone_sim::session::Session;
use yew::prelude::*;

use crate::dom;
use crate::parts::pick_list::PickList;
use crate::words;

/// A field that servers show, and what stands in it: of some server, at the playhead.
type Seen = Vec<(String, String)>;

/// What can be written, as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    here: bool,
    what: String,
    field: String,
    value: String,
    network: Network,
    /// What stands in [`NUMBERS`].
    numbers: [String; NUMBERS.len()],
    symmetry: bool,
    por: bool,
}

/// The numbers: name, what it means, the most that it may be.
const NUMBERS: [(&str, &str, u64); 12] = [
    ("servers that show it", "at once", 16),
    ("time-outs", "timers that fire, in all; empty: any number", 15),
    ("calls of each client", "beyond those in the script, from the workload", 60),
    ("lost messages", "in all", 15),
    ("doubled messages", "in all", 15),
    ("crashes", "the disk stays", 15),
    ("crashes with amnesia", "the disk is lost", 15),
    ("crashes inside a step", "between two of its effects", 15),
    ("partitions", "of the servers in two", 15),
    ("lies", "of servers: a number is one more or one less", 15),
    ("memory, MB", "where the search ends, finished or not", 3_000),
    ("steps at most", "empty: any number", 1_000_000),
];

/// Everything that the protocol must keep.
const ALL: &str = "all";
/// Something that servers show.
const SHOWN: &str = "shown";

impl Form {
    /// A form as it is at first.
    pub fn new(askable: Option<Askable>) -> Form {
        let timers = askable.and_then(|askable| askable.timers).map(|most| most.to_string());
        let of = |place: usize| match place {
            0 => "2".to_owned(),
            1 => timers.clone().unwrap_or_default(),
            10 => "600".to_owned(),
            11 => String::new(),
            _ => "0".to_owned(),
        };
        Form {
            here: true,
            what: ALL.to_owned(),
            field: ROLE.to_owned(),
            value: String::new(),
            network: askable.map(|askable| askable.network).unwrap_or_default(),
            numbers: std::array::from_fn(of),
            symmetry: false,
            por: false,
        }
    }

    fn number(&self, place: usize) -> Result<Option<u64>, String> {
        let (name, _, most) = NUMBERS[place];
        let text = self.numbers[place].trim();
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<u64>() {
            Ok(number) if number <= most => Ok(Some(number)),
            _ => Err(format!(
                "“{}” is not a number from 0 to {most}, for {name}",
                text.chars().take(20).collect::<String>()
            )),
        }
    }

    fn small(&self, place: usize) -> Result<u8, String> {
        Ok(self.number(place)?.unwrap_or(0) as u8)
    }

    /// The question, with the playhead here.
    pub fn asking(&self, now: Key) -> Result<Asking, String> {
        let watched = match self.what.as_str() {
            ALL => Watched::All,
            SHOWN if self.value.trim().is_empty() => {
                return Err(format!("what {} shows is still to be written", self.field));
            }
            SHOWN => Watched::Shown(Shown {
                field: self.field.clone(),
                value: self.value.trim().to_owned(),
                servers: self.small(0)?.max(1),
            }),
            property => Watched::Only(property.to_owned()),
        };
        let budgets = Budgets {
            timers: self.number(1)?.map(|most| most as u8),
            drops: self.small(3)?,
            duplicates: self.small(4)?,
            crashes: self.small(5)?,
            amnesias: self.small(6)?,
            inside: self.small(7)?,
            cuts: self.small(8)?,
            lies: self.small(9)?,
        };
        let usual = Limits::default();
        let limits = Limits {
            bytes: self.number(10)?.unwrap_or(600) * 1_000_000,
            depth: self.number(11)?.map_or(usual.depth, |steps| steps as u32 + 1),
            ..usual
        };
        let calls = self.number(2)?.unwrap_or(0) as u16;
        let strategy = Strategy { symmetry: self.symmetry, por: self.por, ..Strategy::default() };
        let (at, network) = (self.here.then_some(now.at), self.network);
        Ok(Asking { at, calls, network, budgets, watched, limits, strategy })
    }
}

/// What servers show at the playhead.
pub fn seen(session: &dyn Session, now: Key) -> Seen {
    let mut seen = Seen::new();
    for node in session.trace().nodes().iter().filter(|node| !node.is_client()) {
        let Some(shows) = session.node(node, now) else { continue };
        seen.extend(shows.status.map(|status| (ROLE.to_owned(), status.role.to_owned())));
        let fields = shows.view.into_iter().flat_map(|view| view.fields);
        seen.extend(fields.map(|field| (field.name.to_owned(), field.value)));
    }
    let mut once = Seen::new();
    seen.into_iter().for_each(|pair| {
        if !once.contains(&pair) {
            once.push(pair)
        }
    });
    once
}

/// The fields.
pub fn fields(
    form: &UseStateHandle<Form>,
    askable: &Askable,
    seen: &Seen,
    scenario: &Scenario,
    now: Key,
) -> Html {
    let put = |change: fn(&mut Form, String)| {
        let form = form.clone();
        Callback::from(move |text: String| {
            let mut new = (*form).clone();
            change(&mut new, text);
            form.set(new);
        })
    };
    let from = [
        ("here".into(), format!("the playhead, {}", words::clock(now.at)).into()),
        ("start".into(), "the start of all nodes".into()),
    ];
    let mut what: Vec<(AttrValue, AttrValue)> = vec![(ALL.into(), "is any invariant violated?".into())];
    if askable.has_object {
        what.push((LINEARIZABLE.into(), "are clients told what no order of their calls explains?".into()));
    }
    what.extend(askable.properties.iter().map(|&name| (name.into(), format!("is {name} violated?").into())));
    what.push((SHOWN.into(), "do servers ever show …".into()));
    let networks: Vec<(AttrValue, AttrValue)> = Network::ALL
        .into_iter()
        .map(|network| (network.name().into(), network_words(network).into()))
        .collect();
    let number = |place: usize| number(form, place);
    let here = put(|form, _| form.here = true);
    html! {
        <>
            <button type="button" class="explore-here" hidden=true onclick={Callback::from(move |_: MouseEvent| here.emit(String::new()))}>{ "from the playhead" }</button>
            <p class="small">{ format!("Any message may arrive next, any timer fire: all of it is gone through, for {} servers.", scenario.nodes) }</p>
            <PickList label="from" choices={from.to_vec()} value={if form.here { "here" } else { "start" }} onpick={put(|form, text| form.here = text == "here")} name="explore from" />
            <PickList label="asked" choices={what} value={form.what.clone()} onpick={put(|form, text| form.what = text)} name="explore what" />
            if form.what == SHOWN {
                { shown(form, seen, &put) }
                { number(0) }
            }
            { number(1) }
            <details>
                <summary>{ "What may go wrong, and limits" }</summary>
                { for (2..NUMBERS.len()).map(number) }
                <PickList label="network" choices={networks} value={form.network.name()} onpick={put(|form, text| form.network = text.parse().unwrap_or_default())} name="explore network" />
                { tick(form, "take nodes that can change places for one (symmetry)", "symmetry", form.symmetry, |form, is_on| form.symmetry = is_on) }
                { tick(form, "try what commutes in one order only (partial-order reduction)", "por", form.por, |form, is_on| form.por = is_on) }
            </details>
        </>
    }
}

/// A box to tick.
fn tick(
    form: &UseStateHandle<Form>,
    words: &'static str,
    name: &'static str,
    is_on: bool,
    change: fn(&mut Form, bool),
) -> Html {
    let form = form.clone();
    let onchange = Callback::from(move |event: Event| {
        let mut new = (*form).clone();
        change(&mut new, dom::ticked(&event));
        form.set(new);
    });
    html! { <label class="tick"><input type="checkbox" name={format!("explore {name}")} checked={is_on} {onchange} /><span>{ words }</span></label> }
}

const fn network_words(network: Network) -> &'static str {
    match network {
        Network::Multiset => "any order, each once",
        Network::Set => "any order, any number of times",
        Network::Fifo => "in order on each link",
        Network::InboxSet => "any order, like ones as one",
        Network::Shared => "seen at once",
    }
}

/// What servers are to show.
fn shown(
    form: &UseStateHandle<Form>,
    seen: &Seen,
    put: &impl Fn(fn(&mut Form, String)) -> Callback<String>,
) -> Html {
    let mut names: Vec<&String> = seen.iter().map(|(name, _)| name).collect();
    let mut once = Vec::new();
    names.retain(|name| {
        !once.contains(name) && {
            once.push(*name);
            true
        }
    });
    let choices: Vec<(AttrValue, AttrValue)> =
        names.iter().map(|name| (name.to_string().into(), name.to_string().into())).collect();
    let values = seen.iter().filter(|(name, _)| *name == form.field).map(|(_, value)| value);
    let onvalue = put(|form, text| form.value = text);
    html! {
        <>
            <PickList label="field" {choices} value={form.field.clone()} onpick={put(|form, text| form.field = text)} name="explore field" />
            <label class="value-row" title="as it stands in a server's panel">
                <span>{ "shows" }</span>
                <input type="text" name="explore value" value={form.value.clone()} list="explore-values" oninput={Callback::from(move |event: InputEvent| onvalue.emit(dom::written(&event)))} />
            </label>
            <datalist id="explore-values">{ for values.map(|value| html! { <option value={value.clone()}></option> }) }</datalist>
        </>
    }
}

fn number(form: &UseStateHandle<Form>, place: usize) -> Html {
    let (name, hint, _) = NUMBERS[place];
    let wrong = form.number(place).err();
    let oninput = {
        let form = form.clone();
        Callback::from(move |event: InputEvent| {
            let mut new = (*form).clone();
            new.numbers[place] = dom::written(&event);
            form.set(new);
        })
    };
    html! {
        <div class="value-field" key={name}>
            <label class="value-row" title={hint}>
                <span>{ name }</span>
                <input type="text" inputmode="numeric" name={format!("explore {name}")} value={form.numbers[place].clone()} {oninput} aria-invalid={wrong.is_some().then_some("true")} />
            </label>
            <p class="wrong small" role="alert" hidden={wrong.is_none()}>{ wrong.unwrap_or_default() }</p>
        </div>
    }
}
