//! The connection, its metadata and its integration; the environment's variables.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Context;
use crate::error::{Result, parse, to_json};
use crate::host::{ConnectionRef, Host};

/// One user's authorization of an integration.
#[derive(Clone, Debug, Deserialize)]
pub struct Connection {
    /// Its id.
    pub connection_id: String,
    /// Its integration's key.
    pub provider_config_key: String,
    /// The provider's name in the catalogue.
    pub provider: String,
    /// What the provider's entry asks a connection for, a subdomain for instance.
    #[serde(default)]
    pub connection_config: Value,
    /// What the product stored with the connection.
    #[serde(default)]
    pub metadata: Value,
    /// The product's tags.
    #[serde(default)]
    pub tags: Value,
    /// Whose connection it is, in the product's words.
    #[serde(default)]
    pub end_user: Value,
    /// Only for functions with `grants(credentials)`.
    #[serde(default)]
    pub credentials: Option<Value>,
    /// What is wrong with it, as the API lists it; `[]` where nothing is.
    #[serde(default)]
    pub errors: Value,
    /// When it was made, RFC 3339.
    #[serde(default)]
    pub created_at: Option<String>,
    /// When it was changed, RFC 3339.
    #[serde(default)]
    pub updated_at: Option<String>,
}

/// Our configuration of one provider.
#[derive(Clone, Debug, Deserialize)]
pub struct Integration {
    /// Its key: the `provider_config_key`.
    pub unique_key: String,
    /// The provider's name in the catalogue.
    pub provider: String,
    /// Its name for people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Where the provider's webhooks go.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// Free settings.
    #[serde(default)]
    pub custom: Value,
    /// The client that the provider knows it by. Only for functions with `grants(credentials)`, and `None` where the provider wants none.
    #[serde(default)]
    pub credentials: Option<Value>,
}

impl Context {
    /// The run's connection.
    pub async fn connection(&self) -> Result<Connection> {
        parse("reading the connection", &self.host.get_connection(None)?)
    }

    /// Another connection of the environment.
    pub async fn connection_of(&self, of: &ConnectionRef) -> Result<Connection> {
        parse("reading the connection", &self.host.get_connection(Some(of))?)
    }

    /// The connection's metadata, `{}` where none was set.
    pub async fn metadata<T: DeserializeOwned>(&self) -> Result<T> {
        parse("reading the connection's metadata", &self.host.get_metadata()?)
    }

    /// Replaces the connection's metadata.
    pub async fn set_metadata<T: Serialize + ?Sized>(&self, metadata: &T) -> Result<()> {
        Ok(self.host.set_metadata(&to_json("writing the metadata", metadata)?)?)
    }

    /// Merges top-level keys into the connection's metadata.
    pub async fn update_metadata<T: Serialize + ?Sized>(&self, metadata: &T) -> Result<()> {
        Ok(self.host.update_metadata(&to_json("writing the metadata", metadata)?)?)
    }

    /// The connection's integration.
    pub async fn integration(&self) -> Result<Integration> {
        parse("reading the integration", &self.host.get_integration()?)
    }

    /// The environment's variables.
    pub async fn variables(&self) -> Result<BTreeMap<String, String>> {
        let mut variables = BTreeMap::new();
        for (name, value) in self.host.variables()? {
            variables.insert(name, value);
        }
        Ok(variables)
    }
}
