//! The schemas that the derives give, and what becomes of errors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use syncline_functions::prelude::*;
use syncline_functions::schema_of;
use syncline_functions::testing::{Answer, Test};

/// How far it is.
#[derive(Serialize, Deserialize, Schema)]
#[serde(rename_all = "snake_case")]
enum State {
    Open,
    InProgress,
    #[serde(rename = "done")]
    Closed,
}

/// A person.
#[derive(Serialize, Deserialize, Schema)]
struct Person {
    name: String,
    manager: Option<Box<Person>>,
}

/// A ticket
/// of the tracker.
#[derive(Serialize, Deserialize, Model)]
#[model(name = "Ticket-v2")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Ticket {
    id: i64,
    /// When it changed last.
    #[schema(format = "date-time")]
    updated_at: String,
    state: State,
    #[serde(default)]
    tags: Vec<String>,
    extra: BTreeMap<String, f64>,
    owner: Option<Person>,
    parent: Option<u32>,
    #[serde(skip)]
    _cache: u8,
    anything: Value,
}

#[test]
fn a_schema_says_what_serde_writes() {
    assert_eq!(<Ticket as Model>::NAME, "Ticket-v2");
    assert_eq!(
        schema_of::<Ticket>(),
        json!({
            "type": "object",
            "description": "A ticket of the tracker.",
            "additionalProperties": false,
            "required": ["id", "updatedAt", "state", "extra", "anything"],
            "properties": {
                "id": { "type": "integer" },
                "updatedAt": { "type": "string", "format": "date-time", "description": "When it changed last." },
                "state": { "$ref": "#/$defs/State" },
                "tags": { "type": "array", "items": { "type": "string" } },
                "extra": { "type": "object", "additionalProperties": { "type": "number" } },
                "owner": { "anyOf": [{ "$ref": "#/$defs/Person" }, { "type": "null" }] },
                "parent": { "type": ["integer", "null"], "minimum": 0 },
                "anything": {},
            },
            "$defs": {
                "State": { "type": "string", "enum": ["open", "in_progress", "done"], "description": "How far it is." },
                "Person": {
                    "type": "object",
                    "description": "A person.",
                    "required": ["name"],
                    "properties": {
                        "name": { "type": "string" },
                        "manager": { "anyOf": [{ "$ref": "#/$defs/Person" }, { "type": "null" }] },
                    },
                },
            },
        })
    );
}

#[test]
fn a_recursive_root_stays_a_definition() {
    let schema = schema_of::<Person>();
    assert_eq!(schema["$ref"], "#/$defs/Person");
    assert_eq!(schema["$defs"]["Person"]["required"], json!(["name"]));
}

mod other {
    use super::{Deserialize, Schema, Serialize};

    #[derive(Serialize, Deserialize, Schema)]
    pub(super) struct Person {
        pub(super) age: u8,
    }
}

#[test]
fn two_types_of_one_name_do_not_become_one() {
    let schema = schema_of::<(Vec<Person>, Vec<other::Person>)>();
    let _ = other::Person { age: 1 }.age;
    assert_eq!(schema["prefixItems"][1]["items"]["$ref"], "#/$defs/Person2");
}

#[derive(Deserialize, Schema)]
struct Input {
    path: String,
}

/// Looks a path up.
#[action(name = "look_up", scopes("read"), egress("*.example.com"), grants(credentials), limits(memory_mb = 64))]
async fn look(cx: ActionContext, input: Input) -> Result<String> {
    let text = cx.get("/things/{path}").segment("path", input.path).send().await.context("looking")?.json()?;
    Ok(text)
}

component!(look);

#[test]
fn the_manifest_has_what_the_attribute_says() {
    let manifest = component().manifest();
    assert_eq!(manifest["integration"], Value::Null);
    let function = &manifest["functions"][0];
    assert_eq!(function["name"], "look_up");
    assert_eq!(function["description"], "Looks a path up.");
    assert_eq!(function["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(function["egress"], json!(["*.example.com"]));
    assert_eq!(function["grants"], json!(["credentials"]));
    assert_eq!(function["limits"], json!({ "memory_mb": 64 }));
    assert_eq!(function["output"], json!({ "type": "string" }));
    assert_eq!(function.get("models"), None);
}

fn look_at(answer: Answer) -> syncline_functions::Failure {
    Test::action(look).input(json!({ "path": "a b/c" })).answer(answer).run().failure()
}

#[test]
fn errors_keep_what_the_host_said_and_tell_what_was_being_done() {
    let failure = look_at(Answer::get("/things/a%20b%2Fc").status(429).header("Retry-After", 3).json(json!({ "slow": "down" })));
    assert_eq!((failure.code.as_str(), failure.status), ("provider_status", Some(429)));
    assert_eq!(failure.message, "looking: the provider answered 429 to GET /things/a%20b%2Fc");
    assert!(failure.details.unwrap().contains(r#""retry-after":"3""#));

    let failure = look_at(Answer::get("/things/a%20b%2Fc").json(json!("<html>Sorry</html>")));
    assert_eq!(failure.code, "function_error");
    assert!(failure.message.contains("it begins `<html>Sorry</html>`"), "{}", failure.message);

    let failure = Test::action(look).input(json!({ "way": 1 })).run().failure();
    assert_eq!(failure.code, "invalid_input");
    assert!(failure.message.contains("missing field `path`"), "{}", failure.message);
}

#[test]
#[should_panic(expected = "there is no recorded answer to GET /things/x; the nearest are: GET /things/x?y=1")]
fn a_request_without_an_answer_fails_naming_the_nearest() {
    Test::action(look).input(json!({ "path": "x" })).answer(Answer::get("/things/x").query("y", 1)).run();
}

#[action]
async fn forgetful(cx: ActionContext) -> Result<()> {
    cx.get("/repos/{owner}").send().await?;
    Ok(())
}

#[test]
fn a_path_with_a_gap_is_not_sent() {
    let outcome = Test::action(forgetful).run();
    assert!(outcome.err().to_string().contains("lacks a value for `{owner}`"));
    assert!(outcome.requests().is_empty());
}
