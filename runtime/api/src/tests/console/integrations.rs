use super::*;

const CANARY: &str = "canary-that-no-page-shows";

#[tokio::test]
async fn an_integration_is_made_changed_and_deleted() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    operator.get("/console/dev/connections").await.says(StatusCode::OK, "No integrations yet");
    operator.get("/console/dev/catalogue?search=SLA").await.says(StatusCode::OK, "/console/dev/catalogue/slack");
    operator.get("/console/dev/catalogue?search=%3Cb%3E").await.says(StatusCode::OK, "&#60;b&#62;");
    let keys = operator.get("/console/dev/catalogue?search=git&category=dev-tools&auth_mode=API_KEY").await;
    keys.says(StatusCode::OK, "/console/dev/catalogue/github-pat");
    assert!(!keys.text.contains("/console/dev/catalogue/github\"") && keys.text.contains("value=\"API_KEY\" selected"), "{}", keys.text);
    operator.get("/console/dev/catalogue?category=crm&auth_mode=APP").await.says(StatusCode::OK, "No provider is both");
    let page = operator.get("/console/dev/catalogue/slack").await;
    page.says(StatusCode::OK, "http://localhost:3003/oauth/callback");
    assert!(page.text.contains("name=\"client_id\"") && page.text.contains("name=\"client_secret\""), "{}", page.text);

    let create = "/console/dev/catalogue/slack";
    let fields = |id: &'static str, secret: &'static str, key: &'static str| {
        [("display_name", "Slack"), ("unique_key", key), ("client_id", id), ("client_secret", secret), ("scopes", "chat:write")]
    };
    let mended = StatusCode::UNPROCESSABLE_ENTITY;
    let refused = operator.post(create, &fields("", CANARY, "slack")).await;
    refused.says(mended, "Client ID is missing.");
    assert!(!refused.text.contains(CANARY) && refused.text.contains("value=\"chat:write\""), "{}", refused.text);
    operator.post(create, &fields("an id", CANARY, "slack")).await.says(mended, "There is a space in it");
    operator.post(create, &fields("id", CANARY, "a/b")).await.says(mended, "contains &#39;/&#39;");
    operator.post(create, &fields("id", CANARY, "slack")).await.leads_to("/console/dev/connections?done=added");
    operator.post(create, &fields("id", CANARY, "slack")).await.says(mended, "Another integration has this key");
    operator.get(create).await.says(StatusCode::OK, "value=\"slack-2\"");

    let settings = "/console/dev/integrations/slack";
    let page = operator.get(settings).await;
    page.says(StatusCode::OK, "value=\"id\"");
    assert!(!page.text.contains(CANARY) && page.text.contains("Leave empty to keep"), "{}", page.text);
    let change = [("display_name", "Team chat"), ("client_id", "id2"), ("client_secret", ""), ("scopes", "")];
    operator.post(settings, &change).await.leads_to("/console/dev/integrations/slack?done=saved");
    let stored = app.get("/integrations/slack?include=credentials").await.expect(StatusCode::OK)["data"].clone();
    assert_eq!((&stored["display_name"], &stored["credentials"]["client_id"]), (&json!("Team chat"), &json!("id2")));
    assert_eq!(stored["credentials"]["client_secret"], CANARY, "what was left empty stays");
    operator.get("/console/dev/integrations").await.says(StatusCode::OK, "Team chat");

    operator.get("/console/dev/integrations/slack/delete").await.says(StatusCode::OK, "It has no connections.");
    operator.post("/console/dev/integrations/slack/delete", &[]).await.leads_to("/console/dev/integrations?done=deleted");
    operator.get(settings).await.says(StatusCode::NOT_FOUND, "This integration does not exist");
}

#[tokio::test]
async fn the_fields_are_those_of_the_auth_mode() {
    let app = TestApp::with(entries()).await;
    let operator = Operator::of(&app).await;
    let fields = ["client_id", "client_secret", "scopes", "app_id", "app_link", "private_key", "region"];
    for (provider, asked) in [
        ("slack", vec!["client_id", "client_secret", "scopes"]),
        ("openai", vec![]),
        ("an-app", vec!["app_id", "app_link", "private_key", "region"]),
    ] {
        let page = operator.get(&format!("/console/dev/catalogue/{provider}")).await;
        let found: Vec<_> = fields.into_iter().filter(|name| page.text.contains(&format!("name=\"{name}\""))).collect();
        assert_eq!(found, asked, "{provider}");
        let returns = page.text.contains("id=\"callback-url\"");
        assert_eq!(returns, !asked.is_empty(), "{provider}");
    }
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIcanary\n-----END PRIVATE KEY-----\n";
    let post = async |link: &str, key: &str, region: &str| {
        let about = [("display_name", "App"), ("unique_key", "an-app"), ("app_id", "12")];
        let fields = [about.as_slice(), &[("app_link", link), ("private_key", key), ("region", region)]].concat();
        operator.post("/console/dev/catalogue/an-app", &fields).await
    };
    let mended = StatusCode::UNPROCESSABLE_ENTITY;
    post("javascript:alert(1)", pem, "eu").await.says(mended, "This must be an address");
    post("https://github.com/apps/x", "a key", "eu").await.says(mended, "no private key in PEM form");
    post("https://github.com/apps/x", pem, "moon").await.says(mended, "Must be one of eu, us.");
    post("https://github.com/apps/x", pem, "eu").await.leads_to("/console/dev/connections?done=added");
    let page = operator.get("/console/dev/integrations/an-app").await;
    assert!(!page.text.contains("MIIcanary") && page.text.contains("<option selected>eu</option>"), "{}", page.text);
}

fn entries() -> Catalogue {
    let app = "key: an-app
display_name: An app
categories: [dev-tools]
docs: https://example.com/docs
auth:
  mode: APP
  app:
    authorization_url: ${integration.app_link}/installations/new
    token_request:
      url: https://api.example.com/installations/${credentials.installation_id}/token
    jwt_lifetime_s: 600
proxy:
  base_url: https://api.example.com
integration_config:
  region:
    title: Region
    description: Where your app lives
    enum: [eu, us]
sources: [https://example.com/docs]
";
    Catalogue::embedded().with_folder([("an-app.yaml".into(), app.to_owned())].into_iter()).unwrap()
}

/// S6
#[tokio::test]
async fn the_setup_page_says_what_to_do_and_keeps_the_webhook_secret() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    let new = operator.get("/console/dev/catalogue/github-app").await;
    new.says(StatusCode::OK, "that your users can install");
    let slack = operator.get("/console/dev/catalogue/slack").await;
    slack.says(StatusCode::OK, "Register an app in the developer settings of Slack");
    assert!(!slack.text.contains("id=\"webhook-url\""), "there is no integration that it could be of: {}", slack.text);
    operator.get("/console/dev/catalogue/openai").await.says(StatusCode::OK, "whoever connects brings what OpenAI asks for");

    let fields =
        [("display_name", "Hub"), ("unique_key", "hub"), ("client_id", "id"), ("client_secret", "secret"), ("webhook_secret", CANARY)];
    operator.post("/console/dev/catalogue/github", &fields).await.leads_to("/console/dev/connections?done=added");
    let settings = "/console/dev/integrations/hub";
    let page = operator.get(settings).await;
    for text in [
        "0 connections",
        "0 functions",
        "http://localhost:3003/oauth/callback",
        "/webhook/",
        "/console/dev/webhooks/incoming?integration=hub",
    ] {
        page.says(StatusCode::OK, text);
    }
    assert!(!page.text.contains(CANARY) && page.text.contains("name=\"webhook_secret\""), "{}", page.text);
    let secret = async || {
        app.get("/integrations/hub?include=credentials").await.expect(StatusCode::OK)["data"]["credentials"]["webhook_secret"].clone()
    };
    assert_eq!(secret().await, CANARY);
    let change = [("display_name", "Hub"), ("client_id", "id"), ("client_secret", ""), ("scopes", ""), ("webhook_secret", "")];
    operator.post(settings, &change).await.leads_to("/console/dev/integrations/hub?done=saved");
    assert_eq!(secret().await, CANARY, "what was left empty stays");
    let change = [change.as_slice(), &[("webhook_secret", "old new")]].concat();
    let change: Vec<_> = change.into_iter().filter(|field| *field != ("webhook_secret", "")).collect();
    operator.post(settings, &change).await.leads_to("/console/dev/integrations/hub?done=saved");
    assert_eq!(secret().await, "old new", "two, while one replaces the other");
}
