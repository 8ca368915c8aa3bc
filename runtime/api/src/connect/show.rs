//! `GET /connect/session`

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::auth::SessionCaller;
use crate::connections::wire::EndUserView;
use crate::openapi::Envelope;

/// The colour of the console, for buttons; each has 4.5:1 against its page and its label.
const PRIMARY_ON_LIGHT: &str = "#0f6b5c";
const PRIMARY_ON_DARK: &str = "#58c7b1";

/// A connect session, as the page that connects sees it.
#[derive(ToSchema)]
#[schema(as = ConnectSession, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct SessionView {
    #[schema(required = true)]
    end_user: Option<EndUserView>,
    #[schema(rename = "connectUISettings")]
    connect_ui_settings: UiSettings,
    /// Whether it authorizes a connection again
    is_reconnecting: bool,
    #[schema(value_type = BTreeMap<String, String>)]
    tags: (),
    /// Where this server takes WebSockets
    websockets_path: String,
    /// Keys of the integrations that may be connected; absent where all may be
    #[schema(rename = "allowed_integrations", required = false)]
    allowed_integrations: Vec<String>,
    /// By key of an integration
    #[schema(rename = "integrations_config_defaults", required = false, value_type = BTreeMap<String, DefaultsView>)]
    integrations_config_defaults: (),
    /// By key of an integration
    #[schema(required = false, value_type = BTreeMap<String, OverridesView>)]
    overrides: (),
    #[schema(rename = "webhook_url_override", required = false)]
    webhook_url_override: String,
}

/// How the page looks.
#[derive(ToSchema)]
#[schema(as = ConnectUiSettings, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct UiSettings {
    #[schema(value_type = Object)]
    theme: (),
    default_theme: String,
    show_watermark: bool,
}

/// What the flows of one integration begin with.
#[derive(ToSchema)]
#[schema(as = ConnectSessionDefaults)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct DefaultsView {
    #[schema(required = true)]
    user_scopes: Option<String>,
    #[schema(value_type = BTreeMap<String, String>)]
    authorization_params: (),
    #[schema(value_type = Object)]
    connection_config: (),
}

/// What the page shows for one integration.
#[derive(ToSchema)]
#[schema(as = ConnectSessionOverrides)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
struct OverridesView {
    /// Your own help page
    docs_connect: String,
}

/// Show the connect session
///
/// What the page that connects needs to know. A session that is used up still answers.
#[utoipa::path(
    get,
    path = "/connect/session",
    operation_id = "getConnectSession",
    tag = "connect",
    security(("connect_session" = [])),
    responses((status = 200, description = "The session of the bearer token", body = Envelope<SessionView>))
)]
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
