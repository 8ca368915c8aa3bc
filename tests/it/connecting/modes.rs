//! Every auth mode from the session to a request that the provider takes; and again after the token's end.

use serde_json::json;

use super::{Stage, keys};
use crate::authorization::{Plan, World};
use crate::both::on_both_databases;

const ME: &str = "/api/me";

fn issued(world: &World, what: &str) -> usize {
    world.secrets().values().filter(|kind| **kind == what).count()
}

on_both_databases! {
    async fn oauth2_with_the_client_in_the_body(stage: Stage) {
        stage.integrate("acme").await;
        stage.world.rules("acme", |rules| rules.life_s = 1);
        let connection = stage.authorize("acme", "ada").await;
        assert_eq!(stage.world.last_scope(), "read write");
        stage.world.rules("acme", |rules| rules.life_s = 3_600);
        stage.use_until("acme", &connection, ME, |world| world.counts("acme").refreshes == 1).await;
        let shown = stage.read("acme", &connection, "").await.ok();
        assert_eq!(shown["connection_config"]["account_id"], "account-1");
        assert_eq!(shown["credentials"]["type"], "OAUTH2");
        assert!(!keys(&shown["credentials"]).contains(&"refresh_token"), "{shown}");
        assert!(!shown["credentials"].to_string().contains("refresh-token"), "{shown}");
        let shown = stage.read("acme", &connection, "&refresh_token=true").await.ok();
        assert!(shown["credentials"]["refresh_token"].as_str().unwrap().starts_with("canary-refresh-token"));
        // The provider ends the token before its time.
        stage.world.expire_tokens();
        assert_eq!(stage.proxied("acme", &connection, ME).await.ok()["me"], "acme");
        assert_eq!((stage.world.counts("acme").refreshes, stage.world.counts("acme").invalid_grants), (2, 0));
    }

    async fn oauth2_with_basic_and_json(stage: Stage) {
        stage.integrate("basic-client").await;
        stage.world.rules("basic", |rules| (rules.life_s, rules.rotates) = (1, false));
        let connection = stage.authorize("basic-client", "ada").await;
        stage.world.rules("basic", |rules| rules.life_s = 3_600);
        stage.use_until("basic-client", &connection, ME, |world| world.counts("basic").refreshes == 1).await;
        // No new refresh token came, so the old one was kept.
        let shown = stage.read("basic-client", &connection, "&refresh_token=true&force_refresh=true").await.ok();
        assert!(shown["credentials"]["refresh_token"].as_str().unwrap().starts_with("canary-refresh-token"));
        assert_eq!(stage.world.counts("basic").refreshes, 2);
    }

    async fn oauth1_signs_three_legs_and_every_request(stage: Stage) {
        stage.integrate("oauth1").await;
        let connection = stage.authorize("oauth1", "ada").await;
        assert_eq!(stage.proxied("oauth1", &connection, "/api/items?q=a%20b%2Bc&q2=%C3%B6&empty=").await.ok()[0]["owner"], "oauth1");
        let shown = stage.read("oauth1", &connection, "").await.ok();
        assert_eq!((&shown["credentials"]["type"], &shown["connection_config"]["screen_name"]), (&json!("OAUTH1"), &json!("ada")));
    }

    async fn client_credentials_are_exchanged_again(stage: Stage) {
        stage.integrate("machine").await;
        let (id, secret) = stage.world.accounts().machine.clone();
        let token = stage.session("ada").await;
        let wrong = stage.supply("/oauth2/auth/machine", &token, &[], json!({ "client_id": id, "client_secret": "wrong" })).await;
        assert!(wrong.status.is_client_error(), "{wrong:?}");
        assert_eq!(stage.connections_of("ada").await, Vec::<String>::new());
        stage.world.set_life(1);
        let connection = stage.supplied("/oauth2/auth/machine", &[], json!({ "client_id": id, "client_secret": secret })).await;
        stage.world.set_life(3_600);
        stage.use_until("machine", &connection, ME, |world| world.counts("cc").exchanges == 2).await;
    }

    async fn two_step_refreshes_and_signs_in_again_when_that_fails(stage: Stage) {
        stage.integrate("two-step").await;
        let accounts = stage.world.accounts();
        let body = json!({ "username": accounts.username, "password": accounts.password });
        stage.world.set_life(1);
        let connection = stage.supplied("/auth/two-step/two-step", &[], body).await;
        stage.world.set_life(3_600);
        stage.use_until("two-step", &connection, ME, |world| world.counts("two-step").refreshes == 1).await;
        assert_eq!(stage.world.counts("two-step").exchanges, 1);
        // The refresh token is refused; what was supplied is good all the same.
        stage.world.plan("/two-step/refresh", Plan::Refuse(401, "invalid_grant"));
        assert_eq!(stage.read("two-step", &connection, "&force_refresh=true").await.status.as_u16(), 200);
        assert_eq!((stage.world.counts("two-step").exchanges, stage.world.counts("two-step").refreshes), (2, 1));
        assert_eq!(stage.proxied("two-step", &connection, ME).await.ok()["me"], "two-step");
    }

    async fn a_bill_session_is_opened_again(stage: Stage) {
        stage.integrate("bill").await;
        let accounts = stage.world.accounts();
        let body = json!({
            "username": accounts.username, "password": accounts.password,
            "organization_id": accounts.organization, "dev_key": accounts.dev_key,
        });
        let connection = stage.supplied("/auth/bill/bill", &[], body).await;
        assert_eq!(stage.proxied("bill", &connection, ME).await.ok()["me"], "bill");
        stage.world.expire_tokens();
        assert_eq!(stage.proxied("bill", &connection, ME).await.ok()["me"], "bill");
        assert_eq!(stage.world.counts("bill").exchanges, 2);
        let shown = stage.read("bill", &connection, "").await.ok();
        assert_eq!(shown["credentials"]["user_id"], "user-1");
    }

    /// O8
    async fn a_jwt_is_signed_anew(stage: Stage) {
        stage.integrate("jwt").await;
        let body = json!({ "privateKey": stage.world.private_key(), "keyId": "key-1", "issuerId": "issuer-1" });
        let connection = stage.supplied("/auth/jwt/jwt", &[], body).await;
        stage.use_until("jwt", &connection, ME, |world| issued(world, "signed-jwt") >= 2).await;
    }

    async fn a_wsse_token_is_computed_anew(stage: Stage) {
        stage.integrate("wsse").await;
        let accounts = stage.world.accounts();
        let body = json!({ "type": "SIGNATURE", "username": accounts.username, "password": accounts.password });
        let connection = stage.supplied("/auth/signature/wsse", &[], body).await;
        stage.use_until("wsse", &connection, ME, |world| issued(world, "wsse-token") >= 2).await;
    }

    async fn token_based_requests_are_signed_for_the_realm(stage: Stage) {
        stage.integrate("tba").await;
        let accounts = stage.world.accounts();
        let body = json!({ "token_id": accounts.tba_token.0, "token_secret": accounts.tba_token.1 });
        let connection = stage.supplied("/auth/tba/tba", &[("accountId", &accounts.tba_account)], body).await;
        assert_eq!(stage.proxied("tba", &connection, "/api/items?b=2&a=1").await.ok()[0]["owner"], "tba");
    }

    async fn an_aws_role_is_assumed_again(stage: Stage) {
        stage.integrate("aws").await;
        let accounts = stage.world.accounts();
        let body = json!({ "role_arn": accounts.role, "region": "eu-west-1" });
        let token = stage.session("ada").await;
        let wrong = stage.supply("/auth/aws-sigv4/aws", &token, &[("external_id", "another")], body.clone()).await;
        assert!(!wrong.status.is_success(), "{wrong:?}");
        stage.world.set_life(2);
        let connection = stage.supplied("/auth/aws-sigv4/aws", &[("external_id", &accounts.external_id)], body).await;
        stage.world.set_life(3_600);
        stage.use_until("aws", &connection, "/a%20folder/key%2Bname?list-type=2&prefix=a%2Fb", |world| world.assumed_roles() == 2).await;
    }

    async fn an_app_buys_another_installation_token(stage: Stage) {
        stage.integrate("app").await;
        stage.world.set_life(2);
        let connection = stage.authorize("app", "ada").await;
        stage.world.set_life(3_600);
        stage.use_until("app", &connection, ME, |world| world.installation_tokens() == 2).await;
    }

    async fn an_app_knows_its_user_too(stage: Stage) {
        stage.integrate("app-with-user").await;
        stage.world.set_life(2);
        let connection = stage.authorize("app-with-user", "ada").await;
        stage.world.set_life(3_600);
        stage.use_until("app-with-user", &connection, ME, |world| world.installation_tokens() == 2).await;
        let shown = stage.read("app-with-user", &connection, "").await.ok();
        assert!(shown["credentials"]["user"]["access_token"].is_string(), "{shown}");
    }

    async fn an_mcp_server_is_discovered_and_registered_with(stage: Stage) {
        stage.integrate("tools").await;
        stage.world.rules("mcp-as", |rules| rules.life_s = 1);
        let connection = stage.authorize("tools", "ada").await;
        stage.world.rules("mcp-as", |rules| rules.life_s = 3_600);
        let callback = stage.app.url("/oauth/callback");
        assert!(stage.world.mcp(|desk| desk.registered.contains(&callback)));
        stage.use_until("tools", &connection, "", |world| world.counts("mcp-as").refreshes == 1).await;
    }

    async fn an_mcp_server_of_the_persons_own(stage: Stage) {
        stage.integrate("any-tools").await;
        let (token, server) = (stage.session("ada").await, stage.world.url("/mcp"));
        let mut browser = crate::browser::Browser::new();
        let query = format!("&params[mcp_server_url]={}", url::form_urlencoded::byte_serialize(server.as_bytes()).collect::<String>());
        let page = browser.go(&stage.begin_url("any-tools", &token, &query), None).await;
        assert_eq!(page.status.as_u16(), 200, "{:?} {}", browser.visited, page.text);
        let connection = stage.connection_of("ada").await.unwrap();
        assert_eq!(stage.proxied("any-tools", &connection, "").await.ok()["me"], "mcp");
    }

    /// O8: a colon and letters beyond ASCII in the password.
    async fn keys_and_passwords_go_where_the_entry_says(stage: Stage) {
        let accounts = stage.world.accounts();
        for key in ["api-key", "query-key", "basic-auth", "none"] {
            stage.integrate(key).await;
        }
        let api_key = json!({ "apiKey": accounts.api_key });
        let basic = json!({ "username": accounts.username, "password": accounts.password });
        for (key, endpoint, body) in [
            ("api-key", "/api-auth/api-key/api-key", api_key.clone()),
            ("query-key", "/api-auth/api-key/query-key", api_key),
            ("basic-auth", "/api-auth/basic/basic-auth", basic),
            ("none", "/auth/unauthenticated/none", json!({})),
        ] {
            let connection = stage.supplied(endpoint, &[], body).await;
            assert_eq!(stage.proxied(key, &connection, ME).await.ok()["me"], key);
        }
        for (endpoint, body) in [
            ("/api-auth/api-key/api-key", json!({ "apiKey": "wrong" })),
            ("/api-auth/basic/basic-auth", json!({ "username": "ada", "password": "wrong" })),
        ] {
            let token = stage.session("eve").await;
            let refused = stage.supply(endpoint, &token, &[], body).await;
            assert_eq!(refused.code(), "connection_test_failed");
            assert_eq!(stage.connections_of("eve").await, Vec::<String>::new());
        }
        let token = stage.session("eve").await;
        let wrong_mode = stage.supply("/api-auth/basic/api-key", &token, &[], json!({ "username": "a" })).await;
        assert_eq!((wrong_mode.status.as_u16(), wrong_mode.code()), (400, "invalid_auth_mode".to_owned()));
    }
}
