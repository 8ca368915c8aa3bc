//! Connecting accounts, end to end: the real binary, a browser or a form, a provider that checks everything, and a request through the proxy.

use reqwest::Method;
use serde_json::{Map, Value, json};
use syncline_store::testing::TestDatabase;

use crate::app::App;
use crate::authorization::World;
use crate::browser::Browser;
use crate::node::{Answer, Node, read};

mod answers;
mod callbacks;
mod canary;
mod discovery;
mod events;
mod interrupted;
mod modes;
mod races;
mod refreshes;
mod rotation;
mod sessions;
mod webhooks;

/// A server and a provider world.
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) world: World,
}

impl Stage {
    pub(crate) async fn start(database: TestDatabase) -> Self {
        let world = World::start().await;
        let stage = Self { app: App::start_with(database, &world.entries()).await, world };
        stage.register();
        stage
    }

    /// Tells the providers where this server's browsers come back to.
    pub(crate) fn register(&self) {
        let callback = self.app.url("/oauth/callback");
        self.world.allow_redirect(&callback);
        self.world.set_app_urls(&self.app.url("/app-auth/connect"), &callback);
    }

    pub(crate) fn stop(&mut self) {
        self.app.stop();
    }

    /// An integration of the same name as its provider, with what the provider's operator has been given.
    pub(crate) async fn integrate(&self, provider: &str) {
        let mut body = json!({ "provider": provider, "unique_key": provider });
        let oauth2 = |realm: &str| {
            let (id, secret) = self.world.client(realm);
            json!({ "type": "OAUTH2", "client_id": id, "client_secret": secret })
        };
        let accounts = self.world.accounts();
        let (consumer, consumer_secret) = &accounts.consumer;
        let credentials = match provider {
            "acme" | "nested" => oauth2("acme"),
            "evil" | "verified" => oauth2("evil"),
            "basic-client" => oauth2("basic"),
            "named" => oauth2("named"),
            "oauth1" => json!({ "type": "OAUTH1", "client_id": consumer, "client_secret": consumer_secret }),
            "tba" => json!({ "type": "TBA", "client_id": consumer, "client_secret": consumer_secret }),
            "app" => json!({
                "type": "APP", "app_id": accounts.app_id, "app_link": "https://example.com/apps/plain",
                "private_key": self.world.private_key(),
            }),
            "app-with-user" => {
                let (id, secret) = self.world.client("github-user");
                json!({
                    "type": "CUSTOM", "client_id": id, "client_secret": secret, "app_id": accounts.app_id,
                    "app_link": "https://example.com/apps/with-user", "private_key": self.world.private_key(),
                })
            }
            _ => Value::Null,
        };
        if !credentials.is_null() {
            body["credentials"] = credentials;
        }
        if provider == "aws" {
            body["integration_config"] = json!({ "access_key_id": accounts.aws.0, "secret_access_key": accounts.aws.1 });
        }
        self.app.post("/integrations", body).await.ok();
    }

    /// A new session for a person, with further fields of the body; its token.
    pub(crate) async fn session_with(&self, user: &str, more: Value) -> String {
        let mut body = json!({ "end_user": { "id": user } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.app.post("/connect/sessions", body).await.ok();
        let token = answer["data"]["token"].as_str().unwrap().to_owned();
        self.world.remember("session-token", &token);
        token
    }

    pub(crate) async fn session(&self, user: &str) -> String {
        self.session_with(user, json!({})).await
    }

    /// Where a browser begins.
    pub(crate) fn begin_url(&self, key: &str, token: &str, query: &str) -> String {
        self.app.url(&format!("/oauth/connect/{key}?connect_session_token={token}{query}"))
    }

    /// A person goes all the way through a redirect flow; the connection's name.
    pub(crate) async fn authorize(&self, key: &str, user: &str) -> String {
        let token = self.session(user).await;
        let mut browser = Browser::new();
        let page = browser.go(&self.begin_url(key, &token, ""), None).await;
        assert_eq!(page.status.as_u16(), 200, "{:?}\n{}", browser.visited, page.text);
        self.connection_of(user).await.unwrap_or_else(|| panic!("no connection of {user}: {}", page.text))
    }

    /// The flow up to the way back, which is not gone: the browser, and the callback's URL.
    pub(crate) async fn authorize_until_callback(&self, key: &str, token: &str) -> (Browser, String) {
        let mut browser = Browser::new();
        let answer = browser.go(&self.begin_url(key, token, ""), Some(&self.app.url("/oauth/callback"))).await;
        let last = browser.visited.pop().unwrap();
        assert!(last.starts_with(&self.app.url("/oauth/callback")), "{last}: {}", answer.text);
        (browser, last)
    }

    /// What a form sends; its answer.
    pub(crate) async fn supply(&self, endpoint: &str, token: &str, params: &[(&str, &str)], body: Value) -> Answer {
        let mut url = url::Url::parse(&self.app.url(endpoint)).unwrap();
        url.query_pairs_mut().append_pair("connect_session_token", token);
        for (name, value) in params {
            url.query_pairs_mut().append_pair(&format!("params[{name}]"), value);
        }
        read(self.app.http.post(url).json(&body)).await
    }

    /// The same for a new session; the connection's name.
    pub(crate) async fn supplied(&self, endpoint: &str, params: &[(&str, &str)], body: Value) -> String {
        let token = self.session("ada").await;
        let answer = self.supply(endpoint, &token, params, body).await.ok();
        answer["connectionId"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The names of a person's connections, newest first.
    pub(crate) async fn connections_of(&self, user: &str) -> Vec<String> {
        let list = self.app.get(&format!("/connections?endUserId={user}")).await.ok();
        let names = list["connections"].as_array().unwrap().iter();
        names.map(|connection| connection["connection_id"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn connection_of(&self, user: &str) -> Option<String> {
        self.connections_of(user).await.into_iter().next()
    }

    /// As the product's backend reads it.
    pub(crate) async fn read(&self, key: &str, connection: &str, query: &str) -> Answer {
        self.app.get(&format!("/connections/{connection}?provider_config_key={key}{query}")).await
    }

    /// The errors that the list shows.
    pub(crate) async fn errors(&self, connection: &str) -> Vec<Value> {
        let list = self.app.get(&format!("/connections?connectionId={connection}")).await.ok();
        list["connections"][0]["errors"].as_array().unwrap_or_else(|| panic!("{list}")).clone()
    }

    /// A request through the proxy.
    pub(crate) async fn proxied(&self, key: &str, connection: &str, path: &str) -> Answer {
        proxied(&self.app, key, connection, path).await
    }

    /// Uses the connection until the provider's side has changed; every use must succeed.
    pub(crate) async fn use_until(&self, key: &str, connection: &str, path: &str, is_there: impl Fn(&World) -> bool) {
        self.app
            .eventually("renewal", || async {
                let answer = self.proxied(key, connection, path).await;
                assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
                is_there(&self.world).then_some(())
            })
            .await;
    }
}

/// A request through the proxy of a server. The one retry is for a provider that ended a token before its time.
pub(crate) async fn proxied(node: &Node, key: &str, connection: &str, path: &str) -> Answer {
    let headers = [("Connection-Id", connection), ("Provider-Config-Key", key), ("Retries", "1")];
    node.call(Method::GET, &format!("/proxy{path}"), &headers, None).await
}

/// A parameter of a URL.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    url::Url::parse(url).unwrap().query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.to_string())
}

/// A URL with a parameter replaced, or taken away.
pub(crate) fn with_parameter(url: &str, name: &str, value: Option<&str>) -> String {
    let mut url = url::Url::parse(url).unwrap();
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| key != name).map(|(key, value)| (key.to_string(), value.to_string())).collect();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
    url.into()
}

/// An object's field names.
pub(crate) fn keys(object: &Value) -> Vec<&str> {
    object.as_object().map(Map::keys).into_iter().flatten().map(String::as_str).collect()
}
