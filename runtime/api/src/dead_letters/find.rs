//! A dead letter by the id in its path.

use syncline_domain::JobId;

use crate::error::ApiError;

/// 404 for what is no id.
pub(super) fn number(id: &str) -> Result<JobId, ApiError> {
    id.parse().map(JobId).map_err(|_| unknown(id))
}

pub(super) fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no dead letter `{id}`; `GET /dead-letters` lists those of the last 30 days"))
}
