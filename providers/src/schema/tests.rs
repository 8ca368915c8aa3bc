use std::fs;
use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::*;
use crate::entry::auth::block::{AuthBlock, MODES};
use crate::readme::examples;

mod parser;

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

fn read(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).unwrap()
}

/// What an editor would mark, as place and message.
fn marked(validator: &Validator, entry: &Value) -> Vec<String> {
    validator.iter_errors(entry).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The catalogue's files, as they are written.
fn files() -> Vec<(PathBuf, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|listed| listed.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), read(&fs::read_to_string(path).unwrap()))).collect()
}

#[test]
fn the_schema_is_one() {
    let problems = jsonschema::meta::validate(&schema()).err().map(|error| error.to_string());
    assert_eq!(problems, None);
}

#[test]
fn every_shipped_file_is_fine_as_it_is_written_and_when_its_base_is_merged() {
    let validator = validator();
    let files = files();
    let with_base = files.iter().filter(|(_, entry)| entry.get("base").is_some()).count();
    assert!(files.len() > 950 && with_base > 100, "{} {with_base}", files.len());
    let mut wrong = Vec::new();
    for (path, entry) in &files {
        let marked = marked(&validator, entry);
        if !marked.is_empty() {
            wrong.push(format!("{}: {}", path.file_name().unwrap().display(), marked.join("; ")));
        }
    }
    for summary in crate::Catalogue::embedded().summaries() {
        let entry: Value = serde_json::from_str(crate::catalogue::shipped::json(&summary.key).unwrap()).unwrap();
        let marked = marked(&validator, &entry);
        if !marked.is_empty() {
            wrong.push(format!("{} made whole: {}", summary.key, marked.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{} entries:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_example_of_the_documentation_is_fine() {
    let validator = validator();
    for example in examples() {
        assert_eq!(marked(&validator, &read(&example)), [""; 0], "{example}");
    }
}

const KEY: &str = "key: acme\ndisplay_name: Acme\ncategories: [crm]\ndocs: https://docs.acme.example\nauth: {mode: API_KEY}\nproxy:\n  base_url: \
                   https://api.acme.example\n  headers: {x-api-key: '${apiKey}'}\nsources: [https://docs.acme.example]\n";

fn changed(pointer: &str, value: Value) -> Value {
    let mut entry = read(KEY);
    let (block, name) = pointer.rsplit_once('/').unwrap();
    entry.pointer_mut(block).unwrap()[name] = value;
    entry
}

/// What an author gets wrong, and where the editor marks it.
#[test]
fn what_does_not_belong_is_marked_where_it_stands() {
    let validator = validator();
    assert_eq!(marked(&validator, &read(KEY)), [""; 0]);
    let cases = [
        ("/displayname", json!("Acme"), ": Additional properties are not allowed ('displayname' was unexpected)"),
        ("/proxy/header", json!({}), "/proxy: Additional properties are not allowed ('header' was unexpected)"),
        ("/auth/token_url", json!("https://a.example"), "/auth: Additional properties are not allowed ('token_url' was unexpected)"),
        ("/auth/mode", json!("API-KEY"), "/auth/mode: \"API-KEY\" is not valid under any of the schemas listed in the 'oneOf' keyword"),
        ("/proxy/headers/accept", json!(1), "/proxy/headers/accept: 1 is not of type \"string\""),
        ("/categories", json!("crm"), "/categories: \"crm\" is not of type \"array\""),
        ("/categories", json!([]), "/categories: [] has less than 1 item"),
        ("/docs", json!("http://a.example"), "/docs: \"http://a.example\" does not match \"^https://[^\\s/]\""),
        ("/key", json!("Acme"), "/key: \"Acme\" does not match \"^[a-z0-9-]+$\""),
        (
            "/proxy/paginate",
            json!({ "type": "cursor", "cursor_name_in_request": "after" }),
            "/proxy/paginate: \"cursor_path_in_response\" is a required property",
        ),
        ("/proxy/paginate", json!({ "type": "link" }), "/proxy/paginate: \"link_path_in_response_body\" is a required property"),
        ("/proxy/no_base_url", json!("none"), "/proxy/base_url: False schema does not allow \"https://api.acme.example\""),
        ("/webhook", json!({ "docs": "https://a.example" }), "/webhook: \"signature\" is a required property"),
        ("/connection_config", json!({ "plan": { "title": "Plan" } }), "/connection_config/plan: \"description\" is a required property"),
        (
            "/connection_config",
            json!({ "region": { "titel": "Region" } }),
            "/connection_config/region: Additional properties are not allowed ('titel' was unexpected)",
        ),
    ];
    for (pointer, value, expected) in cases {
        assert_eq!(marked(&validator, &changed(pointer, value)), [expected], "{pointer}");
    }
    let mut entry = read(KEY);
    entry.as_object_mut().unwrap().shift_remove("sources");
    assert_eq!(marked(&validator, &entry), [": \"sources\" is a required property"]);
}

#[test]
fn on_a_base_nothing_is_needed_and_null_takes_away_but_typing_errors_are_marked() {
    let validator = validator();
    let good = [
        "key: acme\nbase: acme\n",
        "key: acme\nbase: acme\nauth: {token_url: 'https://a.example'}\nproxy: {no_base_url: many, base_url: null, headers: {accept: null}}\n",
        "key: acme\nbase: acme\nauth: {mode: OAUTH2, issuer: null}\nproxy: {paginate: {limit_name_in_request: limit}, verification: null}\n",
        "key: acme\nbase: acme\nconnection_config: {plan: {enum: null, default_value: cloud}, region: null}\ncredentials: null\n",
        "key: acme\nbase: acme\nwebhook: {signature: {type: hmac, header: x}, handshake: null}\n",
    ];
    for text in good {
        assert_eq!(marked(&validator, &read(text)), [""; 0], "{text}");
    }
    let bad = [
        ("base: acme\n", ": \"key\" is a required property"),
        ("key: acme\nbase: 1\n", "/base: 1 is not of type \"string\""),
        ("key: acme\nbase: acme\nauth: {tokn_url: x}\n", "/auth: Additional properties are not allowed ('tokn_url' was unexpected)"),
        (
            "key: acme\nbase: acme\nauth: {mode: API_KEY, pkce: true}\n",
            "/auth: Additional properties are not allowed ('pkce' was unexpected)",
        ),
        ("key: acme\nbase: acme\nwebhook: {route: [{to: [connection_id]}]}\n", "/webhook/route/0: \"from\" is a required property"),
    ];
    for (text, expected) in bad {
        assert_eq!(marked(&validator, &read(text)), [expected], "{text}");
    }
}

/// The page is made of the same, so nothing is missing there.
#[test]
fn the_page_has_every_field_with_a_meaning() {
    let page = format_page();
    for (field, _) in AuthBlock::FIELDS {
        assert!(page.contains(&format!("| `{field}` |")), "{field}");
    }
    for mode in MODES {
        assert!(page.contains(&format!("| `{mode}` |")), "{mode}");
    }
    for block in ["The file", "`auth`", "`proxy.paginate`", "`webhook.signature.timestamp`", "`webhook.handshake.reply`", "`field`"] {
        assert!(page.contains(&format!("\n## {block}\n")), "{block}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let says_nothing = |row: &&str| row.ends_with("|  |") || row.split(" | ").nth(1).is_none_or(str::is_empty);
    assert_eq!(rows.filter(says_nothing).collect::<Vec<_>>(), [""; 0]);
}
