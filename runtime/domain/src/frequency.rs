//! `every 5 minutes`: how often a sync runs. Grammar: wire contract 4.7, with a floor of one second.

use std::time::Duration;

/// A period between runs, with the text it was written as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frequency {
    period: Duration,
    text: Box<str>,
}

/// The text is not a frequency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrequencyDefect {
    /// Not in the grammar.
    #[error("`{0}` is not a frequency; write for example `every 5m`, `every 2 hours`, `every half day` or a cron expression")]
    Grammar(String),
    /// Below a second or above a month of 31 days.
    #[error("`{0}` is out of range; a sync runs at most every second and at least every 31 days")]
    Range(String),
}

const SECOND: u64 = 1;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const LONGEST: u64 = 31 * DAY;

impl Frequency {
    /// Reads `every 90 s`, `5m`, `every half hour`, `every month`, ...
    pub fn parse(text: &str) -> Result<Self, FrequencyDefect> {
        let wrong = || FrequencyDefect::Grammar(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        let words = lower.strip_prefix("every ").unwrap_or(&lower).trim();
        let seconds = match words {
            "quarter hour" => 15 * MINUTE,
            "half hour" => 30 * MINUTE,
            "hour" => HOUR,
            "half day" => 12 * HOUR,
            "day" => DAY,
            "week" => 7 * DAY,
            "month" => 30 * DAY,
            "minute" => MINUTE,
            "second" => SECOND,
            _ => {
                let digits = words.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
                let count: u64 = words[..digits].parse().map_err(|_| wrong())?;
                let unit = match words[digits..].trim() {
                    "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
                    "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
                    "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
                    "d" | "day" | "days" => DAY,
                    "w" | "week" | "weeks" => 7 * DAY,
                    _ => return Err(wrong()),
                };
                count.checked_mul(unit).ok_or_else(|| FrequencyDefect::Range(text.to_owned()))?
            }
        };
        if !(SECOND..=LONGEST).contains(&seconds) {
            return Err(FrequencyDefect::Range(text.to_owned()));
        }
        Ok(Self { period: Duration::from_secs(seconds), text: words.into() })
    }

    /// The time between two runs.
    pub const fn period(&self) -> Duration {
        self.period
    }

    /// As it was written, without `every `: `5m`, `half day`.
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_the_fields() {
        for (text, seconds) in [
            ("every 1s", 1),
            ("every 90 sec", 90),
            ("5m", 300),
            ("every 2 hours", 7_200),
            ("every half hour", 1_800),
            ("every quarter hour", 900),
            ("every hour", 3_600),
            ("Every Half Day", 43_200),
            ("every day", 86_400),
            ("every 31 days", 2_678_400),
            ("every month", 2_592_000),
        ] {
            assert_eq!(Frequency::parse(text).map(|f| f.period().as_secs()), Ok(seconds), "{text}");
        }
        for text in ["", "every", "every 0s", "1.5h", "-1h", "every 32 days", "99999999999999999999s", "999999999999999999d", "5", "soon"] {
            assert!(Frequency::parse(text).is_err(), "{text}");
        }
    }
}
