//! Tells a customer's servers what became of a connection: wire contract 6.1, type `auth`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use syncline_domain::{EndUser, WebhookKind};
use syncline_store::payload::{AuthOperation, NotifyAuth};
use syncline_store::{ConnectionRow, JobRow, NewDelivery, WebhookSettings};

use super::{Done, JobError, read, receivers};
use crate::{Runner, trace};

/// Sorted, so that equal messages are equal bytes.
type Object = BTreeMap<&'static str, Value>;

pub(super) async fn perform(runner: &Runner, job: &JobRow) -> Result<Done, JobError> {
    let event: NotifyAuth = read(job)?;
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
    let delivery = |url| NewDelivery {
        environment: connection.environment,
        kind: WebhookKind::Auth,
        connection: Some(connection.id),
        url,
        body: body.clone(),
        headers: trace::headers(runner.traces()),
        now,
    };
    runner.store().webhook_deliveries().insert_all(job.fence(), urls.into_iter().map(delivery).collect(), now).await?;
    Ok(Done::Recorded)
}

/// Where it goes; nowhere when this is not to be told.
fn urls(settings: &WebhookSettings, connection: &ConnectionRow, operation: AuthOperation) -> Vec<String> {
    let wanted = match operation {
        AuthOperation::Creation | AuthOperation::Override => settings.on_auth_creation,
        AuthOperation::Refresh => settings.on_auth_refresh_error,
    };
    if wanted { receivers::of(settings, connection.webhook_url_override.as_deref()) } else { Vec::new() }
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

#[cfg(test)]
mod tests {
    use syncline_domain::{
        AuthMode, ConnectionName, ConnectionRowId, EnvironmentId, IntegrationId, IntegrationKey, Secret, Tags, Timestamp,
    };
    use syncline_store::payload::NotifyError;

    use super::*;

    fn connection() -> ConnectionRow {
        ConnectionRow {
            id: ConnectionRowId(1),
            environment: EnvironmentId(1),
            integration: IntegrationId(1),
            integration_key: IntegrationKey::new("github-dev").unwrap(),
            provider: "github".to_owned(),
            name: ConnectionName::new("c").unwrap(),
            auth_mode: AuthMode::Oauth2,
            credentials: None,
            credentials_version: 1,
            expires_at: None,
            auth_error: None,
            refresh_at: None,
            connection_config: "{}".to_owned(),
            metadata: None,
            tags: Tags::new(),
            end_user: None,
            webhook_url_override: None,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            last_fetched_at: None,
        }
    }

    fn settings() -> WebhookSettings {
        WebhookSettings {
            primary_url: Some("https://a.example.com".to_owned()),
            secondary_url: Some("https://b.example.com".to_owned()),
            signing_key: Secret::new("k"),
            previous_key: None,
            on_auth_creation: true,
            on_auth_refresh_error: false,
            on_async_action_completion: true,
            on_sync_completion_always: false,
            on_sync_error: true,
        }
    }

    fn text(connection: &ConnectionRow, event: &NotifyAuth) -> String {
        serde_json::to_string(&body(connection, "MCP_OAUTH2", "dev", event)).unwrap()
    }

    #[test]
    fn the_body_is_sorted_and_leaves_out_what_is_not_there() {
        let event = NotifyAuth { operation: AuthOperation::Creation, error: None };
        assert_eq!(
            text(&connection(), &event),
            concat!(
                r#"{"authMode":"MCP_OAUTH2","connectionId":"c","environment":"dev","from":"nango","operation":"creation","provider":"github","#,
                r#""providerConfigKey":"github-dev","success":true,"type":"auth"}"#
            )
        );
    }

    #[test]
    fn the_body_of_a_failure_says_whose_and_why() {
        let user = r#"{"id":"u","email":"u@example.com","organization":{"id":"o"},"tags":{"team":"x"}}"#;
        let connection = ConnectionRow {
            tags: [("plan".to_owned(), "pro".to_owned())].into(),
            end_user: Some(serde_json::from_str(user).unwrap()),
            ..connection()
        };
        let error = NotifyError { code: "invalid_grant".to_owned(), description: "connect again".to_owned() };
        let event = NotifyAuth { operation: AuthOperation::Refresh, error: Some(error) };
        assert_eq!(
            text(&connection, &event),
            concat!(
                r#"{"authMode":"MCP_OAUTH2","connectionId":"c","#,
                r#""endUser":{"endUserEmail":"u@example.com","endUserId":"u","organizationId":"o","tags":{"team":"x"}},"environment":"dev","#,
                r#""error":{"description":"connect again","type":"invalid_grant"},"from":"nango","operation":"refresh","provider":"github","#,
                r#""providerConfigKey":"github-dev","success":false,"tags":{"plan":"pro"},"type":"auth"}"#
            )
        );
    }

    #[test]
    fn it_goes_where_the_settings_and_the_connection_say() {
        let both = ["https://a.example.com", "https://b.example.com"];
        assert_eq!(urls(&settings(), &connection(), AuthOperation::Creation), both);
        assert_eq!(urls(&settings(), &connection(), AuthOperation::Override), both);
        assert!(urls(&settings(), &connection(), AuthOperation::Refresh).is_empty());
        let told = WebhookSettings { on_auth_creation: false, on_auth_refresh_error: true, secondary_url: None, ..settings() };
        assert!(urls(&told, &connection(), AuthOperation::Override).is_empty());
        assert_eq!(urls(&told, &connection(), AuthOperation::Refresh), both[..1]);
        let own = ConnectionRow { webhook_url_override: Some("https://c.example.com".to_owned()), ..connection() };
        assert_eq!(urls(&settings(), &own, AuthOperation::Creation), ["https://c.example.com"]);
        assert!(urls(&settings(), &own, AuthOperation::Refresh).is_empty());
        let nowhere = WebhookSettings { primary_url: None, secondary_url: Some(String::new()), ..settings() };
        assert!(urls(&nowhere, &connection(), AuthOperation::Creation).is_empty());
    }
}
