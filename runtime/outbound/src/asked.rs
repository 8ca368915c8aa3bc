//! A request as people may read of it: what was asked of the provider, and nothing in it that could be a secret.

use http::Method;
use serde_json::{Value, json};
use url::Url;

/// Longer paths are cut; what is cut is told from what follows by nobody.
const MAX_PATH_BYTES: usize = 1_024;
const MAX_PARAMETERS: usize = 32;
const MAX_NAME_CHARS: usize = 64;

/// Taken before the request is gone.
#[derive(Clone, Debug)]
pub struct Asked {
    method: Method,
    path: String,
    query: Vec<String>,
}

impl Asked {
    /// `endpoint` is a path, perhaps with a query, or an absolute URL; `query` comes on top of its own.
    pub fn of(method: &Method, endpoint: &str, query: Option<&str>) -> Self {
        let own = endpoint.split('#').next().and_then(|endpoint| endpoint.split_once('?')).map_or("", |(_, query)| query);
        // Values can be anything: keys, cursors, a user's e-mail address.
        let names = |query: &str| url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect::<Vec<_>>();
        let names = names(own).into_iter().chain(names(query.unwrap_or_default()));
        let query = names.take(MAX_PARAMETERS).map(|name| name.chars().take(MAX_NAME_CHARS).collect()).collect();
        Self { method: method.clone(), path: shown(endpoint), query }
    }

    /// `GET /v1/me`
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Method, path and the names of the query's parameters.
    pub fn json(&self) -> Value {
        json!({ "method": self.method.as_str(), "path": self.path, "query": self.query })
    }
}

/// The endpoint without user, password, query and fragment of an absolute URL.
fn shown(endpoint: &str) -> String {
    let path = match Url::parse(endpoint) {
        Ok(url) if url.has_host() => format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path()),
        _ => endpoint.split(['?', '#']).next().unwrap_or_default().to_owned(),
    };
    path[..path.floor_char_boundary(MAX_PATH_BYTES)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S6
    #[test]
    fn of_a_query_only_the_names_are_told() {
        let asked = Asked::of(&Method::GET, "/v1/me", Some("api_key=canary&limit=2&canary"));
        assert_eq!(asked.json(), json!({ "method": "GET", "path": "/v1/me", "query": ["api_key", "limit", "canary"] }));
        let absolute = Asked::of(&Method::POST, "https://user:canary@api.example.com/v1?k=canary#canary", None);
        assert_eq!(absolute.line(), "POST https://api.example.com/v1");
        assert_eq!(absolute.json()["query"], json!(["k"]));
        assert_eq!(Asked::of(&Method::GET, "/a?k=canary", Some("l=1")).json()["query"], json!(["k", "l"]));
        assert_eq!(shown("/a?k=canary"), "/a");
        assert_eq!(shown(&"ü".repeat(2_000)).len(), MAX_PATH_BYTES);
    }
}
