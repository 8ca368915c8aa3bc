//! What templates read of a connection and nobody declares: there it is filled in by code, or said by whoever connects.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::draft::{Draft, Remark};
use crate::entry::standard;
use crate::{Name, Template};

pub(super) fn declare(draft: &mut Draft) {
    let mut read = BTreeSet::new();
    for block in ["auth", "proxy"] {
        names(draft.entry.get(block).unwrap_or(&Value::Null), &mut read);
    }
    if draft.entry.pointer("/auth/mode") == Some(&"TBA".into()) {
        read.insert("accountId".to_owned());
    }
    let declared = |draft: &Draft, name: &str| draft.entry.get("connection_config").is_some_and(|config| config.get(name).is_some());
    for name in read {
        if declared(draft, &name) {
            continue;
        }
        let is_told = draft.is_told(&name);
        let field = match (is_told, standard::field(&name).is_some()) {
            (true, _) => json!({ "title": name, "description": "Told by the provider", "automated": true }),
            (false, true) => json!({}),
            (false, false) => json!({ "title": name, "description": format!("`{name}` of the provider's addresses or headers") }),
        };
        if !is_told {
            let problem = format!("`connectionConfig.{name}` is read and not declared, so people are asked for it");
            draft.notes.push(Remark::new(None, "connection_config", &problem));
        }
        draft.set(&["connection_config", &name], field);
    }
}

fn names(value: &Value, read: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let Ok(template) = Template::parse(text) else { return };
            read.extend(template.names().into_iter().filter_map(|name| {
                let Name::ConnectionConfig(key) = name else { return None };
                Some(key.clone())
            }));
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, read)),
        Value::Object(fields) => fields.values().for_each(|field| names(field, read)),
        _ => {}
    }
}
