//! What became of webhooks.

use askama::Template;

use crate::pages::{Empty, Filters, Frame, Moment, Pager, Tone};

/// The latest deliveries.
#[derive(Template)]
#[template(path = "console/deliveries.html")]
pub struct DeliveriesPage {
    /// Around it.
    pub frame: Frame,
    /// What the list is narrowed by.
    pub filters: Filters,
    /// Addresses that not everything is sent to.
    pub endpoints: Vec<EndpointItem>,
    /// This page's deliveries.
    pub items: Vec<DeliveryItem>,
    /// Instead of them.
    pub empty: Empty,
    /// To the next page.
    pub pager: Pager,
}

/// One delivery.
#[derive(Template)]
#[template(path = "console/delivery.html")]
pub struct DeliveryPage {
    /// Around it.
    pub frame: Frame,
    /// In short.
    pub item: DeliveryItem,
    /// What is sent.
    pub body: String,
    /// First to last.
    pub attempts: Vec<AttemptItem>,
}

/// A delivery in a list.
#[derive(Clone, Debug)]
pub struct DeliveryItem {
    /// As in the header `webhook-id`.
    pub id: String,
    /// What it tells.
    pub kind: String,
    /// Where it goes.
    pub url: String,
    /// Decides the colour.
    pub tone: Tone,
    /// For people.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Status or error of the latest attempt.
    pub latest: Option<String>,
    /// When it was made.
    pub made: Moment,
    /// When it is tried again.
    pub next: Option<Moment>,
}

/// One attempt.
#[derive(Clone, Debug)]
pub struct AttemptItem {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub at: Moment,
    /// Status or error.
    pub outcome: String,
    /// In milliseconds.
    pub took_ms: Option<String>,
    /// What the receiver said.
    pub answer: Option<String>,
}

/// An address.
#[derive(Clone, Debug)]
pub struct EndpointItem {
    /// Its row.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// Decides the colour.
    pub tone: Tone,
    /// For people.
    pub state: String,
    /// When it began to fail.
    pub since: Option<Moment>,
    /// Until when it is left alone.
    pub until: Option<Moment>,
    /// Deliveries that wait for it.
    pub deferred: u64,
}

impl DeliveriesPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}

impl DeliveryPage {
    /// As HTML.
    pub fn render(&self) -> String {
        Template::render(self).expect("writing into memory does not fail")
    }
}
