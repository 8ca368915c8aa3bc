//! Environments.

use syncline_domain::{EnvironmentId, EnvironmentName, Timestamp};
use uuid::Uuid;

use crate::database::{Row, values};
use crate::{Error, Store};

/// The environments.
pub struct Environments<'s>(pub(crate) &'s Store);

/// An environment.
#[derive(Clone, Debug)]
pub struct EnvironmentRow {
    /// Its row.
    pub id: EnvironmentId,
    /// Its id on the wire.
    pub uuid: Uuid,
    /// `dev`, `prod`, ...
    pub name: EnvironmentName,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Environments<'_> {
    /// Returns the environment, made if there is none of this name.
    pub async fn ensure(&self, name: &EnvironmentName, now: Timestamp) -> Result<EnvironmentRow, Error> {
        let (name, uuid) = (name.to_string(), random_uuid().to_string());
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let insert = "INSERT INTO environments (uuid, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
                    transaction.execute(insert, values![uuid, name.clone(), now]).await?;
                    let row = transaction.row("SELECT * FROM environments WHERE name = $1", values![name]).await?;
                    environment(&row.expect("inserted or there already"))
                })
            })
            .await
    }

    /// Finds one by its name.
    pub async fn lookup_by_name(&self, name: &EnvironmentName) -> Result<Option<EnvironmentRow>, Error> {
        let row = self.0.database().row("SELECT * FROM environments WHERE name = $1", values![name.as_str()]).await?;
        row.as_ref().map(environment).transpose()
    }

    /// Finds one.
    pub async fn lookup(&self, id: EnvironmentId) -> Result<Option<EnvironmentRow>, Error> {
        let row = self.0.database().row("SELECT * FROM environments WHERE id = $1", values![id]).await?;
        row.as_ref().map(environment).transpose()
    }

    /// All, oldest first.
    pub async fn list(&self) -> Result<Vec<EnvironmentRow>, Error> {
        self.0.database().rows("SELECT * FROM environments ORDER BY id", vec![]).await?.iter().map(environment).collect()
    }
}

fn environment(row: &Row) -> Result<EnvironmentRow, Error> {
    Ok(EnvironmentRow {
        id: EnvironmentId(row.get("id")?),
        uuid: row.parse("environments", "uuid", |text| Uuid::parse_str(text).ok())?,
        name: row.parse("environments", "name", |text| EnvironmentName::new(text).ok())?,
        created_at: row.time("created_at")?,
    })
}

fn random_uuid() -> Uuid {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
