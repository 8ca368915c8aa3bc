//! What a guest says, cut to its budget.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use syncline_host_api::Host;
use syncline_host_api::host::Level;

use crate::text::{MAX_CHARS, readable};

/// What a panic hook's line begins with: the SDKs log the panic, then trap.
const PANIC: &str = "panicked";

/// Shared by the guest's `log` and its stderr, so that both draw on one budget.
pub(super) struct RunLog {
    host: Arc<dyn Host>,
    budget: Mutex<Budget>,
}

struct Budget {
    bytes_left: usize,
    lines_left: u64,
    closed: bool,
    /// Kept after the budget is spent: it explains the trap that follows.
    last_panic: Option<String>,
}

impl RunLog {
    pub(super) fn new(host: Arc<dyn Host>, bytes: usize, lines: u64) -> Arc<Self> {
        let budget = Budget { bytes_left: bytes, lines_left: lines, closed: false, last_panic: None };
        Arc::new(Self { host, budget: Mutex::new(budget) })
    }

    pub(super) fn line(&self, level: Level, message: &str, fields: Option<&str>) {
        // Cheap refusal first: a guest may go on logging for as long as it has CPU time.
        let closed = self.lock().closed;
        if closed && !message.starts_with(PANIC) {
            return;
        }
        let message = readable(message);
        if matches!(level, Level::Error) && message.starts_with(PANIC) {
            self.lock().last_panic = Some(message.clone());
        }
        if closed {
            return;
        }
        let fields = fields.map(readable_fields);
        let size = message.len() + fields.as_ref().map_or(0, String::len);
        if self.lock().spend(size) {
            self.host.log(level, message, fields);
        } else {
            let closing = "the run's log budget is used up: further lines are left out".to_owned();
            self.host.log(Level::Warn, closing, None);
        }
    }

    pub(super) fn last_panic(&self) -> Option<String> {
        self.lock().last_panic.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    fn spend(&mut self, size: usize) -> bool {
        if self.lines_left == 0 || size > self.bytes_left {
            self.closed = true;
            return false;
        }
        self.lines_left -= 1;
        self.bytes_left -= size;
        true
    }
}

/// Fields are a JSON object. Anything else is kept as text, so that the author sees what went wrong.
fn readable_fields(text: &str) -> String {
    if text.len() <= 4 * MAX_CHARS
        && let Ok(Value::Object(mut fields)) = serde_json::from_str(text)
    {
        fields.values_mut().for_each(escape_strings);
        let fields: serde_json::Map<_, _> = fields.into_iter().map(|(key, value)| (readable(&key), value)).collect();
        return Value::Object(fields).to_string();
    }
    serde_json::json!({ "not_a_json_object": readable(text) }).to_string()
}

/// The parser refuses more than 128 levels, so this recursion has an end.
fn escape_strings(value: &mut Value) {
    match value {
        Value::String(text) => *text = readable(text),
        Value::Array(items) => items.iter_mut().for_each(escape_strings),
        Value::Object(fields) => fields.values_mut().for_each(escape_strings),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_are_no_object_are_kept_as_text() {
        assert_eq!(readable_fields(r#"{"a": ["\u0000"]}"#), r#"{"a":["\\u{0}"]}"#);
        assert_eq!(readable_fields("[1"), r#"{"not_a_json_object":"[1"}"#);
    }
}
