//! What of a function's change an operator wants to know before it happens.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use syncline_domain::{FunctionDefinition, Grant};
use utoipa::ToSchema;

/// One thing that changes.
#[derive(Serialize, ToSchema)]
#[schema(as = FunctionDifference)]
pub(super) struct Difference {
    /// `schedule`, `auto_start`, `model_added`, `model_removed`, `model_schema`, `input`, `output`, `metadata`, `checkpoint`, `event`,
    /// `scopes`, `webhook_subscriptions`, `egress`, `grants`, `limits` or `version`; `code` where it is nothing of all these
    code: &'static str,
    /// For people
    message: String,
    /// What it was
    #[schema(value_type = Value)]
    before: Value,
    /// What it is to be
    #[schema(value_type = Value)]
    after: Value,
}

/// Of a function that is new (`before` is `None`) only what it may do beyond its provider.
pub(super) fn differences(before: Option<&FunctionDefinition>, after: &FunctionDefinition) -> Vec<Difference> {
    let mut found = Found(Vec::new());
    let none: [String; 0] = [];
    let old = |list: fn(&FunctionDefinition) -> &[String]| before.map_or(&none[..], list);
    if let Some(before) = before {
        found.timing(before, after);
        found.models(before, after);
        for (code, old, new) in [
            ("input", &before.input, &after.input),
            ("output", &before.output, &after.output),
            ("metadata", &before.metadata, &after.metadata),
            ("checkpoint", &before.checkpoint, &after.checkpoint),
        ] {
            let (old, new) = (schema(old.as_deref()), schema(new.as_deref()));
            if old != new {
                found.add(code, format!("{code} {}", fields(&old, &new)), old, new);
            }
        }
        if before.event != after.event {
            found.add("event", format!("waits for {}", text(&json!(after.event))), json!(before.event), json!(after.event));
        }
    }
    found.list("scopes", "scopes", old(|one| &one.scopes), &after.scopes);
    found.list("webhook_subscriptions", "webhooks", old(|one| &one.webhook_subscriptions), &after.webhook_subscriptions);
    found.list("egress", "may reach", old(|one| &one.egress), &after.egress);
    let (had, has) = (before.is_some_and(sees_credentials), sees_credentials(after));
    if had != has {
        let message = if has { "may now see credentials" } else { "may see credentials no more" };
        found.add("grants", message.to_owned(), json!(before.map(|one| &one.grants)), json!(after.grants));
    }
    if let Some(before) = before {
        found.limits(before, after);
        if before.version != after.version {
            let message = format!("version {}, was {}", or_none(after.version.as_deref()), or_none(before.version.as_deref()));
            found.add("version", message, json!(before.version), json!(after.version));
        }
        if found.0.is_empty() {
            found.add("code", "other code".to_owned(), Value::Null, Value::Null);
        }
    }
    found.0
}

struct Found(Vec<Difference>);

impl Found {
    fn add(&mut self, code: &'static str, message: String, before: Value, after: Value) {
        self.0.push(Difference { code, message, before, after });
    }

    fn timing(&mut self, before: &FunctionDefinition, after: &FunctionDefinition) {
        let runs = |one: &FunctionDefinition| match (&one.schedule, &one.time_zone) {
            (Some(schedule), Some(zone)) => Some(format!("{schedule} ({zone})")),
            (schedule, _) => schedule.clone(),
        };
        let (old, new) = (runs(before), runs(after));
        if old != new {
            let word = |one: &Option<String>| one.clone().unwrap_or_else(|| "on demand".to_owned());
            self.add("schedule", format!("runs {}, was {}", word(&new), word(&old)), json!(old), json!(new));
        }
        if before.auto_start != after.auto_start {
            let message = if after.auto_start { "starts by itself" } else { "does not start by itself any more" };
            self.add("auto_start", message.to_owned(), json!(before.auto_start), json!(after.auto_start));
        }
    }

    fn models(&mut self, before: &FunctionDefinition, after: &FunctionDefinition) {
        for model in &after.models {
            let new = schema(Some(&*model.schema));
            match before.models.iter().find(|old| old.name == model.name) {
                None => self.add("model_added", format!("model {} is new", model.name), Value::Null, json!(model.name)),
                Some(old) => {
                    let old = schema(Some(&*old.schema));
                    if old != new {
                        self.add("model_schema", format!("model {} {}", model.name, fields(&old, &new)), old, new);
                    }
                }
            }
        }
        for model in before.models.iter().filter(|old| !after.models.iter().any(|new| new.name == old.name)) {
            self.add("model_removed", format!("model {} goes", model.name), json!(model.name), Value::Null);
        }
    }

    fn list(&mut self, code: &'static str, what: &str, before: &[String], after: &[String]) {
        let (old, new): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
        // Only hosts have a star of their own.
        let word = |one: &str| if one == "*" && code == "egress" { "any public host" } else { one }.to_owned();
        let added = new.difference(&old).map(|one| format!("+{}", word(one)));
        let removed = old.difference(&new).map(|one| format!("-{}", word(one)));
        let changes: Vec<String> = added.chain(removed).collect();
        if !changes.is_empty() {
            self.add(code, format!("{what} {}", changes.join(" ")), json!(before), json!(after));
        }
    }

    fn limits(&mut self, before: &FunctionDefinition, after: &FunctionDefinition) {
        let (old, new) = (before.limits, after.limits);
        if old == new {
            return;
        }
        let one = |what: &str, unit: &str, old: Option<u32>, new: Option<u32>| {
            let word = |limit: Option<u32>| limit.map_or_else(|| "the server's".to_owned(), |limit| format!("{limit} {unit}"));
            (old != new).then(|| format!("{what} {}, was {}", word(new), word(old)))
        };
        let told = [
            one("memory", "MB", old.memory_mb, new.memory_mb),
            one("wall time", "s", old.wall_time_s, new.wall_time_s),
            one("CPU time", "s", old.cpu_time_s, new.cpu_time_s),
        ];
        self.add("limits", told.into_iter().flatten().collect::<Vec<_>>().join(", "), json!(old), json!(new));
    }
}

fn sees_credentials(definition: &FunctionDefinition) -> bool {
    definition.grants.contains(&Grant::Credentials)
}

/// As a value, because the order of its keys means nothing.
fn schema(text: Option<&RawValue>) -> Value {
    text.and_then(|text| serde_json::from_str(text.get()).ok()).unwrap_or_default()
}

/// What became of an object's fields, one level deep: enough to know where to look.
fn fields(old: &Value, new: &Value) -> String {
    match (old, new) {
        (Value::Null, _) => return "has a schema now".to_owned(),
        (_, Value::Null) => return "has no schema any more".to_owned(),
        _ => {}
    }
    let names = |schema: &Value| -> BTreeSet<String> {
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    let (before, after) = (names(old), names(new));
    let added = after.difference(&before).map(|name| format!("+{name}"));
    let removed = before.difference(&after).map(|name| format!("-{name}"));
    let changed =
        before.intersection(&after).filter(|name| old["properties"][name] != new["properties"][name]).map(|name| format!("~{name}"));
    let told: Vec<String> = added.chain(removed).chain(changed).collect();
    if told.is_empty() { "has another schema".to_owned() } else { format!("has another schema: {}", told.join(" ")) }
}

fn or_none(text: Option<&str>) -> &str {
    text.unwrap_or("none")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| "nothing".to_owned(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(more: Value) -> FunctionDefinition {
        let mut json = json!({ "name": "issues", "kind": "sync", "schedule": "every 1h" });
        let Value::Object(more) = more else { panic!("{more} is no object") };
        json.as_object_mut().unwrap().extend(more);
        serde_json::from_value(json).unwrap()
    }

    fn told(before: Option<Value>, after: Value) -> Vec<String> {
        let found = differences(before.map(function).as_ref(), &function(after));
        found.into_iter().map(|one| format!("{}: {}", one.code, one.message)).collect()
    }

    #[test]
    fn what_matters_to_an_operator_is_said() {
        let model = |name: &str, properties: Value| json!({ "name": name, "schema": { "type": "object", "properties": properties } });
        let before = json!({
            "models": [model("Issue", json!({ "a": {}, "b": {} })), model("User", json!({}))], "scopes": ["repo"], "limits": { "memory_mb": 64 },
        });
        let after = json!({
            "schedule": "0 0 * * *", "time_zone": "Europe/Berlin", "auto_start": true, "version": "2.0.0",
            "models": [model("Issue", json!({ "b": { "type": "string" }, "c": {} })), model("Label", json!({}))],
            "scopes": ["repo", "user"], "egress": ["*"], "grants": ["credentials"], "limits": { "cpu_time_s": 5 },
        });
        let expected = [
            "schedule: runs 0 0 * * * (Europe/Berlin), was every 1h",
            "auto_start: starts by itself",
            "model_schema: model Issue has another schema: +c -a ~b",
            "model_added: model Label is new",
            "model_removed: model User goes",
            "scopes: scopes +user",
            "egress: may reach +any public host",
            "grants: may now see credentials",
            "limits: memory the server's, was 64 MB, CPU time 5 s, was the server's",
            "version: version 2.0.0, was none",
        ];
        assert_eq!(told(Some(before.clone()), after.clone()), expected);
        assert_eq!(told(Some(after), before).len(), expected.len(), "and the other way round");
    }

    #[test]
    fn a_new_function_says_what_it_may_do_and_an_old_one_that_only_its_code_is_new() {
        assert_eq!(
            told(None, json!({ "egress": ["a.example.com"], "grants": ["credentials"] })),
            ["egress: may reach +a.example.com", "grants: may now see credentials"]
        );
        assert!(told(None, json!({ "models": [{ "name": "Issue", "schema": {} }] })).is_empty());
        assert_eq!(told(Some(json!({ "description": "one" })), json!({ "description": "two" })), ["code: other code"]);
    }
}
