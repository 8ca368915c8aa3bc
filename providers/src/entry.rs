//! One provider, as its file describes it.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::check::VERIFICATION_METHODS;
use crate::schema::pattern::{HEADER_NAME, STATUS};
use crate::{Name, Template, Webhook};

pub(crate) mod asked;
pub(crate) mod auth;
pub(crate) mod field;
pub(crate) mod paginate;
pub(crate) mod standard;

use auth::Auth;
use field::Field;
use paginate::Paginate;

/// A provider that can be used: parsed and checked.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Stable name: `github`.
    pub key: String,
    /// For people.
    pub display_name: String,
    /// `dev-tools`, `crm`, ...; at least one.
    pub categories: Vec<String>,
    /// The provider's own API documentation.
    pub docs: String,
    /// The provider's page on how an account's owner connects it, where there is one.
    pub docs_connect: Option<String>,
    /// How a caller signs in.
    pub auth: Auth,
    /// How requests are made.
    pub proxy: Proxy,
    /// What a connection must or may say besides its credentials.
    pub connection_config: IndexMap<String, Field>,
    /// How the fields of the mode are asked for, and in modes that exchange something, which fields there are.
    pub credentials: IndexMap<String, Field>,
    /// What an integration must or may say besides its client.
    pub integration_config: IndexMap<String, Field>,
    /// How the provider notifies; `None` where it does not.
    pub webhook: Option<Webhook>,
    /// Pages of the provider that the facts in here come from.
    pub sources: Vec<String>,
    /// Dotted fields, or whole blocks, that neither a page of the provider nor two sources confirm.
    pub unsure: Vec<String>,
}

/// How requests to the provider are made.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "if" = json!({ "required": ["no_base_url"] }),
    "then" = json!({ "properties": { "base_url": false } }),
    "else" = json!({ "required": ["base_url"] }),
))]
pub struct Proxy {
    /// What every endpoint is appended to. Left out only with a reason, in `no_base_url`.
    #[serde(default)]
    pub base_url: Option<Template>,
    /// Why there is no base URL: the caller then names it with each request.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub no_base_url: Option<String>,
    /// Sent with every request; one that does not resolve is left out.
    #[serde(default)]
    pub headers: IndexMap<String, Template>,
    /// Appended to every request's query; one that does not resolve is left out.
    #[serde(default)]
    pub query: IndexMap<String, Template>,
    /// Written into the JSON object that a POST, PUT or PATCH request carries; dotted names make objects. One that does not resolve is left
    /// out.
    #[serde(default)]
    pub body: IndexMap<String, Template>,
    /// When to try again.
    #[serde(default)]
    pub retry: Retry,
    /// How lists are paged, unless the call says otherwise.
    #[serde(default)]
    pub paginate: Option<Paginate>,
    /// A request that tells whether credentials work.
    #[serde(default)]
    pub verification: Option<Verification>,
}

/// What the provider says about its limits.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// A header with the seconds to wait.
    #[serde(default)]
    #[schemars(regex(pattern = HEADER_NAME), example = &"retry-after")]
    pub after: Option<String>,
    /// A header with the moment at which to try again: an epoch (s or ms), an HTTP date or RFC 3339.
    #[serde(default)]
    #[schemars(regex(pattern = HEADER_NAME), example = &"x-ratelimit-reset")]
    pub at: Option<String>,
    /// A header that is `0` when the limit is reached, whatever the status.
    #[serde(default)]
    #[schemars(regex(pattern = HEADER_NAME), example = &"x-ratelimit-remaining")]
    pub remaining: Option<String>,
    /// Statuses to retry instead of 429 and 5xx: `429`, `5xx`.
    #[serde(default)]
    #[schemars(inner(regex(pattern = STATUS)))]
    pub error_codes: Vec<String>,
}

/// A request that succeeds (2xx) with working credentials and fails without.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// GET unless said otherwise.
    #[serde(default = "get")]
    #[schemars(extend("enum" = VERIFICATION_METHODS))]
    pub method: String,
    /// Tried in order; the first 2xx passes. Not templates: what differs belongs into the base URL.
    #[schemars(length(min = 1))]
    pub endpoints: Vec<String>,
    /// Besides those of every request.
    #[serde(default)]
    pub headers: IndexMap<String, Template>,
}

impl Entry {
    /// Whether `name` carries a credential and therefore is never the caller's to set. Case is ignored.
    pub fn is_credential_header(&self, name: &str) -> bool {
        let own = self.proxy.headers.iter().any(|(header, value)| header.eq_ignore_ascii_case(name) && value.is_secret());
        own || (name.eq_ignore_ascii_case("authorization") && self.uses_default_authorization())
    }

    /// Whether the proxy adds `Authorization` by itself: the mode has one, and the file neither writes it nor says another place for the
    /// credentials. A token is sent once, where the provider wants it.
    pub fn uses_default_authorization(&self) -> bool {
        let written = self.proxy.headers.keys().any(|name| name.eq_ignore_ascii_case("authorization"));
        let mut places = self.proxy.headers.values().chain(self.proxy.query.values()).chain(self.proxy.body.values());
        // A key of the integration goes beside the connection's token.
        let carries_credential = |template: &Template| template.names().into_iter().any(|name| matches!(name, Name::Credential(_)));
        !written && !places.any(carries_credential) && self.auth.has_default_authorization()
    }

    /// Whether requests are signed or filled with settings of the integration, its client among them.
    pub fn requests_read_integration(&self) -> bool {
        let is_signed = matches!(self.auth, Auth::OAuth1(_) | Auth::Tba);
        let places = self.proxy.headers.values().chain(self.proxy.query.values()).chain(self.proxy.body.values());
        let mut templates = places.chain(&self.proxy.base_url);
        is_signed || templates.any(|template| template.names().into_iter().any(|name| matches!(name, Name::Integration(_))))
    }
}

fn get() -> String {
    "GET".to_owned()
}
