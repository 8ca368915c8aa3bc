//! D8: the power goes between the provider's answer and the commit of what it said.

use serde_json::json;

use super::Stage;
use crate::authorization::{Gate, Plan};
use crate::both::on_both_databases;
use crate::browser::Browser;
use crate::sink::Sink;

const TOKEN: &str = "/acme/token";
const ME: &str = "/api/me";

/// A connection whose refresh the provider has answered, and whose server died before it could read the answer.
async fn interrupted(stage: &mut Stage, sink: &Sink) -> String {
    stage.integrate("acme").await;
    stage.world.rules("acme", |rules| rules.life_s = 1);
    let token = stage.session_with("ada", json!({ "webhook_url_override": sink.url() })).await;
    let page = Browser::new().go(&stage.begin_url("acme", &token, ""), None).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    let connection = stage.connection_of("ada").await.unwrap();
    stage.world.rules("acme", |rules| rules.life_s = 3_600);
    let gate = Gate::new();
    stage.world.plan(TOKEN, Plan::Hold(gate.clone()));
    stage.app.eventually("end of the token", || async { (!stage.world.has_live_tokens()).then_some(()) }).await;
    // Whoever asks dies with the server; the background may have been faster.
    let path = format!("/proxy{ME}");
    let headers = [("connection-id", connection.as_str()), ("provider-config-key", "acme")];
    let asked = headers.iter().fold(stage.app.http.get(stage.app.url(&path)), |request, (name, value)| request.header(*name, *value));
    let asked = asked.bearer_auth(crate::node::KEY).send();
    tokio::select! {
        answer = asked => panic!("answered before the provider was: {answer:?}"),
        () = gate.arrived() => {}
    }
    assert_eq!(stage.world.counts("acme").refreshes, 1, "the provider has rotated the token");
    stage.app.crash_and_restart().await;
    gate.open();
    connection
}

on_both_databases! {
    /// D8: the provider forgives nothing. The old token is tried, and then the connection says what happened, and somebody is told.
    async fn an_interrupted_refresh_is_told_and_not_silent(stage: Stage) {
        let sink = Sink::start().await;
        let connection = interrupted(&mut stage, &sink).await;
        let told = stage.app.eventually("alert", || async { sink.of(&connection, "refresh").into_iter().next() }).await;
        assert_eq!(told.json()["success"], false);
        let description = told.json()["error"]["description"].as_str().unwrap().to_owned();
        assert!(description.contains("interrupted"), "{description}");
        assert_eq!(stage.world.counts("acme").reuses, 1, "the old token was not tried, or more than once");
        assert_eq!(stage.errors(&connection).await[0]["type"], "auth");
        let shown = stage.read("acme", &connection, "").await;
        assert_eq!(shown.status.as_u16(), 424, "{shown:?}");
        assert!(shown.text.contains("interrupted"), "{shown:?}");
        let used = stage.proxied("acme", &connection, ME).await;
        assert_eq!((used.status.as_u16(), used.code()), (424, "connection_refresh_exhausted".to_owned()));
        assert_eq!(sink.of(&connection, "refresh").len(), 1);
    }

    /// D8: a provider with patience gives another token for the old one, and nobody has to do anything.
    async fn an_interrupted_refresh_recovers_where_the_provider_has_patience(stage: Stage) {
        let sink = Sink::start().await;
        stage.world.rules("acme", |rules| rules.grace_s = 3_600);
        let connection = interrupted(&mut stage, &sink).await;
        assert_eq!(stage.proxied("acme", &connection, ME).await.ok()["me"], "acme");
        let counts = stage.world.counts("acme");
        assert_eq!((counts.refreshes, counts.reuses, counts.invalid_grants), (2, 0, 0));
        assert_eq!(stage.errors(&connection).await.len(), 0);
        assert!(sink.of(&connection, "refresh").is_empty(), "nothing happened that anybody has to know");
    }
}
