//! Points in time, and where they come from.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time with microsecond precision: what both databases store exactly, as one integer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(i64);

/// The text is not a point in time in RFC 3339.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a time such as 2026-01-31T12:00:00Z")]
pub struct TimestampDefect {
    text: String,
}

impl Timestamp {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn unix_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Later by `duration`; stays at the end of time instead of wrapping.
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// Earlier by `duration`.
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// How long after `earlier` this is; zero when it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// RFC 3339 with any offset.
    pub fn parse(text: &str) -> Result<Self, TimestampDefect> {
        DateTime::parse_from_rfc3339(text).map(|at| Self(at.timestamp_micros())).map_err(|_| TimestampDefect { text: text.to_owned() })
    }

    /// `2026-01-31T12:00:00.123456+00:00`: how records carry their times on the wire.
    pub fn to_micros_offset(self) -> String {
        self.chrono().format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
    }

    /// `2026-01-31T12:00:00.123+00:00`: how connections carry theirs.
    pub fn to_millis_offset(self) -> String {
        self.chrono().format("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
    }

    /// `2026-01-31T12:00:00.123Z`: how everything else does.
    pub fn to_millis_z(self) -> String {
        self.chrono().to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// The same instant for calendar arithmetic. Out of chrono's range (year 262,000) it is the nearest end.
    pub(crate) fn chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(if self.0 < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_millis_z())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_millis_z())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Where the time comes from: the system in production, a hand-set clock in tests.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        Timestamp(Utc::now().timestamp_micros())
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `start`.
    pub const fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.0))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(micros(by), Ordering::SeqCst);
    }

    /// Moves the clock to `to`, in either direction.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_has_three_spellings_of_one_instant() {
        let at = Timestamp::parse("2026-01-31T13:00:00.123456+01:00").unwrap();
        assert_eq!(at.to_micros_offset(), "2026-01-31T12:00:00.123456+00:00");
        assert_eq!(at.to_millis_offset(), "2026-01-31T12:00:00.123+00:00");
        assert_eq!(at.to_millis_z(), "2026-01-31T12:00:00.123Z");
    }

    #[test]
    fn the_end_of_time_is_an_end_and_no_wrap() {
        let late = Timestamp::from_unix_micros(i64::MAX);
        assert_eq!(late.plus(Duration::from_secs(1)), late);
        assert!(!late.to_millis_z().is_empty());
    }
}
