//! The overview and `/metrics` tell the same story, however many servers there are.

use reqwest::Method;
use serde_json::json;
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::both::on_both_databases;
use crate::guests::FIXTURE;
use crate::incoming;
use crate::metrics::value;
use crate::node::{Node, read};
use crate::sink::Sink;

const PASSWORD: &str = "whoever-watches-the-servers";
const TARGET: [(&str, &str); 2] = [("Connection-Id", "ada"), ("Provider-Config-Key", "fixture")];
const KINDS: [&str; 3] = ["sync", "action", "event"];

/// Drawing and name there; family and label here.
const FIGURES: [(&str, &str, &str, &str); 17] = [
    ("Runs", "succeeded", "syncline_runs_total", "succeeded"),
    ("Runs", "failed", "syncline_runs_total", "failed"),
    ("Runs", "worker lost", "syncline_runs_total", "lost"),
    ("Runs", "interrupted", "syncline_runs_total", "interrupted"),
    ("Runs", "cancelled", "syncline_runs_total", "cancelled"),
    ("Requests to providers", "2xx and 3xx", "syncline_proxy_requests_total", "succeeded"),
    ("Requests to providers", "4xx", "syncline_proxy_requests_total", "client_error"),
    ("Requests to providers", "5xx", "syncline_proxy_requests_total", "server_error"),
    ("Requests to providers", "no answer", "syncline_proxy_requests_total", "failed"),
    ("Requests to providers", "not sent", "syncline_proxy_requests_total", "refused"),
    ("Records changed", "added", "syncline_records_changed_total", "added"),
    ("Records changed", "updated", "syncline_records_changed_total", "updated"),
    ("Records changed", "deleted", "syncline_records_changed_total", "deleted"),
    ("Webhooks sent", "delivered", "syncline_webhook_attempts_total", "delivered"),
    ("Webhooks sent", "failed attempts", "syncline_webhook_attempts_total", "failed"),
    ("Webhooks received", "kept", "syncline_webhooks_received_total", "taken"),
    ("Webhooks received", "refused", "syncline_webhooks_received_total", "refused"),
];

/// A server whose operator looks at it.
struct Watched {
    app: App,
    cookie: String,
}

impl std::ops::Deref for Watched {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl Watched {
    async fn start(database: TestDatabase) -> Self {
        let entries = [("hooked.yaml".to_owned(), incoming::entry("https://hooked.example.com"))];
        let app = App::start_all(database, &entries, &[("SYNCLINE_CONSOLE_PASSWORD", PASSWORD)]).await;
        let request = app.http.post(app.url("/console/sign-in")).header("content-type", "application/x-www-form-urlencoded");
        let answer = read(request.body(format!("password={PASSWORD}"))).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { app, cookie }
    }

    fn stop(&mut self) {
        self.app.stop();
    }

    async fn page(&self) -> String {
        let answer = read(self.http.get(self.url("/console/dev/overview?range=day")).header("cookie", &self.cookie)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }

    /// In the order of [`FIGURES`], as the page has them; nothing where there is no drawing.
    async fn overview(&self) -> Option<Vec<u64>> {
        let page = self.page().await;
        FIGURES.iter().map(|(chart, name, ..)| shown(&page, chart, name)).collect()
    }

    /// The same, as the servers together have counted it.
    async fn metrics(&self, others: &[&Node]) -> Vec<u64> {
        let mut sums = vec![0.0; FIGURES.len()];
        let token = syncline_api::operator_token(&[7; 32]);
        for node in [&*self.app].into_iter().chain(others.iter().copied()) {
            let text = read(node.http.get(node.url("/metrics")).bearer_auth(token.expose())).await.text;
            for (sum, (_, _, family, label)) in sums.iter_mut().zip(FIGURES) {
                *sum += match family {
                    "syncline_runs_total" => {
                        KINDS.iter().map(|kind| value(&text, &format!("{family}{{type=\"{kind}\",state=\"{label}\"}}"))).sum()
                    }
                    "syncline_records_changed_total" => value(&text, &format!("{family}{{change=\"{label}\"}}")),
                    _ => value(&text, &format!("{family}{{outcome=\"{label}\"}}")),
                };
            }
        }
        sums.into_iter().map(|sum| sum as u64).collect()
    }
}

/// The total that a drawing's legend tells.
fn shown(page: &str, chart: &str, name: &str) -> Option<u64> {
    let figure = page.split("<figure").find(|figure| figure.contains(&format!("<h3>{chart} per ")))?;
    let (_, rest) = figure.split_once(&format!(">{name} <strong>"))?;
    rest.split('<').next()?.replace(',', "").parse().ok()
}

on_both_databases! {
    /// X9: what `/metrics` of all servers counted is what the overview shows, and stays there when they are gone.
    async fn metrics_and_the_overview_agree(watched: Watched) {
        let other = if watched.database.url().starts_with("postgres") { Some(watched.app.another_node().await) } else { None };
        let others: Vec<&Node> = other.iter().collect();
        let sink = Sink::answering(&[503]).await;
        watched.call(Method::PATCH, "/environment/webhooks", &[], Some(json!({ "primary_url": sink.url() }))).await.ok();
        let hooked = json!({ "provider": "hooked", "unique_key": "hooked", "integration_config": { "webhook_secret": incoming::SECRET } });
        watched.post("/integrations", hooked).await.ok();
        let hook = watched.get("/integrations/hooked?include=webhook").await.ok();
        let hook = hook["data"]["webhook_url"].as_str().unwrap().to_owned();
        let hook = hook[hook.find("/webhook/").unwrap()..].to_owned();
        for id in 0..30 {
            watched.provider.put(id, "one");
        }
        watched.deploy(&FIXTURE).await.ok();
        watched.connect_and_settle("ada", json!({ "page_size": 10 })).await;
        watched.provider.put(3, "another");
        watched.provider.remove(4);
        watched.sync("ada", "full").await;
        for node in [&**watched].into_iter().chain(others.iter().copied()) {
            for path in ["/proxy/items", "/proxy/status/404", "/proxy/status/404", "/proxy/status/503"] {
                node.call(Method::GET, path, &TARGET, None).await;
            }
            node.call(Method::GET, "/proxy/items", &[("Connection-Id", "nobody"), TARGET[1]], None).await;
            node.action("ada", "echo", json!({ "n": 1 })).await.ok();
            node.action("ada", "no-such-thing", json!({})).await;
            let body = br#"{"id":"1"}"#.to_vec();
            for signature in [incoming::sign(&body), "00".to_owned()] {
                read(node.http.post(node.url(&hook)).header("x-hooked-signature", signature).body(body.clone())).await;
            }
        }
        let agreed = watched.eventually("overview that agrees with the figures", || async {
            let overview = watched.overview().await?;
            let metrics = watched.metrics(&others).await;
            // The delivery that was refused is tried again.
            let has_all = metrics[13] > 0 && metrics[14] > 0;
            (overview == metrics && has_all).then_some(overview)
        }).await;
        let nodes = 1 + others.len() as u64;
        let [runs, .., kept, refused] = agreed[..] else { panic!("{agreed:?}") };
        assert!(runs >= 2 + nodes, "{agreed:?}");
        assert_eq!((kept, refused), (nodes, nodes));
        assert_eq!((agreed[6], agreed[7], agreed[9]), (2 * nodes, nodes, nodes), "{agreed:?}");
        assert_eq!(agreed[10..13], [30, 1, 1], "{agreed:?}");
        if let Some(mut other) = other {
            other.terminate();
        }
        watched.app.restart().await;
        let kept = watched.overview().await.unwrap();
        assert!(kept.iter().zip(&agreed).all(|(kept, agreed)| kept >= agreed), "{kept:?} after {agreed:?}");
        assert!(watched.metrics(&[]).await[0] < agreed[0], "another process counts from nothing");
        // The provider that failed is the only trouble.
        let page = watched.page().await;
        let told = page.matches("id=\"trouble-").count();
        assert!(told == 1 && page.contains("requests to providers failed</a>"), "{page}");
    }
}
