//! When a webhook that failed is tried again.

use std::time::Duration;

/// Pauses after the first attempt, the second, ...: soon after a hiccup, then through a night and a weekend's beginning, about three days in
/// all. The shape is that of Standard Webhooks' recommendation ("retries").
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(18),
    Duration::from_hours(22),
];

/// How often a webhook is tried, all told.
pub const ATTEMPTS: u32 = PAUSES.len() as u32 + 1;

/// A receiver that asks for more is not to be waited for longer than a day: the event would be stale.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// How long after the failed attempt `tried` (from 1) the next one is; `None` when it was the last.
///
/// A tenth more or less of the pause, by `random`, so that what failed together does not come back together. What the receiver asked for
/// (`Retry-After`) makes the pause longer, never shorter.
pub fn attempt_after(tried: u32, asked: Option<Duration>, random: u16) -> Option<Duration> {
    let pause = *PAUSES.get(tried.checked_sub(1)? as usize)?;
    let jittered = pause.mul_f64(0.9 + 0.2 * f64::from(random) / f64::from(u16::MAX));
    Some(asked.map_or(jittered, |asked| asked.min(LONGEST_ASKED).max(jittered)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_take_about_three_days() {
        assert_eq!(ATTEMPTS, 10);
        for (random, days) in [(0, 2.6..2.8), (u16::MAX / 2, 2.9..3.1), (u16::MAX, 3.2..3.4)] {
            let all: Duration = (1..ATTEMPTS).map(|tried| attempt_after(tried, None, random).unwrap()).sum();
            assert!(days.contains(&(all.as_secs_f64() / 86_400.0)), "{all:?}");
        }
        assert_eq!(attempt_after(ATTEMPTS, None, 0), None);
        assert_eq!(attempt_after(0, None, 0), None, "nothing was tried");
    }

    #[test]
    fn what_the_receiver_asks_for_makes_the_pause_longer_and_never_shorter() {
        assert_eq!(attempt_after(1, Some(Duration::from_mins(7)), 9), Some(Duration::from_mins(7)));
        assert_eq!(attempt_after(5, Some(Duration::ZERO), 0), Some(Duration::from_mins(270)));
        assert_eq!(attempt_after(1, Some(Duration::from_hours(999)), 0), Some(Duration::from_hours(24)));
        assert_eq!(attempt_after(ATTEMPTS, Some(Duration::from_secs(1)), 0), None);
    }
}
