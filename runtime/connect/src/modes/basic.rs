//! `BASIC`: a name and a password (RFC 7617). Either may be all there is: many providers take a key as the one and nothing as the other.

use serde_json::{Map, Value};
use syncline_domain::{Credentials, Secret};

use crate::setting::Setting;
use crate::supplied::{input, text};
use crate::{Grant, ModeError};

pub(crate) fn exchange(setting: &Setting<'_>, given: &Map<String, Value>) -> Result<Grant, ModeError> {
    if let Some(unknown) = given.keys().find(|name| !matches!(name.as_str(), "username" | "password" | "type")) {
        return Err(input(unknown, "is not a field of Basic authentication; known are username, password".to_owned()));
    }
    let (username, password) = (read(setting, given, "username")?, read(setting, given, "password")?);
    if username.is_empty() && password.is_empty() {
        return Err(input("username", "is missing".to_owned()));
    }
    // The server would take what follows the colon for the password.
    if username.contains(':') && setting.entry.uses_default_authorization() {
        return Err(input("username", "must not have a colon in it: Basic authentication ends the name there".to_owned()));
    }
    Ok(Grant::new(Credentials::Basic { username: Secret::new(username), password: Secret::new(password) }))
}

/// A value may be left out unless the entry itself asks for it.
fn read(setting: &Setting<'_>, given: &Map<String, Value>, name: &str) -> Result<String, ModeError> {
    let value = given.get(name).filter(|value| !value.is_null()).map_or(Ok(String::new()), |value| text(name, value))?;
    let Some(field) = setting.entry.credentials.get(name) else { return Ok(value) };
    match (value.is_empty(), &field.default_value) {
        (true, Some(default)) => Ok(default.clone()),
        (true, None) if field.may_be_absent() => Ok(value),
        (true, None) => Err(input(name, "is missing".to_owned())),
        (false, _) => field.check(&value).map(|()| value).map_err(|problem| input(name, problem)),
    }
}
