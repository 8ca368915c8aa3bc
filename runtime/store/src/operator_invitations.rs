//! One-time links with which operators choose a password: the first, or another one. Their tokens are kept as hashes.

use syncline_domain::{OperatorId, OperatorName, Role, Timestamp};

use crate::database::{Transaction, values};
use crate::operators::set_password_in;
use crate::{Error, Store};

/// The links.
pub struct OperatorInvitations<'s>(pub(crate) &'s Store);

/// Another link for somebody.
#[derive(Clone)]
pub struct NewInvitation {
    /// For whom.
    pub operator: OperatorId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Its end.
    pub expires_at: Timestamp,
}

/// A link that can be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvitationRow {
    /// For whom.
    pub operator: OperatorId,
    /// Their name.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// Whether they have a password, which the link replaces.
    pub has_password: bool,
}

impl OperatorInvitations<'_> {
    /// Makes one; the one before opens nothing any more. `Conflict` when the operator is gone.
    pub async fn insert(&self, new: NewInvitation) -> Result<(), Error> {
        let NewInvitation { operator, token_hash, expires_at } = new;
        self.0.database().write(move |transaction| Box::pin(put(transaction, operator, token_hash, expires_at))).await
    }

    /// Finds one that is not over.
    pub async fn lookup(&self, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<InvitationRow>, Error> {
        let sql =
            "SELECT o.* FROM operator_invitations i JOIN operators o ON o.id = i.operator WHERE i.token_hash = $1 AND i.expires_at > $2";
        let Some(row) = self.0.database().row(sql, values![token_hash.to_vec(), now]).await? else { return Ok(None) };
        Ok(Some(InvitationRow {
            operator: OperatorId(row.get("id")?),
            name: row.parse("operators", "name", |name| OperatorName::new(name).ok())?,
            role: row.parse("operators", "role", Role::parse)?,
            has_password: row.get::<Option<String>>("password_hash")?.is_some(),
        }))
    }

    /// Uses one up and sets its operator's password by its hash; their sessions end. Of several callers one gets it, once.
    pub async fn accept(&self, token_hash: &[u8; 32], password_hash: &str, now: Timestamp) -> Result<Option<OperatorId>, Error> {
        let (values, hash) = (values![token_hash.to_vec(), now], password_hash.to_owned());
        let sql = "DELETE FROM operator_invitations WHERE token_hash = $1 AND expires_at > $2 RETURNING operator";
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let Some(row) = transaction.row(sql, values).await? else { return Ok(None) };
                    let operator = OperatorId(row.get("operator")?);
                    Ok(set_password_in(transaction, operator, hash, None, now).await?.then_some(operator))
                })
            })
            .await
    }
}

pub(crate) async fn put(
    transaction: &mut Transaction,
    operator: OperatorId,
    token_hash: [u8; 32],
    expires_at: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO operator_invitations (operator, token_hash, expires_at) VALUES ($1, $2, $3)
               ON CONFLICT (operator) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at";
    transaction.execute(sql, values![operator, token_hash.to_vec(), expires_at]).await.map(drop)
}
