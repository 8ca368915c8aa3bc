//! A server, all stand-ins, and the command line as an author uses it.

use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use syncline_domain::{Clock as _, EnvironmentName, Secret, SystemClock};
use syncline_store::testing::TestDatabase;

use super::stand_in::StandIn;
use super::stand_ins::{billing, google_calendar, helpdesk, hubspot, linear, notion, shop};
use crate::app::App;
use crate::guests::root;
use crate::incoming;
use crate::javascript::on_path;
use crate::node::{Answer, KEY, read};
use crate::provider::TOKEN;

/// The environment's variable `HELPDESK_UPLOAD_KEY`.
pub(crate) const UPLOAD_KEY: &str = "upload-key";

/// Everything that a TypeScript function can meet.
pub(crate) struct Workshop {
    pub(crate) app: App,
    pub(crate) shop: StandIn<shop::Shop>,
    pub(crate) helpdesk: StandIn<helpdesk::Helpdesk>,
    pub(crate) billing: StandIn<billing::Billing>,
    pub(crate) hubspot: StandIn<hubspot::Hubspot>,
    pub(crate) notion: StandIn<notion::Notion>,
    pub(crate) linear: StandIn<linear::Linear>,
    pub(crate) google_calendar: StandIn<google_calendar::GoogleCalendar>,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// Its output, which must be of a success.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }

    pub(crate) fn json(self) -> Value {
        let text = self.ok();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

impl Workshop {
    pub(crate) async fn start(database: TestDatabase) -> Self {
        let (shop, helpdesk, billing) = (shop::start().await, helpdesk::start().await, billing::start().await);
        let (hubspot, notion) = (hubspot::start().await, notion::start().await);
        let (linear, google_calendar) = (linear::start().await, google_calendar::start().await);
        let entries = [
            with_webhooks(own("larder", &shop.url())),
            own("help-o-matic", &helpdesk.url()),
            own("counting-house", &billing.url()),
            moved("hubspot", "https://api.hubapi.com", &hubspot.url()),
            moved("notion", "https://api.notion.com", &notion.url()),
            moved("linear", "https://api.linear.app", &linear.url()),
            moved("google-calendar", "https://www.googleapis.com/calendar/v3", &google_calendar.url()),
        ];
        set_variable(&database).await;
        let app = App::start_with(database, &entries).await;
        let workshop = Self { app, shop, helpdesk, billing, hubspot, notion, linear, google_calendar };
        for (key, provider) in [("helpdesk", "help-o-matic"), ("billing", "counting-house")] {
            workshop.app.post("/integrations", json!({ "provider": provider, "unique_key": key, "display_name": key })).await.ok();
        }
        let config = json!({ "webhook_secret": incoming::SECRET });
        let shop = json!({ "provider": "larder", "unique_key": "shop", "display_name": "shop", "integration_config": config });
        workshop.app.post("/integrations", shop).await.ok();
        for provider in ["hubspot", "notion", "linear", "google-calendar"] {
            let credentials = json!({ "type": "OAUTH2", "client_id": "client", "client_secret": "secret" });
            let body = json!({ "provider": provider, "unique_key": provider, "credentials": credentials });
            workshop.app.post("/integrations", body).await.ok();
        }
        workshop
    }

    pub(crate) fn stop(&mut self) {
        self.app.stop();
    }

    /// The command line against this server, in the repository's root.
    pub(crate) async fn syncline(&self, arguments: &[&str]) -> Said {
        self.syncline_in(&root(), arguments).await
    }

    pub(crate) async fn syncline_in(&self, folder: &Path, arguments: &[&str]) -> Said {
        let server = self.app.url("");
        run(folder, arguments, &[("SYNCLINE_SERVER", &server), ("SYNCLINE_SECRET_KEY_DEV", KEY)]).await
    }

    /// Creates the connection, with further fields of the request's body.
    pub(crate) async fn try_connect(&self, integration: &str, connection: &str, more: Value) -> Answer {
        let credentials = match integration {
            "shop" | "helpdesk" | "billing" => json!({ "type": "API_KEY", "apiKey": TOKEN }),
            _ => json!({ "type": "OAUTH2", "access_token": TOKEN }),
        };
        let mut body = json!({ "provider_config_key": integration, "connection_id": connection, "credentials": credentials });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.app.post("/connections", body).await
    }

    pub(crate) async fn connect(&self, integration: &str, connection: &str, more: Value) -> Value {
        self.try_connect(integration, connection, more).await.ok()
    }

    pub(crate) async fn disconnect(&self, integration: &str, connection: &str) {
        let path = format!("/connections/{connection}?provider_config_key={integration}");
        self.app.call(Method::DELETE, &path, &[], None).await.ok();
    }

    pub(crate) async fn metadata(&self, integration: &str, connection: &str) -> Value {
        let path = format!("/connections/{connection}?provider_config_key={integration}");
        self.app.get(&path).await.ok()["metadata"].clone()
    }

    /// Runs a sync and waits for its end; the run.
    pub(crate) async fn sync(&self, integration: &str, connection: &str, sync: &str) -> Value {
        let arguments = ["run", sync, "--integration", integration, "--connection", connection, "--json"];
        self.syncline(&arguments).await.json()["data"].clone()
    }

    /// The runs of a function that have ended, newest first.
    pub(crate) async fn ended(&self, integration: &str, connection: &str, function: &str) -> Vec<Value> {
        let path = format!("/runs?connection_id={connection}&integration_id={integration}&function={function}&limit=100");
        let runs = self.app.get(&path).await.ok()["data"].as_array().unwrap().clone();
        runs.into_iter().filter(|run| run["state"] != "running").collect()
    }

    /// Waits for the first run, which nobody asked for.
    pub(crate) async fn first_run(&self, integration: &str, connection: &str, function: &str) -> Value {
        let what = format!("first run of {function}");
        self.app.eventually(&what, || async { self.ended(integration, connection, function).await.pop() }).await
    }

    pub(crate) async fn act(&self, integration: &str, connection: &str, action: &str, input: Value) -> Answer {
        let headers = [("Connection-Id", connection), ("Provider-Config-Key", integration)];
        self.app.call(Method::POST, "/action/trigger", &headers, Some(json!({ "action_name": action, "input": input }))).await
    }

    /// The live records of a model without what the server adds, by id.
    pub(crate) async fn records(&self, integration: &str, connection: &str, model: &str) -> Vec<Value> {
        let mut live: Vec<Value> = self.changes(integration, connection, model).await;
        live.retain(|record| record["_nango_metadata"]["deleted_at"].is_null());
        for record in &mut live {
            record.as_object_mut().unwrap().remove("_nango_metadata");
        }
        live.sort_by_key(|record| record["id"].as_str().unwrap().to_owned());
        live
    }

    /// The ids of the live records.
    pub(crate) async fn ids(&self, integration: &str, connection: &str, model: &str) -> Vec<String> {
        let records = self.records(integration, connection, model).await;
        records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    }

    /// All records of a model, deleted ones included.
    pub(crate) async fn changes(&self, integration: &str, connection: &str, model: &str) -> Vec<Value> {
        let headers = [("Connection-Id", connection), ("Provider-Config-Key", integration)];
        let page = self.app.call(Method::GET, &format!("/records?model={model}&limit=1000"), &headers, None).await.ok();
        assert!(page["next_cursor"].is_null(), "{page}");
        page["records"].as_array().unwrap().clone()
    }

    /// An event of the shop, as it sends it to the address that the function subscribed.
    pub(crate) async fn shop_tells(&self, subscription: &str, delivery: &str, mut event: Value) {
        let url = self.shop.world().webhooks[subscription].clone();
        let path = &url[url.find("/webhook/").expect("the address of webhooks")..];
        event["webhook_id"] = json!(subscription);
        let body = event.to_string();
        let request = self.app.http.post(self.app.url(path)).header("content-type", "application/json");
        let request = request.header("x-larder-delivery", delivery).header("x-larder-signature", incoming::sign(body.as_bytes()));
        read(request.body(body)).await.ok();
    }

    /// What a run wrote to its log.
    pub(crate) async fn log(&self, run: &Value) -> String {
        self.app.run_log(run).await
    }
}

/// Before the server has the database to itself.
async fn set_variable(database: &TestDatabase) {
    let (store, now) = (database.open().await, SystemClock.now());
    let dev = store.environments().ensure(&EnvironmentName::new("dev").unwrap(), now).await.unwrap();
    store.variables().set(dev.id, "HELPDESK_UPLOAD_KEY", Secret::new(UPLOAD_KEY), now).await.unwrap();
}

/// The command line with nothing of this machine's settings but where programs and npm's settings are.
pub(crate) async fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncline"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.env("SYNCLINE_FUNCTIONS_PACKAGE", root().join("guest-sdk/typescript")).envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Whether TypeScript functions can be built here; says what is missing, and panics then when `CI=true`. `project` is below the root.
pub(crate) fn can_build(project: &str) -> bool {
    let folders = ["guest-sdk/typescript", project];
    // Node looks for packages in the folders above, too: those of `functions` serve each folder in it.
    let is_installed = |folder: &str| root().join(folder).ancestors().any(|folder| folder.join("node_modules").is_dir());
    let uninstalled = folders.into_iter().find(|folder| !is_installed(folder));
    let missing = match (on_path(&["node"]), uninstalled) {
        (Some(_), None) => return true,
        (None, _) => "Node.js 20 or later is not installed".to_owned(),
        (_, Some(folder)) => format!("the packages are not installed: run `npm ci` in {folder}"),
    };
    #[expect(clippy::disallowed_methods, reason = "the same switch as for a missing PostgreSQL")]
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!is_ci, "{missing}");
    eprintln!("the tests of TypeScript functions did not run: {missing}");
    false
}

/// A provider of the sample project's own, which no catalogue knows.
fn own(key: &str, url: &str) -> (String, String) {
    let text = format!(
        "key: {key}\ndisplay_name: {key}\ncategories: [dev-tools]\ndocs: https://example.com/docs\nauth:\n  mode: API_KEY\nproxy:\n  base_url: {url}\n  headers:\n    authorization: Bearer ${{apiKey}}\nsources: [https://example.com/docs]\n"
    );
    (format!("{key}.yaml"), text)
}

/// The same, telling of its events: each names the subscription, which the function that made it noted in the connection's metadata.
fn with_webhooks((file, text): (String, String)) -> (String, String) {
    let webhook = "webhook:
  docs: https://example.com/docs
  signature: {type: hmac, header: x-larder-signature}
  event: [body.type]
  delivery_id: [header.x-larder-delivery]
  route: [{from: body.webhook_id, to: [metadata.webhookId]}]
";
    (file, text + webhook)
}

/// A provider of the catalogue at another address.
fn moved(key: &str, from: &str, url: &str) -> (String, String) {
    let file = format!("{key}.yaml");
    let text = std::fs::read_to_string(root().join("providers/catalogue").join(&file)).unwrap();
    let (old, new) = (format!("base_url: {from}\n"), format!("base_url: {url}\n"));
    assert!(text.contains(&old), "{text}");
    (file, text.replace(&old, &new))
}
