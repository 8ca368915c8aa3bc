//! What a provider tells of an account besides its token: instance URLs, tenants, shops.

use serde_json::{Map, Value};
use syncline_providers::{Entry, OAuth2};

use crate::ModeError;
use crate::modes::CallbackParams;
use crate::token::Answer;

/// Of the callback alone, for the token request.
pub(super) fn of_callback(oauth: &OAuth2, callback: &CallbackParams) -> Map<String, Value> {
    oauth.callback_metadata.iter().filter_map(|name| Some((name.clone(), callback.get(name)?.into()))).collect()
}

/// Of the callback and of the token answer, which comes from the provider itself and so has the last word.
pub(super) fn told(oauth: &OAuth2, answer: &Answer, callback: &CallbackParams) -> Map<String, Value> {
    of_callback(oauth, callback)
        .into_iter()
        .chain(answer.picked(&oauth.token_response_metadata))
        .map(|(name, value)| (name, as_text(value)))
        .collect()
}

/// Templates read these values, and a host may be among them: what breaks the entry's rules could send the token elsewhere.
pub(super) fn check(entry: &Entry, told: &Map<String, Value>) -> Result<(), ModeError> {
    told.iter().try_for_each(|(name, value)| check_one(entry, name, value))
}

pub(super) fn check_one(entry: &Entry, name: &str, value: &Value) -> Result<(), ModeError> {
    let Some(field) = entry.connection_config.get(name) else { return Ok(()) };
    let checked = value.as_str().ok_or_else(|| "must be a text".to_owned()).and_then(|text| field.check(text));
    checked.map_err(|problem| ModeError::Refused {
        code: "invalid_token_metadata".to_owned(),
        message: format!("the provider's answer has a `{name}` that cannot be used: it {problem}"),
        status: None,
    })
}

/// Ids come as numbers; connection config is made of texts.
fn as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        other => other,
    }
}
