//! The steps of the tour.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use serde_json::{Value, json};
use syncline_domain::SystemClock;
use tempfile::TempDir;

use super::GITHUB_COMPONENT;
use super::cache::{Cache, Record};
use super::github::{GithubStandIn, NewIssue, Options as StandInOptions};
use super::report::Report;
use crate::cli::client::{Call, Client};
use crate::cli::{deploy, output, records, runs};
use crate::compose::{self, Node, Options};
use crate::config::{Configuration, Keys, Settings};

const INTEGRATION: &str = "github";
const CONNECTION: &str = "ada";
const ISSUES: &str = "GithubIssue";
const REPOSITORIES: &str = "GithubRepository";
const ATLAS: &str = "octo-orbit/atlas";
const BEACON: &str = "octo-orbit/beacon";
const COURIER: &str = "octo-orbit/courier";
/// Enough to see what records look like.
const SHOWN: usize = 5;

/// A finished tour, with everything still running.
pub(super) struct Tour {
    report: Report,
    node: Node,
    github: GithubStandIn,
    keys: Keys,
    data: TempDir,
}

/// Takes the tour on the given port; 0 takes a free one.
pub(super) async fn take(port: u16) -> anyhow::Result<Tour> {
    let mut report = Report::new();
    println!("{}", report.bold("Syncline demo"));
    println!("A provider, a server, one WebAssembly component: from nothing to records that stay fresh. All on this machine.\n");

    let step = Report::begin("Start a stand-in for GitHub");
    let clock = Arc::new(SystemClock);
    let github = GithubStandIn::start(StandInOptions::default(), clock.clone()).await.context("the stand-in cannot be started")?;
    let (issue_count, pull_count) = github.world().counts();
    let repository_count = github.world().repositories().len();
    let holds = format!("{repository_count} repositories, {issue_count} issues and {pull_count} pull requests");
    report.done(step, &format!("{} holds {holds}", github.url()));

    let step = Report::begin("Start the server on an empty SQLite database");
    let data = tempfile::Builder::new().prefix("syncline-demo-").tempdir().context("no temporary folder can be made")?;
    let settings = Settings {
        data_dir: Some(data.path().to_owned()),
        listen: Some(([127, 0, 0, 1], port).into()),
        // The stand-in is on loopback, which the egress guard refuses otherwise.
        allow_private_network: Some(true),
        ..Settings::default()
    };
    let configuration = Configuration::resolve(settings)?;
    let keys = Keys::prepare(&configuration)?;
    let node = compose::start(Options::new(configuration, keys.clone(), clock)?).await?;
    let cache = Cache { client: Client::new(node.url().clone(), keys.dev.clone())?, integration: INTEGRATION, connection: CONNECTION };
    report.done(step, &format!("{} keeps everything in {}", node.shown_url(), data.path().display()));

    let mut tour = Tour { report, node, github, keys, data };
    tour.deploy(&cache).await?;
    tour.connect(&cache).await?;
    let (issues_cursor, repositories_cursor) = tour.read(&cache).await?;
    let issues_cursor = tour.change(&cache, issues_cursor).await?;
    tour.delete(&cache, repositories_cursor).await?;
    tour.act(&cache, issues_cursor).await?;
    tour.proxy(&cache).await?;
    tour.report.conclude();
    Ok(tour)
}

impl Tour {
    async fn deploy(&mut self, cache: &Cache) -> anyhow::Result<()> {
        let step = Report::begin("Deploy the component of functions/github");
        let integration = json!({ "provider": "github", "unique_key": INTEGRATION });
        cache.client.text(Call::post(["integrations"], &integration)).await?;
        let source = deploy::Source::new(GITHUB_COMPONENT.to_vec(), None);
        let (_, changed) = deploy::send(&cache.client, &[source], false).await?;
        let names = changed.functions.iter().map(|function| format!("{} ({})", function.name, function.kind));
        let size = GITHUB_COMPONENT.len() / 1_000;
        self.report.done(step, &format!("{size} KB, compiled ahead of time: {}", names.collect::<Vec<_>>().join(", ")));
        self.report.check("three functions are deployed", &changed.functions.len(), &3);
        Ok(())
    }

    async fn connect(&mut self, cache: &Cache) -> anyhow::Result<()> {
        let step = Report::begin("Connect a user's account; its syncs start by themselves");
        let body = json!({
            "provider_config_key": INTEGRATION, "connection_id": CONNECTION,
            "credentials": { "type": "OAUTH2", "access_token": self.github.token() },
            "connection_config": { "baseUrl": self.github.url() },
        });
        cache.client.text(Call::post(["connections"], &body)).await?;
        let issues = cache.finished("issues", None).await?;
        let repositories = cache.finished("repositories", None).await?;
        let requests = self.github.requests();
        let counts = [&issues, &repositories].map(|run| runs::counts(&run.counts));
        self.report.done(step, &format!("{}\n{}\n{requests} requests to the provider", counts[0], counts[1]));
        Ok(())
    }

    /// Everything, by cursor, compared field by field.
    async fn read(&mut self, cache: &Cache) -> anyhow::Result<(Option<String>, Option<String>)> {
        let step = Report::begin("Read the records, as a backend does");
        let (issues, issues_cursor) = cache.changes(ISSUES, None).await?;
        let (repositories, repositories_cursor) = cache.changes(REPOSITORIES, None).await?;
        self.report.done(step, &format!("The first {SHOWN} of {} records of {ISSUES}:", issues.len()));
        Self::table(&issues[..SHOWN.min(issues.len())]);
        let (found, expected) = (titles(&issues), self.issues());
        self.report.check(
            format!("{} issues are cached, each as at the provider, no pull request among them", expected.len()),
            &found,
            &expected,
        );
        let expected = self.github.world().repositories().len();
        self.report.check(format!("{expected} repositories are cached"), &repositories.len(), &expected);
        Ok((issues_cursor, repositories_cursor))
    }

    async fn change(&mut self, cache: &Cache, cursor: Option<String>) -> anyhow::Result<Option<String>> {
        let step = Report::begin("Change two issues at the provider, open one, and sync again");
        let before = self.github.requests();
        let mut expected = BTreeMap::new();
        {
            let mut world = self.github.world();
            let new = NewIssue { title: "Maps are upside down".into(), body: "South is up.".into(), labels: vec!["bug".into()] };
            let changed = [
                (world.edit_issue(ATLAS, 1, "Fix the login page for good", false), "UPDATED"),
                (world.edit_issue(BEACON, 2, "Document time zones, with examples", true), "UPDATED"),
                (world.open_issue(ATLAS, new), "ADDED"),
            ];
            for (issue, action) in changed {
                let issue = issue.context("the stand-in lacks an issue of its first day")?;
                expected.insert(issue.id, (issue.title, action.to_owned()));
            }
        }
        let run = cache.sync("issues").await?;
        let (changes, cursor) = cache.changes(ISSUES, cursor.as_deref()).await?;
        let requests = self.github.requests() - before;
        self.report
            .done(step, &format!("{}, with {requests} requests; after the cursor there is only what changed:", runs::counts(&run.counts)));
        Self::table(&changes);
        self.report.check("exactly the three changes follow the cursor, and nothing twice", &actions(&changes, "title"), &expected);
        Ok(cursor)
    }

    async fn delete(&mut self, cache: &Cache, cursor: Option<String>) -> anyhow::Result<()> {
        let step = Report::begin("Delete a repository at the provider, and sync again");
        let gone = self.github.world().delete_repository(COURIER).context("the stand-in lacks a repository of its first day")?;
        let run = cache.sync("repositories").await?;
        let (changes, _) = cache.changes(REPOSITORIES, cursor.as_deref()).await?;
        let deleted: Vec<Record> = changes.into_iter().filter(|record| record["_nango_metadata"]["last_action"] == "DELETED").collect();
        self.report.done(step, &format!("{}; deletions are found by comparison:", runs::counts(&run.counts)));
        Self::table(&deleted);
        let expected = BTreeMap::from([(gone.id, (gone.full_name, "DELETED".to_owned()))]);
        self.report.check("the one repository is marked as deleted", &actions(&deleted, "full_name"), &expected);
        Ok(())
    }

    async fn act(&mut self, cache: &Cache, cursor: Option<String>) -> anyhow::Result<()> {
        let step = Report::begin("Call the action create-issue, and sync again");
        let input = json!({ "owner": "octo-orbit", "repo": "atlas", "title": "Opened by an action", "labels": ["question"] });
        let answer = cache.action("create-issue", input).await?;
        let number = answer["number"].as_u64().unwrap_or(0);
        let at_the_provider = self.github.world().issue(ATLAS, number).map(|issue| (issue.id, issue.title.clone()));
        cache.sync("issues").await?;
        let (changes, _) = cache.changes(ISSUES, cursor.as_deref()).await?;
        self.report.done(step, &format!("It answered with {ATLAS}#{number}: {}", output::cell(&answer["title"])));
        let expected = at_the_provider.as_ref().map(|(_, title)| title.as_str());
        self.report.check("the issue is at the provider", &expected, &Some("Opened by an action"));
        let expected = at_the_provider.into_iter().map(|(id, title)| (id, (title, "ADDED".to_owned()))).collect();
        self.report.check("and it is the one new record after the cursor", &actions(&changes, "title"), &expected);
        Ok(())
    }

    async fn proxy(&mut self, cache: &Cache) -> anyhow::Result<()> {
        let step = Report::begin("Ask the provider's API through the proxy");
        let user = cache.proxied(["proxy", "user"]).await?;
        self.report.done(step, "GET /proxy/user: the credential is added on the way and never leaves the server");
        self.report.check("the provider knows who asks", &output::cell(&user["login"]).as_str(), &"ada");
        Ok(())
    }

    /// What the provider holds: id → title.
    fn issues(&self) -> BTreeMap<u64, String> {
        self.github.world().issues().iter().filter(|issue| !issue.pull_request).map(|issue| (issue.id, issue.title.clone())).collect()
    }

    fn table(records: &[Record]) {
        let (header, rows) = records::table(records);
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        Report::show(&output::Output::new(false).table(&header, rows));
    }

    /// Whether every check passed.
    pub(super) fn as_it_should(&self) -> bool {
        self.report.as_it_should()
    }

    /// What to try while it is up.
    pub(super) fn invite(&self) {
        let (url, key) = (self.node.shown_url(), self.keys.dev.expose());
        println!("\nThe server stays up at {url} until Ctrl-C; then its data is deleted. Try:\n");
        println!("  export KEY={key}");
        println!("  curl -H \"Authorization: Bearer $KEY\" -H 'Provider-Config-Key: {INTEGRATION}' -H 'Connection-Id: {CONNECTION}' \\");
        println!("       '{url}/records?model={ISSUES}&limit=2'");
        println!("  curl -H \"Authorization: Bearer $KEY\" -H 'Provider-Config-Key: {INTEGRATION}' -H 'Connection-Id: {CONNECTION}' \\");
        println!("       '{url}/proxy/repos/{ATLAS}/issues?per_page=2'");
        println!("  curl -H \"Authorization: Bearer $KEY\" '{url}/runs?limit=5'");
        println!("  SYNCLINE_SERVER={url} SYNCLINE_SECRET_KEY_DEV=$KEY syncline runs list");
    }

    /// Stops the servers and deletes the data.
    pub(super) async fn end(self) -> anyhow::Result<()> {
        let stopped = self.node.stop().await;
        self.github.stop().await;
        self.data.close().context("the demo's data could not be deleted")?;
        stopped
    }
}

fn titles(records: &[Record]) -> BTreeMap<u64, String> {
    records.iter().map(|record| (record["id"].as_u64().unwrap_or(0), output::cell(&record["title"]))).collect()
}

/// id → (a field, what happened to the record). An id that comes twice is marked, so that it differs from what is expected.
fn actions(records: &[Record], field: &str) -> BTreeMap<u64, (String, String)> {
    let mut found = BTreeMap::new();
    for record in records {
        let id = record["id"].as_u64().unwrap_or(0);
        let text = |value: Option<&Value>| value.map_or_else(String::new, output::cell);
        let seen = (text(record.get(field)), text(record["_nango_metadata"].get("last_action")));
        if found.insert(id, seen).is_some() {
            found.insert(id, ("twice".to_owned(), String::new()));
        }
    }
    found
}
