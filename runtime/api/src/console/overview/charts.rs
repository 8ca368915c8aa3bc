//! What happened, step by step.

use syncline_console::pages::{Bucket, Chart, LinePoint, Lines, Moment, Panel, Series, Tone};
use syncline_domain::Figure;

use super::page::Reading;
use crate::console::words::{duration, moment};

/// By how they ended, with the state by which the list knows them.
pub(super) const RUNS: [(Figure, &str, Tone, &str); 5] = [
    (Figure::RunsSucceeded, "succeeded", Tone::Good, "succeeded"),
    (Figure::RunsFailed, "failed", Tone::Bad, "failed"),
    (Figure::RunsLost, "worker lost", Tone::Warn, "lost"),
    (Figure::RunsInterrupted, "interrupted", Tone::Live, "interrupted"),
    (Figure::RunsCancelled, "cancelled", Tone::Plain, "cancelled"),
];

/// By how they were answered, with the outcome by which the list knows them.
pub(super) const CALLS: [(Figure, &str, Tone, &str); 5] = [
    (Figure::CallsSucceeded, "2xx and 3xx", Tone::Good, "succeeded"),
    (Figure::CallsClientError, "4xx", Tone::Warn, "failed"),
    (Figure::CallsServerError, "5xx", Tone::Bad, "failed"),
    (Figure::CallsFailed, "no answer", Tone::Live, "failed"),
    (Figure::CallsRefused, "not sent", Tone::Plain, "failed"),
];

const RECORDS: [(Figure, &str, Tone); 3] = [
    (Figure::RecordsAdded, "added", Tone::Good),
    (Figure::RecordsUpdated, "updated", Tone::Live),
    (Figure::RecordsDeleted, "deleted", Tone::Plain),
];

pub(super) fn of(reading: &Reading) -> Vec<Vec<Panel>> {
    let step = reading.range.step_name();
    let runs = RUNS.map(|(figure, name, tone, state)| (figure, series(name, tone, reading.list_since("runs", &[("state", state)]))));
    let calls = CALLS.map(|(figure, name, tone, state)| {
        (figure, series(name, tone, reading.list_since("logs", &[("type", "proxy"), ("state", state)])))
    });
    let records = RECORDS.map(|(figure, name, tone)| (figure, series(name, tone, reading.list_since("records", &[]))));
    let deliveries = |state: &str| reading.list_since("webhooks/deliveries", &[("state", state)]);
    let sent = [
        (Figure::WebhooksDelivered, series("delivered", Tone::Good, deliveries("delivered"))),
        (Figure::WebhooksFailed, series("failed attempts", Tone::Bad, deliveries(""))),
    ];
    let refused = reading.list_since("logs", &[("type", "webhook"), ("state", "failed")]);
    let received = [
        (Figure::WebhooksTaken, series("kept", Tone::Good, reading.list_since("webhooks/incoming", &[]))),
        (Figure::WebhooksRefused, series("refused", Tone::Warn, refused)),
    ];
    let where_calls = "Those of your backend are in the logs, those of functions in the timelines of their runs.";
    vec![
        vec![Panel::Bars(bars(reading, &format!("Runs per {step}"), "runs", &runs), String::new())],
        vec![
            Panel::Bars(bars(reading, &format!("Requests to providers per {step}"), "requests", &calls), where_calls.to_owned()),
            Panel::Lines(
                latency(reading),
                "Until the answer began, with all tries; estimated from the same buckets as /metrics.".to_owned(),
            ),
        ],
        vec![Panel::Bars(bars(reading, &format!("Records changed per {step}"), "records", &records), String::new())],
        vec![
            Panel::Bars(bars(reading, &format!("Webhooks sent per {step}"), "webhooks", &sent), String::new()),
            Panel::Bars(bars(reading, &format!("Webhooks received per {step}"), "webhooks", &received), String::new()),
        ],
    ]
}

fn series(name: &str, tone: Tone, href: String) -> Series {
    Series { name: name.to_owned(), tone, href }
}

fn starts(reading: &Reading) -> impl Iterator<Item = Moment> {
    reading.range.starts(reading.since).map(moment)
}

fn bars(reading: &Reading, title: &str, unit: &str, figures: &[(Figure, Series)]) -> Chart {
    let buckets = starts(reading).zip(&reading.steps);
    let bucket = |(from, step): (Moment, &syncline_domain::Figures)| Bucket {
        from,
        values: figures.iter().map(|(figure, _)| step.get(*figure)).collect(),
    };
    Chart {
        title: title.to_owned(),
        unit: unit.to_owned(),
        series: figures.iter().map(|(_, series)| series.clone()).collect(),
        buckets: buckets.map(bucket).collect(),
    }
}

fn latency(reading: &Reading) -> Lines {
    const SHARES: [(f64, &str, Tone); 2] = [(0.95, "p95", Tone::Warn), (0.5, "p50", Tone::Live)];
    let line = |(share, name, tone): (f64, &str, Tone)| {
        let said = reading.total.quantile(share).map_or_else(|| "–".to_owned(), duration);
        (series(name, tone, String::new()), said)
    };
    let point = |(from, step): (Moment, &syncline_domain::Figures)| LinePoint {
        from,
        values: SHARES
            .map(|(share, ..)| step.quantile(share).map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1)))
            .to_vec(),
    };
    Lines {
        title: "How long providers took".to_owned(),
        unit: "ms".to_owned(),
        series: SHARES.map(line).to_vec(),
        points: starts(reading).zip(&reading.steps).map(point).collect(),
    }
}
