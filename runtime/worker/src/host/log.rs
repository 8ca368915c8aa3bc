//! What the run says.

use syncline_domain::RunError;
use syncline_host_api::host::{Level, RunInfo};
use syncline_store::{LineKind, LogLine};

use super::FunctionHost;

impl FunctionHost {
    pub(super) fn say(&self, level: Level, message: &str, fields: Option<String>) {
        let level = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        let fields = fields.filter(|text| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok());
        self.write(level, self.redactor().text(message.to_owned()), fields.map(|text| self.redactor().text(text)));
    }

    /// The last line of a run that failed.
    pub(crate) fn say_failed(&self, error: &RunError) {
        let fields = serde_json::json!({ "code": error.code, "status": error.status, "frames": error.frames });
        self.write("error", self.redactor().text(error.message.clone()), Some(fields.to_string()));
    }

    pub(super) fn run_info(&self) -> RunInfo {
        let work = &self.setup.work;
        RunInfo {
            id: self.setup.run.to_string(),
            function: work.function.definition.name.to_string(),
            kind: work.function.definition.kind.as_str().to_owned(),
            variant: work.sync.as_ref().map_or_else(|| syncline_domain::Variant::BASE.to_owned(), |sync| sync.variant.to_string()),
            environment: self.environment.to_string(),
            provider: work.connection.provider.clone(),
            provider_config_key: work.connection.integration_key.to_string(),
            connection_id: work.connection.name.to_string(),
            attempt: work.attempt,
            last_success_at: work.sync.as_ref().and_then(|sync| sync.last_success_started_at).map(syncline_domain::Timestamp::to_millis_z),
        }
    }

    pub(super) fn run_details(&self) -> String {
        let work = &self.setup.work;
        let trigger = work.trigger;
        let (environment, connection) = (work.connection.environment.0, work.connection.id.0);
        serde_json::json!({
            "trigger": trigger,
            "environment_id": environment,
            "connection_row_id": connection,
            "sync_id": work.sync.as_ref().map(|sync| sync.id.to_string()),
        })
        .to_string()
    }

    fn write(&self, level: &str, message: String, fields: Option<String>) {
        self.timeline.say(LogLine { kind: LineKind::Log, at: self.setup.runner.now(), level: level.to_owned(), message, fields });
    }
}
