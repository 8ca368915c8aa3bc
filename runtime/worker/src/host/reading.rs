//! What a function on a connection may read, for a run that keeps nothing: the very code of a live run, without what it writes.

use std::sync::Arc;

use serde_json::Value;
use syncline_domain::{DryRunCall, FunctionDefinition, RunError, RunnerError, Trigger};
use syncline_host_api::host::{ConnectionRef as WireRef, Failure, FetchRequest, FetchResponse, Host as _, RunInfo};
use syncline_providers::Entry;
use syncline_store::FunctionOnConnection;
use syncline_wall::Prepared;

use super::{Exchange, FunctionHost, Redactor, Setup, failure};
use crate::Runner;
use crate::run::{Work, failed};
use crate::runner::never;
use crate::schema::Schemas;

/// Fewer statements for a collection that is read as a whole.
const LARGE_PAGE: u32 = 1_000;

/// A function on a connection as they are in the store. Nothing that is asked of it changes anything there, but that credentials which have
/// ended are renewed, as for any request.
pub struct Reading {
    host: FunctionHost,
}

/// There is nothing to begin with.
#[derive(Debug)]
pub enum Unreadable {
    /// As a live run would end at once: what its connection or function is in the way of.
    Run(RunError),
    /// Deleted meanwhile, or ours to mend.
    Runner(RunnerError),
}

impl From<syncline_store::Error> for Unreadable {
    fn from(error: syncline_store::Error) -> Self {
        Self::Runner(RunnerError::Internal(Box::new(error)))
    }
}

impl From<Failure> for Unreadable {
    fn from(error: Failure) -> Self {
        Self::Run(RunError { status: error.status, ..failed(&error.code, error.message) })
    }
}

impl Runner {
    /// What a dry run is about.
    pub async fn reading(&self, call: DryRunCall) -> Result<Reading, Unreadable> {
        let gone = |what: &str| {
            let message = format!("the {what} was deleted a moment ago");
            Unreadable::Runner(RunnerError::Refused { code: "not_found", message })
        };
        let function = self.store().functions().lookup(call.function).await?.ok_or_else(|| gone("function"))?;
        let connection = self.opened_connection(Some(call.connection)).await?.ok_or_else(|| gone("connection"))?;
        let sync = match call.sync {
            Some(sync) => Some(self.store().syncs().lookup_by_id(sync).await?.ok_or_else(|| gone("sync"))?),
            None => None,
        };
        let (trigger, input) = (call.trigger, call.input);
        let work = Work { function, connection, sync, fence: None, caller: None, trigger, attempt: 1, crashes: 0, input, depth: 0 };
        Reading::of(self, work).await
    }
}

impl Reading {
    async fn of(runner: &Runner, work: Work) -> Result<Self, Unreadable> {
        let schemas = runner.schemas().of(&work.function).map_err(|problem| Unreadable::Run(failed("invalid_schema", problem)))?;
        let (soft, stop) = (never(), never());
        let setup = Setup { runner: runner.clone(), run: runner.new_run_id(), is_kept: false, work, schemas, soft, stop };
        Ok(Self { host: FunctionHost::new(setup).await? })
    }

    /// An action on this connection or another one, with its input.
    pub async fn action(&self, of: Option<WireRef>, action: String, input: String) -> Result<Self, Unreadable> {
        let (function, row) = self.host.action_of(of, action).await?;
        let runner = &self.host.setup.runner;
        let connection = runner.opened_connection(Some(row.id)).await?;
        let connection = connection.ok_or_else(|| failure::invalid("unknown_connection", "the connection was deleted"))?;
        let trigger = Trigger::Function;
        let work = Work { function, connection, sync: None, fence: None, caller: None, trigger, attempt: 1, crashes: 0, input, depth: 0 };
        Self::of(runner, work).await
    }

    /// The component, ready to run.
    pub async fn prepare(&self) -> Result<Prepared, RunError> {
        let Setup { runner, work, .. } = &self.host.setup;
        runner.prepare(&work.function, &work.connection).await.map_err(|(error, _)| error)
    }

    /// What the function says of itself.
    pub fn definition(&self) -> &FunctionDefinition {
        &self.host.setup.work.function.definition
    }

    /// Its schemas.
    pub fn schemas(&self) -> Arc<Schemas> {
        Arc::clone(&self.host.setup.schemas)
    }

    /// The names of everything that it is about.
    pub fn info(&self) -> RunInfo {
        self.host.run_info()
    }

    /// JSON text.
    pub fn input(&self) -> &str {
        &self.host.setup.work.input
    }

    /// As whose run it is tried out.
    pub fn trigger(&self) -> Trigger {
        self.host.setup.work.trigger
    }

    /// How the provider's lists are paged.
    pub fn entry(&self) -> Arc<Entry> {
        Arc::clone(self.host.source.entry())
    }

    /// Knows what must not be shown: of this connection, and of others that were asked for.
    pub fn redactor(&self) -> Arc<Redactor> {
        Arc::clone(self.host.redactor())
    }

    /// The connection's metadata, a JSON object.
    pub fn metadata(&self) -> String {
        self.host.setup.work.connection.metadata.clone().unwrap_or_else(|| "{}".to_owned())
    }

    /// What its next run would begin with.
    pub async fn checkpoint(&self) -> Result<Option<String>, Unreadable> {
        let Setup { runner, work, .. } = &self.host.setup;
        let found = if let Some(sync) = &work.sync {
            runner.store().checkpoints().lookup(sync.id).await?
        } else {
            let of = FunctionOnConnection { function: work.function.id, connection: work.connection.id };
            runner.store().function_checkpoints().lookup(of).await?
        };
        Ok(found.map(|(checkpoint, _)| checkpoint.as_str().to_owned()))
    }

    /// Where requests for a connection go; for its own where `of` is absent.
    pub async fn exchange(&self, of: Option<&WireRef>) -> Result<Arc<dyn Exchange>, Failure> {
        let (source, redactor) = self.host.source_of(of).await?;
        self.host.redactor.learn(&source.credentials());
        Ok(self.host.exchange(source, &redactor))
    }

    /// Live records of these ids: id and JSON text.
    pub async fn records_by_ids(&self, model: &str, ids: &[String]) -> Result<Vec<(String, String)>, Failure> {
        self.host.kept_by_ids(model, ids).await
    }

    /// Live records, and the cursor of those that follow.
    pub async fn records_page(&self, model: &str, cursor: Option<String>) -> Result<(Vec<String>, Option<String>), Failure> {
        self.host.kept_page(model, cursor, LARGE_PAGE).await
    }

    /// A connection as the host answers it, with its credentials where the function was granted them.
    pub async fn connection(&self, of: Option<WireRef>) -> Result<Value, Failure> {
        read(&self.host.connection_get(of).await?)
    }

    /// The integration, likewise.
    pub async fn integration(&self) -> Result<Value, Failure> {
        read(&self.host.integration_get().await?)
    }

    /// The environment's variables.
    pub async fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        self.host.variables().await
    }

    /// Plain HTTP to the hosts that the function declared.
    pub async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, Failure> {
        self.host.plain_fetch(request).await
    }
}

fn read(json: &str) -> Result<Value, Failure> {
    serde_json::from_str(json).map_err(|error| failure::internal(&error))
}
