//! When a token is renewed: some time before it ends, not all of them at once.

use std::time::Duration;

use syncline_domain::{Credentials, Timestamp};
use syncline_providers::Auth;

use crate::modes;

/// Of a token's life: an hour's token is renewed twelve minutes before its end.
const MARGIN_PART: u32 = 5;
/// Wire contract 5.7; what lives for months needs no more.
const MAX_MARGIN: Duration = Duration::from_mins(15);
/// Of the margin, added at random, so that connections that were made together are not renewed together.
const JITTER_PART: f64 = 0.2;

/// When to renew credentials obtained `now`; `None` for those that do not end or cannot be renewed. `fraction` is random, below 1.
pub(crate) fn refresh_at(auth: &Auth, credentials: &Credentials, now: Timestamp, fraction: f64) -> Option<Timestamp> {
    let expires_at = credentials.expires_at().filter(|_| modes::is_renewable(auth, credentials))?;
    let margin = (expires_at.since(now) / MARGIN_PART).min(MAX_MARGIN);
    Some(expires_at.minus(margin + margin.mul_f64(JITTER_PART * fraction)).max(now))
}

/// 30 s, 1 min, 2 min, ... up to an hour, each shortened by up to a quarter. Longer if the provider asks for it.
pub(super) fn backoff(failures: u32, asked: Option<Duration>, fraction: f64) -> Duration {
    const FIRST: Duration = Duration::from_secs(30);
    const LONGEST: Duration = Duration::from_hours(1);
    let full = FIRST.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX)).min(LONGEST);
    full.mul_f64(1.0 - fraction / 4.0).max(asked.unwrap_or_default().min(LONGEST))
}

#[cfg(test)]
mod tests {
    use syncline_domain::{Oauth2, Secret};
    use syncline_providers::Catalogue;

    use super::*;

    #[test]
    fn a_margin_is_a_part_of_the_life_and_never_in_the_past() {
        let auth = &Catalogue::embedded().get("github").unwrap().auth.clone();
        let now = Timestamp::from_unix_micros(1_800_000_000_000_000);
        let at = |life: u64, fraction: f64| {
            let token = Oauth2 {
                access_token: Secret::new("a"),
                refresh_token: Some(Secret::new("r")),
                expires_at: Some(now.plus(Duration::from_secs(life))),
                raw: None,
                config_override: None,
            };
            refresh_at(auth, &Credentials::Oauth2(token), now, fraction).unwrap().since(now).as_secs()
        };
        assert_eq!(at(3_600, 0.0), 2_880);
        assert_eq!(at(3_600, 0.999), 2_736);
        assert_eq!(at(90 * 86_400, 0.0), 90 * 86_400 - 900);
        assert_eq!(at(5, 0.0), 4);
        assert_eq!(at(0, 0.5), 0);
    }

    /// O6
    #[test]
    fn failures_are_retried_ever_later_and_not_before_the_provider_says_so() {
        assert_eq!(backoff(1, None, 0.0), Duration::from_secs(30));
        assert_eq!(backoff(3, None, 0.0), Duration::from_mins(2));
        assert_eq!(backoff(40, None, 0.0), Duration::from_hours(1));
        assert_eq!(backoff(1, Some(Duration::from_mins(10)), 0.5), Duration::from_mins(10));
        assert_eq!(backoff(1, Some(Duration::from_hours(300)), 0.5), Duration::from_hours(1));
        assert!(backoff(1, None, 0.99) >= Duration::from_secs(22));
    }
}
