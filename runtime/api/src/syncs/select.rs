//! The syncs that a request is about.

use http::StatusCode;
use syncline_domain::{ConnectionName, ConnectionRef, EnvironmentId, IntegrationKey};
use syncline_store::SyncRow;

use crate::error::ApiError;
use crate::state::App;
use crate::syncs::reference::SyncRef;

/// Syncs of one connection, or of all connections of an integration.
pub(super) struct Selection<'a> {
    pub(super) integration: &'a IntegrationKey,
    pub(super) connection: Option<&'a ConnectionName>,
    /// Empty for all.
    pub(super) syncs: &'a [SyncRef],
}

/// Why nothing could be selected; endpoints answer differently.
pub(super) enum Missing {
    Integration,
    Connection,
    Other(ApiError),
}

impl Selection<'_> {
    /// Every sync that is selected. A name that selects nothing is [`Missing::Other`] `no_syncs_found`.
    pub(super) async fn all(&self, app: &App, environment: EnvironmentId) -> Result<Vec<SyncRow>, Missing> {
        let found = self.known(app, environment).await?;
        if let Some(unknown) = self.syncs.iter().find(|wanted| !found.iter().any(|sync| wanted.names(sync))) {
            let message = format!("no sync `{unknown}` was found in integration `{}`", self.integration);
            return Err(Missing::Other(ApiError::bad_request("no_syncs_found", message)));
        }
        Ok(found)
    }

    /// The same, where a name may select nothing.
    pub(super) async fn known(&self, app: &App, environment: EnvironmentId) -> Result<Vec<SyncRow>, Missing> {
        let syncs = app.store.syncs();
        let mut found = match self.connection {
            Some(connection) => {
                let of = ConnectionRef { integration: self.integration.clone(), connection: connection.clone() };
                match app.store.connections().lookup(environment, &of).await? {
                    Some(connection) => syncs.list_for_connection(connection.id).await?,
                    None if app.store.integrations().lookup(environment, self.integration).await?.is_none() => {
                        return Err(Missing::Integration);
                    }
                    None => return Err(Missing::Connection),
                }
            }
            None => match app.store.integrations().lookup(environment, self.integration).await? {
                Some(integration) => syncs.list_for_integration(integration.id).await?,
                None => return Err(Missing::Integration),
            },
        };
        if !self.syncs.is_empty() {
            found.retain(|sync| self.syncs.iter().any(|wanted| wanted.names(sync)));
        }
        Ok(found)
    }
}

impl From<syncline_store::Error> for Missing {
    fn from(error: syncline_store::Error) -> Self {
        Self::Other(error.into())
    }
}

impl Missing {
    /// As trigger, pause and start answer: contract 11.1 S1.
    pub(super) fn when_commanding(self, integration: &IntegrationKey) -> ApiError {
        match self {
            Self::Integration => ApiError::unknown_integration(integration.as_str()),
            Self::Connection => ApiError::unknown_connection().with_status(StatusCode::NOT_FOUND),
            Self::Other(error) => error,
        }
    }
}
