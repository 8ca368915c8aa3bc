//! The stack that a guest's own failure brings along.

use serde::Deserialize;
use syncline_host_api::host::Failure;

use super::trap::MAX_FRAMES;
use crate::text::readable;

/// What a function in a language with exceptions says of one that nobody caught.
#[derive(Deserialize)]
struct Details {
    stacktrace: Vec<String>,
}

/// The frames as the guest's runtime wrote them, innermost first; empty where the failure says nothing of the kind.
pub(super) fn of(failure: &Failure) -> Vec<String> {
    // A failure of the provider's or the author's own may have any details, and means no stack by them.
    if !matches!(failure.code.as_str(), FUNCTION_ERROR | CPU_TIME_EXCEEDED | OUT_OF_MEMORY) {
        return Vec::new();
    }
    let details = failure.details.as_deref().and_then(|details| serde_json::from_str::<Details>(details).ok());
    let frames = details.map(|details| details.stacktrace).unwrap_or_default();
    frames.iter().take(MAX_FRAMES).map(|frame| readable(frame)).collect()
}

/// An exception that nobody caught.
const FUNCTION_ERROR: &str = "function_error";
/// A guest's runtime that looks at `get-budget` stops itself with these, a moment before the engine would, at the line that used it all.
pub(super) const CPU_TIME_EXCEEDED: &str = "cpu_time_exceeded";
pub(super) const OUT_OF_MEMORY: &str = "out_of_memory";

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: &str, details: &str) -> Failure {
        Failure { code: code.to_owned(), message: String::new(), status: None, details: Some(details.to_owned()) }
    }

    #[test]
    fn only_an_errors_own_stack_is_one() {
        let details = r#"{"name":"TypeError","message":"x","stacktrace":["f (a.ts:1)","\u001b[2J"]}"#;
        assert_eq!(of(&failure("function_error", details)), ["f (a.ts:1)", "\\u{1b}[2J"]);
        assert!(of(&failure("action_error", details)).is_empty());
        assert!(of(&failure("function_error", r#"{"stacktrace":"f"}"#)).is_empty());
        let deep = format!(r#"{{"stacktrace":[{}]}}"#, vec!["\"f\""; 1_000].join(","));
        assert_eq!(of(&failure("function_error", &deep)).len(), MAX_FRAMES);
    }
}
