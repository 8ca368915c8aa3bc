//! A help desk: a search with its cursor in the body, a list with its link in the body, exports that take their time, and files on
//! a host of their own that want no credentials.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::typescript::stand_in::{Shared, StandIn, page, refused};

/// How often an export says that it is not done.
const EXPORT_TAKES: u32 = 2;
const ARTICLES_A_PAGE: usize = 2;

pub(crate) struct Helpdesk {
    pub(crate) tickets: Vec<Value>,
    pub(crate) articles: Vec<Value>,
    pub(crate) attachments: Vec<Value>,
    /// Team and how often somebody asked.
    exports: Vec<(String, u32)>,
    /// Whether tickets are shown; who asks for one waits for it.
    open: watch::Sender<bool>,
}

type Access = State<Arc<Shared<Helpdesk>>>;
type Asked = Query<BTreeMap<String, String>>;

pub(crate) async fn start() -> StandIn<Helpdesk> {
    let guarded = Router::new()
        .route("/api/me", get(|| async { Json(json!({ "login": "support@larder.example" })) }))
        .route("/api/tickets/search", post(search))
        .route("/api/tickets/{key}", get(ticket))
        .route("/api/tickets/{key}/tags", put(set_tags))
        .route("/api/articles", get(articles))
        .route("/api/attachments", get(attachments))
        .route("/api/exports", post(begin_export))
        .route("/api/exports/{id}", get(export))
        .route("/api/exports/{id}/file", get(export_file));
    let open = Router::new().route("/files/{name}", get(file));
    StandIn::start(Helpdesk::new(), guarded, open).await
}

impl Helpdesk {
    fn new() -> Self {
        let ticket = |number: u64, subject: &str, team: &str, status: &str| {
            json!({
                "key": format!("HD-{number}"), "subject": subject, "requester": { "email": format!("customer{}@example.com", number % 3) },
                "team": team, "status": status, "tags": ["web"], "created": 1_769_900_000 + number * 3_600,
            })
        };
        let article = |number: u64, title: &str, body: &str| json!({ "number": number, "title": title, "path": format!("/a/{number}"), "body": body });
        Self {
            tickets: vec![
                ticket(1, "Parcel is late", "delivery", "open"),
                ticket(2, "Jar arrived broken", "delivery", "waiting"),
                ticket(3, "Buy cheap watches", "delivery", "spam"),
                ticket(4, "Invoice is wrong", "billing", "open"),
                ticket(5, "Where is my refund?", "billing", "solved"),
                ticket(6, "Do you ship to Oslo?", "sales", "open"),
                ticket(7, "Allergens in the jam", "sales", "solved"),
            ],
            articles: vec![
                article(1, "Returns", "<p>Within 30 days.</p>"),
                article(2, "Crème brûlée", "<p>Keep it cool: 4 °C.</p>"),
                article(3, "Gift cards", "<p>🎁</p>"),
            ],
            attachments: Vec::new(),
            exports: Vec::new(),
            open: watch::Sender::new(true),
        }
    }

    /// Whether single tickets are shown; who asks for one waits for it.
    pub(crate) fn show_tickets(&self, open: bool) {
        self.open.send_replace(open);
    }

    /// A file that a customer sent.
    pub(crate) fn attach(&mut self, url: &str, id: &str, name: &str, expires: &str) {
        let sequence = self.attachments.len() + 1;
        self.attachments.push(json!({
            "id": id, "ticket": "HD-2", "file_name": name, "download_url": format!("{url}/files/{name}"), "expires": expires,
            "sequence": sequence,
        }));
    }
}

/// What a file with this name holds.
pub(crate) fn contents(name: &str) -> Vec<u8> {
    name.bytes().cycle().take(1_000).map(|byte| byte.wrapping_mul(7)).collect()
}

async fn search(State(shared): Access, Json(body): Json<Value>) -> Json<Value> {
    let teams = body["query"]["team"]["in"].as_array();
    let world = shared.world();
    let found: Vec<Value> =
        world.tickets.iter().filter(|ticket| teams.is_none_or(|teams| teams.contains(&ticket["team"]))).cloned().collect();
    let start = body["page"]["cursor"].as_str().map_or(0, |cursor| cursor.trim_start_matches("p:").parse().unwrap());
    let size = usize::try_from(body["page"]["size"].as_u64().unwrap()).unwrap();
    let (list, next) = page(&found, start, size);
    Json(json!({ "found": list, "page": { "next": next.map(|at| format!("p:{at}")) } }))
}

async fn ticket(State(shared): Access, Path(key): Path<String>) -> Response {
    let mut open = shared.world().open.subscribe();
    open.wait_for(|open| *open).await.unwrap();
    match shared.world().tickets.iter().find(|ticket| ticket["key"] == key) {
        Some(ticket) => Json(ticket.clone()).into_response(),
        None => refused(StatusCode::NOT_FOUND, &format!("There is no ticket {key}")),
    }
}

async fn set_tags(State(shared): Access, Path(key): Path<String>, Json(body): Json<Value>) -> StatusCode {
    let mut world = shared.world();
    let ticket = world.tickets.iter_mut().find(|ticket| ticket["key"] == key).unwrap();
    ticket["tags"] = body["tags"].clone();
    StatusCode::NO_CONTENT
}

async fn articles(State(shared): Access, Query(asked): Asked) -> Json<Value> {
    let at: usize = asked.get("page").map_or(1, |at| at.parse().unwrap());
    let (list, next) = page(&shared.world().articles, (at - 1) * ARTICLES_A_PAGE, ARTICLES_A_PAGE);
    // Relative, as many APIs write it.
    let link = next.map(|_| format!("/api/articles?locale={}&page={}", asked["locale"], at + 1));
    Json(json!({ "articles": list, "links": { "next": link } }))
}

async fn attachments(State(shared): Access, Query(asked): Asked) -> Json<Value> {
    let after: u64 = asked["after"].parse().unwrap();
    let world = shared.world();
    Json(world.attachments.iter().filter(|attachment| attachment["sequence"].as_u64().unwrap() > after).cloned().collect())
}

async fn begin_export(State(shared): Access, Json(body): Json<Value>) -> Response {
    let mut world = shared.world();
    world.exports.push((body["team"].as_str().unwrap().to_owned(), 0));
    (StatusCode::ACCEPTED, Json(json!({ "id": format!("ex{}", world.exports.len()) }))).into_response()
}

fn position(id: &str) -> usize {
    id.trim_start_matches("ex").parse::<usize>().unwrap() - 1
}

async fn export(State(shared): Access, Path(id): Path<String>) -> Json<Value> {
    let mut world = shared.world();
    let (team, asked) = &mut world.exports[position(&id)];
    *asked += 1;
    Json(match (team.as_str(), *asked) {
        ("nobody", _) => json!({ "state": "failed", "reason": "There is no such team" }),
        (_, asked) if asked <= EXPORT_TAKES => json!({ "state": "running" }),
        _ => json!({ "state": "done" }),
    })
}

async fn export_file(State(shared): Access, Path(id): Path<String>) -> Response {
    let world = shared.world();
    let team = &world.exports[position(&id)].0;
    let lines = world.tickets.iter().filter(|ticket| ticket["team"] == **team);
    let lines = lines.map(|ticket| format!("{},{}\n", ticket["key"].as_str().unwrap(), ticket["subject"].as_str().unwrap()));
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], format!("key,subject\n{}", lines.collect::<String>())).into_response()
}

/// Whoever brings credentials here has given them to the wrong host.
async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    if headers.contains_key(header::AUTHORIZATION) {
        return refused(StatusCode::BAD_REQUEST, "A signed link takes no credentials");
    }
    ([(header::CONTENT_TYPE, "application/octet-stream")], contents(&name)).into_response()
}
