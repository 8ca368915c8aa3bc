//! A function as the attributes leave it: its description and how to run it.

use std::future::Future;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::context::{ActionContext, Context, EventContext, SyncContext};
use crate::error::{Result, parse_input, to_json};
use crate::host::{Handle, LocalFuture};

/// What `describe` says about one function. Written by the attributes.
#[doc(hidden)]
pub struct Description {
    pub kind: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub version: &'static str,
    pub schedule: Option<&'static str>,
    pub time_zone: Option<&'static str>,
    pub auto_start: bool,
    pub models: &'static [ModelDescription],
    pub input: Option<fn() -> Value>,
    pub output: Option<fn() -> Value>,
    pub metadata: Option<fn() -> Value>,
    pub checkpoint: Option<fn() -> Value>,
    pub event: Option<&'static str>,
    pub webhook_subscriptions: &'static [&'static str],
    pub scopes: &'static [&'static str],
    pub egress: &'static [&'static str],
    pub grants: &'static [&'static str],
    pub limits: Limits,
}

#[doc(hidden)]
pub struct ModelDescription {
    pub name: &'static str,
    pub schema: fn() -> Value,
}

#[doc(hidden)]
pub struct Limits {
    pub memory_mb: Option<u32>,
    pub wall_time_s: Option<u32>,
    pub cpu_time_s: Option<u32>,
}

impl Description {
    /// The function's entry in the manifest.
    pub(crate) fn manifest(&self) -> Value {
        let mut entry = Map::new();
        let mut set = |key: &str, value: Value| entry.insert(key.to_owned(), value);
        set("name", self.name.into());
        set("kind", self.kind.into());
        set("description", self.description.into());
        set("version", self.version.into());
        if self.kind == "sync" {
            set("schedule", self.schedule.into());
            set("auto_start", self.auto_start.into());
            let models = self.models.iter().map(|model| json!({ "name": model.name, "schema": (model.schema)() }));
            set("models", models.collect());
        }
        if let Some(zone) = self.time_zone {
            set("time_zone", zone.into());
        }
        let schemas = [("input", self.input), ("output", self.output), ("metadata", self.metadata), ("checkpoint", self.checkpoint)];
        for (key, schema) in schemas {
            if let Some(schema) = schema {
                set(key, schema());
            }
        }
        if let Some(event) = self.event {
            set("event", event.into());
        }
        for (key, list) in [
            ("webhook_subscriptions", self.webhook_subscriptions),
            ("scopes", self.scopes),
            ("egress", self.egress),
            ("grants", self.grants),
        ] {
            if !list.is_empty() {
                set(key, list.into());
            }
        }
        let Limits { memory_mb, wall_time_s, cpu_time_s } = self.limits;
        // Inserted one by one, here and elsewhere: collecting into a map sorts first, which costs a component 6 KB a place.
        let mut limits = Map::new();
        for (key, limit) in [("memory_mb", memory_mb), ("wall_time_s", wall_time_s), ("cpu_time_s", cpu_time_s)] {
            if let Some(limit) = limit {
                limits.insert(key.to_owned(), limit.into());
            }
        }
        if !limits.is_empty() {
            set("limits", Value::Object(limits));
        }
        Value::Object(entry)
    }
}

type Run = fn(HostHandle) -> LocalFuture<Result<String>>;

/// The host, on its way to the author's function.
#[doc(hidden)]
pub struct HostHandle(pub(crate) Handle);

/// A function of any kind, as [`component!`](crate::component) takes it.
#[derive(Clone, Copy)]
pub struct Function {
    pub(crate) description: &'static Description,
    pub(crate) run: Run,
}

/// A sync: what `#[sync]` makes of an `async fn`.
#[derive(Clone, Copy)]
pub struct SyncFunction(Function);

/// An event handler: what `#[event]` makes of an `async fn`.
#[derive(Clone, Copy)]
pub struct EventFunction(Function);

/// An action from `Input` to `Output`: what `#[action]` makes of an `async fn`.
pub struct ActionFunction<Input, Output>(Function, PhantomData<fn(Input) -> Output>);

impl SyncFunction {
    #[doc(hidden)]
    pub fn __new(description: &'static Description, run: Run) -> Self {
        Self(Function { description, run })
    }
}

impl EventFunction {
    #[doc(hidden)]
    pub fn __new(description: &'static Description, run: Run) -> Self {
        Self(Function { description, run })
    }
}

impl<Input, Output> ActionFunction<Input, Output> {
    #[doc(hidden)]
    pub fn __new(description: &'static Description, run: Run) -> Self {
        Self(Function { description, run }, PhantomData)
    }
}

impl From<SyncFunction> for Function {
    fn from(function: SyncFunction) -> Self {
        function.0
    }
}

impl From<EventFunction> for Function {
    fn from(function: EventFunction) -> Self {
        function.0
    }
}

impl<Input, Output> From<ActionFunction<Input, Output>> for Function {
    fn from(function: ActionFunction<Input, Output>) -> Self {
        function.0
    }
}

const NULL: &str = "null";

#[doc(hidden)]
pub fn run_sync<F, Fut>(host: HostHandle, function: F) -> LocalFuture<Result<String>>
where
    F: FnOnce(SyncContext) -> Fut + 'static,
    Fut: Future<Output = Result<()>>,
{
    Box::pin(async move {
        function(SyncContext(Context::new(host.0))).await?;
        Ok(NULL.to_owned())
    })
}

/// The sync, or, where a webhook asked for the run, what handles it.
#[doc(hidden)]
pub fn run_sync_or_webhook<F, Fut, G, GFut, Payload>(host: HostHandle, function: F, on_webhook: G) -> LocalFuture<Result<String>>
where
    F: FnOnce(SyncContext) -> Fut + 'static,
    Fut: Future<Output = Result<()>>,
    G: FnOnce(SyncContext, Payload) -> GFut + 'static,
    GFut: Future<Output = Result<()>>,
    Payload: DeserializeOwned,
{
    Box::pin(async move {
        let cx = SyncContext(Context::new(host.0));
        if cx.is_webhook() {
            let payload = parse_input(&cx.input_json())?;
            on_webhook(cx, payload).await?;
        } else {
            function(cx).await?;
        }
        Ok(NULL.to_owned())
    })
}

#[doc(hidden)]
pub fn run_event<F, Fut>(host: HostHandle, function: F) -> LocalFuture<Result<String>>
where
    F: FnOnce(EventContext) -> Fut + 'static,
    Fut: Future<Output = Result<()>>,
{
    Box::pin(async move {
        function(EventContext(Context::new(host.0))).await?;
        Ok(NULL.to_owned())
    })
}

#[doc(hidden)]
pub fn run_action<F, Fut, Input, Output>(host: HostHandle, function: F) -> LocalFuture<Result<String>>
where
    F: FnOnce(ActionContext, Input) -> Fut + 'static,
    Fut: Future<Output = Result<Output>>,
    Input: DeserializeOwned,
    Output: Serialize,
{
    Box::pin(async move {
        let cx = ActionContext(Context::new(host.0));
        let input = parse_input(&cx.input_json())?;
        let output = function(cx, input).await?;
        to_json("the action's output", &output)
    })
}
