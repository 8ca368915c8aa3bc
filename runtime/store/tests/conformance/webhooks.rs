//! Where webhooks go, what they are signed with, and what became of them.

use std::time::Duration;

use syncline_domain::{EnvironmentId, JobKind, WebhookKind};
use syncline_store::payload::DeliverWebhook;
use syncline_store::{Constraint, DeliveryFilter, Error, Fence, JobRow, NewDelivery, WebhookSettingsPatch, on_each_database};

use crate::fixture::World;

const DAY: Duration = Duration::from_hours(24);

pub(crate) fn delivery(world: &World, url: &str) -> NewDelivery {
    NewDelivery {
        environment: world.environment,
        kind: WebhookKind::Forward,
        connection: None,
        url: url.to_owned(),
        body: r#"{"from":"nango"}"#.to_owned(),
        headers: vec![("x-many".to_owned(), "1".to_owned()), ("x-many".to_owned(), "2".to_owned())],
        now: world.now(),
    }
}

/// The claimed job that tells of a new connection.
pub(crate) async fn notify(world: &World) -> JobRow {
    let mut new = world.connection("c");
    new.syncs.clear();
    new.notify = true;
    world.store.connections().insert(new).await.unwrap();
    let job = world.claim().await.unwrap();
    assert_eq!(job.kind, JobKind::NotifyAuth);
    job
}

on_each_database! {
    async fn the_settings_are_made_when_first_asked_for(database) {
        let world = World::new(database).await;
        let lookups = (0..4).map(|_| {
            let (store, environment) = (world.store.clone(), world.environment);
            async move { store.webhook_settings().lookup(environment).await.unwrap() }
        });
        let found = futures_util::future::join_all(lookups).await;
        let first = &found[0];
        assert!(first.on_auth_creation && first.on_auth_refresh_error && first.primary_url.is_none() && first.secondary_url.is_none());
        assert!(first.signing_key.expose().starts_with("whsec_") && first.signing_key.expose().len() == 50);
        assert!(found.iter().all(|settings| settings.signing_key == first.signing_key), "one key, whoever was first");
        let nowhere = world.store.webhook_settings().lookup(EnvironmentId(99)).await;
        assert!(matches!(nowhere, Err(Error::Conflict { constraint: Constraint::Reference })), "{nowhere:?}");
    }

    async fn a_patch_of_the_settings_changes_what_it_names(database) {
        let world = World::new(database).await;
        let settings = world.store.webhook_settings();
        let patch = WebhookSettingsPatch {
            primary_url: Some(Some("https://a.example.com".to_owned())),
            secondary_url: Some(Some("https://b.example.com".to_owned())),
            on_auth_creation: Some(false),
            ..Default::default()
        };
        let set = settings.set(world.environment, patch).await.unwrap();
        assert_eq!(set.primary_url.as_deref(), Some("https://a.example.com"));
        assert!(!set.on_auth_creation && set.on_auth_refresh_error);
        let patch = WebhookSettingsPatch { secondary_url: Some(None), on_auth_refresh_error: Some(false), ..Default::default() };
        settings.set(world.environment, patch).await.unwrap();
        let found = settings.lookup(world.environment).await.unwrap();
        assert_eq!((found.primary_url.as_deref(), found.secondary_url), (Some("https://a.example.com"), None));
        assert!(!found.on_auth_creation && !found.on_auth_refresh_error);
        assert_eq!(found.signing_key, set.signing_key);
        let rotated = settings.rotate_signing_key(world.environment, DAY, world.now()).await.unwrap();
        assert_ne!(rotated, set.signing_key);
        let found = settings.lookup(world.environment).await.unwrap();
        assert_eq!((found.signing_key, found.primary_url.as_deref()), (rotated, Some("https://a.example.com")));
    }

    /// W5: for a while there are two keys, and never more.
    async fn a_key_that_somebody_knows_signs_on_beside_the_next(database) {
        let world = World::new(database).await;
        let settings = world.store.webhook_settings();
        let rotate = |overlap| settings.rotate_signing_key(world.environment, overlap, world.now());
        let first = rotate(DAY).await.unwrap();
        let found = settings.lookup(world.environment).await.unwrap();
        assert_eq!(found.keys(world.now()), (&first, None), "nobody was ever shown the key before");
        let second = rotate(DAY).await.unwrap();
        let found = settings.lookup(world.environment).await.unwrap();
        assert_eq!(found.keys(world.now()), (&second, Some(&first)));
        assert_eq!(found.keys(world.now().plus(DAY)), (&second, None));
        let third = rotate(DAY).await.unwrap();
        let found = settings.lookup(world.environment).await.unwrap();
        assert_eq!(found.keys(world.now()), (&third, Some(&second)));
        let fourth = rotate(Duration::ZERO).await.unwrap();
        let found = settings.lookup(world.environment).await.unwrap();
        assert_eq!(found.keys(world.now()), (&fourth, None));
    }

    async fn deliveries_and_the_end_of_their_job_are_one(database) {
        let world = World::new(database).await;
        let job = notify(&world).await;
        let stale = Fence { job: job.id, fence: job.fence - 1 };
        let deliveries = || vec![delivery(&world, "https://a.example.com"), delivery(&world, "https://b.example.com")];
        let refused = world.store.webhook_deliveries().insert_all(stale, deliveries(), world.now()).await;
        assert!(matches!(refused, Err(Error::Fenced)), "{refused:?}");
        assert!(world.store.webhook_deliveries().list(world.environment, DeliveryFilter { limit: 10, ..Default::default() }).await.unwrap().is_empty());
        let ids = world.store.webhook_deliveries().insert_all(job.fence(), deliveries(), world.now()).await.unwrap();
        assert_eq!(ids.len(), 2);
        let again = world.store.webhook_deliveries().insert_all(job.fence(), deliveries(), world.now()).await;
        assert!(matches!(again, Err(Error::Fenced)), "a message is not composed twice: {again:?}");
        for id in ids {
            let job = world.claim().await.unwrap();
            let payload: DeliverWebhook = serde_json::from_str(&job.payload).unwrap();
            assert_eq!((job.kind, payload.delivery, job.max_attempts), (JobKind::DeliverWebhook, id, 1_000_000));
        }
        assert!(world.claim().await.is_none());
        let urls: Vec<_> = world.store.webhook_deliveries().list(world.environment, DeliveryFilter { limit: 10, ..Default::default() }).await.unwrap().into_iter().map(|row| row.url).collect();
        assert_eq!(urls, ["https://b.example.com", "https://a.example.com"]);
        // Of a time: from its first moment to before its last.
        let (now, later) = (world.now(), world.now().plus(Duration::from_secs(1)));
        for (since, until, found) in [(Some(now), Some(later), 2), (None, Some(later), 2), (None, Some(now), 0), (Some(later), None, 0)] {
            let filter = DeliveryFilter { since, until, limit: 10, ..Default::default() };
            assert_eq!(world.store.webhook_deliveries().list(world.environment, filter).await.unwrap().len(), found, "{since:?} {until:?}");
        }
    }

    async fn what_happened_is_told_though_the_connection_is_gone(database) {
        let world = World::new(database).await;
        let job = notify(&world).await;
        world.store.webhook_deliveries().insert_all(job.fence(), vec![delivery(&world, "https://a.example.com")], world.now()).await.unwrap();
        world.store.connections().delete(job.connection.unwrap(), world.now()).await.unwrap();
        assert_eq!(world.claim().await.unwrap().kind, JobKind::DeliverWebhook);
    }
}
