//! When a sync is due: a period, or a cron expression in a time zone.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, LocalResult, TimeDelta, TimeZone as _};
use chrono_tz::Tz;

use crate::{Frequency, FrequencyDefect, Timestamp};

/// When a sync is due.
#[derive(Clone, Debug)]
pub enum Schedule {
    /// Every so often.
    Every(Frequency),
    /// At times of the calendar.
    Cron(Cron),
}

/// A cron expression of five fields, or six with seconds first. Days of the week count from Sunday = 0, and 7 is Sunday too; where
/// both days are restricted either may match (crontab(5)).
#[derive(Clone, Debug)]
pub struct Cron {
    /// One, or two where the day of the month and the day of the week are both restricted.
    alternatives: Vec<cron::Schedule>,
    /// Whether it names hours, and does not run in all of them.
    at_hours: bool,
    time_zone: Tz,
    text: Box<str>,
}

/// The text is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleDefect {
    /// Neither a frequency nor a cron expression.
    #[error(transparent)]
    Frequency(#[from] FrequencyDefect),
    /// Has five or six fields, but one of them is wrong.
    #[error("the cron expression `{text}` is not valid: {problem}")]
    Cron {
        /// As written.
        text: String,
        /// Which field, and why.
        problem: String,
    },
    /// Not in the IANA time zone database.
    #[error("`{0}` is not a time zone of the IANA database; write for example `Europe/Berlin`")]
    TimeZone(String),
}

const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Schedule {
    /// Reads a frequency (`every 1h`) or a cron expression; `time_zone` counts for the latter only and is UTC when absent.
    pub fn parse(text: &str, time_zone: Option<&str>) -> Result<Self, ScheduleDefect> {
        let looks_like_cron = matches!(text.split_whitespace().count(), 5 | 6) && !text.trim_start().starts_with("every");
        if looks_like_cron { Cron::parse(text, time_zone).map(Self::Cron) } else { Ok(Self::Every(Frequency::parse(text)?)) }
    }

    /// The first due time after `after`, or never (30 February).
    ///
    /// Periods count from a phase that `seed` chooses, so that a million hourly syncs are due over the hour and not at its start.
    /// Missed times are skipped, not replayed: a sync always reads everything since its checkpoint.
    pub fn next_after(&self, after: Timestamp, seed: u64) -> Option<Timestamp> {
        match self {
            Self::Every(frequency) => {
                let period = i64::try_from(frequency.period().as_micros()).expect("at most 31 days");
                let phase = i64::try_from(seed % period.unsigned_abs()).expect("less than the period");
                let slots = (after.unix_micros() - phase).div_euclid(period) + 1;
                Some(Timestamp::from_unix_micros(phase + slots * period))
            }
            Self::Cron(cron) => cron.next_after(after),
        }
    }

    /// The due time that follows a run at once at `start`: at least half a period later, so that it does not run twice in a row.
    pub fn next_after_start(&self, start: Timestamp, seed: u64) -> Option<Timestamp> {
        let pause = match self {
            Self::Every(frequency) => frequency.period() / 2,
            Self::Cron(_) => Duration::ZERO,
        };
        self.next_after(start.plus(pause), seed)
    }

    /// `every 1h`, or the cron expression as written.
    pub fn text(&self) -> String {
        match self {
            Self::Every(frequency) => format!("every {}", frequency.text()),
            Self::Cron(cron) => cron.text.to_string(),
        }
    }

    /// The time zone of a cron expression.
    pub fn time_zone(&self) -> Option<&'static str> {
        match self {
            Self::Every(_) => None,
            Self::Cron(cron) => Some(cron.time_zone.name()),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Cron {
    fn parse(text: &str, time_zone: Option<&str>) -> Result<Self, ScheduleDefect> {
        let wrong = |problem: String| ScheduleDefect::Cron { text: text.to_owned(), problem };
        let time_zone = match time_zone {
            None => Tz::UTC,
            Some(name) => Tz::from_str(name).map_err(|_| ScheduleDefect::TimeZone(name.to_owned()))?,
        };
        let mut fields: Vec<String> = text.split_whitespace().map(str::to_ascii_uppercase).collect();
        if fields.len() == 5 {
            fields.insert(0, "0".to_owned());
        }
        fields[5] = weekdays(&fields[5]).map_err(&wrong)?;
        let restricted = |field: &str| !matches!(field, "*" | "?");
        let at_hours = !fields[2].starts_with('*');
        let variants = if restricted(&fields[3]) && restricted(&fields[5]) {
            let (mut by_date, mut by_weekday) = (fields.clone(), fields);
            "*".clone_into(&mut by_date[5]);
            "*".clone_into(&mut by_weekday[3]);
            vec![by_date, by_weekday]
        } else {
            vec![fields]
        };
        let alternatives = variants
            .iter()
            .map(|fields| cron::Schedule::from_str(&fields.join(" ")).map_err(|error| wrong(error.to_string())))
            .collect::<Result<_, _>>()?;
        Ok(Self { alternatives, at_hours, time_zone, text: text.trim().into() })
    }

    /// Where clocks are set back, an hour of the day comes twice: what names its hours runs in the first of them only, and what runs in every
    /// hour runs in both. Where they are set forward, a time that is left out is left out that day.
    fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let after = after.chrono().with_timezone(&self.time_zone);
        let is_second =
            |at: &DateTime<Tz>| self.time_zone.from_local_datetime(&at.naive_local()).earliest().is_some_and(|first| first < *at);
        // Asked for what follows a time of the first of two hours, the `cron` crate passes the second by; on the way from further back it does not.
        let is_twice = matches!(self.time_zone.from_local_datetime(&after.naive_local()), LocalResult::Ambiguous(..));
        let from = if is_twice { after - TimeDelta::hours(3) } else { after };
        let next = |schedule: &cron::Schedule| schedule.after(&from).find(|at| *at > after && (!self.at_hours || !is_second(at)));
        self.alternatives.iter().filter_map(next).min().map(|at| Timestamp::from_unix_micros(at.timestamp_micros()))
    }
}

/// Rewrites the field in names, because the `cron` crate counts Sunday as 1 and crontab(5) as 0.
fn weekdays(field: &str) -> Result<String, String> {
    if matches!(field, "*" | "?") {
        return Ok(field.to_owned());
    }
    let day = |text: &str| -> Result<usize, String> {
        let by_name = DAYS.iter().position(|name| text.starts_with(name));
        by_name
            .or_else(|| text.parse().ok().filter(|day| *day <= 7))
            .ok_or_else(|| format!("`{text}` is not a day of the week (0 to 7, or SUN to SAT)"))
    };
    let mut due = [false; 7];
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, Ok(1)), |(range, step)| (range, step.parse::<usize>()));
        let step = step.ok().filter(|step| *step > 0).ok_or_else(|| format!("`{part}` has no step of 1 or more"))?;
        let (first, last) = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => (0, 6),
            Some((first, last)) => (day(first)?, day(last)?),
            None if part.contains('/') => (day(range)?, 6),
            None => (day(range)?, day(range)?),
        };
        // `FRI-MON` runs over the end of the week.
        let last = if last < first { last + 7 } else { last };
        (first..=last).step_by(step).for_each(|day| due[day % 7] = true);
    }
    Ok(DAYS.iter().zip(due).filter(|(_, due)| *due).map(|(name, _)| *name).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, zone: Option<&str>, after: &str) -> String {
        let next = Schedule::parse(schedule, zone).unwrap().next_after(Timestamp::parse(after).unwrap(), 0);
        next.map_or_else(|| "never".to_owned(), |at| at.to_string())
    }

    #[test]
    fn days_of_the_week_count_as_crontab_counts_them() {
        // 2026-01-01 is a Thursday.
        assert_eq!(next("0 9 * * 1", None, "2026-01-01T00:00:00Z"), "2026-01-05T09:00:00.000Z");
        assert_eq!(next("0 9 * * 0", None, "2026-01-01T00:00:00Z"), "2026-01-04T09:00:00.000Z");
        assert_eq!(next("0 9 * * 7", None, "2026-01-01T00:00:00Z"), "2026-01-04T09:00:00.000Z");
        assert_eq!(next("0 9 * * fri-mon", None, "2026-01-01T00:00:00Z"), "2026-01-02T09:00:00.000Z");
        assert_eq!(next("30 0 9 * * 5", None, "2026-01-01T00:00:00Z"), "2026-01-02T09:00:30.000Z");
    }

    #[test]
    fn either_day_matches_when_both_are_restricted() {
        assert_eq!(next("0 0 13 * 5", None, "2026-01-01T00:00:00Z"), "2026-01-02T00:00:00.000Z");
        assert_eq!(next("0 0 13 * 5", None, "2026-01-09T00:00:00Z"), "2026-01-13T00:00:00.000Z");
    }

    /// D14
    #[test]
    fn clocks_that_change_do_not_confuse_a_daily_time() {
        // Berlin jumps from 02:00 to 03:00 on 2026-03-29 and back on 2026-10-25.
        assert_eq!(next("0 8 * * *", Some("Europe/Berlin"), "2026-03-28T12:00:00Z"), "2026-03-29T06:00:00.000Z");
        assert_eq!(next("0 8 * * *", Some("Europe/Berlin"), "2026-10-24T12:00:00Z"), "2026-10-25T07:00:00.000Z");
        // 02:30 is left out on the first of them, and comes twice on the second: at 00:30 and at 01:30 UTC.
        assert_eq!(next("30 2 * * *", Some("Europe/Berlin"), "2026-03-28T12:00:00Z"), "2026-03-30T00:30:00.000Z");
        assert_eq!(next("30 2 * * *", Some("Europe/Berlin"), "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00.000Z");
        assert_eq!(next("30 2 * * *", Some("Europe/Berlin"), "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00.000Z", "once");
        assert_eq!(next("30 * * * *", Some("Europe/Berlin"), "2026-10-25T00:30:00Z"), "2026-10-25T01:30:00.000Z", "every hour");
        assert_eq!(next("30 2 * * *", None, "9999-12-30T00:00:00Z"), "never", "the calendar of schedules ends before");
        assert_eq!(next("0 0 30 2 *", None, "2026-01-01T00:00:00Z"), "never");
        assert_eq!(next("0 0 29 2 *", None, "2026-01-01T00:00:00Z"), "2028-02-29T00:00:00.000Z");
    }

    #[test]
    fn missed_times_are_skipped() {
        let schedule = Schedule::parse("every 1h", None).unwrap();
        let late = Timestamp::parse("2026-01-01T10:30:00Z").unwrap();
        assert_eq!(schedule.next_after(late, 0).unwrap().to_string(), "2026-01-01T11:00:00.000Z");
        let five_minutes = 5 * 60 * 1_000_000;
        assert_eq!(schedule.next_after(late, five_minutes).unwrap().to_string(), "2026-01-01T11:05:00.000Z");
        assert!(schedule.next_after_start(late, five_minutes).unwrap().since(late) >= Duration::from_mins(30));
    }

    #[test]
    fn a_wrong_schedule_says_why() {
        for (schedule, zone, says) in [
            ("61 * * * *", None, "cron expression"),
            ("* * * * 8", None, "`8` is not a day"),
            ("* * * * *", Some("Mars/Base"), "time zone"),
            ("every so often", None, "not a frequency"),
        ] {
            let defect = Schedule::parse(schedule, zone).unwrap_err().to_string();
            assert!(defect.contains(says), "{defect}");
        }
    }
}
