//! How long a provider asks to wait.

use std::time::{Duration, UNIX_EPOCH};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use syncline_domain::Timestamp;
use syncline_providers::Retry;

/// The longest wait that the response asks for; `None` where it asks for none that can be understood.
///
/// `Retry-After` (RFC 9110, 10.2.3) counts always. The provider's own headers say when its limit ends, so they count only where the limit
/// is what stopped the request: a 500 need not wait for the end of the hour.
pub fn asked(retry: &Retry, status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let standard = text(RETRY_AFTER.as_str()).and_then(|value| after(value, now));
    if status != StatusCode::TOO_MANY_REQUESTS && !limit_is_reached(retry, headers) {
        return standard;
    }
    let own_after = retry.after.as_deref().and_then(text).and_then(|value| after(value, now));
    let own_at = retry.at.as_deref().and_then(text).and_then(|value| at(value, now));
    [standard, own_after, own_at].into_iter().flatten().max()
}

/// Whether the provider's header for it says that nothing is left.
pub(crate) fn limit_is_reached(retry: &Retry, headers: &HeaderMap) -> bool {
    let left = retry.remaining.as_deref().and_then(|name| headers.get(name));
    left.is_some_and(|value| value.as_bytes().trim_ascii() == b"0")
}

/// Seconds, maybe with a fraction, or a moment.
fn after(text: &str, now: Timestamp) -> Option<Duration> {
    number(text).map_or_else(|| moment(text, now), |seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// A moment: Unix seconds or milliseconds, an HTTP date or RFC 3339.
fn at(text: &str, now: Timestamp) -> Option<Duration> {
    let Some(number) = number(text) else { return moment(text, now) };
    // Seconds have that many digits until the year 5138, milliseconds since 1973.
    let seconds = if number >= 1e11 { number / 1e3 } else { number };
    let micros = seconds * 1e6;
    (micros < i64::MAX as f64).then(|| Timestamp::from_unix_micros(micros as i64)).and_then(|moment| ahead(moment, now))
}

fn moment(text: &str, now: Timestamp) -> Option<Duration> {
    let http = || {
        let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Timestamp::from_unix_micros(i64::try_from(since.as_micros()).ok()?))
    };
    ahead(Timestamp::parse(text).ok().or_else(http)?, now)
}

/// What is past says nothing about when to come back.
fn ahead(moment: Timestamp, now: Timestamp) -> Option<Duration> {
    Some(moment.since(now)).filter(|wait| !wait.is_zero())
}

/// Plain decimals only: `1e9`, `-5`, `inf` are garbage.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.bytes().any(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
