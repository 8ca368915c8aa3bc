//! From an MCP server's address to everything that an authorization needs.

use syncline_outbound::HttpClient;
use url::Url;

use super::challenge::Challenge;
use super::resource::Resource;
use super::server::AuthorizationServer;
use crate::ModeError;

/// Gives refresh tokens (OpenID Connect Core, 11) where a server knows it.
const OFFLINE: &str = "offline_access";

/// What was found.
pub(super) struct Discovery {
    /// What tokens are asked for.
    pub(super) resource: String,
    pub(super) server: AuthorizationServer,
    /// To ask for when nobody names any: those of the challenge, else all that the resource knows.
    pub(super) scopes: Vec<String>,
}

/// Asks the server, then its authorization server.
pub(super) async fn discover(http: &HttpClient, server_url: &Url) -> Result<Discovery, ModeError> {
    let challenge = Challenge::provoke(http, server_url).await?;
    let resource = Resource::of(http, server_url, &challenge).await?;
    let server = AuthorizationServer::of(http, &resource.issuer).await?;
    let mut scopes = match &challenge.scope {
        Some(scope) => scope.split_ascii_whitespace().map(str::to_owned).collect(),
        None => resource.scopes,
    };
    let is_offered = server.scopes.iter().any(|scope| scope == OFFLINE);
    if is_offered && !scopes.is_empty() && !scopes.iter().any(|scope| scope == OFFLINE) {
        scopes.push(OFFLINE.to_owned());
    }
    Ok(Discovery { resource: resource.id, server, scopes })
}
