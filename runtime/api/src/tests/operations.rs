use syncline_domain::{OperationId, OperationKind, OperationState};
use syncline_store::{NewMessage, NewOperation};

use super::*;

#[tokio::test]
async fn a_page_of_messages_begins_with_what_the_operation_says() {
    let app = TestApp::new().await;
    let id = OperationId::new(app.clock.now(), [1; 10]);
    let message = |text: &str| NewMessage {
        at: app.clock.now(),
        kind: "log",
        level: "warn",
        message: text.to_owned(),
        detail: Some(r#"{"meta":{"n":1}}"#.to_owned()),
    };
    app.store.operations().note(NewOperation {
        id,
        environment: app.environment,
        kind: OperationKind::WebhookForward,
        state: OperationState::Failed,
        integration: None,
        connection: None,
        function: None,
        actor: None,
        summary: "POST https://example.com/hook 500".to_owned(),
        detail: Some(r#"{"request":{"method":"POST"},"error":{"code":"x"}}"#.to_owned()),
        started_at: app.clock.now(),
        finished_at: None,
        messages: vec![message("first"), message("second")],
    });
    app.store.operations().flush().await;
    let shown = app.get(&format!("/operations/{id}")).await.expect(StatusCode::OK);
    assert_eq!((&shown["data"]["error"]["code"], &shown["data"]["duration_ms"]), (&json!("x"), &Value::Null));
    let page = app.get(&format!("/operations/{id}/messages?limit=2")).await.expect(StatusCode::OK);
    assert_eq!(
        (&page["data"][0]["type"], &page["data"][0]["level"], &page["data"][1]["meta"]["n"]),
        (&json!("http"), &json!("error"), &json!(1))
    );
    let rest = app.get(&format!("/operations/{id}/messages?after={}", page["next"])).await.expect(StatusCode::OK);
    assert_eq!((&rest["data"][0]["message"], &rest["next"]), (&json!("second"), &Value::Null));
    assert_eq!(app.get(&format!("/operations/{id}/messages?after=x")).await.refusal(), refused(400, "invalid_query_params"));
    app.add_key("blind", &["environment:proxy"]).await;
    assert_eq!(app.get_with_key("/operations", "blind").await.refusal(), refused(403, "forbidden"));
}

#[tokio::test]
async fn an_environment_says_for_how_long_its_records_are_kept() {
    let app = TestApp::new().await;
    let patch = |body: Value| app.request(Method::PATCH, "/environment/retention", Some(body));
    let (default, changed) =
        (json!({ "prune_after_days": 30, "delete_after_days": 60 }), json!({ "prune_after_days": 0, "delete_after_days": 60 }));
    assert_eq!(app.get("/environment/retention").await.expect(StatusCode::OK)["data"], default);
    assert_eq!(patch(json!({ "prune_after_days": 0 })).await.expect(StatusCode::OK)["data"], changed);
    assert_eq!(app.get("/environment/retention").await.expect(StatusCode::OK)["data"], changed);
    for wrong in [json!({ "prune_after_days": 36_501 }), json!({ "prune_after_days": -1 }), json!({ "prune": 1 })] {
        assert_eq!(patch(wrong).await.refusal(), refused(400, "invalid_body"));
    }
}

#[tokio::test]
async fn figures_are_the_operators_and_well_formed() {
    let app = TestApp::connected().await;
    app.get("/connections").await.expect(StatusCode::OK);
    let ask = |key: &'static str| app.get_with_key("/metrics", key);
    assert_eq!(ask(KEY).await.refusal(), refused(401, "invalid_operator_token"));
    let answer = ask(OPERATOR_TOKEN).await;
    assert_eq!(answer.status, StatusCode::OK);
    // Every sample belongs to a family that was announced, and each family is announced once.
    let mut families = std::collections::BTreeSet::new();
    for line in answer.text.lines() {
        if let Some(name) = line.strip_prefix("# TYPE ") {
            assert!(families.insert(name.split(' ').next().unwrap().to_owned()), "{line} twice");
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).filter(|base| families.contains(*base));
            assert!(families.contains(base.unwrap_or(name)), "{line} is of no family");
        }
    }
    assert!(answer.text.contains(r#"syncline_http_requests_total{route="/connections",method="GET",status="2xx"} 1"#), "{}", answer.text);
}
