//! Chance: a seeded generator whose draws are the same on every machine.
//!
//! Only integer arithmetic and IEEE additions, multiplications and divisions are used: logarithms and powers differ by
//! the last bit between mathematical libraries, and one bit is another republic.

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of draws that belongs to one block (or to the republic itself).
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// Gives the stream numbered `stream` of the republic with this seed.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Gives true with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Gives a number in `[0, 1)` with 53 random bits.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Gives an integer in `0..n`, and 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.0.random_range(0..n as u64) as usize }
    }

    /// Gives an integer in `low..=high`, and `low` when the range is empty.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        if high <= low { low } else { self.0.random_range(low..=high) }
    }

    /// Gives one of the items, all equally likely. The slice must not be empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }

    /// Gives an index into `weights` with probability in proportion to the weight there.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: usize = weights.iter().map(|w| *w as usize).sum();
        let mut left = self.below(total);
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight as usize {
                return index;
            }
            left -= *weight as usize;
        }
        weights.len().saturating_sub(1)
    }

    /// Gives a draw from a distribution known by its quantiles, which are evenly spaced and joined by lines.
    pub(crate) fn quantile(&mut self, quantiles: &[f64]) -> f64 {
        let place = self.unit() * (quantiles.len() - 1) as f64;
        let below = place as usize;
        let share = place - below as f64;
        quantiles[below] * (1.0 - share) + quantiles[below + 1] * share
    }

    /// Gives a random 64-bit word.
    pub(crate) fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Puts the items in random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

/// A cumulative table of weights, drawn from by binary search.
pub(crate) struct Ranked {
    cumulative: Vec<f64>,
}

impl Ranked {
    /// Gives the Zipf-Mandelbrot law with exponent 1: rank `r` (from 0) has weight `1 / (r + 1 + flatness)`.
    pub(crate) fn new(len: usize, flatness: u32) -> Self {
        let mut total = 0.0;
        let cumulative = (0..len)
            .map(|rank| {
                total += 1.0 / (rank as f64 + 1.0 + f64::from(flatness));
                total
            })
            .collect();
        Self { cumulative }
    }

    /// Gives a rank; 0 for an empty table.
    pub(crate) fn draw(&self, dice: &mut Dice) -> usize {
        let total = self.cumulative.last().copied().unwrap_or(0.0);
        let place = dice.unit() * total;
        self.cumulative.partition_point(|c| *c <= place).min(self.cumulative.len().saturating_sub(1))
    }
}
