//! Notion's search: the latest edit first, nothing that lies in the trash.
//!
//! Source of the shapes: <https://developers.notion.com/reference/post-search>.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::typescript::stand_in::{Shared, StandIn, page};

/// Fewer than it could, so that few pages of the workspace make several of the list.
const PAGE: usize = 2;

pub(crate) struct Notion {
    pages: Vec<Value>,
}

type Access = State<Arc<Shared<Notion>>>;

pub(crate) async fn start() -> StandIn<Notion> {
    StandIn::start(Notion::new(), Router::new().route("/v1/search", post(search)), Router::new()).await
}

impl Notion {
    fn new() -> Self {
        let workspace = || json!({ "type": "workspace", "workspace": true });
        let database = || json!({ "type": "database_id", "database_id": "d0000000-0000-4000-8000-000000000001" });
        let mut world = Self { pages: Vec::new() };
        world.put(1, "Handbook", "2026-01-10T09:00:00.000Z", workspace());
        world.put(2, "Recipes", "2026-01-12T14:30:00.000Z", json!({ "type": "page_id", "page_id": id(1) }));
        world.put(3, "Plum jam", "2026-01-15T08:05:00.000Z", database());
        world.put(4, "Rye bread", "2026-01-15T08:05:00.000Z", database());
        world.put(5, "", "2026-01-20T17:45:00.000Z", json!({ "type": "block_id", "block_id": "b0000000-0000-4000-8000-000000000001" }));
        world.pages[0]["icon"] = json!({ "type": "emoji", "emoji": "📗" });
        world.pages[1]["icon"] = json!({ "type": "external", "external": { "url": "https://example.com/jar.png" } });
        world
    }

    /// A page is made, or edited. Notion's times are whole minutes.
    pub(crate) fn put(&mut self, number: u64, title: &str, at: &str, parent: Value) {
        let user = json!({ "object": "user", "id": "a0000000-0000-4000-8000-000000000001" });
        let text = (!title.is_empty()).then(|| json!({ "type": "text", "plain_text": title, "href": null }));
        // In databases the title's property has a name that people chose.
        let name = if parent["type"] == "database_id" { "Dish" } else { "title" };
        let mut page = json!({
            "object": "page", "id": id(number), "created_time": "2026-01-10T09:00:00.000Z", "last_edited_time": at, "created_by": user,
            "last_edited_by": user, "cover": null, "icon": null, "parent": null, "archived": false, "in_trash": false,
            "url": format!("https://www.notion.so/{}", id(number).replace('-', "")), "public_url": null,
            "properties": { name: { "id": "title", "type": "title", "title": Vec::from_iter(text) } },
        });
        page["parent"] = parent;
        self.pages.retain(|known| known["id"] != id(number));
        self.pages.push(page);
    }

    pub(crate) fn trash(&mut self, number: u64) {
        self.pages.retain(|known| known["id"] != id(number));
    }
}

pub(crate) fn id(number: u64) -> String {
    format!("c0000000-0000-4000-8000-{number:012}")
}

fn invalid(message: &str) -> Response {
    let body = json!({ "object": "error", "status": 400, "code": "validation_error", "message": message });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

async fn search(State(shared): Access, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if headers.get("notion-version").is_none_or(|version| version != "2022-06-28") {
        return invalid("notion-version header failed validation");
    }
    if body["filter"] != json!({ "property": "object", "value": "page" }) {
        return invalid("this stand-in has pages only");
    }
    if body["sort"] != json!({ "direction": "descending", "timestamp": "last_edited_time" }) {
        return invalid("this stand-in sorts by last_edited_time only");
    }
    let mut found = shared.world().pages.clone();
    found.sort_by_key(|page| std::cmp::Reverse((page["last_edited_time"].as_str().unwrap().to_owned(), page["id"].to_string())));
    let start = match body["start_cursor"].as_str() {
        Some(cursor) => match found.iter().position(|page| page["id"] == cursor) {
            Some(start) => start,
            None => return invalid("start_cursor is not valid"),
        },
        None => 0,
    };
    let (results, next) = page(&found, start, PAGE);
    let next = next.map(|at| found[at]["id"].clone());
    Json(json!({
        "object": "list", "results": results, "has_more": next.is_some(), "next_cursor": next, "type": "page_or_database",
        "page_or_database": {}, "request_id": "e0000000-0000-4000-8000-000000000001",
    }))
    .into_response()
}
