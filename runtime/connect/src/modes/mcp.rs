//! `MCP_OAUTH2` and `MCP_OAUTH2_GENERIC`: OAuth 2.1 as the Model Context Protocol has it, towards servers that nobody described to us.
//!
//! ```text
//! begin:    server URL ──▶ challenge, protected resource (RFC 9728) ──▶ authorization server (RFC 8414) ──▶ a client there ──▶ the browser's URL
//! complete: issuer (RFC 9207), code ──▶ token for the resource (RFC 8707) ──▶ Grant; Bound goes with the credentials
//! renew:    Bound ──▶ the same token endpoint, as the same client, for the same resource ──▶ Grant
//! ```
//!
//! Every address in here was named by a server, and that by a user: none is asked but through the egress guard, and none but over https.

mod bound;
mod challenge;
mod client;
mod discovery;
mod document;
mod resource;
mod server;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use oauth2::Scope;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use syncline_domain::{Credentials, Oauth2};
use syncline_providers::{BodyFormat, Mcp, TokenAnswer};
use url::Url;

use crate::modes::oauth2::{Authorization, Flow, Issuer, code, forgotten, scopes};
use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::setting::Setting;
use crate::token::{Issued, TokenCall};
use crate::{Grant, ModeError};

use bound::Bound;
use discovery::Discovery;

/// What is remembered while the browser is away.
#[derive(Serialize, Deserialize)]
struct McpFlow {
    flow: Flow,
    bound: Bound,
}

/// Finds out who authorizes for the server, becomes a client there and sends the browser.
pub(crate) async fn begin(setting: &Setting<'_>, mcp: &Mcp, ask: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    if ask.refresh_token.is_some() {
        return Err(ModeError::Input {
            field: "credentials[oauth_refresh_token_override]".to_owned(),
            problem: "is not for MCP servers: a refresh token is good for the client that it was given to; leave it out".to_owned(),
        });
    }
    let server_url = server::url(setting, mcp)?;
    let found = discovery::discover(setting.http, &server_url).await?;
    let client = client::become_one(setting, mcp, &found.server).await?;
    let issuer = Issuer { name: found.server.issuer.clone(), is_required: found.server.names_itself };
    let (flow, challenge) = Flow::begin(setting, true, Some(issuer));

    let mut request = Authorization::new(found.server.authorization_endpoint.clone(), &client.id, &flow.redirect_uri);
    request.scope(&wanted(setting, mcp, &found), " ");
    request.ask(ask.authorization_params)?;
    request.set("resource", &found.resource);
    request.bind(ask.state, challenge.as_ref());

    let bound =
        Bound { client, issuer: found.server.issuer, token_endpoint: found.server.token_endpoint, resource: found.resource, server_url };
    let secret = serde_json::to_value(McpFlow { flow, bound }).expect("plain data has a JSON form");
    Ok((request.into_url(&IndexMap::new()), FlowSecret(secret)))
}

/// The code becomes a token for this server and no other.
pub(crate) async fn complete(setting: &Setting<'_>, mcp: &Mcp, secret: &FlowSecret, callback: &CallbackParams) -> Result<Grant, ModeError> {
    let McpFlow { flow, bound } = McpFlow::deserialize(&secret.0).map_err(|_| forgotten())?;
    let code = code(flow.issuer.as_ref(), callback, "code")?;
    let verifier = flow.verifier.as_deref().ok_or_else(forgotten)?;
    let call = bound.call(setting)?.field("grant_type", "authorization_code").field("redirect_uri", flow.redirect_uri);
    let token = buy(setting, call.secret_field("code", code).secret_field("code_verifier", verifier)).await?;
    let credentials = Credentials::Oauth2(token.into_oauth2(None, Some(bound.seal())));
    Ok(Grant { connection_config: told(setting, mcp, &bound), ..Grant::new(credentials) })
}

/// From the server that gave the refresh token, or not at all.
pub(crate) async fn renew(setting: &Setting<'_>, mcp: &Mcp, held: &Oauth2) -> Result<Grant, ModeError> {
    let bound = Bound::open(held.config_override.as_ref())?;
    bound.check(&server::url(setting, mcp)?, setting.connection_config)?;
    let refresh_token = held.refresh_token.as_ref().ok_or_else(|| ModeError::Refused {
        code: "missing_refresh_token".to_owned(),
        message: "the authorization server gave no refresh token; reconnect".to_owned(),
        status: None,
    })?;
    let call = bound.call(setting)?.field("grant_type", "refresh_token").secret_field("refresh_token", refresh_token.expose());
    let token = buy(setting, call).await?;
    Ok(Grant::new(Credentials::Oauth2(token.into_oauth2(Some(refresh_token), held.config_override.clone()))))
}

async fn buy(setting: &Setting<'_>, call: TokenCall) -> Result<Issued, ModeError> {
    call.send(setting.http, setting.now()).await?.token(&TokenAnswer::standard(), setting.now())
}

/// What the person, the integration or the entry names; else what the server says that it needs.
fn wanted(setting: &Setting<'_>, mcp: &Mcp, found: &Discovery) -> Vec<Scope> {
    let named = scopes(setting, &mcp.default_scopes);
    if named.is_empty() { found.scopes.iter().map(|scope| Scope::new(scope.clone())).collect() } else { named }
}

/// Where the token is good and where it came from, for people and for templates.
fn told(setting: &Setting<'_>, mcp: &Mcp, bound: &Bound) -> Map<String, Value> {
    let server_url = bound.server_url.to_string();
    let mut config = Map::from_iter([
        ("server_url".to_owned(), server_url.clone().into()),
        ("issuer".to_owned(), bound.issuer.clone().into()),
        ("token_endpoint".to_owned(), bound.token_endpoint.to_string().into()),
    ]);
    // Named otherwise than the entry does, it is added under the entry's name; what the person wrote stays as it is.
    if let Some(field) = server::field(mcp).filter(|field| !setting.connection_config.contains_key(*field)) {
        config.insert(field.to_owned(), server_url.into());
    }
    config
}

impl Bound {
    /// A token request of this client, for this resource.
    fn call(&self, setting: &Setting<'_>) -> Result<TokenCall, ModeError> {
        let call = TokenCall::post(self.token_endpoint.clone(), BodyFormat::Form).field("resource", &self.resource);
        self.client.authenticate(setting, call)
    }
}
