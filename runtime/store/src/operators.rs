//! The one who runs this installation, known by a password.

use syncline_domain::Timestamp;

use crate::database::values;
use crate::{Error, Store};

/// The console's single password.
pub struct Operators<'s>(pub(crate) &'s Store);

/// How the operator is known.
#[derive(Clone, Debug)]
pub struct OperatorRow {
    /// Of the password, in the PHC string format.
    pub password_hash: String,
}

impl Operators<'_> {
    /// `None` until a password was set.
    pub async fn lookup(&self) -> Result<Option<OperatorRow>, Error> {
        let row = self.0.database().row("SELECT password_hash FROM operators WHERE id = 1", vec![]).await?;
        row.map(|row| Ok(OperatorRow { password_hash: row.get("password_hash")? })).transpose()
    }

    /// Sets the password by its hash and signs out everybody who came in with the one before.
    pub async fn set(&self, password_hash: &str, now: Timestamp) -> Result<(), Error> {
        let values = values![password_hash, now];
        let sql = "INSERT INTO operators (id, password_hash, updated_at) VALUES (1, $1, $2)
                   ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash, updated_at = excluded.updated_at";
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    transaction.execute(sql, values).await?;
                    transaction.execute("DELETE FROM console_sessions", vec![]).await.map(drop)
                })
            })
            .await
    }
}
