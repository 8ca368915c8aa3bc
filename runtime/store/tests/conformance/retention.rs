//! What records' policies let go, and what they leave.

use std::time::Duration;

use syncline_domain::JobKind;
use syncline_store::{RecordPolicy, RecordRow, on_each_database};

use crate::fixture::{World, issues};

const DAY: Duration = Duration::from_hours(24);

impl World {
    /// Walks through all collections, as often as there is something to do.
    async fn retain(&self) -> (u64, u64) {
        let (mut from, mut pruned, mut dropped) = (0, 0, 0);
        loop {
            let step = self.store.records().retain_step(from, 2, 2, self.now()).await.unwrap();
            pruned += step.pruned;
            dropped += step.dropped;
            match step.next {
                Some(next) => from = next,
                None => return (pruned, dropped),
            }
        }
    }

    async fn payloads(&self, of: &syncline_store::CollectionRef) -> Vec<(String, bool)> {
        let page = self.list(of, None, 100).await;
        page.records.iter().map(|record: &RecordRow| (record.external_id.to_string(), record.payload.is_some())).collect()
    }
}

on_each_database! {
    /// X2: a cursor from before a prune goes on as it did; what was pruned says so, and comes back when it changes.
    async fn payloads_that_did_not_change_for_long_go_and_no_others(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        world.save(&of, &[r#"{"id":"1","n":1}"#, r#"{"id":"2","n":1}"#, r#"{"id":"3","n":1}"#, r#"{"id":"4","n":1}"#, r#"{"id":"5","n":1}"#]).await;
        let cursor = world.list(&of, None, 1).await.next_cursor.unwrap();
        world.clock.advance(DAY * 20);
        world.save(&of, &[r#"{"id":"2","n":2}"#]).await;
        assert_eq!(world.retain().await, (0, 0), "nothing is 30 days old");
        world.clock.advance(DAY * 11);
        assert_eq!(world.retain().await, (4, 0));
        let left = world.payloads(&of).await;
        assert_eq!(left.iter().filter(|(_, whole)| *whole).map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["2"]);
        assert_eq!(world.list(&of, Some(&cursor), 100).await.records.len(), 4);
        assert_eq!(world.retain().await, (0, 0), "once is enough");
        // The same content changes nothing, other content does.
        world.save(&of, &[r#"{"id":"1","n":1}"#, r#"{"id":"3","n":3}"#]).await;
        let after = world.payloads(&of).await;
        assert_eq!(after.iter().filter(|(_, whole)| *whole).map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["2", "3"]);
        let counts = world.store.records().counts(of.connection).await.unwrap();
        assert_eq!((counts[0].records, counts[0].size_bytes), (5, 2 * r#"{"id":"2","n":2}"#.len() as u64));
    }

    async fn an_environment_decides_for_itself_and_zero_is_for_ever(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        world.save(&of, &[r#"{"id":"1"}"#]).await;
        let policies = world.store.record_policies();
        assert_eq!(policies.lookup(world.environment).await.unwrap(), RecordPolicy { prune_after_days: 30, delete_after_days: 60 });
        policies.set(world.environment, RecordPolicy { prune_after_days: 0, delete_after_days: 0 }).await.unwrap();
        world.clock.advance(DAY * 400);
        assert_eq!(world.retain().await, (0, 0));
        policies.set(world.environment, RecordPolicy { prune_after_days: 401, delete_after_days: 0 }).await.unwrap();
        assert_eq!(world.retain().await, (0, 0));
        policies.set(world.environment, RecordPolicy { prune_after_days: 399, delete_after_days: 0 }).await.unwrap();
        assert_eq!(world.retain().await, (1, 0));
    }

    async fn what_no_sync_keeps_any_more_is_dropped_and_what_one_keeps_stays(database) {
        let world = World::new(database).await;
        let (kept, left) = (issues(world.connect("kept").await), issues(world.connect("left").await));
        for of in [&kept, &left] {
            world.save(of, &[r#"{"id":"1"}"#]).await;
        }
        world.clock.advance(DAY * 61);
        // A run of the one connection's sync, which found nothing new.
        while let Some(job) = world.claim().await {
            if job.connection == Some(kept.connection) {
                world.store.runs().insert(world.run(1, Some(&job))).await.unwrap();
            }
            world.store.jobs().complete(&job.fence(), world.now()).await.unwrap();
        }
        let (_, dropped) = world.retain().await;
        assert_eq!(dropped, 1);
        assert_eq!(world.payloads(&kept).await.len(), 1);
        assert!(world.payloads(&left).await.is_empty());
        assert_eq!(world.claim().await.map(|job| job.kind), Some(JobKind::PurgeRecords));
    }
}
