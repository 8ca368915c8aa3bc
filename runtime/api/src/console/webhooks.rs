//! `/console/{environment}/webhooks`: where the product hears of its connections.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use syncline_console::pages::{Field, FieldKind, Frame, Section, WebhooksPage};
use syncline_domain::Secret;
use syncline_store::{WebhookSettings, WebhookSettingsPatch};

use crate::console::environment::Here;
use crate::console::form::{Asked, Form};
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::webhook_settings::{address, rotate};

/// The settings.
pub(super) async fn show(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let settings = console.app.store.webhook_settings().lookup(here.environment).await?;
    let frame = Frame { notice: notice::of(&asked), ..here.frame(Section::Webhooks) };
    Ok(Html(page(frame, &settings, None).render()))
}

/// Keeps what was entered.
pub(super) async fn save(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Response, Refusal> {
    let entered = |name: &str| Some(form.get(name)).filter(|url| !url.is_empty());
    let names = ["primary_url", "secondary_url"];
    let problems = names.map(|name| entered(name).and_then(address::problem));
    if problems.iter().any(Option::is_some) {
        let settings = WebhookSettings {
            primary_url: entered("primary_url").map(str::to_owned),
            secondary_url: entered("secondary_url").map(str::to_owned),
            signing_key: Secret::new(""),
            previous_key: None,
            on_auth_creation: !form.get("on_auth_creation").is_empty(),
            on_auth_refresh_error: !form.get("on_auth_refresh_error").is_empty(),
            on_async_action_completion: !form.get("on_async_action_completion").is_empty(),
            on_sync_completion_always: !form.get("on_sync_completion_always").is_empty(),
            on_sync_error: !form.get("on_sync_error").is_empty(),
        };
        let mut page = page(here.frame(Section::Webhooks), &settings, None);
        for (field, problem) in page.fields.iter_mut().zip(problems) {
            field.problem = problem.map(|problem| format!("This {problem}."));
        }
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response());
    }
    let patch = WebhookSettingsPatch {
        primary_url: Some(entered("primary_url").map(str::to_owned)),
        secondary_url: Some(entered("secondary_url").map(str::to_owned)),
        on_auth_creation: Some(!form.get("on_auth_creation").is_empty()),
        on_auth_refresh_error: Some(!form.get("on_auth_refresh_error").is_empty()),
        on_async_action_completion: Some(!form.get("on_async_action_completion").is_empty()),
        on_sync_completion_always: Some(!form.get("on_sync_completion_always").is_empty()),
        on_sync_error: Some(!form.get("on_sync_error").is_empty()),
    };
    console.app.store.webhook_settings().set(here.environment, patch).await?;
    Ok(Redirect::to(&format!("{}/webhooks?done=saved", here.home())).into_response())
}

/// Makes a new signing key. This answer shows it; no other ever does.
pub(super) async fn rotate(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Html<String>, Refusal> {
    let overlap = if form.get("at_once").is_empty() { rotate::OVERLAP } else { Duration::ZERO };
    let now = console.app.clock.now();
    let key = console.app.store.webhook_settings().rotate_signing_key(here.environment, overlap, now).await?;
    let settings = console.app.store.webhook_settings().lookup(here.environment).await?;
    Ok(Html(page(here.frame(Section::Webhooks), &settings, Some(key.expose().to_owned())).render()))
}

fn page(frame: Frame, settings: &WebhookSettings, new_key: Option<String>) -> WebhooksPage {
    let field = |name: &str, label: &str, value: Option<&String>, help: &str| Field {
        value: value.cloned().unwrap_or_default(),
        help: help.to_owned(),
        example: "https://api.example.com/webhooks/syncline".to_owned(),
        kind: FieldKind::Url,
        is_required: false,
        ..Field::new(name, label)
    };
    WebhooksPage {
        frame,
        fields: vec![
            field("primary_url", "Primary URL", settings.primary_url.as_ref(), ""),
            field(
                "secondary_url",
                "Secondary URL",
                settings.secondary_url.as_ref(),
                "For a second backend, or while you move from one to another.",
            ),
        ],
        on_auth_creation: settings.on_auth_creation,
        on_auth_refresh_error: settings.on_auth_refresh_error,
        on_async_action_completion: settings.on_async_action_completion,
        on_sync_completion_always: settings.on_sync_completion_always,
        on_sync_error: settings.on_sync_error,
        new_key,
    }
}
