//! Who runs an installation, their links, and that there is always an owner.

use std::time::Duration;

use syncline_domain::{OperatorId, OperatorName, Role};
use syncline_store::{Changed, Constraint, Error, NewConsoleSession, NewInvitation, NewOperator, Store, on_each_database};

use crate::fixture::World;

/// Of everybody here.
pub(crate) const PASSWORD_HASH: &str = "$argon2id$of-everybody";

pub(crate) fn new_console_session(world: &World, operator: OperatorId, token: u8, csrf: &str) -> NewConsoleSession {
    NewConsoleSession {
        token_hash: [token; 32],
        operator,
        password_hash: PASSWORD_HASH.to_owned(),
        csrf: csrf.to_owned(),
        expires_at: world.now().plus(Duration::from_hours(1)),
        now: world.now(),
    }
}

fn name(text: &str) -> OperatorName {
    OperatorName::new(text).unwrap()
}

/// The one from the beginning.
pub(crate) async fn owner(world: &World) -> OperatorId {
    world.store.operators().claim(&name("owner"), PASSWORD_HASH, world.now()).await.unwrap().expect("nobody was here before")
}

fn new_operator(world: &World, called: &str, role: Role) -> NewOperator {
    let mut invitation_hash = [0; 32];
    invitation_hash[..called.len().min(32)].copy_from_slice(&called.as_bytes()[..called.len().min(32)]);
    NewOperator { name: name(called), role, invitation_hash, expires_at: world.now().plus(Duration::from_hours(72)), now: world.now() }
}

/// Somebody who has accepted.
pub(crate) async fn operator(world: &World, called: &str, role: Role) -> OperatorId {
    let new = new_operator(world, called, role);
    let token = new.invitation_hash;
    let id = world.store.operators().insert(new).await.unwrap();
    assert_eq!(world.store.operator_invitations().accept(&token, PASSWORD_HASH, world.now()).await.unwrap(), Some(id));
    id
}

async fn roles(store: &Store) -> Vec<(String, Role)> {
    store.operators().list().await.unwrap().into_iter().map(|row| (row.name.to_string(), row.role)).collect()
}

on_each_database! {
    async fn a_server_is_claimed_once(database) {
        let world = World::new(database).await;
        let id = owner(&world).await;
        let operators = world.store.operators();
        assert_eq!(operators.claim(&name("somebody"), PASSWORD_HASH, world.now()).await.unwrap(), None);
        assert_eq!(operators.claim(&name("owner"), PASSWORD_HASH, world.now()).await.unwrap(), None);
        let all = operators.list().await.unwrap();
        assert_eq!((all.len(), all[0].id, all[0].role, all[0].has_password), (1, id, Role::Owner, true));
    }

    async fn two_operators_never_have_the_same_name(database) {
        let world = World::new(database).await;
        owner(&world).await;
        let operators = world.store.operators();
        let ada = operators.insert(new_operator(&world, "Ada Ö", Role::Support)).await.unwrap();
        for taken in ["Ada Ö", "ADA Ö", "ada ö", "OWNER"] {
            let refused = operators.insert(new_operator(&world, taken, Role::Owner)).await;
            assert!(matches!(refused, Err(Error::Conflict { constraint: Constraint::Operator })), "{taken}: {refused:?}");
        }
        let all = operators.list().await.unwrap();
        assert_eq!((all.len(), all[1].id, all[1].name.as_str(), all[1].has_password), (2, ada, "Ada Ö", false));
        assert_eq!(all[1].invited_until, Some(world.now().plus(Duration::from_hours(72))));
        let able = operators.list_with_passwords().await.unwrap();
        assert_eq!(able.iter().map(|(row, hash)| (row.name.as_str(), hash.as_str())).collect::<Vec<_>>(), [("owner", PASSWORD_HASH)]);
    }

    async fn a_link_works_once_and_until_its_end(database) {
        let world = World::new(database).await;
        owner(&world).await;
        let (operators, links) = (world.store.operators(), world.store.operator_invitations());
        let sessions = world.store.console_sessions();
        let ada = operators.insert(new_operator(&world, "ada", Role::Support)).await.unwrap();
        let link = |token: u8| NewInvitation { operator: ada, token_hash: [token; 32], expires_at: world.now().plus(Duration::from_hours(1)) };
        let first = new_operator(&world, "ada", Role::Support).invitation_hash;
        let found = links.lookup(&first, world.now()).await.unwrap().unwrap();
        assert_eq!((found.operator, found.name.as_str(), found.role, found.has_password), (ada, "ada", Role::Support, false));

        links.insert(link(1)).await.unwrap();
        assert_eq!(links.lookup(&first, world.now()).await.unwrap(), None, "another one was made");
        assert_eq!(links.accept(&first, PASSWORD_HASH, world.now()).await.unwrap(), None);
        let both = [links.accept(&[1; 32], PASSWORD_HASH, world.now()), links.accept(&[1; 32], PASSWORD_HASH, world.now())];
        let mut both: Vec<_> = futures_util::future::join_all(both).await.into_iter().map(Result::unwrap).collect();
        both.sort();
        assert_eq!(both, [None, Some(ada)], "of two who use it at once one gets in");
        assert!(sessions.insert(new_console_session(&world, ada, 1, "csrf")).await.unwrap());
        assert_eq!(operators.list().await.unwrap()[1].last_signed_in_at, Some(world.now()));

        links.insert(link(2)).await.unwrap();
        world.clock.advance(Duration::from_hours(1));
        assert_eq!(links.lookup(&[2; 32], world.now()).await.unwrap(), None, "over");
        assert_eq!(links.accept(&[2; 32], "$argon2id$other", world.now()).await.unwrap(), None);
        links.insert(link(3)).await.unwrap();
        assert!(sessions.touch(&[1; 32], world.now().plus(Duration::from_hours(1))).await.unwrap(), "a link that is not used changes nothing");
        assert_eq!(links.accept(&[3; 32], "$argon2id$other", world.now()).await.unwrap(), Some(ada));
        assert!(sessions.lookup(&[1; 32], world.now()).await.unwrap().is_none(), "whoever came in with the password before is out");
    }

    async fn ones_own_password_keeps_ones_own_browser(database) {
        let world = World::new(database).await;
        let owner = owner(&world).await;
        let ada = operator(&world, "ada", Role::Developer).await;
        let (operators, sessions) = (world.store.operators(), world.store.console_sessions());
        for (token, operator) in [(1, ada), (2, ada), (3, ada), (4, owner)] {
            assert!(sessions.insert(new_console_session(&world, operator, token, "csrf")).await.unwrap());
        }
        let link = NewInvitation { operator: ada, token_hash: [9; 32], expires_at: world.now().plus(Duration::from_hours(1)) };
        world.store.operator_invitations().insert(link).await.unwrap();
        assert!(operators.set_password(ada, "$argon2id$other", Some([2; 32]), world.now()).await.unwrap());
        assert!(world.store.operator_invitations().lookup(&[9; 32], world.now()).await.unwrap().is_none());
        let mut open = Vec::new();
        for token in [1, 2, 3, 4] {
            if sessions.lookup(&[token; 32], world.now()).await.unwrap().is_some() {
                open.push(token);
            }
        }
        assert_eq!(open, [2, 4]);
        assert_eq!(sessions.delete_others(owner, &[1; 32]).await.unwrap(), 1);
        assert!(!operators.set_password(OperatorId(99), "$argon2id$other", None, world.now()).await.unwrap());
    }

    async fn a_role_holds_at_once_and_whoever_is_removed_is_out(database) {
        let world = World::new(database).await;
        owner(&world).await;
        let ada = operator(&world, "ada", Role::Developer).await;
        let (operators, sessions) = (world.store.operators(), world.store.console_sessions());
        assert!(sessions.insert(new_console_session(&world, ada, 1, "csrf")).await.unwrap());
        assert_eq!(operators.set_role(ada, Role::Support, world.now()).await.unwrap(), Changed::Done);
        assert_eq!(sessions.lookup(&[1; 32], world.now()).await.unwrap().unwrap().role, Role::Support);
        assert_eq!(operators.delete(ada).await.unwrap(), Changed::Done);
        assert!(sessions.lookup(&[1; 32], world.now()).await.unwrap().is_none());
        assert_eq!(operators.delete(ada).await.unwrap(), Changed::Unknown);
        assert_eq!(operators.set_role(ada, Role::Owner, world.now()).await.unwrap(), Changed::Unknown);
        let link = NewInvitation { operator: ada, token_hash: [9; 32], expires_at: world.now() };
        let refused = world.store.operator_invitations().insert(link).await;
        assert!(matches!(refused, Err(Error::Conflict { constraint: Constraint::Reference })), "{refused:?}");
    }

    async fn the_last_owner_stays(database) {
        let world = World::new(database).await;
        let first = owner(&world).await;
        let operators = world.store.operators();
        let pending = operators.insert(new_operator(&world, "pending", Role::Owner)).await.unwrap();
        for refused in [operators.set_role(first, Role::Developer, world.now()).await, operators.delete(first).await] {
            assert_eq!(refused.unwrap(), Changed::LastOwner, "who is invited cannot sign in yet");
        }
        assert_eq!(operators.set_role(first, Role::Owner, world.now()).await.unwrap(), Changed::Done);
        assert_eq!(operators.delete(pending).await.unwrap(), Changed::Done);
        let ada = operator(&world, "ada", Role::Owner).await;
        assert_eq!(operators.delete(first).await.unwrap(), Changed::Done);
        assert_eq!(operators.set_role(ada, Role::Support, world.now()).await.unwrap(), Changed::LastOwner);
        assert_eq!(roles(&world.store).await, [("ada".to_owned(), Role::Owner)]);
        assert_eq!(operators.first_owner().await.unwrap().unwrap().0.as_str(), "ada");
    }

    /// Whatever comes first: of two who take each other's rights, or remove each other, one stays.
    async fn two_owners_who_demote_each_other_leave_one(database) {
        let world = World::new(database).await;
        owner(&world).await;
        let operators = world.store.operators();
        for round in 0..20 {
            let able = operators.list().await.unwrap().into_iter().find(|row| row.role == Role::Owner).unwrap().id;
            let other = operator(&world, &format!("owner {round}"), Role::Owner).await;
            let change = async |id| match round % 2 {
                0 => operators.set_role(id, Role::Support, world.now()).await.unwrap(),
                _ => operators.delete(id).await.unwrap(),
            };
            let (one, two) = tokio::join!(change(able), change(other));
            let mut outcomes = [one == Changed::Done, two == Changed::Done];
            outcomes.sort_unstable();
            assert_eq!(outcomes, [false, true], "round {round}: {one:?}, {two:?}");
            assert!(one == Changed::LastOwner || two == Changed::LastOwner, "round {round}: {one:?}, {two:?}");
            let left = roles(&world.store).await.into_iter().filter(|(_, role)| *role == Role::Owner).count();
            assert_eq!(left, 1, "round {round}");
        }
    }

    /// D16: the one password becomes the owner's; its browsers sign in again.
    async fn whoever_had_the_password_before_is_the_owner(database) {
        let store = database.open().await;
        store.close().await;
        database.take_back_to(17).await;
        database.execute("INSERT INTO operators (id, password_hash, updated_at) VALUES (1, '$argon2id$before', 5)").await;
        database.execute("INSERT INTO audit_events (at, session, action, subject, outcome) VALUES (1, 'a1', 'POST /console/setup', '', 'done')").await;
        let store = database.open().await;
        let able = store.operators().list_with_passwords().await.unwrap();
        let read: Vec<_> = able.iter().map(|(row, hash)| (row.name.as_str(), row.role, hash.as_str())).collect();
        assert_eq!(read, [("owner", Role::Owner, "$argon2id$before")]);
        assert_eq!(store.audit_events().list(None, 9).await.unwrap()[0].operator, None);
        store.close().await;
    }
}
