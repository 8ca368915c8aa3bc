//! What is noted of a refresh that asked a provider.

use serde_json::json;
use syncline_domain::{AuthError, OperationId, OperationKind, OperationState, Timestamp};
use syncline_store::{ConnectionRow, NewOperation};

use crate::Connect;

impl Connect {
    /// `error`: why there is no new token.
    pub(super) fn note_refresh(&self, row: &ConnectionRow, begun: Timestamp, error: Option<&AuthError>) {
        let random: [u8; 10] = self.random()[6..].try_into().expect("ten of sixteen");
        let metrics = self.store().metrics();
        if error.is_some() { &metrics.refreshes_failed } else { &metrics.refreshes }.increment();
        let summary = match error {
            None => "renewed".to_owned(),
            Some(error) => format!("not renewed: {}", error.code),
        };
        let detail = error.map(|error| json!({ "error": { "code": error.code }, "meta": { "is_final": error.is_final } }).to_string());
        self.store().operations().note(NewOperation {
            id: OperationId::new(begun, random),
            environment: row.environment,
            kind: OperationKind::AuthRefreshToken,
            state: if error.is_some() { OperationState::Failed } else { OperationState::Succeeded },
            integration: Some(row.integration_key.clone()),
            connection: Some(row.name.clone()),
            function: None,
            actor: None,
            summary,
            detail,
            started_at: begun,
            finished_at: Some(self.now()),
            messages: Vec::new(),
        });
    }
}
