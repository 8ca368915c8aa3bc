//! Structured logs, on stderr.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::LogFormat;

/// Starts logging in this process. A second call changes nothing.
pub(crate) fn start(format: LogFormat, filter: &str) {
    // rmcp logs what clients send and what actions answer, at any level, and a line for each request. Neither belongs in a log.
    let silent = "rmcp=off".parse().expect("a directive");
    let filter = filter.parse::<EnvFilter>().unwrap_or_default().add_directive(silent);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_span_events(FmtSpan::NONE);
    // `NO_COLOR` is honoured by tracing-subscriber itself, which then starts without ANSI.
    let _ = match format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text if std::io::stderr().is_terminal() => builder.try_init(),
        LogFormat::Text => builder.with_ansi(false).try_init(),
    };
}
