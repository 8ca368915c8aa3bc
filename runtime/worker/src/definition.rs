//! From a manifest entry to a definition that can only be valid.

use syncline_domain::{
    EndpointDefinition, EventKind, FunctionDefinition, FunctionKind, FunctionName, Grant, LimitOverrides, ModelDefinition, ModelName,
    RunnerError, Schedule,
};
use syncline_host_api::manifest::{EndpointManifest, FunctionKind as Kind, FunctionManifest, LifecycleEvent};

use crate::schema;

/// Checks what the manifest's reader leaves to the one who deploys: schedules, schemas, grants.
pub fn from_manifest(manifest: &FunctionManifest) -> Result<FunctionDefinition, RunnerError> {
    let refused = |code: &'static str, problem: &dyn std::fmt::Display| RunnerError::Refused {
        code,
        message: format!("the {} `{}`: {problem}", manifest.kind, manifest.name),
    };
    if let Some(text) = &manifest.schedule {
        Schedule::parse(text, manifest.time_zone.as_deref()).map_err(|defect| refused("invalid_schedule", &defect))?;
    }
    let named =
        [("input", &manifest.input), ("output", &manifest.output), ("metadata", &manifest.metadata), ("checkpoint", &manifest.checkpoint)];
    for (field, text) in named.into_iter().filter_map(|(field, text)| text.as_ref().map(|text| (field, text))) {
        schema::compile(text.get()).map_err(|problem| refused("invalid_schema", &format_args!("the schema of its {field}: {problem}")))?;
    }
    let mut models = Vec::with_capacity(manifest.models.len());
    for model in &manifest.models {
        schema::compile(model.schema.get())
            .map_err(|problem| refused("invalid_schema", &format_args!("the schema of `{}`: {problem}", model.name)))?;
        let name = ModelName::new(model.name.clone()).map_err(|defect| refused("invalid_manifest", &defect))?;
        models.push(ModelDefinition { name, schema: model.schema.clone() });
    }
    let grants = manifest.grants.iter().map(|grant| match grant.as_str() {
        "credentials" => Ok(Grant::Credentials),
        other => Err(refused("invalid_manifest", &format_args!("`{other}` cannot be granted; only `credentials` can"))),
    });
    Ok(FunctionDefinition {
        name: FunctionName::new(manifest.name.clone()).map_err(|defect| refused("invalid_manifest", &defect))?,
        kind: match manifest.kind {
            Kind::Sync => FunctionKind::Sync,
            Kind::Action => FunctionKind::Action,
            Kind::Event => FunctionKind::Event,
        },
        description: manifest.description.clone(),
        version: manifest.version.clone(),
        schedule: manifest.schedule.clone(),
        time_zone: manifest.time_zone.clone(),
        auto_start: manifest.auto_start,
        models,
        input: manifest.input.clone(),
        output: manifest.output.clone(),
        metadata: manifest.metadata.clone(),
        checkpoint: manifest.checkpoint.clone(),
        event: manifest.event.map(|event| match event {
            LifecycleEvent::PostConnectionCreation => EventKind::PostConnectionCreation,
            LifecycleEvent::PreConnectionDeletion => EventKind::PreConnectionDeletion,
            LifecycleEvent::ValidateConnection => EventKind::ValidateConnection,
        }),
        scopes: manifest.scopes.clone(),
        webhook_subscriptions: manifest.webhook_subscriptions.clone(),
        endpoints: manifest
            .endpoints
            .iter()
            .cloned()
            .map(|EndpointManifest { method, path, group }| EndpointDefinition { method, path, group })
            .collect(),
        egress: manifest.egress.clone(),
        grants: grants.collect::<Result<_, _>>()?,
        limits: LimitOverrides {
            memory_mb: manifest.limits.memory_mb,
            wall_time_s: manifest.limits.wall_time_s,
            cpu_time_s: manifest.limits.cpu_time_s,
        },
    })
}
