//! Why a connection's credentials could not be renewed.

use serde::{Deserialize, Serialize};

use crate::{ConnectionRowId, Timestamp};

/// The failures since the last success, as one: kept with the connection until it is renewed or connected again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuthError {
    /// Stable, for programs.
    pub code: String,
    /// Of the latest failure, for a person; no secrets.
    pub message: String,
    /// Of the first failure.
    pub first_at: Timestamp,
    /// Of the latest one.
    pub last_at: Timestamp,
    /// How many there were.
    pub failures: u32,
    /// On how many days there was one, in UTC.
    pub days: u32,
    /// When it is tried again; `None` where it is not, unless somebody asks.
    pub retry_at: Option<Timestamp>,
    /// Whether only connecting again helps: the provider's answer was definitive, or it was tried on enough days.
    pub is_final: bool,
}

impl AuthError {
    /// The wire's `log_id`: one for a trouble of the connection, from its first failure to its end.
    pub fn log_id(&self, connection: ConnectionRowId) -> String {
        format!("auth-{}-{}", connection.0, self.first_at.unix_millis())
    }
}
