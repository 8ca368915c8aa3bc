//! Owners: the first one, and that there is always one.

use syncline_domain::{OperatorId, OperatorName, Role, Timestamp};

use super::{Changed, Operators, set_password_in};
use crate::Error;
use crate::database::{Sql, Transaction, values};

/// Those of whom one must stay.
// Differs because SQLite has one writer: elsewhere two who take each other's rights at once have to wait for each other, in one order.
const ABLE: Sql = Sql::differs(
    "SELECT id FROM operators WHERE role = 'owner' AND password_hash IS NOT NULL",
    "SELECT id FROM operators WHERE role = 'owner' AND password_hash IS NOT NULL ORDER BY id FOR UPDATE",
);

const INSERT: &str = "INSERT INTO operators (name, name_key, role, password_hash, created_at, updated_at)
                      SELECT $1, $2, 'owner', $3, $4, $4 WHERE NOT EXISTS (SELECT 1 FROM operators)
                      ON CONFLICT DO NOTHING RETURNING id";

impl Operators<'_> {
    /// Makes the first owner; `None` when there is an operator already.
    pub async fn claim(&self, name: &OperatorName, password_hash: &str, now: Timestamp) -> Result<Option<OperatorId>, Error> {
        let values = values![name.as_str(), name.key(), password_hash, now];
        let made = self.0.database().execute_returning(INSERT, values).await?;
        made.map(|row| Ok(OperatorId(row.get("id")?))).transpose()
    }

    /// The owner who was added first: their name, and the hash of their password if they have one.
    pub async fn first_owner(&self) -> Result<Option<(OperatorName, Option<String>)>, Error> {
        let sql = "SELECT id, name, password_hash FROM operators WHERE role = 'owner' ORDER BY id LIMIT 1";
        let Some(row) = self.0.database().row(sql, vec![]).await? else { return Ok(None) };
        let name = row.parse("operators", "name", |name| OperatorName::new(name).ok())?;
        Ok(Some((name, row.get("password_hash")?)))
    }

    /// Gives somebody another role, from their next request on.
    pub async fn set_role(&self, id: OperatorId, role: Role, now: Timestamp) -> Result<Changed, Error> {
        let values = values![id, role.as_str(), now];
        let sql = "UPDATE operators SET role = $2, updated_at = $3 WHERE id = $1";
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if role != Role::Owner && is_last(transaction, id).await? {
                        return Ok(Changed::LastOwner);
                    }
                    Ok(if transaction.execute(sql, values).await? > 0 { Changed::Done } else { Changed::Unknown })
                })
            })
            .await
    }

    /// Removes somebody, with their sessions and links.
    pub async fn delete(&self, id: OperatorId) -> Result<Changed, Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if is_last(transaction, id).await? {
                        return Ok(Changed::LastOwner);
                    }
                    let removed = transaction.execute("DELETE FROM operators WHERE id = $1", values![id]).await?;
                    Ok(if removed > 0 { Changed::Done } else { Changed::Unknown })
                })
            })
            .await
    }

    /// Sets the password of the first owner by its hash, and ends their sessions; makes that owner where there is none.
    pub async fn set_first_password(&self, name: &OperatorName, password_hash: &str, now: Timestamp) -> Result<(), Error> {
        if self.claim(name, password_hash, now).await?.is_some() {
            return Ok(());
        }
        let hash = password_hash.to_owned();
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let sql = "SELECT id FROM operators WHERE role = 'owner' ORDER BY id LIMIT 1";
                    if let Some(row) = transaction.row(sql, vec![]).await? {
                        set_password_in(transaction, OperatorId(row.get("id")?), hash, None, now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

async fn is_last(transaction: &mut Transaction, id: OperatorId) -> Result<bool, Error> {
    let able = transaction.rows(ABLE, vec![]).await?;
    match able.as_slice() {
        [one] => Ok(OperatorId(one.get("id")?) == id),
        _ => Ok(false),
    }
}
