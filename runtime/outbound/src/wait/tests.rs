use super::*;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
}

/// P7: at 2026-01-01T00:00:00Z.
fn asked_at(status: u16, pairs: &[(&'static str, &str)]) -> Option<u64> {
    let retry = Retry {
        after: Some("x-wait".to_owned()),
        at: Some("x-reset".to_owned()),
        remaining: Some("x-left".to_owned()),
        error_codes: Vec::new(),
    };
    let now = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    asked(&retry, StatusCode::from_u16(status).unwrap(), &headers(pairs), now).map(|wait| wait.as_secs())
}

#[test]
fn retry_after_is_understood_in_each_of_its_forms() {
    let table = [
        ("5", Some(5)),
        ("1.5", Some(1)),
        ("0", Some(0)),
        ("1000000000", Some(1_000_000_000)),
        ("Thu, 01 Jan 2026 00:01:00 GMT", Some(60)),
        ("2026-01-01T00:00:30Z", Some(30)),
        ("Wed, 31 Dec 2025 23:59:00 GMT", None),
        ("Thu, 01 Jan 2026 00:00:00 GMT", None),
        ("1e9", None),
        ("-5", None),
        ("inf", None),
        ("NaN", None),
        (".", None),
        ("99999999999999999999999999999999", None),
        ("soon", None),
        ("", None),
    ];
    for (value, expected) in table {
        assert_eq!(asked_at(503, &[("retry-after", value)]), expected, "{value}");
    }
}

#[test]
fn a_reset_is_a_moment_in_seconds_milliseconds_or_as_a_date() {
    let table = [
        ("1767225660", Some(60)),
        ("1767225660000", Some(60)),
        ("1767225660.5", Some(60)),
        ("2026-01-01T00:01:00+00:00", Some(60)),
        ("Thu, 01 Jan 2026 00:01:00 GMT", Some(60)),
        ("1767225000", None),
        ("60", None),
        ("99999999999999999999", None),
        ("garbage", None),
    ];
    for (value, expected) in table {
        assert_eq!(asked_at(429, &[("x-reset", value)]), expected, "{value}");
    }
}

#[test]
fn the_longest_valid_wait_counts_and_a_reset_only_when_the_limit_is_reached() {
    assert_eq!(asked_at(429, &[("retry-after", "5"), ("x-wait", "7"), ("x-reset", "garbage")]), Some(7));
    assert_eq!(asked_at(500, &[("x-reset", "1767229200"), ("x-wait", "3600")]), None);
    assert_eq!(asked_at(403, &[("x-reset", "1767225660"), ("x-left", "0")]), Some(60));
    assert_eq!(asked_at(403, &[("x-reset", "1767225660"), ("x-left", "10")]), None);
}
