//! Tells a customer's servers that an asynchronous action has ended: wire contract 6.1, type `async_action`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use syncline_domain::WebhookKind;
use syncline_store::payload::AsyncAction;
use syncline_store::{AsyncActionRow, JobRow, NewDelivery};

use super::{Done, JobError, read, receivers};
use crate::{Runner, trace};

/// Sorted, so that equal messages are equal bytes.
type Object = BTreeMap<&'static str, Value>;

pub(super) async fn perform(runner: &Runner, job: &JobRow) -> Result<Done, JobError> {
    let payload: AsyncAction = read(job)?;
    let Some(action) = runner.store().async_actions().lookup(payload.action).await? else { return Ok(Done::Complete) };
    let settings = runner.store().webhook_settings().lookup(action.environment).await?;
    // The address of a connection that was deleted is the one it had when the action was accepted.
    let own = match runner.connection(Some(action.connection)).await? {
        Some(connection) => connection.webhook_url_override,
        None => action.webhook_url_override.clone(),
    };
    let urls = receivers::of(&settings, own.as_deref());
    if !settings.on_async_action_completion || urls.is_empty() {
        return Ok(Done::Complete);
    }
    let body = serde_json::to_string(&body(&action)).map_err(|error| JobError::Fail(error.into()))?;
    let now = runner.now();
    let delivery = |url| NewDelivery {
        environment: action.environment,
        kind: WebhookKind::AsyncAction,
        connection: Some(action.connection),
        url,
        body: body.clone(),
        headers: trace::headers(runner.traces()),
        now,
    };
    runner.store().webhook_deliveries().insert_all(job.fence(), urls.into_iter().map(delivery).collect(), now).await?;
    Ok(Done::Recorded)
}

fn body(action: &AsyncActionRow) -> Object {
    let id = action.id.to_string();
    let payload = Object::from([("statusUrl", format!("/action/{id}").into()), ("id", id.into())]);
    Object::from([
        ("from", "nango".into()),
        ("type", "async_action".into()),
        ("connectionId", action.connection_name.as_str().into()),
        ("providerConfigKey", action.integration_key.as_str().into()),
        ("payload", json!(payload)),
    ])
}

#[cfg(test)]
mod tests {
    use syncline_domain::{
        AsyncActionId, AsyncActionState, ConnectionName, ConnectionRowId, EnvironmentId, FunctionId, IntegrationKey, Timestamp,
    };

    use super::*;

    #[test]
    fn the_body_is_sorted_and_says_where_the_result_is() {
        let action = AsyncActionRow {
            id: AsyncActionId::new(Timestamp::default(), [0; 10]),
            environment: EnvironmentId(1),
            connection: ConnectionRowId(1),
            connection_name: ConnectionName::new("c").unwrap(),
            integration_key: IntegrationKey::new("github").unwrap(),
            webhook_url_override: None,
            function: FunctionId(1),
            state: AsyncActionState::Succeeded,
            run: None,
            input: None,
            created_at: Timestamp::default(),
            finished_at: None,
        };
        assert_eq!(
            serde_json::to_string(&body(&action)).unwrap(),
            concat!(
                r#"{"connectionId":"c","from":"nango","payload":{"id":"00000000-0000-7000-8000-000000000000","#,
                r#""statusUrl":"/action/00000000-0000-7000-8000-000000000000"},"providerConfigKey":"github","type":"async_action"}"#
            )
        );
    }
}
