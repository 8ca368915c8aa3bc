use syncline_domain::{Clock, IncomingWebhookId, IntegrationKey, JobKind};
use syncline_store::{Claim, NewIncomingWebhook, WebhookHead};

use super::*;

const SIGNATURE: &str = "sha256=canary-that-no-page-shows";

/// Keeps one as the provider's delivery would be; returns its id.
async fn kept(app: &TestApp, number: u8, event: &str, body: &str) -> IncomingWebhookId {
    let key = IntegrationKey::new("hub").unwrap();
    let integration = app.store.integrations().lookup(app.environment, &key).await.unwrap().unwrap().id;
    let now = app.clock.now();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let new = NewIncomingWebhook {
        id: IncomingWebhookId::new(now, [number; 10]),
        environment: app.environment,
        integration,
        event: Some(event.to_owned()),
        delivery_id: None,
        dedupe: None,
        verified: true,
        is_handshake: false,
        head: WebhookHead {
            method: "POST".to_owned(),
            query: Vec::new(),
            headers: vec![
                header("content-type", "application/json"),
                header("x-hub-signature-256", SIGNATURE),
                header("x-agent", "<b>hook</b>"),
            ],
        },
        body: body.as_bytes().to_vec(),
        now,
    };
    let id = new.id;
    app.store.incoming_webhooks().insert_all(vec![new]).await.unwrap();
    id
}

/// Routes the next one to nobody; it then waits for a connection with this id.
async fn park(app: &TestApp, id: IncomingWebhookId) {
    let claim = Claim {
        owner: "test".to_owned(),
        kinds: vec![JobKind::RouteWebhook],
        limit: 1,
        lease: Duration::from_mins(1),
        now: app.clock.now(),
    };
    let job = app.store.jobs().claim(claim).await.unwrap().pop().unwrap();
    let row = app.store.incoming_webhooks().lookup(id).await.unwrap().unwrap();
    let keys = vec![("connection_id".to_owned(), "ada<b>".to_owned())];
    app.store.incoming_webhooks().park(job.fence(), id, row.integration, keys, Vec::new(), app.clock.now()).await.unwrap();
}

async fn integration(app: &TestApp) {
    let credentials = json!({ "type": "OAUTH2", "client_id": "id", "client_secret": "secret" });
    app.post("/integrations", json!({ "provider": "github", "unique_key": "hub", "credentials": credentials }))
        .await
        .expect(StatusCode::OK);
}

/// O5: what a provider sends stays text, and what would let others sign in its name is not shown.
#[tokio::test]
async fn what_a_provider_told_is_shown_with_what_became_of_it() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    operator.get("/console/dev/webhooks/incoming").await.says(StatusCode::OK, "No webhooks yet");
    integration(&app).await;
    let id = kept(&app, 1, "push", r#"{"a":"<script>alert(1)</script>"}"#).await;
    park(&app, id).await;
    let list = operator.get("/console/dev/webhooks/incoming").await;
    list.says(StatusCode::OK, &format!("/console/dev/webhooks/incoming/{id}"));
    list.says(StatusCode::OK, "Parked");
    for (query, is_found) in
        [("since=1h", true), ("until=1h", false), ("since=2026-01-31&until=2026-02-01", true), ("since=2030-01-01", false)]
    {
        let found = operator.get(&format!("/console/dev/webhooks/incoming?{query}")).await;
        assert_eq!(found.text.contains(&id.to_string()), is_found, "{query}: {}", found.text);
    }
    operator.get("/console/dev/webhooks/incoming?until=noon").await.says(StatusCode::OK, "is no time");
    let page = operator.get(&format!("/console/dev/webhooks/incoming/{id}")).await;
    for text in [
        "It fits no connection",
        "connection_id",
        "ada&#60;b&#62;",
        "&#60;script&#62;",
        "&#60;b&#62;hook",
        "[redacted]",
        "push from GitHub",
    ] {
        page.says(StatusCode::OK, text);
    }
    assert!(!page.text.contains("canary-that") && !page.text.contains("<script>alert"), "{}", page.text);

    for (query, is_there) in [
        ("state=parked", true),
        ("state=routed", false),
        ("integration=hub", true),
        ("integration=other", false),
        ("event=push", true),
        ("event=issues", false),
    ] {
        let list = operator.get(&format!("/console/dev/webhooks/incoming?{query}")).await;
        list.says(StatusCode::OK, if is_there { "Parked" } else { "No webhook fits" });
        assert_eq!(list.text.contains(&id.to_string()), is_there, "{query}");
    }
    let prod = EnvironmentName::new("prod").unwrap();
    app.store.environments().ensure(&prod, Timestamp::default()).await.unwrap();
    operator.get(&format!("/console/prod/webhooks/incoming/{id}")).await.says(StatusCode::NOT_FOUND, "no such webhook");
    operator.post(&format!("/console/prod/webhooks/incoming/{id}/replay"), &[]).await.says(StatusCode::NOT_FOUND, "no such webhook");
    operator.get("/console/dev/webhooks/incoming/nonsense").await.says(StatusCode::NOT_FOUND, "no such webhook");
}

#[tokio::test]
async fn webhooks_are_replayed_one_by_one_or_together() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    integration(&app).await;
    let mut ids = Vec::new();
    for number in 1..=3 {
        let id = kept(&app, number, "push", "{}").await;
        park(&app, id).await;
        ids.push(id);
    }
    let one = format!("/console/dev/webhooks/incoming/{}", ids[0]);
    operator.post(&format!("{one}/replay"), &[]).await.leads_to(&format!("{one}?done=routed"));
    operator.get(&one).await.says(StatusCode::OK, "On its way");
    operator.post(&format!("{one}/replay"), &[]).await.says(StatusCode::CONFLICT, "cannot be replayed now");

    let several = format!("/console/dev/webhooks/incoming/replay?ids={},{},{}", ids[0], ids[1], ids[2]);
    operator.get("/console/dev/webhooks/incoming").await.says(StatusCode::OK, "Replay these");
    operator.get(&several).await.says(StatusCode::OK, "Replay 3 webhooks?");
    operator.post(&several, &[]).await.leads_to("/console/dev/webhooks/incoming?done=routed");
    for id in ids {
        let data = app.get(&format!("/webhooks/incoming/{id}")).await.expect(StatusCode::OK)["data"].clone();
        assert_eq!((&data["state"], &data["replays"]), (&json!("received"), &json!(1)));
    }
    operator.post("/console/dev/webhooks/incoming/replay?ids=x", &[]).await.says(StatusCode::NOT_FOUND, "no such webhook");
}
