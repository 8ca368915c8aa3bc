//! What a customer's server is told, and what happens when it does not listen.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bad_receiver::{BadReceiver, Fault};
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::provider::TOKEN;
use crate::sink::{Delivery, Sink};

fn connection(name: &str, url: &str) -> Value {
    json!({
        "provider_config_key": "fixture", "connection_id": name, "webhook_url_override": url,
        "credentials": { "type": "API_KEY", "apiKey": TOKEN },
    })
}

on_both_databases! {
    async fn a_new_connection_is_told_until_the_receiver_has_it(app: crate::app::App) {
        let sink = Sink::answering(&[503]).await;
        app.post("/connections", connection("ada", &sink.url())).await.ok();
        let got = app.eventually("a second try", || async { Some(sink.all()).filter(|got| got.len() == 2) }).await;
        let (first, second) = (&got[0], &got[1]);
        assert_eq!(first.body, second.body, "the same bytes");
        assert_eq!(first.header("webhook-id"), second.header("webhook-id"), "the same message");
        for name in ["x-nango-signature", "x-nango-hmac-sha256"] {
            assert!(first.header(name).len() == 64 && first.header(name) == second.header(name), "{name}");
        }
        assert!(first.header("webhook-signature").starts_with("v1,"));
        assert_eq!(first.header("content-type"), "application/json");
        assert_eq!(
            first.json(),
            json!({
                "from": "nango", "type": "auth", "connectionId": "ada", "authMode": "API_KEY", "providerConfigKey": "fixture",
                "provider": "stand-in", "environment": "dev", "operation": "creation", "success": true,
            })
        );
    }

    async fn a_receiver_that_refuses_is_not_asked_again(app: crate::app::App) {
        let refusing = Sink::answering(&[410]).await;
        app.post("/connections", connection("ada", &refusing.url())).await.ok();
        app.eventually("the refusal", || async { (refusing.all().len() == 1).then_some(()) }).await;
        app.eventually("the end of the job", || async { app.log().contains("is not sent again").then_some(()) }).await;
        // What comes later arrives, so that the queue went on; nothing else came to the first one.
        let sink = Sink::start().await;
        app.post("/connections", connection("ada", &sink.url())).await.ok();
        let got = app.eventually("the override", || async { Some(sink.all()).filter(|got| !got.is_empty()) }).await;
        assert_eq!(got[0].json()["operation"], "override");
        assert_eq!(refusing.all().len(), 1);
    }

    /// W3: whatever a receiver does, its attempt is on record with what it did, and what follows is what the schedule says.
    async fn every_way_to_fail_is_told_and_followed(app: crate::app::App) {
        let late = BadReceiver::start(Fault::Silent).await;
        let reset = BadReceiver::start(Fault::Reset).await;
        let dripping = BadReceiver::start(Fault::Dripping).await;
        let endless = BadReceiver::start(Fault::Endless).await;
        let moved = BadReceiver::start(Fault::Says("HTTP/1.1 301 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")).await;
        let missing = BadReceiver::start(Fault::Says("HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnope")).await;
        let busy =
            BadReceiver::start(Fault::Says("HTTP/1.1 429 Too Many Requests\r\nretry-after: 600\r\ncontent-length: 0\r\n\r\n")).await;
        // Where it would arrive as a GET without its body nothing is sent; where it would be the same request, it is, without its signatures.
        let elsewhere = Sink::start().await;
        let leads = |status: u16| {
            let answer = format!("HTTP/1.1 {status} Go\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.url());
            BadReceiver::start(Fault::Says(Box::leak(answer.into_boxed_str())))
        };
        let (found, kept) = (leads(302).await, leads(308).await);
        let nowhere = "http://receiver.invalid/hooks".to_owned();
        let cases = [
            ("late", late.url(), "waiting", Value::Null, &["ETIMEDOUT"][..]),
            ("reset", reset.url(), "waiting", Value::Null, &["ECONNRESET"]),
            ("tls", reset.tls_url(), "waiting", Value::Null, &["ERR_TLS", "ECONNRESET", "EPROTO"]),
            ("dns", nowhere, "waiting", Value::Null, &["ENOTFOUND", "EAI_AGAIN"]),
            ("moved", moved.url(), "waiting", json!(301), &[]),
            ("found", found.url(), "waiting", json!(302), &[]),
            ("kept", kept.url(), "delivered", json!(204), &[]),
            ("missing", missing.url(), "waiting", json!(404), &[]),
            ("busy", busy.url(), "waiting", json!(429), &[]),
            ("dripping", dripping.url(), "delivered", json!(200), &[]),
            ("endless", endless.url(), "delivered", json!(200), &[]),
        ];
        for (name, url, ..) in &cases {
            app.post("/connections", connection(name, url)).await.ok();
        }
        for (name, url, state, status, errors) in cases {
            let seen = app.eventually(&format!("the first attempt of {name}"), || async { first_ended(&app, &url).await }).await;
            let attempt = &seen["attempts"][0];
            assert_eq!(attempt["status"], status, "{name}: {seen}");
            match attempt["error"].as_str() {
                Some(error) => assert!(errors.contains(&error), "{name}: {seen}"),
                None => assert!(errors.is_empty(), "{name}: {seen}"),
            }
            assert!(seen["state"] == state || (state == "waiting" && seen["state"] == "deferred"), "{name}: {seen}");
            if name == "missing" {
                assert_eq!(attempt["answer"], "nope");
            }
            if name == "busy" {
                let wait = moment(&seen["next_attempt_at"]).since(moment(&attempt["ended_at"]));
                assert!((590..=610).contains(&wait.as_secs()), "{seen}");
            }
            if name == "endless" {
                assert_eq!(attempt["answer"].as_str().unwrap().len(), 2_048);
                assert!(endless.sent_bytes() < 64 * 1024 * 1024, "{} bytes were taken", endless.sent_bytes());
            }
        }
        let led = elsewhere.all();
        assert_eq!((led.len(), led[0].json()["connectionId"].as_str()), (1, Some("kept")));
        for header in ["webhook-signature", "x-nango-signature", "x-nango-hmac-sha256"] {
            assert_eq!(led[0].find(header), None, "{header} went to another origin");
        }
        let endpoints = app.get("/webhooks/endpoints").await.ok();
        let state_of = |url: &str| endpoints["data"].as_array().unwrap().iter().find(|row| row["url"] == url).unwrap()["state"].clone();
        assert_eq!((state_of(&busy.url()), state_of(&missing.url())), (json!("open"), json!("closed")));
    }

    /// W3: 410 disables an address; enabled and replayed, the same message arrives under the same id.
    async fn what_an_address_that_was_gone_missed_is_replayed(app: crate::app::App) {
        let sink = Sink::answering(&[410]).await;
        app.post("/connections", connection("ada", &sink.url())).await.ok();
        let lost = app.eventually("the refusal", || async { listed(&app, "state=undeliverable").await.pop() }).await;
        app.post("/connections", connection("ada", &sink.url())).await.ok();
        app.eventually("the second, which is not sent", || async { (listed(&app, "state=undeliverable").await.len() == 2).then_some(()) }).await;
        assert_eq!(sink.all().len(), 1);
        let path = format!("/webhooks/deliveries/{}/replay", lost["id"].as_str().unwrap());
        let refused = app.post(&path, json!({})).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (409, "webhook_endpoint_disabled"));
        let endpoint = app.get("/webhooks/endpoints").await.ok()["data"][0].clone();
        assert_eq!((&endpoint["state"], &endpoint["disabled_reason"]), (&json!("disabled"), &json!("gone")));
        let told = app
            .eventually("a word of it among the operations", || async {
                app.get("/operations?type=webhook&action=disable_address&state=failed").await.ok()["data"].as_array().unwrap().first().cloned()
            })
            .await;
        assert_eq!((&told["error"]["code"], &told["request"]["path"]), (&json!("address_gone"), &json!(sink.url())), "{told}");
        assert!(told["error"]["message"].as_str().unwrap().contains("syncline webhooks endpoints enable"), "{told}");
        let enabled = app.post(&format!("/webhooks/endpoints/{}/enable", endpoint["id"].as_str().unwrap()), json!({})).await.ok();
        assert_eq!(enabled["data"]["state"], "closed");
        let since = json!({ "since": "2020-01-01T00:00:00Z", "url": sink.url() });
        let replayed = app.post("/webhooks/deliveries/replay", since).await.ok();
        assert_eq!(replayed, json!({ "replayed": 2, "next": null }));
        app.eventually("both", || async { (listed(&app, "state=delivered").await.len() == 2).then_some(()) }).await;
        let ids: Vec<_> = sink.all().iter().map(|delivery| delivery.header("webhook-id").to_owned()).collect();
        assert!(ids.len() == 3 && ids[1..].contains(&ids[0]), "{ids:?}");
        let none = app.post("/webhooks/deliveries/999/replay", json!({})).await;
        assert_eq!((none.status.as_u16(), none.code().as_str()), (404, "not_found"));
        let wrong = app.get("/webhooks/deliveries?state=lost").await;
        assert_eq!((wrong.status.as_u16(), wrong.code().as_str()), (400, "invalid_query_params"));
    }

    /// D2: a sync that is given up because its workers disappear with it tells so, though no run of it ever ended.
    async fn a_sync_that_is_given_up_tells_of_it(app: crate::app::App) {
        let sink = Sink::start().await;
        app.deploy(&FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({ "count": 1_000_000, "page_size": 50, "size_bytes": 100 })).await;
        app.call(Method::PATCH, "/environment/webhooks", &[], Some(json!({ "primary_url": sink.url() }))).await.ok();
        app.trigger("ada", "bulk").await;
        app.eventually("a run", || async { app.runs("ada", "bulk").await.into_iter().find(|run| run["state"] == "running") }).await;
        // It has outlived so many already that the next is the last.
        app.database.execute("UPDATE jobs SET crashes = 9, attempt = 10 WHERE kind = 'run_sync' AND state = 'running'").await;
        app.crash_and_restart().await;
        let told = app
            .eventually("word of the end", || async {
                sink.all().iter().map(Delivery::json).find(|body| body["type"] == "sync" && body["success"] == false)
            })
            .await;
        assert_eq!((&told["syncName"], &told["model"], &told["connectionId"]), (&json!("bulk"), &json!("Item"), &json!("ada")), "{told}");
        assert_eq!(told["error"]["type"], "sync_poisoned", "{told}");
        assert!(told["startedAt"].as_str() < told["failedAt"].as_str(), "{told}");
        let given_up = app.get("/dead-letters").await.ok()["data"][0].clone();
        let remedy = format!("syncline jobs show {}", given_up["id"].as_str().unwrap());
        assert!(told["error"]["description"].as_str().unwrap().contains(&remedy), "{told} {given_up}");
    }

    /// D7: killed while it waits for the receiver's answer; sent again under the same id, and both attempts are told.
    async fn a_webhook_under_way_survives_the_process(app: crate::app::App) {
        let sink = Sink::holding_the_first().await;
        app.post("/connections", connection("ada", &sink.url())).await.ok();
        app.eventually("the first request", || async { (sink.all().len() == 1).then_some(()) }).await;
        app.crash_and_restart().await;
        let got = app.eventually("the second", || async { Some(sink.all()).filter(|got| got.len() == 2) }).await;
        assert_eq!((got[0].header("webhook-id"), &got[0].body), (got[1].header("webhook-id"), &got[1].body));
        let path = format!("/webhooks/deliveries/{}", got[0].header("webhook-id"));
        let delivery = app
            .eventually("delivery", || async {
                Some(app.get(&path).await.ok()["data"].clone()).filter(|delivery| delivery["state"] == "delivered")
            })
            .await;
        let told: Vec<_> = delivery["attempts"].as_array().unwrap().iter().map(|attempt| (&attempt["error"], &attempt["status"])).collect();
        assert_eq!(told, [(&json!("process_lost"), &Value::Null), (&Value::Null, &json!(204))]);
        assert_eq!(delivery["body"], got[0].body);
    }

    /// W5: a receiver that knows one of the two keys verifies all that comes, before, while and after the other one is brought in.
    async fn a_rotation_under_traffic_fails_no_verification(app: crate::app::App) {
        let sink = Sink::start().await;
        let rotate = |hours: u32| app.post("/environment/webhook-signing-key/rotate", json!({ "overlap_hours": hours }));
        let key = |answer: Value| answer["data"]["webhook_signing_key"].as_str().unwrap().to_owned();
        let first = key(rotate(24).await.ok());
        let traffic = |from: u32| {
            let (app, url) = (&app, sink.url());
            async move {
                for number in from..from + 15 {
                    app.post("/connections", connection(&format!("c{number}"), &url)).await.ok();
                }
            }
        };
        let ((), rotated) = tokio::join!(traffic(0), async {
            app.eventually("some traffic", || async { (sink.all().len() > 3).then_some(()) }).await;
            rotate(24).await.ok()
        });
        assert!(rotated["data"]["previous_key_valid_until"].is_string(), "{rotated}");
        let second = key(rotated);
        traffic(15).await;
        app.eventually("all", || async { (sink.all().len() == 30).then_some(()) }).await;
        let all = sink.all();
        assert!(all.iter().all(|delivery| delivery.is_signed_by_standard_with(&first) && delivery.is_signed_with(&first)));
        let from = all.iter().position(|delivery| delivery.is_signed_by_standard_with(&second)).unwrap();
        let both = all.iter().filter(|delivery| delivery.is_signed_by_standard_with(&second)).count();
        assert!(both >= 15 && from > 0, "{both} by both keys, from {from}");

        let third = key(rotate(0).await.ok());
        app.post("/connections", connection("last", &sink.url())).await.ok();
        let last = app.eventually("the last", || async { Some(sink.all()).filter(|got| got.len() == 31) }).await.pop().unwrap();
        assert!(last.is_signed_by_standard_with(&third) && last.is_signed_with(&third));
        assert!(!last.is_signed_by_standard_with(&second) && !last.is_signed_by_standard_with(&first));
        let wrong = app.post("/environment/webhook-signing-key/rotate", json!({ "overlap_hours": 721 })).await;
        assert_eq!((wrong.status.as_u16(), wrong.code().as_str()), (400, "invalid_body"));
    }

    /// A sync's end is told by model if it changed something, and its failure in any case, as the settings say.
    async fn the_end_of_a_sync_is_told(app: crate::app::App) {
        let sink = Sink::start().await;
        let set = |settings: Value| app.call(reqwest::Method::PATCH, "/environment/webhooks", &[], Some(settings));
        set(json!({ "primary_url": sink.url() })).await.ok();
        for id in 0..3 {
            app.provider.put(id, "x");
        }
        app.deploy(&crate::guests::FIXTURE).await.ok();
        app.connect_and_settle("ada", json!({})).await;
        let told = |count: usize| {
            let (app, sink) = (&app, &sink);
            async move {
                app.eventually("webhooks of syncs", || async {
                    let told: Vec<Value> = sink.all().iter().map(crate::sink::Delivery::json).filter(|body| body["type"] == "sync").collect();
                    (told.len() == count).then_some(told)
                })
                .await
            }
        };
        let first = told(1).await.remove(0);
        let run = app.runs("ada", "full").await.pop().unwrap();
        assert_eq!(first["modifiedAfter"], run["started_at"]);
        assert_eq!(
            (&first["connectionId"], &first["providerConfigKey"], &first["syncName"], &first["syncVariant"], &first["model"]),
            (&json!("ada"), &json!("fixture"), &json!("full"), &json!("base"), &json!("Item"))
        );
        assert_eq!((&first["success"], &first["syncType"], &first["from"]), (&json!(true), &json!("INITIAL"), &json!("nango")));
        assert_eq!(first["responseResults"], json!({ "added": 3, "updated": 0, "deleted": 0 }));

        app.sync("ada", "full").await;
        assert_eq!(listed(&app, "kind=sync").await.len(), 1, "nothing changed");
        set(json!({ "on_sync_completion_always": true })).await.ok();
        app.sync("ada", "full").await;
        let again = told(2).await.remove(1);
        assert_eq!((&again["syncType"], &again["responseResults"]["added"]), (&json!("INCREMENTAL"), &json!(0)));
        assert_eq!(again["queryTimeStamp"], app.runs("ada", "full").await[1]["started_at"]);

        app.sync("ada", "unknown-model").await;
        let failure = told(3).await.remove(2);
        assert_eq!((&failure["success"], &failure["model"]), (&json!(false), &json!("Item")));
        assert!(failure["error"]["type"].is_string() && failure["failedAt"].is_string() && failure.get("responseResults").is_none());
        set(json!({ "on_sync_error": false })).await.ok();
        app.sync("ada", "unknown-model").await;
        assert_eq!(listed(&app, "kind=sync").await.len(), 3);
    }
}

async fn listed(app: &crate::app::App, query: &str) -> Vec<Value> {
    app.get(&format!("/webhooks/deliveries?limit=100&{query}")).await.ok()["data"].as_array().unwrap().clone()
}

/// The delivery to this address, once its first attempt is over.
async fn first_ended(app: &crate::app::App, url: &str) -> Option<Value> {
    let id = listed(app, "").await.into_iter().find(|delivery| delivery["url"] == url)?["id"].clone();
    let delivery = app.get(&format!("/webhooks/deliveries/{}", id.as_str().unwrap())).await.ok()["data"].clone();
    (!delivery["attempts"][0]["ended_at"].is_null()).then_some(delivery)
}

fn moment(value: &Value) -> syncline_domain::Timestamp {
    syncline_domain::Timestamp::parse(value.as_str().unwrap()).unwrap()
}
