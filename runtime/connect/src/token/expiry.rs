//! When a token ends, by what its answer says.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use syncline_domain::Timestamp;
use syncline_providers::TokenAnswer;

use super::Answer;

/// What lives longer does not end for us, and a date beyond the year 9999 could not be written.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
/// Seconds have fewer digits until the year 5138, milliseconds have more since 1973.
const FIRST_MILLIS: f64 = 1e11;

/// The answer's own word, then the entry's, then the token's, where it is a JWT.
pub(super) fn end(answer: &Answer, rule: &TokenAnswer, token: &str, now: Timestamp) -> Option<Timestamp> {
    let life = || rule.expires_in.iter().filter_map(|path| answer.at(path)).find_map(|value| life(value, rule.expires_in_unit_ms));
    let moment = || rule.expires_at.iter().filter_map(|path| answer.at(path)).find_map(moment);
    let end = life().map(|life| now.plus(life)).or_else(moment).or_else(|| Some(now.plus(Duration::from_secs(rule.lifetime_s?))));
    Some(end.or_else(|| jwt_end(token))?.min(now.plus(LONGEST)))
}

/// Zero is an end that has come; what is negative or no number says nothing.
fn life(value: &Value, unit_ms: u64) -> Option<Duration> {
    let seconds = number(value)? * unit_ms as f64 / 1e3;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST))
}

/// Unix seconds or milliseconds, or a date. Zero is no moment: some providers write it for tokens without an end.
fn moment(value: &Value) -> Option<Timestamp> {
    match (number(value), value) {
        (Some(number), _) if number > 0.0 => {
            let seconds = if number >= FIRST_MILLIS { number / 1e3 } else { number };
            // Saturates at the end of time, which is cut to the longest life.
            Some(Timestamp::from_unix_micros((seconds * 1e6) as i64))
        }
        (None, Value::String(text)) => date(text.trim()),
        _ => None,
    }
}

/// RFC 3339, the same without a zone (then UTC), with a blank for the `T` or no colon in the offset, or as HTTP writes it.
fn date(text: &str) -> Option<Timestamp> {
    let spelled = text.replacen(' ', "T", 1);
    let with_colon = || spelled.split_at_checked(spelled.len().checked_sub(2)?).map(|(start, end)| format!("{start}:{end}"));
    let http = || {
        let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Timestamp::from_unix_micros(i64::try_from(since.as_micros()).ok()?))
    };
    let spellings = [Some(spelled.clone()), Some(format!("{spelled}Z")), Some(format!("{spelled}T00:00:00Z")), with_colon()];
    spellings.into_iter().flatten().find_map(|text| Timestamp::parse(&text).ok()).or_else(http)
}

/// Plain decimals, also as text: `1e9`, `inf` and negative ones are garbage.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let text = text.trim();
            let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.bytes().any(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse().ok()).flatten()
        }
        _ => None,
    }
    .filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

/// `exp` (RFC 7519, 4.1.4). The signature is not ours to check: the token is a secret between two others, and this is a hint.
fn jwt_end(token: &str) -> Option<Timestamp> {
    let mut parts = token.split('.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()?;
    moment(claims.get("exp")?)
}
