//! A request's identity: what a recording knows it by.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use syncline_outbound::{CallBody, ProxyCall};
use url::form_urlencoded;

use super::secret;

/// Bodies longer than this, in JavaScript's characters, are known by their hash.
const MAX_PLAIN_BODY: usize = 1_000;

/// Headers that say nothing about which answer belongs to a request: those of the client, and those that are meant for a proxy.
const IGNORED_HEADERS: [&str; 13] = [
    "authorization",
    "user-agent",
    "accept",
    "accept-encoding",
    "content-length",
    "host",
    "retries",
    "retry-on",
    "base-url-override",
    "decompress",
    "forward-headers-on-redirect",
    "connection-id",
    "provider-config-key",
];
const DEFAULT_CONTENT_TYPES: [&str; 2] = ["application/json", "application/x-www-form-urlencoded"];

/// Names with their values, sorted.
pub(super) type Pairs = Vec<(String, String)>;

/// One request, as recordings tell requests apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// In lower case.
    pub method: String,
    /// Path without host and leading slash.
    pub endpoint: String,
    /// The endpoint's query and the parameters.
    pub params: Pairs,
    /// Those that the function set itself.
    pub headers: Pairs,
    /// The body's text, of long ones its hash.
    pub data: Option<String>,
}

impl Identity {
    /// What is recorded of a call, and what an answer must fit.
    pub fn of(call: &ProxyCall) -> Self {
        let endpoint = call.endpoint.split('#').next().unwrap_or_default();
        let (path, query) = endpoint.split_once('?').unwrap_or((endpoint, ""));
        let path = path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
        let path = path.trim_start_matches('/');
        let mut params = joined(query);
        params.extend(joined(call.query.as_deref().unwrap_or_default()));
        Self {
            method: call.method.as_str().to_ascii_lowercase(),
            endpoint: path.strip_prefix("proxy/").unwrap_or(path).to_owned(),
            params: params.into_iter().collect(),
            headers: own(texts(&call.headers)),
            data: data(&call.body),
        }
    }

    /// The SHA-1 of the identity as JSON, in hex.
    pub fn hash(&self) -> String {
        let mut identity = json!({ "method": self.method, "endpoint": self.endpoint, "params": self.params, "headers": self.headers });
        if let Some(data) = &self.data {
            identity["data"] = data.as_str().into();
        }
        sha1_hex(&identity.to_string())
    }

    /// The same without credentials, which recordings do not have; `None` where there are none in it.
    pub fn without_secrets(&self) -> Option<Self> {
        let kept = |pairs: &Pairs, is_secret: fn(&str, &str) -> bool| -> Pairs {
            pairs.iter().filter(|(name, value)| !is_secret(name, value)).cloned().collect()
        };
        let params = kept(&self.params, secret::is_parameter);
        let headers = kept(&self.headers, |name, _| secret::is_header(name));
        let fewer = params.len() < self.params.len() || headers.len() < self.headers.len();
        fewer.then(|| Self { params, headers, ..self.clone() })
    }

    /// Method, path and query, for a person.
    pub fn shown(&self) -> String {
        format!("{} /{}{}", self.method.to_ascii_uppercase(), self.endpoint, shown_query(&self.params))
    }
}

pub(super) fn shown_query(params: &[(String, String)]) -> String {
    let pairs: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// A path as answers are looked up by: without leading slash, escapes read.
pub(super) fn plain_path(path: &str) -> String {
    let path = path.trim_start_matches('/').replace('+', "%2B");
    form_urlencoded::parse(path.replace('&', "%26").replace('=', "%3D").as_bytes()).next().map_or_else(String::new, |(path, _)| path.into())
}

/// A name that comes several times is one list, its values joined by commas.
fn joined(query: &str) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match joined.get_mut(name.as_ref()) {
            Some(earlier) => *earlier = format!("{earlier},{value}"),
            None => _ = joined.insert(name.into_owned(), value.into_owned()),
        }
    }
    joined
}

fn texts(headers: &HeaderMap) -> Pairs {
    let text = |name| {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        values.collect::<Vec<_>>().join(", ")
    };
    headers.keys().map(|name| (name.as_str().to_owned(), text(name))).collect()
}

/// The headers among these that belong to a request's identity.
pub(super) fn own(headers: Pairs) -> Pairs {
    let named = headers.into_iter().map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        (name.strip_prefix("nango-proxy-").map_or(name.clone(), str::to_owned), value)
    });
    let mut own: Pairs = named
        .filter(|(name, value)| {
            let default = name == "content-type" && DEFAULT_CONTENT_TYPES.iter().any(|default| value.starts_with(default));
            !default && !name.starts_with("nango-") && !IGNORED_HEADERS.contains(&name.as_str())
        })
        .collect();
    own.sort();
    own
}

fn data(body: &CallBody) -> Option<String> {
    match body {
        CallBody::Bytes(bytes) if !bytes.is_empty() => Some(match std::str::from_utf8(bytes) {
            Ok(text) => data_text(&compact(text)),
            Err(_) => data_text(&STANDARD.encode(bytes)),
        }),
        _ => None,
    }
}

/// JSON without white space, its members in their order; anything else as it is.
pub(super) fn compact(text: &str) -> String {
    serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |value| value.to_string())
}

/// Long ones by their hash.
pub(super) fn data_text(text: &str) -> String {
    if text.encode_utf16().count() > MAX_PLAIN_BODY { format!("sha1:{}", sha1_hex(text)) } else { text.to_owned() }
}

fn sha1_hex(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(endpoint: &str, query: &str, headers: &[(&'static str, &'static str)], body: &'static str) -> ProxyCall {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        ProxyCall {
            endpoint: endpoint.to_owned(),
            query: Some(query.to_owned()).filter(|query| !query.is_empty()),
            headers: headers.collect(),
            body: if body.is_empty() { CallBody::Empty } else { CallBody::Bytes(body.into()) },
            ..ProxyCall::default()
        }
    }

    #[test]
    fn the_endpoint_is_a_path_without_host_and_slash() {
        for endpoint in ["/repos/a", "repos/a", "/proxy/repos/a", "https://api.example.com/repos/a", "repos/a#top", "repos/a?x=1"] {
            assert_eq!(Identity::of(&call(endpoint, "", &[], "")).endpoint, "repos/a", "{endpoint}");
        }
    }

    #[test]
    fn parameters_are_merged_sorted_and_lists_become_one_value() {
        let identity = Identity::of(&call("/a?z=0&b=old", "b=2&c=x%2Cy&c=z&a=%20", &[], ""));
        let expected = [("a", " "), ("b", "2"), ("c", "x,y,z"), ("z", "0")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(identity.params, expected);
    }

    #[test]
    fn only_headers_that_the_function_means_count() {
        let headers = [
            ("authorization", "Bearer x"),
            ("user-agent", "x"),
            ("accept", "a"),
            ("content-type", "application/json; charset=utf-8"),
            ("retries", "3"),
            ("nango-proxy-notion-version", "2022-06-28"),
            ("nango-is-sync", "true"),
            ("x-b", "2"),
        ];
        let expected = [("notion-version", "2022-06-28"), ("x-b", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(Identity::of(&call("/a", "", &headers, "")).headers, expected);
        assert_eq!(Identity::of(&call("/a", "", &[("content-type", "text/csv")], "")).headers.len(), 1);
    }

    #[test]
    fn long_bodies_are_known_by_their_hash_and_bytes_by_their_base64() {
        assert_eq!(Identity::of(&call("/a", "", &[], "{ \"b\": 1, \"a\": 2 }")).data.as_deref(), Some(r#"{"b":1,"a":2}"#));
        let bytes = ProxyCall { body: CallBody::Bytes(vec![0xff, 0xfe].into()), ..ProxyCall::default() };
        assert_eq!(Identity::of(&bytes).data.as_deref(), Some("//4="));
        assert_eq!(data_text(&"x".repeat(1_000)).len(), 1_000);
        assert_eq!(data_text(&"x".repeat(1_001)), format!("sha1:{}", sha1_hex(&"x".repeat(1_001))));
    }

    /// The text is what JavaScript's `JSON.stringify` gives: members in this order, pairs as lists.
    #[test]
    fn the_hash_is_of_the_identity_as_json() {
        let identity = Identity::of(&call("/a", "b=1", &[("x-c", "2")], r#"{"d":3}"#));
        let text = r#"{"method":"get","endpoint":"a","params":[["b","1"]],"headers":[["x-c","2"]],"data":"{\"d\":3}"}"#;
        assert_eq!(identity.hash(), sha1_hex(text));
        let without = Identity::of(&call("/a", "", &[], ""));
        assert_eq!(without.hash(), sha1_hex(r#"{"method":"get","endpoint":"a","params":[],"headers":[]}"#));
        assert_eq!(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn credentials_are_no_part_of_what_is_recorded() {
        let identity = Identity::of(&call("/a", "access_token=abc&page_token=n", &[("x-api-key", "k"), ("x-c", "2")], ""));
        let bare = identity.without_secrets().unwrap();
        assert_eq!(bare.params, [("page_token".to_owned(), "n".to_owned())]);
        assert_eq!(bare.headers, [("x-c".to_owned(), "2".to_owned())]);
        assert_eq!(bare.without_secrets(), None);
    }

    #[test]
    fn a_path_is_compared_with_its_escapes_read() {
        for (one, other) in [("/a%20b", "a b"), ("a+b", "a+b"), ("/a=b&c", "a=b&c"), ("//a", "a")] {
            assert_eq!(plain_path(one), plain_path(other));
        }
        assert_eq!(plain_path("/a%20b"), "a b");
    }
}
