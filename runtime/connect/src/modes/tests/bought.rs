//! `TWO_STEP` and `BILL`: what was supplied buys a token.

use std::time::Duration;

use serde_json::json;

use super::{at_fault, bench, exchanged, field, held, life, renewed};
use crate::ModeError;
use crate::stand_in::{StandIn, json as answer};

const FIELDS: &str = "credentials:\n  email: {title: E-mail, description: Of the account}\n  password: {}\n  \
                      company: {title: Company, description: Its number, default_value: '1'}";

/// Two requests; the second needs what the first answered.
async fn two_step(refuse_refresh: bool) -> (StandIn, crate::stand_in::Bench) {
    let provider = StandIn::start(move |asked, _| match asked.path.as_str() {
        "/session" => answer(200, &json!({"data": [{"id": 7}]})),
        "/refresh" if refuse_refresh => answer(400, &json!({"error": "invalid_grant"})),
        "/refresh" => answer(200, &json!({"result": {"jwt": "refreshed", "ttl": 60_000, "account": "a-2"}})),
        _ => {
            answer(200, &json!({"result": {"jwt": "bought", "again": "r-1", "ttl": 600_000, "account": "a-1", "host": "eu.acme.example"}}))
        }
    })
    .await;
    let auth = format!(
        "  mode: TWO_STEP
  steps:
    - url: {0}session
      method: PUT
      headers: {{x-company: '${{credentials.company}}', x-nothing: '${{credentials.company}}${{connectionConfig.unset}}'}}
      body: {{email: '${{credentials.email}}', password: '${{password}}'}}
  token_request:
    url: {0}token
    query: {{session: '${{step1.data.0.id}}'}}
    body_format: json
    body: {{auth.user.mail: '${{credentials.email}}', auth.user.password: '${{password}}', auth.kind: basic, at: '${{now}}'}}
  refresh_request:
    url: {0}refresh
    body: {{token: '${{refreshToken}}'}}
  token_response: {{token: result.jwt, refresh_token: result.again, expires_in: result.ttl, expires_in_unit: ms}}
  fields: {{account: result.account}}
  token_response_metadata: [result.host]",
        provider.url
    );
    let bench = bench(&auth, &format!("{FIELDS}\nconnection_config:\n  unset: {{title: U, description: U, optional: true}}"));
    (provider, bench)
}

#[tokio::test]
async fn requests_are_made_in_order_and_filled_in() {
    let (provider, bench) = two_step(false).await;
    let given = json!({"type": "TWO_STEP", "email": "a@b.example", "password": "canary pass", "assertionOption": {}});
    let grant = exchanged(&bench, given).await.unwrap();
    let asked = provider.asked();
    assert_eq!((asked[0].method.as_str(), asked[0].path.as_str()), ("PUT", "/session"));
    assert_eq!(asked[0].headers["x-company"], "1");
    assert!(!asked[0].headers.contains_key("x-nothing"));
    assert_eq!(asked[0].form(), [("email", "a@b.example"), ("password", "canary pass")].map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    assert_eq!(asked[1].query["session"], "7");
    let nested = json!({"auth": {"user": {"mail": "a@b.example", "password": "canary pass"}, "kind": "basic"}, "at": "1767268800"});
    assert_eq!(asked[1].json(), nested);
    assert_eq!((field(&grant, "token"), field(&grant, "account"), life(&bench, &grant)), ("bought", "a-1", Some(600)));
    assert_eq!(grant.connection_config["result.host"], "eu.acme.example");
    assert_eq!(held(&grant).supplied.keys().collect::<Vec<_>>(), ["company", "email", "password"]);
}

#[tokio::test]
async fn a_renewal_takes_the_refresh_token_and_keeps_what_was_supplied() {
    let (provider, bench) = two_step(false).await;
    let grant = exchanged(&bench, json!({"email": "a@b.example", "password": "p"})).await.unwrap();
    let second = renewed(&bench, &grant).await.unwrap();
    assert_eq!((field(&second, "token"), field(&second, "account"), life(&bench, &second)), ("refreshed", "a-2", Some(60)));
    // The answer brought no new one.
    assert_eq!(field(&second, "refresh_token"), "r-1");
    let third = renewed(&bench, &second).await.unwrap();
    assert_eq!((field(&third, "email"), field(&third, "refresh_token")), ("a@b.example", "r-1"));
    let asked = provider.asked();
    assert_eq!(asked.iter().map(|asked| asked.path.as_str()).collect::<Vec<_>>(), ["/session", "/token", "/refresh", "/refresh"]);
    assert_eq!(asked[3].form()["token"], "r-1");
}

#[tokio::test]
async fn a_refused_refresh_token_costs_nothing() {
    let (provider, bench) = two_step(true).await;
    let grant = exchanged(&bench, json!({"email": "a@b.example", "password": "p"})).await.unwrap();
    assert_eq!(field(&renewed(&bench, &grant).await.unwrap(), "token"), "bought");
    let paths: Vec<String> = provider.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/session", "/token", "/refresh", "/session", "/token"]);
}

#[tokio::test]
async fn fields_are_named_when_they_are_missing_or_unknown() {
    let (provider, bench) = two_step(false).await;
    let of = |given| exchanged(&bench, given);
    assert_eq!(at_fault(of(json!({"email": "a@b.example"})).await), "password");
    assert_eq!(at_fault(of(json!({"email": "a", "password": "p", "token": "t"})).await), "token");
    assert_eq!(at_fault(of(json!({"email": "a", "password": "p", "type": "JWT"})).await), "type");
    assert_eq!(at_fault(of(json!({"email": "a", "password": "p", "assertionOption": {"key": "k"}})).await), "assertionOption");
    assert_eq!(at_fault(of(json!({"email": "a", "password": "x".repeat(1025)})).await), "password");
    assert!(provider.asked().is_empty());
}

/// O6, S6: a definitive answer, one that is none, and neither shows what was sent.
#[tokio::test]
async fn an_answer_is_a_refusal_or_no_answer() {
    for (status, is_refused) in [(401, true), (400, true), (503, false), (429, false)] {
        let provider = StandIn::always(status, "application/json", r#"{"message":"no canary%20pass, canary pass for you"}"#).await;
        let auth = format!(
            "  mode: TWO_STEP\n  token_request:\n    url: {}login\n    body_format: json\n    body: {{user.password: '${{password}}'}}",
            provider.url
        );
        let bench = bench(&auth, "credentials:\n  password: {}");
        let error = exchanged(&bench, json!({"password": "canary pass"})).await.unwrap_err();
        assert_eq!(matches!(error, ModeError::Refused { .. }), is_refused, "{status}: {error:?}");
        assert!(!format!("{error:?}").contains("canary pass"), "{error:?}");
    }
}

#[tokio::test]
async fn bill_logs_in_again_when_its_session_ends() {
    let provider = StandIn::start(|asked, _| {
        assert_eq!(asked.form()["devKey"], "k");
        answer(200, &json!({"response_status": 0, "response_data": {"sessionId": "s-1", "usersId": "u-1"}}))
    })
    .await;
    let auth = format!(
        "  mode: BILL
  token_request:
    url: {}Login.json
    body: {{userName: '${{username}}', password: '${{password}}', orgId: '${{credentials.organization_id}}', devKey: '${{credentials.dev_key}}'}}
  token_response: {{token: response_data.sessionId, lifetime_s: 2100}}
  fields: {{user_id: response_data.usersId}}",
        provider.url
    );
    let bench = bench(&auth, "");
    let given = json!({"username": "u", "password": "p", "organization_id": "o", "dev_key": "k"});
    let grant = exchanged(&bench, given.clone()).await.unwrap();
    assert_eq!((field(&grant, "session_id"), field(&grant, "user_id"), life(&bench, &grant)), ("s-1", "u-1", Some(2100)));
    bench.clock.advance(Duration::from_secs(2000));
    let second = renewed(&bench, &grant).await.unwrap();
    assert_eq!((field(&second, "dev_key"), life(&bench, &second)), ("k", Some(2100)));
    assert_eq!(provider.asked().len(), 2);
    let mut without = given;
    without.as_object_mut().unwrap().remove("dev_key");
    assert_eq!(at_fault(exchanged(&bench, without).await), "dev_key");
}
