//! Plain HTTP without credentials, to the hosts that the function declares with `egress(..)`.

use serde::Serialize;

use super::{Context, Response};
use crate::error::{Result, to_json};
use crate::host::{Body, Handle, Host, Method, RawFetch};

/// A plain request in the making.
#[must_use = "a request does nothing until it is sent"]
pub struct FetchBuilder {
    host: Handle,
    request: RawFetch,
}

impl Context {
    /// A request to any declared host, without the connection's credentials.
    pub fn fetch(&self, method: Method, url: impl Into<String>) -> FetchBuilder {
        let request = RawFetch { method, url: url.into(), headers: Vec::new(), body: None };
        FetchBuilder { host: self.host.clone(), request }
    }
}

impl FetchBuilder {
    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.request.headers.push((name.into(), value.to_string()));
        self
    }

    /// Sets a text body.
    pub fn body(mut self, text: impl Into<String>) -> Self {
        self.request.body = Some(Body::Text(text.into()));
        self
    }

    /// Sends JSON. Any status is an answer here.
    pub async fn send_json<T: Serialize + ?Sized>(self, body: &T) -> Result<Response> {
        let json = to_json("writing the request's body", body)?;
        self.header("content-type", "application/json").body(json).send().await
    }

    /// Sends it. Any status is an answer here.
    pub async fn send(self) -> Result<Response> {
        Ok(Response::new(self.host.fetch(self.request)?))
    }
}
