//! GitHub's apps: installed by a person, tokens bought with the app's key (`APP`), and the person's own token with it (`CUSTOM`).

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::api::thing_of;
use super::oauth2::{Code, Decision, decided};
use super::tokens::unauthorized;
use super::{World, answer, from_now, jwt, now, page, parameters};

#[derive(Default)]
pub(super) struct Desk {
    installations: BTreeSet<u64>,
    /// Those that the one person of this world made.
    of_user: BTreeSet<u64>,
    /// Where a browser goes after an installation, as the app's settings say: the callback of `CUSTOM`'s user, or the setup URL.
    setup_url: String,
    callback_url: String,
    bought: usize,
}

pub(super) fn routes() -> Router<World> {
    Router::new()
        .route("/github/apps/{slug}/installations/new", get(install))
        .route("/github/app/installations/{id}/access_tokens", post(access_token))
        .route("/github/user/installations/{id}/repositories", get(repositories))
        .route("/github-both/api/{thing}", get(both))
}

impl World {
    /// Both URLs of the app's settings.
    pub(crate) fn set_app_urls(&self, setup_url: &str, callback_url: &str) {
        let mut desk = self.state.github.lock().unwrap();
        setup_url.clone_into(&mut desk.setup_url);
        callback_url.clone_into(&mut desk.callback_url);
    }

    /// Somebody else installs the app.
    pub(crate) fn installation_of_somebody_else(&self) -> u64 {
        let mut desk = self.state.github.lock().unwrap();
        let id = 1_000 + desk.installations.len() as u64;
        desk.installations.insert(id);
        id
    }

    /// How many installation tokens were bought.
    pub(crate) fn installation_tokens(&self) -> usize {
        self.state.github.lock().unwrap().bought
    }
}

/// The slug `with-user` is an app that asks for the person's authorization during installation; another one does not.
async fn install(State(world): State<World>, Path(slug): Path<String>, RawQuery(query): RawQuery) -> Response<Body> {
    let Ok(asked) = parameters(query.as_deref().unwrap_or_default()) else { return page(400, "<h1>twice</h1>".to_owned()) };
    let with_user = slug == "with-user";
    let (id, back) = {
        let mut desk = world.state.github.lock().unwrap();
        let id = 1_000 + desk.installations.len() as u64;
        desk.installations.insert(id);
        if with_user {
            desk.of_user.insert(id);
        }
        (id, if with_user { desk.callback_url.clone() } else { desk.setup_url.clone() })
    };
    let code = with_user.then(|| Code {
        realm: "github-user".to_owned(),
        client: "client-of-github-user".to_owned(),
        redirect_uri: back.clone(),
        challenge: None,
        scope: String::new(),
        resource: None,
        issued_at: now(),
        family: None,
    });
    let extra = vec![("installation_id", id.to_string()), ("setup_action", "install".to_owned())];
    decided(&world, "github-user", Decision { back, state: asked.get("state").cloned(), extra, code })
}

async fn access_token(State(world): State<World>, Path(id): Path<u64>, headers: HeaderMap) -> Response<Body> {
    match jwt::claims(&world, &headers) {
        Ok((claims, _)) if claims["iss"].as_str() == Some(&world.accounts().app_id) || claims["iss"] == 424_242 => {}
        Ok(_) => return answer(401, &json!({ "message": "not this app" })),
        Err(why) => return answer(401, &json!({ "message": why })),
    }
    {
        let mut desk = world.state.github.lock().unwrap();
        if !desk.installations.contains(&id) {
            return answer(404, &json!({ "message": "Not Found" }));
        }
        desk.bought += 1;
    }
    let life = world.life();
    let token = world.issue("github", None, life);
    answer(201, &json!({ "token": token, "expires_at": from_now(life).to_millis_z(), "permissions": { "contents": "read" } }))
}

/// What the person may see of an installation; nothing of other people's.
async fn repositories(State(world): State<World>, Path(id): Path<u64>, headers: HeaderMap) -> Response<Body> {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if let Err(why) = world.admit_token("github-user", token.unwrap_or_default()) {
        return unauthorized(why);
    }
    if world.state.github.lock().unwrap().of_user.contains(&id) {
        answer(200, &json!({ "total_count": 0, "repositories": [] }))
    } else {
        answer(403, &json!({ "message": "Resource not accessible" }))
    }
}

/// Wants both tokens at once: the installation's, and the person's beside it.
async fn both(State(world): State<World>, Path(thing): Path<String>, headers: HeaderMap) -> Response<Body> {
    let user = headers.get("x-user-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match (world.admit("github", &headers), world.admit_token("github-user", user)) {
        (Ok(_), Ok(_)) => thing_of("github-both", &thing),
        (Err(why), _) | (_, Err(why)) => unauthorized(why),
    }
}
