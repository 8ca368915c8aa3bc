//! An entry as `GET /providers` shows it: the field names are those that existing clients read.

use serde_json::{Map, Value, json};

use crate::{Entry, FieldPlace, Language, Templates};

mod auth;
mod field;

/// The public definition in a person's language, without `logo_url`, which only the server knows.
pub fn to_wire(entry: &Entry, language: Language) -> Value {
    let mut wire = Map::new();
    wire.insert("name".to_owned(), entry.key.as_str().into());
    wire.insert("display_name".to_owned(), entry.display_name.as_str().into());
    wire.insert("categories".to_owned(), json!(entry.categories));
    wire.insert("auth_mode".to_owned(), entry.auth.mode().into());
    wire.insert("docs".to_owned(), entry.docs.as_str().into());
    if let Some(page) = &entry.docs_connect {
        wire.insert("docs_connect".to_owned(), page.as_str().into());
    }
    wire.insert("proxy".to_owned(), proxy(entry));
    auth::write(&entry.auth, &mut wire);
    let asked = entry.fields();
    let credentials = asked.iter().filter(|asked| asked.place == FieldPlace::Credentials).map(|asked| (&asked.name, &asked.field));
    let blocks = [
        ("connection_config", field::all(entry.connection_config.iter(), language)),
        ("credentials", field::all(credentials, language)),
        ("integration_config", field::all(entry.integration_config.iter(), language)),
    ];
    for (name, fields) in blocks.into_iter().filter(|(_, fields)| !fields.is_empty()) {
        wire.insert(name.to_owned(), fields.into());
    }
    wire.into()
}

fn templates(map: &Templates) -> Map<String, Value> {
    map.iter().map(|(name, template)| (name.clone(), template.source().into())).collect()
}

fn proxy(entry: &Entry) -> Value {
    let proxy = &entry.proxy;
    let mut wire = Map::new();
    if let Some(base) = &proxy.base_url {
        wire.insert("base_url".to_owned(), base.source().into());
    }
    if !proxy.headers.is_empty() {
        wire.insert("headers".to_owned(), templates(&proxy.headers).into());
    }
    if !proxy.query.is_empty() {
        wire.insert("query".to_owned(), templates(&proxy.query).into());
    }
    if !proxy.body.is_empty() {
        wire.insert("body".to_owned(), templates(&proxy.body).into());
    }
    let retry = [("after", &proxy.retry.after), ("at", &proxy.retry.at), ("remaining", &proxy.retry.remaining)];
    let mut retry: Map<String, Value> = retry.into_iter().filter_map(|(k, v)| Some((k.to_owned(), v.as_deref()?.into()))).collect();
    if !proxy.retry.error_codes.is_empty() {
        retry.insert("error_code".to_owned(), json!(proxy.retry.error_codes));
    }
    if !retry.is_empty() {
        wire.insert("retry".to_owned(), retry.into());
    }
    if let Some(paginate) = &proxy.paginate {
        wire.insert("paginate".to_owned(), json!(paginate));
    }
    if let Some(verification) = &proxy.verification {
        let mut object = json!({ "method": verification.method, "endpoints": verification.endpoints });
        if !verification.headers.is_empty() {
            object["headers"] = templates(&verification.headers).into();
        }
        wire.insert("verification".to_owned(), object);
    }
    wire.into()
}

#[cfg(test)]
mod tests;
