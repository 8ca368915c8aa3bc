//! The protected resource: who authorizes for an MCP server (RFC 9728).

use syncline_outbound::{HttpClient, parse_url};
use url::Url;

use super::challenge::Challenge;
use super::document::{first, refused, texts};
use crate::ModeError;

/// What a server says about itself.
pub(super) struct Resource {
    /// Its identifier, as it spells it: tokens are asked for it (RFC 8707).
    pub(super) id: String,
    /// The issuer identifier of its authorization server, as it spells it.
    pub(super) issuer: String,
    /// What it knows.
    pub(super) scopes: Vec<String>,
}

impl Resource {
    /// At the address in the challenge, else at the well-known one with the server's path, else at that of the whole host.
    pub(super) async fn of(http: &HttpClient, server_url: &Url, challenge: &Challenge) -> Result<Self, ModeError> {
        let addresses = match &challenge.resource_metadata {
            Some(told) => vec![parse_url(told).ok_or_else(|| refused("its challenge names metadata at something that is no URL"))?],
            None => well_known(server_url),
        };
        let found = first(http, addresses).await?;
        let (_, document) = found.ok_or_else(|| {
            refused("it does not say who authorizes for it (there is no protected resource metadata, RFC 9728); check the address")
        })?;
        let id = document.get("resource").and_then(serde_json::Value::as_str).unwrap_or_default();
        // The document of one server must not have tokens made out to another (RFC 9728, 3.3 and 7.3).
        if !parse_url(id).is_some_and(|resource| covers(&resource, server_url)) {
            return Err(refused("its metadata is that of another resource"));
        }
        let issuer = texts(&document, "authorization_servers").into_iter().next();
        let issuer = issuer.ok_or_else(|| refused("its metadata names no authorization server"))?;
        Ok(Self { id: id.to_owned(), issuer, scopes: texts(&document, "scopes_supported") })
    }
}

/// RFC 9728, 3.1: between host and path.
fn well_known(server_url: &Url) -> Vec<Url> {
    const PLACE: &str = "/.well-known/oauth-protected-resource";
    let mut of_host = server_url.clone();
    of_host.set_path(PLACE);
    of_host.set_query(None);
    let mut of_path = server_url.clone();
    of_path.set_path(&format!("{PLACE}{}", server_url.path().trim_end_matches('/')));
    if of_path == of_host { vec![of_host] } else { vec![of_path, of_host] }
}

/// Whether a token for `resource` is one for the server: the same URL, or one that holds it. Servers that serve several paths, and all
/// whose metadata is that of the host, name the host; another origin is another server.
fn covers(resource: &Url, server_url: &Url) -> bool {
    let base = resource.path().trim_end_matches('/');
    let rest = server_url.path().strip_prefix(base);
    resource.origin() == server_url.origin()
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && resource.query().is_none_or(|query| server_url.query() == Some(query))
        && resource.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_well_known_place_is_between_host_and_path() {
        let places = |text: &str| well_known(&url(text)).into_iter().map(String::from).collect::<Vec<_>>();
        let root = "https://a.example:8443/.well-known/oauth-protected-resource";
        assert_eq!(places("https://a.example:8443/v1/mcp"), [&format!("{root}/v1/mcp"), root]);
        assert_eq!(places("https://a.example:8443"), [root]);
        assert_eq!(places("https://a.example:8443/mcp?t=1"), [&format!("{root}/mcp?t=1"), root]);
    }

    /// O7: metadata of another resource.
    #[test]
    fn a_resource_covers_itself_and_what_is_below_it() {
        let server = url("https://a.example/v1/mcp");
        for good in
            ["https://a.example/v1/mcp", "https://A.example/v1", "https://a.example", "https://a.example/v1/", "https://a.example:443/"]
        {
            assert!(covers(&url(good), &server), "{good}");
        }
        for bad in [
            "https://a.example/v1/mc",
            "https://a.example/v1/mcp/more",
            "https://a.example/v2",
            "https://a.example:8443/",
            "http://a.example/",
            "https://b.example/v1/mcp",
            "https://a.example.evil.example/v1/mcp",
            "https://a.example/?tenant=2",
            "https://a.example/#x",
        ] {
            assert!(!covers(&url(bad), &server), "{bad}");
        }
    }
}
