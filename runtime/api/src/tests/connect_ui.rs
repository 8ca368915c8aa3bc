use super::*;

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_connect_ui_needs_no_key_and_finds_its_files() {
    let app = TestApp::new().await;
    let bare = get(&app, "/connect?session_token=abc", &[]).await;
    assert_eq!((bare.status, &bare.headers["location"]), (StatusCode::PERMANENT_REDIRECT, &"connect/?session_token=abc".parse().unwrap()));

    let page = get(&app, "/connect/?session_token=abc&lang=de", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(
        (&page.headers["content-type"], &page.headers["cache-control"]),
        (&"text/html; charset=utf-8".parse().unwrap(), &"no-cache".parse().unwrap())
    );
    let script = page.text.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    let script = get(&app, &format!("/connect/{script}"), &[]).await;
    assert_eq!((script.status, &script.headers["content-type"]), (StatusCode::OK, &"text/javascript; charset=utf-8".parse().unwrap()));
    assert_eq!(script.headers["cache-control"], "public, max-age=31536000, immutable");

    assert_eq!(get(&app, "/connect/nothing.js", &[]).await.refusal(), refused(404, "not_found"));
    assert_eq!(get(&app, "/connect/..%2fconsole%2fconsole.css", &[]).await.refusal(), refused(404, "not_found"));
}

#[tokio::test]
async fn a_browser_that_has_the_page_already_is_not_sent_it_again() {
    let app = TestApp::new().await;
    let etag = get(&app, "/connect/", &[]).await.headers["etag"].to_str().unwrap().to_owned();
    for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
        let again = get(&app, "/connect/", &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{known}");
        assert_eq!(again.headers["etag"].to_str().unwrap(), etag);
    }
    assert_eq!(get(&app, "/connect/", &[("if-none-match", "\"other\"")]).await.status, StatusCode::OK);
}

/// O5: whatever a provider's strings hold, no script of theirs runs and nothing leaves for another origin.
#[tokio::test]
async fn the_connect_ui_may_be_framed_and_may_do_nothing_else() {
    let app = TestApp::new().await;
    let page = get(&app, "/connect/", &[]).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors *",
        "base-uri 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.split("; ").any(|given| given == rule), "{rule}: {policy}");
    }
    let socket = policy.split("; ").find(|rule| rule.starts_with("connect-src ")).unwrap();
    assert!(socket.starts_with("connect-src 'self' ws"), "{socket}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!page.headers.contains_key("x-frame-options"));
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
}
