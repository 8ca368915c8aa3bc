//! What an auth mode works with: one integration of one provider, on the way to one connection.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};
use syncline_domain::{Clock, Credentials, Timestamp};
use syncline_outbound::{HttpClient, config_value, written_moment, written_value};
use syncline_providers::{Entry, Name, Template, Unresolved, Values};
use url::Url;

use crate::ModeError;

/// What every mode gets. It knows no database: what a mode yields is stored by its caller.
pub(crate) struct Setting<'a> {
    /// The only way out.
    pub(crate) http: &'a HttpClient,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) randomness: fn() -> [u8; 16],
    /// Where providers send browsers back to. Exact: providers compare it byte by byte.
    pub(crate) callback_url: &'a Url,
    /// The metadata document of this integration as an OAuth client, which is also its id there.
    pub(crate) client_metadata_url: &'a Url,
    pub(crate) entry: &'a Arc<Entry>,
    pub(crate) client: Client,
    pub(crate) connection_config: &'a Map<String, Value>,
    /// Separated by commas, as people write them; `None` leaves it to the entry.
    pub(crate) scopes: Option<String>,
}

/// The integration's settings, with the connection's own client in place of the integration's where it has one.
#[derive(Clone, Default)]
pub(crate) struct Client {
    settings: Map<String, Value>,
    own: Option<Map<String, Value>>,
}

impl Client {
    /// `own` is what the connection brings: `client_id`, `client_secret`.
    pub(crate) fn new(settings: Map<String, Value>, own: Option<Map<String, Value>>) -> Self {
        Self { settings, own: own.filter(|own| !own.is_empty()) }
    }

    /// A setting that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let own = self.own.as_ref().and_then(|own| own.get(name));
        // A client of the connection's own never goes with the integration's secret.
        let of_integration = || if self.own.is_some() && name.starts_with("client_") { None } else { self.settings.get(name) };
        own.or_else(of_integration)?.as_str().filter(|text| !text.is_empty())
    }

    /// The same, or what the operator has to do.
    pub(crate) fn require(&self, name: &'static str) -> Result<&str, ModeError> {
        self.get(name)
            .ok_or_else(|| ModeError::Setup { problem: format!("the integration has no `{name}`; set it in the integration's settings") })
    }

    /// A setting of the integration, whatever the connection brings.
    pub(crate) fn of_integration(&self, name: &str) -> Option<&str> {
        self.settings.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The connection's own client, which belongs into its credentials as `config_override`.
    pub(crate) fn own(&self) -> Option<&Map<String, Value>> {
        self.own.as_ref()
    }
}

impl<'a> Setting<'a> {
    /// The same of a connection of which more is known.
    pub(crate) fn with_config<'c>(&'c self, connection_config: &'c Map<String, Value>) -> Setting<'c>
    where
        'a: 'c,
    {
        Setting { connection_config, client: self.client.clone(), scopes: self.scopes.clone(), ..*self }
    }
}

impl Setting<'_> {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What templates of the `auth` block read: the connection config, the integration, `fields` for `credentials.X`, earlier answers.
    pub(crate) fn values<'v>(&'v self, fields: &'v dyn Fields, steps: &'v [Value]) -> SettingValues<'v> {
        let random = uuid::Builder::from_random_bytes((self.randomness)()).into_uuid().to_string();
        SettingValues {
            entry: self.entry,
            client: &self.client,
            connection_config: self.connection_config,
            fields,
            steps,
            random,
            now: self.now(),
        }
    }

    /// A URL of the entry for this connection. Always https, because a client's secret goes there; a server that may reach private networks
    /// may also speak http to them.
    pub(crate) fn url(&self, template: &Template, values: &SettingValues<'_>) -> Result<Url, ModeError> {
        let text = template.resolve_url(values).map_err(|unresolved| input(&unresolved))?;
        let wrong = |problem: &str| ModeError::Input { field: "connection_config".to_owned(), problem: problem.to_owned() };
        let url = Url::parse(&text).map_err(|_| wrong("has values that do not make a URL"))?;
        let is_open = url.scheme() == "https" || (url.scheme() == "http" && self.http.policy().allow_private_network);
        if is_open && url.username().is_empty() && url.password().is_none() {
            Ok(url)
        } else {
            Err(wrong("must lead to a plain https URL"))
        }
    }
}

/// A hole that nothing fills is something that the person has to supply.
fn input(unresolved: &Unresolved) -> ModeError {
    let (Unresolved::Missing { name } | Unresolved::Unfit { name }) = unresolved;
    match name {
        Name::Integration(key) => {
            ModeError::Setup { problem: format!("the integration has no `{key}`; set it in the integration's settings") }
        }
        Name::ConnectionConfig(key) | Name::Credential(key) => ModeError::Input { field: key.clone(), problem: unresolved.to_string() },
        Name::Step(..) | Name::Random | Name::Now(_) => {
            ModeError::Refused { code: "invalid_answer".to_owned(), message: unresolved.to_string(), status: None }
        }
    }
}

/// Credential fields by their wire names.
pub(crate) trait Fields: Sync {
    /// The value, if there is one.
    fn field(&self, name: &str) -> Option<&str>;
}

impl Fields for Credentials {
    fn field(&self, name: &str) -> Option<&str> {
        Credentials::field(self, name)
    }
}

impl Fields for Map<String, Value> {
    fn field(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }
}

/// Where the templates of an `auth` block get their values.
pub(crate) struct SettingValues<'v> {
    entry: &'v Entry,
    client: &'v Client,
    connection_config: &'v Map<String, Value>,
    fields: &'v dyn Fields,
    steps: &'v [Value],
    random: String,
    now: Timestamp,
}

impl Values for SettingValues<'_> {
    fn value(&self, name: &Name) -> Option<Cow<'_, str>> {
        match name {
            Name::ConnectionConfig(key) => config_value(self.entry, self.connection_config, key),
            Name::Credential(key) => self.fields.field(key).map(Into::into),
            Name::Integration(key) => self.client.get(key).map(Into::into),
            Name::Step(step, path) => written_value(at(self.steps.get(step.checked_sub(1)?)?, path)?),
            Name::Random => Some(self.random.as_str().into()),
            Name::Now(moment) => Some(written_moment(*moment, self.now).into()),
        }
    }
}

/// The value at a dotted path; numbers index lists.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, part| match value {
        Value::Object(fields) => fields.get(part),
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}
