//! A schedule of faults: random, printed, and repeatable.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

/// What decides when and where a fault strikes. The same seed decides the same.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `end`, without it.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// An index into something of that length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }

    /// For another task, which then does not depend on this one's speed.
    pub(crate) fn split(&mut self) -> Self {
        Self(self.next())
    }
}

/// Plays one round with a seed, which is printed. `SYNCLINE_FAULT_SEED=N` says which one; `SYNCLINE_FAULT_SECONDS=N` plays more rounds, each
/// with a seed of its own, until the time is over.
pub(crate) async fn rounds(name: &str, mut round: impl AsyncFnMut(Chance)) {
    let given = number("SYNCLINE_FAULT_SEED");
    let seconds = number("SYNCLINE_FAULT_SECONDS").unwrap_or(0);
    let begin = Instant::now();
    loop {
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish() % 1_000_000);
        println!("{name}: SYNCLINE_FAULT_SEED={seed}");
        round(Chance::seeded(seed)).await;
        if given.is_some() || begin.elapsed() > Duration::from_secs(seconds) || seconds == 0 {
            return;
        }
    }
}

pub(crate) fn number(variable: &str) -> Option<u64> {
    let text = std::env::var_os(variable)?.into_string().expect("a number");
    Some(text.parse().unwrap_or_else(|error| panic!("{variable}={text}: {error}")))
}

#[test]
fn the_same_seed_decides_the_same() {
    let drawn = |seed| (0..5).scan(Chance::seeded(seed), |chance, _| Some(chance.below(1_000))).collect::<Vec<_>>();
    assert_eq!(drawn(7), drawn(7));
    assert_ne!(drawn(7), drawn(8));
}
