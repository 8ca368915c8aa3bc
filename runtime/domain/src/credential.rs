//! Credentials of a connection, by auth mode. Wire contract 1.11 has the shapes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{AuthMode, Secret, Timestamp};

mod read;
#[cfg(test)]
mod tests;

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
    /// A client that this connection uses instead of its integration's, as a JSON object with `client_id` and `client_secret`.
    pub config_override: Option<Secret>,
}

/// An OAuth 1.0a token. It does not end.
#[derive(Clone, Debug)]
pub struct Oauth1 {
    /// Named in every request.
    pub oauth_token: Secret,
    /// Signs every request, together with the integration's client secret.
    pub oauth_token_secret: Secret,
    /// The provider's own token answer, as a JSON object.
    pub raw: Option<Secret>,
}

/// What a person supplied once, and what it was exchanged for since.
#[derive(Clone, Debug)]
pub struct Exchanged {
    /// `OAUTH2_CC`, `TWO_STEP`, `JWT`, `BILL`, `SIGNATURE`, `AWS_SIGV4`, `APP` or `TBA`, which exchanges nothing.
    pub mode: AuthMode,
    /// Field to value, under the wire's names. Kept for ever: the next exchange needs it again.
    pub supplied: BTreeMap<String, Secret>,
    /// What requests are signed with; `None` before the first exchange.
    pub obtained: Option<Obtained>,
}

/// The result of an exchange.
#[derive(Clone, Debug)]
pub struct Obtained {
    /// Field to value, under the wire's names: [`AuthMode::obtained_fields`].
    pub fields: BTreeMap<String, Secret>,
    /// When it ends; unknown where the provider does not say.
    pub expires_at: Option<Timestamp>,
    /// The provider's own answer, as a JSON object.
    pub raw: Option<Secret>,
}

/// What a request to the provider is signed with.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// `OAUTH2`, also of the MCP modes
    Oauth2(Oauth2),
    /// `OAUTH1`
    Oauth1(Oauth1),
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
    /// Every mode of [`Exchanged::mode`]
    Exchanged(Exchanged),
    /// `CUSTOM`: a GitHub App's installation, and the user who installed it
    AppWithUser {
        /// The installation, of mode `APP`.
        app: Exchanged,
        /// The user, where one signed in.
        user: Option<Oauth2>,
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
    /// The auth mode whose shape these credentials have. Those of the MCP modes are `OAUTH2`.
    pub const fn auth_mode(&self) -> AuthMode {
        match self {
            Self::Oauth2(_) => AuthMode::Oauth2,
            Self::Oauth1(_) => AuthMode::Oauth1,
            Self::ApiKey { .. } => AuthMode::ApiKey,
            Self::Basic { .. } => AuthMode::Basic,
            Self::Exchanged(exchanged) => exchanged.mode,
            Self::AppWithUser { .. } => AuthMode::Custom,
            Self::None => AuthMode::None,
        }
    }

    /// Reads the wire's object `{"type": "API_KEY", "apiKey": ...}` of a caller who has the credentials already.
    pub fn from_wire(object: &Map<String, Value>) -> Result<Self, CredentialsDefect> {
        read::imported(object)
    }

    /// The inverse of [`Self::to_wire_exposed`] for what the store kept: there, `{}` means no credentials.
    pub fn from_stored(text: &str) -> Result<Self, CredentialsDefect> {
        let object: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| CredentialsDefect { field: "type", message: "not a JSON object".to_owned() })?;
        if object.is_empty() { Ok(Self::None) } else { read::any(&object) }
    }

    /// Whether what is exchanged for a token has been; for what needs no exchange there is nothing to wait for.
    pub fn is_exchanged(&self) -> bool {
        match self {
            Self::Exchanged(exchanged) | Self::AppWithUser { app: exchanged, .. } => {
                exchanged.obtained.is_some() || exchanged.mode == AuthMode::Tba
            }
            Self::Oauth2(_) | Self::Oauth1(_) | Self::ApiKey { .. } | Self::Basic { .. } | Self::None => true,
        }
    }

    /// When what signs requests ends; `None` where it does not, or nobody knows. Of two tokens the earlier.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let of = |exchanged: &Exchanged| exchanged.obtained.as_ref().and_then(|obtained| obtained.expires_at);
        match self {
            Self::Oauth2(token) => token.expires_at,
            Self::Exchanged(exchanged) => of(exchanged),
            Self::AppWithUser { app, user } => of(app).into_iter().chain(user.as_ref().and_then(|user| user.expires_at)).min(),
            Self::Oauth1(_) | Self::ApiKey { .. } | Self::Basic { .. } | Self::None => None,
        }
    }

    /// One field under the wire's name: `access_token`, `apiKey`, `token`, `username`, ...
    pub fn field(&self, name: &str) -> Option<&str> {
        match self {
            Self::Oauth2(token) => token.field(name),
            Self::Oauth1(token) => match name {
                "oauth_token" => Some(token.oauth_token.expose()),
                "oauth_token_secret" => Some(token.oauth_token_secret.expose()),
                _ => None,
            },
            Self::ApiKey { api_key } => (name == "apiKey").then(|| api_key.expose()),
            Self::Basic { username, password } => match name {
                "username" => Some(username.expose()),
                "password" => Some(password.expose()),
                _ => None,
            },
            Self::Exchanged(exchanged) => exchanged.field(name),
            Self::AppWithUser { app, user } => match name.split_once('.') {
                Some(("user", name)) => user.as_ref()?.field(name),
                Some(("app", name)) => app.field(name),
                _ => app.field(name),
            },
            Self::None => None,
        }
    }

    /// The wire's object, secrets in clear. For the store (which encrypts it) and for callers allowed to read credentials.
    pub fn to_wire_exposed(&self) -> Value {
        match self {
            Self::Oauth2(token) => token.to_wire(),
            Self::Oauth1(token) => json!({
                "type": "OAUTH1",
                "oauth_token": token.oauth_token.expose(),
                "oauth_token_secret": token.oauth_token_secret.expose(),
                "raw": json_of(token.raw.as_ref()).unwrap_or_else(|| json!({})),
            }),
            Self::ApiKey { api_key } => json!({ "type": "API_KEY", "apiKey": api_key.expose() }),
            Self::Basic { username, password } => {
                json!({ "type": "BASIC", "username": username.expose(), "password": password.expose() })
            }
            Self::Exchanged(exchanged) => exchanged.to_wire(),
            Self::AppWithUser { app, user } => json!({
                "type": "CUSTOM",
                "app": app.to_wire(),
                "user": user.as_ref().map(Oauth2::to_wire),
                "raw": user.as_ref().and_then(|user| json_of(user.raw.as_ref())).unwrap_or_else(|| json!({})),
            }),
            Self::None => json!({}),
        }
    }

    /// Every secret text in here, so that it can be cut out of logs and errors. The connection's own client is in [`Self::own_client_secret`].
    pub fn secrets(&self) -> Vec<&str> {
        let all: Vec<&Secret> = match self {
            Self::Oauth2(token) => token.all().collect(),
            Self::Oauth1(token) => vec![&token.oauth_token, &token.oauth_token_secret],
            Self::ApiKey { api_key } => vec![api_key],
            Self::Basic { username, password } => vec![username, password],
            Self::Exchanged(exchanged) => exchanged.all().collect(),
            Self::AppWithUser { app, user } => app.all().chain(user.iter().flat_map(Oauth2::all)).collect(),
            Self::None => Vec::new(),
        };
        all.into_iter().map(Secret::expose).filter(|text| !text.is_empty()).collect()
    }
}

impl Credentials {
    /// The secret of a client that the connection brings, which is no field but inside of `config_override`.
    pub fn own_client_secret(&self) -> Option<Secret> {
        let own = match self {
            Self::Oauth2(token) | Self::AppWithUser { user: Some(token), .. } => token.config_override.as_ref()?,
            Self::Exchanged(exchanged) => exchanged.supplied.get("config_override")?,
            _ => return None,
        };
        let own: Value = serde_json::from_str(own.expose()).ok()?;
        own.get("client_secret")?.as_str().filter(|secret| !secret.is_empty()).map(Secret::new)
    }
}

impl Oauth2 {
    fn field(&self, name: &str) -> Option<&str> {
        match name {
            "access_token" => Some(self.access_token.expose()),
            "refresh_token" => self.refresh_token.as_ref().map(Secret::expose),
            _ => None,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.access_token).chain(&self.refresh_token)
    }

    fn to_wire(&self) -> Value {
        let mut object = json!({ "type": "OAUTH2", "access_token": self.access_token.expose() });
        if let Some(refresh) = &self.refresh_token {
            object["refresh_token"] = refresh.expose().into();
        }
        if let Some(at) = self.expires_at {
            object["expires_at"] = at.to_millis_z().into();
        }
        if let Some(config) = json_of(self.config_override.as_ref()) {
            object["config_override"] = config;
        }
        object["raw"] = json_of(self.raw.as_ref()).unwrap_or_else(|| json!({}));
        object
    }
}

impl Exchanged {
    /// One field, obtained or supplied.
    pub fn field(&self, name: &str) -> Option<&str> {
        let obtained = self.obtained.as_ref().and_then(|obtained| obtained.fields.get(name));
        obtained.or_else(|| self.supplied.get(name)).map(Secret::expose)
    }

    fn all(&self) -> impl Iterator<Item = &Secret> {
        self.supplied.iter().chain(self.obtained.iter().flat_map(|obtained| &obtained.fields)).filter_map(|(name, secret)| {
            // What names something and opens nothing must stay readable in logs and errors.
            let public = matches!(name.as_str(), "region" | "service" | "role_arn" | "app_id" | "installation_id" | "organization_id");
            (!public).then_some(secret)
        })
    }

    fn to_wire(&self) -> Value {
        let mut object = Map::from_iter([("type".to_owned(), self.mode.as_str().into())]);
        let obtained = self.obtained.iter().flat_map(|obtained| &obtained.fields);
        object.extend(self.supplied.iter().chain(obtained).map(|(name, secret)| (name.clone(), secret.expose().into())));
        // The one field that is an object.
        if let Some(config) = json_of(self.supplied.get("config_override")) {
            object.insert("config_override".to_owned(), config);
        }
        if let Some(obtained) = &self.obtained {
            if let Some(at) = obtained.expires_at {
                object.insert("expires_at".to_owned(), at.to_millis_z().into());
            }
            object.insert("raw".to_owned(), json_of(obtained.raw.as_ref()).unwrap_or_else(|| json!({})));
        }
        object.into()
    }
}

fn json_of(secret: Option<&Secret>) -> Option<Value> {
    secret.and_then(|secret| serde_json::from_str(secret.expose()).ok())
}
