//! `API_KEY`, `BASIC`, `TBA`: nothing is exchanged, so all depends on what is taken.

use serde_json::json;
use syncline_domain::Credentials;

use super::{at_fault, bench, exchanged, field, map, stored};
use crate::ModeError;

const KEY: &str = "  mode: API_KEY";
const IN_HEADER: &str = "  headers: {x-api-key: '${apiKey}'}";

#[tokio::test]
async fn a_key_is_taken_within_its_rules() {
    let bench = bench(KEY, &format!("{IN_HEADER}\ncredentials:\n  apiKey: {{pattern: 'sk_.+'}}"));
    let grant = exchanged(&bench, json!({"apiKey": "sk_1"})).await.unwrap();
    assert_eq!(field(&grant, "apiKey"), "sk_1");
    let long = format!("sk_{}", "x".repeat(1022));
    for given in [
        json!({}),
        json!({"apiKey": ""}),
        json!({"apiKey": null}),
        json!({"apiKey": {"a": 1}}),
        json!({"apiKey": "pk_1"}),
        json!({"apiKey": "sk_1\r\nx-evil: 1"}),
        json!({"apiKey": long}),
    ] {
        assert_eq!(at_fault(exchanged(&bench, given).await), "apiKey");
    }
    assert_eq!(at_fault(exchanged(&bench, json!({"apiKey": "sk_1", "username": "u"})).await), "username");
    assert_eq!(at_fault(exchanged(&bench, json!({"apiKey": "sk_1", "type": "BASIC"})).await), "type");
    assert!(exchanged(&bench, json!({"apiKey": "sk_1", "type": "API_KEY"})).await.is_ok());
}

/// S6
#[tokio::test]
async fn a_refusal_does_not_repeat_what_was_supplied() {
    let bench = bench(KEY, &format!("{IN_HEADER}\ncredentials:\n  apiKey: {{pattern: 'sk_.+'}}"));
    let error = exchanged(&bench, json!({"apiKey": "canary"})).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[tokio::test]
async fn one_half_of_a_pair_may_be_all_there_is() {
    let bench = bench("  mode: BASIC", "");
    for (given, username, password) in [
        (json!({"username": "u", "password": "p:w"}), "u", "p:w"),
        (json!({"username": "key"}), "key", ""),
        (json!({"username": "", "password": "key"}), "", "key"),
        (json!({"username": "J\u{fc}rgen", "password": "\u{20ac}"}), "J\u{fc}rgen", "\u{20ac}"),
    ] {
        let grant = exchanged(&bench, given).await.unwrap();
        assert!(
            matches!(&grant.credentials, Credentials::Basic { username: u, password: p } if (u.expose(), p.expose()) == (username, password))
        );
    }
    assert_eq!(at_fault(exchanged(&bench, json!({"username": "", "password": null})).await), "username");
    assert_eq!(at_fault(exchanged(&bench, json!({"username": "u", "apiKey": "k"})).await), "apiKey");
    assert_eq!(at_fault(exchanged(&bench, json!({"username": "u", "password": "x".repeat(1025)})).await), "password");
}

/// O8: a colon ends the name (RFC 7617, 2), unless the entry writes the header in its own way.
#[tokio::test]
async fn a_user_name_with_a_colon_is_refused() {
    assert_eq!(at_fault(exchanged(&bench("  mode: BASIC", ""), json!({"username": "a:b", "password": "c"})).await), "username");
    let own = bench("  mode: BASIC", "  headers: {x-user: '${username}', authorization: '${password}'}");
    assert!(exchanged(&own, json!({"username": "a:b", "password": "c"})).await.is_ok());
}

#[tokio::test]
async fn an_entry_that_asks_for_a_password_gets_one() {
    let bench = bench(
        "  mode: BASIC",
        "credentials:\n  password: {title: Token, description: From the settings}\n  username: {default_value: api}",
    );
    assert_eq!(at_fault(exchanged(&bench, json!({"username": "u"})).await), "password");
    assert_eq!(field(&exchanged(&bench, json!({"password": "p"})).await.unwrap(), "username"), "api");
}

#[tokio::test]
async fn tba_takes_a_client_of_its_own_whole_or_not_at_all() {
    let mut bench = bench("  mode: TBA", "connection_config:\n  accountId: {}");
    let token = json!({"token_id": "t", "token_secret": "s"});
    assert_eq!(at_fault(exchanged(&bench, token.clone()).await), "accountId");
    bench.connection_config = map(json!({"accountId": "1234567-sb1"}));
    let grant = exchanged(&bench, token.clone()).await.unwrap();
    assert_eq!(stored(&grant).to_wire_exposed(), json!({"type": "TBA", "token_id": "t", "token_secret": "s"}));

    let own = json!({"token_id": "t", "token_secret": "s", "oauth_client_id_override": "i", "oauth_client_secret_override": "c"});
    let grant = exchanged(&bench, own).await.unwrap();
    let wire = stored(&grant).to_wire_exposed();
    assert_eq!(wire["config_override"], json!({"client_id": "i", "client_secret": "c"}));
    assert!(wire.get("oauth_client_id_override").is_none());

    let half = json!({"token_id": "t", "token_secret": "s", "oauth_client_id_override": "i"});
    assert_eq!(at_fault(exchanged(&bench, half).await), "oauth_client_secret_override");
    assert_eq!(at_fault(exchanged(&bench, json!({"token_id": "t"})).await), "token_secret");
    bench.settings.clear();
    assert!(matches!(exchanged(&bench, token).await, Err(ModeError::Setup { .. })));
}
