//! The operator's sign-in.

use std::time::Duration;

use syncline_domain::{OperatorName, Role};
use syncline_store::{AuditOutcome, NewAuditEvent, NewConsoleSession, on_each_database};

use crate::fixture::World;
use crate::operators::{PASSWORD_HASH, new_console_session, operator, owner};

on_each_database! {
    async fn another_password_signs_its_operator_out(database) {
        let world = World::new(database).await;
        let (operators, sessions) = (world.store.operators(), world.store.console_sessions());
        assert!(operators.list_with_passwords().await.unwrap().is_empty());
        let name = OperatorName::new("owner").unwrap();
        operators.set_first_password(&name, "$argon2id$one", world.now()).await.unwrap();
        assert_eq!(operators.first_owner().await.unwrap(), Some((name.clone(), Some("$argon2id$one".to_owned()))));
        let (owner, other) = (operators.list().await.unwrap()[0].id, operator(&world, "ada", Role::Developer).await);
        for (token, operator) in [(1, owner), (2, other)] {
            let password_hash = if operator == owner { "$argon2id$one".to_owned() } else { PASSWORD_HASH.to_owned() };
            let new = NewConsoleSession { password_hash, ..new_console_session(&world, operator, token, "csrf") };
            assert!(sessions.insert(new).await.unwrap());
        }
        operators.set_first_password(&name, "$argon2id$two", world.now()).await.unwrap();
        assert_eq!(operators.first_owner().await.unwrap(), Some((name, Some("$argon2id$two".to_owned()))));
        assert!(sessions.lookup(&[1; 32], world.now()).await.unwrap().is_none());
        assert!(sessions.lookup(&[2; 32], world.now()).await.unwrap().is_some(), "somebody else's");
        let stale = NewConsoleSession { password_hash: "$argon2id$one".to_owned(), ..new_console_session(&world, owner, 3, "csrf") };
        assert!(!sessions.insert(stale).await.unwrap(), "it was compared with the password before");
    }

    async fn a_console_session_lives_while_it_is_used(database) {
        let world = World::new(database).await;
        let sessions = world.store.console_sessions();
        let end = world.now().plus(Duration::from_hours(1));
        let owner = owner(&world).await;
        for token in [1, 2, 3] {
            assert!(sessions.insert(new_console_session(&world, owner, token, &format!("csrf-{token}"))).await.unwrap());
        }
        let found = sessions.lookup(&[1; 32], world.now()).await.unwrap().unwrap();
        assert_eq!((found.csrf.as_str(), found.expires_at), ("csrf-1", end));
        assert_eq!((found.operator, found.name.as_str(), found.role), (owner, "owner", Role::Owner));
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
            operator: Some(format!("operator of {subject}")),
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
        let of_one = log.list_of_operator("operator of one", None, 9).await.unwrap();
        assert_eq!(of_one.iter().map(|row| row.id).collect::<Vec<_>>(), [first]);
        assert_eq!(of_one[0].operator.as_deref(), Some("operator of one"));
        assert!(log.list_of_operator("operator of one", Some(first), 9).await.unwrap().is_empty());
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
