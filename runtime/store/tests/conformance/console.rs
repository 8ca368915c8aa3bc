//! The operator's sign-in.

use std::time::Duration;

use syncline_store::on_each_database;

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
}
