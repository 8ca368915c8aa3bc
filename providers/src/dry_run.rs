//! What would be sent for each step of signing in, and with a request afterwards: no network, no secret, `<client_secret>` in its place.
//!
//! An author compares it with the provider's documentation before anybody connects.

use std::fmt;

use serde_json::{Map, Value};

use crate::entry::auth::{Auth, BodyFormat, Templates, TokenRequest};
use crate::{Entry, Template};

mod exchange;
mod oauth;
mod request;

/// One request, or one visit of the user's browser.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DryStep {
    /// What it is for, as a sentence without its full stop.
    pub what: String,
    /// `GET`, `POST`, ...
    pub method: String,
    /// With its query. Placeholders are not escaped, so that they can be read.
    pub url: String,
    /// In the order in which they are added.
    pub headers: Vec<(String, String)>,
    /// `None` where nothing is sent.
    pub body: Option<String>,
}

/// Every step, in order. The last is a request of the connection.
pub fn dry_run(entry: &Entry) -> Vec<DryStep> {
    let mut steps = match &entry.auth {
        Auth::OAuth2(oauth) => oauth::code(oauth),
        Auth::OAuth1(oauth) => oauth::three_legs(oauth),
        Auth::ClientCredentials(client) => vec![oauth::client_credentials(client)],
        Auth::Jwt(jwt) => exchange::jwt(jwt),
        Auth::TwoStep(bought) | Auth::Bill(bought) => exchange::requests(bought),
        Auth::AwsSigV4(aws) => vec![exchange::assume_role(aws)],
        Auth::App(app) => exchange::app(app),
        Auth::AppWithUser(both) => {
            let ownership = exchange::ownership(&both.ownership_request);
            exchange::app(&both.app).into_iter().chain(oauth::code(&both.user)).chain([ownership]).collect()
        }
        Auth::Mcp(mcp) => oauth::discovery(mcp),
        Auth::InstallPlugin { install_url } => {
            vec![Draft::new("The user installs the plugin", "GET", install_url.sketch()).done()]
        }
        Auth::ApiKey | Auth::Basic | Auth::Signature(_) | Auth::Tba | Auth::None => Vec::new(),
    };
    steps.push(request::with_credentials(entry));
    steps
}

/// A request that is being written.
struct Draft {
    what: &'static str,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    format: BodyFormat,
}

impl Draft {
    fn new(what: &'static str, method: &str, url: String) -> Self {
        Self { what, method: method.to_owned(), url, headers: Vec::new(), fields: Vec::new(), format: BodyFormat::Query }
    }

    /// As a token endpoint takes it; one that is asked by `GET` has its fields in the query.
    fn token(what: &'static str, method: &str, url: &Template, format: BodyFormat) -> Self {
        let format = if method == "GET" { BodyFormat::Query } else { format };
        let draft = Self { format, ..Self::new(what, method, url.sketch()) };
        draft.header("accept", "application/json")
    }

    fn filled(what: &'static str, request: &TokenRequest) -> Self {
        let mut draft = Self::token(what, &request.method, &request.url, request.body_format);
        let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={}", value.sketch())).collect();
        draft.url = with_query(&draft.url, &query);
        draft.headers(&request.headers).fields(&request.body)
    }

    /// A later header of the same name replaces the earlier.
    fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(earlier, _)| !earlier.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn headers(self, headers: &Templates) -> Self {
        headers.iter().fold(self, |draft, (name, value)| draft.header(name, value.sketch()))
    }

    /// Likewise.
    fn field(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        match self.fields.iter_mut().find(|(earlier, _)| earlier == name) {
            Some((_, earlier)) => *earlier = value,
            None => self.fields.push((name.to_owned(), value)),
        }
        self
    }

    fn fields(self, fields: &Templates) -> Self {
        fields.iter().fold(self, |draft, (name, value)| draft.field(name, value.sketch()))
    }

    fn done(self) -> DryStep {
        let Self { what, method, mut url, mut headers, fields, format } = self;
        let pairs = || fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let (content_type, body) = match format {
            _ if fields.is_empty() => (None, None),
            BodyFormat::Query => {
                url = with_query(&url, &pairs());
                (None, None)
            }
            BodyFormat::Form => (Some("application/x-www-form-urlencoded"), Some(pairs().join("&"))),
            BodyFormat::Json => (Some("application/json"), Some(nested(&fields))),
        };
        let is_said = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if let Some(content_type) = content_type.filter(|_| !is_said) {
            headers.push(("content-type".to_owned(), content_type.to_owned()));
        }
        DryStep { what: what.to_owned(), method, url, headers, body }
    }
}

fn with_query(url: &str, pairs: &[String]) -> String {
    match pairs {
        [] => url.to_owned(),
        _ => format!("{url}{}{}", if url.contains('?') { '&' } else { '?' }, pairs.join("&")),
    }
}

/// Dotted names make objects.
fn nested(fields: &[(String, String)]) -> String {
    let mut root = Map::new();
    for (name, value) in fields {
        let mut object = &mut root;
        let mut segments = name.split('.').peekable();
        while let Some(segment) = segments.next() {
            if segments.peek().is_none() {
                object.insert(segment.to_owned(), value.as_str().into());
                break;
            }
            let inner = object.entry(segment).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(inner) = inner else { break };
            object = inner;
        }
    }
    Value::Object(root).to_string()
}

impl fmt::Display for DryStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.what)?;
        writeln!(f, "  {} {}", self.method, self.url)?;
        for (name, value) in &self.headers {
            writeln!(f, "  {name}: {value}")?;
        }
        if let Some(body) = &self.body {
            writeln!(f, "\n  {body}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
