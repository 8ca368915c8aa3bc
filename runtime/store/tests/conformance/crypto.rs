//! What a stolen or altered database gives away.

use sqlx::{Connection as _, Executor as _, Row as _};
use syncline_domain::WebhookKind;
use syncline_store::{Error, NewDelivery, on_each_database};

use crate::connecting::{new_flow, new_session};
use crate::fixture::{World, id, issues};
use crate::operators::{new_console_session, owner};

/// Runs SQL past the store, as somebody with access to the database would.
pub(crate) async fn tamper(url: &str, sql: &'static str) {
    if url.starts_with("sqlite") {
        sqlx::SqliteConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
    } else {
        sqlx::PgConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

pub(crate) async fn bytes(url: &str, sql: &'static str) -> Vec<Vec<u8>> {
    if url.starts_with("sqlite") {
        let rows = sqlx::SqliteConnection::connect(url).await.unwrap().fetch_all(sql).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    } else {
        let rows = sqlx::PgConnection::connect(url).await.unwrap().fetch_all(sql).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

on_each_database! {
    /// X4
    async fn a_ciphertext_moved_to_another_row_fails_there_and_only_there(database) {
        let url = database.url().to_owned();
        let world = World::new(database).await;
        let of = issues(world.connect("c").await);
        world.save(&of, &[r#"{"id":"a","v":1}"#, r#"{"id":"b","v":2}"#, r#"{"id":"c","v":3}"#]).await;
        tamper(&url, "UPDATE records SET payload = (SELECT payload FROM records WHERE external_id = 'a') WHERE external_id = 'b'").await;
        let read = |name: &'static str| {
            let (store, of) = (&world.store, &of);
            async move { store.records().get_by_ids(of, &[id(name)]).await }
        };
        assert_eq!(read("a").await.unwrap()["a"], r#"{"id":"a","v":1}"#);
        assert_eq!(read("c").await.unwrap()["c"], r#"{"id":"c","v":3}"#);
        match read("b").await.unwrap_err() {
            Error::Inconsistency { table: "records", column: "payload", row } => assert!(row.ends_with("/b"), "{row}"),
            other => panic!("{other:?}"),
        }
    }

    /// X4, S6
    async fn no_secret_is_in_the_database_in_clear(database) {
        let url = database.url().to_owned();
        let world = World::new(database).await;
        let connection = world.connect("c").await;
        world.save(&issues(connection), &[r#"{"id":1,"name":"canary-record"}"#]).await;
        let job = world.claim().await.unwrap();
        world.store.runs().insert(world.run(1, Some(&job))).await.unwrap();
        world.store.connect_sessions().insert(new_session(&world, 1)).await.unwrap();
        world.store.auth_flows().insert(new_flow(&world, 1)).await.unwrap();
        world.store.flow_results().put("client", r#"{"message":"canary-message"}"#, world.now()).await.unwrap();
        let owner = owner(&world).await;
        world.store.console_sessions().insert(new_console_session(&world, owner, 1, "canary-csrf-of-a-form")).await.unwrap();
        let signing_key = world.store.webhook_settings().lookup(world.environment).await.unwrap().signing_key;
        let body = r#"{"from":"nango","note":"canary-body"}"#.to_owned();
        let delivery = NewDelivery {
            environment: world.environment,
            kind: WebhookKind::Forward,
            connection: None,
            url: "https://a".to_owned(),
            body,
            headers: vec![("x-token".to_owned(), "canary-header".to_owned())],
            now: world.now(),
        };
        world.store.webhook_deliveries().insert_all(job.fence(), vec![delivery], world.now()).await.unwrap();
        for sql in [
            "SELECT credentials FROM integrations",
            "SELECT credentials FROM connections",
            "SELECT payload FROM records",
            "SELECT input FROM runs",
            "SELECT settings FROM connect_sessions",
            "SELECT payload FROM auth_flows",
            "SELECT message FROM flow_results",
            "SELECT csrf FROM console_sessions",
            "SELECT signing_key FROM webhook_settings",
            "SELECT body FROM webhook_deliveries",
            "SELECT headers FROM webhook_deliveries",
        ] {
            let found = bytes(&url, sql).await;
            assert_eq!(found.len(), 1, "{sql}");
            assert!(found[0].len() > 33 && !contains(&found[0], b"canary") && !contains(&found[0], b"whsec"), "{sql}");
        }
        let read = world.store.connections().lookup_with_credentials(connection).await.unwrap().unwrap();
        assert_eq!(read.credentials.unwrap().to_wire_exposed()["apiKey"], "canary-key");
        // Whatever table it is in, and what the log holds as well as the file.
        if let Some(path) = url.strip_prefix("sqlite://") {
            let file = std::fs::read(path).unwrap();
            let log = std::fs::read(format!("{path}-wal")).unwrap();
            assert!(contains(&file, b"connect_sessions") || contains(&log, b"connect_sessions"), "this is where the tables are");
            for secret in ["canary", signing_key.expose()] {
                assert!(!contains(&file, secret.as_bytes()) && !contains(&log, secret.as_bytes()), "{}", &secret[..6]);
            }
        }
    }
}
