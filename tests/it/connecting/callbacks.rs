//! A browser comes back, and not always as it should.

use super::{Stage, parameter, with_parameter};
use crate::authorization::oauth2::{Consent, Iss};
use crate::both::on_both_databases;
use crate::browser::Browser;

/// Stands in for what a provider, or whoever pretends to be one, wants a person to read.
const SPOKEN: &str = "<img src=x onerror=alert(1)>call-0900-canary";

/// A refused callback: a page with status 400 that runs nothing, no connection, no code exchanged. The page.
async fn assert_refused(stage: &Stage, browser: &mut Browser, url: &str, realm: &str) -> String {
    let requests = stage.world.requests(&format!("/{realm}/token"));
    let page = browser.get(url).await;
    assert_eq!(page.status.as_u16(), 400, "{url}: {}", page.text);
    assert!(!page.text.contains("<img"), "{url}: {}", page.text);
    assert_eq!(stage.world.requests(&format!("/{realm}/token")), requests, "{url}: a code was sent");
    assert_eq!(stage.app.get("/connections").await.ok()["connections"].as_array().unwrap().len(), 0, "{url}");
    page.text
}

on_both_databases! {
    /// O1: no state, a made-up one, a changed one, two of them; another's browser; the same one twice.
    async fn a_state_is_good_once_in_the_browser_that_began(stage: Stage) {
        stage.integrate("acme").await;
        let token = stage.session("ada").await;
        let (mut browser, callback) = stage.authorize_until_callback("acme", &token).await;
        let state = parameter(&callback, "state").unwrap();
        assert!(state.len() >= 43, "{state}");
        for bad in [
            with_parameter(&callback, "state", None),
            with_parameter(&callback, "state", Some("")),
            with_parameter(&callback, "state", Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
            with_parameter(&callback, "state", Some(&state.to_ascii_uppercase())),
            format!("{callback}&state={state}"),
            format!("{callback}&code=another"),
        ] {
            assert_refused(&stage, &mut browser, &bad, "acme").await;
        }
        // Mallory sends the link to somebody else: that browser did not begin it, and the flow of the one that did is not spent by it.
        assert_refused(&stage, &mut Browser::new(), &callback, "acme").await;
        assert_eq!(browser.get(&callback).await.status.as_u16(), 200);
        let again = browser.get(&callback).await;
        assert_eq!(again.status.as_u16(), 400, "{}", again.text);
        assert_eq!((stage.connections_of("ada").await.len(), stage.world.counts("acme").exchanges), (1, 1));
        assert_eq!(stage.world.counts("acme").reuses, 0, "the code was sent twice");
    }

    /// O1: the answer of one provider in the flow of another, whose issuer is known.
    async fn another_providers_code_is_not_taken(stage: Stage) {
        stage.integrate("acme").await;
        stage.integrate("named").await;
        let (session_a, session_b) = (stage.session("ada").await, stage.session("ada").await);
        let (_, of_acme) = stage.authorize_until_callback("acme", &session_a).await;
        let (mut browser, of_named) = stage.authorize_until_callback("named", &session_b).await;
        let mixed = with_parameter(&of_acme, "state", parameter(&of_named, "state").as_deref());
        assert_refused(&stage, &mut browser, &mixed, "named").await;
        assert_eq!(stage.world.requests("/acme/token"), 0);
    }

    /// O1, O5: an issuer that is another, absent, or the same in another spelling; also beside an error, whose words are then nobody's.
    async fn the_issuer_is_compared_byte_by_byte(stage: Stage) {
        stage.integrate("named").await;
        let right = stage.world.url("/named");
        let others = [
            Some(stage.world.url("/evil")),
            Some(format!("{right}/")),
            Some(right.replace("127.0.0.1", "127.0.0.1.")),
            Some(right.replace("http:", "HTTP:")),
            Some(right.replace("/named", "/n%61med")),
            Some(String::new()),
            None,
        ];
        for other in &others {
            let token = stage.session("ada").await;
            let (mut browser, callback) = stage.authorize_until_callback("named", &token).await;
            let changed = with_parameter(&callback, "iss", other.as_deref());
            assert_refused(&stage, &mut browser, &changed, "named").await;

            let token = stage.session("ada").await;
            let (mut browser, callback) = stage.authorize_until_callback("named", &token).await;
            let failed = with_parameter(&with_parameter(&changed, "code", None), "state", parameter(&callback, "state").as_deref());
            let failed = with_parameter(&with_parameter(&failed, "error", Some("access_denied")), "error_description", Some(SPOKEN));
            let page = assert_refused(&stage, &mut browser, &failed, "named").await;
            assert!(!page.contains("canary"), "somebody else's words are shown: {page}");
        }
        // The provider itself errs, and then does not.
        stage.world.rules("named", |rules| rules.iss = Iss::Other(format!("{right}/")));
        let token = stage.session("ada").await;
        let page = Browser::new().go(&stage.begin_url("named", &token, ""), None).await;
        assert_eq!((page.status.as_u16(), stage.world.counts("named").exchanges), (400, 0), "{}", page.text);
        stage.world.rules("named", |rules| rules.iss = Iss::Right);
        stage.authorize("named", "ada").await;
    }

    /// O1, O5: the provider says no, in its own words.
    async fn a_refusal_at_the_provider_ends_the_flow(stage: Stage) {
        stage.integrate("acme").await;
        stage.world.rules("acme", |rules| rules.consent = Consent::Denies);
        let token = stage.session("ada").await;
        let (mut browser, callback) = stage.authorize_until_callback("acme", &token).await;
        assert_eq!(parameter(&callback, "error").as_deref(), Some("access_denied"));
        assert_refused(&stage, &mut browser, &with_parameter(&callback, "error_description", Some(SPOKEN)), "acme").await;
        // The session has made no connection, so the person may try again.
        stage.world.rules("acme", |rules| rules.consent = Consent::Approves);
        let page = browser.go(&stage.begin_url("acme", &token, ""), None).await;
        assert_eq!((page.status.as_u16(), stage.connections_of("ada").await.len()), (200, 1), "{}", page.text);
    }

    /// O1: the app's key could buy a token for anybody's installation, and its id comes through the browser.
    async fn an_installation_of_somebody_else_is_refused(stage: Stage) {
        stage.integrate("app-with-user").await;
        let token = stage.session("ada").await;
        let (mut browser, callback) = stage.authorize_until_callback("app-with-user", &token).await;
        let other = stage.world.installation_of_somebody_else().to_string();
        let page = browser.get(&with_parameter(&callback, "installation_id", Some(&other))).await;
        assert_eq!(page.status.as_u16(), 400, "{}", page.text);
        assert_eq!((stage.connections_of("ada").await.len(), stage.world.installation_tokens()), (0, 0));
    }

    /// O4: what the provider is told is exactly what was registered; O5: the page runs nothing that it was given.
    async fn the_redirect_uri_is_exact_and_pages_are_inert(stage: Stage) {
        stage.integrate("acme").await;
        let token = stage.session("ada").await;
        let (mut browser, callback) = stage.authorize_until_callback("acme", &token).await;
        let asked = browser.visited.iter().find(|url| url.contains("/acme/authorize")).unwrap();
        assert_eq!(parameter(asked, "redirect_uri"), Some(stage.app.url("/oauth/callback")));
        assert_eq!(parameter(asked, "code_challenge_method").as_deref(), Some("S256"));
        assert!(!asked.contains(&token), "the session's token went to the provider");
        let page = browser.get(&callback).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!((&page.headers["x-content-type-options"], &page.headers["referrer-policy"]), (&"nosniff".parse().unwrap(), &"no-referrer".parse().unwrap()));
        // A redirect URI that is not registered is refused at the provider, before anybody is sent back.
        stage.world.allow_redirect(&format!("{}/", stage.app.url("/oauth/callback")));
        let token = stage.session("eve").await;
        let page = Browser::new().go(&stage.begin_url("acme", &token, ""), None).await;
        assert!(page.text.contains("redirect URI"), "{}", page.text);
    }
}
