//! Tells a customer's servers what became of a connection: wire contract 6.1, type `auth`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use syncline_domain::EndUser;
use syncline_store::payload::{AuthOperation, NotifyAuth};
use syncline_store::{ConnectionRow, JobRow, NewDelivery, WebhookSettings};

use super::{Done, JobError};
use crate::Runner;

/// Sorted, so that equal messages are equal bytes.
type Object = BTreeMap<&'static str, Value>;

pub(super) async fn perform(runner: &Runner, job: &JobRow) -> Result<Done, JobError> {
    let event: NotifyAuth = serde_json::from_str(&job.payload).map_err(|error| JobError::Fail(error.into()))?;
    // Deleted since: nobody is to be told of a connection that they do not have.
    let Some(connection) = runner.connection(job.connection).await? else { return Ok(Done::Complete) };
    let settings = runner.store().webhook_settings().lookup(connection.environment).await?;
    let urls = urls(&settings, &connection, event.operation);
    if urls.is_empty() {
        return Ok(Done::Complete);
    }
    let environment = runner.environment_name(connection.environment).await?;
    // That of the provider: credentials do not tell modes apart that keep the same. Without an entry, theirs is the best there is.
    let entry = runner.connect().entry(&connection.provider);
    let auth_mode = entry.as_ref().map_or(connection.auth_mode.as_str(), |entry| entry.auth.mode());
    let body = serde_json::to_string(&body(&connection, auth_mode, &environment, &event)).map_err(|error| JobError::Fail(error.into()))?;
    let now = runner.now();
    let delivery = |url| NewDelivery { environment: connection.environment, connection: Some(connection.id), url, body: body.clone(), now };
    runner.store().webhook_deliveries().insert_all(job.fence(), urls.into_iter().map(delivery).collect(), now).await?;
    Ok(Done::Recorded)
}

/// Where it goes; nowhere when this is not to be told.
fn urls(settings: &WebhookSettings, connection: &ConnectionRow, operation: AuthOperation) -> Vec<String> {
    let wanted = match operation {
        AuthOperation::Creation | AuthOperation::Override => settings.on_auth_creation,
        AuthOperation::Refresh => settings.on_auth_refresh_error,
    };
    let urls = match &connection.webhook_url_override {
        Some(url) => vec![url],
        None => settings.primary_url.iter().chain(&settings.secondary_url).collect(),
    };
    urls.into_iter().filter(|url| wanted && !url.is_empty()).cloned().collect()
}

fn body(connection: &ConnectionRow, auth_mode: &str, environment: &str, event: &NotifyAuth) -> Object {
    let mut body = Object::from([
        ("from", "nango".into()),
        ("type", "auth".into()),
        ("connectionId", connection.name.as_str().into()),
        ("authMode", auth_mode.into()),
        ("providerConfigKey", connection.integration_key.as_str().into()),
        ("provider", connection.provider.as_str().into()),
        ("environment", environment.into()),
        ("operation", json!(event.operation)),
        ("success", event.error.is_none().into()),
    ]);
    if !connection.tags.is_empty() {
        body.insert("tags", json!(connection.tags));
    }
    if let Some(user) = &connection.end_user {
        body.insert("endUser", json!(end_user(user)));
    }
    if let Some(error) = &event.error {
        body.insert(
            "error",
            json!(Object::from([("type", error.code.as_str().into()), ("description", error.description.as_str().into())])),
        );
    }
    body
}

fn end_user(user: &EndUser) -> Object {
    let mut object = Object::from([("endUserId", user.id.as_str().into()), ("tags", json!(user.tags.clone().unwrap_or_default()))]);
    if let Some(email) = &user.email {
        object.insert("endUserEmail", email.as_str().into());
    }
    if let Some(organization) = &user.organization {
        object.insert("organizationId", organization.id.as_str().into());
    }
    object
}
