//! What providers told.

use askama::Template;

use crate::pages::{Action, Badge, Empty, Facts, Filters, Frame, JsonBlock, Pager, Table};

/// The webhooks that providers sent.
#[derive(Template)]
#[template(path = "console/incoming.html")]
pub struct IncomingPage {
    /// Around it.
    pub frame: Frame,
    /// What the list is narrowed by.
    pub filters: Filters,
    /// This page's webhooks.
    pub table: Option<Table>,
    /// Instead of them.
    pub empty: Empty,
    /// Routes all of this page anew.
    pub replay: Option<Action>,
    /// To the next page.
    pub pager: Pager,
}

/// One of them.
#[derive(Template)]
#[template(path = "console/incoming_webhook.html")]
pub struct IncomingWebhookPage {
    /// Around it.
    pub frame: Frame,
    /// What happened: `push from GitHub`.
    pub title: String,
    /// Where it stands.
    pub state: Badge,
    /// What that means, and what to do.
    pub meaning: String,
    /// Routes it anew.
    pub replay: Option<Action>,
    /// About it.
    pub facts: Facts,
    /// What it looked for, where it found nothing: field and value.
    pub waits_for: Option<Table>,
    /// The runs that it caused.
    pub runs: Option<Table>,
    /// The webhooks to the product that it caused, if any: how many, and where they are listed.
    pub forwards: Option<(u64, String)>,
    /// What functions are given.
    pub payload: Option<JsonBlock>,
    /// Header by header.
    pub headers: Facts,
    /// The parameters that the provider's entry keeps.
    pub query: Facts,
}

impl IncomingPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}

impl IncomingWebhookPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
