//! Other functions of the environment.

use syncline_domain::{ActionCall, ConnectionRef, FunctionKind, FunctionName, RunnerError, SyncState, Trigger, Variant};
use syncline_host_api::host::{ConnectionRef as WireRef, Failure, SyncOptions, failure};
use syncline_store::{ConnectionRow, FunctionRow, SyncRow, TriggerSync, schedule_seed};

use super::FunctionHost;
use super::failure::{from_store, internal, invalid};
use super::provider::connection_ref;

/// Actions that call actions: deeper is a loop.
pub const MAX_DEPTH: u8 = 5;

/// For an action at that depth.
pub fn too_deep() -> Failure {
    failure("too_many_nested_actions", format!("more than {MAX_DEPTH} actions called one another; do they call in a circle?"))
}

impl FunctionHost {
    pub(super) async fn function_action(&self, of: Option<WireRef>, action: String, input: String) -> Result<String, Failure> {
        if self.setup.work.depth >= MAX_DEPTH {
            return Err(too_deep());
        }
        serde_json::from_str::<serde::de::IgnoredAny>(&input).map_err(|error| invalid("invalid_action_input", error))?;
        let (function, connection) = self.action_of(of, action).await?;
        let call = ActionCall {
            environment: connection.environment,
            connection: connection.id,
            function: function.id,
            input,
            trigger: Trigger::Function,
        };
        // Boxed, because the type of an action's future would hold itself.
        let work = &self.setup.work;
        let outcome = Box::pin(self.setup.runner.run_nested(call, work.lease(), work.depth + 1)).await.map_err(|error| match error {
            RunnerError::Refused { code, message } => failure(code, message),
            other => internal(&other),
        })?;
        outcome.result.map_err(|error| Failure {
            code: error.code,
            message: error.message,
            status: error.status,
            details: error.details.map(|details| details.get().to_owned()),
        })
    }

    /// An action by its name, and the connection that it is to run on.
    pub(super) async fn action_of(&self, of: Option<WireRef>, action: String) -> Result<(FunctionRow, ConnectionRow), Failure> {
        let connection = self.other(of).await?;
        let name = FunctionName::new(action).map_err(|defect| invalid("unknown_action", defect))?;
        let functions = self.setup.runner.store().functions();
        let function =
            functions.lookup_by_name(connection.integration, FunctionKind::Action, &name).await.map_err(|error| from_store(&error))?;
        let function =
            function.ok_or_else(|| failure("unknown_action", format!("`{}` has no action `{name}`", connection.integration_key)))?;
        Ok((function, connection))
    }

    pub(super) async fn function_trigger(&self, of: Option<WireRef>, sync: String, options: SyncOptions) -> Result<(), Failure> {
        let sync = self.sync_of(of, sync).await?;
        let trigger = TriggerSync {
            reset: options.reset,
            empty_cache: options.reset && options.empty_cache,
            trigger: Trigger::Function,
            now: self.setup.runner.now(),
        };
        self.setup
            .runner
            .store()
            .syncs()
            .trigger_of_run(self.setup.work.lease(), sync.id, trigger)
            .await
            .map_err(|error| from_store(&error))?;
        Ok(())
    }

    pub(super) async fn function_start(&self, of: Option<WireRef>, sync: String) -> Result<(), Failure> {
        let sync = self.sync_of(of, sync).await?;
        if sync.state == SyncState::Started {
            return Ok(());
        }
        let store = self.setup.runner.store();
        let function = store.functions().lookup(sync.function).await.map_err(|error| from_store(&error))?;
        let now = self.setup.runner.now();
        let next = function
            .and_then(|row| row.definition.schedule_with(sync.frequency_override.as_deref()))
            .and_then(|schedule| schedule.next_after(now, schedule_seed(sync.id)));
        store
            .syncs()
            .set_state_of_run(self.setup.work.lease(), sync.id, SyncState::Started, next)
            .await
            .map_err(|error| from_store(&error))?;
        Ok(())
    }

    async fn sync_of(&self, of: Option<WireRef>, name: String) -> Result<SyncRow, Failure> {
        let connection = self.other(of).await?;
        let (name, variant) = match name.split_once("::") {
            Some((name, variant)) => (name.to_owned(), Variant::new(variant).map_err(|defect| invalid("unknown_sync", defect))?),
            None => (name, Variant::base()),
        };
        let name = FunctionName::new(name).map_err(|defect| invalid("unknown_sync", defect))?;
        let found = self.setup.runner.store().syncs().lookup(connection.id, &name, &variant).await.map_err(|error| from_store(&error))?;
        found.ok_or_else(|| {
            failure("unknown_sync", format!("the connection `{}` has no sync `{name}` with the variant `{variant}`", connection.name))
        })
    }

    async fn other(&self, of: Option<WireRef>) -> Result<ConnectionRow, Failure> {
        let own = &self.setup.work.connection;
        let Some(of) = of else { return Ok(own.clone()) };
        let of: ConnectionRef = connection_ref(&of)?;
        let row = self.setup.runner.store().connections().lookup(own.environment, &of).await.map_err(|error| from_store(&error))?;
        row.ok_or_else(|| failure("unknown_connection", format!("`{}` has no connection `{}`", of.integration, of.connection)))
    }
}
