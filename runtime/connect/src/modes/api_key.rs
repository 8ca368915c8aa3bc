//! `API_KEY`: a key as it was given.

use serde_json::{Map, Value};
use syncline_domain::Credentials;

use crate::setting::Setting;
use crate::{Grant, ModeError, supplied};

pub(crate) fn exchange(setting: &Setting<'_>, given: &Map<String, Value>) -> Result<Grant, ModeError> {
    let supplied = supplied::read(setting, given, &[])?;
    let api_key = supplied::require(&supplied, "apiKey")?.clone();
    // Where it goes is a header or a query; a line end has no place in either.
    if api_key.expose().contains(char::is_control) {
        return Err(supplied::input("apiKey", "must not have line ends or other control characters in it".to_owned()));
    }
    Ok(Grant::new(Credentials::ApiKey { api_key }))
}
