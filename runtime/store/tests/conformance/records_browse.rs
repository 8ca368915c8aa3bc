//! Looking through records as people do.

use syncline_domain::Action;
use syncline_store::{BrowseRecords, CollectionRef, Error, RecordHead, on_each_database};

use crate::fixture::{World, id, issues};

fn browse(of: &CollectionRef, before: Option<String>, action: Option<Action>, limit: u32) -> BrowseRecords {
    BrowseRecords { collection: of.clone(), before, action, since: None, until: None, limit }
}

fn ids(rows: &[RecordHead]) -> Vec<&str> {
    rows.iter().map(|row| row.external_id.as_str()).collect()
}

on_each_database! {
    /// C2: page by page from the latest change back, nothing twice and nothing left out.
    async fn the_latest_change_comes_first(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        world.save(&of, &[r#"{"id":"a","n":1}"#, r#"{"id":"b","n":1}"#, r#"{"id":"c","n":1}"#]).await;
        world.clock.advance(std::time::Duration::from_secs(1));
        world.save(&of, &[r#"{"id":"a","n":2}"#]).await;
        world.store.records().delete(None, of.clone(), vec![id("b")], None, world.now()).await.unwrap();
        let records = world.store.records();
        let first = records.browse(browse(&of, None, None, 2)).await.unwrap();
        assert_eq!(ids(&first.rows), ["b", "a"]);
        assert_eq!((first.rows[0].action, first.rows[1].action), (Action::Deleted, Action::Updated));
        assert_eq!((first.rows[1].payload.as_deref(), first.rows[1].updated_at), (Some(r#"{"id":"a","n":2}"#), world.now()));
        let second = records.browse(browse(&of, first.next, None, 2)).await.unwrap();
        assert_eq!((ids(&second.rows), second.next), (vec!["c"], None));
        let deleted = records.browse(browse(&of, None, Some(Action::Deleted), 2)).await.unwrap();
        assert_eq!((ids(&deleted.rows), deleted.next), (vec!["b"], None));
        let nothing = CollectionRef { model: syncline_domain::ModelName::new("Other").unwrap(), ..of.clone() };
        assert!(records.browse(browse(&nothing, None, None, 2)).await.unwrap().rows.is_empty());
        // X2: a cursor of another collection, and none at all.
        world.save(&nothing, &[r#"{"id":"x"}"#]).await;
        for cursor in [first.rows[0].cursor.clone(), "AAAA".to_owned()] {
            let refused = records.browse(browse(&nothing, Some(cursor), None, 2)).await;
            assert!(matches!(refused, Err(Error::Cursor)), "{refused:?}");
        }
    }

    /// What is rare is looked for in a part at a time, and the page says where the next one begins.
    async fn a_rare_action_is_found_a_part_at_a_time(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        world.save(&of, &[r#"{"id":"rare"}"#]).await;
        world.store.records().delete(None, of.clone(), vec![id("rare")], None, world.now()).await.unwrap();
        for part in 0..6 {
            let texts: Vec<String> = (0..1_000).map(|n| format!(r#"{{"id":"{part}-{n}"}}"#)).collect();
            world.save(&of, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
        }
        let records = world.store.records();
        let first = records.browse(browse(&of, None, Some(Action::Deleted), 10)).await.unwrap();
        assert!(first.rows.is_empty() && first.next.is_some(), "5,000 were looked at");
        let second = records.browse(browse(&of, first.next, Some(Action::Deleted), 10)).await.unwrap();
        assert_eq!((ids(&second.rows), second.next), (vec!["rare"], None));
    }

    /// A time is found among many changes, and a page's cursor goes on inside of it.
    async fn changes_of_a_time_are_found(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        let mut times = Vec::new();
        for part in 0..40 {
            times.push(world.now());
            let texts: Vec<String> = (0..3).map(|n| format!(r#"{{"id":"{part:02}-{n}"}}"#)).collect();
            world.save(&of, &texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
            world.clock.advance(std::time::Duration::from_mins(10));
        }
        // Saved again: it is a change of the end, and none of the time at which it was made.
        world.save(&of, &[r#"{"id":"20-1","n":2}"#]).await;
        let records = world.store.records();
        let within = |since: Option<usize>, until: Option<usize>, before| BrowseRecords {
            since: since.map(|at| times[at]),
            until: until.map(|at| times[at]),
            ..browse(&of, before, None, 2)
        };
        let first = records.browse(within(Some(20), Some(21), None)).await.unwrap();
        assert_eq!((ids(&first.rows), &first.next), (vec!["20-2", "20-0"], &None));
        let first = records.browse(within(Some(19), Some(21), None)).await.unwrap();
        assert_eq!(ids(&first.rows), ["20-2", "20-0"]);
        let second = records.browse(within(Some(19), Some(21), first.next)).await.unwrap();
        assert_eq!(ids(&second.rows), ["19-2", "19-1"]);
        let third = records.browse(within(Some(19), Some(21), second.next)).await.unwrap();
        assert_eq!((ids(&third.rows), third.next), (vec!["19-0"], None));
        assert_eq!(ids(&records.browse(within(None, Some(1), None)).await.unwrap().rows), ["00-2", "00-1"]);
        assert_eq!(ids(&records.browse(within(Some(39), None, None)).await.unwrap().rows), ["20-1", "39-2"]);
        let late = BrowseRecords { since: Some(world.now().plus(std::time::Duration::from_hours(9))), ..browse(&of, None, None, 2) };
        assert!(records.browse(late).await.unwrap().rows.is_empty());
        let added = BrowseRecords { action: Some(Action::Added), ..within(Some(19), Some(20), None) };
        assert_eq!(ids(&records.browse(added).await.unwrap().rows), ["19-2", "19-1"]);
    }

    /// X1, X6: ids are compared as they are; `%` and `_` are themselves.
    async fn ids_are_found_by_their_beginnings(database) {
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        world.save(&of, &[r#"{"id":"a%1"}"#, r#"{"id":"a%"}"#, r#"{"id":"ab"}"#, r#"{"id":"A%"}"#, r#"{"id":"a%🦄"}"#]).await;
        let found = world.store.records().beginning_with(&of, "a%", 10).await.unwrap();
        assert_eq!(ids(&found), ["a%", "a%1", "a%🦄"]);
        assert_eq!(ids(&world.store.records().beginning_with(&of, "a", 2).await.unwrap()), ["a%", "a%1"]);
    }

    async fn collections_of_several_connections_are_counted(database) {
        let world = World::new(database).await;
        let (a, b, c) = (world.connect("a").await, world.connect("b").await, world.connect("c").await);
        world.save(&issues(a), &[r#"{"id":"1"}"#, r#"{"id":"2"}"#]).await;
        world.save(&issues(c), &[r#"{"id":"1"}"#]).await;
        let counts = world.store.records().counts_of(&[a, b]).await.unwrap();
        assert_eq!(counts.iter().map(|(of, counts)| (*of, counts.records)).collect::<Vec<_>>(), [(a, 2)]);
        let name = |text: &str| syncline_domain::ConnectionName::new(text).unwrap();
        let named = world.store.connections().named(world.environment, &name("b")).await.unwrap();
        assert_eq!(named.iter().map(|row| row.id).collect::<Vec<_>>(), [b]);
        assert!(world.store.connections().named(syncline_domain::EnvironmentId(world.environment.0 + 1), &name("b")).await.unwrap().is_empty());
    }
}
