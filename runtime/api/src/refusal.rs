//! The errors of the rooms behind, as the caller is told of them.

use http::StatusCode;
use syncline_connect::ConnectError;
use syncline_store::Error as StoreError;

use crate::error::ApiError;

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cursor => Self::bad_request("invalid_cursor", error.to_string()),
            StoreError::Conflict { constraint } => Self::new(StatusCode::CONFLICT, "conflict", format!("{constraint} stands in the way")),
            StoreError::Full { .. } => Self::bad_request("resource_capped", error.to_string()),
            StoreError::DiskFull(_) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "insufficient_storage",
                "the disk of the server's database is full, and nothing was written; free some space there and send the request again",
            )
            .caused_by(error),
            StoreError::NotWritable(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "database_not_writable",
                "the server's database takes no writes, and nothing was written: its disk fails or is read-only, or it is a standby; mend that (the \
                 server's log has the cause) and send the request again",
            )
            .caused_by(error),
            StoreError::Closed => Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the server is stopping").caused_by(error),
            _ => Self::internal(error),
        }
    }
}

impl From<ConnectError> for ApiError {
    fn from(error: ConnectError) -> Self {
        let message = error.to_string();
        match error {
            ConnectError::UnknownProvider { .. } => Self::bad_request("unknown_provider_template", message),
            ConnectError::UnknownIntegration { key } => Self::unknown_integration(&key),
            ConnectError::UnknownConnection => Self::unknown_connection(),
            ConnectError::KeyTaken { .. } => Self::invalid_body(&["unique_key"], message),
            ConnectError::WrongAuthMode { .. } => Self::invalid_body(&["credentials", "type"], message),
            ConnectError::ConnectionConfig { field, .. } => Self::invalid_body(&["connection_config", &field], message),
            ConnectError::TestFailed { .. } => Self::bad_request("connection_test_failed", message),
            ConnectError::Store(error) => error.into(),
            ConnectError::Input { field, problem } if field.is_empty() => Self::invalid_body(&[], problem),
            ConnectError::Input { field, problem } => Self::invalid_body(&[&field], problem),
            other => Self::new(StatusCode::from_u16(other.status()).unwrap_or(StatusCode::BAD_REQUEST), other.code(), message),
        }
    }
}
