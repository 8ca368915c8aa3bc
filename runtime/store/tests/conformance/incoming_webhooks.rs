//! What providers told: kept once, routed once, and found again by the connection that it was for.

use std::time::Duration;

use syncline_domain::{ConnectionName, ConnectionRef, IncomingWebhookId, IncomingWebhookState, IntegrationKey, JobKind, Trigger};
use syncline_store::payload::RouteWebhook;
use syncline_store::{
    Error, Fence, Follow, IncomingFilter, JobRow, NewIncomingWebhook, NewRun, Parking, WebhookHead, WebhookRun, on_each_database,
};

use crate::fixture::World;

fn webhook(world: &World, id: u8, dedupe: Option<(&str, Option<Duration>)>) -> NewIncomingWebhook {
    NewIncomingWebhook {
        id: IncomingWebhookId::new(world.now(), [id; 10]),
        environment: world.environment,
        integration: world.integration,
        event: Some("push".to_owned()),
        delivery_id: Some(id.to_string()),
        dedupe: dedupe.map(|(key, window)| (key.to_owned(), window)),
        verified: true,
        is_handshake: false,
        head: WebhookHead { method: "POST".to_owned(), query: vec![], headers: vec![("x-a".to_owned(), "1".to_owned())] },
        body: vec![id; 3],
        now: world.now(),
    }
}

async fn take(world: &World, id: u8) -> (IncomingWebhookId, JobRow) {
    let new = webhook(world, id, None);
    let kept = new.id;
    world.store.incoming_webhooks().insert_all(vec![new]).await.unwrap();
    (kept, routing(world).await)
}

async fn routing(world: &World) -> JobRow {
    let job = world.claim().await.unwrap();
    assert_eq!(job.kind, JobKind::RouteWebhook);
    job
}

async fn state(world: &World, id: IncomingWebhookId) -> IncomingWebhookState {
    world.store.incoming_webhooks().lookup(id).await.unwrap().unwrap().state
}

async fn declare(world: &World, fields: &[&str]) {
    let fields = fields.iter().map(|field| ("github".to_owned(), (*field).to_owned())).collect();
    world.store.incoming_webhooks().declare_routes(fields).await.unwrap();
}

async fn found(world: &World, field: &str, value: &str) -> Vec<String> {
    let matches = world.store.incoming_webhooks().matches(world.integration, field, value).await.unwrap();
    matches.iter().map(|matched| matched.name.to_string()).collect()
}

on_each_database! {
    /// D6: a delivery and the job that routes it are one; the same again is neither.
    async fn a_delivery_is_kept_once_with_its_job(database) {
        let world = World::new(database).await;
        let incoming = world.store.incoming_webhooks();
        let batch = || vec![webhook(&world, 1, Some(("a", None))), webhook(&world, 2, Some(("b", None))), webhook(&world, 3, Some(("a", None)))];
        assert_eq!(incoming.insert_all(batch()).await.unwrap(), [true, true, false]);
        world.clock.advance(Duration::from_hours(24));
        let again = vec![webhook(&world, 4, Some(("a", None))), webhook(&world, 5, None), webhook(&world, 6, None)];
        assert_eq!(incoming.insert_all(again).await.unwrap(), [false, true, true]);
        let mut routed = Vec::new();
        while let Some(job) = world.claim().await {
            routed.push(serde_json::from_str::<RouteWebhook>(&job.payload).unwrap().webhook);
        }
        assert_eq!(routed.len(), 4);
        let content = incoming.content(routed[0]).await.unwrap().unwrap();
        assert_eq!((content.body.as_slice(), content.head.headers[0].1.as_str()), (&[1, 1, 1][..], "1"));
    }

    async fn an_equal_body_is_the_same_event_within_its_window_only(database) {
        let world = World::new(database).await;
        let window = Some(Duration::from_mins(5));
        let insert = async |id| world.store.incoming_webhooks().insert_all(vec![webhook(&world, id, Some(("hash", window)))]).await.unwrap()[0];
        assert!(insert(1).await);
        world.clock.advance(Duration::from_mins(5));
        assert!(!insert(2).await);
        world.clock.advance(Duration::from_secs(1));
        assert!(insert(3).await);
        assert!(!insert(4).await, "the window is that of the latest");
    }

    /// W2
    async fn what_follows_and_the_end_of_the_routing_are_one(database) {
        let world = World::new(database).await;
        let connection = world.connect("ada").await;
        let sync = world.claim().await.unwrap().sync.unwrap();
        let (id, job) = take(&world, 1).await;
        let follow = || Follow { connections: 1, runs: vec![WebhookRun { connection, sync, function: world.function }], forwards: vec![] };
        let stale = Fence { job: job.id, fence: job.fence - 1 };
        let refused = world.store.incoming_webhooks().follow(stale, id, follow(), world.now()).await;
        assert!(matches!(refused, Err(Error::Fenced)), "{refused:?}");
        assert_eq!(state(&world, id).await, IncomingWebhookState::Received);
        world.store.incoming_webhooks().follow(job.fence(), id, follow(), world.now()).await.unwrap();
        assert!(matches!(world.store.incoming_webhooks().follow(job.fence(), id, follow(), world.now()).await, Err(Error::Fenced)));
        let run = world.claim().await.unwrap();
        assert_eq!((run.kind, run.connection, run.sync), (JobKind::RunWebhook, Some(connection), None));
        let of_webhook = NewRun { sync: Some(sync), trigger: Trigger::Webhook, ..world.run(1, Some(&run)) };
        world.store.runs().insert(of_webhook).await.unwrap();
        world.store.runs().insert(NewRun { job: None, ..world.run(2, None) }).await.unwrap();
        let caused = world.store.runs().of_webhook(id, 10).await.unwrap();
        assert_eq!(caused.iter().map(|run| run.connection).collect::<Vec<_>>(), [Some(connection)]);
        assert!(world.claim().await.is_none(), "one run");
        // A paused sync takes back what waits for it, and not this.
        assert!(world.store.incoming_webhooks().replay(world.environment, id, world.now()).await.unwrap());
        assert!(!world.store.incoming_webhooks().replay(world.environment, id, world.now()).await.unwrap(), "it is on its way");
        let row = world.store.incoming_webhooks().lookup(id).await.unwrap().unwrap();
        assert_eq!((row.runs, row.replays), (1, 1));
    }

    /// W2: of texts and numbers, in configuration, metadata and tags; kept up with every change.
    async fn a_connection_is_found_by_what_its_fields_hold(database) {
        let world = World::new(database).await;
        let mut new = world.connection("early");
        r#"{"team.id":"T0","n":7}"#.clone_into(&mut new.connection_config);
        world.store.connections().insert(new).await.unwrap();
        declare(&world, &["connection_config.team.id", "connection_config.n", "metadata.site", "tags.team"]).await;
        assert_eq!(found(&world, "connection_config.team.id", "T0").await, ["early"], "it was there before the field was declared");
        assert_eq!(found(&world, "connection_config.n", "7").await, ["early"]);
        let mut new = world.connection("late");
        r#"{"team.id":"T0"}"#.clone_into(&mut new.connection_config);
        new.tags = [("team".to_owned(), "red".to_owned())].into_iter().collect();
        world.store.connections().insert(new).await.unwrap();
        assert_eq!(found(&world, "connection_config.team.id", "T0").await, ["early", "late"]);
        assert_eq!(found(&world, "tags.team", "red").await, ["late"]);
        let (key, name) = (IntegrationKey::new("github").unwrap(), ConnectionName::new("late").unwrap());
        let set = async |metadata: &str| {
            world.store.connections().set_metadata(world.environment, &key, std::slice::from_ref(&name), metadata, world.now()).await.unwrap();
        };
        set(r#"{"site":"a"}"#).await;
        assert_eq!(found(&world, "metadata.site", "a").await, ["late"]);
        // What no index of a database can hold is no route, and no reason to refuse it.
        set(&format!(r#"{{"site":"a\u0000b","deep":{}{}}}"#, "[".repeat(1_500), "]".repeat(1_500))).await;
        assert!(found(&world, "metadata.site", "a").await.is_empty());
        set(&format!(r#"{{"site":"{}"}}"#, "x".repeat(256))).await;
        set(r#"{"site":{"a":1}}"#).await;
        assert_eq!(found(&world, "connection_id", "late").await, ["late"]);
        let of = ConnectionRef { integration: key, connection: name };
        let late = world.store.connections().lookup_row_id(world.environment, &of).await.unwrap().unwrap();
        world.store.connections().delete(late, world.now()).await.unwrap();
        assert_eq!(found(&world, "connection_config.team.id", "T0").await, ["early"]);
        assert!(found(&world, "connection_id", "late").await.is_empty());
    }

    /// W2
    async fn what_was_parked_is_routed_when_its_connection_appears(database) {
        let world = World::new(database).await;
        declare(&world, &["metadata.site"]).await;
        let (id, job) = take(&world, 1).await;
        let keys = || vec![("metadata.site".to_owned(), "a".to_owned()), ("connection_id".to_owned(), "ada".to_owned())];
        let incoming = world.store.incoming_webhooks();
        assert_eq!(incoming.park(job.fence(), id, world.integration, keys(), vec![], world.now()).await.unwrap(), Parking::Parked);
        assert_eq!(state(&world, id).await, IncomingWebhookState::Parked);
        let mut sorted = keys();
        sorted.sort();
        assert_eq!(incoming.waits_for(id).await.unwrap(), sorted);
        let filter = |state, integration: &str| IncomingFilter {
            environment: world.environment,
            integration: Some(IntegrationKey::new(integration).unwrap()),
            state,
            event: Some("push".to_owned()),
            since: None,
            until: None,
            before: None,
            limit: 9,
        };
        let found = async |filter| incoming.list(filter).await.unwrap().iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(found(filter(Some(IncomingWebhookState::Parked), "github")).await, [id]);
        assert_eq!(found(filter(None, "github")).await, [id]);
        assert!(found(filter(None, "slack")).await.is_empty());
        let mut other = world.connection("other");
        (other.syncs, other.metadata) = (vec![], Some(r#"{"site":"b"}"#.to_owned()));
        world.store.connections().insert(other).await.unwrap();
        assert!(world.claim().await.is_none(), "not for this one");
        let mut new = world.connection("bob");
        (new.syncs, new.metadata) = (vec![], Some(r#"{"site":"a"}"#.to_owned()));
        world.store.connections().insert(new).await.unwrap();
        let job = routing(&world).await;
        assert_eq!(state(&world, id).await, IncomingWebhookState::Received);
        let parked = incoming.park(job.fence(), id, world.integration, keys(), vec![], world.now()).await.unwrap();
        assert_eq!(parked, Parking::Found, "one that is there is not waited for");
        assert_eq!(state(&world, id).await, IncomingWebhookState::Received);
    }

    async fn they_are_listed_newest_first_and_kept_for_fifteen_days(database) {
        let world = World::new(database).await;
        let mut ids = Vec::new();
        for id in 1..=3 {
            ids.push(take(&world, id).await.0);
            world.clock.advance(Duration::from_secs(1));
        }
        let filter = |before, limit| IncomingFilter { environment: world.environment, integration: None, state: None, event: None, since: None, until: None, before, limit };
        let list = async |filter| {
            let rows = world.store.incoming_webhooks().list(filter).await.unwrap();
            rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(list(filter(None, 2)).await, [ids[2], ids[1]]);
        assert_eq!(list(filter(Some(ids[1]), 2)).await, [ids[0]]);
        assert!(list(IncomingFilter { state: Some(IncomingWebhookState::Parked), ..filter(None, 9) }).await.is_empty());
        assert_eq!(list(IncomingFilter { since: Some(world.now().minus(Duration::from_secs(1))), ..filter(None, 9) }).await, [ids[2]]);
        let second = world.now().minus(Duration::from_secs(2));
        let only = IncomingFilter { since: Some(second), until: Some(second.plus(Duration::from_secs(1))), ..filter(None, 9) };
        assert_eq!(list(only).await, [ids[1]]);
        assert_eq!(list(IncomingFilter { until: Some(second), ..filter(None, 9) }).await, [ids[0]]);
        world.clock.advance(Duration::from_hours(15 * 24) - Duration::from_secs(2));
        world.store.sweep(world.now(), 100).await.unwrap();
        assert_eq!(list(filter(None, 9)).await, [ids[2], ids[1]]);
    }
}
