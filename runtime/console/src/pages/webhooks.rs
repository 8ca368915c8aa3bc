//! Where the product hears of its connections.

use askama::Template;

use crate::pages::{Field, Frame};

/// The page.
#[derive(Template)]
#[template(path = "console/webhooks.html")]
pub struct WebhooksPage {
    /// Around it.
    pub frame: Frame,
    /// Primary and secondary URL.
    pub fields: Vec<Field>,
    /// Whether a new connection is announced.
    pub on_auth_creation: bool,
    /// Whether a connection that cannot be refreshed is announced.
    pub on_auth_refresh_error: bool,
    /// Whether the end of an asynchronous action is announced.
    pub on_async_action_completion: bool,
    /// Whether a sync that changed nothing is announced.
    pub on_sync_completion_always: bool,
    /// Whether a sync that failed is announced.
    pub on_sync_error: bool,
    /// The signing key, in the one answer that shows it.
    pub new_key: Option<String>,
}

impl WebhooksPage {
    /// What the product is told of, for whoever may not change it.
    fn told(&self) -> Vec<&'static str> {
        let all = [
            (self.on_auth_creation, "connections that are made"),
            (self.on_auth_refresh_error, "credentials that cannot be refreshed"),
            (self.on_async_action_completion, "asynchronous actions that have ended"),
            (self.on_sync_error, "syncs that have failed"),
            (self.on_sync_completion_always, "every sync that has ended"),
        ];
        all.into_iter().filter_map(|(is_told, what)| is_told.then_some(what)).collect()
    }

    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
