//! Failures of what is tried again and again: told when they begin and when they are over, not at every try.

use std::error::Error;
use std::time::{Duration, Instant};

/// Somebody who looks at the end of a log during a long outage finds it there.
const REMIND: Duration = Duration::from_mins(10);

/// One thing that a background loop does over and over. A loop that polls each second would otherwise fill the log with one sentence exactly
/// when somebody has to find another one in it.
#[derive(Debug)]
pub struct Outage {
    what: &'static str,
    now: Option<Ongoing>,
}

#[derive(Debug)]
struct Ongoing {
    since: Instant,
    told: Instant,
    failures: u64,
}

/// What there is to say of a try.
#[derive(PartialEq, Eq, Debug)]
enum Told {
    Nothing,
    Began,
    GoesOn { failures: u64 },
    Over { failures: u64 },
}

impl Outage {
    /// `what` goes wrong, as the beginning of a sentence: `no job could be claimed`.
    pub const fn of(what: &'static str) -> Self {
        Self { what, now: None }
    }

    /// Notes how a try ended, and hands on what came of it.
    pub fn note<T, E: Error + 'static>(&mut self, tried: Result<T, E>) -> Option<T> {
        let lasted = self.now.as_ref().map_or(Duration::ZERO, |ongoing| ongoing.since.elapsed()).as_secs();
        let told = self.step(tried.is_ok(), Instant::now());
        let what = self.what;
        match (&tried, told) {
            (Err(error), Told::Began) => tracing::error!(error = error as &dyn Error, "{what}; trying again, and quiet until it works"),
            (Err(error), Told::GoesOn { failures }) => {
                tracing::error!(error = error as &dyn Error, failures, outage_s = lasted, "{what}; still trying again");
            }
            (_, Told::Over { failures }) => tracing::info!(failures, outage_s = lasted, "over: {what}"),
            _ => {}
        }
        tried.ok()
    }

    fn step(&mut self, ok: bool, now: Instant) -> Told {
        match (&mut self.now, ok) {
            (None, true) => Told::Nothing,
            (None, false) => {
                self.now = Some(Ongoing { since: now, told: now, failures: 1 });
                Told::Began
            }
            (Some(ongoing), false) => {
                ongoing.failures += 1;
                if now.duration_since(ongoing.told) < REMIND {
                    return Told::Nothing;
                }
                ongoing.told = now;
                Told::GoesOn { failures: ongoing.failures }
            }
            (Some(ongoing), true) => {
                let failures = ongoing.failures;
                self.now = None;
                Told::Over { failures }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_when_it_begins_and_when_it_is_over() {
        let mut outage = Outage::of("no job could be claimed");
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        assert_eq!(outage.step(true, at(0)), Told::Nothing);
        assert_eq!(outage.step(false, at(1)), Told::Began);
        for second in 2..600 {
            assert_eq!(outage.step(false, at(second)), Told::Nothing);
        }
        assert_eq!(outage.step(false, at(601)), Told::GoesOn { failures: 600 });
        assert_eq!(outage.step(false, at(602)), Told::Nothing);
        assert_eq!(outage.step(true, at(603)), Told::Over { failures: 601 });
        assert_eq!(outage.step(true, at(604)), Told::Nothing);
        assert_eq!(outage.step(false, at(605)), Told::Began, "another one");
    }

    #[test]
    fn what_came_of_a_try_is_handed_on() {
        let mut outage = Outage::of("x");
        assert_eq!(outage.note::<_, std::fmt::Error>(Ok(7)), Some(7));
        assert_eq!(outage.note::<i32, _>(Err(std::fmt::Error)), None);
    }
}
