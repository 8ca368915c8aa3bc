//! Errors of the rooms below, as data for the guest. Codes are stable.

use syncline_connect::ConnectError;
use syncline_host_api::host::{Failure, failure};

/// Nothing of ours goes to the guest: the operator finds it in the log.
pub(super) fn internal(error: &(dyn std::error::Error + 'static)) -> Failure {
    tracing::error!(error, "a host call failed");
    failure("internal_error", "the host could not do this now; the operator's log says why")
}

pub(super) fn from_store(error: &syncline_store::Error) -> Failure {
    match error {
        syncline_store::Error::Fenced => failure("lease_lost", "this run was given to another worker; nothing that it does now counts"),
        other => internal(other),
    }
}

pub(super) fn from_connect(error: &ConnectError) -> Failure {
    match error {
        ConnectError::Store(error) => from_store(error),
        other => failure(other.code(), other.to_string()),
    }
}

pub(super) fn invalid(code: &'static str, error: impl std::fmt::Display) -> Failure {
    failure(code, error.to_string())
}
