//! The integrations of an environment.

use askama::Template;

use crate::pages::Frame;

/// The page.
#[derive(Template)]
#[template(path = "console/integrations.html")]
pub struct IntegrationsPage {
    /// Around it.
    pub frame: Frame,
    /// Newest first.
    pub items: Vec<IntegrationItem>,
}

/// One integration.
#[derive(Clone, Debug)]
pub struct IntegrationItem {
    /// Its key.
    pub key: String,
    /// For people.
    pub name: String,
    /// The provider's name, for people.
    pub provider: String,
    /// How users sign in there, for people.
    pub sign_in: String,
    /// URL of the provider's picture.
    pub logo: String,
    /// What it lacks before anybody can connect.
    pub lacks: Option<String>,
}

impl IntegrationsPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
