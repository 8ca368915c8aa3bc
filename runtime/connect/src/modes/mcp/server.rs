//! The MCP server and the authorization server (RFC 8414).

use serde_json::Value;
use syncline_outbound::{HttpClient, parse_url};
use syncline_providers::{Mcp, Name};
use url::Url;

use super::document::{address, first, refused, secure, texts};
use crate::ModeError;
use crate::setting::Setting;

/// What an authorization server says about itself.
pub(super) struct AuthorizationServer {
    /// Byte by byte as it is spelled.
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    /// RFC 7591, where it takes strangers.
    pub(super) registration_endpoint: Option<Url>,
    /// Whether a client may be a document at its own URL.
    pub(super) reads_client_metadata: bool,
    /// Whether every answer says `iss` (RFC 9207, 3).
    pub(super) names_itself: bool,
    /// How clients may prove themselves; `None` if it does not say.
    pub(super) auth_methods: Option<Vec<String>>,
    pub(super) scopes: Vec<String>,
}

impl AuthorizationServer {
    /// By its issuer identifier. The document must be about that very identifier (RFC 8414, 3.3), and the server must know S256: without
    /// the announcement nobody knows whether a challenge would be looked at.
    pub(super) async fn of(http: &HttpClient, issuer: &str) -> Result<Self, ModeError> {
        let policy = http.policy();
        let url = parse_url(issuer).filter(|url| url.query().is_none());
        let url = url.ok_or_else(|| refused("its authorization server is not named by a plain URL"))?;
        secure(&url, policy)?;
        let found = first(http, well_known(&url)).await?;
        let (_, document) = found.ok_or_else(|| refused("its authorization server has no metadata (RFC 8414)"))?;
        if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(refused("the metadata of its authorization server is that of another issuer"));
        }
        if !texts(&document, "code_challenge_methods_supported").iter().any(|method| method == "S256") {
            return Err(refused("its authorization server does not announce PKCE with S256"));
        }
        let endpoint =
            |name: &str| address(&document, name, policy)?.ok_or_else(|| refused(&format!("its authorization server has no `{name}`")));
        let says = |name: &str| document.get(name) == Some(&Value::Bool(true));
        let methods = "token_endpoint_auth_methods_supported";
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: endpoint("authorization_endpoint")?,
            token_endpoint: endpoint("token_endpoint")?,
            registration_endpoint: address(&document, "registration_endpoint", policy)?,
            reads_client_metadata: says("client_id_metadata_document_supported"),
            names_itself: says("authorization_response_iss_parameter_supported"),
            auth_methods: document.get(methods).is_some_and(Value::is_array).then(|| texts(&document, methods)),
            scopes: texts(&document, "scopes_supported"),
        })
    }
}

/// RFC 8414 puts its name between host and path, and so do some OpenID providers; OpenID Connect Discovery puts its own behind the path.
fn well_known(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_end_matches('/');
    let mut places = vec![format!("/.well-known/oauth-authorization-server{path}"), format!("/.well-known/openid-configuration{path}")];
    if !path.is_empty() {
        places.push(format!("{path}/.well-known/openid-configuration"));
    }
    let at = |place: String| {
        let mut url = issuer.clone();
        url.set_path(&place);
        url
    };
    places.into_iter().map(at).collect()
}

/// The MCP server: the entry's, or the one that the user names, in the entry's field or under either of its usual names.
pub(super) fn url(setting: &Setting<'_>, mcp: &Mcp) -> Result<Url, ModeError> {
    let none = serde_json::Map::new();
    let by_entry = setting.url(&mcp.server_url, &setting.values(&none, &[]));
    let url = match (by_entry, field(mcp)) {
        (Err(missing @ ModeError::Input { .. }), Some(field)) => {
            let named = ["server_url", "mcp_server_url"].into_iter().find_map(|name| setting.connection_config.get(name)?.as_str());
            let Some(named) = named.filter(|_| !setting.connection_config.contains_key(field)) else { return Err(missing) };
            let problem = |problem: String| ModeError::Input { field: field.to_owned(), problem };
            if let Some(rule) = setting.entry.connection_config.get(field) {
                rule.check(named).map_err(problem)?;
            }
            parse_url(named).ok_or_else(|| problem("is not a URL".to_owned()))?
        }
        (by_entry, _) => by_entry?,
    };
    secure(&url, setting.http.policy())?;
    Ok(url)
}

/// The connection config's field for the whole server URL, where the user names the server.
pub(super) fn field(mcp: &Mcp) -> Option<&str> {
    mcp.server_url.names().into_iter().filter(|_| mcp.is_generic).find_map(|name| match name {
        Name::ConnectionConfig(key) => Some(key.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_with_a_path_has_three_places() {
        let places = |text: &str| well_known(&Url::parse(text).unwrap()).into_iter().map(String::from).collect::<Vec<_>>();
        assert_eq!(
            places("https://a.example/t1"),
            [
                "https://a.example/.well-known/oauth-authorization-server/t1",
                "https://a.example/.well-known/openid-configuration/t1",
                "https://a.example/t1/.well-known/openid-configuration",
            ]
        );
        let root = ["https://a.example/.well-known/oauth-authorization-server", "https://a.example/.well-known/openid-configuration"];
        assert_eq!(places("https://a.example"), root);
    }
}
