//! How long a message takes: samples from the named distributions, the same bits on every target.
//!
//! Logarithm, exponential and root come from pure-Rust `libm`, and every sample is rounded to nanoseconds at once. The
//! normal variate is Marsaglia's polar method over these, and not `rand_distr`'s ziggurat: its tables are 4 kB that do
//! not compress, in a part of the page that every reader loads. Tests hold the samples to `statrs`.

use rand_xoshiro::rand_core::Rng;

use crate::chance::{Chance, Draw, below};
use crate::ids::{MsgId, NodeId};
use crate::scenario::Latency;
use crate::time::Ns;

/// No sample of a distribution with a heavy tail is longer: an hour.
const LONGEST: f64 = 3_600e9;
/// The 0.99 quantile of the standard normal distribution.
const NORMAL_P99: f64 = 2.326_347_874_040_841;

impl Latency {
    /// How long the n-th message of a link takes: exactly what a run with this chance draws for it.
    pub fn of_message(&self, chance: Chance, from: NodeId, to: NodeId, n: u32) -> Ns {
        self.sample(chance.latency(MsgId::new(from, n), to, n))
    }

    /// A sample, at least a nanosecond, so that every effect comes after its cause.
    pub(crate) fn sample(&self, mut draw: Draw) -> Ns {
        let ns = match self {
            Latency::Constant(span) => span.0,
            Latency::Uniform { min, max } => min.0 + below(&mut draw, max.since(*min).0.saturating_add(1)),
            Latency::Exponential { min, mean } => {
                // Inversion: −ln(u)·scale.
                min.0.saturating_add((-libm::log(unit(&mut draw)) * mean.since(*min).0 as f64) as u64)
            }
            Latency::LogNormal { median, p99 } => {
                let sigma = libm::log(p99.0 as f64 / median.0 as f64) / NORMAL_P99;
                (median.0 as f64 * libm::exp(sigma * normal(&mut draw))).min(LONGEST) as u64
            }
            Latency::Pareto { min, shape } => {
                // Inversion: min·u^(−1/α).
                let exponent = -libm::log(unit(&mut draw)) * 1_000.0 / f64::from(*shape);
                (min.0 as f64 * libm::exp(exponent)).min(LONGEST) as u64
            }
            Latency::Empirical(measured) => {
                let place = below(&mut draw, measured.len() as u64) as usize;
                measured.get(place).map_or(0, |span| span.0)
            }
        };
        Ns(ns.max(1))
    }

    /// What about half of all messages take, for those who draw.
    pub fn usual(&self) -> Ns {
        match self {
            Latency::Constant(span) => *span,
            Latency::Uniform { min, max } => Ns(min.0 / 2 + max.0 / 2),
            Latency::Exponential { min, mean } => Ns(min.0 + mean.since(*min).0 / 10 * 7),
            Latency::LogNormal { median, .. } => *median,
            Latency::Pareto { min, .. } => *min,
            Latency::Empirical(measured) => measured.get(measured.len() / 2).copied().unwrap_or_default(),
        }
    }
}

/// Even in (0, 1].
fn unit(draw: &mut Draw) -> f64 {
    ((draw.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
}

/// From the standard normal distribution (Marsaglia and Bray, *A Convenient Method for Generating Normal Variables*, 1964).
fn normal(draw: &mut Draw) -> f64 {
    loop {
        let (x, y) = (2.0 * unit(draw) - 1.0, 2.0 * unit(draw) - 1.0);
        let square = x * x + y * y;
        if square > 0.0 && square < 1.0 {
            return x * libm::sqrt(-2.0 * libm::log(square) / square);
        }
    }
}
