//! How spans reach the collector: through the HTTP client that is here already.
//!
//! Outside of the egress policy, which is for what users send: the collector is the operator's own choice.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use opentelemetry_http::{HttpClient, HttpError};
use syncline_domain::Outage;
use tokio::runtime::Handle;

/// Posts batches, and says once when they do not arrive.
#[derive(Debug)]
pub(super) struct Post {
    http: reqwest::Client,
    /// Batches are made on a thread without one.
    runtime: Handle,
    outage: Mutex<Outage>,
}

/// Why a batch was not taken.
#[derive(Clone, Debug, thiserror::Error)]
enum Refused {
    #[error("it answered with status {0}")]
    Status(StatusCode),
    #[error("it cannot be reached")]
    Unreachable(#[source] Arc<reqwest::Error>),
    #[error("the server has stopped")]
    Stopped,
}

impl Post {
    #[expect(clippy::disallowed_methods, reason = "a client of the operator's own collector, outside of the egress policy")]
    pub(super) fn new(timeout: Duration) -> reqwest::Result<Self> {
        // Whoever installs it first wins; all install the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().connect_timeout(timeout).timeout(timeout);
        let http = builder.redirect(reqwest::redirect::Policy::none()).build()?;
        let outage = Mutex::new(Outage::of("traces could not be sent to the collector; those of the meantime are lost"));
        Ok(Self { http, runtime: Handle::current(), outage })
    }
}

#[async_trait]
impl HttpClient for Post {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let answer = self.runtime.spawn(async move { send(http, request).await }).await;
        let answer = answer.unwrap_or(Err(Refused::Stopped));
        let taken = match &answer {
            Ok(response) if !response.status().is_success() => Err(Refused::Status(response.status())),
            Ok(_) => Ok(()),
            Err(refused) => Err(refused.clone()),
        };
        self.outage.lock().expect("nothing panics while it is held").note(taken);
        // A status goes back as it came: the exporter knows which of them mean that it should come again, and when.
        Ok(answer?)
    }
}

async fn send(http: reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, Refused> {
    let request = reqwest::Request::try_from(request).map_err(unreachable)?;
    let answer = http.execute(request).await.map_err(unreachable)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.map_err(unreachable)?;
    let mut response = Response::new(body);
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    Ok(response)
}

fn unreachable(error: reqwest::Error) -> Refused {
    Refused::Unreachable(Arc::new(error.without_url()))
}
