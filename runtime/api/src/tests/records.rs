use syncline_domain::{ConnectionName, ConnectionRef, IntegrationKey, ModelName, RecordText, Variant};
use syncline_store::{CollectionRef, SaveRecords};

use super::*;

impl TestApp {
    pub(super) async fn save(&self, batch: &str) {
        let of = ConnectionRef { integration: IntegrationKey::new("plain").unwrap(), connection: ConnectionName::new("c1").unwrap() };
        let connection = self.store.connections().lookup(self.environment, &of).await.unwrap().unwrap();
        let records = RecordText::parse_batch(batch).unwrap();
        let key = self.store.fingerprint_key();
        let batch = SaveRecords {
            fence: None,
            collection: CollectionRef { connection: connection.id, model: ModelName::new("Issue").unwrap(), variant: Variant::base() },
            records: records.iter().map(|record| (record.id().clone(), record.fingerprint(key), record.text().to_owned())).collect(),
            keep_changes_after: None,
            writer: None,
            now: Timestamp::parse("2026-01-31T12:00:00.000001Z").unwrap(),
        };
        self.store.records().save(batch).await.unwrap();
    }
}

/// X1
#[tokio::test]
async fn records_come_back_digit_for_digit_and_page_by_page() {
    let app = TestApp::connected().await;
    app.save(r#"[{"id":9007199254740993,"n":12345678901234567890123.0},{"id":"b"},{"id":"c"}]"#).await;
    let first = app.get("/records?model=Issue&limit=2").await;
    assert!(first.text.contains(r#"{"id":9007199254740993,"n":12345678901234567890123.0,"_nango_metadata":{"#), "{}", first.text);
    let first = first.expect(StatusCode::OK);
    assert_eq!(first["records"][0]["_nango_metadata"]["last_modified_at"], "2026-01-31T12:00:00.000001+00:00");
    let cursor = first["next_cursor"].as_str().expect("more follow");
    let second = app.get(&format!("/records?model=Issue&cursor={cursor}")).await.expect(StatusCode::OK);
    assert_eq!((second["records"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));
    for (query, found) in [
        ("ids=b&ids=c", 2),
        ("filter=deleted", 0),
        ("filter=added,deleted", 3),
        ("modified_after=2026-01-31T12:00:00.000001%2B00:00", 3),
        ("modified_after=2026-01-31T12:00:00.000002Z", 0),
        ("variant=other", 0),
    ] {
        let page = app.get(&format!("/records?model=Issue&{query}")).await.expect(StatusCode::OK);
        assert_eq!(page["records"].as_array().unwrap().len(), found, "{query}");
    }
}

#[tokio::test]
async fn pruned_records_keep_their_id_and_nothing_else() {
    let app = TestApp::connected().await;
    app.save(r#"[{"id":"a","secret":1},{"id":"b","secret":1}]"#).await;
    let page = app.get("/records?model=Issue").await.expect(StatusCode::OK);
    let until = &page["records"][0]["_nango_metadata"]["cursor"];
    let pruned = app.request(Method::PATCH, "/records/prune", Some(json!({ "model": "Issue", "until_cursor": until }))).await;
    assert_eq!(pruned.expect(StatusCode::OK), json!({ "count": 1, "has_more": false }));
    let page = app.get("/records?model=Issue").await.expect(StatusCode::OK);
    assert_eq!(
        (&page["records"][0]["id"], &page["records"][0]["secret"], &page["records"][1]["secret"]),
        (&json!("a"), &Value::Null, &json!(1))
    );
}

/// X2
#[tokio::test]
async fn a_bad_cursor_limit_or_filter_is_a_400() {
    let app = TestApp::connected().await;
    app.save(r#"[{"id":"a"}]"#).await;
    assert_eq!(app.get("/records?model=Issue&cursor=AAAA").await.refusal(), refused(400, "invalid_cursor"));
    assert_eq!(app.get(&format!("/records?model=Issue&cursor={}", "A".repeat(2_000))).await.refusal(), refused(400, "invalid_cursor"));
    for query in [
        "",
        "model=issue",
        "model=Issue&limit=0",
        "model=Issue&limit=-1",
        "model=Issue&limit=1000000000",
        "model=Issue&filter=gone",
        "model=Issue&x=1",
    ] {
        assert_eq!(app.get(&format!("/records?{query}")).await.refusal(), refused(400, "invalid_query_params"), "{query}");
    }
    let request = Request::get("/records?model=Issue").header("authorization", KEY);
    assert_eq!(app.send(request.body(Body::empty()).unwrap()).await.refusal(), refused(400, "invalid_headers"));
    let request = Request::get("/records?model=Issue")
        .header("authorization", KEY)
        .header("provider-config-key", "plain")
        .header("connection-id", "nope");
    assert_eq!(app.send(request.body(Body::empty()).unwrap()).await.refusal(), refused(400, "unknown_connection"));
    let prune = app.request(Method::PATCH, "/records/prune", Some(json!({ "model": "Issue", "until_cursor": "x" }))).await;
    assert_eq!(prune.refusal(), refused(400, "invalid_cursor"));
}
