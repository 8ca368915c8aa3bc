//! How we become a client of an authorization server that we meet for the first time.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use syncline_providers::{BodyFormat, ClientRegistration, Mcp, TokenAuth};
use url::Url;

use super::document::secure;
use super::server::AuthorizationServer;
use crate::ModeError;
use crate::setting::Setting;
use crate::token::TokenCall;

/// Whom the authorization server takes us for. The names are the wire's and RFC 7591's, for the credentials keep it.
#[derive(Serialize, Deserialize)]
pub(super) struct Client {
    #[serde(rename = "client_id")]
    pub(super) id: String,
    /// Not that of the integration's client: it stays with the integration, where the operator can replace it.
    #[serde(rename = "client_secret", skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(rename = "token_endpoint_auth_method")]
    method: Method,
    /// Whether the secret is the integration's.
    #[serde(default)]
    is_of_integration: bool,
}

/// How a client proves itself at the token endpoint (RFC 7591, 2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    None,
    ClientSecretBasic,
    ClientSecretPost,
}

/// A client that somebody registered by hand comes first, then a document at our own URL, then registration: the order of the MCP
/// specification.
pub(super) async fn become_one(setting: &Setting<'_>, mcp: &Mcp, server: &AuthorizationServer) -> Result<Client, ModeError> {
    if let Some(own) = setting.client.own() {
        let id = own.get("client_id").and_then(Value::as_str).unwrap_or_default();
        let secret = own.get("client_secret").and_then(Value::as_str).map(str::to_owned);
        let method = server.method(secret.is_some())?;
        return Ok(Client { id: id.to_owned(), secret, method, is_of_integration: false });
    }
    match mcp.registration {
        ClientRegistration::Static => of_integration(setting, mcp, server, setting.client.require("client_id")?),
        ClientRegistration::ClientMetadata => by_document(setting),
        ClientRegistration::Dynamic => register(setting, server).await,
        ClientRegistration::Automatic => match setting.client.get("client_id").filter(|_| !mcp.is_generic) {
            Some(id) => of_integration(setting, mcp, server, id),
            None if server.reads_client_metadata && secure(setting.client_metadata_url, setting.http.policy()).is_ok() => {
                by_document(setting)
            }
            None => register(setting, server).await,
        },
    }
}

/// The integration's secret is for the server that the operator registered it with, not for one that a user names.
fn of_integration(setting: &Setting<'_>, mcp: &Mcp, server: &AuthorizationServer, id: &str) -> Result<Client, ModeError> {
    let secret = setting.client.get("client_secret");
    if mcp.is_generic && secret.is_some() {
        let problem = "the integration's client secret would go to servers that users name; remove it, or register clients dynamically";
        return Err(ModeError::Setup { problem: problem.to_owned() });
    }
    Ok(Client { id: id.to_owned(), secret: None, method: server.method(secret.is_some())?, is_of_integration: true })
}

/// The URL of our metadata is the id; the server reads there what it needs to know.
fn by_document(setting: &Setting<'_>) -> Result<Client, ModeError> {
    let problem = "the authorization server reads the client's metadata at this server's public URL, which must be https; set it so";
    secure(setting.client_metadata_url, setting.http.policy()).map_err(|_| ModeError::Setup { problem: problem.to_owned() })?;
    Ok(Client { id: setting.client_metadata_url.to_string(), secret: None, method: Method::None, is_of_integration: false })
}

/// RFC 7591.
async fn register(setting: &Setting<'_>, server: &AuthorizationServer) -> Result<Client, ModeError> {
    let endpoint = server.registration_endpoint.clone().ok_or_else(|| ModeError::Setup {
        problem: "the authorization server takes neither a client's metadata document nor its registration; register a client with it \
                  and give its id and secret"
            .to_owned(),
    })?;
    let wanted = server.first_method();
    let redirect_uri = setting.callback_url.as_str();
    let request = json!({
        "client_name": setting.client.get("client_name").unwrap_or("Syncline"),
        "client_uri": home(setting.callback_url),
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": wanted,
        "application_type": "web",
    });
    let answer = TokenCall::post(endpoint, BodyFormat::Json).json(request).send(setting.http, setting.now()).await?;
    let text = |name: &str| answer.fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let refused = |problem: &str| ModeError::Refused {
        code: "invalid_client_metadata".to_owned(),
        message: format!("the authorization server registered a client that cannot be used: {problem}"),
        status: None,
    };
    // A server may change what was asked for (RFC 7591, 3.2.1), but the way back must be ours.
    if let Some(registered) = answer.fields.get("redirect_uris").and_then(Value::as_array)
        && !registered.iter().any(|uri| uri == redirect_uri)
    {
        return Err(refused("it has another redirect URI"));
    }
    let secret = text("client_secret").map(str::to_owned);
    let method = match answer.fields.get("token_endpoint_auth_method") {
        None | Some(Value::Null) if secret.is_none() => Method::None,
        None | Some(Value::Null) if wanted == Method::None => Method::ClientSecretPost,
        None | Some(Value::Null) => wanted,
        Some(told) => Method::deserialize(told).map_err(|_| refused("it has to prove itself in a way that is not known here"))?,
    };
    if method != Method::None && secret.is_none() {
        return Err(refused("it has to prove itself with a secret, but got none"));
    }
    Ok(Client { id: text("client_id").ok_or_else(|| refused("it has no id"))?.to_owned(), secret, method, is_of_integration: false })
}

fn home(callback_url: &Url) -> String {
    callback_url.origin().ascii_serialization()
}

impl Client {
    /// RFC 6749, 2.3.1 and 3.2.1.
    pub(super) fn authenticate(&self, setting: &Setting<'_>, call: TokenCall) -> Result<TokenCall, ModeError> {
        let secret = if self.is_of_integration {
            // A refresh token is good for the client that it was given to.
            if setting.client.of_integration("client_id") != Some(&self.id) {
                return Err(ModeError::Refused {
                    code: "client_changed".to_owned(),
                    message: "the integration has another client than the one that the credentials were given to; reconnect".to_owned(),
                    status: None,
                });
            }
            setting.client.of_integration("client_secret")
        } else {
            self.secret.as_deref()
        };
        let (how, secret) = match self.method {
            Method::None => (TokenAuth::Body, None),
            Method::ClientSecretBasic => (TokenAuth::Basic, secret),
            Method::ClientSecretPost => (TokenAuth::Body, secret),
        };
        Ok(call.authenticate(how, &self.id, secret))
    }
}

impl AuthorizationServer {
    /// How a client with or without a secret proves itself here. A server that says nothing means Basic (RFC 8414, 2).
    fn method(&self, has_secret: bool) -> Result<Method, ModeError> {
        if !has_secret {
            return Ok(Method::None);
        }
        let known = [Method::ClientSecretBasic, Method::ClientSecretPost].into_iter().find(|method| self.takes(*method));
        known.ok_or_else(|| ModeError::Setup { problem: "the authorization server does not take a client secret; remove it".to_owned() })
    }

    /// What we ask for: nothing to keep secret, if that will do.
    fn first_method(&self) -> Method {
        let known = [Method::None, Method::ClientSecretBasic, Method::ClientSecretPost].into_iter().find(|method| self.takes(*method));
        known.unwrap_or(Method::None)
    }

    fn takes(&self, method: Method) -> bool {
        let name = match method {
            Method::None => "none",
            Method::ClientSecretBasic => "client_secret_basic",
            Method::ClientSecretPost => "client_secret_post",
        };
        self.auth_methods.as_ref().map_or(method == Method::ClientSecretBasic, |methods| methods.iter().any(|known| known == name))
    }
}
