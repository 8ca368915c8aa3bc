//! The catalogue, to pick a provider from.

use askama::Template;

use crate::pages::Frame;

/// The page.
#[derive(Template)]
#[template(path = "console/providers.html")]
pub struct ProvidersPage {
    /// Around it.
    pub frame: Frame,
    /// What was found.
    pub list: ProviderList,
    /// Of the whole catalogue.
    pub categories: Vec<ProviderChoice>,
    /// The ways to sign in that some provider has.
    pub auth_modes: Vec<ProviderChoice>,
}

/// What the list can be narrowed to.
#[derive(Clone, Debug)]
pub struct ProviderChoice {
    /// As the query says it.
    pub value: String,
    /// For people.
    pub words: String,
    /// Whether it is.
    pub is_chosen: bool,
}

/// What was found, also alone: while somebody types into the search.
#[derive(Template)]
#[template(path = "console/provider_list.html")]
pub struct ProviderList {
    /// Path of the console in this environment.
    pub home: String,
    /// What was searched for; empty for all.
    pub search: String,
    /// Whether a category or a way to sign in was chosen.
    pub is_narrowed: bool,
    /// The first of them.
    pub items: Vec<ProviderItem>,
    /// How many there are in all.
    pub total: usize,
}

/// One provider.
#[derive(Clone, Debug)]
pub struct ProviderItem {
    /// Its key in the catalogue.
    pub key: String,
    /// For people.
    pub name: String,
    /// How users sign in there, for people.
    pub sign_in: String,
    /// URL of its picture.
    pub logo: String,
}

impl ProvidersPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}

impl ProviderList {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
