//! A few figures, each with its list.

use syncline_console::pages::{Stat, Tone, thousands};
use syncline_domain::Figure;
use syncline_store::AtMost;

use super::charts::{CALLS, RUNS};
use super::page::Reading;
use crate::console::words::duration;

/// `12 runs`
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

/// The same of what is counted only so far.
pub(super) fn some(count: AtMost, one: &str, many: &str) -> String {
    if count.and_more { format!("{}+ {many}", thousands(count.count)) } else { counted(count.count, one, many) }
}

fn number(count: AtMost) -> String {
    format!("{}{}", thousands(count.count), if count.and_more { "+" } else { "" })
}

pub(super) fn of(reading: &Reading) -> Vec<Stat> {
    let (total, standing) = (&reading.total, &reading.standing);
    let stat =
        |label: &str, value: String, (tone, note): (Tone, String), href: String| Stat { label: label.to_owned(), value, note, tone, href };
    let of = |figure| total.get(figure);
    let bad = |count: u64, note: String, else_note: &str| if count > 0 { (Tone::Bad, note) } else { (Tone::Plain, else_note.to_owned()) };

    let runs = total.sum(&RUNS.map(|(figure, ..)| figure));
    let failed = total.sum(&[Figure::RunsFailed, Figure::RunsLost]);
    let calls = total.sum(&CALLS.map(|(figure, ..)| figure));
    let latency = match (total.quantile(0.5), total.quantile(0.95)) {
        (Some(half), Some(most)) => format!("half within {}, 95 % within {}", duration(half), duration(most)),
        _ => String::new(),
    };
    let changed = [(Figure::RecordsAdded, "added"), (Figure::RecordsUpdated, "updated"), (Figure::RecordsDeleted, "deleted")];
    let told: Vec<_> =
        changed.iter().filter(|(figure, _)| of(*figure) > 0).map(|(figure, what)| format!("{} {what}", thousands(of(*figure)))).collect();
    let wait = standing.oldest.map(|oldest| reading.now.since(oldest));
    let line =
        AtMost { count: standing.waiting.count + standing.held.count, and_more: standing.waiting.and_more || standing.held.and_more };
    let held = if standing.held.count > 0 { format!(", {} by a limit", number(standing.held)) } else { String::new() };
    let waits = wait
        .map_or_else(|| (Tone::Plain, "none waits".to_owned()), |wait| (Tone::Plain, format!("the first for {}{held}", duration(wait))));
    let trouble = standing.in_trouble.count;
    vec![
        stat("Runs", thousands(runs), bad(failed, format!("{} failed", thousands(failed)), "none failed"), reading.list_since("runs", &[])),
        stat("Requests to providers", thousands(calls), (Tone::Plain, latency), reading.list_since("logs", &[("type", "proxy")])),
        stat(
            "Records changed",
            thousands(total.sum(&changed.map(|(figure, _)| figure))),
            (Tone::Plain, told.join(", ")),
            reading.list_since("records", &[]),
        ),
        stat(
            "Connections in trouble",
            number(standing.in_trouble),
            bad(trouble, "need attention".to_owned(), "all work"),
            reading.list("connections", &[("state", "attention")]),
        ),
        stat(
            "Webhooks sent",
            thousands(of(Figure::WebhooksDelivered)),
            {
                let failed = of(Figure::WebhooksFailed);
                bad(failed, format!("{} failed", counted(failed, "attempt", "attempts")), "no attempt failed")
            },
            reading.list_since("webhooks/deliveries", &[]),
        ),
        stat(
            "Webhooks received",
            thousands(of(Figure::WebhooksTaken)),
            {
                let refused = of(Figure::WebhooksRefused);
                if refused > 0 { (Tone::Warn, format!("{} refused", thousands(refused))) } else { (Tone::Plain, "none refused".to_owned()) }
            },
            reading.list_since("webhooks/incoming", &[]),
        ),
        stat("Runs that wait", number(line), waits, reading.list("runs", &[("state", "waiting")])),
        stat(
            "Runs under way",
            number(standing.running),
            (Tone::Plain, "at this moment".to_owned()),
            reading.list("runs", &[("state", "running")]),
        ),
    ]
}
