//! The paths that functions use.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer;
use super::data::{NewIssue, viewer};
use super::listing::Query;
use super::server::Shared;

type AppState = State<Arc<Shared>>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/user", get(async || Json(viewer())))
        .route("/user/repos", get(list_repositories))
        .route("/repos/{owner}/{repository}", get(show_repository))
        .route("/repos/{owner}/{repository}/issues", get(list_issues).post(open_issue))
        .route("/repos/{owner}/{repository}/issues/{number}", get(show_issue))
        .route("/rate_limit", get(show_rate_limit))
        .fallback(async || answer::refused(StatusCode::NOT_FOUND, "Not Found"))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), admit))
        .with_state(shared)
}

/// Token check and rate limit, as at the door of every path.
async fn admit(State(shared): AppState, request: Request, next: Next) -> Response {
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = ["Bearer ", "bearer ", "token "].into_iter().find_map(|scheme| authorization.strip_prefix(scheme));
    if token != Some(shared.token()) {
        let problem = if authorization.is_empty() { "Requires authentication" } else { "Bad credentials" };
        return answer::refused(StatusCode::UNAUTHORIZED, problem);
    }
    let free = request.uri().path() == "/rate_limit";
    let rate = if free { shared.rate() } else { shared.spend() };
    let mut response =
        if rate.exceeded { answer::refused(StatusCode::FORBIDDEN, "API rate limit exceeded") } else { next.run(request).await };
    let headers = [
        ("x-ratelimit-limit", rate.limit),
        ("x-ratelimit-remaining", rate.remaining()),
        ("x-ratelimit-used", rate.used),
        ("x-ratelimit-reset", rate.reset_at),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from(value));
    }
    response.headers_mut().insert("x-ratelimit-resource", HeaderValue::from_static("core"));
    response
}

async fn list_repositories(State(shared): AppState, RawQuery(query): RawQuery) -> Response {
    let world = shared.world();
    let open = |name: &str| world.issues().iter().filter(|issue| issue.open && issue.repository == name).count();
    let all = world.repositories().iter().map(|known| known.to_json(shared.base_url(), open(&known.full_name))).collect();
    answer::page(Query::parse(query.as_deref()).page(all, &format!("{}/user/repos", shared.base_url())))
}

async fn show_repository(State(shared): AppState, Path((owner, name)): Path<(String, String)>) -> Response {
    let full_name = format!("{owner}/{name}");
    let world = shared.world();
    let open = world.issues().iter().filter(|issue| issue.open && issue.repository == full_name).count();
    match world.repository(&full_name) {
        Some(repository) => Json(repository.to_json(shared.base_url(), open)).into_response(),
        None => answer::refused(StatusCode::NOT_FOUND, "Not Found"),
    }
}

async fn list_issues(State(shared): AppState, Path((owner, name)): Path<(String, String)>, RawQuery(query): RawQuery) -> Response {
    let full_name = format!("{owner}/{name}");
    let world = shared.world();
    if world.repository(&full_name).is_none() {
        return answer::refused(StatusCode::NOT_FOUND, "Not Found");
    }
    let query = Query::parse(query.as_deref());
    let chosen = query.select(world.issues().iter().filter(|issue| issue.repository == full_name));
    let url = format!("{}/repos/{full_name}/issues", shared.base_url());
    answer::page(query.page(chosen.into_iter().map(|issue| issue.to_json(shared.base_url())).collect(), &url))
}

async fn show_issue(State(shared): AppState, Path((owner, name, number)): Path<(String, String, u64)>) -> Response {
    match shared.world().issue(&format!("{owner}/{name}"), number) {
        Some(issue) => Json(issue.to_json(shared.base_url())).into_response(),
        None => answer::refused(StatusCode::NOT_FOUND, "Not Found"),
    }
}

async fn open_issue(State(shared): AppState, Path((owner, name)): Path<(String, String)>, _: HeaderMap, body: Bytes) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return answer::refused(StatusCode::BAD_REQUEST, "Problems parsing JSON");
    };
    let Some(title) = body["title"].as_str().filter(|title| !title.trim().is_empty()) else {
        return answer::invalid("Issue", "title");
    };
    let labels = body["labels"].as_array().into_iter().flatten();
    let new = NewIssue {
        title: title.to_owned(),
        body: body["body"].as_str().unwrap_or_default().to_owned(),
        labels: labels.filter_map(|label| label.as_str().or_else(|| label["name"].as_str()).map(ToOwned::to_owned)).collect(),
    };
    match shared.world().open_issue(&format!("{owner}/{name}"), new) {
        Some(issue) => answer::created(issue.to_json(shared.base_url())),
        None => answer::refused(StatusCode::NOT_FOUND, "Not Found"),
    }
}

async fn show_rate_limit(State(shared): AppState) -> Json<Value> {
    let rate = shared.rate();
    let core = json!({ "limit": rate.limit, "used": rate.used, "remaining": rate.remaining(), "reset": rate.reset_at });
    Json(json!({ "resources": { "core": core }, "rate": core }))
}
