//! Structured logs, on stderr.

use std::io::IsTerminal;

use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry};

use crate::config::LogFormat;
use crate::telemetry;

/// Starts logging in this process, over the layer that takes spans to a collector if there is one. A second call changes nothing.
pub(crate) fn start(format: LogFormat, filter: &str, traces: Option<telemetry::Layer>) {
    // rmcp logs what clients send and what actions answer, at any level, and a line for each request. Neither belongs in a log.
    let silent = "rmcp=off".parse().expect("a directive");
    let filter = filter.parse::<EnvFilter>().unwrap_or_default().add_directive(silent);
    // `NO_COLOR` is honoured by tracing-subscriber itself, which then starts without ANSI.
    let ansi = (!std::io::stderr().is_terminal()).then_some(false);
    let Some(traces) = traces else {
        let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_span_events(FmtSpan::NONE);
        let _ = match (format, ansi) {
            (LogFormat::Json, _) => builder.json().flatten_event(true).try_init(),
            (LogFormat::Text, None) => builder.try_init(),
            (LogFormat::Text, Some(ansi)) => builder.with_ansi(ansi).try_init(),
        };
        return;
    };
    // The same, with a filter of its own: what a log leaves out may be what a trace is made of.
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_span_events(FmtSpan::NONE);
    let below = Registry::default().with(traces);
    let _ = match (format, ansi) {
        (LogFormat::Json, _) => below.with(layer.json().flatten_event(true).with_filter(filter)).try_init(),
        (LogFormat::Text, None) => below.with(layer.with_filter(filter)).try_init(),
        (LogFormat::Text, Some(ansi)) => below.with(layer.with_ansi(ansi).with_filter(filter)).try_init(),
    };
}
