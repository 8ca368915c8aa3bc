//! The keys with which the product's backend calls.

use askama::Template;

use crate::pages::{Empty, Field, Frame, Table};

/// The page.
#[derive(Template)]
#[template(path = "console/settings/api_keys.html")]
pub struct ApiKeysPage {
    /// Around it.
    pub frame: Frame,
    /// The environment's keys.
    pub table: Option<Table>,
    /// Instead of them.
    pub empty: Empty,
    /// The key that was just made, in the one answer that shows it.
    pub new_key: Option<NewKey>,
    /// Name of a new one.
    pub name: Field,
    /// Whether a new one may do everything.
    pub is_all: bool,
    /// What a new one may do otherwise.
    pub groups: Vec<ScopeGroup>,
    /// What is wrong with the whole.
    pub problem: Option<String>,
}

/// A key that was just made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// For people.
    pub name: String,
    /// The key itself.
    pub key: String,
}

/// Scopes of one kind of thing.
#[derive(Clone, Debug)]
pub struct ScopeGroup {
    /// For people: `connections`.
    pub title: String,
    /// Its scopes.
    pub scopes: Vec<ScopeChoice>,
}

/// One scope.
#[derive(Clone, Debug)]
pub struct ScopeChoice {
    /// As it is written.
    pub name: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

impl ApiKeysPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
