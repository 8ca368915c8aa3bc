//! What the outside says about a connection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ConnectionName, IntegrationKey};

/// How a connection is addressed: its id is unique in its integration only.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ConnectionRef {
    /// The integration.
    pub integration: IntegrationKey,
    /// The connection's public id.
    pub connection: ConnectionName,
}

/// Free labels, at most ten.
pub type Tags = BTreeMap<String, String>;

/// The product's user behind a connection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EndUser {
    /// The product's own id of that user.
    pub id: String,
    /// For people.
    #[serde(default)]
    pub display_name: Option<String>,
    /// For people.
    #[serde(default)]
    pub email: Option<String>,
    /// Labels of the user.
    #[serde(default)]
    pub tags: Option<Tags>,
    /// The user's organization.
    #[serde(default)]
    pub organization: Option<Organization>,
}

/// An organization of the product's users.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Organization {
    /// The product's own id of it.
    pub id: String,
    /// For people.
    #[serde(default)]
    pub display_name: Option<String>,
}
