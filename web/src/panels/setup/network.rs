//! How messages travel, and what befalls nodes and links by chance.

use lightcone_sim::decimal;
use lightcone_sim::faults::{Fault, What};
use lightcone_sim::scenario::{Latency, Reorder, Scenario, Timing};
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::panels::setup::picture::picture;
use crate::panels::setup::row::{Form, no_number, ppm, share, whole};
use crate::words;

/// What the model promises of time.
pub fn timing(form: &Form<'_>) -> Html {
    let timing = form.scenario.network.timing;
    let value = match timing {
        Timing::Asynchronous => "asynchronous",
        Timing::SemiSynchronous { .. } => "semi-synchronous",
        Timing::Synchronous { .. } => "synchronous",
    };
    let choices = [
        ("asynchronous", "asynchronous: no bound"),
        ("semi-synchronous", "semi-synchronous: within bounds"),
        ("synchronous", "synchronous: in rounds"),
    ];
    let pick = form.pick("timing", &choices, value, |new, chosen| {
        new.network.timing = match chosen {
            "semi-synchronous" => Timing::SemiSynchronous { unit: Ns::ms(30), c: 500, steps: Ns::ZERO },
            "synchronous" => Timing::Synchronous { round: Ns::ms(50) },
            _ => Timing::Asynchronous,
        }
    });
    let more = match timing {
        Timing::Asynchronous => Html::default(),
        Timing::SemiSynchronous { unit, c, steps } => html! {
            <>
                { form.row("delay at most", "no message takes longer", unit.to_string(), move |new, text| {
                    let unit = words::time(text)?;
                    new.network.timing = Timing::SemiSynchronous { unit, c, steps };
                    Ok(())
                }) }
                { form.row("least of it, %", "none takes less than this share of that", share(c * 1_000), move |new, text| {
                    new.network.timing = Timing::SemiSynchronous { unit, c: ppm(text)? / 1_000, steps };
                    Ok(())
                }) }
                { form.row("step at most", "no step of a node takes longer; 0: steps take no time", steps.to_string(), move |new, text| {
                    let steps = words::time(text)?;
                    new.network.timing = Timing::SemiSynchronous { unit, c, steps };
                    Ok(())
                }) }
            </>
        },
        Timing::Synchronous { round } => {
            form.row("round", "what is sent in a round arrives at its end", round.to_string(), |new, text| {
                new.network.timing = Timing::Synchronous { round: words::time(text)? };
                Ok(())
            })
        }
    };
    html! { <>{ pick }{ more }</> }
}

/// How long messages take; bounds on delays leave it no say.
pub fn latency(form: &Form<'_>) -> Html {
    if form.scenario.network.timing != Timing::Asynchronous {
        return Html::default();
    }
    let value = match &form.scenario.network.latency {
        Latency::Constant(_) => "constant",
        Latency::Uniform { .. } => "uniform",
        Latency::Exponential { .. } => "exponential",
        Latency::LogNormal { .. } => "log-normal",
        Latency::Pareto { .. } => "pareto",
        Latency::Empirical(_) => "empirical",
    };
    let choices = [
        ("constant", "always the same"),
        ("uniform", "uniform"),
        ("exponential", "exponential"),
        ("log-normal", "log-normal"),
        ("pareto", "Pareto: a heavy tail"),
        ("empirical", "as measured"),
    ];
    let pick = form.pick("latency", &choices, value, |new, chosen| {
        let (least, usual) = (least(&new.network.latency), Ns(new.network.latency.usual().0.max(1)));
        new.network.latency = match chosen {
            "constant" => Latency::Constant(usual),
            "exponential" => Latency::Exponential { min: least, mean: usual.max(least) },
            "log-normal" => Latency::LogNormal { median: usual, p99: Ns(usual.0.saturating_mul(5)) },
            "pareto" => Latency::Pareto { min: Ns(least.0.max(1)), shape: 1_500 },
            "empirical" => Latency::Empirical(vec![least.max(Ns(1)), usual, Ns(usual.0.saturating_mul(3))]),
            _ => Latency::Uniform { min: least, max: Ns(usual.0.saturating_mul(2)).max(least) },
        }
    });
    html! { <>{ pick }{ bounds(form) }{ picture(&form.scenario.network.latency) }</> }
}

/// What no message of this distribution takes less than, or few.
fn least(latency: &Latency) -> Ns {
    match latency {
        Latency::Constant(span) => *span,
        Latency::Uniform { min, .. } | Latency::Exponential { min, .. } | Latency::Pareto { min, .. } => *min,
        Latency::LogNormal { median, .. } => Ns(median.0 / 2),
        Latency::Empirical(measured) => measured.iter().copied().min().unwrap_or(Ns(1)),
    }
}

/// A row for one time of a distribution.
fn span(
    form: &Form<'_>,
    (name, hint): (&'static str, &'static str),
    present: Ns,
    with: impl Fn(Ns) -> Latency + 'static,
) -> Html {
    form.row(name, hint, present.to_string(), move |new, text| {
        new.network.latency = with(words::time(text)?);
        Ok(())
    })
}

/// What the distribution is made of. A least above the most moves the most.
fn bounds(form: &Form<'_>) -> Html {
    const FROM: (&str, &str) = ("latency from", "a message takes at least so long");
    match form.scenario.network.latency.clone() {
        Latency::Constant(present) => {
            span(form, ("latency of all", "every message takes so long"), present, Latency::Constant)
        }
        Latency::Uniform { min, max } => html! {
            <>
                { span(form, FROM, min, move |min| Latency::Uniform { min, max: max.max(min) }) }
                { span(form, ("latency to", "a message takes at most so long"), max, move |max| Latency::Uniform { min: min.min(max), max }) }
            </>
        },
        Latency::Exponential { min, mean } => html! {
            <>
                { span(form, FROM, min, move |min| Latency::Exponential { min, mean: mean.max(min) }) }
                { span(form, ("latency, mean", "of all messages"), mean, move |mean| Latency::Exponential { min: min.min(mean), mean }) }
            </>
        },
        Latency::LogNormal { median, p99 } => html! {
            <>
                { span(form, ("latency, median", "half of all messages take less"), median, move |median| Latency::LogNormal { median, p99: p99.max(median) }) }
                { span(form, ("latency, 99 %", "one message in a hundred takes longer"), p99, move |p99| Latency::LogNormal { median: median.min(p99), p99 }) }
            </>
        },
        Latency::Pareto { min, shape } => html! {
            <>
                { span(form, FROM, min, move |min| Latency::Pareto { min, shape }) }
                { form.row("shape", "one message in 2 to the power of this takes more than twice the least: the smaller, the heavier the tail", (f64::from(shape) / 1e3).to_string(), move |new, text| {
                    let shape = decimal::read(text).ok_or_else(|| no_number(text, "a number such as 1.5"))?;
                    let shape = (shape * 1e3).round() as u32;
                    new.network.latency = Latency::Pareto { min, shape };
                    Ok(())
                }) }
            </>
        },
        Latency::Empirical(measured) => {
            let text: Vec<String> = measured.iter().map(|span| span.to_string().replace(' ', "")).collect();
            form.row(
                "latencies measured",
                "each of these is as likely: 10ms, 12ms, 90ms",
                text.join(", "),
                |new, text| {
                    let spans =
                        text.split([',', ';']).filter(|part| !part.trim().is_empty()).map(words::time);
                    new.network.latency = Latency::Empirical(spans.collect::<Result<_, _>>()?);
                    Ok(())
                },
            )
        }
    }
}

/// A row for a share of all messages.
fn percent(
    form: &Form<'_>,
    (name, hint): (&'static str, &'static str),
    present: u32,
    put: fn(&mut Scenario, u32),
) -> Html {
    form.row(name, hint, share(present), move |new, text| {
        put(new, ppm(text)?);
        Ok(())
    })
}

/// A number, or nothing for what has no bound.
fn bound<T: TryFrom<u64>>(text: &str, most: T) -> Result<Option<T>, String> {
    match text.trim() {
        "" | "any" => Ok(None),
        number => whole(number).map(|number| Some(T::try_from(number).unwrap_or(most))),
    }
}

/// What befalls messages by chance, and what a link carries.
pub fn mishaps(form: &Form<'_>) -> Html {
    let network = &form.scenario.network;
    let reorder = network.reorder.unwrap_or_default();
    let any = |number: Option<String>| number.unwrap_or_else(|| "any".to_owned());
    let shares = html! {
        <>
            { percent(form, ("lost, %", "how many of a hundred messages are lost"), network.loss_ppm, |new, ppm| new.network.loss_ppm = ppm) }
            { percent(form, ("twice, %", "how many of a hundred messages arrive twice"), network.duplicate_ppm, |new, ppm| new.network.duplicate_ppm = ppm) }
            { percent(form, ("altered, %", "how many of a hundred messages are altered on their way"), network.corrupt_ppm, |new, ppm| new.network.corrupt_ppm = ppm) }
        </>
    };
    if network.timing != Timing::Asynchronous {
        return shares;
    }
    html! {
        <>
            { shares }
            { percent(form, ("held back, %", "how many of a hundred messages are held back, so that others overtake them"), reorder.ppm, |new, ppm| {
                let by = new.network.reorder.map_or(Ns::ms(50), |reorder| reorder.by);
                new.network.reorder = (ppm > 0).then_some(Reorder { ppm, by });
            }) }
            if reorder.ppm > 0 {
                { form.row("held back by", "for at most so long", reorder.by.to_string(), |new, text| {
                    let by = words::time(text)?;
                    new.network.reorder = new.network.reorder.map(|reorder| Reorder { by, ..reorder });
                    Ok(())
                }) }
            }
            { form.row("bytes a second", "what each direction of a link carries; “any”: no bound", any(network.bandwidth.map(|bytes| bytes.to_string())), |new, text| {
                new.network.bandwidth = bound(text, u64::MAX)?;
                Ok(())
            }) }
            if network.bandwidth.is_some() {
                { form.row("waiting at most", "messages that find no room at the sender's end are lost; “any”: no bound", any(network.queue.map(|most| most.to_string())), |new, text| {
                    new.network.queue = bound(text, u32::MAX)?;
                    Ok(())
                }) }
            }
        </>
    }
}

/// Faults that happen by chance, by their kind: how often at each server or link, and for how long.
pub fn faults(form: &Form<'_>) -> Html {
    const KINDS: [(What, &str, &str, &str); 8] = [
        (What::Crash, "a crash every", "a crash lasts up to", "at one server; it starts again from its disk"),
        (What::Amnesia, "amnesia every", "amnesia lasts up to", "at one server: a crash that loses the disk"),
        (What::Pause, "a pause every", "a pause lasts up to", "at one server"),
        (
            What::Suspend,
            "machine suspended every",
            "suspended for up to",
            "of one server: it stands still, and its clocks with it",
        ),
        (
            What::Slow,
            "slow steps every",
            "steps are slow for up to",
            "at one server: what comes to it waits meanwhile",
        ),
        (What::Cut, "a cut every", "a cut lasts up to", "on one direction of one link between servers"),
        (What::Clock, "a clock set every", "a clock is set by up to", "at one server, ahead or behind"),
        (
            What::Byzantine,
            "lies every",
            "lies last up to",
            "at one server, which equivocates or is silent to another",
        ),
    ];
    KINDS.into_iter().map(|(what, often, long, where_)| fault(form, what, (often, long), where_)).collect()
}

fn fault(
    form: &Form<'_>,
    what: What,
    (often, long): (&'static str, &'static str),
    hint: &'static str,
) -> Html {
    let of = move |new: &Scenario| new.faults.iter().position(|fault| fault.what == what);
    let present = of(form.scenario).map(|place| &form.scenario.faults[place]);
    let every = present.map_or_else(|| "never".to_owned(), |fault| fault.every.to_string());
    let rate = form.row(often, hint, every, move |new, text| {
        let every = match text.trim() {
            "" | "never" => None,
            time => {
                Some(words::time(time).map_err(|_| no_number(time, "a mean time such as 5s, or “never”"))?)
            }
        };
        match (every, of(new)) {
            (None, Some(place)) => drop(new.faults.remove(place)),
            (None, None) => {}
            (Some(every), Some(place)) => new.faults[place].every = every,
            (Some(every), None) => {
                let step = if what == What::Slow { Ns::ms(20) } else { Ns::ZERO };
                new.faults.push(Fault { what, every, min: Ns::ms(50), max: Some(Ns::ms(500)), step });
            }
        }
        Ok(())
    });
    let span = present.map(|fault| {
        let text = fault.max.map_or_else(|| "ever".to_owned(), |max| max.to_string());
        form.row(long, "“ever”: to the end of the run", text, move |new, text| {
            let max = match text.trim() {
                "" | "ever" => None,
                time => Some(words::time(time)?),
            };
            if let Some(place) = of(new) {
                let fault = &mut new.faults[place];
                (fault.max, fault.min) = (max, fault.min.min(max.unwrap_or(fault.min)));
            }
            Ok(())
        })
    });
    let step = present.filter(|_| what == What::Slow).map(|fault| {
        form.row(
            "a slow step takes",
            "each of its steps takes so long",
            fault.step.to_string(),
            move |new, text| {
                let step = words::time(text)?;
                if let Some(place) = of(new) {
                    new.faults[place].step = step;
                }
                Ok(())
            },
        )
    });
    html! { <key={often}>{ rate }{ span.unwrap_or_default() }{ step.unwrap_or_default() }</> }
}
