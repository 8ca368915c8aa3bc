//! `POST /webhook/:environment/:key`: a provider's delivery.
//!
//! ```text
//! address used up? ─▶ whose is it ─▶ body (10 MB) ─▶ handshake ─▶ proof, over the very bytes ─▶ integration's limit ─▶ kept, with its job ─▶ 200
//! ```

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::json;
use syncline_domain::{IntegrationKey, OperationKind};
use syncline_providers::Webhook;
use syncline_providers::webhook::{Handshake, Verified, WebhookRequest, WebhookSecrets};
use syncline_store::IntegrationRow;
use uuid::Uuid;

use super::events::Delivery;
use super::{answer, secrets};
use crate::body::collect;
use crate::error::ApiError;
use crate::limit::{Bucket, Standing};
use crate::state::App;

/// Above what any provider in the catalogue sends.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// Take a provider's webhook
///
/// 200 once it is kept; sent again it is answered the same and kept once. What a provider asks to find out whether somebody listens is answered
/// as its entry says. 404 `unknown_environment`, `unknown_provider_config` or, where the entry describes no webhooks, `feature_disabled`; 401
/// `webhook_missing_signature`, `webhook_missing_token`, `webhook_invalid_signature` or `webhook_secret_missing`; 400 `webhook_invalid_payload`;
/// 413 for more than 10 MB.
#[utoipa::path(
    post,
    path = "/webhook/{environment}/{key}",
    operation_id = "receiveWebhook",
    tag = "webhooks",
    security(()),
    params(
        ("environment" = String, Path, description = "Id of the environment"),
        ("key" = String, Path, description = "Key of the integration")
    ),
    responses((status = 200, description = "It is kept"))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    Path((environment, key)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    let address = app.limiter.address_of(&request);
    if let Some(standing) = app.limiter.used_up(address) {
        return Ok(standing.refuse(request.method(), request.uri()));
    }
    let uuid = Uuid::parse_str(&environment).map_err(|_| unknown_environment(&environment))?;
    let row = app.store.environments().lookup_by_uuid(uuid).await?.ok_or_else(|| unknown_environment(&environment))?;
    let integration = match IntegrationKey::new(key.clone()) {
        Ok(key) => app.store.integrations().lookup(row.id, &key).await?,
        Err(_) => None,
    };
    let integration =
        integration.ok_or_else(|| missing("unknown_provider_config", format!("integration `{key}` does not exist in this environment")))?;
    let entry = app.catalogue.get(&integration.provider);
    let described = entry.and_then(|entry| entry.webhook.as_ref()).ok_or_else(|| {
        let message =
            format!("the entry of the provider `{}` describes no webhooks; add `webhook` to an entry of your own", integration.provider);
        missing("feature_disabled", message)
    })?;
    let (parts, body) = request.into_parts();
    let body = collect(Request::from_parts(parts.clone(), body), MAX_BODY_BYTES).await?;
    let url = app.connect.webhook_url(uuid, &integration.key);
    let arrived = Arrived::new(&parts, url, described);
    let request = WebhookRequest::new(parts.method.as_str(), &arrived.url, &arrived.headers, &arrived.query, body.as_ref());
    match take(&app, &integration, described, &request).await {
        Err(Refused::Error(error)) => {
            if error.status() == StatusCode::UNAUTHORIZED {
                app.limiter.note_failed_authentication(address).await;
            }
            Err(error)
        }
        Err(Refused::UsedUp(standing)) => Ok(standing.refuse(&parts.method, &parts.uri)),
        Ok(response) => Ok(response),
    }
}

/// Answer a provider that looks whether the address answers
///
/// As the provider's entry says: most repeat a challenge. 405 for providers that do not look in this way.
#[utoipa::path(
    get,
    path = "/webhook/{environment}/{key}",
    operation_id = "checkWebhook",
    tag = "webhooks",
    security(()),
    params(
        ("environment" = String, Path, description = "Id of the environment"),
        ("key" = String, Path, description = "Key of the integration")
    ),
    responses((status = 200, description = "What the provider asked for", content_type = "text/plain", body = String))
)]
pub(crate) async fn check(app: State<Arc<App>>, path: Path<(String, String)>, request: Request) -> Result<Response, ApiError> {
    handle(app, path, request).await
}

enum Refused {
    Error(ApiError),
    UsedUp(Standing),
}

impl<E: Into<ApiError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

async fn take(
    app: &Arc<App>,
    integration: &IntegrationRow,
    described: &Webhook,
    request: &WebhookRequest<'_>,
) -> Result<Response, Refused> {
    let (secrets, now) = (secrets::of(integration), app.clock.now());
    let shake = |signed: bool| described.handshakes.iter().find(move |handshake| handshake.signed == signed && handshake.is_met(request));
    let delivery = |verified, is_handshake| Delivery { integration, described, request, verified, is_handshake, now };
    if let Some(handshake) = shake(false) {
        if handshake.keep {
            limit(app, integration).await?;
            app.store.incoming_webhooks().insert_all(delivery(false, true).events(app.randomness)?).await?;
        }
        return Ok(shaken(handshake, request, &secrets)?);
    }
    if request.method != Method::POST.as_str() {
        let message = format!("{} is no delivery; webhooks are posted", request.method);
        return Err(ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message).into());
    }
    let note = app.operation(integration.environment, OperationKind::WebhookIncoming).of(&integration.key);
    let verified = match described.verify(request, &secrets, now.unix_millis()) {
        Ok(verified) => verified,
        Err(defect) => {
            let error = answer::refused(defect);
            app.store.metrics().webhook_received(integration.environment, false);
            note.failed(app, format!("refused: {}", error.message()), error.code(), error.message());
            return Err(error.into());
        }
    };
    if let Some(handshake) = shake(true) {
        return Ok(shaken(handshake, request, &secrets)?);
    }
    limit(app, integration).await?;
    let events = delivery(verified == Verified::Proven, false).events(app.randomness)?;
    let count = events.len();
    if count > 0 {
        app.store.incoming_webhooks().insert_all(events).await?;
    }
    app.store.metrics().webhook_received(integration.environment, true);
    // Sent again it is kept once, and this says that it came.
    note.succeeded(app, "taken".to_owned(), &json!({ "meta": { "events": count } }));
    Ok(Json(json!({ "success": true })).into_response())
}

async fn limit(app: &Arc<App>, integration: &IntegrationRow) -> Result<(), Refused> {
    app.limiter.take(Bucket::Webhooks(integration.id), 1).await.map(drop).map_err(Refused::UsedUp)
}

fn shaken(handshake: &Handshake, request: &WebhookRequest<'_>, secrets: &WebhookSecrets) -> Result<Response, ApiError> {
    let lacking =
        || ApiError::bad_request("webhook_invalid_payload", "what is to be repeated is missing, or the integration has no webhook secret");
    handshake.answer(request, secrets).map(answer::handshake).ok_or_else(lacking)
}

/// The request without its body, as the entry reads it.
struct Arrived {
    /// As the provider knows it.
    url: String,
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl Arrived {
    fn new(parts: &Parts, mut url: url::Url, described: &Webhook) -> Self {
        url.set_query(parts.uri.query());
        let text =
            |(name, value): (&http::HeaderName, &http::HeaderValue)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()));
        let all = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned();
        let query = all.filter(|(name, _)| described.query.contains(name)).collect();
        Self { url: url.into(), headers: parts.headers.iter().filter_map(text).collect(), query }
    }
}

fn unknown_environment(environment: &str) -> ApiError {
    missing("unknown_environment", format!("there is no environment `{environment}`"))
}

fn missing(code: &'static str, message: String) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, code, message)
}
