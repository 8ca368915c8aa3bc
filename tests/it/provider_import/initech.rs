//! A private API as a company has one: OAuth 2 with PKCE, scopes with commas between them, tokens that rotate, lists with a cursor. It knows
//! its one client, and refuses what does not fit.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The account's part of the address.
pub(super) const SUBDOMAIN: &str = "north";
pub(super) const CLIENT: (&str, &str) = ("client-of-initech", "canary-initech-secret");
/// Of the list of tickets.
pub(super) const TICKETS: usize = 5;

type Fields = BTreeMap<String, String>;

#[derive(Clone)]
pub(super) struct Initech {
    address: SocketAddr,
    book: Arc<Mutex<Book>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    pub(super) refused: Vec<String>,
    pub(super) refreshes: usize,
    /// The pages that were read, by their cursors.
    pub(super) pages: Vec<String>,
    asked: Fields,
    token: String,
    refresh_token: String,
}

impl Initech {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let initech = Self { address: listener.local_addr().unwrap(), book: Arc::default() };
        let router = Router::new()
            .route("/north/oauth/authorize", get(authorize))
            .route("/north/oauth/token", post(token))
            .route("/north/api/v1/{thing}", get(thing))
            .with_state(initech.clone());
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        initech
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn book(&self) -> Book {
        self.book.lock().unwrap().clone()
    }

    fn refuse(&self, status: u16, problem: String) -> Response<Body> {
        let answer = answer(status, &json!({ "error": "invalid_request", "error_description": problem }));
        self.book.lock().unwrap().refused.push(problem);
        answer
    }
}

async fn authorize(State(initech): State<Initech>, Query(asked): Query<Fields>) -> Response<Body> {
    let wanted =
        [("response_type", "code"), ("client_id", CLIENT.0), ("scope", "tickets:read,tickets:write"), ("code_challenge_method", "S256")];
    for (name, value) in wanted {
        if asked.get(name).map(String::as_str) != Some(value) {
            return initech.refuse(400, format!("authorize: {name} is {:?}", asked.get(name)));
        }
    }
    let mut back = url::Url::parse(&asked["redirect_uri"]).unwrap();
    back.query_pairs_mut().append_pair("code", "code-of-initech").append_pair("state", &asked["state"]);
    initech.book.lock().unwrap().asked = asked;
    Response::builder().status(StatusCode::FOUND).header(header::LOCATION, back.as_str()).body(Body::empty()).unwrap()
}

async fn token(State(initech): State<Initech>, headers: HeaderMap, Form(said): Form<Fields>) -> Response<Body> {
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", CLIENT.0, CLIENT.1)));
    if headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) != Some(basic.as_str()) {
        return initech.refuse(401, "token: the client does not prove itself".to_owned());
    }
    let mut book = initech.book();
    let of = |name: &str| said.get(name).map(String::as_str).unwrap_or_default();
    let fits = match of("grant_type") {
        "authorization_code" => {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier")));
            of("code") == "code-of-initech" && book.asked["redirect_uri"] == of("redirect_uri") && book.asked["code_challenge"] == challenge
        }
        "refresh_token" => {
            book.refreshes += 1;
            !book.refresh_token.is_empty() && of("refresh_token") == book.refresh_token
        }
        _ => false,
    };
    if !fits {
        return initech.refuse(400, format!("token: {:?}", said.keys()));
    }
    (book.token, book.refresh_token) = (format!("canary-token-{}", book.refreshes), format!("canary-refresh-{}", book.refreshes));
    let told = json!({ "access_token": book.token, "refresh_token": book.refresh_token, "expires_in": 3600 });
    *initech.book.lock().unwrap() = book;
    answer(200, &told)
}

async fn thing(
    State(initech): State<Initech>,
    Path(thing): Path<String>,
    headers: HeaderMap,
    Query(asked): Query<Fields>,
) -> Response<Body> {
    let bearer = format!("Bearer {}", initech.book().token);
    if headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) != Some(bearer.as_str()) {
        return initech.refuse(401, format!("{thing}: not the present token"));
    }
    let number = |name: &str, default: usize| asked.get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    match thing.as_str() {
        "me" => answer(200, &json!({ "name": "Peter" })),
        // `items` is what the functions of these tests read.
        "tickets" | "items" => {
            let (after, limit) = (number("after", 0), number("limit", TICKETS));
            initech.book.lock().unwrap().pages.push(asked.get("after").cloned().unwrap_or_default());
            let tickets: Vec<Value> =
                (after..TICKETS).take(limit).map(|id| json!({ "id": id.to_string(), "name": format!("ticket {id}") })).collect();
            let next = after + tickets.len();
            answer(200, &json!({ "tickets": tickets, "next": (next < TICKETS).then(|| next.to_string()) }))
        }
        _ => answer(404, &json!({ "message": "no such thing" })),
    }
}

fn answer(status: u16, body: &Value) -> Response<Body> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    response.body(Body::from(body.to_string())).unwrap()
}
