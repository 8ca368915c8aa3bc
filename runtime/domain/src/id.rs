//! Identities. Rows whose id is a number on the wire get it from the database; work (jobs' runs, syncs) gets a UUID from its maker.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;

macro_rules! numbered {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

numbered! {
    /// An environment (dev, prod, ...).
    EnvironmentId,
    /// An API key of an environment.
    ApiKeyId,
    /// An integration's row.
    IntegrationId,
    /// A connection's row. The name by which the outside knows a connection is [`crate::ConnectionName`].
    ConnectionRowId,
    /// A deployed component.
    ComponentId,
    /// A function of a component, as deployed to an integration.
    FunctionId,
    /// A job in the queue.
    JobId,
    /// A session in which somebody connects an account.
    ConnectSessionId,
    /// A webhook on its way to a customer's server.
    WebhookDeliveryId,
    /// Such a server's address.
    WebhookEndpointId,
    /// Somebody who runs this installation.
    OperatorId,
}

macro_rules! unique {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id that sorts by time of making: UUID version 7, RFC 9562.
            pub fn new(now: Timestamp, randomness: [u8; 10]) -> Self {
                let millis = u64::try_from(now.unix_millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &randomness).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

unique! {
    /// One execution of a function.
    RunId,
    /// A sync on a connection and variant.
    SyncId,
    /// An action that runs while nobody waits for it.
    AsyncActionId,
    /// Components that were put in place together.
    DeploymentId,
    /// Something that the system did.
    OperationId,
    /// A webhook of a provider's.
    IncomingWebhookId,
}

/// SHA-256 of a component's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}
