//! From a grant to a connection: checked with the provider, validated by the product's own functions, stored in one piece.

use std::sync::Arc;

use serde_json::{Map, Value};
use syncline_domain::{
    ActionCall, ConnectSessionId, ConnectionName, ConnectionRowId, Credentials, EndUser, EventKind, FunctionId, FunctionKind, SyncState,
    Tags, Trigger, Variant,
};
use syncline_providers::Entry;
use syncline_store::{Constraint, Error as StoreError, FunctionRow, InsertedConnection, IntegrationRow, NewConnection, NewSync, Promote};

use crate::attempt::{Connected, Prepared};
use crate::refresh::refresh_at;
use crate::{Attempt, Connect, ConnectError, Grant, connection_config, modes};

/// Everything of a connection that is about to be stored.
pub(crate) struct Candidate {
    pub(crate) integration: IntegrationRow,
    pub(crate) entry: Arc<Entry>,
    pub(crate) name: ConnectionName,
    pub(crate) target: Option<ConnectionRowId>,
    pub(crate) session: Option<ConnectSessionId>,
    pub(crate) credentials: Credentials,
    pub(crate) connection_config: Map<String, Value>,
    pub(crate) metadata: Option<String>,
    pub(crate) tags: Tags,
    pub(crate) end_user: Option<EndUser>,
    pub(crate) webhook_url_override: Option<String>,
}

impl Connect {
    /// Makes a connection from what a person typed in: every mode without a browser.
    pub async fn connect(&self, attempt: Attempt, supplied: Map<String, Value>) -> Result<Connected, ConnectError> {
        let prepared = self.prepare(attempt).await?;
        let urls = self.urls(&prepared.integration).await?;
        let grant = modes::exchange(&self.setting_of(&urls, &prepared, None), &supplied).await?;
        self.settle(prepared, grant).await
    }

    /// Stores what a flow yielded.
    pub(crate) async fn settle(&self, prepared: Prepared, grant: Grant) -> Result<Connected, ConnectError> {
        let Prepared { session, integration, entry, mut connection_config, name, target, .. } = prepared;
        connection_config.extend(grant.connection_config);
        // What the provider answered goes into URLs as well: it is held against the same rules as what a person typed.
        connection_config::complete(&entry, &mut connection_config)?;
        let candidate = Candidate {
            integration,
            entry,
            name,
            target,
            session: Some(session.id),
            credentials: grant.credentials,
            connection_config,
            metadata: None,
            tags: session.tags,
            end_user: session.end_user,
            webhook_url_override: session.webhook_url_override,
        };
        let InsertedConnection { row, is_new } = self.create(candidate).await?;
        Ok(Connected { row, is_new, is_pending: grant.is_pending })
    }

    /// Verifies, validates, stores. Nothing of a connection that fails stays behind.
    pub(crate) async fn create(&self, mut candidate: Candidate) -> Result<InsertedConnection, ConnectError> {
        self.verify(&candidate).await?;
        // No secret, and what the app's webhooks name the connection by: in the credentials nothing could look for it.
        if let Some(installation) = candidate.credentials.field("installation_id").map(str::to_owned) {
            candidate.connection_config.entry("installation_id").or_insert_with(|| installation.into());
        }
        let functions = self.store().functions().list(candidate.integration.environment, Some(candidate.integration.id)).await?;
        let enabled: Vec<&FunctionRow> = functions.iter().filter(|function| function.enabled).collect();
        let on = |event| enabled.iter().filter(move |function| function.definition.event == Some(event)).map(|function| function.id);
        let validators: Vec<FunctionId> = on(EventKind::ValidateConnection).collect();
        let (syncs, events): (Vec<NewSync>, Vec<FunctionId>) = (self.syncs(&enabled), on(EventKind::PostConnectionCreation).collect());
        let now = self.now();
        let refresh_at = refresh_at(&candidate.entry.auth, &candidate.credentials, now, self.fraction());
        let (target, session) = (candidate.target, candidate.session);
        let is_pending = !validators.is_empty();
        let new = NewConnection {
            environment: candidate.integration.environment,
            integration: candidate.integration.id,
            connection: candidate.name,
            credentials: candidate.credentials,
            connection_config: Value::Object(candidate.connection_config).to_string(),
            metadata: candidate.metadata,
            tags: candidate.tags,
            end_user: candidate.end_user,
            webhook_url_override: candidate.webhook_url_override,
            // A connection under validation starts nothing and uses up nothing.
            session: session.filter(|_| !is_pending),
            target: target.filter(|_| !is_pending),
            syncs: if is_pending { Vec::new() } else { syncs.clone() },
            events: if is_pending { Vec::new() } else { events.clone() },
            refresh_at,
            pending: is_pending,
            notify: !is_pending,
            now,
        };
        let inserted = self.store().connections().insert(new).await.map_err(|error| taken(error, target, session))?;
        if !is_pending {
            return Ok(inserted);
        }
        let pending = inserted.row.id;
        if let Err(refusal) = self.validate(&inserted.row, validators).await {
            self.store().connections().discard_pending(pending, self.now()).await?;
            return Err(refusal);
        }
        let promote = Promote { target, session, syncs, events, notify: true, refresh_at, now: self.now() };
        let promoted = self.store().connections().promote(pending, promote).await;
        match promoted {
            Ok(promoted) => Ok(promoted),
            Err(error) => {
                self.store().connections().discard_pending(pending, self.now()).await?;
                Err(taken(error, target, session))
            }
        }
    }

    /// Every sync exists on every connection; one that does not start by itself waits to be triggered or started.
    fn syncs(&self, functions: &[&FunctionRow]) -> Vec<NewSync> {
        let now = self.now();
        let syncs = functions.iter().filter(|function| function.definition.kind == FunctionKind::Sync).map(|function| {
            let started = function.definition.auto_start;
            let schedule = function.definition.schedule_with(None).filter(|_| started);
            let next_run_at = schedule.and_then(|schedule| schedule.next_after_start(now, self.random_phase()));
            NewSync {
                function: function.id,
                name: function.definition.name.clone(),
                variant: Variant::base(),
                state: if started { SyncState::Started } else { SyncState::Paused },
                frequency_override: None,
                next_run_at,
            }
        });
        syncs.collect()
    }

    /// The product's own word on the connection: every validator must end well.
    async fn validate(&self, pending: &syncline_store::ConnectionRow, validators: Vec<FunctionId>) -> Result<(), ConnectError> {
        let runner = self.runner().ok_or(ConnectError::ValidationUnavailable)?;
        for function in validators {
            let call = ActionCall {
                environment: pending.environment,
                connection: pending.id,
                function,
                input: "null".to_owned(),
                trigger: Trigger::Connection,
            };
            let outcome = runner.run_action(call).await.map_err(|error| {
                tracing::warn!(error = &error as &dyn std::error::Error, "a validation could not be run");
                ConnectError::ValidationUnavailable
            })?;
            if let Err(error) = outcome.result {
                return Err(ConnectError::ValidationFailed { message: error.message });
            }
        }
        Ok(())
    }
}

/// What a lost race means to the caller.
fn taken(error: StoreError, target: Option<ConnectionRowId>, session: Option<ConnectSessionId>) -> ConnectError {
    match error {
        StoreError::Conflict { constraint: Constraint::ConnectSession } if session.is_some() => ConnectError::SessionUsed,
        StoreError::Conflict { constraint: Constraint::Connection } if target.is_some() => ConnectError::ReconnectTargetGone,
        other => other.into(),
    }
}
