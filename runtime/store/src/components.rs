//! Components: code, once for whoever deploys the same bytes.

mod prune;
mod sources;

use bytes::Bytes;
use syncline_domain::{ComponentId, Digest, EnvironmentId, Timestamp};

use crate::database::{Sql, Transaction, values};
use crate::{Error, Store};

pub(crate) use prune::prune;
pub(crate) use sources::{prune_in as prune_sources_in, store_in as store_source_in};

/// The components.
pub struct Components<'s>(pub(crate) &'s Store);

/// What a component is known by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Known {
    /// The SHA-256 of its bytes.
    Digest(Digest),
    /// What it was built from; see [`syncline_domain::Deployment::build`].
    Build(String),
}

/// A component to keep.
pub(crate) struct Stored<'a> {
    pub(crate) digest: Digest,
    pub(crate) build: &'a str,
    pub(crate) wasm: &'a Bytes,
    pub(crate) manifest: &'a str,
}

/// Without its bytes a component is only a name, for the functions that were in it.
macro_rules! present {
    ($select:literal) => {
        concat!("SELECT ", $select, " FROM components WHERE digest = $1 AND LENGTH(wasm) > 0")
    };
}

impl Components<'_> {
    /// A component's bytes.
    pub async fn wasm(&self, digest: Digest) -> Result<Option<Bytes>, Error> {
        let row = self.0.database().row(present!("wasm"), values![digest.0.to_vec()]).await?;
        row.map(|row| Ok(Bytes::from(row.get::<Vec<u8>>("wasm")?))).transpose()
    }

    /// A component that functions of this environment, or deployments that it keeps, are made of. Of several builds of the same source one
    /// that is in use, else the latest. Components of other environments do not exist.
    pub async fn find(&self, environment: EnvironmentId, known: &Known) -> Result<Option<(ComponentId, Digest)>, Error> {
        const FIND: &str = "
            SELECT c.id, c.digest, EXISTS (SELECT 1 FROM functions f WHERE f.component = c.id AND f.environment = $1 AND f.deleted_at IS NULL)
                AS in_use
            FROM components c WHERE (c.digest = $2 OR c.build = $3) AND LENGTH(c.wasm) > 0
                AND (EXISTS (SELECT 1 FROM functions f WHERE f.component = c.id AND f.environment = $1 AND f.deleted_at IS NULL)
                     OR EXISTS (SELECT 1 FROM deployment_functions f JOIN deployments d ON d.id = f.deployment
                                WHERE f.component = c.id AND d.environment = $1))
            ORDER BY 3 DESC, c.id DESC LIMIT 1";
        let (digest, build) = match known {
            Known::Digest(digest) => (Some(digest.0.to_vec()), None),
            Known::Build(build) => (None, Some(build.as_str())),
        };
        let row = self.0.database().row(FIND, values![environment, digest, build]).await?;
        row.map(|row| {
            let digest: Vec<u8> = row.get("digest")?;
            let digest = digest.try_into().map_err(|_| Error::inconsistency("components", "digest", "found"))?;
            Ok((ComponentId(row.get("id")?), Digest(digest)))
        })
        .transpose()
    }
}

/// Whether a component is there, which may not be so when the transaction ends.
pub(crate) async fn lookup_in(transaction: &mut Transaction, digest: Digest) -> Result<Option<i64>, Error> {
    transaction.row(present!("id"), values![digest.0.to_vec()]).await?.map(|row| row.get("id")).transpose()
}

/// Whether a component is there; it stays until the transaction ends.
pub(crate) async fn keep_in(transaction: &mut Transaction, id: ComponentId) -> Result<Option<i64>, Error> {
    // Differs because in PostgreSQL somebody could remove it meanwhile.
    const KEEP: Sql = Sql::differs(
        "SELECT id FROM components WHERE id = $1 AND LENGTH(wasm) > 0",
        "SELECT id FROM components WHERE id = $1 AND LENGTH(wasm) > 0 FOR NO KEY UPDATE",
    );
    transaction.row(KEEP, values![id]).await?.map(|row| row.get("id")).transpose()
}

/// Keeps a component; it stays until the transaction ends.
pub(crate) async fn store_in(transaction: &mut Transaction, component: &Stored<'_>, now: Timestamp) -> Result<i64, Error> {
    // Differs because in PostgreSQL somebody could remove it meanwhile.
    const FIND: Sql = Sql::differs(
        "SELECT id, LENGTH(wasm) AS size FROM components WHERE digest = $1",
        "SELECT id, LENGTH(wasm) AS size FROM components WHERE digest = $1 FOR NO KEY UPDATE",
    );
    let digest = component.digest.0.to_vec();
    if transaction.row(FIND, values![digest.clone()]).await?.is_none() {
        let sql = "INSERT INTO components (digest, wasm, manifest, created_at, build) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (digest) DO NOTHING";
        let values = values![digest.clone(), component.wasm.to_vec(), component.manifest, now, component.build];
        transaction.execute(sql, values).await?;
    }
    // Again: another transaction may have inserted it, or it lost its bytes earlier.
    let row = transaction.row(FIND, values![digest]).await?.expect("inserted or there already");
    let id: i64 = row.get("id")?;
    let sql = "UPDATE components SET wasm = $2, manifest = $3 WHERE id = $1 AND LENGTH(wasm) = 0";
    // Without the bytes where they are there: they can be many.
    if i64::from(row.get::<i32>("size")?) == 0 {
        transaction.execute(sql, values![id, component.wasm.to_vec(), component.manifest]).await?;
    }
    Ok(id)
}
