//! Servers on one database, each of which may be killed, paused and started again.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use syncline_store::testing::TestDatabase;
use tempfile::TempDir;

use super::chance::Chance;
use super::history::Verdict;
use super::load::{self, Addresses, Load};
use crate::app;
use crate::guests::FIXTURE;
use crate::node::{Node, Place};
use crate::provider::{Provider, TOKEN};

/// The servers, and what they share.
pub(crate) struct Fleet {
    pub(crate) provider: Provider,
    pub(crate) addresses: Addresses,
    pub(crate) connections: Vec<String>,
    /// Whether anybody was told that the disk is full.
    pub(crate) told_full: bool,
    /// How many faults struck so far: each may repeat what was under way.
    pub(crate) faults: u32,
    seats: Vec<Seat>,
    directory: TempDir,
    database: Option<TestDatabase>,
}

struct Seat {
    database_url: String,
    settings: Vec<(String, String)>,
    wrapper: Vec<String>,
    node: Option<Node>,
}

/// So many that the queue always has several to choose from, and each keeps its own order.
const CONNECTIONS: usize = 6;

impl Fleet {
    /// One server on this database.
    pub(crate) async fn start(database: TestDatabase) -> Self {
        let url = database.url().to_owned();
        Self { database: Some(database), ..Self::on(&[url]).await }
    }

    /// The same with these settings.
    pub(crate) async fn start_with(database: TestDatabase, settings: &[(&str, &str)]) -> Self {
        let url = database.url().to_owned();
        Self { database: Some(database), ..Self::with(&[url], settings).await }
    }

    /// One server for each URL of the same empty database.
    pub(crate) async fn on(urls: &[String]) -> Self {
        Self::with(urls, &[]).await
    }

    /// The same, each with these settings.
    pub(crate) async fn with(urls: &[String], settings: &[(&str, &str)]) -> Self {
        Self::seated(urls, settings, &[]).await
    }

    /// One server under a program that ends in `exec`.
    pub(crate) async fn under(url: &str, wrapper: &[&str]) -> Self {
        Self::seated(&[url.to_owned()], &[], wrapper).await
    }

    async fn seated(urls: &[String], settings: &[(&str, &str)], wrapper: &[&str]) -> Self {
        let (provider, directory) = (Provider::start().await, tempfile::tempdir().unwrap());
        app::describe(&provider, directory.path());
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let wrapper: Vec<String> = wrapper.iter().map(|word| (*word).to_owned()).collect();
        let seat = |url: &String| Seat { database_url: url.clone(), settings: settings.clone(), wrapper: wrapper.clone(), node: None };
        let mut fleet = Self {
            provider,
            addresses: Addresses::default(),
            connections: (0..CONNECTIONS).map(|number| format!("c{number}")).collect(),
            told_full: false,
            faults: 0,
            seats: urls.iter().map(seat).collect(),
            directory,
            database: None,
        };
        for at in 0..urls.len() {
            fleet.launch(at).await;
        }
        fleet.node(0).integrate().await;
        fleet.node(0).deploy(&FIXTURE).await.ok();
        for connection in &fleet.connections {
            fleet.node(0).connect_and_settle(connection, json!({})).await;
        }
        fleet
    }

    pub(crate) fn node(&self, at: usize) -> &Node {
        self.seats[at].node.as_ref().expect("it runs")
    }

    pub(crate) fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("started with one of its own")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.directory.path()
    }

    /// From now on the server of this seat starts with these settings as well.
    pub(crate) fn set(&mut self, at: usize, settings: &[(&str, &str)]) {
        self.seats[at].settings.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    }

    /// From now on the server of this seat starts on another database.
    pub(crate) fn move_to(&mut self, at: usize, url: &str) {
        url.clone_into(&mut self.seats[at].database_url);
    }

    pub(crate) fn load(&self, name: &str) -> Load {
        Load::new(name, &self.addresses, &self.connections)
    }

    /// Starts the server of this seat, which must not run.
    pub(crate) async fn launch(&mut self, at: usize) {
        let seat = &mut self.seats[at];
        let data = format!("data-{at}");
        let place =
            Place { database_url: &seat.database_url, directory: self.directory.path(), data: &data, public_url: None, rate_limit: 0 };
        let settings: Vec<(&str, &str)> = seat.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let wrapper: Vec<&str> = seat.wrapper.iter().map(String::as_str).collect();
        seat.node =
            Some(if wrapper.is_empty() { Node::start_with(&place, &settings).await } else { Node::start_under(&place, &wrapper).await });
        self.announce();
    }

    /// One more, of nobody's seat.
    pub(crate) async fn another(&self, database_url: &str, data: &str) -> Node {
        Node::start(&Place { database_url, directory: self.directory.path(), data, public_url: None, rate_limit: 0 }).await
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self, at: usize) {
        self.faults += 1;
        self.seats[at].node.take().expect("it runs").kill();
        self.announce();
    }

    /// SIGTERM; it must end well.
    pub(crate) fn terminate(&mut self, at: usize) {
        let mut node = self.seats[at].node.take().expect("it runs");
        self.announce();
        node.terminate();
        assert!(!node.log().contains(TOKEN), "the log shows a credential:\n{}", node.log());
    }

    /// Stops all that run.
    pub(crate) fn stop(&mut self) {
        for at in 0..self.seats.len() {
            if self.seats[at].node.is_some() {
                self.terminate(at);
            }
        }
    }

    /// Ends the load's questions, waits for all results, and compares what was told with what was done.
    pub(crate) async fn reckon(&self, load: &Load, chance: &mut Chance) -> Verdict {
        load.resolve(chance).await;
        let history = load.settle(chance).await;
        let done = load::quiet(&self.provider, Duration::from_millis(500)).await;
        let verdict = history.check(&done);
        verdict.hold(self.faults);
        verdict
    }

    fn announce(&self) {
        let addresses = self.seats.iter().filter_map(|seat| seat.node.as_ref()).map(|node| node.url(""));
        *self.addresses.write().unwrap() = addresses.collect();
    }
}
