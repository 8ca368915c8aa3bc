//! Sessions, one-time states and what waiting browsers are told.

use std::time::Duration;

use syncline_domain::{ConnectionRowId, EndUser, IntegrationKey, Secret, Timestamp};
use syncline_store::{Constraint, Error, NewAuthFlow, NewConnectSession, on_each_database};

use crate::fixture::World;

const MINUTE: Duration = Duration::from_mins(1);

pub(crate) fn new_session(world: &World, token: u8) -> NewConnectSession {
    NewConnectSession {
        environment: world.environment,
        token_hash: [token; 32],
        end_user: None,
        tags: [("plan".to_owned(), "pro".to_owned())].into(),
        allowed_integrations: None,
        settings: Secret::new(r#"{"canary":"canary-settings"}"#),
        reconnect: None,
        webhook_url_override: None,
        expires_at: world.now().plus(30 * MINUTE),
        now: world.now(),
    }
}

pub(crate) fn new_flow(world: &World, state: u8) -> NewAuthFlow {
    NewAuthFlow {
        state_hash: [state; 32],
        environment: world.environment,
        payload: Secret::new(r#"{"verifier":"canary-verifier"}"#),
        expires_at: world.now().plus(10 * MINUTE),
        now: world.now(),
    }
}

on_each_database! {
    async fn a_session_is_found_by_its_token_until_its_end(database) {
        let world = World::new(database).await;
        let sessions = world.store.connect_sessions();
        let user: EndUser = serde_json::from_str(r#"{"id":"u","email":"u@example.com"}"#).unwrap();
        let new = NewConnectSession {
            end_user: Some(user.clone()),
            allowed_integrations: Some(vec![IntegrationKey::new("github").unwrap()]),
            reconnect: Some(ConnectionRowId(77)),
            webhook_url_override: Some("https://hooks.example.com".to_owned()),
            ..new_session(&world, 1)
        };
        let made = sessions.insert(new).await.unwrap();
        let found = sessions.lookup_by_hash(&[1; 32], world.now()).await.unwrap().unwrap();
        assert_eq!((found.id, found.environment, found.end_user, found.used_at), (made.id, world.environment, Some(user), None));
        assert_eq!(found.settings.expose(), r#"{"canary":"canary-settings"}"#);
        assert_eq!((found.tags["plan"].as_str(), found.reconnect), ("pro", Some(ConnectionRowId(77))));
        assert_eq!(found.allowed_integrations.unwrap()[0].as_str(), "github");
        assert_eq!(found.webhook_url_override.as_deref(), Some("https://hooks.example.com"));
        assert!(sessions.lookup_by_hash(&[2; 32], world.now()).await.unwrap().is_none());
        assert!(sessions.lookup_by_hash(&[1; 32], found.expires_at).await.unwrap().is_none(), "over at its end");
        let again = sessions.insert(new_session(&world, 1)).await;
        assert!(matches!(again, Err(Error::Conflict { constraint: Constraint::ConnectSession })), "{again:?}");
        assert!(sessions.delete(made.id).await.unwrap());
        assert!(!sessions.delete(made.id).await.unwrap());
        assert!(sessions.lookup_by_hash(&[1; 32], world.now()).await.unwrap().is_none());
    }

    /// O1
    async fn a_session_makes_one_connection_however_many_try_at_once(database) {
        let world = World::new(database).await;
        let session = world.store.connect_sessions().insert(new_session(&world, 1)).await.unwrap().id;
        let attempts = (0..6).map(|at| {
            let mut new = world.connection(&format!("c{at}"));
            new.session = Some(session);
            let store = world.store.clone();
            async move { store.connections().insert(new).await }
        });
        let results = futures_util::future::join_all(attempts).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        for refused in results.into_iter().filter_map(Result::err) {
            assert!(matches!(refused, Error::Conflict { constraint: Constraint::ConnectSession }), "{refused:?}");
        }
        let all = world.store.connections().list(world.environment, syncline_store::ConnectionFilter::default()).await.unwrap();
        assert_eq!(all.len(), 1, "what was refused left nothing");
        let used = world.store.connect_sessions().lookup_by_hash(&[1; 32], world.now()).await.unwrap().unwrap();
        assert_eq!(used.used_at, Some(world.now()));
    }

    /// O1
    async fn no_connection_comes_of_a_session_that_was_ended(database) {
        let world = World::new(database).await;
        let session = world.store.connect_sessions().insert(new_session(&world, 1)).await.unwrap().id;
        world.store.connect_sessions().delete(session).await.unwrap();
        let mut new = world.connection("c");
        new.session = Some(session);
        let refused = world.store.connections().insert(new).await;
        assert!(matches!(refused, Err(Error::Conflict { constraint: Constraint::ConnectSession })), "{refused:?}");
    }

    /// O1
    async fn a_state_is_taken_once_however_many_try_at_once(database) {
        let world = World::new(database).await;
        world.store.auth_flows().insert(new_flow(&world, 1)).await.unwrap();
        world.store.auth_flows().insert(new_flow(&world, 2)).await.unwrap();
        let takers = (0..8).map(|_| {
            let (store, now) = (world.store.clone(), world.now());
            async move { store.auth_flows().take(&[1; 32], now).await.unwrap() }
        });
        let taken: Vec<_> = futures_util::future::join_all(takers).await.into_iter().flatten().collect();
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].environment, taken[0].payload.expose()), (world.environment, r#"{"verifier":"canary-verifier"}"#));
        assert!(world.store.auth_flows().take(&[1; 32], world.now()).await.unwrap().is_none());
        assert!(world.store.auth_flows().take(&[3; 32], world.now()).await.unwrap().is_none(), "nobody made this one");
        assert!(world.store.auth_flows().take(&[2; 32], world.now()).await.unwrap().is_some(), "another one is untouched");
    }

    /// O1
    async fn a_state_that_is_over_is_gone_with_the_first_who_asks(database) {
        let world = World::new(database).await;
        let new = new_flow(&world, 1);
        let end = new.expires_at;
        world.store.auth_flows().insert(new).await.unwrap();
        assert!(world.store.auth_flows().take(&[1; 32], end).await.unwrap().is_none());
        assert!(world.store.auth_flows().take(&[1; 32], world.now()).await.unwrap().is_none(), "nor does it come back for a slow clock");
    }

    async fn a_result_waits_for_its_client_and_nobody_else(database) {
        let world = World::new(database).await;
        let (results, end) = (world.store.flow_results(), world.now().plus(10 * MINUTE));
        let lookup = async |clients: &[&str], now: Timestamp| {
            let clients: Vec<String> = clients.iter().map(|client| (*client).to_owned()).collect();
            let mut found = results.lookup(&clients, now).await.unwrap();
            found.sort();
            found
        };
        results.put("a", r#"{"n":1}"#, end).await.unwrap();
        results.put("a", r#"{"n":2}"#, end).await.unwrap();
        results.put("b", r#"{"n":3}"#, end).await.unwrap();
        let pair = |client: &str, message: &str| (client.to_owned(), message.to_owned());
        assert_eq!(lookup(&["a", "b", "c"], world.now()).await, [pair("a", r#"{"n":2}"#), pair("b", r#"{"n":3}"#)]);
        assert_eq!(lookup(&["b"], world.now()).await, [pair("b", r#"{"n":3}"#)]);
        assert!(lookup(&[], world.now()).await.is_empty());
        assert!(lookup(&["a"], end).await.is_empty(), "over");
        assert!(results.delete("a").await.unwrap());
        assert!(!results.delete("a").await.unwrap());
        assert!(lookup(&["a"], world.now()).await.is_empty());
    }
}
