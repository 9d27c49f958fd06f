//! How latencies are spread, as a picture: how often a message takes how long.

use std::fmt::Write as _;

use lightcone_sim::chance::Chance;
use lightcone_sim::ids::NodeId;
use lightcone_sim::scenario::{Latency, Scenario, Timing};
use lightcone_sim::sorted::sort;
use lightcone_sim::time::Ns;
use yew::prelude::*;

use crate::words;

/// How many messages are drawn for a picture: enough for its shape, and soon done.
const DRAWS: u32 = 4_000;
/// How many bars stand side by side, and how high the highest is.
const BARS: (usize, f64) = (48, 40.0);

/// How a distribution's latencies are spread.
#[derive(Debug, PartialEq)]
struct Spread {
    median: Ns,
    p99: Ns,
    /// Where the picture ends: the longest, but for what a heavy tail has beyond.
    end: Ns,
    /// How many of the messages fall under each bar.
    counts: Vec<u32>,
}

impl Spread {
    fn of(latency: &Latency) -> Spread {
        let (from, to) = (NodeId::server(0), NodeId::server(1));
        let mut all: Vec<Ns> = (1..=DRAWS).map(|n| latency.of_message(Chance::new(1), from, to, n)).collect();
        sort(&mut all);
        let quantile = |percent: usize| all[all.len() * percent / 100];
        let (median, p99) = (quantile(50), quantile(99));
        let end = Ns((p99.0 + p99.0 / 4).min(all[all.len() - 1].0 + p99.0 / 20).max(1));
        let mut counts = vec![0; BARS.0];
        for span in all.iter().filter(|&&span| span < end) {
            counts[(u128::from(span.0) * BARS.0 as u128 / u128::from(end.0)) as usize] += 1;
        }
        Spread { median, p99, end, counts }
    }

    /// A part of the width.
    fn along(&self, span: Ns) -> String {
        format!("{:.1}", span.0 as f64 / self.end.0 as f64 * BARS.0 as f64)
    }
}

/// How a distribution's latencies are spread.
pub fn picture(latency: &Latency) -> Html {
    let spread = Spread::of(latency);
    let most = f64::from(spread.counts.iter().copied().max().unwrap_or(1).max(1));
    let mut bars = String::new();
    for (place, &count) in spread.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        // What there is little of is seen all the same.
        let high = (f64::from(count) / most * BARS.1).max(0.8);
        let _ = write!(bars, "M{place} {:.1}v-{high:.1}h.9v{high:.1}z", BARS.1);
    }
    let (median, p99) = (about(spread.median), about(spread.p99));
    let said = if median == p99 {
        format!("all took {median}")
    } else {
        format!("half took less than {median}, one in a hundred more than {p99}")
    };
    let line = |span: Ns| {
        let x = spread.along(span);
        html! { <line x1={x.clone()} x2={x} y1="0" y2={BARS.1.to_string()} vector-effect="non-scaling-stroke" /> }
    };
    html! {
        <figure style="margin: 4px 0">
            <svg class="spread" viewBox={format!("0 0 {} {}", BARS.0, BARS.1)} preserveAspectRatio="none" role="img" aria-label={format!("How long {DRAWS} messages took: {said}")}>
                <path d={bars} />{ line(spread.median) }{ line(spread.p99) }
            </svg>
            <figcaption class="small">{ format!("Of {DRAWS} messages {said}; the picture ends at {}", about(spread.end)) }</figcaption>
        </figure>
    }
}

/// A time with as many figures as matter.
fn about(span: Ns) -> String {
    let mut step = 1;
    while span.0 / step >= 1_000 {
        step *= 10;
    }
    Ns((span.0 + step / 2) / step * step).to_string()
}

/// The links whose latency differs from that of the others, those of one latency together.
pub fn links(scenario: &Scenario) -> Html {
    let network = &scenario.network;
    let mut own: Vec<(&Latency, Vec<String>)> = Vec::new();
    let bounded = network.timing != Timing::Asynchronous;
    for link in network.links.iter().filter(|_| !bounded) {
        let Some(latency) = &link.latency else { continue };
        let name = [words::name(scenario, link.from), words::name(scenario, link.to)].join(" → ");
        match own.iter_mut().find(|(known, _)| *known == latency) {
            Some((_, names)) => names.push(name),
            None => own.push((latency, vec![name])),
        }
    }
    own.into_iter()
        .map(|(latency, names)| {
            let names = names.join(", ");
            html! { <div key={names.clone()}><h4>{ &names }</h4>{ picture(latency) }</div> }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_shows_what_the_distribution_says() {
        let even = Spread::of(&Latency::Uniform { min: Ns::ms(10), max: Ns::ms(30) });
        assert!((19..=21).contains(&(even.median.0 / 1_000_000)), "{even:?}");
        assert!(even.end <= Ns::ms(32) && even.p99 > Ns::ms(29), "{even:?}");
        assert_eq!(even.counts.iter().sum::<u32>(), DRAWS);
        assert!(even.counts[..14].iter().all(|&count| count == 0), "none takes less than 10 ms: {even:?}");
        let tail = Spread::of(&Latency::Pareto { min: Ns::ms(10), shape: 1_500 });
        assert!(tail.counts.iter().sum::<u32>() < DRAWS, "a heavy tail goes on beyond");
        let measured = Spread::of(&Latency::Empirical(vec![Ns::ms(5), Ns::ms(50)]));
        assert_eq!(measured.counts.iter().filter(|&&count| count > 0).count(), 2, "{measured:?}");
        assert_eq!(about(Ns(12_345_678)), "12.3 ms");
    }
}
