use super::*;

const LIST: &str = "/console/dev/records/1/Issue/base";

async fn deleted(app: &TestApp, id: &str) {
    let of = syncline_store::CollectionRef {
        connection: syncline_domain::ConnectionRowId(1),
        model: syncline_domain::ModelName::new("Issue").unwrap(),
        variant: syncline_domain::Variant::base(),
    };
    app.store.records().delete(None, of, vec![syncline_domain::ExternalId::new(id).unwrap()], None, app.clock.now()).await.unwrap();
}

#[tokio::test]
async fn a_record_is_found_by_its_connection_model_and_id() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    operator.get("/console/dev/records/1").await.says(StatusCode::OK, "No records");
    app.save(r#"[{"id":"a/b","title":"number one"},{"id":"a?c","title":"number two"},{"id":"z","title":"number three"}]"#).await;
    operator.get("/console/dev/records").await.says(StatusCode::OK, &format!("href=\"{LIST}\">Issue 3<"));
    operator.get("/console/dev/records?connection=c1").await.says(StatusCode::OK, &format!("href=\"{LIST}\">Issue 3<"));
    operator.get("/console/dev/records?connection=C1").await.says(StatusCode::OK, "No connection of this id");
    operator.get("/console/dev/records/1").await.says(StatusCode::OK, &format!("href=\"{LIST}\">Issue<"));
    let list = operator.get(LIST).await;
    let at = |text: &str| list.text.find(text).unwrap_or_else(|| panic!("{text} is not in {}", list.text));
    assert!(at("number three") < at("number two") && at("number two") < at("number one"), "the latest change first: {}", list.text);
    let beginning = operator.get(&format!("{LIST}?id=a")).await;
    beginning.says(StatusCode::OK, &format!("href=\"{LIST}/record?id=a%2Fb\">a/b<"));
    assert!(!beginning.text.contains("number three"), "{}", beginning.text);
    for (query, is_found) in [("since=1h", true), ("until=1h", false), ("id=a&since=1h", true), ("id=a&until=1h", false)] {
        let found = operator.get(&format!("{LIST}?{query}")).await;
        assert_eq!(found.text.contains("number one"), is_found, "{query}: {}", found.text);
    }
    operator.get(&format!("{LIST}?since=noon")).await.says(StatusCode::OK, "is no time");
    operator.get("/console/dev/records?since=1h").await.says(StatusCode::OK, &format!("href=\"{LIST}?since=1h\">Issue 3<"));
    operator.get("/console/dev/records/1?since=1h").await.says(StatusCode::OK, &format!("href=\"{LIST}?since=1h\">Issue<"));
    let record = operator.get(&format!("{LIST}/record?id=a%3Fc")).await;
    record.says(StatusCode::OK, "<h1>a?c <span class=\"badge tone-good\">Added</span></h1>");
    record.says(StatusCode::OK, "&#34;title&#34;: &#34;number two&#34;");
    deleted(&app, "z").await;
    operator.get(&format!("{LIST}/record?id=z")).await.says(StatusCode::OK, "The provider does not have it any more");
    let gone = operator.get(&format!("{LIST}?action=deleted")).await;
    gone.says(StatusCode::OK, "<span class=\"badge tone-bad\">Deleted</span>");
    assert!(!gone.text.contains("a/b"), "{}", gone.text);
}

/// X2, X5
#[tokio::test]
async fn what_is_not_there_or_of_another_environment_is_not_found() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    app.save(r#"[{"id":"a"}]"#).await;
    app.store.environments().ensure(&EnvironmentName::new("prod").unwrap(), app.clock.now()).await.unwrap();
    for path in [
        "/console/prod/records/1",
        "/console/prod/records/1/Issue/base",
        "/console/prod/records/1/Issue/base/record?id=a",
        "/console/prod/records/1/Issue/base/export?format=csv",
        "/console/dev/records/2",
        "/console/dev/records/x",
        "/console/dev/records/1/issue/base",
        "/console/dev/records/1/Issue/base/record?id=b",
        "/console/dev/records/1/Issue/base/record",
    ] {
        assert_eq!(operator.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/console/dev/records/1/Issue/base?before=AAAA", "/console/dev/records/1/Issue/base/export?format=xml"] {
        assert_eq!(operator.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(app.visit(&format!("{LIST}/export?format=csv")).await.status, StatusCode::SEE_OTHER, "nobody without a session");
}

#[tokio::test]
async fn every_record_is_on_one_page_and_in_the_files() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    let batch: Vec<Value> = (0..1_203).map(|n| json!({ "id": format!("r{n:04}"), "n": n })).collect();
    app.save(&Value::from(batch).to_string()).await;
    deleted(&app, "r0000").await;
    let (mut seen, mut path) = (Vec::new(), LIST.to_owned());
    loop {
        let page = operator.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        seen.extend(page.text.split("/record?id=").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        let Some((before, _)) = page.text.split_once("\" rel=\"next\"") else { break };
        path = before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&");
    }
    let expected: Vec<String> = std::iter::once(0).chain((1..1_203).rev()).map(|n| format!("r{n:04}")).collect();
    assert_eq!(seen, expected);

    let lines = operator.get(&format!("{LIST}/export?format=jsonl")).await;
    assert_eq!(lines.headers["content-disposition"], "attachment; filename=\"Issue-base-1.jsonl\"");
    let records: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((records.len(), &records[1_202]["_nango_metadata"]["last_action"]), (1_203, &json!("DELETED")));
    let table = operator.get(&format!("{LIST}/export?format=csv")).await;
    assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!((table.text.lines().count(), table.text.matches(",id,n,").count()), (1_204, 1), "one line of heads");
    let gone = operator.get(&format!("{LIST}/export?format=csv&action=deleted")).await;
    assert_eq!(gone.text.lines().count(), 2, "{}", gone.text);
}

/// O5, X6: what a provider sent is text on every page, and no formula in a file.
#[tokio::test]
async fn a_hostile_record_is_shown_and_never_run() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    let hostile = "=1+1<script>alert(1)</script>\"'";
    app.save(&json!([{ "id": hostile, "<script>alert(1)</script>": "@SUM(1)" }]).to_string()).await;
    let id = "%3D1%2B1%3Cscript%3Ealert(1)%3C/script%3E%22%27";
    for path in [LIST.to_owned(), format!("{LIST}?id={id}"), format!("{LIST}/record?id={id}")] {
        let page = operator.get(&path).await;
        page.says(StatusCode::OK, "alert(1)");
        assert!(!page.text.contains("<script>alert") && !page.text.contains("\"'"), "{}", page.text);
    }
    let table = operator.get(&format!("{LIST}/export?format=csv")).await;
    let line = table.text.lines().nth(1).unwrap();
    assert!(line.starts_with("\"'=1+1<script>") && line.contains(",'@SUM(1),"), "{line}");
}
