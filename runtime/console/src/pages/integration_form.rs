//! An integration to be made or changed.

use askama::Template;

use crate::pages::{Field, Frame};

/// The page.
#[derive(Template)]
#[template(path = "console/integration_form.html")]
pub struct IntegrationForm {
    /// Around it.
    pub frame: Frame,
    /// The key of one that exists; `None` while one is made.
    pub key: Option<String>,
    /// The provider's key in the catalogue.
    pub provider: String,
    /// The provider's name, for people.
    pub provider_name: String,
    /// URL of its picture.
    pub logo: String,
    /// The provider's own documentation, if it is a web address.
    pub docs: Option<String>,
    /// The title: the integration's name, or what is about to be made.
    pub title: String,
    /// What is to be registered at the provider, for modes that come back.
    pub callback_url: Option<String>,
    /// What to do at the provider, in order.
    pub steps: Vec<SetupStep>,
    /// What neither a page of the provider nor two sources confirm of its entry.
    pub unsure: Vec<String>,
    /// Where its webhooks go, once the integration is there.
    pub webhook: Option<WebhookSetup>,
    /// What uses the integration, counted: words and the list.
    pub uses: Vec<(String, String)>,
    /// Fields under their headings.
    pub groups: Vec<Group>,
    /// What is wrong with the whole, if it is no single field.
    pub problem: Option<String>,
}

/// One thing to do at the provider.
#[derive(Clone, Debug)]
pub struct SetupStep {
    /// What.
    pub text: String,
    /// Where it is explained: address and words.
    pub link: Option<(String, String)>,
}

/// How the provider's webhooks reach this server.
#[derive(Clone, Debug)]
pub struct WebhookSetup {
    /// The address to enter at the provider.
    pub url: String,
    /// The provider's page about them, if it is a web address.
    pub docs: Option<String>,
    /// The list of those that came.
    pub received: String,
}

/// Fields that belong together.
#[derive(Clone, Debug)]
pub struct Group {
    /// For people.
    pub title: String,
    /// What they are for; empty where the title says it.
    pub lead: String,
    /// In order.
    pub fields: Vec<Field>,
}

impl IntegrationForm {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
