//! Webhooks of providers: proved, kept, routed, run and forwarded.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use syncline_store::testing::TestDatabase;

use crate::authorization::hex;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::node::{Answer, read};
use crate::provider::TOKEN;
use crate::sink::Sink;

mod payloads;
mod routing;
mod series;

pub(crate) const SECRET: &str = "a-secret-of-the-provider";

/// A server with the integration `fixture`, whose provider signs its webhooks, and functions that handle them.
struct Hooked {
    app: crate::app::App,
    path: String,
}

/// An entry that replaces the stand-in of the other tests.
pub(crate) fn entry(url: &str) -> String {
    format!(
        "key: hooked
display_name: Hooked
categories: [dev-tools]
docs: https://example.com/docs
auth:
  mode: API_KEY
proxy:
  base_url: {url}
  headers: {{authorization: 'Bearer ${{apiKey}}'}}
webhook:
  docs: https://example.com/docs
  signature: {{type: hmac, header: x-hooked-signature}}
  handshake:
    - when: {{body.type: challenge}}
      signed: true
      reply: {{text: body.challenge}}
    - method: GET
      when: {{query.challenge: present}}
      reply: {{text: query.challenge}}
  event: [header.x-hooked-event, body.type]
  delivery_id: [header.x-hooked-delivery]
  query: [challenge, connection_id]
  route:
    - from: query.connection_id
      to: [connection_id]
    - from: body.team
      to: [connection_config.team, metadata.team]
---
"
    )
    .trim_end_matches("---\n")
    .to_owned()
        + "sources: [https://example.com/docs]\n"
}

impl std::ops::Deref for Hooked {
    type Target = crate::app::App;

    fn deref(&self) -> &Self::Target {
        &self.app
    }
}

impl std::ops::DerefMut for Hooked {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.app
    }
}

impl Hooked {
    async fn start(database: TestDatabase) -> Self {
        let entries = [("hooked.yaml".to_owned(), entry("https://hooked.example.com"))];
        let app = crate::app::App::start_with(database, &entries).await;
        app.call(reqwest::Method::DELETE, "/integrations/fixture", &[], None).await.ok();
        let integration = json!({
            "provider": "hooked", "unique_key": "fixture", "forward_webhooks": true, "integration_config": { "webhook_secret": SECRET },
        });
        app.post("/integrations", integration).await.ok();
        app.deploy(&FIXTURE).await.ok();
        let shown = app.get("/integrations/fixture?include=webhook").await.ok();
        let url = shown["data"]["webhook_url"].as_str().unwrap_or_else(|| panic!("{shown}"));
        let path = url[url.find("/webhook/").unwrap()..].to_owned();
        Self { app, path }
    }

    fn stop(&mut self) {
        self.app.stop();
    }

    async fn team(&self, connection: &str, team: &str, forward_to: Option<&str>) {
        let body = json!({
            "provider_config_key": "fixture", "connection_id": connection, "connection_config": { "team": team },
            "webhook_url_override": forward_to, "credentials": { "type": "API_KEY", "apiKey": TOKEN },
        });
        self.post("/connections", body).await.ok();
    }

    /// As the provider sends it.
    async fn deliver(&self, id: &str, event: &str, body: &Value) -> Answer {
        let text = body.to_string();
        self.send(
            &[("x-hooked-delivery", id), ("x-hooked-event", event), ("x-hooked-signature", &sign(text.as_bytes()))],
            text.into_bytes(),
        )
        .await
    }

    async fn send(&self, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        self.send_to(&self.path, headers, body).await
    }

    async fn send_to(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = self.http.post(self.url(path)).header("content-type", "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request).await
    }

    async fn listed(&self, query: &str) -> Vec<Value> {
        self.get(&format!("/webhooks/incoming?limit=1000&{query}")).await.ok()["data"].as_array().unwrap().clone()
    }

    async fn told_runs(&self, connection: &str) -> Vec<Value> {
        self.runs(connection, "told").await.into_iter().filter(|run| run["trigger"] == "webhook" && run["state"] != "running").collect()
    }
}

pub(crate) fn sign(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    hex(&mac.finalize().into_bytes())
}

on_both_databases! {
    /// W1, W2: a signed delivery runs the function of its connection with its payload, is forwarded, and a second copy does nothing.
    async fn a_delivery_runs_its_function_once_and_is_forwarded(app: Hooked) {
        let sink = Sink::start().await;
        app.team("ada", "t1", Some(&sink.url())).await;
        app.team("bob", "t2", None).await;
        let body = json!({ "team": "t1", "id": "7", "name": "seven", "n": 9_007_199_254_740_993_u64 });
        let answer = app.deliver("d-1", "item.changed", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let run = app.eventually("run", || async { app.told_runs("ada").await.pop() }).await;
        assert_eq!((&run["state"], &run["counts"]["Item"]["added"]), (&json!("succeeded"), &json!(1)), "{run}");
        let (records, _) = app.changes("ada", "Item", None).await;
        assert_eq!((&records[0]["id"], &records[0]["name"]), (&json!("7"), &json!("seven")));
        let forwarded = || sink.all().into_iter().filter(|delivery| delivery.json()["type"] == "forward").collect::<Vec<_>>();
        let got = app.eventually("forward", || async { Some(forwarded()).filter(|got| !got.is_empty()) }).await;
        let envelope = concat!(
            r#"{"connectionId":"ada","from":"hooked","payload":{"team":"t1","id":"7","name":"seven","n":9007199254740993},"#,
            r#""providerConfigKey":"fixture","type":"forward"}"#
        );
        assert_eq!((got[0].body.as_str(), got[0].header("x-hooked-event")), (envelope, "item.changed"));
        // The same again, and one that nobody subscribed to: acknowledged, and nothing runs.
        assert_eq!(app.deliver("d-1", "item.changed", &body).await.status, 200);
        assert_eq!(app.deliver("d-2", "item.removed", &body).await.status, 200);
        let routed = app.eventually("both routed", || async { Some(app.listed("state=routed").await).filter(|all| all.len() == 2) }).await;
        assert_eq!((&routed[0]["event"], &routed[0]["runs"]), (&json!("item.removed"), &json!(0)));
        assert_eq!((&routed[1]["delivery_id"], &routed[1]["runs"], &routed[1]["verified"]), (&json!("d-1"), &json!(1), &json!(true)));
        assert_eq!((app.told_runs("ada").await.len(), app.told_runs("bob").await.len()), (1, 0));
        // What the sync knows of its own runs is as before: it has never run.
        let status = app.get("/sync/status?syncs=told&provider_config_key=fixture&connection_id=ada").await.ok();
        assert!(status["syncs"][0]["finishedAt"].is_null(), "{status}");
    }

    /// D6: acknowledged and killed at once; each event is there, has run, and is known when it comes again.
    async fn what_was_acknowledged_outlives_the_process(app: Hooked) {
        app.team("ada", "t1", None).await;
        for round in 0..3 {
            let mut acknowledged = Vec::new();
            for at in 0..10 {
                let id = format!("{round}-{at}");
                let answer = app.deliver(&id, "item.new", &json!({ "team": "t1", "id": id.clone() })).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                acknowledged.push(id);
            }
            app.crash_and_restart().await;
            for id in &acknowledged {
                assert_eq!(app.deliver(id, "item.new", &json!({ "team": "t1", "id": id.clone() })).await.status, 200);
            }
            let expected = 10 * (round + 1);
            app.eventually("every event's record", || async {
                let (records, _) = app.changes("ada", "Item", None).await;
                (records.len() == expected).then_some(())
            })
            .await;
            let all = app.listed("").await;
            assert_eq!(all.len(), expected, "a delivery is kept once");
            app.eventually("every event routed", || async { (app.listed("state=routed").await.len() == expected).then_some(()) }).await;
            assert!(app.listed("state=routed").await.iter().all(|webhook| webhook["runs"] == 1));
        }
    }

    /// A function that fails is not run again by itself; its run says why, and a replay runs it anew.
    async fn a_failure_is_seen_and_a_replay_runs_it_again(app: Hooked) {
        app.team("ada", "t1", None).await;
        app.deliver("d-1", "item.new", &json!({ "team": "t1", "id": "1", "fail": true })).await;
        let run = app.eventually("failure", || async { app.told_runs("ada").await.pop() }).await;
        assert_eq!((&run["state"], &run["error"]["code"]), (&json!("failed"), &json!("action_error")), "{run}");
        let id = app.listed("event=item.new").await[0]["id"].as_str().unwrap().to_owned();
        let shown = app.get(&format!("/webhooks/incoming/{id}")).await.ok();
        assert_eq!(shown["data"]["payload"], json!({ "team": "t1", "id": "1", "fail": true }));
        assert_eq!(shown["data"]["headers"]["x-hooked-signature"], "[redacted]");
        let replayed = app.post(&format!("/webhooks/incoming/{id}/replay"), json!({})).await;
        assert_eq!(replayed.status, 202, "{}", replayed.text);
        app.eventually("second run", || async { (app.told_runs("ada").await.len() == 2).then_some(()) }).await;
        let shown = app.get(&format!("/webhooks/incoming/{id}")).await.ok();
        assert_eq!((&shown["data"]["replays"], &shown["data"]["runs"]), (&json!(1), &json!(2)));
        let unknown = app.post("/webhooks/incoming/00000000-0000-7000-8000-000000000000/replay", json!({})).await;
        assert_eq!((unknown.status.as_u16(), unknown.code().as_str()), (404, "not_found"));
    }
}
