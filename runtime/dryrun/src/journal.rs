//! What a run did and said, in the order in which it happened.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use syncline_host_api::host::Level;

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// `debug`, `info`, `warn` or `error`.
    pub level: &'static str,
    /// As the function said it.
    pub message: String,
    /// A JSON object.
    pub fields: Option<String>,
    /// How long after the begin of the run.
    pub after: Duration,
}

/// A request to the provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// In upper case.
    pub method: String,
    /// Path and query without credentials.
    pub path: String,
    /// `None` where there was no answer.
    pub status: Option<u16>,
    /// How long the answer took.
    pub ms: u64,
    /// How long after the begin of the run the answer was there.
    pub after: Duration,
}

/// Something that a live run would have changed outside of its records.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The call's name, as recordings have it: `updateMetadata`, `triggerSync`, ...
    pub call: &'static str,
    /// What it was given.
    pub value: Value,
    /// How long after the begin of the run.
    pub after: Duration,
}

/// Hears what a run says while it says it.
pub type Listener = Box<dyn Fn(&LogLine) + Send + Sync>;

/// Of one run, and of the actions that it called.
pub struct Journal {
    listener: Option<Listener>,
    begun: Instant,
    entries: Mutex<Entries>,
}

/// What is written down.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    /// What was said.
    pub log: Vec<LogLine>,
    /// What was asked of the provider.
    pub requests: Vec<Sent>,
    /// What would have changed.
    pub effects: Vec<Effect>,
    /// What this run cannot be given: requests without an answer, calls that recordings do not have.
    pub missing: Vec<String>,
}

impl Journal {
    /// With somebody who listens.
    pub fn heard_by(listener: Listener) -> Self {
        Self { listener: Some(listener), ..Self::default() }
    }

    /// Everything so far.
    pub fn entries(&self) -> Entries {
        self.lock().clone()
    }

    /// A line of the log.
    pub fn say(&self, level: Level, message: String, fields: Option<String>) {
        let level = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        let line = LogLine { level, message, fields, after: self.begun.elapsed() };
        if let Some(listener) = &self.listener {
            listener(&line);
        }
        self.lock().log.push(line);
    }

    /// A request whose answer took `ms`.
    pub(crate) fn sent(&self, (method, path): (String, String), status: Option<u16>, ms: u64) {
        self.lock().requests.push(Sent { method, path, status, ms, after: self.begun.elapsed() });
    }

    pub(crate) fn effect(&self, call: &'static str, value: Value) {
        self.lock().effects.push(Effect { call, value, after: self.begun.elapsed() });
    }

    /// Notes what is missing, once.
    pub fn missing(&self, what: String) {
        let mut entries = self.lock();
        if !entries.missing.contains(&what) {
            entries.missing.push(what);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self { listener: None, begun: Instant::now(), entries: Mutex::default() }
    }
}

impl std::fmt::Display for LogLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:5} {}", self.level, self.message)?;
        self.fields.as_ref().map_or(Ok(()), |fields| write!(f, " {fields}"))
    }
}
