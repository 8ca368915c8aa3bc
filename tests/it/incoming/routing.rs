//! W2: handshakes, batches, events for nobody, and events in any order.

use super::*;

on_both_databases! {
    /// W2
    async fn a_challenge_is_answered_and_nothing_is_kept(app: Hooked) {
        let body = br#"{"type":"challenge","challenge":"<b>3eZ</b>"}"#.to_vec();
        let answer = app.send(&[("x-hooked-signature", &sign(&body))], body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "<b>3eZ</b>"));
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
        assert_eq!(app.send(&[], body).await.status, 401, "one that carries a proof is answered with it only");
        let asked = read(app.http.get(app.url(&format!("{}?challenge=q", app.path)))).await;
        assert_eq!((asked.status.as_u16(), asked.text.as_str()), (200, "q"));
        assert!(app.listed("").await.is_empty());
    }

    /// W2: parked, told raw, and run as soon as its connection is there.
    async fn an_event_for_nobody_waits_for_its_connection(app: Hooked) {
        let sink = Sink::start().await;
        let settings = json!({ "primary_url": sink.url(), "on_auth_creation": false });
        app.call(reqwest::Method::PATCH, "/environment/webhooks", &[], Some(settings)).await.ok();
        assert_eq!(app.deliver("early", "item.new", &json!({ "team": "t9", "id": "1" })).await.status, 200);
        app.eventually("parked", || async { (app.listed("state=parked").await.len() == 1).then_some(()) }).await;
        let raw = app.eventually("raw forward", || async { sink.all().pop() }).await;
        assert_eq!(raw.body, r#"{"team":"t9","id":"1"}"#);
        app.team("ada", "other", None).await;
        assert_eq!(app.listed("state=parked").await.len(), 1, "not this one");
        app.team("zoe", "t9", None).await;
        let run = app.eventually("run", || async { app.told_runs("zoe").await.pop() }).await;
        assert_eq!(run["state"], "succeeded", "{run}");
        // What the product notes later counts as well.
        assert_eq!(app.deliver("noted", "item.new", &json!({ "team": "t10", "id": "2" })).await.status, 200);
        app.eventually("parked", || async { (app.listed("state=parked").await.len() == 1).then_some(()) }).await;
        app.set_metadata("ada", json!({ "team": "t10" })).await;
        app.eventually("run", || async { app.told_runs("ada").await.pop() }).await;
        assert!(app.listed("state=parked").await.is_empty());
    }

    /// W2: a route by the connection's own id, and one event for two connections of one team.
    async fn one_event_reaches_every_connection_that_it_is_for(app: Hooked) {
        app.team("ada", "t1", None).await;
        app.team("bob", "t1", None).await;
        app.deliver("both", "item.new", &json!({ "team": "t1", "id": "1" })).await;
        for name in ["ada", "bob"] {
            app.eventually("run", || async { app.told_runs(name).await.pop() }).await;
        }
        let body = br#"{"id":"2"}"#.to_vec();
        let headers = [("x-hooked-signature", sign(&body)), ("x-hooked-event", "item.new".to_owned()), ("x-hooked-delivery", "one".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(app.send_to(&format!("{}?connection_id=bob&secret=x", app.path), &headers, body).await.status, 200);
        app.eventually("second run of bob", || async { (app.told_runs("bob").await.len() == 2).then_some(()) }).await;
        assert_eq!(app.told_runs("ada").await.len(), 1);
        let id = app.listed("").await[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(app.get(&format!("/webhooks/incoming/{id}")).await.ok()["data"]["query"], json!({ "connection_id": "bob" }));
    }
}
