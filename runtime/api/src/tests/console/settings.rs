use super::*;

const CANARY: &str = "canary-that-no-page-shows";

/// What stands in the field with the key that was just made.
fn shown_key(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("id=\"api-key\" value=\"").expect("the key is shown");
    rest.split('"').next().unwrap().to_owned()
}

async fn with_key(app: &TestApp, path: &str, key: &str) -> StatusCode {
    app.send(Request::get(path).header("authorization", format!("Bearer {key}")).body(Body::empty()).unwrap()).await.status
}

/// S6
#[tokio::test]
async fn a_key_is_shown_once_and_does_what_its_scopes_say() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    let path = "/console/dev/settings/api-keys";
    operator.get(path).await.says(StatusCode::OK, "environment:connections:read_credentials");
    let mended = StatusCode::UNPROCESSABLE_ENTITY;
    operator.post(path, &[("name", ""), ("reach", "all")]).await.says(mended, "Name is missing.");
    operator.post(path, &[("name", "ci"), ("reach", "some")]).await.says(mended, "Choose a scope at least");
    let wrong = operator.post(path, &[("name", "<b>ci</b>"), ("reach", "some"), ("scope", "account:*")]).await;
    wrong.says(mended, "is not a scope of an environment&#39;s key");
    wrong.says(mended, "&#60;b&#62;ci");

    let made = operator.post(path, &[("name", "ci"), ("reach", "some"), ("scope", "environment:connections:list")]).await;
    made.says(StatusCode::OK, "it is not shown again");
    let key = shown_key(&made);
    assert_eq!(with_key(&app, "/connections", &key).await, StatusCode::OK);
    assert_eq!(with_key(&app, "/integrations", &key).await, StatusCode::FORBIDDEN);
    let list = operator.get(path).await;
    list.says(StatusCode::OK, "environment:connections:list");
    assert!(!list.text.contains(&key), "{}", list.text);
    operator.post(path, &[("name", "ci"), ("reach", "all")]).await.says(mended, "has a key named `ci` already");
    let all = shown_key(&operator.post(path, &[("name", "all"), ("reach", "all")]).await);
    assert_eq!(with_key(&app, "/integrations", &all).await, StatusCode::OK);

    let rows = app.store.api_keys().list(app.environment).await.unwrap();
    let delete = format!("{path}/{}/delete", rows.iter().find(|row| row.display_name == "ci").unwrap().id);
    operator.get(&delete).await.says(StatusCode::OK, "Delete the key ci?");
    operator.post(&delete.replace("/dev/", "/none/"), &[]).await.says(StatusCode::NOT_FOUND, "no such environment");
    operator.post(&delete, &[]).await.leads_to(&format!("{path}?done=key-deleted"));
    assert_eq!(with_key(&app, "/connections", &key).await, StatusCode::UNAUTHORIZED);
    operator.post(&delete, &[]).await.says(StatusCode::NOT_FOUND, "no such key");
}

#[tokio::test]
async fn a_variables_value_is_never_shown_again() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    let path = "/console/dev/settings/variables";
    operator.get(path).await.says(StatusCode::OK, "No variables yet");
    let mended = StatusCode::UNPROCESSABLE_ENTITY;
    for (name, value, says) in [
        ("", CANARY, "Name is missing."),
        ("1A", CANARY, "no digit first"),
        ("A-B", CANARY, "Use letters, digits and _"),
        ("A", "", "Value is missing."),
        ("A", "a\0b", "zero byte"),
    ] {
        let refused = operator.post(path, &[("name", name), ("value", value)]).await;
        refused.says(mended, says);
        assert!(!refused.text.contains(CANARY), "{}", refused.text);
    }
    let long = "x".repeat(32 * 1_024 + 1);
    operator.post(path, &[("name", "A"), ("value", &long)]).await.says(mended, "It is too long");
    operator.post(path, &[("name", "API_BASE"), ("value", CANARY)]).await.leads_to(&format!("{path}?done=variable-set"));
    let page = operator.get(path).await;
    page.says(StatusCode::OK, "API_BASE");
    assert!(!page.text.contains(CANARY), "{}", page.text);
    assert_eq!(app.get("/environment-variables").await.json(), json!([{ "name": "API_BASE", "value": CANARY }]));
    operator.get(&format!("{path}/API_BASE/delete")).await.says(StatusCode::OK, "Delete the variable API_BASE?");
    operator.post(&format!("{path}/API_BASE/delete"), &[]).await.leads_to(&format!("{path}?done=variable-deleted"));
    operator.post(&format!("{path}/API_BASE/delete"), &[]).await.says(StatusCode::NOT_FOUND, "no such variable");
    assert_eq!(app.get("/environment-variables").await.json(), json!([]));
}

#[tokio::test]
async fn environments_are_made_kept_and_deleted() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    let prod = EnvironmentName::new("prod").unwrap();
    app.store.environments().ensure(&prod, Timestamp::default()).await.unwrap();
    let path = "/console/dev/settings";
    operator.get(path).await.says(StatusCode::OK, "value=\"30\"");
    let mended = StatusCode::UNPROCESSABLE_ENTITY;
    let days = |prune: &'static str, delete: &'static str| [("prune_after_days", prune), ("delete_after_days", delete)];
    let retention = format!("{path}/retention");
    for (prune, delete) in [("x", "1"), ("1", ""), ("36501", "1"), ("-1", "1")] {
        operator.post(&retention, &days(prune, delete)).await.says(mended, "Enter a whole number of days");
    }
    operator.post(&retention, &days("0", "90")).await.leads_to(&format!("{path}?done=saved"));
    let policy = app.get("/environment/retention").await.expect(StatusCode::OK)["data"].clone();
    assert_eq!(policy, json!({ "prune_after_days": 0, "delete_after_days": 90 }));

    let create = format!("{path}/environments");
    operator.post(&create, &[("name", "")]).await.says(mended, "id=\"name-problem\"");
    operator.post(&create, &[("name", "dev")]).await.says(mended, "There is an environment `dev` already");
    operator.post(&create, &[("name", "staging")]).await.leads_to("/console/staging/settings/api-keys?done=environment-added");
    operator.get("/console/staging/settings/api-keys").await.says(StatusCode::OK, "No keys yet");
    operator.get("/console/prod/settings/delete").await.says(StatusCode::BAD_REQUEST, "is for production");
    operator.post("/console/prod/settings/delete", &[]).await.says(StatusCode::BAD_REQUEST, "It cannot be deleted");
    operator.get("/console/staging/settings/delete").await.says(StatusCode::OK, "Delete the environment staging?");
    operator.post("/console/staging/settings/delete", &[]).await.leads_to("/console/dev/settings?done=environment-deleted");
    operator.get("/console/staging/settings").await.says(StatusCode::NOT_FOUND, "no such environment");
}

#[tokio::test]
async fn encryption_shows_where_it_stands() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    let path = "/console/dev/settings/encryption";
    operator.get(path).await.says(StatusCode::OK, "encrypted with the newest data key");
    operator.get(path).await.says(StatusCode::OK, "syncline keys rotate --wait");
    operator.post(&format!("{path}/rotate"), &[]).await.leads_to(&format!("{path}?done=rotating"));
    operator.get(path).await.says(StatusCode::OK, "being moved over to data key 2");
    let next = syncline_store::MasterKey::new([9; 32]);
    app.store.keys().begin_master_change(&next, app.clock.now()).await.unwrap();
    operator.post(&format!("{path}/rotate"), &[]).await.says(StatusCode::CONFLICT, "syncline keys retire");
    assert_eq!(app.store.keys().list().await.unwrap().len(), 2, "a refused rotation makes no key");
}

/// Everything that a person changes is noted, done or refused, with no value of a form.
#[tokio::test]
async fn the_audit_log_has_every_change_and_no_secret() {
    let app = TestApp::new().await;
    let operator = Operator::of(&app).await;
    app.posted("/console/sign-in", &[("password", CANARY)]).await.says(StatusCode::UNPROCESSABLE_ENTITY, "not the password");
    operator.post("/console/dev/settings/variables", &[("name", "<i>"), ("value", CANARY)]).await;
    operator.post("/console/dev/settings/variables", &[("name", "TOKEN"), ("value", CANARY)]).await;
    operator.post("/console/dev/connections/77/disconnect", &[]).await;
    operator.get("/console/dev/connections").await;
    let events = app.store.audit_events().list(None, 50).await.unwrap();
    let read: Vec<_> = events.iter().map(|event| (event.action.as_str(), event.subject.as_str(), event.outcome.as_str())).collect();
    assert_eq!(
        read,
        [
            ("POST /console/{environment}/connections/{row}/disconnect", "77", "refused"),
            ("POST /console/{environment}/settings/variables", "TOKEN", "done"),
            ("POST /console/{environment}/settings/variables", "<i>", "refused"),
            ("POST /console/sign-in", "", "refused"),
            ("POST /console/setup", "", "done"),
        ]
    );
    assert!(events[0].session.is_some() && events[3].session.is_none());
    // The session that the password opened.
    assert_eq!(events[4].session, events[0].session);
    assert_eq!((events[0].environment.as_deref(), events[4].environment.as_deref()), (Some("dev"), None));
    let page = operator.get("/console/dev/settings/audit").await;
    for text in
        ["Disconnected", "Set a variable", "&#60;i&#62;", "Tried to sign in", "Set the first password", "Somebody who was not signed in"]
    {
        page.says(StatusCode::OK, text);
    }
    assert!(!page.text.contains(CANARY), "{}", page.text);
    // Whoever is not signed in, or is made to call by another site, does nothing that could be noted; whoever knocks for long fills no disk.
    app.posted("/console/dev/settings/variables", &[("name", "A"), ("value", "b")]).await.leads_to("/console/sign-in");
    for _ in 0..9 {
        app.posted("/console/sign-in", &[("password", "wrong")]).await;
    }
    let events = app.store.audit_events().list(None, 50).await.unwrap();
    assert_eq!(events.len(), 5 + 4, "the gate's refusals are not kept");
}
