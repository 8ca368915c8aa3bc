//! What the console's pages ask, and whether indexes answer it.

use std::time::Duration;

use syncline_domain::{
    Action, ConnectionName, DeliveryState, FunctionName, IncomingWebhookState, IntegrationKey, OperationId, OperationState, RunId,
    RunState, WebhookKind,
};
use syncline_store::{
    BrowseConnections, BrowseRecords, ConnectionFilter, DeliveryFilter, IncomingFilter, OperationFilter, RunSearch, Severity, Span,
    WaitingSearch, on_each_database,
};

use crate::fixture::{World, id, issues, query};

on_each_database! {
    /// C7: no page of the console reads a table that grows, whatever it is narrowed by.
    async fn no_page_reads_a_whole_table(database) {
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        let of = issues(connection);
        world.save(&of, &[r#"{"id":"a"}"#]).await;
        let (store, environment) = (&world.store, world.environment);
        let (name, function) = (ConnectionName::new("c").unwrap(), FunctionName::new("issues").unwrap());
        let integration = IntegrationKey::new("github").unwrap();
        let pages = async {
            // Overview
            let week = Span { since: world.now(), step: Duration::from_hours(2), steps: 84 };
            store.overview().history(environment, week).await.unwrap();
            store.overview().standing(environment).await.unwrap();
            // Records
            store.connections().named(environment, &name).await.unwrap();
            store.connections().list(environment, ConnectionFilter { limit: 50, ..ConnectionFilter::default() }).await.unwrap();
            let every = BrowseConnections {
                environment,
                integration: None,
                in_trouble: None,
                user: None,
                tag: None,
                search: None,
                before: None,
                limit: 50,
                looked_at: 1,
            };
            for browse in [
                every.clone(),
                BrowseConnections { integration: Some(world.integration), ..every.clone() },
                BrowseConnections { in_trouble: Some(true), ..every.clone() },
                BrowseConnections { in_trouble: Some(false), integration: Some(world.integration), ..every.clone() },
                BrowseConnections { user: Some("u".to_owned()), in_trouble: Some(true), ..every.clone() },
                BrowseConnections { tag: Some(("plan".to_owned(), Some("gold".to_owned()))), ..every.clone() },
                BrowseConnections { search: Some("x".to_owned()), ..every.clone() },
            ] {
                store.connections().browse(browse).await.unwrap();
            }
            store.records().counts_of(&[connection]).await.unwrap();
            store.records().counts(connection).await.unwrap();
            for action in [None, Some(Action::Deleted)] {
                for (since, until) in [(None, None), (Some(world.now()), Some(world.now().plus(Duration::from_hours(1))))] {
                    let browse = BrowseRecords { collection: of.clone(), before: None, action, since, until, limit: 50 };
                    store.records().browse(browse).await.unwrap();
                }
            }
            store.records().beginning_with(&of, "a", 51).await.unwrap();
            store.records().list(query(&of, None, 500)).await.unwrap();
            store.records().list(syncline_store::ListRecords { ids: vec![id("a")], ..query(&of, None, 1) }).await.unwrap();
            // Logs
            let all = OperationFilter {
                environment,
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
                limit: 50,
            };
            for filter in [
                all.clone(),
                OperationFilter { kind: Some("sync".to_owned()), ..all.clone() },
                OperationFilter { state: Some(OperationState::Failed), ..all.clone() },
                OperationFilter { state: Some(OperationState::Running), ..all.clone() },
                OperationFilter { integration: Some(integration.clone()), ..all.clone() },
                OperationFilter { connection: Some(name.clone()), state: Some(OperationState::Failed), ..all.clone() },
                OperationFilter { function: Some(function.clone()), ..all.clone() },
                OperationFilter { since: Some(world.now()), until: Some(world.now()), ..all.clone() },
                OperationFilter { text: Some("x".to_owned()), ..all.clone() },
            ] {
                for severity in [None, Some(Severity::Warn)] {
                    store.operations().list_from(severity, filter.clone()).await.unwrap();
                }
            }
            let operation = OperationId::new(world.now(), [1; 10]);
            store.operations().lookup(environment, operation).await.unwrap();
            store.operations().messages(operation, 0, 200).await.unwrap();
            // Runs
            let run = RunId::new(world.now(), [1; 10]);
            store.run_logs().list(run, 0, 200).await.unwrap();
            store.run_logs().last(run, None, 200).await.unwrap();
            let any = RunSearch { environment, state: None, function: None, connection: None, integration: None, since: None, before: None, limit: 50 };
            for search in [
                any.clone(),
                RunSearch { state: Some(RunState::Failed), ..any.clone() },
                RunSearch { state: Some(RunState::Succeeded), ..any.clone() },
                RunSearch { function: Some(function.clone()), ..any.clone() },
                RunSearch { connection: Some(name.clone()), ..any.clone() },
                RunSearch { integration: Some(integration.clone()), since: Some(world.now()), ..any.clone() },
            ] {
                store.runs().browse(search).await.unwrap();
            }
            let waiting = WaitingSearch { environment, function: None, connection: None, integration: None, after: None, limit: 50 };
            store.jobs().waiting(waiting.clone()).await.unwrap();
            store.jobs().waiting(WaitingSearch { connection: Some(name.clone()), ..waiting }).await.unwrap();
            // Webhooks
            let (failed, waiting) = (Some(DeliveryState::Failed), Some(DeliveryState::Waiting));
            for (state, kind) in [(None, None), (failed, None), (waiting, None), (None, Some(WebhookKind::Auth)), (failed, Some(WebhookKind::Auth))] {
                let filter = DeliveryFilter { state, kind, limit: 50, ..DeliveryFilter::default() };
                store.webhook_deliveries().list(environment, filter.clone()).await.unwrap();
                let then = Some(world.now().minus(Duration::from_hours(1)));
                store.webhook_deliveries().list(environment, DeliveryFilter { since: then, until: Some(world.now()), ..filter }).await.unwrap();
            }
            for (state, integration) in [(None, None), (Some(IncomingWebhookState::Parked), None), (None, Some(integration.clone()))] {
                for (since, until) in [(None, None), (Some(world.now()), Some(world.now()))] {
                    let integration = integration.clone();
                    let filter = IncomingFilter { environment, integration, state, event: None, since, until, before: None, limit: 50 };
                    store.incoming_webhooks().list(filter).await.unwrap();
                }
            }
        };
        let ((), count, scans) = Box::pin(store.scans(pages)).await;
        assert!(count > 50, "{count} statements were seen");
        assert!(scans.is_empty(), "{}", scans.join("\n\n"));
    }

    /// The check sees what it is for: this counts all jobs in hand.
    async fn an_index_that_is_read_from_end_to_end_is_noticed(database) {
        let world = World::new(database).await;
        let (counted, count, scans) = world.store.scans(world.store.jobs().count_active()).await;
        assert_eq!((counted.is_ok(), count, scans.len()), (true, 1, 1), "{scans:?}");
    }
}
