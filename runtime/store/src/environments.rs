//! Environments.

mod delete;

use syncline_domain::{EnvironmentId, EnvironmentName, Timestamp};
use uuid::Uuid;

use crate::database::{Row, Sql, Transaction, values};
use crate::{Error, Store};

pub use delete::EnvironmentPurge;

/// The environments. Deleted ones are not found.
pub struct Environments<'s>(pub(crate) &'s Store);

/// The environment that every installation has for production.
const PRODUCTION: &str = "prod";

/// An environment.
#[derive(Clone, Debug)]
pub struct EnvironmentRow {
    /// Its row.
    pub id: EnvironmentId,
    /// Its id on the wire.
    pub uuid: Uuid,
    /// `dev`, `prod`, ...
    pub name: EnvironmentName,
    /// Whether it cannot be deleted.
    pub is_production: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An environment to make.
#[derive(Clone, Debug)]
pub struct NewEnvironment {
    /// Unique.
    pub name: EnvironmentName,
    /// Whether it cannot be deleted.
    pub is_production: bool,
    /// The present.
    pub now: Timestamp,
}

impl Environments<'_> {
    /// Makes one; [`Error::Full`] when there are `limit` already, [`crate::Constraint::Environment`] when the name is taken.
    pub async fn insert(&self, new: NewEnvironment, limit: u32) -> Result<EnvironmentRow, Error> {
        let uuid = random_uuid().to_string();
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    lock_in(transaction).await?;
                    // The name first: who asks for one that is there shall hear so, also when the house is full.
                    let sql = "INSERT INTO environments (uuid, name, is_production, created_at) VALUES ($1, $2, $3, $4) RETURNING *";
                    let values = values![uuid, new.name.as_str(), new.is_production, new.now];
                    let row = transaction.row(sql, values).await?.expect("an insert returns its row");
                    let sql = "SELECT COUNT(*) AS present FROM environments WHERE deleted_at IS NULL";
                    let count = transaction.row(sql, vec![]).await?.expect("a count has one row");
                    if count.get::<i64>("present")? > i64::from(limit) {
                        return Err(Error::Full { limit });
                    }
                    environment(&row)
                })
            })
            .await
    }

    /// Returns the environment, made if there is none of this name.
    pub async fn ensure(&self, name: &EnvironmentName, now: Timestamp) -> Result<EnvironmentRow, Error> {
        let (name, uuid) = (name.to_string(), random_uuid().to_string());
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let insert = "INSERT INTO environments (uuid, name, is_production, created_at) VALUES ($1, $2, $3, $4)
                                  ON CONFLICT (name) DO NOTHING";
                    transaction.execute(insert, values![uuid, name.clone(), name == PRODUCTION, now]).await?;
                    let row = transaction.row("SELECT * FROM environments WHERE name = $1", values![name]).await?;
                    environment(&row.expect("inserted or there already"))
                })
            })
            .await
    }

    /// Finds one by its name.
    pub async fn lookup_by_name(&self, name: &EnvironmentName) -> Result<Option<EnvironmentRow>, Error> {
        // No deleted one has a name that can be asked for.
        let row = self.0.database().row("SELECT * FROM environments WHERE name = $1", values![name.as_str()]).await?;
        row.as_ref().map(environment).transpose()
    }

    /// Finds one by its id on the wire.
    pub async fn lookup_by_uuid(&self, uuid: Uuid) -> Result<Option<EnvironmentRow>, Error> {
        let sql = "SELECT * FROM environments WHERE uuid = $1 AND deleted_at IS NULL";
        self.0.database().row(sql, values![uuid.to_string()]).await?.as_ref().map(environment).transpose()
    }

    /// Finds one.
    pub async fn lookup(&self, id: EnvironmentId) -> Result<Option<EnvironmentRow>, Error> {
        let sql = "SELECT * FROM environments WHERE id = $1 AND deleted_at IS NULL";
        self.0.database().row(sql, values![id]).await?.as_ref().map(environment).transpose()
    }

    /// All, oldest first.
    pub async fn list(&self) -> Result<Vec<EnvironmentRow>, Error> {
        let sql = "SELECT * FROM environments WHERE deleted_at IS NULL ORDER BY id";
        self.0.database().rows(sql, vec![]).await?.iter().map(environment).collect()
    }
}

/// Until the end of the transaction nobody else makes or deletes one.
async fn lock_in(transaction: &mut Transaction) -> Result<(), Error> {
    // Differs because SQLite has one writer anyway. Rows that refer to an environment can still be written meanwhile.
    const LOCK: Sql =
        Sql::differs("SELECT 1 AS locked FROM environments WHERE FALSE", "LOCK TABLE environments IN SHARE ROW EXCLUSIVE MODE");
    transaction.rows(LOCK, vec![]).await.map(drop)
}

fn environment(row: &Row) -> Result<EnvironmentRow, Error> {
    Ok(EnvironmentRow {
        id: EnvironmentId(row.get("id")?),
        uuid: row.parse("environments", "uuid", |text| Uuid::parse_str(text).ok())?,
        name: row.parse("environments", "name", |text| EnvironmentName::new(text).ok())?,
        is_production: row.get("is_production")?,
        created_at: row.time("created_at")?,
    })
}

fn random_uuid() -> Uuid {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
