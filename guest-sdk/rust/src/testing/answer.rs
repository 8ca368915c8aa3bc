//! What the provider answered to one request.

use serde_json::Value;

use super::request::{Identity, pairs};

/// One answer of the provider, and the request that it belongs to.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) asked: Asked,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Value,
}

/// How much is known of the request.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// Only the path: fits where it is the path's one answer and the request has no query.
    Path,
    Hash(String),
    Request {
        query: Vec<(String, String)>,
        headers: Option<Vec<(String, String)>>,
        data: Option<String>,
    },
}

macro_rules! methods {
    ($($name:ident)+) => {$(
        #[doc = concat!("An answer to `", stringify!($name), "` of this path: 200 and `null`, until said otherwise.")]
        pub fn $name(path: &str) -> Self {
            Self::new(stringify!($name), path)
        }
    )+};
}

impl Answer {
    methods! { get post put patch delete head }

    pub(super) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.trim_start_matches('/').to_owned(),
            asked: Asked::Request { query: Vec::new(), headers: None, data: None },
            status: 200,
            headers: Vec::new(),
            body: Value::Null,
        }
    }

    /// The request has this query parameter too; it has to have all and no others.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        if let Asked::Request { query, .. } = &mut self.asked {
            query.push((name.to_owned(), value.to_string()));
            query.sort();
        }
        self
    }

    /// The request has this JSON body.
    pub fn body(mut self, body: &Value) -> Self {
        if let Asked::Request { data, .. } = &mut self.asked {
            *data = Some(super::request::data_identity(&body.to_string()));
        }
        self
    }

    /// The status of the answer.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// A header of the answer.
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_string()));
        self
    }

    /// The answer's body; a string is sent as the text it is.
    pub fn json(mut self, body: Value) -> Self {
        self.body = body;
        self
    }

    /// Reads one answer of a recording.
    pub(super) fn from_recording(method: &str, path: &str, entry: &Value) -> Self {
        let asked = match (entry.get("hash").and_then(Value::as_str), entry.get("request")) {
            (Some(hash), _) => Asked::Hash(hash.to_owned()),
            (None, Some(request)) => Asked::Request {
                query: pairs(request.get("params")),
                headers: request.get("headers").map(|headers| super::request::own_headers(&pairs(Some(headers)))),
                data: request.get("data").filter(|data| !data.is_null()).map(|data| match data {
                    Value::String(text) => super::request::data_identity(text),
                    data => super::request::data_identity(&data.to_string()),
                }),
            },
            (None, None) => Asked::Path,
        };
        let status = entry.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
        Self {
            asked,
            status: status.unwrap_or(200),
            headers: pairs(entry.get("headers")),
            body: entry.get("response").cloned().unwrap_or_default(),
            ..Self::new(method, path)
        }
    }

    pub(super) fn same_path(&self, request: &Identity) -> bool {
        self.method == request.method && self.path == request.endpoint
    }

    /// `alone`: no other answer has this method and path.
    pub(super) fn fits(&self, request: &Identity, alone: bool) -> bool {
        self.same_path(request)
            && match &self.asked {
                Asked::Path => alone && request.params.is_empty(),
                Asked::Hash(hash) => *hash == request.hash(),
                Asked::Request { query, headers, data } => {
                    *query == request.params
                        && headers.as_ref().is_none_or(|headers| *headers == request.headers)
                        && data.as_ref().is_none_or(|data| request.data.as_ref() == Some(data))
                }
            }
    }

    /// For the message about a request without an answer.
    pub(super) fn describe(&self) -> String {
        let of = match &self.asked {
            Asked::Path => " (only without a query)".to_owned(),
            Asked::Hash(hash) => format!(" (hash {hash})"),
            Asked::Request { query, .. } => super::request::query_text(query),
        };
        format!("{} /{}{of}", self.method.to_ascii_uppercase(), self.path)
    }
}
