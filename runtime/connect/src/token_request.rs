//! A token request as the entry writes it, filled in.

use http::Method;
use serde_json::{Map, Value};
use syncline_domain::Secret;
use syncline_providers::{BodyFormat, TokenRequest};

use crate::ModeError;
use crate::setting::{Setting, SettingValues};
use crate::token::TokenCall;

/// Ready to send, but for headers that the mode adds. A template that does not resolve is left out, except in the URL.
pub(crate) fn call(setting: &Setting<'_>, request: &TokenRequest, values: &SettingValues<'_>) -> Result<TokenCall, ModeError> {
    let mut hidden = Vec::new();
    let mut url = setting.url(&request.url, values)?;
    for (name, template) in &request.query {
        if let Ok(value) = template.resolve(values) {
            url.query_pairs_mut().append_pair(name, &value);
            if template.is_secret() {
                hidden.push(Secret::new(value));
            }
        }
    }
    let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::POST);
    let is_nested = request.body_format == BodyFormat::Json && method != Method::GET && request.body.keys().any(|name| name.contains('.'));
    let mut call = TokenCall::new(method, url, request.body_format);
    for (name, template) in &request.headers {
        if let Ok(value) = template.resolve(values) {
            call = call.header(name, &value)?;
        }
    }
    let mut body = Map::new();
    for (name, template) in &request.body {
        let Ok(value) = template.resolve(values) else { continue };
        if is_nested {
            if template.is_secret() {
                hidden.push(Secret::new(value.as_str()));
            }
            put(&mut body, name, value);
        } else {
            call = if template.is_secret() { call.secret_field(name, &value) } else { call.field(name, value) };
        }
    }
    if is_nested {
        call = call.json(Value::Object(body));
    }
    Ok(hidden.iter().fold(call, TokenCall::hide))
}

/// `a.b.c` is a field `c` in an object `b` in an object `a`. What stood in the way of an object gives way.
fn put(body: &mut Map<String, Value>, name: &str, value: String) {
    let Some((first, rest)) = name.split_once('.') else {
        body.insert(name.to_owned(), value.into());
        return;
    };
    let inner = body.entry(first).or_insert_with(|| Map::new().into());
    if !inner.is_object() {
        *inner = Map::new().into();
    }
    put(inner.as_object_mut().expect("made an object above"), rest, value);
}
