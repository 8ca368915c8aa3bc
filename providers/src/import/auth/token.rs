//! What token requests and their answers have in common, whatever the mode.

use serde_json::{Map, Value, json};

use crate::import::block::Block;
use crate::import::draft::Draft;

/// How the client proves itself (RFC 6749, 2.3.1): in the body unless one of two fields says otherwise.
pub(super) fn proof(draft: &mut Draft, block: &mut Block<'_>) {
    for name in ["authorization_method", "token_request_auth_method"] {
        let Some(found) = block.take(name) else { continue };
        let Some(method) = draft.text(&found) else { continue };
        match method.as_str() {
            "header" | "basic" => draft.put(&["auth", "token_auth"], &found, "basic".into()),
            "body" => draft.put(&["auth", "token_auth"], &found, "body".into()),
            "custom" => {
                draft.note(&found, "is not supported: the client's id and secret are sent in the body, beside what the definition writes");
            }
            "private_key_jwt" if draft.entry.pointer("/auth/mode") == Some(&"OAUTH2_CC".into()) => {
                draft.put(&["auth", "client_proof"], &found, "private_key_jwt".into());
            }
            _ => draft.refuse(
                &found,
                &format!("`{method}` is not supported; there are body and header or basic, and private_key_jwt in OAUTH2_CC"),
            ),
        }
    }
}

pub(super) fn body_format(draft: &mut Draft, block: &mut Block<'_>, path: &[&str]) {
    let Some(found) = block.take("body_format") else { return };
    let Some(format) = draft.text(&found) else { return };
    match format.as_str() {
        "form" | "json" | "query" => draft.put(path, &found, format.into()),
        _ => draft.refuse(&found, &format!("`{format}` is not supported; token requests are written as form, json or query")),
    }
}

/// Where the token and its end stand in the answer.
pub(super) fn answer(draft: &mut Draft, block: &mut Block<'_>, path: &[&str]) {
    let of = |name: &'static str| -> Vec<&str> { path.iter().copied().chain([name]).collect() };
    if let Some(found) = block.take("token_response")
        && let Some(map) = draft.map(&found)
    {
        let mut inner = Block::new(&found.path, map);
        draft.put_text(&of("token"), inner.take("token"));
        draft.put_text(&of("refresh_token"), inner.take("refresh_token"));
        let strategy = inner.take("token_expiration_strategy");
        let strategy = strategy.and_then(|found| draft.text(&found).map(|text| (found, text)));
        let expiration = match strategy.as_ref().map(|(_, text)| text.as_str()) {
            None | Some("expireIn") => "expires_in",
            Some("expireAt") => "expires_at",
            Some(other) => {
                let problem = format!("`{other}` is not supported; there are expireIn and expireAt");
                draft.refuse(&strategy.as_ref().expect("it was read").0, &problem);
                "expires_in"
            }
        };
        draft.put_text(&of(expiration), inner.take("token_expiration"));
        for (_, found) in inner.rest() {
            draft.note(&found, "is no field that is known of this block");
        }
    }
    // Instead of the usual place where that is empty: a user's token beside a bot's.
    if let Some(found) = block.take("alternate_access_token_response_path")
        && let Some(alternate) = draft.text(&found)
    {
        let usual = draft.entry.pointer(&format!("/{}", of("token").join("/"))).and_then(Value::as_str).unwrap_or("access_token");
        let paths = json!([usual, alternate]);
        draft.put(&of("token"), &found, paths);
    }
    if let Some(found) = block.take("token_expires_in_ms")
        && let Some(seconds) = draft.seconds_of_ms(&found)
    {
        draft.put(&of("lifetime_s"), &found, seconds.into());
    }
    if let Some(found) = block.take("expires_in_unit")
        && let Some(unit) = draft.text(&found)
    {
        match unit.as_str() {
            "ms" | "millisecond" | "milliseconds" => draft.put(&of("expires_in_unit"), &found, "ms".into()),
            "s" | "second" | "seconds" => draft.put(&of("expires_in_unit"), &found, "s".into()),
            _ => draft.refuse(&found, &format!("`{unit}` is not supported; there are seconds and milliseconds")),
        }
    }
}

/// One request for a token, written by the fields that a definition and each of its further steps have.
pub(super) fn request(draft: &mut Draft, block: &mut Block<'_>, path: &[&str]) {
    let of = |name: &'static str| -> Vec<&str> { path.iter().copied().chain([name]).collect() };
    draft.put_template(&of("url"), block.take("token_url"));
    let mut is_get = false;
    if let Some(found) = block.take("token_request_method")
        && let Some(method) = draft.text(&found)
    {
        is_get = method.eq_ignore_ascii_case("GET");
        draft.put(&of("method"), &found, method.to_uppercase().into());
    }
    draft.put_templates(&of("headers"), block.take("token_headers"), &[]);
    // A GET request has no body: there the parameters are the query.
    draft.put_templates(&of(if is_get { "query" } else { "body" }), block.take("token_params"), &[]);
    if is_get {
        block.take("body_format");
    } else {
        body_format(draft, block, &of("body_format"));
    }
}

/// The same as a value of its own, for a list of steps.
pub(super) fn step(draft: &mut Draft, block: &mut Block<'_>, path: &str) -> Value {
    // Written at its own place, so that what is wrong with it is found there, and moved.
    const PLACE: &str = "step in the making";
    request(draft, block, &[PLACE]);
    let made = draft.entry.as_object_mut().and_then(|entry| entry.shift_remove(PLACE));
    draft.moved(PLACE, path);
    made.unwrap_or_else(|| Value::Object(Map::new()))
}
