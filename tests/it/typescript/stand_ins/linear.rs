//! Linear's GraphQL endpoint, as far as one query goes: the latest change first, archived issues included, errors with status 400.
//!
//! Source of the shapes: <https://linear.app/developers/graphql>, `.../pagination`, `.../rate-limiting`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::typescript::stand_in::{Shared, StandIn, page};

/// Fewer than asked for, so that few issues make several pages.
const PAGE: usize = 3;

pub(crate) struct Linear {
    issues: Vec<Value>,
}

type Access = State<Arc<Shared<Linear>>>;

pub(crate) async fn start() -> StandIn<Linear> {
    StandIn::start(Linear::new(), Router::new().route("/graphql", post(query)), Router::new()).await
}

impl Linear {
    fn new() -> Self {
        let mut world = Self { issues: Vec::new() };
        for (number, title, team) in [
            (1, "Labels peel off", "OPS"),
            (2, "Jars arrive late", "OPS"),
            (3, "Dark mode", "WEB"),
            (4, "Search finds nothing", "WEB"),
            (5, "Upgrade the ovens", "OPS"),
            (6, "Typo on the front page", "WEB"),
            (7, "Abandoned idea", "WEB"),
        ] {
            world.put(number, title, team, &format!("2026-01-{:02}T12:00:00.000Z", number + 10));
        }
        world.issues[1]["assignee"] = json!({ "email": "ada@example.com" });
        world.issues[1]["project"] = json!({ "name": "Spring" });
        world.issues[5]["parent"] = json!({ "id": id(3) });
        world.issues[5]["labels"] = json!({ "nodes": [{ "name": "Bug" }, { "name": "Copy" }] });
        world.archive(7, "2026-01-17T12:00:00.000Z");
        world
    }

    /// An issue is made, or gets another title.
    pub(crate) fn put(&mut self, number: u64, title: &str, team: &str, at: &str) {
        let issue = json!({
            "id": id(number), "identifier": format!("{team}-{number}"), "title": title, "description": null, "priority": number % 5,
            "estimate": null, "url": format!("https://linear.app/larder/issue/{team}-{number}"), "dueDate": null,
            "createdAt": "2026-01-05T12:00:00.000Z", "updatedAt": at, "completedAt": null, "archivedAt": null, "trashed": null,
            "state": { "name": "Todo", "type": "unstarted" }, "team": { "key": team }, "project": null, "assignee": null,
            "parent": null, "labels": { "nodes": [] },
        });
        match self.issues.iter_mut().find(|known| known["id"] == id(number)) {
            Some(known) => *known = issue,
            None => self.issues.push(issue),
        }
    }

    pub(crate) fn archive(&mut self, number: u64, at: &str) {
        let issue = self.issues.iter_mut().find(|known| known["id"] == id(number)).unwrap();
        issue["archivedAt"] = at.into();
        issue["updatedAt"] = at.into();
    }
}

pub(crate) fn id(number: u64) -> String {
    format!("10000000-0000-4000-8000-{number:012}")
}

fn error(message: &str, code: &str) -> Response {
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

async fn query(State(shared): Access, Json(body): Json<Value>) -> Response {
    let text = body["query"].as_str().unwrap_or_default();
    if !(text.contains("issues(") && text.contains("orderBy: updatedAt") && text.contains("includeArchived: true")) {
        return error("Cannot query this field on type \"Query\"", "GRAPHQL_VALIDATION_FAILED");
    }
    let variables = &body["variables"];
    let since = variables["filter"]["updatedAt"]["gte"].as_str().unwrap_or_default();
    let teams = variables["filter"]["team"]["key"]["in"].as_array();
    if teams.is_some_and(Vec::is_empty) {
        return error("Argument Validation Error", "INVALID_INPUT");
    }
    let world = shared.world();
    let wanted =
        |issue: &&Value| issue["updatedAt"].as_str().unwrap() >= since && teams.is_none_or(|teams| teams.contains(&issue["team"]["key"]));
    let mut found: Vec<Value> = world.issues.iter().filter(wanted).cloned().collect();
    found.sort_by_key(|issue| std::cmp::Reverse(issue["updatedAt"].as_str().unwrap().to_owned()));
    // A cursor is the id of the last issue before the page.
    let start = variables["after"].as_str().map_or(0, |after| found.iter().position(|issue| issue["id"] == after).unwrap() + 1);
    let (nodes, next) = page(&found, start, PAGE);
    let end = nodes.last().map(|issue| issue["id"].clone());
    Json(json!({ "data": { "issues": { "nodes": nodes, "pageInfo": { "hasNextPage": next.is_some(), "endCursor": end } } } }))
        .into_response()
}
