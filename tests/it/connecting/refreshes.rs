//! Tokens that end, and providers that do not renew them.

use reqwest::Method;
use serde_json::json;
use syncline_store::testing::TestDatabase;

use super::{Stage, proxied};
use crate::authorization::{Gate, Plan};
use crate::both::on_both_databases;
use crate::browser::Browser;
use crate::node::Node;
use crate::sink::Sink;

const TOKEN: &str = "/acme/token";
const ME: &str = "/api/me";
const CALLERS: usize = 100;

/// A connection whose token has ended; the next one will live.
async fn ended(stage: &Stage, more: serde_json::Value) -> String {
    stage.integrate("acme").await;
    stage.world.rules("acme", |rules| rules.life_s = 1);
    let token = stage.session_with("ada", more).await;
    let page = Browser::new().go(&stage.begin_url("acme", &token, ""), None).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    stage.world.rules("acme", |rules| rules.life_s = 3_600);
    stage.connection_of("ada").await.unwrap()
}

/// C3: everybody wants the ended token at once, on all nodes; the provider forgives no second use of a refresh token.
async fn everybody_at_once(stage: &Stage, nodes: &[&Node]) {
    let connection = ended(stage, json!({})).await;
    // The refresh waits at the provider until everybody has come, whether a caller began it or the background.
    let gate = Gate::new();
    stage.world.plan(TOKEN, Plan::Hold(gate.clone()));
    stage.app.eventually("end of the token", || async { (!stage.world.has_live_tokens()).then_some(()) }).await;
    let callers = (0..CALLERS).map(|caller| proxied(nodes[caller % nodes.len()], "acme", &connection, ME));
    let opener = async {
        gate.arrived().await;
        // Servers take requests in order: when these are answered, those before them have been read.
        for node in nodes.iter().cycle().take(10 * nodes.len()) {
            node.get("/health").await.ok();
        }
        gate.open();
    };
    let (answers, ()) = tokio::join!(futures_util::future::join_all(callers), opener);
    for answer in answers {
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    }
    let counts = stage.world.counts("acme");
    assert_eq!((counts.refreshes, counts.invalid_grants, counts.reuses), (1, 0, 0));
}

/// C3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_callers_on_three_nodes_renew_once() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let mut stage = Stage::start(database).await;
    let (mut second, mut third) = (stage.app.another_node().await, stage.app.another_node().await);
    everybody_at_once(&stage, &[&stage.app, &second, &third]).await;
    second.terminate();
    third.terminate();
    stage.stop();
}

/// C3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_callers_on_one_node_renew_once() {
    let mut stage = Stage::start(TestDatabase::sqlite()).await;
    everybody_at_once(&stage, &[&stage.app]).await;
    stage.stop();
}

on_both_databases! {
    /// O6: revoked at the provider. One answer is enough, one alert is sent, and nobody asks the provider again.
    async fn a_revoked_connection_is_given_up_at_once(stage: Stage) {
        let sink = Sink::start().await;
        let connection = ended(&stage, json!({ "webhook_url_override": sink.url() })).await;
        stage.world.revoke_all();
        stage
            .app
            .eventually("refusal", || async {
                let answer = stage.proxied("acme", &connection, ME).await;
                // The present token does not work any more either, and until it has ended that is the provider's word.
                assert!([400, 401, 424].contains(&answer.status.as_u16()), "{answer:?}");
                (answer.status.as_u16() == 424).then_some(())
            })
            .await;
        let asked = stage.world.requests(TOKEN);
        for _ in 0..5 {
            let answer = stage.proxied("acme", &connection, ME).await;
            assert_eq!(answer.status.as_u16(), 424, "{answer:?}");
        }
        let shown = stage.read("acme", &connection, "").await;
        assert_eq!(shown.status.as_u16(), 424, "{shown:?}");
        assert_eq!(stage.world.requests(TOKEN), asked, "the provider was asked again");
        assert_eq!(stage.errors(&connection).await[0]["type"], "auth");
        let told = stage.app.eventually("alert", || async { Some(sink.of(&connection, "refresh")).filter(|told| !told.is_empty()) }).await;
        assert_eq!((told.len(), &told[0].json()["success"]), (1, &json!(false)));
        assert!(told[0].json()["error"]["description"].is_string());
        // Who insists is told the provider's own answer, and no second alert is sent.
        let insisted = stage.read("acme", &connection, "&force_refresh=true").await;
        assert_eq!((insisted.status.as_u16(), insisted.json()["error"]["code"].clone()), (400, json!("invalid_credentials")), "{insisted:?}");
        // Connecting again mends it.
        let body = json!({ "connection_id": connection, "integration_id": "acme" });
        let session = stage.app.post("/connect/sessions/reconnect", body).await.ok();
        let token = session["data"]["token"].as_str().unwrap();
        let page = Browser::new().go(&stage.begin_url("acme", token, ""), None).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text);
        assert_eq!(stage.proxied("acme", &connection, ME).await.ok()["me"], "acme");
        assert_eq!(stage.errors(&connection).await.len(), 0);
        assert_eq!(sink.of(&connection, "refresh").len(), 1, "{:?}", sink.all());
    }

    /// O6: the provider is down. The connection rests, is not given up, and comes back by itself.
    async fn a_provider_that_is_down_is_left_alone_and_asked_again(stage: Stage) {
        let sink = Sink::start().await;
        let connection = ended(&stage, json!({ "webhook_url_override": sink.url() })).await;
        stage.world.plan_always(TOKEN, Plan::Status(503, vec![("retry-after", "1".to_owned())]));
        stage
            .app
            .eventually("failure", || async {
                let answer = stage.proxied("acme", &connection, ME).await;
                // 401: it ended on its way to the provider.
                assert!([200, 400, 401, 424].contains(&answer.status.as_u16()), "{answer:?}");
                (answer.status.as_u16() == 424).then_some(())
            })
            .await;
        let asked = stage.world.requests(TOKEN);
        for _ in 0..5 {
            let answer = stage.proxied("acme", &connection, ME).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (424, "connection_refresh_backoff".to_owned()));
        }
        assert!(stage.world.requests(TOKEN) <= asked + 1, "the provider is not left alone");
        stage.world.heal(TOKEN);
        // Nobody uses the connection: the background brings it back.
        let told = stage.app.eventually("recovery", || async { sink.of(&connection, "refresh").into_iter().nth(1) }).await;
        assert_eq!(told.json()["success"], true);
        assert_eq!(sink.of(&connection, "refresh")[0].json()["success"], false);
        assert_eq!(stage.errors(&connection).await.len(), 0);
        assert_eq!(stage.proxied("acme", &connection, ME).await.ok()["me"], "acme");
        assert_eq!((stage.world.counts("acme").refreshes, sink.of(&connection, "refresh").len()), (1, 2));
    }
}

/// O6: no answer at all, and 429 with a time to wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_and_rate_limits_do_not_end_a_connection() {
    let mut stage = Stage::start(TestDatabase::sqlite()).await;
    stage.integrate("acme").await;
    let connection = stage.authorize("acme", "ada").await;
    for plan in [
        Plan::Stall,
        Plan::Status(429, vec![("retry-after", "30".to_owned())]),
        Plan::Refuse(401, "invalid_client"),
        Plan::Refuse(400, "temporarily_unavailable"),
    ] {
        stage.world.plan_always(TOKEN, plan);
        let failed = stage.read("acme", &connection, "&force_refresh=true").await;
        assert!([400, 424, 502].contains(&failed.status.as_u16()), "{failed:?}");
        assert_eq!(stage.errors(&connection).await.len(), 1);
        assert_eq!(stage.proxied("acme", &connection, ME).await.status.as_u16(), 200, "the present token still works");
        stage.world.heal(TOKEN);
        stage.read("acme", &connection, "&force_refresh=true").await.ok();
        assert_eq!(stage.errors(&connection).await.len(), 0);
    }
    stage.stop();
}

on_both_databases! {
    /// A deleted connection takes nothing with it: its token is not renewed any more, and its name is free.
    async fn a_deleted_connection_is_not_renewed(stage: Stage) {
        let connection = ended(&stage, json!({})).await;
        stage.app.call(Method::DELETE, &format!("/connections/{connection}?provider_config_key=acme"), &[], None).await.ok();
        let refreshes = stage.world.counts("acme").refreshes;
        assert_eq!(stage.proxied("acme", &connection, ME).await.status.as_u16(), 400);
        assert_eq!(stage.read("acme", &connection, "&force_refresh=true").await.status.as_u16(), 404);
        assert_eq!(stage.world.counts("acme").refreshes, refreshes);
    }
}
