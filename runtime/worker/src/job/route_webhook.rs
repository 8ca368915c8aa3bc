//! Finds whom a provider's webhook is for, and puts what follows into the queue: a run of each sync that subscribed, and a webhook to the
//! product for each connection.

mod forward;

use anyhow::anyhow;
use syncline_providers::webhook::{RouteKey, WebhookRequest};
use syncline_store::payload::RouteWebhook;
use syncline_store::{Follow, IncomingWebhookRow, JobRow, Parking, RouteMatch, WebhookRun};

use super::{Done, JobError, read};
use crate::Runner;
use forward::Forwarding;

/// All types.
const ANY: &str = "*";

pub(super) async fn perform(runner: &Runner, job: &JobRow) -> Result<Done, JobError> {
    let RouteWebhook { webhook: id } = read(job)?;
    let webhooks = runner.store().incoming_webhooks();
    let (Some(row), Some(content)) = (webhooks.lookup(id).await?, webhooks.content(id).await?) else { return Ok(Done::Complete) };
    let Some(integration) = runner.store().integrations().lookup_by_id(row.integration).await? else { return Ok(Done::Complete) };
    // It stays as it is, and can be replayed once the entry is back.
    let described = runner.connect().entry(&row.provider).ok().and_then(|entry| entry.webhook.clone());
    let described = described.ok_or_else(|| JobError::Fail(anyhow!("the entry of `{}` describes no webhooks any more", row.provider)))?;
    let (event, keys) = {
        let head = &content.head;
        let request = WebhookRequest::new(&head.method, "", &head.headers, &head.query, content.body.as_slice());
        (described.event_of(&request), described.route_keys(&request))
    };
    let forwarding = if integration.forward_webhooks {
        Some(Forwarding { row: &row, content: &content, settings: runner.store().webhook_settings().lookup(row.environment).await? })
    } else {
        None
    };
    loop {
        let found = find(runner, &row, &keys).await?;
        let now = runner.now();
        if found.is_empty() {
            let raw = match &forwarding {
                Some(forwarding) => forwarding.raw(now),
                None => Vec::new(),
            };
            let wanted = keys.iter().map(|key| (key.field.to_string(), key.value.clone())).collect();
            match webhooks.park(job.fence(), id, row.integration, wanted, raw, now).await? {
                Parking::Parked => return Ok(Done::Recorded),
                // Made between the look and the lock.
                Parking::Found => continue,
            }
        }
        let runs = found.iter().flat_map(|connection| subscribed(connection, event.as_deref())).collect();
        let forwards = match &forwarding {
            Some(forwarding) => found.iter().flat_map(|connection| forwarding.envelopes(connection, now)).collect(),
            None => Vec::new(),
        };
        let follow = Follow { connections: u32::try_from(found.len()).unwrap_or(u32::MAX), runs, forwards };
        webhooks.follow(job.fence(), id, follow, now).await?;
        return Ok(Done::Recorded);
    }
}

/// The connections of the first key that fits any.
async fn find(runner: &Runner, row: &IncomingWebhookRow, keys: &[RouteKey]) -> Result<Vec<RouteMatch>, JobError> {
    let mut at = 0;
    while let Some(first) = keys.get(at) {
        // What a list in one place names is one key after another of one field: all of them are meant.
        let of_field = keys[at..].iter().take_while(|key| key.field == first.field);
        let mut found: Vec<RouteMatch> = Vec::new();
        for key in of_field {
            at += 1;
            for matched in runner.store().incoming_webhooks().matches(row.integration, key.field.as_str(), &key.value).await? {
                if !found.iter().any(|other| other.connection == matched.connection) {
                    found.push(matched);
                }
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn subscribed(connection: &RouteMatch, event: Option<&str>) -> Vec<WebhookRun> {
    let wants = |types: &[String]| types.iter().any(|wanted| wanted == ANY || Some(wanted.as_str()) == event);
    let runs = connection.syncs.iter().filter(|subscriber| wants(&subscriber.types));
    runs.map(|run| WebhookRun { connection: connection.connection, sync: run.sync, function: run.function }).collect()
}
