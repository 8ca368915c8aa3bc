//! An operation as it was kept, be it a run or not.

use syncline_domain::{
    ConnectionName, EnvironmentId, FunctionKind, FunctionName, IntegrationKey, OperationId, OperationKind, OperationState, RunError, RunId,
    RunState, Timestamp, Trigger,
};

use super::Operations;
use crate::Error;
use crate::database::{Row, values};
use crate::runs::open_error;
use crate::{RunRow, Store};

/// An operation.
#[derive(Clone, Debug)]
pub struct OperationRow {
    /// Its id; that of the run where it is one.
    pub id: OperationId,
    /// What.
    pub kind: OperationKind,
    /// Where it stands.
    pub state: OperationState,
    /// Of which integration.
    pub integration: Option<IntegrationKey>,
    /// On which connection.
    pub connection: Option<ConnectionName>,
    /// Of which function.
    pub function: Option<FunctionName>,
    /// Whose key, session or part of the server did it.
    pub actor: Option<String>,
    /// One line for people.
    pub summary: String,
    /// A JSON object with any of `request`, `response`, `error` and `meta`.
    pub detail: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Whether it is a run, whose messages are its log.
    pub is_run: bool,
}

impl Operations<'_> {
    /// Finds one.
    pub async fn lookup(&self, environment: EnvironmentId, id: OperationId) -> Result<Option<OperationRow>, Error> {
        let sql = "SELECT id, type, action, state, integration_key, connection_name, function_name, actor, summary, detail, started_at,
                       finished_at
                   FROM operations WHERE id = $1 AND environment = $2";
        if let Some(row) = self.0.database().row(sql, values![id, environment]).await? {
            return noted(&row).map(Some);
        }
        let run = self.0.runs().lookup(RunId(id.0)).await?;
        Ok(run.filter(|run| run.environment == environment).map(|run| of_run(&run)))
    }
}

pub(super) fn noted(row: &Row) -> Result<OperationRow, Error> {
    let action: String = row.get("action")?;
    Ok(OperationRow {
        id: row.parse("operations", "id", |text| text.parse().ok())?,
        kind: row.parse("operations", "type", |kind| OperationKind::parse(kind, &action))?,
        state: row.parse("operations", "state", OperationState::parse)?,
        integration: row.parse_optional("operations", "integration_key", |text| IntegrationKey::new(text).ok())?,
        connection: row.parse_optional("operations", "connection_name", |text| ConnectionName::new(text).ok())?,
        function: row.parse_optional("operations", "function_name", |text| FunctionName::new(text).ok())?,
        actor: row.get("actor")?,
        summary: row.get("summary")?,
        detail: row.get("detail")?,
        started_at: row.time("started_at")?,
        finished_at: row.optional_time("finished_at")?,
        is_run: false,
    })
}

/// A row of `runs`, as far as a list reads it.
pub(super) fn run(row: &Row, store: &Store) -> Result<OperationRow, Error> {
    let id: RunId = row.parse("runs", "id", |text| text.parse().ok())?;
    let parts = Parts {
        id,
        kind: row.parse("runs", "kind", FunctionKind::parse)?,
        state: row.parse("runs", "state", RunState::parse)?,
        integration: row.parse("runs", "integration_key", |text| IntegrationKey::new(text).ok())?,
        connection: row.parse_optional("runs", "connection_name", |text| ConnectionName::new(text).ok())?,
        function: row.parse("runs", "function_name", |text| FunctionName::new(text).ok())?,
        trigger: row.parse("runs", "trigger_kind", Trigger::parse)?,
        attempt: row.get::<i64>("attempt")? as u32,
        variant: row.get("variant")?,
        error: open_error(store.cipher(), id, row.get("error")?)?,
        started_at: row.time("started_at")?,
        finished_at: row.optional_time("finished_at")?,
    };
    Ok(parts.operation())
}

fn of_run(run: &RunRow) -> OperationRow {
    let parts = Parts {
        id: run.id,
        kind: run.kind,
        state: run.state,
        integration: run.integration_key.clone(),
        connection: run.connection_name.clone(),
        function: run.function_name.clone(),
        trigger: run.trigger,
        attempt: run.attempt,
        variant: run.variant.as_ref().map(ToString::to_string),
        error: run.error.clone(),
        started_at: run.started_at,
        finished_at: run.finished_at,
    };
    parts.operation()
}

struct Parts {
    id: RunId,
    kind: FunctionKind,
    state: RunState,
    integration: IntegrationKey,
    connection: Option<ConnectionName>,
    function: FunctionName,
    trigger: Trigger,
    attempt: u32,
    variant: Option<String>,
    error: Option<RunError>,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
}

impl Parts {
    fn operation(self) -> OperationRow {
        let summary = match &self.error {
            Some(error) => format!("{}: {}", self.function, error.message),
            None => format!("{} {}", self.function, self.state.as_str()),
        };
        let error = self.error.map(|error| serde_json::json!({ "code": error.code, "message": error.message, "status": error.status }));
        let meta = serde_json::json!({ "trigger": self.trigger, "attempt": self.attempt, "variant": self.variant });
        OperationRow {
            id: OperationId(self.id.0),
            kind: match self.kind {
                FunctionKind::Sync => OperationKind::SyncRun,
                FunctionKind::Action => OperationKind::ActionRun,
                FunctionKind::Event => OperationKind::EventsRun,
            },
            state: match self.state {
                RunState::Running => OperationState::Running,
                RunState::Succeeded => OperationState::Succeeded,
                RunState::Failed => OperationState::Failed,
                RunState::Interrupted => OperationState::Interrupted,
                RunState::Cancelled => OperationState::Cancelled,
                RunState::Lost => OperationState::Lost,
            },
            integration: Some(self.integration),
            connection: self.connection,
            function: Some(self.function),
            actor: None,
            summary,
            detail: Some(serde_json::json!({ "error": error, "meta": meta }).to_string()),
            started_at: self.started_at,
            finished_at: self.finished_at,
            is_run: true,
        }
    }
}
