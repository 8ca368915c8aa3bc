//! O3: token answers as providers really write them.

use serde_json::{Value, json};

use super::Stage;
use crate::authorization::Plan;
use crate::both::on_both_databases;
use crate::browser::Browser;

const TOKEN: &str = "/acme/token";

fn form(answer: &Value) -> (&'static str, String) {
    let fields = answer.as_object().unwrap().iter();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields.map(|(name, value)| (name, text(value)))).finish();
    ("application/x-www-form-urlencoded", body)
}

fn plain(answer: &Value) -> (&'static str, String) {
    ("text/plain; charset=utf-8", answer.to_string())
}

fn nested(answer: &Value) -> (&'static str, String) {
    let life_ms = answer["expires_in"].as_u64().unwrap() * 1_000;
    let user = json!({ "access_token": answer["access_token"], "refresh_token": answer["refresh_token"], "expires_in": life_ms });
    ("application/json", json!({ "ok": true, "user": user }).to_string())
}

fn texts(answer: &Value) -> (&'static str, String) {
    let mut answer = answer.clone();
    answer["expires_in"] = json!(answer["expires_in"].to_string());
    answer["scope"] = json!(["read", "write"]);
    answer["id_token"] = json!("not.a.jwt");
    ("application/json", answer.to_string())
}

fn error_with_200(_: &Value) -> (&'static str, String) {
    ("application/json", json!({ "ok": false, "error": "bad_verification_code", "error_description": "canary <b>words</b>" }).to_string())
}

fn garbage(_: &Value) -> (&'static str, String) {
    ("text/html", "<html>maintenance</html>".to_owned())
}

fn nothing(_: &Value) -> (&'static str, String) {
    ("application/json", "{}".to_owned())
}

on_both_databases! {
    /// O3: form-encoded, text/plain, nested, numbers as text.
    async fn odd_answers_are_understood(stage: Stage) {
        stage.integrate("acme").await;
        stage.integrate("nested").await;
        for (key, reshape) in [("acme", form as fn(&Value) -> _), ("acme", plain), ("acme", texts), ("nested", nested)] {
            let user = format!("ada-{}", stage.world.requests(TOKEN));
            stage.world.rules("acme", |rules| rules.life_s = 1);
            stage.world.plan_always(TOKEN, Plan::Reshape(reshape));
            let connection = stage.authorize(key, &user).await;
            let before = stage.world.counts("acme").refreshes;
            stage.world.rules("acme", |rules| rules.life_s = 3_600);
            stage.use_until(key, &connection, "/api/me", |world| world.counts("acme").refreshes == before + 1).await;
        }
        assert_eq!(stage.world.counts("acme").invalid_grants, 0);
    }

    /// O3: an error under status 200, a page, an empty object: no connection, and words that a person understands.
    async fn answers_without_a_token_are_refused(stage: Stage) {
        stage.integrate("acme").await;
        for reshape in [error_with_200 as fn(&Value) -> _, garbage, nothing] {
            stage.world.plan(TOKEN, Plan::Reshape(reshape));
            let token = stage.session("ada").await;
            let page = Browser::new().go(&stage.begin_url("acme", &token, ""), None).await;
            assert_eq!(page.status.as_u16(), 400, "{}", page.text);
            assert!(!page.text.contains("<b>words"), "{}", page.text);
            assert_eq!(stage.connections_of("ada").await.len(), 0);
        }
    }

    /// O3, O6: at the refresh, an answer that says nothing about the grant does not end the connection.
    async fn a_refresh_that_is_answered_with_a_page_is_tried_again(stage: Stage) {
        stage.integrate("acme").await;
        let connection = stage.authorize("acme", "ada").await;
        stage.world.plan(TOKEN, Plan::Status(200, vec![("content-type", "text/html".to_owned())]));
        let failed = stage.read("acme", &connection, "&force_refresh=true").await;
        assert!(!failed.status.is_success(), "{failed:?}");
        assert_eq!(stage.errors(&connection).await.len(), 1);
        assert_eq!(stage.proxied("acme", &connection, "/api/me").await.status.as_u16(), 200, "the present token still works");
        stage.read("acme", &connection, "&force_refresh=true").await.ok();
        assert_eq!(stage.errors(&connection).await.len(), 0);
    }
}
