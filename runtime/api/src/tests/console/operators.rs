use syncline_domain::Role;
use syncline_store::AuditOutcome;

use super::*;

const HOSTILE: &str = "<script>alert(1)</script>\"'>";
const OTHER: &str = "another long one";
const OPERATORS: &str = "/console/dev/settings/operators";
const MENDED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// What support may do; everything else that changes something is for others.
const HELPS: [&str; 14] = [
    "/sign-out",
    "/{environment}/connections/{row}/reconnect",
    "/{environment}/connections/{row}/refresh",
    "/{environment}/connections/{row}/syncs/{sync}/run",
    "/{environment}/connections/{row}/test",
    "/{environment}/runs/waiting/{job}/cancel",
    "/{environment}/runs/{run}/again",
    "/{environment}/runs/{run}/cancel",
    "/{environment}/runs/{run}/dry-run",
    "/{environment}/settings/account",
    "/{environment}/settings/account/sessions",
    "/{environment}/webhooks/deliveries/{id}/replay",
    "/{environment}/webhooks/incoming/replay",
    "/{environment}/webhooks/incoming/{id}/replay",
];

/// Method, path and least role of everything that somebody must be signed in for, as the routes are written.
fn declared() -> Vec<(Method, String, Role)> {
    let (mut found, mut least) = (Vec::new(), None);
    for line in include_str!("../../console.rs").lines() {
        least = match line {
            "fn for_support() -> Router<Arc<Console>> {" => Some(Role::Support),
            "fn for_developers() -> Router<Arc<Console>> {" => Some(Role::Developer),
            "fn for_owners() -> Router<Arc<Console>> {" => Some(Role::Owner),
            "}" => None,
            _ => least,
        };
        let route = line.trim().strip_prefix(".route(\"").and_then(|route| route.split_once('"'));
        let (Some(least), Some((path, handlers))) = (least, route) else { continue };
        for (method, handler) in [(Method::GET, "get("), (Method::POST, "post(")] {
            if handlers.contains(handler) {
                found.push((method, path.to_owned(), least));
            }
        }
    }
    assert!(found.len() > 80, "the routes are written in another way: {found:?}");
    found
}

/// An address of a route, of something that does not exist.
fn address(route: &str) -> String {
    let part = |part: &str| match part {
        "{environment}" => "dev".to_owned(),
        part if part.starts_with('{') => "77".to_owned(),
        part => part.to_owned(),
    };
    format!("/console{}", route.split('/').map(part).collect::<Vec<_>>().join("/"))
}

/// Where the link that a page shows leads on this server.
#[track_caller]
fn link(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("id=\"link\" value=\"http://localhost:3003").unwrap_or_else(|| panic!("no link: {}", page.text));
    rest.split('"').next().unwrap().to_owned()
}

fn chosen<'a>(password: &'a str, repeated: &'a str) -> [(&'static str, &'a str); 2] {
    [("password", password), ("repeated", repeated)]
}

impl Operator<'_> {
    /// Somebody else, with a password of their own.
    async fn add(&self, name: &str, role: Role) -> Self {
        let shown = self.post(OPERATORS, &[("name", name), ("role", role.as_str())]).await;
        let entered = self.app.posted(&link(&shown), &chosen(OTHER, OTHER)).await;
        entered.leads_to("/console");
        Self::with_cookie(self.app, &entered).await
    }

    async fn id(&self, name: &str) -> i64 {
        let all = self.app.store.operators().list().await.unwrap();
        all.into_iter().find(|operator| operator.name.as_str() == name).expect("there is one of this name").id.0
    }
}

#[tokio::test]
async fn whoever_is_invited_chooses_a_password_with_a_link_that_works_once() {
    let app = TestApp::new().await;
    let owner = Operator::of(&app).await;
    owner.get(OPERATORS).await.says(StatusCode::OK, "What each role may do");
    owner.post(OPERATORS, &[("name", ""), ("role", "support")]).await.says(MENDED, "The operator&#39;s name is empty.");
    owner.post(OPERATORS, &[("name", "a\u{202e}b"), ("role", "support")]).await.says(MENDED, "allowed are letters and signs");
    owner.post(OPERATORS, &[("name", "ada"), ("role", "king")]).await.says(MENDED, "Choose a role.");
    owner.post(OPERATORS, &[("name", "OWNER"), ("role", "support")]).await.says(MENDED, "Another operator has this name.");
    let shown = owner.post(OPERATORS, &[("name", "ada"), ("role", "support")]).await;
    shown.says(StatusCode::OK, "it is not shown again");
    let place = link(&shown);
    let list = owner.get(OPERATORS).await;
    list.says(StatusCode::OK, "Invited until");
    assert!(!list.text.contains(&place), "{}", list.text);

    // Nobody is asked for a name as long as nobody else can sign in.
    assert!(!app.visit("/console/sign-in").await.text.contains("name=\"operator\""));
    app.visit(&place).await.says(StatusCode::OK, "as <strong>ada</strong> (support)");
    app.posted(&place, &chosen("short", "short")).await.says(MENDED, "at least 12 characters");
    app.posted(&place, &chosen(OTHER, PASSWORD)).await.says(MENDED, "differ");
    let entered = app.posted(&place, &chosen(OTHER, OTHER)).await;
    entered.leads_to("/console");
    let ada = Operator::with_cookie(&app, &entered).await;
    ada.get("/console/dev/overview")
        .await
        .says(StatusCode::OK, "<span class=\"who-name\">ada</span> <span class=\"who-role\">support</span>");
    for again in [app.visit(&place).await, app.posted(&place, &chosen(PASSWORD, PASSWORD)).await] {
        again.says(StatusCode::GONE, "This link does not work any more");
    }

    // Another link resets the password, and not before it is used.
    let shown = owner.post(&format!("{OPERATORS}/{}/link", owner.id("ada").await), &[]).await;
    shown.says(StatusCode::OK, "Their password and sessions end when they use it.");
    ada.get("/console/dev/overview").await.says(StatusCode::OK, "Overview");
    let place = link(&shown);
    app.clock.advance(Duration::from_hours(71));
    app.visit(&place).await.says(StatusCode::OK, "The password that you have ends");
    app.clock.advance(Duration::from_hours(1));
    app.visit(&place).await.says(StatusCode::GONE, "Ask an owner");
    let owner = Operator::with_cookie(&app, &app.posted("/console/sign-in", &[("operator", "Owner"), ("password", PASSWORD)]).await).await;
    let place = link(&owner.post(&format!("{OPERATORS}/{}/link", owner.id("ada").await), &[]).await);
    let ada = Operator::with_cookie(&app, &app.posted("/console/sign-in", &[("operator", "ada"), ("password", OTHER)]).await).await;
    app.posted(&place, &chosen("yet another password", "yet another password")).await.leads_to("/console");
    ada.get("/console/dev/overview").await.leads_to("/console/sign-in");
    app.posted("/console/sign-in", &[("operator", "ada"), ("password", OTHER)]).await.says(MENDED, "do not fit together");
}

/// Guessing a link is as slow as guessing a password, and no token is kept where it could be read.
#[tokio::test]
async fn a_links_token_is_in_no_log_and_guessing_gets_slower() {
    let app = TestApp::new().await;
    let owner = Operator::of(&app).await;
    let place = link(&owner.post(OPERATORS, &[("name", "ada"), ("role", "developer")]).await);
    for n in 0..5 {
        app.posted(&format!("/console/invitation/guess-{n}"), &chosen(OTHER, OTHER)).await.says(StatusCode::GONE, "does not work any more");
    }
    let refused = app.posted(&place, &chosen(OTHER, OTHER)).await;
    refused.says(StatusCode::TOO_MANY_REQUESTS, "Try again in 1 second.");
    assert_eq!(refused.headers["retry-after"], "1");
    app.clock.advance(Duration::from_secs(1));
    app.posted(&place, &chosen(OTHER, OTHER)).await.leads_to("/console");
    let events = app.store.audit_events().list(None, 50).await.unwrap();
    let read: Vec<_> =
        events.iter().map(|event| (event.action.as_str(), event.subject.as_str(), event.operator.as_deref(), event.outcome)).collect();
    let accepted = "POST /console/invitation/{token}";
    assert_eq!(read[0], (accepted, "", Some("ada"), AuditOutcome::Done));
    assert_eq!(read[1..6], [(accepted, "", None, AuditOutcome::Refused); 5]);
    assert_eq!(read[6], ("POST /console/{environment}/settings/operators", "ada, developer", Some("owner"), AuditOutcome::Done));
    let page = owner.get("/console/dev/settings/audit").await;
    page.says(StatusCode::OK, "Chose a password with a link");
    page.says(StatusCode::OK, "Invited an operator");
}

#[tokio::test]
async fn with_several_operators_a_name_is_asked_for_and_no_answer_tells_which_exist() {
    let app = TestApp::new().await;
    let owner = Operator::of(&app).await;
    owner.add("Ada", Role::Developer).await;
    owner.post(OPERATORS, &[("name", "pending"), ("role", "developer")]).await;
    app.visit("/console/sign-in").await.says(StatusCode::OK, "name=\"operator\"");
    let mut said = Vec::new();
    for name in ["ada", "nobody", "pending", "owner"] {
        let wrong = app.posted("/console/sign-in", &[("operator", name), ("password", "wrong wrong wrong")]).await;
        wrong.says(MENDED, "This name and this password do not fit together. Try again.");
        assert!(!wrong.headers.contains_key("set-cookie"));
        said.push(wrong.text.replace(name, ""));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:#?}");
    app.posted("/console/sign-in", &[("operator", HOSTILE), ("password", "x")]).await.says(MENDED, "&#60;script&#62;");
    app.clock.advance(Duration::from_hours(2));
    app.posted("/console/sign-in", &[("password", PASSWORD)]).await.says(MENDED, "do not fit together");
    let entered = app.posted("/console/sign-in", &[("operator", "ADA"), ("password", OTHER)]).await;
    entered.leads_to("/console");
    // What was entered as a name is noted where it is one, and nowhere else: it could be a password.
    let events = app.store.audit_events().list(None, 7).await.unwrap();
    let read: Vec<_> = events.iter().map(|event| (event.subject.as_str(), event.operator.as_deref())).collect();
    let refused = |subject| (subject, None);
    assert_eq!(read, [("", Some("Ada")), refused(""), refused(""), refused("owner"), refused(""), refused(""), refused("Ada")]);
}

/// What a role may do stands in one place; this holds that place to what was decided, and the server to that place.
#[tokio::test]
async fn nobody_does_what_their_role_may_not() {
    let app = TestApp::new().await;
    let owner = Operator::of(&app).await;
    let declared = declared();
    let mut helps: Vec<_> =
        declared.iter().filter(|(method, _, least)| *method == Method::POST && *least == Role::Support).map(|(_, path, _)| path).collect();
    helps.sort();
    assert_eq!(helps, HELPS.iter().collect::<Vec<_>>(), "what support may do was decided otherwise");
    for role in [Role::Support, Role::Developer] {
        let operator = owner.add(role.as_str(), role).await;
        for (method, path, least) in declared.iter().filter(|(_, path, _)| path != "/sign-out") {
            let place = address(path);
            let answer = if *method == Method::GET { operator.get(&place).await } else { operator.post(&place, &[]).await };
            let is_refused = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(is_refused, role < *least, "{role:?} {method} {path}: {} {}", answer.status, answer.text);
            assert!(!answer.status.is_server_error(), "{role:?} {method} {path}: {}", answer.text);
        }
        let refused = operator.get(OPERATORS).await;
        refused.says(StatusCode::FORBIDDEN, "This is for owners");
        refused.says(StatusCode::FORBIDDEN, &format!("You are signed in as {role}, whose role is {role}.", role = role.as_str()));
        refused.says(StatusCode::FORBIDDEN, "An owner can change that: owner.");
    }
    let support = owner.add("another", Role::Support).await;
    support.get("/console/dev/settings/api-keys").await.says(StatusCode::FORBIDDEN, "This is for developers and owners");
    support.post("/console/dev/settings/variables", &[("name", "A"), ("value", "b")]).await.says(StatusCode::FORBIDDEN, "developers");
    let noted = &app.store.audit_events().list(None, 1).await.unwrap()[0];
    assert_eq!(
        (noted.action.as_str(), noted.subject.as_str(), noted.operator.as_deref(), noted.outcome),
        ("POST /console/{environment}/settings/variables", "A", Some("another"), AuditOutcome::Refused)
    );
    for (method, path, _) in &declared {
        if *method == Method::GET {
            assert_ne!(owner.get(&address(path)).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
}

#[tokio::test]
async fn a_role_holds_from_the_next_request_on_and_whoever_is_removed_is_out() {
    let app = TestApp::new().await;
    let owner = Operator::of(&app).await;
    let ada = owner.add("ada", Role::Developer).await;
    let keys = "/console/dev/settings/api-keys";
    let id = owner.id("ada").await;
    let of_ada = format!("{OPERATORS}/{id}");
    ada.get(keys).await.says(StatusCode::OK, "Make a key");
    owner.get(&of_ada).await.says(StatusCode::OK, "whose role is developer");
    owner.post(&format!("{of_ada}/role"), &[("role", "")]).await.says(MENDED, "Choose a role.");
    owner.post(&format!("{of_ada}/role"), &[("role", "support")]).await.leads_to(&format!("{OPERATORS}?done=role-changed"));
    ada.get(keys).await.says(StatusCode::FORBIDDEN, "whose role is support");
    owner.get(&format!("{of_ada}/delete")).await.says(StatusCode::OK, "They are signed out everywhere, at once");
    owner.post(&format!("{of_ada}/delete"), &[]).await.leads_to(&format!("{OPERATORS}?done=operator-removed"));
    ada.get("/console/dev/overview").await.leads_to("/console/sign-in");
    owner.get(&of_ada).await.says(StatusCode::NOT_FOUND, "There is no such operator");
    owner.post(&format!("{of_ada}/link"), &[]).await.says(StatusCode::NOT_FOUND, "There is no such operator");
    // What they did stays, by name, and can be asked for by it.
    let page = owner.get("/console/dev/settings/audit?operator=ada").await;
    page.says(StatusCode::OK, "Chose a password with a link");
    assert!(!page.text.contains("Invited an operator"), "{}", page.text);
    page.says(StatusCode::OK, "<option value=\"ada\" selected>");
    owner.get("/console/dev/settings/audit?operator=nobody").await.says(StatusCode::OK, "This operator did nothing");
    let noted: Vec<_> = app.store.audit_events().list(None, 3).await.unwrap().into_iter().map(|event| event.subject).collect();
    assert_eq!(noted, [id.to_string(), "ada".to_owned(), "ada, support".to_owned()]);
}

#[tokio::test]
async fn the_last_owner_can_neither_go_nor_be_demoted() {
    let app = TestApp::new().await;
    let owner = Operator::of(&app).await;
    let own = format!("{OPERATORS}/{}", owner.id("owner").await);
    owner.post(&format!("{own}/role"), &[("role", "support")]).await.says(MENDED, "Nobody else is an owner who can sign in.");
    owner.post(&format!("{own}/delete"), &[]).await.says(StatusCode::CONFLICT, "Nobody else is an owner who can sign in");
    // Who has not accepted yet could not let anybody in.
    owner.post(OPERATORS, &[("name", "pending"), ("role", "owner")]).await;
    owner.post(&format!("{own}/delete"), &[]).await.says(StatusCode::CONFLICT, "Make somebody else an owner first.");
    owner.add("ada", Role::Owner).await;
    owner.post(&format!("{own}/role"), &[("role", "developer")]).await.leads_to("/console/dev/settings?done=role-changed");
    owner.get(OPERATORS).await.says(StatusCode::FORBIDDEN, "An owner can change that: ada.");
}

#[tokio::test]
async fn ones_own_password_ends_ones_other_sessions() {
    let app = TestApp::new().await;
    let owner = Operator::of(&app).await;
    let support = owner.add("ada", Role::Support).await;
    let entered = || async { app.posted("/console/sign-in", &[("operator", "ada"), ("password", OTHER)]).await };
    let elsewhere = Operator::with_cookie(&app, &entered().await).await;
    let path = "/console/dev/settings/account";
    support.get(path).await.says(StatusCode::OK, "Sign out everywhere else");
    support.post(&format!("{path}/sessions"), &[]).await.leads_to(&format!("{path}?done=signed-out-elsewhere"));
    elsewhere.get(path).await.leads_to("/console/sign-in");
    let elsewhere = Operator::with_cookie(&app, &entered().await).await;

    let change = |current: &'static str, password: &'static str, repeated: &'static str| {
        [("current", current), ("password", password), ("repeated", repeated)]
    };
    let refused = support.post(path, &change(PASSWORD, "a third password", "a third password")).await;
    refused.says(MENDED, "This is not your password. Try again.");
    assert!(!refused.text.contains("a third password"), "{}", refused.text);
    support.post(path, &change(OTHER, "short", "short")).await.says(MENDED, "at least 12 characters");
    support.post(path, &change(OTHER, "a third password", "a fourth password")).await.says(MENDED, "differ");
    elsewhere.get(path).await.says(StatusCode::OK, "Your account");
    support.post(path, &change(OTHER, "a third password", "a third password")).await.leads_to(&format!("{path}?done=password-changed"));
    support.get(path).await.says(StatusCode::OK, "Your account");
    elsewhere.get(path).await.leads_to("/console/sign-in");
    owner.get(path).await.says(StatusCode::OK, "Your account");
    entered().await.says(MENDED, "do not fit together");
    for _ in 0..5 {
        support.post(path, &change("wrong", "a third password", "a third password")).await;
    }
    let slow = support.post(path, &change("a third password", OTHER, OTHER)).await;
    slow.says(StatusCode::TOO_MANY_REQUESTS, "Too many attempts.");
}

/// O5, X6
#[tokio::test]
async fn a_name_stays_text_wherever_it_is_shown() {
    let app = TestApp::new().await;
    let owner = Operator::of(&app).await;
    let place = link(&owner.post(OPERATORS, &[("name", HOSTILE), ("role", "owner")]).await);
    let mut pages = vec![app.visit(&place).await];
    let entered = app.posted(&place, &chosen(OTHER, OTHER)).await;
    let hostile = Operator::with_cookie(&app, &entered).await;
    let of_hostile = format!("{OPERATORS}/{}", owner.id(HOSTILE).await);
    for path in [OPERATORS, &of_hostile, &format!("{of_hostile}/delete"), "/console/dev/settings/audit", "/console/dev/settings/account"] {
        pages.push(hostile.get(path).await);
    }
    let audit = url::form_urlencoded::Serializer::new(String::new()).append_pair("operator", HOSTILE).finish();
    pages.push(owner.get(&format!("/console/dev/settings/audit?{audit}")).await);
    pages.push(owner.post(&format!("{of_hostile}/link"), &[]).await);
    owner.post(&format!("{OPERATORS}/{}/role", owner.id("owner").await), &[("role", "support")]).await;
    pages.push(owner.get(OPERATORS).await);
    for page in pages {
        assert!(page.text.contains("&#60;script&#62;alert(1)"), "{}", page.text);
        assert!(!page.text.contains("<script>alert") && !page.text.contains("\"'>"), "{}", page.text);
    }
}

/// S6: support is shown no secret and asked for none.
#[tokio::test]
async fn support_is_asked_for_no_secret() {
    let app = TestApp::new().await;
    let owner = Operator::of(&app).await;
    let signed = json!({ "type": "OAUTH2", "client_id": "an-id", "client_secret": "canary-client", "webhook_secret": "canary-webhook" });
    app.post("/integrations", json!({ "provider": "github", "unique_key": "github", "credentials": signed })).await.expect(StatusCode::OK);
    owner.post("/console/dev/settings/variables", &[("name", "A"), ("value", "canary-variable")]).await;
    let support = owner.add("ada", Role::Support).await;
    let signing_key = app.store.webhook_settings().lookup(app.environment).await.unwrap().signing_key;
    for (path, says) in [
        ("integrations/github", "an-id"),
        ("integrations", "github"),
        ("webhooks", "Where they are sent"),
        ("settings", "Days until a payload"),
        ("connections", "No connections yet"),
        ("overview", "Overview"),
    ] {
        let page = support.get(&format!("/console/dev/{path}")).await;
        page.says(StatusCode::OK, says);
        for secret in
            ["canary", signing_key.expose(), "type=\"password\"", "<textarea", "/settings/api-keys", "/settings/variables", "/catalogue"]
        {
            assert!(!page.text.contains(secret), "{path} has {secret}: {}", page.text);
        }
    }
}
