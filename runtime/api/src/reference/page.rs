//! The document as the page: topics in the order of its tags.

use serde_json::Value;
use syncline_console::pages::reference::{Prose, ReferencePage, Topic};

use super::operation;

/// What a path may answer to, in reading order.
const METHODS: [(&str, &str); 6] =
    [("get", "GET"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"), ("delete", "DELETE"), ("head", "HEAD")];

/// The page of a document.
pub(super) fn of(document: &Value, base: String) -> ReferencePage {
    let tags = document["tags"].as_array().into_iter().flatten();
    ReferencePage {
        base,
        version: text(&document["info"]["version"]),
        introduction: paragraphs(&document["info"]["description"]),
        topics: tags.map(|tag| topic(document, tag)).filter(|topic| !topic.operations.is_empty()).collect(),
    }
}

fn topic(document: &Value, tag: &Value) -> Topic {
    let name = text(&tag["name"]);
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (key, method) in METHODS {
            let described = &item[key];
            if described["tags"][0].as_str() == Some(&name) {
                operations.push(operation::of(document, method, path, described));
            }
        }
    }
    // What only old clients should call comes last.
    operations.sort_by_key(|operation| operation.is_deprecated);
    let mut title = name.clone();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    // No operation's id has this form.
    Topic { id: format!("topic-{name}"), title, description: prose(&tag["description"]), operations }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Lines of a source are no lines of a page.
pub(super) fn prose(value: &Value) -> Prose {
    Prose(value.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
}

pub(super) fn paragraphs(value: &Value) -> Vec<Prose> {
    let blocks = value.as_str().unwrap_or_default().split("\n\n");
    blocks.map(|block| prose(&block.into())).filter(|block| !block.0.is_empty()).collect()
}
