//! What was done, and how it is found.

use std::time::Duration;

use syncline_domain::{ConnectionName, FunctionName, IntegrationKey, OperationId, OperationKind, OperationState, RunError, RunState};
use syncline_store::{
    FinishRun, LineKind, LogLine, NewMessage, NewOperation, OperationFilter, OperationPage, RunUsage, Severity, on_each_database,
};

use crate::fixture::World;

impl World {
    fn operation(&self, id: u8, kind: OperationKind, summary: &str) -> NewOperation {
        NewOperation {
            id: OperationId::new(self.now(), [id; 10]),
            environment: self.environment,
            kind,
            state: OperationState::Succeeded,
            integration: Some(IntegrationKey::new("github").unwrap()),
            connection: Some(ConnectionName::new("c").unwrap()),
            function: None,
            actor: Some("default".to_owned()),
            summary: summary.to_owned(),
            detail: Some(r#"{"meta":{"n":1}}"#.to_owned()),
            started_at: self.now(),
            finished_at: Some(self.now()),
            messages: vec![],
        }
    }

    fn message(&self, text: &str) -> NewMessage {
        NewMessage { at: self.now(), kind: "log", level: "info", message: text.to_owned(), detail: None }
    }

    async fn note(&self, operation: NewOperation) -> OperationId {
        let id = operation.id;
        self.store.operations().note(operation);
        self.store.operations().flush().await;
        id
    }

    fn all(&self) -> OperationFilter {
        OperationFilter {
            environment: self.environment,
            kind: None,
            action: None,
            state: None,
            integration: None,
            connection: None,
            function: None,
            since: None,
            until: None,
            text: None,
            before: None,
            limit: 10,
        }
    }

    async fn found(&self, filter: OperationFilter) -> Vec<String> {
        self.store.operations().list(filter).await.unwrap().rows.into_iter().map(|row| row.summary).collect()
    }

    /// A failed run with a line in its log.
    async fn failed_run(&self, id: u8, says: &str) {
        let run = self.run(id, None);
        let (id, now) = (run.id, self.now());
        self.store.runs().insert(run).await.unwrap();
        let line = LogLine { kind: LineKind::Log, at: now, level: "info".to_owned(), message: says.to_owned(), fields: None };
        self.store.run_logs().append(id, vec![line]).await.unwrap();
        let error = RunError { code: "x".to_owned(), message: "it broke".to_owned(), status: None, details: None, frames: vec![] };
        let (state, usage) = (RunState::Failed, RunUsage::default());
        let end =
            FinishRun { id, state, output: None, error: Some(error), counts: std::collections::BTreeMap::new(), usage, job: None, now };
        self.store.runs().finish(end).await.unwrap();
    }
}

on_each_database! {
    async fn operations_and_runs_are_one_list_by_time(database) {
        let world = World::new(database).await;
        for n in 0..6_u8 {
            if n % 2 == 0 {
                world.note(world.operation(n, OperationKind::ProxyCall, &format!("GET /{n}"))).await;
            } else {
                world.failed_run(n, "hello").await;
            }
            world.clock.advance(Duration::from_secs(1));
        }
        assert_eq!(world.found(world.all()).await, ["issues: it broke", "GET /4", "issues: it broke", "GET /2", "issues: it broke", "GET /0"]);
        // Page by page the same, with nothing twice and nothing left out.
        let (mut pages, mut before) = (Vec::new(), None);
        loop {
            let OperationPage { rows, next } = world.store.operations().list(OperationFilter { limit: 2, before, ..world.all() }).await.unwrap();
            pages.extend(rows);
            before = next;
            if before.is_none() {
                break;
            }
        }
        let whole = world.store.operations().list(world.all()).await.unwrap();
        assert_eq!(pages.iter().map(|row| row.id).collect::<Vec<_>>(), whole.rows.iter().map(|row| row.id).collect::<Vec<_>>());
        assert!(whole.next.is_none());
        for row in &whole.rows {
            let found = world.store.operations().lookup(world.environment, row.id).await.unwrap().unwrap();
            assert_eq!((found.is_run, &found.summary, found.state), (row.is_run, &row.summary, row.state));
            assert!(world.store.operations().lookup(syncline_domain::EnvironmentId(world.environment.0 + 1), row.id).await.unwrap().is_none());
        }
    }

    async fn each_filter_narrows(database) {
        let world = World::new(database).await;
        let begin = world.now();
        let mut pause = world.operation(1, OperationKind::SyncPause, "paused issues");
        pause.function = Some(FunctionName::new("issues").unwrap());
        pause.connection = Some(ConnectionName::new("other").unwrap());
        world.note(pause).await;
        world.clock.advance(Duration::from_secs(60));
        let mut call = world.operation(2, OperationKind::ProxyCall, "GET /Users");
        call.state = OperationState::Failed;
        call.integration = Some(IntegrationKey::new("slack").unwrap());
        call.messages = vec![world.message("the provider was 100% busy_")];
        world.note(call).await;
        world.clock.advance(Duration::from_secs(60));
        world.failed_run(3, "saw a Unicorn").await;
        let name = |text: &str| Some(text.to_owned());
        let (pause, call, run) = ("paused issues", "GET /Users", "issues: it broke");
        for (filter, expected) in [
            (OperationFilter { kind: name("sync"), ..world.all() }, vec![run, pause]),
            (OperationFilter { kind: name("sync"), action: name("run"), ..world.all() }, vec![run]),
            (OperationFilter { kind: name("events"), ..world.all() }, vec![]),
            (OperationFilter { action: name("call"), ..world.all() }, vec![call]),
            (OperationFilter { state: Some(OperationState::Failed), ..world.all() }, vec![run, call]),
            (OperationFilter { integration: Some(IntegrationKey::new("slack").unwrap()), ..world.all() }, vec![call]),
            (OperationFilter { connection: Some(ConnectionName::new("c").unwrap()), ..world.all() }, vec![run, call]),
            (OperationFilter { function: Some(FunctionName::new("issues").unwrap()), ..world.all() }, vec![run, pause]),
            (OperationFilter { since: Some(begin.plus(Duration::from_secs(60))), ..world.all() }, vec![run, call]),
            (OperationFilter { until: Some(begin.plus(Duration::from_secs(60))), ..world.all() }, vec![pause]),
            (OperationFilter { text: name("UNICORN"), ..world.all() }, vec![run]),
            (OperationFilter { text: name("/users"), ..world.all() }, vec![call]),
            // X6: no wildcards.
            (OperationFilter { text: name("100% BUSY_"), ..world.all() }, vec![call]),
            (OperationFilter { text: name("1%y"), ..world.all() }, vec![]),
            (OperationFilter { state: Some(OperationState::Failed), connection: Some(ConnectionName::new("other").unwrap()), ..world.all() }, vec![]),
        ] {
            assert_eq!(world.found(filter.clone()).await, expected, "{filter:?}");
        }
    }

    async fn what_went_wrong_is_found_by_how_it_ended_or_by_what_was_said(database) {
        let world = World::new(database).await;
        let mut cancelled = world.operation(1, OperationKind::SyncRequestRun, "cancelled");
        cancelled.state = OperationState::Cancelled;
        world.note(cancelled).await;
        let mut warned = world.operation(2, OperationKind::ProxyCall, "warned");
        warned.messages = vec![NewMessage { level: "warn", ..world.message("slow down") }, world.message("all else is well")];
        world.note(warned).await;
        world.note(world.operation(3, OperationKind::ProxyCall, "well")).await;
        world.failed_run(4, "just so you know").await;
        let of = async |severity, text: Option<&str>| -> Vec<String> {
            let filter = OperationFilter { text: text.map(str::to_owned), ..world.all() };
            let page = world.store.operations().list_from(Some(severity), filter).await.unwrap();
            page.rows.into_iter().map(|row| row.summary).collect()
        };
        assert_eq!(of(Severity::Warn, None).await, ["issues: it broke", "warned", "cancelled"]);
        assert_eq!(of(Severity::Error, None).await, ["issues: it broke"]);
        assert_eq!(of(Severity::Warn, Some("SLOW")).await, ["warned"]);
        // The text is in a message that is no warning.
        assert!(of(Severity::Warn, Some("all else")).await.is_empty());
    }

    /// What no index knows is looked for in a part at a time, and nothing is passed over.
    async fn a_rare_kind_is_found_a_part_at_a_time(database) {
        let world = World::new(database).await;
        world.note(world.operation(1, OperationKind::DeployCustom, "rare")).await;
        world.clock.advance(Duration::from_secs(1));
        let mut id = 0_u64;
        for _ in 0..3 {
            for _ in 0..7_000 {
                id += 1;
                let mut randomness = [0; 10];
                randomness[2..].copy_from_slice(&id.to_be_bytes());
                let one = world.operation(0, OperationKind::ProxyCall, "x");
                world.store.operations().note(NewOperation { id: OperationId::new(world.now(), randomness), ..one });
            }
            world.store.operations().flush().await;
        }
        assert_eq!(world.store.operations().dropped(), 0);
        let filter = OperationFilter { kind: Some("deploy".to_owned()), ..world.all() };
        let first = world.store.operations().list(filter.clone()).await.unwrap();
        assert!(first.rows.is_empty() && first.next.is_some(), "20,000 were looked at");
        let second = world.store.operations().list(OperationFilter { before: first.next, ..filter }).await.unwrap();
        assert_eq!((second.rows.len(), second.next), (1, None));
    }

    async fn an_operation_goes_on_under_its_id_and_keeps_its_messages(database) {
        let world = World::new(database).await;
        let mut first = world.operation(1, OperationKind::WebhookForward, "503");
        (first.state, first.finished_at) = (OperationState::Running, None);
        first.messages = vec![world.message("503 \0 \u{1b}[31m"), world.message("and more")];
        let id = first.id;
        let mut last = first.clone();
        // Both in one batch, and a late one after the end.
        world.store.operations().note(first.clone());
        world.clock.advance(Duration::from_secs(5));
        (last.state, last.finished_at, last.summary, last.messages) =
            (OperationState::Succeeded, Some(world.now()), "200".to_owned(), vec![world.message("200")]);
        world.note(last).await;
        world.note(first).await;
        let row = world.store.operations().lookup(world.environment, id).await.unwrap().unwrap();
        assert_eq!((row.state, row.summary.as_str(), row.finished_at), (OperationState::Succeeded, "200", Some(world.now())));
        let messages = world.store.operations().messages(id, 0, 10).await.unwrap();
        let texts: Vec<_> = messages.iter().map(|message| message.message.as_str()).collect();
        assert_eq!(texts, ["503 \u{fffd} \u{1b}[31m", "and more", "200"]);
        assert_eq!(world.store.operations().messages(id, messages[1].seq, 10).await.unwrap().len(), 1);
    }

    async fn old_operations_go_with_their_messages(database) {
        let world = World::new(database).await;
        let day = Duration::from_hours(24);
        let mut old = world.operation(1, OperationKind::ProxyCall, "old");
        old.messages = vec![world.message("old")];
        let old = world.note(old).await;
        world.clock.advance(day * 20);
        let mut new = world.operation(2, OperationKind::ProxyCall, "new");
        new.messages = vec![world.message("new")];
        let new = world.note(new).await;
        world.store.operations().prune(None, world.now(), 100).await.unwrap();
        assert_eq!(world.found(world.all()).await, ["new", "old"]);
        assert!(world.store.operations().prune(Some(world.now().minus(day * 15)), world.now(), 100).await.unwrap() >= 2);
        assert_eq!(world.found(world.all()).await, ["new"]);
        assert!(world.store.operations().messages(old, 0, 10).await.unwrap().is_empty());
        assert_eq!(world.store.operations().messages(new, 0, 10).await.unwrap().len(), 1);
        // Today's are never older than what is kept.
        world.store.operations().prune(Some(world.now()), world.now(), 100).await.unwrap();
        assert_eq!(world.found(world.all()).await, ["new"]);
    }

    /// X9: texts of any length are kept short, and a detail that would be cut in half is left out.
    async fn long_texts_are_cut(database) {
        let world = World::new(database).await;
        let mut long = world.operation(1, OperationKind::ProxyCall, &"ü".repeat(1_000_000));
        long.detail = Some(format!(r#"{{"meta":"{}"}}"#, "x".repeat(1_000_000)));
        let id = world.note(long).await;
        let row = world.store.operations().lookup(world.environment, id).await.unwrap().unwrap();
        assert!(row.summary.len() <= 8 * 1024 && row.detail.is_none());
    }

    async fn what_was_noted_is_written_before_the_store_closes(database) {
        let world = World::new(database).await;
        for n in 0..50 {
            world.store.operations().note(world.operation(n, OperationKind::ProxyCall, "x"));
        }
        world.store.close().await;
        world.store.operations().note(world.operation(99, OperationKind::ProxyCall, "late"));
        assert_eq!(world.store.operations().dropped(), 1);
    }
}
