//! What a connect session allows, and how often.

use serde_json::json;

use super::{Stage, parameter};
use crate::both::on_both_databases;
use crate::browser::Browser;
use crate::node::read;

on_both_databases! {
    /// O5: a session makes one connection, however often and however fast it is tried.
    async fn a_session_makes_one_connection(stage: Stage) {
        stage.integrate("none").await;
        let token = stage.session("ada").await;
        let tries = (0..10).map(|_| stage.supply("/auth/unauthenticated/none", &token, &[], json!({})));
        let answers = futures_util::future::join_all(tries).await;
        let made = answers.iter().filter(|answer| answer.status.is_success()).count();
        assert_eq!((made, stage.connections_of("ada").await.len()), (1, 1));
        for refused in answers.iter().filter(|answer| !answer.status.is_success()) {
            assert_eq!((refused.status.as_u16(), refused.code()), (401, "unknown_connect_session_token".to_owned()));
        }
    }

    async fn a_session_reaches_only_the_integrations_it_names(stage: Stage) {
        for key in ["none", "api-key", "acme"] {
            stage.integrate(key).await;
        }
        let token = stage.session_with("ada", json!({ "allowed_integrations": ["none"] })).await;
        let refused = stage.supply("/api-auth/api-key/api-key", &token, &[], json!({ "apiKey": "k" })).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "integration_not_allowed".to_owned()));
        let refused = Browser::new().get(&stage.begin_url("acme", &token, "")).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "integration_not_allowed".to_owned()));
        let list = read(stage.app.http.get(stage.app.url("/integrations")).bearer_auth(&token)).await.ok();
        let names: Vec<&str> = list["data"].as_array().unwrap().iter().map(|one| one["unique_key"].as_str().unwrap()).collect();
        assert_eq!(names, ["none"]);
        let unknown = json!({ "end_user": { "id": "ada" }, "allowed_integrations": ["none", "nowhere"] });
        let refused = stage.app.post("/connect/sessions", unknown).await;
        assert_eq!(refused.json()["error"]["errors"][0]["path"], json!(["allowed_integrations", "1"]));
        // A session's token opens nothing else, an API key is no session, and a deleted session is none.
        for path in ["/connections", "/connections/x?provider_config_key=none", "/environment-variables"] {
            assert_eq!(read(stage.app.http.get(stage.app.url(path)).bearer_auth(&token)).await.status.as_u16(), 401, "{path}");
        }
        assert_eq!(read(stage.app.http.delete(stage.app.url("/connect/session")).bearer_auth(&token)).await.status.as_u16(), 204);
        assert_eq!(stage.supply("/auth/unauthenticated/none", &token, &[], json!({})).await.code(), "unknown_connect_session_token");
    }

    async fn what_the_session_presets_wins(stage: Stage) {
        stage.integrate("acme").await;
        stage.integrate("tba").await;
        let accounts = stage.world.accounts();
        let defaults = json!({ "integrations_config_defaults": {
            "acme": { "user_scopes": "admin,audit", "authorization_params": { "prompt": "consent" } },
            "tba": { "connection_config": { "accountId": accounts.tba_account } },
        } });
        let token = stage.session_with("ada", defaults.clone()).await;
        let mut browser = Browser::new();
        let page = browser.go(&stage.begin_url("acme", &token, "&user_scope=read&authorization_params[prompt]=none"), None).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text);
        assert_eq!(stage.world.last_scope(), "admin audit");
        let asked = browser.visited.iter().find(|url| url.contains("/acme/authorize")).unwrap();
        assert_eq!(parameter(asked, "prompt").as_deref(), Some("consent"));
        let token = stage.session_with("eve", defaults).await;
        let body = json!({ "token_id": accounts.tba_token.0, "token_secret": accounts.tba_token.1 });
        let made = stage.supply("/auth/tba/tba", &token, &[("accountId", "somebody-elses")], body).await.ok();
        let connection = made["connectionId"].as_str().unwrap();
        assert_eq!(stage.proxied("tba", connection, "/api/me").await.ok()["me"], "tba");
    }

    /// A reconnect keeps the connection's name; its end user and tags come along.
    async fn a_reconnect_overrides_the_same_connection(stage: Stage) {
        stage.integrate("acme").await;
        let connection = stage.authorize("acme", "ada").await;
        let before = stage.read("acme", &connection, "").await.ok();
        let body = json!({ "connection_id": connection, "integration_id": "acme" });
        let answer = stage.app.post("/connect/sessions/reconnect", body.clone()).await.ok();
        let token = answer["data"]["token"].as_str().unwrap();
        let page = Browser::new().go(&stage.begin_url("acme", token, ""), None).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text);
        let after = stage.read("acme", &connection, "").await.ok();
        assert_eq!(stage.connections_of("ada").await, [connection.as_str()]);
        assert_ne!(before["credentials"]["access_token"], after["credentials"]["access_token"]);
        // Its target is gone before the browser is back.
        let token = stage.app.post("/connect/sessions/reconnect", body).await.ok()["data"]["token"].as_str().unwrap().to_owned();
        let (mut browser, callback) = stage.authorize_until_callback("acme", &token).await;
        let path = format!("/connections/{connection}?provider_config_key=acme");
        stage.app.call(reqwest::Method::DELETE, &path, &[], None).await.ok();
        assert_eq!(browser.get(&callback).await.status.as_u16(), 400);
        assert_eq!(stage.connections_of("ada").await.len(), 0);
    }
}
