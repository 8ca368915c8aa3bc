//! A function as deployed: its manifest entry, checked.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{FunctionName, ModelName, Schedule, ScheduleDefect};

/// What starts a function, and what it may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// Runs by schedule and saves records.
    Sync,
    /// Runs when called and answers.
    Action,
    /// Runs when something happened to a connection.
    Event,
}

/// What an event function waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// After a connection was created.
    PostConnectionCreation,
    /// Before a connection is deleted.
    PreConnectionDeletion,
    /// While a connection is created; a failure refuses it.
    ValidateConnection,
}

/// What a function may see beyond the default.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The connection's credentials in clear.
    Credentials,
}

/// A model that a sync saves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelDefinition {
    /// Its name.
    pub name: ModelName,
    /// Its JSON Schema.
    pub schema: Box<RawValue>,
}

/// An address below `/v1` under which an action or a sync's records are found: what older functions declare.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EndpointDefinition {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Begins with a slash; compared as it is.
    pub path: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// What a function asks for below the operator's limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitOverrides {
    /// Linear memory.
    #[serde(default)]
    pub memory_mb: Option<u32>,
    /// From start to end.
    #[serde(default)]
    pub wall_time_s: Option<u32>,
    /// Computing, without waiting.
    #[serde(default)]
    pub cpu_time_s: Option<u32>,
}

/// A function's description, as the store keeps it (JSON).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FunctionDefinition {
    /// Unique per kind in its integration.
    pub name: FunctionName,
    /// Sync, action or event.
    pub kind: FunctionKind,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// The author's own version.
    #[serde(default)]
    pub version: Option<String>,
    /// For syncs: a frequency or cron expression; absent for one that only runs on demand.
    #[serde(default)]
    pub schedule: Option<String>,
    /// For cron expressions; UTC when absent.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Whether a sync starts with its connection.
    #[serde(default)]
    pub auto_start: bool,
    /// What a sync saves.
    #[serde(default)]
    pub models: Vec<ModelDefinition>,
    /// JSON Schema of an action's input.
    #[serde(default)]
    pub input: Option<Box<RawValue>>,
    /// JSON Schema of an action's output.
    #[serde(default)]
    pub output: Option<Box<RawValue>>,
    /// JSON Schema of the connection's metadata that the function reads.
    #[serde(default)]
    pub metadata: Option<Box<RawValue>>,
    /// JSON Schema of the checkpoint.
    #[serde(default)]
    pub checkpoint: Option<Box<RawValue>>,
    /// What an event function waits for.
    #[serde(default)]
    pub event: Option<EventKind>,
    /// OAuth scopes that it needs; documentation.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Types of incoming webhooks that a sync handles.
    #[serde(default)]
    pub webhook_subscriptions: Vec<String>,
    /// Addresses below `/v1`. A sync's first belongs to its first model, and so on.
    // Left out where there are none, so that the text of what is stored already stays the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<EndpointDefinition>,
    /// Hosts it may reach besides the provider's own: `example.com`, `*.example.com`, or `*` for any public host.
    #[serde(default)]
    pub egress: Vec<String>,
    /// What it may see beyond the default.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// Below the operator's limits.
    #[serde(default)]
    pub limits: LimitOverrides,
}

impl FunctionDefinition {
    /// The model whose records are found under the sync's endpoint at this place. A sync with more endpoints than models means its last one.
    pub fn model_of_endpoint(&self, endpoint: usize) -> Option<&ModelName> {
        self.models.get(endpoint).or(self.models.last()).map(|model| &model.name)
    }

    /// When the sync is due by its author; `None` for one that only runs on demand.
    pub fn schedule(&self) -> Result<Option<Schedule>, ScheduleDefect> {
        self.schedule.as_deref().map(|text| Schedule::parse(text, self.time_zone.as_deref())).transpose()
    }

    /// When the sync is due on a connection that may have a frequency of its own. A text that does not parse, which no caller could have stored,
    /// counts as none.
    pub fn schedule_with(&self, frequency_override: Option<&str>) -> Option<Schedule> {
        match frequency_override {
            Some(text) => Schedule::parse(text, self.time_zone.as_deref()).ok(),
            None => self.schedule().ok().flatten(),
        }
    }
}

impl FunctionKind {
    /// As in the database and in checkpoint keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Action => "action",
            Self::Event => "event",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Sync, Self::Action, Self::Event].into_iter().find(|kind| kind.as_str() == text)
    }
}
