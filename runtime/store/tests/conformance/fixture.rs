//! A small world to test in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use syncline_domain::{
    Clock as _, ConnectionName, ConnectionRowId, Credentials, DeploymentId, Digest, EnvironmentId, EnvironmentName, ExternalId,
    FunctionDefinition, FunctionId, FunctionName, IntegrationId, IntegrationKey, JobKind, ManualClock, ModelName, RecordText, RunId,
    Secret, SyncState, Tags, Timestamp, Trigger, Variant,
};
use syncline_store::testing::TestDatabase;
use syncline_store::{
    Claim, CollectionRef, ComponentContent, Deploy, DeployComponent, Deployed, JobRow, ListRecords, NewConnection, NewDeployment,
    NewIntegration, NewRun, NewSync, Outcome, Page, SaveRecords, Saved, Store,
};

/// An environment with an integration, a sync function deployed to it, and no connection yet.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) environment: EnvironmentId,
    pub(crate) integration: IntegrationId,
    pub(crate) function: FunctionId,
    pub(crate) database: TestDatabase,
}

pub(crate) const LEASE: std::time::Duration = std::time::Duration::from_mins(1);

impl World {
    pub(crate) async fn new(database: TestDatabase) -> Self {
        let (store, clock) = (database.open().await, database.clock().clone());
        let environment = store.environments().ensure(&EnvironmentName::new("dev").unwrap(), clock.now()).await.unwrap().id;
        let integration = store.integrations().insert(integration(environment, "github", clock.now())).await.unwrap().id;
        let deployed = deploy(&store, environment, integration, 1, &[sync("issues", "every 1h")], clock.now()).await;
        let function = deployed.functions[0].id.unwrap();
        // The function's own deployment happened before there was anything to run.
        Self { store, clock, environment, integration, function, database }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A connection with one sync that is due now.
    pub(crate) async fn connect(&self, name: &str) -> ConnectionRowId {
        self.store.connections().insert(self.connection(name)).await.unwrap().row.id
    }

    pub(crate) fn connection(&self, name: &str) -> NewConnection {
        NewConnection {
            environment: self.environment,
            integration: self.integration,
            connection: ConnectionName::new(name).unwrap(),
            credentials: Credentials::ApiKey { api_key: Secret::new("canary-key") },
            connection_config: "{}".to_owned(),
            metadata: None,
            tags: Tags::new(),
            end_user: None,
            webhook_url_override: None,
            syncs: vec![self.new_sync()],
            events: vec![],
            session: None,
            target: None,
            refresh_at: None,
            pending: false,
            notify: false,
            now: self.now(),
        }
    }

    pub(crate) fn new_sync(&self) -> NewSync {
        NewSync {
            function: self.function,
            name: FunctionName::new("issues").unwrap(),
            variant: Variant::base(),
            state: SyncState::Started,
            frequency_override: None,
            next_run_at: Some(self.now().plus(std::time::Duration::from_hours(1))),
        }
    }

    pub(crate) async fn claim(&self) -> Option<JobRow> {
        let claim = Claim { owner: "test".to_owned(), kinds: JobKind::ALL.to_vec(), limit: 1, lease: LEASE, now: self.now() };
        self.store.jobs().claim(claim).await.unwrap().pop()
    }

    pub(crate) async fn save(&self, of: &CollectionRef, texts: &[&str]) -> Saved {
        self.store.records().save(self.batch(of, texts)).await.unwrap()
    }

    pub(crate) fn batch(&self, of: &CollectionRef, texts: &[&str]) -> SaveRecords {
        SaveRecords {
            fence: None,
            collection: of.clone(),
            records: texts.iter().map(|text| parsed(&self.store, text)).collect(),
            keep_changes_after: None,
            writer: None,
            now: self.now(),
        }
    }

    pub(crate) async fn list(&self, of: &CollectionRef, cursor: Option<&str>, limit: u32) -> Page {
        self.store.records().list(query(of, cursor, limit)).await.unwrap()
    }

    pub(crate) fn run(&self, id: u8, job: Option<&JobRow>) -> NewRun {
        NewRun {
            id: RunId::new(self.now(), [id; 10]),
            environment: self.environment,
            function: self.function,
            function_name: FunctionName::new("issues").unwrap(),
            kind: syncline_domain::FunctionKind::Sync,
            connection: job.and_then(|job| job.connection),
            connection_name: Some(ConnectionName::new("c").unwrap()),
            integration_key: IntegrationKey::new("github").unwrap(),
            sync: job.and_then(|job| job.sync),
            variant: Some(Variant::base()),
            trigger: Trigger::Schedule,
            attempt: job.map_or(1, |job| job.attempt),
            job: job.map(JobRow::fence),
            input: Some(r#"{"secret":"canary-input"}"#.to_owned()),
            now: self.now(),
        }
    }
}

pub(crate) fn query(of: &CollectionRef, cursor: Option<&str>, limit: u32) -> ListRecords {
    ListRecords {
        collection: of.clone(),
        cursor: cursor.map(ToOwned::to_owned),
        modified_after: None,
        actions: vec![],
        ids: vec![],
        include_deleted: true,
        limit,
    }
}

pub(crate) fn parsed(store: &Store, text: &str) -> (ExternalId, syncline_domain::Fingerprint, String) {
    let record = RecordText::parse(text).unwrap();
    (record.id().clone(), record.fingerprint(store.fingerprint_key()), text.to_owned())
}

pub(crate) fn issues(connection: ConnectionRowId) -> CollectionRef {
    CollectionRef { connection, model: ModelName::new("Issue").unwrap(), variant: Variant::base() }
}

pub(crate) fn id(text: &str) -> ExternalId {
    ExternalId::new(text).unwrap()
}

pub(crate) fn integration(environment: EnvironmentId, key: &str, now: Timestamp) -> NewIntegration {
    NewIntegration {
        environment,
        key: IntegrationKey::new(key).unwrap(),
        provider: "github".to_owned(),
        display_name: None,
        credentials: Some(Secret::new(r#"{"client_secret":"canary-client"}"#)),
        custom: None,
        forward_webhooks: true,
        now,
    }
}

pub(crate) fn sync(name: &str, schedule: &str) -> FunctionDefinition {
    let json = serde_json::json!({"name": name, "kind": "sync", "schedule": schedule, "auto_start": true,
        "models": [{"name": "Issue", "schema": {"type": "object"}}]});
    serde_json::from_value(json).unwrap()
}

pub(crate) async fn deploy(
    store: &Store,
    environment: EnvironmentId,
    integration: IntegrationId,
    digest: u8,
    functions: &[FunctionDefinition],
    now: Timestamp,
) -> Deployed {
    let new = NewDeployment { allow_destructive: true, ..new_deployment(environment, now) };
    let components = vec![component(integration, digest, functions.to_vec())];
    match store.deployments().insert(Deploy { new, components }).await.unwrap() {
        Outcome::Done(deployed) => deployed,
        other => panic!("{other:?}"),
    }
}

/// By nobody, and nothing may go.
pub(crate) fn new_deployment(environment: EnvironmentId, now: Timestamp) -> NewDeployment {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut randomness = [0; 10];
    randomness[2..].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let id = DeploymentId::new(now, randomness);
    NewDeployment { id, environment, by: None, allow_destructive: false, dry_run: false, now }
}

pub(crate) fn component(integration: IntegrationId, digest: u8, functions: Vec<FunctionDefinition>) -> DeployComponent {
    let (digest, wasm) = (Digest([digest; 32]), bytes::Bytes::from(vec![digest; 64]));
    let content = ComponentContent::Sent { digest, build: digest.to_string(), wasm, manifest: "[]".to_owned() };
    DeployComponent { integration, content, functions, source: None }
}
