//! The answer, in a sentence.

use std::time::Duration;

use syncline_console::pages::{Tone, Verdict};
use syncline_domain::Figure;
use syncline_store::AtMost;

use super::page::Reading;
use super::stats::{counted, some};
use crate::console::words::duration;

/// Work that could begin and does not: `docs/observing.md` advises an alert at the same.
const TOO_LATE: Duration = Duration::from_mins(1);
/// A provider that fails now and then is tried again and nobody's trouble; one of twenty requests is.
const TOO_MANY_FAIL: f64 = 0.05;
/// Fewer say nothing.
const ENOUGH_CALLS: u64 = 10;

/// `is_new`: there is nothing yet that could be well or not.
pub(super) fn of(reading: &Reading, is_new: bool) -> Verdict {
    let (troubles, is_bad) = troubles(reading);
    if is_new && troubles.is_empty() {
        let advice = "Whether everything is well is said here as soon as something runs.".to_owned();
        return Verdict { tone: Tone::Plain, headline: "Nothing runs here yet".to_owned(), troubles, advice };
    }
    if troubles.is_empty() {
        let runs = reading.total.sum(&[Figure::RunsSucceeded, Figure::RunsInterrupted, Figure::RunsCancelled]);
        let range = reading.range.name();
        let advice = match runs {
            0 => format!("Nothing ran in the last {range}. No connection needs attention, and nothing waits."),
            _ => format!("{} in the last {range}, and none failed. No connection needs attention.", counted(runs, "run", "runs")),
        };
        return Verdict { tone: Tone::Good, headline: "All is well".to_owned(), troubles, advice };
    }
    let what = if troubles.len() == 1 { "It leads" } else { "Each leads" };
    let advice = format!("{what} to the list of what is meant; there are the cause and what to do.");
    Verdict { tone: if is_bad { Tone::Bad } else { Tone::Warn }, headline: String::new(), troubles, advice }
}

/// Each with its list, the one that needs a person first; and whether any does.
fn troubles(reading: &Reading) -> (Vec<(String, String)>, bool) {
    let (total, standing, range) = (&reading.total, &reading.standing, reading.range.name());
    let mut troubles = Vec::new();
    let mut is_bad = false;
    let verb = |of: AtMost, one: &'static str, many: &'static str| if of.count == 1 { one } else { many };
    if standing.in_trouble.count > 0 {
        let text =
            format!("{} {} attention", some(standing.in_trouble, "connection", "connections"), verb(standing.in_trouble, "needs", "need"));
        troubles.push((text, reading.list("connections", &[("state", "attention")])));
        is_bad = true;
    }
    if standing.failing_endpoints.count > 0 {
        let text = format!(
            "{} of yours {} webhooks",
            some(standing.failing_endpoints, "address", "addresses"),
            verb(standing.failing_endpoints, "does not take", "do not take")
        );
        troubles.push((text, reading.list("webhooks/deliveries", &[])));
        is_bad = true;
    }
    for (figure, state, what) in [(Figure::RunsFailed, "failed", "failed"), (Figure::RunsLost, "lost", "lost their worker")] {
        let count = total.get(figure);
        if count > 0 {
            let text = format!("{} {what} in the last {range}", counted(count, "run", "runs"));
            let text = if count == 1 { text.replace("their", "its") } else { text };
            troubles.push((text, reading.list_since("runs", &[("state", state)])));
            is_bad = true;
        }
    }
    if let Some(wait) = standing.oldest.map(|oldest| reading.now.since(oldest)).filter(|wait| *wait > TOO_LATE) {
        troubles.push((format!("runs have waited for {}", duration(wait)), reading.list("runs", &[("state", "waiting")])));
        is_bad = true;
    }
    let failed = total.sum(&[Figure::CallsServerError, Figure::CallsFailed]);
    let calls = total.sum(&super::charts::CALLS.map(|(figure, ..)| figure));
    if calls >= ENOUGH_CALLS && failed as f64 > calls as f64 * TOO_MANY_FAIL {
        let text =
            format!("{} of {} to providers failed", syncline_console::pages::thousands(failed), counted(calls, "request", "requests"));
        troubles.push((text, reading.list_since("logs", &[("type", "proxy"), ("state", "failed")])));
    }
    (troubles, is_bad)
}
