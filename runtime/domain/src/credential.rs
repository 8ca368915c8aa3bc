//! Credentials of a connection, by auth mode. Wire contract 1.11 has the shapes.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{Secret, Timestamp};

/// How a provider lets a caller in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthMode {
    /// OAuth 2.0 authorization code (RFC 6749, 4.1).
    Oauth2,
    /// A key in a header or query parameter.
    ApiKey,
    /// HTTP Basic (RFC 7617).
    Basic,
    /// No credential at all.
    None,
}

impl AuthMode {
    /// The wire's name: `OAUTH2`, `API_KEY`, ...
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oauth2 => "OAUTH2",
            Self::ApiKey => "API_KEY",
            Self::Basic => "BASIC",
            Self::None => "NONE",
        }
    }
}

/// An OAuth 2.0 token and what came with it.
#[derive(Clone, Debug)]
pub struct Oauth2 {
    /// Sent with every request.
    pub access_token: Secret,
    /// Buys the next access token.
    pub refresh_token: Option<Secret>,
    /// When the access token ends; unknown for providers that do not say.
    pub expires_at: Option<Timestamp>,
    /// The provider's own token answer, as a JSON object.
    pub raw: Option<Secret>,
    /// A client that this connection uses instead of its integration's, as a JSON object.
    pub config_override: Option<Secret>,
}

/// What a request to the provider is signed with.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// `OAUTH2`
    Oauth2(Oauth2),
    /// `API_KEY`
    ApiKey {
        /// The key.
        api_key: Secret,
    },
    /// `BASIC`
    Basic {
        /// Often the key itself.
        username: Secret,
        /// May be empty.
        password: Secret,
    },
    /// `NONE`
    None,
}

/// Credentials that do not have the shape of their type.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CredentialsDefect {
    /// The field below `credentials` at fault.
    pub field: &'static str,
    /// For a person.
    pub message: String,
}

impl Credentials {
    /// The auth mode that these credentials are for.
    pub const fn auth_mode(&self) -> AuthMode {
        match self {
            Self::Oauth2(_) => AuthMode::Oauth2,
            Self::ApiKey { .. } => AuthMode::ApiKey,
            Self::Basic { .. } => AuthMode::Basic,
            Self::None => AuthMode::None,
        }
    }

    /// Reads the wire's object `{"type": "API_KEY", "apiKey": ...}`.
    pub fn from_wire(object: &Map<String, Value>) -> Result<Self, CredentialsDefect> {
        let kind = text(object, "type")?.ok_or_else(|| missing("type"))?;
        match kind {
            "OAUTH2" => Ok(Self::Oauth2(Oauth2 {
                access_token: Secret::new(required(object, "access_token")?),
                refresh_token: text(object, "refresh_token")?.map(Secret::new),
                expires_at: expiry(object)?,
                raw: Some(nested(object, "raw")?.unwrap_or_else(|| Secret::new(Value::Object(object.clone()).to_string()))),
                config_override: nested(object, "config_override")?,
            })),
            "API_KEY" => Ok(Self::ApiKey { api_key: Secret::new(required(object, "apiKey")?) }),
            "BASIC" => Ok(Self::Basic {
                username: Secret::new(text(object, "username")?.unwrap_or_default()),
                password: Secret::new(text(object, "password")?.unwrap_or_default()),
            }),
            "NONE" => Ok(Self::None),
            other => Err(CredentialsDefect {
                field: "type",
                message: format!("credentials of type `{other}` cannot be imported; use OAUTH2, API_KEY, BASIC or NONE"),
            }),
        }
    }

    /// The wire's object, secrets in clear. For the store (which encrypts it) and for callers allowed to read credentials.
    pub fn to_wire_exposed(&self) -> Value {
        let optional = |secret: &Option<Secret>| secret.as_ref().and_then(|s| serde_json::from_str::<Value>(s.expose()).ok());
        match self {
            Self::Oauth2(token) => {
                let mut object = json!({ "type": "OAUTH2", "access_token": token.access_token.expose() });
                if let Some(refresh) = &token.refresh_token {
                    object["refresh_token"] = refresh.expose().into();
                }
                if let Some(at) = token.expires_at {
                    object["expires_at"] = at.to_millis_z().into();
                }
                if let Some(config) = optional(&token.config_override) {
                    object["config_override"] = config;
                }
                object["raw"] = optional(&token.raw).unwrap_or_else(|| json!({}));
                object
            }
            Self::ApiKey { api_key } => json!({ "type": "API_KEY", "apiKey": api_key.expose() }),
            Self::Basic { username, password } => {
                json!({ "type": "BASIC", "username": username.expose(), "password": password.expose() })
            }
            Self::None => json!({}),
        }
    }

    /// The inverse of [`Self::to_wire_exposed`] for what the store kept: there, `{}` means no credentials.
    pub fn from_stored(text: &str) -> Result<Self, CredentialsDefect> {
        let object: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| CredentialsDefect { field: "type", message: "not a JSON object".to_owned() })?;
        if object.is_empty() { Ok(Self::None) } else { Self::from_wire(&object) }
    }

    /// Every secret text in here, so that it can be cut out of logs and errors.
    pub fn secrets(&self) -> Vec<&str> {
        let all: Vec<&Secret> = match self {
            Self::Oauth2(token) => std::iter::once(&token.access_token).chain(&token.refresh_token).collect(),
            Self::ApiKey { api_key } => vec![api_key],
            Self::Basic { username, password } => vec![username, password],
            Self::None => Vec::new(),
        };
        all.into_iter().map(Secret::expose).filter(|text| !text.is_empty()).collect()
    }
}

fn missing(field: &'static str) -> CredentialsDefect {
    CredentialsDefect { field, message: format!("`{field}` is missing") }
}

fn text<'a>(object: &'a Map<String, Value>, field: &'static str) -> Result<Option<&'a str>, CredentialsDefect> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(CredentialsDefect { field, message: format!("`{field}` must be a string") }),
    }
}

fn required<'a>(object: &'a Map<String, Value>, field: &'static str) -> Result<&'a str, CredentialsDefect> {
    text(object, field)?.filter(|text| !text.is_empty()).ok_or_else(|| missing(field))
}

fn nested(object: &Map<String, Value>, field: &'static str) -> Result<Option<Secret>, CredentialsDefect> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value @ Value::Object(_)) => Ok(Some(Secret::new(value.to_string()))),
        Some(_) => Err(CredentialsDefect { field, message: format!("`{field}` must be an object") }),
    }
}

fn expiry(object: &Map<String, Value>) -> Result<Option<Timestamp>, CredentialsDefect> {
    text(object, "expires_at")?
        .map(|at| Timestamp::parse(at).map_err(|defect| CredentialsDefect { field: "expires_at", message: defect.to_string() }))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_store_keeps_comes_back_whole() {
        let object = json!({"type": "OAUTH2", "access_token": "a", "refresh_token": "r", "expires_at": "2030-01-01T00:00:00Z"});
        let credentials = Credentials::from_wire(object.as_object().unwrap()).unwrap();
        let again = Credentials::from_stored(&credentials.to_wire_exposed().to_string()).unwrap();
        assert_eq!(again.to_wire_exposed(), credentials.to_wire_exposed());
        assert!(matches!(Credentials::from_stored("{}"), Ok(Credentials::None)));
    }

    #[test]
    fn debug_output_hides_every_secret() {
        let object = json!({"type": "BASIC", "username": "canary-user", "password": "canary-pass"});
        let shown = format!("{:?}", Credentials::from_wire(object.as_object().unwrap()).unwrap());
        assert!(!shown.contains("canary"), "{shown}");
    }
}
