//! How far back the page looks, and in what steps: as many as a screen can tell apart.

use std::time::Duration;

use syncline_console::pages::{Tab, Tabs};
use syncline_domain::Timestamp;
use syncline_store::Span;

use crate::console::link::link;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Range {
    Hour,
    Day,
    Week,
}

impl Range {
    const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// What is no range is the last hour.
    pub(super) fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|range| range.name() == name).unwrap_or(Self::Hour)
    }

    /// In the address, and behind `in the last`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// Behind `per`.
    pub(super) const fn step_name(self) -> &'static str {
        match self {
            Self::Hour => "minute",
            Self::Day => "15 minutes",
            Self::Week => "2 hours",
        }
    }

    const fn step(self) -> (Duration, usize) {
        match self {
            Self::Hour => (Duration::from_mins(1), 60),
            Self::Day => (Duration::from_mins(15), 96),
            Self::Week => (Duration::from_hours(2), 84),
        }
    }

    /// Up to the step that `now` is in, in steps that begin where the clock's do: they stay the same while the page is read.
    pub(super) fn span(self, now: Timestamp) -> Span {
        let (step, steps) = self.step();
        let us = i64::try_from(step.as_micros()).expect("hours");
        let last = Timestamp::from_unix_micros(now.unix_micros() - now.unix_micros().rem_euclid(us));
        let before = step * u32::try_from(steps - 1).expect("a hundred");
        Span { since: last.minus(before), step, steps }
    }

    /// The start of each step.
    pub(super) fn starts(self, since: Timestamp) -> impl Iterator<Item = Timestamp> {
        let (step, steps) = self.step();
        (0..u32::try_from(steps).expect("a hundred")).map(move |at| since.plus(step * at))
    }

    pub(super) fn tabs(self, path: &str) -> Tabs {
        let tab = |range: Self| Tab {
            title: format!("Last {}", range.name()),
            href: link(path, &[("range", range.name())]),
            is_current: range == self,
        };
        Tabs { label: "How far back".to_owned(), tabs: Self::ALL.map(tab).to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_is_the_one_that_goes_on() {
        let now = Timestamp::parse("2026-01-31T12:34:56Z").unwrap();
        for (range, since, last) in [
            (Range::Hour, "2026-01-31T11:35:00.000Z", "2026-01-31T12:34:00.000Z"),
            (Range::Day, "2026-01-30T12:45:00.000Z", "2026-01-31T12:30:00.000Z"),
            (Range::Week, "2026-01-24T14:00:00.000Z", "2026-01-31T12:00:00.000Z"),
        ] {
            let span = range.span(now);
            assert_eq!(span.since.to_millis_z(), since, "{range:?}");
            assert_eq!(range.starts(span.since).last().map(Timestamp::to_millis_z).as_deref(), Some(last), "{range:?}");
            assert_eq!(Range::of(range.name()), range);
        }
        assert_eq!(Range::of("<script>"), Range::Hour);
    }
}
