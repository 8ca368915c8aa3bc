//! What a customer's servers are told of a sync's run: wire contract 6.1, type `sync`.
//!
//! The messages are composed before the run's end is written and go into the queue with it, so that they say what was true then, whatever is
//! renamed, deployed or deleted before they are sent.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use syncline_domain::{Counts, FunctionKind, ModelCounts, RunError, RunState, Timestamp, Trigger, WebhookKind};
use syncline_store::{ConnectionRow, Fence, FunctionRow, NewDelivery, SyncRow};

use crate::Runner;
use crate::host::Checkpoints;
use crate::job::receivers;
use crate::run::{Ended, Work};
use crate::trace;

/// Sorted, so that equal messages are equal bytes.
type Object = BTreeMap<&'static str, Value>;

/// A sync's run as it is told.
pub(crate) struct SyncTold {
    connection: ConnectionRow,
    fence: Option<Fence>,
    sync_name: String,
    variant: String,
    models: Vec<String>,
    sync_type: &'static str,
    /// When the last run that ended well began.
    before: Option<Timestamp>,
    started_at: Timestamp,
}

impl SyncTold {
    /// Nothing for what is no sync.
    pub(crate) fn of(work: &Work, started_at: Timestamp) -> Option<Self> {
        let sync = work.sync.as_ref().filter(|_| work.function.definition.kind == FunctionKind::Sync)?;
        let told = Self::about(work.connection.clone(), sync, &work.function, work.trigger, started_at);
        Some(Self { fence: work.fence, ..told })
    }

    /// A sync as it is told, whatever became of its run.
    pub(crate) fn about(
        connection: ConnectionRow,
        sync: &SyncRow,
        function: &FunctionRow,
        trigger: Trigger,
        started_at: Timestamp,
    ) -> Self {
        let sync_type = match (trigger, sync.last_success_started_at) {
            (Trigger::Webhook, _) => "WEBHOOK",
            (_, None) => "INITIAL",
            (_, Some(_)) => "INCREMENTAL",
        };
        Self {
            connection,
            fence: None,
            sync_name: function.definition.name.to_string(),
            variant: sync.variant.to_string(),
            models: function.definition.models.iter().map(|model| model.name.to_string()).collect(),
            sync_type,
            before: sync.last_success_started_at,
            started_at,
        }
    }

    /// What is owed for a run that never ended.
    pub(crate) async fn given_up(
        &self,
        runner: &Runner,
        error: &RunError,
        now: Timestamp,
    ) -> Result<Vec<NewDelivery>, syncline_store::Error> {
        let settings = runner.store().webhook_settings().lookup(self.connection.environment).await?;
        let urls = receivers::of(&settings, self.connection.webhook_url_override.as_deref());
        let bodies = if settings.on_sync_error { vec![self.failure(error, None, now)] } else { Vec::new() };
        Ok(self.deliveries(runner, &urls, &bodies, now))
    }

    /// What is owed when the run has ended so: nothing for one that goes on elsewhere or was taken back.
    pub(crate) async fn webhooks(&self, runner: &Runner, ended: &Ended, now: Timestamp) -> Result<Vec<NewDelivery>, syncline_store::Error> {
        if !matches!(ended.state, RunState::Succeeded | RunState::Failed) {
            return Ok(Vec::new());
        }
        let settings = runner.store().webhook_settings().lookup(self.connection.environment).await?;
        let urls = receivers::of(&settings, self.connection.webhook_url_override.as_deref());
        if urls.is_empty() {
            return Ok(Vec::new());
        }
        let bodies = match &ended.result {
            Ok(_) => {
                let (since, counts) = self.whole(runner, &ended.counts).await?;
                let is_wanted =
                    |counts: Option<&ModelCounts>| settings.on_sync_completion_always || counts.is_none_or(ModelCounts::changed);
                let wanted = self.models.iter().filter(|model| is_wanted(counts.of(model)));
                wanted.map(|model| self.success(model, counts.of(model), since, ended.checkpoints.as_ref())).collect()
            }
            Err(error) if settings.on_sync_error => vec![self.failure(error, ended.checkpoints.as_ref(), now)],
            Err(_) => Vec::new(),
        };
        Ok(self.deliveries(runner, &urls, &bodies, now))
    }

    fn deliveries(&self, runner: &Runner, urls: &[String], bodies: &[Object], now: Timestamp) -> Vec<NewDelivery> {
        let texts: Vec<String> = bodies.iter().map(|body| serde_json::to_string(body).expect("a message is plain JSON")).collect();
        let delivery = |url: &String, body: &String| NewDelivery {
            environment: self.connection.environment,
            kind: WebhookKind::Sync,
            connection: Some(self.connection.id),
            url: url.clone(),
            body: body.clone(),
            headers: trace::headers(runner.traces()),
            now,
        };
        urls.iter().flat_map(|url| texts.iter().map(move |body| delivery(url, body))).collect()
    }

    /// When the first run of this job began, and what all of them did: those before this one were interrupted, and nobody told of them.
    async fn whole(&self, runner: &Runner, last: &Counts) -> Result<(Timestamp, Whole), syncline_store::Error> {
        let mut whole = Whole { counts: last.clone(), is_known: true };
        // The first claim has the first number.
        let Some(fence) = self.fence.filter(|fence| fence.fence > 1) else { return Ok((self.started_at, whole)) };
        let Some((since, runs)) = runner.store().runs().before_in_job(fence.job).await? else { return Ok((self.started_at, whole)) };
        for counts in runs {
            // A run that was lost with its worker left no counts; what it saved is there all the same.
            whole.is_known &= !counts.is_empty();
            for (model, more) in counts {
                let sum = whole.counts.entry(model).or_default();
                (sum.added, sum.updated, sum.deleted) = (sum.added + more.added, sum.updated + more.updated, sum.deleted + more.deleted);
            }
        }
        Ok((since, whole))
    }

    fn success(&self, model: &str, counts: Option<&ModelCounts>, since: Timestamp, checkpoints: Option<&Checkpoints>) -> Object {
        let counts = counts.copied().unwrap_or_default();
        let results = json!(BTreeMap::from([("added", counts.added), ("updated", counts.updated), ("deleted", counts.deleted)]));
        let mut body = self.common(model, checkpoints);
        body.insert("success", true.into());
        body.insert("modifiedAfter", since.to_millis_z().into());
        body.insert("queryTimeStamp", json!(self.before));
        body.insert("responseResults", results);
        body
    }

    fn failure(&self, error: &RunError, checkpoints: Option<&Checkpoints>, now: Timestamp) -> Object {
        let mut told = Object::from([("type", error.code.as_str().into()), ("description", error.message.as_str().into())]);
        if let Some(details) = &error.details {
            told.insert("payload", serde_json::from_str(details.get()).unwrap_or_default());
        }
        let mut body = self.common(&self.models.join(","), checkpoints);
        body.insert("success", false.into());
        body.insert("error", json!(told));
        body.insert("startedAt", self.started_at.to_millis_z().into());
        body.insert("failedAt", now.to_millis_z().into());
        body
    }

    fn common(&self, model: &str, checkpoints: Option<&Checkpoints>) -> Object {
        let mut body = Object::from([
            ("from", "nango".into()),
            ("type", "sync".into()),
            ("connectionId", self.connection.name.as_str().into()),
            ("providerConfigKey", self.connection.integration_key.as_str().into()),
            ("syncName", self.sync_name.as_str().into()),
            ("syncVariant", self.variant.as_str().into()),
            ("model", model.into()),
            ("syncType", self.sync_type.into()),
        ]);
        if let Some((from, to)) = checkpoints.filter(|(from, to)| from.is_some() || to.is_some()) {
            let value =
                |text: &Option<String>| -> Value { text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default() };
            body.insert("checkpoints", json!(Object::from([("from", value(from)), ("to", value(to))])));
        }
        body
    }
}

/// What a job's runs did together.
struct Whole {
    counts: Counts,
    /// Not, where a run was lost: then any model may have changed.
    is_known: bool,
}

impl Whole {
    /// Nothing where nobody knows.
    fn of(&self, model: &str) -> Option<&ModelCounts> {
        const NONE: ModelCounts = ModelCounts { added: 0, updated: 0, deleted: 0, unchanged: 0 };
        self.counts.get(model).filter(|counts| self.is_known || counts.changed()).or(self.is_known.then_some(&NONE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syncline_domain::{AuthMode, ConnectionName, ConnectionRowId, EnvironmentId, IntegrationId, IntegrationKey, Tags};

    fn told() -> SyncTold {
        let connection = ConnectionRow {
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
        };
        SyncTold {
            connection,
            fence: None,
            sync_name: "issues".to_owned(),
            variant: "base".to_owned(),
            models: vec!["Issue".to_owned(), "Label".to_owned()],
            sync_type: "INITIAL",
            before: None,
            started_at: Timestamp::default(),
        }
    }

    fn text(body: &Object) -> String {
        serde_json::to_string(body).unwrap()
    }

    #[test]
    fn a_success_is_told_by_model_in_sorted_keys() {
        let counts = ModelCounts { added: 3, updated: 2, deleted: 1, unchanged: 9 };
        let body = told().success("Issue", Some(&counts), Timestamp::default(), None);
        assert_eq!(
            text(&body),
            concat!(
                r#"{"connectionId":"c","from":"nango","model":"Issue","modifiedAfter":"1970-01-01T00:00:00.000Z","providerConfigKey":"github-dev","#,
                r#""queryTimeStamp":null,"responseResults":{"added":3,"deleted":1,"updated":2},"success":true,"syncName":"issues","#,
                r#""syncType":"INITIAL","syncVariant":"base","type":"sync"}"#
            )
        );
    }

    #[test]
    fn a_failure_is_told_once_with_where_it_was() {
        let error = RunError {
            code: "provider_status".to_owned(),
            message: "the provider answered 500".to_owned(),
            status: Some(500),
            details: serde_json::from_str(r#"{"status":500}"#).ok(),
            frames: Vec::new(),
        };
        let checkpoints = (None, Some(r#"{"page":7}"#.to_owned()));
        let body = told().failure(&error, Some(&checkpoints), Timestamp::default().plus(std::time::Duration::from_secs(1)));
        assert_eq!(
            text(&body),
            concat!(
                r#"{"checkpoints":{"from":null,"to":{"page":7}},"connectionId":"c","error":{"description":"the provider answered 500","#,
                r#""payload":{"status":500},"type":"provider_status"},"failedAt":"1970-01-01T00:00:01.000Z","from":"nango","#,
                r#""model":"Issue,Label","providerConfigKey":"github-dev","startedAt":"1970-01-01T00:00:00.000Z","success":false,"#,
                r#""syncName":"issues","syncType":"INITIAL","syncVariant":"base","type":"sync"}"#
            )
        );
    }

    #[test]
    fn after_a_lost_run_any_model_may_have_changed() {
        let counts = Counts::from([("Issue".to_owned(), ModelCounts { added: 1, ..ModelCounts::default() })]);
        let known = Whole { counts: counts.clone(), is_known: true };
        assert!(known.of("Issue").unwrap().changed() && !known.of("Label").unwrap().changed());
        let unknown = Whole { counts, is_known: false };
        assert!(unknown.of("Issue").unwrap().changed() && unknown.of("Label").is_none());
    }
}
