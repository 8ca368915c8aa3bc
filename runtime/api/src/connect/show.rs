//! `GET /connect/session`

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde_json::{Map, Value, json};

use crate::auth::SessionCaller;

/// The colour of the console, for buttons; each has 4.5:1 against its page and its label.
const PRIMARY_ON_LIGHT: &str = "#0f6b5c";
const PRIMARY_ON_DARK: &str = "#58c7b1";

/// What the page that connects needs to know. A session that is used up still answers.
pub(crate) async fn handle(SessionCaller(session): SessionCaller) -> Response {
    let mut data = json!({
        "endUser": session.end_user,
        "connectUISettings": {
            "theme": { "light": { "primary": PRIMARY_ON_LIGHT }, "dark": { "primary": PRIMARY_ON_DARK } },
            "defaultTheme": "system",
            "showWatermark": false,
        },
        "isReconnecting": session.reconnect.is_some(),
        "tags": session.tags,
        "websocketsPath": "/",
    });
    if let Some(allowed) = &session.allowed_integrations {
        data["allowed_integrations"] = json!(allowed);
    }
    if !session.settings.defaults.is_empty() {
        data["integrations_config_defaults"] = json!(session.settings.defaults);
    }
    if !session.settings.docs_connect.is_empty() {
        let of = |(key, url): (&String, &String)| (key.clone(), json!({ "docs_connect": url }));
        data["overrides"] = Value::Object(session.settings.docs_connect.iter().map(of).collect::<Map<_, _>>());
    }
    if let Some(url) = &session.webhook_url_override {
        data["webhook_url_override"] = url.as_str().into();
    }
    ([(CACHE_CONTROL, "no-store")], Json(json!({ "data": data }))).into_response()
}
