//! Requests to the provider, with the connection's credentials. The host builds the URL, authorizes, retries and waits.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Context, Pages};
use crate::error::{Error, Result, to_json};
use crate::host::{Body, ConnectionRef, Handle, Host, LocalFuture, Method, RawResponse, Request};

/// How much of a body an error message quotes.
const QUOTED_CHARACTERS: usize = 120;

/// A request to the provider in the making.
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder {
    pub(super) host: Handle,
    pub(super) method: Method,
    request: Request,
    /// The first mistake of the builder calls; `send` reports it.
    mistake: Option<Error>,
}

macro_rules! methods {
    ($($(#[$docs:meta])+ $name:ident: $method:ident)+) => {
        impl Context {
            $($(#[$docs])+
            pub fn $name(&self, endpoint: impl Into<String>) -> RequestBuilder {
                RequestBuilder::new(self.host.clone(), Method::$method, endpoint.into())
            })+
        }
    };
}

methods! {
    /// A GET below the provider's base URL: `cx.get("/repos/{owner}/{repo}").segment("owner", owner)`.
    get: Get
    /// A POST below the provider's base URL.
    post: Post
    /// A PUT below the provider's base URL.
    put: Put
    /// A PATCH below the provider's base URL.
    patch: Patch
    /// A DELETE below the provider's base URL.
    delete: Delete
    /// A HEAD below the provider's base URL.
    head: Head
}

impl RequestBuilder {
    fn new(host: Handle, method: Method, endpoint: String) -> Self {
        Self { host, method, request: Request { endpoint, ..Request::default() }, mistake: None }
    }

    /// Puts a value, percent-encoded, in place of `{name}` in the path.
    pub fn segment(mut self, name: &str, value: impl ToString) -> Self {
        let placeholder = format!("{{{name}}}");
        if self.request.endpoint.contains(&placeholder) {
            self.request.endpoint = self.request.endpoint.replace(&placeholder, &percent_encoded(&value.to_string()));
        } else {
            self.note(Error::msg(format!("the path `{}` has no `{placeholder}`", self.request.endpoint)));
        }
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.request.query.push((name.into(), value.to_string()));
        self
    }

    /// Adds a query parameter where there is a value.
    pub fn query_opt(self, name: impl Into<String>, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.request.headers.push((name.into(), value.to_string()));
        self
    }

    /// Sets a JSON body.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        match to_json("writing the request's body", body) {
            Ok(json) => self.request.body = Some(Body::Text(json)),
            Err(error) => self.note(error),
        }
        self.header("content-type", "application/json")
    }

    /// Sets a body of form fields.
    pub fn form<K: AsRef<str>, V: AsRef<str>>(mut self, fields: impl IntoIterator<Item = (K, V)>) -> Self {
        let pairs = fields.into_iter().map(|(key, value)| format!("{}={}", percent_encoded(key.as_ref()), percent_encoded(value.as_ref())));
        self.request.body = Some(Body::Text(pairs.collect::<Vec<_>>().join("&")));
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Sets a text body.
    pub fn text(mut self, body: impl Into<String>) -> Self {
        self.request.body = Some(Body::Text(body.into()));
        self
    }

    /// Sets a body of bytes.
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.request.body = Some(Body::Bytes(body.into()));
        self
    }

    /// How often to try again after a network error, a 429, a 401 or a 5xx. Not at all by default.
    pub fn retries(mut self, retries: u32) -> Self {
        self.request.retries = retries;
        self
    }

    /// Further statuses that are worth another try.
    pub fn retry_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.request.retry_on.extend(statuses);
        self
    }

    /// Replaces the provider's base URL; its host has to be declared with `egress(..)`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.request.base_url = Some(base_url.into());
        self
    }

    /// Asks on behalf of another connection than the run's own.
    pub fn on(mut self, connection: ConnectionRef) -> Self {
        self.request.connection = Some(connection);
        self
    }

    /// Sends the request **at once** and gives a future of the answer. Several can be in flight:
    ///
    /// ```
    /// # use syncline_functions::{ActionContext, Result};
    /// # async fn example(cx: ActionContext) -> Result<()> {
    /// let (user, teams) = (cx.get("/user").send(), cx.get("/teams").send()); // both are on their way
    /// let (user, teams) = (user.await?, teams.await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A status outside 200 to 299 is an error with [`Error::status`] and [`Error::body`].
    pub fn send(self) -> Sending {
        let (host, method) = (self.host.clone(), self.method);
        Sending(match self.finish() {
            Ok(request) => {
                let answer = host.start(method, request);
                Box::pin(async move { Ok(Response::new(answer.await?)) })
            }
            Err(error) => Box::pin(async move { Err(error) }),
        })
    }

    /// Walks the list that this endpoint begins, page by page.
    pub fn paginate(self) -> Pages {
        Pages::new(self)
    }

    pub(super) fn finish(self) -> Result<Request> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        let endpoint = &self.request.endpoint;
        match endpoint.find('{').filter(|at| !endpoint[..*at].ends_with('$')) {
            Some(at) => Err(Error::msg(format!("the path `{endpoint}` lacks a value for `{}`: call `segment`", &endpoint[at..]))),
            None => Ok(self.request),
        }
    }

    fn note(&mut self, mistake: Error) {
        self.mistake.get_or_insert(mistake);
    }
}

/// A request on its way. Await it for the answer; dropping it gives the answer up.
#[must_use = "await it for the answer"]
pub struct Sending(LocalFuture<Result<Response>>);

impl Future for Sending {
    type Output = Result<Response>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

impl Response {
    pub(super) fn new(raw: RawResponse) -> Self {
        Self { status: raw.status, headers: raw.headers, body: raw.body }
    }

    /// All headers.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.body {
            Body::Text(text) => Cow::Borrowed(text),
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes),
        }
    }

    /// The body as bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            Body::Text(text) => text.as_bytes(),
            Body::Bytes(bytes) => bytes,
        }
    }

    /// The body, read as JSON. The error quotes the body's beginning: it is often a page of HTML.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(self.bytes()).map_err(|error| {
            let quoted: String = self.text().chars().take(QUOTED_CHARACTERS).collect();
            Error::from(error).context(format!("the answer ({}) is not the JSON that was expected, it begins `{quoted}`", self.status))
        })
    }
}

fn percent_encoded(text: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
