//! Why a token could not be renewed, and what that means for its connection.

use syncline_domain::{AuthError, Timestamp};
use syncline_store::ConnectionRow;

use super::schedule::backoff;
use crate::ModeError;

/// Failing on that many days, a connection is given up: wire contract 5.7.
const MAX_DAYS: u32 = 4;
const DAY_MICROS: i64 = 86_400_000_000;

/// Answers that say something about us or about the moment, and nothing about the user's authorization (RFC 6749, 5.2).
const NOT_ABOUT_THE_GRANT: [&str; 8] = [
    "invalid_client",
    "unauthorized_client",
    "invalid_request",
    "unsupported_grant_type",
    "temporarily_unavailable",
    "server_error",
    "slow_down",
    "invalid_answer",
];

/// Told to every caller that waited.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Stable: `refresh_token_external_error`, `connection_refresh_backoff`, `connection_refresh_exhausted`.
    pub code: &'static str,
    /// For the caller.
    pub status: u16,
    /// For a person, without secrets.
    pub message: String,
}

impl Failure {
    /// For a connection that failed before and is not tried now.
    pub(super) fn resting(error: &AuthError) -> Self {
        if error.is_final {
            let message = format!("the connection has to be authorized again: {}", error.message);
            return Self { code: "connection_refresh_exhausted", status: 424, message };
        }
        let when = error.retry_at.map(|at| format!("; trying again at {}", at.to_millis_z())).unwrap_or_default();
        Self { code: "connection_refresh_backoff", status: 424, message: format!("the last refresh failed: {}{when}", error.message) }
    }

    /// For a connection that was deleted while somebody waited.
    pub(super) fn gone() -> Self {
        Self { code: "unknown_connection", status: 404, message: "the connection was deleted".to_owned() }
    }

    /// For a refresh of another node that does not end.
    pub(super) fn slow() -> Self {
        let message = "another node is renewing this connection and has not ended; try again".to_owned();
        Self { code: "connection_refresh_backoff", status: 424, message }
    }

    /// Ours to mend.
    pub(super) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a connection could not be refreshed");
        Self {
            code: "server_error",
            status: 500,
            message: "the credentials could not be refreshed; the operator's log says why".to_owned(),
        }
    }

    /// The provider's own refusal.
    pub(super) fn refused(error: &AuthError) -> Self {
        Self { code: "refresh_token_external_error", status: 400, message: error.message.clone() }
    }
}

/// What the connection remembers of this failure. Only a definitive answer about the user's authorization ends it; anything else is tried
/// again, ever later, until it has failed on [`MAX_DAYS`] days.
pub(super) fn remember(row: &ConnectionRow, cause: &ModeError, was_interrupted: bool, now: Timestamp, fraction: f64) -> AuthError {
    let before = row.auth_error.as_ref();
    let failures = before.map_or(0, |error| error.failures) + 1;
    let day = |at: Timestamp| at.unix_micros().div_euclid(DAY_MICROS);
    let days = before.map_or(1, |error| error.days + u32::from(day(error.last_at) != day(now)));
    let (code, is_definitive, asked) = match cause {
        ModeError::Refused { code, .. } => (code.as_str(), !NOT_ABOUT_THE_GRANT.contains(&code.as_str()), None),
        ModeError::Unavailable { code, retry_after, .. } => (code.as_str(), false, *retry_after),
        ModeError::Input { .. } => ("invalid_input", false, None),
        ModeError::Setup { .. } => ("integration_incomplete", false, None),
    };
    let is_final = is_definitive || days >= MAX_DAYS;
    let (code, message) = if is_definitive && was_interrupted {
        let message = format!(
            "a refresh was interrupted after the provider had answered, and the answer was lost; the provider no longer takes the token before it ({cause})"
        );
        ("refresh_interrupted", message)
    } else {
        (code, cause.to_string())
    };
    AuthError {
        code: code.to_owned(),
        message,
        first_at: before.map_or(now, |error| error.first_at),
        last_at: now,
        failures,
        days,
        retry_at: (!is_final).then(|| now.plus(backoff(failures, asked, fraction))),
        is_final,
    }
}

/// Whether somebody has to hear of it: when the connection stops working, and once when it is given up.
pub(super) fn is_news(before: Option<&AuthError>, after: &AuthError) -> bool {
    before.is_none_or(|before| after.is_final && !before.is_final)
}
