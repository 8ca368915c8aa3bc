//! *Your connections*, above what can be connected.

use askama::Template;

use crate::pages::{Filters, Frame, Moment, Pager, Role, Tone};

/// The page.
#[derive(Template)]
#[template(path = "console/connections.html")]
pub struct ConnectionsPage {
    /// Around it.
    pub frame: Frame,
    /// By which the list is narrowed as somebody types; nothing where there is nothing to narrow.
    pub filters: Option<Filters>,
    /// The upper half.
    pub list: ConnectionList,
    /// The lower half.
    pub usable: Vec<Usable>,
}

/// The list of connections, also alone: after a change, and while somebody types into the search.
#[derive(Template)]
#[template(path = "console/connection_list.html")]
pub struct ConnectionList {
    /// Path of the console in this environment.
    pub home: String,
    /// The session's token against forged requests.
    pub csrf: String,
    /// What whoever looks may do.
    pub role: Role,
    /// Its own address, with what it is narrowed by.
    pub here: String,
    /// Whether it is narrowed.
    pub is_narrowed: bool,
    /// What cannot be looked for, and why.
    pub problem: Option<String>,
    /// How far back was looked, where that is not all.
    pub looked_back_to: Option<Moment>,
    /// To older ones.
    pub pager: Pager,
    /// Whether there is an integration to connect with.
    pub can_connect: bool,
    /// This page's connections.
    pub items: Vec<ConnectionItem>,
}

/// One connection.
#[derive(Clone, Debug)]
pub struct ConnectionItem {
    /// Its row, by which the console's own URLs know it.
    pub row: i64,
    /// The id by which the product knows it.
    pub name: String,
    /// Name of the integration, for people.
    pub integration: String,
    /// Its key.
    pub integration_key: String,
    /// URL of the provider's picture.
    pub logo: String,
    /// The product's user, as well as is known.
    pub end_user: Option<String>,
    /// When it was made.
    pub connected: Moment,
    /// How it is.
    pub state: State,
    /// The answer of a test that was just asked for.
    pub result: Option<TestResult>,
}

/// How a connection is.
#[derive(Clone, Debug)]
pub struct State {
    /// Decides the colour.
    pub tone: Tone,
    /// `Working`
    pub text: String,
    /// When it mends itself, said after the text.
    pub at: Option<Moment>,
    /// Why, where something is wrong.
    pub reason: Option<String>,
    /// Whether only its user can mend it.
    pub wants_reconnect: bool,
}

/// What the provider said to a test request, in a person's words.
#[derive(Clone, Debug, Template)]
#[template(path = "console/test_result.html")]
pub struct TestResult {
    /// Path of the console in this environment.
    pub home: String,
    /// The session's token against forged requests.
    pub csrf: String,
    /// The connection's row.
    pub row: i64,
    /// Decides the colour.
    pub tone: Tone,
    /// What happened, in a sentence.
    pub headline: String,
    /// What to do next, in a sentence; empty where nothing is to be done.
    pub advice: String,
    /// When trying again makes sense.
    pub retry_at: Option<Moment>,
    /// The provider's HTTP status.
    pub status: Option<u16>,
    /// The provider's answer, shortened.
    pub answer: Option<String>,
    /// Whether to offer to connect again.
    pub wants_reconnect: bool,
}

/// An integration that can be connected.
#[derive(Clone, Debug)]
pub struct Usable {
    /// Its key.
    pub key: String,
    /// For people.
    pub name: String,
    /// URL of the provider's picture.
    pub logo: String,
    /// What it lacks, if it cannot be connected yet.
    pub lacks: Option<String>,
}

impl ConnectionsPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}

impl ConnectionList {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}

impl TestResult {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
