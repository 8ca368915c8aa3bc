//! One operation.

use serde_json::Value;
use syncline_console::pages::reference::{Answer, Content, Field, Operation};

use super::page::{paragraphs, prose, text};
use super::{example, fields};

pub(super) fn of(document: &Value, method: &'static str, path: &str, described: &Value) -> Operation {
    Operation {
        id: text(&described["operationId"]),
        method,
        path: path.to_owned(),
        summary: prose(&described["summary"]),
        description: paragraphs(&described["description"]),
        callers: callers(described),
        is_deprecated: described["deprecated"] == true,
        parameters: parameters(described).map(|parameter| field(document, parameter)).collect(),
        body: contents(document, &described["requestBody"]).into_iter().next(),
        answers: answers(document, described),
        example: example::of(document, method, path, described),
    }
}

pub(super) fn parameters(described: &Value) -> impl Iterator<Item = &Value> {
    described["parameters"].as_array().into_iter().flatten()
}

fn callers(described: &Value) -> Vec<String> {
    let schemes = described["security"].as_array().into_iter().flatten().filter_map(Value::as_object).flat_map(|one| one.keys());
    let words = |scheme: &String| match scheme.as_str() {
        "api_key" => "a backend with an API key".to_owned(),
        "connect_session" | "connect_session_query" => "a browser with a connect session".to_owned(),
        "account_key" => "a backend with an account key".to_owned(),
        "operator" => "the operator".to_owned(),
        other => other.replace('_', " "),
    };
    schemes.map(words).collect()
}

fn field(document: &Value, parameter: &Value) -> Field {
    let place = match parameter["in"].as_str() {
        Some("path") => "in the path",
        Some("header") => "header",
        _ => "in the query",
    };
    let schema = &parameter["schema"];
    let mut rules = fields::rules(document, schema);
    rules.extend(parameter["example"].as_str().map(|example| format!("example: {example}")));
    Field {
        name: text(&parameter["name"]),
        depth: 0,
        kind: format!("{}, {place}", fields::kind(document, schema)),
        is_required: parameter["required"] == true,
        description: prose(&parameter["description"]),
        rules,
    }
}

fn contents(document: &Value, holder: &Value) -> Vec<Content> {
    let media = holder["content"].as_object().into_iter().flatten();
    media.map(|(media, content)| Content { media: media.clone(), fields: fields::of(document, &content["schema"]) }).collect()
}

/// Successes first. Errors of the form that all have show no fields: the introduction has them.
fn answers(document: &Value, described: &Value) -> Vec<Answer> {
    let is_common = |content: &Value| content["schema"]["$ref"] == "#/components/schemas/Error";
    let mut answers: Vec<Answer> = Vec::new();
    for (status, answer) in described["responses"].as_object().into_iter().flatten() {
        let mut content = Vec::new();
        let headers = answer["headers"].as_object().into_iter().flatten();
        let headers = headers.map(|(name, header)| Field {
            name: name.clone(),
            depth: 0,
            kind: "header".to_owned(),
            is_required: false,
            description: prose(&header["description"]),
            rules: Vec::new(),
        });
        let headers: Vec<Field> = headers.collect();
        if !headers.is_empty() {
            content.push(Content { media: "headers".to_owned(), fields: headers });
        }
        let media = answer["content"].as_object().into_iter().flatten().filter(|(_, content)| !is_common(content));
        content.extend(media.map(|(media, content)| Content { media: media.clone(), fields: fields::of(document, &content["schema"]) }));
        answers.push(Answer { status: status.clone(), description: prose(&answer["description"]), content });
    }
    answers.sort_by_key(|answer| (!answer.status.starts_with(['1', '2', '3']), answer.status.clone()));
    answers
}
