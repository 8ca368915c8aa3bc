//! Connections.

use std::collections::BTreeMap;

use syncline_domain::{ConnectionName, ConnectionRef, ConnectionRowId, Credentials, EndUser, IntegrationKey, JobKind, Secret};
use syncline_store::{BrowseConnections, ConnectionFilter, ConnectionPatch, Constraint, Error, on_each_database};

use crate::fixture::{World, integration, issues};
use crate::refresh::{claim, end, failed};

fn user(id: &str, email: &str) -> EndUser {
    serde_json::from_value(serde_json::json!({"id": id, "email": email, "organization": {"id": "org"}})).unwrap()
}

async fn fail_to_refresh(world: &World, id: ConnectionRowId) {
    let (row, fence, _) = claim(world, id).await;
    assert!(end(world, &row, fence, failed(world)).await);
}

on_each_database! {
    async fn a_second_import_replaces_credentials_and_keeps_the_rest(database) {
        let world = World::new(database).await;
        let mut new = world.connection("c");
        new.metadata = Some(r#"{"a":1}"#.to_owned());
        new.tags = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
        new.end_user = Some(user("u", "u@example.com"));
        let first = world.store.connections().insert(new).await.unwrap().row;
        assert_eq!(world.store.jobs().count_active().await.unwrap(), 1);
        let mut again = world.connection("c");
        again.credentials = Credentials::ApiKey { api_key: Secret::new("second") };
        let second = world.store.connections().insert(again).await.unwrap().row;
        assert_eq!(second.id, first.id);
        assert_eq!((second.metadata.as_deref(), second.tags, second.end_user), (Some(r#"{"a":1}"#), first.tags, first.end_user));
        let found = world.store.connections().lookup_with_credentials(first.id).await.unwrap().unwrap();
        assert_eq!(found.credentials.unwrap().to_wire_exposed()["apiKey"], "second");
        assert_eq!(world.store.jobs().count_active().await.unwrap(), 1);
        assert!(first.credentials.is_none());
    }

    async fn filters_find_what_they_say(database) {
        let world = World::new(database).await;
        for (name, email, tag) in [("a_1", "Ann@example.com", "x"), ("b$2", "bob@example.com", "y"), ("ab", "cy@example.com", "x")] {
            let mut new = world.connection(name);
            new.end_user = Some(user(name, email));
            new.tags = BTreeMap::from([("t".to_owned(), tag.to_owned()), ("all".to_owned(), "1".to_owned())]);
            world.store.connections().insert(new).await.unwrap();
            world.clock.advance(std::time::Duration::from_secs(1));
        }
        let find = |filter: ConnectionFilter| {
            let world = &world;
            async move {
                let list = world.store.connections().list(world.environment, filter).await.unwrap();
                list.into_iter().map(|row| row.name.to_string()).collect::<Vec<_>>()
            }
        };
        let tags = |tag: &str| BTreeMap::from([("t".to_owned(), tag.to_owned()), ("all".to_owned(), "1".to_owned())]);
        let any = ConnectionFilter::default;
        assert_eq!(find(any()).await, ["ab", "b$2", "a_1"]);
        assert_eq!(find(ConnectionFilter { limit: 2, page: 1, ..any() }).await, ["a_1"]);
        assert_eq!(find(ConnectionFilter { search: Some("ANN@".to_owned()), ..any() }).await, ["a_1"]);
        assert_eq!(find(ConnectionFilter { search: Some("_".to_owned()), ..any() }).await, ["a_1"]);
        assert!(find(ConnectionFilter { search: Some("%".to_owned()), ..any() }).await.is_empty(), "no wildcard");
        assert_eq!(find(ConnectionFilter { tags: tags("x"), ..any() }).await, ["ab", "a_1"]);
        assert_eq!(find(ConnectionFilter { end_user_id: Some("ab".to_owned()), ..any() }).await, ["ab"]);
        assert_eq!(find(ConnectionFilter { end_user_organization_id: Some("org".to_owned()), tags: tags("y"), ..any() }).await, ["b$2"]);
        assert_eq!(find(ConnectionFilter { connection: Some(ConnectionName::new("ab").unwrap()), ..any() }).await, ["ab"]);
        let other = vec![IntegrationKey::new("slack").unwrap()];
        assert!(find(ConnectionFilter { integrations: other, ..any() }).await.is_empty());
        let mine = vec![IntegrationKey::new("github").unwrap()];
        assert_eq!(find(ConnectionFilter { integrations: mine, ..any() }).await.len(), 3);
    }

    /// What an operator knows of a connection finds it, page by page, however little of the list one page looks at.
    async fn a_list_is_read_to_its_end_whatever_narrows_it(database) {
        let world = World::new(database).await;
        let slack = world.store.integrations().insert(integration(world.environment, "slack", world.now())).await.unwrap().id;
        for number in 0..9 {
            let mut new = world.connection(&format!("c{number}"));
            if number % 3 == 0 {
                (new.integration, new.syncs) = (slack, vec![]);
            }
            new.end_user = Some(user(&format!("u{}", number % 2), &format!("U{number}@example.com")));
            new.tags = BTreeMap::from([("plan".to_owned(), if number < 4 { "gold" } else { "free" }.to_owned())]);
            let id = world.store.connections().insert(new).await.unwrap().row.id;
            if number == 2 || number == 6 {
                fail_to_refresh(&world, id).await;
            }
            // Some are made in the same moment.
            if number % 2 == 0 {
                world.clock.advance(std::time::Duration::from_secs(1));
            }
        }
        let every = BrowseConnections {
            environment: world.environment, integration: None, in_trouble: None, user: None, tag: None, search: None, before: None, limit: 2, looked_at: 3,
        };
        let read = |browse: BrowseConnections| {
            let world = &world;
            async move {
                let (mut names, mut before) = (Vec::new(), None);
                for _ in 0..20 {
                    let page = world.store.connections().browse(BrowseConnections { before, ..browse.clone() }).await.unwrap();
                    assert!(page.rows.len() <= 2);
                    names.extend(page.rows.into_iter().map(|row| row.name.to_string()));
                    before = page.next;
                    if before.is_none() {
                        return names.join(" ");
                    }
                }
                panic!("pages without end: {names:?}");
            }
        };
        let tag = |value: Option<&str>| Some(("plan".to_owned(), value.map(str::to_owned)));
        assert_eq!(read(every.clone()).await, "c8 c7 c6 c5 c4 c3 c2 c1 c0");
        assert_eq!(read(BrowseConnections { integration: Some(slack), ..every.clone() }).await, "c6 c3 c0");
        assert_eq!(read(BrowseConnections { in_trouble: Some(true), ..every.clone() }).await, "c6 c2");
        assert_eq!(read(BrowseConnections { in_trouble: Some(false), ..every.clone() }).await, "c8 c7 c5 c4 c3 c1 c0");
        assert_eq!(read(BrowseConnections { in_trouble: Some(true), integration: Some(slack), ..every.clone() }).await, "c6");
        assert_eq!(read(BrowseConnections { user: Some("u1".to_owned()), ..every.clone() }).await, "c7 c5 c3 c1");
        assert_eq!(read(BrowseConnections { user: Some("u1".to_owned()), integration: Some(slack), ..every.clone() }).await, "c3");
        assert_eq!(read(BrowseConnections { tag: tag(Some("gold")), ..every.clone() }).await, "c3 c2 c1 c0");
        assert_eq!(read(BrowseConnections { tag: tag(None), search: Some("u3@EXAMPLE".to_owned()), ..every.clone() }).await, "c3");
        assert_eq!(read(BrowseConnections { tag: Some(("none".to_owned(), None)), ..every.clone() }).await, "");
        assert_eq!(read(BrowseConnections { search: Some("C8".to_owned()), ..every.clone() }).await, "c8");
        assert_eq!(read(BrowseConnections { search: Some("%".to_owned()), ..every }).await, "", "no wildcard");
    }

    async fn metadata_is_written_for_all_or_for_none(database) {
        let world = World::new(database).await;
        let (a, b) = (world.connect("a").await, world.connect("b").await);
        let connections = world.store.connections();
        let key = IntegrationKey::new("github").unwrap();
        let names = ["a", "b", "gone"].map(|name| ConnectionName::new(name).unwrap());
        let unknown = connections.set_metadata(world.environment, &key, &names, r#"{"x":1}"#, world.now()).await.unwrap();
        assert_eq!(unknown, names[2..]);
        assert!(connections.lookup_by_row_id(a).await.unwrap().unwrap().metadata.is_none());
        assert!(connections.set_metadata(world.environment, &key, &names[..2], r#"{"x":1,"n":{"a":1}}"#, world.now()).await.unwrap().is_empty());
        assert!(connections.merge_metadata(world.environment, &key, &names[1..2], r#"{"n":{"b":2}}"#, world.now()).await.unwrap().is_empty());
        assert_eq!(connections.lookup_by_row_id(a).await.unwrap().unwrap().metadata.as_deref(), Some(r#"{"x":1,"n":{"a":1}}"#));
        assert_eq!(connections.lookup_by_row_id(b).await.unwrap().unwrap().metadata.as_deref(), Some(r#"{"x":1,"n":{"b":2}}"#));
    }

    async fn a_deleted_connection_leaves_nothing_once_it_is_purged(database) {
        let world = World::new(database).await;
        let id = world.connect("c").await;
        let running = world.claim().await.unwrap();
        let of = issues(id);
        world.save(&of, &[r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":3}"#]).await;
        let connections = world.store.connections();
        assert!(!connections.purge_step(id, 10).await.unwrap(), "a live connection is not purged");
        assert!(connections.delete(id, world.now()).await.unwrap());
        assert!(!connections.delete(id, world.now()).await.unwrap());
        let name = ConnectionRef { integration: IntegrationKey::new("github").unwrap(), connection: ConnectionName::new("c").unwrap() };
        assert!(connections.lookup(world.environment, &name).await.unwrap().is_none());
        assert!(matches!(world.store.jobs().complete(&running.fence(), world.now()).await, Err(Error::Fenced)));
        let purge = world.claim().await.unwrap();
        assert_eq!((purge.kind, purge.connection), (JobKind::PurgeConnection, Some(id)));
        let mut steps = 0;
        while connections.purge_step(id, 2).await.unwrap() {
            steps += 1;
        }
        assert!(steps >= 2, "{steps}");
        assert!(world.store.records().counts(id).await.unwrap().is_empty());
        let fresh = world.connect("c").await;
        assert_ne!(fresh, id);
        assert!(world.list(&issues(fresh), None, 10).await.records.is_empty());
    }

    async fn a_patch_changes_what_it_names(database) {
        let world = World::new(database).await;
        let id = world.connect("c").await;
        let connections = world.store.connections();
        let patch = ConnectionPatch { end_user: Some(Some(user("u", "e"))), webhook_url_override: Some(Some("https://x".to_owned())), now: world.now(), ..Default::default() };
        let row = connections.update(id, patch).await.unwrap().unwrap();
        assert_eq!((row.end_user.unwrap().id.as_str(), row.webhook_url_override.as_deref()), ("u", Some("https://x")));
        let row = connections.update(id, ConnectionPatch { end_user: Some(None), now: world.now(), ..Default::default() }).await.unwrap().unwrap();
        assert!(row.end_user.is_none() && row.webhook_url_override.is_some());
        connections.touch_fetched(id, world.now()).await.unwrap();
        let row = connections.lookup_with_credentials(id).await.unwrap().unwrap();
        assert_eq!(row.last_fetched_at, Some(world.now()));
        assert_eq!(row.credentials.unwrap().to_wire_exposed()["apiKey"], "canary-key");
    }

    async fn no_connection_is_made_to_a_deleted_integration(database) {
        let world = World::new(database).await;
        world.store.integrations().delete(world.integration, world.now()).await.unwrap();
        let refused = world.store.connections().insert(world.connection("c")).await;
        assert!(matches!(refused, Err(Error::Conflict { constraint: Constraint::Reference })), "{refused:?}");
    }
}
