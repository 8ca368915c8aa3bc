//! Exit codes, and how a failure is told to a person.

use std::process::ExitCode;

use super::build::DoesNotBuild;
use super::client::ClientError;
use crate::config::ConfigError;

/// Shown below `syncline --help`.
pub(super) const HELP: &str = "Exit codes: 0 done; 1 refused or failed; 2 wrong arguments or configuration; 3 the server cannot be reached; \
4 the function failed, a recording did not replay as it was, or the demo found a difference; 5 the source does not build; 6 `--dry-run --exit-code` found something that would \
change.";

/// The function ran and failed; its error is printed already.
pub(super) const FUNCTION_FAILED: u8 = 4;

/// A dry run that was to tell found something that would change.
pub(super) const WOULD_CHANGE: u8 = 6;

const FAILED: u8 = 1;
const MISCONFIGURED: u8 = 2;
const UNREACHABLE: u8 = 3;
const DOES_NOT_BUILD: u8 = 5;

/// Prints the error with its causes and what to do next, on stderr, and gives the exit code.
pub(super) fn report(error: &anyhow::Error) -> ExitCode {
    let mut told: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if !told.iter().any(|earlier| earlier.contains(&text)) {
            told.push(text);
        }
    }
    eprintln!("error: {}", told.join(": "));
    let client = error.chain().find_map(|cause| cause.downcast_ref::<ClientError>());
    if let Some(hint) = client.and_then(ClientError::hint) {
        eprintln!("  try: {hint}");
    }
    let code = match client {
        Some(ClientError::Unreachable { .. }) => UNREACHABLE,
        _ if error.chain().any(<dyn std::error::Error>::is::<ConfigError>) => MISCONFIGURED,
        _ if error.chain().any(<dyn std::error::Error>::is::<DoesNotBuild>) => DOES_NOT_BUILD,
        _ => FAILED,
    };
    ExitCode::from(code)
}
