use super::*;

const HOSTILE: &str = "<script>alert(1)</script>";

/// Path of the page of a function, as the list says it.
async fn page_of(operator: &Operator<'_>, name: &str) -> String {
    let list = operator.get(&format!("/console/dev/functions?name={name}")).await;
    let (_, rest) = list.text.split_once("<a href=\"/console/dev/functions/").expect("the list has it");
    format!("/console/dev/functions/{}", rest.split('"').next().unwrap())
}

/// X6
#[tokio::test]
async fn functions_are_listed_and_shown_with_what_they_may_do() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    operator.get("/console/dev/functions").await.says(StatusCode::OK, "Nothing is deployed yet");
    let sync = json!({
        "name": "issues", "kind": "sync", "schedule": "every 1h", "description": HOSTILE, "egress": ["files.example.com"],
        "limits": { "memory_mb": 64 }, "models": [{ "name": "Issue", "schema": { "title": HOSTILE } }],
    });
    app.deploy(vec![sync, json!({ "name": "create-issue", "kind": "action" })]).await.expect(StatusCode::OK);
    let shown = async |query: &str| {
        let page = operator.get(&format!("/console/dev/functions?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert!(!page.text.contains("<script>alert"), "{}", page.text);
        ["issues", "create-issue"].map(|name| page.text.contains(&format!("\">{name}</a>")))
    };
    assert_eq!(shown("").await, [true, true]);
    assert_eq!(shown("kind=action").await, [false, true]);
    assert_eq!(shown("integration=plain&name=issues").await, [true, false]);
    assert_eq!(shown("integration=other").await, [false, false]);
    let page = operator.get(&page_of(&operator, "issues").await).await;
    for text in ["every 1h", "files.example.com", "64 MB of memory", "Model Issue", "Now in place", "It has not run yet"] {
        page.says(StatusCode::OK, text);
    }
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    operator.get("/console/dev/functions/999").await.says(StatusCode::NOT_FOUND, "no such function");
}

#[tokio::test]
async fn a_deployment_is_put_back_after_the_page_said_what_goes() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    let one = json!({ "name": "create-issue", "kind": "action", "description": "one" });
    app.deploy(vec![one]).await.expect(StatusCode::OK);
    let first = app.store.deployments().list(app.environment, None, None, 9).await.unwrap()[0].id;
    let two =
        [json!({ "name": "create-issue", "kind": "action", "description": "two" }), json!({ "name": "close-issue", "kind": "action" })];
    app.deploy(two.to_vec()).await.expect(StatusCode::OK);
    let page = page_of(&operator, "create-issue").await;
    let way = format!("{page}/rollback/{first}");
    operator.get(&page).await.says(StatusCode::OK, &way);
    operator.get(&way).await.says(StatusCode::OK, "action close-issue is deleted");
    assert_eq!(app.store.functions().list(app.environment, None).await.unwrap().len(), 2, "the question changes nothing");
    operator.post(&way, &[]).await.leads_to("/console/dev/functions?integration=plain&done=rolled-back");
    let functions = app.store.functions().list(app.environment, None).await.unwrap();
    assert_eq!((functions.len(), functions[0].definition.description.as_str()), (1, "one"));
    operator.get(&format!("{page}/rollback/{}", uuid::Uuid::nil())).await.says(StatusCode::NOT_FOUND, "no such deployment");
}

/// C6
#[tokio::test]
async fn a_sync_is_commanded_from_its_connection() {
    let app = TestApp::with_sync(true).await;
    let operator = Operator::of(&app).await;
    let connections = operator.get("/console/dev/connections").await;
    let row = app.store.connections().list(app.environment, syncline_store::ConnectionFilter::default()).await.unwrap().remove(0);
    let connection = format!("/console/dev/connections/{}", row.id);
    connections.says(StatusCode::OK, &format!("href=\"{connection}\""));
    let sync = app.store.syncs().list_for_connection(row.id).await.unwrap().remove(0);
    let path = format!("{connection}/syncs/{}", sync.id);
    operator.get(&connection).await.says(StatusCode::OK, &path);
    let now = async || app.store.syncs().lookup_by_id(sync.id).await.unwrap().unwrap();

    operator.post(&format!("{path}/pause"), &[]).await.leads_to(&format!("{connection}?done=paused"));
    assert_eq!((now().await.state, now().await.next_run_at), (syncline_domain::SyncState::Paused, None));
    operator.get(&connection).await.says(StatusCode::OK, "Paused");
    operator.post(&format!("{path}/start"), &[]).await.leads_to(&format!("{connection}?done=started"));
    assert!(now().await.next_run_at.is_some());
    operator
        .post(&format!("{path}/frequency"), &[("frequency", "<b>soon")])
        .await
        .says(StatusCode::UNPROCESSABLE_ENTITY, "is not a frequency");
    operator.post(&format!("{path}/frequency"), &[("frequency", "every 2 hours")]).await.leads_to(&format!("{path}?done=saved"));
    operator.get(&path).await.says(StatusCode::OK, "value=\"2 hours\"");
    operator.post(&format!("{path}/frequency"), &[("frequency", "")]).await.leads_to(&format!("{path}?done=saved"));
    assert_eq!(now().await.frequency_override, None);
    operator.post(&format!("{path}/run"), &[]).await.leads_to(&format!("{path}?done=asked"));
    operator.get(&format!("{path}/resync")).await.says(StatusCode::OK, "Read everything of issues again?");
    operator.post(&format!("{path}/resync"), &[]).await.leads_to(&format!("{path}?done=asked"));
    app.store.operations().flush().await;
    let noted = app.get("/operations?type=sync&connection_id=c1").await.expect(StatusCode::OK);
    let actions: Vec<_> = noted["data"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["request_run_full", "request_run", "unpause", "pause"], "{noted}");
    operator.get(&format!("{connection}/syncs/{}", uuid::Uuid::nil())).await.says(StatusCode::NOT_FOUND, "This sync does not exist");
}

/// X6: and what is no name says why it is none.
#[tokio::test]
async fn a_variant_of_a_sync_comes_and_goes() {
    let app = TestApp::with_sync(true).await;
    let operator = Operator::of(&app).await;
    let row = app.store.connections().list(app.environment, syncline_store::ConnectionFilter::default()).await.unwrap().remove(0);
    let connection = format!("/console/dev/connections/{}", row.id);
    let sync = app.store.syncs().list_for_connection(row.id).await.unwrap().remove(0);
    let path = format!("{connection}/syncs/{}", sync.id);
    operator.get(&path).await.says(StatusCode::OK, "No other variant");
    let make = async |name: &str| operator.post(&format!("{path}/variants"), &[("variant", name)]).await;
    for (name, problem) in
        [("", "The variant is empty."), ("base", "is the sync itself"), ("<b>", "allowed are letters"), ("a b", "id=\"variant-problem\"")]
    {
        make(name).await.says(StatusCode::UNPROCESSABLE_ENTITY, problem);
    }
    let made = make("eu").await;
    let location = made.headers["location"].to_str().unwrap().to_owned();
    let variant = location.strip_suffix("?done=variant-made").unwrap_or_else(|| panic!("{location}")).to_owned();
    operator.get(&variant).await.says(StatusCode::OK, "<title>issues::eu · dev · Syncline</title>");
    operator.get(&path).await.says(StatusCode::OK, &format!("href=\"{variant}\""));
    operator.get(&connection).await.says(StatusCode::OK, "issues::eu");
    make("eu").await.says(StatusCode::UNPROCESSABLE_ENTITY, "has variant `eu` of sync `issues` already");
    // It runs as the sync does, beside it.
    let syncs = app.store.syncs().list_for_connection(row.id).await.unwrap();
    let eu = syncs.iter().find(|sync| sync.variant.as_str() == "eu").expect("it was made");
    assert!(eu.state == syncline_domain::SyncState::Started && eu.next_run_at.is_some());

    operator.get(&format!("{path}/delete")).await.says(StatusCode::CONFLICT, "This sync is no variant");
    operator.post(&format!("{path}/delete"), &[]).await.says(StatusCode::CONFLICT, "This sync is no variant");
    operator.get(&format!("{variant}/delete")).await.says(StatusCode::OK, "Delete the variant issues::eu?");
    operator.post(&format!("{variant}/delete"), &[]).await.leads_to(&format!("{connection}?done=variant-deleted"));
    operator.get(&variant).await.says(StatusCode::NOT_FOUND, "This sync does not exist");
    assert_eq!(app.store.syncs().list_for_connection(row.id).await.unwrap().len(), 1);
    app.store.operations().flush().await;
    let noted = app.get("/operations?type=sync&connection_id=c1").await.expect(StatusCode::OK);
    let actions: Vec<_> = noted["data"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["delete_variant", "create_variant"], "{noted}");
    let page = operator.get("/console/dev/settings/audit").await;
    for text in ["Made a variant of a sync", "Deleted a variant of a sync", "<code>c1, issues</code>"] {
        page.says(StatusCode::OK, text);
    }
}

/// O5, S6, X6
#[tokio::test]
async fn a_connection_shows_what_is_known_of_it_and_takes_other_metadata() {
    let app = TestApp::connected().await;
    let operator = Operator::of(&app).await;
    let row = app.store.connections().list(app.environment, syncline_store::ConnectionFilter::default()).await.unwrap().remove(0);
    let path = format!("/console/dev/connections/{}", row.id);
    let save = async |text: &str| operator.post(&format!("{path}/metadata"), &[("metadata", text)]).await;
    save("[1]").await.says(StatusCode::UNPROCESSABLE_ENTITY, "This is JSON, but no object");
    save("{\"a\": <script>alert(1)</script>").await.says(StatusCode::UNPROCESSABLE_ENTITY, "This is no JSON");
    save(&json!({ "team": HOSTILE, "n": 1 }).to_string()).await.leads_to(&format!("{path}?done=saved"));
    let page = operator.get(&path).await;
    page.says(StatusCode::OK, "&#60;script&#62;alert(1)");
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    for text in ["Working", "No syncs", "No records yet", "Connection config", "<title>c1 · dev · Syncline</title>"] {
        page.says(StatusCode::OK, text);
    }
    let stored = app.store.connections().lookup_with_credentials(row.id).await.unwrap().unwrap();
    assert_eq!(stored.metadata.as_deref().map(serde_json::from_str::<Value>).unwrap().unwrap()["n"], 1);
    operator.get("/console/dev/connections/999").await.says(StatusCode::NOT_FOUND, "This connection does not exist");
}
