//! How the console says times, sizes and states.

use std::time::Duration;

use syncline_console::pages::{Badge, Moment, Tone};
use syncline_domain::{Counts, RunState, Timestamp, Trigger};

pub(super) fn moment(at: Timestamp) -> Moment {
    Moment::new(at.to_millis_z())
}

/// `13 ms`, `1.2 s`, `2 min 3 s`, `5 h 2 min`
pub(super) fn duration(took: Duration) -> String {
    match (took.as_millis(), took.as_secs()) {
        (ms @ 0..1_000, _) => format!("{ms} ms"),
        (ms @ 1_000..60_000, _) => format!("{:.1} s", ms as f64 / 1e3),
        (_, s @ 0..3_600) => format!("{} min {} s", s / 60, s % 60),
        (_, s) => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
    }
}

/// `12 B`, `3.4 MB`
pub(super) fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if size < 1_000 {
        return format!("{size} B");
    }
    let (mut size, mut unit) = (size as f64 / 1e3, 0);
    while size >= 999.95 && unit < UNITS.len() - 1 {
        (size, unit) = (size / 1e3, unit + 1);
    }
    format!("{size:.1} {}", UNITS[unit])
}

pub(super) fn run_state(state: RunState) -> Badge {
    match state {
        RunState::Running => Badge::new(Tone::Live, "Running"),
        RunState::Succeeded => Badge::new(Tone::Good, "Succeeded"),
        RunState::Failed => Badge::new(Tone::Bad, "Failed"),
        RunState::Interrupted => Badge::new(Tone::Warn, "Interrupted"),
        RunState::Cancelled => Badge::new(Tone::Plain, "Cancelled"),
        RunState::Lost => Badge::new(Tone::Bad, "Worker lost"),
    }
}

/// Who asked for a run.
pub(super) const fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Schedule => "Its schedule",
        Trigger::Api => "The API, the CLI or this console",
        Trigger::Function => "Another function",
        Trigger::Connection => "A new or deleted connection",
        Trigger::Webhook => "A webhook of the provider",
    }
}

/// `2 added, 1 deleted`; of all models together.
pub(super) fn changes(counts: &Counts) -> String {
    let sum = |of: fn(&syncline_domain::ModelCounts) -> u64| counts.values().map(of).sum::<u64>();
    let parts = [(sum(|of| of.added), "added"), (sum(|of| of.updated), "updated"), (sum(|of| of.deleted), "deleted")];
    let parts: Vec<_> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    match (parts.is_empty(), counts.is_empty()) {
        (false, _) => parts.join(", "),
        (true, false) => "no changes".to_owned(),
        (true, true) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_read_as_people_say_them() {
        let said = [13, 999, 1_250, 59_900, 123_000, 18_120_000].map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(said, ["13 ms", "999 ms", "1.2 s", "59.9 s", "2 min 3 s", "5 h 2 min"]);
        assert_eq!([999, 1_000, 3_400_000, 999_960].map(bytes), ["999 B", "1.0 KB", "3.4 MB", "1.0 MB"]);
    }
}
