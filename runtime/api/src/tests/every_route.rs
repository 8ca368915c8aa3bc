//! Every public route of the field exists (wire contract 1.7), and what only tools and caches ask for.

use super::*;

/// Without those of the field's own sandbox and of deprecated public keys.
const ROUTES: &str = "
GET /oauth/callback
GET /oauth/client-metadata/e/k
GET /app-auth/connect
GET /oauth/connect/k
POST /oauth2/auth/k
POST /auth/oauth-outbound/k
POST /api-auth/api-key/k
POST /api-auth/basic/k
POST /auth/tba/k
POST /auth/two-step/k
POST /auth/jwt/k
POST /auth/bill/k
POST /auth/aws-sigv4/k
POST /auth/signature/k
POST /auth/unauthenticated/k
POST /webhook/e/k
GET /providers
GET /providers/p
GET /providers/p/templates
GET /providers.json
POST /environments
DELETE /environments/1
GET /config/k
GET /integrations
POST /integrations
POST /integrations/quickstart
GET /integrations/k
PATCH /integrations/k
DELETE /integrations/k
GET /integrations/k/functions
GET /integrations/k/functions/f
DELETE /integrations/k/functions/f
GET /integrations/k/functions/f/code
GET /connections
GET /connection
POST /connections
GET /connections/c
GET /connection/c
PATCH /connections/c
DELETE /connections/c
DELETE /connection/c
POST /connections/metadata
PATCH /connections/metadata
POST /connection/metadata
PATCH /connection/metadata
POST /connection/c/metadata
PATCH /connection/c/metadata
POST /connection
GET /environment-variables
POST /environment/api-keys
DELETE /environment/api-keys
POST /environment/webhook-signing-key/rotate
POST /sync/deploy
POST /sync/deploy/confirmation
POST /cli/telemetry
PUT /sync/update-connection-frequency
GET /records
PATCH /records/prune
POST /sync/trigger
POST /sync/pause
POST /sync/start
GET /sync/status
POST /sync/n/variant/v
DELETE /sync/n/variant/v
POST /mcp
GET /scripts/config
POST /functions/compile
POST /functions/dryruns
GET /functions/dryruns/i
POST /functions/deployments
GET /functions/deployments/i
POST /functions/deployments/bundle
POST /functions/deployments/bundle/preview
POST /functions/invocations
POST /action/trigger
GET /action/i
POST /connect/sessions
POST /connect/sessions/reconnect
GET /connect/session
DELETE /connect/session
POST /connect/telemetry
GET /v1/x
POST /v1/x
PUT /v1/x
PATCH /v1/x
DELETE /v1/x
GET /proxy/x
POST /proxy/x
PUT /proxy/x
PATCH /proxy/x
DELETE /proxy/x
GET /health
GET /ready
";

#[tokio::test]
async fn every_route_of_the_contract_is_there() {
    let app = TestApp::new().await;
    let mut missing = Vec::new();
    for route in ROUTES.trim().lines() {
        let (method, path) = route.split_once(' ').unwrap();
        let answer = app.request(method.parse().unwrap(), path, None).await;
        let is_unknown = answer.text.contains("there is no endpoint") || answer.text.contains("does not answer to");
        if is_unknown {
            missing.push(route);
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[tokio::test]
async fn a_path_that_no_function_declares_is_told_without_an_envelope() {
    let app = TestApp::connected().await;
    let answer = app.get("/v1/nope").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.json(), json!({ "message": "Unknown endpoint 'GET /nope'" }));
    let stranger = app.send(Request::get("/v1/nope").body(Body::empty()).unwrap()).await;
    assert_eq!(stranger.refusal(), refused(401, "missing_auth_header"));
}

#[tokio::test]
async fn the_catalogue_is_one_file_that_caches_keep() {
    let app = TestApp::new().await;
    let first = app.browser_get("/providers.json", None).await;
    let listed = app.get("/providers").await.expect(StatusCode::OK);
    assert_eq!(first.json(), listed);
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let again = |tag: &str| app.send(Request::get("/providers.json").header("if-none-match", tag).body(Body::empty()).unwrap());
    let known = again(&format!("\"other\", W/{tag}")).await;
    assert_eq!((known.status, known.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(again("\"other\"").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_search_finds_keys_and_names_the_best_first() {
    let app = TestApp::new().await;
    let all = app.get("/providers").await.expect(StatusCode::OK);
    let found = async |text: &str| {
        let found = app.get(&format!("/providers?search={text}")).await.expect(StatusCode::OK);
        found["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("GitHub-P").await, ["github-pat"]);
    let by_name = found("Hub%20Spot").await;
    assert!(by_name.len() > 1 && by_name[0] == "hubspot", "{by_name:?}");
    assert_eq!(found("no%20such%20provider").await, [""; 0]);
    // Whoever asked for a part of the key still finds it, and each is as the whole list has it.
    let hub = app.get("/providers?search=hub").await.expect(StatusCode::OK)["data"].as_array().unwrap().clone();
    for one in all["data"].as_array().unwrap().iter().filter(|one| one["name"].as_str().unwrap().contains("hub")) {
        assert!(hub.contains(one), "{}", one["name"]);
    }
}

#[tokio::test]
async fn tools_may_say_what_they_like_of_themselves() {
    let app = TestApp::new().await;
    let said = app.browser_post("/cli/telemetry", r#"{"event":"cli:deploy"}"#).await;
    assert_eq!((said.status, said.text.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(app.browser_post("/cli/telemetry", "{").await.refusal(), refused(400, "invalid_json"));
}

#[tokio::test]
async fn a_webhook_that_is_not_kept_is_not_acknowledged() {
    let app = TestApp::connected().await;
    let environment = app.store.environments().lookup(app.environment).await.unwrap().unwrap().uuid;
    let shown = app.get("/integrations/plain?include=webhook&include=credentials").await.expect(StatusCode::OK);
    assert_eq!(shown["data"]["webhook_url"], format!("http://localhost:3003/webhook/{environment}/plain"));
    assert!(shown["data"].as_object().unwrap().contains_key("credentials"), "{shown}");
    let post = |path: String| app.send(Request::post(path).header("content-type", "text/xml").body(Body::from("<x/>")).unwrap());
    post(format!("/webhook/{environment}/plain")).await.expect(StatusCode::OK);
    let kept = app.get("/webhooks/incoming").await.expect(StatusCode::OK);
    assert_eq!((kept["data"].as_array().unwrap().len(), &kept["data"][0]["verified"]), (1, &json!(false)), "{kept}");
    app.post("/integrations", json!({ "provider": "openai", "unique_key": "mute" })).await.expect(StatusCode::OK);
    assert_eq!(post(format!("/webhook/{environment}/mute")).await.refusal(), refused(404, "feature_disabled"));
    assert_eq!(post(format!("/webhook/{environment}/none")).await.refusal(), refused(404, "unknown_provider_config"));
    assert_eq!(post(format!("/webhook/{}/plain", uuid::Uuid::nil())).await.refusal(), refused(404, "unknown_environment"));
    assert_eq!(post("/webhook/dev/plain".to_owned()).await.refusal(), refused(404, "unknown_environment"));
}

#[tokio::test]
async fn old_tools_read_an_integration() {
    let app = TestApp::new().await;
    let client = json!({ "type": "OAUTH2", "client_id": "i", "client_secret": "s" });
    let body = json!({ "provider": "github", "unique_key": "gh", "credentials": client, "custom": { "apiKey": "Token", "x": "y" } });
    app.post("/integrations", body).await.expect(StatusCode::OK);
    let plain = app.get("/config/gh").await.expect(StatusCode::OK);
    assert_eq!((&plain["config"]["unique_key"], &plain["config"]["provider"]), (&json!("gh"), &json!("github")));
    assert!(plain["config"].get("client_secret").is_none(), "{plain}");
    let whole = app.get("/config/gh?include_creds=true").await.expect(StatusCode::OK);
    assert_eq!(whole["config"]["client_secret"], "s");
    assert_eq!(app.get("/config/none").await.refusal(), refused(404, "not_found"));
}

#[tokio::test]
async fn an_integrations_own_words_label_the_credentials() {
    let app = TestApp::new().await;
    let with_key = app.state.catalogue.iter().find(|entry| entry.credentials.contains_key("apiKey")).unwrap().key.clone();
    let body = json!({ "provider": with_key, "unique_key": "k", "custom": { "apiKey": "Your token", "colour": "red" } });
    let made = app.post("/integrations", body).await.expect(StatusCode::OK);
    assert_eq!(made["data"]["credentials_label"], json!({ "apiKey": "Your token" }));
}
