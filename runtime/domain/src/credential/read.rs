//! From the wire's object to credentials.

use serde_json::{Map, Value};

use super::{Credentials, CredentialsDefect, Exchanged, Oauth1, Oauth2, Obtained};
use crate::{AuthMode, Secret, Timestamp};

type Object = Map<String, Value>;

/// What names the object's parts and is no field of a person's or provider's.
const FRAME: [&str; 4] = ["type", "raw", "expires_at", "config_override"];

/// Of a caller: only modes whose credentials somebody can have without us.
pub(super) fn imported(object: &Object) -> Result<Credentials, CredentialsDefect> {
    let mode = mode(object)?;
    if !mode.is_importable() {
        let message = format!("credentials of type `{}` come from connecting with the provider and cannot be imported", mode.as_str());
        return Err(CredentialsDefect { field: "type", message });
    }
    let mut object = object.clone();
    if mode == AuthMode::Oauth2 && object.get("raw").is_none_or(Value::is_null) {
        object.insert("raw".to_owned(), Value::Object(object.clone()));
    }
    if mode == AuthMode::Custom && !object.contains_key("app") {
        // The wire's short form: {type, app_id, installation_id}.
        object = Object::from_iter([("type".to_owned(), "CUSTOM".into()), ("app".to_owned(), object.into())]);
    }
    any(&object)
}

/// Of the store: every mode.
pub(super) fn any(object: &Object) -> Result<Credentials, CredentialsDefect> {
    Ok(match mode(object)? {
        AuthMode::Oauth2 | AuthMode::McpOauth2 | AuthMode::McpOauth2Generic => Credentials::Oauth2(oauth2(object)?),
        AuthMode::Oauth1 => Credentials::Oauth1(Oauth1 {
            oauth_token: Secret::new(required(object, "oauth_token")?),
            oauth_token_secret: Secret::new(required(object, "oauth_token_secret")?),
            raw: nested(object, "raw")?,
        }),
        AuthMode::ApiKey => Credentials::ApiKey { api_key: Secret::new(required(object, "apiKey")?) },
        AuthMode::Basic | AuthMode::InstallPlugin => Credentials::Basic {
            username: Secret::new(text(object, "username")?.unwrap_or_default()),
            password: Secret::new(text(object, "password")?.unwrap_or_default()),
        },
        AuthMode::Custom => {
            let Some(Value::Object(app)) = object.get("app") else { return Err(missing("app")) };
            let user = match object.get("user") {
                Some(Value::Object(user)) => Some(oauth2(user)?),
                _ => None,
            };
            Credentials::AppWithUser { app: exchanged(AuthMode::App, app)?, user }
        }
        AuthMode::None => Credentials::None,
        mode => Credentials::Exchanged(exchanged(mode, object)?),
    })
}

fn mode(object: &Object) -> Result<AuthMode, CredentialsDefect> {
    let kind = text(object, "type")?.ok_or_else(|| missing("type"))?;
    AuthMode::parse(kind).ok_or_else(|| CredentialsDefect {
        field: "type",
        message: format!("`{kind}` is not a type of credentials; use OAUTH2, OAUTH2_CC, OAUTH1, API_KEY, BASIC, TBA, APP, CUSTOM or NONE"),
    })
}

fn oauth2(object: &Object) -> Result<Oauth2, CredentialsDefect> {
    Ok(Oauth2 {
        access_token: Secret::new(required(object, "access_token")?),
        refresh_token: text(object, "refresh_token")?.map(Secret::new),
        expires_at: expiry(object)?,
        raw: nested(object, "raw")?,
        config_override: nested(object, "config_override")?,
    })
}

fn exchanged(mode: AuthMode, object: &Object) -> Result<Exchanged, CredentialsDefect> {
    for field in mode.required_fields() {
        // An id may be a number.
        if !matches!(object.get(*field), Some(Value::Number(_))) {
            required(object, field)?;
        }
    }
    let mut exchanged = Exchanged { mode, supplied: [].into(), obtained: None };
    let mut obtained = Obtained { fields: [].into(), expires_at: expiry(object)?, raw: nested(object, "raw")? };
    for (name, value) in object.iter().filter(|(name, _)| !FRAME.contains(&name.as_str())) {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Null => continue,
            // Ids are often written as numbers.
            Value::Number(number) => number.to_string(),
            other => other.to_string(),
        };
        let place = if mode.obtained_fields().contains(&name.as_str()) { &mut obtained.fields } else { &mut exchanged.supplied };
        place.insert(name.clone(), Secret::new(text));
    }
    if let Some(config) = nested(object, "config_override")? {
        exchanged.supplied.insert("config_override".to_owned(), config);
    }
    exchanged.obtained = (!obtained.fields.is_empty()).then_some(obtained);
    Ok(exchanged)
}

fn missing(field: &'static str) -> CredentialsDefect {
    CredentialsDefect { field, message: format!("`{field}` is missing") }
}

fn text<'a>(object: &'a Object, field: &'static str) -> Result<Option<&'a str>, CredentialsDefect> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(CredentialsDefect { field, message: format!("`{field}` must be a string") }),
    }
}

fn required<'a>(object: &'a Object, field: &'static str) -> Result<&'a str, CredentialsDefect> {
    text(object, field)?.filter(|text| !text.is_empty()).ok_or_else(|| missing(field))
}

fn nested(object: &Object, field: &'static str) -> Result<Option<Secret>, CredentialsDefect> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value @ Value::Object(_)) => Ok(Some(Secret::new(value.to_string()))),
        Some(_) => Err(CredentialsDefect { field, message: format!("`{field}` must be an object") }),
    }
}

fn expiry(object: &Object) -> Result<Option<Timestamp>, CredentialsDefect> {
    text(object, "expires_at")?
        .map(|at| Timestamp::parse(at).map_err(|defect| CredentialsDefect { field: "expires_at", message: defect.to_string() }))
        .transpose()
}
