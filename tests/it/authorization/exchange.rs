//! Tokens for what a machine or a person knows: `OAUTH2_CC` (RFC 6749, 4.4), `TWO_STEP` and `BILL`.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::api::thing_of;
use super::direct::Accounts;
use super::oauth2::{Counts, Refresh};
use super::{World, answer, from_now, parameters, refuse};

pub(super) fn routes() -> Router<World> {
    Router::new()
        .route("/cc/token", post(client_credentials))
        .route("/two-step/login", post(login))
        .route("/two-step/refresh", post(again))
        .route("/bill/login", post(bill))
        .route("/bill/api/me", get(bill_api))
}

impl World {
    /// Sets the life of the tokens that `cc`, `two-step` and `bill` answer with.
    pub(crate) fn set_life(&self, life_s: u64) {
        self.tokens().life_s = life_s;
    }

    pub(super) fn life(&self) -> u64 {
        self.tokens().life_s
    }

    fn count(&self, path: &str, change: impl FnOnce(&mut Counts)) {
        change(self.oauth2().count(path));
    }
}

async fn client_credentials(State(world): State<World>, body: Bytes) -> Response<Body> {
    let given = match std::str::from_utf8(&body).map_err(|_| "not UTF-8".to_owned()).and_then(parameters) {
        Ok(given) => given,
        Err(why) => return refuse(400, "invalid_request", &why),
    };
    let text = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    let (id, secret) = &world.accounts().machine;
    if text("grant_type") != "client_credentials" {
        return refuse(400, "unsupported_grant_type", "only client_credentials");
    }
    if (text("client_id"), text("client_secret")) != (id, secret) {
        return refuse(401, "invalid_client", "wrong client");
    }
    if text("scope") != "read write" {
        return refuse(400, "invalid_scope", "read and write, with a space between them");
    }
    world.count("cc", |counts| counts.exchanges += 1);
    let life = world.life();
    answer(200, &json!({ "access_token": world.issue("cc", None, life), "token_type": "bearer", "expires_in": life }))
}

fn object(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

async fn login(State(world): State<World>, body: Bytes) -> Response<Body> {
    let given = object(&body);
    let Accounts { username, password, .. } = world.accounts();
    if given != json!({ "auth": { "user": username, "pass": password } }) {
        return answer(401, &json!({ "message": "wrong user or password" }));
    }
    world.count("two-step", |counts| counts.exchanges += 1);
    sign_in(&world)
}

/// Each refresh token serves once.
async fn again(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let given = object(&body);
    let token = given["refresh"].as_str().unwrap_or_default();
    let is_known = headers.get("x-client").is_some_and(|value| value == "syncline") && {
        let mut desk = world.oauth2();
        desk.refreshes.remove(token).is_some()
    };
    if !is_known {
        world.count("two-step", |counts| counts.invalid_grants += 1);
        return answer(401, &json!({ "message": "sign in again" }));
    }
    world.count("two-step", |counts| counts.refreshes += 1);
    sign_in(&world)
}

fn sign_in(world: &World) -> Response<Body> {
    let refresh = world.secret("refresh-token");
    world.oauth2().refreshes.insert(refresh.clone(), Refresh { family: u64::MAX, used_at: None });
    let life = world.life();
    let token = world.issue("two-step", None, life);
    answer(200, &json!({ "session": { "token": token, "refresh": refresh, "until": from_now(life).to_millis_z() } }))
}

async fn bill(State(world): State<World>, body: Bytes) -> Response<Body> {
    let given = std::str::from_utf8(&body).ok().and_then(|text| parameters(text).ok()).unwrap_or_default();
    let text = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    let Accounts { username, password, organization, dev_key, .. } = world.accounts();
    let expected = [("userName", username), ("password", password), ("orgId", organization), ("devKey", dev_key)];
    if expected.iter().any(|(name, value)| text(name) != value.as_str()) {
        // This API says 200 to everything.
        return answer(200, &json!({ "response_status": 1, "response_data": { "error_message": "Invalid username or password." } }));
    }
    world.count("bill", |counts| counts.exchanges += 1);
    let session = world.issue("bill", None, world.life());
    world.remember("session-id", &session);
    answer(200, &json!({ "response_status": 0, "response_data": { "sessionId": session, "usersId": "user-1", "orgId": organization } }))
}

async fn bill_api(State(world): State<World>, headers: HeaderMap) -> Response<Body> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if header("devkey") != world.accounts().dev_key || world.admit_token("bill", &header("sessionid")).is_err() {
        return answer(401, &json!({ "message": "Session is invalid" }));
    }
    thing_of("bill", "me")
}
