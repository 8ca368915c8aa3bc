//! The operator's sign-in.

use std::time::Duration;

use syncline_store::{AuditOutcome, NewAuditEvent, on_each_database};

use crate::fixture::World;

on_each_database! {
    async fn another_password_signs_everybody_out(database) {
        let world = World::new(database).await;
        let (operators, sessions) = (world.store.operators(), world.store.console_sessions());
        assert!(operators.lookup().await.unwrap().is_none());
        operators.set("$argon2id$one", world.now()).await.unwrap();
        assert_eq!(operators.lookup().await.unwrap().unwrap().password_hash, "$argon2id$one");
        sessions.insert([1; 32], world.now().plus(Duration::from_hours(1)), "csrf".to_owned()).await.unwrap();
        operators.set("$argon2id$two", world.now()).await.unwrap();
        assert_eq!(operators.lookup().await.unwrap().unwrap().password_hash, "$argon2id$two");
        assert!(sessions.lookup(&[1; 32], world.now()).await.unwrap().is_none());
    }

    async fn a_console_session_lives_while_it_is_used(database) {
        let world = World::new(database).await;
        let sessions = world.store.console_sessions();
        let end = world.now().plus(Duration::from_hours(1));
        for token in [1, 2, 3] {
            sessions.insert([token; 32], end, format!("csrf-{token}")).await.unwrap();
        }
        let found = sessions.lookup(&[1; 32], world.now()).await.unwrap().unwrap();
        assert_eq!((found.csrf.as_str(), found.expires_at), ("csrf-1", end));
        assert!(sessions.lookup(&[1; 32], end).await.unwrap().is_none(), "over");
        let later = end.plus(Duration::from_hours(1));
        assert!(sessions.touch(&[1; 32], later).await.unwrap());
        assert_eq!(sessions.lookup(&[1; 32], end).await.unwrap().unwrap().expires_at, later);
        assert!(!sessions.touch(&[9; 32], later).await.unwrap());
        assert!(sessions.delete(&[1; 32]).await.unwrap());
        assert!(!sessions.delete(&[1; 32]).await.unwrap());
        assert!(sessions.lookup(&[2; 32], world.now()).await.unwrap().is_some(), "another one is untouched");
        assert_eq!(sessions.delete_all().await.unwrap(), 2);
    }

    /// What somebody did is noted before it is done, and kept for 400 days.
    async fn what_people_do_is_noted_before_it_is_done(database) {
        let world = World::new(database).await;
        let log = world.store.audit_events();
        let event = |subject: &str| NewAuditEvent {
            environment: Some("dev".to_owned()),
            session: Some("a1".to_owned()),
            address: None,
            action: "POST /console/{environment}/webhooks".to_owned(),
            subject: subject.to_owned(),
            now: world.now(),
        };
        let first = log.begin(event("one")).await.unwrap();
        assert_eq!(log.list(None, 9).await.unwrap()[0].outcome, AuditOutcome::Begun);
        log.end(first, AuditOutcome::Refused).await.unwrap();
        world.clock.advance(Duration::from_hours(24));
        let second = log.begin(event("two")).await.unwrap();
        log.end(second, AuditOutcome::Done).await.unwrap();
        let rows = log.list(None, 9).await.unwrap();
        let read: Vec<_> = rows.iter().map(|row| (row.subject.as_str(), row.outcome)).collect();
        assert_eq!(read, [("two", AuditOutcome::Done), ("one", AuditOutcome::Refused)]);
        assert_eq!(log.list(Some(second), 9).await.unwrap().len(), 1);
        assert_eq!(log.list(None, 1).await.unwrap()[0].id, second);
        world.clock.advance(Duration::from_hours(400 * 24 - 1));
        world.store.sweep(world.now(), 100).await.unwrap();
        assert_eq!(log.list(None, 9).await.unwrap().iter().map(|row| row.id).collect::<Vec<_>>(), [second]);
    }

    async fn the_names_of_variables_are_known_without_their_values(database) {
        let world = World::new(database).await;
        let variables = world.store.variables();
        for name in ["B", "A"] {
            variables.set(world.environment, name, syncline_domain::Secret::new("canary"), world.now()).await.unwrap();
        }
        let names = variables.names(world.environment).await.unwrap();
        assert_eq!(names, [("A".to_owned(), world.now()), ("B".to_owned(), world.now())]);
    }
}
