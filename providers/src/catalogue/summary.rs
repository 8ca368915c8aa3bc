//! What lists and searches need of an entry, known without parsing it.

use std::borrow::Cow;

use super::shipped::Shipped;
use crate::{Entry, Webhook};

/// The head of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Stable name: `github`.
    pub key: Cow<'static, str>,
    /// For people.
    pub display_name: Cow<'static, str>,
    /// `dev-tools`, `crm`, ...
    pub categories: Vec<Cow<'static, str>>,
    /// The wire's name of the mode: `OAUTH2`.
    pub auth_mode: Cow<'static, str>,
    /// The provider's own API documentation.
    pub docs: Cow<'static, str>,
    /// By what events of the provider's webhooks find a connection, besides its id: `connection_config.accountId`.
    pub route_fields: Vec<Cow<'static, str>>,
}

/// The id of a connection needs no index of its own.
const CONNECTION_ID: &str = "connection_id";

impl Summary {
    pub(super) fn of_shipped(shipped: &Shipped) -> Self {
        let texts = |texts: &'static [&'static str]| texts.iter().copied().map(Cow::Borrowed);
        Self {
            key: shipped.key.into(),
            display_name: shipped.display_name.into(),
            categories: texts(shipped.categories).collect(),
            auth_mode: shipped.auth_mode.into(),
            docs: shipped.docs.into(),
            route_fields: texts(shipped.route_fields).filter(|field| field != CONNECTION_ID).collect(),
        }
    }

    pub(super) fn of(entry: &Entry) -> Self {
        let owned = |text: &String| Cow::Owned(text.clone());
        let fields = entry.webhook.iter().flat_map(Webhook::route_fields).map(ToString::to_string);
        Self {
            key: owned(&entry.key),
            display_name: owned(&entry.display_name),
            categories: entry.categories.iter().map(owned).collect(),
            auth_mode: entry.auth.mode().into(),
            docs: owned(&entry.docs),
            route_fields: fields.filter(|field| field != CONNECTION_ID).map(Cow::Owned).collect(),
        }
    }
}
