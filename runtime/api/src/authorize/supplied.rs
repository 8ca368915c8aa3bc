//! The endpoints that take credentials typed in: one row each. Wire contract 1.13.

mod description;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::routing::{MethodRouter, post};
use http::StatusCode;
use serde_json::{Map, Value, json};
use syncline_connect::ConnectError;
use syncline_domain::{AuthMode, OperationKind};
use tracing::Instrument as _;

use super::attempt::{Ask, Asked};
use super::outcome;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::integrations::settings;
use crate::issue::Issue;
use crate::state::App;

use description::Made;
pub(crate) use description::describe;

/// An endpoint's body.
pub(crate) struct Form {
    mode: AuthMode,
    fields: &'static [Field],
    /// Other keys: the provider's own fields, refused, or left alone as the wire leaves them.
    others: Others,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Others {
    Kept,
    Refused,
    Ignored,
}

struct Field {
    name: &'static str,
    is_required: bool,
    max_chars: usize,
}

/// What the wire allows for a key, a name or a password.
const SHORT: usize = 1_024;
/// Certificates and private keys in PEM; far above any, far below what is worth storing.
const LONG: usize = 16 * 1_024;

pub(crate) const API_KEY: Form = form(AuthMode::ApiKey, &[must("apiKey")]);
pub(crate) const BASIC: Form = form(AuthMode::Basic, &[may("username", SHORT), may("password", SHORT)]);
pub(crate) const CLIENT_CREDENTIALS: Form = form(
    AuthMode::Oauth2Cc,
    &[must("client_id"), may("client_secret", LONG), may("client_certificate", LONG), may("client_private_key", LONG)],
);
pub(crate) const TBA: Form = form(
    AuthMode::Tba,
    &[must("token_id"), must("token_secret"), may("oauth_client_id_override", SHORT), may("oauth_client_secret_override", SHORT)],
);
pub(crate) const TWO_STEP: Form = Form { mode: AuthMode::TwoStep, fields: &[], others: Others::Kept };
pub(crate) const JWT: Form = Form { mode: AuthMode::Jwt, fields: &[], others: Others::Kept };
pub(crate) const BILL: Form = form(AuthMode::Bill, &[must("username"), must("password"), must("organization_id"), must("dev_key")]);
pub(crate) const AWS_SIGV4: Form =
    Form { mode: AuthMode::AwsSigv4, fields: &[must("role_arn"), may("region", 64)], others: Others::Refused };
pub(crate) const SIGNATURE: Form = form(AuthMode::Signature, &[must("username"), must("password")]);
pub(crate) const NONE: Form = form(AuthMode::None, &[]);

const fn form(mode: AuthMode, fields: &'static [Field]) -> Form {
    Form { mode, fields, others: Others::Ignored }
}

const fn must(name: &'static str) -> Field {
    Field { name, is_required: true, max_chars: SHORT }
}

const fn may(name: &'static str, max_chars: usize) -> Field {
    Field { name, is_required: false, max_chars }
}

/// The endpoint for a form. The session is looked up before the body is read.
pub(crate) fn endpoint(form: &'static Form) -> MethodRouter<Arc<App>> {
    post(move |State(app): State<Arc<App>>, ask: Ask, JsonBody(body): JsonBody<Map<String, Value>>| connect(app, form, ask, body))
}

/// Connect with an installation that begins at the provider
///
/// Not supported: this server answers 400 `outbound_installation_not_supported`. Connect such an integration with `/oauth/connect`.
#[utoipa::path(
    post,
    path = "/auth/oauth-outbound/{key}",
    operation_id = "connectOutbound",
    tag = "authorize",
    params(("key" = String, Path, description = "Key of the integration"), Asked),
    security(("connect_session_query" = [])),
    responses((status = 200, description = "What clients expect of a server that supports it; this one never answers so", body = Made))
)]
pub(crate) async fn outbound(State(app): State<Arc<App>>, ask: Ask) -> Result<Json<Value>, ApiError> {
    ask.integration(&app).await?;
    let message =
        "installations that begin at the provider and end in a webhook are not supported; connect this integration with `/oauth/connect`";
    Err(ApiError::bad_request("outbound_installation_not_supported", message))
}

async fn connect(app: Arc<App>, form: &'static Form, ask: Ask, mut body: Map<String, Value>) -> Result<Json<Value>, ApiError> {
    let (integration, entry) = ask.integration(&app).await.map_err(|error| match error.code() {
        // The one endpoint of these that clients know with another status: contract 1.13.
        "unknown_provider_config" if form.mode == AuthMode::Oauth2Cc => error.with_status(StatusCode::BAD_REQUEST),
        _ => error,
    })?;
    let mode = entry.auth.mode();
    if mode != form.mode.as_str() {
        let message =
            format!("`{}` is connected with auth mode {mode}, and this endpoint is for {}", ask.attempt.integration, form.mode.as_str());
        return Err(ApiError::bad_request("invalid_auth_mode", message));
    }
    // What the integration has already, nobody types in.
    body.extend(settings::preconfigured(entry, &integration));
    let supplied = form.read(body).map_err(|issues| ApiError::all_invalid("invalid_body", issues))?;
    // What a provider hands out once must be stored, even if the browser has left.
    let connect = app.connect.clone();
    let note = app.operation(ask.attempt.session.environment, OperationKind::AuthCreateConnection).by_session().of(&integration.key);
    let task = {
        let app = Arc::clone(&app);
        async move {
            let result = connect.connect(ask.attempt, supplied).await;
            outcome::note(&app, note, &result);
            result
        }
    };
    let task = app.tasks.spawn(task.in_current_span());
    let connected = task.await.map_err(ApiError::internal)?.map_err(|error| match StatusCode::from_u16(error.status()) {
        // The provider's own status tells a person more than ours.
        Ok(status) if matches!(error, ConnectError::TestFailed { .. }) => ApiError::from(error).with_status(status),
        _ => error.into(),
    })?;
    Ok(Json(json!({
        "connectionId": connected.row.name,
        "providerConfigKey": connected.row.integration_key,
        "isPending": connected.is_pending,
    })))
}

impl Form {
    /// The fields that count, or everything that is wrong with them.
    fn read(&self, body: Map<String, Value>) -> Result<Map<String, Value>, Vec<Issue>> {
        let mut issues = Vec::new();
        let mut supplied = Map::new();
        for (name, value) in body {
            let known = self.fields.iter().find(|field| field.name == name);
            let max_chars = known.map_or(LONG, |field| field.max_chars);
            match (known, self.others, value) {
                (_, _, Value::Null) => {}
                _ if name == "type" => {}
                (Some(_), _, Value::String(text)) | (None, Others::Kept, Value::String(text)) => match text.chars().count() {
                    0 if known.is_some_and(|field| field.is_required) => issues.push(Issue::new("too_small", &[&name], "is empty")),
                    count if count > max_chars => {
                        issues.push(Issue::new("too_big", &[&name], format!("has {max_chars} characters at most")));
                    }
                    _ => _ = supplied.insert(name, text.into()),
                },
                // `privateKey: {id, secret}` and `assertionOption: {...}`; numbers are ids that somebody did not quote.
                (None, Others::Kept, value @ (Value::Object(_) | Value::Number(_))) => _ = supplied.insert(name, value),
                (Some(_), _, _) | (None, Others::Kept, _) => issues.push(Issue::new("invalid_type", &[&name], "expected a string")),
                (None, Others::Refused, _) => issues.push(Issue::new("unrecognized_keys", &[], format!("unknown field `{name}`"))),
                (None, Others::Ignored, _) => {}
            }
        }
        for field in self.fields.iter().filter(|field| field.is_required) {
            let is_named = issues.iter().any(|issue| issue.is_at(field.name));
            if !supplied.contains_key(field.name) && !is_named {
                issues.push(Issue::new("invalid_type", &[field.name], "is missing"));
            }
        }
        let region = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if self.mode == AuthMode::AwsSigv4 && !supplied.get("region").and_then(Value::as_str).is_none_or(region) {
            issues.push(Issue::new("invalid_format", &["region"], "has lower-case letters, digits and dashes only: `eu-central-1`"));
        }
        if issues.is_empty() { Ok(supplied) } else { Err(issues) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &Form, body: Value) -> Result<Value, String> {
        let Value::Object(body) = body else { panic!("an object") };
        let told = |issues: Vec<Issue>| issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        form.read(body).map(Value::Object).map_err(told)
    }

    #[test]
    fn each_form_takes_what_it_needs_and_names_what_is_wrong() {
        assert_eq!(read(&API_KEY, json!({ "apiKey": "k", "type": "API_KEY", "other": 1 })), Ok(json!({ "apiKey": "k" })));
        assert_eq!(read(&API_KEY, json!({})), Err("apiKey: is missing".to_owned()));
        assert_eq!(read(&API_KEY, json!({ "apiKey": "" })), Err("apiKey: is empty".to_owned()));
        assert_eq!(read(&API_KEY, json!({ "apiKey": 1 })), Err("apiKey: expected a string".to_owned()));
        assert_eq!(read(&API_KEY, json!({ "apiKey": "x".repeat(1_025) })), Err("apiKey: has 1024 characters at most".to_owned()));
        assert_eq!(read(&BASIC, json!({ "username": "", "password": null })), Ok(json!({ "username": "" })));
        assert_eq!(read(&BILL, json!({ "username": "u" })).unwrap_err().matches("is missing").count(), 3);
        assert_eq!(read(&NONE, json!({})), Ok(json!({})));
        let arn = "arn:aws:iam::1:role/r";
        assert_eq!(read(&AWS_SIGV4, json!({ "role_arn": arn, "regoin": "x" })), Err("unknown field `regoin`".to_owned()));
        assert!(read(&AWS_SIGV4, json!({ "role_arn": arn, "region": "EU west" })).unwrap_err().starts_with("region: has lower-case"));
        assert!(read(&AWS_SIGV4, json!({ "role_arn": arn, "region": "eu-central-1" })).is_ok());
    }

    #[test]
    fn open_forms_keep_the_providers_own_fields() {
        let body = json!({ "type": "TWO_STEP", "tenant": "t", "account": 7, "assertionOption": { "a": "b" }, "gone": null });
        assert_eq!(read(&TWO_STEP, body), Ok(json!({ "tenant": "t", "account": 7, "assertionOption": { "a": "b" } })));
        assert_eq!(read(&JWT, json!({ "a": [1], "b": true })), Err("a: expected a string; b: expected a string".to_owned()));
        assert_eq!(read(&JWT, json!({ "k": "x".repeat(LONG + 1) })), Err("k: has 16384 characters at most".to_owned()));
    }
}
