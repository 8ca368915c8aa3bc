//! One function of a manifest.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// Keeps records fresh, on a schedule or on demand.
    Sync,
    /// Answers a call.
    Action,
    /// Handles an event of a connection's life.
    Event,
}

impl FunctionKind {
    /// As in the manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Action => "action",
            Self::Event => "event",
        }
    }
}

impl std::fmt::Display for FunctionKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The moments of a connection's life that an event function can handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LifecycleEvent {
    /// After a connection was created.
    PostConnectionCreation,
    /// Before a connection is deleted, while its credentials still work.
    PreConnectionDeletion,
    /// While a connection is created; a failure refuses it.
    ValidateConnection,
}

/// One function, as it describes itself.
#[derive(Debug, Clone, Deserialize)]
pub struct FunctionManifest {
    /// Letters, digits, `_` and `-`; at most 255 characters.
    pub name: String,
    /// What it is.
    pub kind: FunctionKind,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// The author's own version of the function.
    #[serde(default)]
    pub version: Option<String>,
    /// Syncs only: `every 1h` or cron. Absent: only on demand. Not parsed here.
    #[serde(default)]
    pub schedule: Option<String>,
    /// The time zone of a cron schedule, as the IANA database names it. Absent: UTC.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Whether a sync starts when a connection is created.
    #[serde(default = "yes")]
    pub auto_start: bool,
    /// The models that a sync saves.
    #[serde(default)]
    pub models: Vec<ModelManifest>,
    /// JSON Schema of an action's input.
    #[serde(default)]
    pub input: Option<Box<RawValue>>,
    /// JSON Schema of an action's output.
    #[serde(default)]
    pub output: Option<Box<RawValue>>,
    /// JSON Schema of the connection's metadata.
    #[serde(default)]
    pub metadata: Option<Box<RawValue>>,
    /// JSON Schema of the checkpoint.
    #[serde(default)]
    pub checkpoint: Option<Box<RawValue>>,
    /// Events only: which one.
    #[serde(default)]
    pub event: Option<LifecycleEvent>,
    /// OAuth scopes that the function needs.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The provider's webhook types that a sync wants.
    #[serde(default)]
    pub webhook_subscriptions: Vec<String>,
    /// Addresses below `/v1`, for clients of older functions. Actions have any number; a sync's first belongs to its first model, and so on.
    #[serde(default)]
    pub endpoints: Vec<EndpointManifest>,
    /// Hosts besides the provider's own that it may reach; `*.example.com` covers subdomains, `*` is any public host.
    #[serde(default)]
    pub egress: Vec<String>,
    /// What it may see beyond the default, such as `credentials`.
    #[serde(default)]
    pub grants: Vec<String>,
    /// May only lower the operator's.
    #[serde(default)]
    pub limits: FunctionLimits,
}

fn yes() -> bool {
    true
}

/// A model and the schema of its records.
#[derive(Debug, Clone, Deserialize)]
pub struct ModelManifest {
    /// Begins with a capital letter.
    pub name: String,
    /// JSON Schema 2020-12 of a record: an object that requires `id`. Not compiled here.
    pub schema: Box<RawValue>,
}

/// An address below `/v1`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EndpointManifest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Begins with a slash; no query.
    pub path: String,
    /// For people.
    #[serde(default)]
    pub group: Option<String>,
}

/// Limits that a function sets itself. Zero is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionLimits {
    /// Linear memory, in MiB.
    pub memory_mb: Option<u32>,
    /// From start to end, in seconds.
    pub wall_time_s: Option<u32>,
    /// CPU time, in seconds.
    pub cpu_time_s: Option<u32>,
}
