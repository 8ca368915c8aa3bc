//! A stand-in that behaves like each provider of the table: it refuses what that provider refuses.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use axum::routing::{any, get};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::others::{Bought, Call, google};
use super::paging::{Asked, Next, Page};
use super::table::{Body as Written, Client, Row, Way, all};
use crate::authorization::World;

/// A name that an authorization, a token request or an API request may have.
type Fields = BTreeMap<String, String>;

#[derive(Clone)]
pub(super) struct Desk {
    address: SocketAddr,
    world: World,
    books: Arc<Mutex<BTreeMap<&'static str, Book>>>,
}

/// Of one provider.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    /// What it refused, and why.
    pub(super) refused: Vec<String>,
    pub(super) exchanges: usize,
    pub(super) refreshes: usize,
    /// Requests of its API with a live token.
    pub(super) served: usize,
    authorization: Fields,
    token: String,
    refresh: String,
}

impl Desk {
    pub(super) async fn start(world: World) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let desk = Self { address: listener.local_addr().unwrap(), world, books: Arc::default() };
        let router = Router::new()
            .route("/{key}/authorize", get(authorize))
            .route("/{key}/token", any(token))
            .route("/{key}/api", any(api))
            .route("/{key}/api/{*path}", any(api))
            .with_state(desk.clone());
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        desk
    }

    pub(super) fn url(&self, key: &str, path: &str) -> String {
        format!("http://{}/{key}/{path}", self.address)
    }

    pub(super) fn book(&self, key: &str) -> Book {
        self.books.lock().unwrap().get(key).cloned().unwrap_or_default()
    }

    fn with<T>(&self, row: &Row, write: impl FnOnce(&mut Book) -> T) -> T {
        write(self.books.lock().unwrap().entry(row.key).or_default())
    }

    fn refuse(&self, row: &Row, problem: String) -> Response<Body> {
        let answer = json!({ "error": "invalid_request", "error_description": problem });
        self.with(row, |book| book.refused.push(problem));
        written(StatusCode::BAD_REQUEST, "application/json", answer.to_string())
    }
}

/// What clients are called here, and what proves them.
pub(super) fn client(key: &str) -> (String, String) {
    (format!("client-of-{key}"), format!("secret/of+{key}"))
}

fn row(key: &str) -> &'static Row {
    all().find(|row| row.key == key).unwrap_or_else(|| panic!("{key} is not in the table"))
}

async fn authorize(State(desk): State<Desk>, Path(key): Path<String>, Query(asked): Query<Fields>) -> Response<Body> {
    let row = row(&key);
    let Way::Browser(browser) = &row.way else { return desk.refuse(row, "no browser signs in here".to_owned()) };
    let said = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let mut wanted = vec![("response_type", "code".to_owned()), ("client_id", client(&key).0)];
    if let Some(separator) = browser.separator {
        wanted.push(("scope", format!("one{separator}two")));
    }
    wanted.extend(browser.asks.iter().map(|(name, value)| (*name, (*value).to_owned())));
    for (name, value) in wanted {
        if said(name) != value {
            return desk.refuse(row, format!("authorize: {name} is `{}`, not `{value}`", said(name)));
        }
    }
    let is_challenged = asked.contains_key("code_challenge");
    if said("state").is_empty() || (is_challenged && said("code_challenge_method") != "S256") {
        return desk.refuse(row, format!("authorize: {asked:?}"));
    }
    if browser.pkce.is_some_and(|pkce| pkce != is_challenged) {
        return desk.refuse(row, format!("authorize: PKCE is {is_challenged}"));
    }
    let mut back = url::Url::parse(said("redirect_uri")).unwrap();
    back.query_pairs_mut().append_pair("code", &format!("code-of-{key}")).append_pair("state", said("state")).extend_pairs(browser.returns);
    desk.with(row, |book| book.authorization = asked);
    Response::builder().status(StatusCode::FOUND).header(header::LOCATION, back.as_str()).body(Body::empty()).unwrap()
}

async fn token(State(desk): State<Desk>, Path(key): Path<String>, request: Request) -> Response<Body> {
    let row = row(&key);
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let granted = match &row.way {
        Way::Bought(bought) => sold(bought, &parts, &body).map(|()| desk.with(row, |book| book.exchanges += 1)),
        _ => asked(row, &parts.method, &parts.headers, &body).and_then(|said| desk.with(row, |book| grant(row, &said, book))),
    };
    if let Err(problem) = granted {
        return desk.refuse(row, format!("token: {problem}"));
    }
    let headers = &parts.headers;
    let answer = desk.with(row, |book| {
        let number = book.exchanges + book.refreshes;
        (book.token, book.refresh) = (format!("token-{number}-of-{key}"), format!("refresh-{number}-of-{key}"));
        row.answer(&book.token, &book.refresh)
    });
    let wants_json = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("json"));
    if row.key == "github" && !wants_json {
        let fields = answer.as_object().unwrap().iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()));
        return written(StatusCode::OK, "application/x-www-form-urlencoded", fields.collect::<Vec<_>>().join("&"));
    }
    written(StatusCode::OK, "application/json", answer.to_string())
}

/// The fields of a token request, once the client has proved itself the way this provider wants it.
fn asked(row: &Row, method: &Method, headers: &HeaderMap, body: &Bytes) -> Result<Fields, String> {
    let (proof, written) = row.token().ok_or("there is no token to be had")?;
    if method != Method::POST {
        return Err(format!("{method}"));
    }
    let of = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_json = of(header::CONTENT_TYPE).starts_with("application/json");
    if match written {
        Written::Form => is_json,
        Written::Json => !is_json,
        Written::Either => false,
    } {
        return Err(format!("the body is {}", of(header::CONTENT_TYPE)));
    }
    let said: Fields = if is_json {
        let object: BTreeMap<String, Value> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        object.into_iter().map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned))).collect()
    } else {
        url::form_urlencoded::parse(body).into_owned().collect()
    };
    let (id, secret) = client(row.key);
    let authorization = of(header::AUTHORIZATION);
    let in_body = said.get("client_id") == Some(&id) && said.get("client_secret") == Some(&secret);
    // RFC 6749, 2.3.1: both are written as in a form before they are joined. Plain ones are what most providers take.
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pairs = [format!("{id}:{secret}"), format!("{}:{}", encode(&id), encode(&secret))];
    let in_header = pairs.iter().any(|pair| authorization == format!("Basic {}", STANDARD.encode(pair)));
    match proof {
        Client::Body if in_body && authorization.is_empty() => Ok(said),
        Client::Basic if in_header && !said.contains_key("client_secret") => Ok(said),
        _ => Err(format!("the client proves itself with authorization `{authorization}` and {:?}", said.keys())),
    }
}

/// Whether a request for a token says what it must and nothing else.
fn sold(bought: &Bought, parts: &Parts, body: &Bytes) -> Result<(), String> {
    let of = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if parts.method.as_str() != bought.method {
        return Err(format!("{}", parts.method));
    }
    if let Some((name, value)) = bought.headers.iter().find(|(name, value)| of(name) != *value) {
        return Err(format!("{name} is `{}`, not `{value}`", of(name)));
    }
    let is_json = of("content-type").starts_with("application/json");
    if matches!(bought.body, Written::Json) != is_json {
        return Err(format!("the body is {}", of("content-type")));
    }
    let mut said: Fields = if is_json {
        serde_json::from_slice(body).map_err(|error| error.to_string())?
    } else {
        url::form_urlencoded::parse(body).into_owned().collect()
    };
    said.extend(url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned());
    if let Some(assertion) = said.remove("assertion") {
        google(&assertion)?;
    }
    let wanted: Fields = bought.asks.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    if said == wanted { Ok(()) } else { Err(format!("{said:?} instead of {wanted:?}")) }
}

fn grant(row: &Row, said: &Fields, book: &mut Book) -> Result<(), String> {
    let of = |name: &str| said.get(name).map(String::as_str).unwrap_or_default();
    if let Way::Machine { grant, asks, .. } = &row.way {
        let wrong = [("grant_type", *grant)].iter().chain(*asks).find(|(name, value)| of(name) != *value).map(|(name, _)| *name);
        book.exchanges += 1;
        return wrong.map_or(Ok(()), |name| Err(format!("{name} is `{}`", of(name))));
    }
    match of("grant_type") {
        "authorization_code" => {
            let was = |name: &str| book.authorization.get(name).map(String::as_str).unwrap_or_default();
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier")));
            if of("code") != format!("code-of-{}", row.key) || of("redirect_uri") != was("redirect_uri") {
                return Err("another code or redirect_uri".to_owned());
            }
            if said.contains_key("code_verifier") != book.authorization.contains_key("code_challenge")
                || (said.contains_key("code_verifier") && challenge != was("code_challenge"))
            {
                return Err("the verifier does not fit the challenge".to_owned());
            }
            book.exchanges += 1;
            Ok(())
        }
        "refresh_token" if of("refresh_token") == book.refresh => {
            book.refreshes += 1;
            Ok(())
        }
        other => Err(format!("grant_type `{other}` with refresh token `{}`", of("refresh_token"))),
    }
}

async fn api(State(desk): State<Desk>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let (key, path) = below(parts.uri.path());
    let row = row(&key);
    let of = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let url = format!("http://{}{}", desk.address, parts.uri);
    let admitted = match (&row.way, row.credential(&desk.book(&key).token)) {
        (Way::Signed(signed), _) => (signed.admits)(&parts.headers),
        (Way::AtWorld(way), _) => (way.admits)(&desk.world, &Call { method: parts.method.as_str(), url, headers: &parts.headers }),
        (_, Some((name, value))) if of(name) != value => Err(format!("{name} is `{}`, not `{value}`", of(name))),
        _ => Ok(()),
    };
    if let Err(problem) = admitted {
        return desk.refuse(row, format!("api: {problem}"));
    }
    for (name, value) in row.headers {
        if of(name) != *value {
            return desk.refuse(row, format!("api: {name} is `{}`, not `{value}`", of(name)));
        }
    }
    desk.with(row, |book| book.served += 1);
    let list = row.list;
    let method = if list.body.is_some() { Method::POST } else { Method::GET };
    let is_list = !matches!(list.next, Next::Otherwise) && path == list.path.split('?').next().unwrap_or_default();
    if parts.method != method || !is_list {
        return written(StatusCode::OK, "application/json", json!({ "of": key }).to_string());
    }
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let asked = Asked {
        origin: format!("http://{}", desk.address),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    match list.page(&key, &asked) {
        Ok(Page { body, link }) => {
            let mut answer = written(StatusCode::OK, "application/json", body.to_string());
            if let Some(link) = link {
                answer.headers_mut().insert(header::LINK, link.parse().unwrap());
            }
            answer
        }
        Err(problem) => desk.refuse(row, format!("{}: {problem}", list.path)),
    }
}

/// `/{key}/api/me` is `/me` of `key`.
fn below(path: &str) -> (String, String) {
    let (key, path) = path.trim_start_matches('/').split_once("/api").unwrap_or_default();
    (key.to_owned(), path.to_owned())
}

fn written(status: StatusCode, kind: &str, text: String) -> Response<Body> {
    Response::builder().status(status).header(header::CONTENT_TYPE, kind).body(Body::from(text)).unwrap()
}
