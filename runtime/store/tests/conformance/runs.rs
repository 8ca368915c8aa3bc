//! Runs and what they said.

use std::collections::BTreeMap;
use std::time::Duration;

use syncline_domain::{ModelCounts, RunError, RunState};
use syncline_store::{FinishRun, JobDecision, LineKind, LogLine, RunFilter, RunSearch, RunUsage, on_each_database};

use crate::fixture::World;

on_each_database! {
    async fn a_run_ends_with_its_job_and_its_sync(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let job = world.claim().await.unwrap();
        let run = world.run(1, Some(&job));
        let (id, started_at) = (run.id, world.now());
        world.store.runs().insert(run).await.unwrap();
        world.clock.advance(Duration::from_secs(5));
        let usage = RunUsage { cpu_time: Some(Duration::from_micros(1_234)), peak_memory_bytes: Some(9), host_calls: Some(3) };
        let counts = BTreeMap::from([("Issue".to_owned(), ModelCounts { added: 2, ..ModelCounts::default() })]);
        let end = FinishRun { id, state: RunState::Succeeded, output: Some(r#"{"n":1}"#.to_owned()), error: None, counts: counts.clone(), usage,
            job: Some((job.fence(), JobDecision::Complete)), now: world.now() };
        world.store.runs().finish(end).await.unwrap();
        let found = world.store.runs().lookup(id).await.unwrap().unwrap();
        assert_eq!((found.state, found.usage, &found.counts), (RunState::Succeeded, usage, &counts));
        assert_eq!((found.input.as_deref(), found.output.as_deref()), (Some(r#"{"secret":"canary-input"}"#), Some(r#"{"n":1}"#)));
        let sync = &world.store.syncs().list_for_connection(connection).await.unwrap()[0];
        assert_eq!(sync.last_success_started_at, Some(started_at));
        assert_eq!(sync.last_run.as_ref().map(|run| (run.id, run.state)), Some((id, RunState::Succeeded)));
        assert_eq!(world.store.jobs().count_active().await.unwrap(), 0);
    }

    async fn a_failure_keeps_its_error_and_not_its_success(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let job = world.claim().await.unwrap();
        let run = world.run(1, Some(&job));
        let id = run.id;
        world.store.runs().insert(run).await.unwrap();
        let details = serde_json::value::RawValue::from_string(r#"{"n":12345678901234567890123}"#.to_owned()).unwrap();
        let error = RunError { code: "action_error".to_owned(), message: "no".to_owned(), status: Some(502), details: Some(details), frames: vec![] };
        let end = FinishRun { id, state: RunState::Failed, output: None, error: Some(error), counts: BTreeMap::new(), usage: RunUsage::default(),
            job: Some((job.fence(), JobDecision::RetryAt(world.now()))), now: world.now() };
        world.store.runs().finish(end).await.unwrap();
        let sync = world.store.syncs().list_for_connection(connection).await.unwrap().remove(0);
        assert_eq!(sync.last_success_started_at, None);
        let error = sync.last_run.unwrap().error.unwrap();
        assert_eq!((error.status, error.details.unwrap().get()), (Some(502), r#"{"n":12345678901234567890123}"#));
        assert_eq!(world.claim().await.unwrap().attempt, 2);
    }

    async fn lines_keep_their_order_and_their_odd_characters(database) {
        let world = World::new(database).await;
        let run = world.run(1, None);
        let id = run.id;
        world.store.runs().insert(run).await.unwrap();
        let line = |message: &str, fields: Option<&str>| LogLine { kind: LineKind::Log, at: world.now(), level: "info".to_owned(), message: message.to_owned(), fields: fields.map(ToOwned::to_owned) };
        let logs = world.store.run_logs();
        logs.append(id, vec![]).await.unwrap();
        logs.append(id, vec![line("one \"quoted\" \u{1b}[31m", Some(r#"{"n":1e400}"#)), line("nul \0 🦀", None)]).await.unwrap();
        logs.append(id, vec![line("three", None)]).await.unwrap();
        let all = logs.list(id, 0, 10).await.unwrap();
        let messages: Vec<_> = all.iter().map(|row| (row.seq, row.line.message.as_str())).collect();
        assert_eq!(messages, [(1, "one \"quoted\" \u{1b}[31m"), (2, "nul \u{fffd} 🦀"), (3, "three")]);
        assert_eq!(all[0].line.fields.as_deref(), Some(r#"{"n":1e400}"#));
        assert_eq!(logs.list(id, 1, 1).await.unwrap()[0].seq, 2);
    }

    async fn old_runs_go_with_their_logs(database) {
        let world = World::new(database).await;
        let filter = RunFilter { environment: world.environment, function: None, connection: None, state: None, before: None, limit: 10 };
        for n in 1..=3 {
            let run = world.run(n, None);
            let id = run.id;
            world.store.runs().insert(run).await.unwrap();
            let line = LogLine { kind: LineKind::Log, at: world.now(), level: "info".to_owned(), message: "x".to_owned(), fields: None };
            world.store.run_logs().append(id, vec![line]).await.unwrap();
            let end = FinishRun { id, state: RunState::Succeeded, output: None, error: None, counts: BTreeMap::new(), usage: RunUsage::default(), job: None, now: world.now() };
            world.store.runs().finish(end).await.unwrap();
            world.clock.advance(Duration::from_mins(1));
        }
        let all = world.store.runs().list(filter.clone()).await.unwrap();
        assert_eq!(all.len(), 3);
        assert!(all[0].id > all[1].id && all[0].input.is_none());
        let before = world.store.runs().list(RunFilter { before: Some(all[0].id), state: Some(RunState::Succeeded), ..filter.clone() }).await.unwrap();
        assert_eq!(before.iter().map(|run| run.id).collect::<Vec<_>>(), [all[1].id, all[2].id]);
        let oldest = all[2].id;
        assert_eq!(world.store.runs().prune(all[2].finished_at.unwrap().plus(Duration::from_secs(1)), 10).await.unwrap(), 1);
        assert!(world.store.runs().lookup(oldest).await.unwrap().is_none());
        assert!(world.store.run_logs().list(oldest, 0, 10).await.unwrap().is_empty());
    }
}

on_each_database! {
    async fn runs_are_looked_through_by_names_and_states(database) {
        let world = World::new(database).await;
        let mut ids = Vec::new();
        for n in 1..=6 {
            world.clock.advance(Duration::from_secs(1));
            let run = world.run(n, None);
            ids.push(run.id);
            world.store.runs().insert(run).await.unwrap();
            let state = if n % 3 == 0 { RunState::Failed } else { RunState::Succeeded };
            let end = FinishRun { id: ids[ids.len() - 1], state, output: None, error: None, counts: BTreeMap::new(), usage: RunUsage::default(), job: None, now: world.now() };
            world.store.runs().finish(end).await.unwrap();
        }
        ids.reverse();
        let all = RunSearch { environment: world.environment, state: None, function: None, connection: None, integration: None, since: None, before: None, limit: 4 };
        let found = async |search: RunSearch| {
            let page = world.store.runs().browse(search).await.unwrap();
            (page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), page.next)
        };
        let run = world.store.runs().lookup(ids[0]).await.unwrap().unwrap();
        assert_eq!(found(all.clone()).await, (ids[..4].to_vec(), Some(ids[3])));
        assert_eq!(found(RunSearch { before: Some(ids[3]), ..all.clone() }).await, (ids[4..].to_vec(), None));
        assert_eq!(found(RunSearch { state: Some(RunState::Failed), ..all.clone() }).await.0, [ids[0], ids[3]]);
        assert_eq!(found(RunSearch { state: Some(RunState::Succeeded), ..all.clone() }).await.0, [ids[1], ids[2], ids[4], ids[5]]);
        assert_eq!(found(RunSearch { state: Some(RunState::Running), ..all.clone() }).await, (vec![], None));
        assert_eq!(found(RunSearch { function: Some(run.function_name), state: Some(RunState::Failed), ..all.clone() }).await.0, [ids[0], ids[3]]);
        assert_eq!(found(RunSearch { since: Some(run.started_at), ..all.clone() }).await.0, [ids[0]]);
        let none = RunSearch { connection: Some(syncline_domain::ConnectionName::new("nobody").unwrap()), ..all };
        assert_eq!(found(none).await, (vec![], None));
        let line = |n| LogLine { kind: LineKind::Log, at: world.now(), level: "info".to_owned(), message: format!("{n}"), fields: None };
        let talking = world.run(7, None);
        let id = talking.id;
        world.store.runs().insert(talking).await.unwrap();
        world.store.run_logs().append(id, (1..=5).map(line).collect()).await.unwrap();
        let last = async |before| world.store.run_logs().last(id, before, 2).await.unwrap().iter().map(|row| row.seq).collect::<Vec<_>>();
        assert_eq!((last(None).await, last(Some(4)).await, last(Some(1)).await), (vec![4, 5], vec![2, 3], vec![]));
    }
}
