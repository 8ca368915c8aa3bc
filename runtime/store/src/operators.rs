//! Who runs this installation: a name, a role, and a password once it was chosen.
//!
//! *Invariant:* as soon as there is an operator, there is an owner who can sign in.

mod owners;

use syncline_domain::{OperatorId, OperatorName, Role, Timestamp};

use crate::database::{Row, Transaction, Value, values};
use crate::{Error, Store, operator_invitations};

/// The operators.
pub struct Operators<'s>(pub(crate) &'s Store);

/// An operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperatorRow {
    /// Their row.
    pub id: OperatorId,
    /// By which they sign in.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// Whether they have chosen one.
    pub has_password: bool,
    /// End of the link that they were given last and have not used.
    pub invited_until: Option<Timestamp>,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they came in last.
    pub last_signed_in_at: Option<Timestamp>,
}

/// Somebody to add, with the link that lets them choose a password.
#[derive(Clone)]
pub struct NewOperator {
    /// By which they will sign in.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// SHA-256 of the link's token.
    pub invitation_hash: [u8; 32],
    /// The link's end.
    pub expires_at: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// What came of taking rights from somebody, or giving some.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changed {
    /// It is so.
    Done,
    /// There is no such operator (any more).
    Unknown,
    /// Nobody would be left who could do it again.
    LastOwner,
}

/// Of an operator and the invitation, if there is one.
const LIST: &str = "SELECT o.*, i.expires_at AS invited_until FROM operators o LEFT JOIN operator_invitations i ON i.operator = o.id
                    ORDER BY o.id";

impl Operators<'_> {
    /// Everybody, in the order in which they were added.
    pub async fn list(&self) -> Result<Vec<OperatorRow>, Error> {
        let rows = self.0.database().rows(LIST, vec![]).await?;
        rows.iter().map(operator).collect()
    }

    /// Those who can sign in, with the hashes of their passwords in the PHC string format. Nobody until the server was claimed.
    pub async fn list_with_passwords(&self) -> Result<Vec<(OperatorRow, String)>, Error> {
        let mut able = Vec::new();
        for row in self.0.database().rows(LIST, vec![]).await? {
            if let Some(hash) = row.get::<Option<String>>("password_hash")? {
                able.push((operator(&row)?, hash));
            }
        }
        Ok(able)
    }

    /// Adds somebody. `Conflict` when the name is taken.
    pub async fn insert(&self, new: NewOperator) -> Result<OperatorId, Error> {
        let values = values![new.name.as_str(), new.name.key(), new.role.as_str(), new.now];
        let sql = "INSERT INTO operators (name, name_key, role, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) RETURNING id";
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    let id = OperatorId(transaction.row(sql, values).await?.expect("an insert returns its row").get("id")?);
                    operator_invitations::put(transaction, id, new.invitation_hash, new.expires_at).await?;
                    Ok(id)
                })
            })
            .await
    }

    /// Sets a password by its hash, and ends every session of its operator but one: whoever came in with the password before. An unused link
    /// ends, too. `false` when they are gone.
    pub async fn set_password(&self, id: OperatorId, password_hash: &str, keep: Option<[u8; 32]>, now: Timestamp) -> Result<bool, Error> {
        let hash = password_hash.to_owned();
        self.0.database().write(move |transaction| Box::pin(set_password_in(transaction, id, hash, keep, now))).await
    }
}

/// In a transaction that is under way. The operator's row first: a sign-in that is checked against the old password waits for it, or is seen here.
pub(crate) async fn set_password_in(
    transaction: &mut Transaction,
    id: OperatorId,
    password_hash: String,
    keep: Option<[u8; 32]>,
    now: Timestamp,
) -> Result<bool, Error> {
    let sql = "UPDATE operators SET password_hash = $2, updated_at = $3 WHERE id = $1";
    if transaction.execute(sql, values![id, password_hash, now]).await? == 0 {
        return Ok(false);
    }
    // No session has the empty text for a hash.
    let keep = Value::from(keep.map_or_else(Vec::new, |hash| hash.to_vec()));
    transaction.execute("DELETE FROM console_sessions WHERE operator = $1 AND token_hash <> $2", vec![id.into(), keep]).await?;
    transaction.execute("DELETE FROM operator_invitations WHERE operator = $1", values![id]).await?;
    Ok(true)
}

pub(crate) fn operator(row: &Row) -> Result<OperatorRow, Error> {
    Ok(OperatorRow {
        id: OperatorId(row.get("id")?),
        name: row.parse("operators", "name", |name| OperatorName::new(name).ok())?,
        role: row.parse("operators", "role", Role::parse)?,
        has_password: row.get::<Option<String>>("password_hash")?.is_some(),
        invited_until: row.optional_time("invited_until")?,
        created_at: row.time("created_at")?,
        last_signed_in_at: row.optional_time("last_signed_in_at")?,
    })
}
