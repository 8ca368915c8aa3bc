//! From when until when: the same words and the same inputs in every list that is narrowed by time.

use std::time::Duration;

use syncline_console::pages::Filter;
use syncline_domain::Timestamp;

use crate::console::form::Asked;

/// What an address says of times, as it was written.
pub(super) struct Times {
    since: String,
    until: String,
}

/// What that means, if it means anything.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Range {
    /// Then or later.
    pub(super) since: Option<Timestamp>,
    /// Before then.
    pub(super) until: Option<Timestamp>,
}

impl Times {
    pub(super) fn of(asked: &Asked) -> Self {
        Self { since: asked.get("since").to_owned(), until: asked.get("until").to_owned() }
    }

    /// For the store, or what is wrong with it in a sentence.
    pub(super) fn range(&self, now: Timestamp) -> Result<Range, String> {
        let read = |text: &str| (!text.is_empty()).then(|| time(text, now)).transpose();
        Ok(Range { since: read(&self.since)?, until: read(&self.until)? })
    }

    /// The inputs.
    pub(super) fn filters(&self) -> [Filter; 2] {
        [since(&self.since), until(&self.until)]
    }

    /// For the addresses of other pages.
    pub(super) fn query(&self) -> [(&str, &str); 2] {
        [("since", &self.since), ("until", &self.until)]
    }

    pub(super) fn are_given(&self) -> bool {
        !self.since.is_empty() || !self.until.is_empty()
    }
}

pub(super) fn since(value: &str) -> Filter {
    Filter::text("since", "Since", value, "1h, 7d, 2026-01-31 12:00")
}

pub(super) fn until(value: &str) -> Filter {
    Filter::text("until", "Until", value, "UTC, or an age")
}

/// `15m`, `2h` and `7d` ago; a day, a minute or a second in UTC; or RFC 3339.
pub(super) fn time(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let age = || {
        let unit = match text.chars().last()? {
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return None,
        };
        let count: u64 = text[..text.len() - 1].trim().parse().ok()?;
        Some(now.minus(Duration::from_secs(count.checked_mul(unit)?)))
    };
    let calendar = || {
        let text = text.replace(' ', "T");
        let whole = match text.len() {
            10 => format!("{text}T00:00:00Z"),
            16 => format!("{text}:00Z"),
            19 => format!("{text}Z"),
            // A `+` that was not escaped in an address arrives as a space.
            _ => text
                .rsplit_once('T')
                .filter(|_| text.matches('T').count() == 2)
                .map_or(text.clone(), |(time, zone)| format!("{time}+{zone}")),
        };
        Timestamp::parse(&whole).ok()
    };
    age()
        .or_else(calendar)
        .ok_or_else(|| format!("`{text}` is no time. Write an age such as 15m, 2h or 7d, or a time in UTC such as 2026-01-31 12:00."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_age_or_a_moment() {
        let now = Timestamp::parse("2026-01-31T12:00:00Z").unwrap();
        for (text, expected) in [
            ("15m", "2026-01-31T11:45:00.000Z"),
            ("2h", "2026-01-31T10:00:00.000Z"),
            ("1d", "2026-01-30T12:00:00.000Z"),
            ("2026-01-30", "2026-01-30T00:00:00.000Z"),
            ("2026-01-30 11:30", "2026-01-30T11:30:00.000Z"),
            ("2026-01-30T11:30:05", "2026-01-30T11:30:05.000Z"),
            ("2026-01-30T11:30:05.250Z", "2026-01-30T11:30:05.250Z"),
            ("2026-01-30T11:30:05 01:00", "2026-01-30T10:30:05.000Z"),
        ] {
            assert_eq!(time(text, now).map(Timestamp::to_millis_z).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "m", "-1h", "1w", "ü", "31.1.2026", "99999999999999999999d", "2026-02-30", "1ü"] {
            assert!(time(text, now).is_err(), "{text}");
        }
    }
}
