//! An entry as `GET /providers` shows it: the field names are those that existing clients read.

use serde_json::{Map, Value, json};

use crate::entry::field::{Field, Pattern};
use crate::{Auth, BodyFormat, Entry, Language, Templates, TokenAuth};

/// The public definition, without `logo_url`, which only the server knows.
pub fn to_wire(entry: &Entry) -> Value {
    let mut wire = json!({
        "name": entry.key,
        "display_name": entry.display_name,
        "categories": entry.categories,
        "auth_mode": entry.auth.mode(),
        "docs": entry.docs,
        "proxy": proxy(entry),
    });
    if let Auth::OAuth2(oauth) = &entry.auth {
        wire["authorization_url"] = oauth.authorization_url.source().into();
        wire["token_url"] = oauth.token_url.source().into();
        wire["scope_separator"] = oauth.scope_separator.as_str().into();
        if !oauth.authorization_params.is_empty() {
            wire["authorization_params"] = templates(&oauth.authorization_params).into();
        }
        if !oauth.token_params.is_empty() {
            wire["token_params"] = templates(&oauth.token_params).into();
        }
        if let Some(url) = &oauth.refresh_url {
            wire["refresh_url"] = url.source().into();
        }
        if !oauth.default_scopes.is_empty() {
            wire["default_scopes"] = json!(oauth.default_scopes);
        }
        if !oauth.pkce {
            wire["disable_pkce"] = true.into();
        }
        if oauth.token_auth == TokenAuth::Basic {
            wire["token_request_auth_method"] = "basic".into();
        }
        if oauth.body_format == BodyFormat::Json {
            wire["body_format"] = "json".into();
        }
        if !oauth.token_response_metadata.is_empty() {
            wire["token_response_metadata"] = json!(oauth.token_response_metadata);
        }
    }
    for (name, fields) in [("connection_config", &entry.connection_config), ("credentials", &entry.credentials)] {
        if !fields.is_empty() {
            wire[name] = fields.iter().map(|(key, value)| (key.clone(), field(value))).collect::<Map<_, _>>().into();
        }
    }
    wire
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

fn field(field: &Field) -> Value {
    let mut wire = json!({ "type": "string", "title": field.title.get(Language::En), "description": field.description.get(Language::En) });
    let texts = [
        ("pattern", field.pattern.as_ref().map(Pattern::source)),
        ("example", field.example.as_deref()),
        ("default_value", field.default_value.as_deref()),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            wire[name] = text.into();
        }
    }
    for (name, set) in [("optional", field.optional), ("secret", field.secret), ("automated", field.automated)] {
        if set {
            wire[name] = true.into();
        }
    }
    if !field.allowed.is_empty() {
        wire["enum"] = json!(field.allowed);
    }
    wire
}
