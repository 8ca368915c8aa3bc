//! Renewing credentials: one at a time, journalled, never over newer ones.

use std::time::Duration;

use syncline_domain::{AuthError, ConnectionRowId, Credentials, JobKind, Oauth2, Secret};
use syncline_store::payload::{AuthOperation, NotifyAuth};
use syncline_store::{ConnectionPatch, ConnectionRow, EndRefresh, NewConnection, RefreshClaim, RefreshResult, on_each_database};

use crate::crypto::bytes;
use crate::fixture::World;

const LEASE: Duration = Duration::from_mins(1);

fn token(world: &World, access: &str) -> Credentials {
    Credentials::Oauth2(Oauth2 {
        access_token: Secret::new(access),
        refresh_token: Some(Secret::new("refresh")),
        expires_at: Some(world.now().plus(Duration::from_hours(1))),
        raw: None,
        config_override: None,
    })
}

fn new(world: &World, access: &str) -> NewConnection {
    NewConnection {
        credentials: token(world, access),
        connection_config: r#"{"subdomain":"s"}"#.to_owned(),
        syncs: vec![],
        refresh_at: Some(world.now()),
        ..world.connection("c")
    }
}

async fn connect(world: &World) -> ConnectionRowId {
    world.store.connections().insert(new(world, "first")).await.unwrap().row.id
}

async fn begin(world: &World, id: ConnectionRowId, owner: &str) -> RefreshClaim {
    world.store.connections().begin_refresh(id, owner, world.now(), LEASE).await.unwrap()
}

pub(crate) async fn claim(world: &World, id: ConnectionRowId) -> (ConnectionRow, i64, bool) {
    match begin(world, id, "node").await {
        RefreshClaim::Claimed { row, fence, was_interrupted } => (row, fence, was_interrupted),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn end(world: &World, row: &ConnectionRow, fence: i64, result: RefreshResult) -> bool {
    let end = EndRefresh { id: row.id, fence, credentials_version: row.credentials_version, result, notify: false, now: world.now() };
    world.store.connections().end_refresh(end).await.unwrap()
}

fn renewed(world: &World, access: &str) -> RefreshResult {
    RefreshResult::Renewed { credentials: token(world, access), connection_config: None, refresh_at: None }
}

pub(crate) fn failed(world: &World) -> RefreshResult {
    let error = AuthError {
        code: "invalid_grant".to_owned(),
        message: "connect again".to_owned(),
        first_at: world.now(),
        last_at: world.now(),
        failures: 1,
        days: 1,
        retry_at: None,
        is_final: true,
    };
    RefreshResult::Failed { error, refresh_at: None }
}

/// A connection whose credentials could not be renewed.
pub(crate) async fn break_down(world: &World, name: &str) -> ConnectionRowId {
    let new = NewConnection { connection: syncline_domain::ConnectionName::new(name).unwrap(), ..new(world, "first") };
    let id = world.store.connections().insert(new).await.unwrap().row.id;
    let (row, fence, _) = claim(world, id).await;
    assert!(end(world, &row, fence, failed(world)).await);
    id
}

async fn access(world: &World, id: ConnectionRowId) -> String {
    let row = world.store.connections().lookup_with_credentials(id).await.unwrap().unwrap();
    row.credentials.unwrap().field("access_token").unwrap().to_owned()
}

on_each_database! {
    /// C3
    async fn of_many_who_want_to_refresh_one_may(database) {
        let world = World::new(database).await;
        let id = connect(&world).await;
        let claims = (0..8).map(|node| {
            let (store, now) = (world.store.clone(), world.now());
            async move { store.connections().begin_refresh(id, &format!("node-{node}"), now, LEASE).await.unwrap() }
        });
        let claims = futures_util::future::join_all(claims).await;
        let (mut claimed, mut busy) = (Vec::new(), 0);
        for claim in claims {
            match claim {
                RefreshClaim::Claimed { row, fence, was_interrupted } => claimed.push((row, fence, was_interrupted)),
                RefreshClaim::Busy { until } => {
                    assert_eq!(until, world.now().plus(LEASE));
                    busy += 1;
                }
                RefreshClaim::Gone => panic!("it is there"),
            }
        }
        assert_eq!((claimed.len(), busy), (1, 7));
        let (row, fence, was_interrupted) = claimed.remove(0);
        assert!(!was_interrupted);
        assert_eq!(row.credentials.as_ref().unwrap().field("access_token"), Some("first"));
        assert!(end(&world, &row, fence, renewed(&world, "second")).await);
        let (row, _, was_interrupted) = claim(&world, id).await;
        assert!(!was_interrupted, "the one before it has ended");
        assert_eq!(row.credentials.as_ref().unwrap().field("access_token"), Some("second"), "who comes next sees what was written");
    }

    async fn a_renewal_is_kept_with_all_that_came_with_it(database) {
        let world = World::new(database).await;
        let id = connect(&world).await;
        let (row, fence, _) = claim(&world, id).await;
        assert!(end(&world, &row, fence, failed(&world)).await);
        let row = world.store.connections().lookup_by_row_id(id).await.unwrap().unwrap();
        let error = row.auth_error.clone().unwrap();
        assert_eq!((error.code.as_str(), error.is_final, row.refresh_at, row.credentials_version), ("invalid_grant", true, None, 1));
        assert_eq!(access(&world, id).await, "first", "the old token is kept");

        world.clock.advance(Duration::from_mins(5));
        let (row, fence, _) = claim(&world, id).await;
        let refresh_at = Some(world.now().plus(Duration::from_mins(50)));
        let config = Some(r#"{"instance_url":"https://i.example.com"}"#.to_owned());
        let result = RefreshResult::Renewed { credentials: token(&world, "second"), connection_config: config, refresh_at };
        assert!(end(&world, &row, fence, result).await);
        let row = world.store.connections().lookup_by_row_id(id).await.unwrap().unwrap();
        assert_eq!((row.auth_error, row.credentials_version, row.refresh_at), (None, 2, refresh_at));
        assert_eq!((row.expires_at, row.updated_at), (Some(world.now().plus(Duration::from_hours(1))), world.now()));
        let config: serde_json::Value = serde_json::from_str(&row.connection_config).unwrap();
        assert_eq!(config, serde_json::json!({"subdomain": "s", "instance_url": "https://i.example.com"}));
        assert_eq!(access(&world, id).await, "second");
    }

    async fn nothing_to_do_gives_the_lease_back_and_changes_nothing(database) {
        let world = World::new(database).await;
        let id = connect(&world).await;
        let (row, fence, _) = claim(&world, id).await;
        assert!(end(&world, &row, fence, RefreshResult::Unchanged).await);
        assert!(!end(&world, &row, fence, RefreshResult::Unchanged).await, "it has ended");
        let (again, next, was_interrupted) = claim(&world, id).await;
        assert_eq!((again.credentials_version, again.refresh_at, was_interrupted), (row.credentials_version, row.refresh_at, false));
        assert!(next > fence);
    }

    /// D8
    async fn a_refresh_that_never_ended_is_claimed_as_interrupted(database) {
        let world = World::new(database).await;
        let id = connect(&world).await;
        let (stale, old, _) = claim(&world, id).await;
        world.clock.advance(Duration::from_secs(59));
        assert!(matches!(begin(&world, id, "other").await, RefreshClaim::Busy { .. }));
        world.clock.advance(Duration::from_secs(1));
        let (row, fence, was_interrupted) = claim(&world, id).await;
        assert!(was_interrupted && fence > old);
        // C4: the first one wakes up; the provider may have given it a token, but the second one is at it now.
        assert!(!end(&world, &stale, old, renewed(&world, "stale")).await);
        assert!(!end(&world, &stale, old, failed(&world)).await);
        assert_eq!(access(&world, id).await, "first");
        assert!(end(&world, &row, fence, renewed(&world, "second")).await);
        assert!(!claim(&world, id).await.2, "the journal is closed");
    }

    /// D8
    async fn a_slow_answer_is_kept_while_nobody_else_began(database) {
        let world = World::new(database).await;
        let id = connect(&world).await;
        let (row, fence, _) = claim(&world, id).await;
        world.clock.advance(LEASE * 3);
        assert!(end(&world, &row, fence, renewed(&world, "late")).await, "a rotated refresh token must not be lost");
        assert_eq!(access(&world, id).await, "late");
    }

    /// C4
    async fn a_refresh_does_not_win_over_connecting_again(database) {
        let world = World::new(database).await;
        let id = connect(&world).await;
        let (row, fence, _) = claim(&world, id).await;
        let again = world.store.connections().insert(new(&world, "reconnected")).await.unwrap();
        assert_eq!((again.row.id, again.is_new, again.row.credentials_version), (id, false, 2));
        assert!(!end(&world, &row, fence, renewed(&world, "old")).await);
        assert!(!end(&world, &row, fence, failed(&world)).await);
        let now = world.store.connections().lookup_by_row_id(id).await.unwrap().unwrap();
        assert!(now.auth_error.is_none());
        assert_eq!(access(&world, id).await, "reconnected");
        let (_, _, was_interrupted) = claim(&world, id).await;
        assert!(!was_interrupted, "what was begun with the old token is of no concern");
    }

    /// C4
    async fn a_refresh_does_not_win_over_other_credentials_by_hand(database) {
        let world = World::new(database).await;
        let id = connect(&world).await;
        let (row, fence, _) = claim(&world, id).await;
        let refresh_at = Some(world.now().plus(LEASE));
        let patch = ConnectionPatch { credentials: Some(token(&world, "patched")), refresh_at, now: world.now(), ..Default::default() };
        let patched = world.store.connections().update(id, patch).await.unwrap().unwrap();
        assert_eq!((patched.credentials_version, patched.refresh_at), (2, refresh_at));
        assert!(!end(&world, &row, fence, renewed(&world, "old")).await);
        assert_eq!(access(&world, id).await, "patched");
    }

    async fn a_patch_without_credentials_leaves_a_refresh_alone(database) {
        let world = World::new(database).await;
        let id = connect(&world).await;
        let (row, fence, _) = claim(&world, id).await;
        let tags = Some([("k".to_owned(), "v".to_owned())].into());
        world.store.connections().update(id, ConnectionPatch { tags, now: world.now(), ..Default::default() }).await.unwrap().unwrap();
        assert!(end(&world, &row, fence, renewed(&world, "second")).await);
        let row = world.store.connections().lookup_by_row_id(id).await.unwrap().unwrap();
        assert_eq!(row.tags["k"], "v");
    }

    /// C4
    async fn a_refresh_brings_no_deleted_secret_back(database) {
        let url = database.url().to_owned();
        let world = World::new(database).await;
        let id = connect(&world).await;
        let (row, fence, _) = claim(&world, id).await;
        assert!(world.store.connections().delete(id, world.now()).await.unwrap());
        let mut late = EndRefresh {
            id,
            fence,
            credentials_version: row.credentials_version,
            result: renewed(&world, "resurrected"),
            notify: true,
            now: world.now(),
        };
        assert!(!world.store.connections().end_refresh(late.clone()).await.unwrap());
        late.result = failed(&world);
        assert!(!world.store.connections().end_refresh(late).await.unwrap());
        let sql = "SELECT credentials FROM connections WHERE credentials IS NOT NULL OR auth_error IS NOT NULL";
        assert!(bytes(&url, sql).await.is_empty());
        assert!(matches!(begin(&world, id, "node").await, RefreshClaim::Gone));
        let purge = world.claim().await.unwrap();
        assert_eq!(purge.kind, JobKind::PurgeConnection);
        assert!(world.claim().await.is_none(), "nobody is told of what was not written");
    }

    async fn what_is_due_is_listed_by_urgency(database) {
        let world = World::new(database).await;
        let at = |minutes: u64| Some(world.now().plus(Duration::from_mins(minutes)));
        let mut ids = Vec::new();
        for (name, refresh_at) in [("later", at(30)), ("soon", at(10)), ("first", at(5)), ("never", None)] {
            let new = NewConnection { refresh_at, ..NewConnection { connection: world.connection(name).connection, ..new(&world, name) } };
            ids.push(world.store.connections().insert(new).await.unwrap().row.id);
        }
        let pending = NewConnection { pending: true, ..new(&world, "pending") };
        world.store.connections().insert(pending).await.unwrap();
        let due = async |limit| world.store.connections().list_refresh_due(world.now(), limit).await.unwrap();
        assert!(due(10).await.is_empty());
        world.clock.advance(Duration::from_mins(10));
        assert_eq!(due(10).await, [ids[2], ids[1]]);
        assert_eq!(due(1).await, [ids[2]]);
        claim(&world, ids[2]).await;
        assert_eq!(due(10).await, [ids[1]], "one is at it");
        world.clock.advance(LEASE);
        assert_eq!(due(10).await, [ids[2], ids[1]], "that one has disappeared");
        world.store.connections().delete(ids[2], world.now()).await.unwrap();
        assert_eq!(due(10).await, [ids[1]]);
    }

    async fn the_end_is_told_where_that_is_wanted(database) {
        let world = World::new(database).await;
        let id = connect(&world).await;
        for result in [failed(&world), renewed(&world, "second")] {
            let is_failure = matches!(result, RefreshResult::Failed { .. });
            let (row, fence, _) = claim(&world, id).await;
            let end = EndRefresh { id, fence, credentials_version: row.credentials_version, result, notify: true, now: world.now() };
            assert!(world.store.connections().end_refresh(end).await.unwrap());
            let job = world.claim().await.unwrap();
            let event: NotifyAuth = serde_json::from_str(&job.payload).unwrap();
            assert_eq!((job.kind, job.connection, event.operation), (JobKind::NotifyAuth, Some(id), AuthOperation::Refresh));
            let told = event.error.map(|error| (error.code, error.description));
            assert_eq!(told, is_failure.then(|| ("invalid_grant".to_owned(), "connect again".to_owned())));
        }
    }
}
