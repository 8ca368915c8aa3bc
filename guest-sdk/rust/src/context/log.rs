//! The run's log, which people read by API and CLI.

use serde_json::{Map, Value};

use super::Context;
use crate::host::{Handle, Host, Level};

/// The run's log.
pub struct Log<'a> {
    host: &'a Handle,
}

impl Context {
    /// The run's log. [`info!`](crate::info) and its siblings write formatted lines with fields.
    pub fn log(&self) -> Log<'_> {
        Log { host: &self.host }
    }
}

impl Log<'_> {
    /// Writes a line that matters only while something is being looked into.
    pub fn debug(&self, message: impl AsRef<str>) {
        self.host.log(Level::Debug, message.as_ref(), None);
    }

    /// Writes what a run normally tells.
    pub fn info(&self, message: impl AsRef<str>) {
        self.host.log(Level::Info, message.as_ref(), None);
    }

    /// Writes that something is off though the run goes on.
    pub fn warn(&self, message: impl AsRef<str>) {
        self.host.log(Level::Warn, message.as_ref(), None);
    }

    /// Writes that something failed.
    pub fn error(&self, message: impl AsRef<str>) {
        self.host.log(Level::Error, message.as_ref(), None);
    }

    /// Writes a line with fields.
    pub fn write(&self, level: Level, message: impl AsRef<str>, fields: impl IntoIterator<Item = (&'static str, Value)>) {
        let mut object = Map::new();
        for (name, value) in fields {
            object.insert(name.to_owned(), value);
        }
        let fields = (!object.is_empty()).then(|| Value::Object(object).to_string());
        self.host.log(level, message.as_ref(), fields.as_deref());
    }
}

/// Writes a line to the run's log at a level: `log!(cx, Level::Info, "saved {count} issues", repository = name)`.
#[macro_export]
macro_rules! log {
    ($cx:expr, $level:expr, $message:literal $(, $field:ident = $value:expr)* $(,)?) => {
        $cx.log().write(
            $level,
            ::std::format!($message),
            [$((::core::stringify!($field), $crate::json!($value))),*],
        )
    };
}

/// Writes a `debug` line: `debug!(cx, "page {number}", items = page.len())`.
#[macro_export]
macro_rules! debug {
    ($cx:expr, $($rest:tt)+) => { $crate::log!($cx, $crate::Level::Debug, $($rest)+) };
}

/// Writes an `info` line: `info!(cx, "saved {count} issues", repository = name)`.
#[macro_export]
macro_rules! info {
    ($cx:expr, $($rest:tt)+) => { $crate::log!($cx, $crate::Level::Info, $($rest)+) };
}

/// Writes a `warn` line: `warn!(cx, "no access", repository = name)`.
#[macro_export]
macro_rules! warn {
    ($cx:expr, $($rest:tt)+) => { $crate::log!($cx, $crate::Level::Warn, $($rest)+) };
}

/// Writes an `error` line: `error!(cx, "gave up", attempts = 3)`.
#[macro_export]
macro_rules! error {
    ($cx:expr, $($rest:tt)+) => { $crate::log!($cx, $crate::Level::Error, $($rest)+) };
}
