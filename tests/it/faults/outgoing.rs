//! A server that dies while it delivers.

use serde_json::json;

use super::chance::rounds;
use super::fleet::Fleet;
use super::proxy::{FaultProxy, Flow};
use crate::both::on_both_databases;
use crate::provider::TOKEN;
use crate::sink::Sink;

on_both_databases! {
    /// D7: killed when the receiver has the webhook and its answer has not come back. It is delivered again, as the same message.
    async fn a_kill_in_mid_delivery_delivers_the_same_message_again(fleet: Fleet) {
        rounds("a kill in mid-delivery", async |mut chance| {
            let sink = Sink::start().await;
            let wire = FaultProxy::before(url::Url::parse(&sink.url()).unwrap().port().unwrap()).await;
            let hook = format!("http://127.0.0.1:{}/hooks", wire.port());
            wire.set(Flow::AnswersStalled);
            let name = format!("told-{}", chance.below(1_000_000));
            let body = json!({
                "provider_config_key": "fixture", "connection_id": name, "webhook_url_override": hook,
                "credentials": { "type": "API_KEY", "apiKey": TOKEN },
            });
            fleet.node(0).post("/connections", body).await.ok();
            fleet.node(0).eventually("the webhook", || async { (sink.of(&name, "creation").len() == 1).then_some(()) }).await;
            fleet.kill(0);
            wire.cut();
            wire.set(Flow::Open);
            fleet.launch(0).await;
            let got = fleet
                .node(0)
                .eventually("the webhook once more", || async { Some(sink.of(&name, "creation")).filter(|got| got.len() > 1) })
                .await;
            assert_eq!((got.len(), got[0].header("webhook-id")), (2, got[1].header("webhook-id")), "the same message");
            assert_eq!(got[0].body, got[1].body, "the same bytes");
        })
        .await;
    }
}
