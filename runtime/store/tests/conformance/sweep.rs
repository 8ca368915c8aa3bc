//! What is over goes, the rest stays.

use std::time::Duration;

use syncline_domain::{JobKind, WebhookKind};
use syncline_store::{NewDelivery, on_each_database};

use crate::connecting::{new_flow, new_session};
use crate::fixture::World;
use crate::operators::{new_console_session, owner};

on_each_database! {
    async fn a_sweep_takes_what_is_over_and_no_more_than_asked(database) {
        let world = World::new(database).await;
        let store = &world.store;
        let begin = world.now();
        let hour = Duration::from_hours(1);
        let owner = owner(&world).await;
        for at in 0..3 {
            store.connect_sessions().insert(new_session(&world, at)).await.unwrap();
            store.auth_flows().insert(new_flow(&world, at)).await.unwrap();
            store.flow_results().put(&format!("client-{at}"), "{}", begin.plus(hour)).await.unwrap();
            assert!(store.console_sessions().insert(new_console_session(&world, owner, at, "csrf")).await.unwrap());
        }
        assert_eq!(store.sweep(begin, 100).await.unwrap(), 0, "nothing is over");
        // A session is left for an hour after its half hour; the other three kinds are over.
        world.clock.advance(hour + Duration::from_secs(1));
        assert_eq!(store.sweep(world.now(), 2).await.unwrap(), 6);
        assert_eq!(store.sweep(world.now(), 2).await.unwrap(), 3);
        assert_eq!(store.sweep(world.now(), 2).await.unwrap(), 0);
        assert!(store.connect_sessions().lookup_by_hash(&[0; 32], begin).await.unwrap().is_some());
        assert!(store.auth_flows().take(&[0; 32], begin).await.unwrap().is_none());
        assert!(store.flow_results().lookup(&["client-0".to_owned()], begin).await.unwrap().is_empty());
        assert!(store.console_sessions().lookup(&[0; 32], begin).await.unwrap().is_none());
        world.clock.advance(hour);
        assert_eq!(store.sweep(world.now(), 100).await.unwrap(), 3);
        assert!(store.connect_sessions().lookup_by_hash(&[0; 32], begin).await.unwrap().is_none());
    }

    async fn deliveries_are_kept_for_thirty_days(database) {
        let world = World::new(database).await;
        let mut new = world.connection("c");
        new.syncs.clear();
        new.notify = true;
        let connection = world.store.connections().insert(new).await.unwrap().row.id;
        let job = world.claim().await.unwrap();
        assert_eq!(job.kind, JobKind::NotifyAuth);
        let (environment, connection, now) = (world.environment, Some(connection), world.now());
        let delivery = NewDelivery {
            environment,
            kind: WebhookKind::Auth,
            connection,
            url: "https://a.example.com".to_owned(),
            body: "{}".to_owned(),
            headers: Vec::new(),
            now,
        };
        let id = world.store.webhook_deliveries().insert_all(job.fence(), vec![delivery], now).await.unwrap()[0];
        world.clock.advance(Duration::from_hours(30 * 24));
        world.store.sweep(world.now(), 100).await.unwrap();
        assert_eq!(world.store.webhook_deliveries().lookup(id).await.unwrap().unwrap().connection, connection);
        world.clock.advance(Duration::from_secs(1));
        world.store.sweep(world.now(), 100).await.unwrap();
        assert!(world.store.webhook_deliveries().lookup(id).await.unwrap().is_none());
    }
}
