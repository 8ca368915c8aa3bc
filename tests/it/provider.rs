//! A stand-in provider on loopback: a list with `Link` pagination, and every way an API can go wrong.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use axum::routing::{any, get};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

/// The only token that it accepts. A canary: it must not be seen anywhere but here.
pub(crate) const TOKEN: &str = "canary-token-4f1d0c7e";

/// A provider that tests change while functions read it.
#[derive(Clone)]
pub(crate) struct Provider {
    address: SocketAddr,
    state: Arc<Shared>,
}

struct Shared {
    items: Mutex<BTreeMap<u64, Value>>,
    requests: AtomicU32,
    /// Statuses to answer before the real answer, first come first served.
    failures: Mutex<Vec<Failure>>,
    /// How often each number was brought to `/witness`.
    witnessed: Mutex<BTreeMap<u64, u32>>,
    /// Whether `/hold` answers.
    open: watch::Sender<bool>,
}

/// A status and headers.
type Failure = (u16, Vec<(String, String)>);

#[derive(Deserialize)]
struct Paging {
    #[serde(default = "one")]
    page: usize,
    #[serde(default = "hundred")]
    limit: usize,
}

fn one() -> usize {
    1
}

fn hundred() -> usize {
    100
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self { address: listener.local_addr().unwrap(), state: Arc::new(Shared::new()) };
        let router = Router::new()
            .route("/items", get(items))
            .route("/echo", any(echo))
            .route("/status/{status}", any(status))
            .route("/hold", any(hold))
            .route("/witness/{number}", any(witness))
            .route("/html", get(|| async { ([(header::CONTENT_TYPE, "text/html")], "<html>maintenance</html>") }))
            .route("/endless", get(endless))
            .route("/nothing", get(nothing))
            .route("/big/{bytes}", get(big))
            .with_state(provider.clone());
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn put(&self, id: u64, name: &str) {
        self.state.items.lock().unwrap().insert(id, json!({ "id": id.to_string(), "name": name }));
    }

    pub(crate) fn remove(&self, id: u64) {
        self.state.items.lock().unwrap().remove(&id);
    }

    /// What a complete sync must hold: id to name.
    pub(crate) fn truth(&self) -> BTreeMap<String, String> {
        let items = self.state.items.lock().unwrap();
        items.iter().map(|(id, item)| (id.to_string(), item["name"].as_str().unwrap().to_owned())).collect()
    }

    pub(crate) fn requests(&self) -> u32 {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// The next request is answered with this instead.
    pub(crate) fn fail_next(&self, status: u16, headers: &[(&str, &str)]) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.state.failures.lock().unwrap().push((status, headers));
    }

    /// What was really done: how often each number came.
    pub(crate) fn witnessed(&self) -> BTreeMap<u64, u32> {
        self.state.witnessed.lock().unwrap().clone()
    }

    /// Counts from nothing again.
    pub(crate) fn forget(&self) {
        self.state.witnessed.lock().unwrap().clear();
    }

    /// From now on `/hold` answers, also those who wait for it already.
    pub(crate) fn open(&self) {
        self.state.open.send_replace(true);
    }

    /// From now on `/hold` waits again.
    pub(crate) fn shut(&self) {
        self.state.open.send_replace(false);
    }

    fn admit(&self, headers: &HeaderMap) -> Option<Response<Body>> {
        self.state.requests.fetch_add(1, Ordering::SeqCst);
        let failure = {
            let mut failures = self.state.failures.lock().unwrap();
            (!failures.is_empty()).then(|| failures.remove(0))
        };
        if let Some((status, extra)) = failure {
            let builder = extra.into_iter().fold(Response::builder().status(status), |builder, (name, value)| builder.header(name, value));
            return Some(
                builder
                    .header(header::CONTENT_TYPE, "application/json")
                    .body(Body::from(json!({ "message": "planned" }).to_string()))
                    .unwrap(),
            );
        }
        let expected = format!("Bearer {TOKEN}");
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        (given != Some(expected.as_str())).then(|| plain(StatusCode::UNAUTHORIZED, &json!({ "message": "Bad credentials" })))
    }
}

impl Shared {
    fn new() -> Self {
        Self {
            items: Mutex::default(),
            requests: AtomicU32::new(0),
            failures: Mutex::default(),
            witnessed: Mutex::default(),
            open: watch::Sender::new(false),
        }
    }
}

/// Counts, and answers when it is told to.
async fn hold(State(provider): State<Provider>, headers: HeaderMap) -> Response<Body> {
    if let Some(refusal) = provider.admit(&headers) {
        return refusal;
    }
    let _ = provider.state.open.subscribe().wait_for(|open| *open).await;
    plain(StatusCode::OK, &json!({ "message": "held" }))
}

/// Remembers the number, which no server can take back.
async fn witness(State(provider): State<Provider>, Path(number): Path<u64>, headers: HeaderMap) -> Response<Body> {
    if let Some(refusal) = provider.admit(&headers) {
        return refusal;
    }
    *provider.state.witnessed.lock().unwrap().entry(number).or_default() += 1;
    plain(StatusCode::OK, &json!({ "number": number }))
}

fn plain(status: StatusCode, body: &Value) -> Response<Body> {
    Response::builder().status(status).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
}

async fn items(State(provider): State<Provider>, Query(paging): Query<Paging>, headers: HeaderMap) -> Response<Body> {
    if let Some(refusal) = provider.admit(&headers) {
        return refusal;
    }
    let items: Vec<Value> = provider.state.items.lock().unwrap().values().cloned().collect();
    let start = (paging.page - 1) * paging.limit;
    let page: Vec<&Value> = items.iter().skip(start).take(paging.limit).collect();
    let mut response = Response::builder().header(header::CONTENT_TYPE, "application/json");
    if start + page.len() < items.len() {
        let next = format!("<{}/items?page={}&limit={}>; rel=\"next\"", provider.url(), paging.page + 1, paging.limit);
        response = response.header(header::LINK, next);
    }
    response.body(Body::from(serde_json::to_vec(&page).unwrap())).unwrap()
}

/// Says back everything it was sent, credentials included, as a careless API does.
async fn echo(
    State(provider): State<Provider>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if let Some(refusal) = provider.admit(&headers) {
        return refusal;
    }
    let all: Vec<(String, String)> =
        headers.iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect();
    let body = json!({ "method": method.as_str(), "uri": uri.to_string(), "headers": all, "body": String::from_utf8_lossy(&body) });
    let mut response = plain(StatusCode::OK, &body);
    response.headers_mut().insert("x-echo-authorization", headers[header::AUTHORIZATION].clone());
    response.headers_mut().insert("x-custom", "kept".parse().unwrap());
    response
}

async fn status(State(provider): State<Provider>, Path(status): Path<u16>, headers: HeaderMap) -> Response<Body> {
    provider
        .admit(&headers)
        .unwrap_or_else(|| plain(StatusCode::from_u16(status).unwrap(), &json!({ "message": format!("status {status}") })))
}

async fn endless() -> Response<Body> {
    let chunks = stream::repeat_with(|| Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b' '; 8_192])));
    Response::new(Body::from_stream(chunks))
}

/// Closes the connection in the middle of the body.
async fn nothing() -> Response<Body> {
    let broken = stream::iter([Ok(Bytes::from_static(b"[{\"id\":")), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))]);
    Response::builder().header(header::CONTENT_TYPE, "application/json").body(Body::from_stream(broken)).unwrap()
}

async fn big(Path(bytes): Path<usize>) -> Response<Body> {
    let chunk = Bytes::from(vec![b'x'; 65_536]);
    let chunks = (0..bytes.div_ceil(chunk.len()))
        .map(move |at| Ok::<_, std::convert::Infallible>(chunk.slice(..chunk.len().min(bytes - at * chunk.len()))));
    Response::builder().status(StatusCode::ACCEPTED).header("x-custom", "kept").body(Body::from_stream(stream::iter(chunks))).unwrap()
}
