//! The one-time states of users who are away at a provider.

use syncline_domain::{Digest, EnvironmentId, Secret, Timestamp};

use crate::crypto::Place;
use crate::database::values;
use crate::{Error, Store};

/// The states.
pub struct AuthFlows<'s>(pub(crate) &'s Store);

/// A state to remember.
#[derive(Clone, Debug)]
pub struct NewAuthFlow {
    /// SHA-256 of the state, which itself only the browser and the provider have.
    pub state_hash: [u8; 32],
    /// Where.
    pub environment: EnvironmentId,
    /// What is needed when the user comes back, as a JSON object. Encrypted.
    pub payload: Secret,
    /// Its end.
    pub expires_at: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// A state that was taken: nobody else gets it.
#[derive(Clone, Debug)]
pub struct AuthFlowRow {
    /// Where.
    pub environment: EnvironmentId,
    /// What is needed now, as a JSON object.
    pub payload: Secret,
}

impl AuthFlows<'_> {
    /// Remembers one.
    pub async fn insert(&self, new: NewAuthFlow) -> Result<(), Error> {
        let row = Digest(new.state_hash);
        let sealed = self.0.cipher().seal(place(&row), new.payload.expose().as_bytes());
        let sql = "INSERT INTO auth_flows (state_hash, environment, payload, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let values = values![new.state_hash.to_vec(), new.environment, sealed, new.now, new.expires_at];
        self.0.database().execute(sql, values).await.map(drop)
    }

    /// Takes one out: of several callers one gets it, once. An expired one is gone and `None`.
    pub async fn take(&self, state_hash: &[u8; 32], now: Timestamp) -> Result<Option<AuthFlowRow>, Error> {
        let hash = *state_hash;
        let sql = "DELETE FROM auth_flows WHERE state_hash = $1 RETURNING environment, payload, expires_at";
        let taken = self.0.database().execute_returning(sql, values![hash.to_vec()]).await?;
        let Some(row) = taken else { return Ok(None) };
        if row.time("expires_at")? <= now {
            return Ok(None);
        }
        let payload = self.0.cipher().open_text(place(&Digest(hash)), row.get("payload")?)?;
        Ok(Some(AuthFlowRow { environment: EnvironmentId(row.get("environment")?), payload: Secret::new(payload) }))
    }
}

fn place(state_hash: &Digest) -> Place<'_> {
    Place { table: "auth_flows", column: "payload", row: state_hash }
}
