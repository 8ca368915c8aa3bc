//! The records cache.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use syncline_domain::{Action, Cursor, CursorKey, JobId, ModelName, Variant};
use syncline_store::{CollectionRef, Error, ListRecords, Page, Pruned, Saved, TrackDeletes, UpdateRecords, Updated, on_each_database};
use tokio_util::task::TaskTracker;

use crate::fixture::{World, id, issues, query};

fn shown(page: &Page) -> Vec<(&str, Action, Option<&str>)> {
    page.records.iter().map(|record| (record.external_id.as_str(), record.action, record.payload.as_deref())).collect()
}

fn update(world: &World, of: &CollectionRef, records: &[(&str, &str)]) -> UpdateRecords {
    let records = records.iter().map(|(name, patch)| (id(name), (*patch).to_owned())).collect();
    UpdateRecords { fence: None, collection: of.clone(), records, keep_changes_after: None, writer: None, now: world.now() }
}

fn track(world: &World, of: &CollectionRef) -> TrackDeletes {
    TrackDeletes { fence: None, collection: of.clone(), writer: None, now: world.now() }
}

on_each_database! {
    /// X1
    async fn a_batch_counts_what_it_did(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        assert_eq!(world.save(&of, &[]).await, Saved::default());
        let first = world.save(&of, &[r#"{"id":0,"v":1}"#, r#"{"id":"a","v":1}"#, r#"{"id":"0","v":9}"#, r#"{"id":"🦀","v":9007199254740993}"#]).await;
        assert_eq!(first, Saved { added: 3, duplicates: 1, position: 3, ..Saved::default() });
        world.clock.advance(Duration::from_secs(1));
        let second = world.save(&of, &[r#"{"v":1.0,"id":0}"#, r#"{"id":"a","v":2}"#, r#"{"id":"🦀","v":9007199254740992}"#]).await;
        assert_eq!(second, Saved { unchanged: 1, updated: 2, position: 5, ..Saved::default() });
        let page = world.list(&of, None, 10).await;
        assert_eq!(shown(&page), [
            ("0", Action::Added, Some(r#"{"id":0,"v":1}"#)),
            ("a", Action::Updated, Some(r#"{"id":"a","v":2}"#)),
            ("🦀", Action::Updated, Some(r#"{"id":"🦀","v":9007199254740992}"#)),
        ]);
        assert!(page.records[1].first_seen_at < page.records[1].updated_at);
        assert!(page.next_cursor.is_none());
        let counts = world.store.records().counts(of.connection).await.unwrap();
        let bytes = page.records.iter().map(|record| record.payload.as_ref().unwrap().len() as u64).sum::<u64>();
        assert_eq!((counts[0].model.as_str(), counts[0].records, counts[0].size_bytes), ("Issue", 3, bytes));
    }

    /// C2
    async fn a_reader_among_savers_ends_with_the_final_state(database) {
        let world = Arc::new(World::new(database).await);
        let of = issues(world.connect("c").await);
        let savers: Vec<_> = (0..4_u64).map(|saver| {
            let (world, of) = (world.clone(), of.clone());
            TaskTracker::new().spawn(async move {
                for round in 0..15_u64 {
                    // Ids overlap between savers, so that rows move while they are read.
                    let texts: Vec<String> = (0..7).map(|n| format!(r#"{{"id":{},"v":"{saver}.{round}"}}"#, (saver * 3 + round * 5 + n) % 40)).collect();
                    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                    world.save(&of, &texts).await;
                    if round % 5 == 4 {
                        let gone = vec![id(&(round % 40).to_string())];
                        world.store.records().delete(None, of.clone(), gone, None, world.now()).await.unwrap();
                    }
                }
            })
        }).collect();
        let (mut union, mut cursor, mut last) = (BTreeMap::new(), None::<String>, 0);
        loop {
            let done = savers.iter().all(tokio::task::JoinHandle::is_finished);
            let page = world.list(&of, cursor.as_deref(), 3).await;
            for record in page.records {
                let position = Cursor::decode(&record.cursor, world.store.cursor_key()).unwrap().position;
                assert!(position > last, "the cursor went from {last} to {position}");
                last = position;
                union.insert(record.external_id.to_string(), (record.action, record.payload));
                cursor = Some(record.cursor);
            }
            if done && page.next_cursor.is_none() {
                break;
            }
            tokio::task::yield_now().await;
        }
        for saver in savers {
            saver.await.unwrap();
        }
        let table: BTreeMap<_, _> = world.list(&of, None, 1_000).await.records.into_iter()
            .map(|record| (record.external_id.to_string(), (record.action, record.payload))).collect();
        assert_eq!(union, table);
        assert_eq!(world.store.records().position(&of).await.unwrap(), last, "positions have no gap at the end");
    }

    /// X2
    async fn a_cursor_that_is_not_of_these_records_is_refused(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        let other = issues(world.connect("d").await);
        world.save(&of, &[r#"{"id":1}"#, r#"{"id":2}"#]).await;
        world.save(&other, &[r#"{"id":1}"#]).await;
        let cursor = world.list(&of, None, 1).await.next_cursor.unwrap();
        assert_eq!(shown(&world.list(&of, Some(&cursor), 1).await), [("2", Action::Added, Some(r#"{"id":2}"#))]);
        let nothing = CollectionRef { model: ModelName::new("Nothing").unwrap(), ..of.clone() };
        let variant = CollectionRef { variant: Variant::new("eu").unwrap(), ..of.clone() };
        let forged = Cursor { collection: 1, position: 0 }.encode(&CursorKey([0; 32]));
        for (of, cursor) in [(&other, &cursor), (&nothing, &cursor), (&variant, &cursor), (&of, &forged), (&of, &String::new()), (&of, &"x".repeat(1_000))] {
            let error = world.store.records().list(query(of, Some(cursor), 1)).await.unwrap_err();
            assert!(matches!(error, Error::Cursor), "{error:?}");
            let error = world.store.records().prune(of.clone(), cursor, 1, world.now()).await.unwrap_err();
            assert!(matches!(error, Error::Cursor), "{error:?}");
        }
        assert!(world.list(&nothing, None, 10).await.records.is_empty());
        let last = world.store.records().last_cursor(&of).await.unwrap().unwrap();
        assert!(world.list(&of, Some(&last), 10).await.records.is_empty());
    }

    /// X2
    async fn pruning_keeps_what_a_cursor_needs(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        let texts: Vec<String> = (0..5).map(|n| format!(r#"{{"id":{n},"v":1}}"#)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        world.save(&of, &texts).await;
        let all = world.list(&of, None, 10).await;
        let (first, fourth) = (all.records[0].cursor.clone(), all.records[3].cursor.clone());
        world.save(&of, &[r#"{"id":1,"v":2}"#]).await;
        world.clock.advance(Duration::from_secs(1));
        let records = world.store.records();
        assert_eq!(records.prune(of.clone(), &fourth, 2, world.now()).await.unwrap(), Pruned { count: 2, has_more: true });
        assert_eq!(records.prune(of.clone(), &fourth, 2, world.now()).await.unwrap(), Pruned { count: 1, has_more: false });
        assert_eq!(records.prune(of.clone(), &fourth, 2, world.now()).await.unwrap(), Pruned { count: 0, has_more: false });
        let after = world.list(&of, None, 10).await;
        assert_eq!(after.records.iter().map(|r| (r.external_id.as_str(), r.payload.is_some())).collect::<Vec<_>>(),
            [("0", false), ("2", false), ("3", false), ("4", true), ("1", true)]);
        assert!(after.records[0].pruned_at.is_some() && after.records[0].updated_at < after.records[0].pruned_at.unwrap());
        assert_eq!(world.list(&of, Some(&first), 10).await.records.len(), 4, "a cursor from before the pruning goes on");
        // The fingerprint stayed: a full refresh does not bring everything back.
        assert_eq!(world.save(&of, &texts).await, Saved { unchanged: 4, updated: 1, position: 7, ..Saved::default() });
        let skipped = records.update(update(&world, &of, &[("0", r#"{"id":0,"x":1}"#)])).await.unwrap();
        assert_eq!(skipped, Updated { skipped: 1, position: 7, ..Updated::default() });
        assert_eq!(world.save(&of, &[r#"{"id":0,"v":3}"#]).await.updated, 1);
        let last = world.list(&of, None, 10).await.records.pop().unwrap();
        assert_eq!((last.payload.as_deref(), last.pruned_at), (Some(r#"{"id":0,"v":3}"#), None));
        assert!(records.get_by_ids(&of, &[id("2")]).await.unwrap().is_empty());
    }

    async fn filters_give_what_they_say(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        world.save(&of, &[r#"{"id":"a"}"#, r#"{"id":"b"}"#, r#"{"id":"c"}"#]).await;
        world.clock.advance(Duration::from_mins(1));
        let later = world.now();
        world.save(&of, &[r#"{"id":"b","v":1}"#]).await;
        world.store.records().delete(None, of.clone(), vec![id("c")], None, later).await.unwrap();
        let ids = |filter: ListRecords| {
            let world = &world;
            async move {
                let page = world.store.records().list(filter).await.unwrap();
                page.records.into_iter().map(|record| record.external_id.to_string()).collect::<String>()
            }
        };
        let all = query(&of, None, 10);
        let only = |actions: &[Action]| ListRecords { actions: actions.to_vec(), ..all.clone() };
        assert_eq!(ids(all.clone()).await, "abc");
        assert_eq!(ids(only(&[Action::Updated, Action::Deleted])).await, "bc");
        assert_eq!(ids(only(&[Action::Added])).await, "a");
        assert_eq!(ids(ListRecords { include_deleted: false, ..all.clone() }).await, "ab");
        assert_eq!(ids(ListRecords { modified_after: Some(later), ..all.clone() }).await, "bc");
        assert_eq!(ids(ListRecords { ids: vec![id("c"), id("a"), id("x")], ..all.clone() }).await, "ac");
        assert_eq!(world.store.records().get_by_ids(&of, &[id("a"), id("c")]).await.unwrap().into_keys().collect::<Vec<_>>(), ["a"]);
    }

    /// X1: ids of all kinds, records without payload among them, come back as they were, and in their order.
    async fn a_page_keeps_ids_and_payloads_together(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        let ids = ["a\"b", "back\\slash", "\u{1f600}", "new\nline", "x'); DROP TABLE records; --", "\u{202e}rtl", "[1,2]", "null", "{}"];
        let texts: Vec<String> =
            ids.iter().enumerate().map(|(n, id)| format!(r#"{{"id":{},"n":{n}}}"#, serde_json::Value::from(*id))).collect();
        world.save(&of, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let first = world.list(&of, None, 3).await;
        world.store.records().prune(of.clone(), &first.records[2].cursor, 1_000, world.now()).await.unwrap();
        let page = world.list(&of, None, 100).await;
        let read: Vec<(&str, Option<&str>)> =
            page.records.iter().map(|record| (record.external_id.as_str(), record.payload.as_deref())).collect();
        let meant: Vec<(&str, Option<&str>)> =
            ids.iter().zip(&texts).enumerate().map(|(n, (id, text))| (*id, (n > 2).then_some(text.as_str()))).collect();
        assert_eq!(read, meant);
    }

    async fn a_page_of_large_records_is_shorter_than_asked_for(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        let large: Vec<String> = (0..5).map(|n| format!(r#"{{"id":{n},"v":"{}"}}"#, "x".repeat(5 << 20))).collect();
        let large: Vec<&str> = large.iter().map(String::as_str).collect();
        world.save(&of, &large).await;
        let first = world.list(&of, None, 100).await;
        assert_eq!(first.records.len(), 3);
        let rest = world.list(&of, first.next_cursor.as_deref(), 100).await;
        assert_eq!((rest.records.len(), rest.next_cursor), (2, None));
    }

    async fn a_deleted_record_keeps_its_payload_and_comes_back_as_new(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        world.save(&of, &[r#"{"id":"a"}"#]).await;
        world.clock.advance(Duration::from_secs(1));
        let ids = vec![id("a"), id("a"), id("unknown")];
        assert_eq!(world.store.records().delete(None, of.clone(), ids.clone(), None, world.now()).await.unwrap(), 1);
        assert_eq!(world.store.records().delete(None, of.clone(), ids, None, world.now()).await.unwrap(), 0);
        let page = world.list(&of, None, 10).await;
        assert_eq!(shown(&page), [("a", Action::Deleted, Some(r#"{"id":"a"}"#))]);
        assert_eq!(page.records[0].deleted_at, Some(world.now()));
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(world.save(&of, &[r#"{"id":"a"}"#]).await, Saved { added: 1, position: 3, ..Saved::default() });
        let back = world.list(&of, None, 10).await.records.remove(0);
        assert_eq!((back.action, back.first_seen_at, back.deleted_at), (Action::Added, world.now(), None));
    }

    async fn merging_reaches_deep_and_skips_what_is_not_there(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        let records = world.store.records();
        assert_eq!(records.update(update(&world, &of, &[("a", r#"{"id":"a"}"#)])).await.unwrap().skipped, 1);
        world.save(&of, &[r#"{"id":"a","n":{"x":1,"y":[1]}}"#, r#"{"id":"b"}"#, r#"{"id":"c"}"#]).await;
        records.delete(None, of.clone(), vec![id("c")], None, world.now()).await.unwrap();
        let patch = [("a", r#"{"id":"a","n":{"y":[2]}}"#), ("b", r#"{"id":"b"}"#), ("c", r#"{"id":"c","v":1}"#), ("d", r#"{"id":"d"}"#), ("a", r#"{"id":"a","z":12345678901234567890123}"#)];
        let updated = records.update(update(&world, &of, &patch)).await.unwrap();
        assert_eq!(updated, Updated { updated: 1, unchanged: 1, skipped: 2, position: 5, ..Updated::default() });
        let text = records.get_by_ids(&of, &[id("a")]).await.unwrap().remove("a").unwrap();
        assert_eq!(text, r#"{"id":"a","n":{"x":1,"y":[2]},"z":12345678901234567890123}"#);
        assert_eq!(world.save(&of, &[&text]).await.unchanged, 1, "the same fingerprint as if saved whole");
        let deep = format!(r#"{{"id":"a","d":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
        let refused = records.update(update(&world, &of, &[("b", r#"{"id":"b","v":1}"#), ("a", &deep)])).await.unwrap_err();
        assert!(matches!(&refused, Error::Record(defect) if defect.index == 1), "{refused:?}");
        assert_eq!(records.get_by_ids(&of, &[id("b")]).await.unwrap()["b"], r#"{"id":"b"}"#);
    }

    async fn a_change_of_another_writer_stays_when_merging_says_so(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        let save = |text: &'static str, writer: i64, since: Option<i64>| {
            let mut batch = world.batch(&of, &[text]);
            (batch.writer, batch.keep_changes_after) = (Some(JobId(writer)), since);
            let store = &world.store;
            async move { store.records().save(batch).await.unwrap() }
        };
        save(r#"{"id":"a","v":0}"#, 1, None).await;
        let since = world.store.records().position(&of).await.unwrap();
        save(r#"{"id":"a","v":"hook"}"#, 2, None).await;
        assert_eq!(save(r#"{"id":"a","v":"old"}"#, 1, Some(since)).await, Saved { kept: 1, position: 2, ..Saved::default() });
        assert_eq!(save(r#"{"id":"b","v":1}"#, 1, Some(since)).await.added, 1);
        assert_eq!(save(r#"{"id":"b","v":2}"#, 1, Some(since)).await.updated, 1, "one's own changes are not another's");
        let mut patch = update(&world, &of, &[("a", r#"{"id":"a","v":1}"#)]);
        (patch.writer, patch.keep_changes_after) = (Some(JobId(1)), Some(since));
        assert_eq!(world.store.records().update(patch).await.unwrap().kept, 1);
        assert_eq!(save(r#"{"id":"a","v":"won"}"#, 1, None).await.updated, 1);
    }

    /// D5
    async fn only_what_a_complete_refresh_did_not_see_is_marked(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        let records = world.store.records();
        let ended = records.track_deletes_end(track(&world, &of)).await;
        assert!(matches!(ended, Err(Error::NotTracking)), "{ended:?}");
        let all: Vec<String> = (0..2_500).map(|n| format!(r#"{{"id":{n}}}"#)).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        world.save(&of, &all).await;

        // A run that dies in the middle marks nothing, and what it saw does not count for a run that begins anew.
        records.track_deletes_start(track(&world, &of), false).await.unwrap();
        world.save(&of, &all[..2]).await;
        assert!(world.list(&of, None, 10_000).await.records.iter().all(|record| record.deleted_at.is_none()));
        records.track_deletes_start(track(&world, &of), false).await.unwrap();
        world.save(&of, &all[1..50]).await;
        // One that goes on behind its checkpoint keeps what was seen.
        records.track_deletes_start(track(&world, &of), true).await.unwrap();
        world.save(&of, &[r#"{"id":50,"v":1}"#, r#"{"id":"new"}"#]).await;
        records.update(update(&world, &of, &[("51", r#"{"id":51,"v":1}"#)])).await.unwrap();

        let mut deleted = records.track_deletes_end(track(&world, &of)).await.unwrap();
        deleted.sort_by_key(|id| id.parse::<u32>().unwrap());
        let expected: Vec<String> = std::iter::once(0).chain(52..2_500).map(|n: u32| n.to_string()).collect();
        assert_eq!(deleted, expected);
        assert!(matches!(records.track_deletes_end(track(&world, &of)).await, Err(Error::NotTracking)));
        assert_eq!(records.counts(of.connection).await.unwrap()[0].records, 52);
        let live = world.store.records().list(ListRecords { include_deleted: false, ..query(&of, None, 10_000) }).await.unwrap();
        assert_eq!(live.records.len(), 52);
    }

    /// D5
    async fn tracking_goes_on_after_its_end_was_fenced(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        let job = world.claim().await.unwrap();
        world.save(&of, &[r#"{"id":"gone"}"#, r#"{"id":"here"}"#]).await;
        let records = world.store.records();
        records.track_deletes_start(TrackDeletes { fence: Some(job.fence()), ..track(&world, &of) }, false).await.unwrap();
        world.save(&of, &[r#"{"id":"here"}"#]).await;
        world.store.jobs().complete(&job.fence(), world.now()).await.unwrap();
        let late = records.track_deletes_end(TrackDeletes { fence: Some(job.fence()), ..track(&world, &of) }).await;
        assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
        assert_eq!(records.track_deletes_end(track(&world, &of)).await.unwrap(), ["gone"]);
    }

    async fn an_emptied_cache_starts_over_and_its_cursors_go_on(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        world.save(&of, &[r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#]).await;
        let cursor = world.store.records().last_cursor(&of).await.unwrap().unwrap();
        assert!(world.store.records().delete_all(None, of.clone(), 2).await.unwrap());
        assert!(!world.store.records().delete_all(None, of.clone(), 2).await.unwrap());
        assert!(world.list(&of, None, 10).await.records.is_empty());
        assert_eq!(world.save(&of, &[r#"{"id":1}"#, r#"{"id":2}"#]).await, Saved { added: 2, position: 5, ..Saved::default() });
        assert_eq!(world.list(&of, Some(&cursor), 10).await.records.len(), 2);
        let counts = &world.store.records().counts(of.connection).await.unwrap()[0];
        assert_eq!((counts.records, counts.size_bytes), (2, 16));
    }
}
